"""What words are before they are read: those of the language, starred names, functions of the text.

`y* log y + (1-y*) log(1-y)` has a name y*; `where`, `and`, `if` are words, not products.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Sequence
from fractions import Fraction

from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import ALIASES, canonical
from chainrule.language.syntax import Notes, Span
from chainrule.ops import OPS

WORDS = {
    **{word: word for word in ("and", "or", "not", "if", "else")},
    **dict.fromkeys(("where", "with", "for", "in", "at", "of"), "joint"),
}

APART = frozenset({"arc", "leaky", "Leaky"})
"""What stands apart from the name of a function that it begins: arc sin x, leaky ReLU(x)."""
BEFORE_VALUES = frozenset({"when", "given", "if", "evaluated"})
"""Words that join only before `name =`: x^2 when x = 3."""
FACTORS = frozenset({"word", "number", "function", "name", "constant", "root", "(", "|"})
STARS = ("*", "∗")
BEFORE_OPERAND = frozenset([";", "=", "(", ",", "+", "-", "*", "/", "^", "else", "maps", "?"])


def assigned(found: Sequence[Token]) -> set[str]:
    """Return the canonical names that are given a formula or a value: words before =."""
    names, depth = set(), 0
    for token, behind in zip(found, [*found[1:], NOTHING], strict=False):
        depth += (token.kind == "(") - (token.kind == ")")
        if token.kind == "word" and behind.kind in ("=", "+=") and depth <= 0:
            names.add(canonical(token.text))
    return names


def redefined(found: Sequence[Token]) -> list[Token]:
    """Return the tokens with functions that the text defines itself as words: tanh(z) = …"""
    names = set()
    for at, token in enumerate(found):
        if token.kind == "function" and (at == 0 or found[at - 1].kind in (";", ",")):
            stop = at + 1
            while stop < len(found) and found[stop].kind in ("(", "word", ","):
                stop += 1
            if [t.kind for t in found[stop : stop + 2]] == [")", "="]:
                names.add(token.text)
    return [
        t._replace(kind="word") if t.kind == "function" and t.text in names else t for t in found
    ]


def stars(
    found: Sequence[Token],
    functions: Container[str],
    declared: Collection[str],
    notes: Notes,
) -> list[Token]:
    """Return the tokens with `y*` as a name where it cannot be a product, or was declared."""
    if not any(token.text in STARS for token in found):
        return list(found)
    places = {at: _star(found, at, functions) for at in range(1, len(found))}
    names = {
        _starred(found, at)
        for at, sure in places.items()
        if sure or (sure is False and _starred(found, at) in declared)
    }
    result: list[Token] = []
    for at, token in enumerate(found):
        sure = places.get(at)
        if sure is None:
            result.append(token)
            continue
        before = found[at - 1]
        spelled, key = f"{before.text}*", f"star:{before.text}*"
        if not sure and _starred(found, at) not in names:
            behind = found[at + 1] if at + 1 < len(found) else NOTHING
            readings = ("product", f"{before.text} · …"), ("one name", f"the name {spelled}")
            notes.choice(key, Span(before.start, behind.stop), *readings)
            if not notes.chose(key, "one name"):
                result.append(token)
                continue
        result[-1] = Token("word", spelled, before.start, token.stop)
    return result


def _starred(found: Sequence[Token], at: int) -> str:
    return canonical(f"{found[at - 1].text}*")


def _star(found: Sequence[Token], at: int, functions: Container[str]) -> bool | None:
    """Return whether the star at `at` must belong to the name before it; None if it cannot."""
    star, before = found[at], found[at - 1]
    if star.text not in STARS or before.kind != "word" or before.stop != star.start:
        return None
    if before.text in functions or before.text in ("e", "pi", "π"):
        return None
    behind = found[at + 1] if at + 1 < len(found) else NOTHING
    blank = behind.start > star.stop
    if behind.kind in ("+", "-"):
        follows = found[at + 2].start > behind.stop if at + 2 < len(found) else True
        return blank and follows
    if behind.kind == "|" and not blank:
        # A bar that closes: the last of an even number, with no operand behind it.
        last = found[at + 2].kind if at + 2 < len(found) else ""
        bars = sum(token.kind == "|" for token in found[:at])
        return True if bars % 2 and last not in ("word", "number", "(", "|") else None
    if behind.kind in ("word", "number", "(", "root", "|"):
        return False if blank else None
    return True


def worded(found: Sequence[Token], known: Container[str], notes: Notes) -> list[Token]:
    """Return the tokens with the words of the language told from names."""
    result: list[Token] = []
    then = any(token.text == "then" for token in found)
    for at, token in enumerate(found):
        behind = found[at + 1] if at + 1 < len(found) else NOTHING
        word = WORDS.get(token.text) if token.kind == "word" else None
        if token.text in BEFORE_VALUES and _defines(found, at + 1):
            word = "joint"
        elif (
            word == "if"
            and (not result or result[-1].kind in BEFORE_OPERAND)
            and canonical("if") not in known
        ):
            if then:
                continue  # if c then a else b is c ? a : b
            if behind.kind == "(":
                result.append(token._replace(kind="function", text="where"))
                continue
        arc = f"{token.text.lower()}{behind.text}"
        arc = arc if arc in OPS.spelled or arc in ALIASES else arc.lower()
        if (
            token.text in APART
            and arc in OPS.spelled.keys() | ALIASES.keys()
            and token.text not in known
        ):
            joined = token._replace(text=arc, stop=behind.stop)
            notes.tell(f"alias:{arc}", joined, f"the function {arc}")
            result.append(joined)
            continue
        if token.kind == "word" and result and result[-1].stop == token.stop:
            continue  # the sin of arc sin
        if token.text == "then" and "then" not in known:
            word = "?"
        if token.text == "otherwise" and "otherwise" not in known and _chosen(result):
            continue
        called = token.text == "where" and behind.kind == "("
        chosen = behind.kind == "="  # the parameter of step(x, at=1)
        if (
            word
            and not called
            and not chosen
            and not token.whole
            and canonical(token.text) not in known
        ):
            token = token._replace(kind=word)
        result.append(token)
    return result


_BASE = re.compile(r"log_([0-9]{1,3}|[a-z])|log_\{([0-9]{1,3}|[a-z])\}")


def based(found: Sequence[Token], known: Container[str], notes: Notes) -> list[Token]:
    """Return the tokens with `log_3(x)` as log_b(x, 3)."""
    result = list(found)
    if not any(token.text.startswith("log_") for token in found):
        return result
    closed = closings(found)
    inserted: dict[int, list[Token]] = {}
    for at in range(len(result) - 1):
        token, behind = result[at], result[at + 1]
        base = _BASE.fullmatch(token.text) if token.kind == "word" else None
        called = behind.kind == "(" and behind.start == token.stop
        name = canonical(token.text) if base else ""
        free = not {token.text, name} & OPS.spelled.keys() and name not in known
        if base is None or not called or not free or at + 1 not in closed:
            continue
        spelled = base[1] or base[2]
        begin = token.start + base.start(1 if base[1] else 2)
        number = Fraction(int(spelled)) if spelled.isdecimal() else None
        kind = "word" if number is None else "number"
        operand = Token(kind, spelled, begin, begin + len(spelled), number)
        result[at] = token._replace(text="log_b", kind="function")
        inserted[closed[at + 1]] = [Token(",", ",", begin, begin), operand]
        notes.tell(f"base:{token.start}", token, f"the logarithm to base {spelled}")
    return [part for at, token in enumerate(result) for part in (*inserted.get(at, ()), token)]


LONGEST = 1_000
"""Tokens of cases in one line."""
CHOOSES = frozenset({"if", "for", "when"})
OTHERWISE = frozenset({"otherwise", "else", "sonst"})


def cased(found: list[Token], known: Container[str], notes: Notes) -> list[Token]:
    """Return the tokens with cases in one line as the function of values and conditions.

    Read are `x^2 if x > 0, 0 if x <= 0`, `{x^2, x > 0; 0, x <= 0}` and SymPy's
    `Piecewise((x^2, x > 0), (0, True))`.
    """
    if not any(token.kind == "compare" for token in found):
        return found
    at, closed = 0, closings(found)
    while at < len(found):
        token = found[at]
        opens = token.kind == "("
        listed = opens and found[at - 1].text == "Piecewise" and "Piecewise" not in known and at > 0
        braced = opens and token.text == "{" and (at == 0 or found[at - 1].kind != "function")
        begins = at == 0 or (found[at - 1].kind in (";", "="))
        if listed or braced:
            start, stop = at + 1, closed.get(at, at)
        elif begins:
            start = at
            stop = next(
                (k for k in range(at, len(found)) if found[k].kind in (";", "=")), len(found)
            )
        else:
            at += 1
            continue
        if (listed or braced) and not 0 < stop - start < LONGEST:
            at += 1
            continue
        pairs = _cases(found[start:stop], braced, listed)
        if pairs:
            begin, end = (at - listed, stop + 1) if listed or braced else (start, stop)
            first, last = found[begin], found[end - 1]
            written = [Token("function", "cases", first.start, first.start + 1)]
            written.append(Token("(", "(", first.start, first.start + 1))
            for value, condition in pairs:
                comma = Token(",", ",", value[-1].stop, value[-1].stop)
                written += [*value, comma, *condition, *[comma][: len(condition)]]
            written[-1:] = [Token(")", ")", last.stop - 1, last.stop)]
            notes.tell(f"cases:{first.start}", Span(first.start, last.stop), "cases, one by one")
            found[begin:end] = written
            closed = closings(found)
        at += 1
    return found


def _cases(part: list[Token], braced: bool, listed: bool) -> list[tuple[list[Token], list[Token]]]:
    """Return the values and conditions of cases, the last perhaps without one, if it is some."""
    ends = [token for token in part if token.kind == ";"]
    if braced and ends:
        commas = [t._replace(kind=",") if t.kind == ";" else t for t in part]
        rows: list[list[Token]] = [[]]
        depth = 0
        for token, old in zip(commas, part, strict=True):
            depth += (token.kind == "(") - (token.kind == ")")
            if old.kind == ";" and depth == 0:
                rows.append([])
            else:
                rows[-1].append(token)
    else:
        rows = between_commas(part)
    pairs = []
    for number, row in enumerate(rows):
        if listed and len(row) > 2 and (row[0].kind, closing(row, 0)) == ("(", len(row) - 1):
            row = row[1:-1]
        paired = (listed or (braced and bool(ends))) and len(between_commas(row)) == 2
        value, condition = between_commas(row) if paired else _conditional(row)
        last = number == len(rows) - 1
        if [token.text for token in condition] == ["True"]:
            condition = []
        compared = any(token.kind == "compare" for token in condition)
        if not value or (not compared and (condition or not last)):
            return []
        pairs.append((value, condition))
    ended = bool(ends) or (bool(rows[-1]) and rows[-1][-1].text in OTHERWISE)
    clear = all(condition for _, condition in pairs) or listed or (braced and ended)
    return pairs if len(pairs) > 1 and clear else []


def _conditional(row: list[Token]) -> tuple[list[Token], list[Token]]:
    """Return the two sides of `x^2 if x > 0`; the right one is empty where there is none."""
    depth = 0
    for at, token in enumerate(row):
        depth += (token.kind == "(") - (token.kind == ")")
        if depth == 0 and token.text in CHOOSES and token.kind in ("if", "joint", "word"):
            further = {t.kind for t in row[at:]} & {"=", "else"}
            return ([], []) if further else (row[:at], row[at + 1 :])
    return ([t for t in row if t.text not in OTHERWISE], [])


def _defines(found: Sequence[Token], at: int) -> bool:
    """Return whether `name =` or `f(x, y) =` stands there."""
    kinds = [token.kind for token in found[at : at + 2]]
    if kinds == ["word", "("]:
        stop = closing(found, at + 1)
        named = all(token.kind in ("word", ",") for token in found[at + 2 : stop])
        return named and [token.kind for token in found[stop + 1 : stop + 2]] == ["="]
    return kinds == ["word", "="]


def _chosen(result: list[Token]) -> bool:
    """Turn the commas behind `if`, in the brackets that are open, into else; tell if there are any.

    `a if c, b otherwise` is a if c else b.
    """
    depth, commas, found = 0, [], False
    for at in reversed(range(len(result))):
        depth += (result[at].kind == ")") - (result[at].kind == "(")
        if depth < 0 or result[at].kind == ";":
            break
        if depth == 0 and result[at].kind == ",":
            commas.append(at)
        elif depth == 0 and result[at].kind == "if":
            found = found or bool(commas)
            for comma in commas:
                result[comma] = result[comma]._replace(kind="else")
            commas = []
    return found


def between_commas(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return what stands between the commas outside of brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind == "(") - (token.kind == ")")
        if token.kind == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def kinds(part: Sequence[Token]) -> str:
    """Return one letter for each token: w for a word, l for lambda, m for an arrow."""
    return "".join(
        "l"
        if token.kind == "word" and token.text == "lambda" and token.stop - token.start == 6
        else "w"
        if token.kind == "word"
        else "m"
        if token.kind == "maps"
        else token.kind[:1]
        if token.kind in "(),=:"
        else "?"
        for token in part
    )


def factor_follows(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a blank and a factor stand behind a word, or behind its power: `tg² x`."""
    kinds = [token.kind for token in tokens[at + 1 : at + 3]]
    power = 1 if kinds[:1] == ["superscript"] else 2 if kinds == ["^", "number"] else 0
    before, behind = tokens[at + power], (*tokens[at + power + 1 : at + power + 2], NOTHING)[0]
    called = power > 0 and behind.kind == "("
    return called or (behind.kind in FACTORS and behind.start > before.stop)


def closings(tokens: Sequence[Token]) -> dict[int, int]:
    """Return where each bracket is closed that is."""
    opened: list[int] = []
    found = {}
    for at, token in enumerate(tokens):
        if token.kind == "(":
            opened.append(at)
        elif token.kind == ")" and opened:
            found[opened.pop()] = at
    return found


def closing(tokens: Sequence[Token], at: int) -> int:
    """Return where the bracket that opens at `at` is closed, or the last place."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place].kind == "(") - (tokens[place].kind == ")")
        if depth == 0:
            return place
    return len(tokens) - 1

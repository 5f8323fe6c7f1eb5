"""What words are before they are read: those of the language, starred names, functions of the text.

`y* log y + (1-y*) log(1-y)` has a name y*; `where`, `and`, `if` are words, not products.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence

from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import ALIASES, canonical
from chainrule.language.syntax import Notes, Span
from chainrule.ops import OPS

WORDS = {
    **{word: word for word in ("and", "or", "not", "if", "else")},
    **dict.fromkeys(("where", "with", "for", "in", "at", "of"), "joint"),
}

BEFORE_VALUES = frozenset({"when", "given", "if", "evaluated"})
"""Words that join only before `name =`: x^2 when x = 3."""
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
        if token.text in BEFORE_VALUES and [t.kind for t in found[at + 1 : at + 3]] == [
            "word",
            "=",
        ]:
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
        arc = f"arc{behind.text}"
        if (
            token.text == "arc"
            and arc in OPS.spelled.keys() | ALIASES.keys()
            and "arc" not in known
        ):
            joined = token._replace(text=arc, stop=behind.stop)
            notes.tell(f"alias:{arc}", joined, f"the function {arc}")
            result.append(joined)
            continue
        if token.kind == "word" and result and result[-1].stop == token.stop:
            continue  # the sin of arc sin
        if token.text == "then" and "then" not in known:
            word = "?"
        if token.text == "otherwise" and _chosen(result, known):
            continue  # a if c, b otherwise is a if c else b
        called = token.text == "where" and behind.kind == "("
        if word and not called and not token.whole and canonical(token.text) not in known:
            token = token._replace(kind=word)
        result.append(token)
    return result


def _chosen(result: list[Token], known: Container[str]) -> bool:
    """Turn the commas behind `if` into else; return whether there are any."""
    first = next((at for at, token in enumerate(result) if token.kind == "if"), len(result))
    depth, commas = 0, []
    for at in range(first, len(result)):
        depth += (result[at].kind == "(") - (result[at].kind == ")")
        if result[at].kind == "," and depth == 0:
            commas.append(at)
    if not commas or "otherwise" in known:
        return False
    for at in commas:
        result[at] = result[at]._replace(kind="else")
    return True


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


def closing(tokens: Sequence[Token], at: int) -> int:
    """Return where the bracket that opens at `at` is closed, or the last place."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place].kind == "(") - (tokens[place].kind == ")")
        if depth == 0:
            return place
    return len(tokens) - 1

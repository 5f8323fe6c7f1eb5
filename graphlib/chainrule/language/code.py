"""What stands between characters and statements: starred names, words of the language, code.

`y* log y + (1-y*) log(1-y)` has a name y*; `where`, `and`, `if` are words, not products; a cell of
a notebook has `np.` before functions, `.relu()` behind values, and lines that import.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import replace

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import ALIASES, canonical
from chainrule.language.statements import Statement, numeral
from chainrule.language.syntax import Notes, Span, refusal

# What makes a value of a number in code.
VALUES = frozenset({"Value", "tensor", "Variable", "constant", "array", "float"})
WORDS = {
    **{word: word for word in ("and", "or", "not", "if", "else")},
    **dict.fromkeys(("where", "with", "for", "in", "at", "of"), "joint"),
}
BEFORE_OPERAND = frozenset([";", "=", "(", ",", "+", "-", "*", "/", "^", "else", "maps", "?"])
_MODULE = re.compile(
    "np|numpy|jnp|anp|math|Math|cmath|torch|tf|F|K|keras|jax|nn|scipy|special|sp|sympy|lax|xp"
)
INSIDE = frozenset(["numpy", "math", "nn", "functional", "linalg", "special", "backend", "ops"])
_CONSTANTS = {"e": "e", "pi": "pi"}
_CODE = (
    "Read are functions behind np, math, torch, jnp, tf and F, as in np.exp(x), and functions "
    "behind a value, as in z.relu()."
)


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
    if star.text not in ("*", "∗") or before.kind != "word" or before.stop != star.start:
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


def worded(found: Sequence[Token], known: Container[str]) -> list[Token]:
    """Return the tokens with the words of the language told from names."""
    result: list[Token] = []
    then = any(token.text == "then" for token in found)
    for token, behind in zip(found, [*found[1:], NOTHING], strict=False):
        word = WORDS.get(token.text) if token.kind == "word" else None
        if (
            word == "if"
            and (not result or result[-1].kind in BEFORE_OPERAND)
            and canonical("if") not in known
        ):
            if then:
                continue  # if c then a else b is c ? a : b
            if behind.kind == "(":
                result.append(token._replace(kind="function", text="where"))
                continue
        if token.text == "then" and "then" not in known:
            word = "?"
        called = token.text == "where" and behind.kind == "("
        if word and not called and not token.whole and canonical(token.text) not in known:
            token = token._replace(kind=word)
        result.append(token)
    return result


class Code:
    """Reads what only programs have: imports, modules before functions, methods.

    Parameters
    ----------
    text
        The whole input.
    functions
        Names of the functions that are known.
    known
        Canonical names that are declared or assigned.
    notes
        Where readings are noted.
    """

    def __init__(
        self, text: str, functions: Mapping[str, object], known: Container[str], notes: Notes
    ) -> None:
        self._text = text
        self._functions = functions
        self._known = known
        self._notes = notes

    def plain(self, found: Sequence[Token]) -> list[Token]:
        """Return the tokens as a formula has them.

        Raises
        ------
        ParseError
            At a point behind which no function stands.
        """
        if not any(token.kind == "." or token.text in VALUES for token in found):
            return list(found)
        self._found = found
        self._out: list[Token] = []
        self._opened: list[int] = []
        self._partner: dict[int, int] = {}
        at = 0
        while at < len(self._found):
            if self._found[at].kind == ".":
                at = self._point(at)
            elif (stop := self._value(at)) > at:
                at = stop
            else:
                self._take(self._found[at])
                at += 1
        return self._out

    def _take(self, token: Token) -> None:
        if token.kind == "(":
            self._opened.append(len(self._out))
        elif token.kind == ")" and self._opened:
            self._partner[len(self._out)] = self._opened.pop()
        self._out.append(token)

    def _value(self, at: int) -> int:
        """Take `Value(2.0)` or `torch.tensor(2.0, …)` as the number; return where to go on."""
        word, opens = self._found[at], self._found[at + 1] if at + 1 < len(self._found) else NOTHING
        if word.text not in VALUES or opens.kind != "(" or canonical(word.text) in self._known:
            return at
        stop = at + 2
        listed = self._found[stop].text == "[" if stop < len(self._found) else False
        stop += listed
        while stop < len(self._found) and self._found[stop].kind not in (")", ";", "("):
            stop += 1
        inner = self._found[at + 2 + listed : stop]
        stop += listed  # tensor([3.0]): one entry is a number
        comma = next((k for k, token in enumerate(inner) if token.kind == ","), len(inner))
        if listed and comma < len(inner):
            raise refusal(
                self._text,
                Span(inner[0].start, inner[-1].stop),
                "A vector cannot be typed into a formula",
                "Declare it, like x: 2, and give it the value [1, 2] beside the formula.",
            )
        closed = stop < len(self._found) and self._found[stop].kind == ")"
        if not closed or numeral(inner[:comma]) is None:
            return at
        begin = word.start
        shown = self._text[inner[0].start : inner[comma - 1].stop]
        self._notes.tell(
            f"value:{begin}", Span(begin, self._found[stop].stop), f"the number {shown}"
        )
        self._out.extend(inner[:comma])
        return stop + 1

    def _point(self, at: int) -> int:
        """Take a point and the word behind it; return where to go on."""
        owner = self._out[-1]
        word = self._found[at + 1] if at + 1 < len(self._found) else NOTHING
        module = owner.kind == "word" and _MODULE.fullmatch(owner.text) is not None
        module = module and canonical(owner.text) not in self._known
        behind = self._found[at + 2] if at + 2 < len(self._found) else NOTHING
        if module and (stop := self._value(at + 1)) > at + 1:
            self._out.remove(owner)
            return stop
        if module and word.text in INSIDE and behind.kind == ".":
            self._out[-1] = owner._replace(stop=word.stop)
            return at + 2
        name = word.text if word.text in self._functions else ALIASES.get(word.text, "")
        if module and (name in self._functions or word.text in _CONSTANTS):
            self._out.pop()
            self._notes.tell(f"code:{owner.text}", Span(owner.start, word.stop), word.text)
            if word.text in _CONSTANTS:
                self._take(Token("constant", _CONSTANTS[word.text], owner.start, word.stop))
            else:
                self._check_default(name, owner, at + 2)
                self._take(Token("function", name, owner.start, word.stop, whole=True))
            return at + 2
        if module or word.kind != "word":
            raise self._refusal(owner, word)
        if word.text == "T":
            self._take(Token("superscript", "T", at and self._found[at].start, word.stop))
            return at + 2
        if name not in self._functions or behind.kind != "(":
            raise self._refusal(owner, word)
        return self._method(at, name, word)

    def _method(self, at: int, name: str, word: Token) -> int:
        """Take `.name(` behind an operand, which becomes the first one of the function."""
        begin = self._operand()
        operand = self._out[begin:]
        start, stop = operand[0].start, self._found[at + 2].stop
        shown = self._text[start : operand[-1].stop]
        key = f"method:{excerpt(word.text)}"
        closes = at + 3 < len(self._found) and self._found[at + 3].kind == ")"
        self._notes.tell(key, Span(start, word.stop), f"{name}({shown}{'' if closes else ', …'})")
        del self._out[begin:]
        self._partner = {close: o for close, o in self._partner.items() if close < begin}
        self._take(Token("function", name, start, word.stop, whole=True))
        self._take(Token("(", "(", start, start))
        for token in operand:
            self._take(token)
        if not closes:
            self._take(Token(",", ",", stop - 1, stop))
        return at + 3

    def _operand(self) -> int:
        """Return where the operand that ends here begins."""
        begin = len(self._out) - 1
        while self._out[begin].kind in ("index", "superscript") and begin:
            begin -= 1
        if self._out[begin].kind == ")":
            begin = self._partner.get(begin, begin)
            before = self._out[begin - 1] if begin else NOTHING
            called = before.kind == "function" or (
                before.kind == "word" and before.text in self._functions
            )
            begin -= called
        return begin

    def _check_default(self, name: str, owner: Token, at: int) -> None:
        """Refuse a function whose usual parameter differs in the library it is called from."""
        if name not in ("leaky_relu", "leakyrelu", "LeakyReLU"):
            return
        depth, names = 0, set()
        for token in self._found[at:]:
            depth += (token.kind == "(") - (token.kind == ")")
            names.add(token.text)
            if depth <= 0:
                break
        if "slope" not in names:
            raise refusal(
                self._text,
                Span(owner.start, owner.start + max(1, owner.stop - owner.start)),
                f"`{owner.text}` has another usual slope for {name} than 0.1, which is used here",
                "Write the slope: leaky_relu(x, slope=0.01).",
            )

    def _refusal(self, owner: Token, word: Token) -> ParseError:
        shown = excerpt(f"{owner.text}.{word.text}")
        return refusal(
            self._text,
            Span(max(0, word.start - 1), max(0, word.start - 1) + 1 + len(word.text)),
            f"`{shown}`: no function is known by this name behind a point",
            _CODE,
        )


def with_steps(
    text: str, statements: Sequence[Statement], notes: Notes
) -> tuple[list[Statement], dict[int, dict[str, str]]]:
    """Return the statements with `c += e` as a step c = c + e, and what old names became.

    Returns
    -------
    tuple
        The statements, and for each by its number the new spellings of the names that meant an
        earlier value there: the c before `c += e` is c_before.

    Raises
    ------
    ParseError
        If c is not assigned above.
    """
    versions: dict[str, list[int]] = {}
    for at, statement in enumerate(statements):
        if statement.name is not None:
            name = canonical(statement.name.text)
            if statement.step is not None and name not in versions:
                token = statement.name
                raise refusal(
                    text,
                    token,
                    f"`{excerpt(token.text)}` has no value before {statement.step.text}",
                    "Give it one in a line above, like c = a + b.",
                )
            if statement.step is not None:
                versions[name].append(at)
            else:
                versions.setdefault(name, [at])
    stepped = {name: places for name, places in versions.items() if len(places) > 1}
    renamed: dict[int, dict[str, str]] = {}
    result = []
    for at, statement in enumerate(statements):
        own: dict[str, str] = {}
        for name, places in stepped.items():
            # Above the first value, as in all lines, a name means the last one.
            before = sum(place < at for place in places) or len(places)
            own[name] = _version(name, before, len(places))
        renamed[at] = {old: new for old, new in own.items() if old != new}
        named = statement.name
        if named is not None and canonical(named.text) in stepped:
            token, name = named, canonical(named.text)
            number = stepped[name].index(at) + 1 if at in stepped[name] else 1
            spelled = token._replace(text=_version(name, number, len(stepped[name])))
            if statement.step is not None:
                body, sign = statement.body, statement.step
                opening = Token("(", "", body[0].start, body[0].start)
                closing = Token(")", "", body[-1].stop, body[-1].stop)
                operator = Token("^" if sign.text == "**=" else sign.text[0], sign.text, sign.start,
                                 sign.stop)  # fmt: skip
                statement = replace(
                    statement, name=spelled, body=[token, operator, opening, *body, closing]
                )
                shown = f"{spelled.text} = {own[name]} {operator.kind} …"
                notes.tell(f"step:{token.start}", Span(token.start, sign.stop), shown)
            else:
                statement = replace(statement, name=spelled)
        result.append(statement)
    return result, renamed


def _version(name: str, number: int, count: int) -> str:
    if number == count:
        return name
    return f"{name}_before" + (f"_{number}" if count > 2 else "")

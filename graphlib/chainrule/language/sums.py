"""Sums and products over an index: `sum(theta_j x_j, j=0..2)` is written out.

A bound is a whole number, or a name to which one is given.

The brackets are found among the tokens. What stands in them is read once, as the operand of
a function of its own; `expansion` writes it for every number of the index.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from chainrule.errors import InputError, ParseError, excerpt
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import GREEK_NAMES, canonical
from chainrule.language.numbers import exact
from chainrule.language.syntax import LIMITS, beyond

_EXAMPLE = r"A sum is written like sum(theta_j x_j, j=0..2), in LaTeX \sum_{j=0}^{2}."
NAMES = {
    **dict.fromkeys(("sum", "Σ", "Sigma"), "add"),
    **dict.fromkeys(("prod", "Π", "Pi"), "mul"),
}
"""What sums and products are called, and the operation that joins their terms."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The index of a sum or product, by its canonical name, and the numbers it takes."""

    index: str
    numbers: range
    joins: str = "add"


class Bounds:
    """The whole numbers that names have which are bounds.

    Parameters
    ----------
    values
        The numbers that are given to names, by their canonical form.
    """

    def __init__(self, values: Mapping[str, Fraction]) -> None:
        self._values = values
        self.used: dict[str, int] = {}

    def of(self, text: str, token: Token) -> int:
        """Return the whole number of a bound.

        Raises
        ------
        ParseError
            If it is no whole number.
        """
        name = canonical(token.text) if token.kind in ("word", "name") else ""
        number = token.number if token.kind == "number" else self._values.get(name)
        if number is None or number.denominator != 1:
            message = f"The bounds of a sum are whole numbers, here stands {_shown(text, token)}"
            allowed = _EXAMPLE
            if name:
                allowed = f"Give {excerpt(token.text)} a whole number, like {token.text} = 3."
            raise _refusal(text, token, message, allowed)
        if name:
            self.used[name] = int(number)
        return int(number)


@dataclass(slots=True)
class _Bracket:
    """An open bracket: where the sum before it stands, and the last comma in it."""

    sum: int | None
    comma: int | None = field(default=None)


def take_sums(
    text: str,
    tokens: Sequence[Token],
    known: Collection[str],
    sums: dict[str, Sum],
    bounds: Bounds,
) -> list[Token]:
    """Return the tokens with each sum over an index as a function of one operand.

    Parameters
    ----------
    text
        The whole input.
    tokens
        Of one statement.
    known
        Canonical names that are declared or assigned; `sum` may be one of them.
    sums
        Where the sums are added, by the name of their function.
    bounds
        The numbers of names that are bounds.

    Raises
    ------
    ParseError
        If the bounds are not whole numbers, or points stand elsewhere.
    LimitError
        If a sum has too many terms.
    """
    if not any(token.text in NAMES or token.kind == ".." for token in tokens):
        return list(tokens)
    found: list[Token] = []
    brackets: list[_Bracket] = []
    for token in tokens:
        if token.kind == "(":
            named = bool(found) and _is_sum(found[-1], known)
            brackets.append(_Bracket(len(found) - 1 if named else None))
        elif token.kind == "," and brackets:
            brackets[-1].comma = len(found)
        elif token.kind == ")" and brackets:
            bracket = brackets.pop()
            comma = bracket.comma
            if bracket.sum is not None and comma is not None and _is_tail(found, comma):
                key = f"sum@{len(sums)}"
                joins = NAMES[found[bracket.sum].text]
                sums[key] = _sum(text, found[comma:], token, joins, bounds)
                found[bracket.sum] = found[bracket.sum]._replace(kind="function", text=key)
                del found[comma:]
        found.append(token)
    _check_points(text, found)
    return found


def _is_sum(token: Token, known: Collection[str]) -> bool:
    free = token.kind == "word" and canonical(token.text) not in known
    return token.text in NAMES and (token.kind == "function" or free)


def _is_tail(found: Sequence[Token], comma: int) -> bool:
    return [token.kind for token in found[comma + 1 : comma + 3]] == ["word", "="]


def _sum(text: str, tail: Sequence[Token], closing: Token, joins: str, bounds: Bounds) -> Sum:
    """Read `, j = 0..2`."""
    index = tail[1]
    name = canonical(index.text)
    if (len(name) > 1 and name not in GREEK_NAMES) or name in ("e", "pi"):
        raise _refusal(
            text,
            index,
            f"`{excerpt(index.text)}` cannot be the index of a sum",
            "The index is one letter, but not e or π.",
        )
    low, at = _bound(text, tail, 3, closing, bounds)
    if at == len(tail) or tail[at].kind != "..":
        behind = tail[at] if at < len(tail) else closing
        raise _refusal(text, behind, "The bounds of the sum are not complete", _EXAMPLE)
    high, at = _bound(text, tail, at + 1, closing, bounds)
    if at < len(tail):
        message = f"{_shown(text, tail[at])} cannot stand behind the bounds of a sum"
        raise _refusal(text, tail[at], message, _EXAMPLE)
    if high < low:
        message = f"A sum from {low} to {high} has no terms"
        allowed = "The second bound is not below the first."
        raise _refusal(text, tail[3], message, allowed)
    if high - low >= LIMITS.terms:
        raise beyond("terms in a sum", LIMITS.terms, text=text, position=tail[3].start)
    return Sum(name, range(low, high + 1), joins)


def _bound(
    text: str, tail: Sequence[Token], at: int, closing: Token, bounds: Bounds
) -> tuple[int, int]:
    """Return the bound that begins at `at` of the tail, and where it ends."""
    sign = 1
    if at < len(tail) and tail[at].kind == "-":
        sign, at = -1, at + 1
    token = tail[at] if at < len(tail) else closing
    return sign * bounds.of(text, token), at + 1


def _check_points(text: str, found: Sequence[Token]) -> None:
    for at, token in enumerate(found):
        if token.kind == "..":
            before = found[at - 1] if at else NOTHING
            start = before.start if before.stop == token.start else token.start
            raise ParseError(
                "Two points in a row cannot be read here",
                text=text,
                position=start,
                length=token.stop - start,
                allowed=f"A number has one point at most. {_EXAMPLE}",
            )


def _shown(text: str, token: Token) -> str:
    return f"`{excerpt(text[token.start : token.stop])}`"


def _refusal(text: str, token: Token, message: str, allowed: str) -> ParseError:
    return ParseError(
        message,
        text=text,
        position=token.start,
        length=token.stop - token.start,
        allowed=allowed,
    )


def values_of(declared: Mapping[str, object]) -> dict[str, Fraction]:
    """Return the exact numbers that are given to names, by their canonical form."""
    found = {}
    for name, value in declared.items():
        try:
            found[canonical(name)] = exact(str(value)).value
        except InputError:
            continue  # a vector or a formula is no bound of a sum
    return found

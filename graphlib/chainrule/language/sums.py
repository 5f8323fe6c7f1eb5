"""Sums and products over an index: `sum(theta_j x_j, j=0..2)` is written out.

A bound is a whole number, or a name to which one is given.

The brackets are found among the tokens. What stands in them is read once, as the operand of
a function of its own; `expansion` writes it for every number of the index.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chainrule.errors import InputError, ParseError, excerpt
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import GREEK_NAMES, canonical
from chainrule.language.syntax import LIMITS, Notes, Span, beyond, plain_number, refusal
from chainrule.language.words import between_commas, closing, closings

_EXAMPLE = r"A sum is written like sum(theta_j x_j, j=0..2), in LaTeX \sum_{j=0}^{2}."
NAMES = {
    **dict.fromkeys(("sum", "Sum", "Σ", "Sigma"), "add"),
    **dict.fromkeys(("prod", "product", "Product", "Π", "Pi"), "mul"),
}
"""What sums and products are called, and the operation that joins their terms."""


LONGEST = 500
"""Tokens behind a sum that are looked at for an index."""


@dataclass(frozen=True, slots=True)
class IndexSum:
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
            error = _refusal(text, token, message, _EXAMPLE)
            if name:
                error.allowed = f"Give {excerpt(token.text)} a whole number, like {token.text} = 3."
                error.suggestion = f"{text}\n{token.text} = 3" if number is None else ""
            raise error
        if name:
            self.used[name] = int(number)
        return int(number)

    def put_in(self, body: list[Token], assigned: Container[str], notes: Notes) -> list[Token]:
        """Return a formula with the numbers of bounds that were given beside the text."""
        result = []
        for token in body:
            number = self.used.get(token.text) if token.kind == "name" else None
            if number is not None and token.text not in assigned:
                notes.tell(f"bound:{token.text}", token, str(number))
                written = Token("number", str(number), token.start, token.stop)
                token = written._replace(number=Fraction(number), whole=True)
            result.append(token)
        return result


def take_sums(
    text: str,
    tokens: Sequence[Token],
    known: Collection[str],
    sums: dict[str, IndexSum],
    bounds: Bounds,
    notes: Notes,
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
    notes
        Where it is noted how far a sum goes.

    Raises
    ------
    ParseError
        If the bounds are not whole numbers, or points stand elsewhere.
    LimitError
        If a sum has too many terms.
    """
    pairs = zip(tokens, [*tokens[1:], NOTHING], strict=False)
    tokens = [part for token, behind in pairs for part in _signs(token, behind, known)]
    if not any(token.text in NAMES or token.kind == ".." for token in tokens):
        return tokens
    found: list[Token] = []
    opened: list[tuple[int, list[int]]] = []  # where brackets and the commas in them stand
    for token in tokens:
        if token.kind == "(":
            opened.append((len(found), []))
        elif opened and (token.kind == "," or token.text == "for"):
            opened[-1][1].append(len(found))
        elif token.kind == ")" and opened:
            begin, commas = opened.pop()
            listed = found[begin].text == "[" and begin > 1 and found[begin - 1].kind == "("
            at = begin - 1 - listed
            named = begin > 0 and _is_sum(found[at], known)
            tail = _tail(found, commas) if named else None
            if tail is not None:
                key = f"sum@{len(sums)}"
                joins = NAMES[found[at].text]
                stop, bounded, below = tail
                sums[key] = _sum(text, bounded, token, joins, bounds, below)
                found[at] = found[at]._replace(kind="function", text=key)
                del found[stop:]
                if listed:  # sum([x^j for j in range(3)])
                    del found[begin]
                    continue
        found.append(token)
    _check_points(text, found)
    _check_bounds(text, found, known, notes)
    return _reaching(text, found, sums, known, notes)


# Σ_i and Σx_i: the sign of a sum with its index below, or glued to its terms.
_INDICES = "ijklmn"
_BELOW = re.compile(rf"(sum|Sum|prod|Σ|Π|∑|∏)_?([{_INDICES}])")
_GLUED = re.compile(r"([ΣΠ])([^\W\d]\w*_[ijklmn])")


def _signs(token: Token, behind: Token, known: Collection[str]) -> list[Token]:
    """Return the sign of a sum without its index, and apart from the name behind it."""
    if token.kind != "word" or token.text[:1] not in "sSpΣΠ" or canonical(token.text) in known:
        return [token]
    below = _BELOW.fullmatch(token.text)
    if below and behind.kind in ("word", "number", "(", "function", "root"):
        return [token._replace(text=below[1])]
    if glued := _GLUED.fullmatch(token.text):
        at = token.start + 1
        return [token._replace(text=glued[1], stop=at), token._replace(text=glued[2], start=at)]
    return [token]


def _is_sum(token: Token, known: Collection[str]) -> bool:
    free = token.kind == "word" and canonical(token.text) not in known
    return token.text in NAMES and (token.kind == "function" or free)


_SEPARATOR, _EQUALS, _POINTS = Token(",", ",", 0, 0), Token("=", "=", 0, 0), Token("..", "..", 0, 0)


def _tail(found: Sequence[Token], commas: Sequence[int]) -> tuple[int, list[Token], int] | None:
    """Return where the bounds of a sum begin, the tokens of `, j = 0..2`, and what the last omits.

    Read are also `, j, 0, 2`, `, {j, 0, 2}`, `for j in range(0, 3)` and `for j in 0..2`.
    """
    if not commas:
        return None
    last = list(found[commas[-1] + 1 :])
    if [t.kind for t in last[:2]] == ["word", "="]:
        return commas[-1], list(found[commas[-1] :]), 0
    words = [t.text for t in last]
    points = next((at for at, t in enumerate(last) if t.kind == ".."), 0)
    if found[commas[-1]].text == "for" and words[1:2] == ["in"] and points:
        return _listed(commas[-1], [last[:1], last[2:points], last[points + 1 :]], 0)
    if found[commas[-1]].text == "for" and words[1:4] == ["in", "range", "("]:
        parts = [last[:1], *between_commas([*last[4:-1]])]
        parts[1:1] = [[_ZERO]] if len(parts) == 2 else []
        return _listed(commas[-1], parts, 1)
    if last and last[0].kind == "(" and last[-1].kind == ")":
        return _listed(commas[-1], between_commas(last[1:-1]), 0)
    if len(commas) > 2:
        return _listed(commas[-3], between_commas(list(found[commas[-3] + 1 :])), 0)
    return None


_ZERO = Token("number", "0", 0, 0, Fraction(0))


def _listed(
    stop: int, parts: Sequence[list[Token]], below: int
) -> tuple[int, list[Token], int] | None:
    if len(parts) != 3 or [t.kind for t in parts[0]] != ["word"]:
        return None
    index, low, high = parts
    return stop, [_SEPARATOR, *index, _EQUALS, *low, _POINTS, *high], below


def _reaching(
    text: str,
    found: list[Token],
    sums: Mapping[str, IndexSum],
    known: Collection[str],
    notes: Notes,
) -> list[Token]:
    """Return the tokens with sums going on to terms that have their index: Σ a_i + b_i."""
    for at in reversed(range(len(found))):
        key = found[at].text
        if key not in sums:
            continue
        close = closing(found, at + 1)
        if found[close].start < found[close].stop:
            continue  # its brackets were written
        end, depth, meant, signs = close + 1, 0, 0, []
        while end < len(found):
            depth += (found[end].kind == "(") - (found[end].kind == ")")
            again = found[end].text in sums and sums[found[end].text].index == sums[key].index
            if depth < 0 or again or (depth == 0 and found[end].kind in (",", "compare", "|")):
                break
            if depth == 0 and found[end].kind in ("+", "-"):
                signs.append(end)
            if _has_index(found[end], sums[key].index, known):
                meant = end
            end += 1
        # It goes on to the end of the last term that has its index.
        end = next((sign for sign in signs if sign > meant), end)
        if not meant or (end < len(found) and found[end].text in sums):
            continue
        begin, stop = found[at].start, found[end - 1].stop
        choice = notes.key("reach", Span(begin, stop))
        whole = "whole", "the sum of all that follows"
        first = "first", "the sum of its first term"
        notes.choice(choice, Span(begin, stop), whole, first)
        if not notes.chose(choice, "first"):
            found.insert(end, found[close])
            del found[close]
    return found


def _check_bounds(text: str, found: Sequence[Token], known: Collection[str], notes: Notes) -> None:
    """Refuse Σ x_i, a sum without bounds over what has an index."""
    closed = closings(found)
    for at, token in enumerate(found[:-1]):
        if token.text not in NAMES or not _is_sum(token, known):
            continue
        # A sign takes all up to + or -, and so does a word without its bracket.
        sign = text[token.start : token.stop] in "∑∏ΣΠ" or found[at + 1].kind != "("
        begin = closed.get(at + 1, at + 1) + 1
        ends = (
            k
            for k in range(begin, min(len(found), at + LONGEST))
            if found[k].kind in ("+", "-", ",", ")") or _is_sum(found[k], known)
        )
        stop = next(ends, len(found)) if sign else begin
        inside = found[at + 1 : min(stop, at + LONGEST)]
        below = _BELOW.fullmatch(text[token.start : token.stop])
        index = below[2] if below else ""
        index = index or next((i for i in _INDICES if _indexed(inside, i, known)), "")
        if index:
            if not sign:
                notes.tell("sum", token, f"the sum of the entries: no {index} runs")
                continue
            operand = text[inside[0].start : inside[-1].stop]
            summed = f"{token.text}({operand}, {index}=1..3)"
            message = f"This sum over {index} has no bounds"
            allowed = f"{_EXAMPLE} With three terms it is {excerpt(summed)}."
            turned = text[: token.start] + summed + text[inside[-1].stop :]
            raise refusal(text, token, message, allowed, turned)


def _indexed(tokens: Sequence[Token], index: str, known: Collection[str]) -> bool:
    return any(_has_index(token, index, known) for token in tokens)


def _has_index(token: Token, index: str, known: Collection[str]) -> bool:
    """Return whether a name has the index of a sum below or above it."""
    if token.kind != "word" or canonical(token.text) in known:
        return False
    _, *marks = canonical(token.text).split("_")
    return any(
        index in (mark, mark.removeprefix("sup"), mark.removeprefix("box")) for mark in marks
    )


def _sum(
    text: str, tail: Sequence[Token], closing: Token, joins: str, bounds: Bounds, below: int
) -> IndexSum:
    """Read `, j = 0..2`; the last number is `below` less in a range of Python."""
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
    high -= below
    if at < len(tail):
        message = f"{_shown(text, tail[at])} cannot stand behind the bounds of a sum"
        raise _refusal(text, tail[at], message, _EXAMPLE)
    if high < low:
        message = f"A sum from {low} to {high} has no terms"
        allowed = "The second bound is not below the first."
        raise _refusal(text, tail[3], message, allowed)
    if high - low >= LIMITS.terms:
        raise beyond("terms in a sum", LIMITS.terms, text=text, position=tail[3].start)
    return IndexSum(name, range(low, high + 1), joins)


def _bound(
    text: str, tail: Sequence[Token], at: int, closing: Token, bounds: Bounds
) -> tuple[int, int]:
    """Return the bound that begins at `at` of the tail, and where it ends."""
    sign = 1
    if at < len(tail) and tail[at].kind == "-":
        sign, at = -1, at + 1
    token = tail[at] if at < len(tail) else closing
    bound = sign * bounds.of(text, token)
    shift = [t.kind for t in tail[at + 1 : at + 3]]
    if shift in (["+", "number"], ["-", "number"]):
        number = bounds.of(text, tail[at + 2])
        return bound + (number if shift[0] == "+" else -number), at + 3
    return bound, at + 1


def _check_points(text: str, found: Sequence[Token]) -> None:
    for at, token in enumerate(found):
        if token.kind == "..":
            before = found[at - 1] if at else NOTHING
            start = before.start if before.stop == token.start else token.start
            raise refusal(
                text,
                Span(start, token.stop),
                "Two points in a row cannot be read here",
                f"A number has one point at most. {_EXAMPLE}",
            )


def _shown(text: str, token: Token) -> str:
    return f"`{excerpt(text[token.start : token.stop])}`"


def _refusal(text: str, token: Token, message: str, allowed: str) -> ParseError:
    return refusal(text, token, message, allowed)


def values_of(declared: Mapping[str, object]) -> dict[str, Fraction]:
    """Return the exact numbers that are given to names, by their canonical form."""
    found = {}
    for name, value in declared.items():
        try:
            found[canonical(name)] = plain_number(str(value)).value
        except InputError:
            continue  # a vector or a formula is no bound of a sum
    return found

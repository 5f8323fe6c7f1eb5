"""What reading a text gives: a flat list of items, assignments and notes, within limits.

Items stand in postfix order, operands always before their users, so that everything that
follows is a plain loop, however deep the formula is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, Protocol

from chainrule.errors import LimitError, ParseError, PointError, excerpt
from chainrule.ops import Op


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one input may hold.

    Parameters
    ----------
    characters
        Length of the text.
    nodes
        Operations plus different numbers and names of the text, with sums and functions
        written out.
    nesting
        Brackets, bars, signs, powers and functions inside each other, as written.
    digits
        Digits of an exact number, written out in full.
    name
        Characters of one name.
    terms
        Terms of one sum over an index.
    entries
        Entries of one declared vector or matrix.
    conditions
        Comparisons in one condition.
    work
        Sum over all operations of the square of their operands: each of the n local partials
        of a maximum looks at n operands. All other work is in proportion to the nodes.
    """

    characters: int = 20_000
    nodes: int = 5_000
    nesting: int = 200
    digits: int = 1_000
    name: int = 100
    terms: int = 1_000
    entries: int = 10_000
    conditions: int = 50
    work: int = 40_000


LIMITS = Limits()


class Place(Protocol):
    """What stands somewhere in the text: a token, a word, an item."""

    @property
    def start(self) -> int:
        """Its first character."""

    @property
    def stop(self) -> int:
        """The character behind it."""


def refusal(
    text: str, place: Place, message: str, allowed: str, suggestion: str = ""
) -> ParseError:
    """Return the error at a place of the text."""
    return ParseError(
        message,
        text=text,
        position=place.start,
        length=place.stop - place.start,
        allowed=allowed,
        suggestion=suggestion,
    )


def beyond(what: str, limit: int, *, text: str, position: int, length: int = 1) -> LimitError:
    """Return the error for passing a limit: `what` completes "more than 200 ..."."""
    return LimitError(
        f"This is more than {limit:,} {what}",
        text=text,
        position=position,
        length=length,
        allowed=f"Allowed are at most {limit:,} {what}.",
    )


def listed(table: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(table.split())


def pairs(table: str) -> dict[str, str]:
    """Return words in twos: each with what it stands for."""
    found = table.split()
    return dict(zip(found[::2], found[1::2], strict=True))


def spelled(table: str) -> dict[str, str]:
    """Return what words stand for, from lines with the meaning first: `tan tg` is {"tg": "tan"}."""
    rows = (line.split() for line in table.strip().splitlines())
    return {word: meaning for meaning, *others in rows for word in others}


def check_length(text: str) -> None:
    """Refuse a text that is too long, before anything else looks at it.

    Raises
    ------
    LimitError
        With the place where the limit was passed.
    """
    if len(text) > LIMITS.characters:
        raise beyond("characters", LIMITS.characters, text=text, position=LIMITS.characters)


@dataclass(frozen=True, slots=True)
class Number:
    """A typed number: its exact value and the way it was written."""

    value: Fraction
    text: str


class Span(NamedTuple):
    """A piece of the text: the characters from `start` up to, not including, `stop`."""

    start: int
    stop: int


COMPARISONS = frozenset({"less", "at_most", "greater", "at_least", "equal", "unequal"})
CONDITIONS = COMPARISONS | {"positive", "and", "or", "not"}
"""Items that are true or false. One called `where` has a condition and a value in turn, and
perhaps a last value that is taken where no condition holds."""


class Item(NamedTuple):
    """One number, name, constant or operation of a formula.

    `what` is the operation's name, the canonical name of a variable, or "e" or "pi";
    `operands` are indices of earlier items; `text` is a number or name as it was typed.
    """

    kind: str
    what: str
    operands: tuple[int, ...]
    number: Fraction | None
    text: str
    span: Span
    parameters: tuple[tuple[str, object], ...] = ()

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false, and no number."""
        return self.kind == "apply" and self.what in CONDITIONS


@dataclass(frozen=True, slots=True)
class Note:
    """A reading that was made for the user, and how to get the other one.

    `found` is read as `reading`; passing `readings={key: alternative}` gives
    `alternative_reading` instead. `alternative` is empty where there is no other reading.
    """

    span: Span
    found: str
    reading: str
    key: str
    alternative: str = ""
    alternative_reading: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One statement: a name and the item that holds its formula.

    `name` is canonical and empty for a formula without a name; `span` is the place of the
    name, `body` that of the formula, `line` counts from 1.
    """

    name: str
    spelling: str
    span: Span
    root: int
    body: Span
    line: int


@dataclass(frozen=True, slots=True)
class Program:
    """A text that was read.

    Parameters
    ----------
    text
        What was typed.
    items
        All items; those of one assignment stand together, the last being its root.
    assignments
        In the order written.
    outputs
        Names nobody uses, the main output first; "" is a formula without a name.
    order
        Indices of assignments, each after those it uses: depth first from the outputs,
        operands from left to right.
    inputs
        Free names in the order of first appearance.
    notes
        In the order of the text.
    spellings
        From a canonical name to the way it was first typed.
    shapes
        Declared shapes by canonical name, as in `W1: 4x2`.
    given
        The numbers that are assigned to inputs, by canonical name.
    fixed
        The whole numbers that were put in for names: bounds of sums.
    asked
        By which name a derivative is asked for; "" for every one, None if none is.
    claims
        Numbers that are said to come out, with their places, by the name they are given for.
    operations
        Operations of one's own, beside those built in.
    """

    text: str
    items: tuple[Item, ...]
    assignments: tuple[Assignment, ...]
    outputs: tuple[str, ...]
    order: tuple[int, ...]
    inputs: tuple[str, ...]
    notes: tuple[Note, ...]
    spellings: dict[str, str]
    shapes: dict[str, tuple[int, ...]]
    given: Mapping[str, Number] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    asked: str | None = None
    claims: Mapping[str, tuple[Fraction, Span]] = field(default_factory=dict)
    operations: tuple[Op, ...] = ()


class Notes:
    """Collects notes, one for each key, and knows which readings were switched.

    Parameters
    ----------
    text
        The whole input.
    readings
        Chosen readings by key; a key that does not occur in the text has no effect.
    """

    def __init__(self, text: str, readings: Mapping[str, str]) -> None:
        self._text = text
        self._readings = readings
        self._notes: dict[str, Note] = {}

    def key(self, kind: str, place: Place) -> str:
        """Return the key of a choice: its kind and the text it is about, without spaces."""
        return f"{kind}:{excerpt(''.join(self._text[place.start : place.stop].split()))}"

    def chose(self, key: str, option: str) -> bool:
        """Return whether the user asked for `option`."""
        return self._readings.get(key) == option

    def tell(self, key: str, place: Place, reading: str) -> None:
        """Note a reading that has no alternative."""
        self._note(key, place, reading, "", "")

    def choice(
        self, key: str, place: Place, usual: tuple[str, str], other: tuple[str, str]
    ) -> bool:
        """Note a choice, each an option and what it reads; return whether the other was made."""
        turned = self.chose(key, other[0])
        taken, left = (other, usual) if turned else (usual, other)
        self._note(key, place, taken[1], *left)
        return turned

    def _note(self, key: str, place: Place, reading: str, option: str, other: str) -> None:
        if key not in self._notes:
            span = Span(place.start, place.stop)
            found = excerpt(self._text[span.start : span.stop])
            self._notes[key] = Note(span, found, excerpt(reading), key, option, excerpt(other))

    def all(self) -> tuple[Note, ...]:
        """Return the notes in the order of the text."""
        return tuple(sorted(self._notes.values(), key=lambda note: note.span.start))


_GROUPED = re.compile(
    r"(?<![0-9.])[1-9][0-9]{0,2}(?:(?P<gap>[_ ,'\u2019])[0-9]{3}(?![0-9]))+(?P<part>\.[0-9]+)?"
)
DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
EXPONENT = re.compile(r"[eE](?P<power>[+\-\u2212]?[0-9]+)")
_MIXED = re.compile(
    r"(?P<sign>[+\-\u2212]?)(?P<whole>[0-9]{1,9}) +(?P<above>[0-9]{1,9})/(?P<below>[0-9]{1,9})"
)
_A_NUMBER = "A number is written like 3, -0.25, 1e-9, 1/3 or pi/2."
_SIGNS = {"+": 1, "-": -1, "\N{MINUS SIGN}": -1}


def decimal(text: str, start: int) -> tuple[Fraction, int]:
    """Return the unsigned decimal that begins at `start` of `text`, and where it ends.

    Raises
    ------
    LimitError
        If it has too many digits when written out, with the place that is to blame.
    """
    match = DECIMAL.match(text, start)
    assert match is not None  # the caller saw a digit, or a point before one
    whole, _, part = match[0].partition(".")
    if len(whole) + len(part) > LIMITS.digits:
        raise beyond("digits", LIMITS.digits, text=text, position=start + LIMITS.digits)
    stop, power = match.end(), 0
    raised = EXPONENT.match(text, stop)
    if raised is not None:
        sign, size = _sign_and_rest(raised["power"])
        size = size.lstrip("0") or "0"
        long = len(size) > len(str(LIMITS.digits))
        power = 0 if long else sign * int(size)
        if long or max(len(whole) + power, len(part) - power) > LIMITS.digits:
            raise beyond("digits", LIMITS.digits, text=text, position=raised.start("power"))
        stop = raised.end()
    power -= len(part)
    number = Fraction(int(whole + part))
    return number * Fraction(10) ** power if power else number, stop


def _sign_and_rest(text: str) -> tuple[int, str]:
    return (_SIGNS[text[0]], text[1:]) if text[0] in _SIGNS else (1, text)


def plain_number(text: str) -> Number:
    """Read a number without constants; `entries.exact` reads what may be typed for a value.

    Parameters
    ----------
    text
        A decimal with optional sign and exponent, or a fraction of two decimals.

    Raises
    ------
    PointError
        If it is not a finite number; the place is counted in `text`.
    LimitError
        If it has more digits than an exact number may have.
    """
    check_length(text)
    at, stop = len(text) - len(text.lstrip()), len(text.rstrip())
    if at >= stop:
        raise _not_a_number("Nothing was typed where a number is needed", text, 0)
    mixed = _MIXED.fullmatch(text, at, stop)
    if mixed is not None and int(mixed["below"]):
        part = int(mixed["whole"]) + Fraction(int(mixed["above"]), int(mixed["below"]))
        return Number(-part if _SIGNS.get(mixed["sign"], 1) < 0 else part, text.strip())
    sign = _SIGNS.get(text[at], 0)
    at += abs(sign)
    value, at = _part(text, at)
    at = _past_spaces(text, at)
    if at < stop and text[at] in "/\N{FRACTION SLASH}":
        slash = at
        divisor, at = _part(text, _past_spaces(text, at + 1))
        if not divisor:
            raise _not_a_number("A fraction cannot have the denominator 0", text, slash)
        value /= divisor
    if at < stop:
        raise _rest_of_number(text, at)
    return Number(value if sign >= 0 else -value, text.strip())


def _past_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _part(text: str, at: int) -> tuple[Fraction, int]:
    if DECIMAL.match(text, at) is None:
        found = excerpt(text[at:].strip()) or excerpt(text.strip())
        raise _not_a_number(f"{found!r} is not a number", text, min(at, len(text)))
    return decimal(text, at)


def ungrouped(text: str, at: int) -> tuple[str, str]:
    """Return a number whose digits stand in groups of three around `at`: as typed, and together.

    >>> ungrouped("x = 1_000 y", 5), ungrouped("1,5", 1)
    (('1_000', '1000'), ('', ''))
    """
    begin = max(0, at - 3)
    found = next((m for m in _GROUPED.finditer(text[: at + 40], begin) if m.end() > at), None)
    if found is None or found.start() > at:
        return "", ""
    return found[0], re.sub(r"[^0-9.]", "", found[0])


def doubtful_comma(text: str, at: int) -> str:
    """Return why 1,000 is not corrected: it could be 1000 or 1.000; "" for 0,5 and 1,25."""
    typed, together = ungrouped(text, at)
    return f"Write {together}, or {typed.replace(',', '.')} with a point." if typed else ""


def _rest_of_number(text: str, at: int) -> PointError:
    typed, together = ungrouped(text, at)
    if typed and typed != text.strip().lstrip("+-\u2212"):
        typed = ""
    if typed and "," in typed:
        return _not_a_number(
            f"{typed!r} could be {together} or {typed.replace(',', '.')}", text, at
        )
    if typed:
        return _not_a_number("Digits stand without gaps", text, at, text.replace(typed, together))
    degrees = {"%": "/100", "°": "*pi/180"}.get(text[at:].strip())
    if degrees is not None:
        message = f"{text[at]!r} does not belong to a number"
        return _not_a_number(message, text, at, text[:at].strip() + degrees)
    if text[at] == "," and text.count(",") == 1:
        return _not_a_number(
            "Decimals are written with a point here", text, at, text.strip().replace(",", ".")
        )
    return _not_a_number(f"{excerpt(text[at:].strip())!r} does not belong to a number", text, at)


def _not_a_number(message: str, text: str, at: int, suggestion: str = "") -> PointError:
    return PointError(message, text=text, position=at, allowed=_A_NUMBER, suggestion=suggestion)

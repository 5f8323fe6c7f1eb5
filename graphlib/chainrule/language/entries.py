"""Typed values: a number, or a vector or matrix in nested brackets, entry by entry exact."""

from __future__ import annotations

import re
from fractions import Fraction

from chainrule.errors import InputError, PointError, ShapeError
from chainrule.graph.constant import Constant
from chainrule.language.build import build
from chainrule.language.program import read
from chainrule.language.syntax import Number, beyond, check_length, plain_number

Entries = Fraction | tuple["Entries", ...]
"""A number, or as many entries of one shape."""

_ALLOWED = "A vector is written [1, 2.5], a matrix row by row: [[1, 2], [3, 4]]."
_DEEPEST = 8
# What looks like a slip in a number and not like a formula: 1e, --1.
_SLIP = re.compile(r"[0-9]\s*[eE](?![a-zA-Z])|^\s*[-+\u2212]{2}")


def shape_of(entries: Entries) -> tuple[int, ...]:
    """Return the shape of regular entries, () for a number."""
    shape: list[int] = []
    while isinstance(entries, tuple):
        shape.append(len(entries))
        entries = entries[0]
    return tuple(shape)


def shape_in_words(shape: tuple[int, ...]) -> str:
    """Return what a value of a shape is called: "a number", "a vector of 2", "a 2×3 matrix"."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a vector of {shape[0]}"
    return f"a {'×'.join(map(str, shape))} {'matrix' if len(shape) == 2 else 'array'}"


def exact(text: str) -> Number:
    """Read a number that was typed into a field, a link or behind `--at`.

    It is the exact decimal or fraction; or a formula of constants, such as pi/2, √2, 2^-3.

    >>> exact("1/3").value, exact("sqrt(2)").text
    (Fraction(1, 3), 'sqrt(2)')

    Raises
    ------
    PointError
        If it is not a finite number; the place is counted in `text`.
    LimitError
        If it has more digits than an exact number may have.
    """
    try:
        return plain_number(text)
    except PointError:
        found = _constant(text)
        if found is None:
            raise
        return Number(found, text.strip())


def _constant(text: str) -> Constant | None:
    """Return the number of a formula without variables, if that is what was typed."""
    if _SLIP.search(text):
        return None
    try:
        program = read(text)
        if program.inputs or program.outputs != ("",):
            return None
        return Constant.of(build(program), text.strip())
    except (InputError, ShapeError):
        return None


def value(text: str, name: str = "", shape: tuple[int, ...] | None = None) -> Entries:
    """Read a value that was typed into a field, a link or behind `--at`.

    >>> value("[1, 0.1]")
    (Fraction(1, 1), Fraction(1, 10))

    Parameters
    ----------
    text
        A number, or numbers in nested brackets with commas.
    name
        Whose value it is, for messages.
    shape
        The declared shape; None where any will do.

    Raises
    ------
    PointError
        If it is no value, its rows differ in length, or it has another shape than `shape`; the
        place is counted in `text`.
    LimitError
        If it is too long or has too many brackets inside each other.
    """
    check_length(text)
    given = _Lists(text).read() if text.strip()[:1] == "[" else exact(text).value
    if shape is not None and shape_of(given) != shape:
        raise PointError(
            f"{name or 'It'} is {shape_in_words(shape)}; "
            f"{shape_in_words(shape_of(given))} was given",
            text=text,
            position=len(text) - len(text.lstrip()),
            length=len(text.strip()),
            allowed=f"Write it as {example(shape)}.",
        )
    return given


def example(shape: tuple[int, ...]) -> str:
    """Return how a value of a shape is written: 1, [1, 2], [[1, 2], …]."""
    count = iter(range(1, 10**6))

    def written(sizes: tuple[int, ...]) -> str:
        if not sizes:
            return str(next(count))
        shown = [written(sizes[1:]) for _ in range(min(sizes[0], 3))]
        return f"[{', '.join(shown)}{', …' if sizes[0] > 3 else ''}]"

    return written(shape)


class _Lists:
    """Reads nested brackets with a stack of its own."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stop = len(text.rstrip())

    def fault(self, message: str, at: int, length: int = 1) -> PointError:
        return PointError(message, text=self.text, position=at, length=length, allowed=_ALLOWED)

    def read(self) -> Entries:
        text, at = self.text, self._past(0)
        open_lists: list[list[Entries]] = []
        begins: list[int] = []
        while True:
            if text[at : at + 1] == "[":
                if len(open_lists) == _DEEPEST:
                    raise beyond("brackets inside each other", _DEEPEST, text=text, position=at)
                open_lists.append([])
                begins.append(at)
                at = self._past(at + 1)
                continue
            end = min((i for i in (text.find(c, at) for c in ",[]") if i >= 0), default=self.stop)
            open_lists[-1].append(self._number(at, end))
            at = self._past(end)
            while text[at : at + 1] == "]":
                done = tuple(open_lists.pop())
                begin = begins.pop()
                self._regular(done, begin, at)
                at = self._past(at + 1)
                if not open_lists:
                    if at < self.stop:
                        raise self.fault("Something stands behind the last bracket", at)
                    return done
                open_lists[-1].append(done)
            if text[at : at + 1] != ",":
                missing = "A bracket is not closed" if at >= self.stop else "A comma is missing"
                raise self.fault(missing, min(at, len(text) - 1))
            at = self._past(at + 1)

    def _number(self, at: int, end: int) -> Fraction:
        piece = self.text[at:end].rstrip()
        try:
            return exact(piece).value
        except PointError as error:
            place = min(at + error.position, max(0, len(self.text) - 1))
            raise self.fault(error.message, place, max(1, len(piece))) from error

    def _regular(self, rows: tuple[Entries, ...], begin: int, end: int) -> None:
        shapes = [shape_of(row) for row in rows]
        for number, shape in enumerate(shapes):
            if shape != shapes[0]:
                raise self.fault(
                    f"Row {number + 1} is {shape_in_words(shape)}, "
                    f"row 1 {shape_in_words(shapes[0])}",
                    begin,
                    end - begin + 1,
                )

    def _past(self, at: int) -> int:
        while at < self.stop and self.text[at].isspace():
            at += 1
        return at

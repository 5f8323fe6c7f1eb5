"""A picture as marks: boxes, wires, tips, rings and texts, which every format can draw.

Where things stand is said once, by whoever makes the picture; a format only knows how to draw a
mark. Lengths are in px, y downward; colours are names of a theme's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chainrule.readings.document import Block
from chainrule.readings.terms import Term

Align = Literal["start", "middle", "end"]
Corners = Literal["all", "below", "none"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A box, x and y its centre."""

    x: float
    y: float
    w: float
    h: float

    def overlap(self, other: Box) -> float:
        """Return the part of this box, 0 to 1, that the other covers."""
        wide = min(self.x + self.w / 2, other.x + other.w / 2) - max(
            self.x - self.w / 2, other.x - other.w / 2
        )
        high = min(self.y + self.h / 2, other.y + other.h / 2) - max(
            self.y - self.h / 2, other.y - other.h / 2
        )
        return max(0.0, wide) * max(0.0, high) / (self.w * self.h)

    def holds(self, point: Point) -> bool:
        """Whether a point lies in the box."""
        x, y = point
        return abs(x - self.x) <= self.w / 2 and abs(y - self.y) <= self.h / 2


@dataclass(frozen=True, slots=True)
class Shape:
    """A box with round corners.

    Parameters
    ----------
    fill, line
        Colours; empty for none.
    part
        How far the line's goes over into the derivative's, from 0 to 1.
    dashed
        An empty outline: what is not computed yet.
    """

    box: Box
    fill: str = ""
    line: str = ""
    width: float = 1.25
    radius: float = 9.0
    corners: Corners = "all"
    part: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Wire:
    """A line of straight and cubic pieces from `start`."""

    start: Point
    pieces: tuple[tuple[Point, ...], ...]
    line: str
    width: float = 1.25
    part: float = 0.0
    dash: Literal["", "dotted", "dashed"] = ""


@dataclass(frozen=True, slots=True)
class Tip:
    """The head of an arrow: its tip and its two other corners."""

    points: tuple[Point, ...]
    fill: str
    part: float = 0.0


@dataclass(frozen=True, slots=True)
class Ring:
    """A small ring about a point."""

    at: Point
    line: str
    radius: float = 2.6


@dataclass(frozen=True, slots=True)
class Type:
    """A line of mathematics, or of words, whose middle is at `at`.

    Parameters
    ----------
    to
        Which end of it keeps to `at`.
    colour
        Of what has none of its own.
    room
        Its largest width in px, 0 for any.
    bold
        A term that stands before it in bold type, the name of a node.
    """

    at: Point
    to: Align
    size: float
    what: Term | str
    colour: str = "ink"
    room: float = 0.0
    bold: Term | None = None


Mark = Shape | Wire | Tip | Ring | Type


@dataclass(frozen=True, slots=True)
class Picture(Block):
    """A picture: its size, its marks, what lies below first, and what it shows in words."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    words: str

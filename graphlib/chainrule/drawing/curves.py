"""Straight and cubic pieces of lines: written, sampled, and crossed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from chainrule.readings.picture import Point

Piece = tuple[Point, ...]
"""A piece of a line with both its ends: straight, two points; curved, four."""


def path(pieces: Sequence[Piece]) -> str:
    """Return pieces of a line as an SVG path."""

    def written(point: Point) -> str:
        return f"{point[0]:.1f},{point[1]:.1f}"

    parts = [f"M{written(pieces[0][0])}"]
    for piece in pieces:
        command = "L" if len(piece) == 2 else "C"
        parts.append(command + " ".join(written(p) for p in piece[1:]))
    return "".join(parts)


def control_points(pos: str) -> list[Point]:
    """Return the control points of Graphviz's spline."""
    points = [part for part in pos.split() if part[0] not in "se"]
    return [(float(x), float(y)) for x, y in (part.split(",") for part in points)]


def _bezier(p: Piece, t: float) -> Point:
    s = 1 - t
    f, g, h, i = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    (a, b), (c, d), (e, j), (k, m) = p
    return f * a + g * c + h * e + i * k, f * b + g * d + h * j + i * m


def sampled(control: list[Point]) -> list[Point]:
    """Return points on a chain of cubic Bézier curves."""
    points = [control[0]]
    for i in range(0, len(control) - 3, 3):
        piece = tuple(control[i : i + 4])
        points += [_bezier(piece, k / 12) for k in range(1, 13)]
    return points


def crossing(curve: list[Point], along: float) -> float:
    """Return where a curve that runs along the ranks has come to `along`."""
    for (a, b), (c, d) in pairwise(curve):
        if a <= along <= c:
            return b if c == a else b + (d - b) * (along - a) / (c - a)
    return curve[-1][1]


def points(pieces: Sequence[Piece]) -> list[Point]:
    """Return points on a line, from its start to its end, at most some 12 px apart."""
    line: list[Point] = []
    for piece in pieces:
        (a, b), (c, d) = piece[0], piece[-1]
        if len(piece) == 2:
            count = max(2, int(max(abs(c - a), abs(d - b)) / 12))
            line += [(a + (c - a) * k / count, b + (d - b) * k / count) for k in range(count + 1)]
        else:
            count = max(12, int(abs(d - b) / 12))
            line += [_bezier(piece, k / count) for k in range(count + 1)]
    return line

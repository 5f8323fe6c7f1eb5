"""Straight and cubic pieces of lines: written, sampled, and crossed."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from chainrule.readings.picture import Point

_COMMAND: Final = re.compile(r"([MLC])([^MLC]*)")


def path(pieces: list[list[Point]]) -> str:
    """Return pieces of a line, of two or four points each, as an SVG path."""

    def written(point: Point) -> str:
        return f"{point[0]:.1f},{point[1]:.1f}"

    parts = [f"M{written(pieces[0][0])}"]
    for piece in pieces:
        command = "L" if len(piece) == 2 else "C"
        parts.append(command + " ".join(written(p) for p in piece[1:]))
    return "".join(parts)


def sections(d: str) -> list[list[Point]]:
    """Return the pieces of an SVG path of ours, of two or four points each."""
    found: list[list[Point]] = []
    for _command, numbers in _COMMAND.findall(d):
        pairs = (pair.split(",") for pair in numbers.split())
        points = [(float(x), float(y)) for x, y in pairs]
        found.append([found[-1][-1], *points] if found else points)
    return found[1:]


def control_points(pos: str) -> list[Point]:
    """Return the control points of Graphviz's spline."""
    points = [part for part in pos.split() if part[0] not in "se"]
    return [(float(x), float(y)) for x, y in (part.split(",") for part in points)]


def _bezier(p: tuple[Point, ...], t: float) -> Point:
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


def points(pieces: list[tuple[Point, ...]]) -> list[Point]:
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

"""Where the text of an edge stands: beside its line, off the cards and off other text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from chainrule.readings.picture import Align, Box, Point

CELL: Final = 48.0
SLIGHT: Final = 52.0
"""A line that bends by less, in px, leaves no room for text beside a card that it comes from."""

_CARD, _TEXT, _LINE = 8.0, 6.0, 1.0


def spanned(first: Box, second: Box) -> Box:
    """Return the box in which both lie."""
    left = min(first.x - first.w / 2, second.x - second.w / 2)
    right = max(first.x + first.w / 2, second.x + second.w / 2)
    top = min(first.y - first.h / 2, second.y - second.h / 2)
    bottom = max(first.y + first.h / 2, second.y + second.h / 2)
    return Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


class Occupied:
    """The boxes and points already on the drawing, by squares."""

    def __init__(self) -> None:
        self._boxes: dict[tuple[int, int], list[tuple[Box, float]]] = defaultdict(list)
        self._points: dict[tuple[int, int], list[tuple[Point, int]]] = defaultdict(list)

    def add_card(self, box: Box) -> None:
        """Keep the box of a card."""
        self._add(box, _CARD)

    def add_text(self, box: Box) -> None:
        """Keep the box of a text."""
        self._add(box, _TEXT)

    def _add(self, box: Box, weight: float) -> None:
        for square in _squares(box):
            self._boxes[square].append((box, weight))

    def add_line(self, points: Iterable[Point], edge: int) -> None:
        """Keep the points of the line of edge number `edge`."""
        for x, y in points:
            self._points[int(x // CELL), int(y // CELL)].append(((x, y), edge))

    def cost(self, box: Box) -> float:
        """Return how badly a text in `box` would stand; 0 if it is free."""
        near = {
            (id(other), weight): (other, weight)
            for square in _squares(box)
            for other, weight in self._boxes.get(square, ())
        }
        cost = sum(weight * _covered(box, other) for other, weight in near.values())
        crossed = {
            edge
            for square in _squares(box)
            for point, edge in self._points.get(square, ())
            if box.holds(point)
        }
        return cost + _LINE * len(crossed)


def _covered(box: Box, other: Box) -> float:
    part = box.overlap(other)
    return 0.3 + part if part > 0 else 0.0


def _squares(box: Box) -> Iterator[tuple[int, int]]:
    for i in range(int((box.x - box.w / 2) // CELL), int((box.x + box.w / 2) // CELL) + 1):
        for j in range(int((box.y - box.h / 2) // CELL), int((box.y + box.h / 2) // CELL) + 1):
            yield i, j


@dataclass(frozen=True, slots=True)
class Label:
    """The room for an edge's text.

    Parameters
    ----------
    box
        Room for the longest text that the edge will carry.
    align
        Which end of the text keeps to the line: its start, its end, or neither.
    rows
        2 where a text is broken after its equals sign: the rows are centred at y ± h/4. With
        "middle" the edge's line runs between them.
    """

    box: Box
    align: Align
    rows: int = 1


def beside(
    points: list[Point], w: float, h: float, occupied: Occupied, *, across: bool, upper: bool
) -> Label:
    """Return the best place for a text of `w` by `h` px beside the line through `points`.

    Parameters
    ----------
    across
        Whether ranks run from left to right, so that text stands above and below lines.
    upper
        Whether the outer side of the line is the upper (or left) one; it is tried first.
    """
    best, best_cost = Label(Box(*points[len(points) // 2], w, h), "middle"), float("inf")
    for label in _places(points, w, h, across, upper):
        cost = occupied.cost(label.box)
        if cost == 0:
            return label
        if cost < best_cost:
            best, best_cost = label, cost
    return best


def _places(points: list[Point], w: float, h: float, across: bool, upper: bool) -> Iterator[Label]:
    sides = (-1, 1) if upper else (1, -1)
    last = len(points) - 1
    for part in (0.5, 0.66, 0.33, 0.8, 0.2):
        x, y = points[round(part * last)]
        if not across:
            yield from (_left_or_right(points, y, w, h, side) for side in sides)
            continue
        rises = points[-1][1] < points[0][1]
        for side in sides:
            # On the free flank of a slope: left above a rising line, right above a falling one.
            right = (side < 0) != rises
            if abs(points[-1][1] - points[0][1]) < SLIGHT:
                over = [py for px, py in points if abs(px - x) <= w / 2] or [y]
                edge = min(over) if side < 0 else max(over)
                yield Label(Box(x, edge + side * (h / 2 + 3), w, h), "middle")
            else:
                shift = w / 2 + 5 if right else -w / 2 - 5
                yield Label(
                    Box(x + shift, y + side * (h / 2 + 2), w, h), "start" if right else "end"
                )


def _left_or_right(points: list[Point], y: float, w: float, h: float, side: int) -> Label:
    """Return a place left or right of the stretch of line at height `y`."""
    along = [px for px, py in points if abs(py - y) <= h / 2 + 1]
    if side < 0:
        return Label(Box(min(along) - 7 - w / 2, y, w, h), "end")
    return Label(Box(max(along) + 7 + w / 2, y, w, h), "start")

"""The figure of a sheet: a graph laid out on paper, with places that the student fills.

Graphviz says where cards stand and how arrows run; the rest is data, which each format draws in
its own way, so that the mathematics is typeset like that around it.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from chainrule.drawing import graphviz_process
from chainrule.drawing.curves import control_points
from chainrule.exercises.problem import Problem
from chainrule.graph.wengert import INPUT
from chainrule.readings.picture import Point
from chainrule.readings.terms import Term, text

WIDTH: Final = 482.0
"""Width between the margins of A4, in points."""

CARD: Final = (84.0, 42.0)
_LETTER: Final = 5.6
_NEAR, _FAR, _SHEER = 18.0, 20.0, 0.72


@dataclass(frozen=True, slots=True)
class Card:
    """A node: its corner at (x, y), y downward, in points.

    Parameters
    ----------
    name
        The node's name.
    formula
        Its formula; None for an input, or where it is asked.
    cell
        Id of the cell in which the formula is asked; empty where it is given.
    input
        Whether it is an input.
    """

    x: float
    y: float
    width: float
    height: float
    name: Term
    formula: Term | None
    cell: str
    input: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge as a chain of cubic Bézier curves, from operand to user; the last point is its tip.

    `drawn` is False where the student is to draw it.
    """

    points: tuple[Point, ...]
    operand: str
    user: str
    drawn: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A graph on paper.

    Parameters
    ----------
    width, height
        In points.
    scale
        By how much letters shrink with it, at most 1.
    fields
        Whether cards have two empty fields for value and adjoint.
    alternative
        The picture in words.
    """

    width: float
    height: float
    scale: float
    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    fields: bool
    alternative: str

    @property
    def blanks(self) -> tuple[tuple[Term, str], ...]:
        """The cards whose formulas are asked: name and cell."""
        return tuple((card.name, card.cell) for card in self.cards if card.cell)


def head(arrow: Arrow, long: float = 7.0, wide: float = 2.6) -> tuple[Point, Point, Point]:
    """Return the three corners of an arrow's head, the tip first."""
    (x, y) = tip = arrow.points[-1]
    before = next((p for p in reversed(arrow.points[:-1]) if p != tip), (x - 1.0, y))
    dx, dy = x - before[0], y - before[1]
    size = math.hypot(dx, dy)
    u, v = dx / size, dy / size
    back = (x - long * u, y - long * v)

    def corner(side: float) -> Point:
        return round(back[0] + side * v, 2), round(back[1] - side * u, 2)

    return tip, corner(wide), corner(-wide)


def figure(
    problem: Problem,
    *,
    blank: Collection[int] = (),
    missing: Collection[tuple[int, int]] = (),
    fields: bool = False,
    alternative: str = "",
) -> Figure:
    """Return the graph of a problem as a figure.

    Parameters
    ----------
    blank
        Nodes whose formulas are asked.
    missing
        Edges, as (user, operand), that the student is to draw.
    fields
        Whether cards have empty fields for value and adjoint.

    Raises
    ------
    DrawingError, OutsideTimeout
        If Graphviz cannot lay it out.
    """
    view = problem.worked.view
    nodes = view.shown
    names = {node: view.name(node) for node in nodes}
    formulas = {
        node: None if view.graph.ops[node] is INPUT else view.formula(node) for node in nodes
    }
    tall = CARD[1] if fields else CARD[1] * 0.6
    wide = {
        node: _width(text(names[node]), formulas[node], node in blank, fields) for node in nodes
    }
    edges = list(dict.fromkeys((edge.user, edge.operand) for edge in view.edges))
    sizes = tuple(wide[node] for node in nodes)
    place = {node: i for i, node in enumerate(nodes)}
    links = tuple((place[operand], place[user]) for user, operand in edges)
    plan = _plan(sizes, tall, links)
    cards = tuple(
        Card(
            *plan.corners[place[node]],
            wide[node] * plan.scale,
            tall * plan.scale,
            names[node],
            None if node in blank else formulas[node],
            f"node:{view.labels[node]}" if node in blank else "",
            view.graph.ops[node] is INPUT,
        )
        for node in nodes
    )
    arrows = tuple(
        Arrow(points, view.labels[edge[1]], view.labels[edge[0]], edge not in missing)
        for edge, points in zip(edges, plan.curves, strict=True)
    )
    return Figure(
        plan.width, plan.height, plan.scale, cards, arrows, fields, alternative
    )  # fmt: skip


def _width(name: str, formula: Term | None, blank: bool, fields: bool) -> float:
    shown = name if formula is None or blank else f"{name} = {text(formula)}"
    longest = len(shown) * _LETTER + 18
    least = CARD[0] if fields or blank else 40.0
    return float(round(max(least, longest)))


@dataclass(frozen=True, slots=True)
class _Plan:
    width: float
    height: float
    scale: float
    corners: tuple[Point, ...]
    curves: tuple[tuple[Point, ...], ...]


@lru_cache(maxsize=256)
def _plan(wide: tuple[float, ...], tall: float, links: tuple[tuple[int, int], ...]) -> _Plan:
    """Return Graphviz's positions: left to right where it fits the page, else top down."""
    across = _laid(wide, tall, links, "LR")
    if across.scale >= _SHEER:
        return across
    return max(across, _laid(wide, tall, links, "TB"), key=lambda plan: plan.scale)


def _laid(
    wide: tuple[float, ...], tall: float, links: tuple[tuple[int, int], ...], direction: str
) -> _Plan:
    lines = [
        f"digraph sheet {{ rankdir={direction}; nodesep={_NEAR / 72:.4f}; "
        f'ranksep={_FAR / 72:.4f}; node [shape=box, fixedsize=true, label="", '
        f"height={tall / 72:.4f}]; edge [arrowhead=none];"
    ]
    lines += [f"n{i} [width={width / 72:.4f}];" for i, width in enumerate(wide)]
    lines += [f"n{a} -> n{b} [id=e{i}];" for i, (a, b) in enumerate(links)]
    # Branches of one step stand side by side, however soon they are used.
    layer = [0] * len(wide)
    for _ in wide:
        for a, b in links:
            layer[b] = max(layer[b], layer[a] + 1)
    for rank in sorted(set(layer)):
        alike = " ".join(f"n{i};" for i, own in enumerate(layer) if own == rank)
        lines.append(f"{{ rank=same; {alike} }}")
    account = graphviz_process.layout("\n".join([*lines, "}"]))
    _x, _y, width, height = (float(c) for c in account["bb"].split(","))
    scale = min(1.0, WIDTH / width)

    def placed(point: Point) -> Point:
        return round(point[0] * scale, 2), round((height - point[1]) * scale, 2)

    corners: dict[int, Point] = {}
    for thing in account.get("objects", []):
        if "pos" not in thing:
            continue  # a rank, which is no node
        x, y = (float(c) for c in thing["pos"].split(","))
        node = int(thing["name"][1:])
        corners[node] = placed((x - wide[node] / 2, y + tall / 2))
    curves: dict[int, tuple[Point, ...]] = {}
    for drawn in account.get("edges", []):
        points = tuple(placed(point) for point in control_points(drawn["pos"]))
        curves[int(drawn["id"][1:])] = points
    return _Plan(
        round(width * scale, 2),
        round(height * scale, 2),
        scale,
        tuple(corners[i] for i in range(len(wide))),
        tuple(curves[i] for i in range(len(links))),
    )

"""Where cards, lines and texts stand, and all that as plain data for a browser.

Lines are straight and cubic pieces, which are written, sampled and crossed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

from chainrule.drawing.labels import Label
from chainrule.drawing.reduction import Cluster
from chainrule.drawing.rows import Form, Weight, form
from chainrule.drawing.widths import ACROSS, Sizes
from chainrule.graph.wengert import Edge
from chainrule.readings.picture import Box, Point
from chainrule.readings.render.svg import path
from chainrule.readings.view import View

Piece = tuple[Point, ...]
"""A piece of a line with both its ends: straight, two points; curved, four."""

HEAD: Final = 9.0
"""Length of an arrow head in px: a line ends this far before its tip."""


@dataclass(frozen=True, slots=True)
class Route:
    """An edge: its line from operand to user without its arrow head, tip of the head, text."""

    pieces: tuple[Piece, ...]
    tip: Point
    label: Label | None

    @property
    def drawn(self) -> tuple[Point, tuple[tuple[Point, ...], ...]]:
        """Where it begins, and for each piece its further points."""
        return self.pieces[0][0], tuple(piece[1:] for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing's positions in px, y downward.

    Parameters
    ----------
    width, height
        Of all cards and texts together.
    nodes
        Cards, x and y their centre; so are the rows on them.
    edges
        Routes.
    view
        The view that was laid out: the one given, or its graph folded.
    note
        What was folded or left out, as a sentence; may be empty.
    sizes
        Sizes of cards and type.
    rows
        The weights on a card, by its node.
    grounds
        Where the frames behind nodes lie, and which nodes they frame.
    """

    width: float
    height: float
    nodes: dict[int, Box]
    edges: dict[Edge, Route]
    view: View
    note: str = ""
    sizes: Sizes = ACROSS
    rows: Mapping[int, tuple[Weight, ...]] = field(default_factory=dict)
    grounds: tuple[tuple[Box, Cluster], ...] = ()

    @property
    def forms(self) -> dict[int, Form]:
        """Which form each card has."""
        weights = {row.node for found in self.rows.values() for row in found}
        found: dict[int, Form] = {}
        for node in self.nodes:
            chips = not self.sizes.cell
            usual = form(self.view, node, bool(self.rows), chips)
            found[node] = "row" if node in weights else usual
        return found

    @property
    def stacked(self) -> frozenset[int]:
        """The cards on which value and derivative stand below each other."""
        high = self.sizes.height + self.sizes.line - 1
        rows, forms = self.rows, self.forms
        return frozenset(
            n
            for n, box in self.nodes.items()
            if forms[n] == "card" and n not in rows and box.h >= high
        )

    @property
    def factors(self) -> frozenset[Edge]:
        """The edges that end beside a row."""
        return frozenset(row.factor for found in self.rows.values() for row in found)

    @property
    def last(self) -> frozenset[int]:
        """The last row of each card that has any."""
        return frozenset(found[-1].node for found in self.rows.values())


def moved(box: Box, shift: Point) -> Box:
    """Return a box moved by some px."""
    return replace(box, x=box.x + shift[0], y=box.y + shift[1])


def node_key(node: int) -> str:
    """Return the key of a node."""
    return f"n{node}"


def edge_key(edge: Edge) -> str:
    """Return the key of an edge."""
    return f"e{edge.user}_{edge.slot}"


def positions(layout: Layout) -> dict[str, Any]:
    """Return a layout as plain data, numbers with one decimal."""
    forms, factors, last, stacked = layout.forms, layout.factors, layout.last, layout.stacked

    def box(box: Box) -> dict[str, Any]:
        return {k: round(getattr(box, k), 1) for k in ("x", "y", "w", "h")}

    def node(number: int, card: Box) -> dict[str, Any]:
        found = box(card) | {"form": forms[number]}
        if number in layout.rows:
            found["upper"] = layout.sizes.head
        if number in stacked:
            found["stacked"] = True
        return found | {"last": True} if number in last else found

    def edge(edge: Edge, route: Route) -> dict[str, Any]:
        label = route.label
        text = None
        if label is not None:
            text = {**box(label.box), "align": label.align, "rows": label.rows}
        tip = [round(c, 1) for c in route.tip]
        d = path(*route.drawn)
        return {"d": d, "tip": tip, "label": text, "ring": edge in factors}

    return {
        "width": round(layout.width, 1),
        "height": round(layout.height, 1),
        "compact": layout.sizes.brief,
        "nodes": {node_key(number): node(number, card) for number, card in layout.nodes.items()},
        "edges": {edge_key(one): edge(one, route) for one, route in layout.edges.items()},
        "grounds": [
            box(ground) | {"title": cluster.title, "nodes": [*map(node_key, cluster.nodes)]}
            for ground, cluster in layout.grounds
        ],
        "note": layout.note,
    }


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

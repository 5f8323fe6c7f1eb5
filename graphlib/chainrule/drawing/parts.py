"""The parts of a drawing that is too large to be read whole: one is open, all stand on a map.

On a wide screen the map shows every node by its name; on a phone the parts are lines, top down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from chainrule.drawing.layout import placed
from chainrule.drawing.positions import Layout
from chainrule.drawing.reduction import Reduction
from chainrule.drawing.rows import FEW, with_rows
from chainrule.drawing.widths import CELLS, COMPACT, DOTS, PART, PILLS
from chainrule.graph.wengert import INPUT
from chainrule.passes.folding import groups
from chainrule.readings.terms import text

MOST_WIDE: Final = {"LR": 1300.0, "TB": 440.0}
MOST_HIGH: Final = {"LR": 460.0, "TB": 1200.0}
"""Px of a drawing up to which its text can be read on a screen of that direction."""

MOST_CARDS: Final = 24
"""Cards of which it is known, without a layout, that they are too many."""

MOST_NAMED: Final = 60
"""Nodes up to which the map names them."""

MOST: Final = 8
"""Steps of a part, if its assignment does not end sooner."""


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that are open together, with the operands that come from other parts."""

    title: str
    own: tuple[int, ...]
    exits: tuple[int, ...]
    layout: Layout


@dataclass(frozen=True, slots=True)
class Whole:
    """A drawing in one piece, or, if that is too large, its map (if the screen is wide) and its
    parts, the first values first.
    """

    layout: Layout
    parts: tuple[Part, ...] = ()


def in_parts(drawn: Reduction, direction: str) -> Whole:
    """Return what is drawn, whole where it can be read, else in parts.

    Where modules are known, top down there are always parts: a network is a column of modules.
    """
    across = direction == "LR"
    network = not across and bool(drawn.clusters) and drawn.view.graph.is_scalar
    found = list(_steps(drawn)) if drawn.view.graph.is_scalar else []
    if len(found) < 2 or not (network or len(with_rows(drawn)[0].nodes) > MOST_CARDS):
        layout = placed(drawn, direction, rows=True)
        fits = layout.width <= MOST_WIDE[direction] and layout.height <= MOST_HIGH[direction]
        if not fits and across and len(found) < 2:
            return Whole(placed(drawn, direction, rows=True, sizes=COMPACT))
        if fits or len(found) < 2 or len(drawn.nodes) <= FEW:
            return Whole(layout)
    sizes = PART if across else CELLS
    parts = []
    for title, own in found:
        inside = set(own)
        edges = tuple(edge for edge in drawn.edges if edge.user in inside)
        nodes = inside | {edge.operand for edge in edges}
        part = replace(
            drawn,
            nodes=tuple(node for node in drawn.nodes if node in nodes),
            edges=edges,
            clusters=(),
        )
        exits = tuple(node for node in own if _leaves(drawn, node, inside))
        parts.append(Part(title, own, exits, placed(part, direction, rows=True, sizes=sizes)))
    names = PILLS if len(drawn.nodes) <= MOST_NAMED else DOTS
    plan = placed(drawn, rows=True, sizes=names) if across else parts[0].layout
    return Whole(plan, tuple(parts))


def _leaves(drawn: Reduction, node: int, inside: set[int]) -> bool:
    graph = drawn.view.graph
    users = {edge.user for edge in drawn.edges if edge.operand == node}
    return node in graph.outputs or not users <= inside


def _steps(drawn: Reduction) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield titles and steps of the parts: modules; where these are large, assignments; where
    one of these is, its steps one after the other.
    """
    view = drawn.view
    steps = [node for node in drawn.nodes if view.graph.ops[node] is not INPUT]
    framed = {node for cluster in drawn.clusters for node in cluster.nodes}
    modules = [(cluster.title, list(cluster.nodes)) for cluster in drawn.clusters]
    modules.append(("", [node for node in steps if node not in framed]))
    exits = groups(view.graph, "named")
    found: list[tuple[str, list[int]]] = []
    for title, nodes in modules:
        units: dict[int, list[int]] = defaultdict(list)
        for node in nodes:
            units[exits[node]].append(node)
        split = list(units.values()) if len(nodes) > MOST else [nodes]
        for unit in split:
            for piece in _pieces(unit):
                first, last = (text(view.name(piece[end])) for end in (0, -1))
                name = last if piece == unit else f"{first} … {last}"
                kind = f"{title.partition(',')[0]}, " if title else ""
                found.append((title if piece == nodes and title else kind + name, piece))
    for title, piece in sorted(((t, p) for t, p in found if p), key=lambda part: part[1][-1]):
        yield title, tuple(piece)


def _pieces(nodes: Sequence[int]) -> list[list[int]]:
    """Return nodes in pieces of about equal length."""
    count = -(-len(nodes) // MOST) if len(nodes) > FEW else 1
    size = -(-len(nodes) // count) if nodes else 1
    return [list(nodes[at : at + size]) for at in range(0, len(nodes), size)]

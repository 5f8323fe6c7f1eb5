"""The graph and its gradient graph in one drawing: values below their adjoints' formulas.

The backward pass has the shape of the graph with every arrow turned round, so it is laid out by
the same positions; lines between the two bring the values that an adjoint takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from chainrule.drawing.grounds import with_modules
from chainrule.drawing.layout import placed
from chainrule.drawing.positions import HEAD, Layout, Route, moved
from chainrule.drawing.reduction import Cluster, Reduction, reduced
from chainrule.drawing.widths import ACROSS, DOWN, card_size
from chainrule.errors import DrawingError
from chainrule.graph.wengert import Edge
from chainrule.passes.derivatives import adjoint_graph
from chainrule.passes.folding import groups
from chainrule.passes.run import Run
from chainrule.readings.catalogue import WORDS
from chainrule.readings.picture import Box, Point
from chainrule.readings.terms import text
from chainrule.readings.view import View

MOST_NODES = 120
"""Nodes of the forward graph, of which there are as many again."""

Groups = str | Mapping[str, Iterable[str]]


def with_gradient(view: View) -> Reduction:
    """Return what is drawn of a run with its backward pass: every adjoint is a node of its own."""
    drawn = reduced(view, MOST_NODES)
    base = drawn.view
    run = base.run
    graph, names = adjoint_graph(base.graph, run.output, base.labels)
    index = graph.index
    point = {index[base.labels[node]]: value for node, value in run.point.items()}
    shown = View(Run(graph, point, "reverse", index[base.labels[run.output]]), base.notation)
    forward = [base.labels[node] for node in drawn.nodes]
    backward = [names[name] for name in forward if name in names]
    kept = {index[name] for name in (*forward, *backward) if name in index}
    kept = {node for node in kept if node in shown.labels}
    nodes = tuple(node for node in shown.shown if node in kept)
    edges = tuple(
        Edge(node, slot, operand)
        for node in nodes
        for slot, operand in enumerate(graph.operands[node])
        if operand in kept
    )
    clusters = (
        Cluster(WORDS["forward_pass"], tuple(index[n] for n in forward if index.get(n) in kept)),
        Cluster(
            WORDS["backward_pass"],
            tuple(index[n] for n in backward if index.get(n) in kept),
            backward=True,
        ),
    )
    pairs = tuple(
        (index[name], index[names[name]])
        for name in forward
        if name in names and {index.get(name), index.get(names[name])} <= kept
    )
    return Reduction(shown, nodes, edges, drawn.note, True, clusters, pairs)


def clustered(drawn: Reduction, view: View, wanted: Groups) -> Reduction:
    """Return what is drawn with some nodes framed together.

    Parameters
    ----------
    view
        The view before anything was folded, which knows all names.
    wanted
        Names of nodes by the title of their frame; or "assignments", one frame for each named
        assignment with the unnamed steps that lead to it alone; or "modules", one for each
        affine map, activation and loss.

    Raises
    ------
    DrawingError
        For a name that there is not, or that stands in two frames.
    """
    labels = drawn.view.labels
    nodes = {labels[node]: node for node in drawn.nodes}
    if wanted == "assignments":
        return replace(drawn, clusters=_framed(drawn))
    if wanted == "modules":
        return with_modules(drawn)
    if isinstance(wanted, str):
        raise DrawingError(f"clusters {wanted!r}; allowed: assignments, modules, names by title")
    known, taken = set(view.labels.values()), set[str]()
    clusters = []
    for title, names in wanted.items():
        members = list(names)
        for name in members:
            if name not in known:
                raise DrawingError(f"no node {name!r} for {title!r}; there are {_few(known)}")
            if name in taken:
                raise DrawingError(f"{name!r} stands in two clusters; allowed: one")
            taken.add(name)
        inside = tuple(nodes[name] for name in members if name in nodes)
        if inside:
            clusters.append(Cluster(title, inside))
    return replace(drawn, clusters=tuple(clusters))


def _few(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:12]) + (", …" if len(ordered) > 12 else "")


def _framed(drawn: Reduction) -> tuple[Cluster, ...]:
    """Return a frame for each assignment that has at least two nodes inside."""
    graph = drawn.view.graph
    exits = groups(graph, "named")
    inside: dict[int, list[int]] = {}
    for node in drawn.nodes:
        if graph.operands[exits[node]]:
            inside.setdefault(exits[node], []).append(node)
    labels = drawn.view.labels
    return tuple(
        Cluster(text(drawn.view.name(exit)), tuple(nodes))
        for exit, nodes in inside.items()
        if len(nodes) >= 2 and exit in labels
    )


BETWEEN: Final = 64.0
"""Room between the graph and its mirror image, in px."""

_PORT: Final = 11.0
"""How far apart lines leave a card, and come to one."""


def mirrored(drawn: Reduction, direction: str) -> Layout:
    """Return the positions of a graph and its gradient graph."""
    view, across = drawn.view, direction == "LR"
    sizes = ACROSS if across else DOWN
    bar = dict(drawn.pairs)
    forward = tuple(node for node in drawn.nodes if node not in drawn.adjoints)
    wide = {
        node: max(card_size(view, n, sizes)[0] for n in (node, bar.get(node, node)))
        for node in forward
    }
    kept = set(forward)
    edges = tuple(e for e in drawn.edges if e.user in kept and e.operand in kept)
    base = placed(
        replace(drawn, nodes=forward, edges=edges, clusters=drawn.clusters[:1], pairs=()),
        direction,
        wide=wide,
    )
    shift = (0.0, base.height + BETWEEN) if across else (base.width + BETWEEN, 0.0)
    boxes = dict(base.nodes)
    boxes |= {bar[node]: moved(boxes[node], shift) for node in forward if node in bar}
    routes = dict(base.edges)
    node_of = {adjoint: node for node, adjoint in bar.items()}
    leaving: Counter[int] = Counter()
    arriving: Counter[int] = Counter()
    for edge in drawn.edges:
        if edge.user in kept or edge.operand not in boxes or edge.user not in boxes:
            continue
        if edge.operand in kept:
            ends = _spread(leaving, edge.operand), _spread(arriving, edge.user)
            route = _down(boxes[edge.operand], boxes[edge.user], ends, across)
        else:
            ends_there = node_of[edge.user], node_of[edge.operand]
            there = [e for e in drawn.edges if (e.operand, e.user) == ends_there]
            if not there:
                continue
            route = _back(base.edges[there[0]], shift, across)
        routes[edge] = route
    below = [(moved(box, shift), drawn.clusters[1]) for box, _ in base.grounds]
    return replace(
        base,
        width=base.width + shift[0],
        height=base.height + shift[1],
        nodes=boxes,
        edges=routes,
        grounds=(*base.grounds, *below),
    )


def _spread(taken: Counter[int], node: int) -> float:
    """Return how far from the middle of its card the next line stands: 0, 1, −1, 2, … ports."""
    number = taken[node]
    taken[node] += 1
    return _PORT * ((number + 1) // 2) * (1 if number % 2 else -1)


def _down(card: Box, adjoint: Box, ends: tuple[float, float], across: bool) -> Route:
    """Return the line that takes a value to an adjoint, from one side to the other."""

    def upright(along: float, beyond: float) -> Point:
        return (along, beyond) if across else (beyond, along)

    def spans(box: Box) -> tuple[float, float, float]:
        return (box.x, box.y, box.h / 2) if across else (box.y, box.x, box.w / 2)

    (at, place, half), (to, goal, other) = spans(card), spans(adjoint)
    begin, end = place + half, goal - other - HEAD
    bend = (end - begin) / 2
    at, to = at + ends[0], to + ends[1]
    curve = upright(at, begin), upright(at, begin + bend), upright(to, end - bend)
    return Route(((*curve, upright(to, end)),), upright(to, end + HEAD), None)


def _back(route: Route, shift: Point, across: bool) -> Route:
    """Return the line of an edge the other way round, moved."""
    pieces = [list(reversed(piece)) for piece in reversed(route.pieces)]
    tip = pieces[-1][-1]
    pieces[-1][-1] = (tip[0] + HEAD, tip[1]) if across else (tip[0], tip[1] + HEAD)
    pieces.insert(0, [route.tip, pieces[0][0]])
    there = tuple(tuple((x + shift[0], y + shift[1]) for x, y in piece) for piece in pieces)
    return Route(there, (tip[0] + shift[0], tip[1] + shift[1]), None)

"""The graph and its gradient graph in one drawing: values below their adjoints' formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from chainrule.drawing.grounds import with_modules
from chainrule.drawing.reduction import Cluster, Reduction, reduced
from chainrule.errors import DrawingError
from chainrule.graph.wengert import Edge
from chainrule.passes.derivatives import adjoint_graph
from chainrule.passes.folding import groups
from chainrule.passes.run import Run
from chainrule.readings.catalogue import WORDS
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

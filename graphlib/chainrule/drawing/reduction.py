"""What of a graph is drawn: all of it up to 300 nodes, else a coarser zoom, or its last part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chainrule.graph.wengert import Edge
from chainrule.passes.folding import Zoom, fold, groups
from chainrule.passes.run import Run
from chainrule.readings.catalogue import say
from chainrule.readings.terms import text
from chainrule.readings.view import View

MOST_NODES: Final = 300
"""Nodes that one drawing shows; Graphviz's time grows faster than their number."""

_COARSER: Final[tuple[tuple[Zoom, str], ...]] = (("step", "line"), ("named", "assignment"))


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes framed together under a title.

    Parameters
    ----------
    backward
        Whether they are adjoints: these are laid out from right to left, in the derivative's
        colour, and what they take from other nodes comes on dashed lines.
    """

    title: str
    nodes: tuple[int, ...]
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Reduction:
    """What is drawn of a view.

    Parameters
    ----------
    view
        The view itself, or one of its graph folded.
    nodes
        The nodes drawn, in the order in which values are computed.
    edges
        The uses between them, those of constants included, grouped by user.
    note
        One sentence that says what was folded or left out; empty if nothing was.
    folded
        Whether `view` is another one than was given.
    clusters
        Nodes to be framed together.
    pairs
        Nodes with their adjoints, where these are nodes too.
    texts
        Whether edges carry local partials and shares.
    """

    view: View
    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]
    note: str = ""
    folded: bool = False
    clusters: tuple[Cluster, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    texts: bool = True

    @property
    def adjoints(self) -> frozenset[int]:
        """The nodes that are adjoints."""
        return frozenset(n for cluster in self.clusters if cluster.backward for n in cluster.nodes)


def reduced(view: View, most: int = MOST_NODES) -> Reduction:
    """Return what is drawn of `view`: at most `most` nodes.

    A larger graph is folded to one node a line, then to one node an assignment. If that is
    still too many, the nodes nearest to the output stay.
    """
    count = len(view.shown)
    if count <= most:
        return _of(view, view.shown)
    for zoom, unit in _COARSER:
        exits = groups(view.graph, zoom)
        coarse = len(set(exits))
        # Folds of constants are counted in, so a few more may be counted than will be shown.
        if coarse < len(exits) and coarse <= most:
            small = folded(view, exits)
            shown = len(small.shown)
            sizes = {"count": f"{count:,}", "shown": f"{shown:,}", "most": f"{most:,}"}
            note = say("folded_whole", unit=unit, **sizes)
            return _of(small, small.shown, note, folded=True)
    output = view.run.output
    distance = view.graph.distances([output])
    # All users of a node on the way to the output are nearer than the node, so no hole opens.
    reached = [node for node in view.shown if distance[node] >= 0]
    nearest = sorted(reached, key=lambda node: (distance[node], -node))[:most]
    note = say(
        "nearest_nodes",
        shown=f"{len(nearest):,}",
        output=text(view.name(output)),
        left=f"{count - len(nearest):,}",
        count=f"{count:,}",
    )
    return _of(view, tuple(sorted(nearest)), note)


def _of(view: View, nodes: tuple[int, ...], note: str = "", *, folded: bool = False) -> Reduction:
    kept = set(nodes)
    edges = tuple(
        edge for node in nodes for edge in view.graph.edges_into(node) if edge.operand in kept
    )
    return Reduction(view, nodes, edges, note, folded)


def folded(view: View, exits: list[int]) -> View:
    """Return the same run of the graph with each group of `exits` folded."""
    run = view.run
    new = {node: i for i, node in enumerate(sorted(set(exits)))}
    point = {new[node]: value for node, value in run.point.items()}
    seeds = {new[node]: seed for node, seed in run.seeds.items()}
    direction = None if view.reverse else seeds
    graph = fold(view.graph, exits)
    return View(Run(graph, point, run.mode, new[run.output], direction), view.notation)

"""What Graphviz decides of a layout: ranks, places in a rank, and channels of long edges."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from chainrule.drawing import graphviz_process
from chainrule.drawing.positions import control_points, crossing, sampled
from chainrule.drawing.reduction import Reduction
from chainrule.graph.wengert import INPUT, Edge
from chainrule.readings.picture import Point

GROUND: Final = 20
"""Room round the nodes of a ground, with its title, in px."""


KEPT: Final = 100
"""So many layouts are kept: an edit changes few of the parts of a large graph."""


@lru_cache(KEPT)
def _laid_out(dot: str) -> dict[str, Any]:
    return graphviz_process.layout(dot)


class Ranks:
    """Where Graphviz puts cards of these widths and heights, along the ranks and across them.

    Parameters
    ----------
    rows
        Of cards with rows, the edges that go to these, from above.
    apart
        Room between the cards of a rank; 0 for what suits their number and sizes.
    written
        Whether each card stands as near to the inputs as it can.
    """

    rank: dict[int, int]
    """Number of each node's rank, from 0 for the first."""

    place: dict[int, float]
    """Place of each node's centre across, in px."""

    passes: dict[Edge, dict[int, float]]
    """Of each edge, its place across at every rank between its ends."""

    def __init__(
        self,
        drawn: Reduction,
        size: dict[int, tuple[int, int]],
        direction: str,
        rows: Mapping[int, Sequence[Edge]],
        apart: float = 0.0,
        *,
        written: bool = False,
    ) -> None:
        self.rows = rows
        self.apart = apart
        self.written = written
        self.drawn = drawn
        self.size = size
        self.direction = direction
        self.across = direction == "LR"
        # Numbers of their own, so that a part that an edit leaves alone is not laid out again.
        self.number = {node: number for number, node in enumerate(drawn.nodes)}
        self.edge_number = {edge: number for number, edge in enumerate(drawn.edges)}
        self._read(_laid_out(self._dot()))

    def _dot(self) -> str:
        """Return DOT with boxes of fixed size; a px is a point."""
        apart = 44.0 if self._crowded() else (100.0 if self.across else 52.0)
        if len({high for _, high in self.size.values()}) > 1:
            apart = 26.0 if self.across else 12.0
        apart = self.apart or apart
        margin = GROUND if self.across else GROUND // 2
        lines = [
            f"digraph cards {{ rankdir={self.direction}; nodesep={apart / 72:.3f}; ranksep=0.8; "
            'node [shape=box, fixedsize=true, label=""]; '
            "edge [arrowhead=none]; nslimit=4; nslimit1=4;"
        ]
        lines += [
            f"{self._name(node)} [width={wide / 72:.4f}, height={high / 72:.4f}"
            f"{self._ports(node)}];"
            for node, (wide, high) in self.size.items()
        ]
        for number, cluster in enumerate(self.drawn.clusters):
            inside = " ".join(f"{self._name(node)};" for node in cluster.nodes)
            lines.append(f"subgraph cluster_{number} {{ margin={margin}; {inside} }}")
        if self.written:
            for nodes in self._levels():
                lines.append(f"{{ rank=same; {'; '.join(map(self._name, nodes))} }}")
        side = "w" if self.across else "n"
        port = {
            edge: f":r{i}:{side}" for edges in self.rows.values() for i, edge in enumerate(edges)
        }
        lines += [
            f"{self._name(edge.operand)} -> {self._name(edge.user)}{port.get(edge, '')} "
            f"[id=e{number}];"
            for edge, number in self.edge_number.items()
        ]
        return "\n".join([*lines, "}"])

    def _name(self, node: int) -> str:
        return f"n{self.number[node]}"

    def _ports(self, node: int) -> str:
        """Return a label without text that has a port for each row, so that lines cross less."""
        if node not in self.rows:
            return ""
        cells = [f'<TD PORT="r{i}"></TD>' for i in range(len(self.rows[node]))]
        lines = ["<TD></TD>", *cells] if self.across else ["".join(cells), "<TD></TD>"]
        table = "".join(f"<TR>{line}</TR>" for line in lines)
        return f', label=<<TABLE BORDER="0" CELLBORDER="0">{table}</TABLE>>'

    def _levels(self) -> list[list[int]]:
        """Return the nodes by their distance from the inputs."""
        level: dict[int, int] = dict.fromkeys(self.drawn.nodes, 0)
        for edge in self.drawn.edges:
            level[edge.user] = max(level[edge.user], level[edge.operand] + 1)
        found: dict[int, list[int]] = defaultdict(list)
        for node, number in level.items():
            found[number].append(node)
        return list(found.values())

    def _crowded(self) -> bool:
        """Whether some rank will hold more than two cards, judged by distance from the inputs."""
        return max(map(len, self._levels()), default=0) > 2

    def _turned(self, x: float, y: float) -> Point:
        """Return Graphviz's point (y upward) as (along, across)."""
        return (x, -y) if self.across else (-y, x)

    def _read(self, plan: dict[str, Any]) -> None:
        """Read ranks, places across them, and where long edges pass the ranks between."""
        centre = {}
        for thing in plan.get("objects", []):
            if "pos" not in thing:
                continue  # a cluster
            x, y = map(float, thing["pos"].split(","))
            centre[self.drawn.nodes[int(thing["name"][1:])]] = self._turned(x, y)
        starts = sorted({round(along) for along, _ in centre.values()})
        numbers = {start: i for i, start in enumerate(starts)}
        self.rank = {node: numbers[round(centre[node][0])] for node in self.drawn.nodes}
        self.place = {node: centre[node][1] for node in self.drawn.nodes}
        edges = list(self.edge_number)
        self.passes = {edge: {} for edge in self.drawn.edges}
        for drawn in plan.get("edges", []):
            edge = edges[int(drawn["id"][1:])]
            between = range(self.rank[edge.operand] + 1, self.rank[edge.user])
            if between:
                curve = sampled([self._turned(*p) for p in control_points(drawn["pos"])])
                for rank in between:
                    self.passes[edge][rank] = crossing(curve, starts[rank])
        self._straighten()
        if self._upside_down():
            self.place = {node: -c for node, c in self.place.items()}
            self.passes = {
                edge: {rank: -c for rank, c in crossed.items()}
                for edge, crossed in self.passes.items()
            }

    def _straighten(self) -> None:
        """Let a long edge keep its place from rank to rank wherever nothing stands there."""
        cards: dict[int, list[Point]] = defaultdict(list)
        for node, rank in self.rank.items():
            cards[rank].append((self.place[node], self.size[node][self.across] / 2 + 8))
        lines: dict[int, list[float]] = defaultdict(list)
        for crossed in self.passes.values():
            for rank, place in crossed.items():
                insort(lines[rank], place)
        for crossed in self.passes.values():
            before: float | None = None
            for rank, place in crossed.items():
                others = lines[rank]
                del others[bisect_left(others, place)]
                if before is not None:
                    at = bisect_left(others, before)
                    beside = [(other, 9.0) for other in others[max(0, at - 1) : at + 1]]
                    if all(abs(before - c) >= room for c, room in cards[rank] + beside):
                        crossed[rank] = before
                before = crossed[rank]
                insort(others, before)

    def _upside_down(self) -> bool:
        """Whether more neighbours in a rank stand against the order of writing than with it."""
        by_rank: dict[int, list[int]] = defaultdict(list)
        for node in self.drawn.nodes:
            by_rank[self.rank[node]].append(node)
        graph, balance = self.drawn.view.graph, 0
        for nodes in by_rank.values():
            for inputs in (True, False):  # among their like
                alike = [node for node in nodes if (graph.ops[node] is INPUT) == inputs]
                for first, second in pairwise(alike):
                    balance += 1 if self.place[first] < self.place[second] else -1
        return balance < 0

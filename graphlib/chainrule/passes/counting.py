"""What the passes cost, in elementary operations: counted on the graph, without running it.

An operation between numbers counts 1, one between arrays 1 for each number that it makes (a
matrix product its multiplications and additions); copies, transposes and second names count
nothing. A local partial that is 1 or −1 at every point costs no multiplication.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from math import prod
from typing import Any

from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Map, Shape
from chainrule.passes.walks import local_partials

MATMUL = OPS["matmul"]
FREE = frozenset(OPS[name] for name in ("identity", "broadcast", "transpose"))
SUMS = frozenset(OPS[name] for name in ("sum", "collapse"))


def work(op: Any, shape: Shape, operands: list[Shape]) -> int:
    """Return how many operations a node of `shape` takes, one example of it."""
    if not operands or op in FREE:
        return 0
    if op is MATMUL:
        inner = operands[0][-1]
        return prod(shape) * (2 * inner - 1)
    if op in SUMS:
        return prod(operands[0]) - prod(shape)
    if op.arity is None:  # max(a, b, c) compares twice
        return prod(shape) * max(1, len(operands) - 1)
    return prod(shape)


class Counts:
    """Operations of the passes over a graph.

    Parameters
    ----------
    graph
        A graph; a fold in it counts as what its body does.
    """

    def __init__(self, graph: WengertList) -> None:
        self.graph = graph
        self._builder = builder = Builder(graph, simplify=True)
        expressions = [Expression(builder, node) for node in range(len(graph))]
        self._local = local_partials(graph, builder, expressions)
        self._maps: dict[tuple[int, int, bool], int] = {}
        self._used: set[int] = set()

    def _written(self, nodes: Iterable[int]) -> int:
        """Return the operations of nodes of the builder's list."""
        b = self._builder
        return sum(
            work(b.ops[n], b.shapes.get(n, ()), [b.shapes.get(i, ()) for i in b.operands[n]])
            for n in nodes
        )

    @cached_property
    def values(self) -> int:
        """Operations of the evaluation."""
        return sum(self._of(node) for node in range(len(self.graph)))

    def _of(self, node: int) -> int:
        graph = self.graph
        body = graph.parameters_of(node).get("body")
        if isinstance(body, WengertList):
            return Counts(body).values
        shapes = [graph.shape(i) for i in graph.operands[node]]
        return work(graph.ops[node], graph.shape(node), shapes)

    @cached_property
    def partials(self) -> int:
        """Operations of all local partials, once the values are there; equal ones are made once."""
        return self._written(n for n in self._needed if n >= len(self.graph))

    @cached_property
    def _needed(self) -> set[int]:
        """The nodes that the formulas of the local partials are written with."""
        builder, size = self._builder, len(self.graph)
        pending = [p.index for p in self._local.values() if isinstance(p, Expression)]
        needed: set[int] = set()
        while pending:
            node = pending.pop()
            if node not in needed:
                needed.add(node)
                if node >= size:
                    pending.extend(builder.operands[node])
        return needed

    @cached_property
    def kept(self) -> int:
        """How many numbers reverse mode keeps from the evaluation: those that partials use."""
        graph = self.graph
        for edge, partial in self._local.items():
            if isinstance(partial, Map):
                self._of_map(edge, partial, pull=True)
        used = {n for n in self._needed | self._used if n < len(graph) and graph.varies[n]}
        return sum(prod(graph.shape(n)) for n in used)

    def _of_map(self, edge: tuple[int, int], partial: Map, *, pull: bool) -> int:
        """Return the operations of a linear map from tangent to tangent, or adjoint to share."""
        key = *edge, pull
        if key not in self._maps:
            builder, (node, slot) = self._builder, edge
            operand = self.graph.operands[node][slot]
            begins, ends = (node, operand) if pull else (operand, node)
            entry = builder.input(f"#{len(builder.ops)}", self.graph.shape(begins))
            before = len(builder.ops)
            moved = partial.pull(entry) if pull else partial.push(entry)
            builder.fit(moved, Expression(builder, ends))
            written = range(before, len(builder.ops))
            self._used |= {i for n in written for i in builder.operands[n]}
            self._maps[key] = self._written(written)
        return self._maps[key]

    def _moved(self, edge: tuple[int, int], *, pull: bool) -> int:
        """Return the operations by which one tangent or adjoint crosses an edge."""
        partial = self._local[edge]
        if isinstance(partial, Map):
            return self._of_map(edge, partial, pull=pull)
        node, slot = edge
        size = prod(self.graph.shape(node))
        summed = size - prod(self.graph.shape(self.graph.operands[node][slot])) if pull else 0
        return max(0, summed) + (0 if isinstance(partial, int) else size)

    def forward(self, entry: int) -> int:
        """Return the operations of the tangents along one input, local partials given."""
        total, reached = 0, {entry}
        for node, operands in enumerate(self.graph.operands):
            for slot, operand in enumerate(operands):
                if operand in reached and (node, slot) in self._local:
                    total += self._moved((node, slot), pull=False)
                    total += prod(self.graph.shape(node)) if node in reached else 0
                    reached.add(node)
        return total

    def reverse(self, output: int) -> int:
        """Return the operations of the adjoints of one output, local partials given."""
        total, reached = 0, {output}
        for node in self.graph.reverse_order([output]):
            for slot, operand in enumerate(self.graph.operands[node]):
                if node in reached and (node, slot) in self._local:
                    total += self._moved((node, slot), pull=True)
                    total += prod(self.graph.shape(operand)) if operand in reached else 0
                    reached.add(operand)
        return total

    def differences(self, entry: int) -> int:
        """Return the operations of the central difference (f(x+h) − f(x−h))/2h by one input."""
        around = 2 * self.values + 4  # x + h, x − h, the difference, the quotient
        return around * prod(self.graph.shape(entry))

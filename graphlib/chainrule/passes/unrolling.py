"""A graph of vectors and matrices as the graph of their numbers.

The graph is evaluated in arrays whose entries are nodes under construction, so nothing here
knows what a matrix product is.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import Arrays
from chainrule.algebras.protocol import Parameters
from chainrule.errors import GraphError
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import Op
from chainrule.ops.record import Rule

MOST_SCALARS = 500


class _Numbers(Builder):
    """A builder that takes whole numbers, such as the zeros of padding, as operands."""

    def apply(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> Expression:
        return super().apply(op, parameters, [self.lift(x) for x in operands])


class _Nodes(Arrays):
    """Arrays whose entries are nodes: computing with them writes a graph of numbers."""

    def rule(self, op: Op) -> Rule:
        """Return the definition, as a lecture writes it."""
        return op.value

    def _class(self, given: Any, count: int) -> int | None:
        """Return the class that a constant stands for."""
        if isinstance(given, Expression):
            if given.number is None:
                raise GraphError(
                    "which class a variable stands for is not known while unrolling; allowed is "
                    "a class that is a constant, or a vector of target probabilities"
                )
            given = given.number
        return super()._class(given, count)


def unrolled(graph: WengertList) -> WengertList:
    """Return the graph of the numbers that a graph of vectors and matrices computes with.

    The entry in row 1 and column 2 of W is called W12, the first of x is x1; where the name
    ends with a digit already, W1_12 and b1_1.

    Raises
    ------
    GraphError
        If the graph has a batch, more than 500 numbers, or a class that is given as a number.
    """
    if graph.batched:
        raise GraphError("one example is unrolled; the graph has a batch")
    count = sum(prod(graph.shape(node)) for node in range(len(graph)))
    if count > MOST_SCALARS:
        raise GraphError(f"unrolled, the graph has {count:,} numbers; allowed are {MOST_SCALARS}")
    builder = _Numbers()
    nodes, entries_of = _Nodes(builder), entry_names(graph)
    values: list[Array] = []
    for node, (op, operands) in enumerate(zip(graph.ops, graph.operands, strict=True)):
        shape = graph.shape(node)
        if op is INPUT:
            named = [builder.input(name) for name in entries_of[node]]
            values.append(_shaped(named, shape))
            continue
        arguments = [values[i] for i in operands]
        value = nodes.apply(op, graph.parameters_of(node), arguments)
        if node in graph.names:
            entries = [builder.lift(x) for x in value.data.ravel().tolist()]
            pairs = zip(entries, entries_of[node], strict=True)
            value = _shaped([builder.name(entry, name) for entry, name in pairs], shape)
        values.append(value)
    outputs = [builder.lift(x) for node in graph.outputs for x in values[node].data.ravel()]
    return builder.finish(outputs)


def _shaped(entries: Sequence[Expression], shape: tuple[int, ...]) -> Array:
    data = np.empty(len(entries), dtype=object)
    data[:] = entries
    return Array(data.reshape(shape), len(shape))


def entry_names(graph: WengertList) -> dict[int, list[str]]:
    """Return for each node that has a name the names of its entries, counted from 1."""
    taken: set[str] = set()
    found = {}
    for node, name in sorted(graph.names.items()):
        found[node] = _names(taken, name, graph.shape(node))
        taken.update(found[node])
    return found


def _names(taken: set[str], name: str, shape: tuple[int, ...]) -> list[str]:
    if not shape:
        return [name]
    joint = "" if name[-1].isalpha() and "_" not in name else "_"
    between = "_" if max(shape) > 9 and len(shape) > 1 else ""
    while True:
        names = [
            name + joint + between.join(str(i + 1) for i in place) for place in np.ndindex(shape)
        ]
        if taken.isdisjoint(names):
            return names
        joint += "_"

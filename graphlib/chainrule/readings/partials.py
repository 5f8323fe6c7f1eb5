"""Local partials as small graphs over the operands, from which their formulas are read.

An operation with the same parameters, constants and repeated operands has the same partial
wherever it stands, so each kind is written once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import INPUT, Edge, WengertList
from chainrule.ops import Map, Op, Shape

Carried = tuple[tuple[str, Any], ...]


class Operand(NamedTuple):
    """What stands in a slot: the constant `op`, or a variable first used in slot `first`."""

    op: Op
    carried: Carried
    shape: Shape
    first: int


class PartialGraph(NamedTuple):
    """A local partial as a graph.

    Parameters
    ----------
    slots
        From an input of `graph` to the operand's slot that it stands for.
    adjoint
        The input that stands for the node's adjoint, where the partial is a linear map and
        `graph` says what it does to that adjoint; None for a factor.
    """

    graph: WengertList
    slots: dict[int, int]
    adjoint: int | None


def partial_graph(graph: WengertList, edge: Edge, constants: frozenset[int]) -> PartialGraph:
    """Return the local partial of an edge.

    Parameters
    ----------
    constants
        Leaf constants that stand in formulas by their number rather than by a name.
    """
    operands = graph.operands[edge.user]
    slots = tuple(
        Operand(graph.ops[i], _carried(graph, i), (), -1)
        if i in constants
        else Operand(INPUT, (), graph.shape(i), operands.index(i))
        for i in operands
    )
    carried = _carried(graph, edge.user)
    # The body of a fold belongs to one graph, which the memory would keep alive.
    write = _written.__wrapped__ if "body" in graph.parameters_of(edge.user) else _written
    return write(graph.ops[edge.user], carried, slots, edge.slot, graph.shape(edge.user))


def _carried(graph: WengertList, node: int) -> Carried:
    return tuple(graph.parameters[node].items()) if node in graph.parameters else ()


@lru_cache(maxsize=1024)
def _written(
    op: Op, carried: Carried, slots: tuple[Operand, ...], slot: int, shape: Shape
) -> PartialGraph:
    builder = Builder(simplify=True)
    leaves: dict[int, Expression] = {}
    operands: list[Expression] = []
    for at, (leaf, its_own, its_shape, first) in enumerate(slots):
        if leaf is not INPUT:
            operands.append(builder.write(leaf, [], dict(its_own)))
            continue
        if first not in leaves:
            leaves[first] = builder.input(f"#{at}", its_shape)
        operands.append(leaves[first])
    parameters = dict(carried)
    value = builder.apply(op, parameters, operands)
    partial = builder.partial(op, parameters, slot, value, operands)
    adjoint = None
    if isinstance(partial, Map):
        bar = builder.input("#bar", shape)
        partial, adjoint = partial.pull(bar), bar.index
    written = builder.finish([builder.lift(partial)])
    return PartialGraph(
        written,
        {written.index[f"#{first}"]: first for first in leaves},
        None if adjoint is None else written.index["#bar"],
    )

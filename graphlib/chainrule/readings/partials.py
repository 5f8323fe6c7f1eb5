"""Local partials as small graphs over the operands, from which their formulas are read.

An operation with the same parameters, constants and repeated operands has the same partial
wherever it stands, so each kind is written once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import Map, Op, Shape

Carried = tuple[tuple[str, Any], ...]


class Operand(NamedTuple):
    """What stands in a slot: the constant `op`, or a variable first used in slot `first`."""

    op: Op
    carried: Carried
    shape: Shape
    first: int


class PartialGraph(NamedTuple):
    """A local partial as a node of a graph, which holds those of all slots.

    Parameters
    ----------
    output
        Index of the partial.
    slots
        From an input of `graph` to the operand's slot that it stands for.
    adjoint
        The input that stands for the node's adjoint, where the partial is a linear map and
        `graph` says what it does to that adjoint; None for a factor.
    """

    graph: WengertList
    output: int
    slots: dict[int, int]
    adjoint: int | None


def partial_graphs(
    graph: WengertList, node: int, constants: frozenset[int]
) -> dict[int, PartialGraph]:
    """Return the local partials of a node by slot, of the operands by which an input is reached.

    Parameters
    ----------
    constants
        Leaf constants that stand in formulas by their number rather than by a name.
    """
    first: dict[int, int] = {}
    slots: list[Operand] = []
    wanted: list[int] = []
    for slot, i in enumerate(graph.operands[node]):
        if i in constants:
            slots.append(Operand(graph.ops[i], _carried(graph, i), (), -1))
        else:
            slots.append(Operand(INPUT, (), graph.shape(i), first.setdefault(i, slot)))
        if graph.varies[i]:
            wanted.append(slot)
    # The body of a fold belongs to one graph, which the memory would keep alive.
    write = _written.__wrapped__ if "body" in graph.parameters_of(node) else _written
    carried, shape = _carried(graph, node), graph.shape(node)
    return write(graph.ops[node], carried, tuple(slots), tuple(wanted), shape)


def _carried(graph: WengertList, node: int) -> Carried:
    return tuple(graph.parameters[node].items()) if node in graph.parameters else ()


@lru_cache(maxsize=1024)
def _written(
    op: Op, carried: Carried, slots: tuple[Operand, ...], wanted: tuple[int, ...], shape: Shape
) -> dict[int, PartialGraph]:
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
    bar: Expression | None = None
    partials: list[Expression] = []
    linear: list[bool] = []
    for slot in wanted:
        partial = builder.partial(op, parameters, slot, value, operands)
        linear.append(isinstance(partial, Map))
        if isinstance(partial, Map):
            bar = bar or builder.input("#bar", shape)
            partial = partial.pull(bar)
        partials.append(builder.lift(partial))
    written = builder.finish(partials)
    index = written.index
    inputs = {index[f"#{first}"]: first for first in leaves}
    adjoint = None if bar is None else index["#bar"]
    return {
        slot: PartialGraph(written, output, inputs, adjoint if is_map else None)
        for slot, output, is_map in zip(wanted, written.outputs, linear, strict=True)
    }

"""One-sided derivatives at kinks.

The functions with kinks are directionally differentiable and so is what is composed of
them; the chain rule holds for directional derivatives (Shapiro, J. Optim. Theory Appl. 66,
1990), so one forward walk in each of two directions gives the exact left and right
derivative, where a sum of shares with a convention at each kink may give neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import INPUT
from chainrule.passes.record import Record


@dataclass(frozen=True, slots=True)
class Sides:
    """Left and right derivative of the output by one input."""

    left: Any
    right: Any

    @property
    def agree(self) -> bool:
        """Whether the derivative exists after all."""
        return bool(self.left == self.right)


def kinks(record: Record) -> list[int]:
    """Return the nodes of a record that stand at a kink."""
    graph, algebra = record.graph, record.algebra
    return [
        node
        for node, op in enumerate(graph.ops)
        if op.kink is not None
        and graph.varies[node]
        and algebra.at_kink(
            op, graph.parameters_of(node), [record.values[i] for i in graph.operands[node]]
        )
    ]


def directional(record: Record, output: int, direction: dict[int, Any]) -> Any:
    """Return the one-sided derivative of `output` when the inputs move along `direction`."""
    graph, algebra, values = record.graph, record.algebra, record.values
    at_kink = set(kinks(record))
    tangents: list[Any] = []
    for node, (op, operands) in enumerate(zip(graph.ops, graph.operands, strict=True)):
        tangent: Any = algebra.zero(values[node])
        if op is INPUT:
            tangent = direction.get(node, tangent)
        elif node in at_kink and op.kink is not None:
            if op.kink.push is None:
                tangent = Undefined(op.name, op.kink.convention, "slope", node)
            else:
                moves = [tangents[i] for i in operands]
                arguments = [values[i] for i in operands]
                undefined = [t for t in moves if type(t) is Undefined]
                tangent = (
                    undefined[0]
                    if undefined
                    else op.kink.push(algebra.maths, moves, *arguments, **graph.parameters_of(node))
                )
        elif graph.varies[node]:
            for slot, operand in enumerate(operands):
                if (node, slot) in record.local:
                    tangent = tangent + tangents[operand] * record.local[node, slot]
        tangents.append(tangent)
    return tangents[output]


def sides(record: Record, output: int, entry: int) -> Sides:
    """Return the left and right derivative of `output` by the input `entry`."""
    one = record.algebra.one(record.values[entry])
    return Sides(
        left=-directional(record, output, {entry: -one}),
        right=directional(record, output, {entry: one}),
    )

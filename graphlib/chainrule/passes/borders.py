"""Where a point lies at an edge: at a kink, or where the function ends on one side.

√(x − 1) has a value at 1 and none on the left, so a derivative there is one from the right. Such
a border is found by trying: a step next to which there is no value, and then the function itself,
a little to the left and to the right. Both are done in the numbers of a record, whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from chainrule.algebras.protocol import Algebra, Parameters
from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import WengertList
from chainrule.ops import Op
from chainrule.passes.kinks import beyond, missing, stands
from chainrule.passes.record import Record
from chainrule.passes.walks import evaluate

NEXT = Fraction(1, 10**30)
"""How far an operand is moved to see whether its operation ends there."""

TOGETHER = 3
"""So many operands are moved together, in all directions."""


@dataclass(frozen=True, slots=True)
class End:
    """An input by which the function ends at the point.

    Parameters
    ----------
    entry
        Index of the input.
    left, right
        Why there is no value for smaller and for larger values of it; None where there is one.
    """

    entry: int
    left: Undefined | None
    right: Undefined | None


def ends(record: Record, output: int, entries: Sequence[Sequence[int]]) -> tuple[End, ...]:
    """Return the inputs by which a value that exists ends at the point.

    Of numbers only; a vector has more than two sides.

    Parameters
    ----------
    entries
        The inputs that are asked about; all copies of one, as in a tree, move together.
    """
    graph, values = record.graph, record.values
    if not graph.is_scalar or type(values[output]) is Undefined:
        return ()
    found: list[End] = []
    with record.algebra.session():
        if not any(_ends(graph, record.algebra, values, node) for node in range(len(graph))):
            return ()
        for copies in entries:
            left, right = (beyond(record, output, copies, way) for way in (-1, 1))
            if left is not None or right is not None:
                found.append(End(copies[0], left, right))
    return tuple(found)


def _ends(graph: WengertList, algebra: Algebra, values: Sequence[Any], node: int) -> bool:
    """Tell whether a node has a value, and none where its operands are a little different.

    A fold ends where one of the steps inside it does.
    """
    op, parameters = graph.ops[node], graph.parameters_of(node)
    operands = [values[i] for i in graph.operands[node]]
    if not graph.varies[node] or any(type(x) is Undefined for x in (values[node], *operands)):
        return False
    body = parameters.get("body")
    if isinstance(body, WengertList):
        inner = _inside(body, algebra, operands)
        return any(_ends(body, algebra, inner, part) for part in range(len(body)))
    if op.domain is None:
        return False
    for ways in _ways([graph.varies[i] for i in graph.operands[node]]):
        moved = [
            x + algebra.number(w * NEXT) if w else x for x, w in zip(operands, ways, strict=True)
        ]
        if missing(algebra.apply(op, parameters, moved)) is not None:
            return True
    return False


def _ways(moves: Sequence[bool]) -> Iterator[tuple[int, ...]]:
    """Yield the directions in which operands are moved: all of a few together, else one by one."""
    if sum(moves) <= TOGETHER:
        # By different amounts: x^y may exist on a line through the point.
        signs = [(-1 - i, 1 + i) if it else (0,) for i, it in enumerate(moves)]
        yield from product(*signs)
        return
    for slot in range(len(moves)):
        if moves[slot]:
            yield from (tuple(w * (i == slot) for i in range(len(moves))) for w in (-1, 1))


def corners(record: Record, node: int) -> tuple[tuple[Op, Parameters], ...]:
    """Return the operations with which a node stands at a kink: of a fold, those inside it.

    Where none can be told to stand there, all that have kinks are returned.
    """
    graph, values = record.graph, record.values
    with record.algebra.session():
        found = list(_with_kinks(graph, record.algebra, values, node))
    here = [(op, parameters) for op, parameters, at in found if at]
    return tuple(here or [(op, parameters) for op, parameters, _ in found])


def _with_kinks(
    graph: WengertList,
    algebra: Algebra,
    values: Sequence[Any],
    node: int,
) -> Iterator[tuple[Op, Parameters, bool]]:
    """Yield the operations of a node that have kinks, and whether they stand at one."""
    op, parameters = graph.ops[node], graph.parameters_of(node)
    operands = [values[i] for i in graph.operands[node]]
    body = parameters.get("body")
    if isinstance(body, WengertList):
        inner = _inside(body, algebra, operands)
        for part in range(len(body)):
            if body.varies[part]:
                yield from _with_kinks(body, algebra, inner, part)
    elif op.kink is not None:
        yield op, parameters, stands(algebra, op, parameters, operands)


def _inside(body: WengertList, algebra: Algebra, operands: Sequence[Any]) -> list[Any]:
    """Return the values inside a fold at given operands."""
    point = dict(zip(body.inputs, operands, strict=True))
    return [step.value for step in evaluate(body, algebra, point)]

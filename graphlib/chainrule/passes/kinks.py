"""One-sided derivatives at kinks.

The functions with kinks are directionally differentiable and so is what is composed of
them; the chain rule holds for directional derivatives (Shapiro, J. Optim. Theory Appl. 66,
1990), so one forward walk in each of two directions gives the exact left and right
derivative, where a sum of shares with a convention at each kink may give neither.

At the border of a domain a derivative is one from a side, too: √(x − 1) has a value at 1 and none
on the left. A border is found by trying: a step next to which there is no value, and then the
function itself, a little to the left and to the right, in whatever numbers a record has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from chainrule.algebras.protocol import Algebra, Parameters
from chainrule.algebras.real import lifted
from chainrule.algebras.undefined import Open, Undefined, undecided
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import Op
from chainrule.passes.record import Record
from chainrule.passes.walks import evaluate, values_inside

NEAR = (Fraction(1, 10**12), Fraction(1, 10**20))
"""How far an input is moved: what has no value at all these distances ends at the point."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Left and right derivative of the output by one input.

    `values` are what the output comes to from the left and from the right where it jumps.
    """

    left: Any
    right: Any
    values: tuple[Any, Any] | None = None

    @property
    def agree(self) -> bool:
        """Whether the derivative exists after all."""
        return same(self.left, self.right)


def same(a: Any, b: Any) -> bool:
    """Whether two derivatives are equal, as far as is certain: not proven to be apart."""
    if type(a) is Undefined or type(b) is Undefined:
        return a is b
    try:
        return bool(lifted(a).compared(b) == 0)
    except Open:
        return True


def kinks(record: Record) -> list[int]:
    """Return the nodes of a record that stand at a kink, or whose folds hold one that does."""
    graph, values = record.graph, record.values
    with record.algebra.session():
        return [
            node
            for node in range(len(graph))
            if graph.varies[node]
            and _at_kink(graph, record.algebra, node, [values[i] for i in graph.operands[node]])
        ]


def stands(algebra: Algebra, op: Op, parameters: Parameters, operands: Sequence[Any]) -> bool:
    """Return whether an operation stands at a kink for certain."""
    try:
        return algebra.at_kink(op, parameters, operands)
    except Open:
        return False  # its cells say that it is undecided


def _at_kink(graph: WengertList, algebra: Algebra, node: int, operands: Sequence[Any]) -> bool:
    op, parameters = graph.ops[node], graph.parameters_of(node)
    body = parameters.get("body")
    if not isinstance(body, WengertList):
        if op.kink is None or not stands(algebra, op, parameters, operands):
            return False
        across = op.kink.across
        return across is None or graph.varies[graph.operands[node][across]]
    values = values_inside(body, algebra, operands)
    return any(
        _at_kink(body, algebra, inner, [values[i] for i in body.operands[inner]])
        for inner in range(len(body))
        if body.varies[inner]
    )


def tangents(
    graph: WengertList, algebra: Algebra, values: Sequence[Any], direction: Mapping[int, Any]
) -> list[Any]:
    """Return the one-sided derivative of every node when the inputs move along `direction`.

    Parameters
    ----------
    direction
        Tangents of the inputs, by index; those left out do not move.
    """
    moved: list[Any] = []
    for node, (op, operands) in enumerate(zip(graph.ops, graph.operands, strict=True)):
        if op is INPUT and node in direction:
            moved.append(direction[node])
        elif op is INPUT or not graph.varies[node]:
            moved.append(0)
        else:
            arguments = [values[i] for i in operands]
            moves = [moved[i] for i in operands]
            moved.append(_moved(graph, algebra, node, values[node], arguments, moves))
    return moved


def _moved(
    graph: WengertList,
    algebra: Algebra,
    node: int,
    value: Any,
    arguments: Sequence[Any],
    moves: Sequence[Any],
) -> Any:
    """Return the one-sided derivative of one node from its operands' moves."""
    op, parameters = graph.ops[node], graph.parameters_of(node)
    if op.taken is not None and type(value) is not Undefined:
        compared = moves[: len(moves) - len(parameters["when"])]
        at_border = _at_kink(graph, algebra, node, arguments)
        for move in compared:
            # What is compared may jump: then another branch may be taken beside the point.
            if type(move) is Undefined and (move.alone or at_border):
                return move
        if not at_border:
            return moves[op.taken(*arguments, **parameters)]
        found = _pushed(algebra, op, moves, arguments, parameters)
        assert op.kink is not None
        jump = Undefined(op.name, op.kink.convention, "slope", node, alone=True)
        return jump if found is None else found
    for argument in (value, *arguments):
        if type(argument) is Undefined:
            return argument
    moves = list(moves)
    for slot, move in enumerate(moves):
        if type(move) is Undefined:
            # What an operation does not follow, as min a larger operand, may move as it likes.
            partial = algebra.partial(op, parameters, slot, value, arguments)
            if type(algebra.push(partial, move, value)) is Undefined:
                return move
            moves[slot] = 0
    body = parameters.get("body")
    if isinstance(body, WengertList):
        inner = dict(zip(body.inputs, moves, strict=True))
        values = values_inside(body, algebra, arguments)
        return tangents(body, algebra, values, inner)[body.outputs[0]]
    still = [type(move) is int and move == 0 for move in moves]
    across = op.kink.across if op.kink is not None else None
    stays = still[across] if across is not None else all(still)
    if op.kink is not None and not stays and _at_kink(graph, algebra, node, arguments):
        if op.kink.push is None:
            return Undefined(op.name, op.kink.convention, "slope", node, alone=True)
        return _pushed(algebra, op, moves, arguments, parameters)
    total: Any = 0
    for slot, operand in enumerate(graph.operands[node]):
        if graph.varies[operand] and not still[slot]:
            partial = algebra.partial(op, parameters, slot, value, arguments)
            total = total + algebra.push(partial, moves[slot], value)
    return total


def _pushed(
    algebra: Algebra,
    op: Op,
    moves: Sequence[Any],
    arguments: Sequence[Any],
    parameters: Parameters,
) -> Any:
    """Return the one-sided derivative of an operation that stands at its kink."""
    assert op.kink is not None and op.kink.push is not None
    try:
        return op.kink.push(algebra.maths, moves, *arguments, **parameters)
    except Open:
        return undecided(op)


def sides(record: Record, output: int, entry: int) -> Sides:
    """Return the left and right derivative of `output` by the input `entry`.

    Where the function ends at the point, both are the derivative from the side where it exists.
    """
    found = sides_along(record, output, {entry: 1})
    if found.agree or type(record.values[output]) is Undefined:
        return found
    with record.algebra.session():
        left, right = (beyond(record, output, (entry,), way) is None for way in (-1, 1))
    if left == right:
        return found
    there = found.left if left else found.right
    return Sides(there, there)


def beyond(record: Record, output: int, copies: Sequence[int], way: int) -> Undefined | None:
    """Return why the output has no value next to the point, None where it has one."""
    graph, algebra = record.graph, record.algebra
    reason: Undefined | None = None
    for near in NEAR:
        point = {node: record.values[node] for node in graph.inputs}
        point |= {node: point[node] + algebra.number(way * near) for node in copies}
        reason = missing([step.value for step in evaluate(graph, algebra, point)][output])
        if reason is None:
            return None
    return reason


def missing(value: Any) -> Undefined | None:
    """Return the reason of a value that certainly does not exist."""
    return value if type(value) is Undefined and value.what == "value" else None


def sides_along(record: Record, output: int, direction: Mapping[int, Any]) -> Sides:
    """Return the derivative of `output` along a direction, arriving there and leaving.

    Parameters
    ----------
    direction
        How fast each input moves, by index.
    """
    graph, algebra, values = record.graph, record.algebra, record.values
    with algebra.session():
        moves = {node: algebra.number(Fraction(amount)) for node, amount in direction.items()}
        back = {node: -move for node, move in moves.items()}
        ways = [tangents(graph, algebra, values, way) for way in (back, moves)]
        found = [way[output] for way in ways]
        left, right = (algebra.number(Fraction(x)) if type(x) is int else x for x in found)
        here = values[output]
        near = [approached(graph, algebra, values, way)[output] for way in ways]
        known = not any(type(x) is Undefined for x in (here, *near))
        jumps = known and not all(same(x, here) for x in near)
        return Sides(-left, right, (near[0], near[1]) if jumps else None)


def _taken_beside(
    op: Op, parameters: Parameters, near: Sequence[Any], moving: Sequence[Any]
) -> Any:
    """Return the value of the case that is taken beside the point."""
    assert op.taken is not None
    try:
        return near[op.taken(*near, **parameters, beside=moving)]
    except Open:
        return undecided(op)


def approached(
    graph: WengertList, algebra: Algebra, values: Sequence[Any], moves: Sequence[Any]
) -> list[Any]:
    """Return what every node comes to when the inputs come to the point along a direction.

    That is its value, but where a case ends; an `Undefined` where another operation jumps, or
    where it cannot be told which case is taken.

    Parameters
    ----------
    moves
        The one-sided derivatives of the nodes along the direction.
    """
    beside: list[Any] = []
    for node, operands in enumerate(graph.operands):
        op, parameters, value = graph.ops[node], graph.parameters_of(node), values[node]
        near = [beside[i] for i in operands]
        arguments = [values[i] for i in operands]
        unclear = Undefined(op.name, "a value beside the point", node=node)
        moved = any(x is not here for x, here in zip(near, arguments, strict=True))
        if graph.varies[node] and _at_kink(graph, algebra, node, arguments):
            if op.taken is not None:
                count = len(operands) - len(parameters["when"])
                moving = [moves[i] for i in operands[:count]]
                known = not any(type(x) is Undefined for x in (*near[:count], *moving))
                value = _taken_beside(op, parameters, near, moving) if known else unclear
            elif op.kink is None or op.kink.push is None:
                value = unclear  # a fold, or floor
            elif moved:
                value = algebra.apply(op, parameters, near)
        elif moved:
            value = algebra.apply(op, parameters, near)
        beside.append(value)
    return beside


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
        inner = values_inside(body, algebra, operands)
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
        inner = values_inside(body, algebra, operands)
        for part in range(len(body)):
            if body.varies[part]:
                yield from _with_kinks(body, algebra, inner, part)
    elif op.kink is not None:
        yield op, parameters, stands(algebra, op, parameters, operands)

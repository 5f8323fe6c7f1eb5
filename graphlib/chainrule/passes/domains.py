"""Where a written derivative exists: only where its function does.

The formula 1/x of the derivative of ln x has a value at −1. So such a derivative is written
as an operation "given" with the function's value as second operand: what has no value there
gives none here.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Op

DIV, GIVEN = OPS["div"], OPS["given"]
# A domain that holds at all of these holds everywhere: borders are at 0, ±1, whole numbers.
PROBES = tuple(Fraction(n, 2) for n in (-6, -4, -3, -2, -1, 0, 1, 2, 3, 4))
# Beyond so many steps times borders, what a derivative implies is not looked up.
MOST_LOOKED_UP = 2_000_000

Need = tuple[str, tuple[int, ...]]


def needs(graph: WengertList, goal: int) -> dict[int, Need]:
    """Return the nodes before `goal` that do not exist everywhere, with what each one needs."""
    distances = graph.distances([goal])
    found: dict[int, Need] = {}
    for node, op in enumerate(graph.ops):
        still = not graph.varies[node] and bool(graph.operands[node])
        if op.domain is None or distances[node] < 0 or still:
            continue
        numbers = [graph.parameters_of(i).get("number") for i in graph.operands[node]]
        choices = [PROBES if number is None else (number,) for number in numbers]
        if not all(op.domain.holds(*point) for point in product(*choices)):
            found[node] = _need(op, graph.operands[node])
    return found


def _need(op: Op, operands: tuple[int, ...]) -> Need:
    """Return what an operation needs and of which nodes: of a quotient, the divisor alone."""
    assert op.domain is not None
    return op.domain.needs, operands[1:] if op is DIV else operands


def where_defined(
    builder: Builder, derivative: Expression, value: Expression, bounded: dict[int, Need]
) -> Expression:
    """Return a derivative that has no value where `value` has none.

    Parameters
    ----------
    bounded
        The nodes before `value` that do not exist everywhere, as `needs` found them.
    """
    if not bounded or _implied(builder, derivative, bounded):
        return derivative
    witness = value
    if value.ndim:
        witness = builder.write(OPS["collapse"], [value], {"shape": ()})
    if witness.carries and not derivative.carries:
        witness = builder.write(OPS["batch_sum"], [witness])
    return builder.write(GIVEN, [derivative, witness])


def _implied(builder: Builder, derivative: Expression, bounded: dict[int, Need]) -> bool:
    """Whether the formula of a derivative has no value wherever one of `bounded` has none."""
    if len(builder.ops) * len(bounded) > MOST_LOOKED_UP:
        return False
    pending, seen = [derivative.index], set[int]()
    said: set[Need] = set()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        pending.extend(builder.operands[node])
        if builder.ops[node].domain is not None:
            said.add(_need(builder.ops[node], builder.operands[node]))
    return all(node in seen or need in said for node, need in bounded.items())

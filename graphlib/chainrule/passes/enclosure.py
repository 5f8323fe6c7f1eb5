"""How far off the values of a many-digit record may be, and what lies within that reach.

A value's error is at most the sum of its operands' errors times the local partials, to first
order, and its own rounding; bounds are kept as powers of two. Where a kink, a jump or the end
of a domain lies within the errors of operands, the digits do not decide on which side they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from chainrule.algebras.digits import Digits, magnitude
from chainrule.algebras.undefined import Undefined
from chainrule.ops import Op
from chainrule.passes.record import Record

# Bits by which a bound is widened before it is asked what lies within.
MARGIN = 20
NEVER, UNKNOWN = -(1 << 61), 1 << 61
"""Bounds of what is exactly 0, and of what nothing is known about."""


def radii(fine: Record, exact: Record) -> list[int]:
    """Return for each node an exponent r: its value is within 2^r of the one recorded."""
    graph, algebra, values = fine.graph, fine.algebra, fine.values
    assert isinstance(algebra, Digits)
    bits = algebra.bits
    found: list[int] = []
    for node, (value, known) in enumerate(zip(values, exact.values, strict=True)):
        if type(value) is Undefined or value - value != 0:
            found.append(UNKNOWN)
            continue
        own = magnitude(value) - bits + 2
        operands = graph.operands[node]
        if type(known) is Fraction or not operands:
            found.append(max(own, NEVER))
            continue
        bound = own
        for slot, operand in enumerate(operands):
            partial = fine.local.get((node, slot))
            if partial is None:
                given = [values[i] for i in operands]
                op, parameters = graph.ops[node], graph.parameters_of(node)
                partial = algebra.partial(op, parameters, slot, value, given)
            if found[operand] <= NEVER:
                continue
            if type(partial) is int:  # structural
                bound = max(bound, found[operand]) if partial else bound
            elif type(partial) is Undefined or partial - partial != 0:
                bound = UNKNOWN
            else:
                bound = max(bound, magnitude(partial) + found[operand])
        found.append(min(max(bound + len(operands), NEVER), UNKNOWN))
    return found


def straddling(fine: Record, exact: Record) -> Iterator[int]:
    """Yield the nodes of whose operands the digits do not say on which side of an edge they lie.

    An edge is a kink, a jump or the end of a domain. Operands that are all known exactly lie
    where they lie.
    """
    graph, algebra = fine.graph, fine.algebra
    assert isinstance(algebra, Digits)
    bounds: list[int] = []
    for node, (op, operands) in enumerate(zip(graph.ops, graph.operands, strict=True)):
        if op.kink is None and op.domain is None:
            continue
        if all(type(exact.values[i]) is Fraction for i in operands):
            continue
        if len(operands) > 1 and len(set(operands)) == 1 and op.kink is not None:
            continue  # max(u, u)
        given = [fine.values[i] for i in operands]
        if any(type(x) is Undefined for x in given):
            continue
        bounds = bounds or radii(fine, exact)
        widths = [bounds[i] for i in operands if type(exact.values[i]) is not Fraction]
        if any(width >= UNKNOWN for width in widths):
            continue
        known = [type(exact.values[i]) is Fraction for i in operands]
        if _straddles(op, algebra, graph.parameters_of(node), given, widths, known):
            yield node


def _straddles(
    op: Op,
    algebra: Digits,
    parameters: Any,
    given: Sequence[Any],
    widths: Sequence[int],
    known: Sequence[bool],
) -> bool:
    # One grid for all, so that what is equal within the bounds is equal on it.
    step = algebra.power_of_two(max(widths) + MARGIN)
    near = [algebra.nearest(x, step) for x in given]
    if op.kink is not None and any(algebra.at_kink(op, parameters, x) for x in (given, near)):
        return True
    if op.domain is None:
        return False
    holds: Callable[..., bool] = op.domain.holds
    inside = bool(holds(*given))
    if holds(*near) != inside:
        return True
    for slot, x in enumerate(given):
        for other in () if known[slot] else (x - step, x + step):
            if holds(*given[:slot], other, *given[slot + 1 :]) != inside:
                return True
    return False

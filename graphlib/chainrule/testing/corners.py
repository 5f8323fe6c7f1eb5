"""The laws at kinks and at the border of a domain."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from chainrule.algebras.arrays import ARRAYS
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Algebra
from chainrule.algebras.undefined import Undefined
from chainrule.graph.builder import Builder
from chainrule.ops import Op
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.record import record
from chainrule.testing.laws import (
    FINE,
    NUMBERS,
    SHADOW,
    STEP,
    Corner,
    bound,
    far,
    local,
    require,
    require_close,
)


def check_kink(op: Op, corner: Corner) -> None:
    """One-sided derivatives are the one-sided differences; the convention is what is used."""
    kink, given = op.kink, {**op.parameters, **corner.parameters}
    assert kink is not None
    what = f"{op.name}{corner.operands}{dict(corner.parameters) or ''}"
    require(kink.at(*corner.operands, **given), f"{what} is not seen as a kink")
    require(kink.convention.format(**given), f"{what} has no convention in words")
    at = [bound(NUMBERS, x) for x in corner.operands]
    value = NUMBERS.apply(op, given, at)
    step = NUMBERS.number(STEP)

    def moved(direction: Sequence[int]) -> Any:
        there = [x + step * d for x, d in zip(at, direction, strict=True)]
        return NUMBERS.apply(op, given, there)

    directions = list(itertools.product((-1, 0, 1), repeat=len(at)))
    if kink.push is None or (kink.jumps is not None and kink.jumps(*at, **given)):
        jumps = any(far(moved(d), moved([-x for x in d]), "0.1") for d in directions)
        require(jumps, f"{what} is said to jump and does not")
    else:
        for direction in directions:
            expected = (moved(direction) - value) / step
            tangents = [NUMBERS.number(Fraction(d)) for d in direction]
            got = kink.push(NUMBERS.maths, tangents, *at, **given)
            # Where a side is curved, the difference errs by about the step.
            require_close(got, expected, "1e-20", f"{what} in the direction {direction}")
    for slot in range(len(at)):
        _check_convention(op, corner, given, slot, what)


def _check_convention(op: Op, corner: Corner, given: Any, slot: int, what: str) -> None:
    algebras: tuple[Algebra, ...] = (FLOAT64, SHADOW, NUMBERS)
    if corner.used is not None:
        algebras += (ARRAYS, FINE)
    for algebra in algebras:
        values = [bound(algebra, x) for x in corner.operands]
        result, partial = local(algebra, op, given, values, slot)
        if op.taken is not None and slot >= len(values) - len(given["when"]):
            # Of a choice, only the condition has no derivative where it changes.
            taken = slot == op.taken(*corner.operands, **given)
            share = algebra.pull(partial, algebra.one(result), values[slot])
            require_close(share, Fraction(taken), "0", f"{what}: the slope by {slot}")
        elif corner.used is None and op.kink is not None and op.kink.across not in (None, slot):
            require_close(partial, Fraction(0), "0", f"{what}: the slope by {slot}, which is level")
        elif corner.used is None:
            require(type(partial) is Undefined, f"{what}: the slope by {slot} is {partial}")
            require(partial.what == "slope", f"{what}: the slope is meant, not the value")
        else:
            used = algebra.pull(partial, algebra.one(result), values[slot])
            require_close(used, corner.used[slot], "1e-15", f"{what}: used by {slot}")


def check_second_at_kink(op: Op, corner: Corner) -> None:
    """The second derivative is undefined by every operand by which there is a kink."""
    builder = Builder()
    operands = [builder.input(f"x{i}") for i in range(len(corner.operands))]
    given = {**op.parameters, **corner.parameters}
    graph = builder.finish([builder.apply(op, given, operands)])
    gradient = gradient_graph(graph)
    point = {n: bound(NUMBERS, x) for n, x in zip(gradient.inputs, corner.operands, strict=True)}
    at = [bound(NUMBERS, x) for x in corner.operands]
    for slot, derivative in enumerate(gradient.outputs):
        if not _bends(op, at, given, slot):
            continue
        run = record(gradient, NUMBERS, point, "reverse", {derivative: NUMBERS.number(Fraction(1))})
        second = run.derivatives.get(gradient.inputs[slot])
        require(
            type(second) is Undefined,
            f"{op.name}{corner.operands}: the second derivative by {slot} is {second}",
        )


def _bends(op: Op, at: Sequence[Any], given: Any, slot: int) -> bool:
    """Whether the left and right derivative by the operand in `slot` differ."""
    assert op.kink is not None and op.kink.push is not None
    zero, one = NUMBERS.number(Fraction(0)), NUMBERS.number(Fraction(1))
    right, left = (
        op.kink.push(
            NUMBERS.maths, [d if i == slot else zero for i in range(len(at))], *at, **given
        )
        for d in (one, -one)
    )
    return bool(right != -left)


def check_outside(op: Op, operands: Sequence[Any], word: str) -> None:
    """Outside its domain a value, and what depends on it, is `Undefined` with the reason."""
    for algebra in (FLOAT64, SHADOW):
        values = [bound(algebra, x) for x in operands]
        result = algebra.apply(op, op.parameters, values)
        what = f"{op.name}{tuple(operands)} in {type(algebra).__name__}"
        require(type(result) is Undefined, f"{what} is {result}")
        require(word in result.needs, f"{what} needs {result.needs!r}, without {word!r}")
        require(result.op == op.name and result.what == "value", f"{what}: wrong place")
        for slot in range(len(values)):
            partial = algebra.partial(op, op.parameters, slot, result, values)
            require(type(partial) is Undefined, f"{what}: slope by {slot} is {partial}")


def check_border(op: Op, operands: Sequence[Any], value: Any, slopes: Sequence[bool]) -> None:
    """At the border the value exists, and a slope where it says so, equal to differences."""
    for algebra in (FLOAT64, SHADOW, NUMBERS):
        values = [bound(algebra, x) for x in operands]
        what = f"{op.name}{tuple(operands)} in {type(algebra).__name__}"
        result = algebra.apply(op, op.parameters, values)
        require_close(result, value, "1e-14", what)
        for slot, exists in enumerate(slopes):
            partial = algebra.partial(op, op.parameters, slot, result, values)
            if not exists:
                require(type(partial) is Undefined, f"{what}: slope by {slot} is {partial}")
                require(partial.what == "slope", f"{what}: the slope is meant, not the value")
                continue
            step = NUMBERS.number(STEP)
            at = [bound(NUMBERS, x) for x in operands]
            before = NUMBERS.apply(op, op.parameters, at)
            difference: Any = None
            for way in (step, -step):  # to the left where nothing is on the right
                there = [x + way if i == slot else x for i, x in enumerate(at)]
                after = NUMBERS.apply(op, op.parameters, there)
                if difference is None and type(after) is not Undefined:
                    difference = (after - before) / way
            # One-sided differences at a border of power 3/2 err by the root of the step.
            require_close(partial, difference, "1e-10", f"{what}: slope by {slot}")

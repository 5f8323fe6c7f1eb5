"""Functions with kinks. What the passes use there is a parameter or stands beside the record."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from chainrule.ops.record import Kink, Op, Rule, register

ABS = register(
    Op(
        "abs",
        1,
        value=lambda m, x: m.abs(x),
        partials=(lambda m, y, x: m.sign(x),),
        spellings=("abs",),
        kink=Kink(
            at=lambda x: x == 0,
            push=lambda m, tangents, x: m.abs(tangents[0]),
            convention="|x| has slopes −1 and 1 at 0; the passes use 0, halfway",
        ),
        samples=((0.75,), (-1.25,)),
        doc="Absolute value.",
    )
)
SIGN = register(
    Op(
        "sign",
        1,
        value=lambda m, x: m.sign(x),
        partials=(lambda m, y, x: 0,),
        spellings=("sign",),
        kink=Kink(at=lambda x: x == 0, push=None, convention="sign jumps at 0"),
        samples=((0.75,), (-1.25,)),
        doc="Sign: −1, 0 or 1.",
    )
)
STEP = register(
    Op(
        "step",
        1,
        value=lambda m, x, at: m.step(x, at),
        partials=(lambda m, y, x, at: 0,),
        spellings=("step",),
        parameters={"at": Fraction(1, 2)},
        kink=Kink(at=lambda x, at: x == 0, push=None, convention="step jumps at 0"),
        samples=((0.75,), (-1.25,)),
        doc="Unit step: 0 below 0, 1 above, `at` at 0.",
    )
)
RELU = register(
    Op(
        "relu",
        1,
        value=lambda m, x, slope: m.maximum(x, 0),
        partials=(lambda m, y, x, slope: m.step(x, at=slope),),
        spellings=("relu", "ReLU"),
        parameters={"slope": Fraction(0)},
        kink=Kink(
            at=lambda x, slope: x == 0,
            push=lambda m, tangents, x, slope: m.maximum(tangents[0], 0),
            convention="relu has slopes 0 and 1 at 0; the passes use {slope}",
        ),
        samples=((0.75,), (-1.25,)),
        doc="Rectified linear unit max(0, x); `slope` is the slope used at 0.",
    )
)


def _weight(slot: int) -> Rule:
    return lambda m, y, *xs: m.max_weight(*xs, slot=slot)


def _tied(*xs: Any) -> bool:
    largest = max(xs)
    return sum(1 for x in xs if x == largest) > 1


def _push_of_max(m: Any, tangents: Any, *xs: Any) -> Any:
    largest = max(xs)
    return m.maximum(*(t for t, x in zip(tangents, xs, strict=True) if x == largest))


MAX = register(
    Op(
        "max",
        None,
        value=lambda m, *xs: m.maximum(*xs),
        partials=_weight,
        spellings=("max",),
        latex=r"\max",
        kink=Kink(
            at=_tied,
            push=_push_of_max,
            convention="operands that tie for the maximum share the derivative equally",
        ),
        samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
        doc="Largest of its operands.",
    )
)
MAX_WEIGHT = register(
    Op(
        "max_weight",
        None,
        value=lambda m, *xs, slot: m.max_weight(*xs, slot=slot),
        partials=lambda slot: lambda m, y, *xs, slot: 0,
        parameters={"slot": 0},
        kink=Kink(
            at=lambda *xs, slot: _tied(*xs), push=None, convention="the largest operand changes"
        ),
        samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
        doc="Derivative of max by its operand `slot`: 1, 0, or 1/k where k operands tie.",
    )
)

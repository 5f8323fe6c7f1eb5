"""Functions with kinks. What the passes use there is a parameter or stands beside the record."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from chainrule.ops.arithmetic import whole
from chainrule.ops.record import Kink, Op, Rule, register

ZERO = Fraction(0)


def sign_with(m: Any, x: Any, slope: Fraction | None) -> Any:
    """Return the slope of |x|: −1, 1, and the chosen one at 0."""
    if slope == 0:
        return m.sign(x)
    return 2 * m.step(x, at=None if slope is None else (1 + slope) / 2) - 1


ABS = register(
    Op(
        "abs",
        1,
        value=lambda m, x, slope=ZERO: m.abs(x),
        partials=(lambda m, y, x, slope=ZERO: sign_with(m, x, slope),),
        spellings=("abs",),
        parameters={"slope": ZERO},
        kink=Kink(
            at=lambda x, slope=ZERO: x == 0,
            push=lambda m, tangents, x, slope=ZERO: m.abs(tangents[0]),
            convention="|x| has slopes −1 and 1 at 0; the passes use {slope}",
            choice="slope",
        ),
        samples=((0.75,), (-1.25,)),
        doc="Absolute value; `slope` is the slope used at 0.",
    )
)
SIGN = register(
    Op(
        "sign",
        1,
        value=lambda m, x: m.sign(x),
        partials=(lambda m, y, x: 0,),
        spellings=("sign", "sgn"),
        kink=Kink(at=lambda x: x == 0, push=None, convention="sign jumps at 0"),
        samples=((0.75,), (-1.25,)),
        doc="Sign: −1, 0 or 1.",
    )
)
STEP = register(
    Op(
        "step",
        1,
        value=lambda m, x, at: m.step(x, at=at),
        partials=(lambda m, y, x, at: 0,),
        spellings=("step", "heaviside"),
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
            choice="slope",
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
        spellings=("max", "maxout"),
        latex=r"\max",
        kink=Kink(
            at=_tied,
            push=_push_of_max,
            convention="operands that tie for the maximum share the derivative equally",
        ),
        samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
        doc="Largest of its operands; as maxout, of a layer's affine maps.",
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


def _weight_of_min(slot: int) -> Rule:
    return lambda m, y, *xs: m.min_weight(*xs, slot=slot)


def _tied_below(*xs: Any) -> bool:
    smallest = min(xs)
    return sum(1 for x in xs if x == smallest) > 1


def _push_of_min(m: Any, tangents: Any, *xs: Any) -> Any:
    smallest = min(xs)
    return m.minimum(*(t for t, x in zip(tangents, xs, strict=True) if x == smallest))


MIN = register(
    Op(
        "min",
        None,
        value=lambda m, *xs: m.minimum(*xs),
        partials=_weight_of_min,
        spellings=("min",),
        latex=r"\min",
        kink=Kink(
            at=_tied_below,
            push=_push_of_min,
            convention="operands that tie for the minimum share the derivative equally",
        ),
        samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
        doc="Smallest of its operands.",
    )
)
MIN_WEIGHT = register(
    Op(
        "min_weight",
        None,
        value=lambda m, *xs, slot: m.max_weight(*(-x for x in xs), slot=slot),
        partials=lambda slot: lambda m, y, *xs, slot: 0,
        parameters={"slot": 0},
        kink=Kink(
            at=lambda *xs, slot: _tied_below(*xs),
            push=None,
            convention="the smallest operand changes",
        ),
        samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
        doc="Derivative of min by its operand `slot`: 1, 0, or 1/k where k operands tie.",
    )
)


def _push_of_clip(m: Any, tangents: Any, x: Any, low: Any, high: Any) -> Any:
    inner = _push_of_max(m, tangents[:2], x, low)
    return _push_of_min(m, (inner, tangents[2]), max(x, low), high)


CLIP = register(
    Op(
        "clip",
        3,
        value=lambda m, x, low, high: m.minimum(m.maximum(x, low), high),
        partials=(
            lambda m, y, x, low, high: (
                m.max_weight(x, low, slot=0) * m.min_weight(m.maximum(x, low), high, slot=0)
            ),
            lambda m, y, x, low, high: (
                m.max_weight(x, low, slot=1) * m.min_weight(m.maximum(x, low), high, slot=0)
            ),
            lambda m, y, x, low, high: m.min_weight(m.maximum(x, low), high, slot=1),
        ),
        spellings=("clip", "clamp"),
        kink=Kink(
            at=lambda x, low, high: x == low <= high or max(x, low) == high,
            push=_push_of_clip,
            convention="where clip(x, low, high) meets a bound, x and the bound share equally",
        ),
        samples=((0.75, -1.5, 2.0), (-2.5, -1.5, 2.0), (3.25, -1.5, 2.0)),
        doc="Operand kept between two bounds: clip(x, low, high) = min(max(x, low), high).",
    )
)
WHERE = register(
    Op(
        "where",
        3,
        value=lambda m, c, a, b: m.where(c, a, b),
        partials=(
            lambda m, y, c, a, b: 0,
            lambda m, y, c, a, b: m.where(c, 1, 0),
            lambda m, y, c, a, b: m.where(c, 0, 1),
        ),
        spellings=("where",),
        kink=Kink(
            at=lambda c, a, b: c == 0,
            push=None,
            convention="where(c, a, b) changes over from b to a at c = 0",
        ),
        samples=((0.75, -2.5, 1.5), (-1.25, 0.5, 2.25)),
        doc="Choice where(c, a, b): a where c is positive, else b; both must have a value.",
    )
)
FLOOR = register(
    Op(
        "floor",
        1,
        value=lambda m, x: m.floor(x),
        partials=(lambda m, y, x: 0,),
        spellings=("floor",),
        kink=Kink(at=whole, push=None, convention="floor jumps at every whole number"),
        samples=((0.75,), (-1.25,)),
        doc="Largest whole number that is not above the operand.",
    )
)
CEIL = register(
    Op(
        "ceil",
        1,
        value=lambda m, x: m.ceil(x),
        partials=(lambda m, y, x: 0,),
        spellings=("ceil", "ceiling"),
        kink=Kink(at=whole, push=None, convention="ceil jumps at every whole number"),
        samples=((0.75,), (-1.25,)),
        doc="Smallest whole number that is not below the operand.",
    )
)

"""Functions with kinks. What the passes use there is a parameter or stands beside the record."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from chainrule.ops.arithmetic import whole
from chainrule.ops.record import Kink, Rule, register

ZERO = Fraction(0)

Moving = tuple[bool, ...]
"""Per operand, whether an input reaches it; empty where all move."""


def sign_with(m: Any, x: Any, slope: Fraction | None) -> Any:
    """Return the slope of |x|: −1, 1, and the chosen one at 0."""
    if slope == 0:
        return m.sign(x)
    return 2 * m.step(x, at=None if slope is None else (1 + slope) / 2) - 1


ABS = register(
    "abs",
    1,
    value=lambda m, x, slope=ZERO: m.abs(x),
    partials=(lambda m, y, x, slope=ZERO: sign_with(m, x, slope),),
    spellings=("abs",),
    numpy="abs",
    parameters={"slope": ZERO},
    kink=Kink(
        at=lambda x, slope=ZERO: x == 0,
        push=lambda m, tangents, x, slope=ZERO: m.abs(tangents[0]),
        convention="|x| has slopes −1 and 1 at 0; the passes use {slope}",
        choice="slope",
    ),
    samples=((0.75,), (-1.25,)),
    aliases=("fabs", "absolute", "Betrag", "betrag"),
    doc="Absolute value; `slope` is the slope used at 0.",
)
SIGN = register(
    "sign",
    1,
    value=lambda m, x: m.sign(x),
    partials=(lambda m, y, x: 0,),
    spellings=("sign", "sgn"),
    aliases=("signum",),
    numpy="sign",
    kink=Kink(at=lambda x: x == 0, push=None, convention="sign jumps at 0"),
    samples=((0.75,), (-1.25,)),
    doc="Sign: −1, 0 or 1.",
)
STEP = register(
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
RELU = register(
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
    role="activation",
    aliases=("RELU", "Relu"),
    doc="Rectified linear unit max(0, x); `slope` is the slope used at 0.",
)


def _largest(m: Any, xs: Sequence[Any]) -> Any:
    return xs[0] if len(xs) == 1 else m.maximum(*xs)


def _smallest(m: Any, xs: Sequence[Any]) -> Any:
    return xs[0] if len(xs) == 1 else m.minimum(*xs)


def _sharing(
    xs: Sequence[Any], slot: int, slope: Fraction | None, moving: Moving
) -> tuple[list[Any], int, list[Any]]:
    """Return the operands that share equally with the one in `slot`, its place, and the rivals.

    At a tie with a rival the convention decides: with a constant, or, where no derivative is to
    exist there, with any other operand.
    """
    if slope is None:
        alike = [slot]
    else:
        alike = [i for i in range(len(xs)) if not moving or moving[i] == moving[slot]]
    return (
        [xs[i] for i in alike],
        alike.index(slot),
        [x for i, x in enumerate(xs) if i not in alike],
    )


def _weight(slot: int) -> Rule:
    def weight(m: Any, y: Any, *xs: Any, slope: Fraction | None = ZERO, moving: Moving = ()) -> Any:
        sharing, place, rivals = _sharing(xs, slot, slope, moving)
        share = m.max_weight(*sharing, slot=place) if len(sharing) > 1 else 1
        if not rivals:
            return share
        return m.step(_largest(m, sharing) - _largest(m, rivals), at=slope) * share

    return weight


def _weight_of_min(slot: int) -> Rule:
    def weight(m: Any, y: Any, *xs: Any, slope: Fraction | None = ZERO, moving: Moving = ()) -> Any:
        sharing, place, rivals = _sharing(xs, slot, slope, moving)
        share = m.min_weight(*sharing, slot=place) if len(sharing) > 1 else 1
        if not rivals:
            return share
        return m.step(_smallest(m, rivals) - _smallest(m, sharing), at=slope) * share

    return weight


def _tied(xs: Sequence[Any], best: Any, moving: Moving = ()) -> bool:
    """Whether several operands are the best one, and not only constants."""
    tied = [i for i, x in enumerate(xs) if x == best]
    return len(tied) > 1 and (not moving or any(moving[i] for i in tied))


def _negated(xs: Sequence[Any]) -> list[Any]:
    """Return −x of each; of one and the same number one and the same, so that they tie as well."""
    found = {id(x): -x for x in xs}
    return [found[id(x)] for x in xs]


def _push_of_max(m: Any, tangents: Any, *xs: Any, **carried: Any) -> Any:
    largest = max(xs)
    return m.maximum(*(t for t, x in zip(tangents, xs, strict=True) if x == largest))


def _push_of_min(m: Any, tangents: Any, *xs: Any, **carried: Any) -> Any:
    smallest = min(xs)
    return m.minimum(*(t for t, x in zip(tangents, xs, strict=True) if x == smallest))


MAX = register(
    "max",
    None,
    value=lambda m, *xs, slope=ZERO, moving=(): m.maximum(*xs),
    partials=_weight,
    spellings=("max", "maxout"),
    latex=r"\max",
    parameters={"slope": ZERO},
    kink=Kink(
        at=lambda *xs, slope=ZERO, moving=(): _tied(xs, max(xs), moving),
        push=_push_of_max,
        convention="operands tie for the maximum; they share the derivative equally",
        against="max has slopes 0 and 1 where it meets a constant; the passes use {slope}",
        choice="slope",
    ),
    samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
    role="activation",
    aliases=("maximum", "amax"),
    doc="Largest of its operands; as maxout, of a layer's affine maps. `slope` is the slope "
    "used where an operand meets a constant.",
)
MAX_WEIGHT = register(
    "max_weight",
    None,
    value=lambda m, *xs, slot: m.max_weight(*xs, slot=slot),
    partials=lambda slot: lambda m, y, *xs, slot: 0,
    parameters={"slot": 0},
    kink=Kink(
        at=lambda *xs, slot: _tied(xs, max(xs)),
        push=None,
        convention="the largest operand changes",
    ),
    samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
    doc="Derivative of max by its operand `slot`: 1, 0, or 1/k where k operands tie.",
)
MIN = register(
    "min",
    None,
    value=lambda m, *xs, slope=ZERO, moving=(): m.minimum(*xs),
    partials=_weight_of_min,
    spellings=("min",),
    latex=r"\min",
    parameters={"slope": ZERO},
    kink=Kink(
        at=lambda *xs, slope=ZERO, moving=(): _tied(xs, min(xs), moving),
        push=_push_of_min,
        convention="operands tie for the minimum; they share the derivative equally",
        against="min has slopes 1 and 0 where it meets a constant; the passes use {slope}",
        choice="slope",
    ),
    samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
    aliases=("minimum", "amin"),
    doc="Smallest of its operands; `slope` is the slope used where one meets a constant.",
)
MIN_WEIGHT = register(
    "min_weight",
    None,
    value=lambda m, *xs, slot: m.max_weight(*_negated(xs), slot=slot),
    partials=lambda slot: lambda m, y, *xs, slot: 0,
    parameters={"slot": 0},
    kink=Kink(
        at=lambda *xs, slot: _tied(xs, min(xs)),
        push=None,
        convention="the smallest operand changes",
    ),
    samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
    doc="Derivative of min by its operand `slot`: 1, 0, or 1/k where k operands tie.",
)


def _outer(moving: Moving) -> Moving:
    """Return which operands move of the minimum in clip, min(max(x, low), high)."""
    return (moving[0] or moving[1], moving[2]) if moving else ()


def _clip_slope(slot: int) -> Rule:
    """Return the slope of max by x or low, times that of min by max(x, low)."""

    def slope_of(
        m: Any, y: Any, *xs: Any, slope: Fraction | None = ZERO, moving: Moving = ()
    ) -> Any:
        x, low, high = xs
        inner = _weight(slot)(m, None, x, low, slope=slope, moving=moving[:2])
        above = m.maximum(x, low), high
        return inner * _weight_of_min(0)(m, None, *above, slope=slope, moving=_outer(moving))

    return slope_of


def _clip_slope_of_high(
    m: Any, y: Any, *xs: Any, slope: Fraction | None = ZERO, moving: Moving = ()
) -> Any:
    x, low, high = xs
    above = m.maximum(x, low), high
    return _weight_of_min(1)(m, None, *above, slope=slope, moving=_outer(moving))


def _clip_kinked(*xs: Any, slope: Fraction | None = ZERO, moving: Moving = ()) -> bool:
    x, low, high = xs
    inner = max(x, low)
    moves = tuple(which for which, at in zip(moving, (x, low), strict=False) if at == inner)
    return bool(low <= high and _tied((x, low), inner, moving[:2])) or _tied(
        (inner, high), min(inner, high), (any(moves), moving[2]) if moving else ()
    )


def _push_of_clip(m: Any, tangents: Any, x: Any, low: Any, high: Any, **carried: Any) -> Any:
    inner = _push_of_max(m, tangents[:2], x, low)
    return _push_of_min(m, (inner, tangents[2]), max(x, low), high)


CLIP = register(
    "clip",
    3,
    value=lambda m, x, low, high, slope=ZERO, moving=(): m.minimum(m.maximum(x, low), high),
    partials=(_clip_slope(0), _clip_slope(1), _clip_slope_of_high),
    spellings=("clip", "clamp"),
    parameters={"slope": ZERO},
    kink=Kink(
        at=_clip_kinked,
        push=_push_of_clip,
        convention="clip(x, low, high) meets a bound; x and the bound share equally",
        against="clip has slopes 0 and 1 where x meets a bound; the passes use {slope}",
        choice="slope",
    ),
    samples=((0.75, -1.5, 2.0), (-2.5, -1.5, 2.0), (3.25, -1.5, 2.0)),
    doc="Operand kept between two bounds: clip(x, low, high) = min(max(x, low), high); "
    "`slope` is the slope used where it meets a constant one.",
)
FLOOR = register(
    "floor",
    1,
    value=lambda m, x: m.floor(x),
    partials=(lambda m, y, x: 0,),
    spellings=("floor",),
    numpy="floor",
    kink=Kink(at=whole, push=None, convention="floor jumps at every whole number"),
    samples=((0.75,), (-1.25,)),
    doc="Largest whole number that is not above the operand.",
)
CEIL = register(
    "ceil",
    1,
    value=lambda m, x: m.ceil(x),
    partials=(lambda m, y, x: 0,),
    spellings=("ceil", "ceiling"),
    numpy="ceil",
    kink=Kink(at=whole, push=None, convention="ceil jumps at every whole number"),
    samples=((0.75,), (-1.25,)),
    doc="Smallest whole number that is not below the operand.",
)

"""Functions with kinks. What the passes use there is a parameter or stands beside the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from chainrule.ops.arithmetic import whole
from chainrule.ops.record import Kink, Op, Rule, register

ZERO = Fraction(0)

Moving = tuple[bool, ...]
"""Per operand, whether an input reaches it; empty where all move."""


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
        numpy="abs",
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
        numpy="sign",
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


def _push_of_max(m: Any, tangents: Any, *xs: Any, **carried: Any) -> Any:
    largest = max(xs)
    return m.maximum(*(t for t, x in zip(tangents, xs, strict=True) if x == largest))


def _push_of_min(m: Any, tangents: Any, *xs: Any, **carried: Any) -> Any:
    smallest = min(xs)
    return m.minimum(*(t for t, x in zip(tangents, xs, strict=True) if x == smallest))


MAX = register(
    Op(
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
        doc="Largest of its operands; as maxout, of a layer's affine maps. `slope` is the slope "
        "used where an operand meets a constant.",
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
            at=lambda *xs, slot: _tied(xs, max(xs)),
            push=None,
            convention="the largest operand changes",
        ),
        samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
        doc="Derivative of max by its operand `slot`: 1, 0, or 1/k where k operands tie.",
    )
)
MIN = register(
    Op(
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
        doc="Smallest of its operands; `slope` is the slope used where one meets a constant.",
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
            at=lambda *xs, slot: _tied(xs, min(xs)),
            push=None,
            convention="the smallest operand changes",
        ),
        samples=((0.75, -2.5), (0.5, 1.25, -3.0)),
        doc="Derivative of min by its operand `slot`: 1, 0, or 1/k where k operands tie.",
    )
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
    Op(
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
)
Condition = tuple[Any, ...]
"""What is compared, by the slots of the operands: ("less", 0, 1), ("positive", 0), ("and", …),
("or", …), ("not", …), or ("else",), which always holds; ("else", "nowhere") where its value is
no number."""

NOWHERE: Condition = ("else", "nowhere")
FIRST_POSITIVE: tuple[Condition, ...] = (("positive", 0), ("else",))
# A comparison as a difference that is positive; whether it is the other way round.
_DIFFERENCES: dict[str, tuple[int, bool]] = {
    "less": (1, False), "at_most": (-1, True), "greater": (-1, False), "at_least": (1, True),
}  # fmt: skip


def _values(xs: Sequence[Any], when: Sequence[Condition]) -> Sequence[Any]:
    return xs[len(xs) - len(when) :]


def choices(if_positive: Callable[..., Any]) -> Callable[..., Any]:
    """Return the choice among several cases, from that by the sign of one number.

    Parameters
    ----------
    if_positive
        Of a number and two values: the first where the number is positive, else the second.
    """

    def decided(condition: Condition, xs: Sequence[Any], a: Any, b: Any) -> Any:
        what, *parts = condition
        if what == "else":
            return a
        if what == "not":
            return decided(parts[0], xs, b, a)
        if what == "and":
            for part in reversed(parts):
                a = decided(part, xs, a, b)
            return a
        if what == "or":
            for part in reversed(parts):
                b = decided(part, xs, a, b)
            return b
        if what == "positive":
            return if_positive(xs[parts[0]], a, b)
        left, right = (xs[slot] for slot in parts)
        if what in ("equal", "unequal"):
            same, apart = (a, b) if what == "equal" else (b, a)
            return if_positive(right - left, apart, if_positive(left - right, apart, same))
        sign, turned = _DIFFERENCES[what]
        difference = right - left if sign > 0 else left - right
        return if_positive(difference, b, a) if turned else if_positive(difference, a, b)

    def where(*xs: Any, when: Sequence[Condition] = FIRST_POSITIVE) -> Any:
        *values, last = _values(xs, when)
        for condition, value in zip(reversed(when[:-1]), reversed(values), strict=True):
            last = decided(condition, xs, value, last)
        return last

    return where


def _is_branch(slot: int) -> Rule:
    """Return the slope by an operand: 1 where it is the value that is taken, else 0."""

    def slope_of(m: Any, y: Any, *xs: Any, when: Sequence[Condition] = FIRST_POSITIVE) -> Any:
        first = len(xs) - len(when)
        if slot < first:
            return 0
        picked = [int(at == slot) for at in range(first, len(xs))]
        if when[-1] == NOWHERE:
            picked[-1] = xs[-1]  # no number has no slope
        return m.where(*xs[:first], *picked, when=when)

    return slope_of


def _signs(xs: Sequence[Any], condition: Condition) -> Any:
    """Yield the comparisons of a condition."""
    what, *parts = condition
    if what in ("and", "or", "not"):
        for part in parts:
            yield from _signs(xs, part)
    elif what != "else":
        yield condition


def _compare(xs: Sequence[Any], comparison: Condition) -> int:
    """Return the sign of what is compared: left minus right, or the operand itself."""
    _, left, *right = comparison
    a, b = xs[left], xs[right[0]] if right else 0
    return 1 if a > b else -1 if a < b else 0


def _holds(condition: Condition, sign: Callable[[Condition], int]) -> bool:
    what, *parts = condition
    if what in ("and", "or"):
        return (all if what == "and" else any)(_holds(part, sign) for part in parts)
    if what in ("not", "else"):
        return what == "else" or not _holds(parts[0], sign)
    found = sign(condition)
    return {
        "positive": found > 0, "greater": found > 0, "less": found < 0, "at_most": found <= 0,
        "at_least": found >= 0, "equal": found == 0, "unequal": found != 0,
    }[what]  # fmt: skip


def _taken(
    *xs: Any,
    when: Sequence[Condition] = FIRST_POSITIVE,
    sign: Callable[[Condition], int] | None = None,
    beside: Sequence[Any] = (),
) -> int:
    """Return the slot of the value that is taken, at the point or a little beside it.

    Parameters
    ----------
    sign
        How a comparison comes out, if not as at the point.
    beside
        How fast what is compared moves away from the point.
    """

    def signed(comparison: Condition) -> int:
        if sign is not None:
            return sign(comparison)
        return _compare(xs, comparison) or (_compare(beside, comparison) if beside else 0)

    holding = (at for at, condition in enumerate(when) if _holds(condition, signed))
    return len(xs) - len(when) + next(holding)


def _around(xs: Sequence[Any], when: Sequence[Condition]) -> set[int]:
    """Return the slots of the values that are taken at a point and beside it."""
    comparisons = {c for condition in when for c in _signs(xs, condition)}
    level = [c for c in comparisons if _compare(xs, c) == 0]
    if not level:
        return {_taken(*xs, when=when)}
    # What is level at the point may go either way beside it; equal pairs go together.
    pairs = list({c[1:] for c in level})
    found = {_taken(*xs, when=when)}
    for ways in product((-1, 1), repeat=min(len(pairs), MOST_LEVEL)):
        way = dict(zip(pairs, ways, strict=False))
        found.add(_taken(*xs, when=when, sign=_leaning(xs, way)))
    return found


def _leaning(xs: Sequence[Any], way: dict[Condition, int]) -> Callable[[Condition], int]:
    """Return how comparisons come out beside a point, where what is level there goes one way."""
    return lambda comparison: way.get(comparison[1:]) or _compare(xs, comparison)


def _same(xs: Sequence[Any], slots: Iterable[int]) -> bool:
    """Whether values that exist are equal; the same one is, whether it exists or not."""
    first, *others = (xs[slot] for slot in slots)
    # What does not exist says what it needs.
    known = not any(hasattr(x, "needs") for x in (first, *others))
    return all(first is x or (known and first == x) for x in others)


def _jumps(*xs: Any, when: Sequence[Condition] = FIRST_POSITIVE) -> bool:
    return not _same(xs, _around(xs, when))


def _push_of_where(
    m: Any, tangents: Any, *xs: Any, when: Sequence[Condition] = FIRST_POSITIVE
) -> Any:
    there = _taken(*xs, when=when, beside=tangents)
    return tangents[there] if _same(xs, (_taken(*xs, when=when), there)) else None


# Comparisons that are told apart at one border; more are not met in practice.
MOST_LEVEL = 6

WHERE = register(
    Op(
        "where",
        None,
        value=lambda m, *xs, when: m.where(*xs, when=when),
        partials=_is_branch,
        spellings=("where",),
        parameters={"when": FIRST_POSITIVE},
        kink=Kink(
            at=lambda *xs, when=FIRST_POSITIVE: len(_around(xs, when)) > 1,
            push=_push_of_where,
            convention="one case ends and another begins here; the passes use the case that "
            "holds at the point",
            jumps=_jumps,
        ),
        samples=((0.75, -2.5, 1.5), (-1.25, 0.5, 2.25)),
        taken=_taken,
        doc="Choice where(c, a, b): a where the condition c holds, else b; the other need not "
        "exist. A number as c means c > 0.",
    )
)
FLOOR = register(
    Op(
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
)
CEIL = register(
    Op(
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
)

"""The law of enclosures: a ball holds the number that mpmath gives, and shrinks with its bits.

What mpmath gives is computed twice, with steps and digits of its own; where the two runs
differ, or the number is below their digits, a point is not judged. Slopes are central
differences of the reference, never a rule of the product.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from chainrule.algebras.balls import Balls, balls, enclosure
from chainrule.algebras.forms import Form
from chainrule.algebras.real import Real
from chainrule.algebras.undefined import Open, Undefined
from chainrule.ops import Op
from chainrule.testing.laws import MP, Case, require
from tests.enclosed import WIDE, encloses, middle, radius
from tests.laws.cases import CASES
from tests.laws.references import reference

FEW, MANY = 128, 512
FORMS = 2_000
SMALL = arb("1e-250")
# Decimal digits and the step of differences, of the two runs of the reference.
RUNS = ((420, 130), (560, 170))
DIGITS = 160
"""Digits to which the two runs agree where a point is judged: more than 512 bits hold."""

AWKWARD = tuple(
    map(
        Fraction,
        (
            "0",
            "1",
            "-1",
            "1e-20",
            "-1e-20",
            "1e-100",
            "40",
            "-40",
            "300",
            "-300",
            "1e8",
            "-1e8",
            "1e16",
            "0.9999999999",
            "1.0000000001",
            "-2.5",
        ),
    )
)
# Where the reference takes long.
SLOW, SLOW_BEYOND = ("gamma", "lgamma", "digamma", "polygamma"), 300


class NotJudged(Exception):
    """The reference does not tell."""


def awkward(case: Case) -> Iterator[Case]:
    """Yield the case at points near edges, very small and very large, slot by slot."""
    operands = case.operands
    for x in AWKWARD:
        if case.op.name in SLOW and abs(x) > SLOW_BEYOND:
            continue
        for slot in range(len(operands)):
            moved = (*operands[:slot], x, *operands[slot + 1 :])
            if case.op.name != "clip" or moved[1] <= moved[2]:
                yield Case(case.op, moved, case.parameters)


def scalar_cases() -> Iterator[Case]:
    """Yield every scalar operation's samples, and the first at awkward points."""
    seen = set()
    for case in CASES:
        if not case.is_scalar:
            continue
        yield case
        key = case.op.name, len(case.operands), str(sorted(case.parameters.items()))
        if key not in seen:
            seen.add(key)
            yield from awkward(case)


# What mpmath gives


def _fine(case: Case, operands: Sequence[Any]) -> Any:
    value = reference(case.op.name).fine(*operands, **case.parameters)
    if isinstance(value, int | Fraction):
        value = MP.mpf(value.numerator) / value.denominator
    if not hasattr(value, "_mpf_") or not MP.isfinite(value):
        raise NotJudged
    return value


def _once(case: Case, slot: int | None, digits: int, places: int) -> Any:
    with MP.workdps(digits):
        at = [MP.mpf(x.numerator) / x.denominator for x in case.operands]
        try:
            if slot is None:
                return _fine(case, at)
            step = (abs(at[slot]) or MP.one) * MP.mpf(10) ** -places

            def moved(by: Any) -> Any:
                return _fine(case, [x + by if i == slot else x for i, x in enumerate(at)])

            return (moved(step) - moved(-step)) / (2 * step)
        except (ArithmeticError, ValueError, TypeError, NotImplementedError) as error:
            raise NotJudged from error


def known(case: Case, slot: int | None, runs: Any = RUNS, agreed: int = DIGITS) -> Any:
    """Return the value (slot None) or slope that mpmath gives.

    Raises
    ------
    NotJudged
        If its two runs do not agree.
    """
    few, many = (_once(case, slot, *run) for run in runs)
    if abs(few - many) > abs(many) * MP.mpf(10) ** -agreed:
        raise NotJudged
    return many


# What the balls say


def answers(case: Case, algebra: Balls, operands: Sequence[Any]) -> list[Any]:
    """Return the value and the local partials."""
    op, given = case.op, case.parameters
    value = algebra.apply(op, given, operands)
    partials = [algebra.partial(op, given, i, value, operands) for i in range(len(operands))]
    if type(value) is Undefined:
        return [value, *partials]
    one = algebra.one(value)
    return [
        value,
        *(
            p if type(p) is Undefined else algebra.pull(p, one, x)
            for p, x in zip(partials, operands, strict=True)
        ),
    ]


def _exists(case: Case, slot: int | None) -> bool:
    """Whether there is a number, by what the record says of its domain."""
    op: Op = case.op
    if op.domain is not None and not op.domain.holds(*case.operands):
        return False
    kink = op.kink
    if kink is not None and kink.at(*case.operands, **case.parameters):
        return slot is None and kink.push is not None
    if slot is None:
        return True
    smooth = op.smooth_at(slot)
    return smooth is None or bool(smooth.holds(*case.operands))


def check_enclosures(case: Case) -> tuple[int, int]:
    """Every ball holds what mpmath gives and shrinks; return how many were judged, of how many."""
    judged = met = 0
    found: dict[int, list[Any]] = {}
    for bits, forms in ((FEW, 0), (MANY, 0), (MANY, FORMS)):
        algebra = Balls(bits, forms) if forms else balls(bits)
        with algebra.session():
            operands = [algebra.number(x) for x in case.operands]
            found[bits + forms] = answers(case, algebra, operands)
            for x in found[bits + forms]:
                if type(x) is Real:
                    x.ball.mid()  # made with these bits
    for place in range(len(case.operands) + 1):
        slot = place - 1 if place else None
        what = f"{case}: the {'value' if slot is None else f'slope by {slot}'}"
        if not _exists(case, slot):
            continue
        met += 1
        few, many, formed = (row[place] for row in found.values())
        for x in (many, formed):
            require(type(x) is Real, f"{what} is {x}")
        if type(few) is Undefined:
            require(few.is_open, f"{what} is {few}")
            few = many
        else:
            narrow = radius(few) * WIDE.mpf(2) ** (FEW - MANY + 64)
            sharp = abs(middle(many)) * WIDE.mpf(2) ** (64 - MANY)
            shrunk = radius(many) <= max(narrow, sharp)
            require(shrunk, f"{what} does not shrink: {few} and {many}")
        try:
            right = known(case, slot)
        except NotJudged:
            continue
        if not right and many.rational != 0 and many.ball.abs_upper() < SMALL:
            continue  # below all digits of the reference
        judged += 1
        for x, bits in ((few, FEW), (many, MANY), (formed, MANY)):
            require(encloses(x, right, DIGITS), f"{what} is {x} at {bits} bits, not {right}")
        if type(formed.exact) is Form:
            ball = Real(None, enclosure(formed.exact, MANY))
            if not right and ball.ball.abs_upper() < SMALL:
                continue
            require(encloses(ball, right, DIGITS), f"{what} is {formed.exact}, not {right}")
    return judged, met


# Balls of positive width

WIDTH = Fraction(1, 10**6)
WIDE_RUNS = ((120, 40), (160, 55))


def _ball(x: Fraction) -> Any:
    return arb(fmpq(x.numerator, x.denominator))


def check_images(case: Case, chance: random.Random, points: int = 4) -> int:
    """The image of a ball holds the images of its points; return how many were judged."""
    algebra = balls(FEW)
    judged = 0
    with algebra.session():
        radii = [abs(x) * WIDTH or WIDTH for x in case.operands]
        wide = [
            Real(None, _ball(x) + arb(0, 1) * _ball(r))
            for x, r in zip(case.operands, radii, strict=True)
        ]
        try:
            images = answers(case, algebra, wide)
        except Open:
            return 0
        for _ in range(points):
            shifts = [Fraction(chance.randint(-999, 999), 1_000) for _ in radii]
            moved = [x + t * r for x, t, r in zip(case.operands, shifts, radii, strict=True)]
            there = Case(case.op, tuple(moved), case.parameters)
            for place, image in enumerate(images):
                if type(image) is Undefined:
                    require(image.is_open, f"{case} as a ball is {image}")
                    continue
                slot = place - 1 if place else None
                if not _exists(there, slot):
                    continue
                try:
                    right = known(there, slot, WIDE_RUNS, 60)
                except NotJudged:
                    continue
                judged += 1
                what = "value" if slot is None else f"slope by {slot}"
                require(encloses(image, right, 60), f"{there}: the {what} is not in {image}")
    return judged

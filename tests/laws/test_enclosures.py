"""Balls hold what they should, for every operation; and the law refuses what does not."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from chainrule.algebras.balls import Balls
from chainrule.algebras.real import Real
from chainrule.errors import RuleError
from chainrule.graph.builder import Builder
from chainrule.ops import OPS, Op
from chainrule.passes.run import Run
from chainrule.testing.laws import BrokenLaw, Case
from tests.laws.cases import SCALAR_CASES
from tests.laws.enclosures import FEW, FORMS, check_enclosures, check_images, scalar_cases

SCALARS = sorted({case.op.name for case in SCALAR_CASES})
TINY = Fraction(1, 10**15)


@pytest.mark.parametrize("name", SCALARS)
def test_balls_hold_what_mpmath_gives_and_shrink(name: str) -> None:
    judged = met = 0
    for case in scalar_cases():
        if case.op.name == name:
            some, all_ = check_enclosures(case)
            judged, met = judged + some, met + all_
    assert met and judged >= 0.75 * met


@pytest.mark.parametrize("name", SCALARS)
def test_the_image_of_a_ball_holds_the_images_of_its_points(name: str, sample_seed: int) -> None:
    chance = random.Random(f"{name} {sample_seed}")
    judged = sum(check_images(case, chance) for case in SCALAR_CASES if case.op.name == name)
    assert judged


# The law is a law


def sine(value: Callable[..., Any] | None = None, slope: Callable[..., Any] | None = None) -> Op:
    op = OPS["sin"]
    partials = op.partials if slope is None else (slope,)
    return replace(op, value=value or op.value, partials=partials)


def _from_a_float(m: Any, x: Any) -> Any:
    return Real(None, arb(math.sin(float(x.ball)))) if type(x) is Real else m.sin(x)


def _never_narrow(m: Any, x: Any) -> Any:
    """Return sin x in a ball that is right and never narrower than 1e-15."""
    found = m.sin(x)
    return Real(None, found.ball + arb(0, "1e-15")) if type(found) is Real else found


def _a_little_off(m: Any, x: Any) -> Any:
    return m.sin(x) * (1 + TINY)


WRONG = {
    "value": (sine(value=_a_little_off), "value is"),
    "slope": (sine(slope=lambda m, y, x: m.cos(x) * (1 + TINY)), "slope by 0 is"),
    "a float": (sine(value=_from_a_float), "value"),
    "a float's slope": (
        sine(slope=lambda m, y, x: Real(None, arb(math.cos(float(x.ball))))),
        "slope by 0",
    ),
    "never narrow": (sine(value=_never_narrow), "does not shrink"),
    "a float taken exactly": (
        sine(value=lambda m, x: m.number(Fraction(math.sin(float(x.ball))))),
        "value is",
    ),
}


@pytest.mark.parametrize(("op", "words"), WRONG.values(), ids=WRONG)
def test_a_planted_error_is_refused(op: Op, words: str) -> None:
    with pytest.raises(BrokenLaw, match=words):
        check_enclosures(Case(op, (Fraction(3, 4),)))


def test_a_function_that_forgets_the_width_of_its_operand_is_refused() -> None:
    def forgetful(m: Any, x: Any) -> Any:
        return Real(None, x.ball.mid().sin())

    check_enclosures(Case(sine(value=forgetful), (Fraction(3, 4),)))
    with pytest.raises(BrokenLaw, match="is not in"):
        check_images(Case(sine(value=forgetful), (Fraction(3, 4),)), random.Random(1))


# What the ladder makes of such rules


def shown(op: Op, x: str = "0.75", and_then: str = "neg") -> Run:
    builder = Builder()
    operand = builder.input("x")
    inner = builder.apply(op, op.parameters, [operand])
    return Run(builder.finish([builder.write(OPS[and_then], [inner])]), {0: Fraction(x)})


def test_a_number_whose_ball_never_narrows_is_not_called_proven() -> None:
    made = shown(sine(value=_never_narrow))
    assert not made.proof.settled and made.proof.bits == 8_192
    for node in (1, 2):
        number = made.value(node)
        assert number.state == "undecided"
        assert number.undefined is not None and number.undefined.is_open
    # Its neighbours are none the worse for it.
    assert made.value(0).state == "proven"
    assert made.derivative(0).state == "proven" and made.derivative(0).shown == -math.cos(0.75)
    assert shown(OPS["sin"]).value(2).state == "proven"


def test_a_slope_whose_ball_never_narrows_is_not_called_proven() -> None:
    made = shown(sine(slope=lambda m, y, x: _never_narrow(m, x)), and_then="square")
    assert made.value(2).state == "proven"
    partial = made.partial(1, 0)
    assert partial is not None and partial.state == "undecided"
    assert made.derivative(0).state == "undecided" and made.derivative(1).state == "proven"


@pytest.mark.parametrize(
    "op",
    [
        replace(OPS["sin"], stable=_a_little_off),
        replace(OPS["sin"], stable_partials={0: lambda m, y, x: m.cos(x) * (1 + TINY)}),
        replace(OPS["sin"], stable_partials={0: lambda m, y, x: m.cos(x) - TINY}),
    ],
    ids=["value", "slope by a factor", "slope by a term"],
)
def test_two_formulas_of_one_function_that_differ_are_refused(op: Op) -> None:
    algebra = Balls(FEW, FORMS)
    with algebra.session(), pytest.raises(RuleError, match="sin: its stable formula"):
        x = [algebra.number(Fraction(3, 4))]
        value = algebra.apply(op, {}, x)
        algebra.partial(op, {}, 0, value, x)
    with pytest.raises(RuleError, match="stable formula"):
        shown(op).exact_form("value", 2)


@pytest.mark.parametrize(
    "case",
    [c for c in SCALAR_CASES if c.op.stable is not None or c.op.stable_partials],
    ids=str,
)
def test_two_formulas_of_one_function_agree_for_every_operation(case: Case) -> None:
    algebra = Balls(FEW, FORMS)
    with algebra.session():
        operands = [algebra.number(x) for x in case.operands]
        value = algebra.apply(case.op, case.parameters, operands)
        for slot in range(len(operands)):
            algebra.partial(case.op, case.parameters, slot, value, operands)

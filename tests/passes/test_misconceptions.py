"""What each mistake makes of each place, worked by hand: the numbers it gives, or none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import mpmath
import numpy as np
import pytest

from chainrule.passes.misconceptions import MISCONCEPTIONS, SLIPS
from chainrule.passes.places import (
    INTEGRALS,
    Gathered,
    Place,
    Product,
    Rule,
    Seed,
    Step,
    Sum,
    Update,
    Written,
    linearly,
)

INNER, POINT = "forgotten-inner-derivative", "derivative-at-wrong-point"
VALUE, HALF, NOT_LOWERED = "value-for-derivative", "half-of-power-rule", "exponent-not-lowered"
PATH, FACTORS = "forgotten-path", "factors-not-multiplied"
L, R = ((1.0, 2.0), (3.0, 5.0)), ((7.0, 11.0), (13.0, 17.0))
LR, TR, RT = np.array(L) @ R, np.array(L).T @ R, np.array(L) @ np.array(R).T
WIDE = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
X = ((7.0,), (11.0,))


def step(name: str, f: Callable[..., float], *operands: float, around: object = ()) -> Step:
    def at(xs: tuple[float, ...]) -> float | None:
        try:
            return f(*xs)
        except ValueError:
            return None

    return Step(name, f(*operands), operands, at, around)  # type: ignore[arg-type]


def rule(partial: float, value: float, operand: float, name: str, **more: object) -> Rule:
    return Rule(partial, value, operand, name=name, **more)  # type: ignore[arg-type]


def shares(backward: bool, **more: bool) -> Sum:
    """2·5 + 3·7 = 31."""
    return Sum((2.0, 3.0), (5.0, 7.0), (10.0, 21.0), backward, **more)


OF_SHARES: Mapping[str, list[float]] = {
    PATH: [21, 10],
    "shares-multiplied": [210],
    "shares-averaged": [15.5],
    "shares-subtracted": [-10 + 21, 10 - 21],
    "shares-divided": [10 / 21, 21 / 10],
    FACTORS: [7 + 21, 10 + 10, 7 + 10, 2 / 5 + 21, 10 + 3 / 7],
}
AHEAD = {**OF_SHARES, INNER: [5 + 21, 10 + 7, 5 + 7]}
BACK = {**OF_SHARES, "overwrite-instead-of-accumulate": [21, 10], INNER: [2 + 21, 10 + 3]}

WORKED: list[tuple[Place, Mapping[str, list[float]]]] = [
    (
        step("sin", math.sin, 0.5, around=((2.0, 3.0),)),
        {"degrees": [math.sin(math.pi / 360)], "wrong-variable": [math.sin(2), math.sin(3)]},
    ),
    (step("asin", math.asin, 0.5), {"degrees": [30]}),
    (step("log", math.log, 0.5, around=((-1.0, 2.0),)), {"wrong-variable": [math.log(2)]}),
    (step("add", lambda a, b: a + b, 2.0, 3.0, around=((7.0,), ())), {"sum-for-product": [6]}),
    (step("mul", lambda a, b: a * b, 2.0, 3.0), {"sum-for-product": [5]}),
    (step("sub", lambda a, b: a - b, 2.0, 3.0), {}),
    (
        rule(1.25, 0.5, 0.25, "tan", at=lambda x: 1 + x, around=(2.0, 3.0)),
        {
            INNER: [1],
            POINT: [1.5],
            VALUE: [0.5],
            "degrees": [1 + math.pi / 720],
            "wrong-variable": [3, 4],
            "integrated": [-math.log(math.cos(0.25))],
        },
    ),
    (
        rule(math.cos(2), math.sin(2), 2.0, "sin"),
        {INNER: [1], VALUE: [math.sin(2)], "sign-added": [-math.cos(2)]},
    ),
    (
        rule(-math.sin(2), math.cos(2), 2.0, "cos", minus=True),
        {INNER: [1], VALUE: [math.cos(2)], "lost-sign": [math.sin(2)]},
    ),
    (
        rule(math.cosh(2), math.sinh(2), 2.0, "sinh"),
        {
            INNER: [1],
            VALUE: [math.sinh(2)],
            "sign-added": [-math.cosh(2)],
            "integrated": [math.cosh(2)],
        },
    ),
    (
        rule(12, 8, 2, "power", at=lambda x: 3 * x**2, others=(3.0,), power=True),
        {INNER: [1], POINT: [192], VALUE: [8], NOT_LOWERED: [24], HALF: [3, 4], "integrated": [4]},
    ),
    (  # 3^x: no power of the operand
        rule(9 * math.log(3), 9, 2, "power", others=(3.0,)),
        {INNER: [1], VALUE: [9]},
    ),
    (
        rule(6, 9, 3, "square", power=True),
        {INNER: [1], VALUE: [9], NOT_LOWERED: [18], HALF: [2, 3], "integrated": [9]},
    ),
    (
        rule(0.25, 2, 4, "sqrt", power=True),
        {INNER: [1], VALUE: [2], NOT_LOWERED: [1], HALF: [0.5, 0.5], "integrated": [16 / 3]},
    ),
    (
        rule(1 / 12, 2, 8, "cbrt", power=True),
        {INNER: [1], VALUE: [2], NOT_LOWERED: [2 / 3], HALF: [1 / 3, 1 / 4], "integrated": [12]},
    ),
    (  # 1/x has no power for its antiderivative
        rule(-0.25, 0.5, 2, "reciprocal", power=True, minus=True),
        {INNER: [1], VALUE: [0.5], "lost-sign": [0.25], NOT_LOWERED: [-0.5], HALF: [-1, 0.25]},
    ),
    (
        rule(3, 6, 2, "mul", others=(3.0,)),
        {INNER: [1], VALUE: [6], "constant-factor": [0, 2], "integrated": [6]},
    ),
    (
        rule(0.25, 0.5, 2, "div", others=(4.0,)),
        {INNER: [1], VALUE: [0.5], "constant-factor": [0, 2], "integrated": [0.5]},
    ),
    (
        rule(3, 6, 2, "mul", others=(3.0,), product=True),
        {INNER: [1], VALUE: [6], "product-of-derivatives": [1]},
    ),
    (
        rule(-1.5, 3, 2, "div", others=(6.0,), quotient=True, minus=True),
        {INNER: [1], VALUE: [3], "lost-sign": [1.5], "quotient-swapped": [1.5]},
    ),
    (
        rule(1, 5, 2, "add", others=(3.0,)),
        {INNER: [1], VALUE: [5], "sum-for-product": [3]},
    ),
    (rule(1 / -2, 0, -2, "log"), {INNER: [1], VALUE: [0]}),  # of no number
    (shares(True), BACK),
    (shares(False), AHEAD),
    (shares(True, product=True, quotient=True), BACK),
    (shares(False, product=True), {**AHEAD, "product-of-derivatives": [6]}),
    (shares(False, quotient=True), {**AHEAD, "quotient-swapped": [-31]}),
    (Sum((2.0,), (5.0,), (10.0,), True), {INNER: [2], FACTORS: [7, 0.4]}),
    (Sum((2.0,), (5.0,), (10.0,), False), {INNER: [5], FACTORS: [7, 0.4]}),
    (
        Sum((2.0, 3.0), (0.0, 7.0), (0.0, 21.0), True),
        {
            **{"overwrite-instead-of-accumulate": [21, 0], PATH: [21, 0], INNER: [23, 3]},
            **{"shares-multiplied": [0], "shares-averaged": [10.5]},
            **{"shares-subtracted": [21, -21], FACTORS: [23, 10, 12, math.nan, 3 / 7]},
        },
    ),
    (Seed(4.0), {"wrong-seed": [0, 4]}),
    (Update(1.0, 0.1, 5.0), {"ascent": [1.5], "incomplete-step": [-4, -0.5, 0.5]}),
    (
        Product(L, R, 0, 1, 0.5),
        {
            "transposed-product": [TR[0, 1] + 0.5, RT[0, 1] + 0.5, LR[1, 0] + 0.5],
            "element-wise-product": [2 * 11 + 0.5],
            "forgotten-bias": [LR[0, 1]],
        },
    ),
    (
        Product(WIDE, (*R, (19.0, 23.0)), 1, 0),
        {
            "transposed-product": [(np.array(WIDE) @ (*R, (19, 23)))[0, 1]],
            "element-wise-product": [4 * 13],
        },
    ),
    (
        Product(L, X, 1, 0),
        {
            "transposed-product": [(np.array(L).T @ X)[1, 0]],
            "element-wise-product": [5 * 11],
        },
    ),
    (Product((*L, (6.0, 8.0)), X, 2, 0), {}),
    (
        Product(((1.0, 2.0),), R, 0, 1, 3.0),
        {
            "transposed-product": [(np.array([[1, 2]]) @ np.array(R).T)[0, 1] + 3],
            "element-wise-product": [2 * 11 + 3],
            "forgotten-bias": [1 * 11 + 2 * 17],
        },
    ),
    (Gathered(L, 1), {"wrong-axis": [8]}),
    (Gathered(WIDE, 2), {}),
    (
        Written(12.34, 4, (5.0,)),
        {
            "decimal": [0.01234, 0.1234, 1.234, 123.4, 1234, 12340],
            "transposed": [21.34, 13.24, 12.43],
            "sign": [-12.34],
            "exchanged": [5],
        },
    ),
    (
        Written(0.00123, 3),
        {
            "decimal": [1.23e-6, 1.23e-5, 1.23e-4, 0.0123, 0.123, 1.23],
            "transposed": [0.00213, 0.00132],
            "sign": [-0.00123],
        },
    ),
]
ALL = {**MISCONCEPTIONS, **SLIPS}


@pytest.mark.parametrize(("place", "worked"), WORKED, ids=range(len(WORKED)))
def test_what_each_mistake_makes_of_a_place(
    place: Place, worked: Mapping[str, list[float]]
) -> None:
    for name, mistake in ALL.items():
        found, wanted = list(mistake.of(place)), worked.get(name, [])
        assert found == pytest.approx(wanted, rel=1e-12, abs=1e-15, nan_ok=True), name


def test_every_mistake_can_be_made_somewhere() -> None:
    made = {name for _, worked in WORKED for name in worked}
    assert made == {name for name, record in ALL.items() if not record.other}


@pytest.mark.parametrize(
    ("name", "f", "begin"),
    [
        ("tan", mpmath.tan, 0),
        ("log", mpmath.log, 0),
        ("sinh", mpmath.sinh, mpmath.mpc(0, mpmath.pi / 2)),  # where cosh is 0
        ("cosh", mpmath.cosh, 0),
        ("tanh", mpmath.tanh, 0),
        ("sigmoid", lambda x: 1 / (1 + mpmath.exp(-x)), -mpmath.inf),
        ("neg", lambda x: -x, 0),
    ],
)
def test_antiderivatives_are_integrals(
    name: str, f: Callable[[mpmath.mpf], mpmath.mpf], begin: mpmath.mpf
) -> None:
    for x in (0.3, 1.2):
        integral = mpmath.re(mpmath.quad(f, [begin, x]))
        (found,) = MISCONCEPTIONS["integrated"].of(rule(1, 1, x, name))
        assert found == pytest.approx(float(integral), rel=1e-12)


def test_all_antiderivatives_are_asked() -> None:
    assert sorted(INTEGRALS) == ["cosh", "log", "neg", "sigmoid", "sinh", "tan", "tanh"]


def test_what_stands_at_a_place_rightly() -> None:
    assert shares(True).total == 31
    assert Update(1.0, 0.1, 5.0).total == 0.5
    assert Product(L, R, 1, 0, 0.5).total == LR[1, 0] + 0.5
    assert Gathered(WIDE, 2).total == 9
    assert linearly(31.0, 5.0, 2.0)(4.0) == 4 * 5 + 21

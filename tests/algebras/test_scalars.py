"""Numbers: corners of powers, overflow, values that do not exist, operands beyond all reason."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from chainrule.algebras.balls import balls
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Scalars
from chainrule.algebras.undefined import OutOfReach, Undefined
from chainrule.ops import OPS
from chainrule.testing.digits import digits_algebra

DIGITS = digits_algebra(50)
BOTH = pytest.mark.parametrize("algebra", [FLOAT64, DIGITS], ids=["float64", "50 digits"])


def value(algebra: Scalars, name: str, *operands: Any) -> Any:
    op = OPS[name]
    numbers = [
        algebra.number(Fraction(x)) if isinstance(x, int | Fraction | str) else x for x in operands
    ]
    return algebra.apply(op, op.parameters, numbers)


def slope(algebra: Scalars, name: str, slot: int, *operands: float) -> Any:
    op = OPS[name]
    at = [algebra.number(Fraction(x)) for x in operands]
    return algebra.partial(op, op.parameters, slot, algebra.apply(op, op.parameters, at), at)


# Powers


@BOTH
@pytest.mark.parametrize(
    ("base", "exponent", "result"),
    [
        ("0", "0", "1"),
        ("-3", "0", "1"),
        ("-8", "3", "-512"),
        ("-8", "-3", "-1/512"),
        ("-8", "2", "64"),
        ("0", "1/2", "0"),
        ("0", "7", "0"),
        ("1", "1000000000001", "1"),
        ("-1", "1000000000001", "-1"),
        ("-1", "1000000000000", "1"),
        ("4", "1/2", "2"),
        ("4", "-1/2", "1/2"),
        ("2", "-1074", Fraction(1, 2**1074)),
    ],
)
def test_power_at_the_corners(algebra: Scalars, base: str, exponent: str, result: Any) -> None:
    assert value(algebra, "power", base, exponent) == algebra.number(Fraction(result))


@BOTH
@pytest.mark.parametrize(("base", "exponent"), [("0", "-1"), ("-8", "1/3"), ("0", "-1/2")])
def test_powers_that_are_no_real_number(algebra: Scalars, base: str, exponent: str) -> None:
    result = value(algebra, "power", base, exponent)
    assert type(result) is Undefined
    assert result.op == "power"
    assert "positive base" in result.needs


@pytest.mark.parametrize("digits", [20, 50, 200])
def test_powers_are_right_to_the_last_digits(digits: int) -> None:
    algebra = digits_algebra(digits)
    truth = mpmath.MPContext()
    truth.dps = digits + 60
    pairs = [
        ("13/10", Fraction(6472416997)),
        ("1.0000001", Fraction(10**9)),
        ("7/3", Fraction(-355, 113)),
        ("10", Fraction(-(10**10))),
        ("-7", Fraction(2**21 + 1)),
        ("1e-30", Fraction(5, 3)),
    ]
    for base, exponent in pairs:
        got = value(algebra, "power", base, exponent)
        # As the algebra sees them: base and exponent rounded to its digits.
        a, b = (truth.mpf(algebra.number(Fraction(x))._mpf_) for x in (base, exponent))
        expected = truth.exp(b * truth.log(abs(a))) * (-1 if a < 0 else 1)
        error = abs(truth.mpf(got._mpf_) / expected - 1)
        assert error < truth.mpf(10) ** (1 - digits), (base, exponent)


# Overflow and underflow in double precision


@pytest.mark.parametrize(
    ("name", "operands", "result"),
    [
        ("exp", (1e3,), math.inf),
        ("exp", (-1e3,), 0.0),
        ("mul", (1e200, -1e200), -math.inf),
        ("div", (1e200, 1e-200), math.inf),
        ("add", (1.7e308, 1.7e308), math.inf),
        ("reciprocal", (5e-324,), math.inf),
        ("power", (10.0, 400.0), math.inf),
        ("power", (-10.0, 401.0), -math.inf),
        ("power", (-10.0, 400.0), math.inf),
        ("power", (10.0, -400.0), 0.0),
        ("sigmoid", (-1e3,), 0.0),
        ("sigmoid", (1e3,), 1.0),
        ("tanh", (1e300,), 1.0),
        ("log", (math.inf,), math.inf),
        ("exp", (math.inf,), math.inf),
        ("exp", (-math.inf,), 0.0),
        ("sinh", (-800.0,), -math.inf),
        ("sinh", (math.inf,), math.inf),
        ("cosh", (-800.0,), math.inf),
        ("expm1", (800.0,), math.inf),
        ("expm1", (-800.0,), -1.0),
        ("sech", (800.0,), 0.0),
        ("softplus", (-800.0,), 0.0),
        ("softplus", (1e308,), 1e308),
        ("log_sigmoid", (-1e3,), -1e3),
        ("gelu", (-1e3,), -0.0),
        ("elu", (1e3,), 1e3),
        ("elu", (-1e3,), -1.0),
        ("gamma", (171.7,), math.inf),
        ("gamma", (-1e-310,), -math.inf),
        ("lgamma", (1e306,), math.inf),
        ("floor", (1e300,), 1e300),
        ("ceil", (-math.inf,), -math.inf),
        ("erfc", (1e5,), 0.0),
        ("squared_error", (1e200, -1e200), math.inf),
    ],
)
def test_overflow_is_infinite(name: str, operands: tuple[float, ...], result: float) -> None:
    got = value(FLOAT64, name, *operands)
    assert got == result
    assert type(got) is float


@pytest.mark.parametrize(
    ("name", "slot", "operands", "result"),
    [
        ("div", 1, (1.0, 1e-200), -math.inf),
        ("reciprocal", 0, (1e-200,), -math.inf),
        ("div", 0, (1.0, 5e-324), math.inf),
    ],
)
def test_overflow_inside_a_rule_is_infinite(
    name: str, slot: int, operands: tuple[float, ...], result: float
) -> None:
    got = slope(FLOAT64, name, slot, *operands)
    assert got == result
    assert type(got) is float


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_an_infinite_angle_is_no_number(name: str) -> None:
    assert math.isnan(value(FLOAT64, name, math.inf))


def test_numbers_beyond_the_largest_double() -> None:
    assert FLOAT64.number(Fraction(10**400)) == math.inf
    assert FLOAT64.number(Fraction(-(10**400))) == -math.inf
    assert FLOAT64.number(Fraction(1, 10**400)) == 0.0
    assert FLOAT64.number(Fraction(10**400, 10**399 + 1)) == pytest.approx(10)


# Numbers of many digits


def test_a_decimal_is_rounded_once() -> None:
    tenth = digits_algebra(50).number(Fraction(1, 10))
    exact = Fraction(tenth.man) * Fraction(2) ** tenth.exp
    assert abs(exact - Fraction(1, 10)) < Fraction(1, 10**51)


def test_digits_do_not_depend_on_the_global_precision() -> None:
    before = value(DIGITS, "exp", "1/3")
    precision = mpmath.mp.dps
    try:
        mpmath.mp.dps = 5
        assert value(DIGITS, "exp", "1/3") == before
    finally:
        mpmath.mp.dps = precision


# What does not exist


@pytest.mark.parametrize(
    "compute",
    [
        lambda u: u + 1,
        lambda u: 1 + u,
        lambda u: u - 1,
        lambda u: 1 - u,
        lambda u: u * 0,
        lambda u: 0 * u,
        lambda u: u / 2,
        lambda u: 2 / u,
        lambda u: u**2,
        lambda u: 2**u,
        lambda u: -u,
        lambda u: u + u,
        lambda u: 1.5 * u,
        lambda u: DIGITS.number(Fraction(3)) * u,
        lambda u: u * DIGITS.number(Fraction(3)),
        lambda u: DIGITS.number(Fraction(3)) - u,
    ],
)
def test_undefined_absorbs(compute: Callable[[Any], Any]) -> None:
    undefined = Undefined("log", "a positive operand", node=3)
    assert compute(undefined) is undefined


@BOTH
def test_operations_pass_an_undefined_operand_on(algebra: Scalars) -> None:
    undefined = value(algebra, "log", 0)
    assert type(undefined) is Undefined
    assert str(undefined.needs) == "a positive operand"
    for op in OPS.values():
        if op.arity in (1, 2) and not any(isinstance(x, tuple) for s in op.samples for x in s):
            operands = [algebra.number(Fraction(2)), undefined][-op.arity :]
            assert algebra.apply(op, op.parameters, operands) is undefined
            assert algebra.partial(op, op.parameters, 0, undefined, operands) is undefined
            assert not algebra.at_kink(op, op.parameters, operands)


def test_undefined_keeps_its_first_place() -> None:
    undefined = Undefined("log", "a positive operand")
    assert undefined.at(4).node == 4
    assert undefined.at(4).at(7).node == 4


def test_out_of_reach_is_no_number_and_no_crash() -> None:
    fine = balls(128)
    with fine.session():
        two, half = fine.number(Fraction(2)), {"order": Fraction(1, 2)}
        with pytest.raises(OutOfReach, match="a whole order"):
            fine.maths.polygamma(two, **half)
        assert type(fine.apply(OPS["polygamma"], half, [two])) is Undefined


# The maths namespace


@BOTH
def test_a_rule_can_call_every_operation_by_name(algebra: Scalars) -> None:
    two = algebra.number(Fraction(2))
    assert algebra.maths.sigmoid(two) == value(algebra, "sigmoid", 2)
    assert algebra.maths.relu(-two, slope=Fraction(0)) == 0
    with pytest.raises(AttributeError):
        _ = algebra.maths.frobnicate


@BOTH
def test_ties_share_equally(algebra: Scalars) -> None:
    one = algebra.number(Fraction(1))
    weights = [algebra.maths.max_weight(one, one * 0, one, slot=k) for k in range(3)]
    assert weights == [algebra.number(Fraction(1, 2)), 0, algebra.number(Fraction(1, 2))]

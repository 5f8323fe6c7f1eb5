"""Exact numbers: what is known without rounding, and what is said not to be."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from chainrule.algebras.exact import EXACT, INEXACT, MOST_BITS
from chainrule.algebras.undefined import Undefined
from chainrule.ops import OPS

HALF = Fraction(1, 2)


def value(name: str, *operands: Any, **given: Any) -> Any:
    op = OPS[name]
    numbers = [EXACT.number(Fraction(x)) if isinstance(x, int | str) else x for x in operands]
    return EXACT.apply(op, {**op.parameters, **given}, numbers)


def slope(name: str, slot: int, *operands: Any, **given: Any) -> Any:
    op = OPS[name]
    numbers = [EXACT.number(Fraction(x)) if isinstance(x, int | str) else x for x in operands]
    parameters = {**op.parameters, **given}
    return EXACT.partial(op, parameters, slot, EXACT.apply(op, parameters, numbers), numbers)


# Where a function is rational at one point only: the point and the value there.
ODD = ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "expm1", "log1p", "erf")
AT_ONE_POINT = {
    **dict.fromkeys(ODD, ("0", "0")),
    **dict.fromkeys(("cos", "cosh", "erfc", "exp"), ("0", "1")),
    **dict.fromkeys(("log", "log2", "log10", "acos", "acosh", "lgamma"), ("1", "0")),
    "gamma": ("1", "1"),
}


@pytest.mark.parametrize("name", AT_ONE_POINT)
def test_a_function_that_is_rational_at_one_point(name: str) -> None:
    point, known = AT_ONE_POINT[name]
    assert value(name, point) == Fraction(known)
    assert type(value(name, point)) is Fraction
    for other in ("1", "3/2", "1/2", "0", "-1/3"):
        if other != point:
            found = value(name, other)
            assert found is INEXACT or type(found) is Undefined, other


@pytest.mark.parametrize(
    ("name", "operands", "known"),
    [
        ("power", ("2/3", 3), "8/27"),
        ("power", ("2/3", -3), "27/8"),
        ("power", (0, 0), "1"),
        ("power", (0, 2), "0"),
        ("power", (0, "1/2"), "0"),
        ("power", (1, "1000000000001"), "1"),
        ("power", (-1, "1000000000001"), "-1"),
        ("power", (0, "1000000000001"), "0"),
        ("power", ("4/9", "1/2"), "2/3"),
        ("power", ("4/9", "3/2"), "8/27"),
        ("power", ("4/9", "-1/2"), "3/2"),
        ("sqrt", ("4/9",), "2/3"),
        ("sqrt", (0,), "0"),
        ("cbrt", ("27/8",), "3/2"),
        ("cbrt", ("-27/8",), "-3/2"),
        ("cbrt", (0,), "0"),
        ("floor", ("5/2",), "2"),
        ("floor", ("-5/2",), "-3"),
        ("ceil", ("5/2",), "3"),
        ("ceil", ("-5/2",), "-2"),
        ("where", (1, 2, 5), "2"),
        ("where", ("1/7", 2, 5), "2"),
        ("where", (-1, 2, 5), "5"),
        ("where", ("-1/7", 2, 5), "5"),
        ("abs", ("-5/2",), "5/2"),
        ("sign", ("5/2",), "1"),
        ("sign", ("1/2",), "1"),
        ("sign", (0,), "0"),
        ("sign", ("-1/2",), "-1"),
        ("step", ("1/2",), "1"),
        ("step", ("-1/2",), "0"),
        ("step", (0,), "1/2"),
        ("max", ("1/2", 3, -4), "3"),
        ("min", ("1/2", 3, -4), "-4"),
        ("add", ("1/3", "1/6"), "1/2"),
        ("sub", ("1/3", "1/3"), "0"),
        ("mul", ("2/3", "3/4"), "1/2"),
        ("div", ("2/3", "4/3"), "1/2"),
        ("neg", ("2/3",), "-2/3"),
    ],
)
def test_what_is_rational_is_known(name: str, operands: tuple[Any, ...], known: str) -> None:
    found = value(name, *operands)
    assert type(found) is Fraction
    assert found == Fraction(known)


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("power", (2, "1/2")),
        ("power", (8, "1/3")),
        ("power", (2, "1/3")),
        ("power", (2, "5000")),
        ("power", ("1/2", "-5000")),
        ("power", (INEXACT, 2)),
        ("power", (2, INEXACT)),
        ("sqrt", (2,)),
        ("sqrt", ("1/2",)),
        ("sqrt", ("4/3",)),
        ("sqrt", ("3/4",)),
        ("sqrt", (INEXACT,)),
        ("cbrt", (9,)),
        ("cbrt", ("8/9",)),
        ("cbrt", (Fraction(2**99),)),
        ("abs", (INEXACT,)),
        ("max", (1, INEXACT)),
        ("add", (1, INEXACT)),
        ("mul", (0, INEXACT)),
        ("neg", (INEXACT,)),
        ("pi", ()),
        ("e", ()),
    ],
)
def test_what_is_not_known_is_inexact(name: str, operands: tuple[Any, ...]) -> None:
    assert value(name, *operands) is INEXACT


def test_arithmetic_with_what_is_not_known() -> None:
    found = [
        INEXACT + 1, 1 + INEXACT, INEXACT - 1, 1 - INEXACT, INEXACT * 2, 2 * INEXACT, INEXACT / 2,
        2 / INEXACT, INEXACT**2, 2**INEXACT, -INEXACT, abs(INEXACT),
    ]  # fmt: skip
    assert all(x is INEXACT for x in found)
    assert repr(INEXACT) == "INEXACT"


def test_numbers_are_kept_up_to_about_a_thousand_digits() -> None:
    largest = Fraction(2**MOST_BITS - 1)
    assert EXACT.number(largest) == largest
    assert EXACT.number(1 / largest) == 1 / largest
    assert EXACT.number(Fraction(2**MOST_BITS)) is INEXACT
    assert EXACT.number(Fraction(1, 2**MOST_BITS)) is INEXACT
    assert value("add", largest, Fraction(1)) is INEXACT
    assert value("add", largest, Fraction(-1)) == largest - 1
    assert 999 <= math.log10(2**MOST_BITS) <= 1001
    # The size of a power is known before it is computed.
    assert value("power", 2, MOST_BITS // 2) == 2 ** (MOST_BITS // 2)
    assert value("power", 3, "1000000000000") is INEXACT


def test_outside_the_domain_there_certainly_is_no_value() -> None:
    for name, operands in (("div", (1, 0)), ("log", (0,)), ("sqrt", (-1,)), ("power", (0, -1))):
        found = value(name, *operands)
        assert type(found) is Undefined
        assert found.op == name
        assert value("neg", found) is found
        assert value("add", INEXACT, found) is found
        assert slope("add", 0, INEXACT, found) is found
        assert slope("mul", 0, found, INEXACT) is found


def test_partials() -> None:
    assert slope("add", 0, INEXACT, INEXACT) == 1
    assert type(slope("add", 0, INEXACT, INEXACT)) is Fraction
    assert slope("sub", 1, 3, INEXACT) == -1
    assert slope("mul", 0, INEXACT, 3) == 3
    assert slope("mul", 1, INEXACT, 3) is INEXACT
    assert slope("square", 0, "3/4") == Fraction(3, 2)
    assert slope("sqrt", 0, "4/9") == Fraction(3, 4)
    assert type(slope("sqrt", 0, 0)) is Undefined
    assert slope("sin", 0, 0) == 1
    assert slope("sin", 0, 1) is INEXACT
    assert slope("max", 0, 2, 2) == HALF
    assert slope("max", 1, 2, 3, 3) == HALF
    assert slope("max", 2, 2, 3, 1) == 0
    assert slope("max", 1, 2, INEXACT) is INEXACT


def test_kinks_are_met_where_they_certainly_are() -> None:
    absolute, relu = OPS["abs"], OPS["relu"]
    assert EXACT.at_kink(absolute, {}, [Fraction(0)])
    assert not EXACT.at_kink(absolute, {}, [Fraction(1, 10**300)])
    assert not EXACT.at_kink(absolute, {}, [INEXACT])
    assert EXACT.at_kink(relu, relu.parameters, [Fraction(0)])
    assert not EXACT.at_kink(OPS["sin"], {}, [Fraction(0)])


def test_functions_that_are_not_listed_are_inexact() -> None:
    assert value("digamma", 1) is INEXACT
    assert value("atan2", 1, 1) is INEXACT
    with pytest.raises(AttributeError):
        _ = EXACT.maths._hidden
    with pytest.raises(AttributeError):
        _ = EXACT.maths.nobody

"""Real numbers: rational as far as they are known to be, else enclosed, and never mistaken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb, ctx, fmpq

from chainrule.algebras.balls import Balls, balls, proven
from chainrule.algebras.decimals import bound, many_digits, nearest
from chainrule.algebras.forms import Form
from chainrule.algebras.real import Real, precision
from chainrule.algebras.terms import MOST_BITS
from chainrule.algebras.undefined import Open, Undefined
from chainrule.ops import OPS
from tests.enclosed import WIDE, encloses, radius
from tests.enclosed import number as exact

HALF = Fraction(1, 2)
BITS = 128


@pytest.fixture(autouse=True)
def session() -> Iterator[None]:
    """Every test computes with as many bits as it would in a run."""
    with precision(BITS):
        yield


def number(x: Any) -> Any:
    """Return a rational number; what is no text or whole number stays as it is."""
    return balls(BITS).number(Fraction(x)) if isinstance(x, int | str | Fraction) else x


def unknown(value: str = "0.3") -> Real:
    """Return a number of which nothing but a ball is known."""
    return Real(None, arb(value))


def value(name: str, *operands: Any, forms: int = 0, **given: Any) -> Any:
    op = OPS[name]
    algebra = Balls(BITS, forms)
    return algebra.apply(op, {**op.parameters, **given}, [number(x) for x in operands])


def slope(name: str, slot: int, *operands: Any, **given: Any) -> Any:
    op, algebra = OPS[name], balls(BITS)
    numbers = [number(x) for x in operands]
    parameters = {**op.parameters, **given}
    return algebra.partial(op, parameters, slot, algebra.apply(op, parameters, numbers), numbers)


def rational(x: Any) -> Fraction | None:
    return x.rational if type(x) is Real else None


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
    assert rational(value(name, point)) == Fraction(known)
    for other in ("3/2", "1/3", "-1/3"):
        found = value(name, other)
        assert rational(found) is None or type(found) is Undefined, other


@pytest.mark.parametrize(
    ("name", "operands", "known"),
    [
        ("power", ("2/3", 3), "8/27"),
        ("power", ("2/3", -3), "27/8"),
        ("power", (0, 0), "1"),
        ("power", (0, 2), "0"),
        ("power", (0, "1/2"), "0"),
        ("power", (1, "1000000000001"), "1"),
        ("power", (0, "1000000000001"), "0"),
        ("power", ("4/9", "1/2"), "2/3"),
        ("power", ("4/9", "3/2"), "8/27"),
        ("power", ("4/9", "-1/2"), "3/2"),
        ("sqrt", ("4/9",), "2/3"),
        ("sqrt", (0,), "0"),
        ("cbrt", ("27/8",), "3/2"),
        ("cbrt", ("-27/8",), "-3/2"),
        ("cbrt", (0,), "0"),
        ("root", ("16/81", 4), "2/3"),
        ("root", ("-32", 5), "-2"),
        ("root", (0, 3), "0"),
        ("floor", ("5/2",), "2"),
        ("floor", ("-5/2",), "-3"),
        ("floor", ("2",), "2"),
        ("ceil", ("5/2",), "3"),
        ("ceil", ("-5/2",), "-2"),
        ("ceil", ("-2",), "-2"),
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
        ("gamma", ("5",), "24"),
        ("exp", ("0",), "1"),
        ("atan2", (0, 2), "0"),
    ],
)
def test_what_is_rational_is_known(name: str, operands: tuple[Any, ...], known: str) -> None:
    assert rational(value(name, *operands)) == Fraction(known)


FINE = mpmath.MPContext()
FINE.dps = 80


@pytest.mark.parametrize(
    ("name", "operands", "known"),
    [
        ("power", (2, "1/2"), lambda m: m.sqrt(2)),
        ("power", (8, "2/5"), lambda m: m.power(8, m.mpf(2) / 5)),
        ("power", (2, "5000"), lambda m: m.mpf(2) ** 5000),
        ("power", ("1/2", "-5000"), lambda m: m.mpf(2) ** 5000),
        ("power", (-3, "1000000000001"), lambda m: -(m.mpf(3) ** 1000000000001)),
        ("sqrt", (2,), lambda m: m.sqrt(2)),
        ("sqrt", ("4/3",), lambda m: m.sqrt(m.mpf(4) / 3)),
        ("sqrt", ("3/4",), lambda m: m.sqrt(3) / 2),
        ("cbrt", (9,), lambda m: m.cbrt(9)),
        ("cbrt", ("-8/9",), lambda m: -2 / m.cbrt(9)),
        ("root", ("-7", 5), lambda m: -m.root(7, 5)),
        ("root", (7, "5/2"), lambda m: m.power(7, m.mpf(2) / 5)),
        ("pi", (), lambda m: +m.pi),
        ("e", (), lambda m: +m.e),
        ("digamma", (1,), lambda m: -m.euler),
        ("atan2", (1, 1), lambda m: m.pi / 4),
        ("polygamma", ("-1/2",), lambda m: m.polygamma(1, m.mpf(-0.5))),
        ("lgamma", ("-5/2",), lambda m: m.log(abs(m.gamma(m.mpf(-2.5))))),
    ],
)
def test_what_is_not_rational_is_enclosed(name: str, operands: Any, known: Any) -> None:
    found = value(name, *operands)
    assert rational(found) is None
    assert encloses(found, known(FINE), 75)
    assert radius(found) < abs(exact(known(FINE))) * WIDE.mpf(2) ** -80


@pytest.mark.parametrize(
    ("operation", "known"),
    [
        (lambda x: x + 1, "1.3"),
        (lambda x: 1 + x, "1.3"),
        (lambda x: x - 1, "-0.7"),
        (lambda x: 1 - x, "0.7"),
        (lambda x: x * 2, "0.6"),
        (lambda x: 2 * x, "0.6"),
        (lambda x: x / 2, "0.15"),
        (lambda x: 3 / x, "10"),
        (lambda x: x**2, "0.09"),
        (lambda x: x**-1, "10/3"),
        (lambda x: -x, "-0.3"),
        (lambda x: abs(-x), "0.3"),
        (lambda x: x % 1, "0.3"),
        (lambda x: (x - 1) % 1, "0.3"),
        (lambda x: x + HALF, "0.8"),
        (lambda x: x * 0.5, "0.15"),
    ],
)
def test_arithmetic_with_what_is_only_enclosed(operation: Any, known: str) -> None:
    found = operation(unknown())
    assert rational(found) is None
    assert encloses(found, Fraction(known), 200)
    assert radius(found) < WIDE.mpf("1e-36")


def test_arithmetic_that_needs_no_digits() -> None:
    x = unknown()
    assert rational(x - x) == 0
    assert rational(x * 0) == rational(0 * x) == rational(0 / x) == 0
    assert rational(x**0) == 1 or encloses(x**0, 1, 200)
    assert (x + 0) is x and (0 + x) is x and (x * 1) is x and (1 * x) is x and (x / 1) is x
    assert rational(value("mul", 0, unknown())) == 0
    # Around 0 a quotient by itself is open, an even power not negative.
    around = Real(None, arb(0, 1))
    assert not (around / around).ball.is_finite()
    assert around**2 >= 0 and (around * around) >= 0 and abs(around) >= 0
    with pytest.raises(Open):
        _ = around**3 >= 0


def test_a_divisor_that_is_zero_is_a_pole() -> None:
    poles: tuple[Callable[[], Any], ...] = (
        lambda: number(1) / 0,
        lambda: number(0) ** -1,
        lambda: unknown() / 0,
    )
    for pole in poles:
        with pytest.raises(ZeroDivisionError):
            pole()


def test_numbers_are_kept_up_to_about_a_thousand_digits() -> None:
    largest = Fraction(2**MOST_BITS - 1)
    assert rational(number(largest)) == largest
    assert rational(number(1 / largest)) == 1 / largest
    for longer in (Fraction(2**MOST_BITS), Fraction(1, 2**MOST_BITS)):
        assert rational(number(longer)) is None
        assert encloses(number(longer), longer, 2_000)
    assert rational(value("add", largest, 1)) is None
    assert encloses(value("add", largest, 1), largest + 1, 2_000)
    assert rational(value("add", largest, -1)) == largest - 1
    assert 999 <= math.log10(2**MOST_BITS) <= 1001
    # The size of a power is known before it is computed.
    assert rational(value("power", 2, MOST_BITS // 4)) == 2 ** (MOST_BITS // 4)
    assert rational(value("power", 3, "1000000000000")) is None
    assert rational(value("mul", largest, largest)) is None


def test_outside_the_domain_there_certainly_is_no_value() -> None:
    for name, operands in (("div", (1, 0)), ("log", (0,)), ("sqrt", (-1,)), ("power", (0, -1))):
        found = value(name, *operands)
        assert type(found) is Undefined
        assert found.op == name and not found.is_open
        assert value("neg", found) is found
        assert value("add", unknown(), found) is found
        assert slope("add", 0, unknown(), found) is found
        assert slope("mul", 0, found, unknown()) is found


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("div", (1, arb(0, 1))),
        ("log", (arb(0, 1),)),
        ("sqrt", (arb(0, 1),)),
        ("asin", (arb(1, "1e-9"),)),
        ("floor", (arb(1, "1e-9"),)),
        ("sign", (arb(0, "1e-9"),)),
        ("step", (arb(0, "1e-9"),)),
        ("where", (arb(0, "1e-9"), 1, 2)),
        ("gamma", (arb(-1, "0.1"),)),
        ("acosh", (arb(1, "1e-9"),)),
        ("root", (arb(0, 1), 2)),
        ("cot", (arb(0, 1),)),
    ],
)
def test_an_edge_inside_the_ball_is_left_open(name: str, operands: Any) -> None:
    found = value(name, *(Real(None, x) if isinstance(x, arb) else x for x in operands))
    assert type(found) is Undefined and found.is_open and found.op == name
    assert not proven(found, 10)


def test_partials() -> None:
    assert slope("add", 0, unknown(), unknown()) == 1
    assert slope("sub", 1, 3, unknown()) == -1
    assert rational(slope("mul", 0, unknown(), 3)) == 3
    assert encloses(slope("mul", 1, unknown(), 3), Fraction("0.3"), 200)
    assert rational(slope("square", 0, "3/4")) == Fraction(3, 2)
    assert rational(slope("sqrt", 0, "4/9")) == Fraction(3, 4)
    assert type(slope("sqrt", 0, 0)) is Undefined
    assert rational(slope("sin", 0, 0)) == 1
    assert rational(slope("sin", 0, 1)) is None
    assert rational(slope("max", 0, 2, 2)) == HALF
    assert rational(slope("max", 1, 2, 3, 3)) == HALF
    assert rational(slope("max", 2, 2, 3, 1)) == 0
    # 0.3 is a ball that does not tell whether it is the number three tenths.
    assert slope("max", 0, "0.3", unknown()).is_open
    assert rational(slope("max", 0, "0.31", unknown())) == 1


def test_comparisons_answer_where_it_is_proven() -> None:
    third, other = number("1/3"), unknown()
    assert third == Fraction(1, 3) and third != HALF and third < HALF and third >= Fraction(1, 3)
    assert other < third and other <= third and third > other and not other >= third
    assert other == other and other <= other and not other < other
    questions: tuple[Callable[[], Any], ...] = (
        lambda: other == Fraction(3, 10),
        lambda: other < Fraction(3, 10),
        lambda: unknown() == other,
        lambda: unknown() >= other,
        lambda: bool(other != unknown()),
    )
    for question in questions:
        with pytest.raises(Open):
            question()
    with pytest.raises(TypeError):
        _ = other < "text"
    with pytest.raises(TypeError):
        hash(other)


def test_closed_forms_tell_what_balls_cannot() -> None:
    root = value("sqrt", 2, forms=9)
    assert type(root.exact) is Form
    assert rational(root * root) == 2
    assert (root * root).compared(2) == 0
    assert (root + 1) - 1 == root and root != 1
    assert rational(value("sin", root - root, forms=9)) == 0
    turn = value("pi", forms=9)
    assert rational(value("sin", turn, forms=9)) == 0
    assert rational(value("cos", turn, forms=9)) == -1
    assert rational(value("floor", (root * 3) ** 2, forms=9)) == 18
    with pytest.raises(ZeroDivisionError):
        _ = 1 / (root - root)


def test_the_work_on_closed_forms_has_an_end() -> None:
    algebra = Balls(BITS, 2)
    root = OPS["sqrt"]
    found = [algebra.apply(root, {}, [number(n)]) for n in (2, 3, 5)]
    assert [type(x.exact) is Form for x in found] == [True, False, False]
    for x, n in zip(found, (2, 3, 5), strict=True):
        assert encloses(x, FINE.sqrt(n), 75)


def test_kinks_are_met_where_they_certainly_are() -> None:
    algebra = balls(BITS)
    absolute, relu = OPS["abs"], OPS["relu"]
    assert algebra.at_kink(absolute, absolute.parameters, [number(0)])
    assert not algebra.at_kink(absolute, absolute.parameters, [number(Fraction(1, 10**300))])
    with pytest.raises(Open):
        algebra.at_kink(absolute, absolute.parameters, [Real(None, arb(0, "1e-30"))])
    assert algebra.at_kink(relu, relu.parameters, [number(0)])
    assert not algebra.at_kink(OPS["sin"], {}, [number(0)])


def test_larger_than_can_be_followed() -> None:
    huge = value("exp", value("exp", value("exp", 1000)))
    assert type(huge) is Undefined and huge.is_open and "size" in huge.needs
    with precision(512):
        small = value("exp", -value("exp", value("exp", "100")))
        assert not small.accurate(1) and small < HALF and bound(small) < -(10**37)


def test_precision_is_what_was_before_when_the_block_ends() -> None:
    before = ctx.prec
    with precision(300):
        assert ctx.prec == 300
        with precision(70):
            assert ctx.prec == 70
        assert ctx.prec == 300
        with pytest.raises(ValueError), precision(999):
            raise ValueError
        assert ctx.prec == 300
    assert ctx.prec == before


# Numbers that are shown


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("0", 0.0),
        ("1/3", 1 / 3),
        ("-1e308", -1e308),
        ("1e309", None),
        ("1e-300", 1e-300),
        ("1e-320", None),
        ("-1e-400", None),
    ],
)
def test_the_nearest_double(exact: str, shown: float | None) -> None:
    for x in (number(exact), number(exact) * Real(None, arb(1))):
        assert nearest(x) == shown


def test_no_more_digits_are_given_than_are_certain() -> None:
    third = number("1/3")
    assert mpmath.nstr(many_digits(third, 256), 70) == "0." + "3" * 70
    loose = Real(None, arb(2, "1e-6").sqrt())
    assert many_digits(loose, 256)._mpf_[3] <= 22
    assert abs(many_digits(loose, 256) - mpmath.mpf(2) ** 0.5) < 1e-5
    assert repr(third) == "Real(1/3)" and repr(unknown()).startswith("Real([0.3")


def test_a_power_of_ten_above() -> None:
    for text, least in (("1e-30", -30), ("-1e30", 30), ("0.5", 0), ("7e-5", -4)):
        assert least <= bound(number(text)) <= least + 1
    assert bound(Real(None, arb(0))) == 0


def test_functions_that_are_not_listed_are_refused() -> None:
    with pytest.raises(AttributeError):
        _ = balls(BITS).maths._hidden
    with pytest.raises(AttributeError):
        _ = balls(BITS).maths.nobody


def test_numbers_of_other_kinds_are_taken_exactly() -> None:
    assert rational(number(1) * 0.1) == Fraction(0.1)
    assert rational(number(1) * Fraction(1, 10)) == Fraction(1, 10)
    assert rational(number(1) + 2) == 3
    with pytest.raises(TypeError):
        _ = number(1) + "x"
    with pytest.raises(TypeError):
        _ = "x" - number(1)
    assert number(1).exact == fmpq(1)


@pytest.mark.parametrize("power", [-3, -2, 2, 3, 4])
def test_a_power_of_what_is_not_known_is_not_known(power: int) -> None:
    for ball in (arb.nan(), arb.pos_inf(), arb(0, arb.pos_inf())):
        found = Real(None, ball) ** power
        assert not found.ball.is_finite() or found.ball.contains(0)
    assert not (Real(None, arb.nan()) ** power).ball.is_finite()

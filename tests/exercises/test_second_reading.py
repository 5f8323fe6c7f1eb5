"""The second reading of a program is checked against Python's own arithmetic and by hand."""

import math

import pytest

from chainrule.errors import ParseError
from chainrule.exercises.second_reading import SecondReading, number, plain_name


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x^2 + 3x", 1.5**2 + 4.5),
        ("-x^2", -2.25),
        ("2^-x", 2**-1.5),
        ("2^3^2", 512.0),
        ("1/2x", 0.75),
        ("sin(x y) (x y)^2 + e^(-x y)", math.sin(0.6) * 0.36 + math.exp(-0.6)),
        ("sin 2x cos y", math.sin(3) * math.cos(0.4)),
        ("sin^2(x)", math.sin(1.5) ** 2),
        ("σ(x)", 1 / (1 + math.exp(-1.5))),
        ("√x + |y − x|", math.sqrt(1.5) + 1.1),
        ("3x² − 2·x⁻¹", 6.75 - 2 / 1.5),
        ("−e^(−x)", -math.exp(-1.5)),
        ("2(x+1)(y+1)", 7.0),
        ("xy", 0.6),
        ("3 - -x", 4.5),
        ("x^2 if x > 2 else 3x", 4.5),
        ("where(0 < y <= 1 and not x < y, x y, 1)", 0.6),
        ("1 if y ≥ x or x == 2 else 2 if x != y else 3", 2.0),
    ],
)
def test_arithmetic_is_what_mathematics_says(line: str, expected: float) -> None:
    reading = SecondReading([line], ["x", "y"])
    at = {"x": number("1.5"), "y": number("2/5")}
    assert float(reading.values(at)["f"]) == pytest.approx(expected, rel=1e-14)


def test_differences_give_the_derivative() -> None:
    reading = SecondReading(["J = sin(t) + 3t", "t = x^2"], ["x"])
    at = reading.values({"x": number("1.5")})
    t = 2.25
    assert float(reading.partial("J", "t", at)) == pytest.approx(math.cos(t) + 3, rel=1e-14)
    along = reading.moved({"x": number("1")}, at)
    assert float(along["J"]) == pytest.approx((math.cos(t) + 3) * 3, rel=1e-14)
    # Moved by hand, t does not listen to x.
    assert float(reading.moved({"t": number("1")}, at)["x"]) == 0.0


def test_lines_may_stand_in_any_order_but_not_in_a_circle() -> None:
    assert SecondReading(["c = b", "b = a", "a = x"], ["x"]).order == ("a", "b", "c")
    with pytest.raises(ParseError):
        SecondReading(["a = b", "b = a"], ["x"])


@pytest.mark.parametrize("line", ["f(x)", "x +", "(x", "x $ 2", "__import__(1)", "gamma(x)", ""])
def test_what_it_cannot_read_is_refused(line: str) -> None:
    with pytest.raises(ParseError):
        SecondReading([line], ["x"])


def test_names_have_one_form() -> None:
    assert plain_name("θ₁") == plain_name("theta_1") == plain_name("theta1") == "theta1"

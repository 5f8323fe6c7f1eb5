"""Points at which numbers were wrong, missing, refused or without an end: each is what it is.

The right numbers are mathematics, worked out by mpmath with formulas of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest

import chainrule
from tests.enclosed import encloses

MP = mpmath.MPContext()
MP.dps = 1_000

NONE = "undefined"
Known = Callable[..., Any] | int | str


def right(known: Known, point: dict[str, str]) -> Any:
    if callable(known):
        numbers = {n: Fraction(x) for n, x in point.items()}
        return known(MP, **{n: MP.mpf(x.numerator) / x.denominator for n, x in numbers.items()})
    x = Fraction(known)
    return MP.mpf(x.numerator) / x.denominator


def near(m: Any, y: Any) -> Any:
    """Return −ln(1 − h) + ln Γ(1 + h) for a very small h = e^y."""
    h = m.exp(y)
    return -m.log1p(-h) - m.euler * h + m.zeta(2) * h**2 / 2


def near_slope(m: Any, y: Any) -> Any:
    h = m.exp(y)
    return h / (1 - h) + h * (m.zeta(2) * h - m.euler)


def selu_factor(m: Any) -> Any:
    """Return λα of Klambauer et al. (2017), both to twenty decimals."""
    return m.mpf("1.05070098735548049342") * m.mpf("1.67326324235437728482")


# Formula, point, value, and slopes by name.
PROVEN: list[tuple[str, dict[str, str], Any, Any]] = [
    # No crash.
    ("root(x, pi)", {"x": "-2"}, NONE, {"x": NONE}),
    ("root(erf(x), coth(y))", {"x": "-1/2", "y": "1e-8"}, NONE, {"x": NONE, "y": NONE}),
    *[
        (
            f"{formula}/x",
            {"x": x},
            lambda m, x: m.log1p(m.exp(x)) / x,
            {"x": lambda m, x: 1 / ((1 + m.exp(-x)) * x) - m.log1p(m.exp(x)) / x**2},
        )
        for formula in ("softplus(x)", "ln(1+exp(x))")
        for x in ("99", "100", "1000")
    ],
    # Γ has a pole at −1: ln |Γ(−1 + h)| is −ln h − ln(1 − h) + ln Γ(1 + h), h = e^−750.
    (
        "squared_error(lgamma(expm1(y)), -1)",
        {"y": "-750"},
        lambda m, y: (1 - y + near(m, y)) ** 2,
        {"y": lambda m, y: 2 * (1 - y + near(m, y)) * (near_slope(m, y) - 1)},
    ),
    # No work without an end.
    (
        "0.12345 ln(x) + ln(y)",
        {"x": "2", "y": "3"},
        lambda m, x, y: m.mpf("0.12345") * m.log(x) + m.log(y),
        {"x": "0.061725", "y": "1/3"},
    ),
    (
        "1000000 ln(x) + ln(y)",
        {"x": "2", "y": "3"},
        lambda m, x, y: 1_000_000 * m.log(x) + m.log(y),
        {"x": 500_000, "y": "1/3"},
    ),
    (
        "x ln 2 + ln 3",
        {"x": "0.12345678"},
        lambda m, x: x * m.log(2) + m.log(3),
        {"x": lambda m, x: m.log(2)},
    ),
    (
        "-0.1234567 ln(p) - 0.8765433 ln(q)",
        {"p": "3", "q": "7"},
        lambda m, p, q: -m.mpf("0.1234567") * m.log(p) - m.mpf("0.8765433") * m.log(q),
        {"p": "-1234567/30000000", "q": "-8765433/70000000"},
    ),
    # They exist.
    (
        "asinh(-2.3*(sigmoid(x)+tanh(x)))",
        {"x": "3"},
        lambda m, x: m.asinh(-m.mpf("2.3") * (1 / (1 + m.exp(-x)) + m.tanh(x))),
        {
            "x": lambda m, x: (
                -m.mpf("2.3")
                * (m.exp(-x) / (1 + m.exp(-x)) ** 2 + m.sech(x) ** 2)
                / m.sqrt(1 + (m.mpf("2.3") * (1 / (1 + m.exp(-x)) + m.tanh(x))) ** 2)
            )
        },
    ),
    ("atan2(0, sec(e)) + x", {"x": "1"}, lambda m, x: m.pi + x, {"x": 1}),
    ("x^2 + y^2", {"x": "0", "y": "0"}, 0, {"x": 0, "y": 0}),
    (
        "exp(-exp(x))",
        {"x": "100"},
        lambda m, x: m.exp(-m.exp(x)),
        {"x": lambda m, x: -m.exp(x - m.exp(x))},
    ),
    ("clip(x, x, x)", {"x": "1"}, 1, {"x": 1}),
    ("min(y, y)", {"y": "2"}, 2, {"y": 1}),
    ("bce(p, 1) + sin(pi p)", {"p": "1"}, 0, {"p": lambda m, p: -1 - m.pi}),
    # Poles are poles.
    ("cot(pi x)", {"x": "1"}, NONE, {"x": NONE}),
    ("cot(pi) + x", {"x": "1"}, NONE, {"x": NONE}),
    ("csc(pi x)", {"x": "1"}, NONE, {"x": NONE}),
    ("1/sin(pi x)", {"x": "3"}, NONE, {"x": NONE}),
    ("tan(pi x)", {"x": "1/2"}, NONE, {"x": NONE}),
    ("sec(pi x)", {"x": "7/2"}, NONE, {"x": NONE}),
    # A branch that is not taken need not exist.
    ("where(x, sqrt(x), 0)", {"x": "-1"}, 0, {"x": 0}),
    ("where(x, x^3, log(x-2))", {"x": "1"}, 1, {"x": 3}),
    ("where(x, x, sin(log(0)))", {"x": "1"}, 1, {"x": 1}),
    ("where(x, log(x), 2x) + where(-x, 1/(x+1), x^2)", {"x": "-1"}, NONE, {"x": NONE}),
    ("where(x - 2, sqrt(x - 2), x^2) * y", {"x": "1", "y": "3"}, 3, {"x": 6, "y": 1}),
    ("where(y - 1, 1, log(abs(y - 3)))", {"y": "3"}, 1, {"y": 0}),
    ("where(log(pi/6), log(z), abs(z - z))", {"z": "-1"}, 0, {"z": 0}),
    # An operand that is not the largest need not have a slope.
    ("max(cbrt(x + 5/2), x x)", {"x": "-2.5"}, "6.25", {"x": -5}),
    ("x + max(acosh(x - 99999999), x)", {"x": "1e8"}, 200_000_000, {"x": 2}),
    (
        "min(tanh(max(cbrt(y + 1e-8), 3)), asin(y))",
        {"y": "-1e-8"},
        lambda m, y: m.asin(y),
        {"y": lambda m, y: 1 / m.sqrt(1 - y * y)},
    ),
    (
        "max(acosh(x + 2/3), x)^1.5",
        {"x": "1/3"},
        lambda m, x: x * m.sqrt(x),
        {"x": lambda m, x: m.mpf(3) / 2 * m.sqrt(x)},
    ),
    (
        "root(tan(y), where(x, 4, 2 min(0.5, y)))",
        {"x": "0", "y": "0.12345678"},
        lambda m, x, y: m.tan(y) ** (1 / (2 * y)),
        {"y": lambda m, x, y: m.diff(lambda t: m.tan(t) ** (1 / (2 * t)), y, h=m.mpf("1e-300"))},
    ),
    # Near a pole, and next to nothing.
    (
        "cos(coth(x))",
        {"x": "-1e-300"},
        lambda m, x: m.cos(m.coth(x)),
        {"x": lambda m, x: m.sin(m.coth(x)) / m.sinh(x) ** 2},
    ),
    (
        "abs(coth(x)) tan(0.1) x / tan(0.1)",
        {"x": "1e-300"},
        lambda m, x: x * m.coth(x),
        {"x": lambda m, x: m.coth(x) - x / m.sinh(x) ** 2},
    ),
    (
        "coth(3 / huber(max(1e300, 1e300), x))",
        {"x": "-1/2"},
        lambda m, x: m.coth(3 / (m.mpf(10) ** 300 - x - m.mpf(1) / 2)),
        {
            "x": lambda m, x: (
                -3
                / (m.mpf(10) ** 300 - x - m.mpf(1) / 2) ** 2
                / m.sinh(3 / (m.mpf(10) ** 300 - x - m.mpf(1) / 2)) ** 2
            )
        },
    ),
    ("u = max(z, z); v = coth(u); w = exp(v); f = w w log(z)", {"z": "-1e-300"}, NONE, {"z": NONE}),
    (
        "tanh(tanh(y))",
        {"y": "1e300"},
        lambda m, y: m.tanh(1),
        {"y": lambda m, y: 4 * m.exp(-2 * y) * m.sech(1) ** 2},
    ),
    (
        "absolute_error(tanh(x), z)",
        {"x": "-1e300", "z": "7"},
        8,
        {"x": lambda m, x, z: -4 * m.exp(2 * x), "z": 1},
    ),
    (
        "tanh((polygamma(coth(x)) x)^10)",
        {"x": "-2.5"},
        1,
        {
            "x": lambda m, x: (
                4
                * m.exp(-2 * (m.psi(1, m.coth(x)) * x) ** 10)
                * 10
                * (m.psi(1, m.coth(x)) * x) ** 9
                * (m.psi(1, m.coth(x)) - x * m.psi(2, m.coth(x)) / m.sinh(x) ** 2)
            )
        },
    ),
    (
        "clip(sqrt(cos(x)), 0, 1) + sqrt(exp(sin(x - 1/2)))",
        {"x": "1/2"},
        lambda m, x: m.sqrt(m.cos(x)) + 1,
        {"x": lambda m, x: -m.sin(x) / (2 * m.sqrt(m.cos(x))) + m.mpf(1) / 2},
    ),
    # There is no number, whatever stands around it.
    ("u = floor(x); f = (u / lgamma(u))^(-1)", {"x": "1/2"}, NONE, {"x": NONE}),
    ("acosh(ceil(x) - ceil(x))", {"x": "-1e-300"}, NONE, {"x": NONE}),
    ("u = asin(y); w = ceil(sin(u)); f = (w - w) / (w - w)", {"y": "-1e-8"}, NONE, {"y": NONE}),
    ("hinge(min(3, 3), log(ceil(x)))^2", {"x": "-1e-300"}, NONE, {"x": NONE}),
    ("log(floor(erfc(acos(y + 1))))", {"y": "-1"}, NONE, {"y": NONE}),
    ("lgamma(sign(x))", {"x": "-1e300"}, NONE, {"x": NONE}),
    # What forms say of numbers beyond all exponents has to be the same by two formulas.
    ("tanh(log_sigmoid(x))", {"x": "-1e300"}, lambda m, x: -m.tanh(-x), {}),
    (
        "sigmoid(x + log_sigmoid(cbrt(-1e8) - cbrt(x)/x)) - (2 + x)",
        {"x": "-1e-300"},
        lambda m, x: -(2 + x),
        {"x": -1},
    ),
    (
        "exp(1e-300 normal_cdf(x) / relu(hard_sigmoid(x^0.5 - x^0.5)))",
        {"x": "1e300"},
        lambda m, x: m.exp(2 / x),
        {},
    ),
    # Told from 0 by its closed form alone: −10⁸ is far beyond the digits that are carried.
    (
        "750 + x - x - selu(x)",
        {"x": "-1e8"},
        lambda m, x: 750 - selu_factor(m) * (m.exp(x) - 1),
        {"x": lambda m, x: -selu_factor(m) * m.exp(x)},
    ),
    # What is left of c + d − c is d, however small it is beside c.
    (
        "sech(normal_cdf(x)) (y + x - x)",
        {"x": "-1e8", "y": "1e-16"},
        lambda m, x, y: m.sech(m.ncdf(x)) * y,
        {
            "x": lambda m, x, y: -y * m.npdf(x) * m.ncdf(x),
            "y": lambda m, x, y: m.sech(m.ncdf(x)),
        },
    ),
    (
        "(normal_cdf(-749) + y - y) tanh(y + 1)",
        {"y": "-1"},
        0,
        {"y": lambda m, y: m.ncdf(-749)},
    ),
    (
        "tanh(10 min(y, softplus(y), 3))",
        {"y": "1e16"},
        lambda m, y: m.tanh(30),
        {"y": 0},
    ),
    (
        "max(x, softplus(x))",
        {"x": "1e300"},
        lambda m, x: x,
        {"x": 1},
    ),
    ("where(x, x, 2) - atanh(2)", {"x": "-1e-8"}, NONE, {"x": NONE}),
]


@pytest.mark.parametrize("zoom", ["primitive", "named"])
@pytest.mark.parametrize(
    ("formula", "point", "value", "slopes"), PROVEN, ids=[f"{p[0]} at {p[1]}" for p in PROVEN]
)
def test_it_is_what_it_is(
    formula: str, point: dict[str, str], value: Known, slopes: dict[str, Known], zoom: Any
) -> None:
    made = chainrule.parse(formula, declared=point).work(point, zoom=zoom)
    cells = [("value", made.run.value(made.run.output), value)]
    cells += [(f"slope by {name}", made.slope(name), known) for name, known in slopes.items()]
    for what, number, known in cells:
        if known == NONE:
            assert number.state == "undefined", f"{what}: {number}"
            continue
        assert number.state == "proven", f"{what}: {number}"
        truly = right(known, point)
        assert encloses(number.proven, truly, 200), f"{what}: {number}, not {truly}"
        assert abs(number.digits - truly) <= abs(truly) * MP.mpf("1e-20"), what
        double = float(truly)
        if abs(double) > 1e-300 or not truly:
            assert float(number.shown) == double, what


# So small that no rung tells it from 0; what is shown is not vouched for.
NEXT_TO_NOTHING: list[tuple[str, dict[str, str], str, Known]] = [
    ("x/mish(x) + x - x", {"x": "1e8"}, "x", lambda m, x: -4 * m.exp(-2 * x)),
    (
        "(pi/2 - sqrt(y^2)/y) / tanh(y)",
        {"y": "1e8"},
        "y",
        lambda m, y: (4 - 2 * m.pi) * m.exp(-2 * y),
    ),
    ("(sqrt(x^2)/swish(sqrt(x^2)))^10", {"x": "1e300"}, "x", lambda m, x: -10 * m.exp(-x)),
]


@pytest.mark.parametrize(("formula", "point", "by", "known"), NEXT_TO_NOTHING)
def test_what_no_digits_tell_from_zero_is_undecided(
    formula: str, point: dict[str, str], by: str, known: Known
) -> None:
    made = chainrule.parse(formula).work(point)
    number = made.slope(by)
    assert number.state == "undecided" and number.shown == 0
    assert made.run.value(made.run.output).state == "proven"
    assert encloses(number.proven, right(known, point), 3)


# Second derivatives


def test_second_derivatives_exist_where_they_do() -> None:
    hessian = chainrule.parse("asinh(-2.3*(sigmoid(x)+tanh(x)))").hessian({"x": 3})

    def f(x: Any) -> Any:
        return MP.asinh(-MP.mpf("2.3") * (1 / (1 + MP.exp(-x)) + MP.tanh(x)))

    assert hessian["x"]["x"] == float(MP.diff(f, 3, 2, h=MP.mpf("1e-200")))
    assert chainrule.parse("clip(x,x,x)").hessian({"x": 1})["x"]["x"] == 0
    assert chainrule.parse("min(y,y)").hessian({"y": 2})["y"]["y"] == 0
    assert chainrule.parse("max(y,y)^2").hessian({"y": 2})["y"]["y"] == 2
    both = chainrule.parse("x^2 + y^2 x").hessian({"x": 0, "y": 0})
    assert [[both[a][b] for b in "xy"] for a in "xy"] == [[2, 0], [0, 0]]
    gradient = chainrule.parse("asinh(-2.3*(sigmoid(x)+tanh(x)))").gradient_graph()
    slope = -0.02758246244126066  # −2.3 (σ′ + sech²)/√(1 + (2.3 (σ + tanh))²) at 3
    assert abs(gradient.evaluate({"x": 3}) - slope) < 1e-16


# The check


@pytest.mark.parametrize(
    ("formula", "point"),
    [
        ("tanh(x)", {"x": 500}),
        ("y+tanh(x)", {"x": 300, "y": 1}),
        ("exp(x)+y", {"x": -3000, "y": 1}),
        ("sigmoid(2 tanh(3x))", {"x": 400}),
        ("softplus(x)/x", {"x": 1000}),
        # 0 all around the point, although √ has no slope at 0.
        ("sqrt(max(0,x^2-z^2))", {"x": 1, "z": 2}),
    ],
)
def test_right_numbers_are_not_accused(formula: str, point: dict[str, Any]) -> None:
    assert chainrule.parse(formula).check(point).agrees


@pytest.mark.parametrize(
    ("formula", "point"),
    [("sqrt(x^2+y^2)^2", {"x": 0, "y": 0}), ("log(x)", {"x": -1}), ("cot(pi x)", {"x": 1})],
)
def test_nothing_agrees_where_nothing_was_compared(formula: str, point: dict[str, Any]) -> None:
    found = chainrule.parse(formula).check(point)
    assert not found.agrees and "They agree" not in found.text()


# Kinks


@pytest.mark.parametrize("formula", ["max(0, x)", "max(x, 0)", "relu(x)", "-min(0, -x)"])
def test_the_slope_at_a_kink_is_the_one_that_was_chosen(formula: str) -> None:
    for choice, slope in (("0", 0), ("1/2", 0.5), ("1", 1)):
        made = chainrule.parse(formula, kink=choice).work({"x": 0})
        number = made.slope("x")
        assert number.shown == slope and number.state == "proven", (formula, choice)
        sides = made.run.sides[made.run.graph.index["x"]]
        assert encloses(sides.left, 0, 30) and encloses(sides.right, 1, 30)
        assert ": –." not in made.table().text()
    none = chainrule.parse(formula, kink="undefined").work({"x": 0}).slope("x")
    assert none.state == "undefined"


def test_a_condition_that_jumps_leaves_no_slope_behind() -> None:
    # tan(10πx) is 0 at 10: beside it the inner choice is 0.3, and the outer one the other branch.
    formula = "where(where(tan(10 pi x), 0.3, y)^(-1), sigmoid(tan(pi - x)), 7)"
    number = chainrule.parse(formula).work({"x": 10, "y": -1}).slope("x")
    assert number.state == "undefined"


def test_the_sign_of_what_is_next_to_nothing_stands_once() -> None:
    table = chainrule.parse("exp(-exp(x^2))").work({"x": 60}).table().text()
    assert "e^(−e³⁶⁰⁰) ≈ 0" in table and "≈  ≈" not in table


def test_the_exponent_of_a_power_of_powers_fits_the_page() -> None:
    shown = chainrule.parse("x - exp(-exp(y))").work({"x": 1, "y": 800}).enclosures().text()
    # e^-e^800: e^800 ln 10⁻¹ is an exponent of 348 digits.
    assert max(map(len, shown.splitlines())) < 250
    assert "4.4356638288232333980" in shown and "e-118404943226…" in shown

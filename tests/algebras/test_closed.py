"""Closed forms: identities that make numbers rational, and forms that are the numbers they say."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule.algebras.closed import Closed
from chainrule.algebras.exact import INEXACT
from chainrule.algebras.forms import Form
from chainrule.algebras.undefined import Undefined
from chainrule.algebras.written import at
from chainrule.passes.run import Run
from chainrule.readings.closed_forms import exact_term
from chainrule.readings.terms import text
from tests.attack.trees import NICE, NoValue, draw, truth

DIGITS = 50
CASES = 120


def run(formula: str, mode: Any = "reverse", zoom: Any = "primitive", **point: Any) -> Run:
    return chainrule.parse(formula, declared=point).work(point, mode, zoom=zoom).run


def known(formula: str, **point: Any) -> Any:
    made = run(formula, **point)
    assert made.closed is not None
    return made.closed.values[made.output]


def number(value: Any) -> Any:
    """Return a closed form with many digits, by mpmath's own functions."""

    class Names:
        pi, e = mpmath.pi, mpmath.e

        def __getattr__(self, name: str) -> Any:
            if name == "number":
                return lambda x: mpmath.mpf(x.numerator) / x.denominator
            return getattr(mpmath, name)

    return at(value, Names())


@pytest.mark.parametrize(
    ("formula", "x", "value"),
    [
        ("sqrt(2)^2 x", "1", "2"),
        ("sqrt(x)^2", "2", "2"),
        ("sqrt(x) sqrt(12) / sqrt(6)", "2", "2"),
        ("(x^(1/3))^3", "5", "5"),
        ("root(x, 3)^3 + cbrt(x)^3", "-2", "-4"),
        ("ln(e^x)", "1/3", "1/3"),
        ("e^(ln x)", "7", "7"),
        ("e^(2 ln x)", "3", "9"),
        ("e^x e^(-x)", "1/3", "1"),
        ("e^(sqrt x) / e^(sqrt x)", "2", "1"),
        ("ln(6x) - ln 2 - ln 3 - ln x", "5", "0"),
        ("ln(1/(1+e^(-x))) + ln(1+e^(-x))", "9", "0"),
        ("ln(sqrt(2) x) / ln 2", "1", "1/2"),
        ("log2(x) + log10(100)", "8", "5"),
        ("log_b(x, 4)", "8", "3/2"),
        ("sin(x)^2 + cos(x)^2", "1/3", "1"),
        ("5sin(x)^2 tan(2) + 5cos(x)^2 tan(2) - 5tan(2)", "1/3", "0"),
        ("sin(x) + sin(-x)", "3", "0"),
        ("cos(x) - cos(-x)", "3", "0"),
        ("sin(pi x)", "1", "0"),
        ("sin(pi x)", "7/6", "-1/2"),
        ("cos(pi x)", "2/3", "-1/2"),
        ("tan(pi x)", "5/4", "1"),
        ("4 sin(pi x)^2", "1/3", "3"),
        ("6 asin(x)/pi", "1/2", "1"),
        ("3 acos(x)/pi", "-1/2", "2"),
        ("4 atan(x)/pi", "-1", "-1"),
        ("6 atan(sqrt x)/pi", "3", "2"),
        ("1/(1+e^x) + e^x/(1+e^x)", "2", "1"),
        ("(1+sqrt x)^2 - 2sqrt x", "2", "3"),
        ("(1+sqrt x)(sqrt x-1)", "2", "1"),
        ("gamma(x)", "5", "24"),
        ("floor(sqrt(x)^2) + ceil(e) + floor(-pi)", "2", "1"),
        ("abs(1-sqrt x) - sqrt x", "2", "-1"),
        ("max(sqrt(2)^2 x, 2)", "1", "2"),
        ("sign(e^x - 22026)", "10", "1"),
        ("where(sqrt(x)^2 - 2, 1, 3)", "2", "3"),
        ("2^(sqrt(x)^2)", "3", "8"),
    ],
)
def test_what_turns_out_to_be_rational(formula: str, x: str, value: str) -> None:
    found = known(formula, x=x)
    assert type(found) is Fraction
    assert found == Fraction(value)


@pytest.mark.parametrize(
    ("formula", "x", "written"),
    [
        ("1 + e^(-x)", "9", "1 + e⁻⁹"),
        ("x + sqrt 12", "1", "1 + 2√3"),
        ("cos(x)", "4", "cos(4)"),
        ("cos(-x)", "4", "cos(4)"),
        ("ln x + ln 3", "2", "ln(6)"),
        ("3e^x", "1", "3·e"),
        ("x pi/6", "1", "π/6"),
        ("sin(pi x)", "1/3", "√3/2"),
        ("sqrt(2 x) sqrt 3", "1", "√6"),
        ("sigmoid(x)(1-sigmoid(x))", "-2", "e²/(1 + e²)²"),
        ("x^2/7", "3", "9/7"),
        ("x/7", "1", "1/7"),
    ],
)
def test_how_it_is_written(formula: str, x: str, written: str) -> None:
    term = exact_term(known(formula, x=x))
    assert term is not None
    assert text(term).replace("\u2009", "") == written


@pytest.mark.parametrize("formula", ["7x/8", "x + 0.5", "x^9", "sin(sin(sin(sin(x)+1)+x/7)+2)"])
def test_what_is_shown_in_full_or_long_has_no_form_beside_it(formula: str) -> None:
    assert exact_term(known(formula, x="1")) is None


def test_what_has_no_value_and_what_is_not_known() -> None:
    assert type(known("ln(sqrt(x)^2 - 2)", x=2)) is Undefined
    assert type(known("1/sin(pi x)", x=1)) is Undefined
    assert type(known("sqrt(1 - x e)", x=1)) is Undefined
    assert known("atan2(x, 2)", x=1) is INEXACT
    assert known("x^(2^x)", x=1000) is INEXACT
    # The digits of its own do not tell this from 0; no rule says that it is.
    assert known("sign(gamma(x + 1) - x gamma(x))", x="1/3") is INEXACT


def test_forms_compare_as_numbers_do() -> None:
    root, e = known("sqrt x", x=2), known("e x", x=1)
    assert isinstance(root, Form) and isinstance(e, Form)
    assert 1 < root < Fraction(3, 2) < e and root <= e and e >= 2
    assert root == root + e - e and root != e and root != 1
    assert root * root == 2 and type(root * root) is Fraction
    assert abs(-root) == root and (-root).sign == -1
    assert e.floor == 2 and (-e).floor == -3 and e % 1 == e - 2
    assert 1 / root == root / 2 and root**2 == 2 and 3 - root == -(root - 3)


def test_a_run_has_so_much_work_and_no_more() -> None:
    graph = chainrule.parse("sqrt(x) + sqrt(x+1) + sqrt(x+2)").zoom("primitive")
    values = [Closed(work=count).number(Fraction(2)) for count in (1, 2)]
    assert values == [2, 2]
    spent = Closed(work=1)
    root = spent.apply(graph.ops[1], {}, [Fraction(2)])
    assert type(root) is Form
    assert spent.apply(graph.ops[1], {}, [Fraction(3)]) is INEXACT


def test_every_form_is_the_number(sample_seed: int) -> None:
    """Against the other route, value and gradient, at points of few digits."""
    chance, judged = random.Random(sample_seed + 5), 0
    for _ in range(CASES):
        tree = draw(chance, chance.randint(2, 5), ("x", "y"))
        names = chainrule.parse(str(tree), declared=("x", "y")).variables
        point = {name: chance.choice(NICE) for name in names}
        made = run(str(tree), **point)
        assert made.closed is not None
        try:
            right = truth(tree, {name: Fraction(x) for name, x in point.items()})
        except NoValue:
            assert type(made.closed.values[made.output]) in (Undefined, type(INEXACT)), tree
            continue
        if right is None or right.gradient is None:
            continue
        graph = made.graph
        found = [made.closed.values[made.output]]
        found += [made.closed.derivatives.get(graph.index[name]) for name in point]
        for value, truly in zip(found, (right.value, *right.gradient), strict=True):
            if not isinstance(value, Fraction | Form):
                continue
            judged += 1
            with mpmath.workdps(400):
                gap = abs(number(value) - truly)
                assert gap <= mpmath.mpf(10) ** -DIGITS * max(abs(truly), 1), f"{tree} {point}"
    assert judged > CASES / 4


# The lecture's table (d): what it prints as closed forms of the running derivative

LECTURE = {
    "xi1": "-3",
    "xi2": "-3*e**-9",
    "xi3": "-3*e**-9",
    "xi4": "3*e**-9/(1+e**-9)**2",
    "xi5": "3*e**-9/(1+e**-9)",
    "L": "-3*e**-9/(1+e**-9)",
}
PROGRAM = "L = -y xi5; xi5 = ln xi4; xi4 = 1/xi3; xi3 = 1 + xi2; xi2 = e^xi1; xi1 = -W X"


@pytest.mark.parametrize("zoom", ["primitive", "step", "named"])
def test_the_closed_forms_of_the_lecture(zoom: Any) -> None:
    point, along = {"W": 3, "X": 3, "y": 1}, {"W": 1}
    made = chainrule.parse(PROGRAM).work(point, "forward", zoom=zoom, direction=along).run
    for name, printed in LECTURE.items():
        found = made.exact_form("derivative", made.graph.index[name])
        assert found is not None, name
        with mpmath.workdps(60):
            want = eval(printed, {"e": mpmath.e})  # of this file
            assert abs(number(found) - want) <= abs(want) * mpmath.mpf("1e-50")


def test_a_form_is_shown_where_it_is_the_number_to_forty_digits() -> None:
    made = run("sqrt(x) + 1/3", x=2)
    form = made.exact_form("value", made.output)
    assert isinstance(form, Form)
    assert made.exact_form("derivative", made.graph.index["x"]) is not None
    assert made.exact_form("partial", (made.output, 0)) == 1
    assert made.exact_form("flowing", (made.output, 0)) == 1
    assert made.exact_form("partial", (99, 0)) is None
    made.__dict__["closed"] = run("sqrt(x) + 1/3", x=3).closed
    assert made.exact_form("value", made.output) is None


def test_a_number_that_digits_leave_open_has_no_closed_form_beside_it() -> None:
    text = "u = sqrt(3 + 2 sqrt(x)) - 1 - sqrt(2)"  # 0, since 3 + 2√2 = (1 + √2)²
    number = chainrule.parse(text).work({"x": 2})
    assert number.number("value:u").flagged
    assert number.run.exact_form("value", number.run.output) is None

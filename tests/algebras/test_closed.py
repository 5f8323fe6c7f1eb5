"""Closed forms: identities that make numbers rational, and forms that are the numbers they say."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule.algebras.balls import Balls, enclosure
from chainrule.algebras.forms import Form, Unformed
from chainrule.algebras.real import Real
from chainrule.algebras.undefined import Undefined
from chainrule.algebras.written import at
from chainrule.passes.run import Run
from chainrule.readings.terms import text
from chainrule.readings.view import exact_term
from tests.attack.trees import NICE, NoValue, draw, truth
from tests.enclosed import encloses, radius

DIGITS = 50
FINE = mpmath.MPContext()
FINE.dps = 80
CASES = 120


def run(formula: str, mode: Any = "reverse", zoom: Any = "primitive", **point: Any) -> Run:
    return chainrule.parse(formula, declared=point).work(point, mode, zoom=zoom).run


def formed(made: Run) -> Any:
    """Return the record of a run in closed forms."""
    assert made._formed is not None
    return made._formed


def known(formula: str, **point: Any) -> Any:
    """Return the closed form of a value; None where there is none, an `Undefined` without one."""
    made = run(formula, **point)
    value = formed(made).values[made.output]
    return value.known if type(value) is Real else value


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
    assert known("atan2(x, 2)", x=1) is None
    assert known("x^(2^x)", x=100) is None
    # No number of digits tells this from 0, and no rule says that it is.
    found = known("sign(gamma(x + 1) - x gamma(x))", x="1/3")
    assert type(found) is Undefined and found.is_open


def test_forms_compute_as_numbers_do() -> None:
    root, e = known("sqrt x", x=2), known("e x", x=1)
    assert isinstance(root, Form) and isinstance(e, Form)
    assert root * root == 2 and type(root * root) is Fraction
    assert 1 / root - root / 2 == 0 and root**2 == 2
    assert root + e - e - root == 0 and type(root - e) is Form
    assert (3 - root) + (root - 3) == 0
    assert (root.sign, (-root).sign, (root - e).sign, (e - 2).sign) == (1, -1, -1, 1)
    # e^(π√163) is a whole number but for 7.5e-13, and the sign is right all the same.
    near = known("e^(pi sqrt(x))", x=163) - Fraction(262537412640768744)
    assert near.sign == -1
    with pytest.raises(ZeroDivisionError):
        _ = 1 / (root * root - 2)


def test_a_sign_that_enclosures_leave_open_is_not_guessed() -> None:
    nested = known("sqrt(3 + 2 sqrt(x)) - 1", x=2)  # √2, since 3 + 2√2 = (1 + √2)²
    gap = nested - known("sqrt x", x=2)
    assert type(gap) is Form
    with pytest.raises(Unformed):
        _ = gap.sign


def test_a_run_has_so_much_work_and_no_more() -> None:
    graph = chainrule.parse("sqrt(x) + sqrt(x+1) + sqrt(x+2)").zoom("primitive")
    spent = Balls(128, 2)
    with spent.session():
        found = [spent.apply(graph.list.ops[1], {}, [spent.number(Fraction(n))]) for n in (2, 3)]
    assert [type(x.exact) for x in found] == [Form, type(None)]
    for x, n in zip(found, (2, 3), strict=True):
        assert encloses(x, FINE.sqrt(n), 75)


def test_forms_too_long_to_be_kept_are_given_up_before_they_are_computed() -> None:
    for formula, x in (
        ("0.12345 ln(x) + ln(3)", 2),
        ("1000000 ln(x) + ln(3)", 2),
        ("x ln 2 + ln 3", "0.12345678"),
        ("x^(1/3)^20", 2),
        ("(1 + sqrt x)^64", 2),
        ("3^(x^40)", 2),
        ("root(x, 60)^59", 7),
    ):
        made = run(formula, x=x)
        assert made.value(made.output).state == "proven"


def test_every_form_is_the_number(sample_seed: int) -> None:
    """Against the other route, value and gradient, at points of few digits."""
    chance, judged = random.Random(sample_seed + 5), 0
    for _ in range(CASES):
        tree = draw(chance, chance.randint(2, 5), ("x", "y"))
        names = chainrule.parse(str(tree), declared=("x", "y")).variables
        point = {name: chance.choice(NICE) for name in names}
        made = run(str(tree), **point)
        record = formed(made)
        try:
            right = truth(tree, {name: Fraction(x) for name, x in point.items()})
        except NoValue:
            value = record.values[made.output]
            assert type(value) is Undefined or value.known is None, tree
            continue
        if right is None or right.gradient is None:
            continue
        graph = made.graph
        cells = [record.values[made.output]]
        cells += [record.derivatives.get(graph.index[name]) for name in point]
        found = [x.known if type(x) is Real else None for x in cells]
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


def test_a_form_is_shown_where_it_lies_in_the_ball() -> None:
    made = run("sqrt(x) + 1/3", x=2)
    form = made.exact_form("value", made.output)
    assert isinstance(form, Form)
    assert made.exact_form("derivative", made.graph.index["x"]) is not None
    root = made.graph.operands[made.output][0]
    for kind in ("partial", "flowing"):
        found = made.exact_form(kind, (root, 0))  # type: ignore[arg-type]
        assert abs(number(found) - mpmath.sqrt(2) / 4) < 1e-14
    assert made.exact_form("partial", (99, 0)) is None
    # Another number's form lies elsewhere, and is not shown.
    made.__dict__["_formed"] = formed(run("sqrt(x) + 1/3", x=3))
    assert made.exact_form("value", made.output) is None


def test_a_form_lies_in_its_enclosure() -> None:
    for formula, x in (("sqrt(x)+pi", 2), ("1/(1+e^(-x))", 9), ("ln x + tan(x)", 5)):
        form = known(formula, x=x)
        for bits in (64, 300):
            with mpmath.workdps(120), Balls(bits).session():
                ball = Real(None, enclosure(form, bits))
                assert encloses(ball, number(form), 110)
                assert radius(ball) < mpmath.mpf(2) ** (8 - bits)


def test_a_zero_that_no_rule_proves_is_written_as_it_is_and_not_vouched_for() -> None:
    text = "u = sqrt(3 + 2 sqrt(x)) - 1 - sqrt(2)"  # 0, since 3 + 2√2 = (1 + √2)²
    made = chainrule.parse(text).work({"x": 2})
    found = made.number("value:u")
    assert found.state == "undecided" and found.shown == 0
    form = made.run.exact_form("value", made.run.output)
    with mpmath.workdps(300):
        assert type(form) is Form and abs(number(form)) < mpmath.mpf("1e-298")

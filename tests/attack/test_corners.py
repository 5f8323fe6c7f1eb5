"""Where digits run out: zeros that are none, numbers that are zero, ties, kinks and poles."""

from __future__ import annotations

import math

import pytest
from mpmath import mp, mpf

import chainrule
from chainrule.passes.run import Number
from chainrule.readings import terms
from chainrule.readings.numbers import numeral

ZOOMS = ("primitive", "step", "named")
NONE, OPEN = "undefined", "undecided"
NEAR_ONE_HALF = "0.4999999999999999999999999999999999999999"

# Formula, point, value and slope; NONE where there is none, OPEN where 2,466 digits cannot tell.
CORNERS = [
    # A sum that swallows a term, and gives it back.
    ("(x+1)-x", "1e200", "1", "0"),
    ("(x+1e60)-1e60+5", "1", "6", "1"),
    ("(exp(x)+1e60)-1e60+5", "0", "6", "1"),
    ("exp(x)+1-exp(x)", "437", "1", "0"),
    ("exp(x)+1-exp(x)", "1000", "1", "0"),
    # More digits than there will ever be; the closed form has it.
    ("exp(x)+2-exp(x)", "3000", "2", "0"),
    ("(exp(x)+2-exp(x))^2", "3000", "4", "0"),
    ("cosh(x)+2-cosh(x)", "3000", "2", "0"),
    ("exp(x)+2-(exp(x)+sinh(x)-sinh(x)+cosh(1)^2-sinh(1)^2-1)", "3000", "2", "0"),
    ("exp(x)+2-(exp(x)+cosh(x)^2-sinh(x)^2-1)", "30000", OPEN, None),
    ("sqrt(x^2+1)-x", "1e200", "5e-201", "-5e-401"),
    ("1/((x+1)-x)", "1e200", "1", "0"),
    # A function that swallows its operand.
    ("(1-cos(x))/x^2", "1e-8", NEAR_ONE_HALF, None),
    ("(1-cos(x))/x^2", "1e-200", "0.5", "-8.3333333333333333e-202"),
    ("(exp(x)-1)/x", "1e-300", "1", "0.5"),
    ("sin(x)/x", "1e-300", "1", "-3.3333333333333333e-301"),
    ("log(exp(x))", "1e-200", "1e-200", "1"),
    ("log(1-sigmoid(x))", "40", "-40", "-1"),
    ("log(1-sigmoid(x))", "1500", "-1500", "-1"),
    ("log(1-sigmoid(x))", "4000", "-4000", "-1"),
    ("log(1-tanh(x))", "4000", OPEN, OPEN),
    ("max(x^1e-200, 1)^2", "0.5", "1", "0"),
    # What is zero is zero, although its digits say otherwise.
    ("log(exp(x))-x", "1", "0", "0"),
    ("sqrt(x)^2-x", "2", "0", "0"),
    ("sin(x)^2+cos(x)^2-1", "0.7", "0", "0"),
    ("sin(pi x)", "1", "0", "-3.14159265358979323846"),
    ("exp(x)/exp(x)", "1000", "1", "0"),
    ("1/sin(pi x)", "1", NONE, NONE),
    ("log(sin(pi x))", "1", NONE, NONE),
    ("log(x+1/5-3/10)", "0.1", NONE, NONE),
    ("1/(x+0.2-0.3)", "0.1", NONE, NONE),
    ("tan(pi/2+x)", "0", NONE, NONE),
    # Kinks, met exactly.
    ("abs(x-1/10)", "0.1", "0", "0"),
    ("abs(x+0.2-0.3)", "0.1", "0", "0"),
    ("relu(sqrt(x)^2-x)+x", "2", "2", "1"),
    ("relu(x)-relu(-x)", "0", "0", "1"),
    ("abs(x)-relu(x)-relu(-x)", "0", "0", "0"),
    ("abs(abs(x))", "0", "0", "0"),
    ("max(x,x,x)", "1", "1", "1"),
    ("max(x,2x,3x)", "0", "0", "2"),
    ("x*abs(x)", "0", "0", "0"),
    ("sqrt(x^2)", "0", "0", NONE),
    # Powers.
    ("x^x", "0", "1", NONE),
    ("0^x", "0", "1", NONE),
    ("x^0", "0", "1", "0"),
    ("x^(1/3)", "-8", NONE, NONE),
    ("x^(1/3)", "0", "0", NONE),
    ("x^(-2)", "0", NONE, NONE),
    ("1/(x-x)", "1", NONE, NONE),
    # Large operands.
    ("sin(x)", "1e22", "-0.8522008497671888017727", "0.5232147853951389454975"),
    ("tan(x)", "1.5707963267948966", "51998506188720270.6601947416", None),
    ("x^1e20", "1.0000001", None, None),
    # What is undefined stays so, whatever multiplies it.
    ("log(0)*x", "0", NONE, NONE),
    ("sin(x)*0*log(-1)", "1", NONE, NONE),
    ("exp(x)-sqrt(cos(10))", "-1e200", NONE, NONE),
]


def agrees(number: Number, right: str | None) -> bool:
    if right is None:
        return number.undefined is None and bool(mp.isfinite(mpf(number.shown)))
    if right in (NONE, OPEN):
        reason = number.undefined
        return reason is not None and reason.is_open == (right == OPEN)
    if number.undefined:
        return False
    return abs(mpf(number.shown) - mpf(right)) <= mpf("1e-9") * abs(mpf(right))


@pytest.mark.parametrize(("formula", "at", "value", "slope"), CORNERS)
def test_corner(formula: str, at: str, value: str | None, slope: str | None) -> None:
    graph = chainrule.parse(formula)
    for zoom in ZOOMS:
        worked = graph.work({"x": at}, zoom=zoom)
        shown = worked.run.value(worked.run.output)
        assert agrees(shown, value), f"{zoom}: {shown}"
        assert agrees(worked.slope("x"), slope), f"{zoom}: slope {worked.slope('x')}"


BEYOND = (
    "exp(relu(2E1-max(E1,0.1)))",
    "exp(exp(exp(exp(x))))-exp(exp(exp(exp(x))))*1",
    "exp(-E1)*E1",
    "sin(E1)",
    "E1*0",
)


@pytest.mark.parametrize("formula", BEYOND)
def test_no_number_is_made_of_what_is_beyond_reach(formula: str) -> None:
    graph = chainrule.parse(formula.replace("E1", "exp(exp(exp(exp(x))))"))
    for zoom in ZOOMS:
        worked = graph.work({"x": "10"}, zoom=zoom)
        for number in (worked.run.value(worked.run.output), worked.slope("x")):
            finite = not number.undefined and number.shown != 0 and math.isfinite(number.shown)
            assert not finite, f"{zoom}: {number}"
            assert number.undefined or number.shown == number.shown, f"{zoom}: {number}"


def test_every_kink_is_seen_at_every_zoom_level() -> None:
    for formula in ("relu(x-1)*2+y", "relu(sin(pi x))+y", "max(x+0.2, 1.2)+y"):
        graph = chainrule.parse(formula)
        for zoom in ZOOMS:
            run = graph.work({"x": 1, "y": 1}, zoom=zoom).run
            assert run.kinks, f"{formula} at zoom {zoom}"
            left, right = (getattr(run.sides[run.graph.index["x"]], s) for s in ("left", "right"))
            assert left != right


def test_numbers_beyond_double_precision_are_printed() -> None:
    worked = chainrule.parse("exp(x)").work({"x": "1e9"})
    assert terms.text(numeral(worked.run.value(worked.run.output).shown)) == "8.0030·10⁴³⁴²⁹⁴⁴⁸¹"
    worked = chainrule.parse("exp(-x)").work({"x": "1e9"})
    assert terms.text(numeral(worked.run.value(worked.run.output).shown)).endswith("⁻⁴³⁴²⁹⁴⁴⁸²")

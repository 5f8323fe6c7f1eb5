"""Edges that digits cannot decide: ties, kinks, jumps and ends of domains, and what is beyond."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule.algebras.digits import NEGLIGIBLE
from chainrule.algebras.undefined import Undefined
from chainrule.passes.enclosure import radii, straddling
from chainrule.passes.run import Run
from chainrule.worked import Worked

ZOOMS = pytest.mark.parametrize("zoom", ["primitive", "step", "named"])


def worked(formula: str, zoom: Any = "primitive", **point: Any) -> Worked:
    return chainrule.parse(formula, declared=point).work(point, zoom=zoom)


def output(run: Run) -> Any:
    return run.value(run.output)


@ZOOMS
@pytest.mark.parametrize(
    ("formula", "x", "left", "right", "used"),
    [
        # √2² = 2 is proven, so these are ties and kinks, and the conventions hold.
        ("max(sqrt(2)^2 x, 2)", 1, 0, 2, 0),
        ("max(sqrt(x)^2, 2)", 2, 0, 1, 0),
        ("min(e^(ln x), 3)", 3, 1, 0, 0),
        ("abs(e^(ln x) - 3)", 3, -1, 1, 0),
        ("relu(3 - e^(ln x))", 3, -1, 0, 0),
        ("relu(sin(x)^2 + cos(x)^2 - x)", 1, -1, 0, 0),
    ],
)
def test_an_edge_that_is_proven_is_met(
    formula: str, x: int, left: int, right: int, used: Any, zoom: str
) -> None:
    run = worked(formula, zoom, x=x).run
    entry = run.graph.index["x"]
    assert run.kinks
    sides = run.sides[entry]
    assert abs(sides.left - left) < 1e-40 and abs(sides.right - right) < 1e-40
    shown = run.derivative(entry).digits
    assert abs(shown - mpmath.mpf(Fraction(used).numerator) / Fraction(used).denominator) < 1e-15


# tanh x is sinh x by cosh x, which no rule of the closed forms knows.
GAP = "(tanh(x) - sinh(x)/cosh(x))"


@ZOOMS
@pytest.mark.parametrize(
    ("formula", "value", "op"),
    [
        (f"abs({GAP} + y)", None, "abs"),
        ("max(2tanh(x), 2sinh(x)/cosh(x), y)", "0.6430254750632687", "max"),
        (f"floor({GAP} + y + 1)", "open", "floor"),
        (f"where({GAP} + y, 1, 3)", "open", "where"),
        (f"step({GAP} + y)", "open", "step"),
        (f"sqrt({GAP} + y)", "open", "sqrt"),
        (f"ln({GAP} + y)", "open", "log"),
        (f"1/({GAP} + y)", "open", "div"),
    ],
)
def test_an_edge_that_nobody_proves_is_undecided(
    formula: str, value: str | None, op: str, zoom: str
) -> None:
    made = worked(formula, zoom, x="1/3", y=0)
    number = output(made.run)
    if value == "open":
        reason = number.undefined
        assert reason is not None and (reason.what, reason.op) == ("undecided", op)
        why = made.why(number)
        assert why is not None and "could not be decided" in why
    elif value is not None:
        assert abs(number.shown - float(value)) < 1e-12
    slope = made.run.derivative(made.graph.index["x"]).undefined
    assert slope is not None and slope.what == "undecided"


def test_what_is_off_the_edge_by_more_than_the_errors_is_decided() -> None:
    for shift, slope in (("1e-30", 1), ("-1e-30", 0)):
        run = worked(f"relu({GAP} + y)", x="1/3", y=shift).run
        found = run.derivative(run.graph.index["y"])
        assert found.digits == slope and run.kinks == ()


def test_bounds_hold_what_more_digits_show() -> None:
    formula = "ln(x)*sin(3x)/sqrt(x+2) - exp(x/7)^3*(gamma(x)-x)"
    graph = chainrule.parse(formula).zoom("primitive")
    at = {graph.index["x"]: Fraction(17, 13)}
    few = Run(graph, at)
    many = Run(graph, at, digits=185)
    assert few.fine_digits == 50 and many.fine_digits == 200
    assert few.exact is not None
    for rough, fine, bound in zip(
        few.fine.values, many.fine.values, radii(few.fine, few.exact), strict=True
    ):
        with mpmath.workdps(200):
            gap = abs(mpmath.mpf(rough) - fine)
            assert gap <= mpmath.mpf(2) ** bound
            assert mpmath.mpf(2) ** bound <= abs(fine) * mpmath.mpf("1e-45")


def test_nothing_near_an_edge_is_found_where_there_is_none() -> None:
    run = worked("relu(x) + max(ln x, 1) + 1/x + sqrt(x)", x="0.7").run
    assert run.exact is not None
    assert list(straddling(run.fine, run.exact)) == []
    assert run.fine_digits == 50


# Too small and too large


@ZOOMS
@pytest.mark.parametrize(
    ("formula", "x"),
    [("exp(-x^2)", "1e10"), ("exp(-exp(x))", "100"), ("3exp(-exp(x))", "100")],
)
def test_a_zero_that_is_none_is_flagged(formula: str, x: str, zoom: str) -> None:
    made = worked(formula, zoom, x=x)
    for number in (output(made.run), made.slope("x")):
        assert number.flagged and number.shown == 0 and number.digits is NEGLIGIBLE
        assert "too small" in str(made.why(number))
    assert "⚠" in made.table().text()


def test_a_slope_that_drowned_in_all_digits_is_flagged() -> None:
    made = worked("sigmoid(x)", x=3000)
    assert made.slope("x").flagged and made.slope("x").shown == 0
    assert output(made.run) == (1, 1, 1, False)


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("relu(1 - sqrt x)", 2), ("max(-sqrt x, 0)", 2), ("x^2 y", 0), ("sin(relu(-sqrt(x)))", 2),
        ("sign(sqrt x)", 2), ("floor(sqrt(x)/2) x", 2),
    ],
)  # fmt: skip
def test_a_zero_that_is_one_is_not(formula: str, x: int) -> None:
    made = worked(formula, x=x, y=3) if "y" in formula else worked(formula, x=x)
    assert not output(made.run).flagged or output(made.run).shown != 0
    assert not made.slope("x").flagged and made.slope("x").digits is not NEGLIGIBLE


def test_what_is_beyond_reach_is_flagged_and_never_brought_back() -> None:
    made = worked("exp(x)", x="1e200")
    number = output(made.run)
    assert number.flagged and number.shown == mpmath.inf
    assert "10^(10^17)" in str(made.why(number))
    # e^(1e20) is beyond reach, but its logarithm and its small roots are not.
    for formula in ("ln(exp(x))*y", "exp(x)^(1e-30)", "asinh(exp(x))", "log2(exp(exp(x)))"):
        made = worked(formula, x="1e20", y=1) if "y" in formula else worked(formula, x="1e20")
        found = output(made.run)
        right = formula.startswith("ln") and found.shown == 10**20
        assert right or type(found.shown) is Undefined
    assert output(worked("exp(x)^2", x="1e20").run).shown == mpmath.inf
    assert output(worked("tanh(exp(x)) + 1/exp(x)", x="1e20").run).shown == 1

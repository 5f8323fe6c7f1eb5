"""Closed forms: what SymPy makes of the lectures' examples, checked against mpmath."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp

import chainrule
from chainrule.graph.builder import Builder
from chainrule.graph.sympy_view import from_sympy
from chainrule.graph.wengert import WengertList
from chainrule.ops import Op
from chainrule.passes.closed_form import EFFORT, _Effort, closed_form, tidied

x, y = sp.symbols("x y", real=True)


def read(text: str) -> Any:
    """Read a formula of ours back with SymPy's own reader: the text is from the code under test."""
    names = {"x": x, "y": y, "step": sp.Heaviside, "max": sp.Max, "abs": sp.Abs, "e": sp.E}
    return sp.parse_expr(text.replace("^", "**"), local_dict=names)


def likelihood() -> WengertList:
    """J = y* ln y + (1 − y*) ln(1 − y), y = σ(a), a = θ₀x₀ + θ₁x₁."""
    builder = Builder()
    m = builder.maths
    theta = [builder.input(f"theta_{i}") for i in range(2)]
    xs = [builder.input(f"x_{i}") for i in range(2)]
    star = builder.input("y_star")
    a = builder.name(theta[0] * xs[0] + theta[1] * xs[1], "a")
    guess = builder.name(1 / (1 + m.exp(-a)), "y")
    return builder.finish([builder.name(star * m.log(guess) + (1 - star) * m.log(1 - guess), "J")])


def test_the_lecture_example() -> None:
    form = closed_form(from_sympy(sp.cos(sp.sin(x**2) + 3 * x**2), names=["J"]))
    assert form.output == "J"
    assert form.missing == ""
    assert form.value_text == "cos(3*x^2 + sin(x^2))"
    assert form.derivative_text == {"x": "-2*x*(cos(x^2) + 3)*sin(3*x^2 + sin(x^2))"}
    assert form.derivative_latex["x"].startswith(r"- 2 x \left(\cos{\left(x^{2} \right)} + 3")


def test_the_log_likelihood_gives_what_the_lecture_derives() -> None:
    graph = likelihood()
    names = {"y_star": "y^{*}"}
    by_step = closed_form(graph, by=[graph.index["a"], graph.index["y"]], latex_names=names)
    assert by_step.named_text["a"] == "y_star - y"
    assert by_step.named_latex["a"] == "y^{*} - y"
    a, star = sp.symbols("a y_star", real=True)
    plain = sp.parse_expr(
        by_step.derivative_text["a"].replace("^", "**"), local_dict={"a": a, "y_star": star}
    )
    assert sp.simplify(plain - (star - 1 / (1 + sp.exp(-a)))) == 0
    by_input = closed_form(graph)
    assert by_input.named_text["theta_1"] == "x_1*(y_star - y)"
    assert by_input.named_text["y_star"] == "a"
    assert set(by_input.derivative_text) == {"theta_0", "theta_1", "x_0", "x_1", "y_star"}


def test_the_gradient_of_a_network_is_as_short_as_on_the_board() -> None:
    form = chainrule.parse(
        "L = -(t ln(y) + (1 - t) ln(1 - y)); y = 1/(1 + exp(-b)); b = b0 + b1 z1 + b2 z2\n"
        "z1 = 1/(1 + exp(-a1)); z2 = 1/(1 + exp(-a2))\n"
        "a1 = a10 + a11 x1 + a12 x2; a2 = a20 + a21 x1 + a22 x2"
    ).closed_form()
    assert form.named_text["b1"] == "z1*(y - t)"
    assert form.named_text["a21"] == "b2*x1*z2*(1 - z2)*(y - t)"
    assert form.named_text["x1"] == "(y - t)*(a11*b1*z1*(1 - z1) + a21*b2*z2*(1 - z2))"


def test_a_step_of_the_graph_stands_in_the_derivative() -> None:
    builder = Builder()
    a = builder.input("x")
    s = builder.name(builder.maths.tanh(a**2 + 1), "s")
    graph = builder.finish([builder.name(s * s, "f")])
    form = closed_form(graph)
    # ds/dx = 2x(1 − s²), df/dx = 2s·ds/dx.
    named = sp.parse_expr(form.named_text["x"].replace("^", "**"), local_dict={"x": x})
    assert sp.expand(named - 4 * x * sp.Symbol("s") * (1 - sp.Symbol("s") ** 2)) == 0


def test_a_derivative_too_long_for_names_stands_in_the_inputs() -> None:
    powers = range(2, 9)
    waves = " + ".join(f"sin({k}x)^2*cos(x^{k})" for k in powers)
    form = closed_form(chainrule.parse(f"J = v + {waves}; v = 2x").list)
    assert "not in names of steps: the derivative by x" in form.left_out
    assert form.named_text == form.derivative_text
    assert form.named_latex == form.derivative_latex
    right = mpmath.diff(
        lambda t: 2 * t + sum(mpmath.sin(k * t) ** 2 * mpmath.cos(t**k) for k in powers), 0.75
    )
    assert float(read(form.named_text["x"]).subs(x, 0.75)) == pytest.approx(float(right))


@pytest.mark.parametrize(
    ("expression", "point"),
    [
        (x * sp.exp(-x) / (1 + x**2), "1.7"),
        (sp.log(1 + sp.exp(x)), "-0.4"),
        (sp.tan(x) ** 3 - sp.sqrt(x), "0.6"),
        (x**x, "1.3"),
        (sp.Max(x, 2 * x - 1) * sp.Abs(x - 3), "1.5"),
    ],
)
def test_derivatives_have_the_values_of_differences(expression: Any, point: str) -> None:
    form = closed_form(from_sympy(expression))
    with mpmath.workdps(60):
        f = sp.lambdify(x, expression, "mpmath")
        at, h = mpmath.mpf(point), mpmath.mpf(10) ** -20
        expected = (f(at + h) - f(at - h)) / (2 * h)
        found = sp.N(read(form.derivative_text["x"]).subs(x, sp.Rational(point)), 40)
        assert abs(found - expected) < 1e-30 * max(1, abs(expected))


def test_only_definitions_reach_sympy() -> None:
    wrong = Op("wrong_sin", 1, value=lambda m, a: m.sin(a), partials=(lambda m, y, a: m.sin(a),))
    builder = Builder()
    graph = builder.finish([builder.write(wrong, [builder.input("x")])])
    assert closed_form(graph).derivative_text == {"x": "cos(x)"}


def test_inputs_that_play_no_part_and_constant_outputs() -> None:
    builder = Builder()
    builder.input("unused")
    a = builder.input("x")
    graph = builder.finish([a * a, builder.number(Fraction(5, 2))])
    assert closed_form(graph).derivative_text == {"x": "2*x"}
    constant = closed_form(graph, output=graph.outputs[1])
    assert (constant.value_text, constant.derivative_text) == ("5/2", {})


def test_kinks_are_written_by_their_names() -> None:
    form = closed_form(from_sympy(sp.Max(x, 0) + sp.Abs(y)))
    assert form.derivative_text == {"x": "step(x)", "y": "sign(y)"}
    assert "theta" not in form.derivative_latex["x"]
    assert closed_form(from_sympy(sp.Heaviside(x))).derivative_text == {"x": "0"}


def test_too_large_a_formula_is_said_not_raised() -> None:
    builder = Builder()
    node = builder.input("x")
    for _ in range(9):
        node = node + node
    form = closed_form(builder.finish([node]))
    assert form.missing.startswith("the formula has 1,023 nodes")
    assert form.value_text == ""


def test_vectors_and_nonsense_are_said_not_raised() -> None:
    builder = Builder()
    vector = closed_form(builder.finish([builder.maths.sum(builder.input("v", (2,)))]))
    assert "scalars" in vector.missing
    builder = Builder()
    zero = builder.input("x") * 0
    assert (
        closed_form(builder.finish([1 / zero])).missing
        == "the output has no real value for any point"
    )
    builder = Builder()
    power = builder.number(Fraction(9)) ** builder.number(Fraction(10**9))
    assert "1,000 digits" in closed_form(builder.finish([power])).missing


def test_a_late_answer_is_said_not_raised() -> None:
    builder = Builder()
    node = builder.input("x")
    for _ in range(200):
        node = builder.maths.sigmoid(node)
    graph = builder.finish([node])
    form = closed_form(graph, timeout=0.001, limit=10_000)
    assert form.missing == "the closed form took longer than 0.001 s"
    assert closed_form(from_sympy(x**2)).derivative_text == {"x": "2*x"}


LONG = "sin(x)^3 cos(x+1)^4 tan(x-2)^3 + sin(4x)^5/cos(x-3)^2 + sin(x+5)^2 exp(tan(x)^4)"


def test_what_is_too_much_is_said_and_the_derivative_is_there_under_both_names() -> None:
    graph = chainrule.parse(f"f = u^2 + y; u = {LONG}; y = 2b")
    form = graph.closed_form()
    assert form.left_out == "not simplified: the derivative by x"
    assert set(form.named_text) == set(form.derivative_text) == {"x", "b"}
    assert set(form.named_latex) == set(form.derivative_latex) == {"x", "b"}
    assert form.derivative_text["b"] == "2"
    assert form.missing == ""
    assert form == graph.closed_form()


def test_what_is_tried_is_counted() -> None:
    slope = sp.diff(sp.parse_expr("(tanh(x*y + tanh(z))/(1 + exp(-x)))"), sp.Symbol("x"))
    made = []
    for _ in range(3):
        trying = _Effort(EFFORT)
        assert trying.of(tidied, slope) is not None
        made.append(EFFORT - trying._left)
    # What SymPy makes once and for all belongs to the first of them.
    assert 1_000 < made[2] == made[1] < 1.1 * made[0]
    assert _Effort(made[1] // 2).of(tidied, slope) is None
    assert _Effort(0).of(tidied, slope) is None
    assert tidied(slope) is not None  # nothing of it stays


def test_the_shorter_form_wins_and_a_tie_keeps_what_sympy_gave() -> None:
    assert tidied(x * y + x) == x * y + x
    assert tidied(2 * x * sp.cos(x) + 6 * x) == 2 * x * (sp.cos(x) + 3)

"""Losses of probabilities at 0 and 1, where 0 · ln 0 is 0: limits taken by hand.

With t = 1, bce is −ln p: 0 at p = 1, where its slope is −1. With t = 0 it is −ln(1 − p): 0 at
p = 0, with slope 1. In a cross-entropy −Σ tᵢ ln pᵢ a term with tᵢ = 0 is 0 for every pᵢ.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import chainrule
from chainrule.algebras.array import Array
from chainrule.algebras.undefined import Undefined

ENDS = [("1", "1", -1.0), ("0", "0", 1.0)]


@pytest.mark.parametrize("zoom", ["primitive", "step", "named"])
@pytest.mark.parametrize(("p", "t", "slope"), ENDS)
def test_a_sure_and_right_answer_costs_nothing(p: str, t: str, slope: float, zoom: str) -> None:
    graph = chainrule.parse(f"J = 3bce(p, {t}) + 0")
    for mode in ("reverse", "forward"):
        run = graph.work({"p": p}, mode, zoom=zoom).run  # type: ignore[arg-type]
        assert run.value(run.output).public == 0
        at = run.graph.index["p"] if mode == "reverse" else run.output
        assert run.derivative(at).public == 3 * slope and not run.derivative(at).corrected
    assert graph.gradient_graph().evaluate({"p": p}) == 3 * slope
    # The slope is that of the values inside.
    inside = abs(float(p) - 1e-9)
    quotient = (graph.evaluate({"p": inside}) - 0) / (inside - float(p))
    assert math.isclose(quotient, 3 * slope, rel_tol=1e-6)


@pytest.mark.parametrize(("p", "t", "slope"), ENDS)
def test_compiled_code_has_the_same(p: str, t: str, slope: float) -> None:
    value, gradient = chainrule.parse("bce(p, t)").compile(wrt=["p"])(p=[float(p)], t=[float(t)])
    assert value.tolist() == [0] and gradient["p"].tolist() == [slope]
    # A sure and wrong answer is infinitely wrong.
    value, gradient = chainrule.parse("bce(p, t)").compile(wrt=["p"])(p=[0.0, 1.0], t=[1.0, 0.0])
    assert value.tolist() == [np.inf, np.inf] and gradient["p"].tolist() == [-np.inf, np.inf]


def test_the_table_tells_the_side_and_what_to_write() -> None:
    table = " ".join(chainrule.parse("J = bce(p, 1)").table({"p": 1}).text().split())
    assert "J does not exist for p > 1 near this point." in table
    assert "The derivative is the one from the left." in table
    for p, t in (("0", "1"), ("1", "0"), ("1", "0.3")):
        table = " ".join(chainrule.parse(f"J = bce(p, {t})").table({"p": p}).text().split())
        assert "infinite" in table
        assert "bce_with_logit, of the logit a, where p = σ(a), has a number everywhere" in table
    # The loss that is proposed has one there.
    assert chainrule.parse("bce_with_logit(a, 1)").evaluate({"a": -800}) == 800


def test_the_slope_by_the_target_is_infinite_there() -> None:
    worked = chainrule.parse("bce(p, t)").work({"p": 1, "t": 1})
    reason = worked.run.derivative(worked.run.graph.index["t"]).undefined
    assert type(reason) is Undefined and reason.what == "slope" and "infinite" in reason.needs


POINTS = [
    # p, t, the loss, and the slopes −tᵢ/pᵢ
    ([1, 0, 0], [1, 0, 0], 0.0, [-1.0, 0.0, 0.0]),
    ([0.5, 0.5, 0], [1, 0, 0], math.log(2), [-2.0, 0.0, 0.0]),
    ([0.25, 0, 0.75], [0.5, 0, 0.5], 0.5 * math.log(4) - 0.5 * math.log(0.75), [-2, 0, -2 / 3]),
]


@pytest.mark.parametrize(("p", "t", "loss", "slopes"), POINTS)
def test_a_class_without_target_may_have_probability_0(
    p: list[float], t: list[float], loss: float, slopes: list[float]
) -> None:
    graph = chainrule.parse("p: 3; t: 3; cross_entropy(p, t)")
    point = {"p": p, "t": t}
    assert math.isclose(graph.evaluate(point), loss, abs_tol=1e-15)
    assert np.allclose(graph.gradient(point)["p"], slopes, rtol=1e-14, atol=0)
    value, gradient = graph.compile(wrt=["p"])(point)
    assert math.isclose(value, loss, abs_tol=1e-15)
    assert np.allclose(gradient["p"], slopes, rtol=1e-14, atol=0)
    gradient_graph = graph.gradient_graph().evaluate(point)
    assert np.allclose(np.asarray(getattr(gradient_graph, "data", gradient_graph)), slopes)


def test_a_class_with_a_target_may_not() -> None:
    graph = chainrule.parse("p: 2; t: 2; J = cross_entropy(p, t)")
    point = {"p": [0, 1], "t": [1, 0]}
    worked = graph.work(point)
    assert type(worked.value) is Undefined
    table = " ".join(worked.table().text().split())
    assert "cross_entropy_with_logits, of the logits a, where p = softmax(a)" in table
    slopes = worked.run.derivative(worked.run.graph.index["p"]).shown
    assert isinstance(slopes, Array)
    first, second = slopes.data.tolist()
    assert type(first) is Undefined and second == 0


def test_the_stable_forms_are_proposed() -> None:
    said = chainrule.parse("J = bce(sigmoid(a), t)").work({"a": 2, "t": 1}).health()
    assert "bce_with_logit(a, t)" in [found.proposal for found in said.findings]
    graph = chainrule.parse("a: 3; t: 3; J = cross_entropy(softmax(a), t)")
    said = graph.work({"a": [1, 2, 3], "t": [0, 0, 1]}).health()
    assert "cross_entropy_with_logits(a, t)" in [found.proposal for found in said.findings]

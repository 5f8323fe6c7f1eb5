"""Saturation, overflow, cancellation, stable forms, and mistakes that a point hides."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest

import chainrule
from chainrule.passes.walks import evaluate
from chainrule.readings.health import Finding, health_record
from chainrule.readings.stable_forms import stable_forms
from chainrule.testing.digits import digits_algebra

FORMS = [
    ("log(1/(1+exp(-a)))", "−softplus(−a)"),
    ("log(sigmoid(a))", "−softplus(−a)"),
    ("log(1 - sigmoid(a))", "−softplus(a)"),
    ("log(1 + exp(a))", "softplus(a)"),
    ("log(exp(2a) + 1)", "softplus(2a)"),
    ("log(1 + a^2)", "log1p(a²)"),
    ("log(1 - a/9)", "log1p(−a/9)"),
    ("exp(a) - 1", "expm1(a)"),
    ("sqrt(a^2 + 1) - sqrt(a^2)", "1/(√(a² + 1) + √(a²))"),
    ("sqrt(3 + a) - sqrt(2 + a)", "(3 + a − (2 + a))/(√(3 + a) + √(2 + a))"),
    ("1 - cos a", "2(sin(a/2))²"),
    ("1 - sigmoid(a)", "σ(−a)"),
    ("1 - 1/(1+exp(-a))", "σ(−a)"),
    ("1 - tanh(a)^2", "(sech a)²"),
    ("1 - erf a", "erfc(a)"),
    ("a^2 - 4^2", "(a − 4)·(a + 4)"),
    ("exp(a)/(1+exp(a))", "σ(a)"),
]


def found(text: str, point: dict[str, Any], kind: str) -> list[Finding]:
    health = chainrule.parse(text).work(point).health()
    return [finding for finding in health.findings if finding.kind == kind]


@pytest.mark.parametrize(("text", "proposal"), FORMS)
def test_a_stable_form_is_proposed(text: str, proposal: str) -> None:
    assert [f.proposal for f in found(text, {"a": "0.3"}, "stable form")] == [proposal]


@pytest.mark.parametrize(("text", "proposal"), FORMS)
def test_a_stable_form_is_equal(text: str, proposal: str) -> None:
    algebra, graph = digits_algebra(40), chainrule.parse(text).list
    for form in stable_forms(graph):
        for a in (Fraction(-7, 5), Fraction(3, 10), Fraction(5, 2)):
            values = [
                [s.value for s in evaluate(g, algebra, {g.inputs[0]: algebra.number(a)})][node]
                for g, node in ((graph, form.node), (form.graph, form.graph.outputs[0]))
            ]
            assert abs(values[0] - values[1]) <= abs(values[0]) * algebra.number(
                Fraction(1, 10**36)
            )


@pytest.mark.parametrize(("text", "proposal"), FORMS)
def test_a_proposal_can_be_typed(text: str, proposal: str) -> None:
    point = {"a": Fraction(3, 10)}
    was, is_now = (chainrule.parse(t).evaluate(point) for t in (text, proposal))
    assert is_now == pytest.approx(was, rel=1e-12)


def test_a_form_is_written_in_the_users_own_names() -> None:
    (finding,) = found("L = -log(1-p); p = sigmoid(z); z = w x", {"w": 20, "x": 2}, "stable form")
    assert (finding.name, finding.proposal) == ("L", "−softplus(z)")
    assert "loses 16 of 16 digits in doubles, the second 0" in finding.sentence


@pytest.mark.parametrize("text", ["exp(a) - 2", "log(2 + a)", "1 - sin a", "exp(a)/(1+exp(2a))"])
def test_nothing_is_proposed_where_there_is_nothing(text: str) -> None:
    assert not list(stable_forms(chainrule.parse(text).list))


def test_condition_numbers() -> None:
    health = chainrule.parse("y = exp(x); z = x^3; w = y - z").work({"x": "0.5"}).health()
    # |x·f′/f|: x for e^x, 3 for x³.
    assert health["y"].condition == pytest.approx(0.5)
    assert health["z"].condition == pytest.approx(3)
    value = Decimal("0.5").exp() - Decimal("0.125")
    assert health["w"].condition == pytest.approx(float(Decimal("0.5").exp() / value))
    assert health["x"].condition is None
    with pytest.raises(KeyError):
        _ = health["nobody"]


def test_digits_that_are_lost() -> None:
    # 1 + 10⁻¹² keeps 4 digits of 10⁻¹², so 12 of 16 are lost.
    entry = chainrule.parse("y = log(1 + x)").work({"x": "1e-12"}).health()["y"]
    assert entry.lost in (11, 12) and entry.condition == pytest.approx(1e12, rel=1e-3)
    fine = chainrule.parse("y = log1p(x)").work({"x": "1e-12"}).health()
    assert fine["y"].lost == 0 and fine["y"].condition == pytest.approx(1)
    assert str(fine).splitlines()[-1] == "Nothing is saturated, overflows or cancels here."
    lost = {row.node: row.cells["lost"].digits for row in fine.conditions().rows}
    assert lost == {"x": "0", "y": "0"}


def test_saturated_and_dead_units() -> None:
    (finding,) = found("h = tanh(w x + b)", {"w": 5, "x": 3, "b": 1}, "saturated")
    # 1 − tanh² 16 is 1/cosh² 16.
    assert mpmath.nstr(1 / mpmath.cosh(16) ** 2, 5, min_fixed=0) == "5.0657e-14"
    assert finding.name == "h" and "5.0657·10⁻¹⁴" in finding.sentence
    assert not found("tanh x", {"x": 2}, "saturated")
    (dead,) = found("h = relu(2x - 7)", {"x": 3}, "dead")
    assert dead.name == "h" and "switched off" in dead.sentence
    assert not found("relu(x)", {"x": 0}, "dead"), "a kink is told elsewhere"


def test_saturated_entries_of_a_vector_are_counted() -> None:
    point = {"W": [[10, 20], [0, 1]], "x": [1, 1]}
    (finding,) = found("W: 2x2; x: 2; h = sigmoid(W@x); sum(h)", point, "saturated")
    assert "in 1 of 2 entries" in finding.sentence


def test_overflow_and_underflow_are_those_of_doubles() -> None:
    assert [f.name for f in found("y = exp(x); z = y/3", {"x": 1000}, "overflow")] == ["y", "z"]
    assert [f.name for f in found("y = exp(x)", {"x": -800}, "underflow")] == ["y"]
    assert not found("y = exp(x)", {"x": -40}, "underflow")


def test_a_part_of_a_fold_is_told_under_the_fold() -> None:
    (finding,) = found("L = 3 tanh(z) + 1; z = 2x", {"x": 20}, "saturated")
    assert finding.name == "L" and "tanh z in L" in finding.sentence


def test_points_that_hide_mistakes() -> None:
    (alike,) = found("x^2", {"x": 1}, "hidden mistake")
    assert alike.sentence == "At x = 1, x² and x look alike; 1.5 shows a mistake."
    # The shares are −sin 0 = 0 and x·cos x + sin x, of which the last is 0 as well.
    (lucky,) = found("cos(x) + x sin(x)", {"x": 0}, "hidden mistake")
    assert "adding them up" in lucky.sentence
    assert not found("cos(sin(x^2)+3x^2)", {"x": "1.3"}, "hidden mistake")


def test_health_of_undefined_values_is_no_error() -> None:
    health = chainrule.parse("log(x) - 1").work({"x": -1}).health()
    assert health["f"].condition is None and health["f"].lost == 0


def test_html_and_json() -> None:
    health = chainrule.parse("exp(x) - 1").work({"x": "1e-9"}).health()
    assert ">Instead of e^x − 1 write expm1(x)" in health.html()
    record = health_record(health)
    assert [entry["name"] for entry in record["nodes"]] == ["x", "v1", "f"]
    assert record["findings"][-1]["proposal"] == "expm1(x)"


def test_the_same_on_every_zoom() -> None:
    for zoom in ("primitive", "step", "named"):
        worked = chainrule.parse("f = 3 tanh(2x) + 1").work({"x": 20}, zoom=zoom)
        assert [f.kind for f in worked.health().findings] == ["saturated"]

"""A nudge, predicted and real; what derivatives cost."""

from __future__ import annotations

import math

import pytest

import chainrule
from chainrule import GraphError, PointError
from chainrule.algebras.undefined import Undefined

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"


def test_predicted_and_real_changes_at_every_node() -> None:
    moved = chainrule.parse(LECTURE).reverse({"x": 1}).nudge("x", "0.001")
    assert [row.name for row in moved.rows] == ["x", "t", "u1", "u2", "u", "J"]
    assert moved["t"].predicted == 0.002 and moved["t"].real == pytest.approx(0.002001, rel=1e-15)
    assert moved["t"].error == pytest.approx(0.000001 / 0.002001)
    assert moved["x"].error == 0
    u = math.sin(1.001**2) + 3 * 1.001**2
    assert moved["J"].real == pytest.approx(math.cos(u) - math.cos(math.sin(1) + 3), rel=1e-10)
    assert moved["J"].predicted == pytest.approx(0.0045607917906787772, rel=1e-14)


def test_the_error_falls_as_the_nudge() -> None:
    worked = chainrule.parse("exp(x)").work({"x": "1/3"})
    # e^δ − 1 − δ over e^δ − 1 is δ/2 to first order, however small δ is.
    for power in (3, 8, 16, 40):
        assert worked.nudge("x", f"1e-{power}")["f"].error == pytest.approx(
            0.5 * 10.0**-power if power < 30 else 0, rel=1e-2
        )


def test_what_moves_in_proportion_has_no_error() -> None:
    moved = chainrule.parse("pi x - y/3").work({"x": "1/7", "y": 2}).nudge("x", "0.01")
    assert moved["f"].error == 0 and moved["y"].real == 0 and moved["y"].error is None


def test_a_nudge_out_of_the_domain() -> None:
    moved = chainrule.parse("log x").work({"x": "0.5"}).nudge("x", -1)
    assert moved["f"].predicted == -2.0 and type(moved["f"].real) is Undefined
    assert moved["f"].error is None and "undef" in moved.text()


def test_text_and_html_of_a_nudge() -> None:
    moved = chainrule.parse("x^2").work({"x": 3}).nudge("x", "0.01")
    lines = moved.text().splitlines()
    assert lines[0] == "x moves by 0.01"
    assert lines[2].split() == [
        "node",
        "value",
        "predicted",
        "change",
        "real",
        "change",
        "relative",
        "error",
    ]
    assert lines[-2].split() == ["f", "9", "0.06", "0.0601", "0.0017"]
    assert moved.html().count("<tr") == 3


def test_refused_nudges() -> None:
    worked = chainrule.parse("x^2").work({"x": 3})
    with pytest.raises(GraphError, match="'y' is not a variable; there are x"):
        worked.nudge("y", 1)
    with pytest.raises(GraphError, match="nudge by 0"):
        worked.nudge("x", 0)
    for delta in ("much", math.nan, math.inf):
        with pytest.raises(PointError, match="is not a number"):
            worked.nudge("x", delta)
    with pytest.raises(GraphError, match="vectors"):
        chainrule.parse("v: 2; sum(v*v)").work({"v": [1, 2]}).nudge("v", 1)


def test_cost_of_the_lectures_example() -> None:
    cost = chainrule.parse(LECTURE).reverse({"x": 1}).cost()
    assert (cost.values, cost.partials, cost.kept) == (5, 4, 3)
    assert (dict(cost.forward), dict(cost.reverse)) == ({"x": 5}, {"J": 5})
    assert cost.differences == {"x": 14} and cost.totals["differences"] == 14
    # Eight nodes (with the constants 2 and 3); t stands twice where all is written out.
    assert (cost.nodes, cost.written) == (8, 11)
    assert cost.derivatives_written["x"] > cost.gradient_nodes > cost.nodes


def test_reverse_mode_costs_the_same_however_many_inputs() -> None:
    def totals(n: int) -> dict[str, int]:
        text = "sin(" + "+".join(f"x{i}*x{i}" for i in range(n)) + ")"
        return dict(chainrule.parse(text).cost().totals)

    few, many = totals(4), totals(40)
    assert many["reverse"] <= 11 * few["reverse"]
    assert many["differences"] >= 80 * few["differences"]


def test_written_out_derivatives_swell_and_graphs_do_not() -> None:
    def sizes(depth: int) -> tuple[int, int]:
        steps = [f"y{k + 1} = y{k} * sin(y{k})" for k in range(depth)]
        cost = chainrule.parse("; ".join(["y0 = x * x", *steps])).cost()
        return cost.gradient_nodes, cost.derivatives_written["x"]

    (graph, written), (larger, swollen) = sizes(4), sizes(8)
    assert larger < 2.5 * graph and swollen > 10 * written


def test_text_and_html_of_costs() -> None:
    cost = chainrule.parse("x y").cost()
    assert "all derivatives in reverse mode" in cost.text()
    assert ">all derivatives in reverse mode</th>" in cost.html()
    with pytest.raises(GraphError, match="no inputs"):
        chainrule.parse("1 + 2").cost()

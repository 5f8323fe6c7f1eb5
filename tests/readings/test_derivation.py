"""The derivation in symbols: every line is read again, and has the value of the adjoint."""

from __future__ import annotations

import random
from typing import Any

import pytest

import chainrule
from chainrule.errors import GraphError
from chainrule.readings.terms import text
from chainrule.worked import Worked

EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    ("J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2", {"x": 1}),
    ("f = a b c; a = x + y; b = x y; c = x/y", {"x": "0.7", "y": "1.3"}),
    (
        "L = (y - t)^2; y = w2 h + b2; h = tanh(a); a = w1 x + b1",
        {
            "w1": "0.5",
            "w2": -2,
            "b1": "0.1",
            "b2": 1,
            "x": 3,
            "t": 2,
        },
    ),
    ("f = s^2 + s; s = exp(-x) ln(1 + x)", {"x": "0.4"}),
    ("f = u^v; u = x + 2; v = sqrt(x)", {"x": "1.5"}),
]


def lines(worked: Worked) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in worked.derivation().grid().rows:
        cells = [text(row.cells[key].term) for key in ("line", "rule")]
        found.setdefault(row.node, []).append((cells[0], cells[1]))
    return found


def test_the_lecture_s_example_word_for_word() -> None:
    told = lines(chainrule.parse(EXAMPLES[0][0]).reverse({"x": 1}))
    assert list(told) == ["J", "u", "u1", "u2", "t", "x"]
    plain = [(a.replace("\u2009", " "), b) for a, b in told["t"]]
    assert plain == [
        ("∂J/∂u₁·∂u₁/∂t + ∂J/∂u₂·∂u₂/∂t", "sum over users"),
        ("∂J/∂u₁·cos t + ∂J/∂u₂·3", "derivative of sin, product rule"),
        ("−sin(u)·cos t − sin(u)·3", "in the names of the nodes"),
    ]
    assert told["x"][-1][1] == "in the inputs alone"


@pytest.mark.parametrize(("formula", "at"), EXAMPLES)
def test_what_is_written_has_the_value_of_the_adjoint(formula: str, at: dict[str, Any]) -> None:
    # The last lines are read again as formulas of their own.
    worked = chainrule.parse(formula, declared=at).reverse(at)
    inputs = set(worked.graph.names[n] for n in worked.graph.inputs)
    known = {label: worked[f"value:{label}"] for label in worked.labels.values()}
    checked = 0
    for label, told in lines(worked).items():
        for line, rule in told:
            if rule not in ("in the names of the nodes", "in the inputs alone"):
                continue
            point = at if rule.endswith("alone") else known
            again = chainrule.parse(line, declared=point)
            used = {name: point[name] for name in again.variables}
            assert set(again.variables) <= (inputs if rule.endswith("alone") else set(known))
            run = again.work(used).run
            assert run.value(run.output).shown == pytest.approx(
                worked[f"adjoint:{label}"], rel=1e-12
            )
            checked += 1
    assert checked >= len(worked.graph.inputs)


def test_at_every_zoom_level(sample_seed: int) -> None:
    formula, at = random.Random(sample_seed).choice(EXAMPLES)
    for zoom in ("primitive", "step", "named"):
        worked = chainrule.parse(formula, declared=at).work(at, zoom=zoom)
        told = lines(worked)
        assert set(told) == {worked.labels[n] for n in worked.view.shown if worked.graph.varies[n]}


def test_no_line_stands_twice_and_what_is_not_reached_is_left_out() -> None:
    told = lines(chainrule.parse("f = x; g = y", declared=["x", "y"]).work({"x": 1, "y": 2}))
    for found in told.values():
        assert len({line for line, _ in found}) == len(found)
    assert set(told) == {"g", "y"}  # of the last output


def test_forward_mode_has_the_same_derivation_and_vectors_none() -> None:
    graph = chainrule.parse("f = sin(x) y")
    at = {"x": 1, "y": 2}
    assert lines(graph.forward(at)) == lines(graph.reverse(at))
    with pytest.raises(GraphError, match="vectors"):
        chainrule.parse("x: 2; sum(x)").reverse({"x": [1, 2]}).derivation()

"""Nodes folded and unfolded one by one: what is refused, what stays, and what numbers come out."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import pytest

import chainrule
from chainrule import Graph, GraphError
from chainrule.algebras.float64 import FLOAT64
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.passes.folding import FOLD, between, exits_of, fold_one, unfold
from chainrule.passes.record import Record, record
from chainrule.readings.view import Notation, labels
from tests.laws.test_graphs import drawn_graph

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
ULP = 2.0**-52


def a_fold(graph: WengertList, chance: random.Random) -> set[int]:
    """Return nodes that may be one: each but the exit has all its users among them."""
    nodes = {chance.choice([n for n in range(len(graph)) if graph.operands[n]])}
    for node in range(max(nodes) - 1, -1, -1):
        users = [edge.user for edge in graph.users[node]]
        free = graph.ops[node] is not INPUT and node not in graph.outputs
        if free and users and all(u in nodes for u in users) and chance.random() < 0.8:
            nodes.add(node)
    return nodes


def run(graph: WengertList, point: list[Any], seed: int) -> Record:
    at = {node: float(x) for node, x in zip(graph.inputs, point, strict=True)}
    return record(graph, FLOAT64, at, "reverse", {seed: 1.0})


@pytest.mark.parametrize("draw", range(30))
def test_the_partials_of_a_random_fold_are_those_of_the_paths_inside(
    draw: int, sample_seed: int
) -> None:
    chance = random.Random(sample_seed * 1000 + draw)
    graph, point = drawn_graph(sample_seed * 1000 + draw, inputs=1 + draw % 4, steps=12 + draw)
    inside = a_fold(graph, chance)
    (exit,) = exits_of(graph, inside)
    primitive = run(graph, point, graph.outputs[0])
    # Adjoints of the exit inside the fold, from the primitive table; and how large the terms are.
    adjoints, sizes = {exit: 1.0}, {exit: 1.0}
    for node in sorted(inside, reverse=True):
        for slot, operand in enumerate(graph.operands[node]):
            if (node, slot) in primitive.local:
                slope = primitive.local[node, slot]
                adjoints[operand] = adjoints.get(operand, 0.0) + adjoints.get(node, 0.0) * slope
                sizes[operand] = sizes.get(operand, 0.0) + sizes.get(node, 0.0) * abs(slope)
    folded = fold_one(graph, inside)
    whole = run(folded, point, folded.outputs[0])
    kept = [n for n in range(len(graph)) if n not in inside or n == exit]
    place = {node: i for i, node in enumerate(kept)}
    told: dict[int, float] = {}
    for slot, operand in enumerate(folded.operands[place[exit]]):
        if (place[exit], slot) in whole.local:
            entry = kept[operand]  # in x + x it stands in two slots
            told[entry] = told.get(entry, 0.0) + whole.local[place[exit], slot]
    for entry, slope in told.items():
        assert abs(slope - adjoints[entry]) <= 4 * ULP * sizes[entry]
    for node in kept:
        assert whole.values[place[node]] == primitive.values[node]
        if node in primitive.derivatives:
            told, known = whole.derivatives[place[node]], primitive.derivatives[node]
            assert told == pytest.approx(known, rel=1e-9, abs=1e-9)


def test_what_a_fold_uses_twice_has_a_partial_for_each_use() -> None:
    graph = Graph.parse("y = t + t; t = x^2")
    folded = fold_one(graph.list, {graph.list.index["y"]})
    told = run(folded, [3], folded.outputs[0])
    assert told.local[folded.outputs[0], 0] == told.local[folded.outputs[0], 1] == 1.0
    assert told.derivatives[folded.operands[folded.outputs[0]][0]] == 2.0


def described(graph: WengertList) -> dict[str, tuple[str, list[str]]]:
    """Return every node that has a name, by its name, with operation and operands."""
    named = labels(graph, Notation())
    return {
        name: (graph.ops[node].name, [named.get(i, "a number") for i in graph.operands[node]])
        for node, name in named.items()
    }


@pytest.mark.parametrize("draw", range(20))
def test_what_is_folded_is_unfolded_under_its_old_names(draw: int, sample_seed: int) -> None:
    chance = random.Random(sample_seed * 7 + draw)
    graph, point = drawn_graph(sample_seed * 1000 + draw, inputs=2, steps=20)
    nodes: set[int] = set()
    while len(nodes) < 2:
        nodes = a_fold(graph, chance)
    (exit,) = exits_of(graph, nodes)
    folded = fold_one(graph, nodes)
    old = described(graph)
    assert set(described(folded)) < set(old)
    fold = folded.ops.index(FOLD)
    assert labels(folded, Notation())[fold] == labels(graph, Notation())[exit]
    again = unfold(folded, fold)
    assert described(again) == old
    seeds = graph.outputs[0], again.outputs[0]
    before, after = run(graph, point, seeds[0]), run(again, point, seeds[1])
    assert sorted(before.values) == sorted(after.values)


def test_one_node_takes_in_all_that_it_alone_uses() -> None:
    graph = Graph.parse(LECTURE)
    shown = graph.fold("u").work({"x": 1})
    assert list(shown.labels.values()) == ["x", "u", "J"]
    # By hand: du/dx = 2x(cos x² + 3) at 1.
    assert shown["partial:u,x"] == pytest.approx(7.080604611736279)
    assert shown["adjoint:x"] == pytest.approx(4.560791790678778)


def test_a_set_of_nodes_and_back() -> None:
    graph = Graph.parse(LECTURE)
    folded = graph.fold("u", "u_1", "u2")
    assert list(folded.work({"x": 1}).labels.values()) == ["x", "t", "u", "J"]
    opened = folded.unfold("u").work({"x": 1})
    assert sorted(opened.labels.values()) == ["J", "t", "u", "u1", "u2", "x"]
    assert opened["share:u2,t"] == pytest.approx(1.9323738751571375)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["u1"], r"t is used by u₂ too, so u₁ cannot take it in"),
        (["t"], "only inputs and constants"),
        (["x"], "x is an input"),
        (["J", "u1"], "u lies on a way between these nodes"),
        (["u1", "u2"], "one exit, but u₁ is used by u and u₂ is used by u"),
        (["q"], "no node 'q'.*x, t, u1, u2, u, J"),
    ],
)
def test_what_cannot_be_one_is_said_with_the_node_in_the_way(names: list[str], says: str) -> None:
    with pytest.raises(GraphError, match=says):
        Graph.parse(LECTURE).fold(*names)


def test_an_output_stays_outside() -> None:
    graph = Graph.parse("a = x^2; b = 3a")
    with pytest.raises(GraphError, match="a is an output"):
        Graph.of(graph.list.replace(outputs=[graph.list.index["b"], graph.list.index["a"]])).fold(
            "b"
        )


def test_what_is_one_operation_is_not_unfolded() -> None:
    with pytest.raises(GraphError, match="one operation"):
        Graph.parse(LECTURE).unfold("u1")


def test_names_stay_when_others_open_and_close() -> None:
    graph = Graph.parse("y = sin(3x)^2 + cos(3x) exp(-x^2)")
    names = set(graph.work({"x": 1}).labels.values())
    opened = graph.unfold("v1").work({"x": 1})
    assert names <= set(opened.labels.values())
    new = Graph.parse("y = 2a + 3a; a = sin(x) + 2x; ").unfold("a").work({"x": 1})
    assert new["value:a"] == pytest.approx(0.8414709848 + 2)
    # The steps inside the fold go on counting where the level's own steps end.
    assert {"v1", "v2"} <= set(new.labels.values())


def test_between_names_the_first_node_on_the_way() -> None:
    graph = Graph.parse(LECTURE)
    ends = {graph.list.index["t"], graph.list.index["u"]}
    assert between(graph.list, ends) == graph.list.index["u1"]
    assert between(graph.list, ends | {graph.list.index["u1"], graph.list.index["u2"]}) is None


def test_a_fold_shows_the_same_function() -> None:
    graph = chainrule.parse(LECTURE)
    folded = graph.fold("u")
    for other in (folded, graph.zoom("step"), graph.tree()):
        assert other.gradient({"x": 1}) == graph.gradient({"x": 1})
        assert other.check({"x": 1}).agrees
        assert other.sympy() == graph.sympy()
        assert other.hessian({"x": 1}) == graph.hessian({"x": 1})
        assert other.variables == graph.variables
    assert folded.compile()(x=Fraction(1))[0] == pytest.approx(math.cos(math.sin(1) + 3))


def test_changes_as_text_are_those_of_the_methods() -> None:
    graph = Graph.parse(LECTURE)
    texts = graph.work({"x": 1}, folds=["u u1 u2", "-u", "u"])
    assert list(texts.labels.values()) == ["x", "u", "J"]
    xi = graph.work({"x": 1}, zoom="step", notation=Notation(prefix="xi"), folds=["u"])
    assert "u" in xi.labels.values()

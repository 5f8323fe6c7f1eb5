"""The graph as a tree: counts, copies, and adjoints that add up to those of the graph."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pytest

from chainrule import Graph
from chainrule.errors import LimitError
from chainrule.graph.numbering import original, tree, tree_size
from chainrule.graph.wengert import WengertList
from chainrule.readings.latex import latex
from chainrule.readings.mathml import mathml
from chainrule.readings.terms import Symbol, text
from tests.laws.test_graphs import DIGITS, drawn_graph, run

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"


def doublings(count: int) -> Graph:
    return Graph.parse("t0 = x; " + "; ".join(f"t{i + 1} = t{i} t{i}" for i in range(count)))


def paths(graph: WengertList, node: int) -> int:
    """Return the number of paths from the outputs to a node, by recursion from its users."""
    users = graph.users[node]
    here = graph.outputs.count(node)
    return here + sum(paths(graph, edge.user) for edge in users)


def test_the_lecture_has_six_nodes_and_eight_as_a_tree() -> None:
    graph = Graph.parse(LECTURE)
    assert graph.tree_size == 8  # t and x stand twice
    drawn = graph.tree().reverse({"x": 1})
    names = ["x", "t", "u1", "x#2", "t#2", "u2", "u", "J"]
    assert list(drawn.labels.values()) == names


@pytest.mark.parametrize("draw", range(15))
def test_copies_are_paths_and_their_adjoints_add_up(draw: int, sample_seed: int) -> None:
    graph, point = drawn_graph(sample_seed * 1000 + draw, inputs=1 + draw % 3, steps=8)
    copied = tree(graph)
    assert all(len(users) <= 1 for users in copied.users)
    assert len(copied) == sum(paths(graph, node) for node in range(len(graph)))
    by_input = dict(zip([graph.names[i] for i in graph.inputs], point, strict=True))
    at = [by_input[original(copied.names[i])] for i in copied.inputs]
    goal = graph.outputs[0]
    one = DIGITS.number(Fraction(1))
    whole = run(graph, point, "reverse", {goal: one})
    split = run(copied, at, "reverse", {copied.outputs[0]: one})
    sums: dict[str, object] = defaultdict(int)
    for node in copied.inputs:
        sums[original(copied.names[node])] += split.derivatives.get(node, 0)
    for node in graph.inputs:
        known = whole.derivatives.get(node, 0)
        # An input that no output uses has no copy.
        assert abs(sums[graph.names[node]] - known) <= 10**-40 * (1 + abs(known))


def test_a_count_needs_no_tree() -> None:
    graph = doublings(60)
    # t0 = x is one node of its own: 2^61 − 1 named nodes and 2^60 copies of x.
    assert graph.tree_size == 2**61 - 1 + 2**60
    with pytest.raises(LimitError, match="3,458,764,513,820,540,927 nodes"):
        graph.tree()
    assert tree_size(doublings(400).list) == 10**24
    with pytest.raises(LimitError, match="more than 10"):
        doublings(400).tree()


def test_a_tree_of_a_deep_chain_needs_no_recursion() -> None:
    graph = Graph.parse("; ".join(["t0 = x", *(f"t{i + 1} = sin(t{i})" for i in range(1_000))]))
    assert len(graph.tree()) == graph.tree_size == 1_002


def test_unused_by_copies_of_unnamed_steps() -> None:
    graph = Graph.parse("sin(x^2) x^2")
    shown = graph.tree().reverse({"x": 2})
    assert sorted(shown.labels.values()) == ["f", "v1", "v1#2", "v2", "x", "x#2"]
    assert shown["adjoint:v1"] + shown["adjoint:v1#2"] == graph.reverse({"x": 2})["adjoint:v1"]


def test_forward_mode_moves_all_copies() -> None:
    graph = Graph.parse("x sin(x) y")
    for direction in (None, {"x": 1}, {"y": 2}):
        told = graph.tree().forward({"x": 2, "y": 3}, direction)
        assert told["tangent:f"] == graph.forward({"x": 2, "y": 3}, direction)["tangent:f"]


def test_the_slope_by_a_variable_is_that_of_all_its_copies() -> None:
    at = {"x": "0.3"}
    graph = Graph.parse("x exp(x) / (1 + x)")
    assert graph.tree().reverse(at).slope("x").shown == pytest.approx(graph.gradient(at)["x"])


def test_how_copies_are_written() -> None:
    assert [text(Symbol(name)) for name in ("t#2", "u1#3", "x#7")] == ["t′", "u₁″", "x#7"]
    assert latex(Symbol("u1#2")) == r"u_{1}^{\prime }"
    assert "′" in mathml(Symbol("t#2"))
    table = Graph.parse(LECTURE).tree().table({"x": 1}).text()
    assert "t′ = x′²" in table and "at x = 1\n" in table

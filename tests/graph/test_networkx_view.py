"""Graphs as networkx graphs and back."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest

from chainrule.algebras.float64 import FLOAT64
from chainrule.errors import GraphError, ShapeError
from chainrule.graph.builder import Builder
from chainrule.graph.networkx_view import from_networkx, to_networkx
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Op
from chainrule.passes.record import record
from chainrule.passes.walks import evaluate


def lecture() -> WengertList:
    """J = cos(u₁ + u₂), u₁ = sin t, u₂ = 3t, t = x²: a diamond below t."""
    builder = Builder()
    m = builder.maths
    x = builder.input("x")
    t = builder.name(x**2, "t")
    u1, u2 = builder.name(m.sin(t), "u1"), builder.name(3 * t, "u2")
    return builder.finish([builder.name(m.cos(builder.name(u1 + u2, "u")), "J")])


def columns(graph: WengertList) -> Any:
    return (
        tuple(graph.ops),
        tuple(graph.operands),
        dict(graph.parameters),
        dict(graph.names),
        dict(graph.shapes),
        graph.outputs,
        tuple(graph.written),
        graph.batched,
    )


def test_nodes_and_edges_of_the_lecture_example() -> None:
    view = to_networkx(lecture())
    assert isinstance(view, nx.MultiDiGraph)
    assert [view.nodes[i]["label"] for i in view] == ["x", "2", "t", "u1", "3", "u2", "u", "J"]
    assert [view.nodes[i]["op"] for i in view] == [
        "input",
        "constant",
        "power",
        "sin",
        "constant",
        "mul",
        "add",
        "cos",
    ]
    assert view.nodes[1]["parameters"]["number"] == 2
    assert set(view.edges(keys=True)) == {
        (0, 2, 0),
        (1, 2, 1),
        (2, 3, 0),
        (4, 5, 0),
        (2, 5, 1),
        (3, 6, 0),
        (5, 6, 1),
        (6, 7, 0),
    }
    assert view.graph["outputs"] == (7,)


def test_a_record_is_carried_along() -> None:
    graph = lecture()
    view = to_networkx(graph, record(graph, FLOAT64, {0: 1.0}, "reverse", {7: 1.0}))
    s1, c1 = math.sin(1), math.cos(1)
    assert view.nodes[7]["value"] == pytest.approx(math.cos(s1 + 3))
    assert view.nodes[6]["adjoint"] == pytest.approx(-math.sin(s1 + 3))
    assert view.edges[2, 3, 0]["partial"] == pytest.approx(c1)
    assert view.edges[2, 3, 0]["share"] == pytest.approx(-math.sin(s1 + 3) * c1)
    assert "partial" not in view.edges[1, 2, 1]
    assert "adjoint" not in view.nodes[1]
    forward = to_networkx(graph, record(graph, FLOAT64, {0: 1.0}, "forward", {0: 1.0}))
    assert forward.nodes[5]["tangent"] == pytest.approx(6)
    assert forward.edges[2, 5, 1]["contribution"] == pytest.approx(6)
    with pytest.raises(GraphError, match="another graph"):
        to_networkx(vectors(), record(graph, FLOAT64, {0: 1.0}, "forward", {0: 1.0}))


def test_ancestors_layers_and_paths_are_networkx_algorithms() -> None:
    graph = lecture()
    view = to_networkx(graph, record(graph, FLOAT64, {0: 1.0}, "reverse", {7: 1.0}))
    assert nx.ancestors(view, 5) == {0, 1, 2, 4}
    assert nx.descendants(view, 2) == {3, 5, 6, 7}
    layers = [set(layer) for layer in nx.topological_generations(view)]
    assert layers == [{0, 1, 4}, {2}, {3, 5}, {6}, {7}]
    paths = list(nx.all_simple_edge_paths(view, 0, 7))
    assert len(paths) == 2
    total = sum(math.prod(view.edges[e]["partial"] for e in path) for path in paths)
    # d/dx cos(sin x² + 3x²) = −sin(sin x² + 3x²)·(cos x² + 3)·2x at x = 1.
    expected = -math.sin(math.sin(1) + 3) * (math.cos(1) + 3) * 2
    assert total == pytest.approx(expected, rel=1e-14)
    assert view.nodes[0]["adjoint"] == pytest.approx(expected, rel=1e-14)


def test_an_operand_used_twice_has_two_edges() -> None:
    builder = Builder()
    x = builder.input("x")
    view = to_networkx(builder.finish([x * x]))
    assert sorted(view.edges(keys=True)) == [(0, 1, 0), (0, 1, 1)]


def vectors() -> WengertList:
    builder = Builder()
    m = builder.maths
    x = builder.input("x", (2,), batched=True)
    w = builder.input("W", (4, 2))
    relu = builder.write(OPS["relu"], [w @ x], {"slope": Fraction(1, 2)})
    return builder.finish([m.sum(relu), m.max(m.sum(w), builder.maths.pi)])


@pytest.mark.parametrize("graph", [lecture(), vectors()])
def test_what_was_written_comes_back_equal(graph: WengertList) -> None:
    assert columns(from_networkx(to_networkx(graph))) == columns(graph)


def test_a_graph_made_by_hand_in_any_order() -> None:
    hand = nx.MultiDiGraph()
    hand.add_node("f", op="sub", name="f")
    hand.add_node("two", op="constant", number=2)
    hand.add_node("y", op="input", name="y")
    hand.add_node("x", op="input")
    hand.add_edge("y", "f", key=1)
    hand.add_edge("square", "f", key=0)
    hand.add_node("square", op="power")
    hand.add_edge("x", "square", slot=0)
    hand.add_edge("two", "square", slot=1)
    graph = from_networkx(hand)
    assert [graph.names[i] for i in graph.inputs] == ["y", "x"]
    assert [graph.names[i] for i in graph.outputs] == ["f"]
    point = {graph.index["x"]: 3.0, graph.index["y"]: 5.0}
    assert [s.value for s in evaluate(graph, FLOAT64, point)][graph.outputs[0]] == 4.0


def test_a_plain_digraph_needs_a_slot_only_beyond_the_first() -> None:
    hand = nx.DiGraph()
    hand.add_nodes_from([("x", {"op": "input"}), ("s", {"op": "sin"}), ("f", {"op": "sub"})])
    hand.add_edge("x", "s")
    hand.add_edge("s", "f")
    hand.add_edge("x", "f", slot=1)
    graph = from_networkx(hand)
    assert graph.operands[graph.outputs[0]] == (1, 0)


def test_an_operation_of_ones_own() -> None:
    double = Op("double", 1, value=lambda m, a: 2 * a, partials=(lambda m, y, a: 2,))
    hand = nx.DiGraph()
    hand.add_nodes_from([("x", {"op": "input"}), ("d", {"op": "double"})])
    hand.add_edge("x", "d")
    with pytest.raises(GraphError, match="the op 'double'; allowed: abs, absolute_error"):
        from_networkx(hand)
    assert from_networkx(hand, {**OPS, "double": double}).ops[1] is double


def faulty() -> list[tuple[Any, str]]:
    def graph(*edges: Any, **ops: Any) -> Any:
        made = nx.MultiDiGraph()
        for node, op in ops.items():
            made.add_node(node, **(op if isinstance(op, dict) else {"op": op}))
        for operand, user, key in edges:
            made.add_edge(operand, user, key=key)
        return made

    return [
        (
            graph(("a", "b", 0), ("b", "c", 0), ("c", "a", 0), a="sin", b="cos", c="tan"),
            "a cycle: a → b → c → a",
        ),
        (graph(("a", "a", 0), a="sin"), "a cycle: a → a"),
        (graph(("x", "s", 0), x="input", s="sine"), "node 's' has the op 'sine'; allowed: abs"),
        (graph(x={}), "node 'x' has no op"),
        (graph(("x", "f", 0), x="input", f="add"), r"node 'f' \(add\) has 1 operands; allowed: 2"),
        (graph(("x", "f", 1), x="input", f="sin"), r"slots 1; allowed: 0 to 0"),
        (graph(("x", "f", 0), ("x", "f", 2), x="input", f="add"), "slots 0, 2; allowed: 0 to 1"),
        (
            graph(("x", "f", 0), ("y", "f", 0), x="input", y="input", f="add"),
            "slot 0 holds both 'x' and 'y'",
        ),
        (graph(f="max"), "has 0 operands; allowed: 1 or more"),
        (graph(("x", "y", 0), x="input", y="input"), "1 operands; allowed: 0"),
        (graph(c="constant"), "number None; allowed: an int, a float or a Fraction"),
        (graph(c={"op": "constant", "number": math.inf}), "finite"),
        (graph(x="input", y={"op": "input", "name": "x"}), "two nodes are called 'x'"),
        (graph(x={"op": "input", "parameters": {"a": 1}}), "parameter 'a'; allowed: none"),
        (graph(), "no node"),
        (nx.Graph([("x", "y")]), "undirected"),
    ]


@pytest.mark.parametrize(("graph", "message"), faulty())
def test_faults_are_refused_by_name(graph: Any, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        from_networkx(graph)


def test_shapes_and_outputs_are_checked() -> None:
    hand = nx.MultiDiGraph(outputs=["q"])
    hand.add_node("a", op="input", shape=(2, 3))
    hand.add_node("b", op="input", shape=(2,))
    hand.add_node("p", op="matmul")
    hand.add_edge("a", "p", key=0)
    hand.add_edge("b", "p", key=1)
    with pytest.raises(ShapeError, match=r"\(2, 3\) and \(2,\)"):
        from_networkx(hand)
    hand.nodes["b"]["shape"] = (3,)
    with pytest.raises(GraphError, match="output 'q' is not a node"):
        from_networkx(hand)
    hand.graph["outputs"] = ["p"]
    assert from_networkx(hand).shapes[2] == (2,)


def test_twenty_thousand_nodes_in_a_chain() -> None:
    builder = Builder()
    node = builder.input("x")
    for _ in range(20_000):
        node = builder.maths.sin(node)
    graph = builder.finish([node])
    assert columns(from_networkx(to_networkx(graph))) == columns(graph)

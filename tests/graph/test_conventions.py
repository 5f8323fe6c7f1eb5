"""One choice for all kinks of a graph, and where it arrives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import networkx
import numpy as np
import pytest
import sympy

import chainrule
from chainrule import Graph
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError, InputError
from chainrule.graph.conventions import KINKS, chosen_nodes, kink_choice
from chainrule.graph.sympy_view import from_sympy, to_sympy
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS
from chainrule.ui.link import decode, encode

# Slope at the kink, from the one-sided slopes by hand: with the choices 0, ½ and 1.
SLOPES = {
    "relu(x)": (0, "1/2", 1),
    "abs(x)": (0, "1/2", 1),
    "relu(x) - relu(-x)": (0, 1, 2),
    "leaky_relu(x, slope=1/5)": ("1/5", "3/5", 1),
    "elu(x, alpha=2)": (2, "3/2", 1),
    "hard_sigmoid(x + 3)": (0, "1/12", "1/6"),
    "hard_sigmoid(x - 3)": (0, "1/12", "1/6"),
    "piecewise_linear(x + 1/2)": (0, "1/2", 1),
    "hinge(x + 1, 1)": (0, "-1/2", -1),
    "absolute_error(x, 0)": (0, "1/2", 1),
    "absolute_error(0, x)": (0, "-1/2", -1),
    # Where an operand meets a constant, its slope is the choice: 0 is that of the side where the
    # constant wins.
    "max(0, x)": (0, "1/2", 1),
    "max(x, 0)": (0, "1/2", 1),
    "max(2, x + 2)": (0, "1/2", 1),
    "max(0, -3x)": (0, "-3/2", -3),
    "min(0, x)": (0, "1/2", 1),
    "min(sin(x) + 1, 1)": (0, "1/2", 1),
    "max(-1, 0, x)": (0, "1/2", 1),
    "max(0, x) - max(0, -x)": (0, 1, 2),
    "max(0, x) - relu(x)": (0, 0, 0),
    "clip(x, 0, 1)": (0, "1/2", 1),
    "clip(x, -1, 0)": (0, "1/2", 1),
    "clip(0, x, 5)": (0, "1/2", 1),
    "clip(3, -1, x + 3)": (0, "1/2", 1),
    "c = 2; f = max(c, x + 2)": (0, "1/2", 1),
    # What was typed for one operation stays, and what moves and ties shares equally.
    "relu(x, slope=1/2)": ("1/2", "1/2", "1/2"),
    "max(0, x, slope=1/2)": ("1/2", "1/2", "1/2"),
    "max(x, 3x)": (2, 2, 2),
    "min(x, 3x)": (2, 2, 2),
    "max(x, 3x, 5x)": (3, 3, 3),
    "clip(x, -x, 2)": (0, 0, 0),
    # Both: the moving ones share what the constant leaves them.
    "max(0, x, 3x)": (0, 1, 2),
}


@pytest.mark.parametrize("formula", SLOPES)
@pytest.mark.parametrize("zoom", ["primitive", "named"])
def test_the_choice_is_used(formula: str, zoom: Any) -> None:
    for choice, wanted in zip(("0", Fraction(1, 2), 1), SLOPES[formula], strict=True):
        graph = chainrule.parse(formula, kink=choice, constants=True)
        right = float(Fraction(wanted))
        for mode in ("reverse", "forward"):
            run = graph.work({"x": 0}, mode, zoom=zoom).run  # type: ignore[arg-type]
            node = run.graph.index["x"] if mode == "reverse" else run.output
            assert float(run.derivative(node).shown) == right, (choice, mode)
        # It stands in the gradient graph, and in its picture as SymPy has it.
        assert graph.gradient_graph().evaluate({"x": 0}) == right
        assert graph.with_kinks(choice).gradient({"x": 1}) == graph.gradient({"x": 1})


@pytest.mark.parametrize("formula", [f for f in SLOPES if "slope=1/2" not in f])
def test_no_derivative_is_a_choice(formula: str) -> None:
    graph = chainrule.parse(formula, kink="undefined", constants=True)
    worked = graph.work({"x": 0})
    reason = worked.run.derivative(worked.graph.index["x"]).undefined
    assert reason is not None and reason.what == "slope" and "no derivative" in reason.needs
    assert "{" not in reason.needs
    assert type(graph.gradient_graph().evaluate({"x": 0})) is Undefined
    assert worked.run.value(worked.run.output).undefined is None
    # Away from the kink nothing changes.
    assert graph.gradient({"x": "7/3"}) == chainrule.parse(formula, constants=True).gradient(
        {"x": "7/3"}
    )
    left, right = worked.run.sides[worked.graph.index["x"]].left, worked.run.sides[0].right
    assert type(left) is not Undefined and type(right) is not Undefined


def test_every_convention_has_a_parameter_or_is_a_jump() -> None:
    kinks = {name: op.kink for name, op in OPS.items() if op.kink is not None}
    without = {name for name, kink in kinks.items() if kink.push and not kink.choice}
    assert without == {name for name, kink in kinks.items() if kink.jumps} == {"where"}
    for op in OPS.values():
        if op.kink is not None and op.kink.choice:
            assert op.parameters[op.kink.choice] == 0


def test_what_is_a_choice() -> None:
    assert [kink_choice(x) for x in ("0", " 1/2 ", "undefined", 1, 0.5)] == [
        0,
        Fraction(1, 2),
        None,
        1,
        Fraction(1, 2),
    ]
    for given in ("2", "left", 0.25, float("nan"), float("inf"), None, "1/0"):
        with pytest.raises(GraphError, match="0, 1/2, 1, undefined"):
            kink_choice(given)
    assert list(KINKS) == ["0", "1/2", "1", "undefined"]


def test_only_kinked_graphs_are_asked() -> None:
    assert chosen_nodes(chainrule.parse("sin(x) + floor(x)").list) == []
    assert len(chosen_nodes(chainrule.parse("max(x, 1) + min(x, y) + clip(x, y, 2)").list)) == 3
    assert len(chosen_nodes(chainrule.parse("relu(x) + |x|").list)) == 2
    graph = chainrule.parse("relu(x)")
    assert graph.with_kinks(1).program is graph.program


def test_words_say_what_is_used() -> None:
    for choice, said in (("1/2", "the passes use 1/2"), ("undefined", "is no derivative")):
        table = chainrule.parse("relu(x)", kink=choice).table({"x": 0})
        assert said in table.text()


def slope(graph: WengertList, **point: Any) -> float:
    return float(Graph.of(graph).gradient(point)["x"])


@pytest.mark.parametrize("choice", ["0", "1/2", "1"])
@pytest.mark.parametrize(
    "formula", ["max(2, x)", "min(x, 2)", "clip(x, 0, 2)", "u = x^2/4; f = max(u + 1, 2)"]
)
def test_the_choice_goes_wherever_the_graph_goes(formula: str, choice: str) -> None:
    """By the definition, the slope at x = 2 is the choice: there u' = x/2 is 1."""
    wanted = float(Fraction(choice))
    graph = chainrule.parse(formula, kink=choice, constants=True)
    made = {
        "itself": graph,
        "networkx": Graph.from_networkx(graph.networkx()),
        "step": graph.zoom("step"),
        "named": graph.zoom("named"),
    }
    for door, other in made.items():
        assert slope(other.list, x=2) == wanted, door
        assert other.compile()(x=2.0)[1]["x"] == wanted, door
    # The gradient graph can be given to SymPy and read back, convention and all.
    written = to_sympy(graph.gradient_graph().list)
    assert float(written.subs(sympy.Symbol("x", real=True), 2)) == wanted
    assert float(Graph.of(from_sympy(written)).evaluate({"x": 2})) == wanted


def test_what_moves_is_known_however_a_graph_is_made() -> None:
    traced = Graph.trace(lambda x: 2 * np.maximum(x - 1, 0) + np.minimum(x, 1))
    read = Graph.from_sympy(sympy.Max(sympy.Symbol("x") - 1, 0))
    by_hand = networkx.MultiDiGraph()
    by_hand.add_node("x", op="input")
    by_hand.add_node("c", op="constant", number=1)
    by_hand.add_node("f", op="max")
    by_hand.add_edge("c", "f", slot=0)
    by_hand.add_edge("x", "f", slot=1)
    for graph in (traced, read, Graph.from_networkx(by_hand)):
        assert slope(graph.list, x=1) == 0
        assert slope(graph.with_kinks(1).list, x=1) == (3 if graph is traced else 1)
    # Both operands are inputs of this one: they share.
    assert chainrule.parse("max(x, y)").gradient({"x": 1, "y": 1}) == {"x": 0.5, "y": 0.5}


def test_constants_that_tie_are_no_kink() -> None:
    for formula, choice in (("max(3, 3, x)", "undefined"), ("clip(x, 3, 3)", "1")):
        worked = chainrule.parse(formula, kink=choice, constants=True).work({"x": 1})
        assert worked.run.kinks == () and worked["adjoint:x"] == 0


def test_an_array_has_the_slope_of_its_entries() -> None:
    graph = chainrule.parse("x: 3; sum(max(0, x) + 10 min(x, 2))")
    assert graph.gradient({"x": [0, 1, 2]})["x"].tolist() == [10, 11, 1]
    assert graph.with_kinks(1).gradient({"x": [0, 1, 2]})["x"].tolist() == [11, 11, 11]
    assert graph.with_kinks("1/2").compile()(x=[0, 1, 2])[1]["x"].tolist() == [10.5, 11, 6]


@pytest.mark.parametrize("function", ["max", "min"])
def test_entries_that_tie_share_unless_no_derivative_is_to_exist(function: str) -> None:
    formula = f"x: 4; {function}(x)"
    tied, apart = {"x": [3, 3, 3, 3]}, {"x": [1, 4, 2, 2]}
    for choice in ("0", "1/2", "1"):
        graph = chainrule.parse(formula, kink=choice, constants=True)
        assert graph.gradient(tied)["x"].tolist() == [0.25] * 4
    graph = chainrule.parse(formula, kink="undefined", constants=True)
    for number in graph.work(tied).run.derivative(0).shown.data:
        assert type(number) is Undefined
    assert graph.evaluate(tied) == 3
    plain = chainrule.parse(formula, constants=True).gradient(apart)["x"].tolist()
    assert graph.gradient(apart)["x"].tolist() == plain
    assert plain == ([0, 1, 0, 0] if function == "max" else [1, 0, 0, 0])
    with pytest.raises(InputError):
        graph.compile()


def test_a_link_carries_the_choice() -> None:
    state = decode("f=max(0%2Cx)&at=x%3D0&kink=1")
    assert decode(encode(state)) == state
    graph = chainrule.parse(state.formula, kink=state.kink)
    assert graph.gradient(dict(state.point)) == {"x": 1}


SAID = [
    ("max(0, x)", "0", "max has slopes 0 and 1 where it meets a constant; the passes use 0."),
    ("min(0, x)", "1", "min has slopes 1 and 0 where it meets a constant; the passes use 1."),
    ("clip(x, 0, 1)", "1/2", "clip has slopes 0 and 1 where x meets a bound; the passes use 1/2."),
    ("max(x, 2x)", "1", "operands tie for the maximum; they share the derivative equally."),
    ("3relu(x)", "0", "relu has slopes 0 and 1 at 0; the passes use 0."),
    ("|x| + 2relu(x)", "1", "|x| has slopes −1 and 1 at 0; the passes use 1"),
    ("(1 + max(1, x + 1))^2", "0", "max has slopes 0 and 1 where it meets a constant;"),
]


@pytest.mark.parametrize(("formula", "choice", "said"), SAID)
@pytest.mark.parametrize("zoom", ["primitive", "step", "named"])
def test_a_fold_tells_the_convention_inside(
    formula: str, choice: str, said: str, zoom: Any
) -> None:
    worked = chainrule.parse(formula, kink=choice, constants=True).work({"x": 0}, zoom=zoom)
    table = " ".join(worked.table().text().split())
    assert said in table and "stands at a kink:" in table
    assert ": –." not in table and "{" not in table
    # The drawing says the same to who cannot see it.
    assert said.partition(";")[0] in worked.draw().decode()


@pytest.mark.parametrize("formula", ["max(0, x)", "min(x, 2x)", "clip(x, 0, 1)", "3max(0, x)"])
def test_words_say_that_no_derivative_was_chosen(formula: str) -> None:
    table = " ".join(
        chainrule.parse(formula, kink="undefined", constants=True).table({"x": 0}).text().split()
    )
    assert "; the choice here is no derivative" in table and "share" not in table


@pytest.mark.parametrize(
    ("formula", "second"),
    [("min(y, y)", 0), ("clip(y, y, y)", 0), ("max(y, y, y)^2", 2), ("y^3 + max(y, y)", 12)],
)
def test_an_operand_that_ties_with_itself_is_no_kink_of_the_derivative(
    formula: str, second: float
) -> None:
    """max(y, y) is y, so its second derivatives exist."""
    assert chainrule.parse(formula, constants=True).hessian({"y": 2})["y"]["y"] == second


@pytest.mark.parametrize(
    ("formula", "x", "first", "second"),
    [
        ("leaky_relu(x, slope=0.2)", 0, 0.2, 1),
        ("elu(x, alpha=0.5)", 0, 0.5, 1),
        # d/dx of 1.0507·1.67326 (e^x − 1) and of 1.0507 x.
        ("selu(x)", 0, 1.7580993408473766, 1.0507009873554805),
        # x (x + 3)/6 between −3 and 3, with 0 and x outside.
        ("hard_swish(x)", -3, 0, -0.5),
        ("hard_swish(x)", 3, 1, 1.5),
    ],
)
@pytest.mark.parametrize("at", ["0", "1/2", "1"])
def test_a_choice_goes_that_part_of_the_way_from_the_first_slope_to_the_second(
    formula: str, x: int, first: float, second: float, at: str
) -> None:
    graph = chainrule.parse(formula, kink=at)
    expected = first + float(Fraction(at)) * (second - first)
    assert graph.gradient({"x": x})["x"] == pytest.approx(expected, rel=1e-12, abs=1e-15)
    told = f"the slope {at} of the way from the first to the second"
    assert told in graph.reverse({"x": x}).table().text()

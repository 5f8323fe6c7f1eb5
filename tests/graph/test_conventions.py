"""One choice for all kinks of a graph, and where it arrives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import chainrule
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError
from chainrule.graph.conventions import KINKS, chosen_nodes, kink_choice
from chainrule.ops import OPS

# Slope at the kink, from the one-sided slopes by hand: with the choices 0, ½ and 1.
SLOPES = {
    "relu(x)": (0, "1/2", 1),
    "abs(x)": (0, "1/2", 1),
    "relu(x) - relu(-x)": (0, 1, 2),
    "leaky_relu(x, slope=1/5)": ("1/5", "3/5", 1),
    "elu(x, alpha=2)": (2, "3/2", 1),
    "hard_sigmoid(x + 3)": (0, "1/12", "1/6"),
    "hard_sigmoid(x - 3)": (0, "-1/12", "-1/6"),
    "piecewise_linear(x + 1/2)": (0, "1/2", 1),
    "hinge(x + 1, 1)": (0, "-1/2", -1),
    "absolute_error(x, 0)": (0, "1/2", 1),
    "absolute_error(0, x)": (0, "-1/2", -1),
    # What was typed for one operation stays, and ties share equally whatever is chosen.
    "relu(x, slope=1/2)": ("1/2", "1/2", "1/2"),
    "max(x, 3x)": (2, 2, 2),
}
SLOPES["hard_sigmoid(x - 3)"] = (0, "1/12", "1/6")


@pytest.mark.parametrize("formula", SLOPES)
@pytest.mark.parametrize("zoom", ["primitive", "named"])
def test_the_choice_is_used(formula: str, zoom: Any) -> None:
    for choice, wanted in zip(("0", Fraction(1, 2), 1), SLOPES[formula], strict=True):
        graph = chainrule.parse(formula, kink=choice)
        right = float(Fraction(wanted))
        for mode in ("reverse", "forward"):
            run = graph.work({"x": 0}, mode, zoom=zoom).run  # type: ignore[arg-type]
            node = run.graph.index["x"] if mode == "reverse" else run.output
            assert float(run.derivative(node).shown) == right, (choice, mode)
        # It stands in the gradient graph, and in its picture as SymPy has it.
        assert graph.gradient_graph().evaluate({"x": 0}) == right
        assert graph.with_kinks(choice).gradient({"x": 1}) == graph.gradient({"x": 1})


@pytest.mark.parametrize("formula", [f for f in SLOPES if "max" not in f and "slope=1/2" not in f])
def test_no_derivative_is_a_choice(formula: str) -> None:
    graph = chainrule.parse(formula, kink="undefined")
    worked = graph.work({"x": 0})
    reason = worked.run.derivative(worked.graph.index["x"]).undefined
    assert reason is not None and reason.what == "slope" and "no derivative" in reason.needs
    assert "{" not in reason.needs
    assert type(graph.gradient_graph().evaluate({"x": 0})) is Undefined
    assert worked.run.value(worked.run.output).undefined is None
    # Away from the kink nothing changes.
    assert graph.gradient({"x": "7/3"}) == chainrule.parse(formula).gradient({"x": "7/3"})
    left, right = worked.run.sides[worked.graph.index["x"]].left, worked.run.sides[0].right
    assert type(left) is not Undefined and type(right) is not Undefined


def test_every_convention_has_a_parameter_or_is_a_tie_or_a_jump() -> None:
    without = {name for name, op in OPS.items() if op.kink and op.kink.push and not op.kink.choice}
    assert without == {"max", "min", "clip", "largest", "smallest"}
    for op in OPS.values():
        if op.kink is not None and op.kink.choice:
            assert op.parameters[op.kink.choice] == 0


def test_what_is_a_choice() -> None:
    assert [kink_choice(x) for x in ("0", " 1/2 ", "undefined", 1, 0.5)] == [
        0, Fraction(1, 2), None, 1, Fraction(1, 2)
    ]  # fmt: skip
    for given in ("2", "left", 0.25, float("nan"), float("inf"), None, "1/0"):
        with pytest.raises(GraphError, match="0, 1/2, 1, undefined"):
            kink_choice(given)
    assert list(KINKS) == ["0", "1/2", "1", "undefined"]


def test_only_kinked_graphs_are_asked() -> None:
    assert chosen_nodes(chainrule.parse("sin(x) + max(x, 1)")) == []
    assert len(chosen_nodes(chainrule.parse("relu(x) + |x|"))) == 2
    graph = chainrule.parse("relu(x)")
    assert graph.with_kinks(1).program is graph.program


def test_words_say_what_is_used() -> None:
    for choice, said in (("1/2", "the passes use 1/2"), ("undefined", "is no derivative")):
        table = chainrule.parse("relu(x)", kink=choice).table({"x": 0})
        assert said in table.text()

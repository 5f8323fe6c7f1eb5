"""One-sided derivatives, and where kinks are met, on graphs small enough to do by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import chainrule
from chainrule.algebras.balls import Balls
from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import WengertList
from chainrule.passes.folding import zoom
from chainrule.passes.kinks import Sides, kinks, sides, sides_along, tangents
from chainrule.passes.record import Record, record

BALLS = Balls(128, 2_000)


def run(text: str, level: Any = "primitive", **point: Any) -> Record:
    graph: WengertList = zoom(chainrule.parse(text, declared=point).list, level)
    at = {graph.index[name]: BALLS.number(Fraction(x)) for name, x in point.items()}
    return record(graph, BALLS, at, "reverse", {graph.outputs[0]: BALLS.number(Fraction(1))})


def both(made: Record, name: str) -> tuple[Any, Any]:
    found = sides(made, made.graph.outputs[0], made.graph.index[name])
    return found.left, found.right


LEVELS = pytest.mark.parametrize("level", ["primitive", "step", "named"])


@LEVELS
@pytest.mark.parametrize(
    ("text", "x", "left", "right"),
    [
        ("abs(x)", 0, -1, 1),
        ("abs(x) - 2*x", 0, -3, -1),
        ("-abs(3*x)", 0, 3, -3),
        ("abs(x)*abs(x)", 0, 0, 0),
        ("relu(x) - relu(-x)", 0, 1, 1),
        ("relu(2 - x)", 2, -1, 0),
        ("max(x, 3*x, 1)", 0, 0, 0),
        ("max(x, 3*x)", 0, 1, 3),
        ("min(x, 3*x)", 0, 3, 1),
        ("abs(x^2 - 4)", 2, -4, 4),
        ("relu(x)^2 + 5*x", 0, 5, 5),
        ("abs(abs(x) - 1)", 0, 1, -1),
        ("x^2", 3, 6, 6),
    ],
)
def test_left_and_right(text: str, x: int, left: int, right: int, level: str) -> None:
    made = run(text, level, x=x)
    assert both(made, "x") == (left, right)
    assert Sides(*both(made, "x")).agree == (left == right)


@LEVELS
def test_kinks_are_the_nodes_that_stand_at_one(level: str) -> None:
    made = run("J = a + abs(y); a = abs(x) * 2", level, x=0, y=1)
    at = kinks(made)
    assert len(at) == 1
    (node,) = at
    # The kink is within the fold of a when there is one.
    names = {"named": "a"}
    assert made.graph.names.get(node) == names.get(level)
    assert not kinks(run("J = a + abs(y); a = abs(x) * 2", level, x=1, y=1))


def test_what_no_input_reaches_has_no_kink() -> None:
    made = run("x + abs(0)", x=1)
    assert kinks(made) == []
    assert both(made, "x") == (1, 1)


@LEVELS
def test_a_jump_has_no_sides(level: str) -> None:
    left, right = both(run("1 + 2*sign(x)", level, x=0), "x")
    assert type(left) is Undefined and type(right) is Undefined
    assert (left.op, left.what) == ("sign", "slope")
    assert "jumps" in left.needs


@LEVELS
def test_what_has_no_value_has_no_sides(level: str) -> None:
    left, right = both(run("abs(x) + log(y)", level, x=0, y=-1), "x")
    assert type(left) is Undefined and type(right) is Undefined
    assert left.op == "log"


def test_an_undefined_slope_beside_the_direction_is_not_asked_for() -> None:
    # √y has no slope at 0, but y stands still when x moves.
    made = run("abs(x) + sqrt(y)", x=0, y=0)
    assert both(made, "x") == (-1, 1)
    left, _ = both(made, "y")
    assert type(left) is Undefined and left.op == "sqrt"


def test_a_jump_beside_the_direction_stays_still() -> None:
    assert both(run("abs(x) + sign(y)", x=0, y=0), "x") == (-1, 1)
    assert both(run("abs(x) * max(y, 0)", x=0, y=0), "x") == (0, 0)


def test_along_a_direction() -> None:
    made = run("max(x, y) + x", x=1, y=1)
    graph = made.graph
    x, y = graph.index["x"], graph.index["y"]
    found = sides_along(made, graph.outputs[0], {x: 1, y: 2})
    # Arriving: max moves by the slower of the two; leaving: by the faster.
    assert (found.left, found.right) == (1 + 1, 2 + 1)
    assert not found.agree
    moved = tangents(graph, BALLS, made.values, {x: BALLS.number(Fraction(3))})
    assert moved[y] == 0
    assert moved[x] == 3
    assert moved[graph.outputs[0]] == 6


def test_sides_of_a_folded_graph_name_its_own_nodes() -> None:
    graph = chainrule.parse("J = a + abs(x); a = 1 + 2 sign(x)")
    for level in ("primitive", "step", "named"):
        run = graph.work({"x": 0}, zoom=level).run  # type: ignore[arg-type]
        left = run.sides[run.graph.index["x"]].left
        assert type(left) is Undefined and left.op == "sign"
        body = run.graph.parameters_of(left.node).get("body")
        ops = body.ops if isinstance(body, WengertList) else [run.graph.ops[left.node]]
        assert "sign" in [op.name for op in ops]


@LEVELS
@pytest.mark.parametrize(
    "term",
    [
        "min(x - 5, sqrt(y))",
        "min(sqrt(y), x - 5)",
        "max(x + 5, sqrt(y))",
        "relu(sqrt(y) - 5)",
        "clip(sqrt(y) - 5, 0, 1)",
        "where(x < 1, x, sqrt(y))",
    ],
)
def test_what_is_not_followed_may_move_as_it_likes(term: str, level: str) -> None:
    # √y has no slope at 0; no term follows it there, so by y nothing moves.
    made = run(f"abs(x) + {term}", level, x=0, y=0)
    assert both(made, "y") == (0, 0)
    moving = 0 if term.startswith(("relu", "clip")) else 1
    assert both(made, "x") == (-1 + moving, 1 + moving)


@LEVELS
@pytest.mark.parametrize("term", ["min(x, sqrt(y))", "max(sqrt(y), x)", "relu(sqrt(y) + 5)"])
def test_what_is_followed_must_have_a_slope(term: str, level: str) -> None:
    made = run(f"abs(x) + {term}", level, x=0, y=0)
    assert {type(side) for side in both(made, "y")} == {Undefined}

"""Folds: what is swallowed at each level, the graph inside, its value and its partials."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import chainrule
from chainrule.algebras.arrays import ARRAYS
from chainrule.graph.builder import Builder
from chainrule.graph.wengert import WengertList
from chainrule.passes import folding
from chainrule.passes.folding import FOLD, fold, groups, zoom
from chainrule.passes.proof import unfolded
from chainrule.passes.record import Record, record
from chainrule.passes.walks import values_inside
from chainrule.testing.digits import digits_algebra

DIGITS = digits_algebra(50)
TINY = DIGITS.number(Fraction(1, 10**45))


def graph_of(text: str) -> WengertList:
    return chainrule.parse(text).list


def run(graph: WengertList, seed: str | None = None, mode: Any = "reverse", **point: Any) -> Record:
    at = {graph.index[name]: DIGITS.number(Fraction(x)) for name, x in point.items()}
    start = graph.outputs[0] if seed is None else graph.index[seed]
    return record(graph, DIGITS, at, mode, {start: DIGITS.number(Fraction(1))})


def insides(graph: WengertList) -> list[list[str]]:
    """Return the operations within each fold, in order of the folds."""
    return [
        [op.name for op in graph.parameters[n]["body"].ops if op.name != "input"]
        for n in range(len(graph))
        if graph.ops[n] is FOLD
    ]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("sin(3*x)", []),  # a product is a step of its own
        ("3*x + 1", [["constant", "mul"], ["constant", "add"]]),
        ("-x^2", [["constant", "power", "neg"]]),
        ("3*x^2", [["constant", "constant", "power", "mul"]]),
        ("x^2/3", [["constant", "power", "constant", "div"]]),
        ("2*x^2", [["constant", "power", "mul"]]),  # one constant for both
        ("-x*y", None),
        ("x*y", []),
        ("-sin(x)", []),
        ("x*sin(y)", []),
        ("x*y^2", [["constant", "power"]]),
    ],
)
def test_a_step_is_what_a_person_writes_in_one_line(text: str, inside: Any) -> None:
    found = insides(zoom(graph_of(text), "step"))
    if inside is None:
        # The sign of a product is within it, wherever it was read.
        assert len(found) == 1 and sorted(found[0]) == ["mul", "neg"]
    elif text == "sin(3*x)":
        assert found == [["constant", "mul"]]
    else:
        assert [sorted(part) for part in found] == [sorted(part) for part in inside]


def test_named_folds_everything_without_a_name() -> None:
    graph = zoom(graph_of("J = cos(u) + 5; u = sin(t) + 3*t; t = x^2"), "named")
    assert [graph.names[n] for n in range(len(graph))] == ["x", "t", "u", "J"]
    assert [op.name for op in graph.ops] == ["input", "fold", "fold", "fold"]
    assert graph.operands == ((), (0,), (1,), (2,))
    assert [graph.names[n] for n in graph.outputs] == ["J"]


def test_primitive_is_the_graph_itself() -> None:
    graph = graph_of("sin(3*x) + 1")
    assert zoom(graph, "primitive") is graph


def test_a_shared_step_stays_outside() -> None:
    # s is unnamed and used by both outputs: no fold has two exits.
    graph = graph_of("f = s + 1; g = s*y; s = x*y")
    plain = fold(graph, groups(graph, "named"))
    assert {"f", "g", "s"} <= set(plain.index)
    shared = graph_of("f = (x*y + 1)*x")
    assert len(zoom(shared, "named")) == 3


def test_an_output_inside_stays_an_output() -> None:
    graph = graph_of("a = x^2; b = 3*a")
    named = zoom(graph, "named")
    assert {named.names[n] for n in named.outputs} == {graph.names[n] for n in graph.outputs}


def test_an_output_without_a_name_is_not_swallowed() -> None:
    builder = Builder()
    x = builder.input("x")
    inner = builder.maths.sin(x)
    graph = builder.finish([builder.name(inner * 3 + 1, "J"), inner])
    named = zoom(graph, "named")
    assert [named.ops[n].name for n in named.outputs] == ["fold", "sin"]


def test_all_users_must_join_what_a_step_swallows() -> None:
    # −(x·y)·(x·y): the sign joins the product, which is also a factor.
    builder = Builder()
    x, y = builder.input("x"), builder.input("y")
    factor = x * y
    graph = builder.finish([builder.name(-factor * factor, "J")])
    step = zoom(graph, "step")
    assert [op.name for op in step.ops] == ["input", "input", "mul", "fold"]
    assert len(zoom(graph, "named")) == 3


def test_the_graph_inside_a_fold() -> None:
    graph = graph_of("J = y*x - x/2")
    named = zoom(graph, "named")
    node = named.index["J"]
    body, origin = named.parameters[node]["body"], named.parameters[node]["origin"]
    assert len(origin) == 4
    assert graph.index["J"] in origin
    # Operands stand in the order in which the formula is read.
    assert [named.names[o] for o in named.operands[node]] == ["y", "x"]
    assert [body.names[n] for n in body.inputs] == ["y", "x"]
    assert body.outputs == (len(body) - 1,)
    made = run(named, x=3, y=5)
    assert made.values[node] == Fraction(27, 2)
    assert made.local == {(node, 0): 3, (node, 1): Fraction(9, 2)}


def test_an_unnamed_operand_of_a_fold_is_called_by_its_number() -> None:
    graph = graph_of("J = sin(x*y) + 2*sin(x*y)^2")
    step = zoom(graph, "step")
    for node in range(len(step)):
        if step.ops[node] is FOLD:
            body = step.parameters[node]["body"]
            for n, operand in zip(body.inputs, step.operands[node], strict=True):
                name = step.names.get(operand)
                assert body.names[n] == name or body.names[n].startswith("#")


@pytest.mark.parametrize("level", ["step", "named"])
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_all_levels_say_the_same(level: Any, mode: str) -> None:
    graph = graph_of("J = u^2 - 3*u*v; u = sin(x) + 2*x*y; v = x/y - 1")
    folded = zoom(graph, level)
    seed = None if mode == "reverse" else "y"
    full, made = (run(g, seed, mode, x=2, y=3) for g in (graph, folded))
    names = [n for n in folded.index if full.derivatives.get(graph.index[n]) is not None]
    assert len(names) >= 4
    for name in names:
        a, b = graph.index[name], folded.index[name]
        assert abs(full.values[a] - made.values[b]) < TINY
        assert abs(full.derivatives[a] - made.derivatives[b]) < TINY


def test_the_slots_of_a_fold_share_one_pass_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[WengertList] = []

    def counted(graph: WengertList, *given: Any) -> Any:
        bodies.append(graph)
        return values_inside(graph, *given)

    monkeypatch.setattr(folding, "values_inside", counted)
    made = run(zoom(graph_of("J = x*y + y*z + z*x"), "named"), x=2, y=3, z=5)
    assert made.local == {(3, 0): 8, (3, 1): 7, (3, 2): 5}
    # Once for the value, once for the three partials.
    assert len(bodies) == 2
    # At another point they are computed anew.
    assert run(made.graph, x=1, y=1, z=2).local == {(3, 0): 3, (3, 1): 3, (3, 2): 2}
    assert len(bodies) == 4


def test_a_partial_that_is_zero_inside() -> None:
    # sign is flat: no share of it reaches x.
    made = run(zoom(graph_of("J = sign(x) + 0*x + y"), "named"), x=2, y=1)
    assert made.derivatives[made.graph.index["x"]] == 0
    assert made.derivatives[made.graph.index["y"]] == 1


def test_what_has_no_value_says_so_of_the_fold() -> None:
    made = chainrule.parse("J = a + 1; a = 2*log(x)").work({"x": -1}, zoom="named").run
    value = made.value(made.graph.index["J"])
    reason = value.undefined
    assert value.state == "undefined" and reason is not None
    assert (reason.op, reason.node, reason.what) == ("log", made.graph.index["a"], "value")
    made = chainrule.parse("J = 1 + 2*sqrt(x)").work({"x": 0}, zoom="named").run
    assert made.value(made.output).shown == 1
    partial = made.partial(made.output, 0)
    assert partial is not None and partial.undefined is not None
    reason = partial.undefined
    assert (reason.op, reason.node, reason.what) == ("sqrt", made.output, "slope")


def test_folds_of_vectors_are_maps() -> None:
    # J = Σ (2 A x + x)
    builder = Builder()
    matrix, entry = builder.input("A", (2, 2)), builder.input("x", (2,))
    total = builder.maths.sum((matrix @ entry) * 2 + entry)
    graph = builder.finish([builder.name(total, "J")])
    folded = zoom(graph, "named")
    assert len(folded) == 3
    rows, vector = [[1.0, 2.0], [3.0, 4.0]], [5.0, 7.0]
    results: list[list[Any]] = []
    for given in (graph, folded):
        a, x = given.index["A"], given.index["x"]
        point = {a: ARRAYS.array(rows, (2, 2)), x: ARRAYS.array(vector, (2,))}
        back = record(given, ARRAYS, point, "reverse", {given.outputs[0]: 1})
        ahead = record(given, ARRAYS, point, "forward", {x: ARRAYS.array([1.0, -1.0], (2,))})
        results.append(
            [
                back.values[given.outputs[0]].data.tolist(),
                back.derivatives[a].data.tolist(),
                back.derivatives[x].data.tolist(),
                ahead.derivatives[given.outputs[0]].data.tolist(),
            ]
        )
    # J = 2 Σ A x + Σ x: 2·(19 + 43) + 12, ∂J/∂A = 2·1xᵀ, ∂J/∂x = 2·(column sums) + 1
    assert results[0] == [136, [[10, 14], [10, 14]], [9, 13], -4]
    assert results[1] == results[0]


def test_unfolding_gives_the_graph_back() -> None:
    graph = graph_of("J = cos(u) + 2; u = sin(t) + 3*t; t = x^2")
    assert unfolded(graph) is None
    folded = zoom(graph, "named")
    whole = unfolded(folded)
    assert whole is not None
    assert sorted(op.name for op in whole.graph.ops) == sorted(op.name for op in graph.ops)
    assert whole.folded is folded
    assert [whole.owners[e] for e in whole.exits] == list(range(len(folded)))
    assert whole.graph.outputs == tuple(whole.exits[n] for n in folded.outputs)
    made = run(graph, x=2)
    opened = record(
        whole.graph,
        DIGITS,
        {whole.exits[0]: DIGITS.number(Fraction(2))},
        "reverse",
        {whole.graph.outputs[0]: DIGITS.number(Fraction(1))},
    )
    for name, node in folded.index.items():
        assert opened.values[whole.exits[node]] == made.values[graph.index[name]]
        assert whole.graph.operands[whole.exits[node]] or name == "x"

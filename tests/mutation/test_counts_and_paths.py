"""Operations and paths, counted by hand."""

from __future__ import annotations

import math

import pytest

import chainrule
from chainrule.errors import GraphError
from chainrule.passes.counting import Counts
from chainrule.passes.paths import counted, paths


def counts(text: str) -> tuple[Counts, dict[str, int]]:
    graph = chainrule.parse(text).list
    return Counts(graph), dict(graph.index)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("y = a + b", 1),
        ("y = a", 0),
        ("y = max(a, b, c)", 2),
        ("y = sin(a)*b + 3", 3),
        ("a: 3; y = a + 1", 3),
        ("a: 3; y = sum(a)", 2),
        ("a: 3; y = a*a", 3),
        ("W: 2x3; a: 3; y = W @ a", 2 * (3 + 2)),  # of each entry 3 products, 2 sums
        ("W: 2x3; V: 3x4; y = W @ V", 8 * (3 + 2)),
        ("W: 2x3; y = Wᵀ", 0),
        ("W: 2x3; y = Wᵀ + 1", 6),
    ],
)
def test_values(text: str, values: int) -> None:
    assert counts(text)[0].values == values


@pytest.mark.parametrize(
    ("text", "partials", "forward", "reverse", "kept"),
    [
        # No partial of a sum costs, and none is multiplied.
        ("y = a + b", 0, 0, 0, 0),
        # b and a stand there; a·ȧ: one product each.
        ("y = a*b", 0, 1, 2, 2),
        ("y = sin(a)", 1, 1, 1, 1),
        # Two edges to one operand: a sum beside the two products.
        ("y = a*a", 0, 3, 3, 1),
        ("y = sin(a) + a*b", 1, 3, 4, 2),
    ],
)
def test_passes_over_numbers(
    text: str, partials: int, forward: int, reverse: int, kept: int
) -> None:
    made, at = counts(text)
    assert (made.partials, made.forward(at["a"]), made.reverse(at["y"]), made.kept) == (
        partials,
        forward,
        reverse,
        kept,
    )
    assert made.differences(at["a"]) == 2 * made.values + 4


def test_passes_over_arrays() -> None:
    made, at = counts("W: 2x3; a: 3; y = W @ a")
    # W ȧ: 2 entries of 3 products and 2 sums; Wᵀ ȳ: 3 entries of 2 products and 1 sum,
    # and ȳ aᵀ: 6 entries of one product.
    assert made.forward(at["a"]) == 2 * 5
    assert made.reverse(at["y"]) == 3 * 3 + 6
    assert made.kept == 6 + 3
    assert made.differences(at["a"]) == 3 * (2 * 10 + 4)
    # The bias is a number for each of three: its adjoint adds three up.
    made, at = counts("a: 3; y = a + b")
    assert (made.forward(at["b"]), made.reverse(at["y"])) == (0, 2)
    made, at = counts("a: 3; y = a*b")
    # Adjoints: ȳ b, and ȳ a added up.
    assert (made.forward(at["b"]), made.reverse(at["y"])) == (3, 3 + 3 + 2)


LADDER = "y = u3*v3; u3 = u2 + v2; v3 = u2*v2; u2 = sin(x) + x; v2 = x*z"


def test_paths_are_all_ways() -> None:
    graph = chainrule.parse(LADDER).list
    users = {
        node: [
            (user, slot)
            for user in range(len(graph))
            for slot in range(2)
            if slot < len(graph.operands[user]) and graph.operands[user][slot] == node
        ]
        for node in range(len(graph))
    }

    def ways(node: int) -> list[list[tuple[int, int]]]:
        if node == graph.outputs[0]:
            return [[]]
        return [[edge, *rest] for edge in users[node] for rest in ways(edge[0])]

    run = chainrule.parse(LADDER).work({"x": 0.5, "z": 3}, zoom="primitive").run
    inputs = [graph.index["x"], graph.index["z"]]
    for found, node in zip(paths(run, inputs), inputs, strict=True):
        every = ways(node)
        assert found.node == node
        assert found.count == len(every) == counted(graph, node)[graph.outputs[0]]
        told = [[(e.user, e.slot) for e in path.edges] for path in found.shown]
        assert sorted(told) == sorted(every)
        # From left to right as the formula is written: by slots, from the output down.
        slots = [[slot for _, slot in reversed(way)] for way in told]
        assert slots == sorted(slots)
        total = 0.0
        for path, way in zip(found.shown, told, strict=True):
            factors = [run.double.local[edge] for edge in way]
            assert path.product.shown == pytest.approx(math.prod(factors), rel=1e-12)
            total += math.prod(factors)
        assert found.total.shown == pytest.approx(total, rel=1e-12)
        assert found.adjoint.shown == pytest.approx(total, rel=1e-12)
        assert found.agrees is True


@pytest.mark.parametrize("most", [0, 1, 5, 6, 7])
def test_what_is_not_shown_is_in_the_sum(most: int) -> None:
    run = chainrule.parse("y = a*(x + x*x)*x + sin(x)").work({"a": 3, "x": 2}, zoom="primitive").run
    names = run.graph.index
    by_a, by_x = paths(run, [names["a"], names["x"]], most)
    # a(x + x²)x: x in the sum, twice in the product, and behind it; and in the sine.
    assert (by_a.count, by_x.count) == (1, 5)
    assert (len(by_a.shown), len(by_x.shown)) == (min(most, 1), min(max(most - 1, 0), 5))
    assert by_a.total.shown == pytest.approx((2 + 4) * 2)
    slope = 3 * (2 * 2 + 3 * 2**2) + math.cos(2)
    assert by_x.total.shown == pytest.approx(slope)
    assert by_a.agrees is True and by_x.agrees is True


def test_an_input_that_is_the_output_has_the_empty_path() -> None:
    run = chainrule.parse("x").work({"x": 5}).run
    (found,) = paths(run, [run.output])
    assert (found.count, found.shown[0].edges, found.total.shown) == (1, (), 1)


def test_no_way_is_a_sum_of_nothing() -> None:
    run = chainrule.parse("y = x; z = 2w; y").work({"x": 5, "w": 1}).run
    (found,) = paths(run, [run.graph.index["w"]])
    assert (found.count, found.shown, found.total.shown) == (0, (), 0)


def test_without_a_number_nothing_agrees() -> None:
    run = chainrule.parse("y = sqrt(x) + x").work({"x": 0}).run
    (found,) = paths(run, [run.graph.index["x"]])
    assert (found.count, found.agrees) == (2, None)


def test_paths_are_those_of_numbers() -> None:
    run = chainrule.parse("x: 2; y = sum(x)").work({"x": [1, 2]}).run
    with pytest.raises(GraphError, match="paths are those of numbers"):
        paths(run, [0])

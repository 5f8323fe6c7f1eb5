"""Products of vectors and matrices as they are written by hand: W x, xᵀ y, x yᵀ."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule import Graph, ParseError, PointError, ShapeError

SHAPES = "W: 3x2; x: 2; y: 2; "


@pytest.mark.parametrize(
    ("text", "op", "shape"),
    [
        ("W x", "matmul", (3,)),
        ("W·x", "matmul", (3,)),
        ("W@x", "matmul", (3,)),
        ("xᵀy", "matmul", ()),
        ("x^T y", "matmul", ()),
        ("xᵀ@y", "matmul", ()),
        ("x yᵀ", "outer", (2, 2)),
        ("x @ yᵀ", "outer", (2, 2)),
        ("xᵀ Wᵀ", "matmul", (3,)),
        ("Wᵀ(W x)", "matmul", (2,)),
        ("W * x", "mul", (3, 2)),
        ("x y", "mul", (2,)),
        ("2W", "mul", (3, 2)),
    ],
)
def test_products(text: str, op: str, shape: tuple[int, ...]) -> None:
    graph = Graph.parse(SHAPES + text)
    output = graph.list.outputs[0]
    assert graph.list.ops[output].name == op
    assert graph.list.shape(output) == shape


def test_a_transposed_number_is_that_number() -> None:
    assert Graph.parse("θᵀx").evaluate({"theta": 3, "x": 2}) == 6.0


def test_the_letter_t_as_exponent_is_a_power_where_it_can_be_nothing_else() -> None:
    assert Graph.parse("x^T").variables == ("x", "T")
    assert Graph.parse("x: 2; T: 2; x^T").variables == ("x", "T")
    assert Graph.parse("x: 2; sum(e^T x)").variables == ("T", "x")
    graph = Graph.parse("x: 2; x^T x")
    assert graph.variables == ("x",)
    note = graph.notes[0]
    assert (note.reading, note.alternative) == ("the transpose", "power")
    power = Graph.parse("x: 2; x^T x", readings={note.key: note.alternative})
    assert power.variables == ("x", "T")


def test_a_matrix_before_a_row_is_refused() -> None:
    with pytest.raises(ParseError) as caught:
        Graph.parse(SHAPES + "W xᵀ")
    assert caught.value.position == len(SHAPES)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (["1/2", "x"], PointError, "'x' is not a number"),
        ([None, 1], PointError, "not a number"),
        ([object(), 1], PointError, "not a number"),
        ([[1], 2], ShapeError, "different lengths"),
        ([1], ShapeError, r"\(1,\)"),
    ],
)
def test_entries_that_are_no_numbers_are_refused(given: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        Graph.parse("x: 2; J = sum(x)").gradient({"x": given})


def test_entries_may_be_typed() -> None:
    gradient = Graph.parse("x: 2; J = x[0]^2 x[1]").gradient({"x": ["1/2", "0.1"]})
    assert gradient["x"].tolist() == [0.1, 0.25]

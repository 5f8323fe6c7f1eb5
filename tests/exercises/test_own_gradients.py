"""Gradients of one's own, node by node: numbers by hand, arrays by NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import ChainruleError, check_backward
from chainrule.exercises.own_gradients import read_gradients

LAYER = "x: 2; b: 3; W: 3x2; y: 3; z = W x + b; p = softmax(z); L = cross_entropy(p, y)"
AT = {"W": [[1, 2], [0.5, -1], [0.3, 0.2]], "x": [1.5, -0.5], "b": [0.1, 0.2, 0.3], "y": [0, 1, 0]}


def backward(W: Any, x: Any, b: Any, y: Any) -> dict[str, Any]:
    z = W @ x + b
    p = np.exp(z) / np.exp(z).sum()
    g = p - y
    return {"p": -y / p, "z": g, "W": np.outer(g, x), "b": g, "x": W.T @ g}


def test_right_gradients_are_right_in_every_shape() -> None:
    found = check_backward(LAYER, AT, backward)
    assert found.first is None
    verdicts = {one.name: one.verdict for one in found.found}
    assert verdicts == {
        "L": "missing",
        "p": "right",
        "z": "right",
        "b": "right",
        "W": "right",
        "x": "right",
        "y": "missing",
    }


def worked(change: Any) -> Any:
    def changed(**at: Any) -> dict[str, Any]:
        return backward(**at) | change(backward(**at), at)

    return check_backward(LAYER, AT, changed).first


CHANGES = [
    (lambda g, at: {"W": g["W"].T}, "W", "transposed"),
    (lambda g, at: {"z": -g["z"]}, "z", "every sign"),
    (lambda g, at: {"x": 2 * g["x"]}, "x", "2 times"),
    (lambda g, at: {"b": np.outer([0.5, 0.5], g["b"])}, "b", "the sum over them"),
    (lambda g, at: {"W": g["W"] + [[0, 0], [0, 0], [0, 1]]}, "W", "[2, 1]"),
    (lambda g, at: {"W": at["W"]}, "W", "value of the step"),
    (lambda g, at: {"z": g["p"]}, "z", "the inner derivative is not"),
]


@pytest.mark.parametrize(("change", "name", "words"), CHANGES)
def test_what_happened_to_an_array_is_told(change: Any, name: str, words: str) -> None:
    first = worked(change)
    assert first.name == name and words in first.said


def test_what_follows_from_a_wrong_gradient_is_no_error_of_its_own() -> None:
    def doubled(**at: Any) -> dict[str, Any]:
        return {name: 2 * g for name, g in backward(**at).items() if name != "p"}

    found = {one.name: one.verdict for one in check_backward(LAYER, AT, doubled).found}
    assert found["z"] == "wrong" and found["W"] == found["b"] == found["x"] == "follows"


def test_a_table_of_numbers_is_read_and_mistakes_have_names() -> None:
    lecture = "f = a b; a = x + y; b = x y"
    # At (2, 3): a = 5, b = 6; to x come b = 6 from a, and 5 · 3 = 15 from b.
    table = "a = 6\nb = 5\nx = 15\ny = 16"
    found = check_backward(lecture, {"x": 2, "y": 3}, read_gradients(table))
    assert found.first is not None and found.first.name == "x"
    assert found.first.mistakes[0] == "overwrite-instead-of-accumulate"
    assert [one.verdict for one in found.found] == ["missing", "right", "right", "wrong", "right"]
    assert "first wrong gradient is that of x" in found.to("text")
    assert read_gradients("node,gradient\na,6\nW,[1, 2]") == {"a": "6", "W": "[1, 2]"}
    assert read_gradients('{"a": 6}') == {"a": 6}


def test_typed_numbers_may_be_rounded() -> None:
    # f = sin(u), u = 3x at 0.7: cos 2.1 = −0.5048461 and three times that, −1.5145383.
    right = check_backward("f = sin(u); u = 3x", {"x": 0.7}, {"u": "-0.505", "x": "-1.515"})
    assert [one.verdict for one in right.found] == ["missing", "right", "right"]
    wrong = check_backward("f = sin(u); u = 3x", {"x": 0.7}, {"u": "-0.5048461", "x": "-1.52"})
    assert [one.verdict for one in wrong.found] == ["missing", "right", "right"]
    wrong = check_backward("f = sin(u); u = 3x", {"x": 0.7}, {"u": "0.505", "x": "1.515"})
    assert wrong.first is not None and wrong.first.mistakes == ("sign-added",)
    assert [one.verdict for one in wrong.found][2] == "follows"


def test_a_function_may_return_a_tuple_in_the_order_of_the_inputs() -> None:
    found = check_backward("x y", {"x": 2, "y": 3}, lambda x, y: (y, y))
    assert found.first is not None and found.first.name == "y"


@pytest.mark.parametrize(
    "given", [{"nobody": 1}, {"z": "abc"}, {"z": [[1], [1, 2]]}, {"z": None}, {"z": {"a": 1}}]
)
def test_what_is_no_gradient_is_refused(given: Any) -> None:
    with pytest.raises(ChainruleError):
        check_backward(LAYER, AT, given)


@pytest.mark.parametrize("text", ["{", "no gradient here", "= 3", "u ="])
def test_a_faulty_table_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(chainrule.FileError):
        read_gradients(text)

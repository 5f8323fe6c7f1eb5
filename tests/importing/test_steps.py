"""What networks of other libraries are made of, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.errors import GraphError, OutsideError
from chainrule.facade import Graph
from chainrule.importing import called
from chainrule.importing.from_onnx import TABLE, from_onnx
from chainrule.importing.steps import Steps

Write = Callable[[Steps, Any], Any]
Numpy = Callable[[Any], Any]


def softmax(x: Any, axis: int) -> Any:
    e = np.exp(x)
    return e / e.sum(axis, keepdims=True)


def correlated(x: Any, k: Any) -> Any:
    """Return the correlation of one image (C, H, W) with kernels (K, C, h, w), by its sum."""
    rows, columns = x.shape[1] - k.shape[2] + 1, x.shape[2] - k.shape[3] + 1
    found = np.zeros((k.shape[0], rows, columns))
    for r in range(rows):
        for c in range(columns):
            window = x[:, r : r + k.shape[2], c : c + k.shape[3]]
            found[:, r, c] = (k * window).sum((1, 2, 3))
    return found


KERNELS = np.random.default_rng(7).normal(size=(2, 2, 2, 2))
CASES: dict[str, tuple[tuple[int, ...], Write, Numpy]] = {
    "view": ((2, 6), lambda s, x: s.view(x, (3, -1)), lambda x: x.reshape(3, -1)),
    "flatten": ((2, 3, 2), lambda s, x: s.flatten(x, 1), lambda x: x.reshape(2, 6)),
    "one transpose": (
        (2, 3, 4),
        lambda s, x: s.permute(x, (1, 2, 0)),
        lambda x: x.transpose(1, 2, 0),
    ),
    "a transpose a row": (
        (2, 3, 4),
        lambda s, x: s.permute(x, (0, 2, 1)),
        lambda x: x.transpose(0, 2, 1),
    ),
    "part": ((3, 4), lambda s, x: s.part(x, 1, -3, 3), lambda x: x[:, -3:3]),
    "at": ((3, 4, 2), lambda s, x: s.at(x, 1, -1), lambda x: x[:, -1]),
    "join": (
        (2, 3, 2),
        lambda s, x: s.join([x, s.part(x, 1, 0, 1)], 1),
        lambda x: np.concatenate([x, x[:, :1]], 1),
    ),
    "sum over axes": (
        (2, 3, 4),
        lambda s, x: s.over("collapse", x, [0, -1]),
        lambda x: x.sum((0, 2)),
    ),
    "largest, kept": (
        (2, 3),
        lambda s, x: s.over("largest", x, [1], True),
        lambda x: x.max(1, keepdims=True),
    ),
    "mean": ((2, 3), lambda s, x: s.mean(x, [0]), lambda x: x.mean(0)),
    "softmax in front": ((3, 2), lambda s, x: s.rows("softmax", x, 0), lambda x: softmax(x, 0)),
    "products": ((2, 3, 3), lambda s, x: s.matmul(x, x), lambda x: x @ x),
    "rows times a matrix": ((2, 3, 3), lambda s, x: s.matmul(x, s.at(x, 0, 1)), lambda x: x @ x[1]),
    "convolution": (
        (2, 2, 3, 4),
        lambda s, x: s.convolve(x, KERNELS),
        lambda x: np.stack([correlated(image, KERNELS) for image in x]),
    ),
    "with zeros round it": (
        (1, 2, 3, 3),
        lambda s, x: s.convolve(x, KERNELS, sides=(1, 0, 0, 1)),
        lambda x: correlated(np.pad(x[0], ((0, 0), (1, 0), (0, 1))), KERNELS)[None],
    ),
    "pooling": (
        (1, 1, 4, 4),
        lambda s, x: s.pool("largest", x, (2, 2)),
        lambda x: x.reshape(1, 1, 2, 2, 2, 2).max((3, 5)),
    ),
    "layer norm": (
        (2, 4),
        lambda s, x: s.normalise_layer(x, 1, None, None, 0.5),
        lambda x: (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 0.5),
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_numbers_are_those_of_numpy(what: str) -> None:
    shape, write, expected = CASES[what]
    x = np.random.default_rng(5).normal(size=shape)
    steps = Steps()
    graph, given = steps.finish([write(steps, steps.input("x", shape))])
    got = Graph.of(graph).evaluate(given | {"x": x.tolist()})
    np.testing.assert_allclose(got, expected(x), rtol=1e-13, atol=1e-13)


def test_names_and_numbers_that_are_all_the_same() -> None:
    steps = Steps()
    steps.input("layers.0.weight", (2,), [1, 2])
    steps.input("0.bias", (2,), [3, 4])
    steps.input("0/bias", (2,), [5, 6])
    assert steps.given == {"layers_0_weight": [1, 2], "bias0": [3, 4], "bias0_2": [5, 6]}
    assert steps.array(np.ones((2, 3))).shape == (2, 3)
    assert len(steps.given) == 3


def test_labels() -> None:
    logits, labels = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]), np.array([2, 0])
    steps = Steps()
    loss = steps.cross_entropy(steps.input("z", (2, 3)), steps.input("k", (2,)), "mean")
    graph = Graph.of(steps.finish([loss]).graph)
    expected = -np.log(softmax(logits, 1)[[0, 1], labels]).mean()
    got = graph.evaluate({"z": logits.tolist(), "k": labels.tolist()})
    assert got == pytest.approx(expected, rel=1e-14)


def test_what_is_not_written_says_so() -> None:
    steps = Steps()
    x = steps.input("x", (2, 3, 4))
    for write in (
        lambda: steps.permute(x, (2, 1, 0)),
        lambda: steps.rows("softmax", x, 1),
        lambda: steps.pool("largest", x, (2, 2), (1, 2)),
    ):
        with pytest.raises(GraphError, match=r"writ|transpose"):
            write()
    usual = {"axis": -1, "dilations": 1}
    with pytest.raises(GraphError, match="Softmax of ONNX: dilations other than 1 is not written"):
        called(TABLE, "Softmax", "ONNX", steps, [x], {"dilations": [1, 2]}, usual)
    same = called(TABLE, "Softmax", "ONNX", steps, [steps.view(x, (6, 4))], {"axis": 1}, usual)
    assert same.shape == (6, 4)
    with pytest.raises(OutsideError, match=r"pip install .chainrule\[onnx\]"):
        from_onnx("no.onnx")

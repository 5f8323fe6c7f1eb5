"""Python functions as input: what is written down, and what cannot be traced."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule import Graph, GraphError, ParseError
from chainrule.language.tracing import UFUNCS, apply, named
from chainrule.ops import OPS

Pair = namedtuple("Pair", ["low", "high"])


def test_the_same_graph_as_the_text() -> None:
    traced = Graph.trace(lambda x: np.cos(np.sin(x**2) + 3 * x**2))
    parsed = Graph.parse("cos(sin(x^2)+3x^2)")
    assert traced.list.ops == parsed.list.ops
    assert traced.list.operands == parsed.list.operands
    assert traced.gradient({"x": 1}) == parsed.gradient({"x": 1})


OPERATORS: list[tuple[Callable[..., Any], str]] = [
    (lambda x, y: x + y - 2 * x / y, "x + y - 2*x/y"),
    (lambda x, y: -x + (+y) + abs(x), "-x + y + |x|"),
    (lambda x, y: x**y + 2**x + x**2, "x^y + 2^x + x^2"),
    (lambda x, y: 1 - x + 3 / y, "1 - x + 3/y"),
    (lambda x, y: np.maximum(0, x) * np.minimum(y, 1), "max(0, x)*min(y, 1)"),
    (lambda x, y: np.float64(0.5) * x + np.int64(3) + np.array(2.0) * y, "0.5x + 3 + 2.0y"),
    (lambda x, y: np.arctan2(y, x) + np.log1p(x), "atan2(y, x) + log1p(x)"),
    (lambda x, y: np.clip(x, 0, y), "clip(x, 0, y)"),
]


@pytest.mark.parametrize(("function", "text"), OPERATORS)
def test_operators_and_numpy(function: Callable[..., Any], text: str) -> None:
    point = {"x": 0.75, "y": 1.5}
    traced, parsed = Graph.trace(function), Graph.parse(text)
    assert traced.evaluate(point) == pytest.approx(function(0.75, 1.5), rel=1e-12)
    for name, slope in parsed.gradient(point).items():
        assert traced.gradient(point)[name] == pytest.approx(slope, rel=1e-12)


def test_every_ufunc_means_what_numpy_means() -> None:
    two = {"add", "subtract", "multiply", "divide", "power", "float_power", "arctan2"}
    two |= {"maximum", "minimum", "fmax", "fmin"}
    for name, op in UFUNCS.items():
        if name == "matmul" or op not in OPS:
            continue
        ufunc = getattr(np, name)
        numbers = (0.75, 0.5)[: 2 if name in two else 1]
        numbers = (1.5,) if name == "arccosh" else numbers
        graph = Graph.trace(ufunc, *"xy"[: len(numbers)])
        found = graph.evaluate(dict(zip("xy", numbers, strict=False)))
        assert found == pytest.approx(float(ufunc(*numbers)), rel=1e-12), name


def test_numbers_are_exact() -> None:
    graph = Graph.trace(lambda x: 0.1 * x + 3)
    numbers = [p["number"] for p in graph.list.parameters.values()]
    assert [float(n) for n in numbers] == [0.1, 3.0]
    assert numbers[0].denominator == 2**55


def test_vectors_and_matrices() -> None:
    def model(W: Any, x: Any, b: Any) -> Any:
        return np.sum(np.tanh(W @ x + b)) + x.T @ x + np.dot(x, x) + b.sum()

    graph = Graph.trace(model, W=(2, 3), x=3, b=2)
    assert [graph.list.shape(node) for node in graph.list.inputs] == [(2, 3), (3,), (2,)]
    point = {"W": np.ones((2, 3)) / 4, "x": np.arange(3.0), "b": np.ones(2)}
    assert float(graph.evaluate(point)) == pytest.approx(float(model(**point)))


def test_arguments_are_the_inputs() -> None:
    assert Graph.trace(lambda x, k=3: k * x).variables == ("x",)
    assert Graph.trace(lambda x, *, theta_0: theta_0 * x).variables == ("x", "theta0")
    assert Graph.trace(lambda *a: a[0] * a[1], "p", "q").variables == ("p", "q")
    assert Graph.trace(np.multiply, "p", "q").variables == ("p", "q")
    assert Graph.trace(lambda x, y: x * y, "t").variables == ("t", "y")


def test_outputs() -> None:
    point = {"x": 2}
    assert Graph.trace(lambda x: x).gradient(point) == {"x": 1.0}
    assert Graph.trace(lambda x: 3).gradient(point) == {"x": 0.0}
    assert dict(Graph.trace(lambda x: (x, x**2)).jacobian(point)) == {
        "f1": {"x": 1.0},
        "f2": {"x": 4.0},
    }
    assert list(Graph.trace(lambda x: {"a": 2 * x, "b": x}).jacobian(point)) == ["a", "b"]
    assert list(Graph.trace(lambda x: Pair(x - 1, x + 1)).jacobian(point)) == ["low", "high"]


def test_names_inside() -> None:
    def lecture(x: Any) -> Any:
        t = named(x**2, "t")
        u = named(np.sin(t) + 3 * t, "u")
        return np.cos(u)

    graph = Graph.trace(lecture)
    assert graph.reverse({"x": 1})["adjoint:t"] == pytest.approx(2.2803958953)
    assert lecture(1.0) == pytest.approx(graph.evaluate({"x": 1}))


def test_operations_without_a_name_in_numpy() -> None:
    graph = Graph.trace(lambda a: apply("leaky_relu", apply("softplus", a), slope="1/5") + 0 * a)
    assert graph.evaluate({"a": 0}) == pytest.approx(math.log(2))
    for operands in (("foo", 1), ("relu", 1), ("relu",)):
        with pytest.raises(GraphError):
            apply(*operands)
    with pytest.raises(GraphError, match="slope"):
        Graph.trace(lambda x: apply("relu", x, steepness=2))


REFUSED: list[tuple[Callable[..., Any], str]] = [
    (lambda x: x if x > 0 else -x, "decide"),
    (lambda x: x if x else 1, "decide"),
    (lambda x: x if x == 0 else 1, "decide"),
    (lambda x: max(x, 0), "decide"),
    (lambda x: np.where(x > 0, x, 0), "decide"),
    (lambda x: np.isnan(x), "decide"),
    (lambda x: np.greater(x, 0), "decide"),
    (lambda x: math.sin(x), "np.sin"),
    (lambda x: float(x), "np.sin"),
    (lambda x: int(x), "np.sin"),
    (lambda x: round(x), "np.sin"),
    (lambda x: range(x), "np.sin"),
    (lambda x: x // 2, "floor"),
    (lambda x: x % 2, "floor"),
    (lambda x: list(x), "taken apart"),
    (lambda x: x[0], "taken apart"),
    (lambda x: np.array([x, x]), "array"),
    (lambda x: np.array([1, 2]) * x, "ndarray"),
    (lambda x: x + "0.1", "str"),
    (lambda x: x + 1j, "complex"),
    (lambda x: x + math.nan, "nan"),
    (lambda x: None, "NoneType"),
    (lambda x: (), "nothing"),
    (lambda x: np.hypot(x, x), "np.hypot"),
    (lambda x: np.exp(x, dtype=float), "dtype"),
    (lambda x: np.add.reduce(x), "reduce"),
    (lambda x: np.sum(x, axis=0), "axis"),
    (lambda x: np.linalg.inv(x), "np.inv"),
    (lambda x: x @ x, "matrix product"),
    (lambda x: named(x, "x"), "twice"),
]


@pytest.mark.parametrize(("function", "word"), REFUSED)
def test_what_cannot_be_traced_says_why(function: Callable[..., Any], word: str) -> None:
    with pytest.raises(GraphError, match=word):
        Graph.trace(function)


class Untold:
    """A function whose arguments Python cannot tell, as of many that are written in C."""

    __signature__ = "unknown"

    def __call__(self, *operands: Any) -> Any:
        return operands[0] - 2 * operands[1]


def twice(z: Any, a: Any, *rest: Any, scale: Any, power: int = 2) -> Any:
    return (z - 2 * a) * scale**power


@pytest.mark.parametrize(
    ("function", "names", "inputs"),
    [
        (Untold(), ("z", "a"), ["z", "a"]),
        (twice, (), ["z", "a", "scale"]),
        (twice, ("y",), ["y", "a", "scale"]),
        (twice, ("y", "b"), ["y", "b", "scale"]),
        (lambda *operands: operands[0] - operands[1], ("z", "a"), ["z", "a"]),
        (lambda z, a=3: z - 2 * a, (), ["z"]),
        (lambda z, a=3: z - 2 * a, ("z", "a"), ["z", "a"]),
        (lambda z, /, a: z - 2 * a, ("y",), ["y", "a"]),
        (lambda z, **more: z, (), ["z"]),
    ],
)
def test_inputs_are_the_arguments_in_their_order(
    function: Callable[..., Any], names: tuple[str, ...], inputs: list[str]
) -> None:
    graph = Graph.trace(function, *names)
    assert [graph.list.names[node] for node in graph.list.inputs] == inputs
    with pytest.raises(GraphError, match="give their names"):
        Graph.trace(Untold())


def test_shapes_and_names_that_do_not_fit() -> None:
    with pytest.raises(GraphError, match="arguments are: x"):
        Graph.trace(lambda x: x, y=2)
    for shape in (0, -1, (1, 2, 3), "a"):
        with pytest.raises(GraphError, match="shape of x"):
            Graph.trace(lambda x: x, x=shape)  # type: ignore[arg-type]
    with pytest.raises(GraphError, match="2 names"):
        Graph.trace(lambda x: x, "a", "b")
    with pytest.raises(ParseError, match="not a name"):
        Graph.trace(lambda _x: _x)


def test_a_long_loop_is_no_crash() -> None:
    def loop(x: Any) -> Any:
        for _ in range(5_000):
            x = x + 1
        return x

    assert Graph.trace(loop).evaluate({"x": 0}) == 5_000

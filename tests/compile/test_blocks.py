"""Very many points at once against the same points a few at a time, and what is undefined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import Graph
from chainrule.compile import blocks
from chainrule.compile.compiled import MANY

FORMULAS = {
    "logistic": "p = 1/(1+exp(-(w x+v y+b))); L = y log(p)+(1-y) log(1-p)",
    "sigmoid": "sigma(w x + b) log_sigmoid(v y) + softplus(x)",
    "powers": "x^3 + y^-2 + x^5 y^7 + x^0.5 + (x y)^2.5 + x^12 + x^0",
    "quotients": "x/y + y/(1+x^2) + 1/(1+x^2)^2 + (x-y)/(1/x)",
    "kinks": "relu(x) + |y| + max(x, y, b) + min(x, 1) + clip(w x, -1, 1)",
    "pieces": "where(x - y, sin(x), x y) + floor(y) + sign(x)",
    "special": "erf(x) + gamma(y) atan2(x, y)",
    "hyperbolic": "tanh(x) sinh(y) + acosh(x) + cosh(y) + sech(x)",
    "constants": "2 x + pi + 3 sin(2)",
    "doubled": "x + 0 y",
    "angle": "sin(x) y + cos(y) + tan(x y) + cos(x) sin(y)",
    "negations": "-(x - y) - (-x) + exp(-(x + b)) - (-y + x)",
}
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -36.8, 709.0, -745.2, 1e-310, 1e155, -1e200, np.inf]
SPECIAL += [-np.inf, np.nan, np.pi / 2, 22.0, 1e22]


def drawn(names: Any, seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    size = MANY + 1234  # the last block is a short one
    arrays = {name: generator.normal(size=size) for name in ("x", "y")}
    some = generator.integers(0, size, size=(2, 4 * len(SPECIAL)))
    for name, places in zip(arrays, some, strict=True):
        arrays[name][places] = generator.permutation(SPECIAL * 4)
    # Every special value meets every other one.
    pairs = np.array(np.meshgrid(SPECIAL, SPECIAL)).reshape(2, -1)
    arrays["x"][: pairs.shape[1]], arrays["y"][: pairs.shape[1]] = pairs
    numbers = {name: float(generator.normal()) for name in ("w", "v", "b")}
    return {name: array for name, array in {**arrays, **numbers}.items() if name in names}


def few_at_a_time(made: Any, point: dict[str, Any]) -> Any:
    size = max(map(np.size, point.values()))
    parts = []
    for start in range(0, size, MANY - 1):
        cut = slice(start, start + MANY - 1)
        parts.append(made({n: x[cut] if np.ndim(x) else x for n, x in point.items()}))
    values = np.concatenate([value for value, _ in parts])
    return values, {n: np.concatenate([g[n] for _, g in parts]) for n in made.wrt}


def assert_same(a: Any, b: Any) -> None:
    assert a.shape == b.shape
    np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
    np.testing.assert_array_equal(np.isinf(a), np.isinf(b))
    both = np.isfinite(a)
    a, b = a[both], b[both]
    allowed = np.maximum(4 * np.spacing(np.abs(b)), 1e-14 * np.maximum(1, np.abs(b)))
    assert np.all(np.abs(a - b) <= allowed)


@pytest.mark.parametrize("tangents", [False, True])
@pytest.mark.parametrize("name", FORMULAS)
def test_many_points_are_as_few(
    name: str, tangents: bool, sample_seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "tangent_pays", lambda: tangents)
    made = Graph.parse(FORMULAS[name]).compile()
    point = drawn(made.inputs, sample_seed)
    value, gradient = made(point)
    expected, slopes = few_at_a_time(made, point)
    assert_same(value, expected)
    assert_same(made.value(point), expected)
    for wrt in made.wrt:
        assert_same(gradient[wrt], slopes[wrt])


@pytest.mark.parametrize("tangents", [False, True])
def test_an_angle_that_is_computed(
    tangents: bool, sample_seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "tangent_pays", lambda: tangents)
    x = np.random.default_rng(sample_seed).normal(size=2 * MANY)
    value, gradient = Graph.parse("cos(sin(x^2)+3x^2)").compile()(x=x)
    angle, inner = np.sin(x**2) + 3 * x**2, 2 * x * np.cos(x**2) + 6 * x
    # An angle that is rounded the other way moves everything behind it by its slope.
    other = np.spacing(angle)
    assert np.all(np.abs(value - np.cos(angle)) <= 1e-14 + other)
    slope = -np.sin(angle) * inner
    assert np.all(
        np.abs(gradient["x"] - slope) <= 1e-14 * (1 + np.abs(inner)) + other * np.abs(inner)
    )


def test_results_of_two_calls_are_two(sample_seed: int) -> None:
    made = Graph.parse("x^2 y").compile()
    x, y = np.random.default_rng(sample_seed).normal(size=(2, 3 * MANY))
    first, slopes = made(x=x, y=y)
    kept = [first[5:9], slopes["x"][::7]]
    copies = [array.copy() for array in kept]
    del first, slopes  # views alone hold what was lent
    made(x=x, y=y)
    second, _ = made(x=y, y=x)
    third, _ = made(x=y, y=y)
    for array, copy in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_array_equal(second, y**2 * x)
    np.testing.assert_array_equal(third, y**2 * y)


def test_points_in_rows_and_columns() -> None:
    made = Graph.parse("x y + sin(x)").compile()
    x, y = np.linspace(0, 1, 200)[:, None], np.linspace(1, 2, 300)
    value, gradient = made(x=x, y=y)
    np.testing.assert_allclose(value, x * y + np.sin(x), rtol=1e-14)
    np.testing.assert_allclose(gradient["x"], y + np.cos(x), rtol=1e-14)
    assert gradient["y"].shape == (200, 300)
    assert not np.shares_memory(gradient["y"], value)

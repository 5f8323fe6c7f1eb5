"""Very many points at once against the same points a few at a time, and what is undefined.

The loops over points are machine code where numba is installed; elsewhere Python runs their text.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from chainrule import Graph
from chainrule.compile import blocks, jit, points, wide
from chainrule.compile.compiled import MANY

FORMULAS = {
    "logistic": "p = 1/(1+exp(-(w x+v y+b))); L = y log(p)+(1-y) log(1-p)",
    "sigmoid": "sigma(w x + b) log_sigmoid(v y) + softplus(x)",
    "powers": "x^3 + y^-2 + x^5 y^7 + x^0.5 + (x y)^2.5 + x^12 + x^0",
    "quotients": "x/y + y/(1+x^2) + 1/(1+x^2)^2 + (x-y)/(1/x)",
    "kinks": "relu(x) + |y| + max(x, y, b) + min(x, 1) + clip(w x, -1, 1)",
    "pieces": "where(x - y, sin(x), x y) + floor(y) + sign(x)",
    "steps": "relu(x, slope=1) + relu(y, slope=1/2) + relu(x y) + where(x, y, 1) where(y, 0, x)",
    "special": "erf(x) + gamma(y) atan2(x, y)",
    "hyperbolic": "tanh(x) sinh(y) + acosh(x) + cosh(y) + sech(x)",
    "constants": "2 x + pi + 3 sin(2)",
    "doubled": "x + 0 y",
    "angle": "sin(x) y + cos(y) + tan(x y) + cos(x) sin(y)",
    "negations": "-(x - y) - (-x) + exp(-(x + b)) - (-y + x)",
    "logarithms": "log2(x^2) + log10(1 + y^2) + log1p(exp(x)) + expm1(y) + erf(w x) + lgamma(v^2)",
    "waves": "tanh(x y) cosh(x) + sinh(y) + sqrt(1 + x^2) + ceil(y) exp(b)",
    "alone": "x exp(b) + log(w^2) y",
    "arcs": "atan(x) asinh(y) + asin(sin(x)/2) acos(cos(y)/2) + acosh(1 + x^2) + atanh(x/(9+x^2))",
}
# What only NumPy has in wide registers, or nobody, is not in the loop over points.
IN_BLOCKS_ALONE = {"powers", "special"}
# Where nothing but arithmetic is done, the loop is right for every number there is.
ARITHMETIC = {"quotients", "kinks", "steps", "constants", "doubled", "alone"}
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -36.8, 709.0, -745.2, 1e-310, 1e155, -1e200, np.inf]
SPECIAL += [-np.inf, np.nan, np.pi / 2, 22.0, 1e22]


def drawn(names: Any, seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    size = MANY + 1234  # the last block is a short one, and has the special values
    arrays = {name: generator.normal(size=size) for name in ("x", "y")}
    some = generator.integers(MANY, size, size=(2, 4 * len(SPECIAL)))
    for name, places in zip(arrays, some, strict=True):
        arrays[name][places] = generator.permutation(SPECIAL * 4)
    # Every special value meets every other one.
    pairs = np.array(np.meshgrid(SPECIAL, SPECIAL)).reshape(2, -1)
    arrays["x"][-pairs.shape[1] :], arrays["y"][-pairs.shape[1] :] = pairs
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


def assert_same(a: Any, b: Any, spread: Any = 0) -> None:
    assert a.shape == b.shape
    np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
    np.testing.assert_array_equal(np.isinf(a), np.isinf(b))
    both = np.isfinite(a)
    spread = np.broadcast_to(spread, a.shape)[both]
    a, b = a[both], b[both]
    allowed = np.maximum(4 * np.spacing(np.abs(b)), 1e-14 * np.maximum(1, np.abs(b)))
    assert np.all(np.abs(a - b) <= allowed + spread)


@pytest.mark.parametrize("tangents", [False, True])
@pytest.mark.parametrize("name", FORMULAS)
def test_many_points_are_as_few(
    name: str, tangents: bool, sample_seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "tangent_pays", lambda: tangents)
    monkeypatch.setattr(jit, "is_there", lambda: False)
    made = Graph.parse(FORMULAS[name]).compile()
    point = drawn(made.inputs, sample_seed)
    value, gradient = made(point)
    expected, slopes = few_at_a_time(made, point)
    assert_same(value, expected)
    assert_same(made.value(point), expected)
    for wrt in made.wrt:
        assert_same(gradient[wrt], slopes[wrt])


def in_python(source: str, *names: str) -> tuple[Any, ...]:
    """Return functions of a source for numba as Python runs it."""

    def doubles(function: Callable[..., float]) -> Callable[..., Any]:
        # NumPy's divide by 0, as machine code does.
        return lambda *operands: np.float64(function(*operands))

    functions = {name: getattr(wide, name) for name in jit.WIDE}
    functions |= {name: getattr(math, name) for name in MATH}
    namespace = {"np": np, **{name: doubles(function) for name, function in functions.items()}}
    with np.errstate(all="ignore"):
        exec(source, namespace)
    return tuple(namespace[name] for name in names)


MATH = ("erf", "erfc", "gamma", "lgamma")
COMPILED: Callable[..., tuple[Any, ...]] = jit.compiled if jit.is_there() else in_python


class Off:
    """NumPy, each of its functions that `wide` has too off by one unit."""

    def __init__(self, side: float) -> None:
        self.side = side

    def __getattr__(self, name: str) -> Any:
        function = getattr(np, name)
        if name not in wide.RANGES:
            return function
        return lambda *operands: np.nextafter(function(*operands), self.side)


def moved(made: Any, point: dict[str, Any], expected: Any) -> list[Any]:
    """Return how far results move when each function of NumPy is off by one unit, up or down."""
    source = made.source.replace("import numpy as np", "")
    found = [np.zeros(np.shape(x)) for x in expected]
    for side in (np.inf, -np.inf):
        namespace: dict[str, Any] = {"np": Off(side)}
        with np.errstate(all="ignore"):
            exec(source, namespace)
            other = namespace["value_and_grad"](*(point[name] for name in made.inputs))
            ways = zip(found, other, expected, strict=True)
            found = [np.maximum(far, np.abs(x - y)) for far, x, y in ways]
    return [np.where(np.isfinite(far), far, 0) for far in found]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_loop_over_points_is_as_few(
    name: str, sample_seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    good: list[list[bool]] = []

    def compiled_(source: str, *names: str) -> tuple[Any, ...]:
        (loop,) = COMPILED(source, *names)

        def watched(*arrays: Any) -> None:
            with np.errstate(all="ignore"):
                loop(*arrays)
            good.append(arrays[-1].tolist())

        return (watched,)

    monkeypatch.setattr(jit, "is_there", lambda: True)
    monkeypatch.setattr(jit, "compiled", compiled_)
    monkeypatch.setattr(points, "MANY", MANY)
    made = Graph.parse(FORMULAS[name]).compile()
    point = drawn(made.inputs, sample_seed)
    value, gradient = made(point)
    first = name != "hyperbolic"  # acosh has no value at most of its points
    assert good == ([] if name in IN_BLOCKS_ALONE else [[first, name in ARITHMETIC]])
    expected, slopes = few_at_a_time(made, point)
    ends = [expected, *(slopes[wrt] for wrt in made.wrt)]
    # What magnifies the rounding of a function does so by the plain way too.
    spread = moved(made, point, ends)
    for a, b, far in zip([value, *gradient.values()], ends, spread, strict=True):
        assert_same(a, b, 4 * far)


@pytest.mark.parametrize("name", sorted(wide.RANGES))
def test_functions_for_wide_registers(name: str, sample_seed: int) -> None:
    generator = np.random.default_rng(sample_seed)
    low, high = wide.RANGES[name]
    numbers = [low, high, *generator.uniform(max(low, -100), min(high, 100), 100)]
    numbers += [0.0, -1e-9, 1e-9, 0.5, 1.0, 2.0, *generator.normal(size=100)]
    source = f"def loop(x, y):\n    for i in range(len(x)):\n        y[i] = {name}(x[i])\n"
    (loop,) = COMPILED(source, "loop")
    x = np.array([number for number in numbers if low <= number <= high])
    y = np.empty_like(x)
    loop(x, y)
    exact = getattr(mpmath, {"log2": "log", "log10": "log"}.get(name, name.replace("arc", "a")))
    for number, found in zip(x.tolist(), y.tolist(), strict=True):
        with mpmath.workdps(40):
            base = {"log2": 2, "log10": 10}.get(name)
            wanted = exact(number, base) if base else exact(mpmath.mpf(number))
            assert abs(found - wanted) <= 4 * math.ulp(float(wanted)), number


@pytest.mark.parametrize("tangents", [False, True])
def test_an_angle_that_is_computed(
    tangents: bool, sample_seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "tangent_pays", lambda: tangents)
    monkeypatch.setattr(jit, "is_there", lambda: False)
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

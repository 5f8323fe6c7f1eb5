"""What every operation should compute, from outside: SymPy, mpmath, and math or NumPy.

An operation whose name is the name of a function in all three needs no row here. The
others have one; none repeats the formula of the record.
"""

from __future__ import annotations

import math
import operator
import statistics
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy
from sympy.stats import Normal, density

from chainrule.testing.digits import holds
from chainrule.testing.laws import MP
from tests.laws.outside import Counterpart


def everywhere(function: Callable[..., Any]) -> Counterpart:
    """Return the reference of a function that works on any kind of number."""
    return Counterpart(function, function, function)


def _winner(*xs: Any, slot: int) -> Any:
    return sympy.Mul(*(sympy.Heaviside(xs[slot] - x) for i, x in enumerate(xs) if i != slot))


def _collapsed(a: Any, shape: tuple[int, ...]) -> Any:
    """Sum the entries of `a` that one entry of `shape` would be repeated to."""
    size = math.prod(shape)
    label = np.broadcast_to(np.arange(size).reshape(shape), a.shape)
    flat = [
        sum((x for x, i in zip(a.flat, label.flat, strict=True) if i == k), start=0 * a.flat[0])
        for k in range(size)
    ]
    return np.array(flat, dtype=a.dtype).reshape(shape)


SELU = ("1.05070098735548049342", "1.67326324235437728482")
HALF = sympy.Rational(1, 2)


def exact(number: Any) -> Any:
    """Return a parameter as a SymPy number."""
    return sympy.Rational(number.numerator, number.denominator)


def branches(condition: Any, positive: Any, other: Any) -> Any:
    """Return a SymPy expression that is `positive` where `condition` is, else `other`."""
    return sympy.Piecewise((positive, condition > 0), (other, True))


FORMAL: dict[str, Callable[..., Any]] = {
    "less": sympy.Lt,
    "at_most": sympy.Le,
    "greater": sympy.Gt,
    "at_least": sympy.Ge,
    "equal": sympy.Eq,
    "unequal": sympy.Ne,
    "positive": lambda x: sympy.Gt(x, 0),
    "and": sympy.And,
    "or": sympy.Or,
    "not": sympy.Not,
}


def formal(condition: Any, xs: Any) -> Any:
    """Return a condition of a choice as one of SymPy's."""
    what, *parts = condition
    if what == "else":
        return True
    inner = what in ("and", "or", "not")
    return FORMAL[what](*(formal(part, xs) if inner else xs[part] for part in parts))


def stairs(x: Any) -> Any:
    """Return floor x between −9 and 9 as steps, which SymPy can differentiate."""
    return sympy.Add(-10, *(sympy.Heaviside(x - k) for k in range(-9, 10)))


def huber(residual: Any, delta: Any) -> Any:
    size = abs(residual)
    return residual * residual / 2 if size <= delta else delta * (size - delta / 2)


def exp(x: Any) -> Any:
    """Return e^x for SymPy, mpmath and floats alike."""
    return sympy.exp(x) if isinstance(x, sympy.Expr) else MP.exp(x)


ROWS: Mapping[str, Counterpart] = {
    "identity": everywhere(lambda a: a),
    "given": everywhere(lambda a, b: a),
    "add": everywhere(operator.add),
    "sub": everywhere(operator.sub),
    "mul": everywhere(operator.mul),
    "div": everywhere(operator.truediv),
    "neg": everywhere(operator.neg),
    "reciprocal": Counterpart(lambda a: a ** sympy.Integer(-1), lambda a: a**-1, np.reciprocal),
    "power": Counterpart(sympy.Pow, MP.power, math.pow),
    "sigmoid": Counterpart(
        lambda x: (1 + sympy.tanh(x / 2)) / 2,
        lambda x: (1 + MP.tanh(x / 2)) / 2,
        lambda x: (1 + math.tanh(x / 2)) / 2,
    ),
    "log_sigmoid": Counterpart(
        lambda x: sympy.log((1 + sympy.tanh(x / 2)) / 2),
        lambda x: MP.log((1 + MP.tanh(x / 2)) / 2),
        lambda x: -np.logaddexp(0.0, -x),
    ),
    "logit": Counterpart(
        lambda p: 2 * sympy.atanh(2 * p - 1),
        lambda p: 2 * MP.atanh(2 * p - 1),
        lambda p: math.log(p) - math.log(1 - p),
    ),
    "softplus": Counterpart(
        lambda x: x / 2 + sympy.log(2 * sympy.cosh(x / 2)),
        lambda x: x / 2 + MP.log(2 * MP.cosh(x / 2)),
        lambda x: np.logaddexp(0.0, x),
    ),
    "leaky_relu": Counterpart(
        lambda x, slope, at: (exact(1 + slope) * x + exact(1 - slope) * sympy.Abs(x)) / 2,
        lambda x, slope, at: x if x > 0 else x * slope.numerator / slope.denominator,
        lambda x, slope, at: x if x > 0 else x * float(slope),
    ),
    "elu": Counterpart(
        lambda x, alpha, at: branches(x, x, exact(alpha) * (sympy.exp(x) - 1)),
        lambda x, alpha, at: x if x > 0 else MP.expm1(x) * alpha.numerator / alpha.denominator,
        lambda x, alpha, at: x if x > 0 else float(alpha) * math.expm1(x),
    ),
    "selu": Counterpart(
        lambda x, at: (
            sympy.Rational(SELU[0]) * branches(x, x, sympy.Rational(SELU[1]) * (sympy.exp(x) - 1))
        ),
        lambda x, at: MP.mpf(SELU[0]) * (x if x > 0 else MP.mpf(SELU[1]) * MP.expm1(x)),
        lambda x, at: float(SELU[0]) * (x if x > 0 else float(SELU[1]) * math.expm1(x)),
    ),
    "gelu": Counterpart(
        lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        lambda x: x * MP.ncdf(x),
        lambda x: x * statistics.NormalDist().cdf(x),
    ),
    "silu": Counterpart(
        lambda x: x * (1 + sympy.tanh(x / 2)) / 2,
        lambda x: x * (1 + MP.tanh(x / 2)) / 2,
        lambda x: x / (1 + math.exp(-x)),
    ),
    "swish": Counterpart(
        lambda x, beta: x * (1 + sympy.tanh(exact(beta) * x / 2)) / 2,
        lambda x, beta: x * (1 + MP.tanh(x * beta.numerator / beta.denominator / 2)) / 2,
        lambda x, beta: x / (1 + math.exp(-x * float(beta))),
    ),
    # tanh(ln u) = (u² − 1)/(u² + 1) with u = 1 + e^x.
    "mish": everywhere(lambda x: x * ((1 + exp(x)) ** 2 - 1) / ((1 + exp(x)) ** 2 + 1)),
    "hard_sigmoid": Counterpart(
        lambda x, slope, at: (
            (1 + sympy.Abs(exact(slope) * x + HALF) - sympy.Abs(exact(slope) * x - HALF)) / 2
        ),
        lambda x, slope, at: min(
            MP.one, max(MP.zero, x * MP.mpf(slope.numerator) / slope.denominator + MP.mpf(0.5))
        ),
        lambda x, slope, at: np.clip(x * float(slope) + 0.5, 0, 1),
    ),
    "hard_swish": Counterpart(
        lambda x, at: x * (sympy.Abs(x + 3) - sympy.Abs(x - 3) + 6) / 12,
        lambda x, at: x * min(6, max(0, x + 3)) / 6,
        lambda x, at: x * np.clip(x + 3, 0, 6) / 6,
    ),
    "piecewise_linear": Counterpart(
        lambda x, at: (1 + sympy.Abs(x + HALF) - sympy.Abs(x - HALF)) / 2,
        lambda x, at: min(MP.one, max(MP.zero, x + MP.mpf(0.5))),
        lambda x, at: np.clip(x + 0.5, 0, 1),
    ),
    "square": everywhere(lambda a: a * a),
    "cbrt": Counterpart(
        lambda a: sympy.sign(a) * sympy.root(sympy.Abs(a), 3),
        lambda a: MP.sign(a) * MP.cbrt(abs(a)),
        np.cbrt,
    ),
    "root": Counterpart(
        lambda a, n: sympy.exp(sympy.log(a) / n),
        lambda a, n: MP.exp(MP.log(a) / n),
        lambda a, n: math.exp(math.log(a) / n),
    ),
    "expm1": Counterpart(lambda x: sympy.exp(x) - 1, MP.expm1, math.expm1),
    "log1p": Counterpart(lambda x: sympy.log(1 + x), MP.log1p, math.log1p),
    "log2": Counterpart(lambda x: sympy.log(x, 2), lambda x: MP.log(x, 2), math.log2),
    "log10": Counterpart(lambda x: sympy.log(x, 10), MP.log10, math.log10),
    "log_b": Counterpart(sympy.log, MP.log, math.log),
    "sec": Counterpart(sympy.sec, MP.sec, lambda x: 1 / math.cos(x)),
    "csc": Counterpart(sympy.csc, MP.csc, lambda x: 1 / math.sin(x)),
    "cot": Counterpart(sympy.cot, MP.cot, lambda x: 1 / math.tan(x)),
    "coth": Counterpart(sympy.coth, MP.coth, lambda x: 1 / math.tanh(x)),
    "sech": Counterpart(sympy.sech, MP.sech, lambda x: 1 / math.cosh(x)),
    "csch": Counterpart(sympy.csch, MP.csch, lambda x: 1 / math.sinh(x)),
    "normal_pdf": Counterpart(
        lambda x: density(Normal("z", 0, 1))(x), MP.npdf, statistics.NormalDist().pdf
    ),
    "normal_cdf": Counterpart(
        lambda x: sympy.erfc(-x / sympy.sqrt(2)) / 2, MP.ncdf, statistics.NormalDist().cdf
    ),
    "lgamma": Counterpart(
        lambda x: (
            sympy.log(sympy.Abs(sympy.pi / sympy.sin(sympy.pi * x))) - sympy.loggamma(1 - x)
            if x.is_negative
            else sympy.loggamma(x)
        ),
        lambda x: MP.log(abs(MP.gamma(x))),
        math.lgamma,
    ),
    "digamma": Counterpart(sympy.digamma, MP.digamma, lambda x: float(MP.digamma(x))),
    "polygamma": Counterpart(
        lambda x, order: sympy.polygamma(order, x),
        lambda x, order: MP.polygamma(order, x),
        lambda x, order: float(MP.polygamma(order, x)),
    ),
    "squared_error": everywhere(lambda p, t: p * p - 2 * p * t + t * t),
    "absolute_error": everywhere(lambda p, t, slope: abs(p - t)),
    "huber": Counterpart(
        lambda p, t, delta: branches(
            exact(delta) - sympy.Abs(p - t),
            (p - t) ** 2 / 2,
            exact(delta) * (sympy.Abs(p - t) - exact(delta) / 2),
        ),
        lambda p, t, delta: huber(p - t, MP.mpf(delta.numerator) / delta.denominator),
        lambda p, t, delta: huber(p - t, float(delta)),
    ),
    "bce": Counterpart(
        lambda p, t: -t * sympy.log(p) - (1 - t) * sympy.log(1 - p),
        lambda p, t: -MP.log(p**t * (1 - p) ** (1 - t)),
        lambda p, t: -math.log(p**t * (1 - p) ** (1 - t)),
    ),
    "bce_slope": Counterpart(
        lambda p, t: (1 - t) / (1 - p) - t / p,
        lambda p, t: (1 - t) / (1 - p) - t / p,
        lambda p, t: (1 - t) / (1 - p) - t / p,
    ),
    "target_ratio": Counterpart(
        lambda t, p: t / p, lambda t, p: MP.fdiv(t, p), lambda t, p: np.divide(t, p)
    ),
    "bce_with_logit": Counterpart(
        lambda a, t: sympy.log(1 + sympy.exp(a)) - t * a,
        lambda a, t: MP.log(1 + MP.exp(a)) - t * a,
        lambda a, t: math.log(1 + math.exp(a)) - t * a,
    ),
    "hinge": Counterpart(
        lambda s, t, slope: (1 - s * t + sympy.Abs(1 - s * t)) / 2,
        lambda s, t, slope: max(MP.zero, 1 - s * t),
        lambda s, t, slope: max(0.0, 1 - s * t),
    ),
    "abs": Counterpart(
        lambda x, slope: sympy.Abs(x), lambda x, slope: MP.fabs(x), lambda x, slope: math.fabs(x)
    ),
    "step": Counterpart(
        lambda x, at: sympy.Heaviside(x, sympy.Rational(at)),
        lambda x, at: (1 + MP.sign(x)) / 2,
        lambda x, at: np.heaviside(x, float(at)),
    ),
    "relu": Counterpart(
        lambda x, slope: sympy.Max(x, 0),
        lambda x, slope: (x + abs(x)) / 2,
        lambda x, slope: np.maximum(x, 0.0),
    ),
    "max": Counterpart(
        lambda *xs, slope: sympy.Max(*xs),
        lambda *xs, slope: max(xs),
        lambda *xs, slope: np.maximum.reduce(xs),
    ),
    "max_weight": Counterpart(
        _winner,
        lambda *xs, slot: MP.mpf(xs[slot] == max(xs)),
        lambda *xs, slot: float(np.argmax(xs) == slot),
    ),
    "min": Counterpart(
        lambda *xs, slope: sympy.Min(*xs),
        lambda *xs, slope: min(xs),
        lambda *xs, slope: np.minimum.reduce(xs),
    ),
    "min_weight": Counterpart(
        lambda *xs, slot: _winner(*(-x for x in xs), slot=slot),
        lambda *xs, slot: MP.mpf(xs[slot] == min(xs)),
        lambda *xs, slot: float(np.argmin(xs) == slot),
    ),
    "clip": Counterpart(
        lambda x, low, high, slope: sympy.Min(sympy.Max(x, low), high),
        lambda x, low, high, slope: sorted((x, low, high))[1],
        lambda x, low, high, slope: np.clip(x, low, high),
    ),
    "where": Counterpart(
        lambda *xs, when: sympy.Piecewise(
            *((x, formal(c, xs)) for x, c in zip(xs[-len(when) :], when, strict=True))
        ),
        lambda *xs, when: next(
            x for x, c in zip(xs[-len(when) :], when, strict=True) if holds(c, xs)
        ),
        lambda *xs, when: np.select(
            [np.broadcast_to(holds(c, xs), np.shape(xs[0])) for c in when], xs[-len(when) :]
        ),
    ),
    "floor": Counterpart(stairs, MP.floor, math.floor),
    "ceil": Counterpart(lambda x: -stairs(-x), MP.ceil, math.ceil),
    "matmul": everywhere(np.matmul),
    "outer": everywhere(np.outer),
    "transpose": everywhere(np.transpose),
    "sum": everywhere(np.sum),
    "broadcast": everywhere(np.broadcast_to),
    "collapse": everywhere(_collapsed),
    # Of one example: the laws of a batch are in test_graphs and test_laws.
    "batch_sum": everywhere(lambda a: a),
    "batch_mean": everywhere(lambda a: a),
    "batch_size": everywhere(lambda a: 1),
    "batch_repeat": everywhere(lambda a, like: a),
}


def _groups(a: Any, shape: tuple[int, ...]) -> list[list[int]]:
    """Return the places of the entries that one entry of `shape` would be repeated to."""
    label = np.broadcast_to(np.arange(math.prod(shape)).reshape(shape), a.shape).ravel()
    return [np.flatnonzero(label == k).tolist() for k in range(math.prod(shape))]


def _of_groups(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the array of `function` of the entries that fall together in `shape`."""

    def grouped(a: Any, shape: tuple[int, ...]) -> Any:
        values = [function([a.flat[i] for i in group]) for group in _groups(a, shape)]
        return np.array(values).reshape(shape)

    return grouped


def _weights(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what each entry weighs among those that fall together with it in `shape`."""

    def weighted(a: Any, shape: tuple[int, ...]) -> Any:
        result = np.empty(a.size, dtype=object)
        for group in _groups(a, shape):
            for slot, i in enumerate(group):
                result[i] = function(*(a.flat[j] for j in group), slot=slot)
        return result.reshape(a.shape)

    return weighted


def _rows(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the array of `function` of each row."""
    return lambda a: np.apply_along_axis(lambda row: np.array(function(list(row))), -1, a)


def _soft(exp: Callable[..., Any], weigh: Callable[..., Any]) -> Callable[..., Any]:
    """Return `weigh` of Σⱼ exp(aⱼ − aᵢ), whose inverse is softmax."""
    return _rows(lambda row: [weigh(sum(exp(y - x) for y in row)) for x in row])


def _conv2d(x: Any, k: Any, stride: Any = 1) -> Any:
    """Add up, window by window, products of entries: no patches, no matrices."""
    image = x if x.ndim == 3 else x[None]
    kernel = k.reshape(-1, image.shape[0], *k.shape[-2:])
    h, w = kernel.shape[-2:]
    stride = int(stride)
    rows = range(0, image.shape[1] - h + 1, stride)
    columns = range(0, image.shape[2] - w + 1, stride)
    result = [
        [[(image[:, i : i + h, j : j + w] * one).sum() for j in columns] for i in rows]
        for one in kernel
    ]
    return np.array(result) if k.ndim > x.ndim else np.array(result[0])


def _windows(x: Any, size: tuple[int, int], stride: int) -> Any:
    image = x if x.ndim == 3 else x[None]
    rows = range(0, image.shape[1] - size[0] + 1, stride)
    columns = range(0, image.shape[2] - size[1] + 1, stride)
    return np.array(
        [image[:, i : i + size[0], j : j + size[1]].ravel() for i in rows for j in columns]
    ).T


def _added_windows(p: Any, size: tuple[int, int], stride: int, shape: tuple[int, ...]) -> Any:
    """Add each entry to the pixel that a numbered image has at its place in the windows."""
    numbered = _windows(np.arange(math.prod(shape)).reshape(shape), size, stride)
    result = [0 * p.flat[0]] * math.prod(shape)
    for place, entry in zip(numbered.ravel(), p.ravel(), strict=True):
        result[place] = result[place] + entry
    return np.array(result).reshape(shape)


def _block(a: Any, start: tuple[int, ...], stop: tuple[int, ...]) -> Any:
    return a[tuple(slice(i, j) for i, j in zip(start, stop, strict=True))]


def _padded(a: Any, start: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    before = (*start, *(0 for _ in shape[len(start) :]))
    wide = np.zeros(shape, dtype=a.dtype)
    wide[tuple(slice(s, s + size) for s, size in zip(before, a.shape, strict=True))] = a
    return wide


def _chosen(k: Any, shape: tuple[int, ...]) -> Any:
    """Return 1 at a class that is a symbol: constant, but where the class changes."""
    near = [sympy.Heaviside(k - c + HALF) - sympy.Heaviside(k - c - HALF) for c in range(shape[0])]
    return np.array([sympy.Piecewise((x, sympy.true)) for x in near])


HALF = sympy.Rational(1, 2)
PER_ROW_OR_ALL: Mapping[str, Counterpart] = {
    "reshape": everywhere(lambda a, shape: np.reshape(a, shape)),
    "segment": everywhere(_block),
    "pad": everywhere(_padded),
    "index": everywhere(lambda a, at: a[at]),
    "concat": everywhere(lambda *xs: np.concatenate([np.atleast_1d(x) for x in xs])),
    "mean": everywhere(
        lambda a: statistics.mean(a.ravel().tolist()) if a.dtype == float else a.sum() / a.size
    ),
    "row_product": everywhere(lambda a: np.prod(a, axis=-1)),
    "prod": everywhere(np.prod),
    "dot": everywhere(lambda a, b: a.ravel() @ b.ravel()),
    "norm": Counterpart(
        lambda a: sympy.Matrix(a.ravel().tolist()).norm(),
        lambda a: MP.norm(a.ravel().tolist()),
        np.linalg.norm,
    ),
    "largest": Counterpart(
        _of_groups(lambda xs: sympy.Max(*xs)), _of_groups(max), _of_groups(np.max)
    ),
    "smallest": Counterpart(
        _of_groups(lambda xs: sympy.Min(*xs)), _of_groups(min), _of_groups(np.min)
    ),
    "largest_weight": Counterpart(
        _weights(_winner),
        _weights(lambda *xs, slot: MP.mpf(xs[slot] == max(xs))),
        _weights(lambda *xs, slot: float(np.argmax(xs) == slot)),
    ),
    "softmax": Counterpart(
        _soft(sympy.exp, lambda x: 1 / x),
        _soft(MP.exp, lambda x: 1 / x),
        _soft(math.exp, lambda x: 1 / x),
    ),
    "log_softmax": Counterpart(
        _soft(sympy.exp, lambda x: -sympy.log(x)),
        _soft(MP.exp, lambda x: -MP.log(x)),
        _soft(math.exp, lambda x: -math.log(x)),
    ),
    "logsumexp": Counterpart(
        _rows(lambda row: sympy.log(sum(map(sympy.exp, row)))),
        _rows(lambda row: MP.log(MP.fsum(map(MP.exp, row)))),
        lambda a: np.logaddexp.reduce(a, axis=-1),
    ),
    "cross_entropy": Counterpart(
        lambda p, t: -sum(y * sympy.log(x) for x, y in zip(p, t, strict=True)),
        lambda p, t: MP.fsum(y * MP.log(1 / x) for x, y in zip(p, t, strict=True)),
        lambda p, t: math.fsum(-y * math.log(x) for x, y in zip(p, t, strict=True)),
    ),
    "cross_entropy_with_logits": Counterpart(
        lambda a, t: t @ _soft(sympy.exp, sympy.log)(a),
        lambda a, t: t @ _soft(MP.exp, MP.log)(a),
        lambda a, t: t @ _soft(math.exp, math.log)(a),
    ),
    "cross_entropy_with_label": Counterpart(
        lambda a, k: _chosen(k, a.shape) @ _soft(sympy.exp, sympy.log)(a),
        lambda a, k: _soft(MP.exp, MP.log)(a)[int(k)],
        lambda a, k: _soft(math.exp, math.log)(a)[int(k)],
    ),
    "one_hot": Counterpart(
        _chosen,
        lambda k, shape: np.array([MP.mpf(c == k) for c in range(shape[0])]),
        lambda k, shape: np.eye(shape[0])[int(k)],
    ),
    "conv2d": everywhere(_conv2d),
    "patches": everywhere(_windows),
    "unpatches": everywhere(_added_windows),
}


def reference(name: str) -> Counterpart:
    """Return the outside reference of the operation `name`.

    Raises
    ------
    LookupError
        If there is no row and not all of SymPy, mpmath and math or NumPy have the name.
    """
    if name in ROWS or name in PER_ROW_OR_ALL:
        return ROWS.get(name) or PER_ROW_OR_ALL[name]
    places = (sympy, MP, math if hasattr(math, name) else np)
    found = [getattr(place, name, None) for place in places]
    symbolic, fine, double = found
    if symbolic is None or fine is None or double is None:
        raise LookupError(f"{name}: put a row into tests/laws/references.py")
    return Counterpart(symbolic, fine, double)

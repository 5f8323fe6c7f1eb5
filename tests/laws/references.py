"""What every operation should compute, from outside: SymPy, mpmath, and math or NumPy.

An operation whose name is the name of a function in all three needs no row here. The
others have one; none repeats the formula of the record.
"""

from __future__ import annotations

import math
import operator
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy.stats import Normal, density

DIGITS = 80
# A context of its own: nothing that the package does can change its precision.
MP = mpmath.MPContext()
MP.dps = DIGITS


@dataclass(frozen=True, slots=True)
class Reference:
    """The same function three times; all take the operands, then the parameters by name.

    Parameters
    ----------
    symbolic
        Of SymPy expressions, or NumPy arrays of them.
    fine
        Of mpmath numbers, or NumPy arrays of them.
    double
        Of floats, or NumPy arrays of them.
    """

    symbolic: Callable[..., Any]
    fine: Callable[..., Any]
    double: Callable[..., Any]


def everywhere(function: Callable[..., Any]) -> Reference:
    """Return the reference of a function that works on any kind of number."""
    return Reference(function, function, function)


def _winner(*xs: Any, slot: int) -> Any:
    return sympy.Mul(*(sympy.Heaviside(xs[slot] - x) for i, x in enumerate(xs) if i != slot))


def _collapsed(a: Any, shape: tuple[int, ...]) -> Any:
    """Sum the entries of `a` that one entry of `shape` would be repeated to."""
    size = math.prod(shape)
    label = np.broadcast_to(np.arange(size).reshape(shape), a.shape)
    flat = [sum((x for x, i in zip(a.flat, label.flat, strict=True) if i == k), start=0 * a.flat[0])
            for k in range(size)]  # fmt: skip
    return np.array(flat, dtype=a.dtype).reshape(shape)


SELU = ("1.05070098735548049342", "1.67326324235437728482")
HALF = sympy.Rational(1, 2)


def exact(number: Any) -> Any:
    """Return a parameter as a SymPy number."""
    return sympy.Rational(number.numerator, number.denominator)


def branches(condition: Any, positive: Any, other: Any) -> Any:
    """Return a SymPy expression that is `positive` where `condition` is, else `other`."""
    return sympy.Piecewise((positive, condition > 0), (other, True))


def stairs(x: Any) -> Any:
    """Return floor x between −9 and 9 as steps, which SymPy can differentiate."""
    return sympy.Add(-10, *(sympy.Heaviside(x - k) for k in range(-9, 10)))


def huber(residual: Any, delta: Any) -> Any:
    size = abs(residual)
    return residual * residual / 2 if size <= delta else delta * (size - delta / 2)


def exp(x: Any) -> Any:
    """Return e^x for SymPy, mpmath and floats alike."""
    return sympy.exp(x) if isinstance(x, sympy.Expr) else MP.exp(x)


ROWS: Mapping[str, Reference] = {
    "identity": everywhere(lambda a: a),
    "add": everywhere(operator.add),
    "sub": everywhere(operator.sub),
    "mul": everywhere(operator.mul),
    "div": everywhere(operator.truediv),
    "neg": everywhere(operator.neg),
    "reciprocal": Reference(lambda a: a ** sympy.Integer(-1), lambda a: a**-1, np.reciprocal),
    "power": Reference(sympy.Pow, MP.power, math.pow),
    "sigmoid": Reference(
        lambda x: (1 + sympy.tanh(x / 2)) / 2,
        lambda x: (1 + MP.tanh(x / 2)) / 2,
        lambda x: (1 + math.tanh(x / 2)) / 2,
    ),
    "log_sigmoid": Reference(
        lambda x: sympy.log((1 + sympy.tanh(x / 2)) / 2),
        lambda x: MP.log((1 + MP.tanh(x / 2)) / 2),
        lambda x: -np.logaddexp(0.0, -x),
    ),
    "logit": Reference(
        lambda p: 2 * sympy.atanh(2 * p - 1),
        lambda p: 2 * MP.atanh(2 * p - 1),
        lambda p: math.log(p) - math.log(1 - p),
    ),
    "softplus": Reference(
        lambda x: x / 2 + sympy.log(2 * sympy.cosh(x / 2)),
        lambda x: x / 2 + MP.log(2 * MP.cosh(x / 2)),
        lambda x: np.logaddexp(0.0, x),
    ),
    "leaky_relu": Reference(
        lambda x, slope, at: (exact(1 + slope) * x + exact(1 - slope) * sympy.Abs(x)) / 2,
        lambda x, slope, at: x if x > 0 else x * slope.numerator / slope.denominator,
        lambda x, slope, at: x if x > 0 else x * float(slope),
    ),
    "elu": Reference(
        lambda x, alpha, at: branches(x, x, exact(alpha) * (sympy.exp(x) - 1)),
        lambda x, alpha, at: x if x > 0 else MP.expm1(x) * alpha.numerator / alpha.denominator,
        lambda x, alpha, at: x if x > 0 else float(alpha) * math.expm1(x),
    ),
    "selu": Reference(
        lambda x, at: (
            sympy.Rational(SELU[0]) * branches(x, x, sympy.Rational(SELU[1]) * (sympy.exp(x) - 1))
        ),
        lambda x, at: MP.mpf(SELU[0]) * (x if x > 0 else MP.mpf(SELU[1]) * MP.expm1(x)),
        lambda x, at: float(SELU[0]) * (x if x > 0 else float(SELU[1]) * math.expm1(x)),
    ),
    "gelu": Reference(
        lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        lambda x: x * MP.ncdf(x),
        lambda x: x * statistics.NormalDist().cdf(x),
    ),
    "silu": Reference(
        lambda x: x * (1 + sympy.tanh(x / 2)) / 2,
        lambda x: x * (1 + MP.tanh(x / 2)) / 2,
        lambda x: x / (1 + math.exp(-x)),
    ),
    "swish": Reference(
        lambda x, beta: x * (1 + sympy.tanh(exact(beta) * x / 2)) / 2,
        lambda x, beta: x * (1 + MP.tanh(x * beta.numerator / beta.denominator / 2)) / 2,
        lambda x, beta: x / (1 + math.exp(-x * float(beta))),
    ),
    # tanh(ln u) = (u² − 1)/(u² + 1) with u = 1 + e^x.
    "mish": everywhere(lambda x: x * ((1 + exp(x)) ** 2 - 1) / ((1 + exp(x)) ** 2 + 1)),
    "hard_sigmoid": Reference(
        lambda x, slope, at: (
            (1 + sympy.Abs(exact(slope) * x + HALF) - sympy.Abs(exact(slope) * x - HALF)) / 2
        ),
        lambda x, slope, at: min(
            MP.one, max(MP.zero, x * MP.mpf(slope.numerator) / slope.denominator + MP.mpf(0.5))
        ),
        lambda x, slope, at: np.clip(x * float(slope) + 0.5, 0, 1),
    ),
    "hard_swish": Reference(
        lambda x, at: x * (sympy.Abs(x + 3) - sympy.Abs(x - 3) + 6) / 12,
        lambda x, at: x * min(6, max(0, x + 3)) / 6,
        lambda x, at: x * np.clip(x + 3, 0, 6) / 6,
    ),
    "piecewise_linear": Reference(
        lambda x, at: (1 + sympy.Abs(x + HALF) - sympy.Abs(x - HALF)) / 2,
        lambda x, at: min(MP.one, max(MP.zero, x + MP.mpf(0.5))),
        lambda x, at: np.clip(x + 0.5, 0, 1),
    ),
    "square": everywhere(lambda a: a * a),
    "cbrt": Reference(
        lambda a: sympy.sign(a) * sympy.root(sympy.Abs(a), 3),
        lambda a: MP.sign(a) * MP.cbrt(abs(a)),
        np.cbrt,
    ),
    "root": Reference(
        lambda a, n: sympy.exp(sympy.log(a) / n),
        lambda a, n: MP.exp(MP.log(a) / n),
        lambda a, n: math.exp(math.log(a) / n),
    ),
    "expm1": Reference(lambda x: sympy.exp(x) - 1, MP.expm1, math.expm1),
    "log1p": Reference(lambda x: sympy.log(1 + x), MP.log1p, math.log1p),
    "log2": Reference(lambda x: sympy.log(x, 2), lambda x: MP.log(x, 2), math.log2),
    "log10": Reference(lambda x: sympy.log(x, 10), MP.log10, math.log10),
    "log_b": Reference(sympy.log, MP.log, math.log),
    "sec": Reference(sympy.sec, MP.sec, lambda x: 1 / math.cos(x)),
    "csc": Reference(sympy.csc, MP.csc, lambda x: 1 / math.sin(x)),
    "cot": Reference(sympy.cot, MP.cot, lambda x: 1 / math.tan(x)),
    "coth": Reference(sympy.coth, MP.coth, lambda x: 1 / math.tanh(x)),
    "sech": Reference(sympy.sech, MP.sech, lambda x: 1 / math.cosh(x)),
    "csch": Reference(sympy.csch, MP.csch, lambda x: 1 / math.sinh(x)),
    "normal_pdf": Reference(
        lambda x: density(Normal("z", 0, 1))(x), MP.npdf, statistics.NormalDist().pdf
    ),
    "normal_cdf": Reference(
        lambda x: sympy.erfc(-x / sympy.sqrt(2)) / 2, MP.ncdf, statistics.NormalDist().cdf
    ),
    "lgamma": Reference(
        lambda x: (
            sympy.log(sympy.Abs(sympy.pi / sympy.sin(sympy.pi * x))) - sympy.loggamma(1 - x)
            if x.is_negative
            else sympy.loggamma(x)
        ),
        lambda x: MP.log(abs(MP.gamma(x))),
        math.lgamma,
    ),
    "digamma": Reference(sympy.digamma, MP.digamma, lambda x: float(MP.digamma(x))),
    "polygamma": Reference(
        lambda x, order: sympy.polygamma(order, x),
        lambda x, order: MP.polygamma(order, x),
        lambda x, order: float(MP.polygamma(order, x)),
    ),
    "squared_error": everywhere(lambda p, t: p * p - 2 * p * t + t * t),
    "absolute_error": everywhere(lambda p, t, slope: abs(p - t)),
    "huber": Reference(
        lambda p, t, delta: branches(
            exact(delta) - sympy.Abs(p - t),
            (p - t) ** 2 / 2,
            exact(delta) * (sympy.Abs(p - t) - exact(delta) / 2),
        ),
        lambda p, t, delta: huber(p - t, MP.mpf(delta.numerator) / delta.denominator),
        lambda p, t, delta: huber(p - t, float(delta)),
    ),
    "bce": Reference(
        lambda p, t: -t * sympy.log(p) - (1 - t) * sympy.log(1 - p),
        lambda p, t: -MP.log(p**t * (1 - p) ** (1 - t)),
        lambda p, t: -math.log(p**t * (1 - p) ** (1 - t)),
    ),
    "bce_with_logit": Reference(
        lambda a, t: sympy.log(1 + sympy.exp(a)) - t * a,
        lambda a, t: MP.log(1 + MP.exp(a)) - t * a,
        lambda a, t: math.log(1 + math.exp(a)) - t * a,
    ),
    "hinge": Reference(
        lambda s, t, slope: (1 - s * t + sympy.Abs(1 - s * t)) / 2,
        lambda s, t, slope: max(MP.zero, 1 - s * t),
        lambda s, t, slope: max(0.0, 1 - s * t),
    ),
    "abs": Reference(
        lambda x, slope: sympy.Abs(x), lambda x, slope: MP.fabs(x), lambda x, slope: math.fabs(x)
    ),
    "step": Reference(
        lambda x, at: sympy.Heaviside(x, sympy.Rational(at)),
        lambda x, at: (1 + MP.sign(x)) / 2,
        lambda x, at: np.heaviside(x, float(at)),
    ),
    "relu": Reference(
        lambda x, slope: sympy.Max(x, 0),
        lambda x, slope: (x + abs(x)) / 2,
        lambda x, slope: np.maximum(x, 0.0),
    ),
    "max": Reference(sympy.Max, max, lambda *xs: np.maximum.reduce(xs)),
    "max_weight": Reference(
        _winner,
        lambda *xs, slot: MP.mpf(xs[slot] == max(xs)),
        lambda *xs, slot: float(np.argmax(xs) == slot),
    ),
    "min": Reference(sympy.Min, min, lambda *xs: np.minimum.reduce(xs)),
    "min_weight": Reference(
        lambda *xs, slot: _winner(*(-x for x in xs), slot=slot),
        lambda *xs, slot: MP.mpf(xs[slot] == min(xs)),
        lambda *xs, slot: float(np.argmin(xs) == slot),
    ),
    "clip": Reference(
        lambda x, low, high: sympy.Min(sympy.Max(x, low), high),
        lambda x, low, high: sorted((x, low, high))[1],
        np.clip,
    ),
    "where": Reference(
        lambda c, a, b: branches(c, a, b),
        lambda c, a, b: a if c > 0 else b,
        lambda c, a, b: np.where(c > 0, a, b),
    ),
    "floor": Reference(stairs, MP.floor, math.floor),
    "ceil": Reference(lambda x: -stairs(-x), MP.ceil, math.ceil),
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


def reference(name: str) -> Reference:
    """Return the outside reference of the operation `name`.

    Raises
    ------
    LookupError
        If there is no row and not all of SymPy, mpmath and math or NumPy have the name.
    """
    if name in ROWS:
        return ROWS[name]
    places = (sympy, MP, math if hasattr(math, name) else np)
    found = [getattr(place, name, None) for place in places]
    symbolic, fine, double = found
    if symbolic is None or fine is None or double is None:
        raise LookupError(f"{name}: put a row into tests/laws/references.py")
    return Reference(symbolic, fine, double)

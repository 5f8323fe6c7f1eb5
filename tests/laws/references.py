"""What every operation should compute, from outside: SymPy, mpmath, and math or NumPy.

An operation whose name is the name of a function in all three needs no row here. The
others have one; none repeats the formula of the record.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy

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
    "abs": Reference(sympy.Abs, MP.fabs, math.fabs),
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
    "matmul": everywhere(np.matmul),
    "outer": everywhere(np.outer),
    "transpose": everywhere(np.transpose),
    "sum": everywhere(np.sum),
    "broadcast": everywhere(np.broadcast_to),
    "collapse": everywhere(_collapsed),
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

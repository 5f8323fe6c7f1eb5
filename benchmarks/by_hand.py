"""The formulas of S2 in NumPy: three by a careful person, ten as formulas are typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def e1(n: int) -> Callable[..., Any]:
    """Return E1 with arrays made beforehand."""
    f, g, a, b = (np.empty(n) for _ in range(4))

    def run(x: Any) -> Any:
        np.multiply(x, x, a)
        np.cos(a, b)
        np.add(b, 3, b)
        np.multiply(b, x, b)
        np.multiply(b, -2, b)
        np.sin(a, g)
        np.multiply(a, 3, a)
        np.add(a, g, a)
        np.cos(a, f)
        np.sin(a, g)
        np.multiply(g, b, g)
        return f, g

    return run


def e2(n: int) -> Callable[..., Any]:
    """Return E2 with arrays made beforehand."""
    loss, a, b, c, d, e, f, p, q, z = (np.empty(n) for _ in range(10))

    def run(w1: Any, x1: Any, w2: Any, x2: Any, bias: Any, y: Any) -> Any:
        np.multiply(x1, w1, z)
        np.multiply(x2, w2, p)
        np.add(z, p, z)
        np.add(z, bias, z)
        np.negative(z, z)
        np.exp(z, z)
        np.add(z, 1, z)
        np.reciprocal(z, p)
        np.subtract(1, p, q)
        np.log(p, a)
        np.log(q, b)
        np.subtract(a, b, f)
        np.multiply(y, a, loss)
        np.subtract(1, y, a)
        np.multiply(a, b, b)
        np.add(loss, b, loss)
        np.divide(y, p, b)
        np.divide(a, q, a)
        np.subtract(b, a, a)
        np.multiply(a, p, a)
        np.multiply(a, q, e)
        np.multiply(e, x1, a)
        np.multiply(e, w1, b)
        np.multiply(e, x2, c)
        np.multiply(e, w2, d)
        return loss, a, b, c, d, e, f

    return run


def e3(n: int) -> Callable[..., Any]:
    """Return E3 with arrays made beforehand."""
    loss, h1, h2, o, q, t = (np.empty(n) for _ in range(6))
    w11_, x1_, w12_, x2_, b1_, w21_, w22_, b2_, v1_, v2_, c_, y_ = (np.empty(n) for _ in range(12))

    def sigmoid(z: Any) -> None:
        np.negative(z, z)
        np.exp(z, z)
        np.add(z, 1, z)
        np.reciprocal(z, z)

    def layer(x1: Any, x2: Any, w1: Any, w2: Any, b: Any, out: Any) -> None:
        np.multiply(x1, w1, out)
        np.multiply(x2, w2, t)
        np.add(out, t, out)
        np.add(out, b, out)
        sigmoid(out)

    def hidden(v: Any, h: Any, out: Any) -> None:
        np.multiply(c_, v, out)
        np.multiply(out, h, out)
        np.subtract(1, h, t)
        np.multiply(out, t, out)

    def run(
        w11: Any,
        x1: Any,
        w12: Any,
        x2: Any,
        b1: Any,
        w21: Any,
        w22: Any,
        b2: Any,
        v1: Any,
        v2: Any,
        c: Any,
        y: Any,
    ) -> Any:
        layer(x1, x2, w11, w12, b1, h1)
        layer(x1, x2, w21, w22, b2, h2)
        layer(h1, h2, v1, v2, c, o)
        np.subtract(1, o, q)
        np.log(o, y_)
        np.log(q, t)
        np.multiply(y, y_, loss)
        np.subtract(t, y_, y_)
        np.subtract(1, y, c_)
        np.multiply(c_, t, t)
        np.add(loss, t, loss)
        np.negative(loss, loss)
        np.divide(c_, q, c_)
        np.divide(y, o, t)
        np.subtract(c_, t, c_)
        np.multiply(c_, o, c_)
        np.multiply(c_, q, c_)
        np.multiply(c_, h1, v1_)
        np.multiply(c_, h2, v2_)
        hidden(v1, h1, b1_)
        hidden(v2, h2, b2_)
        np.multiply(b1_, x1, w11_)
        np.multiply(b1_, x2, w12_)
        np.multiply(b2_, x1, w21_)
        np.multiply(b2_, x2, w22_)
        np.multiply(b1_, w11, x1_)
        np.multiply(b2_, w21, t)
        np.add(x1_, t, x1_)
        np.multiply(b1_, w12, x2_)
        np.multiply(b2_, w22, t)
        np.add(x2_, t, x2_)
        return loss, w11_, x1_, w12_, x2_, b1_, w21_, w22_, b2_, v1_, v2_, c_, y_

    return run


Kinds = dict[str, str]
NUMBERS = ("w1", "w2", "b", "w11", "w12", "b1", "w21", "w22", "b2", "v1", "v2", "c")
_DATA: Kinds = {"x1": "n", "x2": "n", "y": "u"}
BY_HAND: dict[str, tuple[Kinds, Callable[[int], Callable[..., Any]]]] = {
    "E1": ({"x": "n"}, e1),
    "E2": ({**dict.fromkeys(("w1", "w2", "b"), "1"), **_DATA}, e2),
    "E3": ({**dict.fromkeys(NUMBERS[3:], "1"), **_DATA}, e3),
}


def deep(x: Any) -> Any:
    """A chain of eight functions."""
    a = np.sin(x)
    b = np.exp(a)
    c = np.tanh(b)
    d = np.cos(c)
    e = d**2
    f = np.sqrt(1 + e)
    g = np.log(f)
    slope = 1 / f * 1 / (2 * f) * 2 * d * -np.sin(c) * (1 - c**2) * b * np.cos(x)
    return g, slope


def many(a: Any, b: Any, c: Any, d: Any, f: Any, g: Any) -> Any:
    """A product of sums of six inputs."""
    u, v, w = a * b + c, d * f + g, a + d
    return u * v * w, b * v * w + u * v, a * v * w, v * w, f * u * w + u * v, d * u * w, u * w


def ramp(x: Any, y: Any) -> Any:
    """Kinks: relu and a size."""
    value = np.maximum(x * y, 0) + np.abs(x - y)
    on, sign = x * y > 0, np.sign(x - y)
    return value, on * y + sign, on * x - sign


def huber(x: Any) -> Any:
    """A choice between two pieces."""
    return np.where(1 - np.abs(x) > 0, x**2 / 2, np.abs(x) - 0.5), np.where(
        1 - np.abs(x) > 0, x, np.sign(x)
    )


def bell(x: Any, s: Any) -> Any:
    """The normal density with its width."""
    z = x / s
    p = np.exp(-(z**2) / 2) / (s * np.sqrt(2 * np.pi))
    return p, -p * z / s, p * (z**2 - 1) / s


def distance(x: Any, y: Any, z: Any) -> Any:
    """The length of a vector of three entries."""
    r = np.sqrt(x**2 + y**2 + z**2)
    return r, x / r, y / r, z / r


def powers(x: Any) -> Any:
    """A polynomial."""
    return x**5 - 3 * x**3 + x, 5 * x**4 - 9 * x**2 + 1


def turned(x: Any, y: Any) -> Any:
    """An angle and waves of it."""
    u = x * y
    return (
        np.sin(u) * np.cos(u) + np.arctan(x),
        ((np.cos(u) ** 2 - np.sin(u) ** 2) * y + 1 / (1 + x**2)),
        (np.cos(u) ** 2 - np.sin(u) ** 2) * x,
    )


def swish(x: Any, b: Any) -> Any:
    """An activation with a parameter."""
    s = 1 / (1 + np.exp(-b * x))
    return x * s, s + b * x * s * (1 - s), x**2 * s * (1 - s)


def growth(k: Any, r: Any, t: Any) -> Any:
    """Logistic growth."""
    e = np.exp(-r * t)
    y = k / (1 + 9 * e)
    common = k * 9 * e / (1 + 9 * e) ** 2
    return y, 1 / (1 + 9 * e), common * t, common * r


NAIVE: tuple[tuple[str, Kinds, Callable[..., Any]], ...] = (
    ("ln(sqrt(1+cos(tanh(exp(sin(x))))^2))", {"x": "n"}, deep),
    ("(a*b+c)*(d*f+g)*(a+d)", dict.fromkeys("abcdfg", "n"), many),
    ("relu(x*y)+|x-y|", {"x": "n", "y": "n"}, ramp),
    ("where(1-|x|, x^2/2, |x|-1/2)", {"x": "n"}, huber),
    ("exp(-(x/s)^2/2)/(s*sqrt(2*pi))", {"x": "n", "s": "p"}, bell),
    ("sqrt(x^2+y^2+z^2)", {"x": "n", "y": "n", "z": "n"}, distance),
    ("x^5-3*x^3+x", {"x": "n"}, powers),
    ("sin(x*y)*cos(x*y)+atan(x)", {"x": "n", "y": "n"}, turned),
    ("x/(1+exp(-b*x))", {"x": "n", "b": "1"}, swish),
    ("k/(1+9*exp(-r*t))", {"t": "p", "r": "p", "k": "1"}, growth),
)

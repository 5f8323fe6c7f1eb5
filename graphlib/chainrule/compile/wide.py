"""Functions of a number without a branch, so that machine code computes many in one register.

Each is good to a few units in the last place between the two ends that `RANGES` gives; beyond
them, and for what is no number, its result means nothing. Python runs them as they stand.
"""

from __future__ import annotations

from typing import Any

import numpy as np

LARGEST = 1.7e308
RANGES = {
    "exp": (-708.0, 708.0),
    "expm1": (-708.0, 708.0),
    "sinh": (-708.0, 708.0),
    "cosh": (-708.0, 708.0),
    "tanh": (-300.0, 300.0),
    "log": (2.3e-308, LARGEST),
    "log2": (2.3e-308, LARGEST),
    "log10": (2.3e-308, LARGEST),
    "log1p": (-0.99, LARGEST),
    "sin": (-1e6, 1e6),
    "cos": (-1e6, 1e6),
    "tan": (-1e6, 1e6),
    "arctan": (-LARGEST, LARGEST),
    "arcsin": (-0.999999, 0.999999),
    "arccos": (-0.999999, 1.0),
    "arcsinh": (-1e150, 1e150),
    "arccosh": (1.0, 1e150),
    "arctanh": (-0.999, 0.999),
}
"""Between what ends a function is good; the others are good everywhere."""
# What π/2 and log 2 begin with has so few digits that a multiple of it is exact.
LOG2, LOG2_REST = 0.6931471803691238, 1.9082149292705877e-10
QUARTER, QUARTER_REST, QUARTER_LAST = (
    1.5707963267341256,
    6.077100506303966e-11,
    2.0222662487959506e-21,
)
ONE, ROOT_OF_HALF = 1023, 0x3FE6A09E667F3BCD  # the exponent of 1, and √½ as it is stored


def square(x: float) -> float:
    """Return x²."""
    return x * x


def sign(x: float) -> float:
    """Return the sign of a number; what is no number stays so."""
    return 1.0 if x > 0 else -1.0 if x < 0 else 0.0 if x == 0 else x


def maximum(a: float, b: float) -> float:
    """Return the larger one, or the one that is no number."""
    return a if a > b or a != a else b


def minimum(a: float, b: float) -> float:
    """Return the smaller one, or the one that is no number."""
    return a if a < b or a != a else b


def where(condition: bool, a: float, b: float) -> float:
    """Return `a` where the condition holds, else `b`."""
    return a if condition else b


def greater(a: float, b: float) -> float:
    """Return 1 where `a` is the larger one, else 0."""
    return 1.0 if a > b else 0.0


def heaviside(x: float, at: float) -> float:
    """Return 0 below 0, 1 above, `at` there; what is no number stays so."""
    return 1.0 if x > 0 else 0.0 if x < 0 else at if x == 0 else x


def exp(x: float) -> float:
    """Return 2ᵏ eʳ, r within half of log 2 around 0."""
    k = np.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * LOG2) - k * LOG2_REST
    z = r * r
    w = z * z
    # (eʳ − 1 − r)/r² to 3.4e-18, by Remez.
    low = (0.5000000000000012 + 0.166666666666667 * r) + z * (
        0.04166666666651542 + 0.008333333333307203 * r
    )
    high = (0.0013888888947016498 + 0.00019841269917388965 * r) + z * (
        2.4801489941723986e-05 + 2.755721629624842e-06 * r
    )
    last = 2.763128048343282e-07 + 2.511786246666481e-08 * r
    near = z * (low + w * (high + w * last)) + r + 1.0
    power: float = near * _stored((np.int64(k) + ONE) << 52)
    return power


def log(x: float) -> float:
    """Return k log 2 + log(1 + f), 1 + f within a factor √2 around 1."""
    bits = np.float64(x).view(np.int64)
    k = (bits - ROOT_OF_HALF) >> 52
    f = _stored(bits - (k << 52)) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    # The series of log((1 + s)/(1 − s)) from its second term on, as in fdlibm.
    odd = 0.6666666666666735 + w * (
        0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)
    )
    even = 0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373)
    half = 0.5 * f * f
    n = np.float64(k)
    whole: float = n * LOG2 - ((half - (s * (half + (z * odd + w * even)) + n * LOG2_REST)) - f)
    return whole


def _stored(bits: Any) -> Any:
    """Return the number that is stored as these bits."""
    return np.int64(bits).view(np.float64)


def expm1(x: float) -> float:
    """Return eˣ − 1, by what its rounding has moved the exponent to."""
    u = exp(x)
    return x if u == 1.0 else (u - 1.0) * (x / log(u))


def log1p(x: float) -> float:
    """Return log(1 + x), what is lost of x put back."""
    u = 1.0 + x
    return log(u) + (x - (u - 1.0)) / u


def log2(x: float) -> float:
    """Return the logarithm to base 2."""
    return log(x) * 1.4426950408889634


def log10(x: float) -> float:
    """Return the logarithm to base 10."""
    return log(x) * 0.4342944819032518


def sinh(x: float) -> float:
    """Return (eˣ − e⁻ˣ)/2."""
    t = expm1(abs(x))
    half = 0.5 * (t + t / (t + 1.0))
    return half if x > 0 else -half


def cosh(x: float) -> float:
    """Return (eˣ + e⁻ˣ)/2."""
    e = exp(x)
    return 0.5 * (e + 1.0 / e)


def tanh(x: float) -> float:
    """Return (e²ˣ − 1)/(e²ˣ + 1)."""
    t = expm1(2.0 * x)
    return t / (t + 2.0)


def arcsinh(x: float) -> float:
    """Return log(x + √(1 + x²)), both sides alike."""
    a = abs(x)
    side = log1p(a + a * a / (1.0 + np.sqrt(1.0 + a * a)))
    return side if x > 0 else -side


def arccosh(x: float) -> float:
    """Return log(x + √(x² − 1))."""
    t = x - 1.0
    return log1p(t + np.sqrt(t * (t + 2.0)))


def arctanh(x: float) -> float:
    """Return log((1 + x)/(1 − x))/2, both sides alike."""
    a = abs(x)
    side = 0.5 * log1p(2.0 * a / (1.0 - a))
    return side if x > 0 else -side


def arctan(x: float) -> float:
    """Return the angle of the slope x, from 0, π/4 or π/2 on, as in Cephes."""
    a = abs(x)
    steep, middle = a > 2.414213562373095, a > 0.66
    t = -1.0 / a if steep else (a - 1.0) / (a + 1.0) if middle else a
    start = 1.5707963267948966 if steep else 0.7853981633974483 if middle else 0.0
    rest = 6.123233995736766e-17 if steep else 3.061616997868383e-17 if middle else 0.0
    z = t * t
    p = -64.85021904942025 + z * (
        -122.88666844901361
        + z * (-75.00855792314705 + z * (-16.157537187333652 + z * -0.8750608600031904))
    )
    q = 194.5506571482614 + z * (
        485.3903996359137
        + z * (432.88106049129027 + z * (165.02700983169885 + z * (24.858464901423062 + z)))
    )
    angle = start + (t * z * p / q + t + rest)
    return angle if x > 0 else -angle


def arcsin(x: float) -> float:
    """Return the angle by its tangent."""
    return arctan(x / np.sqrt((1.0 - x) * (1.0 + x)))


def arccos(x: float) -> float:
    """Return the angle by the tangent of its half."""
    return 2.0 * arctan(np.sqrt((1.0 - x) / (1.0 + x)))


def sin(x: float) -> float:
    """Return the sine: of the angle that is left, or its cosine, by the quarter of the turn."""
    k = _quarters(x)
    r, n = _left(x, k), np.int64(k)
    y = _cos(r) if n & 1 else _sin(r)
    return -y if n & 2 else y


def cos(x: float) -> float:
    """Return the cosine, in the same way."""
    k = _quarters(x)
    r, n = _left(x, k), np.int64(k)
    y = _sin(r) if n & 1 else _cos(r)
    return -y if (n + 1) & 2 else y


def tan(x: float) -> float:
    """Return the tangent."""
    return sin(x) / cos(x)


def _quarters(x: float) -> Any:
    return np.floor(x * 0.6366197723675814 + 0.5)


def _left(x: float, k: float) -> float:
    return ((x - k * QUARTER) - k * QUARTER_REST) - k * QUARTER_LAST


# Both are fdlibm's, for angles within π/4 around 0.


def _sin(r: float) -> float:
    z = r * r
    w = z * z
    low = -1.66666666666666324348e-01 + z * 8.33333333332248946124e-03
    high = (-1.98412698298579493134e-04 + z * 2.75573137070700676789e-06) + w * (
        -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10
    )
    return r + r * z * (low + w * high)


def _cos(r: float) -> float:
    z = r * r
    w = z * z
    low = 4.16666666666666019037e-02 - z * 1.38888888888741095749e-03
    high = (2.48015872894767294178e-05 - z * 2.75573143513906633035e-07) + w * (
        2.08757232129817482790e-09 - z * 1.13596475577881948265e-11
    )
    half = 0.5 * z
    one = 1.0 - half
    return one + (((1.0 - one) - half) + w * (low + w * high))

"""From proven numbers to those that are shown: doubles, numbers of many digits, decimals."""

from __future__ import annotations

import math
import sys
from functools import cache
from typing import Any

from flint import arb, fmpq
from mpmath import MPContext, libmp

from chainrule.algebras.real import Real, precision

SMALLEST = sys.float_info.min
"""The smallest double that has all its digits."""


def many_digits(x: Real, bits: int) -> Any:
    """Return a number with as many bits as are certain, at most `bits`, as one of mpmath's."""
    context = _context(bits)
    if type(x.exact) is fmpq:
        return context.make_mpf(libmp.from_rational(int(x.exact.p), int(x.exact.q), bits, "n"))
    certain = max(1, min(bits, int(x.ball.rel_accuracy_bits())))
    return context.make_mpf(libmp.mpf_pos(x.ball.mid()._mpf_, certain, "n"))


@cache
def _context(bits: int) -> MPContext:
    context = MPContext()
    context.prec = bits
    return context


def nearest(x: Real) -> Any:
    """Return the double nearest to a number, None where it would lose digits of it."""
    exact = x.exact
    if type(exact) is fmpq:
        if not exact:
            return 0.0
        try:
            double = int(exact.p) / int(exact.q)
        except OverflowError:
            return None
    else:
        double = float(x.ball)
        if not double and x.ball.is_zero():
            return 0.0
    return double if SMALLEST <= abs(double) < math.inf else None


def in_decimals(number: Any, digits: int) -> str:
    """Return one of mpmath's numbers in decimals, however long its exponent is.

    mpmath itself takes a second where an exponent has a thousand digits.
    """
    with precision(round(digits * math.log2(10)) + 64):
        return str(arb(number).str(digits, radius=False))


def rounded(value: Any) -> Any:
    """Return a number of many digits as a float where one holds it; anything else as it is.

    Floats print and format in ways that numbers of many digits do not.
    """
    if not hasattr(value, "_mpf_"):
        return value
    double = float(value)
    return double if math.isfinite(double) and (double != 0 or value == 0) else value


def bound(x: Real) -> int:
    """Return a power of ten below which the size of a number lies."""
    above = x.ball.abs_upper()
    if not above.is_finite() or not above > 0:
        return 0
    mantissa, exponent = above.man_exp()
    # log10 2 is a little more than 30,102/100,000 and less than 30,103/100,000.
    power = int(exponent) + int(mantissa).bit_length()
    return -(-power * (30_103 if power > 0 else 30_102) // 100_000)

"""Balls held against mpmath's numbers: what lies in a ball, and how wide it is."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mpmath import MPContext

from chainrule.algebras.real import Real

# A context of its own: nothing that the package does can change its precision.
WIDE = MPContext()
WIDE.prec = 20_000


def number(x: Any) -> Any:
    """Return a fraction, an mpmath number or a whole number as it is, without rounding."""
    if isinstance(x, Fraction):
        return WIDE.mpf(x.numerator) / x.denominator
    return WIDE.make_mpf(x._mpf_) if hasattr(x, "_mpf_") else WIDE.mpf(x)


def middle(x: Real) -> Any:
    """Return the midpoint of the ball in which a number lies."""
    return WIDE.make_mpf(x.ball.mid()._mpf_)


def radius(x: Real) -> Any:
    """Return the radius of the ball in which a number lies: 0 where it is known exactly."""
    if x.rational is not None:
        return WIDE.zero
    ball = x.ball.rad()
    mantissa, exponent = ball.man_exp()
    return WIDE.ldexp(WIDE.mpf(int(mantissa)), int(exponent))


def encloses(x: Any, known: Any, digits: int) -> bool:
    """Whether a number may be the `known` one, of which so many digits are right."""
    if type(x) is not Real:
        return False
    known = number(known)
    if x.rational is not None:
        gap = abs(number(x.rational) - known)
        return bool(gap <= abs(known) * WIDE.mpf(10) ** -digits)
    gap = abs(middle(x) - known)
    return bool(gap <= radius(x) + abs(known) * WIDE.mpf(10) ** -digits)

"""Proven real numbers: rationals and closed forms as far as they go, beside an enclosure.

A `Real` is a rational number or a closed form where one is known, and a ball, an interval of
midpoint and radius with as many bits as are worked with, in which the number lies for certain
(Johansson, Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE
Trans. Comput. 66, 2017). A comparison answers where the two numbers are proven to be equal or
apart; else it raises `Open`, and what hangs on it is undecided until more bits settle it.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from chainrule.algebras.forms import Form
from chainrule.algebras.terms import (
    MOST_BITS,
    ONE,
    ZERO,
    Pole,
    Terms,
    formed,
    joined,
    narrower,
    negated,
    product,
    raised,
    summed,
    whole_power,
)
from chainrule.algebras.undefined import Open

# Whole exponents up to this are multiplied out; beyond, a power is exp(b log a).
LARGEST_WHOLE = 1 << 20
# FLINT's precision is one for the whole process, so runs take turns: one that was disturbed
# would lose digits, never truth.
_lock = threading.RLock()


# Whether multiples of one number are watched, as they are where closed forms are asked.
_watched = False


@contextmanager
def precision(bits: int, watched: bool = False) -> Iterator[None]:
    """Work with balls of so many bits until the block ends."""
    global _watched
    with _lock:
        before = ctx.prec, _watched
        ctx.prec, _watched = bits, watched
        try:
            yield
        finally:
            ctx.prec, _watched = before


class Real:
    """A real number that is known to lie in a ball.

    Parameters
    ----------
    exact
        The number itself, a rational `fmpq` or a closed `Form`; None where neither is known.
    ball
        Its enclosure; of a rational, made when it is asked for.
    terms
        What it is known to be a sum of.
    """

    __slots__ = ("_ball", "exact", "terms")

    def __init__(self, exact: Any, ball: Any = None, terms: Terms | None = None) -> None:
        self.exact = exact
        self._ball = None if type(exact) is fmpq else ball
        self.terms = terms

    @property
    def ball(self) -> Any:
        """The enclosure, at the precision that is worked with."""
        ball = self._ball
        if ball is None:
            ball = self._ball = arb(self.exact)
        return ball

    @property
    def rational(self) -> Fraction | None:
        """The number, where it is known to be rational."""
        x = self.exact
        return Fraction(int(x.p), int(x.q)) if type(x) is fmpq else None

    @property
    def known(self) -> Fraction | Form | None:
        """The number as a fraction or closed form, None where neither is known."""
        return self.exact if type(self.exact) is Form else self.rational

    def __repr__(self) -> str:
        """Return what is known of the number."""
        return f"Real({self.ball.str(15) if self.exact is None else self.exact})"

    # Arithmetic

    def __add__(self, other: Any) -> Any:
        if type(other) is not Real and (other := lifted(other)) is None:
            return NotImplemented
        x, y = self.exact, other.exact
        if type(x) is fmpq:
            if type(y) is fmpq:
                # The 0 of a branch that is not taken stays what it is among its like.
                return self if other is self and not x else rational(x + y)
            if not x:
                return other
        elif type(y) is fmpq and not y:
            return self
        if not _watched and (x is None or y is None):
            return Real(None, self.ball + other.ball)
        found = None if x is None or y is None else formed(operator.add, x, y)
        if type(found) is fmpq:
            return Real(found)
        ball, terms = self.ball + other.ball, joined(self, other) if _watched else None
        if type(found) is Form and ball.contains(0):  # 1 − (1 − e⁻¹⁰⁰⁰⁰) takes few digits
            ball = narrower(found.enclosed(ctx.prec), ball)
        if terms is not None and ball.contains(0):
            ball = narrower(summed(terms), ball)
        return Real(found, ball, terms) if found is not None else _of_terms(terms, ball)

    def __radd__(self, other: Any) -> Any:
        # In the order of writing: forms keep it, 1 + e².
        return NotImplemented if (left := lifted(other)) is None else left + self

    def __neg__(self) -> Real:
        x, ball = self.exact, self._ball
        return Real(
            None if x is None else -x if type(x) is fmpq else formed(operator.neg, x),
            None if ball is None else -ball,
            negated(self) if _watched and type(x) is not fmpq else None,
        )

    def __sub__(self, other: Any) -> Any:
        if type(other) is not Real and (other := lifted(other)) is None:
            return NotImplemented
        return Real(ZERO) if self is other else self + -other

    def __rsub__(self, other: Any) -> Any:
        return NotImplemented if (left := lifted(other)) is None else left - self

    def __mul__(self, other: Any) -> Any:
        if type(other) is int and other * other == 1:
            return self if other == 1 else -self
        if type(other) is not Real and (other := lifted(other)) is None:
            return NotImplemented
        x, y = self.exact, other.exact
        if type(x) is fmpq:
            if type(y) is fmpq:
                # A 0 stays the object that it is: it may be one that stops a pass.
                return (rational(x * y) if y else other) if x else self
            if not x and other.ball.is_finite():
                return self
            if x == 1:
                return other
        elif type(y) is fmpq:
            if not y and self.ball.is_finite():
                return other
            if y == 1:
                return self
        if self is other:
            return self**2
        form = None if x is None or y is None else formed(operator.mul, x, y)
        ball = self.ball * other.ball
        if form is None and _watched:
            return _of_terms(product(self, other, 1), ball)
        return Real(form, ball)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if type(other) is not Real and (other := lifted(other)) is None:
            return NotImplemented
        x, y = self.exact, other.exact
        if type(y) is fmpq:
            if not y:
                raise Pole
            if type(x) is fmpq:
                return rational(x / y)
            if y == 1:
                return self
        if type(x) is fmpq and not x and other.ball.is_finite() and not other.ball.contains(0):
            return self
        if self is other:
            return Real(ONE) if not self.ball.contains(0) else Real(None, arb.nan())
        form = None if x is None or y is None else formed(operator.truediv, x, y)
        ball = self.ball / other.ball
        if form is None and _watched:
            return _of_terms(product(self, other, -1), ball)
        return Real(form, ball)

    def __rtruediv__(self, other: Any) -> Any:
        return NotImplemented if (left := lifted(other)) is None else left / self

    def __pow__(self, exponent: Any) -> Any:
        n = int(exponent)
        x = self.exact
        if type(x) is fmpq:
            if not x and n < 0:
                raise Pole
            if x.height_bits() * abs(n) <= MOST_BITS or x in (0, 1, -1):
                return Real(x**n)
        form = None if x is None or type(x) is fmpq else formed(operator.pow, x, n)
        ball = whole_power(self.ball, n)
        if form is None and type(x) is not fmpq and _watched and n:
            return _of_terms(raised(self, n), ball)
        return Real(form, ball)

    def __abs__(self) -> Any:
        x = self.exact
        if type(x) is fmpq:
            return Real(abs(x))
        if self.ball > 0:
            return self
        return -self if self.ball < 0 else Real(None, abs(self.ball).nonnegative_part())

    def __mod__(self, divisor: int) -> Any:
        if type(self.exact) is fmpq:
            return Real(self.exact - divisor * (self.exact / divisor).floor())
        return self - divisor * floor(self / divisor)

    # Comparisons

    def compared(self, other: Any) -> int:
        """Return −1, 0 or 1 as the number is less than, equal to or greater than `other`.

        Raises
        ------
        Open
            If neither is proven.
        """
        if self is other:
            return 0
        right = other if type(other) is Real else lifted(other)
        if right is None:
            raise TypeError(f"a real number cannot be compared with {other!r}")
        x, y = self.exact, right.exact
        if type(x) is fmpq and type(y) is fmpq:
            return int(x > y) - int(x < y)
        a, b = self.ball, right.ball
        if a < b:
            return -1
        if a > b:
            return 1
        if x is not None and y is not None:
            order = formed(_order, x, y)
            if order is not None:  # the balls could not tell, the normal form does
                return int(order.p)
        terms = joined(self, -right) if _watched else None
        if terms is not None and ((rest := summed(terms)) > 0 or rest < 0 or not terms):
            return int(rest > 0) - int(rest < 0)
        raise Open

    def __eq__(self, other: object) -> bool:
        return self.compared(other) == 0

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> bool:
        return self.compared(other) < 0

    def __le__(self, other: Any) -> bool:
        # Balls that touch are enough: |x| ≥ 0 whether or not x is 0.
        return bool(self.ball <= _ball(other)) or self.compared(other) <= 0

    def __gt__(self, other: Any) -> bool:
        return self.compared(other) > 0

    def __ge__(self, other: Any) -> bool:
        return bool(self.ball >= _ball(other)) or self.compared(other) >= 0

    # What is known of the number

    def accurate(self, bits: int) -> bool:
        """Whether so many bits of the number are certain, or it is known exactly."""
        x = self.exact
        if type(x) is fmpq:
            return True
        return bool(self.ball.rel_accuracy_bits() >= bits)


def _of_terms(terms: Terms | None, ball: Any) -> Real:
    """Return the number in a ball that is a sum of terms: one of them itself, where that is all."""
    if terms is not None and len(terms) < 2:
        roots, factor = terms[0] if terms else ((), ZERO)
        if not roots:
            return Real(factor, ball)
        if factor == 1 and len(roots) == 1 == roots[0][1]:
            return roots[0][0]
    return Real(None, ball, terms)


def lifted(x: Any) -> Any:
    """Return a number of another kind as a `Real`, None for what is no number."""
    if type(x) is Real:
        return x
    if type(x) is int:
        return Real(fmpq(x))
    if isinstance(x, Fraction):
        return rational(fmpq(x.numerator, x.denominator))
    if isinstance(x, int | float):
        x = Fraction(x)
        return Real(fmpq(x.numerator, x.denominator))
    return None


def _ball(x: Any) -> Any:
    return lifted(x).ball


def rational(x: Any) -> Real:
    """Return a rational number, as a ball alone where it is longer than exact numbers are kept."""
    return Real(x) if x.height_bits() <= MOST_BITS else Real(None, arb(x))


def _order(x: Any, y: Any) -> Fraction:
    rest = x - y
    return Fraction(rest.sign if type(rest) is Form else (rest > 0) - (rest < 0))


def floor(x: Any) -> Real:
    """Return the largest whole number that is not above x.

    Raises
    ------
    Open
        If the ball holds a whole number, and no closed form tells on which side x is.
    """
    x = lifted(x)
    if type(x.exact) is fmpq:
        return Real(fmpq(x.exact.floor()))
    whole = x.ball.floor().unique_fmpz() if x.ball.is_finite() else None
    if whole is None and type(x.exact) is Form:
        # Beside a whole number on which the ball stands: which side, the form may know.
        near = (x.ball + 0.5).floor().unique_fmpz()
        if near is not None:
            whole = near if x >= int(near) else near - 1
    if whole is None:
        raise Open
    return Real(fmpq(whole))

"""What is known of a number beside its closed form: of which others it is a sum.

Where no closed form is known, or it is too long, a number is still that number: c·√2 − c·√2 is 0,
c/c is 1, and of c + d − c is left d, however small it is beside c.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flint import arb, ctx, fmpq

from chainrule.algebras.forms import Form, Unformed

if TYPE_CHECKING:
    from chainrule.algebras.real import Real

# About 1,000 decimal digits above and below the fraction bar.
MOST_BITS = 3_322
MOST_ROOTS = 8
"""Numbers in a product that is followed, and products in a sum."""

ZERO, ONE = fmpq(0), fmpq(1)


class Pole(ZeroDivisionError):
    """A rule divides by what is proven to be 0."""


Term = tuple[tuple[tuple["Real", int], ...], Any]
"""Whole powers of numbers that are not followed further, in one order, and an exact factor."""

Terms = tuple[Term, ...]


def _name(x: Real) -> Any:
    return id(x) if x.exact is None else x.exact.key


def _one_term(x: Real, apart: bool = False) -> Term:
    """Return a number as one term, a closed form as its factor or, apart, by itself."""
    if type(x.exact) is fmpq or (x.exact is not None and not apart):
        return (), x.exact
    return x.terms[0] if x.terms and len(x.terms) == 1 and x.exact is None else (((x, 1),), ONE)


def negated(x: Real) -> Terms | None:
    """Return the terms of −x."""
    found = [(roots, _exactly(operator.mul, -ONE, factor)) for roots, factor in _terms(x)]
    return None if any(factor is None for _, factor in found) else tuple(found)


def _exactly(function: Callable[..., Any], a: Any, b: Any) -> Any:
    """Return a function of two exact numbers, None where it is no short exact number."""
    if type(a) is not fmpq or type(b) is not fmpq:
        return formed(function, a, b)
    found = function(a, b)
    return found if found.height_bits() <= MOST_BITS else None


def _terms(x: Real) -> Terms:
    """Return what a number is the sum of, itself where that is not known."""
    return x.terms or (_one_term(x, apart=True),)


def joined(a: Real, b: Real) -> Terms | None:
    """Return the terms of a sum, like ones as one; None where they are not followed."""
    if a.exact is None or b.exact is None:
        # A sum is also a number by itself: 2(c + d) − (c + d).
        together = _collected((_one_term(a), _one_term(b)))
        if together is not None and len(together) < 2:
            return together
    return _collected((*_terms(a), *_terms(b)))


def _collected(terms: Terms) -> Terms | None:
    found: dict[Any, Term] = {}
    for roots, factor in terms:
        key = tuple((_name(x), n) for x, n in roots)
        if key in found:
            factor = _exactly(operator.add, found[key][1], factor)
            if factor is None:
                return None
        found[key] = roots, factor
    left = tuple(term for term in found.values() if type(term[1]) is not fmpq or term[1])
    return left if len(left) <= MOST_ROOTS else None


def summed(terms: Terms) -> Any:
    """Return the ball of a sum of terms."""
    total = arb(0)
    for roots, factor in terms:
        term = factor.enclosed(ctx.prec) if type(factor) is Form else arb(factor)
        for x, n in roots:
            term *= whole_power(x.ball, n)
        total += term
    return total


def narrower(found: Any, ball: Any) -> Any:
    """Return the one of two balls of one number that is away from 0."""
    return found if found.is_finite() and not found.contains(0) else ball


def product(a: Real, b: Real, way: int) -> Terms | None:
    """Return the term of a product (way 1) or quotient (way −1), None where it is not followed."""
    for apart in (False, True):
        (roots, one), (others, two) = _one_term(a, apart), _one_term(b, apart)
        if any(x.ball.contains(0) for x, n in (*roots, *others)):
            continue
        powers = {_name(x): (x, n) for x, n in roots}
        for x, n in others:
            powers[_name(x)] = x, powers.get(_name(x), (x, 0))[1] + way * n
        left = tuple(powers[key] for key in sorted(powers, key=str) if powers[key][1])
        factor = _exactly(operator.mul if way > 0 else operator.truediv, one, two)
        if factor is not None and len(left) <= MOST_ROOTS:
            return ((left, factor),)
    return None


def raised(x: Real, n: int) -> Terms | None:
    """Return the term of a whole power."""
    roots, factor = _one_term(x, apart=True)
    if type(factor) is not fmpq or factor.height_bits() * abs(n) > MOST_BITS:
        return None
    return ((tuple((x, k * n) for x, k in roots), factor**n),)


def _plain(x: Any) -> Any:
    """Return what is known exactly as closed forms take it."""
    return Fraction(int(x.p), int(x.q)) if type(x) is fmpq else x


def formed(function: Callable[..., Any], *numbers: Any) -> Any:
    """Return a function of numbers in closed form, None where none is known.

    The only place where closed forms are computed: whatever they refuse means that there is
    none, but a divisor that they prove to be 0 is a pole.
    """
    try:
        found = function(*map(_plain, numbers))
    except Unformed:
        return None
    except ZeroDivisionError as error:
        raise Pole from error
    return fmpq(found.numerator, found.denominator) if type(found) is Fraction else found


def whole_power(ball: Any, n: int) -> Any:
    """Return a whole power, of balls around 0 too."""
    if n < 0:
        return 1 / whole_power(ball, -n)
    if n == 0:
        return arb(1)
    if not ball.is_finite():
        return arb.nan()
    if not ball.contains(0):
        return ball ** arb(n)
    above = arb(abs(ball).abs_upper()) ** arb(n) if abs(ball).abs_upper() > 0 else arb(0)
    around = arb(0, above)
    return around.nonnegative_part() if n % 2 == 0 else around

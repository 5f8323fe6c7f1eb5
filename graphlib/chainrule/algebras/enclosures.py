"""Functions of proven numbers: an enclosure of each, and the exact value where one is known.

Each takes the algebra first, which says whether closed forms are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import factorial, isqrt
from typing import Any

from flint import arb, arb_series, ctx, fmpq

from chainrule.algebras import closed
from chainrule.algebras.real import LARGEST_WHOLE, Real, floor, lifted
from chainrule.algebras.terms import MOST_BITS, ONE, ZERO
from chainrule.algebras.undefined import Open, OutOfReach, chosen
from chainrule.ops import OPS
from chainrule.ops.choice import choices

# Exponentials answer for operands up to 2^this; what is larger is followed no further, for
# printing it would take as many steps as its exponent has bits.
LARGEST_OPERAND = 4_096
MOST_ORDER = 100
"""Largest order of a polygamma function: its work grows with it."""


def _function(method: Callable[[Any], Any], name: str = "") -> Callable[..., Real]:
    """Return a function of one number from one of balls; `name` is that among closed forms.

    Where the ball of an exact number has no width it is a number: √4 is 2.
    """
    formal = closed.FUNCTIONS.get(name)

    def function(m: Any, x: Any) -> Real:
        x = x if type(x) is Real else lifted(x)
        exact, ball = None, method(x.ball)
        if not ball.is_finite():
            ball = arb.nan()  # never an infinity, of which the reciprocal would be 0
        if x.exact is not None:
            if type(x.exact) is fmpq and ball.is_exact() and ball.is_finite():
                return Real(_dyadic(ball), ball)
            if m.forms and formal is not None:
                exact = m.formed(formal, x.exact)
        return Real(exact, ball)

    return function


def _growing(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that grows like e^x: not computed where that is beyond all reason."""

    def grown(ball: Any) -> Any:
        return method(ball) if abs(ball) < _LARGEST else arb.nan()

    return grown


def _near_zero(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return sinh, tanh or expm1 with all digits where they are about x.

    For |x| ≤ 1 each is x(1 + θ) with |θ| ≤ |x|, by its power series; FLINT's keep but a few bits
    of what is smaller than any double.
    """

    def kept(ball: Any) -> Any:
        size = abs(ball).abs_upper()
        tiny = size * arb(2) ** ctx.prec < 1
        return ball * arb(1, size) if tiny else method(ball)

    return kept


def _exp(ball: Any) -> Any:
    # Far left it is next to nothing, whatever it is.
    return ball.exp() if abs(ball) < _LARGEST else _NOTHING if ball < 0 else arb.nan()


def _expm1(ball: Any) -> Any:
    return ball.expm1() if abs(ball) < _LARGEST else _exp(ball) - 1


def _fading(method: Callable[[Any], Any], side: int = 0) -> Callable[[Any], Any]:
    """Return a function of at most 2e^−|x| (or far left, side −1, alone), which fades away."""

    def faded(ball: Any) -> Any:
        far = ball < -_LARGEST or (not side and ball > _LARGEST)
        return _NOTHING if far else method(ball)

    return faded


_LARGEST = arb(2) ** LARGEST_OPERAND
_NOTHING = arb(0, arb(2) ** -(1 << LARGEST_OPERAND))
"""What e^−|x| is for them, twice over too: e^−x is less than half of 2^−x from 3 on."""


def _dyadic(ball: Any) -> Any:
    mantissa, exponent = ball.man_exp()
    if abs(int(exponent)) > MOST_BITS:
        return None
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def _root_of_ball(ball: Any, n: int) -> Any:
    """Return an odd root, of balls around 0 too."""
    if ball > 0:
        return ball.root(n)
    if ball < 0:
        return -(-ball).root(n)
    above = arb(abs(ball).abs_upper())
    return arb(0, above.root(n).abs_upper()) if above > 0 else arb(0)


def _exact_root(x: Any, n: int) -> Any:
    """Return the n-th root of a rational number where it is rational, else None."""
    above, below = int(abs(x).p), int(x.q)
    if n == 2:
        a, b = isqrt(above), isqrt(below)
    elif max(above, below).bit_length() < 100:
        a, b = round(above ** (1 / n)), round(below ** (1 / n))
    else:
        return None
    if a**n != above or b**n != below:
        return None
    return fmpq(a, b) if x >= 0 else fmpq(-a, b)


def _sqrt(m: Any, x: Any) -> Any:
    x = lifted(x)
    if type(x.exact) is fmpq and x.exact >= 0 and (root := _exact_root(x.exact, 2)) is not None:
        return Real(root)
    form = m.formed(closed.FUNCTIONS["sqrt"], x.exact)
    return Real(form, x.ball.sqrt())


def _cbrt(m: Any, x: Any) -> Any:
    x = lifted(x)
    if type(x.exact) is fmpq and (root := _exact_root(x.exact, 3)) is not None:
        return Real(root)
    return Real(m.formed(closed.FUNCTIONS["cbrt"], x.exact), _root_of_ball(x.ball, 3))


def _root(m: Any, x: Any, n: Any) -> Any:
    x, n = lifted(x), lifted(n)
    degree = n.exact
    if type(degree) is not fmpq or degree.q != 1 or not 0 < degree.p < LARGEST_WHOLE:
        inverse = 1 / n
        if x.ball < 0:
            return -_power(m, -x, inverse)
        return _power(m, x, inverse)
    whole = int(degree.p)
    if type(x.exact) is fmpq and not x.exact:
        return x
    if type(x.exact) is fmpq and whole <= 64:
        root = _exact_root(x.exact, whole) if x.exact >= 0 or whole % 2 else None
        if root is not None:
            return Real(root)
    ball = _root_of_ball(x.ball, whole) if whole % 2 else x.ball.root(whole)
    return Real(m.formed(closed.root, x.exact, degree), ball)


def _power(m: Any, a: Any, b: Any) -> Any:
    """Return a^b over the reals."""
    a, b = lifted(a), lifted(b)
    x, n = a.exact, b.exact
    if type(n) is fmpq:
        if n.q == 1 and abs(n.p) <= LARGEST_WHOLE:
            return a ** int(n.p)
        if n.q == 2 and type(x) is fmpq and x >= 0 and abs(n.p) < LARGEST_WHOLE:
            root = _exact_root(x, 2)
            if root is not None:
                return Real(root) ** int(n.p)
    if type(x) is fmpq and not x:
        return Real(ONE if b == 0 else ZERO) if b >= 0 else Real(None, arb.nan())
    if type(x) is fmpq and x == 1:
        return Real(ONE) if b.ball.is_finite() else Real(None, arb.nan())
    form = m.formed(closed.power_of, x, n)
    if type(form) is fmpq:
        return Real(form)
    if n is not None and type(n) is fmpq and n == fmpq(1, 2):
        return Real(form, a.ball.sqrt())
    if a.ball < 0 and type(n) is fmpq and n.q == 1:
        size = _exp(b.ball * (-a.ball).log())
        return Real(form, -size if n.p % 2 else size)
    return Real(form, _exp(b.ball * a.ball.log()))


def _erfc(ball: Any) -> Any:
    plain = ball.erfc()
    if not (plain.contains(0) and ball > 1):
        return plain
    # erfc x = e^(−x²) U(½, ½, x²)/√π (DLMF 7.11.5), which keeps its digits far out.
    half, square = arb(0.5), ball * ball
    return _exp(-square) * square.hypgeom_u(half, half) / arb.pi().sqrt()


def _lgamma(ball: Any) -> Any:
    if ball == 1 or ball == 2:
        return arb(0)
    if ball > 0:
        return ball.lgamma()
    # ln |Γ(x)| = ln π − ln |sin πx| − ln Γ(1 − x)
    return arb.pi().log() - abs(ball.sin_pi()).log() - (1 - ball).lgamma()


def _polygamma(m: Any, x: Any, order: Any) -> Any:
    """Return ψ (order 0) or a derivative of it, a coefficient of the series of ln Γ.

    Left of 0 by ψₙ(x) = (−1)ⁿ ψₙ(1 − x) − π dⁿ/dxⁿ cot πx (DLMF 5.15.6).
    """
    x, n = lifted(x), int(order)
    if order != n or not 0 <= n <= MOST_ORDER:
        raise OutOfReach(f"a whole order from 0 to {MOST_ORDER}")
    ball = x.ball
    if n == 0:
        return Real(m.formed(closed.FUNCTIONS["digamma"], x.exact), ball.digamma())
    if ball > 0:
        return Real(None, arb_series([ball, 1], prec=n + 2).lgamma()[n + 1] * factorial(n + 1))
    if not ball < 0:
        return Real(None, arb.nan())
    right = arb_series([1 - ball, 1], prec=n + 2).lgamma()[n + 1] * factorial(n + 1)
    cotangent = arb_series([ball, 1], prec=n + 1).cot_pi()[n] * factorial(n) * arb.pi()
    return Real(None, (-right if n % 2 else right) - cotangent)


def _atan2(m: Any, a: Any, b: Any) -> Any:
    a, b = lifted(a), lifted(b)
    if type(a.exact) is fmpq and not a.exact and b > 0:
        return Real(ZERO)
    return Real(None, arb.atan2(a.ball, b.ball))


def _sign(m: Any, x: Any) -> Any:
    return Real(fmpq(lifted(x).compared(0)))


def _step(m: Any, x: Any, at: Fraction | None) -> Any:
    side = lifted(x).compared(0)
    return lifted(chosen(at)) if side == 0 else Real(ONE) if side > 0 else m.flat


_choice = choices(lambda c, a, b: lifted(a if lifted(c) > 0 else b))


def _where(m: Any, *xs: Any, **given: Any) -> Any:
    return _choice(*xs, **given)


def _extreme(method: str, side: int) -> Callable[..., Any]:
    """Return the maximum (side 1) or minimum (side −1) of numbers.

    Where it is open which of two is larger, both are enclosed.
    """

    def extreme(m: Any, *numbers: Any) -> Any:
        found, *others = map(lifted, numbers)
        for other in others:
            try:
                found = other if side * other.compared(found) > 0 else found
            except Open:
                found = Real(None, getattr(found.ball, method)(other.ball))
        return found

    return extreme


def _max_weight(m: Any, *operands: Any, slot: int) -> Any:
    own, ties = lifted(operands[slot]), 0
    for other in operands:
        side = own.compared(other)
        if side < 0:
            return m.flat
        ties += side == 0
    return Real(fmpq(1, ties))


FADING = {
    "sech": _fading(arb.sech),
    "csch": _fading(arb.csch),
    "sigmoid": _fading(lambda x: 1 / (1 + _exp(-x)), -1),
}
"""Functions whose own formula divides by what is beyond all reason."""


@cache
def library() -> dict[str, Callable[..., Any]]:
    """Return the functions by the names that rules use."""
    return {
        **{
            op.name: _function(getattr(arb, op.name), op.name)
            for op in OPS.values()
            if (op.numpy or op.name in ("erf", "digamma")) and hasattr(arb, op.name)
        },
        **{name: _function(_growing(getattr(arb, name)), name) for name in ("cosh", "gamma")},
        "sinh": _function(_near_zero(_growing(arb.sinh)), "sinh"),
        "tanh": _function(_near_zero(arb.tanh), "tanh"),
        "exp": _function(_exp, "exp"),
        "expm1": _function(_near_zero(_expm1), "expm1"),
        **{name: _function(method) for name, method in FADING.items()},
        "log2": _function(lambda x: x.log() / arb(2).log(), "log2"),
        "log10": _function(lambda x: x.log() / arb(10).log(), "log10"),
        "erfc": _function(_erfc, "erfc"),
        "lgamma": _function(_lgamma, "lgamma"),
        "sqrt": _sqrt,
        "cbrt": _cbrt,
        "root": _root,
        "power": _power,
        "polygamma": _polygamma,
        "atan2": _atan2,
        "floor": lambda m, x: floor(x),
        "ceil": lambda m, x: -floor(-lifted(x)),
        "where": _where,
        "abs": lambda m, x: abs(lifted(x)),
        "sign": _sign,
        "step": _step,
        "maximum": _extreme("max", 1),
        "minimum": _extreme("min", -1),
        "max_weight": _max_weight,
    }

"""Exact rational numbers, as far as they go.

What is not rational, or has more than a thousand digits, is `INEXACT`; whatever is computed
from it is inexact as well. So a run tells which of its numbers are known without rounding:
there a zero is zero, a tie is a tie, and a kink is met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, isqrt
from typing import Any

from chainrule.algebras.float64 import LIBRARY
from chainrule.algebras.maths import Maths
from chainrule.algebras.protocol import Parameters, Scalars
from chainrule.algebras.undefined import Undefined, chosen
from chainrule.ops import Op

# About 1,000 decimal digits above and below the fraction bar.
MOST_BITS = 3_322


class Inexact:
    """The number that is not known exactly; arithmetic with it gives itself."""

    __slots__ = ()

    def _absorb(self, *others: Any) -> Inexact:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _absorb
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __neg__ = __abs__ = _absorb

    def __repr__(self) -> str:
        """Return the name."""
        return "INEXACT"


INEXACT = Inexact()


def _bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def _power(a: Any, b: Any) -> Any:
    if type(a) is Inexact or type(b) is Inexact:
        return INEXACT
    a, b = Fraction(a), Fraction(b)
    if b.denominator == 1 and (a != 0 or b >= 0):
        # The size is known before the power is computed.
        return a ** int(b) if _bits(a) * abs(b) <= MOST_BITS or a in (0, 1, -1) else INEXACT
    if b.denominator == 2 and a >= 0:
        root = _sqrt(a)
        return INEXACT if type(root) is Inexact else _power(root, b * 2)
    return INEXACT


def _sqrt(a: Any) -> Any:
    if type(a) is Inexact:
        return INEXACT
    a = Fraction(a)
    if a < 0:
        return INEXACT
    above, below = isqrt(a.numerator), isqrt(a.denominator)
    return Fraction(above, below) if Fraction(above, below) ** 2 == a else INEXACT


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` for operands that are all known, INEXACT for others."""

    def applied(*operands: Any, **given: Any) -> Any:
        if any(type(x) is Inexact for x in operands):
            return INEXACT
        return function(*map(Fraction, operands), **given)

    return applied


def _at(point: int, value: int) -> Callable[..., Any]:
    """Return the function that is rational at one point only, as far as is known here."""
    return _known(lambda x: Fraction(value) if x == point else INEXACT)


_ZERO_AT_0 = (
    "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "expm1", "log1p", "erf",
)  # fmt: skip


def _max_weight(*operands: Fraction, slot: int) -> Fraction:
    largest = max(operands)
    return Fraction(operands[slot] == largest, operands.count(largest))


def _cbrt(a: Fraction) -> Any:
    above, below = (round(abs(n) ** (1 / 3)) for n in (a.numerator, a.denominator))
    root = Fraction(above if a > 0 else -above, below)
    return root if root**3 == a else INEXACT


def _small_roots(function: Callable[[Fraction], Any]) -> Callable[[Fraction], Any]:
    """Return `function` where the double it begins with can tell whole numbers apart."""
    return lambda a: function(a) if _bits(a) < 100 else INEXACT


class _ExactMaths(Maths):
    """Library functions that are not listed are inexact everywhere."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in LIBRARY:
            return lambda *operands, **given: INEXACT
        return super().__getattr__(name)


class Exact(Scalars):
    """Fractions of at most a thousand digits; see the module."""

    def __init__(self) -> None:
        base: Mapping[str, Any] = {
            "number": self.number,
            "pi": INEXACT,
            "e": INEXACT,
            "power": _power,
            "sqrt": _sqrt,
            "exp": _at(0, 1),
            "log": _at(1, 0),
            **{name: _at(0, 0) for name in _ZERO_AT_0},
            **{name: _at(0, 1) for name in ("cos", "cosh", "erfc")},
            **{name: _at(1, 0) for name in ("log2", "log10", "acos", "acosh", "lgamma")},
            "gamma": _at(1, 1),
            "cbrt": _known(_small_roots(_cbrt)),
            "floor": _known(lambda x: Fraction(floor(x))),
            "ceil": _known(lambda x: Fraction(ceil(x))),
            "where": _known(lambda c, a, b: a if c > 0 else b),
            "abs": _known(abs),
            "sign": _known(lambda x: Fraction((x > 0) - (x < 0))),
            "step": _known(lambda x, at: chosen(at) if x == 0 else Fraction(x > 0)),
            "maximum": _known(lambda *xs: max(xs)),
            "minimum": _known(lambda *xs: min(xs)),
            "max_weight": _known(_max_weight),
        }
        self.maths = _ExactMaths(self, base)

    def number(self, number: Fraction) -> Any:
        """Return `number`, or INEXACT where it has too many digits."""
        return self.kept(Fraction(number))

    def kept(self, value: Any) -> Any:
        """Return a result, INEXACT where it is too long."""
        if type(value) is int:
            value = Fraction(value)
        if type(value) is Fraction and _bits(value) > MOST_BITS:
            return INEXACT
        return value

    def apply(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> Any:
        """Return the value where it is rational, `Undefined` where it certainly is not there."""
        for operand in operands:
            if type(operand) is Undefined:
                return operand
        if any(type(x) is Inexact for x in operands):
            return INEXACT
        return self.kept(super().apply(op, parameters, operands))

    def partial(
        self, op: Op, parameters: Parameters, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial where it is rational: that of a sum always is."""
        if any(type(x) is Inexact for x in operands):
            if any(type(x) is Undefined for x in (value, *operands)):
                return value
            return self.kept(self._guarded(op, op.partial(slot), (value, *operands), parameters))
        return self.kept(super().partial(op, parameters, slot, value, operands))

    def push(self, partial: Any, tangent: Any, like: Any) -> Any:
        """Return a contribution to a tangent, where it is not too long."""
        return self.kept(super().push(partial, tangent, like))

    def pull(self, partial: Any, adjoint: Any, like: Any) -> Any:
        """Return a share in an adjoint, where it is not too long."""
        return self.kept(super().pull(partial, adjoint, like))

    def at_kink(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> bool:
        """Tell whether `op` certainly has only one-sided derivatives at `operands`."""
        known = not any(type(x) is Inexact for x in operands)
        return known and super().at_kink(op, parameters, operands)

    def _guarded(self, op: Op, rule: Any, operands: Sequence[Any], parameters: Parameters) -> Any:
        try:
            return super()._guarded(op, rule, operands, parameters)
        except (ZeroDivisionError, TypeError):
            return INEXACT


EXACT = Exact()

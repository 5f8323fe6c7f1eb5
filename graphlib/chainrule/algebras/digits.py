"""Numbers of any chosen count of digits (mpmath), guarded against operands beyond all reason."""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import Any

from mpmath import MPContext, libmp

from chainrule.algebras.maths import Maths
from chainrule.algebras.protocol import Scalars
from chainrule.algebras.undefined import OutOfReach

# exp and powers answer up to 2^(2^60), about 10^(3.5e17); circular functions up to 10^3000.
# Beyond that, mpmath would need memory that grows with the operand instead of its digits.
EXPONENT_BITS = 60
REDUCTION_BITS = 10_000

_local = threading.local()


def magnitude(x: Any) -> int:
    """Return e such that |x| is in [2^(e-1), 2^e); a very negative number for 0."""
    _sign, mantissa, exponent, bits = x._mpf_
    return int(exponent + bits) if mantissa else -(1 << 62)


class Digits(Scalars):
    """mpmath numbers with `digits` significant decimal digits.

    Make one with `digits_algebra`, which keeps one per thread: an mpmath context is not
    safe to share between threads.
    """

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self._context = context = MPContext()
        context.dps = digits
        self.maths = Maths(
            self,
            {
                "number": self.number,
                "pi": +context.pi,
                "e": +context.e,
                "exp": self._exp,
                "log": context.log,
                "sqrt": context.sqrt,
                "sin": self._reduced(context.sin),
                "cos": self._reduced(context.cos),
                "tan": self._reduced(context.tan),
                "tanh": self._tanh,
                "power": self._power,
                "abs": abs,
                "sign": context.sign,
                "step": self._step,
                "maximum": lambda *xs: context.mpf(max(xs)),
                "max_weight": self._max_weight,
            },
        )

    def number(self, number: Fraction) -> Any:
        """Return `number` rounded to the algebra's digits."""
        mpf = self._context.mpf
        return mpf(number.numerator) / number.denominator

    def _exp(self, x: Any) -> Any:
        if magnitude(x) > EXPONENT_BITS:
            return self._context.inf if x > 0 else self._context.zero
        return self._context.exp(x)

    def _tanh(self, x: Any) -> Any:
        if magnitude(x) > EXPONENT_BITS:
            return self._context.one if x > 0 else -self._context.one
        return self._context.tanh(x)

    def _reduced(self, function: Any) -> Any:
        def reduced(x: Any) -> Any:
            if magnitude(x) > REDUCTION_BITS:
                raise OutOfReach("an angle below 10^3000")
            return function(x)

        return reduced

    def _power(self, a: Any, b: Any) -> Any:
        context = self._context
        a, b = context.mpf(a), context.mpf(b)
        if b == 0:
            return context.one
        if a == 0:
            return context.zero if b > 0 else context.inf
        if b % 1 == 0 and magnitude(b) <= 20:
            return a ** int(b)
        odd = b % 2 == 1
        # |a|^b = exp(b log |a|) with as many extra bits as the exponent is large.
        precision = context.prec + max(0, magnitude(b) + abs(magnitude(a))).bit_length() + 80
        log = libmp.mpf_log(libmp.mpf_abs(a._mpf_), precision)
        exponent = context.make_mpf(libmp.mpf_mul(b._mpf_, log, precision))
        if magnitude(exponent) > EXPONENT_BITS:
            result = context.inf if exponent > 0 else context.zero
        else:
            result = context.make_mpf(libmp.mpf_exp(exponent._mpf_, context.prec, "n"))
        return -result if a < 0 and odd else result

    def _step(self, x: Any, at: Fraction) -> Any:
        return self.number(Fraction(1) if x > 0 else Fraction(0) if x < 0 else at)

    def _max_weight(self, *operands: Any, slot: int) -> Any:
        largest = max(operands)
        ties = sum(1 for x in operands if x == largest)
        return self.number(Fraction(1, ties) if operands[slot] == largest else Fraction(0))


def digits_algebra(digits: int) -> Digits:
    """Return this thread's algebra of `digits` significant decimal digits."""
    kept: dict[int, Digits] = _local.__dict__.setdefault("kept", {})
    if digits not in kept:
        kept[digits] = Digits(digits)
    return kept[digits]

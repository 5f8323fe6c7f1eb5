"""Numbers of any chosen count of digits, by mpmath: a judge that shares nothing with balls."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import MPContext, libmp

from chainrule.algebras.protocol import Maths, Parameters, Scalars
from chainrule.algebras.undefined import OutOfReach, Undefined, chosen
from chainrule.ops import Op
from chainrule.ops.record import Rule

# exp and powers answer up to 2^(2^60), about 10^(3.5e17); circular functions up to 10^1000.
# Beyond that, mpmath would need memory that grows with the operand instead of its digits.
EXPONENT_BITS = 60
REDUCTION_BITS = 3_322

REACH = "operands of fewer than 10^17 digits"

MOST_ORDER = 100
LONGEST_RECURRENCE = 10_000
"""Order and size below 0 of the polygamma function's operand: its work grows with both."""

_local = threading.local()

COMPARED: dict[str, Callable[..., Any]] = {
    "less": operator.lt,
    "at_most": operator.le,
    "greater": operator.gt,
    "at_least": operator.ge,
    "equal": operator.eq,
    "unequal": operator.ne,
    "positive": lambda x: x > 0,
}


def holds(condition: Any, xs: Any) -> Any:
    """Whether a condition of a choice holds of numbers or of the entries of arrays."""
    what, *parts = condition
    if what == "else":
        return True
    if what in ("and", "or", "not"):
        inner = [np.asarray(holds(part, xs)) for part in parts]
        if what == "not":
            return ~inner[0]
        return np.all(inner, axis=0) if what == "and" else np.any(inner, axis=0)
    return COMPARED[what](*(xs[slot] for slot in parts))


def magnitude(x: Any) -> int:
    """Return e such that |x| is in [2^(e-1), 2^e); a very negative number for 0."""
    _sign, mantissa, exponent, bits = x._mpf_
    return int(exponent + bits) if mantissa else -(1 << 62)


def _is_whole(x: Any) -> bool:
    """Whether x is an integer: its mantissa is odd, so its exponent says so without division."""
    _sign, mantissa, exponent, _bits = x._mpf_
    return bool(mantissa and exponent >= 0) or x == 0


# Functions by which infinity, which stands for what is beyond reach, may come back into reach.
SHRINKING = frozenset(
    {
        "log",
        "log1p",
        "log2",
        "log10",
        "log_b",
        "lgamma",
        "digamma",
        "asinh",
        "acosh",
        "sqrt",
        "cbrt",
        "root",
        "power",
    }
)


class Digits(Scalars):
    """mpmath numbers with `digits` significant decimal digits.

    Make one with `digits_algebra`, which keeps one per thread: an mpmath context is not
    safe to share between threads.
    """

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self._context = context = MPContext()
        self.absent, self.flat = context.zero * 1, context.zero * 1
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
                "asin": context.asin,
                "acos": context.acos,
                "atan": context.atan,
                "atan2": context.atan2,
                "sinh": self._guarded_by_size(context.sinh, lambda x: x * context.inf),
                "cosh": self._guarded_by_size(context.cosh, lambda x: context.inf),
                "tanh": self._guarded_by_size(context.tanh, context.sign),
                "asinh": context.asinh,
                "acosh": context.acosh,
                "atanh": context.atanh,
                "expm1": self._guarded_by_size(
                    context.expm1, lambda x: context.inf if x > 0 else -context.one
                ),
                "log1p": context.log1p,
                "log2": lambda x: context.log(x, 2),
                "log10": context.log10,
                "cbrt": lambda x: context.sign(x) * context.cbrt(abs(x)),
                "root": self._root,
                "erf": context.erf,
                "erfc": self._erfc,
                "gamma": self._gamma,
                "lgamma": lambda x: context.loggamma(x).real,
                "digamma": lambda x: self._polygamma(x, 0),
                "polygamma": self._polygamma,
                "floor": context.floor,
                "ceil": context.ceil,
                "where": lambda *xs, when=(("positive", 0), ("else",)): context.mpf(
                    xs[len(xs) - len(when) + next(i for i, c in enumerate(when) if holds(c, xs))]
                ),
                "power": self._power,
                "abs": abs,
                "sign": context.sign,
                "step": self._step,
                "maximum": lambda *xs: context.mpf(max(xs)),
                "minimum": lambda *xs: context.mpf(min(xs)),
                "max_weight": self._max_weight,
            },
        )

    def number(self, number: Fraction) -> Any:
        """Return `number` rounded to the algebra's digits."""
        above, below = number.numerator, number.denominator
        return self._context.make_mpf(libmp.from_rational(above, below, self._context.prec, "n"))

    def _guarded(self, op: Op, rule: Rule, operands: Sequence[Any], parameters: Parameters) -> Any:
        value = self.within_reach(op.name, super()._guarded(op, rule, operands, parameters))
        if op.name in SHRINKING and type(value) is self._context.mpf and value - value != 0:
            large = operands[0] - operands[0] != 0 and (op.name != "power" or operands[1] < 1)
            return Undefined(op.name, REACH) if large else value
        return value

    def push(self, partial: Any, tangent: Any, like: Any) -> Any:
        """Return the operand's contribution to the tangent of a node shaped like `like`."""
        return self.within_reach("mul", super().push(partial, tangent, like))

    def pull(self, partial: Any, adjoint: Any, like: Any) -> Any:
        """Return the share of an operand shaped like `like` in the node's `adjoint`."""
        return self.within_reach("mul", super().pull(partial, adjoint, like))

    def within_reach(self, name: str, value: Any) -> Any:
        """Return a result of the operation `name`, `Undefined` where it may be any number.

        Infinity stands for what is beyond reach, so infinity times 0 or minus infinity is none.
        """
        if type(value) is self._context.mpf and value != value:
            return Undefined(name, REACH)
        return value

    def _exp(self, x: Any) -> Any:
        if magnitude(x) > EXPONENT_BITS:
            return self._context.inf if x > 0 else self._context.zero
        return self._context.exp(x)

    def _guarded_by_size(self, function: Any, beyond: Any) -> Any:
        return lambda x: function(x) if magnitude(x) <= EXPONENT_BITS else beyond(x)

    def _erfc(self, x: Any) -> Any:
        # It is about e^(−x²).
        if 2 * magnitude(x) > EXPONENT_BITS:
            return self._context.zero if x > 0 else 2 * self._context.one
        return self._context.erfc(x)

    def _gamma(self, x: Any) -> Any:
        # Γ(x) is about e^(x ln x), and ln x is below 2^6 where x is below 2^60.
        if magnitude(x) > EXPONENT_BITS - 6:
            return self._context.inf if x > 0 else self._context.zero
        return self._context.gamma(x)

    def _polygamma(self, x: Any, order: Any) -> Any:
        if order % 1 or not 0 <= order <= MOST_ORDER:
            raise OutOfReach(f"a whole order from 0 to {MOST_ORDER}")
        context, order = self._context, int(order)
        if x < 0 and order == 0:
            # ψ(x) = ψ(1 − x) − π cot πx
            cotangent = context.cospi(x) / context.sinpi(x)
            return self._polygamma(1 - x, 0) - context.pi * cotangent
        if x < -LONGEST_RECURRENCE:
            raise OutOfReach(f"an operand above −{LONGEST_RECURRENCE:,}")
        if magnitude(x) > 2 * context.prec:
            # The first term of the series for large x; the second is smaller by 1/x.
            if order == 0:
                return context.log(x)
            return (-1) ** (order + 1) * context.factorial(order - 1) / x**order
        return context.polygamma(order, x)

    def _root(self, a: Any, n: Any) -> Any:
        if _is_whole(n) and magnitude(n) <= 20:
            root = self._context.root(abs(a), int(n))
            return -root if a < 0 else root
        return self._power(a, 1 / n)

    def _reduced(self, function: Any) -> Any:
        def reduced(x: Any) -> Any:
            if magnitude(x) > REDUCTION_BITS:
                raise OutOfReach("an angle below 10^1000")
            return function(x)

        return reduced

    def _power(self, a: Any, b: Any) -> Any:
        context = self._context
        a, b = context.mpf(a), context.mpf(b)
        if b == 0:
            return context.one
        if a == 0:
            return context.zero if b > 0 else context.inf
        if _is_whole(b) and magnitude(b) <= 20:
            return a ** int(b)
        odd = _is_whole(b) and b._mpf_[2] == 0
        # |a|^b = exp(b log |a|) with as many extra bits as the exponent is large.
        precision = context.prec + max(0, magnitude(b) + abs(magnitude(a))).bit_length() + 80
        log = libmp.mpf_log(libmp.mpf_abs(a._mpf_), precision)
        exponent = context.make_mpf(libmp.mpf_mul(b._mpf_, log, precision))
        if magnitude(exponent) > EXPONENT_BITS:
            result = context.inf if exponent > 0 else context.zero
        else:
            result = context.make_mpf(libmp.mpf_exp(exponent._mpf_, context.prec, "n"))
        return -result if a < 0 and odd else result

    def _step(self, x: Any, at: Fraction | None) -> Any:
        return self.number(Fraction(1) if x > 0 else Fraction(0) if x < 0 else chosen(at))

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

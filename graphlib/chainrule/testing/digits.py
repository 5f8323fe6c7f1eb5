"""Numbers of any chosen count of digits, by mpmath: a judge that shares nothing with balls.

It judges at samples, where nothing overflows and every operand is inside the domain.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from mpmath import MPContext, libmp

from chainrule.algebras.protocol import Maths, Scalars
from chainrule.algebras.undefined import chosen

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


class Digits(Scalars):
    """mpmath numbers with `digits` significant decimal digits."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self._context = context = MPContext()
        self.absent, self.flat = context.zero * 1, context.zero * 1
        context.dps = digits
        of_context = (
            "exp log sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh "
            "expm1 log1p log10 erf erfc gamma digamma floor ceil sign"
        )
        self.maths = Maths(
            self,
            {
                **{name: getattr(context, name) for name in of_context.split()},
                "number": self.number,
                "pi": +context.pi,
                "e": +context.e,
                "log2": lambda x: context.log(x, 2),
                "cbrt": lambda x: context.sign(x) * context.cbrt(abs(x)),
                "root": self._root,
                "lgamma": lambda x: context.loggamma(x).real,
                "polygamma": lambda x, order: context.polygamma(int(order), x),
                "where": lambda *xs, when=(("positive", 0), ("else",)): context.mpf(
                    xs[len(xs) - len(when) + next(i for i, c in enumerate(when) if holds(c, xs))]
                ),
                "power": lambda a, b: context.mpf(a) ** b,
                "abs": abs,
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

    def _root(self, a: Any, n: Any) -> Any:
        root = self._context.mpf(abs(a)) ** (1 / self._context.mpf(n))
        return -root if a < 0 else root

    def _step(self, x: Any, at: Fraction | None) -> Any:
        return self.number(Fraction(1) if x > 0 else Fraction(0) if x < 0 else chosen(at))

    def _max_weight(self, *operands: Any, slot: int) -> Any:
        largest = max(operands)
        ties = sum(1 for x in operands if x == largest)
        return self.number(Fraction(1, ties) if operands[slot] == largest else Fraction(0))


@lru_cache
def digits_algebra(digits: int) -> Digits:
    """Return the algebra of `digits` significant decimal digits."""
    return Digits(digits)

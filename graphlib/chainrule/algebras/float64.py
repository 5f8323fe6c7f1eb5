"""Double precision, one number at a time. What overflows becomes inf or nan; nothing raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from chainrule.algebras.balls import balls
from chainrule.algebras.protocol import Maths, Parameters, Scalars
from chainrule.algebras.undefined import OutOfReach
from chainrule.ops import OPS, Op
from chainrule.ops.choice import choices
from chainrule.ops.record import Rule, same_shape

# Objects of their own, told from any other 0 by being these.
ABSENT, FLAT = float("0"), float("0")


def _quiet(function: Callable[..., float], overflow: float = math.inf) -> Callable[..., float]:
    def quiet(*operands: float) -> float:
        try:
            return function(*operands)
        except OverflowError:
            return overflow
        except (ValueError, ZeroDivisionError):
            return math.nan

    return quiet


def _power(a: float, b: float) -> float:
    try:
        result = a**b
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ZeroDivisionError:
        return math.inf
    return math.nan if isinstance(result, complex) else result


def _root(a: float, n: float) -> float:
    if n == 0:
        return math.nan
    return -_power(-a, 1 / n) if a < 0 and n % 2 == 1 else _power(a, 1 / n)


def _sinh(x: float) -> float:
    return _quiet(math.sinh, math.copysign(math.inf, x))(x)


def _gamma(x: float) -> float:
    # It overflows for large x, and beside the pole at 0.
    return _quiet(math.gamma, math.copysign(math.inf, x))(x)


def _polygamma(x: float, order: int) -> float:
    """Return ψ (order 0) or a derivative of it, of which `math` has none, from its enclosure."""
    if not math.isfinite(x) or (x <= 0 and x % 1 == 0):
        return math.nan
    fine = balls(128)
    try:
        with fine.session():
            return float(fine.maths.polygamma(x, order=order).ball)
    except OutOfReach:
        return math.nan


def _rounded(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(function(x)) if math.isfinite(x) else x


def _where(condition: float, a: float, b: float) -> float:
    return float(a if condition > 0 else b)


def _maximum(*operands: float) -> float:
    return float(max(operands))


def _minimum(*operands: float) -> float:
    return float(min(operands))


def _sign(x: float) -> float:
    return (x > 0) - (x < 0) + 0.0


def _step(x: float, at: Fraction | None) -> float:
    return 1.0 if x > 0 else FLAT if x < 0 else math.nan if at is None else float(at)


def _max_weight(*operands: float, slot: int) -> float:
    largest = max(operands)
    return 1.0 / operands.count(largest) if operands[slot] == largest else FLAT


def _number(number: Fraction) -> float:
    try:
        return number.numerator / number.denominator
    except OverflowError:
        return math.inf if number > 0 else -math.inf


LIBRARY: dict[str, Any] = {
    **{
        op.name: _quiet(getattr(math, op.name))
        for op in OPS.values()
        if op.shape is same_shape and hasattr(math, op.name)
    },
    "number": _number,
    "pi": math.pi,
    "e": math.e,
    "sinh": _sinh,
    "root": _root,
    "gamma": _gamma,
    "digamma": lambda x: _polygamma(x, 0),
    "polygamma": _polygamma,
    "floor": _rounded(math.floor),
    "ceil": _rounded(math.ceil),
    "where": choices(_where),
    "power": _power,
    "abs": abs,
    "sign": _sign,
    "step": _step,
    "maximum": _maximum,
    "minimum": _minimum,
    "max_weight": _max_weight,
}
"""What double precision takes from a library; every other operation is computed from these."""


class Float64(Scalars):
    """Python floats: IEEE double precision."""

    def __init__(self) -> None:
        self.maths = Maths(self, LIBRARY)
        self.absent, self.flat = ABSENT, FLAT

    def number(self, number: Fraction) -> float:
        """Return the double nearest to `number`; beyond the largest double, infinity."""
        return _number(number)

    def _guarded(self, op: Op, rule: Rule, operands: Sequence[Any], parameters: Parameters) -> Any:
        try:
            return rule(self.maths, *operands, **parameters)
        except (OverflowError, ZeroDivisionError):
            # Python raises where IEEE arithmetic has inf or nan; NumPy's doubles do not.
            with np.errstate(all="ignore"):
                return float(rule(self.maths, *map(np.float64, operands), **parameters))
        except ValueError:
            return math.nan


class ByHand(Float64):
    """Double precision by the formulas that are written, as people work them out on paper."""

    def partial_rule(self, op: Op, slot: int) -> Rule:
        """Return the rule that a table shows: 1 − tanh², where sech² would keep more digits."""
        return op.partial(slot)


FLOAT64, BY_HAND = Float64(), ByHand()

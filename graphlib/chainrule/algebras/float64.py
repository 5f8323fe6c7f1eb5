"""Double precision, one number at a time. What overflows becomes inf or nan; nothing raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from chainrule.algebras.maths import Maths
from chainrule.algebras.protocol import Parameters, Scalars
from chainrule.ops import Op
from chainrule.ops.record import Rule


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


def _maximum(*operands: float) -> float:
    return float(max(operands))


def _sign(x: float) -> float:
    return (x > 0) - (x < 0) + 0.0


def _step(x: float, at: Fraction) -> float:
    return 1.0 if x > 0 else 0.0 if x < 0 else float(at)


def _max_weight(*operands: float, slot: int) -> float:
    largest = max(operands)
    return 1.0 / operands.count(largest) if operands[slot] == largest else 0.0


def _number(number: Fraction) -> float:
    try:
        return number.numerator / number.denominator
    except OverflowError:
        return math.inf if number > 0 else -math.inf


_BASE = {
    "number": _number,
    "pi": math.pi,
    "e": math.e,
    "exp": _quiet(math.exp),
    "log": _quiet(math.log),
    "sqrt": _quiet(math.sqrt),
    "sin": _quiet(math.sin),
    "cos": _quiet(math.cos),
    "tan": _quiet(math.tan),
    "tanh": math.tanh,
    "power": _power,
    "abs": abs,
    "sign": _sign,
    "step": _step,
    "maximum": _maximum,
    "max_weight": _max_weight,
}


class Float64(Scalars):
    """Python floats: IEEE double precision."""

    def __init__(self) -> None:
        self.maths = Maths(self, _BASE)

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


FLOAT64 = Float64()

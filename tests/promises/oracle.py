"""Random expressions and their numbers by mpmath alone, with digits doubled until they stay.

It shares nothing with the product but the spelling of functions: values come from mpmath's
functions, derivatives from central differences with hundreds of digits. (`tests/attack/trees.py`
is a second such route, by dual numbers, with kinks and with points at the ends of all scales.)
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mpmath import MPContext

FIRST_DIGITS, MOST_DIGITS = 60, 960
STAYS = 1e-18
TINIEST = 1e-310
NAMES = ("x", "y", "z")
POWERS = ("-3",) * 12 + ("-9", "0")


class NoValue(Exception):
    """There is no real number here, or none that is judged."""


class MoreDigits(Exception):
    """A term was lost: with more digits there would be more to see."""


def _real(value: Any) -> Any:
    if hasattr(value, "imag") and value.imag != 0:
        raise NoValue
    return value.real if hasattr(value, "real") else value


FUNCTIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "sin": lambda m, x: m.sin(x),
    "cos": lambda m, x: m.cos(x),
    "tan": lambda m, x: m.tan(x),
    "exp": lambda m, x: m.exp(x),
    "ln": lambda m, x: m.log(x),
    "log2": lambda m, x: m.log(x) / m.log(2),
    "log10": lambda m, x: m.log(x) / m.log(10),
    "log1p": lambda m, x: m.log1p(x),
    "expm1": lambda m, x: m.expm1(x),
    "sqrt": lambda m, x: m.sqrt(x),
    "abs": lambda m, x: abs(x),
    "relu": lambda m, x: max(x, m.zero),
    "sigmoid": lambda m, x: 1 / (1 + m.exp(-x)),
    "softplus": lambda m, x: m.log1p(m.exp(x)),
    "tanh": lambda m, x: m.tanh(x),
    "sinh": lambda m, x: m.sinh(x),
    "cosh": lambda m, x: m.cosh(x),
    "asin": lambda m, x: m.asin(x),
    "acos": lambda m, x: m.acos(x),
    "atan": lambda m, x: m.atan(x),
    "asinh": lambda m, x: m.asinh(x),
    "acosh": lambda m, x: m.acosh(x),
    "atanh": lambda m, x: m.atanh(x),
    "erf": lambda m, x: m.erf(x),
}


# Where domains end; an operand may lie there only because its digits ran out.
EDGES = {"acosh": 1, "asin": 1, "acos": 1, "atanh": 1, "sqrt": 0, "ln": 0, "log2": 0, "log10": 0}


@dataclass(frozen=True, slots=True)
class Node:
    """An operation with its operands, or a leaf: a name or a decimal."""

    kind: str
    inner: tuple[Node, ...] = ()

    def __str__(self) -> str:
        parts = [str(x) for x in self.inner]
        if not parts:
            return self.kind if self.kind in NAMES else f"({self.kind})"
        if self.kind in "+-*/^":
            return f"({parts[0]} {self.kind} {parts[1]})"
        return f"{self.kind}({parts[0]})"

    def at(self, m: Any, point: Mapping[str, Any]) -> Any:
        """Return the value with the digits of the context `m`."""
        if not self.inner:
            if self.kind in NAMES:
                return point[self.kind]
            number = Fraction(self.kind)
            return m.mpf(number.numerator) / number.denominator
        x = [part.at(m, point) for part in self.inner]
        if any(abs(value) > 10**9 for value in x) and self.kind not in "+-*/":
            raise NoValue
        if not all(map(m.isfinite, x)):
            raise NoValue
        if abs(x[0]) == EDGES.get(self.kind):  # or as near to it as the digits can tell
            raise NoValue
        try:
            value = _real(self._applied(m, x))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise NoValue from error
        if self.kind in "+-":
            lost = value in (x[0], x[1] if self.kind == "+" else -x[1]) and 0 not in x
        else:  # tanh 90, cos 1e-90, 1.5^1e-90
            lost = abs(value) == 1 and self.kind not in "*/" and abs(x[0]) not in (0, 1)
            lost &= self.kind not in ("abs", "relu") and 0 not in x
        if lost:
            raise MoreDigits
        return value

    def _applied(self, m: Any, x: list[Any]) -> Any:
        match self.kind:
            case "+":
                return x[0] + x[1]
            case "-":
                return x[0] - x[1]
            case "*":
                return x[0] * x[1]
            case "/":
                return x[0] / x[1]
            case "^":
                return x[0] ** x[1]
        return FUNCTIONS[self.kind](m, x[0])


def drawn(chance: random.Random, depth: int) -> Node:
    """Return a random expression; powers have whole or half exponents as a rule."""
    if depth == 0 or chance.random() < 0.1:
        if chance.random() < 0.7:
            return Node(chance.choice(NAMES))
        return Node(str(chance.choice((2, 3, 10, "0.5", "0.1", "1.5", "1e-3", "7"))))
    if chance.random() < 0.5:
        return Node(chance.choice(tuple(FUNCTIONS)), (drawn(chance, depth - 1),))
    kind = chance.choice("++--**//^")
    left = drawn(chance, depth - 1)
    if kind == "^" and chance.random() < 0.8:
        return Node(kind, (left, Node(chance.choice(("2", "3", "-1", "0.5", "4", "-2")))))
    return Node(kind, (left, drawn(chance, depth - 1)))


def point(chance: random.Random) -> dict[str, str]:
    """Return decimals as people type them, some of them large or small."""
    typed = {}
    for name in NAMES:
        sign, digits = chance.choice("-++"), chance.randint(1, 9999)
        typed[name] = f"{sign}{digits}e{chance.choice(POWERS)}"
    return typed


@dataclass(frozen=True, slots=True)
class Right:
    """A value with its derivatives, and how much the worst relative change of an input means."""

    value: Any
    gradient: dict[str, Any]
    condition: float


def right(tree: Node, typed: Mapping[str, str]) -> Right | None:
    """Return the numbers of an expression, None where no number of digits made them stay.

    Raises
    ------
    NoValue
        If there is none.
    """
    before: list[Any] = []
    digits = FIRST_DIGITS
    used = [name for name in NAMES if name in _names(tree)]
    while digits <= MOST_DIGITS:
        m = MPContext()
        m.dps = digits
        at = {name: _number(m, text) for name, text in typed.items()}
        try:
            numbers, seen = _numbers(tree, m, at, used)
        except MoreDigits:
            before, digits = [], digits * 2
            continue
        pairs = zip(before, numbers, strict=False)
        if before and seen and all(abs(a - b) <= STAYS * abs(b) for a, b in pairs):
            value, slopes = numbers[0], dict(zip(used, numbers[1:], strict=True))
            sizes = [abs(at[name] * slope / value) for name, slope in slopes.items() if value]
            return Right(value, slopes, float(max(sizes, default=0)))
        before, digits = numbers, digits * 2
    return None


def _numbers(tree: Node, m: Any, at: Mapping[str, Any], used: list[str]) -> tuple[list[Any], bool]:
    """Return value and slopes, and whether the digits suffice to see the slopes."""
    digits = m.dps
    numbers, seen = [tree.at(m, at)], True
    step = m.mpf(10) ** (-digits // 3)
    # What a difference of two values with so many digits cannot tell from 0.
    unseen = abs(numbers[0]) * m.mpf(10) ** (10 - digits) / step
    for name in used:
        ahead = tree.at(m, {**at, name: at[name] + step})
        behind = tree.at(m, {**at, name: at[name] - step})
        slope = (ahead - behind) / (2 * step)
        numbers.append(slope if abs(slope) > unseen else m.zero)
        seen &= bool(unseen <= abs(slope) * STAYS or unseen < TINIEST)
    return numbers, seen


def _number(m: Any, text: str) -> Any:
    number = Fraction(text)
    return m.mpf(number.numerator) / number.denominator


def _names(tree: Node) -> set[str]:
    return {tree.kind} if not tree.inner else set().union(*map(_names, tree.inner))

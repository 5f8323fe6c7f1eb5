"""Random expressions, and their derivatives by a route that shares no code with the product.

Values and gradients are dual numbers over mpmath with 400 and with 1,200 digits; where the two
say different things the case is not judged. A number whose digits cancelled by more than 60 in
100 is 0.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mpmath import MPContext

FEW_DIGITS, MANY_DIGITS = 400, 1_200

SMOOTH = ("neg", "exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid")
KINKED = ("abs", "relu", "sign", "step")
BINARY = ("add", "sub", "mul", "div", "power", "max")
SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "power": "^"}
NUMBERS = ("2", "3", "0.5", "10", "1/3", "1", "7", "0.1", "1.5")
POWERS = ("2", "3", "-1", "-2", "0.5", "1/3", "1.5", "0", "1", "4")

NICE = ("0", "1", "-1", "2", "0.5", "-2", "3", "0.1", "-0.3", "1.7", "0.25")
NASTY = (
    *NICE,
    "1e200",
    "1e-200",
    "-1e200",
    "1e8",
    "1e-8",
    "1e-9",
    "40",
    "-40",
    "700",
    "-745",
    "1e16",
    "1.0000000001",
    "0.9999999999",
    "1e22",
    "1e-30",
    "-1e-20",
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A variable or number by its `text`, or an operation by its `name`."""

    name: str
    operands: tuple[Tree, ...] = ()
    text: str = ""

    def __str__(self) -> str:
        inner = [str(x) for x in self.operands]
        if self.name == "variable":
            return self.text
        if self.name == "number":
            return self.text if self.text.replace(".", "").isdigit() else f"({self.text})"
        if self.name == "neg":
            return f"(-{inner[0]})"
        if self.name in SIGNS:
            return f"({inner[0]} {SIGNS[self.name]} {inner[1]})"
        return f"{self.name}({', '.join(inner)})"

    @property
    def varies(self) -> bool:
        return self.name == "variable" or any(x.varies for x in self.operands)


def draw(chance: random.Random, depth: int, names: Sequence[str], kinks: float = 0.15) -> Tree:
    """Return a random expression of at most `depth` operations above each other."""
    if depth == 0 or chance.random() < 0.12:
        if chance.random() < 0.75:
            return Tree("variable", text=chance.choice(names))
        return Tree("number", text=chance.choice(NUMBERS))

    def inner() -> Tree:
        return draw(chance, depth - 1, names, kinks)

    if chance.random() < 0.5:
        return Tree(chance.choice(KINKED if chance.random() < kinks else SMOOTH), (inner(),))
    name = chance.choice(BINARY)
    if name == "power" and chance.random() < 0.7:
        return Tree(name, (inner(), Tree("number", text=chance.choice(POWERS))))
    return Tree(name, (inner(), inner()))


class NoValue(Exception):
    """The expression has no value at the point."""


class NotJudged(Exception):
    """This route cannot tell, or conventions decide."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What the other route says: a value and a gradient, None for a gradient at a kink."""

    value: Any
    gradient: tuple[Any, ...] | None


class Dual:
    """Evaluates a tree and its gradient with a number of digits."""

    def __init__(self, digits: int, names: Sequence[str]) -> None:
        self.mp = MPContext()
        self.mp.dps = digits
        self.digits = digits
        self.names = names
        self.dust = self.mp.mpf(10) ** -(digits * 6 // 10)
        self.at_kink = False
        # Whether a power of 0 or an even root bends too sharply for a second derivative.
        self.bends = False

    def number(self, number: Fraction) -> Any:
        return self.mp.mpf(number.numerator) / number.denominator

    def sum(self, terms: Sequence[Any]) -> Any:
        total = self.mp.fsum(terms)
        most = max(map(abs, terms), default=0)
        return self.mp.zero if abs(total) <= self.dust * most else total

    def run(self, tree: Tree, point: Mapping[str, Fraction]) -> tuple[Any, list[Any]]:
        if tree.name == "variable":
            moves = [self.mp.mpf(name == tree.text) for name in self.names]
            return self.number(point[tree.text]), moves
        if tree.name == "number":
            return self.number(Fraction(tree.text)), [self.mp.zero] * len(self.names)
        inner = [self.run(x, point) for x in tree.operands]
        varies = [x.varies for x in tree.operands]
        value, partials = self.apply(tree.name, [v for v, _ in inner], varies)
        moves = [
            self.sum([p * dx[i] for p, (_, dx) in zip(partials, inner, strict=True) if dx[i] != 0])
            for i in range(len(self.names))
        ]
        return value, moves

    def apply(self, name: str, x: list[Any], varies: list[bool]) -> tuple[Any, list[Any]]:
        mp, a = self.mp, x[0]
        if name in ("exp", "sigmoid") and abs(a) > 1e15:
            raise NotJudged
        if name in ("tanh", "sigmoid") and abs(a) > self.digits / 3:
            raise NotJudged  # what lies between the value and 1 is not seen
        match name:
            case "neg":
                return -a, [-1]
            case "add":
                return self.sum(x), [1, 1]
            case "sub":
                return self.sum([a, -x[1]]), [1, -1]
            case "mul":
                return a * x[1], [x[1], a]
            case "div":
                if x[1] == 0:
                    raise NoValue
                return a / x[1], [1 / x[1], -a / x[1] ** 2]
            case "exp":
                return mp.exp(a), [mp.exp(a)]
            case "log":
                if a <= 0:
                    raise NoValue
                value = mp.log(a)
                return (mp.zero if abs(value) <= self.dust else value), [1 / a]
            case "sqrt":
                if a < 0:
                    raise NoValue
                if a == 0:
                    self.at_kink |= varies[0]
                    return a, [mp.zero]
                return mp.sqrt(a), [1 / (2 * mp.sqrt(a))]
            case "sin" | "cos" | "tan":
                return self.circular(name, a)
            case "tanh":
                return mp.tanh(a), [mp.sech(a) ** 2]
            case "sigmoid":
                e = mp.exp(-a)
                return 1 / (1 + e), [e / (1 + e) ** 2]
            case "abs" | "relu" | "sign" | "step":
                self.at_kink |= a == 0
                s = mp.sign(a)
                values = {"abs": abs(a), "relu": max(a, mp.zero), "sign": s, "step": (s + 1) / 2}
                return values[name], [{"abs": s, "relu": (s + 1) / 2}.get(name, mp.zero)]
            case "max":
                top = max(x)
                near = [abs(v - top) <= self.dust * max(abs(v), abs(top)) for v in x]
                self.at_kink |= sum(near) > 1
                return top, [mp.mpf(n) / sum(near) for n in near]
        return self.power(a, x[1], varies)

    def circular(self, name: str, a: Any) -> tuple[Any, list[Any]]:
        if abs(a) > self.mp.mpf(10) ** (self.digits // 4):
            raise NotJudged
        sine, cosine = self.mp.sin(a), self.mp.cos(a)
        sine = self.mp.zero if abs(sine) <= self.dust and abs(a) > 1 else sine
        cosine = self.mp.zero if abs(cosine) <= self.dust else cosine
        if name == "sin":
            return sine, [cosine]
        if name == "cos":
            return cosine, [-sine]
        if cosine == 0:
            raise NoValue
        return sine / cosine, [1 / cosine**2]

    def power(self, a: Any, b: Any, varies: list[bool]) -> tuple[Any, list[Any]]:
        mp = self.mp
        nearest = mp.nint(b)
        if abs(b - nearest) <= self.dust * max(1, abs(b)):
            b = nearest
        if a == 0:
            if b < 0:
                raise NoValue
            self.at_kink |= (b < 1 and varies[0]) or varies[1]
            self.bends |= b != nearest
            return (mp.one if b == 0 else mp.zero), [mp.mpf(b == 1), mp.zero]
        if a < 0:
            if b != nearest:
                raise NoValue
            if varies[1] or abs(b) > 1e5:
                raise NotJudged
            return a ** int(b), [b * a ** int(b - 1), mp.zero]
        exponent = b * mp.log(a)
        if abs(exponent) > 1e15:
            raise NotJudged
        value = mp.exp(exponent)
        return value, [b * value / a, value * mp.log(a)]


def truth(tree: Tree, point: Mapping[str, Fraction]) -> Truth | None:
    """Return what this route says of a tree at a point, None where it cannot tell.

    Raises
    ------
    NoValue
        If the expression has no value there.
    """
    names = tuple(point)
    fine, rough = Dual(MANY_DIGITS, names), Dual(FEW_DIGITS, names)
    try:
        value, gradient = fine.run(tree, point)
    except NotJudged:
        return None
    except NoValue:
        try:
            rough.run(tree, point)
        except NoValue:
            raise
        except NotJudged:
            return None
        return None
    try:
        again = rough.run(tree, point)
    except (NotJudged, NoValue):
        return None
    for a, b in zip((again[0], *again[1]), (value, *gradient), strict=True):
        if a != b and abs(fine.mp.mpf(a) - b) > 1e-20 * abs(b):
            return None
    if fine.at_kink != rough.at_kink:
        return None
    return Truth(value, None if fine.at_kink else tuple(gradient))


def second(tree: Tree, point: Mapping[str, Fraction]) -> list[list[Any]] | None:
    """Return the Hessian by differences of the gradient at 1,200 digits; None at a kink."""
    names, step = tuple(point), Fraction(1, 10**250)
    dual = Dual(MANY_DIGITS, names)
    rows = []
    try:
        dual.run(tree, point)
        for name in names:
            ahead = dual.run(tree, {**point, name: point[name] + step})[1]
            behind = dual.run(tree, {**point, name: point[name] - step})[1]
            rows.append(
                [(a - b) / (2 * dual.number(step)) for a, b in zip(ahead, behind, strict=True)]
            )
    except (NotJudged, NoValue):
        return None
    return None if dual.at_kink or dual.bends else rows

"""What an expression is worth at a point, and how it changes: by the textbook, with mpmath.

It shares nothing with the product but the spelling of functions. Values are `reals.Real`;
slopes are forward mode along one input at a time, to the right and to the left where a kink is
met. Digits are doubled until two runs agree.

Conventions at kinks: relu′(0) = 0, abs′(0) = 0, step(0) = ½, operands that tie share equally, or
the slope by a lone moving operand is 0; a jump adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

from tests.promises import reals
from tests.promises.expressions import Node
from tests.promises.reals import (
    HALF,
    Beyond,
    MoreDigits,
    NoValue,
    Real,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    compared,
    cos,
    cosh,
    digamma,
    erf,
    erfc,
    exact,
    exp,
    expm1,
    gamma,
    is_whole,
    known_rational,
    lgamma,
    log,
    log1p,
    mp,
    pi,
    power,
    sign,
    sin,
    sinh,
    sqrt,
    tanh,
    tetragamma,
    trigamma,
)

LADDER = (60, 120, 240, 480, 960, 1_920, 3_000)
SLOW = frozenset(["gamma", "lgamma", "digamma", "polygamma"])
SLOW_LADDER = (60, 120, 240, 480, 600)
"""Where the gamma function is asked: with 1,920 digits, mpmath takes seconds for one value."""
STAYS = 1e-15
LIMIT_DIGITS = 400
STEPS = (Fraction(1, 10**60), Fraction(1, 10**80))
"""Where the chain rule reads 0·∞, quotients of differences over these are looked at."""
# To twenty decimals, as the reference page gives them: at 1e300 the next ones matter.
SELU_SCALE = Fraction("1.05070098735548049342")
SELU_ALPHA = Fraction("1.67326324235437728482")

Unary = Callable[[Real], Real]


class NoChain(Exception):
    """The chain rule reads 0·∞ or ∞ − ∞ here; whether there is a slope, it does not say."""


class Infinite:
    """A slope beyond all bounds, and of which operation."""

    def __init__(self, where: str) -> None:
        self.where = where


Slope = Real | Infinite


# Values --------------------------------------------------------------------------------------


def sigmoid(x: Real) -> Real:
    if x.middle < 0:  # both are right on either side
        return exp(x) / (1 + exp(x))
    return 1 / (1 + exp(-x))


def softplus(x: Real) -> Real:
    return log1p(exp(x)) if x.middle < 0 else x + log1p(exp(-x))


def normal_cdf(x: Real) -> Real:
    return erfc(-x / sqrt(exact(2))) / 2


def normal_pdf(x: Real) -> Real:
    return exp(-(x * x) / 2) / sqrt(2 * pi())


def larger(a: Real, b: Real) -> Real:
    return a if compared(a, b) >= 0 else b


def smaller(a: Real, b: Real) -> Real:
    return a if compared(a, b) <= 0 else b


def absolute(x: Real) -> Real:
    return x if sign(x) >= 0 else -x


def relu(x: Real) -> Real:
    return x if sign(x) > 0 else exact(0)


def clip(x: Real, low: Real, high: Real) -> Real:
    return smaller(larger(x, low), high)


def cbrt(x: Real) -> Real:
    return root(x, exact(3), "cbrt")


def root(a: Real, n: Real, name: str = "root") -> Real:
    if sign(n) == 0:
        raise NoValue("pole", name)
    if sign(a) < 0:
        if not (is_whole(n) and known_rational(n) % 2 == 1):  # type: ignore[operator]
            raise NoValue("domain", name)
        return -power(-a, 1 / n, name)
    return power(a, 1 / n, name)


def elu(x: Real, alpha: Fraction = Fraction(1)) -> Real:
    return x if sign(x) > 0 else alpha * expm1(x)


def logit(p: Real) -> Real:
    if sign(p) <= 0 or compared(p, 1) >= 0:
        raise NoValue("domain", "logit")
    return log(p) - log1p(-p)


def bce(p: Real, t: Real) -> Real:
    if compared(p, t) == 0 and (sign(p) == 0 or compared(p, 1) == 0):
        return exact(0)  # 0 ln 0 is 0, its limit
    if sign(p) <= 0 or compared(p, 1) >= 0:
        raise NoValue("domain", "bce")
    return -(t * log(p) + (1 - t) * log1p(-p))


def huber(p: Real, t: Real) -> Real:
    away = absolute(p - t)
    return away * away / 2 if compared(away, 1) <= 0 else away - HALF


def atan2(a: Real, b: Real) -> Real:
    side, up = sign(b), sign(a)
    if side == 0:
        if up == 0:
            raise NoValue("domain", "atan2")
        return up * pi() / 2
    angle = atan(a / b)
    return angle if side > 0 else angle + pi() if up >= 0 else angle - pi()


def log_b(x: Real, b: Real) -> Real:
    if sign(b) <= 0:
        raise NoValue("domain", "log_b")
    if compared(b, 1) == 0:
        raise NoValue("pole", "log_b")
    return log(x) / log(b)


def over(name: str, above: Unary | None, below: Unary) -> Unary:
    """Return a quotient whose pole bears its own name."""

    def quotient(x: Real) -> Real:
        divisor = below(x)
        if sign(divisor) == 0:
            raise NoValue("pole", name)
        return (exact(1) if above is None else above(x)) / divisor

    return quotient


def _step(x: Real) -> Real:
    return exact(Fraction(1 + sign(x), 2))


def _hard_sigmoid(x: Real) -> Real:
    return clip(x / 6 + HALF, exact(0), exact(1))


tan = over("tan", sin, cos)
sec = over("sec", None, cos)
csc = over("csc", None, sin)
cot = over("cot", cos, sin)
coth = over("coth", None, tanh)
sech = over("sech", None, cosh)
csch = over("csch", None, sinh)


VALUES: Mapping[str, Callable[..., Real]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": power,
    "neg": lambda a: -a,
    "identity": lambda a: a,
    "reciprocal": over("reciprocal", None, lambda a: a),
    "square": lambda a: a * a,
    "sqrt": sqrt,
    "cbrt": cbrt,
    "root": root,
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "log2": lambda x: log(x) / log(exact(2)),
    "log10": lambda x: log(x) / log(exact(10)),
    "log_b": log_b,
    "sin": sin,
    "cos": cos,
    "tan": tan,
    "sec": sec,
    "csc": csc,
    "cot": cot,
    "asin": asin,
    "acos": acos,
    "atan": atan,
    "atan2": atan2,
    "sinh": sinh,
    "cosh": cosh,
    "tanh": tanh,
    "coth": coth,
    "sech": sech,
    "csch": csch,
    "asinh": asinh,
    "acosh": acosh,
    "atanh": atanh,
    "abs": absolute,
    "sign": lambda x: exact(sign(x)),
    "step": _step,
    "floor": lambda x: exact(reals.floor(x)),
    "ceil": lambda x: exact(-reals.floor(-x)),
    "clip": clip,
    "relu": relu,
    "leaky_relu": lambda x: x if sign(x) > 0 else x / 10,
    "elu": elu,
    "selu": lambda x: SELU_SCALE * elu(x, SELU_ALPHA),
    "gelu": lambda x: x * normal_cdf(x),
    "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "mish": lambda x: x * tanh(softplus(x)),
    "sigmoid": sigmoid,
    "log_sigmoid": lambda x: -softplus(-x),
    "logit": logit,
    "softplus": softplus,
    "hard_sigmoid": _hard_sigmoid,
    "hard_swish": lambda x: x * _hard_sigmoid(x),
    "piecewise_linear": lambda x: clip(x + HALF, exact(0), exact(1)),
    "erf": erf,
    "erfc": erfc,
    "normal_pdf": normal_pdf,
    "normal_cdf": normal_cdf,
    "gamma": gamma,
    "lgamma": lgamma,
    "digamma": digamma,
    "polygamma": trigamma,
    "squared_error": lambda p, t: (p - t) * (p - t),
    "absolute_error": lambda p, t: absolute(p - t),
    "huber": huber,
    "bce": bce,
    "bce_with_logit": lambda a, t: t * softplus(-a) + (1 - t) * softplus(a),
    "hinge": lambda s, t: relu(1 - t * s),
}
"""Every operation of numbers but `max`, `min` (any number of operands) and `where` (lazy)."""


# Slopes where there is no kink: one rule an operand, from the value and the operands ---------


def _power_by_base(y: Real, a: Real, b: Real) -> Slope:
    if sign(b) == 0:
        return exact(0)
    if sign(a) == 0 and (short := compared(b, 1)) <= 0:
        return Infinite("power") if short < 0 else exact(1)
    return b * power(a, b - 1)


def _power_by_exponent(y: Real, a: Real, b: Real) -> Slope:
    side = sign(a)
    if side > 0:
        return y * log(a)
    if side == 0 and sign(b) > 0:
        return exact(0)
    raise NoValue("domain", "power")


def _root_by_radicand(y: Real, a: Real, n: Real) -> Slope:
    if sign(a) == 0:
        return _power_by_base(y, a, 1 / n)
    return y / (n * a)


def _root_by_degree(y: Real, a: Real, n: Real) -> Slope:
    side = sign(a)
    if side < 0:
        raise NoValue("domain", "root")
    return exact(0) if side == 0 else -y * log(a) / (n * n)


def _steep(name: str, divisor: Unary) -> Callable[..., Slope]:
    """Return the rule 1/divisor, beyond all bounds where the divisor is 0."""

    def rule(y: Real, x: Real) -> Slope:
        below = divisor(x)
        return Infinite(name) if sign(below) == 0 else 1 / below

    return rule


def _bell(x: Real) -> Real:
    return 2 * exp(-(x * x)) / sqrt(pi())


def _sech2(x: Real) -> Real:
    fall = exp(-2 * x) if x.middle > 0 else exp(2 * x)
    return 4 * fall / ((1 + fall) * (1 + fall))


def _sigmoid_slope(x: Real) -> Real:
    return sigmoid(x) * sigmoid(-x)


def _silu_slope(y: Real, x: Real) -> Real:
    return sigmoid(x) + x * _sigmoid_slope(x)


def _still(y: Real, *x: Real) -> Real:
    return exact(0)


def _clipped(x: Real) -> Real:
    return clip(x, exact(-1), exact(1))


Rule = Callable[..., Slope]
SLOPES: Mapping[str, tuple[Rule, ...]] = {
    "+": (lambda y, a, b: exact(1), lambda y, a, b: exact(1)),
    "-": (lambda y, a, b: exact(1), lambda y, a, b: exact(-1)),
    "*": (lambda y, a, b: b, lambda y, a, b: a),
    "/": (lambda y, a, b: 1 / b, lambda y, a, b: -a / (b * b)),
    "^": (_power_by_base, _power_by_exponent),
    "neg": (lambda y, a: exact(-1),),
    "identity": (lambda y, a: exact(1),),
    "reciprocal": (lambda y, a: -1 / (a * a),),
    "square": (lambda y, a: 2 * a,),
    "sqrt": (_steep("sqrt", lambda x: 2 * sqrt(x)),),
    "cbrt": (_steep("cbrt", lambda x: 3 * cbrt(x) * cbrt(x)),),
    "root": (_root_by_radicand, _root_by_degree),
    "exp": (lambda y, x: exp(x),),
    "expm1": (lambda y, x: exp(x),),
    "log": (lambda y, x: 1 / x,),
    "log1p": (lambda y, x: 1 / (1 + x),),
    "log2": (lambda y, x: 1 / (x * log(exact(2))),),
    "log10": (lambda y, x: 1 / (x * log(exact(10))),),
    "log_b": (
        lambda y, x, b: 1 / (x * log(b)),
        lambda y, x, b: -log(x) / (b * log(b) * log(b)),
    ),
    "sin": (lambda y, x: cos(x),),
    "cos": (lambda y, x: -sin(x),),
    "tan": (lambda y, x: 1 / (cos(x) * cos(x)),),
    "sec": (lambda y, x: sin(x) / (cos(x) * cos(x)),),
    "csc": (lambda y, x: -cos(x) / (sin(x) * sin(x)),),
    "cot": (lambda y, x: -1 / (sin(x) * sin(x)),),
    "asin": (_steep("asin", lambda x: sqrt(1 - x * x)),),
    "acos": (_steep("acos", lambda x: -sqrt(1 - x * x)),),
    "atan": (lambda y, x: 1 / (1 + x * x),),
    "atan2": (
        lambda y, a, b: b / (a * a + b * b),
        lambda y, a, b: -a / (a * a + b * b),
    ),
    "sinh": (lambda y, x: cosh(x),),
    "cosh": (lambda y, x: sinh(x),),
    "tanh": (lambda y, x: _sech2(x),),
    "coth": (lambda y, x: -csch(x) * csch(x),),
    "sech": (lambda y, x: -sech(x) * tanh(x),),
    "csch": (lambda y, x: -csch(x) * coth(x),),
    "asinh": (lambda y, x: 1 / sqrt(1 + x * x),),
    "acosh": (_steep("acosh", lambda x: sqrt((x - 1) * (x + 1))),),
    "atanh": (lambda y, x: 1 / ((1 - x) * (1 + x)),),
    "abs": (lambda y, x: exact(sign(x)),),
    "sign": (_still,),
    "step": (_still,),
    "floor": (_still,),
    "ceil": (_still,),
    "relu": (lambda y, x: exact(int(sign(x) > 0)),),
    "leaky_relu": (lambda y, x: exact(1 if sign(x) > 0 else Fraction(1, 10)),),
    "elu": (lambda y, x: exact(1) if sign(x) > 0 else exp(x),),
    "selu": (lambda y, x: exact(SELU_SCALE) if sign(x) > 0 else SELU_SCALE * SELU_ALPHA * exp(x),),
    "gelu": (lambda y, x: normal_cdf(x) + x * normal_pdf(x),),
    "silu": (_silu_slope,),
    "swish": (_silu_slope,),
    "mish": (lambda y, x: tanh(softplus(x)) + x * _sech2(softplus(x)) * sigmoid(x),),
    "sigmoid": (lambda y, x: _sigmoid_slope(x),),
    "log_sigmoid": (lambda y, x: sigmoid(-x),),
    "logit": (lambda y, p: 1 / (p * (1 - p)),),
    "softplus": (lambda y, x: sigmoid(x),),
    "hard_sigmoid": (lambda y, x: exact(Fraction(int(_inside(x, 3)), 6)),),
    "hard_swish": (lambda y, x: x / 3 + HALF if _inside(x, 3) else exact(int(sign(x) > 0)),),
    "piecewise_linear": (lambda y, x: exact(int(_inside(x, HALF))),),
    "erf": (lambda y, x: _bell(x),),
    "erfc": (lambda y, x: -_bell(x),),
    "normal_pdf": (lambda y, x: -x * normal_pdf(x),),
    "normal_cdf": (lambda y, x: normal_pdf(x),),
    "gamma": (lambda y, x: gamma(x) * digamma(x),),
    "lgamma": (lambda y, x: digamma(x),),
    "digamma": (lambda y, x: trigamma(x),),
    "polygamma": (lambda y, x: tetragamma(x),),
    "squared_error": (lambda y, p, t: 2 * (p - t), lambda y, p, t: 2 * (t - p)),
    "absolute_error": (lambda y, p, t: exact(sign(p - t)), lambda y, p, t: exact(sign(t - p))),
    "huber": (lambda y, p, t: _clipped(p - t), lambda y, p, t: _clipped(t - p)),
    "bce": (
        # At 0 and 1 the slope from inside; the target has none, for beside it the loss is infinite.
        lambda y, p, t: (
            (p - t) / (p * (1 - p)) if sign(p) > 0 and compared(p, 1) < 0 else 1 - 2 * t
        ),
        lambda y, p, t: -logit(p),
    ),
    "bce_with_logit": (lambda y, a, t: sigmoid(a) - t, lambda y, a, t: -a),
    "hinge": (
        lambda y, s, t: -t if compared(t * s, 1) < 0 else exact(0),
        lambda y, s, t: -s if compared(t * s, 1) < 0 else exact(0),
    ),
}


def _inside(x: Real, bound: Any) -> bool:
    return compared(absolute(x), bound) < 0


# Kinks: where, and the slopes on the left, on the right and by convention ---------------------


@dataclass(frozen=True)
class Bend:
    """A kink in one number u with its slopes du left and right, and by convention."""

    at: Callable[..., bool]
    left: Any
    right: Any
    used: Any
    inner: tuple[Rule, ...] = (lambda y, x: exact(1),)
    """The slopes of u by the operands."""


def _at(number: Any) -> Callable[[Real], bool]:
    return lambda x: compared(x, number) == 0


BENDS: Mapping[str, tuple[Bend, ...]] = {
    "abs": (Bend(_at(0), -1, 1, 0),),
    "relu": (Bend(_at(0), 0, 1, 0),),
    "leaky_relu": (Bend(_at(0), Fraction(1, 10), 1, Fraction(1, 10)),),
    "selu": (Bend(_at(0), SELU_SCALE * SELU_ALPHA, SELU_SCALE, SELU_SCALE * SELU_ALPHA),),
    "hard_sigmoid": (
        Bend(_at(-3), 0, Fraction(1, 6), 0),
        Bend(_at(3), Fraction(1, 6), 0, 0),
    ),
    "hard_swish": (Bend(_at(-3), 0, -HALF, 0), Bend(_at(3), Fraction(3, 2), 1, 1)),
    "piecewise_linear": (Bend(_at(-HALF), 0, 1, 0), Bend(_at(HALF), 1, 0, 0)),
    "absolute_error": (
        Bend(
            lambda p, t: compared(p, t) == 0,
            -1,
            1,
            0,
            (lambda y, p, t: exact(1), lambda y, p, t: exact(-1)),
        ),
    ),
    "hinge": (
        Bend(
            lambda s, t: compared(s * t, 1) == 0,
            0,
            1,
            0,
            (lambda y, s, t: -t, lambda y, s, t: -s),
        ),
    ),
}

JUMPS: Mapping[str, Callable[..., bool]] = {
    "sign": _at(0),
    "step": _at(0),
    "floor": is_whole,
    "ceil": is_whole,
    "atan2": lambda a, b: sign(a) == 0 and sign(b) < 0,
}


# One run with so many digits ------------------------------------------------------------------

Way = Literal["right", "left", "shared", "lone"]
CONVENTIONS: tuple[Way, ...] = ("shared", "lone")


class Jump(Exception):
    """The function jumps here."""


class Run:
    """Values and slopes of one expression with the digits that are set."""

    def __init__(self, point: Mapping[str, Fraction], planted: Mapping[str, Any]) -> None:
        self.point, self.planted = point, planted
        self.values: dict[int, Real] = {}
        self.moving: dict[int, frozenset[str]] = {}
        self.bent = self.edge = False

    def value(self, node: Node) -> Real:
        found = self.values.get(id(node))
        if found is None:
            found = self.values[id(node)] = self._value(node)
        return found

    def _value(self, node: Node) -> Real:
        match node.kind:
            case "number":
                return exact(Fraction(node.text))
            case "variable":
                return exact(self.point[node.text])
            case "pi":
                return pi()
            case "e":
                return exp(exact(1))
            case "where":
                return self.value(self._branch(node))
            case "max" | "min":
                best = self.value(node.operands[0])
                for other in node.operands[1:]:
                    choose = larger if node.kind == "max" else smaller
                    best = choose(best, self.value(other))
                return best
        rule = self.planted.get(f"value {node.kind}") or VALUES[node.kind]
        return rule(*map(self.value, node.operands))

    def _branch(self, node: Node) -> Node:
        condition, yes, no = node.operands
        return yes if sign(self.value(condition)) > 0 else no

    def movers(self, node: Node) -> frozenset[str]:
        found = self.moving.get(id(node))
        if found is None:
            own = {node.text} if node.kind == "variable" else set()
            found = frozenset(own.union(*map(self.movers, node.operands)))
            self.moving[id(node)] = found
        return found

    def slope(self, node: Node, name: str, way: Way) -> Slope | None:
        """Return how fast the node moves when `name` does; None where it does not depend on it.

        To the left, it is minus the derivative: how it moves when `name` falls.

        Raises
        ------
        NoValue
            If it has no slope: at the end of a domain.
        Jump
            If it jumps and one-sided slopes are asked.
        NoChain
            If the chain rule does not tell.
        """
        self._slopes: dict[int, Slope | None] = {}
        return self._slope(node, name, way)

    def _slope(self, node: Node, name: str, way: Way) -> Slope | None:
        if id(node) not in self._slopes:
            moves = name in self.movers(node)
            self._slopes[id(node)] = self._moved(node, name, way) if moves else None
        return self._slopes[id(node)]

    def _moved(self, node: Node, name: str, way: Way) -> Slope | None:
        kind = node.kind
        if kind == "variable":
            return exact(-1 if way == "left" else 1)
        if kind == "where":
            return self._slope(self._beside(node, name, way), name, way)
        if kind in ("max", "min", "clip"):
            return self._chosen(node, name, way)
        moves = [self._slope(x, name, way) for x in node.operands]
        values = [self.value(x) for x in node.operands]
        y = self.value(node)
        if kind in JUMPS and JUMPS[kind](*values):
            if kind == "atan2" and moves[0] is None:
                return self._summed([exact(0)], [moves[1]])
            self._jump(way)
        for bend in BENDS.get(kind, ()):
            if bend.at(*values):
                self.bent = True
                return self._bend(bend, y, values, moves, way)
        if kind in ("step", "sign", "floor", "ceil") or (kind == "relu" and sign(values[0]) < 0):
            return None  # it stands still here, so that a jump of what it goes into is none
        if kind in ("^", "root") and moves[0] is not None and sign(values[0]) == 0:
            exponent = values[1] if kind == "^" else 1 / values[1]
            # Defined on one side only, unless the exponent stays and is a whole number.
            self.edge |= moves[1] is not None or not is_whole(exponent) or kind == "root"
        rules = self.planted.get(f"slope {kind}") or SLOPES[kind]
        partials = [
            None if move is None else rule(y, *values)
            for rule, move in zip(rules, moves, strict=True)
        ]
        return self._summed(partials, moves)

    def _beside(self, node: Node, name: str, way: Way) -> Node:
        """Return the branch that is taken beside the point; by convention the one at it."""
        condition, yes, no = node.operands
        here = self._branch(node)
        if name not in self.movers(condition) or way in CONVENTIONS:
            self.bent |= sign(self.value(condition)) == 0
            return here
        moves = None
        with suppress(NoChain):
            moves = self._slope(condition, name, way)  # where it jumps, the branch may change
        if sign(self.value(condition)) != 0:
            return here
        self.bent = True
        if not isinstance(moves, Real):
            raise Jump
        there = yes if sign(moves) > 0 else no
        if sign(self.value(yes) - self.value(no)) != 0:
            raise Jump
        return there

    def _jump(self, way: Way) -> None:
        self.bent = True
        if way not in CONVENTIONS:
            raise Jump

    def _bend(
        self, bend: Bend, y: Real, values: list[Real], moves: list[Slope | None], way: Way
    ) -> Slope | None:
        inner = self._summed([rule(y, *values) for rule in bend.inner], moves)
        if inner is None:
            return None
        if isinstance(inner, Infinite):
            raise NoChain
        if way in CONVENTIONS:
            return exact(bend.used) * inner
        side = sign(inner)
        return exact(bend.right if side > 0 else bend.left) * inner if side else exact(0)

    def _chosen(self, node: Node, name: str, way: Way) -> Slope | None:
        """Return the slope of max, min and clip, which is both."""
        largest, operands = node.kind != "min", node.operands
        if node.kind == "clip":
            x, low, high = operands
            inner = self._pick([self._seen(a, name, way) for a in (x, low)], True, way)
            best = larger(self.value(x), self.value(low))
            found = self._pick([(best, *inner), self._seen(high, name, way)], False, way)
        else:
            found = self._pick([self._seen(x, name, way) for x in operands], largest, way)
        return found[0]

    def _seen(self, node: Node, name: str, way: Way) -> tuple[Real, Slope | None, bool]:
        return self.value(node), self._slope(node, name, way), bool(self.movers(node))

    def _pick(
        self, seen: list[tuple[Real, Slope | None, bool]], largest: bool, way: Way
    ) -> tuple[Slope | None, bool]:
        """Return the slope of the largest (smallest), and whether it moves at all."""
        best = seen[0][0]
        for value, *_ in seen[1:]:
            best = (larger if largest else smaller)(best, value)
        tied = [(move, moves) for value, move, moves in seen if compared(value, best) == 0]
        any_moves = any(moves for _, moves in tied)
        if len(tied) == 1:
            return tied[0]
        self.bent |= any(move is not None for move, _ in tied)
        if any(isinstance(move, Infinite) for move, _ in tied):
            raise NoChain
        if way in CONVENTIONS:
            moving = sum(moves for _, moves in tied)
            share = Fraction(1, len(tied))
            if way == "lone":
                share = Fraction(0) if moving <= 1 else Fraction(1, moving)
            shares: list[Slope | None] = [exact(share) for _ in tied]
            return self._summed(shares, [move for move, _ in tied]), any_moves
        moves = [exact(0) if move is None else move for move, _ in tied]
        if all(move is None for move, _ in tied):
            return None, any_moves
        chosen = moves[0]
        for move in moves[1:]:
            assert isinstance(chosen, Real) and isinstance(move, Real)
            chosen = (larger if largest else smaller)(chosen, move)
        return chosen, any_moves

    def _summed(self, partials: list[Slope | None], moves: list[Slope | None]) -> Slope | None:
        """Return Σ partial·move."""
        total: Slope | None = None
        for partial, move in zip(partials, moves, strict=True):
            if partial is None or move is None:
                continue
            share: Slope
            if isinstance(partial, Infinite) or isinstance(move, Infinite):
                far = partial if isinstance(partial, Infinite) else move
                for factor in (partial, move):
                    if isinstance(factor, Real) and sign(factor) == 0:
                        raise NoChain
                assert isinstance(far, Infinite)
                if isinstance(total, Infinite):
                    raise NoChain
                total = far
                continue
            share = partial * move
            if total is None:
                total = share
            elif isinstance(total, Real):
                total = total + share
        return total


# Verdicts -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What is known of one number.

    Parameters
    ----------
    kind
        "number"; "undefined" (and `why`: "domain log", "pole div", "steep sqrt");
        "kink" (one-sided slopes differ, or the function jumps); "unknown" (and why).
    number
        The number; 0 only where it is proven.
    sides
        Left and right slope at a kink, none at a jump; of an unknown slope, where quotients of
        differences go.
    used
        What conventions make of the slope at a kink or jump.
    edge
        Whether the function exists on one side only, so that "undefined" is right as well.
    bound
        Of an unknown number that no digits tell from 0: it is not above this.
    """

    kind: Literal["number", "undefined", "kink", "unknown"]
    number: Any = None
    why: str = ""
    sides: tuple[Any, ...] = ()
    used: tuple[Any, ...] = ()
    edge: bool = False
    bound: Any = None


@dataclass(frozen=True)
class Judged:
    """The verdicts of an expression."""

    value: Verdict
    slopes: dict[str, Verdict] = field(default_factory=dict)


def _good(number: Real) -> Any:
    """Return a number as digits that are certain.

    Raises
    ------
    MoreDigits
        If they are not.
    """
    if number.rational is None and number.error > STAYS * abs(number.middle):
        reals.sharpen(number)
    if number.rational is not None:
        number = exact(number.rational)
    elif number.error > STAYS * abs(number.middle):
        raise _Blurred(number)
    return number.middle


class _Blurred(MoreDigits):
    """A number whose bound of error is too large beside it."""

    def __init__(self, number: Real) -> None:
        self.bound = abs(number.middle) + number.error


def _unknown(error: Exception) -> Verdict:
    if isinstance(error, _Blurred):
        return Verdict("unknown", why="a zero, or too small a number", bound=error.bound)
    return Verdict(
        "unknown",
        why={
            MoreDigits: "a tie that no digits tell",
            Beyond: "too large to be computed",
            NoChain: "the chain rule reads 0·∞",
        }[type(error)],
    )


def _value_verdict(run: Run, tree: Node) -> Verdict:
    try:
        return Verdict("number", _good(run.value(tree)))
    except NoValue as none:
        return Verdict("undefined", why=str(none))
    except (MoreDigits, Beyond) as error:
        return _unknown(error)


def _slope_verdict(run: Run, tree: Node, name: str) -> Verdict:
    run.bent = run.edge = False
    try:
        right = _sided(run, tree, name, "right")
        if not run.bent:
            return replace(right, edge=run.edge) if isinstance(right, Verdict) else _none(right)
        left = _sided(run, tree, name, "left")
        if isinstance(right, Verdict) and isinstance(left, Verdict):
            if "undefined" in (right.kind, left.kind):
                return right if right.kind == "undefined" else left
            left = replace(left, number=-left.number)
            if abs(left.number - right.number) <= 1e-12 * abs(right.number):
                return replace(right, edge=run.edge)
        elif not isinstance(right, Jump) and not isinstance(left, Jump):
            return _none(next(x for x in (right, left) if isinstance(x, NoValue)))
        sides = tuple(x.number for x in (left, right) if isinstance(x, Verdict))
        return Verdict("kink", sides=sides if len(sides) == 2 else (), used=_used(run, tree, name))
    except NoChain as error:
        return replace(_unknown(error), sides=_limits(run, tree, name))
    except (MoreDigits, Beyond) as error:
        # At a kink, the one side that is not known bounds nothing.
        return replace(_unknown(error), bound=None) if run.bent else _unknown(error)


def _limits(run: Run, tree: Node, name: str) -> tuple[Any, ...]:
    """Return to what the quotients of differences go on both sides, as far as they settle."""
    found = []
    with suppress(NoValue, MoreDigits, Beyond), reals.aside(LIMIT_DIGITS):
        here = Run(run.point, run.planted).value(tree)
        for side in (-1, 1):
            quotients = []
            for step in STEPS:
                moved = {**run.point, name: run.point[name] + side * step}
                there = Run(moved, run.planted).value(tree)
                quotients.append(_good((there - here) / exact(side * step)))
            far, near = quotients
            if abs(near - far) <= 1e-10 * abs(near):
                found.append(near)
            elif abs(near) <= 1e-6 * abs(far):
                found.append(mp.zero)
    return tuple(found) if len(found) == 2 else ()


def _used(run: Run, tree: Node, name: str) -> tuple[Any, ...]:
    found = []
    for way in CONVENTIONS:
        try:
            slope = run.slope(tree, name, way)
            if isinstance(slope, Real):
                found.append(_good(slope))
            elif slope is None:
                found.append(mp.zero)
        except (NoValue, NoChain):
            continue
    return tuple(found)


def _sided(run: Run, tree: Node, name: str, way: Way) -> Verdict | NoValue | Jump:
    try:
        return _side(run.slope(tree, name, way))
    except (NoValue, Jump) as error:
        return error


def _side(slope: Slope | None) -> Verdict:
    if slope is None:
        return Verdict("number", mp.zero)
    if isinstance(slope, Infinite):
        return Verdict("undefined", why=f"steep {slope.where}")
    return Verdict("number", _good(slope))


def _none(error: Any) -> Verdict:
    return Verdict("undefined", why=str(error))


def _same(first: Verdict, second: Verdict) -> bool:
    """Whether two runs agree."""
    if (first.kind, len(first.sides), len(first.used)) != (
        second.kind,
        len(second.sides),
        len(second.used),
    ):
        return False
    pairs = zip(
        (first.number, *first.sides, *first.used),
        (second.number, *second.sides, *second.used),
        strict=True,
    )
    return all(a is b or abs(a - b) <= 2 * STAYS * abs(b) for a, b in pairs)


def _names(tree: Node) -> Iterator[str]:
    yield tree.kind
    for inner in tree.operands:
        yield from _names(inner)


def judged(
    tree: Node,
    point: Mapping[str, Fraction],
    planted: Mapping[str, Any] | None = None,
    most: int = LADDER[-1],
) -> Judged:
    """Return what is known of an expression at a point.

    Parameters
    ----------
    planted
        Other rules in place of the right ones, to see that they are noticed.
    most
        The cap on digits.
    """
    slow = any(name in SLOW for name in _names(tree))
    before: dict[str, Verdict] = {}
    settled: dict[str, Verdict] = {}
    wanted = ["", *point]  # the value, and the slopes by name
    for digits in SLOW_LADDER if slow else LADDER:
        if digits > most or len(settled) == len(wanted):
            break
        reals.begin(digits)
        run = Run(point, planted or {})
        for name in wanted:
            if name in settled:
                continue
            if name == "":
                found = _value_verdict(run, tree)
            elif "" in settled and settled[""].kind == "undefined":
                found = settled[""]
            else:
                found = _slope_verdict(run, tree, name)
            hopeless = found.kind == "unknown" and found.why.startswith(("the chain", "too large"))
            if hopeless or (
                found.kind != "unknown" and name in before and _same(before[name], found)
            ):
                settled[name] = found
            before[name] = found
    last = {
        name: settled.get(name)
        or (before[name] if before[name].kind == "unknown" else Verdict("unknown", why="unsteady"))
        for name in wanted
    }
    return Judged(last.pop(""), last)

"""Exact numbers beyond the rationals: 1 + e⁻⁹, √2, π/6, ln 3, as far as short forms go.

A number is a `Fraction` where it is rational, else a `forms.Form`, else INEXACT. Domains, kinks
and ties are met where forms are equal by their normal form, and left open where only
digits could tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from chainrule.algebras.exact import EXACT, INEXACT, Exact, Inexact
from chainrule.algebras.forms import (
    ONE,
    Atom,
    Form,
    Undecidable,
    factored,
    form,
    key_of,
    positive,
    power,
    primes,
)
from chainrule.algebras.maths import Maths
from chainrule.algebras.protocol import Parameters
from chainrule.algebras.undefined import chosen
from chainrule.ops import Op
from chainrule.ops.record import Rule

ODD = ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf")
EVEN = ("cos", "cosh")
OTHERS = ("acos", "acosh", "erfc", "gamma", "lgamma", "digamma")
# More digits than a form has may follow from a power or a function of a longer number.
LONGEST_ARGUMENT = 128
LARGEST_FACTORIAL = 40
WORK = 2_000
"""Operations after which a run is told no more forms."""


def _single(kind: str, *inner: Any) -> Any:
    return form([(((Atom(kind, *inner), ONE),), ONE)])


def _exp(x: Any) -> Any:
    if x == 0:
        return ONE
    result: Any = ONE
    for powers, c in x.terms if type(x) is Form else (((), x),):
        logarithm = powers[0][0] if len(powers) == 1 and powers[0][1] == 1 else None
        if logarithm is not None and logarithm.kind == "log":
            result = result * power(logarithm.inner[0], c)  # e^(c ln a) = a^c
        else:
            inner = form([(powers, ONE)])
            result = result * form([(((Atom("exp", inner), c),), ONE)])
    return result


def _log(x: Any) -> Any:
    c, powers = factored(x)
    if c <= 0 or not all(positive(atom) for atom, _ in powers):
        return INEXACT
    total: Any = Fraction(0)
    for atom, exponent in (*primes(c), *powers):
        if atom.kind == "exp":
            inner: Any = atom.inner[0]
        elif atom.kind in ("number", "sum"):
            inner = _single("log", atom.inner[0])
        else:
            inner = _single("log", form([(((atom, ONE),), ONE)]))
        total = total + inner * exponent
    return total


def _power(a: Any, b: Any) -> Any:
    if type(b) is not Fraction:
        exponent = b * _log(a) if a > 0 else INEXACT
        return INEXACT if type(exponent) is Inexact else _exp(exponent)
    if type(a) is Fraction:
        known = EXACT.maths.power(a, b)
        if type(known) is Fraction or b.denominator == 1:
            return known
    return power(a, b)


def _root(a: Any, n: Any) -> Any:
    return power(abs(a), 1 / n) * _signed(a) if type(n) is Fraction else INEXACT


# sin and its kind at parts of a half turn


@cache
def _sines() -> Mapping[Fraction, Any]:
    """Return sin qπ for q from 0 to ½, where square roots suffice."""
    half = Fraction(1, 2)
    return {
        Fraction(0): Fraction(0),
        Fraction(1, 6): half,
        Fraction(1, 4): power(Fraction(2), half) * half,
        Fraction(1, 3): power(Fraction(3), half) * half,
        half: ONE,
    }


def _of_half_turns(x: Any) -> Fraction | None:
    """Return q where x is q·π."""
    if type(x) is Fraction:
        return x if x == 0 else None
    powers, c = x.terms[0]
    alone = len(x.terms) == 1 and len(powers) == 1 and powers[0][1] == 1
    return c if alone and powers[0][0].kind == "pi" else None


def _sine(q: Fraction) -> Any:
    q %= 2
    if q > 1:
        return -s if (s := _sine(q - 1)) is not None else None
    return _sines().get(min(q, 1 - q))


def _circular(name: str, x: Any) -> Any:
    """Return sin, cos or tan of a part of a half turn, None where it is not known."""
    q = _of_half_turns(x)
    if q is None:
        return None
    sine, cosine = _sine(q), _sine(q + Fraction(1, 2))
    if sine is None or cosine is None:
        return None
    return sine if name == "sin" else cosine if name == "cos" else sine / cosine


def _angle(name: str, x: Any) -> Any:
    """Return asin, acos or atan of what the table above knows, None otherwise."""
    if name == "acos":
        angle = _angle("asin", x)
        return None if angle is None else _single("pi") * Fraction(1, 2) - angle
    for q, sine in _sines().items():
        if name == "atan":
            if q == Fraction(1, 2):
                continue
            sine = sine / _sine(q + Fraction(1, 2))
        if key_of(sine) == key_of(x):
            return _single("pi") * q
        if q and key_of(-sine) == key_of(x):
            return _single("pi") * -q
    return None


def _leads_negative(x: Any) -> bool:
    """Return which of x and −x is written with the sign: the same for both."""
    if type(x) is Fraction:
        return x < 0
    return bool(min(x.terms, key=lambda term: [a.key for a, _ in term[0]])[1] < 0)


def _function(name: str) -> Callable[[Any], Any]:
    def applied(x: Any) -> Any:
        if type(x) is Fraction:
            known = getattr(EXACT.maths, name)(x)
            if type(known) is Fraction:
                return known
            if max(x.numerator.bit_length(), x.denominator.bit_length()) > LONGEST_ARGUMENT:
                return INEXACT
        known = None
        if name in ("sin", "cos", "tan"):
            known = _circular(name, x)
        elif name in ("asin", "acos", "atan"):
            known = _angle(name, x)
        elif name == "gamma" and type(x) is Fraction and x.denominator == 1:
            known = _factorial(int(x) - 1)
        if known is not None:
            return known
        if name in (*ODD, *EVEN) and _leads_negative(x):
            return _single(name, -x) * (-1 if name in ODD else 1)
        return _single(name, x)

    return applied


def _factorial(n: int) -> Any:
    if not 0 <= n <= LARGEST_FACTORIAL:
        return INEXACT
    product = ONE
    for factor in range(2, n + 1):
        product *= factor
    return product


def _signed(x: Any) -> int:
    return x.sign if type(x) is Form else (x > 0) - (x < 0)


def _floor(x: Any) -> Any:
    return x.floor if type(x) is Form else Fraction(x.numerator // x.denominator)


def _max_weight(*operands: Any, slot: int) -> Any:
    largest = max(operands)
    ties = sum(1 for x in operands if x == largest)
    return Fraction(1, ties) if operands[slot] == largest else Fraction(0)


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` of known numbers, INEXACT where one is not known or a sign is open."""

    def applied(*operands: Any, **given: Any) -> Any:
        if any(type(x) is Inexact for x in operands):
            return INEXACT
        numbers = [x if type(x) is Form else Fraction(x) for x in operands]
        return function(*numbers, **given)

    return applied


class _ClosedMaths(Maths):
    """Functions that are not listed are computed by their definitions, or inexact."""

    def _definition(self, op: Op) -> Rule:
        return op.value


class Closed(Exact):
    """Numbers in closed form; one instance serves one run, which has a budget of work."""

    def __init__(self, work: int = WORK) -> None:
        super().__init__()
        self._left = work
        base: dict[str, Callable[..., Any]] = {
            "exp": _exp,
            "log": _log,
            "power": _power,
            "sqrt": lambda x: _power(x, Fraction(1, 2)),
            "cbrt": lambda x: power(abs(x), Fraction(1, 3)) * _signed(x),
            "root": _root,
            "log2": lambda x: _log(x) / _log(Fraction(2)),
            "log10": lambda x: _log(x) / _log(Fraction(10)),
            "floor": _floor,
            "ceil": lambda x: -_floor(-x),
            "where": lambda c, a, b: a if c > 0 else b,
            "abs": abs,
            "sign": lambda x: Fraction(_signed(x)),
            "step": lambda x, at: chosen(at) if _signed(x) == 0 else Fraction(_signed(x) > 0),
            "maximum": lambda *xs: max(xs),
            "minimum": lambda *xs: min(xs),
            "max_weight": _max_weight,
            "atan2": lambda a, b: INEXACT,
            "polygamma": lambda x, order: INEXACT,
            **{name: _function(name) for name in (*ODD, *EVEN, *OTHERS)},
        }
        known = {name: _known(function) for name, function in base.items()}
        constants = {"number": self.number, "pi": _single("pi"), "e": _exp(ONE)}
        self.maths = _ClosedMaths(self, known | constants)

    def apply(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> Any:
        """Return the value in closed form, `Undefined` where it certainly is not there."""
        try:
            return super().apply(op, parameters, operands)
        except Undecidable:
            return INEXACT

    def partial(
        self, op: Op, parameters: Parameters, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial in closed form."""
        try:
            return super().partial(op, parameters, slot, value, operands)
        except Undecidable:
            return INEXACT

    def push(self, partial: Any, tangent: Any, like: Any) -> Any:
        """Return a contribution to a tangent."""
        try:
            return super().push(partial, tangent, like)
        except Undecidable:
            return INEXACT

    def pull(self, partial: Any, adjoint: Any, like: Any) -> Any:
        """Return a share in an adjoint."""
        try:
            return super().pull(partial, adjoint, like)
        except Undecidable:
            return INEXACT

    def _guarded(self, op: Op, rule: Any, operands: Sequence[Any], parameters: Parameters) -> Any:
        self._left -= 1
        if self._left < 0:
            return INEXACT
        chosen = op.value if rule is op.stable else rule
        return super()._guarded(op, chosen, operands, parameters)

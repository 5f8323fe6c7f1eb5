"""Functions of closed forms: 1 + e⁻⁹, √2, π/6, ln 3, as far as short forms go.

A number is a `Fraction` where it is rational, else a `forms.Form`; where no form of a value
is known, a function raises `Unformed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from chainrule.algebras.forms import (
    HALF,
    ONE,
    Atom,
    Form,
    Unformed,
    factored,
    form,
    key_of,
    positive,
    power,
    primes,
)
from chainrule.ops import OPS, Op

# Functions without parity that stand in forms.
OTHERS = ("acos", "acosh", "erfc", "gamma", "lgamma", "digamma")
# More digits than a form has may follow from a power or a function of a longer number.
LONGEST_ARGUMENT = 128


def _single(kind: str, *inner: Any) -> Any:
    return form([(((Atom(kind, *inner), ONE),), ONE)])


def exp(x: Any) -> Any:
    """Return e^x; powers of e multiply out, and e^(c ln a) is a^c."""
    if x == 0:
        return ONE
    result: Any = ONE
    for powers, c in x.terms if type(x) is Form else (((), x),):
        logarithm = powers[0][0] if len(powers) == 1 and powers[0][1] == 1 else None
        if logarithm is not None and logarithm.kind == "log":
            result = result * power(logarithm.inner[0], c)
        else:
            inner = form([(powers, ONE)])
            result = result * form([(((Atom("exp", inner), c),), ONE)])
    return result


def log(x: Any) -> Any:
    """Return ln x of a product of powers as a sum."""
    c, powers = factored(x)
    if c <= 0 or not all(positive(atom) for atom, _ in powers):
        raise Unformed
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


def power_of(a: Any, b: Any) -> Any:
    """Return a^b."""
    return exp(b * log(a)) if type(b) is Form else power(a, b)


def root(a: Any, n: Any) -> Any:
    """Return the n-th root of a, of negative numbers for odd n."""
    if type(n) is Form:
        raise Unformed
    return power(_abs(a), 1 / n) * _signed(a)


def _signed(x: Any) -> int:
    return x.sign if type(x) is Form else (x > 0) - (x < 0)


def _abs(x: Any) -> Any:
    return x * _signed(x)


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
    if sine is None:  # then the other is none either
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


def _function(op: Op) -> Callable[[Any], Any]:
    name = op.name

    def applied(x: Any) -> Any:
        if (
            type(x) is Fraction
            and max(map(int.bit_length, x.as_integer_ratio())) > LONGEST_ARGUMENT
        ):
            raise Unformed
        known = None
        if name in ("sin", "cos", "tan"):
            known = _circular(name, x)
        elif name in ("asin", "acos", "atan"):
            known = _angle(name, x)
        if known is not None:
            return known
        if op.parity and _leads_negative(x):
            return _single(name, -x) * op.parity
        return _single(name, x)

    return applied


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "exp": exp,
    "log": log,
    "expm1": lambda x: exp(x) - 1,
    "log1p": lambda x: log(1 + x),
    "log2": lambda x: log(x) / log(Fraction(2)),
    "log10": lambda x: log(x) / log(Fraction(10)),
    "sqrt": lambda x: power(x, HALF),
    "cbrt": lambda x: root(x, Fraction(3)),
    **{op.name: _function(op) for op in OPS.values() if op.parity or op.name in OTHERS},
}
"""Functions of one number; what is rational for rational operands is found before."""

PI, E = _single("pi"), exp(ONE)

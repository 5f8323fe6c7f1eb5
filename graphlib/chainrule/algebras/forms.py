"""Closed forms: irrational numbers from rationals, roots, π, powers of e and functions.

A form is a sum of terms, a term a rational number times powers of atoms. Equal factors are
joined (e^a·e^−a = 1, √2·√2 = 2), like terms added, quotients put on one denominator and
primitive sums taken out as factors, so that 3e⁻⁹/(1 + e⁻⁹)² · (1 + e⁻⁹) is 3e⁻⁹/(1 + e⁻⁹).
What two forms differ by is 0 where these rules say so; otherwise its sign is that of an
enclosure. Where no short form is known, arithmetic raises `Unformed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

# A form of more parts than this is not kept, nor are coefficients of more bits.
MOST_PARTS = 40
MOST_BITS = 1_100
LARGEST_EXPONENT = 64
MOST_EXPANDED = 4
# Bits of the enclosures that are asked for a sign.
SIGN_BITS = (128, 512, 2_048)
PRIMES = tuple(n for n in range(2, 1_000) if all(n % k for k in range(2, int(n**0.5) + 1)))
HALF, ONE = Fraction(1, 2), Fraction(1)


Enclosing = Callable[[Any, int], Any]
_enclosing: list[Enclosing] = []


def enclosed_by(function: Enclosing) -> Enclosing:
    """Say what gives a ball of so many bits in which a form lies; forms know no numbers."""
    _enclosing[:] = [function]
    return function


class Unformed(ArithmeticError):
    """A number of which no short form is known, or a sign that enclosures leave open."""


class Atom:
    """A factor of a term.

    Parameters
    ----------
    kind
        "number" (a whole number under a root), "pi", "exp" (the power of e by a term),
        "sum" (a positive primitive sum), or the name of a function.
    inner
        What it is made of, `Fraction` or `Form`.
    """

    __slots__ = ("inner", "key", "kind", "parts")

    def __init__(self, kind: str, *inner: Any) -> None:
        self.kind = kind
        self.inner = inner
        self.key = f"{kind}({','.join(map(key_of, inner))})"
        self.parts: int = 1 + sum(x.parts if type(x) is Form else 1 for x in inner)


Powers = tuple[tuple[Atom, Fraction], ...]


def _key(powers: Powers) -> str:
    return "·".join(a.key if r == 1 else f"{a.key}^{r}" for a, r in powers)


def key_of(value: Any) -> str:
    """Return the text by which equal numbers are known to be equal."""
    return value.key if type(value) is Form else str(value)


class Form:
    """An irrational number; made by arithmetic with atoms, which returns fractions where it can.

    Parameters
    ----------
    terms
        Powers of atoms and their rational coefficients, in the order of writing.
    """

    __slots__ = ("_sign", "key", "parts", "terms")

    def __init__(self, terms: Sequence[tuple[Powers, Fraction]]) -> None:
        self.terms = tuple(terms)
        self.key = " + ".join(sorted(f"{c}·{_key(powers)}" for powers, c in self.terms))
        self.parts: int = sum(1 + sum(a.parts for a, _ in powers) for powers, _ in self.terms)
        self._sign = 0

    def __add__(self, other: Any) -> Any:
        return _added(self, other)

    def __radd__(self, other: Any) -> Any:
        return _added(other, self)

    def __neg__(self) -> Any:
        return _scaled(self, Fraction(-1))

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return other + -self

    def __mul__(self, other: Any) -> Any:
        return _product(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self * power(other if type(other) is Form else Fraction(other), Fraction(-1))

    def __rtruediv__(self, other: Any) -> Any:
        return power(self, Fraction(-1)) * other

    def __pow__(self, exponent: Any) -> Any:
        return power(self, Fraction(exponent))

    def enclosed(self, bits: int) -> Any:
        """Return a ball of so many bits, worked out as the form is written; NaN for none."""
        return _enclosing[0](self, bits)

    @property
    def sign(self) -> int:
        """1 or −1.

        Raises
        ------
        Unformed
            If enclosures leave it open.
        """
        if not self._sign:
            for bits in SIGN_BITS:
                ball = self.enclosed(bits)
                self._sign = int(ball > 0) - int(ball < 0)
                if self._sign:
                    break
            else:
                raise Unformed
        return self._sign

    def __repr__(self) -> str:
        """Return the normal form."""
        return f"Form({self.key})"


# Sums


def form(terms: Iterable[tuple[Powers, Fraction]]) -> Any:
    """Return a sum of terms: a fraction or a form.

    Raises
    ------
    Unformed
        If it is too long.
    """
    found: dict[str, tuple[Powers, Fraction]] = {}
    for powers, c in terms:
        key = _key(powers)
        found[key] = (powers, found[key][1] + c if key in found else c)
    _one_for_squares(found)
    kept = [(powers, c) for powers, c in found.values() if c]
    if all(not powers for powers, _ in kept):
        return sum((c for _, c in kept), Fraction(0))
    if any(max(c.numerator.bit_length(), c.denominator.bit_length()) > MOST_BITS for _, c in kept):
        raise Unformed
    made = Form(kept)
    if made.parts > MOST_PARTS:
        raise Unformed
    return made


def _one_for_squares(found: dict[str, tuple[Powers, Fraction]]) -> None:
    """Put 1 for sin² a + cos² a where both stand with the same factor."""
    for key in [key for key in found if key.startswith("sin(") or "·sin(" in key]:
        powers, c = found[key]
        for atom, exponent in powers:
            if atom.kind != "sin" or exponent != 2:
                continue
            rest = tuple(p for p in powers if p[0] is not atom)
            twin = _merged(rest, ((Atom("cos", *atom.inner), exponent),))[1]
            if found.get(_key(twin), (twin, Fraction(0)))[1] == c != 0:
                found[key], found[_key(twin)] = (powers, Fraction(0)), (twin, Fraction(0))
                before = found.get(_key(rest), (rest, Fraction(0)))[1]
                found[_key(rest)] = (rest, before + c)


def terms_of(value: Any) -> tuple[tuple[Powers, Fraction], ...]:
    """Return the terms of a form, or of a fraction its only one."""
    return value.terms if type(value) is Form else (((), Fraction(value)),)


def _scaled(value: Form, factor: Fraction) -> Any:
    return form((powers, c * factor) for powers, c in value.terms)


def _added(left: Any, right: Any) -> Any:
    """Return a sum, its quotients on one denominator."""
    if type(left) is type(right) is Form and left.key == (-right).key:
        return Fraction(0)
    terms = (*terms_of(left), *terms_of(right))
    below: dict[str, tuple[Atom, Fraction]] = {}
    sums = False
    for powers, _ in terms:
        for atom, exponent in powers:
            if atom.kind == "sum" and exponent.denominator == 1:
                sums = True
                least = below.get(atom.key, (atom, Fraction(0)))[1]
                below[atom.key] = (atom, min(least, exponent))
    if not sums:
        return form(terms)
    shared = tuple(sorted(((a, r) for a, r in below.values() if r), key=lambda p: p[0].key))
    above: Any = Fraction(0)
    for powers, c in terms:
        c, powers = _merged(powers, tuple((a, -r) for a, r in shared), c)
        above = form((*terms_of(above), *terms_of(_expanded(c, powers))))
    if not shared or (type(above) is Fraction and not above):
        return above
    return _product(above, Form([(shared, ONE)]))


def _expanded(c: Fraction, powers: Powers) -> Any:
    """Return a term with its whole powers of sums multiplied out."""
    plain = tuple(p for p in powers if p[0].kind != "sum" or p[1] < 0 or p[1].denominator != 1)
    terms: list[tuple[Powers, Fraction]] = [(plain, c)]
    for atom, exponent in powers:
        if atom.kind != "sum" or exponent < 0 or exponent.denominator != 1:
            continue
        if exponent > MOST_EXPANDED or len(terms) * len(atom.inner[0].terms) ** exponent > 64:
            raise Unformed
        for _ in range(int(exponent)):
            pairs = [(a, b) for a in terms for b in atom.inner[0].terms]
            merged = [_merged(p, q, c * d) for (p, c), (q, d) in pairs]
            terms = [(powers, c) for c, powers in merged]
    return form(terms)


# Products


def _merged(left: Powers, right: Powers, c: Fraction = ONE) -> tuple[Fraction, Powers]:
    """Return c times a product of powers, whole powers of whole numbers in the coefficient."""
    found = {atom.key: (atom, exponent) for atom, exponent in left}
    for atom, exponent in right:
        before = found.get(atom.key, (atom, Fraction(0)))[1]
        found[atom.key] = (atom, before + exponent)
    kept: list[tuple[Atom, Fraction]] = []
    for key in sorted(found):
        atom, exponent = found[key]
        if atom.kind == "number":
            whole = exponent.numerator // exponent.denominator
            c *= atom.inner[0] ** whole
            exponent -= whole
        if exponent:
            kept.append((atom, exponent))
    return c, tuple(kept)


def _term_of(c: Fraction, powers: Powers) -> Any:
    """Return one term; a sum that stands alone is a sum again."""
    if len(powers) == 1 and powers[0][0].kind == "sum" and powers[0][1] == 1:
        return _scaled(powers[0][0].inner[0], c)
    return form([(powers, c)])


def factored(value: Any) -> tuple[Fraction, Powers]:
    """Return a number as a rational times powers of atoms, a sum as an atom of its own.

    Raises
    ------
    Unformed
        If the sign of a sum is left open.
    """
    if type(value) is not Form:
        return Fraction(value), ()
    if len(value.terms) == 1:
        powers, c = value.terms[0]
        return c, powers
    above = gcd(*(c.numerator for _, c in value.terms))
    content = Fraction(above, lcm(*(c.denominator for _, c in value.terms)))
    common = _common(powers for powers, _ in value.terms)
    back = tuple((atom, -exponent) for atom, exponent in common)
    divided = [_merged(powers, back, c / content) for powers, c in value.terms]
    rest = form((powers, c) for c, powers in divided)
    if type(rest) is not Form:
        raise Unformed
    if rest.sign < 0:
        content, rest = -content, -rest
    if rest.terms[0][1] < 0:  # e² − 1 rather than −1 + e²
        rest = Form(sorted(rest.terms, key=lambda term: term[1] < 0))
    return _merged(common, ((Atom("sum", rest), ONE),), content)


def _common(all_powers: Iterable[Powers]) -> Powers:
    """Return the powers of the atoms that stand in every term: each the nearest to 0."""
    columns = [{atom.key: (atom, exponent) for atom, exponent in p} for p in all_powers]
    shared: list[tuple[Atom, Fraction]] = []
    for key, (atom, _) in columns[0].items():
        exponents = [column[key][1] for column in columns if key in column]
        one_sign = all(r > 0 for r in exponents) or all(r < 0 for r in exponents)
        if len(exponents) == len(columns) and one_sign:
            shared.append((atom, min(exponents, key=abs)))
    return tuple(shared)


def _product(left: Any, right: Any) -> Any:
    if type(left) is not Form or type(right) is not Form:
        number, other = (right, left) if type(left) is Form else (left, right)
        return _scaled(other, Fraction(number)) if number else Fraction(0)
    (a, p), (b, q) = factored(left), factored(right)
    product = _term_of(*_merged(p, q, a * b))
    if len(left.terms) > 1 and len(right.terms) > 1 and type(product) is Form:
        # (1 + √2)(√2 − 1) = 1
        powers, c = product.terms[0]
        try:
            expanded = _expanded(c, powers)
        except Unformed:
            return product
        if type(expanded) is Fraction or expanded.parts <= product.parts:
            return expanded
    return product


def power(base: Any, exponent: Fraction) -> Any:
    """Return a rational power of a known number.

    Raises
    ------
    Unformed
        If no form of it is known, or a sign is left open.
    ZeroDivisionError
        For a negative power of 0.
    """
    if exponent.denominator == 1 and type(base) is not Form:
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if size * abs(exponent) > MOST_BITS:
            raise Unformed
        return Fraction(base) ** int(exponent)
    if abs(exponent) > LARGEST_EXPONENT or exponent.denominator > LARGEST_EXPONENT:
        raise Unformed
    c, powers = factored(base)
    if exponent.denominator == 1:
        return _term_of(*_merged((), _raised(powers, exponent), c ** int(exponent)))
    if c == 0 and exponent > 0:
        return Fraction(0)
    if c <= 0 or not all(positive(atom) for atom, _ in powers):
        raise Unformed
    return _term_of(*_merged(_raised(powers, exponent), _raised(primes(c), exponent)))


def _raised(powers: Powers, exponent: Fraction) -> Powers:
    return tuple((atom, r * exponent) for atom, r in powers)


def primes(number: Fraction) -> Powers:
    """Return the powers of primes, and of what is left of large numbers, in a positive fraction."""
    found: list[tuple[Atom, Fraction]] = []
    for part, sign in ((number.numerator, 1), (number.denominator, -1)):
        for prime in PRIMES:
            count = 0
            while part % prime == 0:
                part, count = part // prime, count + 1
            if count:
                found.append((Atom("number", Fraction(prime)), Fraction(sign * count)))
            if part == 1:
                break
        if part > 1:
            found.append((Atom("number", Fraction(part)), Fraction(sign)))
    return tuple(found)


def positive(atom: Atom) -> bool:
    """Return whether an atom is positive; a function's value may be negative."""
    if atom.kind in ("number", "pi", "exp", "sum"):
        return True
    return Form([(((atom, ONE),), ONE)]).sign > 0

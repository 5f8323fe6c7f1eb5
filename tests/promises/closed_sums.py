"""What a number is, written down: a sum of products of powers of numbers that have no shorter name.

Digits never prove that a number is 0; equal writing does. A `Sum` maps each product, a sorted
tuple of (atom, exponent), to its rational factor; no products at all is 0, and the empty product
alone is a rational number. Atoms are π, primes (below roots), e^m for a product m, ln p for an
atom p, and any function of a sum that nothing here simplifies.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

Product = tuple[tuple[int, Fraction], ...]
Sum = dict[Product, Fraction]

MOST_TERMS = 24
MOST_BITS = 6_000
MOST_DIVISORS = 6
LARGEST_POWER = 12
LARGEST_FACTOR = 1_000
HALF = Fraction(1, 2)

ODD = frozenset(["sin", "tan", "sinh", "tanh", "asin", "atan", "asinh", "atanh", "erf", "cbrt"])
EVEN = frozenset(["cos", "cosh"])
SINES = {0: Fraction(0), 1: HALF, 3: Fraction(1), 5: HALF, 6: Fraction(0)}  # of n π/6


class TooLong(Exception):
    """The number has no short writing of this kind."""


def bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def rational(terms: Sum) -> Fraction | None:
    """Return the number if it is rational as it is written."""
    if not terms:
        return Fraction(0)
    return terms.get(()) if len(terms) == 1 else None


def added(left: Sum, right: Sum, factor: Fraction = Fraction(1)) -> Sum:
    """Return left + factor·right."""
    total = dict(left)
    for product, number in right.items():
        total[product] = total.get(product, Fraction(0)) + factor * number
        if not total[product]:
            del total[product]
    return _short(total)


def _short(terms: Sum) -> Sum:
    if len(terms) > MOST_TERMS or any(bits(number) > MOST_BITS for number in terms.values()):
        raise TooLong
    return terms


class Atoms:
    """The atoms met in one expression, by what they are."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}
        self._keys: list[Any] = []
        self._sums: dict[Any, int] = {}
        self._named: list[Sum] = []
        self._positive: set[int] = set()

    def atom(self, *key: Any, positive: bool = False) -> int:
        if key not in self._known:
            self._known[key] = len(self._keys)
            self._keys.append(key)
        found = self._known[key]
        if positive:
            self._positive.add(found)
        return found

    def name(self, terms: Sum) -> int:
        """Return a number that stands for this sum in the key of an atom."""
        key = frozenset(terms.items())
        if key not in self._sums:
            self._sums[key] = len(self._named)
            self._named.append(terms)
        return self._sums[key]

    def named(self, name: int) -> Sum:
        return self._named[name]

    def key(self, atom: int) -> Any:
        """Return what an atom is."""
        return self._keys[atom]

    def vanishes(self, terms: Sum) -> bool:
        """Whether the sum is 0 once it is multiplied by all its divisors."""
        for _ in range(MOST_DIVISORS):
            divisors = {
                atom
                for product in terms
                for atom, exponent in product
                if self._keys[atom][0] == "inverse" and exponent > 0
            }
            if not terms or not divisors:
                break
            atom = max(divisors)  # the outermost: it may hold others
            divisor, cleared = self.named(self._keys[atom][1]), Sum()
            most = max(dict(product).get(atom, Fraction(0)) for product in terms)
            for product, number in terms.items():
                times = most - dict(product).get(atom, Fraction(0))
                kept = tuple(pair for pair in product if pair[0] != atom)
                factor = self.power(divisor, times)
                cleared = added(cleared, self.multiplied({kept: number}, factor))
            terms = cleared
        return not terms

    def one(self, *key: Any, positive: bool = False) -> Sum:
        return {((self.atom(*key, positive=positive), Fraction(1)),): Fraction(1)}

    def pi(self) -> Sum:
        return self.one("pi", positive=True)

    def opaque(self, function: str, operands: tuple[Sum, ...], positive: bool) -> Sum:
        return self.one(function, *map(self.name, operands), positive=positive)

    def multiplied(self, left: Sum, right: Sum) -> Sum:
        if len(left) * len(right) > 4 * MOST_TERMS:
            raise TooLong
        total: Sum = {}
        for first, a in left.items():
            for second, b in right.items():
                powers = dict(first)
                for atom, exponent in second:
                    powers[atom] = powers.get(atom, Fraction(0)) + exponent
                total = added(total, self._product(powers, a * b))
        return total

    def _product(self, powers: dict[int, Fraction], factor: Fraction) -> Sum:
        """Return factor·Π atomᵉ; whole powers of primes are rational."""
        kept = []
        for atom, exponent in sorted(powers.items()):
            key = self._keys[atom]
            if key[0] == "prime":
                whole = exponent.numerator // exponent.denominator
                if abs(whole) * key[1].bit_length() > MOST_BITS:
                    raise TooLong
                factor *= Fraction(key[1]) ** whole
                exponent -= whole
            if exponent:
                kept.append((atom, exponent))
        return {tuple(kept): factor}

    def inverse(self, terms: Sum) -> Sum:
        if len(terms) == 1:
            ((product, factor),) = terms.items()
            return self._product({atom: -exponent for atom, exponent in product}, 1 / factor)
        factor = terms[min(terms)]
        scaled = {product: number / factor for product, number in terms.items()}
        return {((self.atom("inverse", self.name(scaled)), Fraction(1)),): 1 / factor}

    def divided(self, left: Sum, right: Sum) -> Sum:
        if left.keys() == right.keys():  # proportional?
            ratios = {left[product] / right[product] for product in left}
            if len(ratios) == 1:
                return {(): ratios.pop()}
        return self.multiplied(left, self.inverse(right))

    def power(self, base: Sum, exponent: Fraction) -> Sum:
        if exponent == 0:
            return {(): Fraction(1)}
        if len(base) == 1:
            ((product, factor),) = base.items()
            if exponent.denominator == 1:
                if abs(exponent) * bits(factor) > MOST_BITS:
                    raise TooLong
                powers = {atom: e * exponent for atom, e in product}
                return self._product(powers, factor ** int(exponent))
            if factor > 0 and all(atom in self._positive for atom, _ in product):
                powers = {atom: e * exponent for atom, e in product}
                for prime, count in self._primes(factor).items():
                    powers[prime] = powers.get(prime, Fraction(0)) + count * exponent
                return self._product(powers, Fraction(1))
        if exponent.denominator == 1 and 0 < exponent <= LARGEST_POWER:
            total = base
            for _ in range(int(exponent) - 1):
                total = self.multiplied(total, base)
            return total
        if exponent < 0:
            return self.inverse(self.power(base, -exponent))
        raise TooLong

    def _primes(self, factor: Fraction) -> dict[int, int]:
        """Return the prime factors, with what has no small ones as one."""
        found: dict[int, int] = {}
        for number, sign in ((factor.numerator, 1), (factor.denominator, -1)):
            divisor = 2
            while number > 1 and divisor <= LARGEST_FACTOR:
                while number % divisor == 0:
                    number //= divisor
                    atom = self.atom("prime", divisor, positive=True)
                    found[atom] = found.get(atom, 0) + sign
                divisor += 1
            if number > 1:
                atom = self.atom("prime", number, positive=True)
                found[atom] = found.get(atom, 0) + sign
        return found

    def exp(self, terms: Sum) -> Sum:
        powers: dict[int, Fraction] = {}
        for product, factor in terms.items():
            atom = self.atom("exp", product, positive=True)
            if len(product) == 1 and product[0][1] == 1:
                key = self._keys[product[0][0]]
                atom = key[1] if key[0] == "ln" else atom
            powers[atom] = powers.get(atom, Fraction(0)) + factor
        return self._product(powers, Fraction(1))

    def log(self, terms: Sum) -> Sum:
        if len(terms) != 1:
            raise TooLong
        ((product, factor),) = terms.items()
        if factor <= 0 or not all(atom in self._positive for atom, _ in product):
            raise TooLong
        total: Sum = {}
        parts = [*product, *((p, Fraction(n)) for p, n in self._primes(factor).items())]
        for atom, exponent in parts:
            key = self._keys[atom]
            ln = {key[1]: Fraction(1)} if key[0] == "exp" else self.one("ln", atom)
            total = added(total, ln, exponent)
        return total

    def function(self, name: str, x: Sum, positive: bool) -> Sum:
        """Return a function of a sum; its sign is known if it is positive."""
        if name == "exp":
            return self.exp(x)
        if name == "log":
            try:
                return self.log(x)
            except TooLong:
                return self.opaque(name, (x,), positive)
        if name in ODD | EVEN and x and x[min(x)] < 0:
            turned = self.function(name, added({}, x, Fraction(-1)), positive and name in EVEN)
            return turned if name in EVEN else added({}, turned, Fraction(-1))
        known = self._special(name, x)
        return self.opaque(name, (x,), positive) if known is None else known

    def _special(self, name: str, x: Sum) -> Sum | None:
        """Return sin π/6 and the like."""
        number = rational(x)
        if number == 0 and name in ODD:
            return {}
        if number == 0 and name in EVEN:
            return {(): Fraction(1)}
        (pi,) = self.pi()
        if name in ("sin", "cos") and (x.keys() == {pi} or not x):
            turns = 6 * x.get(pi, Fraction(0)) + (3 if name == "cos" else 0)
            if turns.denominator == 1:
                twelfth = int(turns) % 12
                sign, rest = (-1, twelfth - 6) if twelfth > 6 else (1, twelfth)
                if rest in SINES:
                    return _number(sign * SINES[rest])
                half = self.power({(): Fraction(3)}, HALF)
                return added({}, half, sign * HALF)
            if turns.denominator == 2 and (2 * turns) % 3 == 0:  # odd multiples of π/4
                sign = 1 if turns % 12 < 6 else -1
                return added({}, self.power({(): Fraction(2)}, HALF), sign * HALF)
            return None
        if name in ("asin", "atan", "acos"):
            return self._angle(name, x)
        return None

    def _angle(self, name: str, x: Sum) -> Sum | None:
        if name == "acos":
            inner = self._angle("asin", x)
            if inner is None and x and x[min(x)] < 0:
                inner = self._angle("asin", added({}, x, Fraction(-1)))
                inner = None if inner is None else added({}, inner, Fraction(-1))
            half = added({}, self.pi(), HALF)
            return None if inner is None else added(half, inner, Fraction(-1))
        roots = {n: self.power({(): Fraction(n)}, HALF) for n in (2, 3)}
        one: Sum = {(): Fraction(1)}
        angles: tuple[tuple[Sum, Fraction], ...] = (
            ({}, Fraction(0)),
            ({(): HALF}, Fraction(1, 6)),
            (added({}, roots[2], HALF), Fraction(1, 4)),
            (added({}, roots[3], HALF), Fraction(1, 3)),
            (one, HALF),
        )
        if name == "atan":
            angles = (
                ({}, Fraction(0)),
                (added({}, roots[3], Fraction(1, 3)), Fraction(1, 6)),
                (one, Fraction(1, 4)),
                (roots[3], Fraction(1, 3)),
            )
        for known, angle in angles:
            if known == x:
                return added({}, self.pi(), angle)
        return None


def _number(number: Fraction) -> Sum:
    return {(): number} if number else {}

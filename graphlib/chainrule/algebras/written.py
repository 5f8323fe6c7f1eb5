"""Closed forms as they are written: with digits by one algebra, as formulas by another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm, prod
from typing import Any

from chainrule.algebras.forms import HALF, ONE, Atom, Form, Powers, form, terms_of

# Bits of the number whose logarithm joins those of several.
LONGEST_JOINED = 64


def at(value: Fraction | Form, m: Any) -> Any:
    """Return a known number as it is written, in a namespace `m` of any algebra.

    The same rule gives digits and, in the building algebra, the formula that is shown.

    Raises
    ------
    ArithmeticError
        If part of it was given up, being larger than exact numbers are kept.
    """
    if type(value) is not Form:
        if not isinstance(value, Fraction):
            raise ArithmeticError("a part of this number is not known exactly")
        return m.number(value)
    total: Any = None
    for coefficient, factors in _written(value):
        term = _term(m, abs(coefficient), factors)
        if total is None:
            total = -term if coefficient < 0 else term
        else:
            total = total - term if coefficient < 0 else total + term
    return total


def _written(form: Form) -> Iterator[tuple[Fraction, Powers]]:
    """Yield the terms, the logarithms of whole numbers joined: ln 2 + ln 3 is ln 6."""
    joined = _joined([(p[0][0].inner[0], c) for p, c in form.terms if _is_log(p)])
    for powers, c in form.terms:
        if joined is None or not _is_log(powers):
            yield c, powers
        elif joined:
            yield from joined
            joined = ()


def _joined(
    logs: Sequence[tuple[Fraction, Fraction]],
) -> tuple[tuple[Fraction, Powers], ...] | None:
    """Return Σ c ln n as one term, None where there is nothing to join or it would be long."""
    if len(logs) < 2:
        return None
    denominator = lcm(*(c.denominator for _, c in logs))
    size = Fraction(gcd(*(int(c * denominator) for _, c in logs)), denominator)
    size = -size if logs[0][1] < 0 else size
    # Its size is known before it is computed: 0.12345 ln 2 + ln 3 is 5·10⁻⁵ ln(2^2469·3^20000).
    if sum(abs(c / size) * n.numerator.bit_length() for n, c in logs) > LONGEST_JOINED:
        return None
    inside = prod((n ** int(c / size) for n, c in logs), start=ONE)
    return ((size, ((Atom("log", inside), ONE),)),)


def _is_log(powers: Powers) -> bool:
    if len(powers) != 1 or powers[0][1] != 1:
        return False
    atom = powers[0][0]
    return atom.kind == "log" and type(atom.inner[0]) is Fraction


def _term(m: Any, c: Fraction, powers: Powers) -> Any:
    """Return c times powers of atoms, those with negative exponents below the bar."""
    above: list[Any] = []
    below: list[Any] = []
    roots: dict[Fraction, Fraction] = {}
    exponent: list[tuple[Powers, Fraction]] = []
    for atom, r in powers:
        if atom.kind == "number":
            roots[r] = roots.get(r, ONE) * atom.inner[0]
        elif atom.kind == "exp":
            exponent += [(p, q * r) for p, q in terms_of(atom.inner[0])]
    for r, inside in sorted(roots.items()):
        above.append(_powered(m, m.number(inside), r))
    for atom, r in powers:
        if atom.kind not in ("number", "exp"):
            (above if r > 0 else below).append(_powered(m, _base(m, atom), abs(r)))
    if exponent:
        whole = form(exponent)
        above.append(m.e if type(whole) is Fraction and whole == 1 else m.exp(at(whole, m)))
    if c.numerator != 1 or not above:
        above.insert(0, m.number(Fraction(c.numerator)))
    if c.denominator != 1:
        below.insert(0, m.number(Fraction(c.denominator)))
    return _multiplied(above) / _multiplied(below) if below else _multiplied(above)


def _multiplied(factors: Sequence[Any]) -> Any:
    total = factors[0]
    for factor in factors[1:]:
        total = total * factor
    return total


def _base(m: Any, atom: Atom) -> Any:
    if atom.kind == "pi":
        return m.pi
    inner = [at(x, m) for x in atom.inner]
    return inner[0] if atom.kind == "sum" else getattr(m, atom.kind)(*inner)


def _powered(m: Any, base: Any, r: Fraction) -> Any:
    if r == 1:
        return base
    if r == HALF:
        return m.sqrt(base)
    if r.numerator == 1:
        return m.root(base, m.number(Fraction(r.denominator)))
    return m.power(base, m.number(r))

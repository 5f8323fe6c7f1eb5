"""Parts of a half turn, and functions that closed forms write as others."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from chainrule.algebras.forms import Form
from chainrule.algebras.undefined import Undefined
from tests.algebras.test_closed import known, number

TWELFTHS = [Fraction(k, 12) for k in range(-30, 31)]
# What sine, cosine and tangent are where square roots suffice.
SQUARES = {Fraction(n, d) for n, d in ((0, 1), (1, 4), (1, 2), (3, 4), (1, 1), (1, 3), (3, 1))}


def rooted(value: object) -> bool:
    """Return whether a closed form is a number or its root: no function stands in it."""
    return type(value) is Fraction or all(
        atom.kind == "number" for powers, _ in value.terms for atom, _ in powers
    )


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_functions_of_parts_of_a_half_turn(name: str) -> None:
    with mpmath.workdps(50):
        for q in TWELFTHS:
            value = known(f"{name}(x pi)", x=q)
            if name == "tan" and q % 1 == Fraction(1, 2):
                assert type(value) is Undefined
                continue
            right = getattr(mpmath, name)(mpmath.pi * q.numerator / q.denominator)
            found = number(value) if type(value) is Form else value
            assert float(found) == pytest.approx(float(right), abs=1e-14)
            square = Fraction(float(right) ** 2).limit_denominator(50)
            exact = abs(float(square) - float(right) ** 2) < 1e-12 and square in SQUARES
            assert rooted(value) == exact, (name, q)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("asin", {"0": 0, "1/2": "1/6", "sqrt(2)/2": "1/4", "sqrt(3)/2": "1/3", "1": "1/2"}),
        ("acos", {"0": "1/2", "1/2": "1/3", "sqrt(2)/2": "1/4", "sqrt(3)/2": "1/6", "1": 0}),
        ("atan", {"0": 0, "1/sqrt(3)": "1/6", "1": "1/4", "sqrt(3)": "1/3"}),
    ],
)
def test_angles_that_are_parts_of_a_half_turn(name: str, values: dict[str, str]) -> None:
    for text, part in values.items():
        q = Fraction(part)
        assert known(f"{name}(x*{text})/pi", x=1) == q, text
        assert known(f"{name}(x*{text})/pi", x=-1) == (1 - q if name == "acos" else -q), text
    beside = known(f"{name}(x)/pi", x=Fraction(1, 3))
    assert not rooted(beside)


@pytest.mark.parametrize(
    ("name", "inverse", "x"),
    [
        ("log2", lambda y: mpmath.mpf(2) ** y, "3"),
        ("log10", lambda y: mpmath.mpf(10) ** y, "3"),
        ("log1p", mpmath.expm1, "1/3"),
        ("expm1", mpmath.log1p, "1/3"),
        ("cbrt", lambda y: y**3, "-2"),
        ("sqrt", lambda y: y**2, "2/3"),
        ("exp", mpmath.log, "-2/3"),
        ("log", mpmath.exp, "2/3"),
    ],
)
def test_functions_that_are_written_as_others(name: str, inverse: object, x: str) -> None:
    with mpmath.workdps(50):
        back = inverse(number(known(f"{name}(x)", x=x)))  # type: ignore[operator]
        assert abs(back - mpmath.mpf(Fraction(x).numerator) / Fraction(x).denominator) < 1e-45

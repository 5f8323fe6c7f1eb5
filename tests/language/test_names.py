"""Canonical names and typed numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from chainrule.errors import InputError, LimitError, ParseError, PointError
from chainrule.language import canonical, exact

CANONICAL = [
    ("x1", "x1"),
    ("x_1", "x1"),
    ("x₁", "x1"),
    ("x_₁", "x1"),
    ("x₁₂", "x12"),
    ("θ", "theta"),
    ("θ₀", "theta0"),
    ("theta_0", "theta0"),
    ("ϑ", "theta"),
    ("µ", "mu"),
    ("Δ", "Delta"),
    ("ς", "sigma"),
    ("ℏ", "hbar"),
    ("x_ab", "x_ab"),
    ("y_hat", "y_hat"),
    ("xₙ", "x_n"),
    ("pi_", "pi_"),
    ("True_", "True_"),
    ("E_n", "E_n"),
    ("k_G", "k_G"),
    ("x1_2", "x1_2"),
    ("x_1_2", "x_1_2"),
    ("y_hat_1", "y_hat_1"),
    ("σ_x", "sigma_x"),
    ("𝑥", "x"),
    ("ｘ", "x"),
    ("if", "if"),
    ("größe", "größe"),
    ("ŷ", "y_hat"),
    ("ŷ_1", "y_hat_1"),
    ("ȳ", "y_bar"),
    ("x\u0302", "x_hat"),
    ("y*", "y_star"),
    ("y^*", "y_star"),
    ("y⋆", "y_star"),
    ("y'", "y_prime"),
    ("w_{11}^{(1)}", "w_11_sup1"),
    ("z^{[1]}", "z_box1"),
    ("V_{AB}", "V_AB"),
    ("h_{t-1}", "h_t_minus_1"),
    ("v_{-1}", "v_minus_1"),
    (r"\theta_0", "theta0"),
]


@pytest.mark.parametrize(("spelling", "name"), CANONICAL)
def test_canonical(spelling: str, name: str) -> None:
    assert canonical(spelling) == name
    assert canonical(name) == name


@pytest.mark.parametrize(
    ("spelling", "place"),
    [
        ("", 0),
        ("1x", 0),
        ("_x", 0),
        ("x y", 1),
        ('a"]; b [label="x', 1),
        ("х", 0),
        ("\\N \\G", 0),
        ("x²", 1),
        ("ﬁ", 0),
        ("ª", 0),
        ("x\u0301", 1),
        ("x-y", 1),
    ],
)
def test_not_a_name(spelling: str, place: int) -> None:
    with pytest.raises(ParseError) as caught:
        canonical(spelling)
    assert caught.value.position == place


def test_a_name_has_a_longest_length() -> None:
    assert canonical("a" * 65)
    with pytest.raises(LimitError):
        canonical("a" * 101)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", Fraction(1)),
        ("0.1", Fraction(1, 10)),
        ("-.5", Fraction(-1, 2)),
        ("5.", Fraction(5)),
        ("+2", Fraction(2)),
        ("−3", Fraction(-3)),
        ("1e-3", Fraction(1, 1000)),
        ("2E2", Fraction(200)),
        ("1/3", Fraction(1, 3)),
        (" -2 / 4 ", Fraction(-1, 2)),
        ("007", Fraction(7)),
        ("1.5/2.5", Fraction(3, 5)),
        ("-0.0", Fraction(0)),
    ],
)
def test_typed_numbers_are_exact(text: str, value: Fraction) -> None:
    assert exact(text).value == value
    assert exact(text).text == text.strip()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("  ", 0),
        ("inf", 0),
        ("-nan", 1),
        ("1,5", 1),
        ("1.2.3", 3),
        ("0x10", 1),
        ("1_000", 1),
        ("1e", 1),
        ("--1", 1),
        ("1/0", 1),
        ("1/", 2),
        ("1//2", 2),
        ("1 2", 2),
        ("x*3", 0),
        ("__import__('os')", 0),
        ("١", 0),
        ("²", 0),
        ("1\n2", 1),
    ],
)
def test_what_is_not_a_number(text: str, place: int) -> None:
    with pytest.raises(PointError) as caught:
        exact(text)
    assert caught.value.position == place
    assert caught.value.allowed


def test_a_decimal_comma_is_explained() -> None:
    with pytest.raises(PointError) as caught:
        exact("-1,5")
    assert caught.value.suggestion == "-1.5"


@pytest.mark.parametrize(
    "text", ["9" * 1_001, "1e1001", "1e-1001", "1e" + "9" * 5_000, "1" * 30_000]
)
def test_numbers_with_too_many_digits(text: str) -> None:
    with pytest.raises(LimitError) as caught:
        exact(text)
    assert 0 <= caught.value.position <= len(text)
    assert isinstance(caught.value, InputError)

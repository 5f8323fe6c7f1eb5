"""What is seldom written: readings, and refusals with what stands under their mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chainrule.errors import LimitError, ParseError, PointError
from chainrule.language import read
from chainrule.language.syntax import plain_number
from tests.language.walk import FUNCTIONS, written

READINGS = [
    ("wx̂ + 1", "((w*x_hat)+1)"),
    ("W: 2x2; x: 2; W.T @ x", "(transpose(W)@x)"),
    ("eᵃˣ", "(e^(a*x))"),
    ("eᵃˣ y + xᵀᵃ - xⁿ", "((((e^(a*x))*y)+(x^(T*a)))-(x^n))"),
    ("y = x².exp()", "y = exp((x^2))"),
    ("y = 2 (x + 1).exp()", "y = (2*exp((x+1)))"),
    ("y = x\n+ 1", "y = (x+1)"),
    (r"y := \frac{x}{2}", "y = (x/2)"),
    ("x = 1/0; y = x", "x = (1/0); y = x"),
    ("f = lambda a, b: a - b; f(x, 2)", "(x-2)"),
    ("a if x > 0 else b if y > 0 else c", "where(greater(x, 0), a, where(greater(y, 0), b, c))"),
    ("a < b < c ? 1 : 2", "where(and(less(a, b), less(b, c)), 1, 2)"),
    (r"\theta_{*} - \theta_{\ast}^2", "(theta_star-(theta_star^2))"),
    (
        r"\begin{cases} x & x > 0 \\ 2x & x \le 0 \\ \end{cases}",
        "where(greater(x, 0), x, at_most(x, 0), (2*x))",
    ),
    (r"{a + 1 \over b}", "((a+1)/b)"),
    (r"\log_2 8x + \log_{10}(y) - \log_b(x)", "((log2((8*x))+log10(y))-log_b(x, b))"),
]


@pytest.mark.parametrize(("text", "reading"), READINGS)
def test_what_is_seldom_written(text: str, reading: str) -> None:
    assert written(text) == reading


PLACES: list[tuple[str, str, str, Mapping[str, Any]]] = [
    ("y = x*torch.tensor([1, 2])", "1, 2", "vector", {}),
    (r"\log_{+}(x)", "+", "base", {}),
    (r"\log_{2x}(x)", "x", "base", {}),
    (r"\log_2 x", r"\log_2", "base is not known", {"operations": FUNCTIONS}),
    (r"\lfloor x \rfloor", "\\", "floor is not known", {"operations": FUNCTIONS}),
    (r"x \over y", r"\over", "no braces", {}),
    (r"\sum_{i=1 x_i", "{", "bounds", {}),
    (r"2 \sum_", "\\", "no bounds", {}),
    ("relu(x, slope=1 + 2)", "+", "behind", {}),
    ("a if x > 0 else b else c", "else", "cannot stand", {}),
    ("x > 0 ? a : b : c", ":", "cannot stand", {}),
    ("leaky_relu(x, y)", ",", "takes 1 operand", {}),
    ("max(x, 2) atan2 x", "atan2", "takes 2 operands", {}),
    ("z = 1; y *= 2", "y", "no value before *=", {}),
    (r"x + \frac{d}{dx} x", r"\frac{d}{dx}", "Derivatives", {}),
    ("2 (x ↦ x^2)", "↦", "cannot stand", {}),
    ("x: 3; sum(x, axis=0)", "axis", "index of a sum", {}),
    ("y'(x) = 2x", "y'", "derivative", {}),
    ("x ↦ 2y", "↦", "does not depend on x", {}),
]


@pytest.mark.parametrize(("text", "piece", "word", "options"), PLACES)
def test_the_mark_stands_under_what_is_to_blame(
    text: str, piece: str, word: str, options: Mapping[str, Any]
) -> None:
    with pytest.raises(ParseError) as caught:
        read(text, **options)
    error = caught.value
    assert text[error.position : error.position + error.length] == piece
    assert word in error.message and error.allowed


def test_a_star_before_an_equals_sign_may_belong_to_a_name() -> None:
    with pytest.raises(ParseError) as caught:
        read("y *= 2")
    assert "y* = …" in caught.value.allowed
    with pytest.raises(ParseError) as caught:
        read("y += 2")
    assert "*" not in caught.value.allowed


def test_a_function_of_many_operands_is_much_work() -> None:
    names = [f"x{n}" for n in range(200)]
    read(f"max({', '.join(names)})")
    text = f"1 + max({', '.join([*names, 'y'])}) + 2"
    with pytest.raises(LimitError) as caught:
        read(text)
    assert (caught.value.position, "of work" in caught.value.message) == (text.index(")"), True)


@pytest.mark.parametrize(
    ("text", "place", "suggestion"),
    [
        ("1,000", 1, ""),
        ("1_000", 1, "1000"),
        ("30°", 2, "30*pi/180"),
        (" 5 %", 3, "5/100"),
        ("0,5", 1, "0.5"),
        ("1.5.2", 3, ""),
        ("3/0", 1, ""),
        ("3/", 2, ""),
    ],
)
def test_what_is_no_plain_number(text: str, place: int, suggestion: str) -> None:
    with pytest.raises(PointError) as caught:
        plain_number(text)
    assert (caught.value.position, caught.value.suggestion) == (place, suggestion)

"""What stands around formulas is looked for only where a sign of it is in the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import chainrule
from chainrule.errors import ParseError
from chainrule.language import read
from chainrule.language.surroundings import ROWS
from tests.language.walk import written

TYPED = Path(__file__).parents[1] / "data" / "typed_inputs.jsonl"


def test_nothing_is_found_without_one_of_its_signs() -> None:
    met = set()
    for line in TYPED.read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        for number, row in enumerate(ROWS):
            if row.found.search(text):
                met.add(number)
                assert any(sign in text for sign in row.signs), (text, row.found.pattern)
    assert len(met) > len(ROWS) / 2


# What is left out or chosen is said, in the words of a note.
SAID = [
    (
        "The loss is $L = (y-t)^2$ and $y = wx$.",
        "L = ((y-t)^2); y = (w*x)",
        "The loss is → left out",
    ),
    ("f(x) = ln x (x > 0)", "f = log(x)", "(x > 0) → a remark, left out"),
    ("f(x) = x^2, x ∈ ℝ", "f = (x^2)", ", x ∈ ℝ → left out"),
    ("y = x^2  -- the square", "y = (x^2)", "-- the square → left out"),
    ("Loss:\nL = x^2", "L = (x^2)", "Loss: → left out"),
    ("assert x > 0\ny = ln x", "y = log(x)", "assert x > 0 → left out"),
    ("y = (x^2).item()", "y = (x^2)", ".item() → left out"),
    ("f(x, y) = x y at (3, 4)", "f = (x*y)", "(3, 4) → the point"),
    ("f = x if x > 0, -x if x <= 0", "f = cases(greater(x, 0), x, at_most(x, 0), neg(x))", None),
    ("log_3(x)", "log_b(x, 3)", "log_3 → the logarithm to base 3"),
    ("tg² x", "(tan(x)^2)", "tg → the function tan"),
    ("x² |_{x=3}", "(x^2)", "|_{x=3} → at the point behind it"),
    (r"\|w\|_1", "sum(abs(w))", r"\|w\|_1 → sum(|…|)"),
    ("diff x^2", "(x^2)", "diff → the derivatives by all inputs of what f…"),
]


@pytest.mark.parametrize(("text", "reading", "note"), SAID)
def test_what_is_chosen_for_the_reader_is_said(text: str, reading: str, note: str | None) -> None:
    assert written(text) == reading.replace("cases(", "where(")
    said = {f"{n.found.strip()} → {n.reading}" for n in read(text).notes}
    assert note in said or (note is None and any("cases" in line for line in said))


# What only looks like one of these stays what it was.
KEPT = [
    ("maximum(0, x)", "max(0, x)"),
    ("W: 2x2; x: 2; W @(x)", "(W@x)"),
    ("2. + y", "(2.+y)"),
    ("x if (x > 0) else y", "where(greater(x, 0), x, y)"),
    ("y = where (x > 1, 2, 3)", "y = where(greater(x, 1), 2, 3)"),
    ("ch²/λ", "((c*(h^2))/lambda)"),
    ("x - -rate", "(x-neg(rate))"),
    ("max(0,100)", "max(0, 100)"),
]


@pytest.mark.parametrize(("text", "reading"), KEPT)
def test_what_only_looks_like_a_surrounding_is_kept(text: str, reading: str) -> None:
    assert written(text) == reading


REFUSED = [
    ("if x > 0:\n    y = x\nelse:\n    y = 2x", "y = x if x > 0 else 2x"),
    (
        "def f(x):\n    if x > 0:\n        return x\n    return 0",
        "def f(x):\n    return x if x > 0 else 0",
    ),
    ("for i in range(3):\n    y = x", ""),
    ("y = 1 (x > 0)", ""),
    ("x = 50%; y = 2x", "x = 50/100; y = 2x"),
    ("x = 1_000; y = x", "x = 1000; y = x"),
    ("x = 1 000; y = x", "x = 1000; y = x"),
    ("x = 1,000; y = x", ""),
    ("x = 1,5; y = x", "x = 1.5; y = x"),
    ("θ = 30°; y = sin θ", "θ = 30*pi/180; y = sin θ"),
    ("log(x, 2)", "log_b(x, 2)"),
    ("sinc(x)", ""),
    ("x is 3", ""),
    ("rate time x", "rate*time x"),
    ("how do I use this?", ""),
    ("argmax x^2", ""),
    ("hessian of x^2", ""),
    ("Find the limit of $\\sin x / x$.", ""),
    (r"\begin{cases} x & x \in (0, 1) \\ 0 & \text{otherwise} \end{cases}", ""),
    ("x - $y$", ""),
    ("(x, y) = (1, x)", ""),
    # Found by changing such texts at random.
    ("H(x) =(x2, 1 if ) 1 if x >= 0, 0 if x < 0", ""),
    (r"\frac{d}{d\matf{u}} u^2", ""),
    ("where(t > 0, t, alpha ₌* 2)", ""),
]


@pytest.mark.parametrize(("text", "correction"), REFUSED)
def test_what_is_refused_has_a_way_on(text: str, correction: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text)
    assert caught.value.allowed
    assert caught.value.suggestion == correction
    assert not correction or read(correction)


@pytest.mark.parametrize("text", ["y = sin(u = x^2)", "y = sin (u = x^2)", "y = sin\t(u = x^2)"])
def test_a_named_operand_is_refused_where_its_name_stands(text: str) -> None:
    with pytest.raises(ParseError, match="is not a parameter of `sin`") as caught:
        read(text)
    assert caught.value.position == text.index("u")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sum(w_j_plus_1_2, j=0..1)", ("w_1_2", "w_2_2")),
        ("sum(w_2_j_plus_1, j=0..1)", ("w_2_1", "w_2_2")),
        ("sum(w_j_minus_1_j, j=1..2)", ("w_0_1", "w_1_2")),
    ],
)
def test_a_shifted_index_may_stand_before_another(text: str, names: tuple[str, ...]) -> None:
    assert chainrule.parse(text).variables == names


@pytest.mark.parametrize("bounds", ["0..1+1", "0..3-1", "1-1..2", "3-3..1+1"])
def test_bounds_of_a_sum_may_be_shifted(bounds: str) -> None:
    assert chainrule.parse(f"sum(x_j, j={bounds})").variables == ("x0", "x1", "x2")

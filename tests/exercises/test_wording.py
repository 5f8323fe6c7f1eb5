"""Answers as people write them: what is read of each, and nothing misread."""

from __future__ import annotations

import math

import pytest

import chainrule
from chainrule.exercises.answers import number, same_formula

# By hand; None for what can be read in two ways or in none.
NUMBERS: dict[str, float | None] = {
    "0.5": 0.5,
    "0,5": 0.5,
    ".5": 0.5,
    "-.5": -0.5,
    "−0,25": -0.25,
    "- 0.5": -0.5,
    "+3": 3,
    "1.5e-3": 0.0015,
    "1.5E-03": 0.0015,
    "1.5*10^-3": 0.0015,
    "1.5·10⁻³": 0.0015,
    "5x10^-4": 0.0005,
    "5 x 10^-4": 0.0005,
    "5 × 10⁻⁴": 0.0005,
    "1/3": 1 / 3,
    "-2/3": -2 / 3,
    "1⁄2": 0.5,
    "1½": 1.5,
    "½": 0.5,
    "-1½": -1.5,
    "1 1/2": 1.5,
    "-1 1/2": -1.5,
    "~0.35": 0.35,
    "≈ 0.35": 0.35,
    "ca. 0.35": 0.35,
    "6.2047…": 6.2047,
    "6.2047...": 6.2047,
    "0.5.": 0.5,
    "0.8259·3 = 2.4776": 2.4776,
    "= 2.25": 2.25,
    "u = 0.5": 0.5,
    "sin(1) ≈ 0.8415": 0.8415,
    "0.5639 (rounded)": 0.5639,
    "2.25 rad": 2.25,
    "0.3 or so": 0.3,
    "34.8 %": 0.348,
    "34,8%": 0.348,
    "34.8 percent": 0.348,
    "2cos(1)": 1.0806046117362795,
    "e^-2": 0.1353352832366127,
    "√2": 2**0.5,
    "π/2": math.pi / 2,
    "2 pi": 2 * math.pi,
    "2³": 8,
    r"\frac{1}{2}": 0.5,
    r"1\frac{1}{2}": 1.5,
    r"-\frac34": -0.75,
    "$0.5$": 0.5,
    r"2\cdot 3": 6,
    "1,234.5": 1234.5,
    "1.234,5": 1234.5,
    "1'000": 1000,
    "∞": math.inf,
    "-∞": -math.inf,
    "undefined": math.nan,
    "nicht definiert": math.nan,
    "5.10^-4": None,
    "5,10^-4": None,
    "0.64(41)": None,
    "5*10-4": None,
    "0.35 ± 0.01": None,
    "1,2,3": None,
    "1..2": None,
    "3 4 5": None,
    "2 halves": None,
    "3 x": None,
    "2.25 or 2.5": None,
    "?": None,
    "0x1F": None,
    "0.8 < 1": None,
    "3 times 2": None,
    "two": None,
    "∞-∞": None,
    "2 1/2 3": None,
}
FORMULAS: list[tuple[str, str, str]] = [
    ("= -sin u", "-sin u", "right"),
    ("∂J/∂u = -sin(u)", "-sin u", "right"),
    (r"\frac{1}{x}", "1/x", "right"),
    (r"$\frac{1}{2\sqrt{x}}$", "1/(2√x)", "right"),
    (r"2 \cdot x", "2x", "right"),
    ("2*x = x + x", "2x", "right"),
    ("x^-1", "1/x", "right"),
    ("1,5x", "1.5 x", "right"),
    ("−sin(u)", "-sin u", "right"),
    ("x·y", "x*y", "right"),
    ("ln|x|", "ln x", "right"),
    ("ln x", "ln|x|", "wrong"),
    ("sqrt(x)^2", "x", "wrong"),
    ("cos u", "-sin u", "wrong"),
    ("2 +* x", "x", "undecided"),
]


@pytest.mark.parametrize(("words", "wanted"), NUMBERS.items())
def test_numbers_are_read_as_people_write_them(words: str, wanted: float | None) -> None:
    found = number(words)
    if wanted is None:
        assert found is None, found
    else:
        assert found is not None
        assert found.value == pytest.approx(wanted, rel=1e-12, nan_ok=True)


def test_percent_keeps_its_digits() -> None:
    found = number("34.8 %")
    assert found is not None and (found.digits, found.step) == (3, pytest.approx(0.0005))


@pytest.mark.parametrize(("given", "wanted", "verdict"), FORMULAS)
def test_formulas_are_read_as_people_write_them(given: str, wanted: str, verdict: str) -> None:
    assert same_formula(given, wanted, ("x", "y", "u")) == verdict


LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"


def test_too_coarse_not_read_and_a_formula_asked_have_sentences_of_their_own() -> None:
    # At 1.2: t = 1.44, u1 = sin 1.44 = 0.9915, ∂u1/∂t = cos 1.44 = 0.1304.
    answers = {
        "value:t": "1.4",
        "value:u2": "4.32",
        "formula:u1,t": "0.1304",
        "partial:u1,t": "0.1304",
        "value:u": "5.10^-1",
    }
    report = chainrule.mark(LECTURE, {"x": "1.2"}, answers)
    assert report.cells["value:t"] == "wrong" and report.reasons["value:t"] == "coarse"
    assert report.cells["formula:u1,t"] == "wrong"
    assert report.reasons["formula:u1,t"] == "formula"
    assert report.cells["value:u"] == "undecided"
    told = report.feedback().text()
    assert "rounded too coarsely" in told and "here the formula is asked" in told
    assert "your teacher will look at it" in told
    wrong = chainrule.mark(LECTURE, {"x": "1.2"}, {"value:t": "1.7", "formula:u1,t": "t + 7"})
    assert wrong.reasons == {}
    assert "not the formula that belongs here" in wrong.feedback().text()


def test_where_there_is_no_number_undefined_is_right() -> None:
    program = "y = 1/t; t = x - 1"
    assert chainrule.mark(program, {"x": 1}, {"value:y": "undefined"}).cells["value:y"] == "right"
    assert chainrule.mark(program, {"x": 1}, {"value:y": "∞"}).cells["value:y"] == "undecided"
    answers = {"value:t": "∞", "value:y": "undefined"}
    report = chainrule.mark(program, {"x": 3}, answers)
    assert set(report.cells.values()) == {"wrong"}

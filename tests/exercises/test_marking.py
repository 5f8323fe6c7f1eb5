from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

import chainrule
from chainrule.exercises.answers import number, same_formula
from chainrule.passes.misconceptions import MISCONCEPTIONS

DATA = Path(__file__).parent.parent / "data" / "students.jsonl"
SHEETS = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
LECTURE = "t = x^2\nu1 = sin(t)\nu2 = 3*t\nu = u1 + u2\nJ = cos(u)"


def marked(sheet: dict[str, Any]) -> Any:
    return chainrule.mark(sheet["program"], sheet["point"], sheet["answers"])


@pytest.mark.parametrize("sheet", SHEETS, ids=[f"{s['id']} {s['kind']}" for s in SHEETS])
def test_simulated_students(sheet: dict[str, Any]) -> None:
    report, truth = marked(sheet), sheet["truth"]
    for cell, verdicts in truth["cells"].items():
        assert report.cells[cell] in verdicts.split("|"), cell
    free = {c for c, v in truth["cells"].items() if v == "follows|wrong|undecided"}
    free |= set(truth.get("junk", ()))
    assert set(report.errors) - free == set(truth["errors"]) - free
    for cell, names in truth["misconceptions"].items():
        assert set(report.misconceptions[cell]) & set(names.split("|")), cell
    assert all(len(names) <= 3 for names in report.misconceptions.values())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,25", 0.25),
        (".5", 0.5),
        (",5", 0.5),
        ("−3", -3.0),
        ("1.5e-3", 0.0015),
        ("1,5·10^-3", 0.0015),
        ("2E+00", 2.0),
        ("1/4", 0.25),
        ("2^3", 8.0),
        ("sqrt(2)/2", 0.7071067811865476),
        ("e^-2", 0.1353352832366127),
        ("1,5*cos(0)", 1.5),
        ("½", 0.5),
        ("1.5×10⁻³", 0.0015),
        ("-2·10^{3}", -2000.0),
        ("0{,}25", 0.25),
        ("sin(1) ≈ 0.8415", 0.8415),
        ("≈ 3", 3.0),
        ("= 0,5", 0.5),
        ("1\u2009250.5", 1250.5),
        ("3 · 10^-2", 0.03),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    read = number(text)
    assert read is not None
    assert read.value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "1,2,3",
        "0,0,",
        "inf",
        "nan",
        "True",
        "x",
        "sqrt(-1)",
        "4/0",
        "9^9^9^9",
        "__import__('os')",
        "1e9999",
        "(" * 150,
        "exp(exp(exp(9)))",
        "sum(sin(j), j=0..900)",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


def test_formulas_are_compared_by_value_where_forms_differ() -> None:
    assert same_formula("sin(2x)", "2 sin x cos x") == "right"
    assert same_formula("(x+1)(x-1)", "x^2-1") == "right"
    assert same_formula("sin(x + 1e-9)", "sin x") == "wrong"
    assert same_formula("x^2", "2x") == "wrong"
    assert same_formula("ln(x y)", "ln x + ln y") == "right"
    assert same_formula("log(-1-x^2)", "x") == "undecided"
    assert same_formula("2 +* x", "x") == "undecided"
    assert same_formula(" ", "x") == "missing"
    assert same_formula("sin x", "sin y") == "wrong"
    assert same_formula("1,5*cos(u)", "3/2 cos u") == "right"
    # Defined only above 5: near the point of the sheet it can be compared.
    near = {"x": 7.25}
    assert same_formula("ln((x-5)^2)/2", "ln(x-5)") == "undecided"
    assert same_formula("ln((x-5)^2)/2", "ln(x-5)", near=near) == "right"
    assert same_formula("ln((x-5)^2)", "ln(x-5)", near=near) == "wrong"


def test_every_misconception_has_its_words() -> None:
    for record in MISCONCEPTIONS.values():
        assert record.hint.endswith("?")
        assert record.sentence and record.explanation
        hooks = ("value", "partial", "total", "seed", "update", "product", "gathered")
        made = [hook for hook in hooks if getattr(record, hook).__name__ != "_never"]
        assert record.other or made


def test_work_that_follows_is_credited_and_a_return_is_accepted() -> None:
    # 0.6441 · cos 1 = 0.3480 and 0.6441 · 3 = 1.9324 are the two shares of t.
    answers = {
        "adjoint:J": "1",
        "adjoint:u": "0.6441",
        "adjoint:u1": "0.6441",
        "adjoint:u2": "0.6441",
        "adjoint:t": "1.9324",
        "adjoint:x": "3.8648",
    }
    report = chainrule.mark(LECTURE, {"x": 1}, answers)
    assert report.cells["adjoint:t"] == "wrong" and report.cells["adjoint:x"] == "follows"
    assert report.misconceptions["adjoint:t"][0] == "overwrite-instead-of-accumulate"
    lucky = chainrule.mark(LECTURE, {"x": 1}, answers | {"adjoint:x": "4.5608"})
    assert lucky.cells["adjoint:x"] == "right"
    assert lucky.errors == ("adjoint:t",)


def test_a_zero_that_makes_the_rest_trivial_is_pointed_out() -> None:
    answers = {"adjoint:J": "1", "adjoint:u": "0", "adjoint:u1": "0", "adjoint:t": "0"}
    report = chainrule.mark(LECTURE, {"x": 1}, answers)
    assert report.trivial == ("adjoint:u",)


def test_formulas_and_shares_of_the_table_are_marked_too() -> None:
    answers = {
        "formula:u1,t": "cos t",
        "formula:J,u": "sin u",
        "share:u2,t": "1.9324",
        "formula:nothing,t": "1",
    }
    cells = chainrule.mark(LECTURE, {"x": 1}, answers).cells
    assert cells == {
        "formula:u1,t": "right",
        "formula:J,u": "wrong",
        "share:u2,t": "right",
        "formula:nothing,t": "undecided",
    }


def test_junk_is_marked(sample_seed: int) -> None:
    random_ = random.Random(sample_seed)
    alphabet = "0123456789.,-+*/^()eE xπ∞√sin\x00\u202e\"'\\{}[]$#;\n"
    cells = ["value:t", "partial:u1,t", "adjoint:x", "tangent:J", "", ":", "value:", "x" * 300]
    for _ in range(60):
        junk = ["".join(random_.choices(alphabet, k=random_.randrange(300))) for _ in cells]
        report = chainrule.mark(LECTURE, {"x": 1}, dict(zip(cells, junk, strict=True)))
        assert set(report.cells) == set(cells)


def test_a_node_that_uses_an_operand_twice_has_one_partial_unless_both_are_asked() -> None:
    program = "q = x*x; y = 3q"
    once = chainrule.mark(
        program, {"x": 2}, {"partial:q,x": "4", "adjoint:q": "3", "adjoint:x": "12"}
    )
    assert set(once.cells.values()) == {"right"}
    both = {"partial:q,x": "2", "partial:q,x#2": "2", "adjoint:q": "3", "adjoint:x": "12"}
    assert set(chainrule.mark(program, {"x": 2}, both).cells.values()) == {"right"}
    half = chainrule.mark(program, {"x": 2}, {"partial:q,x": "2", "adjoint:x": "6"})
    assert half.cells == {"partial:q,x": "wrong", "adjoint:x": "follows"}


def test_what_stands_on_a_wrong_share_follows() -> None:
    # The shares of t are 0.6441 cos 1 = 0.3480 and 0.6441 · 3 = 1.9324.
    answers = {
        "adjoint:u1": "0.6441",
        "adjoint:u2": "0.6441",
        "share:u1,t": "0.3480",
        "share:u2,t": "0.2147",
        "adjoint:t": "0.5627",
        "adjoint:x": "1.1254",
    }
    report = chainrule.mark(LECTURE, {"x": 1}, answers)
    assert report.errors == ("share:u2,t",)
    assert report.cells["adjoint:t"] == report.cells["adjoint:x"] == "follows"
    assert report.origins["adjoint:x"] == "share:u2,t"
    inner = {"adjoint:u1": "0.6441", "share:u1,t": "0.6441"}
    named = chainrule.mark(LECTURE, {"x": 1}, inner).misconceptions["share:u1,t"]
    assert "forgotten-inner-derivative" in named


def test_shares_of_forward_mode_carry_tangents() -> None:
    answers = {
        "tangent:t": "2",
        "share:u1,t": "1.0806",
        "share:u2,t": "60",
        "tangent:u1": "1.0806",
        "tangent:u2": "60",
        "tangent:u": "61.08",
    }
    report = chainrule.mark(LECTURE, {"x": 1}, answers)
    assert report.errors == ("share:u2,t",)
    assert report.cells["tangent:u"] == "follows"


def test_numbers_follow_from_a_wrong_formula() -> None:
    answers = {"formula:J,u": "sin u", "partial:J,u": "-0.6441", "adjoint:u": "-0.6441"}
    report = chainrule.mark(LECTURE, {"x": 1}, answers)
    assert report.errors == ("formula:J,u",)
    assert report.misconceptions["formula:J,u"] == ("lost-sign",)
    assert report.cells["partial:J,u"] == report.cells["adjoint:u"] == "follows"
    assert report.origins["adjoint:u"] == "formula:J,u"
    # A right number beside a wrong formula is right.
    right = chainrule.mark(LECTURE, {"x": 1}, {"formula:J,u": "sin u", "partial:J,u": "0.6441"})
    assert right.cells["partial:J,u"] == "right"


@pytest.mark.parametrize(
    ("cell", "words", "verdict"),
    [
        ("formula:p,z", "p (1 - p)", "right"),
        ("formula:p,z", "e^-z/(1+e^-z)^2", "right"),
        ("formula:p,z", "p (1 + p)", "wrong"),
        ("formula:z,w", "x", "right"),
        ("formula:L,p", "-1/p", "right"),
        ("formula:L,p", "-1/sigmoid(w x)", "right"),
        ("formula:L,p", "-1/q", "wrong"),
        ("formula:L,p", "", "missing"),
        ("formula:L,p", "-1/(", "undecided"),
    ],
)
def test_formulas_may_use_the_names_of_other_nodes(cell: str, words: str, verdict: str) -> None:
    program = "z = w*x\np = sigmoid(z)\nL = -ln(p)"
    report = chainrule.mark(program, {"w": "1.5", "x": "0.5"}, {cell: words})
    assert report.cells[cell] == verdict


@pytest.mark.parametrize(
    ("text", "x", "right", "wrong"),
    [
        ("J = sqrt(t); t = 2x", "0", "1/(2*sqrt(t))", "1/sqrt(t)"),
        ("J = ln(t); t = x - 1", "1", "1/t", "2/t"),
        ("J = asin(t); t = x", "1", "1/sqrt(1-t^2)", "1/sqrt(1+t^2)"),
    ],
)
def test_a_formula_at_the_end_of_a_domain_is_compared_within(
    text: str, x: str, right: str, wrong: str
) -> None:
    for words, verdict in ((right, "right"), (wrong, "wrong")):
        report = chainrule.mark(text, {"x": x}, {"formula:J,t": words})
        assert report.cells == {"formula:J,t": verdict}


@pytest.mark.parametrize(
    ("words", "reason"),
    [("5", "coarse"), ("6", None), ("4", None), ("4.9", None)],  # of 5.3115
)
def test_only_what_rounds_to_the_number_is_too_coarse(words: str, reason: str | None) -> None:
    program = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
    report = chainrule.mark(program, {"x": "1.2"}, {"value:u": words})
    assert report.cells["value:u"] == "wrong"
    assert report.reasons.get("value:u") == reason


@pytest.mark.parametrize(("text", "named"), [("J = 5u; u = 3x", True), ("J = y u; u = 3x", False)])
def test_modes_are_confused_where_both_belong_to_one_input(text: str, named: bool) -> None:
    # The adjoint of u is 5, its tangent by x 3; by y it would be 0.
    point = {"x": "2"} if named else {"x": "2", "y": "5"}
    report = chainrule.mark(text, point, {"adjoint:u": "3"})
    assert report.cells["adjoint:u"] == "wrong"
    found = report.misconceptions.get("adjoint:u", ())
    assert ("tangent-adjoint-confused" in found) == named


def test_small_numbers_are_not_taken_for_nothing() -> None:
    program = "t = x^2\ny = exp(t)"
    right, wrong = {"x": "1e-8"}, {"value:t": "3e-16"}
    assert chainrule.mark(program, right, wrong).cells["value:t"] == "wrong"
    assert chainrule.mark(program, right, {"value:t": "1e-16"}).cells["value:t"] == "right"


HOSTILE = [
    "sum(sin(x^j), j=0..900)",
    "9^9^9^9^x",
    "gamma(10^15 x)^1000000",
    "(" * 199,
    "x" * 200,
    "exp(exp(exp(exp(exp(x)))))",
    "sin(10^300 x)",
    "-" * 199,
    "x^x^x^x^x^x^x^x^x^x",
    "1/0",
    "\\frac{1}{\\frac{1}{\\frac{1}{x}}}",
    "u1 + u2 + u + J + t + x",
]


def test_a_sheet_of_hostile_formulas_and_numbers_is_marked() -> None:
    cells = ["t,x", "u1,t", "u2,t", "u,u1", "u,u2", "J,u"]
    for shift in range(len(HOSTILE)):
        words = [HOSTILE[(shift + i) % len(HOSTILE)] for i in range(2 * len(cells))]
        answers = {f"formula:{cell}": words.pop() for cell in cells}
        answers |= {f"partial:{cell}": words.pop() for cell in cells}
        report = chainrule.mark(LECTURE, {"x": 1}, answers)
        assert set(report.cells.values()) <= {"wrong", "undecided", "follows", "right"}


def test_the_tolerance_is_the_teachers() -> None:
    near = {"value:u1": "0.8400"}  # sin 1 = 0.8415
    assert chainrule.mark(LECTURE, {"x": 1}, near).cells["value:u1"] == "right"
    strict = chainrule.mark(LECTURE, {"x": 1}, near, tolerance=1e-4)
    assert strict.cells["value:u1"] == "wrong"
    rounded = chainrule.mark(LECTURE, {"x": 1}, {"value:u1": "0.8415"}, tolerance=0)
    assert rounded.cells["value:u1"] == "right"


def test_any_table_of_ours_can_be_marked() -> None:
    program = "f = sin(x y); g = x + f"
    primitive = {
        "value:v1": "6",
        "partial:f,v1": "0.9602",
        "adjoint:v1": "0.9602",
        "adjoint:x": "3.8805",
    }  # # cos 6 = 0.9602, 3 cos 6 + 1 = 3.8805
    report = chainrule.mark(program, {"x": 2, "y": 3}, primitive, zoom="primitive")
    assert set(report.cells.values()) == {"right"}
    moved = {"tangent:x": "0", "tangent:y": "1", "tangent:f": "1.9203"}  # 2 cos 6
    report = chainrule.mark(program, {"x": 2, "y": 3}, moved, direction={"y": 1})
    assert set(report.cells.values()) == {"right"}
    other = {"adjoint:f": "1", "adjoint:x": "2.8805"}
    report = chainrule.mark(program, {"x": 2, "y": 3}, other, output="f")
    assert set(report.cells.values()) == {"right"}


def test_a_slope_may_be_taken_from_the_written_value_of_the_step() -> None:
    program = "a = 2x\nb = exp(a)\nc = tanh(b)"
    # e^1 = 2.718, tanh 7.218 ≈ 1 and 1 - tanh² ≈ 0; a student who writes 0.5 for c takes 0.75.
    copied = {"value:b": "7.218", "partial:b,a": "7.218", "value:c": "0.5", "partial:c,b": "0.75"}
    report = chainrule.mark(program, {"x": "0.5"}, copied)
    assert report.errors == ("value:b", "value:c")
    assert report.cells["partial:b,a"] == report.cells["partial:c,b"] == "follows"
    assert report.origins == {"partial:b,a": "value:b", "partial:c,b": "value:c"}
    # For sin t the value is no slope.
    wrong = chainrule.mark("a = 2x\nb = sin(a)", {"x": 1}, {"value:b": "0.5", "partial:b,a": "0.5"})
    assert wrong.cells["partial:b,a"] == "wrong"


@pytest.mark.parametrize(
    ("program", "cell", "words", "name"),
    [
        # The slope of sin(x²) at 1.5 is 3 cos 2.25 = -1.8845.
        ("y = sin(x^2)", "partial:y,x", "-0.6282", "forgotten-inner-derivative"),
        ("y = sin(x^2)", "formula:y,x", "cos(x^2)", "forgotten-inner-derivative"),
        # x sin x: sin 1.5 + 1.5 cos 1.5 = 1.1036.
        ("y = x sin x", "partial:y,x", "0.9975", "forgotten-path"),
        ("y = x sin x", "formula:y,x", "cos x", "product-of-derivatives"),
        ("y = x sin x", "formula:y,x", "x cos x", "forgotten-path"),
        # 5x² - x: 14; with 5 · 2x² in the first term 21.5, without the minus 16.
        ("y = 5x^2 - x", "partial:y,x", "21.5", "exponent-not-lowered"),
        ("y = 5x^2 - x", "partial:y,x", "16", "lost-sign"),
        ("y = cos(3x) + x", "formula:y,x", "3sin(3x) + 1", "lost-sign"),
        ("y = x/(1 + x^2)", "formula:y,x", "(2x^2 - (1+x^2))/(1+x^2)^2", "quotient-swapped"),
        ("y = exp(2x)*3", "partial:y,x", "60.26", "forgotten-inner-derivative"),
    ],
)
def test_mistakes_inside_a_line_are_named(program: str, cell: str, words: str, name: str) -> None:
    report = chainrule.mark(program, {"x": "1.5"}, {cell: words}, zoom="named")
    assert report.cells[cell] == "wrong"
    assert name in report.misconceptions[cell]


def test_a_number_that_the_program_assigns_is_a_constant_of_the_sheet() -> None:
    report = chainrule.mark("J = a x; x = 3", {"a": 2}, {"value:J": "6", "adjoint:x": "2"})
    assert report.cells == {"value:J": "right", "adjoint:x": "undecided"}
    with pytest.raises(chainrule.PointError):
        chainrule.mark("J = a x; x = 3", {"a": 2, "x": 5}, {"value:J": "10"})

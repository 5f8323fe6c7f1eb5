"""What people are told: students never the right number, teachers all of it."""

from __future__ import annotations

import json

import chainrule
from chainrule.exercises.feedback import cell_term
from chainrule.exercises.kinds import KINDS
from chainrule.passes.misconceptions import MISCONCEPTIONS
from chainrule.readings.terms import text

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
# 0.6441 · 3 = 1.9324 is the share of u2 alone, 3.8648 twice as much; 2.2804 would be right.
ANSWERS = {
    "adjoint:J": "1",
    "adjoint:u": "0.6441",
    "adjoint:u1": "0.6441",
    "adjoint:u2": "0.6441",
    "adjoint:t": "1.9324",
    "adjoint:x": "3.8648",
    "value:t": "",
    "value:u": "?",
}


def test_a_student_is_told_the_mistake_and_asked_a_question_but_not_the_number() -> None:
    told = chainrule.mark(LECTURE, {"x": 1}, ANSWERS).feedback()
    shown = told.text()
    record = MISCONCEPTIONS["overwrite-instead-of-accumulate"]
    assert record.sentence in shown and record.hint in shown
    assert "2.2804" not in shown and "2.2803" not in shown and "4.56" not in shown
    assert told.summary == (
        "5 of 8 cells credited: 4 right, 1 wrong, 1 consistent with an earlier error, "
        "1 not read, 1 empty."
    )
    rows = {row.cells["cell"].id for row in told.grid().rows}
    assert rows == {"adjoint:t", "value:t", "value:u"}
    assert "What you worked out from it is right: 1 cell is credited." in shown


def test_a_teacher_reads_the_number_the_names_and_where_they_come_from() -> None:
    told = chainrule.mark(LECTURE, {"x": 1}, ANSWERS).feedback(teacher=True)
    shown = told.markdown()
    assert "$2.2804$" in shown and "overwrite-instead-of-accumulate" in shown
    assert MISCONCEPTIONS["forgotten-path"].explanation in shown
    assert json.loads(told.json())["rows"]


def test_what_a_teacher_accepts_counts_as_right_with_its_reason() -> None:
    accept = {"adjoint:t": {"1.93": "x was misprinted"}, "value:u": {"?": "torn"}}
    report = chainrule.mark(LECTURE, {"x": 1}, ANSWERS, accept=accept)
    assert report.cells["value:u"] == "right" and report.remarks["value:u"] == "torn"
    assert report.cells["adjoint:t"] == "wrong"  # 1.93 is not 1.9324 to the digits of the sheet
    accept = {"adjoint:t": {"1.9324": "x was misprinted"}}
    report = chainrule.mark(LECTURE, {"x": 1}, ANSWERS, accept=accept)
    assert report.cells["adjoint:t"] == "right" and report.errors == ()
    assert "misprinted" in report.feedback().text()


def test_a_zero_that_makes_the_rest_trivial_is_told() -> None:
    answers = {"adjoint:J": "1", "adjoint:u": "0", "adjoint:u1": "0", "adjoint:t": "0"}
    assert "not worth much" in chainrule.mark(LECTURE, {"x": 1}, answers).feedback().text()


def test_no_two_cells_of_a_sheet_have_one_name_and_none_is_a_raw_id() -> None:
    for kind in KINDS:
        made = chainrule.sheet(4, kinds=[kind], student="names")
        names = [text(cell_term(cell)) for _task, cell, _answer in made.cells()]
        assert len(set(names)) == len(names)
        assert not any(":" in name or name == "arrows" for name in names)


def test_hostile_answers_stay_text_in_every_format() -> None:
    hostile = '=cmd|"/c calc"!A1</td><script>$\\input{x}$|`'
    told = chainrule.mark(LECTURE, {"x": 1}, {"adjoint:t": hostile}).feedback(teacher=True)
    assert "<script>" not in told.html() and "<script>" not in told.markdown()
    assert "\\input{x}" not in told.latex()
    assert ",\"'=cmd" in told.csv()
    assert "adjoint:t" not in told.markdown()


def test_cells_are_named_as_people_say_them() -> None:
    assert text(cell_term("adjoint:t@f")) == "adjoint of t from f"
    assert text(cell_term("tangent:t@x")) == "tangent of t along x"
    assert text(cell_term("path:J,u1,x")).replace(" ", "") == "pathx→u₁→J"
    assert text(cell_term("count:forward,x")) == "operations of forward mode along x"
    assert text(cell_term("count:cheaper")) == "cheaper mode"
    assert text(cell_term("share:u2,t")) == "share ∂u₂/∂t"
    assert text(cell_term("first wrong")) == "first wrong"


def test_shares_of_a_forward_table_are_tangents_times_partials() -> None:
    # t' = 2, u1' = 2 cos 1 = 1.0806: that is the share of t in u1.
    answers = {"tangent:t": "2", "share:u1,t": "1.0806"}
    assert chainrule.mark(LECTURE, {"x": 1}, answers).cells["share:u1,t"] == "right"
    assert (
        chainrule.mark(LECTURE, {"x": 1}, {"share:u1,t": "1.0806"}).cells["share:u1,t"] == "wrong"
    )

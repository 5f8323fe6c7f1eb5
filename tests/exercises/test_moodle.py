"""Moodle's questions, read by Moodle's rules: answered as people type, and nothing else."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

import chainrule
from chainrule.exercises.formats.moodle import arrow_fields, bank, spellings
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.levels import LEVELS
from chainrule.exercises.sheet import Answer, Sheet
from chainrule.passes.misconceptions import MISCONCEPTIONS
from chainrule.readings.terms import Word
from tests.exercises.moodle_rules import MoodleField, fields

CASES = [(kind, level) for kind in KINDS for level in LEVELS if kind != "paths" or level > 2]


def questions(data: bytes) -> list[tuple[list[str], list[MoodleField]]]:
    """The category, and the fields of each question, in order."""
    found, category = [], [""]
    for question in ElementTree.fromstring(data):
        if question.get("type") == "category":
            category = [question.findtext("category/text") or ""]
        else:
            found.append((category, fields(question.findtext("questiontext/text") or "")))
    return found


def paired(made: Sheet) -> list[tuple[Answer | tuple[str, ...], MoodleField]]:
    """The answers that have points, each with its field; arrows have one for each card."""
    asked: list[Answer | tuple[str, ...]] = []
    ((_, found),) = questions(made.to("moodle"))
    task = made.tasks[0]
    for answer in _in_order(made):
        if answer.kind == "graph":
            asked += [begins for _, begins in arrow_fields(answer)]
        elif answer.points:
            asked.append(answer)
    assert len(asked) == len(found)
    assert sum(field.weight for field in found) == task.points
    return list(zip(asked, found, strict=True))


def _in_order(made: Sheet) -> list[Answer]:
    """Answers as their fields stand on the page."""
    task = made.tasks[0]
    page = made.to("html").decode()
    names = re.findall(r'(?:input|select) name="1\.([^"]+)"', page)
    assert sorted(names) == sorted(task.answers)
    return [task.answers[name] for name in names]


@pytest.mark.parametrize(("kind", "level"), CASES)
def test_every_field_takes_what_people_type_and_nothing_else(kind: str, level: int) -> None:
    made = chainrule.sheet(level, kinds=[kind], seed=level, student="moodle")
    for answer, field in paired(made):
        if isinstance(answer, tuple):
            assert all(field.mark(typed) == 1 for typed in answer)
            assert field.mark("nothing") == field.mark("*") == 0
        elif answer.kind == "number":
            number = float(answer.exact)
            for typed in (f"{number:.4g}", f"{number:.10g}", f"{number:.4g}".replace(".", ",")):
                assert field.mark(typed) == 1, (answer.cell, typed)
            for factor in (1.03, 0.97, -1, 10):
                assert field.mark(f"{number * factor + (not number):.10g}") < 1
        elif answer.kind == "whole":
            assert field.mark(answer.exact) == 1
            assert field.mark(str(int(answer.exact) + 1)) == 0
        elif answer.kind == "choice":
            assert [field.mark(one) for one in answer.options] == [
                float(one == answer.exact) for one in answer.options
            ]
        else:
            plain = answer.exact.replace("−", "-")
            for typed in (answer.exact, plain.translate(str.maketrans("₁₂₃²³", "123²³"))):
                assert field.mark(typed) == 1, (answer.cell, typed)
            for typed in ("", "*", f"{answer.exact}*2", f"2+{answer.exact}", "x*y*z*u"):
                assert field.mark(typed) == 0, (answer.cell, typed)


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("−sin u₃", ["-sin u3", "-sin(u3)", "-sin(u_3)", "−sin(u₃)"]),
        ("3u₁²", ["3u1^2", "3*u1^2", "3 u1^2", "3*u_1^2", "3u_1²"]),
        ("1/(2√t)", ["1/(2*sqrt(t))", "1/(2sqrt(t))", "1/(2√t)"]),
        ("u₃·v₁", ["u3*v1", "u3 v1", "u_3*v_1"]),
        ("−e^(−t)", ["-e^(-t)", "-exp(-t)", "-e^-t"]),
        ("v₂ + 0.5x", ["v2+0.5x", "v2 + 0.5*x", "v_2+0.5*x"]),
        ("1/x", ["1/x"]),
        ("1 − (tanh t)²", ["1-(tanh(t))^2", "1 - (tanh t)^2"]),
    ],
)
def test_formulas_are_taken_in_the_usual_spellings(printed: str, typed: list[str]) -> None:
    assert set(typed) <= set(spellings(Answer("c", "formula", Word(printed), printed)))


def test_known_mistakes_keep_a_part_and_are_told() -> None:
    lecture = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
    made = chainrule.sheet(lecture, at={"x": "1.5"}, kinds=["adjoints"])
    # At 1.5: t = 2.25, u = 7.528; the share of u2 alone is -3 sin u, -2.844.
    by_cell = {a.cell: f for a, f in paired(made) if isinstance(a, Answer)}
    told = by_cell["adjoint:t"].given("-2.844")
    assert told is not None and 0 < told.fraction < 1
    assert MISCONCEPTIONS["overwrite-instead-of-accumulate"].hint in told.feedback
    assert by_cell["adjoint:J"].mark("0") == 0
    assert by_cell["adjoint:u"].mark("1") == by_cell["partial:t,x"].mark("1") == 0


def test_a_bank_has_a_category_for_each_task_and_a_variant_for_each_sheet() -> None:
    recipe = chainrule.Recipe.read(
        'title = "Week 3"\n[[part]]\nlevel = 3\nkinds = ["values", "adjoints"]\n'
    )
    made = [chainrule.sheet(recipe, student=f"variant {n}") for n in range(3)]
    found = questions(bank(made))
    names = [category[0] for category, _ in found]
    assert (
        names
        == ["$course$/top/Week 3/1 Forward: values"] * 3
        + ["$course$/top/Week 3/2 Reverse: local partials and adjoints"] * 3
    )
    assert [sum(f.weight for f in one) for _, one in found] == [
        made[n].tasks[t].points for t in range(2) for n in range(3)
    ]


def test_half_points_come_together_in_the_later_cells() -> None:
    made = chainrule.sheet(
        chainrule.Recipe.read(
            'title = "x"\nhalves = true\n[[part]]\nlevel = 3\nkinds = ["values"]\n'
            "[marks]\nvalues = 3\n"
        )
    )
    task = made.tasks[0]
    assert {answer.points % 1 for answer in task.answers.values()} == {0, 0.5}
    ((_, found),) = questions(made.to("moodle"))
    assert sum(field.weight for field in found) == task.points == 3
    assert "half points" not in made.to("moodle").decode()


def test_half_points_are_weights_of_one_and_that_is_said() -> None:
    recipe = chainrule.Recipe.read(
        'title = "x"\nhalves = true\n[[part]]\nlevel = 3\nkinds = ["values"]\n'
        "[marks]\nvalues = 3.5\n"
    )
    made = chainrule.sheet(recipe)
    ((_, found),) = questions(made.to("moodle"))
    assert sum(field.weight for field in found) == 7
    assert "a mark of 3.5" in made.to("moodle").decode()

"""Recipes: what is read, what is written again, and every fault with its line."""

from __future__ import annotations

import math
import pickle
import re

import pytest

import chainrule
from chainrule import InputError, Recipe
from chainrule.exercises.checking import check
from chainrule.exercises.class_marking import tasks_of
from chainrule.exercises.feedback import checked_findings

WHOLE = """
title = "Übung 3 \\u2014 \\"Kettenregel\\""
label = "3"
note = "Bis Freitag."
seed = 2026
formats = ["html", "json"]

[[part]]
kinds = ["values", "adjoints"]
formula = "J = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
at = [{x = "1.5"}, {x = 3}, {x = "2/3"}]
text = "Wie in der Vorlesung."

[[part]]
kinds = ["jacobian"]
level = 4
count = 2

[[part]]
kinds = ["descent"]
formula = "a = w*x + b; e = a - y; J = e^2"
at = {w = "0.4", b = "-0.6", x = "1.5", y = "0.7"}
settings = {rate = "0.2", parameters = "w b"}

[marks]
adjoints = 8
jacobian = 12.5

[[override]]
cell = "1.value:t"
answer = "2.3"
reason = "rounded to one digit"
student = "Ada"
"""


def test_a_recipe_is_read_and_written_again() -> None:
    recipe = Recipe.read(WHOLE)
    assert recipe.title == 'Übung 3 — "Kettenregel"'
    assert recipe.parts[0].points == ({"x": "1.5"}, {"x": "3"}, {"x": "2/3"})
    assert Recipe.read(recipe.text()) == recipe


def test_points_settings_and_overrides_reach_the_sheet() -> None:
    recipe = Recipe.read(WHOLE)
    made = chainrule.sheet(recipe, student="Ada")
    assert [task.kind for task in made.tasks] == [
        "values",
        "adjoints",
        "jacobian",
        "jacobian",
        "descent",
    ]
    assert [task.points for task in made.tasks][1:4] == pytest.approx([8, 12.5, 12.5])
    assert made.key["1.value:t"].also == {"2.3": "rounded to one digit"}
    assert chainrule.sheet(recipe, student="Bob").key["1.value:t"].also == {}
    # w = 0.4, b = −0.6, x = 1.5, y = 0.7: a = 0, e = −0.7, dJ/dw = 2·(−0.7)·1.5 = −2.1.
    assert float(made.key["5.adjoint:w"].exact) == pytest.approx(-2.1)
    assert float(made.key["5.updated:w"].exact) == pytest.approx(0.4 + 0.2 * 2.1)
    assert "5.updated:x" not in made.key


def test_an_override_of_a_cell_that_is_not_asked_is_told() -> None:
    head, first, *_ = WHOLE.split("[[part]]")
    override = WHOLE[WHOLE.index("[[override]]") :].replace("1.value:t", "1.value:q")
    recipe = Recipe.read(f"{head}[[part]]{first}{override}")
    with pytest.raises(InputError, match=r"`1\.value:q`, which is not asked"):
        chainrule.sheet(recipe, student="Ada")


def test_students_get_different_points_of_the_list() -> None:
    recipe = Recipe.read(WHOLE)
    points = {chainrule.sheet(recipe, student=str(i)).tasks[0].point["x"] for i in range(12)}
    assert points == {"1.5", "3", "2/3"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "title"),
        ('title = "x"', 1, "[[part]]"),
        ('title = "x"\nseeds = 3', 2, "seed"),
        ('title = "x"\nseed = "3"', 2, "whole number"),
        ('title = "x"\nseed = -1', 2, "whole number"),
        ('title = "x"\nformats = ["docx"]', 2, "moodle"),
        ('title = "x"\n[[part]]\nkinds = ["adjoint"]', 3, "adjoints"),
        ('title = "x"\n[[part]]\nkinds = []\nlevel = 1', 3, "values"),
        ('title = "x"\n[[part]]\nkinds = ["values"]', 2, "Levels"),
        ('title = "x"\n[[part]]\nkinds = ["values"]\nlevel = 7', 4, "from 0 to 6"),
        ('title = "x"\n[[part]]\nkinds = ["values"]\nlevel = 1\nformula = "x"', 5, "either"),
        ('title = "x"\n[[part]]\nkinds = ["values"]\nformula = "x"\nat = {x = "a"}', 5, "number"),
        ('title = "x"\n[[part]]\nkinds = ["values"]\nformula = "x"\nat = 3', 5, "table"),
        ('title = "x"\n[[part]]\nkinds = ["values"]\nlevel = 1\ncount = 99', 5, "60"),
        ('title = "x"\n[[part]]\nkinds = ["values"]\nlevel = 1\n[marks]\nvalue = 3', 6, "values"),
        ('title = "x"\n[[part]]\nkinds = ["values"]\nlevel = 1\n[marks]\nvalues = 0', 6, "100"),
        (
            'title = "x"\n[[part]]\nkinds = ["values"]\nlevel = 1\n[[override]]\ncell = "t"',
            5,
            "answer",
        ),
        (
            'title = "x"\n[[part]]\nkinds = ["values"]\nlevel = 1\n'
            '[[override]]\ncell = "t"\nanswer = "1"\nreason = "r"',
            6,
            "2.adjoint:t",
        ),
        ('title = "x"\ntitle = "y"', 2, "TOML"),
        ("title = x", 1, "TOML"),
        ('title = "x"\npart = 3', 2, "[[part]]"),
        ("a" + ".a" * 20_000 + " = 1", 1, ""),
        ("x = " + "[" * 40_000, 1, ""),
        ("#" * 60_000, 1, "50,000"),
    ],
)
def test_every_fault_names_its_line_and_what_is_allowed(text: str, line: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        Recipe.read(text)
    assert caught.value.line == line
    assert words in str(caught.value)
    assert "Error" not in str(caught.value)


def test_a_second_part_is_the_one_that_is_pointed_at() -> None:
    text = 'title = "x"\n' + '[[part]]\nkinds = ["values"]\nlevel = 1\n' * 2 + "count = 0\n"
    with pytest.raises(InputError) as caught:
        Recipe.read(text)
    assert caught.value.line == 8


def test_a_formula_whose_mistakes_hide_is_set_only_with_a_reason() -> None:
    text = (
        'title = "x"\n[[part]]\nkinds = ["partials"]\nformula = "J = 3t; t = x^2"\nat = {x = "1"}\n'
    )
    # At 1, J = 3 and ∂J/∂t = 3: who copies the value has it right.
    with pytest.raises(InputError, match="value-for-derivative"):
        chainrule.sheet(Recipe.read(text))
    made = chainrule.sheet(Recipe.read(text + 'accept = "the lecture shows this point"\n'))
    assert made.key["1.partial:t,x"].exact.startswith("2")


OWN = """
title = "x"
[[part]]
kinds = ["values", "adjoints"]
formula = "J = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
at = {x = "1.5"}
[[mistake]]
name = "halved"
where = "partial"
rule = "partial/2"
sentence = "Only one half stands here."
hint = "Where is the other half?"
functions = ["sin"]
[[mistake]]
name = "shares-squared"
where = "sum"
rule = "first^2 + last^2"
sentence = "The shares were squared."
"""


def test_a_teachers_own_mistakes_are_named_in_a_class_too() -> None:
    recipe = Recipe.read(OWN)
    assert Recipe.read(recipe.text()) == recipe
    task = tasks_of(chainrule.sheet(recipe).to("json", key="inline").decode())[1]
    answers = {cell: answer.exact for cell, answer in task.answers.items()}
    # t = 2.25: cos 2.25 / 2 and, of 1, cos 2.25 and 3 squared and added.
    wrong = {"partial:u1,t": math.cos(2.25) / 2, "adjoint:t": math.cos(2.25) ** 2 + 9}
    for cell, name in (("partial:u1,t", "halved"), ("adjoint:t", "shares-squared")):
        given = answers | {cell: f"{wrong[cell]:.4g}"}
        found = {f.cell: f for f in checked_findings(task, check(task, given), given)}
        assert found[cell].names == (name,) and pickle.loads(pickle.dumps(found)) == found
    assert found["adjoint:t"].said == "The shares were squared."
    # At 3t the rule of sin is not asked.
    given = answers | {"partial:u2,t": "1.5"}
    assert check(task, given).reports[""].misconceptions["partial:u2,t"] == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("partial/2", "partial*bogus", "`bogus`"),
        ("partial/2", "2 +* 3", "cannot be read"),
        ('"sum"', '"nowhere"', "value, partial, sum, update"),
        ("shares-squared", "degrees", "known already"),
        ("shares-squared", "halved", "known already"),
        ('sentence = "The shares were squared."', "", "no sentence"),
        ('functions = ["sin"]', 'functions = ["sinus"]', "`sinus`"),
    ],
)
def test_a_faulty_mistake_is_refused_with_its_line(old: str, new: str, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        Recipe.read(OWN.replace(old, new))

"""Points: guessing earns next to nothing, honest work keeps nearly all, and errors cost."""

from __future__ import annotations

import random
from functools import cache

import pytest

import chainrule
from chainrule.exercises.checking import check, check_sheet, problem_of
from chainrule.exercises.fitness import worksheet
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.levels import LEVELS
from chainrule.exercises.points import apportioned
from chainrule.exercises.sheet import Task
from chainrule.readings.document import Paragraph

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
FILLED = {"0": 0.1, "-1": 0.1, "1": 0.35}
CASES = [(kind, level) for kind in KINDS for level in LEVELS if kind != "paths" or level > 2]


@cache
def task_of(kind: str, level: int, seed: int, student: str) -> Task:
    (task,) = chainrule.sheet(level, kinds=[kind], seed=seed, student=student).tasks
    return task


@pytest.mark.parametrize(("kind", "level"), CASES)
@pytest.mark.parametrize("student", ["filled", "w"])
def test_one_number_in_every_cell_earns_next_to_nothing(
    kind: str, level: int, student: str
) -> None:
    seed = level if student == "filled" else 12
    task = task_of(kind, level, seed, student)
    for number, most in FILLED.items():
        checked = check(task, dict.fromkeys(task.answers, number))
        assert checked.total <= most * task.points, number


def worked_on(task: Task, error: str, factor: float) -> dict[str, str]:
    """What somebody hands in who gets one number wrong and goes on rightly from it."""
    paper, own = worksheet(problem_of(task)), dict[str, float]()
    found = {cell: answer.exact for cell, answer in task.answers.items()}
    for id, cell in paper.cells.items():
        if id in task.answers and cell.kind != "formula":
            number = paper.follows(cell, own, {})
            if number is None:  # beyond a function's domain: this is where the work ends
                found[id] = ""
                continue
            own[id] = float(f"{number * (factor if id == error else 1):.5g}")
            found[id] = f"{own[id]:g}"
    return found


def carried_on(task: Task, error: str, factor: float) -> dict[str, str]:
    """The same in cells of a kind's own, and one wrong answer where no number is asked."""
    found, problem = worked_on(task, error, factor), problem_of(task)
    follow, answer = KINDS[task.kind].follow, task.answers[error]
    if answer.kind == "choice":
        found[error] = next(one for one in answer.options if one != answer.exact)
    elif answer.kind in ("formula", "graph"):
        found[error] = "17 + x" if answer.kind == "formula" else "x -> x"
    elif not error.startswith(("value", "partial", "share", "adjoint", "tangent")) or "@" in error:
        found[error] = f"{float(answer.exact) * factor + (answer.kind == 'whole'):g}"

    def own(cell: str) -> float:
        return float(found[cell]) if cell in task.answers else problem.value(cell)

    for cell, asked in task.answers.items() if follow else ():
        place = None if follow is None or cell == error else follow(problem, cell, own)
        number = getattr(place, "total", place)
        if number is not None:
            found[cell] = number if asked.kind == "choice" else repr(number)
    return found


@pytest.mark.parametrize(("kind", "level"), [case for case in CASES if case[0] != "find-mistake"])
def test_an_honest_sheet_with_one_error_keeps_four_fifths(kind: str, level: int) -> None:
    task = task_of(kind, level, level, "filled")
    draw = random.Random(f"{kind}{level}")
    for error in draw.sample([*task.answers], min(6, len(task.answers))):
        for factor in (1.3, -1.0):
            checked = check(task, carried_on(task, error, factor))
            verdicts = set(checked.cells.values())
            # Work that leads beyond a function's domain ends there.
            if "wrong" in verdicts and "missing" not in verdicts:
                assert 0.8 * task.points <= checked.total < task.points, (error, checked.cells)


def test_two_errors_cost_what_their_cells_are_worth() -> None:
    task = chainrule.sheet("f = u*v; v = sin(u); u = x^2", at={"x": "1.5"}, kinds=["values"]).tasks[
        0
    ]
    right = {cell: answer.exact for cell, answer in task.answers.items()}
    # u = 2.25, v = sin 2.25, f = u·v: of u = 3 follow sin 3 and 3 · sin 3.
    alone = {"value:u": "3", "value:v": "0.14112", "value:f": "0.42336"}
    assert check(task, alone).total == task.points - 0.5
    assert check(task, right | {"value:u": "3", "value:v": "0.5"}).total == task.points - 2
    assert check(task, right | {"value:u": "3", "value:v": ""}).total == task.points - 2


def test_an_error_without_points_costs_the_next_cell_that_has_some() -> None:
    made = chainrule.sheet(LECTURE, at={"x": "1.5"}, kinds=["values", "adjoints"])
    task = made.tasks[1]
    prices = {cell: answer.points for cell, answer in task.answers.items()}
    # u1 has one user, so its share is its adjoint; the formula of ∂u/∂u1 is the number 1.
    assert prices["share:u,u1"] == prices["formula:u,u1"] == 0
    assert prices["share:u1,t"] == prices["share:u2,t"] == 1
    right = {cell: answer.exact for cell, answer in task.answers.items()}
    # An adjoint plus a local partial where their product is meant, carried on.
    worked = worked_on(task, "share:u,u1", 2.0)
    checked = check(task, worked)
    assert checked.cells["adjoint:u1"] == "follows"
    assert checked.points["adjoint:u1"] == 0
    assert "share ∂u/∂u₁" in checked.remarks["adjoint:u1"]
    assert checked.total == task.points - prices["adjoint:u1"]
    assert check(task, right).total == task.points
    assert check(task, right | {"formula:u,u1": "u1"}).total == task.points - 1


def test_nothing_is_paid_for_what_a_zero_or_a_number_makes_trivial() -> None:
    task = chainrule.sheet(LECTURE, at={"x": "1.5"}, kinds=["adjoints"]).tasks[0]
    zeros = worked_on(task, "adjoint:u", 0.0)
    checked = check(task, zeros)
    later = ["adjoint:u1", "adjoint:u2", "share:u1,t", "adjoint:t", "adjoint:x"]
    assert {checked.cells[cell] for cell in later} == {"follows"}
    assert {checked.points[cell] for cell in later} == {0.0}
    assert "nothing was left" in checked.remarks["adjoint:t"]
    # A function replaced by a number: the number that follows is no work.
    flat = {cell: answer.exact for cell, answer in task.answers.items()}
    flat |= {"formula:u1,t": "0.4", "partial:u1,t": "0.4"}
    checked = check(task, flat)
    assert checked.cells["partial:u1,t"] == "follows" and checked.points["partial:u1,t"] == 0


def recipe(more: str) -> chainrule.Recipe:
    return chainrule.Recipe.read(
        f'title = "x"\n{more}\n[[part]]\nkinds = ["values", "adjoints"]\nformula = "{LECTURE}"\n'
        'at = {x = "1.5"}\n'
    )


@pytest.mark.parametrize(("carry", "part"), [("full", 1.0), ("half", 0.5), ("none", 0.0)])
def test_what_is_carried_on_is_worth_what_the_recipe_says(carry: str, part: float) -> None:
    made = chainrule.sheet(recipe(f'carry = "{carry}"'))
    task = made.tasks[0]
    answers = worked_on(task, "value:t", 1.2)
    checked = check(task, answers)
    assert list(checked.cells.values()) == ["wrong", *["follows"] * 4]
    assert checked.total == 4 * part


def test_points_are_whole_or_in_halves_and_come_to_the_same() -> None:
    whole = chainrule.sheet(recipe("[marks]\nadjoints = 10\n[weights]\nshare = 3"))
    halves = chainrule.sheet(recipe("halves = true\n[marks]\nadjoints = 10"))
    for made, unit in ((whole, 1), (halves, 0.5)):
        points = [answer.points for answer in made.tasks[1].answers.values()]
        assert sum(points) == 10 and all(p % unit == 0 for p in points)
    assert whole.key["2.share:u1,t"].points > halves.key["2.share:u1,t"].points
    read = recipe('carry = "half"\nhalves = true\n[weights]\nshare = 0.5')
    assert chainrule.Recipe.read(read.text()) == read
    # By hand: of 2 points over 1, 1, 2 the exact parts are 0.5, 0.5 and 1; of 3 by halves, in
    # halves, 1.5, 1.5 and 3.
    assert apportioned([1, 1, 2], 2, 1) == [0, 1, 1]
    assert apportioned([1, 1, 2], 3, 0.5) == [0.5, 1, 1.5]


def test_the_sheet_says_what_a_cell_is_worth() -> None:
    task = chainrule.sheet(4, kinds=["tangents"]).tasks[0]
    told = task.blocks[0]
    assert isinstance(told, Paragraph) and isinstance(told.prose[-1], str)
    assert "1 point for each local partial; 2 points for each tangent." in told.prose[-1]


def test_work_follows_from_errors_in_kinds_with_cells_of_their_own() -> None:
    made = chainrule.sheet(3, kinds=["paths"], student="own")
    task = made.tasks[0]
    answers = {cell: answer.exact for cell, answer in task.answers.items()}
    first, *_, total = answers
    right = float(answers[first])
    answers |= {first: repr(right + 1), total: repr(float(answers[total]) + 1)}
    checked = check(task, answers)
    assert checked.cells[first] == "wrong" and checked.cells[total] == "follows"
    assert checked.origins[total] == first and checked.total == task.points - 0.5
    made = chainrule.sheet(1, kinds=["descent"], student="own")
    answers = {name: answer.exact for name, answer in made.key.items()}
    gradient, step = "1.adjoint:w", "1.updated:w"
    rate = float(made.tasks[0].settings["rate"])
    answers[step] = repr(float(answers[step]) - rate * 2)
    answers[gradient] = repr(float(answers[gradient]) + 2)
    checked = check_sheet(made, answers)[1]
    assert checked.cells["adjoint:w"] == "wrong" and checked.cells["updated:w"] == "follows"
    made = chainrule.sheet(3, kinds=["saturation"], student="own")
    slope, decided = (
        next(c for c in made.key if "partial" in c),
        next(c for c in made.key if "saturated" in c),
    )
    other = {"yes": ("0.5", "no"), "no": ("0.01", "yes")}[made.key[decided].exact]
    answers = {name: answer.exact for name, answer in made.key.items()} | dict(
        zip((slope, decided), other, strict=True)
    )
    checked = check_sheet(made, answers)[1]
    assert checked.cells[decided[2:]] == "follows"
    made = chainrule.sheet(4, kinds=["count"], student="own")
    answers = {name: answer.exact for name, answer in made.key.items()}
    answers |= {n: "1" for n in answers if "forward" in n} | {"1.count:cheaper": "forward"}
    assert check_sheet(made, answers)[1].cells["count:cheaper"] in ("right", "follows")


@pytest.mark.parametrize(
    ("sign", "name"), [("old + rate*slope", "ascent"), ("old - slope", "incomplete-step")]
)
def test_a_step_uphill_or_without_the_rate_has_a_name(sign: str, name: str) -> None:
    task = chainrule.sheet(1, kinds=["descent"], student="own").tasks[0]
    answers = {cell: answer.exact for cell, answer in task.answers.items()}
    numbers = {
        "old": float(task.point["w"]),
        "rate": float(task.settings["rate"]),
        "slope": float(answers["adjoint:w"]),
    }
    wrong = numbers["old"] + (numbers["rate"] if "rate" in sign else -1) * numbers["slope"]
    checked = check(task, answers | {"updated:w": f"{wrong:.4g}"})
    assert checked.cells["updated:w"] == "wrong"
    assert checked.explained["updated:w"] == ((name,), "")


def test_a_wrong_sum_over_paths_has_a_name() -> None:
    task = chainrule.sheet(4, kinds=["paths"], student="own").tasks[0]
    answers = {cell: answer.exact for cell, answer in task.answers.items()}
    products = [float(words) for cell, words in answers.items() if cell.startswith("path")]
    (total,) = (cell for cell in answers if cell.startswith("adjoint"))
    for number, name in (
        (sum(products[1:]), "forgotten-path"),
        (sum(products) / len(products), "shares-averaged"),
    ):
        checked = check(task, answers | {total: f"{number:.4g}"})
        assert checked.explained[total] == ((name,), "")

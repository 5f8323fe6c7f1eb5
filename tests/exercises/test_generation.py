"""Sheets drawn at random: every number of the key is confirmed here by SymPy on the text."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy

import chainrule
from chainrule.errors import GraphError, InputError
from chainrule.exercises import making
from chainrule.exercises.checking import check
from chainrule.exercises.fitness import LARGEST_CONDITION, Conditions
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.levels import LEVELS
from chainrule.exercises.problem import Draft, Problem
from chainrule.exercises.sheet import Task
from chainrule.readings.grid import Grid

LINKED = {"paths": range(3, 7)}
CASES = [(kind, level) for kind in KINDS for level in LEVELS if level in LINKED.get(kind, LEVELS)]
FUNCTIONS = {
    "sin": sympy.sin,
    "cos": sympy.cos,
    "exp": sympy.exp,
    "ln": sympy.log,
    "sqrt": sympy.sqrt,
    "tanh": sympy.tanh,
    "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
}


class ByHand:
    """A task's program in SymPy, read by Python: the text is our own generator's."""

    def __init__(self, task: Task) -> None:
        self.point = {name: sympy.Rational(value) for name, value in task.point.items()}
        self.symbols = {name: sympy.Symbol(name) for name in self.point}
        self.sides: dict[str, Any] = {}
        for line in task.program.split(";"):
            name, side = (part.strip() for part in line.split("="))
            known = FUNCTIONS | {n: sympy.Symbol(n) for n in (*self.point, *self.sides)}
            self.sides[name] = eval(side.replace("^", "**"), {"__builtins__": {}}, known)
        self.task = task

    def whole(self, name: str, but: str = "") -> Any:
        """Return a name written out down to the inputs, or to one name that stays."""
        found = sympy.Symbol(name) if name not in self.sides else self.sides[name]
        for step in reversed(list(self.sides)):
            if step != but:
                found = found.subs(sympy.Symbol(step), self.sides[step])
        return found

    def number(self, formula: Any) -> float:
        for step in reversed(list(self.sides)):
            formula = formula.subs(sympy.Symbol(step), self.sides[step])
        return float(sympy.N(formula.subs(self.point), 20))

    def cell(self, cell: str) -> float:
        kind, _, rest = cell.partition(":")
        names, _, which = rest.partition("@")
        if kind == "value":
            return self.number(self.whole(names))
        if kind == "partial":
            user, operand = names.split(",")
            return self.number(sympy.diff(self.sides[user], sympy.Symbol(operand)))
        if kind == "share":
            user = names.split(",")[0]
            return self.cell(f"partial:{names}") * self.cell(f"adjoint:{user}")
        if kind == "tangent":
            moves = {which: "1"} if which else self.task.direction or {next(iter(self.point)): "1"}
            slopes = (
                sympy.Rational(rate) * sympy.diff(self.whole(names), sympy.Symbol(name))
                for name, rate in moves.items()
            )
            return self.number(sum(slopes))
        output = which or list(self.sides)[-1]
        if names == output:
            return 1.0
        return self.number(sympy.diff(self.whole(output, but=names), sympy.Symbol(names)))


@pytest.mark.parametrize(
    ("kind", "level"),
    [case for case in CASES if case[0] != "matrices"],  # by NumPy, in test_matrices
)
def test_keys_are_what_sympy_says(kind: str, level: int, seed: int = 1) -> None:
    made = chainrule.sheet(level, kinds=[kind], seed=seed, student=f"{kind}{level}")
    (task,) = made.tasks
    by_hand = ByHand(task)
    assert task.answers
    numbers = [
        answer
        for answer in task.answers.values()
        if answer.cell.split(":")[0] in ("value", "partial", "share", "adjoint", "tangent")
    ]
    # A sample: SymPy takes its time.
    for answer in random.Random(f"{kind}{level}{seed}").sample(numbers, min(2, len(numbers))):
        assert float(answer.exact) == pytest.approx(by_hand.cell(answer.cell), rel=1e-9)


def test_the_same_seed_and_student_give_the_same_bytes() -> None:
    one, again, other, later = (
        chainrule.sheet(4, seed=seed, student=student).to("json", key="inline")
        for seed, student in ((5, "Ada"), (5, "Ada"), (5, "Bob"), (6, "Ada"))
    )
    assert one == again
    assert len({one, other, later}) == 3


@pytest.mark.parametrize("level", LEVELS)
def test_numbers_can_be_worked_with_by_hand(level: int) -> None:
    for student in "ab":
        made = chainrule.sheet(level, kinds=["values", "partials", "adjoints"], student=student)
        task = made.tasks[0]
        problem = Problem(Draft(task.program, task.point, task.direction))
        conditions = Conditions(problem)
        for _task, cell, answer in made.cells():
            if answer.kind == "number":
                assert conditions[cell] <= LARGEST_CONDITION
                assert 0.005 <= abs(float(answer.exact)) <= 2000


def test_levels_have_the_fan_out_that_they_promise() -> None:
    for level, fan_out in ((1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 3)):
        for student in "ab":
            task = chainrule.sheet(level, student=student).tasks[0]
            graph = chainrule.parse(task.program).zoom("named")
            assert max(len(users) for users in graph.list.users) >= fan_out


def test_points_do_not_hide_mistakes_with_powers() -> None:
    for student in range(9):
        task = chainrule.sheet(1 + student % 6, student=str(student)).tasks[0]
        assert not {"0", "1", "2"} & set(task.point.values())


def test_the_condition_number_is_that_of_the_inputs_and_of_the_roundings() -> None:
    problem = Problem(Draft("J = t - 3; t = x^2", {"x": "1.75"}))
    # t = 3.0625, J = 0.0625: dJ/dx · x/J = 2·1.75·1.75/0.0625.
    assert Conditions(problem).error("value:J").inputs == pytest.approx(98.0)
    # The only rounding on the way is that of t: 3.0625/0.0625.
    assert Conditions(problem).error("value:J").rounding == pytest.approx(49.01, abs=0.02)


def test_a_formula_at_a_bad_point_is_refused_with_the_reason() -> None:
    with pytest.raises(InputError, match="value:J"):
        chainrule.sheet("J = t - 3; t = x^2", at={"x": "1.733"})


def test_kinds_and_levels_that_do_not_exist_are_named() -> None:
    with pytest.raises(GraphError, match="adjoints"):
        chainrule.sheet(3, kinds=["nothing"])
    with pytest.raises(GraphError, match="no level 9"):
        chainrule.sheet(9)


def test_two_kinds_with_programs_of_their_own_do_not_share_a_part() -> None:
    with pytest.raises(GraphError, match="parts of their own"):
        chainrule.sheet(3, kinds=["descent", "saturation"])


@pytest.mark.parametrize(
    "kinds",
    [
        ["adjoints", "values"],
        ["values", "partials", "adjoints"],
        ["values", "adjoints"],
        ["forward-table", "adjoints"],
        ["paths", "count", "tangents", "values"],
    ],
)
def test_no_task_prints_or_asks_again_what_another_asks(kinds: list[str]) -> None:
    made = chainrule.sheet(4, kinds=kinds, student="order")
    asked = [cell for task in made.tasks for cell in task.answers]
    assert len(asked) == len(set(asked))
    numbers = {a.term for _task, _cell, a in made.cells() if len(a.exact) > 8}
    printed = {
        slot.term
        for task in made.tasks
        for block in task.blocks
        if isinstance(block, Grid)
        for row in block.rows
        for slot in row.cells.values()
        if not slot.asked
    }
    assert not numbers & printed


def test_a_worked_table_is_not_set_beside_its_own_answers() -> None:
    with pytest.raises(GraphError, match="put it in one of its own"):
        chainrule.sheet(4, kinds=["adjoints", "find-mistake"])


@pytest.mark.soak
def test_ten_thousand_problems_over_all_kinds_and_levels() -> None:
    """Each was confirmed before release; here some of each are confirmed by SymPy as well."""
    for number in range(10_000):
        kind, level = CASES[number % len(CASES)]
        made = chainrule.sheet(level, kinds=[kind], seed=number, student="soak")
        (task,) = made.tasks
        assert task.answers
        assert not {"0", "1", "2"} & set(task.point.values())
        if number % 40 == 0 and kind != "matrices":
            by_hand = ByHand(task)
            for answer in task.answers.values():
                if answer.cell.split(":")[0] in ("value", "partial", "share", "adjoint", "tangent"):
                    expected = by_hand.cell(answer.cell)
                    assert float(answer.exact) == pytest.approx(expected, rel=1e-9)
        rounded = {
            cell: f"{float(a.exact):.4g}" if a.kind == "number" else a.exact
            for cell, a in task.answers.items()
        }
        assert set(check(task, rounded).cells.values()) == {"right"}


def test_most_drafts_are_confirmed_once_they_are_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gap in the second reading would not be seen in a key, only in what is refused."""
    refused: list[str] = []
    right = making._unconfirmed

    def watched(*given: Any) -> Any:
        reason = right(*given)
        refused.extend([] if reason is None else [reason.cell])
        return reason

    monkeypatch.setattr(making, "_unconfirmed", watched)
    for level in LEVELS:
        for kind in ("partials", "draw", "adjoints", "forward-table", "tangents"):
            chainrule.sheet(level, kinds=[kind], student="gap")
    assert refused == []

"""The local partial of every edge, as a formula and as a number."""

from __future__ import annotations

from chainrule.exercises.kinds.kind import Kind, Question, Setting, anything
from chainrule.exercises.kinds.slots import (
    formula_answer,
    given_table,
    heads,
    instructions,
    number_answer,
    partial_name,
)
from chainrule.exercises.sheet import ask, lay_out
from chainrule.readings.grid import Cell


def write(setting: Setting) -> Question:
    """Ask for every local partial; values are given unless an earlier task asks them."""
    problem = setting.problem
    rows: list[tuple[Cell | None, ...]] = []
    answers = []
    for edge in problem.edges:
        formula, number = problem.edge_cell("formula", edge), problem.edge_cell("partial", edge)
        rows.append((partial_name(problem, edge), ask(formula), ask(number)))
        answers += [formula_answer(problem, edge), number_answer(problem, number)]
    table = lay_out(heads("partial", "formula", "number"), tuple(rows), (0.8, 2.0, 1.2))
    return Question(
        (instructions("partials"), given_table(setting, "value"), table), tuple(answers)
    )


KIND = Kind("partials", "Local partials", "local partials as formulas and numbers", write, anything)

"""The Jacobian both ways: column by column in forward mode, row by row in reverse mode."""

from __future__ import annotations

import numpy as np

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.kinds.kind import Kind, Question, Setting, anything
from chainrule.exercises.kinds.slots import given_table, instructions, number_answer, worth
from chainrule.exercises.levels import ELEMENTARY, JOINS, MEETINGS, POINTS, Level, at_a_tame_point
from chainrule.exercises.problem import Draft, Problem
from chainrule.exercises.sheet import ask, give, lay_out
from chainrule.readings.grid import Cell
from chainrule.readings.prose import as_term, filled
from chainrule.readings.terms import Term, Word

FUNCTIONS = ("{a}^2", *ELEMENTARY[:5])


def draft(level: Level, rng: np.random.Generator) -> Draft:
    """Return a program of two inputs (three from level 5) and two outputs."""

    def pick(choices: tuple[str, ...]) -> str:
        return choices[int(rng.integers(len(choices)))]

    inputs = ["x", "y", "z"] if level.number > 4 else ["x", "y"]
    one, two = (FUNCTIONS[int(i)] for i in rng.permutation(len(FUNCTIONS))[:2])
    factor = pick(("2", "3", "4"))
    lines = [
        "t = " + pick(MEETINGS).format(a="x", b="y", k=factor),
        "u = " + one.format(a="t"),
        "v = " + two.format(a="t" if level.number < 4 else "y"),
        "f = " + pick(JOINS[:2]).format(a="u", b="v"),
        "g = " + pick(JOINS).format(a="t" if level.number < 3 else "u", b=inputs[-1]),
    ]
    return at_a_tame_point(lines, inputs, rng, POINTS)


def fits(problem: Problem) -> str:
    """Accept problems with at least two inputs and two outputs, six together."""
    many = len(problem.inputs), len(problem.outputs)
    if min(many) < 2 or sum(many) > 6:
        return "it needs two or more inputs and outputs, at most six together"
    return anything(problem)


def write(setting: Setting) -> Question:
    """Ask for the tangents along every input, and the adjoints from every output."""
    problem, view = setting.problem, setting.problem.worked.view
    names = {name: view.name(problem.node_of[name]) for name in (*problem.inputs, *problem.outputs)}

    def header(word: str, name: str) -> Term:
        return as_term(filled(WORDS[word], {"name": names[name]}))

    answers = []
    columns: list[tuple[Cell | None, ...]] = []
    for node in problem.steps:
        cells = [f"tangent:{view.labels[node]}@{name}" for name in problem.inputs]
        answers += [number_answer(problem, cell, 2 * (worth(problem, cell) // 2)) for cell in cells]
        columns.append((give(view.equation(node)), *(ask(cell) for cell in cells)))
    back: list[tuple[Cell | None, ...]] = []
    back_nodes = [n for n in reversed(view.shown) if view.labels[n] not in problem.outputs]
    for node in back_nodes:
        cells = [f"adjoint:{view.labels[node]}@{name}" for name in problem.outputs]
        answers += [number_answer(problem, cell, 2 * (worth(problem, cell) // 2)) for cell in cells]
        back.append((give(view.name(node)), *(ask(cell) for cell in cells)))
    node_head = Word(WORDS["node"])
    tables = (
        lay_out(
            (node_head, *(header("along", name) for name in problem.inputs)),
            tuple(columns),
            (1.6, *(1.2 for _ in problem.inputs)),
        ),
        lay_out(
            (node_head, *(header("back", name) for name in problem.outputs)),
            tuple(back),
            (1.0, *(1.4 for _ in problem.outputs)),
        ),
    )
    return Question(
        (instructions("jacobian"), given_table(setting, "partial"), *tables), tuple(answers)
    )


KIND = Kind(
    "jacobian", "The Jacobian both ways", "columns and rows of a Jacobian", write, fits, draft
)

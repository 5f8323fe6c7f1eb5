"""Find the mistake in a worked table: one common mistake, and what follows from it."""

from __future__ import annotations

from typing import Any

from chainrule.exercises.catalogue import INSTRUCTIONS, WORDS
from chainrule.exercises.fitness import GAP, worksheet
from chainrule.exercises.kinds.kind import Kind, Question, Setting, one_output
from chainrule.exercises.kinds.slots import (
    backward_edges,
    choice_answer,
    computed_answer,
    filled_table,
    given_number,
    given_table,
    instructions,
    partial_name,
)
from chainrule.exercises.problem import Problem
from chainrule.exercises.sheet import ask_in_line, give
from chainrule.readings.numbers import numeral
from chainrule.readings.terms import Coloured, Word

MISTAKE, CORRECTED = "mistake", "corrected"


def fits(problem: Problem) -> str:
    """Accept problems in which a mistake can be planted."""
    return one_output(problem) or ("" if _plants(problem) else "no mistake can be planted")


def _plants(problem: Problem) -> list[tuple[str, str, float]]:
    """Return cells with the mistakes that can be made there, and the wrong numbers.

    Local partials are given, so a mistake is one in a sum; it stands clear of the right number.
    """
    sheet = worksheet(problem)
    given = {cell: problem.value(cell) for cell in sheet.cells if cell.startswith("partial:")}
    found = []
    for cell, place in sheet.cells.items():
        # A mistake in the last row, or at the seed, is no puzzle.
        if not cell.startswith("adjoint:") or sheet.is_seed(place):
            continue
        right = problem.value(cell)
        for name, numbers in sheet.mistaken(place, given).items():
            clear = [n for n in numbers if abs(n - right) > 2 * GAP * max(abs(right), 0.05)]
            found += [(cell, name, wrong) for wrong in clear[:1]]
    return found


def write(setting: Setting) -> Question:
    """Plant one mistake in the adjoints and ask for it."""
    problem, rng = setting.problem, setting.rng
    plants = _plants(problem)
    # First the mistake, then the place, so that frequent ones do not crowd out the rare.
    names = sorted({name for _cell, name, _wrong in plants})
    name = names[int(rng.integers(len(names)))]
    places = [plant for plant in plants if plant[1] == name]
    cell, _name, wrong = places[int(rng.integers(len(places)))]
    sheet, known = worksheet(problem), dict[Any, float | None]()
    shown = {
        other: sheet.used(place, {cell: wrong}, known)
        for other, place in sheet.cells.items()
        if other.startswith("adjoint:")
    }
    seed, dash = (give(Word(WORDS[word]), "quiet") for word in ("seed", "none"))
    rows = []
    options = []
    for node, edges in backward_edges(problem):
        adjoint = f"adjoint:{problem.worked.labels[node]}"
        options.append(adjoint)
        number = shown.get(adjoint)
        steps = [given_number(problem, problem.edge_cell("partial", edge)) for edge in edges]
        rows.append(
            (
                give(problem.worked.view.name(node)),
                [partial_name(problem, edge) for edge in edges] or seed,
                steps or dash,
                give(Coloured("derivative", numeral(0.0 if number is None else number))),
            )
        )
    table = filled_table({"node": 0.8, "partial": 1.0, "number": 1.2, "adjoint": 1.2}, rows)
    fields = (
        ask_in_line((INSTRUCTIONS["first wrong"],), MISTAKE),
        ask_in_line((INSTRUCTIONS["corrected"],), CORRECTED),
    )
    answers = (
        choice_answer(MISTAKE, cell, options, 2.0),
        computed_answer(CORRECTED, problem.value(cell), "derivative"),
    )
    second: dict[str, Any] = {
        MISTAKE: _first_wrong(problem, shown),
        CORRECTED: problem.second(cell),
    }
    printed = frozenset(worksheet(problem).cells) - {f"value:{name}" for name in problem.inputs}
    told = frozenset(cell for cell in printed if not cell.startswith(("value:", "tangent:")))
    return Question(
        (instructions("find-mistake"), given_table(setting, "value"), table, *fields),
        answers,
        second,
        told,
    )


def _first_wrong(problem: Problem, shown: dict[str, float | None]) -> str:
    """Return the first shown adjoint that is not what the second reading says."""
    for node, _edges in backward_edges(problem):
        cell = f"adjoint:{problem.worked.labels[node]}"
        number = shown.get(cell)
        if number is not None and abs(number - problem.second(cell)) > 1e-6:
            return cell
    return ""


KIND = Kind(
    "find-mistake", "Find the mistake", "one planted mistake in a worked table", write, fits
)

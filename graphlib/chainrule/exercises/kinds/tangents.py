"""Forward mode in a direction: every tangent."""

from __future__ import annotations

from chainrule.exercises.kinds.kind import Kind, Question, Setting, anything
from chainrule.exercises.kinds.slots import (
    asked_rows,
    assignments,
    forward_edges,
    given_table,
    heads,
    instructions,
    number_answer,
    paid_partial,
    partial_name,
    spread,
    worth,
)
from chainrule.exercises.sheet import ask, give, lay_out
from chainrule.readings.grid import Cell


def write(setting: Setting) -> Question:
    """Ask for the tangents, and for local partials that no earlier task asks."""
    problem, view = setting.problem, setting.problem.worked.view
    known = all(problem.edge_cell("partial", e) in setting.asked for e in problem.edges)
    rows: list[tuple[Cell | None, ...]] = []
    answers = []
    for node, edges in forward_edges(problem):
        count = max(1, len(edges))
        tangent = f"tangent:{view.labels[node]}"
        names = spread(give(view.equation(node), rows=count), count)
        sums = asked_rows(tangent, count)
        for i, edge in enumerate(edges):
            cell = problem.edge_cell("partial", edge)
            middle = () if known else (ask(cell),)
            rows.append((names[i], partial_name(problem, edge), *middle, sums[i]))
            if not known:
                answers.append(number_answer(problem, cell, paid_partial(problem, edges)))
        answers.append(number_answer(problem, tangent, worth(problem, tangent)))
    columns = ("node", "partial", "tangent") if known else ("node", "partial", "number", "tangent")
    widths = (1.5, 0.8, 1.6) if known else (1.5, 0.8, 1.4, 1.6)
    words = instructions("tangents", {"direction": assignments(problem.direction, dotted=True)})
    return Question(
        (words, given_table(setting, "value"), lay_out(heads(*columns), tuple(rows), widths)),
        tuple(answers),
    )


KIND = Kind(
    "tangents", "Forward mode in a direction", "tangents along a direction", write, anything
)

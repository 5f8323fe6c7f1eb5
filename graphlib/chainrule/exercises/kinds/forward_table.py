"""The lecture's forward table: values, local partials and tangents along the first input."""

from __future__ import annotations

from chainrule.exercises.kinds.kind import Kind, Question, Setting, anything
from chainrule.exercises.kinds.slots import (
    asked_rows,
    assignments,
    forward_edges,
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
    """Ask for the table, without what earlier tasks ask."""
    problem, view, asked = setting.problem, setting.problem.worked.view, setting.asked
    answers = []
    rows: list[tuple[Cell | None, ...]] = []
    for node, edges in forward_edges(problem):
        count = max(1, len(edges))
        label = view.labels[node]
        names = spread(give(view.equation(node), rows=count), count)
        value, tangent = f"value:{label}", f"tangent:{label}"
        fresh = value not in asked
        values = asked_rows(value, count) if fresh else spread(give(None, rows=count), count)
        if fresh:
            answers.append(number_answer(problem, value))
        tangents = asked_rows(tangent, count)
        for i, edge in enumerate(edges):
            cell = problem.edge_cell("partial", edge)
            again = cell in asked
            slot: Cell | None = give(None) if again else ask(cell)
            if not again:
                answers.append(number_answer(problem, cell, paid_partial(problem, edges)))
            rows.append((names[i], values[i], partial_name(problem, edge), slot, tangents[i]))
        answers.append(number_answer(problem, tangent, worth(problem, tangent)))
    table = lay_out(
        heads("node", "value", "partial", "number", "tangent"),
        tuple(rows),
        (1.7, 1.2, 0.9, 1.2, 1.2),
    )
    direction = assignments(problem.direction, dotted=True)
    return Question(
        (instructions("forward-table", {"direction": direction}), table), tuple(answers)
    )


KIND = Kind(
    "forward-table", "Forward table", "values, local partials and tangents", write, anything
)

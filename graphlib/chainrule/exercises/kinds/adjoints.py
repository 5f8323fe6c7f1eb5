"""Reverse mode: shares along the edges, and adjoints as their sums."""

from __future__ import annotations

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.kinds.kind import Kind, Question, Setting, one_output
from chainrule.exercises.kinds.slots import (
    asked_rows,
    backward_edges,
    formula_answer,
    given_table,
    heads,
    instructions,
    name_of,
    number_answer,
    partial_name,
    spread,
    worth,
)
from chainrule.exercises.sheet import ask, give, lay_out
from chainrule.readings.grid import Cell
from chainrule.readings.terms import Word

DASH = give(Word(WORDS["none"]), "quiet")


def write(setting: Setting) -> Question:
    """Ask for the backward table; local partials only where no earlier task asks them."""
    problem, view = setting.problem, setting.problem.worked.view
    known = all(problem.edge_cell("partial", e) in setting.asked for e in problem.edges)
    rows: list[tuple[Cell | None, ...]] = []
    answers = []
    for node, edges in backward_edges(problem):
        adjoint = f"adjoint:{view.labels[node]}"
        count = max(1, len(edges))
        names = spread(name_of(problem, node, count), count)
        sums = asked_rows(adjoint, count)
        if not edges:
            seed = give(Word(WORDS["seed"]), "quiet")
            dashes = (DASH,) if known else (DASH, DASH, DASH)
            rows.append((names[0], seed, *dashes, sums[0]))
        for i, edge in enumerate(edges):
            formula, number, share = (
                problem.edge_cell(kind, edge) for kind in ("formula", "partial", "share")
            )
            middle = () if known else (ask(formula), ask(number))
            rows.append((names[i], partial_name(problem, edge), *middle, ask(share), sums[i]))
            # What stands in two cells is paid once: the share of a lone user is the adjoint
            # itself, and where the user's adjoint is 1, the local partial.
            lone = len(edges) == 1
            last = problem.value(f"adjoint:{view.labels[edge.user]}") == 1
            if not known:
                paid = float(not (lone and last))
                answers += [formula_answer(problem, edge), number_answer(problem, number, paid)]
            answers.append(number_answer(problem, share, float(not lone and (known or not last))))
        answers.append(number_answer(problem, adjoint, worth(problem, adjoint)))
    if known:
        table = lay_out(
            heads("node", "partial", "share", "adjoint"), tuple(rows), (0.6, 0.8, 1.6, 1.6)
        )
    else:
        table = lay_out(
            heads("node", "partial", "formula", "number", "share", "adjoint"),
            tuple(rows),
            (0.6, 0.75, 1.35, 1.0, 1.0, 1.0),
        )
    words = instructions(
        "adjoints" if known else "adjoints_more", {"output": view.name(view.run.output)}
    )
    return Question((words, given_table(setting, "value"), table), tuple(answers))


KIND = Kind(
    "adjoints", "Reverse: local partials and adjoints", "shares and adjoints", write, one_output
)

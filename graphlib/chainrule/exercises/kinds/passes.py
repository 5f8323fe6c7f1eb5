"""The tables of the passes: values, local partials, tangents, and adjoints with their shares."""

from __future__ import annotations

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.kinds.kind import Kind, Question, Setting, anything, one_output
from chainrule.exercises.kinds.slots import (
    Column,
    across,
    assignments,
    backward_edges,
    filled_table,
    formula_answer,
    forward_edges,
    given_table,
    instructions,
    number_answer,
    paid_partial,
    partial_name,
    worth,
)
from chainrule.exercises.sheet import ask, give
from chainrule.readings.terms import Word


def values(setting: Setting) -> Question:
    """Ask for every value."""
    problem, view = setting.problem, setting.problem.worked.view
    cells = [f"value:{view.labels[node]}" for node in problem.steps]
    pairs = [(view.name(node), ask(cell)) for node, cell in zip(problem.steps, cells, strict=True)]
    answers = tuple(number_answer(problem, cell) for cell in cells)
    return Question((instructions("values"), *across(pairs, "value")), answers)


def partials(setting: Setting) -> Question:
    """Ask for every local partial; values are given unless an earlier task asks them."""
    problem = setting.problem
    rows, answers = [], []
    for edge in problem.edges:
        formula, number = problem.edge_cell("formula", edge), problem.edge_cell("partial", edge)
        rows.append((partial_name(problem, edge), ask(formula), ask(number)))
        answers += [formula_answer(problem, edge), number_answer(problem, number)]
    table = filled_table({"partial": 0.8, "formula": 2.0, "number": 1.2}, rows)
    return Question(
        (instructions("partials"), given_table(setting, "value"), table), tuple(answers)
    )


def forward_table(setting: Setting) -> Question:
    """Ask for the lecture's forward table, without what earlier tasks ask."""
    widths = {"node": 1.7, "value": 1.2, "partial": 0.9, "number": 1.2, "tangent": 1.2}
    return _forward("forward-table", setting, widths, setting.asked)


def tangents(setting: Setting) -> Question:
    """Ask for the tangents, and for local partials that no earlier task asks."""
    widths = {"node": 1.5, "partial": 0.8, "number": 1.4, "tangent": 1.6}
    known = _are_partials_asked(setting)
    if known:
        del widths["number"]
    return _forward("tangents", setting, widths, setting.asked if known else frozenset())


def _forward(
    name: str, setting: Setting, widths: dict[str, float], asked: frozenset[str]
) -> Question:
    """Ask for a table of forward mode with these columns; what is asked already is left blank."""
    problem, view = setting.problem, setting.problem.worked.view
    rows, answers = [], []
    for node, edges in forward_edges(problem):
        value, tangent = (f"{kind}:{view.labels[node]}" for kind in ("value", "tangent"))
        steps = [problem.edge_cell("partial", edge) for edge in edges]
        if "value" in widths and value not in asked:
            answers.append(number_answer(problem, value))
        paid = paid_partial(problem, edges)
        answers += [number_answer(problem, cell, paid) for cell in steps if cell not in asked]
        answers.append(number_answer(problem, tangent, worth(problem, tangent)))
        columns: dict[str, Column] = {
            "node": give(view.equation(node)),
            "value": give(None) if value in asked else ask(value),
            "partial": [partial_name(problem, edge) for edge in edges],
            "number": [give(None) if cell in asked else ask(cell) for cell in steps],
            "tangent": ask(tangent),
        }
        rows.append(tuple(columns[head] for head in widths))
    words = instructions(name, {"direction": assignments(problem.direction, dotted=True)})
    given = (given_table(setting, "value"),) if "value" not in widths else ()
    return Question((words, *given, filled_table(widths, rows)), tuple(answers))


def _are_partials_asked(setting: Setting) -> bool:
    """Whether earlier tasks ask all local partials."""
    problem = setting.problem
    return all(problem.edge_cell("partial", edge) in setting.asked for edge in problem.edges)


def adjoints(setting: Setting) -> Question:
    """Ask for the backward table; local partials only where no earlier task asks them."""
    problem, view = setting.problem, setting.problem.worked.view
    known = _are_partials_asked(setting)
    seed, dash = (give(Word(WORDS[word]), "quiet") for word in ("seed", "none"))
    widths = {"node": 0.6, "partial": 0.8, "share": 1.6, "adjoint": 1.6}
    if not known:
        widths = {"node": 0.6, "partial": 0.75, "formula": 1.35, "number": 1.0}
        widths |= {"share": 1.0, "adjoint": 1.0}
    rows, answers = [], []
    for node, edges in backward_edges(problem):
        adjoint = f"adjoint:{view.labels[node]}"
        ids = {
            "formula": [problem.edge_cell("formula", edge) for edge in edges],
            "number": [problem.edge_cell("partial", edge) for edge in edges],
            "share": [problem.edge_cell("share", edge) for edge in edges],
        }
        for edge, number, share in zip(edges, ids["number"], ids["share"], strict=True):
            # What stands in two cells is paid once: the share of a lone user is the adjoint
            # itself, and where the user's adjoint is 1, the local partial.
            lone = len(edges) == 1
            last = problem.value(f"adjoint:{view.labels[edge.user]}") == 1
            if not known:
                paid = float(not (lone and last))
                answers += [formula_answer(problem, edge), number_answer(problem, number, paid)]
            answers.append(number_answer(problem, share, float(not lone and (known or not last))))
        answers.append(number_answer(problem, adjoint, worth(problem, adjoint)))
        columns: dict[str, Column] = {
            "node": give(view.name(node)),
            "partial": [partial_name(problem, edge) for edge in edges] or seed,
            **{head: [ask(cell) for cell in cells] or dash for head, cells in ids.items()},
            "adjoint": ask(adjoint),
        }
        rows.append(tuple(columns[head] for head in widths))
    words = instructions(
        "adjoints" if known else "adjoints_more", {"output": view.name(view.run.output)}
    )
    return Question(
        (words, given_table(setting, "value"), filled_table(widths, rows)), tuple(answers)
    )


VALUES = Kind("values", "Forward: values", "the value of every step", values, anything)
FORWARD_TABLE = Kind(
    "forward-table", "Forward table", "values, local partials and tangents", forward_table, anything
)
PARTIALS = Kind(
    "partials", "Local partials", "local partials as formulas and numbers", partials, anything
)
ADJOINTS = Kind(
    "adjoints", "Reverse: local partials and adjoints", "shares and adjoints", adjoints, one_output
)
TANGENTS = Kind(
    "tangents", "Forward mode in a direction", "tangents along a direction", tangents, anything
)

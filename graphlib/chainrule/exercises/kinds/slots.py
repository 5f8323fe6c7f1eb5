"""Answers and tables to be filled in that several kinds share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from chainrule.exercises.answers import number
from chainrule.exercises.catalogue import INSTRUCTIONS, WORDS
from chainrule.exercises.kinds.kind import Later, Setting
from chainrule.exercises.problem import ENTRY, Problem
from chainrule.exercises.sheet import Answer, give, lay_out
from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.walks import Share
from chainrule.readings.document import Formulas, Paragraph
from chainrule.readings.grid import Cell, Grid
from chainrule.readings.numbers import full_digits, numeral
from chainrule.readings.prose import Prose, filled
from chainrule.readings.terms import (
    EQUALS,
    Coloured,
    Fenced,
    Numeral,
    Role,
    Row,
    Sign,
    Symbol,
    Term,
    Word,
    row,
    text,
)
from chainrule.readings.terms import Fraction as FractionTerm

TOLERANCE = 0.01
"""Of a number: what a condition number of 50 makes of four digits. Named mistakes are further."""

LAST_PLACE = 5e-5
ROLES: Mapping[str, Role] = {
    "value": "value",
    "partial": "partial",
    "formula": "partial",
    "share": "derivative",
    "adjoint": "derivative",
    "tangent": "derivative",
}
MOST_COLUMNS = 7


def heads(*words: str) -> tuple[Term, ...]:
    """Return headers of the catalogue."""
    return tuple(Word(WORDS[word]) for word in words)


def instructions(kind: str, gaps: Mapping[str, Term | str | Prose] | None = None) -> Paragraph:
    """Return the paragraph that says what to do."""
    return Paragraph(filled(INSTRUCTIONS[kind], gaps or {}))


def typed(value: str) -> Term:
    """Return a typed number as it was typed; a vector or matrix in square brackets."""
    if "[" in value:
        return _nested(json.loads(ENTRY.sub(lambda entry: json.dumps(entry[0]), value)))
    above, _, below = value.replace("−", "-").partition("/")
    return FractionTerm(Numeral(above), Numeral(below)) if below else Numeral(above)


def _nested(value: Any) -> Term:
    if isinstance(value, str):
        return typed(value)
    comma = Sign(",", tight=True), Word("\u2009", r"\,")
    terms = [term for entry in value for term in (*comma, _nested(entry))]
    return Fenced(Row(tuple(terms[len(comma) :])), "[", "]")


def assignments(values: Mapping[str, str], dotted: bool = False) -> Row:
    """Return "x = 1.5, y = 0.4"; `dotted` names are tangents."""
    terms: list[Term] = []
    for name, value in values.items():
        shown = Symbol(f"{name}_dot") if dotted else Symbol(name)
        terms += [Sign(",", tight=True), Word("\u2002", r"\enspace ")] if terms else []
        terms += [shown, EQUALS, typed(value)]
    return Row(tuple(terms))


def tolerance_of(number: float) -> float:
    """Return how far an answer may be away."""
    return TOLERANCE * abs(number) + LAST_PLACE


def number_answer(problem: Problem, cell: str, points: float = 1.0) -> Answer:
    """Return the answer of a cell of the passes."""
    shown = problem.number(cell).shown
    role = ROLES[cell.partition(":")[0]]
    term = Coloured(role, numeral(shown, problem.worked.view.notation.format))
    return Answer(cell, "number", term, full_digits(shown), tolerance_of(float(shown)), points)


def computed_answer(cell: str, number: float, role: Role) -> Answer:
    """Return the answer of a cell of a kind's own."""
    term = Coloured(role, numeral(number))
    return Answer(cell, "number", term, repr(number), tolerance_of(number))


def whole_answer(cell: str, number: int) -> Answer:
    """Return the answer of a cell that holds a count."""
    return Answer(cell, "whole", Numeral(str(number)), str(number))


def choice_answer(cell: str, right: str, options: Sequence[str], points: float = 1.0) -> Answer:
    """Return the answer of a cell in which one of several words is chosen."""
    return Answer(cell, "choice", Word(right), right, 0.0, points, tuple(options))


def paid_partial(problem: Problem, edges: Sequence[Edge]) -> float:
    """Return the points of the local partials of a node in forward mode.

    None where the tangent repeats the only one, since that of the operand is 1.
    """
    flowing = [problem.value(f"tangent:{problem.worked.labels[e.operand]}") for e in edges]
    return 0.0 if flowing == [1.0] else 1.0


def worth(problem: Problem, cell: str) -> float:
    """Return the points of a tangent or adjoint.

    Two for a sum of products; one where there is nothing to compute, since the pass begins there
    or the only factor is 1 or −1; none for a 0 that stands where there is no way at all.
    """
    kind, _, rest = cell.partition(":")
    name, _, which = rest.partition("@")
    back, label = kind == "adjoint", problem.worked.labels
    if back and name == (which or problem.outputs[0]):
        return 1.0
    node, factors = problem.node_of[name], []
    for edge in problem.edges:
        if (edge.operand if back else edge.user) == node:
            other = label[edge.user if back else edge.operand]
            if other == which or problem.value(f"{kind}:{other}" + (f"@{which}" if which else "")):
                factors.append(problem.value(problem.edge_cell("partial", edge)))
    return 0.0 if not factors else 1.0 if factors in ([1.0], [-1.0]) else 2.0


def formula_answer(problem: Problem, edge: Edge) -> Answer:
    """Return the answer of a cell that asks for a local partial as a formula.

    Where the formula is a number, the cell beside it asks the same, and is paid.
    """
    term = problem.worked.view.partial_formula(edge)
    shown, written = Coloured("partial", term), readable(term)
    points = 0.0 if number(written) else 1.0
    return Answer(problem.edge_cell("formula", edge), "formula", shown, written, 0.0, points)


def readable(term: Term) -> str:
    """Return a formula as it may be typed."""
    return text(term).replace("\u2009", " ")


def given_number(problem: Problem, cell: str) -> Cell:
    """Return a number that is printed."""
    answer = number_answer(problem, cell)
    return give(answer.term, ROLES[cell.partition(":")[0]])


def slashed(problem: Problem, edge: Edge) -> Term:
    """Return ∂user/∂operand on one line, as rows ask for it."""
    view = problem.worked.view
    d, slash = Sign("∂", tight=True), Sign("/", tight=True)
    return row(d, view.name(edge.user), slash, d, view.name(edge.operand))


def partial_name(problem: Problem, edge: Edge) -> Cell:
    """Return ∂user/∂operand as the head of a row."""
    return give(slashed(problem, edge))


def opening(problem: Problem, *, whole: bool) -> Formulas:
    """Return what stands above the tasks: the formula, or its steps, and the point."""
    view, given = problem.worked.view, problem.draft.point
    at, *more = (assignments(given),)
    if problem.graph is not problem.whole:
        # Each in a formula of its own, for they are long.
        at, *more = (assignments({name: value}) for name, value in given.items())
        above = problem.whole.work(problem.draft.point).view
        graph = above.graph
        terms = tuple(above.equation(n) for n in above.shown if graph.ops[n] is not INPUT)
    elif whole:
        terms = (view.reading(view.graph.outputs[0]),)
    else:
        terms = tuple(map(view.equation, problem.steps))
    return Formulas((*terms, Row((Word(WORDS["at"] + " "), *at.terms)), *more))


def across(heads: Sequence[tuple[Term, Cell | None]], title: str) -> tuple[Grid, ...]:
    """Return tables of one row with a name over each slot, as many as the page asks for.

    Columns of one width: the last table is filled up with empty ones.
    """
    count = -(-len(heads) // MOST_COLUMNS)
    wide = -(-len(heads) // max(1, count))
    first = Word(WORDS["node"]) if title == "value" else Word("")
    tables = []
    for begin in range(0, len(heads), max(1, wide)):
        piece = [*heads[begin : begin + wide]]
        piece += [(Word(""), give(None))] * (wide - len(piece))
        headers = (first, *(term for term, _slot in piece))
        slots = (give(Word(WORDS[title])), *(slot for _term, slot in piece))
        tables.append(lay_out(headers, (slots,), (1.3, *(1.0 for _ in piece))))
    return tuple(tables)


Column = Cell | Sequence[Cell]
"""A column of a block of rows: a cell for each row, or one that reaches over all."""


def filled_table(widths: Mapping[str, float], blocks: Iterable[Sequence[Column]]) -> Grid:
    """Return a table to be written on, by blocks of rows.

    Parameters
    ----------
    widths
        The relative width of each column, by its header's word in the catalogue.
    blocks
        For each block its columns.
    """
    rows: list[tuple[Cell | None, ...]] = []
    for block in blocks:
        lists = [column for column in block if not isinstance(column, Cell)]
        high = max(map(len, lists), default=1)
        for i in range(high):
            rows.append(
                tuple(
                    column[i]
                    if not isinstance(column, Cell)
                    else replace(column, rows=high)
                    if i == 0
                    else None
                    for column in block
                )
            )
    return lay_out(heads(*widths), rows, tuple(widths.values()))


def given_table(setting: Setting, kind: str) -> Later:
    """Give the values or local partials that a task builds on, unless another task asks them."""
    problem, view = setting.problem, setting.problem.worked.view

    def tables() -> tuple[Grid, ...]:
        if kind == "value":
            cells = [(view.name(node), f"value:{view.labels[node]}") for node in problem.steps]
        else:
            cells = [(slashed(problem, e), problem.edge_cell("partial", e)) for e in problem.edges]
        if setting.hidden.issuperset(cell for _term, cell in cells):
            return ()
        return across([(term, given_number(problem, cell)) for term, cell in cells], kind)

    return tables


def backward_edges(problem: Problem) -> list[tuple[int, list[Edge]]]:
    """Return the nodes in the order of reverse mode, each with the edges to its users."""
    view = problem.worked.view
    run = view.run
    arrivals: dict[int, list[Edge]] = {node: [] for node in view.shown}
    for _double, step in run.steps:
        if isinstance(step, Share):
            arrivals[step.operand].append(Edge(step.node, step.slot, step.operand))
    order = view.graph.reverse_order([run.output])
    return [(node, arrivals[node]) for node in order if node in arrivals]


def forward_edges(problem: Problem) -> list[tuple[int, list[Edge]]]:
    """Return the computed nodes with the edges to their operands, in the order of values."""
    grouped = {user: list(edges) for user, edges in groupby(problem.edges, key=lambda e: e.user)}
    return [(node, grouped.get(node, [])) for node in problem.steps]

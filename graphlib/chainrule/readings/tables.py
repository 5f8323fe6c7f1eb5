"""The table of a run: rows are edges grouped by node, as lectures print them.

Backward: a node's rows are its users, whose shares add up to its adjoint. Forward: a node's
rows are its operands, whose contributions add up to its tangent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from chainrule.graph.collector import collector_held
from chainrule.graph.wengert import Edge
from chainrule.passes.run import Number
from chainrule.passes.steps import Push, Share
from chainrule.readings.catalogue import EXPORTED, WORDS
from chainrule.readings.cells import about, at_kink, caption, number_cell, sides
from chainrule.readings.grid import EMPTY, Cell, Grid, GridRow, Header, Tabular, words
from chainrule.readings.terms import EQUALS, Sign, Term, Word, row
from chainrule.readings.view import View

COLUMNS = ("node", "partial", "value", "number", "derivative")
NUMERIC = frozenset(("value", "number", "derivative"))


@dataclass(frozen=True, slots=True)
class Sum:
    """A cell of the derivative column.

    Parameters
    ----------
    amount
        What this row brings: a share, a contribution or the seed; None where nothing comes.
    total
        The adjoint or tangent so far.
    first, last
        Whether this is the first, and the last row of its node.
    """

    amount: Number | None
    total: Number
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row.

    Parameters
    ----------
    node, edge
        What the row is about; no edge for a seed, an input or a constant.
    equation
        "t = x²", in the first row of a node.
    partial
        "∂u₁/∂t = cos t", "seed", or "–".
    value
        The node's value, in its first row.
    number
        The value of the local partial.
    derivative
        The running sum; None where no derivative reaches the node.
    ids
        Cell ids by column.
    """

    node: int
    edge: Edge | None
    first: bool
    equation: Term
    partial: Term
    value: Number
    number: Number | None
    derivative: Sum | None
    ids: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table(Tabular):
    """A table: its headers and rows, and the view from which they were read."""

    view: View
    headers: dict[str, Term]
    rows: tuple[TableRow, ...]

    def grid(self) -> Grid:
        """Return the table laid out; a node's name and value span its rows."""
        view = self.view
        heads = [Header(c, self.headers[c], c in NUMERIC, EXPORTED.get(c, "")) for c in COLUMNS]
        heads.insert(-1, Header("share", Word(EXPORTED["share"]), True, data=True))
        return Grid(
            "backward" if view.reverse else "forward",
            caption(view),
            tuple(heads),
            tuple(_laid_out(view, self.rows)),
            view.digits_note,
            about(view),
            sides(view),
        )


def table(view: View) -> Table:
    """Return the backward table of a reverse run, the forward table of a forward run."""
    headers: dict[str, Term] = {
        "node": Word(WORDS["node"]),
        "partial": Word(WORDS["partial"]),
        "value": Word(WORDS["value"]),
        "number": Word(WORDS["number"]),
        "derivative": view.derivative_header(),
    }
    with collector_held():
        return Table(view, headers, tuple(_rows(view)))


def running(view: View) -> dict[tuple[int, int], Number]:
    """Return for each edge the adjoint or tangent once its part has been added."""
    totals: dict[tuple[int, int], Number] = {}
    for double, fine in view.run.steps:
        if isinstance(fine, Share | Push):
            totals[fine.node, fine.slot] = view.run.shown(double[-1], fine[-1])
    return totals


def _rows(view: View) -> Iterator[TableRow]:
    graph, run = view.graph, view.run
    totals = running(view)
    if view.reverse:
        distance = graph.distances([run.output])
        order = [n for n in graph.reverse_order([run.output]) if n in view.labels]
        order += [n for n in view.shown if distance[n] < 0]
    else:
        order = list(view.shown)
    arrivals: dict[int, list[Edge]] = {}
    for _double, step in run.steps:
        if isinstance(step, Share | Push):
            goal = step.operand if view.reverse else step.node
            arrivals.setdefault(goal, []).append(Edge(step.node, step.slot, step.operand))
    for node in order:
        value = run.value(node)
        equation = view.equation(node)
        edges = arrivals.get(node, [])
        seeded = node in run.seeds
        reached = seeded or bool(edges) or (graph.varies[node] and not edges)
        ids = {"value": view.value_id(node), "derivative": view.derivative_id(node)}
        if seeded or not edges:
            amount = run.derivative(node) if not edges else None
            if seeded and edges:
                seed = run.seeds[node]
                amount = run.shown(float(seed), run.fine.algebra.number(seed))
            so_far = amount or run.derivative(node)
            total = Sum(amount, so_far, True, not edges) if reached else None
            label = WORDS["seed"] if seeded else WORDS["none"]
            yield TableRow(node, None, True, equation, Word(label), value, None, total, ids)
        for count, edge in enumerate(edges):
            first = count == 0 and not seeded
            partial = row(view.partial_name(edge), EQUALS, view.partial_formula(edge))
            key = edge.user, edge.slot
            amount = run.flowing(*key)
            derivative = Sum(amount, totals[key], first, count == len(edges) - 1)
            edge_ids = ids | {
                "partial": view.edge_id("formula", edge),
                "number": view.edge_id("partial", edge),
                "share": view.edge_id("share", edge),
            }
            yield TableRow(
                node, edge, first, equation, partial, value, run.partial(*key), derivative, edge_ids
            )


# The layout


def _laid_out(view: View, rows: tuple[TableRow, ...]) -> Iterator[GridRow]:
    labels = view.labels
    for node, group in groupby(rows, key=lambda row: row.node):
        lines = list(group)
        for count, line in enumerate(lines):
            cells = _cells(view, line)
            if count == 0:
                value = number_cell(view, line.ids["value"], line.value, "value", rows=len(lines))
                cells = {"node": Cell(line.equation, rows=len(lines)), "value": value, **cells}
            ends = None
            if line.edge is not None:
                ends = labels[line.edge.user], labels[line.edge.operand]
            yield GridRow(cells, labels[node], ends, count == 0, count == len(lines) - 1)


def _cells(view: View, line: TableRow) -> dict[str, Cell]:
    """Return the cells of one edge."""
    edge = line.edge
    if edge is None:
        cells = {"partial": Cell(line.partial, role="quiet")}
    else:
        cells = {"partial": Cell(line.partial, line.ids["partial"], "partial")}
    if line.number is None or edge is None:
        cells["number"] = EMPTY
    else:
        cell = number_cell(view, line.ids["number"], line.number, "partial")
        cells["number"] = at_kink(view, cell, edge.user)
    if line.derivative is None:
        cells["derivative"] = words(WORDS["none"], "quiet", line.ids["derivative"])
        return cells
    cells["derivative"] = _running(view, line, line.derivative)
    if line.derivative.amount is not None and "share" in line.ids:
        amount = line.derivative.amount
        cells["share"] = number_cell(view, line.ids["share"], amount, "derivative")
    return cells


def _running(view: View, line: TableRow, total: Sum) -> Cell:
    """Return the cell of a running sum."""
    lead: Term | None = None
    if not total.first and total.amount is not None:
        lead = row(Sign("+"), view.factor(total.amount, "derivative"), EQUALS)
    return number_cell(
        view,
        line.ids["derivative"] if total.last else "",
        total.total,
        "derivative",
        lead=lead,
        final=total.last and not total.first,
        share=line.ids.get("share", ""),
    )

"""The table of a run: rows are edges grouped by node, as lectures print them.

Backward: a node's rows are its users, whose shares add up to its adjoint. Forward: a node's
rows are its operands, whose contributions add up to its tangent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from chainrule.algebras.real import lifted
from chainrule.graph.collector import collector_held
from chainrule.graph.wengert import Edge
from chainrule.passes.run import Number, merged
from chainrule.passes.steps import Push, Share
from chainrule.readings.catalogue import EXPORTED, WORDS
from chainrule.readings.cells import about, at_kink, caption, number_cell, one_sided
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
    others
        The running sums along further directions.
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
    others: tuple[Sum | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Table(Tabular):
    """A table: its headers and rows, and the view from which they were read.

    Parameters
    ----------
    others
        Views of runs along further directions, each with a column of its own.
    """

    view: View
    headers: dict[str, Term]
    rows: tuple[TableRow, ...]
    others: tuple[View, ...] = ()

    def grid(self) -> Grid:
        """Return the table laid out; a node's name and value span its rows."""
        view = self.view
        heads = [Header(c, self.headers[c], c in NUMERIC, EXPORTED.get(c, "")) for c in COLUMNS]
        del heads[-1]
        for one in (view, *self.others):
            along = _along(one) if self.others else ""
            share = EXPORTED["share"] + along
            heads.append(Header(f"share{along}", Word(share), True, data=True))
            word = EXPORTED["derivative"] + along
            heads.append(Header(f"derivative{along}", one.derivative_header(), True, word))
        return Grid(
            "backward" if view.reverse else "forward",
            caption(view, others=self.others),
            tuple(heads),
            tuple(_laid_out(self)),
            view.digits_note,
            about(view, others=self.others),
            one_sided(view),
        )


def table(view: View, others: Sequence[View] = ()) -> Table:
    """Return the backward table of a reverse run, the forward table of a forward run.

    Parameters
    ----------
    others
        Forward runs of the same graph at the same point along further directions.
    """
    headers = {column: view.header(column) for column in COLUMNS[:-1]}
    headers["derivative"] = view.derivative_header()
    with collector_held():
        return Table(view, headers, tuple(_rows(view, others)), tuple(others))


def running(view: View) -> dict[tuple[int, int], Number]:
    """Return for each edge the adjoint or tangent once its part has been added."""
    totals: dict[tuple[int, int], Number] = {}
    for double, fine in view.run.steps:
        if isinstance(fine, Share | Push):
            totals[fine.node, fine.slot] = view.run.shown(double[-1], fine[-1])
    return totals


Sums = dict[Edge | None, Sum]


def _rows(view: View, others: Sequence[View]) -> Iterator[TableRow]:
    graph, run = view.graph, view.run
    if view.reverse:
        distance = graph.distances([run.output])
        order = [n for n in graph.reverse_order([run.output]) if n in view.labels]
        order += [n for n in view.shown if distance[n] < 0]
    else:
        order = list(view.shown)
    flows = [_Flow(one) for one in (view, *others)]
    for node in order:
        sums = [flow.sums(node) for flow in flows]
        edges = [edge for edge in sums[0] if edge is not None]
        if others:
            arriving = set().union(*sums)
            edges = [edge for edge in graph.edges_into(node) if edge in arriving]
        seeded = any(node in flow.view.run.seeds for flow in flows)
        keys: list[Edge | None] = [None] if seeded or not edges else []
        ids = {"value": view.value_id(node), "derivative": view.derivative_id(node)}
        for edge in (*keys, *edges):
            first = edge is None or (not keys and edge == edges[0])
            # A direction that does not reach the node has its 0 in the first row.
            found = [s.get(edge, s.get(None) if first else None) for s in sums]
            more: dict[str, str] = {}
            if edge is None:
                partial: Term = Word(WORDS["seed" if seeded else "none"])
                number = None
            else:
                partial = row(view.partial_name(edge), EQUALS, view.partial_formula(edge))
                number = run.partial(edge.user, edge.slot)
                more = {
                    "partial": view.edge_id("formula", edge),
                    "number": view.edge_id("partial", edge),
                    "share": view.edge_id("share", edge),
                }
            yield TableRow(
                node,
                edge,
                first,
                view.equation(node),
                partial,
                run.value(node),
                number,
                found[0],
                ids | more,
                tuple(found[1:]),
            )


class _Flow:
    """How derivatives arrive at the nodes of a run."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.totals = running(view)
        self.arrivals: dict[int, list[Edge]] = {}
        for _double, step in view.run.steps:
            if isinstance(step, Share | Push):
                goal = step.operand if view.reverse else step.node
                self.arrivals.setdefault(goal, []).append(Edge(step.node, step.slot, step.operand))

    def sums(self, node: int) -> Sums:
        """Return the running sum of a node after each edge; under None what it begins with."""
        run, edges = self.view.run, self.arrivals.get(node, [])
        seeded = node in run.seeds
        found: Sums = {}
        if seeded or (not edges and self.view.graph.varies[node]):
            amount = run.derivative(node)
            if edges:
                seed = run.seeds[node]
                amount = merged(float(seed), lifted(seed))
            found[None] = Sum(amount, amount, True, not edges)
        for count, edge in enumerate(edges):
            key = edge.user, edge.slot
            first, last = count == 0 and not seeded, count == len(edges) - 1
            found[edge] = Sum(run.flowing(*key), self.totals[key], first, last)
        return found


# The layout


def _along(view: View) -> str:
    """Return " by x" for the columns of one of several directions."""
    return f" {WORDS['by']} {view.seed_label}"


def _laid_out(table: Table) -> Iterator[GridRow]:
    view, labels = table.view, table.view.labels
    for node, group in groupby(table.rows, key=lambda row: row.node):
        lines = list(group)
        for count, line in enumerate(lines):
            cells = _cells(view, line)
            if count == 0:
                value = number_cell(
                    view,
                    line.ids["value"],
                    line.value,
                    "value",
                    rows=len(lines),
                    exact=view.exact("value", node),
                )
                cells = {"node": Cell(line.equation, rows=len(lines)), "value": value, **cells}
            if not table.others:
                cells |= _derivative(view, line, line.derivative, "", "", alone=True)
            else:
                sums = zip((view, *table.others), (line.derivative, *line.others), strict=True)
                for one, total in sums:
                    mark = f",{one.seed_label}"
                    cells |= _derivative(one, line, total, mark, _along(one), alone=False)
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
        return cells | {"number": EMPTY}
    exact = view.exact("partial", (edge.user, edge.slot))
    cell = number_cell(view, line.ids["number"], line.number, "partial", exact=exact)
    return cells | {"number": at_kink(view, cell, edge.user)}


def _derivative(
    view: View, line: TableRow, total: Sum | None, mark: str, along: str, *, alone: bool
) -> dict[str, Cell]:
    """Return the running sum of a row, and the share that it brings as a cell of its own."""
    id = line.ids["derivative"] + mark
    if total is None:
        nothing = alone or not view.graph.varies[line.node]
        cell = words(WORDS["none"], "quiet", id) if nothing and line.first else EMPTY
        return {f"derivative{along}": cell}
    share = line.ids["share"] + mark if "share" in line.ids else ""
    lead: Term | None = None
    if not total.first and total.amount is not None:
        lead = row(Sign("+"), view.factor(total.amount, "derivative"), EQUALS)
    cell = number_cell(
        view,
        id if total.last else "",
        total.total,
        "derivative",
        lead=lead,
        final=total.last and not total.first,
        share=share,
        exact=view.exact("derivative", line.node) if total.last else None,
    )
    cells = {f"derivative{along}": cell}
    if total.amount is not None and share:
        edge = line.edge
        exact = None if edge is None else view.exact("flowing", (edge.user, edge.slot))
        cells[f"share{along}"] = number_cell(view, share, total.amount, "derivative", exact=exact)
    return cells

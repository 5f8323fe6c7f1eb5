"""The table of a run: rows are edges grouped by node, as lectures print them.

Backward: a node's rows are its users, whose shares add up to its adjoint. Forward: a node's
rows are its operands, whose contributions add up to its tangent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.graph.collector import collector_held
from chainrule.graph.wengert import Edge
from chainrule.passes.run import Number
from chainrule.passes.steps import Push, Share
from chainrule.readings.catalogue import WORDS
from chainrule.readings.terms import EQUALS, Term, Word, row
from chainrule.readings.view import View

NOTEBOOK_ROWS = 500
COLUMNS = ("node", "partial", "value", "number", "derivative")


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
class Table:
    """A table: its headers and rows, and the view from which they were read."""

    view: View
    headers: dict[str, Term]
    rows: tuple[TableRow, ...]

    def to(self, format: str, *, document: bool = False) -> str:
        """Return the table in a format of `chainrule.readings.render.RENDERERS`.

        Parameters
        ----------
        document
            Whether a whole page or document is returned rather than a piece to paste.

        Raises
        ------
        ValueError
            If there is no such format; says which there are.
        """
        from chainrule.readings.render import RENDERERS

        if format not in RENDERERS:
            raise ValueError(f"no format {format!r}; formats are: {', '.join(RENDERERS)}")
        return RENDERERS[format].table(self, document)

    def html(self, *, document: bool = False, prefix: str = "", style: bool = True) -> str:
        """Return the table as HTML with MathML and its style; `prefix` goes before every id."""
        from chainrule.readings.render.html import table_html

        return table_html(self, document, prefix=prefix, style=style)

    def latex(self, *, document: bool = False) -> str:
        """Return the table as LaTeX, which needs amsmath and booktabs."""
        return self.to("latex", document=document)

    def json(self) -> str:
        """Return the table as JSON: every cell with its id and all digits."""
        return self.to("json")

    def markdown(self) -> str:
        """Return the table as Markdown."""
        return self.to("markdown")

    def csv(self) -> str:
        """Return the table as CSV with all digits."""
        return self.to("csv")

    def text(self) -> str:
        """Return the table as plain text."""
        return self.to("text")

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from chainrule.readings.render.html import table_html

        return table_html(self, most=NOTEBOOK_ROWS)


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

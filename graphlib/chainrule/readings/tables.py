"""The tables of a run: one with edges grouped by node, as lectures print them, and its proof.

Backward: a node's rows are its users, whose shares add up to its adjoint. Forward: a node's
rows are its operands, whose contributions add up to its tangent. The proof has a row for every
cell: the ball in which its number lies, and what doubles give.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chainrule.algebras.real import lifted
from chainrule.graph.collector import collector_held
from chainrule.graph.wengert import Edge
from chainrule.passes.run import Number, merged
from chainrule.passes.walks import Push, Share
from chainrule.readings.catalogue import EXPORTED, MARKS, WORDS
from chainrule.readings.cells import about, at_kink, caption, number_cell, one_sided
from chainrule.readings.grid import EMPTY, Cell, Grid, GridRow, Header, listing, words
from chainrule.readings.numbers import full_digits
from chainrule.readings.terms import EQUALS, Role, Sign, Term, Word, row
from chainrule.readings.view import View

COLUMNS = {"node": False, "partial": False, "value": True, "number": True}
"""The columns before those of the derivative, and whether they hold numbers."""

Columns = Mapping[str, Cell]


class Running(NamedTuple):
    """What a row adds, the sum from there on, and whether it is a node's first and last row."""

    amount: Number | None
    total: Number
    first: bool
    last: bool


def table(view: View, others: Sequence[View] = ()) -> Grid:
    """Return the backward table of a reverse run, the forward table of a forward run.

    A node's name and value span its rows.

    Parameters
    ----------
    others
        Forward runs of the same graph at the same point along further directions, each with a
        column of its own.
    """
    with collector_held():
        flows = [_Flow(one, alone=not others) for one in (view, *others)]
        heads = [Header(c, view.header(c), n, EXPORTED.get(c, "")) for c, n in COLUMNS.items()]
        return Grid(
            "backward" if view.reverse else "forward",
            caption(view, others=others),
            (*heads, *(header for flow in flows for header in flow.headers)),
            tuple(row for node in _order(view) for row in _rows(node, view, flows)),
            view.digits_note,
            about(view, others=others),
            one_sided(view),
        )


def _order(view: View) -> Sequence[int]:
    """Return the nodes in the order in which derivatives reach them, the others at the end."""
    if not view.reverse:
        return view.shown
    graph, output = view.graph, view.run.output
    distance = graph.distances([output])
    reached = [n for n in graph.reverse_order([output]) if n in view.labels]
    return reached + [n for n in view.shown if distance[n] < 0]


def _rows(node: int, view: View, flows: Sequence[_Flow]) -> Iterator[GridRow]:
    arriving = [flow.arriving(node) for flow in flows]
    edges = [edge for edge in arriving[0] if edge is not None]
    if len(flows) > 1:
        edges = [e for e in view.graph.edges_into(node) if any(e in found for found in arriving)]
    seeded = any(node in flow.view.run.seeds for flow in flows)
    keys: list[Edge | None] = [None, *edges] if seeded or not edges else [*edges]
    exact = view.exact("value", node)
    cells: dict[str, Cell] = {
        "node": Cell(view.equation(node), rows=len(keys)),
        "value": number_cell(
            view,
            view.value_id(node),
            view.run.value(node),
            "value",
            rows=len(keys),
            exact=exact,
        ),
    }
    for count, edge in enumerate(keys):
        first, ends = count == 0, None
        if edge is None:
            start = words(WORDS["seed" if seeded else "none"], "quiet")
            cells |= {"partial": start, "number": EMPTY}
        else:
            ends = view.labels[edge.user], view.labels[edge.operand]
            cells |= _partial(view, edge)
        for flow, found in zip(flows, arriving, strict=True):
            # A direction that does not reach the node has its 0 in the first row.
            sum = found.get(edge, found.get(None) if first else None)
            cells |= flow.nothing(node, first=first) if sum is None else flow.cells(node, edge, sum)
        yield GridRow(cells, view.labels[node], ends, first, count == len(keys) - 1)
        cells = {}


def _partial(view: View, edge: Edge) -> Columns:
    """Return the local partial of an edge, as a formula and as a number."""
    formula = row(view.partial_name(edge), EQUALS, view.partial_formula(edge))
    number = view.run.partial(edge.user, edge.slot)
    cell = EMPTY
    if number is not None:
        exact = view.exact("partial", (edge.user, edge.slot))
        cell = number_cell(view, view.edge_id("partial", edge), number, "partial", exact=exact)
        cell = at_kink(view, cell, edge.user)
    return {"partial": Cell(formula, view.edge_id("formula", edge), "partial"), "number": cell}


class _Flow:
    """How the derivatives of one run arrive at its nodes, in columns of their own.

    Parameters
    ----------
    alone
        Whether no other run stands beside it.
    """

    def __init__(self, view: View, *, alone: bool) -> None:
        self.view, self.alone = view, alone
        self.along = "" if alone else f" {WORDS['by']} {view.seed_label}"
        self.mark = "" if alone else f",{view.seed_label}"
        self.arrivals: dict[int, list[tuple[Edge, Number]]] = {}
        """Edges by which something comes to a node, and its sum from there on."""
        for double, step in view.run.steps:
            if isinstance(step, Share | Push):
                goal = step.operand if view.reverse else step.node
                edge = Edge(step.node, step.slot, step.operand)
                total = view.run.total(double, step)
                self.arrivals.setdefault(goal, []).append((edge, total))

    @property
    def headers(self) -> tuple[Header, Header]:
        """The share of a row, which only programs see, and the running sum."""
        share, derivative = (EXPORTED[key] + self.along for key in ("share", "derivative"))
        name = self.view.derivative_header()
        return (
            Header(f"share{self.along}", Word(share), True, data=True),
            Header(f"derivative{self.along}", name, True, derivative),
        )

    def arriving(self, node: int) -> dict[Edge | None, Running]:
        """Return a node's running sum by edge; under None what it begins with."""
        run, arrivals = self.view.run, self.arrivals.get(node, [])
        seeded = node in run.seeds
        found: dict[Edge | None, Running] = {}
        if seeded or (not arrivals and self.view.graph.varies[node]):
            amount = run.derivative(node)
            if arrivals:
                seed = run.seeds[node]
                amount = merged(float(seed), lifted(seed))
            found[None] = Running(amount, amount, True, not arrivals)
        for count, (edge, total) in enumerate(arrivals):
            first, last = count == 0 and not seeded, count == len(arrivals) - 1
            found[edge] = Running(run.flowing(edge.user, edge.slot), total, first, last)
        return found

    def cells(self, node: int, edge: Edge | None, sum: Running) -> Columns:
        """Return the running sum of a row, and the share that it brings as a cell of its own."""
        view, (amount, total, first, last) = self.view, sum
        lead: Term | None = None
        if not first and amount is not None:
            lead = row(Sign("+"), view.factor(amount, "derivative"), EQUALS)
        share = "" if edge is None else view.edge_id("share", edge) + self.mark
        cell = number_cell(
            view,
            self.id(node) if last else "",
            total,
            "derivative",
            lead=lead,
            final=last and not first,
            share=share,
            exact=view.exact("derivative", node) if last else None,
        )
        cells = {f"derivative{self.along}": cell}
        if edge is not None and amount is not None:
            exact = view.exact("flowing", (edge.user, edge.slot))
            brought = number_cell(view, share, amount, "derivative", exact=exact)
            cells[f"share{self.along}"] = brought
        return cells

    def id(self, node: int) -> str:
        """Return the id of a node's sum."""
        return self.view.derivative_id(node) + self.mark

    def nothing(self, node: int, *, first: bool) -> Columns:
        """Return the cell of a row to which this run brings nothing."""
        said = first and (self.alone or not self.view.graph.varies[node])
        cell = words(WORDS["none"], "quiet", self.id(node)) if said else EMPTY
        return {f"derivative{self.along}": cell}


# The exponent of a power of powers may have a thousand digits.
_LONG_EXPONENT = re.compile(r"(e[+-]?[0-9]{12})[0-9]{10,}([0-9]{6})")
PROVEN = {key: f"proof_{key}" for key in ("kind", "cell", "number", "enclosure", "double", "state")}
"""The columns of the proof, and the keys of their headings."""


def enclosures(view: View) -> Grid:
    """Return values, local partials and derivatives of a run with what is proven of each."""
    rows = (_proven_row(view, *entry) for entry in _cells(view))
    numbers = ("number", "double")
    return listing("enclosures", PROVEN, rows, numbers=numbers, note=view.digits_note)


def _cells(view: View) -> Iterator[tuple[str, Term, Number, Role]]:
    run = view.run
    for node in view.shown:
        yield view.value_id(node), view.name(node), run.value(node), "value"
    for edge in view.edges:
        number = run.partial(edge.user, edge.slot)
        if number is not None:
            yield view.edge_id("partial", edge), view.partial_name(edge), number, "partial"
    for node in view.shown:
        if view.graph.varies[node]:
            name, number = view.derivative_name(node), run.derivative(node)
            yield view.derivative_id(node), name, number, "derivative"


def _proven_row(
    view: View, id: str, name: Term, number: Number, role: Role
) -> tuple[str, tuple[Cell, ...]]:
    double = number.double
    none = not isinstance(double, float | int)
    proven = number.state == "proven"
    shortened = _LONG_EXPONENT.sub(r"\1…\2", number.enclosure)
    state = WORDS["proven_cell"] if proven else MARKS.get(number.state, number.state)
    return id, (
        words(WORDS[id.partition(":")[0]], role),
        Cell(name),
        number_cell(view, id, number, role),
        words(shortened or WORDS["none"], "quiet"),
        words(WORDS["none"] if none else full_digits(double), "quiet"),
        words(state, None if proven else "warning"),
    )

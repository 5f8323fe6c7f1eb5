"""Both modes side by side: the evaluation trace, and dual numbers.

The trace is the table of Griewank and Walther (Evaluating Derivatives, tables 1.2 and 3.5): one row
a node, with its value, its tangent and its adjoint. A dual number u + u̇ε with ε² = 0 carries value
and tangent at once; computing with such numbers is forward mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.run import Number
from chainrule.readings.catalogue import WORDS
from chainrule.readings.cells import about, caption, number_cell, one_sided
from chainrule.readings.formulas import WRITTEN, Formula, atom, compose
from chainrule.readings.grid import EMPTY, Cell, Grid, GridRow, Header, grouped, words
from chainrule.readings.numbers import full_digits
from chainrule.readings.terms import (
    ELLIPSIS,
    EQUALS,
    Coloured,
    Fenced,
    Numeral,
    Sign,
    Term,
    Word,
    row,
)
from chainrule.readings.view import View

LONGEST_SUM = 4
Parts = Sequence[tuple[Edge, int]]
EPSILON, THIN = Word("ε", r"\varepsilon"), Word("\u2009", r"\,")


def trace(back: View, ahead: Sequence[View]) -> Grid:
    """Return the evaluation trace: a row a node, in the order of computing.

    Parameters
    ----------
    back
        The run in reverse mode.
    ahead
        Runs in forward mode of the same graph at the same point, one for each direction.
    """
    several = len(ahead) > 1
    heads = [Header("node", Word(WORDS["node"])), Header("value", Word(WORDS["value"]), True)]
    for view in (*ahead, back):
        name, formula = (
            _column(view),
            WORDS["adjoint_formula" if view.reverse else "tangent_formula"],
        )
        word = f"{formula} {view.seed_label}" if several and not view.reverse else ""
        heads.append(Header(f"{name} formula", Word(formula), word=word))
        heads.append(Header(name, view.derivative_header(), True, word=name))
    rows = []
    for node in back.shown:
        value = number_cell(back, back.value_id(node), back.run.value(node), "value")
        cells = {"node": Cell(back.equation(node)), "value": value}
        for view in (*ahead, back):
            name = _column(view)
            along = f",{view.seed_label}" if several and not view.reverse else ""
            cells[f"{name} formula"] = Cell(_formula(view, node), role="partial")
            cells[name] = words(WORDS["none"], "quiet")
            if view.graph.varies[node] or (view.reverse and node in view.run.seeds):
                id, number = view.derivative_id(node) + along, view.run.derivative(node)
                cells[name] = number_cell(view, id, number, "derivative")
        rows.append(GridRow(cells, back.labels[node]))
    seeds = {name: seed for view in ahead for name, seed in about(view)["seeds"].items()}
    return Grid(
        "trace",
        caption(back, "trace"),
        tuple(heads),
        grouped(rows),
        back.digits_note,
        about(back) | {"seeds": seeds},
        one_sided(back),
    )


def _column(view: View) -> str:
    return (
        WORDS["adjoint"] if view.reverse else f"{WORDS['tangent']} {WORDS['by']} {view.seed_label}"
    )


def _formula(view: View, node: int) -> Term | None:
    """Return what a derivative is made of, in the notation of the view; None where nothing comes.

    It is ∂u/∂x = ∂u/∂t · ∂t/∂x + … or ∂J/∂t = ∂J/∂u · ∂u/∂t + ….
    """
    parts, name = _arriving(view, node), view.derivative_name(node)
    if not parts:
        if node not in view.run.seeds:
            return None
        return row(name, EQUALS, view.numeral(view.run.derivative(node), "derivative"))
    return row(name, EQUALS, _sum(view, parts).term)


def _arriving(view: View, node: int) -> Parts:
    """Return the edges by which a derivative comes to a node, and from where."""
    run, graph = view.run, view.graph
    edges = graph.users[node] if view.reverse else graph.edges_into(node)
    ends = ((edge, edge.user if view.reverse else edge.operand) for edge in edges)
    found = run.double
    return [(e, end) for e, end in ends if end in found.derivatives and e[:2] in found.local]


def _sum(view: View, parts: Parts) -> Formula:
    """Return the sum of local partials times derivatives, cut where it grows long."""
    shown = [_product(view, edge, view.derivative_name(end)) for edge, end in parts[:LONGEST_SUM]]
    return reduce(WRITTEN["add"], shown + [atom(ELLIPSIS)] * (len(parts) > LONGEST_SUM))


def _product(view: View, edge: Edge, derivative: Term) -> Formula:
    partial = view.partial_factor(edge)
    if partial is None:  # a linear map: ∂u/∂W applied to what comes
        if view.reverse:
            return atom(view.partial_formula(edge))
        return atom(row(view.partial_name(edge), Fenced(derivative, "[", "]")))
    if partial.term == Numeral("1"):
        return atom(derivative)
    return WRITTEN["mul"](partial, atom(derivative))


def duals(view: View) -> Grid:
    """Return forward mode as computing with dual numbers: of each node rule and dual number."""
    heads = (
        Header("node", Word(WORDS["node"])),
        Header("rule", Word(WORDS["dual_rule"])),
        Header("dual", Word(WORDS["dual"]), True),
        Header("value", Word(WORDS["value"]), True, data=True),
        Header("tangent", Word(WORDS["tangent"]), True, data=True),
    )
    return Grid(
        "duals",
        caption(view, "duals"),
        heads,
        grouped([GridRow(_dual_cells(view, node), view.labels[node]) for node in view.shown]),
        WORDS["dual_note"],
        about(view),
        one_sided(view),
    )


def _dual_cells(view: View, node: int) -> dict[str, Cell]:
    value, tangent = view.run.value(node), view.run.derivative(node)
    moves = view.graph.varies[node]
    first = number_cell(view, view.value_id(node), value, "value")
    second = number_cell(view, view.derivative_id(node), tangent, "derivative")
    marked = first if first.mark or not moves else second
    shown: Term = view.numeral(value, "value")
    digits = full_digits(value.shown)
    if moves:
        shown = row(shown, *_plus(view, tangent), THIN, EPSILON)
        digits += f" + {full_digits(tangent.shown)} ε"
    dual = Cell(shown, digits=digits, mark=marked.mark, why=marked.why)
    cells = {"node": Cell(view.name(node)), "rule": Cell(_rule(view, node)), "dual": dual}
    return cells | {"value": first, "tangent": second if moves else EMPTY}


def _rule(view: View, node: int) -> Term | None:
    """Return u = sin(t + ṫ ε) = sin t + (cos t) ṫ ε."""
    graph = view.graph
    if graph.ops[node] is INPUT:
        return _dual(view, node)
    if not graph.varies[node]:
        return view.formula(node)

    def names(inner: int) -> Term | None:
        if inner not in view.labels:
            return None
        return _dual(view, inner) if graph.varies[inner] else view.name(inner)

    with_duals = view.spelled(compose(graph, node, names).term)
    parts = _arriving(view, node)
    if not parts:
        return with_duals
    moved = WRITTEN["mul"](_sum(view, parts), atom(EPSILON)).term
    return row(with_duals, EQUALS, view.formula(node), Sign("+"), moved)


def _dual(view: View, node: int) -> Term:
    """Return (t + ṫ ε)."""
    inner = row(view.name(node), Sign("+"), view.derivative_name(node), THIN, EPSILON)
    return Fenced(inner)


def _plus(view: View, tangent: Number) -> tuple[Term, Term]:
    """Return sign and size of a tangent, as they stand behind a value."""
    shown = view.numeral(tangent, "derivative")
    inner = shown.inner if isinstance(shown, Coloured) else shown
    if isinstance(inner, Numeral) and inner.digits.startswith("-"):
        return Sign("−"), Coloured("derivative", replace(inner, digits=inner.digits[1:]))
    return Sign("+"), shown

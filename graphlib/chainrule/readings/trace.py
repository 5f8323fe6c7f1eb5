"""Both modes side by side: the evaluation trace, and dual numbers.

The trace is the table of Griewank and Walther (Evaluating Derivatives, tables 1.2 and 3.5): one row
a node, with its value, its tangent and its adjoint. A dual number u + u̇ε with ε² = 0 carries value
and tangent at once; computing with such numbers is forward mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.run import Number
from chainrule.readings.catalogue import WORDS
from chainrule.readings.cells import about, caption, number_cell, one_sided
from chainrule.readings.formulas import WRITTEN, Formula, atom, compose
from chainrule.readings.grid import EMPTY, Cell, Grid, GridRow, Header, Tabular, grouped, words
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


@dataclass(frozen=True, slots=True)
class Trace(Tabular):
    """An evaluation trace.

    Parameters
    ----------
    back
        The run in reverse mode.
    ahead
        Runs in forward mode of the same graph at the same point, one for each direction.
    """

    back: View
    ahead: tuple[View, ...]

    def grid(self) -> Grid:
        """Return the trace laid out: a row a node, in the order of computing."""
        back = self.back
        heads = [Header("node", Word(WORDS["node"])), Header("value", Word(WORDS["value"]), True)]
        for view in self.ahead:
            name = _column(view)
            formula = WORDS["tangent_formula"]
            word = f"{formula} {view.seed_label}" if len(self.ahead) > 1 else ""
            heads.append(Header(f"{name} formula", Word(formula), word=word))
            heads.append(Header(name, view.derivative_header(), True, word=name))
        heads.append(Header("adjoint formula", Word(WORDS["adjoint_formula"])))
        heads.append(Header("adjoint", back.derivative_header(), True, word=WORDS["adjoint"]))
        rows = [GridRow(self._cells(node), back.labels[node]) for node in back.shown]
        asked = about(back) | {
            "seeds": {k: v for view in self.ahead for k, v in about(view)["seeds"].items()}
        }
        return Grid(
            "trace",
            caption(back, "trace"),
            tuple(heads),
            grouped(rows),
            back.digits_note,
            asked,
            one_sided(back),
        )

    def _cells(self, node: int) -> dict[str, Cell]:
        back = self.back
        cells = {
            "node": Cell(back.equation(node)),
            "value": number_cell(back, back.value_id(node), back.run.value(node), "value"),
        }
        several, nothing = len(self.ahead) > 1, words(WORDS["none"], "quiet")
        for view in self.ahead:
            name = _column(view)
            cells[f"{name} formula"] = Cell(tangent_formula(view, node), role="partial")
            id = view.derivative_id(node) + (f",{view.seed_label}" if several else "")
            number = view.run.derivative(node)
            varies = view.graph.varies[node]
            cells[name] = number_cell(view, id, number, "derivative") if varies else nothing
        cells["adjoint formula"] = Cell(adjoint_formula(back, node), role="partial")
        number = back.run.derivative(node)
        id = back.derivative_id(node)
        varies = back.graph.varies[node] or node in back.run.seeds
        cells["adjoint"] = number_cell(back, id, number, "derivative") if varies else nothing
        return cells


def _column(view: View) -> str:
    return f"{WORDS['tangent']} {WORDS['by']} {view.seed_label}"


def tangent_formula(view: View, node: int) -> Term | None:
    """Return ∂u/∂x = ∂u/∂t · ∂t/∂x + …, in the notation of the view; None where nothing moves."""
    return _equation(view, node, _moving(view, node))


def adjoint_formula(view: View, node: int) -> Term | None:
    """Return ∂J/∂t = ∂J/∂u · ∂u/∂t + …, in the notation of the view; None where none arrives."""
    run = view.run
    parts = [
        (edge, edge.user)
        for edge in view.graph.users[node]
        if edge.user in run.double.derivatives and edge[:2] in run.double.local
    ]
    return _equation(view, node, parts)


def _moving(view: View, node: int) -> Parts:
    """Return the edges by which a tangent comes to a node, and from where."""
    run = view.run
    return [
        (edge, edge.operand)
        for edge in view.graph.edges_into(node)
        if edge.operand in run.double.derivatives and edge[:2] in run.double.local
    ]


def _equation(view: View, node: int, parts: Parts) -> Term | None:
    name = view.derivative_name(node)
    if node in view.run.seeds and not parts:
        seed = view.numeral(view.run.derivative(node), "derivative")
        return row(name, EQUALS, seed)
    if not parts:
        return None
    return row(name, EQUALS, _sum(view, parts).term)


def _sum(view: View, parts: Parts) -> Formula:
    """Return the sum of local partials times derivatives, cut where it grows long."""
    total: Formula | None = None
    for edge, other in islice(parts, LONGEST_SUM):
        part = _product(view, edge, view.derivative_name(other))
        total = part if total is None else WRITTEN["add"](total, part)
    assert total is not None
    return total if len(parts) <= LONGEST_SUM else WRITTEN["add"](total, atom(ELLIPSIS))


def _product(view: View, edge: Edge, derivative: Term) -> Formula:
    partial = view.partial_factor(edge)
    if partial is None:  # a linear map: ∂u/∂W applied to what comes
        if view.reverse:
            return atom(view.partial_formula(edge))
        return atom(row(view.partial_name(edge), Fenced(derivative, "[", "]")))
    if partial.term == Numeral("1"):
        return atom(derivative)
    return WRITTEN["mul"](partial, atom(derivative))


@dataclass(frozen=True, slots=True)
class Duals(Tabular):
    """Forward mode as computing with dual numbers."""

    view: View

    def grid(self) -> Grid:
        """Return a row a node: the rule, and the dual number that it gives."""
        view = self.view
        heads = (
            Header("node", Word(WORDS["node"])),
            Header("rule", Word(WORDS["dual_rule"])),
            Header("dual", Word(WORDS["dual"]), True),
            Header("value", Word(WORDS["value"]), True, data=True),
            Header("tangent", Word(WORDS["tangent"]), True, data=True),
        )
        rows = [GridRow(self._cells(node), view.labels[node]) for node in view.shown]
        asked = about(view)
        return Grid(
            "duals",
            caption(view, "duals"),
            heads,
            grouped(rows),
            WORDS["dual_note"],
            asked,
            one_sided(view),
        )

    def _cells(self, node: int) -> dict[str, Cell]:
        view, run = self.view, self.view.run
        value, tangent = run.value(node), run.derivative(node)
        moves = view.graph.varies[node]
        first = number_cell(view, view.value_id(node), value, "value")
        second = number_cell(view, view.derivative_id(node), tangent, "derivative")
        marked = first if first.mark or not moves else second
        shown: Term = view.numeral(value, "value")
        if moves:
            shown = row(shown, *_plus(view, tangent), THIN, EPSILON)
        digits = full_digits(value.shown)
        dual = Cell(
            shown,
            digits=f"{digits} + {full_digits(tangent.shown)} ε" if moves else digits,
            mark=marked.mark,
            why=marked.why,
        )
        cells = {"node": Cell(view.name(node)), "rule": Cell(self._rule(node)), "dual": dual}
        return cells | {"value": first, "tangent": second if moves else EMPTY}

    def _rule(self, node: int) -> Term | None:
        """Return u = sin(t + ṫ ε) = sin t + (cos t) ṫ ε."""
        view, graph = self.view, self.view.graph
        if graph.ops[node] is INPUT:
            return _dual(view, node)
        if not graph.varies[node]:
            return view.formula(node)
        parts = _moving(view, node)

        def names(inner: int) -> Term | None:
            if inner not in view.labels:
                return None
            return _dual(view, inner) if view.graph.varies[inner] else view.name(inner)

        with_duals = view.spelled(compose(graph, node, names).term)
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

"""Derivatives as tables: the Jacobian, second derivatives, how far four routes to one agree, and
the derivation, in which every derivative is worked out in symbols from the output back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from chainrule.errors import GraphError
from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.agreement import ROUTES, Agreement
from chainrule.passes.derivatives import adjoint_formulas
from chainrule.passes.jacobian import Derivatives, Jacobian
from chainrule.readings.catalogue import CAPTIONS, MARKS, RULES, WORDS
from chainrule.readings.cells import plain_cell, stated
from chainrule.readings.formulas import READING, WRITTEN, Extent, Formula, atom, compose
from chainrule.readings.grid import Cell, Grid, GridRow, Header, Remark, Tabular, grouped, words
from chainrule.readings.notation import SLASH, D
from chainrule.readings.numbers import DEFAULT, Format, full_digits, numeral
from chainrule.readings.prose import filled
from chainrule.readings.terms import Row, Symbol, Term, Word, text, with_comma
from chainrule.readings.view import View

Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class JacobianTable(Tabular, Jacobian):
    """The Jacobian as a table, with the cost of both ways.

    Parameters
    ----------
    point
        Exact value of each input, by name.
    format
        How numbers are shown.
    """

    point: Mapping[str, Any]
    format: Format = DEFAULT

    def grid(self) -> Grid:
        """Return the Jacobian laid out."""
        ways = (
            WORDS["way_used" if way == self.mode else "way"].format(
                mode=way,
                passes=price.passes,
                plural="es" * (price.passes != 1),
                operations=price.operations,
            )
            for way, price in self.cost.items()
        )
        about = {
            "mode": self.mode,
            "cost": {
                way: {"passes": price.passes, "operations": price.operations}
                for way, price in self.cost.items()
            },
        }
        note = "; ".join(ways)
        return derivative_grid(
            "jacobian", self.rows, self.point, note=note, about=about, format=self.format
        )


@dataclass(frozen=True, slots=True, eq=False)
class Hessian(Tabular, Derivatives):
    """The second derivatives of one output, by the names of both inputs.

    Parameters
    ----------
    goal
        Name of the output.
    rows
        By the first input, then by the second; of vectors, arrays with nan where there is none.
    point
        Exact value of each input, by name.
    shown
        The same with the reasons in place of what does not exist.
    """

    goal: str
    rows: Rows
    point: Mapping[str, Any]
    shown: Rows | None = None

    def grid(self) -> Grid:
        """Return the second derivatives laid out."""
        return derivative_grid("hessian", self.shown or self.rows, self.point, goal=self.goal)


def by(name: str) -> Term:
    """Return ∂/∂name."""
    return Row((D, SLASH, D, Symbol(name)))


def derivative_grid(
    kind: str,
    rows: Rows,
    point: Mapping[str, Any],
    *,
    goal: str = "",
    note: str = "",
    about: Mapping[str, Any] | None = None,
    format: Format = DEFAULT,
) -> Grid:
    """Return derivatives laid out: a row each, a column a variable.

    Parameters
    ----------
    kind
        "jacobian", whose rows are outputs; "hessian", whose rows are variables; or
        "hessian_vector", of one row.
    point
        Exact value of each input, by name.
    """
    columns = list(next(iter(rows.values()), {}))
    # What is derived twice is derived by the column's name first.
    corner: Term = Row((Word("∂²", r"\partial^2"), Symbol(goal))) if goal else Word(WORDS["output"])
    heads = [Header("row", corner), *(Header(f"by {c}", by(c), numeric=True) for c in columns)]
    made = [
        GridRow(
            {"row": Cell(by(name) if kind == "hessian" else Symbol(name))}
            | {
                f"by {c}": plain_cell(number, "derivative", id=f"{kind}:{name},{c}", format=format)
                for c, number in entries.items()
            },
            name,
        )
        for name, entries in rows.items()
    ]
    at: Term | None = stated(point)
    if at is not None and format.comma:
        at = with_comma(at)
    gaps: dict[str, Any] = {
        "goal": Symbol(goal),
        "point": "" if at is None else filled(CAPTIONS["point"], {"point": at}),
    }
    caption = filled(CAPTIONS[kind], gaps)
    asked = {**(about or {}), "at": {name: str(value) for name, value in point.items()}}
    return Grid(kind, caption, tuple(heads), grouped(made), note, asked)


# So many that agreement can be seen.
DIGITS = Format(12, 11)


@dataclass(frozen=True, slots=True)
class AgreementTable(Tabular, Agreement):
    """The derivatives of one output by every input, by four routes, as a table.

    Parameters
    ----------
    goal
        Name of the output.
    """

    goal: str = ""

    def grid(self) -> Grid:
        """Return the four numbers and the verdict for each input."""
        heads = (
            Header("node", Word(WORDS["by"])),
            *(Header(r, Word(WORDS[f"route_{r}"]), numeric=True) for r in ROUTES),
            Header("verdict", Word(WORDS["verdict"])),
        )
        rows = []
        for about in self.inputs:
            cells = {"node": Cell(Symbol(about.name))}
            cells |= {route: _number(getattr(about, route)) for route in ROUTES}
            agrees = about.verdict == "agrees"
            cells["verdict"] = words(
                MARKS.get(about.verdict, WORDS["agrees"]), None if agrees else "warning"
            )
            rows.append(GridRow(cells, about.name))
        told = [
            Remark(about.verdict, about.reason, (about.name,))
            for about in self.inputs
            if about.verdict != "agrees"
        ]
        told += [Remark("missing", f"SymPy: {self.missing}")] if self.missing else []
        caption = filled(CAPTIONS["agreement"], {"goal": Symbol(self.goal), "point": ""})
        note = WORDS[f"together_{self.verdict}"]
        about_it = {"goal": self.goal, "agrees": self.agrees, "work_digits": self.digits}
        return Grid("agreement", caption, heads, grouped(rows), note, about_it, tuple(told))

    def curve(self, name: str) -> Grid:
        """Return the error of the difference quotient by an input against its step h.

        Raises
        ------
        KeyError
            If there is no such input.
        """
        entry = {entry.name: entry for entry in self.inputs}[name]
        heads = (
            Header("h", Symbol("h"), numeric=True),
            Header("error", Word(WORDS["difference_error"]), numeric=True),
        )
        rows = [GridRow({"h": plain_cell(h), "error": plain_cell(e)}) for h, e in entry.curve]
        caption = filled(CAPTIONS["curve"], {"node": Symbol(name)})
        return Grid("curve", caption, heads, grouped(rows), about={"by": name})


def _number(number: Any) -> Cell:
    if number is None:
        return plain_cell(None)
    return Cell(numeral(number, DIGITS), role="derivative", digits=full_digits(number))


LIMITS: Final = Extent(depth=30, nodes=60)
"""How much of a derivative is written out in the names of the nodes."""


class _Derivation:
    def __init__(self, view: View) -> None:
        self.view = view
        self._adjoints = adjoint_formulas(view.graph, view.run.output, view.labels)

    def grid(self) -> Grid:
        """Return the lines laid out: whose derivative, the line, and the rule that gave it."""
        heads = (
            Header("derivative", Word(WORDS["derivative_of"])),
            Header("line", Word(WORDS["derivation_line"])),
            Header("rule", Word(WORDS["dual_rule"])),
        )
        rows: list[GridRow] = []
        for node in self._order():
            name, lines = self.view.derivative_name(node), list(self._lines(node))
            for i, (line, rule) in enumerate(lines):
                cells = {
                    "derivative": Cell(name) if i == 0 else words(""),
                    "line": Cell(line, role="derivative"),
                    "rule": words(rule, "quiet"),
                }
                last = i == len(lines) - 1
                rows.append(GridRow(cells, self.view.labels[node], first=i == 0, last=last))
        return Grid("derivation", (CAPTIONS["derivation"],), heads, tuple(rows))

    def _order(self) -> list[int]:
        """Return the output and every node that it depends on, from the output back."""
        view = self.view
        labelled = [n for n in view.graph.reverse_order([view.run.output]) if n in view.labels]
        return [node for node in labelled if node in self._adjoints[1]]

    def _lines(self, node: int) -> Iterator[tuple[Term, str]]:
        """Yield the lines of one derivative, each with its rule; none twice."""
        view, told = self.view, ""
        for line, rule in self._all_lines(node):
            written = text(line)
            if written != told:
                yield line, rule
            told = written
        if view.graph.ops[node] is INPUT and node != view.run.output:
            line = self._written(node, inputs=True)
            if text(line) != told:
                yield line, WORDS["in_inputs"]

    def _all_lines(self, node: int) -> Iterator[tuple[Term, str]]:
        view = self.view
        if node == view.run.output:
            yield self._written(node), WORDS["seed"]
            return
        edges = [
            edge for edge in view.edges if edge.operand == node and edge.user in self._adjoints[1]
        ]
        rule = RULES["share_sum" if len(edges) > 1 else "share"]
        yield self._sum(edges, [atom(view.partial_name(edge)) for edge in edges]), rule
        factors = [view.partial_factor(edge) for edge in edges]
        assert None not in factors  # of numbers
        rules = ", ".join(dict.fromkeys(view.rule(edge.user) for edge in edges))
        yield self._sum(edges, [factor for factor in factors if factor is not None]), rules
        yield self._written(node), WORDS["in_nodes"]

    def _sum(self, edges: list[Edge], factors: list[Formula]) -> Term:
        """Return the sum over users of their derivative times a factor."""
        view = self.view
        shares = (
            WRITTEN["mul"](atom(view.derivative_name(edge.user)), factor)
            for edge, factor in zip(edges, factors, strict=True)
        )
        return reduce(WRITTEN["add"], shares).term

    def _written(self, node: int, *, inputs: bool = False) -> Term:
        """Return a derivative in the names of the nodes, or in the inputs alone."""
        graph, adjoints = self._adjoints
        names = {label: n for n, label in self.view.labels.items()}

        def named(one: int) -> Term | None:
            label = graph.names.get(one)
            if label is None or (inputs and graph.ops[one] is not INPUT):
                return None
            return self.view.name(names[label])

        limits = READING if inputs else LIMITS
        written = compose(graph, adjoints[node], named, limits, named_root=True)
        return self.view.spelled(written.term)


def derivation(view: View) -> Grid:
    """Return the derivatives of one output by every node of a run in reverse mode.

    Raises
    ------
    GraphError
        If the graph has vectors or a batch.
    """
    if not view.graph.is_scalar:
        raise GraphError("the derivation of numbers is written; the graph has vectors or a batch")
    return _Derivation(view).grid()

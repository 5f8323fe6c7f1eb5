"""The derivation: every derivative worked out in symbols, rule by rule, from the output back.

Each line follows from the one above it: the chain rule over the users of a node, with the local
partials in its place, and what that is in the names of the nodes. The last line of an input is in
the inputs alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chainrule.errors import GraphError
from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.derivatives import adjoint_formulas
from chainrule.readings.catalogue import CAPTIONS, RULES, WORDS
from chainrule.readings.formulas import READING, WRITTEN, Extent, Formula, atom, compose
from chainrule.readings.grid import Cell, Grid, GridRow, Header, words
from chainrule.readings.terms import Term, Word, text
from chainrule.readings.view import View

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
        shares = [
            WRITTEN["mul"](atom(view.derivative_name(edge.user)), factor)
            for edge, factor in zip(edges, factors, strict=True)
        ]
        total = shares[0]
        for share in shares[1:]:
            total = WRITTEN["add"](total, share)
        return total.term

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

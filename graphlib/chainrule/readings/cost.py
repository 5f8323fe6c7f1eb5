"""What derivatives cost, by the ways there are: counts of elementary operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chainrule.errors import GraphError
from chainrule.graph.sympy_view import expanded_size
from chainrule.graph.wengert import WengertList
from chainrule.passes.counting import Counts
from chainrule.passes.derivatives import gradient_graph
from chainrule.readings.catalogue import CAPTIONS, WORDS
from chainrule.readings.cells import count_cell
from chainrule.readings.grid import Cell, Grid, GridRow, Header, Tabular, grouped
from chainrule.readings.prose import as_term, filled
from chainrule.readings.terms import Symbol, Word


@dataclass(frozen=True, slots=True)
class Cost(Tabular):
    """Operations that derivatives take, and what they keep or write.

    An elementary operation between numbers counts 1 (`chainrule.passes.counting`). Values and
    local partials are needed once for forward and reverse mode; a pass comes on top for each
    input or output.

    Parameters
    ----------
    values, partials
        Operations of the evaluation and of all local partials.
    forward
        Operations of one forward pass, by input.
    reverse
        Operations of one reverse pass, by output.
    differences
        Operations of the central difference of one output, by input.
    kept
        Numbers that reverse mode keeps from the evaluation, since local partials use them.
    nodes, written
        Nodes of the graph, and of the formula of the main output with every shared step
        written out.
    gradient_nodes, derivatives_written
        Nodes of the gradient graph (value and all derivatives, every step once), and by
        input of the derivative's formula written out, which is what symbolic
        differentiation without sharing writes.
    """

    values: int
    partials: int
    forward: Mapping[str, int]
    reverse: Mapping[str, int]
    differences: Mapping[str, int]
    kept: int
    nodes: int
    written: int
    gradient_nodes: int
    derivatives_written: Mapping[str, int]

    @property
    def totals(self) -> Mapping[str, int]:
        """Operations of all derivatives of all outputs, by the way: "forward", "reverse", ….

        Central differences give all outputs at once.
        """
        once = self.values + self.partials
        return {
            "forward": once + sum(self.forward.values()),
            "reverse": once + sum(self.reverse.values()),
            "differences": sum(self.differences.values()),
        }

    def grid(self) -> Grid:
        """Return the counts laid out."""
        rows: list[GridRow] = []

        def add(kind: str, count: int, name: str = "") -> None:
            told = as_term(filled(WORDS[kind], {"name": Symbol(name)} if name else {}))
            shown = told if name else Word(WORDS[kind])
            rows.append(GridRow({"what": Cell(shown), "count": count_cell(count)}))

        def each(kind: str, counts: Mapping[str, int]) -> None:
            for name, count in counts.items():
                add(kind, count, name)

        add("cost_values", self.values)
        add("cost_partials", self.partials)
        each("cost_forward", self.forward)
        each("cost_reverse", self.reverse)
        each("cost_differences", self.differences)
        for way, count in self.totals.items():
            add(f"cost_total_{way}", count)
        add("cost_kept", self.kept)
        add("cost_nodes", self.nodes)
        add("cost_written", self.written)
        add("cost_gradient_nodes", self.gradient_nodes)
        each("cost_derivative_written", self.derivatives_written)
        heads = (
            Header("what", Word(WORDS["cost"])),
            Header("count", Word(WORDS["count"]), numeric=True),
        )
        return Grid("cost", (CAPTIONS["cost"],), heads, grouped(rows))


def cost(graph: WengertList, labels: Mapping[int, str]) -> Cost:
    """Return what the derivatives of a graph cost.

    Parameters
    ----------
    graph
        The graph of elementary operations.
    labels
        Names of its outputs, by index.

    Raises
    ------
    GraphError
        If it has no inputs.
    """
    if not graph.inputs:
        raise GraphError("there is nothing to derive by: the graph has no inputs; allowed: one")
    counts = Counts(graph)
    names = {node: graph.names[node] for node in graph.inputs}
    goal = graph.outputs[0]
    gradient = gradient_graph(graph, domains=False)
    written = [expanded_size(gradient, output) for output in gradient.outputs]
    return Cost(
        values=counts.values,
        partials=counts.partials,
        forward={name: counts.forward(node) for node, name in names.items()},
        reverse={labels[node]: counts.reverse(node) for node in graph.outputs},
        differences={name: counts.differences(node) for node, name in names.items()},
        kept=counts.kept,
        nodes=len(graph),
        written=expanded_size(graph, goal),
        gradient_nodes=len(gradient),
        derivatives_written=dict(zip(names.values(), written, strict=True)),
    )

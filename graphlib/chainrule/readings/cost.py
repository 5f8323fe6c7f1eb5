"""What derivatives cost, by the ways there are: counts of elementary operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chainrule.errors import GraphError
from chainrule.graph.sympy_view import expanded_size
from chainrule.graph.wengert import WengertList
from chainrule.passes.counting import Counts
from chainrule.passes.derivatives import gradient_graph
from chainrule.readings.catalogue import WORDS
from chainrule.readings.terms import Symbol, text


@dataclass(frozen=True, slots=True)
class Cost:
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

    def _rows(self) -> list[list[str]]:
        def each(kind: str, counts: Mapping[str, int]) -> list[list[str]]:
            return [
                [WORDS[kind].format(name=text(Symbol(name))), f"{count:,}"]
                for name, count in counts.items()
            ]

        return [
            [WORDS["cost_values"], f"{self.values:,}"],
            [WORDS["cost_partials"], f"{self.partials:,}"],
            *each("cost_forward", self.forward),
            *each("cost_reverse", self.reverse),
            *each("cost_differences", self.differences),
            *([WORDS[f"cost_total_{way}"], f"{n:,}"] for way, n in self.totals.items()),
            [WORDS["cost_kept"], f"{self.kept:,}"],
            [WORDS["cost_nodes"], f"{self.nodes:,}"],
            [WORDS["cost_written"], f"{self.written:,}"],
            [WORDS["cost_gradient_nodes"], f"{self.gradient_nodes:,}"],
            *each("cost_derivative_written", self.derivatives_written),
        ]

    def text(self) -> str:
        """Return the counts as a plain text table."""
        from chainrule.readings.render.grid import grid_text

        return grid_text((WORDS["cost"], WORDS["count"]), self._rows())

    def html(self) -> str:
        """Return the counts as an HTML table."""
        from chainrule.readings.render.grid import grid_html

        return grid_html((WORDS["cost"], WORDS["count"]), self._rows())

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()


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
    gradient = gradient_graph(graph)
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

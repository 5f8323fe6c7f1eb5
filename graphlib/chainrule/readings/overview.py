"""A graph at a glance, and what its derivatives cost by the ways there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chainrule.errors import GraphError
from chainrule.graph.sympy_view import expanded_size
from chainrule.graph.wengert import WengertList
from chainrule.passes.agreement import Agreement
from chainrule.passes.closed_form import ClosedForm
from chainrule.passes.counting import Counts
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.paths import counted
from chainrule.readings.catalogue import MARKS, WORDS
from chainrule.readings.cells import count_cell, number_cell
from chainrule.readings.formulas import written_out
from chainrule.readings.grid import Cell, Grid, Tabular, listing, words
from chainrule.readings.prose import as_term, filled
from chainrule.readings.terms import ELLIPSIS, Role, Symbol, Term, Word, joined, text
from chainrule.readings.view import View

NAMES = 12
"""Inputs and outputs that are named."""


@dataclass(frozen=True, slots=True)
class Overview(Tabular):
    """What there is to know of a graph before anything is worked out.

    Parameters
    ----------
    name, formula
        The main output, and its formula written out down to the inputs.
    inputs, outputs
        Their names.
    sizes
        How many nodes there are, by zoom level.
    longest
        Edges of the longest path from an input to an output.
    paths
        How many paths lead from inputs to the main output, at the zoom level that is shown.
    operations
        Operations of the values, and of all derivatives in forward mode, in reverse mode and
        by differences.
    notes
        How the text was read where it could be read in more than one way.
    further
        What is known at a point: value, derivatives, closed forms, agreement.
    """

    name: str
    formula: Term
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    sizes: Mapping[str, int]
    longest: int
    paths: int
    operations: Mapping[str, int]
    notes: tuple[str, ...] = ()
    further: tuple[tuple[str, Cell], ...] = field(default=())

    def grid(self) -> Grid:
        """Return a line for each thing to know."""
        told = [
            (WORDS["formula"], Cell(self.formula)),
            *((WORDS["read_as"], words(note)) for note in self.notes),
            (WORDS["inputs"], Cell(_names(self.inputs))),
            (WORDS["outputs"], Cell(_names(self.outputs))),
            *(
                (WORDS["nodes_at"].format(level=level), count_cell(size))
                for level, size in self.sizes.items()
            ),
            (WORDS["longest"], count_cell(self.longest)),
            (WORDS["paths_in_all"], count_cell(self.paths)),
            *((WORDS[f"cost_{way}"], count_cell(count)) for way, count in self.operations.items()),
            *self.further,
        ]
        rows = (("", (words(what), cell)) for what, cell in told)
        gaps = {"goal": Symbol(self.name)}
        return listing("overview", {"what": "cost", "is": "is"}, rows, gaps=gaps)


def overview(
    graph: WengertList,
    levels: Mapping[str, WengertList],
    shown: str,
    outputs: Iterable[str],
    notes: Iterable[str] = (),
    further: Iterable[tuple[str, Cell]] = (),
) -> Overview:
    """Return what there is to know of a graph.

    Parameters
    ----------
    levels
        The graph at each zoom level.
    shown
        The level at which it is shown.
    outputs
        Names of the outputs.
    notes
        Sentences on how the text was read.
    further
        What is known at a point, as heading and cell.
    """
    names, counts = tuple(outputs), Counts(graph)
    operations = {"values": counts.values}
    if graph.inputs:
        once = counts.values + counts.partials
        operations["total_forward"] = once + sum(counts.forward(i) for i in graph.inputs)
        operations["total_reverse"] = once + sum(counts.reverse(o) for o in set(graph.outputs))
        operations["total_differences"] = sum(counts.differences(i) for i in graph.inputs)
        operations["kept"] = counts.kept
    folded = levels[shown]
    distances = folded.distances()
    return Overview(
        names[0],
        written_out(graph, names[0]),
        tuple(graph.names[i] for i in graph.inputs),
        names,
        {level: len(zoomed) for level, zoomed in levels.items()},
        max(distances),
        sum(counted(folded, i)[folded.outputs[0]] for i in folded.inputs),
        operations,
        tuple(notes),
        tuple(further),
    )


def _names(names: Sequence[str]) -> Term:
    shown: list[Term] = [Symbol(name) for name in names[:NAMES]]
    shown += [ELLIPSIS] if len(names) > NAMES else []
    return joined(shown, Word(", ")) if shown else Word(WORDS["none"])


def at_point(
    view: View, agreement: Agreement | None, form: ClosedForm, read: Callable[[str], Term]
) -> list[tuple[str, Cell]]:
    """Return what is known of a graph at a point, as heading and cell.

    Parameters
    ----------
    view
        A run in reverse mode.
    agreement
        Whether four routes agree; None for vectors.
    form
        Closed forms of the derivatives.
    read
        From SymPy's text of a formula to mathematics.
    """
    goal = view.run.output
    found = [
        (WORDS["value"], number_cell(view, view.value_id(goal), view.run.value(goal), "value"))
    ]
    for node in view.graph.inputs:
        name = view.graph.names[node]
        number = view.run.derivative(node)
        id = view.derivative_id(node)
        cell = number_cell(view, id, number, "derivative")
        found.append((text(view.derivative_name(node)), cell))
        written = form.named_text.get(name)
        if written:
            found.append(
                (WORDS["closed_form"].format(name=text(Symbol(name))), Cell(read(written)))
            )
    if without := form.missing or form.left_out:
        found.append((WORDS["closed_forms"], words(without, "quiet")))
    if agreement is not None:
        for entry in agreement.inputs:
            told = MARKS.get(entry.verdict, WORDS["agrees"])
            reason = f"{told}: {entry.reason}" if entry.reason else told
            role: Role | None = None if entry.verdict == "agrees" else "warning"
            found.append(
                (WORDS["agreement_by"].format(name=text(Symbol(entry.name))), words(reason, role))
            )
    return found


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
        # A count, or a count by name, under the key of its words.
        counts: dict[str, int | Mapping[str, int]] = {
            "values": self.values,
            "partials": self.partials,
            "forward": self.forward,
            "reverse": self.reverse,
            "differences": self.differences,
            **{f"total_{way}": count for way, count in self.totals.items()},
            "kept": self.kept,
            "nodes": self.nodes,
            "written": self.written,
            "gradient_nodes": self.gradient_nodes,
            "derivative_written": self.derivatives_written,
        }
        rows = (
            ("", (Cell(as_term(filled(WORDS[f"cost_{kind}"], {"name": Symbol(name)}))), cell))
            for kind, count in counts.items()
            for name, cell in _cells(count)
        )
        return listing("cost", {"what": "cost", "count": "count"}, rows, numbers=("count",))


def _cells(counts: int | Mapping[str, int]) -> list[tuple[str, Cell]]:
    """Return the cell of a count, or those of counts with their names."""
    by_name = {"": counts} if isinstance(counts, int) else counts
    return [(name, count_cell(count)) for name, count in by_name.items()]


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

"""A problem: a program at a point, what every cell of it holds, and a second opinion on that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final

import numpy as np

from chainrule.errors import ChainruleError, GraphError
from chainrule.exercises.second_reading import SecondReading, number, numbers, plain_name
from chainrule.facade import Graph
from chainrule.graph.wengert import INPUT, Edge
from chainrule.language.entries import value as entries
from chainrule.passes.run import Number
from chainrule.passes.unrolling import entry_names
from chainrule.readings.formulas import compose
from chainrule.readings.terms import Symbol, text
from chainrule.worked import Worked

ENTRY: Final = re.compile(r"[^\[\],\s]+")
"""A typed number among the brackets of a vector or matrix."""

AGREE = 1e-9
"""Both readings of a number agree to this, relatively; beyond it a problem is not released."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A program at a point, before anybody has looked whether it makes a good problem.

    Parameters
    ----------
    text
        Formula or program, as typed; with the shapes of vectors and matrices, as in W: 2x3.
    point
        Typed value of each input, by name: a number, or [1, 2] or [[1, 2], [3, 4]].
    direction
        Typed tangent of each input that moves (forward mode); default 1 for the first.
    settings
        Further typed numbers that a kind needs: the learning rate of a descent.
    """

    text: str
    point: Mapping[str, str]
    direction: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entries:
    """The shape of a vector or matrix, () for a number, and the names of its entries by rows."""

    shape: tuple[int, ...]
    entries: tuple[str, ...]

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The entries as they are written: a vector in one row."""
        wide = self.shape[-1] if self.shape else 1
        return tuple(self.entries[i : i + wide] for i in range(0, len(self.entries), wide))


class Problem:
    """A draft worked through: its graph, its runs in both modes, and its cells.

    >>> problem = Problem(Draft("J = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2", {"x": "1.5"}))
    >>> problem.number("adjoint:t").double == float(problem.second("adjoint:t"))
    True

    Of vectors and matrices the numbers are asked: the graph is that of their entries.

    Parameters
    ----------
    draft
        Text and point.
    whole
        The graph of the text, if it has been read before.

    Raises
    ------
    ParseError, LimitError, PointError
        If the text or the point cannot be read.
    GraphError
        If it has vectors of too many numbers.
    """

    def __init__(self, draft: Draft, whole: Graph | None = None) -> None:
        self.draft = draft
        self.whole = whole or Graph.parse(draft.text, declared=draft.point, constants=True)
        vectors = not self.whole.list.is_scalar
        self.graph = self.whole.unroll() if vectors else self.whole
        self.point = self._entries() if vectors else draft.point
        self.worked = self.graph.work(self.point)
        # What is dear is made once.
        self._number, self._run = cache(self._made_number), cache(self._made_run)
        self._partial, self._moved = cache(self._made_partial), cache(self._made_moved)

    def _entries(self) -> Mapping[str, str]:
        """Return the typed value of each entry of the inputs, by its name."""
        steps, point = self.whole.list, dict[str, str]()
        given = {plain_name(name): value for name, value in self.draft.point.items()}
        for node in steps.inputs:
            name = steps.names[node]
            typed = given.get(plain_name(name), "")
            entries(typed, name, steps.shape(node))
            point |= zip(self.named[name].entries, ENTRY.findall(typed), strict=True)
        return point

    @cached_property
    def named(self) -> dict[str, Entries]:
        """What has a name in the text, in its order there: its shape, and its entries' names."""
        steps = self.whole.list
        return {
            steps.names[node]: Entries(steps.shape(node), tuple(names))
            for node, names in entry_names(steps).items()
        }

    @cached_property
    def forward(self) -> Worked:
        """The run in forward mode along the draft's direction."""
        return self.along(self.draft.direction)

    def along(self, direction: Mapping[str, str]) -> Worked:
        """Return the run in forward mode along a direction of inputs."""
        return self.graph.work(self.point, "forward", direction=direction or None)

    def back(self, output: str) -> Worked:
        """Return the run in reverse mode from one of the outputs."""
        return self.graph.work(self.point, output=output)

    @property
    def direction(self) -> Mapping[str, str]:
        """The typed tangents of the inputs that move."""
        return self.draft.direction or {self.inputs[0]: "1"}

    # Names

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The inputs' labels."""
        graph, label = self.worked.graph, self.worked.labels
        return tuple(label[node] for node in self.worked.view.shown if graph.ops[node] is INPUT)

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """The nodes that are computed, each after its operands.

        They stand as they were written; where outputs were written first, layer by layer.
        """
        graph = self.worked.graph
        written = graph.written
        layer: dict[int, int] = {}
        for node in range(len(graph)):
            layer[node] = 1 + max((layer[i] for i in graph.operands[node]), default=0)
        steps = [node for node in self.worked.view.shown if graph.ops[node] is not INPUT]
        as_written = all(
            written[operand] < written[node]
            for node in steps
            for operand in graph.operands[node]
            if operand in self.worked.labels
        )
        steps.sort(key=lambda node: (0 if as_written else layer[node], written[node]))
        return tuple(steps)

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The outputs' labels, the main one first."""
        return tuple(self.worked.labels[node] for node in self.worked.graph.outputs)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges that have a local partial, grouped by user, in the order of the steps."""
        place = {node: i for i, node in enumerate(self.steps)}
        return tuple(sorted(self.worked.view.edges, key=lambda edge: (place[edge.user], edge.slot)))

    def edge_cell(self, kind: str, edge: Edge) -> str:
        """Return the id of an edge's cell, such as `partial:u,t`."""
        return self.worked.view.edge_id(kind, edge)

    @cached_property
    def node_of(self) -> dict[str, int]:
        """The node of each label."""
        return {label: node for node, label in self.worked.labels.items()}

    # Numbers

    def number(self, cell: str) -> Number:
        """Return what stands in a cell.

        Cells are those of all readings, and for several outputs or directions
        `adjoint:t@f` and `tangent:t@x`.

        Raises
        ------
        GraphError
            If there is no such cell.
        """
        return self._number(cell)

    def _made_number(self, cell: str) -> Number:
        base, _, which = cell.partition("@")
        if which and base.startswith("adjoint:"):
            return self._run("back", which).number(base)
        if which and base.startswith("tangent:"):
            return self._run("along", which).number(base)
        if cell.startswith("tangent:"):
            return self.forward.number(cell)
        return self.worked.number(cell)

    def _made_run(self, way: str, which: str) -> Worked:
        known = self.outputs if way == "back" else self.inputs
        if which not in known:
            raise GraphError(f"{which!r} is none of {', '.join(known)}")
        return self.back(which) if way == "back" else self.along({which: "1"})

    def value(self, cell: str) -> float:
        """Return the number in a cell as a float; infinite where there is none."""
        shown = self.number(cell).shown
        try:
            return float(shown)
        except (TypeError, ValueError):
            return float("inf")

    # The second opinion

    def lines(self) -> list[str]:
        """Return the lines as they are printed, in names of the second reading's own."""
        view = self.worked.view
        names = {node: Symbol(f"n{node}") for node in view.labels}
        graph = view.graph
        return [f"n{node} = {text(compose(graph, node, names.get).term)}" for node in self.steps]

    @cached_property
    def printed(self) -> SecondReading:
        """The printed lines, read a second time."""
        inputs = [f"n{self.node_of[name]}" for name in self.inputs]
        return SecondReading(self.lines(), inputs)

    @cached_property
    def base(self) -> dict[str, Any]:
        """Every value, by the second reading's own names n0, n1, …."""
        typed = {f"n{self.node_of[name]}": self._typed(name) for name in self.inputs}
        return self.printed.values(typed)

    def _typed(self, name: str) -> Any:
        given = {plain_name(key): value for key, value in self.point.items()}
        return number(given[plain_name(name)])

    def second(self, cell: str) -> Any:
        """Return the number in a cell as the second reading has it, by differences alone."""
        kind, _, rest = cell.partition(":")
        names, _, which = rest.partition("@")
        if kind in ("partial", "share"):
            user, _, operand = names.partition(",")
            ends = f"n{self.node_of[user]}", f"n{self.node_of[operand]}"
            partial = self._partial(*ends)
            return partial if kind == "partial" else partial * self.second(f"adjoint:{user}")
        node = f"n{self.node_of[names]}"
        if kind == "value":
            return self.base[node]
        if kind == "tangent":
            direction = {which: "1"} if which else self.direction
            rates = tuple((f"n{self.node_of[name]}", rate) for name, rate in direction.items())
            return self._moved(rates)[node]
        output = f"n{self.node_of[which or self.outputs[0]]}"
        # How all that depends on a node changes when the node alone is moved by hand.
        return self._moved(((node, "1"),)).get(output, 0)

    def _made_partial(self, user: str, operand: str) -> Any:
        return self.printed.partial(user, operand, self.base)

    def _made_moved(self, direction: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        return self.printed.moved({name: number(rate) for name, rate in direction}, self.base)

    def doubtful(self, cells: Iterable[str]) -> tuple[str, ...]:
        """Return the cells in which the two readings differ; none in a problem to release.

        Besides the cells, the text as it was typed must give the outputs and their
        derivatives by the inputs.
        """
        found = [cell for cell in cells if not self._agree(cell)]
        return (*found, *self._typed_text())

    def _agree(self, cell: str) -> bool:
        if "#" in cell:  # both uses of x in x·x: differences see their sum
            return True
        names = cell.partition(":")[2]
        parts = [f"{cell}#{i}" for i in range(2, 9)] if "," in names else []
        total = self.value(cell) + sum(self.value(part) for part in parts if part in self.twice)
        return close(total, self.second(cell))

    @cached_property
    def twice(self) -> frozenset[str]:
        """The cells of second and later uses of one operand in a step: `partial:u,t#2`."""
        cells = (self.edge_cell(kind, e) for e in self.edges for kind in ("partial", "share"))
        return frozenset(cell for cell in cells if "#" in cell)

    def _typed_text(self) -> list[str]:
        """Return the outputs and slopes that the text as it was typed does not give."""
        lines = [line for line in self.draft.text.replace("\n", ";").split(";") if line.strip()]
        reading = SecondReading(lines, self.draft.point)
        given = {plain_name(name): numbers(typed) for name, typed in self.draft.point.items()}
        at = reading.values(given)
        found = []
        for output in self.outputs:
            name = plain_name(output)
            if not close(self.value(f"value:{output}"), at[name]):
                found.append(f"value:{output}")
        for name, entries_of in self.named.items():
            if plain_name(name) not in given:
                continue
            for i, entry in enumerate(entries_of.entries):
                one = np.zeros(entries_of.shape, dtype=object)
                one.flat[i] = number("1")
                moved = reading.moved({plain_name(name): one if one.shape else one[()]}, at)
                slope = moved[plain_name(self.outputs[0])]
                if not close(self.value(f"adjoint:{entry}"), slope):
                    found.append(f"adjoint:{entry}")
        return found


def close(one: Any, other: Any) -> bool:
    """Whether two numbers agree to `AGREE`, relatively, or absolutely near zero."""
    try:
        return bool(abs(one - other) <= AGREE * max(1e-6, abs(other)))
    except (TypeError, ValueError, ChainruleError):
        return False

"""A worked example: a graph at a point, with every number, table, step and picture of one run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from chainrule.algebras.decimals import rounded
from chainrule.drawing import draw
from chainrule.drawing.figure import figure
from chainrule.drawing.slides import slides
from chainrule.errors import GraphError, no_such
from chainrule.graph.numbering import copies
from chainrule.graph.wengert import WengertList
from chainrule.language import canonical, exact
from chainrule.language.names import canonical_label
from chainrule.passes.jacobian import jacobian, repaired
from chainrule.passes.run import Number, Run
from chainrule.readings.cells import caption
from chainrule.readings.derivatives import JacobianTable, derivation
from chainrule.readings.grid import Grid, Tabular
from chainrule.readings.health import Health, health
from chainrule.readings.nudge import Nudge, nudge
from chainrule.readings.numbers import DEFAULT
from chainrule.readings.overview import Cost, cost
from chainrule.readings.paths import Paths, paths
from chainrule.readings.prose import prose_text
from chainrule.readings.story import Story, story, sum_up
from chainrule.readings.tables import enclosures, table
from chainrule.readings.trace import duals, trace
from chainrule.readings.view import View

MOST_DIRECTIONS = 4
MOST_PATHS = 200


def inputs_called(graph: WengertList, name: str) -> list[int]:
    """Return the inputs of a name: one, but in a tree one for each use."""
    found = copies(graph)
    if canonical(name) not in found:
        raise GraphError(f"{name!r} is not a variable; there are {', '.join(found) or 'none'}")
    return found[canonical(name)]


class Worked:
    """A graph worked through at a point: every number, table, step and picture of one run.

    `view` says how its numbers are called and shown.

    >>> import chainrule
    >>> worked = chainrule.parse("y = 3t; t = x^2").reverse({"x": 2})
    >>> worked["share:y,t"], worked["adjoint:x"]
    (3.0, 12.0)
    """

    def __init__(
        self, view: View, source: WengertList | None = None, *, every_input: bool = False
    ) -> None:
        self.view = view
        self.source = source
        self.every_input = every_input
        """Whether forward mode goes along each input in turn, since no direction was chosen."""

    @property
    def run(self) -> Run:
        """The run behind it.

        >>> import chainrule
        >>> chainrule.parse("x^2").reverse({"x": 3}).run.mode
        'reverse'
        """
        return self.view.run

    @property
    def graph(self) -> WengertList:
        """The steps that were worked through, what the graph shows.

        >>> import chainrule
        >>> [node.op.name for node in chainrule.parse("u = 2x; y = u^2").reverse({"x": 3}).graph]
        ['input', 'constant', 'mul', 'power']
        """
        return self.view.graph

    @property
    def labels(self) -> dict[int, str]:
        """The name of every node that has a row.

        >>> import chainrule
        >>> chainrule.parse("u = 2x; y = u^2").reverse({"x": 3}).labels
        {0: 'x', 2: 'u', 3: 'y'}
        """
        return self.view.labels

    def __repr__(self) -> str:
        """Return what is worked out, and where.

        >>> import chainrule
        >>> chainrule.parse("x^2").reverse({"x": 3})
        <Worked: Backward table: adjoints of f at x = 3>
        """
        return f"<Worked: {prose_text(caption(self.view))}>"

    @property
    def value(self) -> Any:
        """The value of the output.

        >>> import chainrule
        >>> chainrule.parse("x^2").reverse({"x": 3}).value
        9.0
        """
        return self._plain(self.run.value(self.run.output))

    def __getitem__(self, cell: str) -> Any:
        """Return the number in a cell, by its id: `value:u`, `partial:u,t`, `adjoint:t`, ….

        A number that double precision gets wrong is rounded from the right one; `number` has
        all digits.

        >>> import chainrule
        >>> chainrule.parse("(1 - cos x)/x^2").reverse({"x": "1e-8"})["value:f"]
        0.5

        Raises
        ------
        GraphError
            If there is no such cell.
        """
        return self._plain(self.number(cell))

    def number(self, cell: str) -> Number:
        """Return what a cell shows, with the digits behind it and whether it is corrected.

        >>> import chainrule
        >>> number = chainrule.parse("(1 - cos x)/x^2").reverse({"x": "1e-8"}).number("value:f")
        >>> float(number.shown), number.double, number.corrected
        (0.5, 0.0, True)

        Raises
        ------
        GraphError
            If there is no such cell.
        """
        main, _, along = cell.rpartition(",")
        kind, _, names = cell.partition(":")
        if not names:
            raise _no_cell(cell)
        # Local partials stand in no column: in `partial:u,x` the x is an operand.
        moving = not self.view.reverse and kind != "partial" and bool(main)
        if moving and (view := self._along(along)) is not None:
            return Worked(View(view.run, self.view.notation)).number(main)
        nodes = {label: node for node, label in self.labels.items()}
        name = canonical_label(names) if "," not in names else names
        if kind == "value" and name in nodes:
            return self.run.value(nodes[name])
        if kind == ("adjoint" if self.view.reverse else "tangent") and name in nodes:
            return self.run.derivative(nodes[name])
        for edge in self.view.edges:
            if self.view.edge_id(kind, edge) == cell:
                key = edge.user, edge.slot
                found = self.run.partial(*key) if kind == "partial" else self.run.flowing(*key)
                if found is not None and kind in ("partial", "share"):
                    return found
        raise _no_cell(cell)

    def _along(self, name: str) -> View | None:
        """Return the run along an input where the table has a column for each of several."""
        if len(self._ahead) < 2:
            return None
        return next((view for view in self._ahead if view.seed_label == name), None)

    def _plain(self, number: Number) -> Any:
        """Return the number shown as a float, unless digits were asked for or no float holds it."""
        return rounded(number.public) if self.run.digits is None else number.shown

    def slope(self, name: str) -> Number:
        """Return the derivative of the output by a variable.

        Where conventions at kinks add up to another number than the derivative that exists,
        this is the derivative, corrected.

        >>> import chainrule
        >>> slope = chainrule.parse("relu(x) - relu(-x)").reverse({"x": 0}).slope("x")
        >>> float(slope.shown), slope.double
        (1.0, 0.0)
        """
        nodes = inputs_called(self.graph, name)
        if len(nodes) > 1:  # copies in a tree
            found = [self.run.derivative(node) for node in nodes]
            with self.run.fine.algebra.session():
                return self.run.shown(
                    sum_up([n.double for n in found]), sum_up([n.proven for n in found])
                )
        (node,) = nodes
        number = self.run.derivative(node)
        sides = self.run.sides_by(node)
        return number if sides is None else repaired(number, sides)

    def table(self) -> Grid:
        """Return the backward table (reverse mode) or the forward table.

        >>> import chainrule
        >>> len(chainrule.parse("x y").reverse({"x": 2, "y": 3}).table().rows)
        3
        """
        return table(self.view, () if self.view.reverse else self._ahead[1:])

    @cached_property
    def _back(self) -> View:
        """The run in reverse mode."""
        if self.view.reverse:
            return self.view
        run = self.run
        return self.view.of(Run(run.graph, run.point, "reverse", digits=run.digits))

    @cached_property
    def _ahead(self) -> tuple[View, ...]:
        """The runs in forward mode: along each input up to four, or along the one direction."""
        graph, run = self.graph, self.run
        own = () if self.view.reverse else (self.view,)
        along: list[Any] = [dict.fromkeys(nodes, 1) for nodes in copies(graph).values()] or [None]
        if (own and not self.every_input) or len(along) > MOST_DIRECTIONS or not graph.is_scalar:
            along = along[:1]
        return own + tuple(
            self.view.of(Run(graph, run.point, "forward", direction=d, digits=run.digits))
            for d in along[len(own) :]
        )

    def trace(self) -> Grid:
        """Return the evaluation trace: value, tangent and adjoint of every node, side by side.

        >>> import chainrule
        >>> trace = chainrule.parse("y = 3t; t = x^2").reverse({"x": 2}).trace()
        >>> [cell.digits for cell in trace.grid().rows[1].cells.values() if cell.digits]
        ['4.0', '4.0', '3.0']
        """
        return trace(self._back, self._ahead)

    def duals(self) -> Grid:
        """Return forward mode as computing with dual numbers.

        >>> import chainrule
        >>> dual = chainrule.parse("x^2").forward({"x": 3}).duals()
        >>> dual.grid().rows[-1].cells["dual"].digits
        '9.0 + 6.0 ε'
        """
        return duals(self._ahead[0])

    def paths(self, by: str | None = None, most: int = MOST_PATHS) -> Paths:
        """Return every path from an input to the output with the product of its local partials.

        >>> import chainrule
        >>> paths = chainrule.parse("x sin x").reverse({"x": 0}).paths("x")
        >>> paths["x"].count, [path.product.shown for path in paths["x"].shown]
        (2, [0.0, 0.0])

        Parameters
        ----------
        by
            Name of the input; default all of them.
        most
            How many paths are shown; all are counted and summed.

        Raises
        ------
        GraphError
            If there is no such input, or the graph has vectors.
        """
        inputs = self.graph.inputs if by is None else inputs_called(self.graph, by)
        return paths(self._back, inputs, most)

    def jacobian(self) -> JacobianTable:
        """Return the derivatives of every output by every input of the graph that is shown.

        >>> import chainrule
        >>> chainrule.parse("f = x y; g = x + y").work({"x": 2, "y": 3}).jacobian()["f"]
        {'x': 3.0, 'y': 2.0}
        """
        graph, point = self.graph, self.run.point
        found = jacobian(graph, point, [self.labels[output] for output in graph.outputs])
        named = {graph.names[node]: point[node] for node in graph.inputs}
        # These are doubles: of the notation's numbers the decimal sign alone is theirs.
        format = replace(DEFAULT, comma=self.view.notation.format.comma)
        return JacobianTable(found.rows, found.mode, found.cost, named, format)

    def read(self, reading: str) -> Tabular:
        """Return the reading of this name, one of `READINGS`.

        >>> import chainrule
        >>> chainrule.parse("x^2").work({"x": 3}).read("paths").grid().kind
        'paths'

        Raises
        ------
        InputError
            If there is none.
        """
        if reading not in READINGS:
            raise no_such("reading", reading, READINGS)
        return READINGS[reading](self)

    def steps(self) -> Story:
        """Return all steps, told one by one; they print and typeset themselves.

        >>> import chainrule
        >>> steps = chainrule.parse("x y").reverse({"x": 2, "y": 3}).steps()
        >>> len(steps), steps[-1].rule
        (8, 'chain rule')
        """
        return Story(self.view, tuple(story(self.view)))

    def health(self) -> Health:
        """Return what is saturated, overflows or cancels, and what to write instead.

        >>> import chainrule
        >>> worked = chainrule.parse("log(1 - sigmoid(a))").reverse({"a": 40})
        >>> worked.health().findings[-1].proposal
        '−softplus(a)'
        """
        return health(self.view, self.source)

    def derivation(self) -> Grid:
        """Return the derivatives worked out in symbols, rule by rule, from the output back.

        >>> import chainrule
        >>> worked = chainrule.parse("f = sin u; u = x^2").reverse({"x": 1})
        >>> print(worked.derivation().csv().splitlines()[-1])
        x,,cos(x²)·(2x),in the inputs alone,,

        Raises
        ------
        GraphError
            If the graph has vectors or a batch.
        """
        return derivation(self._back)

    def enclosures(self) -> Grid:
        """Return what is proven of every number: the ball in which it lies.

        >>> import chainrule
        >>> print(chainrule.parse("x/3").reverse({"x": 1}).enclosures().grid().rows[0].node)
        value:x
        """
        return enclosures(self.view)

    def nudge(self, name: str, delta: str | int | float | Fraction) -> Nudge:
        """Return how every node moves, as predicted and in fact, when an input moves a little.

        >>> import chainrule
        >>> moved = chainrule.parse("x^2").reverse({"x": 3}).nudge("x", "0.01")
        >>> moved["f"].predicted, moved["f"].real
        (0.06, 0.0601)

        Raises
        ------
        GraphError
            If there is no such variable, the graph has vectors, or `delta` is 0.
        PointError
            If `delta` is not a finite number.
        """
        entry = inputs_called(self.graph, name)[0]
        # As text, an infinite or undefined number is refused like any other text that is none.
        finite = not isinstance(delta, float) or math.isfinite(delta)
        text = isinstance(delta, str) or not finite
        return nudge(self.view, entry, exact(str(delta)).value if text else Fraction(delta))

    def cost(self) -> Cost:
        """Return how many operations forward mode, reverse mode and differences take.

        >>> import chainrule
        >>> cost = chainrule.parse("x y + sin x").reverse({"x": 2, "y": 3}).cost()
        >>> cost.values, cost.partials, cost.totals["reverse"], cost.kept
        (3, 1, 8, 2)
        """
        source = self.source or self.graph
        pairs = zip(source.outputs, self.graph.outputs, strict=True)
        return cost(source, {inner: self.labels[outer] for inner, outer in pairs})

    def draw(self, format: str = "svg", **options: Any) -> bytes:
        """Return a picture: "svg", "png", "pdf", "dot" or "tikz"; options as of `drawing.draw`.

        "html" is a figure that plays by itself, for a course page: graph, player, table and
        closed form in one file that needs nothing else; `step` is the step it opens at.

        >>> import chainrule
        >>> chainrule.parse("x^2").reverse({"x": 3}).draw("dot", theme="dark")[:7]
        b'digraph'
        """
        if format == "html":
            return figure(self.view, self.source, **options).encode()
        return draw(self.view, format, **options)

    def slides(self, format: str = "pdf", **options: Any) -> bytes:
        """Return the steps as slides: "pdf", a page a step, or "svg", one that is animated.

        At most 200 steps are shown; the slides say so where there are more.

        >>> import chainrule
        >>> chainrule.parse("x^2").reverse({"x": 3}).slides("svg", theme="dark")[:5]
        b'<?xml'

        Raises
        ------
        DrawingError
            For another format.
        OutsideTimeout
            If Graphviz or Typst takes too long.
        """
        return slides(self.view, format, **options)

    def _repr_html_(self) -> str:
        return figure(self.view, document=False)  # without closed forms, which take a while


READINGS: Mapping[str, Callable[[Worked], Tabular]] = {
    "table": Worked.table,
    "trace": Worked.trace,
    "duals": Worked.duals,
    "paths": Worked.paths,
    "jacobian": Worked.jacobian,
    "cost": Worked.cost,
    "health": Worked.health,
    "conditions": lambda worked: worked.health().conditions(),
    "enclosures": Worked.enclosures,
    "derivation": Worked.derivation,
}
"""The tables of a worked example, by name."""


def _no_cell(cell: str) -> GraphError:
    return GraphError(f"no cell {cell!r}; cells are value:u, partial:u,t, share:u,t, adjoint:t")

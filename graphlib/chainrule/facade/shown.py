"""A function as it is shown: at a zoom level, with folds, as a tree, at a point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from chainrule.compile import Compiled, compiled
from chainrule.errors import GraphError
from chainrule.facade.function import NO_WEIGHTS, Function, usual_zoom
from chainrule.facade.points import (
    Point,
    Typed,
    beside,
    exact_point,
    value_of,
    variables_of,
)
from chainrule.graph.networkx_view import to_networkx
from chainrule.graph.numbering import original, tree, tree_size
from chainrule.graph.wengert import Node, WengertList
from chainrule.language import LIMITS, Program, canonical, spelled_once
from chainrule.passes.folding import ZOOMS, Zoom, zoom
from chainrule.passes.record import Mode
from chainrule.passes.run import Run
from chainrule.readings.changes import changed, folded, unfolded
from chainrule.readings.grid import Grid
from chainrule.readings.health import Health
from chainrule.readings.paths import Paths
from chainrule.readings.story import Story
from chainrule.readings.view import Notation, View
from chainrule.worked import Worked, inputs_called

if TYPE_CHECKING:
    import networkx


class Shown(Function):
    """What a graph shows, `list`, and what it means, `whole`.

    They differ in a zoom, a fold or a tree.
    """

    def __init__(
        self,
        list: WengertList,
        program: Program | None = None,
        whole: WengertList | None = None,
        weights: Mapping[str, Any] = NO_WEIGHTS,
    ) -> None:
        super().__init__(list if whole is None else whole, program, weights)
        self.list = list

    def _showing(self, graph: WengertList) -> Self:
        """Return another list that shows this function."""
        return type(self)(graph, self.program, self.whole, self.weights)

    def __len__(self) -> int:
        return len(self.list)

    def __getitem__(self, key: int | str) -> Node:
        return self.list[key]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.list)

    def zoom(self, level: Zoom) -> Self:
        """Return the graph at a zoom level: primitive, step, named or module.

        >>> from chainrule import Graph
        >>> graph = Graph.parse("-3x^2 + 1")
        >>> len(graph), len(graph.zoom("step")), len(graph.zoom("named"))
        (7, 3, 2)

        Raises
        ------
        GraphError
            If there is no such level.
        """
        if level not in ZOOMS:
            raise GraphError(f"no zoom level {level!r}; there are {', '.join(ZOOMS)}")
        return self._showing(zoom(self.list, level))

    def fold(self, *names: str) -> Self:
        """Return what is shown with some nodes as one; a single one takes in all that only it uses.

        >>> from chainrule import Graph
        >>> lecture = Graph.parse("J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2")
        >>> lecture.fold("u").table({"x": 1}).rows[1].cells["derivative"].id
        'adjoint:u'
        >>> len(lecture.zoom("named")), len(lecture.fold("u")), len(lecture.fold("u", "u1", "u2"))
        (6, 3, 4)

        Raises
        ------
        GraphError
            If a name is none, or these nodes cannot be one: between them lies another one, or they
            have several exits. Says which node is in the way.
        """
        return self._showing(folded(self.zoom(self.usual_zoom).list, names))

    def unfold(self, name: str) -> Self:
        """Return what is shown with one fold opened: the nodes inside, under their own names.

        >>> from chainrule import Graph
        >>> lecture = Graph.parse("J = cos(u); u = sin(t) + 3t; t = x^2")
        >>> list(lecture.unfold("u").work({"x": 1}).labels.values())
        ['x', 't', 'v1', 'v2', 'u', 'J']

        Raises
        ------
        GraphError
            If there is no such node, or it is one operation.
        """
        return self._showing(unfolded(self.zoom(self.usual_zoom).list, name))

    def tree(self) -> Self:
        """Return what is shown as a tree: every use of a node is a copy of its own.

        The copies of t are t, t#2, t#3, …; their adjoints add up to that of t in the graph.

        >>> from chainrule import Graph
        >>> graph = Graph.parse("J = a + b; a = sin(t); b = 3t; t = x^2")
        >>> graph.tree_size, len(graph.tree())
        (7, 7)
        >>> tree = graph.tree().reverse({"x": 1})
        >>> tree["adjoint:t"] + tree["adjoint:t#2"] == graph.reverse({"x": 1})["adjoint:t"]
        True

        Raises
        ------
        LimitError
            If it has more than 5,000 nodes; says how many.
        """
        return self._showing(tree(self.zoom(self.usual_zoom).list))

    @property
    def tree_size(self) -> int:
        """How many nodes the tree of what is shown has, up to 10^24; nothing is drawn for it.

        >>> from chainrule import Graph
        >>> doubled = "; ".join(f"t{i + 1} = t{i} t{i}" for i in range(60))
        >>> Graph.parse("t0 = x; " + doubled).tree_size > 2**60
        True
        """
        return tree_size(self.zoom(self.usual_zoom).list)

    @property
    def usual_zoom(self) -> Zoom:
        """The level at which it is shown unless asked otherwise; named for a program.

        >>> from chainrule import Graph
        >>> Graph.parse("sin(x^2)").usual_zoom, Graph.parse("y = sin t; t = x^2").usual_zoom
        ('step', 'named')
        """
        return usual_zoom(self.whole) if self.list is self.whole else "primitive"

    def at(self, point: Point) -> dict[int, Any]:
        """Return a point by names as exact values by index.

        >>> from chainrule import Graph
        >>> Graph.parse("x^2").at({"x": "0.1"})
        {0: Fraction(1, 10)}
        >>> Graph.parse("w: 2; x: 2; w @ x").gradient({"w": "[1, 0.5]", "x": [2, 3]})["x"]
        array([1. , 0.5])

        Raises
        ------
        PointError
            If a value is missing, not a number, of another shape than declared, given for a
            name that is no input, or given twice, as for `x1` and `x_1`.
        """
        return exact_point(self.list, self.program, beside(point, self.weights))

    def work(
        self,
        at: Point,
        mode: Mode = "reverse",
        *,
        zoom: Zoom | None = None,
        output: str | None = None,
        direction: Mapping[str, Typed] | None = None,
        notation: Notation | str | None = None,
        digits: int | None = None,
        folds: Iterable[str] = (),
        as_tree: bool = False,
    ) -> Worked:
        """Run the passes at a point and return the worked example.

        >>> from chainrule import Graph
        >>> Graph.parse("x y").work({"x": 2, "y": 3}, "forward", direction={"y": 1})["tangent:f"]
        2.0

        Parameters
        ----------
        at
            Value of each variable, by name.
        mode
            "reverse" for adjoints, "forward" for tangents.
        zoom
            "primitive", "step", "named" or "module"; default named for a program, step for a
            formula.
        output
            Name of the output to differentiate; default the main one.
        direction
            Tangent of each moved variable (forward mode); default 1 for the first, and the
            table has a column for each of up to four.
        notation
            A `Notation`, or words that ask for one: "bars", "upstream", "xi", "comma".
        digits
            Significant digits to compute and show; default double precision, checked.
        folds
            Single changes to what the zoom level shows, one after the other: "u" as
            ``fold("u")``, "u u1" as ``fold("u", "u1")``, "-u" as ``unfold("u")``.
        as_tree
            Whether every use of a node is shown as a copy of its own.

        Raises
        ------
        PointError
            If a value is missing or not a number.
        GraphError
            If there is no such output or zoom level, a fold cannot be made, or there are too
            many digits.
        LimitError
            If the tree would be too large.
        InputError
            For words that ask for no notation.
        """
        if digits is not None and not 1 <= digits <= LIMITS.digits:
            raise GraphError(f"{digits} digits; allowed are 1 to {LIMITS.digits:,}")
        if notation is None or isinstance(notation, str):
            notation = Notation.named(notation or "")
            notation = notation if digits is None else notation.with_digits(digits)
        shown = changed(self.zoom(zoom or self.usual_zoom).list, folds, notation)
        shown = tree(shown) if as_tree else shown
        by_name = self._by_name(self._point(at))
        moved = None
        variables = variables_of(shown)
        if direction is None and mode == "forward" and len(variables) < len(shown.inputs):
            direction = {variables[0]: 1}  # all copies move together
        if direction is not None:
            moved = {
                node: value_of(shown, node, direction[name])
                for name in spelled_once(direction).values()
                for node in inputs_called(shown, name)
            }
        goal = None if output is None else shown[canonical(output)].index
        point = {i: by_name[original(shown.names[i])] for i in shown.inputs}
        run = Run(shown, point, mode, goal, moved, digits)
        return Worked(View(run, notation), self.whole, every_input=direction is None)

    def evaluate(self, at: Point) -> Any:
        """Return the value of the main output at a point.

        >>> from chainrule import Graph
        >>> Graph.parse("x^2 + 1").evaluate({"x": 3})
        10.0
        """
        return self.work(at).value

    def forward(self, at: Point, direction: Mapping[str, Typed] | None = None) -> Worked:
        """Run forward mode: tangents along a direction of the inputs.

        >>> from chainrule import Graph
        >>> Graph.parse("y = 3t; t = x^2").forward({"x": 2})["tangent:t"]
        4.0
        """
        return self.work(at, "forward", direction=direction)

    def reverse(self, at: Point, output: str | None = None) -> Worked:
        """Run reverse mode: adjoints of every node for one output.

        >>> from chainrule import Graph
        >>> Graph.parse("y = 3t; t = x^2").reverse({"x": 2})["adjoint:t"]
        3.0
        """
        return self.work(at, "reverse", output=output)

    def compile(
        self,
        outputs: str = "value_and_grad",
        wrt: Sequence[str] | None = None,
        *,
        output: str | None = None,
    ) -> Compiled:
        """Return the graph as a fast NumPy function, with its source in `source`.

        A graph of numbers takes arrays of points; inputs that carry a batch take one example
        a row, and the derivative by an input that does not is the sum over the batch.

        >>> from chainrule import Graph
        >>> compiled = Graph.parse("sin(x) y").compile()
        >>> value, gradient = compiled(x=[0, 0], y=[2, 3])
        >>> gradient["x"]
        array([2., 3.])

        Parameters
        ----------
        outputs
            "value_and_grad", or "value" alone; "jax" or "torch" for source and functions of JAX
            or PyTorch, which take the inputs in their order.
        wrt
            Names of the variables by which derivatives are taken; default all.
        output
            Name of the output; default the main one.

        Raises
        ------
        GraphError
            If there is no such variable or output, or an operation has no form in NumPy.
        InputError
            For derivatives of a graph that shall have none at its kinks.
        """
        shown = self.list
        by = None if wrt is None else [shown.names[inputs_called(shown, n)[0]] for n in wrt]
        goal = None if output is None else shown[canonical(output)].index
        made: Compiled = compiled(shown, outputs, by, goal)
        return made

    def table(self, at: Point, mode: Mode = "reverse", **options: Any) -> Grid:
        """Return the backward or forward table at a point.

        >>> from chainrule import Graph
        >>> table = Graph.parse("x y").table({"x": 2, "y": 3})
        >>> [row.cells["derivative"].id for row in table.rows]
        ['adjoint:f', 'adjoint:x', 'adjoint:y']
        """
        return self.work(at, mode, **options).table()

    def steps(self, at: Point, mode: Mode = "reverse", **options: Any) -> Story:
        """Return the steps of all passes at a point, told one by one.

        >>> from chainrule import Graph
        >>> [step.phase for step in Graph.parse("x^2").steps({"x": 3})]
        ['values', 'values', 'partials', 'adjoints', 'adjoints']
        """
        return self.work(at, mode, **options).steps()

    def draw(self, at: Point, format: str = "svg", mode: Mode = "reverse", **options: Any) -> bytes:
        """Return a picture of the graph with its values and derivatives at a point.

        >>> from chainrule import Graph
        >>> Graph.parse("x^2").draw({"x": 3}, "dot").decode().splitlines()[0]
        'digraph chainrule {'

        Raises
        ------
        DrawingError
            For a format or option that is not allowed, or if Graphviz refuses.
        """
        return self.work(at, mode).draw(format, **options)

    def paths(self, at: Point, by: str | None = None, **options: Any) -> Paths:
        """Return every path from an input (default: all) to the output, with its product.

        >>> from chainrule import Graph
        >>> paths = Graph.parse("y = u v; u = 2x; v = x^2").paths({"x": 3}, by="x")
        >>> paths.count, paths["x"].total.shown
        (2, 54.0)

        Raises
        ------
        GraphError
            If there is no such input, or the graph has vectors.
        """
        return self.work(at, **options).paths(by)

    def health(self, at: Point) -> Health:
        """Return what is saturated, overflows or cancels at a point, and what to write instead.

        >>> from chainrule import Graph
        >>> print(Graph.parse("exp(x) - 1").health({"x": "1e-3"}).findings[-1].proposal)
        expm1(x)
        """
        return self.work(at).health()

    def networkx(self, at: Point | None = None, mode: Mode = "reverse") -> networkx.MultiDiGraph:
        """Return a networkx graph; with a point it carries values, partials and derivatives.

        >>> from chainrule import Graph
        >>> drawn = Graph.parse("x y").networkx({"x": 2, "y": 3})
        >>> [data["adjoint"] for _node, data in drawn.nodes.data()]
        [3.0, 2.0, 1.0]
        """
        if at is None:
            return to_networkx(self.list)
        return to_networkx(self.list, self.work(at, mode, zoom="primitive").view.run.double)

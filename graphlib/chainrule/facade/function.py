"""A function as the list of its elementary steps: all that is asked of what a graph means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chainrule.algebras.decimals import rounded
from chainrule.algebras.float64 import FLOAT64
from chainrule.compile.machine import Machine, Unsettled
from chainrule.errors import GraphError
from chainrule.facade.points import (
    Point,
    beside,
    exact_number,
    exact_point,
    variables_of,
)
from chainrule.graph.sympy_view import to_sympy
from chainrule.graph.wengert import WengertList
from chainrule.language import Note, Program, canonical, spelled_once
from chainrule.passes.agreement import agree
from chainrule.passes.closed_form import ClosedForm, closed_form
from chainrule.passes.derivatives import SecondOrder
from chainrule.passes.folding import Zoom, zoom
from chainrule.passes.jacobian import jacobian
from chainrule.passes.record import Mode, record
from chainrule.passes.run import Run
from chainrule.readings.derivatives import AgreementTable, Hessian, JacobianTable
from chainrule.readings.latex import latex
from chainrule.readings.overview import Cost, cost
from chainrule.readings.terms import Symbol
from chainrule.readings.view import Notation, View, labels
from chainrule.worked import Worked, inputs_called

if TYPE_CHECKING:
    import sympy

NO_WEIGHTS: Mapping[str, Any] = MappingProxyType({})
UNPROVEN = 20_000
"""Nodes above which a gradient is in double precision alone, unless it is asked for otherwise."""


def usual_zoom(graph: WengertList) -> Zoom:
    """Return the level at which a function is shown: named for a program, step for a formula."""
    named = sum(1 for node in graph.names if node not in graph.inputs)
    return "named" if named > 1 else "step"


class Function:
    """What a graph means, however it is shown.

    Parameters
    ----------
    whole
        Its elementary steps.
    program
        The text from which it was read, if it was.
    weights
        Values that inputs have unless others are given: the weights of a network that was read
        from another library.
    """

    def __init__(
        self,
        whole: WengertList,
        program: Program | None = None,
        weights: Mapping[str, Any] = NO_WEIGHTS,
    ) -> None:
        self.whole = whole
        self.program = program
        self.weights = weights

    @property
    def notes(self) -> tuple[Note, ...]:
        """How the text was read where it could be read in more than one way.

        >>> import chainrule
        >>> note = chainrule.parse("1/2x").notes[0]
        >>> note.reading, note.alternative_reading
        ('(1/2)·x', '1/(2x)')
        """
        return self.program.notes if self.program else ()

    @property
    def given(self) -> dict[str, str]:
        """The values that the text gives to inputs, as they were typed.

        >>> import chainrule
        >>> chainrule.parse("x = -2; y = x^2").given
        {'x': '-2'}
        """
        numbers = self.program.given if self.program else {}
        return {name: numbers[name].text for name in self.variables if name in numbers}

    @property
    def asked(self) -> str | None:
        """By which variable the text asks for a derivative; "" for any, None if it does not.

        >>> import chainrule
        >>> chainrule.parse("d/dx x^2 y").asked
        'x'
        """
        return self.program.asked if self.program else None

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of their first appearance.

        >>> import chainrule
        >>> chainrule.parse("b sin a").variables
        ('b', 'a')
        """
        return variables_of(self.whole)

    def _point(self, at: Point) -> dict[int, Any]:
        return exact_point(self.whole, self.program, beside(at, self.weights))

    def _by_name(self, point: Mapping[int, Any]) -> dict[str, Any]:
        return {self.whole.names[node]: value for node, value in point.items()}

    def _output_labels(self) -> list[str]:
        """Return what the outputs are called in a table: unnamed ones have its labels."""
        shown = zoom(self.whole, usual_zoom(self.whole))
        named = labels(shown, Notation())
        return [named[output] for output in shown.outputs]

    def gradient(
        self, at: Point, output: str | None = None, *, proven: bool | None = None
    ) -> dict[str, Any]:
        """Return the derivatives of one output by every variable, by name.

        >>> import chainrule
        >>> chainrule.parse("x^2 y").gradient({"x": 2, "y": 3})
        {'x': 12.0, 'y': 4.0}

        Parameters
        ----------
        proven
            Whether every digit is proven. Otherwise the numbers are those of double precision
            alone, with the conventions at kinks as they are. Default: up to 20,000 nodes.

        Raises
        ------
        GraphError
            If a gradient of vectors shall not be proven: `compile` is for that.
        """
        if proven is None:
            proven = len(self.whole) <= UNPROVEN or not self.whole.is_scalar
        if not proven:
            return self._unproven(at, output)
        goal = None if output is None else self.whole[canonical(output)].index
        worked = Worked(View(Run(self.whole, self._point(at), "reverse", goal)), self.whole)
        return {name: rounded(worked.slope(name).public) for name in self.variables}

    def _unproven(self, at: Point, output: str | None) -> dict[str, Any]:
        if not self.whole.is_scalar:
            raise GraphError("A gradient of vectors in double precision alone is compile()'s work")
        goal = self.whole.outputs[0] if output is None else self.whole[canonical(output)].index
        point = {node: FLOAT64.number(exact) for node, exact in self._point(at).items()}
        slopes: Mapping[int, Any]
        try:
            _, slopes = Machine(self.whole, goal).value_and_grad(point)
        except Unsettled:  # the passes know why
            slopes = record(self.whole, FLOAT64, point, "reverse", {goal: 1.0}).derivatives
        return {self.whole.names[node]: slopes.get(node, 0.0) for node in self.whole.inputs}

    def jacobian(self, at: Point, mode: Mode | None = None) -> JacobianTable:
        """Return the derivatives of every output by every variable, by name.

        Between vectors an entry is an array of the output's shape followed by the variable's.

        >>> import chainrule
        >>> jacobian = chainrule.parse("f = x y; g = x + y").jacobian({"x": 2, "y": 3})
        >>> jacobian["g"]
        {'x': 1.0, 'y': 1.0}
        >>> jacobian.mode, jacobian.cost["reverse"].operations, jacobian.cost["forward"].operations
        ('reverse', 4, 4)

        Parameters
        ----------
        mode
            "reverse" for one pass a row, "forward" for one pass a column; default the cheaper.

        Raises
        ------
        GraphError
            If there is no such mode, or the graph has a batch.
        """
        point = self._point(at)
        found = jacobian(self.whole, point, self._output_labels(), mode)
        return JacobianTable(found.rows, found.mode, found.cost, self._by_name(point))

    def hessian(self, at: Point) -> Hessian:
        """Return the second derivatives of the main output by every pair of variables.

        The rows are reverse passes over the gradient graph. Where the function or its gradient
        does not exist, neither do these, although their formulas may have a value.

        >>> import chainrule
        >>> chainrule.parse("x^2 y").hessian({"x": 2, "y": 3})["x"]
        {'x': 6.0, 'y': 4.0}

        Raises
        ------
        GraphError
            If the main output is a vector, or the graph has a batch.
        """
        point = self._point(at)
        found = SecondOrder(self.whole, point).hessian()
        names = self.whole.names
        rows, shown = (
            {
                names[a]: {names[b]: getattr(number, kind) for b, number in row.items()}
                for a, row in found.items()
            }
            for kind in ("public", "shown")
        )
        return Hessian(self._output_labels()[0], rows, self._by_name(point), shown)

    def hvp(self, at: Point, direction: Mapping[str, Any]) -> dict[str, Any]:
        """Return the Hessian of the main output times a direction: one forward pass over the
        gradient graph, however many variables there are.

        >>> import chainrule
        >>> chainrule.parse("x^2 y").hvp({"x": 2, "y": 3}, {"x": 1, "y": -1})
        {'x': 2.0, 'y': 4.0}

        Parameters
        ----------
        direction
            How fast each variable moves; those left out stand still.

        Raises
        ------
        GraphError
            If a name is no variable, the main output is a vector, or the graph has a batch.
        """
        moves: dict[int, Any] = {}
        for name in spelled_once(direction).values():
            (node,), given = inputs_called(self.whole, name), direction[name]
            moves[node] = given if self.whole.shape(node) else exact_number(given, name)
        along = SecondOrder(self.whole, self._point(at)).along(moves)
        return {self.whole.names[node]: number.public for node, number in along.items()}

    def check(self, at: Point) -> AgreementTable:
        """Compare forward mode, reverse mode, SymPy's derivative and differences.

        >>> import chainrule
        >>> chainrule.parse("sin(x^2)").check({"x": 1}).agrees
        True

        Raises
        ------
        GraphError
            If the graph has vectors.
        """
        found = agree(self.whole, self._point(at))
        goal = self._output_labels()[0]
        return AgreementTable(found.output, found.digits, found.inputs, found.missing, goal)

    def cost(self) -> Cost:
        """Return how many operations forward mode, reverse mode and differences take.

        >>> import chainrule
        >>> chainrule.parse("x y + sin x").cost().totals["differences"]
        20

        Raises
        ------
        GraphError
            If the graph has no variables.
        """
        return cost(self.whole, dict(zip(self.whole.outputs, self._output_labels(), strict=True)))

    def closed_form(self, timeout: float = 60.0) -> ClosedForm:
        """Return SymPy's closed form of the main output and of its derivatives.

        >>> import chainrule
        >>> chainrule.parse("y = 3t; t = x^2").closed_form().derivative_text
        {'x': '6*x'}
        >>> chainrule.parse("y_star x^2").closed_form().derivative_latex["x"]
        '2 x y^{*}'

        Parameters
        ----------
        timeout
            Seconds after which SymPy is stopped; `missing` or `left_out` says so then.
        """
        names = {name: latex(Symbol(name)) for name in self.whole.names.values()}
        return closed_form(self.whole, timeout=timeout, latex_names=names)

    def sympy(self, node: str | None = None) -> sympy.Expr:
        """Return the main output, or a named node, as a SymPy expression.

        >>> import chainrule
        >>> chainrule.parse("y = 3t; t = x^2").sympy("t")
        x**2

        Raises
        ------
        GraphError
            If there is no such node, or its formula is too large for SymPy.
        """
        return to_sympy(self.whole, None if node is None else self.whole[canonical(node)].index)

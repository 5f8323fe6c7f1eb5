"""The public class `Graph`. It adds no mathematics: every method hands over to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from chainrule.errors import GraphError
from chainrule.facade.points import Point, said_of
from chainrule.facade.shown import Shown
from chainrule.graph.conventions import kink_choice, with_kinks
from chainrule.graph.networkx_view import from_networkx
from chainrule.graph.sympy_view import from_sympy
from chainrule.graph.wengert import WengertList
from chainrule.importing.from_onnx import from_onnx
from chainrule.importing.from_torch import from_torch
from chainrule.language import SOURCES, Note, Source, canonical, read
from chainrule.language.build import build
from chainrule.language.program import FUNCTIONS
from chainrule.language.tracing import trace
from chainrule.ops import Op, Registry
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.folding import ZOOMS
from chainrule.passes.unrolling import unrolled
from chainrule.readings.formulas import in_inputs
from chainrule.readings.overview import Overview, at_point, overview

if TYPE_CHECKING:
    import networkx
    import sympy


class Graph(Shown):
    """A formula or program as a graph of elementary steps.

    >>> graph = Graph.parse("J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2")
    >>> graph.gradient({"x": 1})
    {'x': 4.560791790678778}
    """

    @classmethod
    def of(cls, graph: WengertList | Graph) -> Graph:
        """Return a Wengert list as a graph to ask.

        >>> from chainrule.passes.derivatives import gradient_graph
        >>> Graph.of(gradient_graph(Graph.parse("x^3").list)).evaluate({"x": 2})
        12.0
        """
        return graph if isinstance(graph, Graph) else cls(graph)

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        declared: Iterable[str] = (),
        readings: Mapping[str, str] | None = None,
        mode: Source | None = None,
        kink: str | int | float | Fraction | None = None,
        batched: Iterable[str] = (),
        constants: bool = False,
        operations: Iterable[Op] = (),
    ) -> Graph:
        r"""Read a formula or a program of assignments.

        >>> Graph.parse("y = 2t; t = x^2").variables
        ('x',)
        >>> Graph.parse(r"\frac{\theta^\top x}{2}").variables
        ('theta', 'x')

        Parameters
        ----------
        text
            Such as ``cos(sin(x^2)+3x^2)`` or ``J = cos(u); u = 3t; t = x^2``.
        declared
            Names that are variables, whatever else they could mean; a mapping to their values
            lets a sum have such a name as its bound.
        readings
            Other choices for what `notes` reports, from a note's key to its alternative.
        mode
            "text", or "latex" for the same in LaTeX: formulas, `aligned` environments. By
            default what text never has means LaTeX: a backslash, $, braces behind ^ and _.
        kink
            What is used at all kinks, as for `with_kinks`.
        batched
            Names of the inputs whose values hold many examples, one in each row.
        constants
            Whether a number that the text assigns to a name, as in ``x = 3``, is a constant. By
            default it is the value that this input has unless another one is given.
        operations
            Operations of one's own that the text uses by name, as `chainrule.operation` makes
            them.

        Raises
        ------
        ParseError, LimitError
            With the place, what was found there and what is allowed.
        GraphError
            If there is no such mode, no such choice at kinks, or a name in `batched` is no input.
        """
        if not isinstance(text, str):
            raise TypeError(
                f"a formula is a text, not {text!r}; `Graph.trace` reads Python functions"
            )
        if mode is not None and mode not in SOURCES:
            raise GraphError(f"no mode {mode!r}; there are {', '.join(SOURCES)}")
        own = Registry.of(operations).spelled
        program = read(
            text,
            declared=declared,
            readings=readings,
            operations={**FUNCTIONS, **own} if own else None,
            mode=mode,
            constants=constants,
        )
        many = {canonical(name) for name in batched}
        if not many <= set(program.inputs):
            unknown = ", ".join(sorted(many - set(program.inputs)))
            known = ", ".join(program.inputs)
            raise GraphError(f"{unknown} cannot carry a batch; the variables are {known}")
        graph = cls(build(program, many), program)
        if program.claims:
            graph.program = replace(program, notes=(*program.notes, *graph._claims_checked()))
        return graph if kink is None else graph.with_kinks(kink)

    @classmethod
    def trace(
        cls,
        function: Callable[..., Any],
        *names: str,
        operations: Iterable[Op] = (),
        **shapes: int | Sequence[int],
    ) -> Graph:
        """Run a Python function once on tracing values and return the graph of what it did.

        Operators and NumPy functions are written down; `if`, comparisons and float() are
        refused. See `chainrule.language.tracing` for names inside and further operations.

        >>> import numpy as np
        >>> Graph.trace(lambda x, y: np.sin(x) * y).gradient({"x": 0, "y": 3})
        {'x': 3.0, 'y': 0.0}

        Parameters
        ----------
        function
            Its arguments are the inputs; it returns a number, a tuple, or a dict of names.
        names
            Names of the arguments, where the function's own shall not be used.
        operations
            Operations of one's own that it applies by name; called as functions they need not
            be given.
        shapes
            Shapes by the name of an argument: ``x=3``, ``W=(4, 2)``.

        Raises
        ------
        GraphError
            If the function does what cannot be traced.
        """
        return cls.of(trace(function, *names, operations=operations, **shapes))

    @classmethod
    def from_sympy(
        cls,
        expressions: sympy.Expr | Sequence[sympy.Expr],
        names: Sequence[str] = (),
        *,
        inputs: Iterable[str] = (),
    ) -> Graph:
        """Return the graph of one or several SymPy expressions.

        >>> import sympy
        >>> Graph.from_sympy(sympy.Symbol("x") ** 2).gradient({"x": 3})
        {'x': 6.0}

        Parameters
        ----------
        names
            Names of the outputs, one per expression, if they are to have any.
        inputs
            Names of inputs that come first, used or not.
        """
        return cls.of(from_sympy(expressions, names, inputs=inputs))

    @classmethod
    def from_networkx(cls, graph: networkx.MultiDiGraph) -> Graph:
        """Return the graph of a networkx graph whose nodes carry `op` and edges `slot`.

        >>> Graph.from_networkx(Graph.parse("x y").networkx()).gradient({"x": 2, "y": 3})
        {'x': 3.0, 'y': 2.0}

        Raises
        ------
        GraphError
            If it is no graph of known operations without cycles.
        """
        return cls.of(from_networkx(graph))

    @classmethod
    def from_torch(cls, module: Any, *examples: Any) -> Graph:
        """Return the graph of a PyTorch module, or of a function of tensors.

        Its parameters are inputs called as there, 0.weight as `weight0`, which have their values
        unless others are given; `weights` has them. PyTorch is needed for this.

        Parameters
        ----------
        examples
            Tensors of the shapes with which it is called.

        Raises
        ------
        GraphError
            If an operation of it is none here, with its name.
        OutsideError
            If PyTorch is not installed.
        """
        found = from_torch(module, *examples)
        return cls(found.graph, weights=found.given)

    @classmethod
    def from_onnx(cls, model: Any, **shapes: Sequence[int]) -> Graph:
        """Return the graph of an ONNX model, or of a file with one; as `from_torch` does.

        Parameters
        ----------
        shapes
            Shapes of inputs of which the model leaves a size open, such as the number of rows.

        Raises
        ------
        GraphError
            If an operator of it is none here, with its name, or a size is open.
        OutsideError
            If the library onnx is not installed.
        """
        found = from_onnx(model, **shapes)
        return cls(found.graph, weights=found.given)

    def __repr__(self) -> str:
        """Return its outputs, variables and size.

        >>> Graph.parse("y = 2t; t = x^2")
        <Graph: y of x, 4 nodes>
        """
        outputs = ", ".join(self._output_labels())
        return f"<Graph: {outputs} of {', '.join(self.variables) or 'nothing'}, {len(self)} nodes>"

    def with_kinks(self, choice: str | float | Fraction) -> Graph:
        """Return the graph with one choice for the derivative at all kinks.

        It becomes a parameter of the nodes, and so stands in the gradient graph as well. What
        was typed for a single one, as in ``relu(x, slope=1/2)``, stays.

        >>> Graph.parse("relu(x) + abs(x)").with_kinks("1/2").gradient({"x": 0})
        {'x': 1.0}

        Parameters
        ----------
        choice
            0 (as usual), 1/2, 1, or "undefined" for no derivative there: see
            `chainrule.graph.conventions`.

        Raises
        ------
        GraphError
            If it is another one.
        """
        number = kink_choice(choice)
        shown = with_kinks(self.list, number)
        same = self.list is self.whole
        whole = None if same else with_kinks(self.whole, number)
        return Graph(shown, self.program, whole, self.weights)

    def _claims_checked(self) -> list[Note]:
        """Return what is to be said of the numbers that the text says come out."""
        assert self.program is not None
        worked = None
        if set(self.variables) <= set(self.given) and self.list.is_scalar:
            worked = self.work({}, zoom="primitive")
        notes = []
        for name, (number, place) in self.program.claims.items():
            typed = self.program.text[place.start : place.stop]
            said = "left out: it depends on values that are not given"
            if worked is not None and name in self.list.index:
                found = worked.view.run.value(self.list.index[name])
                said = said_of(typed, number, found.public)
            notes.append(Note(place, typed, said, f"claim:{name}"))
        return notes

    def overview(self, at: Point | None = None) -> Overview:
        """Return the graph at a glance: formula, sizes, cost, number of paths.

        With a point also value and derivatives, SymPy's closed forms, and whether four routes
        to the derivatives agree.

        >>> overview = Graph.parse("J = cos(u); u = sin(t) + 3t; t = x^2").overview()
        >>> overview.sizes["named"], overview.paths
        (4, 1)

        Raises
        ------
        PointError
            If a value is missing or not a number.
        """
        outputs = self._output_labels()
        notes = [f"{note.found}: {note.reading}" for note in self.notes]
        further: list[tuple[str, Any]] = []
        if at is not None:
            run = self.work(at)
            form = self.closed_form()
            agreement = self.check(at) if self.list.is_scalar else None

            def read(written: str) -> Any:
                return in_inputs(Graph.parse(written, declared=self.list.names.values()).list).term

            further = at_point(run.view, agreement, form, read)
        levels: dict[str, WengertList] = {level: self.zoom(level).list for level in ZOOMS}
        return overview(self.list, levels, self.usual_zoom, outputs, notes, further)

    def gradient_graph(self) -> Graph:
        """Return the graph of the derivatives of the main output by the inputs.

        >>> Graph.parse("x^3").gradient_graph().evaluate({"x": 2})
        12.0
        """
        return Graph.of(gradient_graph(self.whole))

    def unroll(self) -> Graph:
        """Return the graph of the numbers of which vectors and matrices consist, up to 500.

        >>> Graph.parse("W: 1x2; x: 2; W x").unroll().variables
        ('W11', 'W12', 'x1', 'x2')

        Raises
        ------
        GraphError
            If there are more, the graph has a batch, or a class that is given as a number.
        """
        return Graph.of(unrolled(self.whole))


def parse(text: str, **options: Any) -> Graph:
    """Read a formula or a program; the same as `Graph.parse`.

    >>> parse("x^2").evaluate({"x": 3})
    9.0
    """
    return Graph.parse(text, **options)

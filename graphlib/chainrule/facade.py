"""The public class `Graph`. It adds no mathematics: every method hands over to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from numbers import Number
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.real import rounded
from chainrule.errors import GraphError, PointError
from chainrule.graph.numbering import original
from chainrule.graph.tree import tree, tree_size
from chainrule.graph.wengert import WengertList
from chainrule.language import (
    LIMITS,
    SOURCES,
    Note,
    Program,
    Source,
    canonical,
    exact,
    read,
    spelled_once,
)
from chainrule.language.build import build
from chainrule.language.entries import value as entries
from chainrule.language.program import FUNCTIONS
from chainrule.language.tracing import trace
from chainrule.ops import Op, Registry
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.folding import ZOOMS, Zoom, zoom
from chainrule.passes.record import Mode, record
from chainrule.passes.run import Run
from chainrule.readings.changes import changed, folded, unfolded
from chainrule.readings.latex import latex
from chainrule.readings.story import Story
from chainrule.readings.tables import Table
from chainrule.readings.terms import Symbol
from chainrule.readings.view import Notation, labels
from chainrule.worked import Worked

if TYPE_CHECKING:
    import networkx
    import sympy

    from chainrule.compile import Compiled
    from chainrule.passes.closed_form import ClosedForm
    from chainrule.readings.agreement import AgreementTable
    from chainrule.readings.cost import Cost
    from chainrule.readings.derivatives import Hessian, JacobianTable
    from chainrule.readings.health import Health
    from chainrule.readings.overview import Overview
    from chainrule.readings.paths import Paths

UNPROVEN = 20_000
"""Nodes above which a gradient is in double precision alone, unless it is asked for otherwise."""
Typed = str | int | float | Fraction | Decimal
Point = Mapping[str, Any]


def exact_number(given: Typed, name: str = "") -> Fraction:
    """Return a value as an exact number.

    Text is the decimal or fraction that was typed, so "0.1" is 1/10; a Python float is its
    exact binary value.

    >>> exact_number("0.1"), exact_number(0.5)
    (Fraction(1, 10), Fraction(1, 2))

    Raises
    ------
    PointError
        If it is not a finite number.
    """
    if isinstance(given, str):
        return exact(given).value
    try:
        return Fraction(given)
    except (ValueError, OverflowError, TypeError) as error:
        raise PointError(
            f"The value of {name or 'a variable'} is not a number",
            text=str(given),
            length=len(str(given)),
            allowed='A value is a finite number, such as 3, -0.25, 1e-9 or "1/3".',
        ) from error


P = ParamSpec("P")
R = TypeVar("R")


def _of_the_function(
    method: Callable[Concatenate[Graph, P], R],
) -> Callable[Concatenate[Graph, P], R]:
    """Ask what is about the function of the graph that a zoom, a fold or a tree shows."""

    @wraps(method)
    def asked(graph: Graph, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return method(graph._function, *args, **kwargs)

    return asked


def _agreement(typed: str, number: Fraction, found: Any) -> str:
    """Return whether a number that was worked out is the one that comes out, as it was rounded."""
    try:
        exactly = Fraction(found)
    except (TypeError, ValueError, OverflowError):
        return "is not what comes out: there is no number"
    decimals = len(typed.partition(".")[2]) if "/" not in typed else 12
    near = abs(exactly - number) <= Fraction(1, 2 * 10**decimals)
    near = near or abs(exactly - number) <= abs(exactly) / 10**9
    return "is what comes out" if near else f"is not what comes out: {float(exactly):.6g}"


def _exact_entries(value: Any, name: str) -> Any:
    """Return nested sequences with typed entries as exact numbers; arrays stay as they are."""
    if isinstance(value, list | tuple):
        return [_exact_entries(entry, name) for entry in value]
    known = (isinstance(value, Number) and not isinstance(value, Decimal)) or hasattr(
        value, "__array__"
    )
    return value if known else exact_number(value, name)


class Graph(WengertList):
    """A formula or program as a graph of elementary steps.

    >>> graph = Graph.parse("J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2")
    >>> graph.gradient({"x": 1})
    {'x': 4.560791790678778}
    """

    program: Program | None = None
    source: Graph | None = None
    """The graph of which this one is a zoom, a fold or a tree: what it shows is that function."""

    @classmethod
    def of(cls, graph: WengertList, program: Program | None = None) -> Graph:
        """Return a Wengert list as a graph to ask.

        >>> from chainrule.passes.derivatives import gradient_graph
        >>> Graph.of(gradient_graph(Graph.parse("x^3"))).evaluate({"x": 2})
        12.0
        """
        if isinstance(graph, cls) and program is None:
            return graph
        made = cls._copied(graph)
        made.program = program
        return made

    @classmethod
    def _copied(cls, graph: WengertList) -> Graph:
        return cls(
            graph.ops,
            graph.operands,
            graph.parameters,
            graph.names,
            graph.shapes,
            graph.outputs,
            graph.written,
            graph.batched,
            graph.places,
        )

    def _shown(self, graph: WengertList) -> Graph:
        """Return another list that shows this function."""
        made = self._copied(graph)
        made.program, made.source = self.program, self._function
        return made

    @property
    def _function(self) -> Graph:
        """The graph itself, or that of which it is a zoom, a fold or a tree."""
        return self.source or self

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
        graph = cls.of(build(program, many), program)
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
        from chainrule.graph.sympy_view import from_sympy

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
        from chainrule.graph.networkx_view import from_networkx

        return cls.of(from_networkx(graph))

    # What it consists of

    def __repr__(self) -> str:
        """Return its outputs, variables and size.

        >>> Graph.parse("y = 2t; t = x^2")
        <Graph: y of x, 4 nodes>
        """
        outputs = ", ".join(self._output_labels())
        return f"<Graph: {outputs} of {', '.join(self.variables) or 'nothing'}, {len(self)} nodes>"

    @property
    def notes(self) -> tuple[Note, ...]:
        """How the text was read where it could be read in more than one way.

        >>> note = Graph.parse("1/2x").notes[0]
        >>> note.reading, note.alternative_reading
        ('(1/2)·x', '1/(2x)')
        """
        return self.program.notes if self.program else ()

    @property
    def given(self) -> dict[str, str]:
        """The values that the text gives to inputs, as they were typed.

        >>> Graph.parse("x = -2; y = x^2").given
        {'x': '-2'}
        """
        numbers = self.program.given if self.program else {}
        return {name: numbers[name].text for name in self.variables if name in numbers}

    @property
    def asked(self) -> str | None:
        """By which variable the text asks for a derivative; "" for any, None if it does not.

        >>> Graph.parse("d/dx x^2 y").asked
        'x'
        """
        return self.program.asked if self.program else None

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of their first appearance.

        >>> Graph.parse("b sin a").variables
        ('b', 'a')
        """
        return tuple(dict.fromkeys(original(self.names[i]) for i in self.inputs))

    def zoom(self, level: Zoom) -> Graph:
        """Return the graph at a zoom level: primitive, step, named or module.

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
        return self._shown(zoom(self, level))

    def fold(self, *names: str) -> Graph:
        """Return what is shown with some nodes as one; a single one takes in all that only it uses.

        >>> lecture = Graph.parse("J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2")
        >>> lecture.fold("u").table({"x": 1}).rows[1].ids["derivative"]
        'adjoint:u'
        >>> len(lecture.zoom("named")), len(lecture.fold("u")), len(lecture.fold("u", "u1", "u2"))
        (6, 3, 4)

        Raises
        ------
        GraphError
            If a name is none, or these nodes cannot be one: between them lies another one, or they
            have several exits. Says which node is in the way.
        """
        shown = self.zoom(self.usual_zoom)
        return self._shown(folded(shown, names))

    def unfold(self, name: str) -> Graph:
        """Return what is shown with one fold opened: the nodes inside, under their own names.

        >>> lecture = Graph.parse("J = cos(u); u = sin(t) + 3t; t = x^2")
        >>> list(lecture.unfold("u").work({"x": 1}).labels.values())
        ['x', 't', 'v1', 'v2', 'u', 'J']

        Raises
        ------
        GraphError
            If there is no such node, or it is one operation.
        """
        shown = self.zoom(self.usual_zoom)
        return self._shown(unfolded(shown, name))

    def tree(self) -> Graph:
        """Return what is shown as a tree: every use of a node is a copy of its own.

        The copies of t are t, t#2, t#3, …; their adjoints add up to that of t in the graph.

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
        return self._shown(tree(self.zoom(self.usual_zoom)))

    @property
    def tree_size(self) -> int:
        """How many nodes the tree of what is shown has, up to 10^24; nothing is drawn for it.

        >>> doubled = "; ".join(f"t{i + 1} = t{i} t{i}" for i in range(60))
        >>> Graph.parse("t0 = x; " + doubled).tree_size > 2**60
        True
        """
        return tree_size(self.zoom(self.usual_zoom))

    @property
    def usual_zoom(self) -> Zoom:
        """The level at which it is shown unless asked otherwise: named for a program.

        >>> Graph.parse("sin(x^2)").usual_zoom, Graph.parse("y = sin t; t = x^2").usual_zoom
        ('step', 'named')
        """
        if self.source is not None:
            return "primitive"  # it is shown as it is
        named = sum(1 for node in self.names if node not in self.inputs)
        return "named" if named > 1 else "step"

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
        from chainrule.graph.conventions import kink_choice, with_kinks

        made = Graph.of(with_kinks(self, kink_choice(choice)), self.program)
        made.source = None if self.source is None else self.source.with_kinks(choice)
        return made

    def at(self, point: Point) -> dict[int, Any]:
        """Return a point by names as exact values by index.

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
        point = self._completed(point)
        spelled = spelled_once(point)
        variables = self.variables
        text = self.program.text if self.program else ""
        for name in variables:
            if canonical(name) not in spelled:
                raise PointError(
                    f"No value is given for {name}",
                    text=text,
                    position=self._place_of(name),
                    length=len(name),
                    allowed=f"Give one, such as {name}=1.",
                )
        known = {canonical(name) for name in variables}
        for key, name in spelled.items():
            if key not in known:
                raise PointError(
                    f"A value is given for {name}, which is not a variable of the formula",
                    text=name,
                    length=len(name),
                    allowed=f"The variables are: {', '.join(variables) or 'none'}.",
                )
        return {
            node: self._value_of(node, point[spelled[canonical(original(self.names[node]))]])
            for node in self.inputs
        }

    def _completed(self, point: Point) -> Point:
        """Return a point with the values that the text gives, without what it has put in."""
        if self.program is None or not (self.program.given or self.program.fixed):
            return point
        spelled = spelled_once(point)
        further = {name: text for name, text in self.given.items() if name not in spelled}
        fixed = self.program.fixed
        for key, name in spelled.items():
            given = point[name]
            if key in fixed and exact_number(given, name) != fixed[key]:
                raise PointError(
                    f"{name} was read as {fixed[key]}: it is the bound of a sum",
                    text=f"{given}", length=max(1, len(f"{given}")),
                    allowed="Give the value when the formula is read.",
                )  # fmt: skip
        return {**{n: point[n] for key, n in spelled.items() if key not in fixed}, **further}

    def _claims_checked(self) -> list[Note]:
        """Return what is to be said of the numbers that the text says come out."""
        program = self.program
        if program is None or not program.claims:
            return []
        worked = None
        if set(self.variables) <= set(self.given) and self.is_scalar:
            worked = self.work({}, zoom="primitive")
        notes = []
        for name, (number, place) in program.claims.items():
            typed = program.text[place.start : place.stop]
            said = "left out: it depends on values that are not given"
            if worked is not None and name in self.index:
                found = worked.run.value(self.index[name])
                said = _agreement(typed, number, found.public)
            notes.append(Note(place, typed, said, f"claim:{name}"))
        return notes

    def _value_of(self, node: int, value: Any) -> Any:
        batched = node in self.batched
        if isinstance(value, str):
            return entries(value, self.names[node], None if batched else self.shape(node))
        if self.shape(node) or batched:
            return _exact_entries(value, self.names[node])
        return exact_number(value, self.names[node])

    def _place_of(self, name: str) -> int:
        """Return where a variable first stands in the text, 0 for a graph without one."""
        if self.program is None:
            return 0
        places = [
            item.span.start
            for item in self.program.items
            if item.kind == "name" and item.what == name
        ]
        return min(places, default=0)

    # Passes

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
        shown = self._shown(changed(self.zoom(zoom or self.usual_zoom), folds, notation))
        shown = self._shown(tree(shown)) if as_tree else shown
        point = self.at(at)
        by_name = self._by_name(point)
        moved = None
        if direction is None and mode == "forward" and len(shown.variables) < len(shown.inputs):
            direction = {shown.variables[0]: 1}  # all copies move together
        if direction is not None:
            moved = {
                node: shown._value_of(node, direction[name])
                for name in spelled_once(direction).values()
                for node in shown._copies(name)
            }
        goal = None if output is None else shown[canonical(output)].index
        run = Run(
            shown,
            {i: by_name[original(shown.names[i])] for i in shown.inputs},
            mode,
            goal,
            moved,
            digits,
        )
        return Worked(run, notation, self._function, every_input=direction is None)

    def _copies(self, name: str) -> list[int]:
        """Return the inputs of a name: one, but in a tree one for each use."""
        wanted = canonical(name)
        found = [node for node in self.inputs if original(self.names[node]) == wanted]
        if not found:
            raise GraphError(f"{name!r} is not a variable; there are {', '.join(self.variables)}")
        return found

    def evaluate(self, at: Point) -> Any:
        """Return the value of the main output at a point.

        >>> Graph.parse("x^2 + 1").evaluate({"x": 3})
        10.0
        """
        return self.work(at).value

    def forward(self, at: Point, direction: Mapping[str, Typed] | None = None) -> Worked:
        """Run forward mode: tangents along a direction of the inputs.

        >>> Graph.parse("y = 3t; t = x^2").forward({"x": 2})["tangent:t"]
        4.0
        """
        return self.work(at, "forward", direction=direction)

    def reverse(self, at: Point, output: str | None = None) -> Worked:
        """Run reverse mode: adjoints of every node for one output.

        >>> Graph.parse("y = 3t; t = x^2").reverse({"x": 2})["adjoint:t"]
        3.0
        """
        return self.work(at, "reverse", output=output)

    @_of_the_function
    def gradient(
        self, at: Point, output: str | None = None, *, proven: bool | None = None
    ) -> dict[str, Any]:
        """Return the derivatives of one output by every variable, by name.

        >>> Graph.parse("x^2 y").gradient({"x": 2, "y": 3})
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
            proven = len(self) <= UNPROVEN or not self.is_scalar
        if not proven:
            return self._unproven(at, output)
        worked = self.work(at, zoom="primitive", output=output)
        return {name: rounded(worked.slope(name).public) for name in self.variables}

    def _unproven(self, at: Point, output: str | None) -> dict[str, Any]:
        from chainrule.compile.machine import Machine, Unsettled

        if not self.is_scalar:
            raise GraphError("A gradient of vectors in double precision alone is compile()'s work")
        goal = self.outputs[0] if output is None else self[canonical(output)].index
        point = {node: FLOAT64.number(exact) for node, exact in self.at(at).items()}
        slopes: Mapping[int, Any]
        try:
            _, slopes = Machine(self, goal).value_and_grad(point)
        except Unsettled:  # the passes know why
            slopes = record(self, FLOAT64, point, "reverse", {goal: 1.0}).derivatives
        return {self.names[node]: slopes.get(node, 0.0) for node in self.inputs}

    @_of_the_function
    def jacobian(self, at: Point, mode: Mode | None = None) -> JacobianTable:
        """Return the derivatives of every output by every variable, by name.

        Between vectors an entry is an array of the output's shape followed by the variable's.

        >>> jacobian = Graph.parse("f = x y; g = x + y").jacobian({"x": 2, "y": 3})
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
        from chainrule.passes.jacobian import jacobian
        from chainrule.readings.derivatives import JacobianTable

        point = self.at(at)
        found = jacobian(self, point, self._output_labels(), mode)
        return JacobianTable(found.rows, found.mode, found.cost, self._by_name(point))

    def _by_name(self, point: Mapping[int, Any]) -> dict[str, Any]:
        return {self.names[node]: value for node, value in point.items()}

    def _output_labels(self) -> list[str]:
        """Return what the outputs are called in a table: unnamed ones have its labels."""
        shown = self.zoom(self.usual_zoom)
        named = labels(shown, Notation())
        return [named[output] for output in shown.outputs]

    @_of_the_function
    def hessian(self, at: Point) -> Hessian:
        """Return the second derivatives of the main output by every pair of variables.

        The rows are reverse passes over the gradient graph. Where the function or its gradient
        does not exist, neither do these, although their formulas may have a value.

        >>> Graph.parse("x^2 y").hessian({"x": 2, "y": 3})["x"]
        {'x': 6.0, 'y': 4.0}

        Raises
        ------
        GraphError
            If the main output is a vector, or the graph has a batch.
        """
        from chainrule.passes.second_order import SecondOrder
        from chainrule.readings.derivatives import Hessian

        point = self.at(at)
        found = SecondOrder(self, point).hessian()
        rows, shown = (
            {
                self.names[a]: {self.names[b]: getattr(number, kind) for b, number in row.items()}
                for a, row in found.items()
            }
            for kind in ("public", "shown")
        )
        return Hessian(self._output_labels()[0], rows, self._by_name(point), shown)

    @_of_the_function
    def hvp(self, at: Point, direction: Mapping[str, Any]) -> dict[str, Any]:
        """Return the Hessian of the main output times a direction: one forward pass over the
        gradient graph, however many variables there are.

        >>> Graph.parse("x^2 y").hvp({"x": 2, "y": 3}, {"x": 1, "y": -1})
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
        from chainrule.passes.second_order import SecondOrder

        moves: dict[int, Any] = {}
        for name in spelled_once(direction).values():
            (node,), given = self._copies(name), direction[name]
            moves[node] = given if self.shape(node) else exact_number(given, name)
        along = SecondOrder(self, self.at(at)).along(moves)
        return {self.names[node]: number.public for node, number in along.items()}

    @_of_the_function
    def gradient_graph(self) -> Graph:
        """Return the graph of the derivatives of the main output by the inputs.

        >>> Graph.parse("x^3").gradient_graph().evaluate({"x": 2})
        12.0
        """
        return Graph.of(gradient_graph(self))

    @_of_the_function
    def unroll(self) -> Graph:
        """Return the graph of the numbers of which vectors and matrices consist, up to 500.

        >>> Graph.parse("W: 1x2; x: 2; W x").unroll().variables
        ('W11', 'W12', 'x1', 'x2')

        Raises
        ------
        GraphError
            If there are more, the graph has a batch, or a class that is given as a number.
        """
        from chainrule.passes.unrolling import unrolled

        return Graph.of(unrolled(self))

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
        from chainrule.compile import compiled

        by = None if wrt is None else [self.names[self._copies(name)[0]] for name in wrt]
        goal = None if output is None else self[canonical(output)].index
        made: Compiled = compiled(self, outputs, by, goal)
        return made

    # Readings

    def table(self, at: Point, mode: Mode = "reverse", **options: Any) -> Table:
        """Return the backward or forward table at a point.

        >>> [row.ids["derivative"] for row in Graph.parse("x y").table({"x": 2, "y": 3}).rows]
        ['adjoint:f', 'adjoint:x', 'adjoint:y']
        """
        return self.work(at, mode, **options).table()

    def steps(self, at: Point, mode: Mode = "reverse", **options: Any) -> Story:
        """Return the steps of all passes at a point, told one by one.

        >>> [step.phase for step in Graph.parse("x^2").steps({"x": 3})]
        ['values', 'values', 'partials', 'adjoints', 'adjoints']
        """
        return self.work(at, mode, **options).steps()

    def draw(self, at: Point, format: str = "svg", mode: Mode = "reverse", **options: Any) -> bytes:
        """Return a picture of the graph with its values and derivatives at a point.

        >>> Graph.parse("x^2").draw({"x": 3}, "dot").decode().splitlines()[0]
        'digraph chainrule {'

        Raises
        ------
        DrawingError
            For a format or option that is not allowed, or if there is no Graphviz.
        """
        return self.work(at, mode).draw(format, **options)

    @_of_the_function
    def check(self, at: Point) -> AgreementTable:
        """Compare forward mode, reverse mode, SymPy's derivative and differences.

        >>> Graph.parse("sin(x^2)").check({"x": 1}).agrees
        True

        Raises
        ------
        GraphError
            If the graph has vectors.
        """
        from chainrule.passes.agreement import agree
        from chainrule.readings.agreement import AgreementTable

        found = agree(self, self.at(at))
        goal = self._output_labels()[0]
        return AgreementTable(found.output, found.digits, found.inputs, found.missing, goal)

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
        from chainrule.readings.overview import at_point, overview, typeset

        outputs = self._output_labels()
        notes = [f"{note.found}: {note.reading}" for note in self.notes]
        further: list[tuple[str, Any]] = []
        if at is not None:
            run = self.work(at)
            form = self.closed_form()
            agreement = self.check(at) if self.is_scalar else None

            def read(written: str) -> Any:
                return typeset(Graph.parse(written, declared=self.names.values()))

            further = at_point(run, agreement, form, read)
        levels: dict[str, WengertList] = {level: self.zoom(level) for level in ZOOMS}
        return overview(self, levels, self.usual_zoom, outputs, notes, further)

    def paths(self, at: Point, by: str | None = None, **options: Any) -> Paths:
        """Return every path from an input (default: all) to the output, with its product.

        >>> paths = Graph.parse("y = u v; u = 2x; v = x^2").paths({"x": 3}, by="x")
        >>> paths.count, paths["x"].total.shown
        (2, 54.0)

        Raises
        ------
        GraphError
            If there is no such input, or the graph has vectors.
        """
        return self.work(at, **options).paths(by)

    @_of_the_function
    def cost(self) -> Cost:
        """Return how many operations forward mode, reverse mode and differences take.

        >>> Graph.parse("x y + sin x").cost().totals["differences"]
        20

        Raises
        ------
        GraphError
            If the graph has no variables.
        """
        from chainrule.readings.cost import cost

        return cost(self, dict(zip(self.outputs, self._output_labels(), strict=True)))

    def health(self, at: Point) -> Health:
        """Return what is saturated, overflows or cancels at a point, and what to write instead.

        >>> print(Graph.parse("exp(x) - 1").health({"x": "1e-3"}).findings[-1].proposal)
        expm1(x)
        """
        return self.work(at).health()

    @_of_the_function
    def closed_form(self, timeout: float = 60.0) -> ClosedForm:
        """Return SymPy's closed form of the main output and of its derivatives.

        >>> Graph.parse("y = 3t; t = x^2").closed_form().derivative_text
        {'x': '6*x'}
        >>> Graph.parse("y_star x^2").closed_form().derivative_latex["x"]
        '2 x y^{*}'

        Parameters
        ----------
        timeout
            Seconds after which SymPy is stopped; `missing` or `left_out` says so then.
        """
        from chainrule.passes.closed_form import closed_form

        names = {name: latex(Symbol(name)) for name in self.names.values()}
        return closed_form(self, timeout=timeout, latex_names=names)

    # Views

    @_of_the_function
    def sympy(self, node: str | None = None) -> sympy.Expr:
        """Return the main output, or a named node, as a SymPy expression.

        >>> Graph.parse("y = 3t; t = x^2").sympy("t")
        x**2

        Raises
        ------
        GraphError
            If there is no such node, or its formula is too large for SymPy.
        """
        from chainrule.graph.sympy_view import to_sympy

        return to_sympy(self, None if node is None else self[canonical(node)].index)

    def networkx(self, at: Point | None = None, mode: Mode = "reverse") -> networkx.MultiDiGraph:
        """Return a networkx graph; with a point it carries values, partials and derivatives.

        >>> drawn = Graph.parse("x y").networkx({"x": 2, "y": 3})
        >>> [data["adjoint"] for _node, data in drawn.nodes.data()]
        [3.0, 2.0, 1.0]
        """
        from chainrule.graph.networkx_view import to_networkx

        if at is None:
            return to_networkx(self)
        return to_networkx(self, self.work(at, mode, zoom="primitive").run.double)


def parse(text: str, **options: Any) -> Graph:
    """Read a formula or a program; the same as `Graph.parse`.

    >>> parse("x^2").evaluate({"x": 3})
    9.0
    """
    return Graph.parse(text, **options)

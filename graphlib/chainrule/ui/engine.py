"""What the page asks of the engine, each as one function of what was typed and chosen.

They run in processes of their own (`work.py` asks them), so no formula can hold up the server;
what they return travels as plain data.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, cast

from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.undefined import Undefined
from chainrule.drawing.player import Packed, payload
from chainrule.errors import ChainruleError, InputError, ShapeError
from chainrule.facade import Graph
from chainrule.graph.conventions import chosen_nodes
from chainrule.graph.numbering import tree_size, with_rows
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS, Shape
from chainrule.passes.closed_form import ClosedForm
from chainrule.passes.folding import Zoom
from chainrule.passes.record import Mode
from chainrule.passes.walks import evaluate
from chainrule.readings.catalogue import say
from chainrule.readings.changes import changed
from chainrule.readings.formulas import in_inputs, written_out
from chainrule.readings.grid import Tabular
from chainrule.readings.hints import Hint, hints
from chainrule.readings.latex import latex
from chainrule.readings.terms import text
from chainrule.readings.view import Notation
from chainrule.ui import plots
from chainrule.ui.plots import Plot
from chainrule.ui.state import State
from chainrule.ui.taken import FILES
from chainrule.worked import READINGS, Worked

CLOSED_FORM_SECONDS = 20.0
LONGEST_LATEX = 120
DEFAULT_VALUE = "1"
MOST_TRIED = 300
"""Nodes up to which another point is looked for."""


def warm() -> None:
    """Do everything once, so that the first who asks waits no longer than the others."""
    play(State(), ())


def step_back() -> None:
    """Let this process work only when others have nothing to do."""
    try:
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        elif sys.platform != "win32":
            os.nice(19)
    except OSError:
        pass  # a container may forbid it: then this process is one among others
    warm()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a formula was read as."""

    variables: tuple[str, ...] = ()
    reading: str = ""
    notes: tuple[dict[str, str], ...] = ()
    usual_zoom: str = "step"
    output: str = "f"
    scalar: bool = True
    shapes: tuple[Shape, ...] = ()
    kinked: bool = False
    told: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    outputs: tuple[str, ...] = ()

    def default(self, name: str) -> str:
        """Return the value that a variable has until one is typed: perhaps the text gives it,
        or the function has no value at the usual one.
        """
        if found := self.given.get(name) or self.inside.get(name):
            return found
        shape = dict(zip(self.variables, self.shapes, strict=True)).get(name, ())
        return default_value(shape)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an input cannot be used, as the page shows it."""

    message: str
    caret: str = ""
    allowed: str = ""
    suggestion: str = ""
    line: int = 0
    column: int = 0

    @classmethod
    def of(cls, error: ChainruleError, allowed: str = "") -> Fault:
        """Return an error as the page shows it; `allowed` is for one that says nothing of that."""
        if not isinstance(error, InputError):
            return cls(str(error), allowed=allowed)
        return cls(
            error.message,
            error.caret() if error.text else "",
            error.allowed,
            error.suggestion,
            error.line,
            error.column,
        )


@dataclass(frozen=True, slots=True)
class Closed:
    """The closed form and the agreement of four routes."""

    output: str = ""
    derivatives: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    verdict: str = ""
    words: str = ""


def _graph(state: State, names: tuple[str, ...]) -> Graph:
    return _parsed(state.formula, names, state.readings, state.kink)


@lru_cache(16)
def _parsed(
    formula: str, names: tuple[str, ...], readings: tuple[tuple[str, str], ...], kink: str = ""
) -> Graph:
    """Return what a text is read as; one edit asks several times."""
    return Graph.parse(formula, declared=names, readings=dict(readings), kink=kink or None)


def read(
    formula: str, names: tuple[str, ...], readings: tuple[tuple[str, str], ...]
) -> Reading | Fault:
    """Read a formula."""
    try:
        graph = _parsed(formula, names, readings)
    except InputError as error:
        return Fault.of(error)
    notes = tuple(
        {
            "found": note.found,
            "reading": note.reading,
            "key": note.key,
            "alternative": note.alternative,
            "other": note.alternative_reading,
        }
        for note in graph.notes
    )
    steps = graph.list
    return Reading(
        graph.variables,
        reading_latex(graph),
        notes,
        graph.usual_zoom,
        steps.names.get(steps.outputs[0], Notation().output),
        steps.is_scalar,
        tuple(steps.shape(node) for node in steps.inputs),
        bool(chosen_nodes(steps)),
        told_of(steps),
        graph.given,
        *_inside(graph),
        tuple(steps.names.get(node, "") for node in steps.outputs),
    )


INSIDE: Final = ("0.5", "2", "1.5", "3", "-0.5", "-2", "0.1", "10", "-10")
"""Values tried, in this order, where the function has none at the usual ones."""


def _inside(graph: Graph) -> tuple[dict[str, str], str]:
    """Return values around which the function exists where it does not at the usual ones, as few
    as possible, and what it needs.
    """
    usual = {name: graph.given.get(name, DEFAULT_VALUE) for name in graph.variables}
    if not graph.list.is_scalar or len(graph.list) > MOST_TRIED:
        return {}, ""
    reason = _missing(graph, usual)
    free = [name for name in graph.variables if name not in graph.given]
    for names in [*([name] for name in free), free] if reason else []:
        for value in INSIDE:
            around = (value, f"1.01*{value}", f"0.99*{value}")
            if not any(_missing(graph, usual | dict.fromkeys(names, near)) for near in around):
                return dict.fromkeys(names, value), reason
    return {}, ""


def _missing(graph: Graph, point: Mapping[str, str]) -> str:
    """Return what a function needs that has no value at a point, as words; empty if it has one."""
    steps = graph.list
    values = [step.value for step in evaluate(steps, FLOAT64, graph.at(point))]
    for value in (values[node] for node in steps.outputs):
        if isinstance(value, Undefined):
            op = OPS[value.op]
            return f"{op.symbol or op.sign or op.name} needs {value.needs}"
    return ""


def default_value(shape: Shape) -> str:
    """Return the value of a variable for which none was typed.

    The entries of a vector or matrix differ, so that no symmetry hides a mistake.
    """
    count = 0

    def written(sizes: Shape) -> str:
        nonlocal count
        if not sizes:
            count += 1
            return f"{(count * 7 % 19 - 9) / 10:g}"
        return f"[{', '.join(written(sizes[1:]) for _ in range(sizes[0]))}]"

    return written(shape) if shape else DEFAULT_VALUE


LONGEST_READING: Final = 90
"""Characters of a formula that stands typeset under what was typed."""


def told_of(graph: WengertList) -> str:
    """Return in words what a program is that is too long to be written as one formula, else ""."""
    steps = [node for node in graph.names if graph.ops[node] is not INPUT]
    if len(steps) < 2 or len(text(in_inputs(graph).term)) <= LONGEST_READING:
        return ""
    return say("program", assignments=str(len(steps)), inputs=str(len(graph.inputs)))


def reading_latex(graph: Graph) -> str:
    """Return the main output written out down to the inputs, as LaTeX."""
    steps = graph.list
    return latex(written_out(steps, steps.names.get(steps.outputs[0], Notation().output)))


@lru_cache(2)
def work(state: State, names: tuple[str, ...]) -> Worked:
    """Run the passes for a state; one edit asks for several readings of the same run.

    Raises
    ------
    InputError
        If a value is missing or not a number.
    """
    graph = _graph(state, names)
    along = state.along if state.along in graph.variables else ""
    return graph.work(
        dict(state.point),
        cast(Mode, state.mode),
        zoom=cast(Zoom, state.zoom) if state.zoom else None,
        direction={along: 1} if along and state.mode == "forward" else None,
        notation=Notation.named(state.notation),
        folds=state.folds,
        as_tree=state.shape == "tree",
        output=state.output or None,
    )


@dataclass(frozen=True, slots=True)
class ShownGraph:
    """What is shown of a graph.

    Parameters
    ----------
    folds
        Those of the asked folds that can be made.
    trouble
        Why another one cannot, as a sentence; may be empty.
    nodes, tree_nodes
        How many nodes are shown, and how many the tree has.
    """

    folds: tuple[str, ...]
    trouble: str
    nodes: int
    tree_nodes: int


def shape(state: State, names: tuple[str, ...]) -> ShownGraph:
    """Return what a state shows: another formula may not have the nodes that were folded."""
    graph = _graph(state, names)
    shown = graph.zoom(cast(Zoom, state.zoom or graph.usual_zoom)).list
    folds: list[str] = []
    trouble = ""
    for change in state.folds:
        try:
            shown = changed(shown, [change], Notation.named(state.notation))
            folds.append(change)
        except ChainruleError as error:
            trouble = trouble or f"{str(error).splitlines()[0]}."
    return ShownGraph(tuple(folds), trouble, len(with_rows(shown)), tree_size(shown))


def play(
    state: State, names: tuple[str, ...], screen: str = "wide"
) -> tuple[Packed, tuple[Hint, ...]] | Fault:
    """Return the player's data for a screen, wide or narrow, and the hints for a state."""
    try:
        worked = work(state, names)
        # A copy in a tree hides what its original does.
        told = tuple(hint for hint in hints(worked.view) if "#" not in hint.variable)
        return Packed.of(payload(worked.view, layouts=(screen,))), told
    except ShapeError as error:
        return Fault.of(error, "Values have the shapes that are declared.")
    except ChainruleError as error:
        return Fault.of(error, "Try a smaller formula.")


def closed(state: State, names: tuple[str, ...]) -> Closed:
    """Return SymPy's closed form, and whether four routes to the derivative agree."""
    graph = _graph(state, names)
    if not graph.list.is_scalar:
        return Closed(trouble="No closed form: the formula has vectors.")
    goal = graph.list.outputs[0]
    form = graph.closed_form(timeout=CLOSED_FORM_SECONDS)
    entries = graph.check(dict(state.point)).inputs
    differ = [entry for entry in entries if entry.verdict == "differs"]
    others = [entry for entry in entries if entry.verdict not in ("agrees", "differs")]
    verdict, words = "", ""
    if differ:
        verdict = "differs"
        words = "; ".join(f"∂/∂{e.name}: {' and '.join(e.differing)}" for e in differ)
    elif others:
        verdict = others[0].verdict
        words = f"∂/∂{others[0].name}: {others[0].reason}"
    elif entries:
        verdict, words = "agrees", "forward, reverse, SymPy, differences"
    shown = {name: _short(form, name) for name in form.derivative_latex}
    long = any(len(f) > LONGEST_LATEX and f == form.derivative_latex[n] for n, f in shown.items())
    return Closed(
        graph.list.names.get(goal, Notation().output),
        shown,
        form.missing or (form.left_out if long else ""),
        verdict,
        words,
    )


def _short(form: ClosedForm, name: str) -> str:
    """Return a derivative in the inputs, or, where that is long, in names of steps."""
    whole = form.derivative_latex[name]
    return whole if len(whole) <= LONGEST_LATEX else form.named_latex[name]


def reading(state: State, names: tuple[str, ...]) -> str | Fault:
    """Return the reading that a state asks for, as HTML."""
    try:
        # A nudge moves a variable, so all its copies in a tree.
        nudged = state.reading == "nudge"
        worked = work(replace(state, shape="graph") if nudged else state, names)
        found = _nudged(worked, state) if nudged else READINGS[state.reading](worked)
        return found.html(prefix=f"{state.reading}-")
    except ChainruleError as error:
        return Fault.of(error)


def _nudged(worked: Worked, state: State) -> Tabular:
    names = [worked.graph.names[node] for node in worked.graph.inputs]
    return worked.nudge(state.along if state.along in names else names[0], state.nudge)


def plot(state: State, names: tuple[str, ...], chosen: str | None, theme: str) -> Plot | None:
    """Return the picture of a node over one or two inputs, None where there is none."""
    try:
        return plots.plot(work(state, names), chosen, theme)
    except ChainruleError:
        return None


def file(kind: str, label: str, state: State, names: tuple[str, ...]) -> bytes:
    """Return one of the files that the menu offers, or, as text, why there is none."""
    (wanted,) = (file for file in FILES[kind] if file.label == label)
    try:
        return wanted.written(work(state, names), state.step)
    except ChainruleError as error:
        return f"{error}\n".encode()

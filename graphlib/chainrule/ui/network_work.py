"""The page Networks' door to the engine: data, runs, what can be asked of them, and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from html import escape
from typing import Any

import numpy as np

from chainrule.language import exact, read
from chainrule.nn.building import Choices, Prepared, prepared, typed
from chainrule.nn.course import Course, Mark
from chainrule.nn.data import Data, named
from chainrule.nn.layers import Dropout
from chainrule.nn.looking import Answers, Passes, literal, passes, program
from chainrule.nn.losses import LOSSES
from chainrule.nn.model import Network
from chainrule.nn.own_data import from_csv
from chainrule.nn.sequential import Sequential
from chainrule.readings.numbers import numeral
from chainrule.readings.terms import text
from chainrule.ui.network_state import FILE, NetworkState, drawn_as
from chainrule.ui.state import State

Array = Any
COLUMNS, ROWS = 64, 44


def data_of(state: NetworkState, table: bytes, target: str | None) -> Data:
    """Return the data that a state names.

    Raises
    ------
    InputError, FileError
        If they cannot be drawn or read.
    """
    if state.data == FILE:
        return from_csv(table, target, missing="drop")
    given: dict[str, Any] = drawn_as(state)
    if "noise" in given:
        given["noise"] = typed_number(state.noise)
    return named(state.data, **given)


def typed_number(typed_text: str) -> float:
    """Return a number as it was typed.

    Raises
    ------
    InputError
        If it is none.
    """
    return float(exact(typed_text).value)


def begun(state: NetworkState, data: Data) -> Prepared:
    """Return the run of a state's choices on its data, before the first step.

    Raises
    ------
    InputError
        If a choice is none, or does not fit the data.
    """
    given = {f.name: getattr(state, f.name) for f in fields(Choices) if hasattr(state, f.name)}
    given |= {name: typed_number(given[name]) for name in ("rate", "l1", "l2", "dropout")}
    # In a field 0 stands for none, and a share is told in percent.
    given |= {name: given[name] or None for name in ("batch", "patience")}
    choices = Choices(**{**given, "held": state.held / 100})
    if state.formula:
        return typed(data, choices, state.formula, state.learn)
    return prepared(data, choices)


def trained(formula: str, point: Sequence[tuple[str, str]]) -> NetworkState:
    """Return the state in which a formula is trained: names of a column are data, others learn.

    Parameters
    ----------
    point
        Where the others begin, by name.

    >>> found = trained("J = (w x + b - t)^2", [("w", "1/2"), ("x", "3")])
    >>> found.data, found.learn
    ('line', 'w = 1/2; b')
    """
    names = read(formula).inputs
    begins = dict(point)
    planar = {"x1", "x2"} & {*names} or "[" in begins.get("x", "")
    data = "moons" if planar else "line"
    columns = named(data, count=8).by_name()
    others = [name for name in names if name not in columns]
    learn = "; ".join(f"{n} = {begins[n]}" if n in begins else n for n in others)
    return NetworkState(
        data=data, formula=formula, learn=learn, optimiser="sgd", rate="0.05", scaling="none"
    )


@dataclass(slots=True)
class Scene:
    """A course with all that is needed to draw it.

    Parameters
    ----------
    course
        The run.
    state
        The choices it was begun with.
    network
        Its graph with the loss on the unit's own value, as lectures write it, without dropout.
    """

    course: Course
    state: NetworkState
    network: Network
    _answers: dict[int, Answers] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Data, state: NetworkState) -> Scene:
        """Return the scene of a run that has not begun."""
        course = Course(begun(state, data))
        run = course.run
        model = run.model
        if isinstance(model, Sequential):
            layers = [layer for layer in model.layers if not isinstance(layer, Dropout)]
            model = Sequential(layers, model.inputs)
        return cls(course, state, model.network(run.network.loss.name, fused=False))

    @property
    def data(self) -> Data:
        """The examples that are learned from."""
        return self.course.prepared.kept

    @property
    def held(self) -> Data | None:
        """The examples that are held out."""
        return self.course.prepared.held

    @property
    def examples(self) -> int:
        """How many examples are learned from."""
        return len(self.data.x)

    @property
    def across(self) -> int:
        """How many numbers an example of the data has."""
        return int(np.prod(self.data.x.shape[1:]))

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The part of the plane that is shown: all points with some room."""
        parts = [part for part in (self.data, self.held) if part is not None]
        x = np.concatenate([part.x.reshape(len(part.x), -1) for part in parts])
        t = np.concatenate([part.t.reshape(-1) for part in parts]).astype(float)
        ends: list[float] = []
        for values in (x[:, 0], x[:, 1] if x.shape[1] > 1 else t):
            low, high = float(values.min()), float(values.max())
            room = 0.08 * (high - low) or 1.0
            ends += [low - room, high + room]
        return ends[0], ends[1], ends[2], ends[3]

    def at(self, epoch: int) -> Mark:
        """Return the mark of an epoch, the last one where it was not made."""
        marks = self.course.marks
        return marks[min(epoch, len(marks) - 1)]

    def example(self, mark: Mark, number_of: int) -> Passes:
        """Return both passes for an example."""
        run = self.course.run
        return passes(
            self.network, mark.parameters, {n: c[number_of] for n, c in self._columns(run).items()}
        )

    def _columns(self, run: Any) -> dict[str, Array]:
        return dict(zip(run.network.columns, run.columns, strict=True))

    def answers(self, mark: Mark, x: Array) -> dict[str, Array]:
        """Return what all units answer to inputs on the data's own scale."""
        ready = self.course.prepared
        if len(x) not in self._answers:
            self._answers[len(x)] = Answers(self.network, len(x))
        if self.network.units:
            columns = {"x": ready.inputs(x)}
        else:
            nothing = np.zeros((len(x), *self.data.t.shape[1:]))
            columns = replace(self.data, x=np.asarray(x, dtype=float), t=nothing).by_name()
        return self._answers[len(x)](mark.parameters, columns)

    def grid(self) -> tuple[Array, Array, Array]:
        """Return the points of the plane with their coordinates, row by row from below."""
        x0, x1, y0, y1 = self.extent
        xs, ys = np.linspace(x0, x1, COLUMNS), np.linspace(y0, y1, ROWS)
        if self.across == 1:
            return xs[:, None], xs, ys
        across, up = np.meshgrid(xs, ys)
        return np.stack([across.ravel(), up.ravel()], axis=1), xs, ys

    def explored(self, mark: Mark, number_of: int) -> State:
        """Return the state of Explore that shows an example's graph with its numbers."""
        columns = {n: c[number_of] for n, c in self._columns(self.course.run).items()}
        given = {**mark.parameters, **columns}
        graph = self.network.graph
        names = [graph.names[node] for node in graph.inputs]
        return State(program(self.network), tuple((name, literal(given[name])) for name in names))


def number(x: Any) -> str:
    """Return a number to read."""
    return text(numeral(float(x))) if np.isfinite(x) else "undef"


def short(x: Any) -> str:
    """Return a number to read at a glance: two significant digits below 1.

    >>> short(0.00018957), short(0.26376), short(0), short(3.4344)
    ('1.9·10⁻⁴', '0.26', '0', '3.434')
    """
    x = float(x)
    return number(float(f"{x:.2g}")) if abs(x) < 1 else number(float(f"{x:.4g}"))


def quality(mark: Mark) -> str:
    """Return in HTML how good a network is: where some data is held out, that counts."""
    shown = []
    told = mark.scores
    for part, word in (("", "training"), ("held_out_", "held out")):
        strong = "b" if part or "held_out_loss" not in told else "span"
        if f"{part}accuracy" in told:
            share = f"{100 * told[f'{part}accuracy']:.1f} %"
            shown.append(f"{word} <{strong}>{share}</{strong}>")
        elif f"{part}r2" in told:
            worse = ", worse than the mean" if told[f"{part}r2"] < 0 else ""
            error, share = number(told[f"{part}rmse"]), number(told[f"{part}r2"])
            shown.append(f"{word}: RMSE <{strong}>{error}</{strong}>, R² {share}{worse}")
    name = '<span class="cr-quiet">accuracy</span> ' if "accuracy" in told else ""
    return name + " ".join(shown)


def formula(scene: Scene, mark: Mark, ring: int) -> str:
    """Return what a formula has learned, and both passes for the example in the picture."""
    seen = scene.example(mark, ring)
    graph = scene.network.graph
    rows = []
    for node in graph.inputs:
        name = graph.names[node]
        kind = "learned" if name in mark.parameters else "given"
        value, adjoint = seen.values[name], seen.adjoints.get(name)
        rows.append(
            f"<tr><th>{escape(name)}</th><td class='cr-quiet'>{kind}</td>"
            f"<td class='cr-blue'>{_few(value)}</td>"
            f"<td class='cr-orange'>{'–' if adjoint is None else _few(adjoint)}</td></tr>"
        )
    head = "<tr><th>name</th><td>is</td><td>value</td><td>adjoint of J</td></tr>"
    goal = number(seen.values[graph.names[graph.outputs[0]]])
    return (
        '<div class="cr-chart"><b>Formula</b> what it learns, and what it is given for the '
        f'ringed example</div><table class="cr-answer">{head}{"".join(rows)}</table>'
        f"<div class='cr-chart'>J = <span class='cr-blue'>{goal}</span></div>"
    )


def _few(values: Any) -> str:
    flat = values.reshape(-1)
    return ", ".join(map(number, flat[:6])) + (", …" if len(flat) > 6 else "")


def answer(scene: Scene, mark: Mark, ring: int) -> str:
    """Return the prediction for the example in the picture."""
    seen = scene.example(mark, ring)
    data, graph = scene.data, scene.network.graph
    out = seen.values[graph.names[graph.outputs[1]]].reshape(-1)
    names = data.classes if len(out) > 1 else (data.name,)
    right = int(data.t.reshape(-1)[ring]) if len(out) > 1 else -1
    rows = "".join(
        f"<tr><th>{escape(name[:24])}{' (true)' if k == right else ''}</th>"
        f'<td><span style="width:{100 * min(1.0, max(0.0, float(p))):.0f}px"></span></td>'
        f"<td>{number(p)}</td></tr>"
        for k, (name, p) in enumerate(zip(names, out, strict=True))
    )
    return f'<table class="cr-answer">{rows}</table>'


def losses(scene: Scene) -> str:
    """Return which loss belongs to which output unit and distribution, with the reason."""
    used = scene.course.run.network
    unit = used.unit
    rows = "".join(
        f"<tr{' class=here' if loss.name == used.loss.name else ''}><th>{escape(loss.name)}</th>"
        f"<td>{'none' if loss.unit == 'identity' else loss.unit}</td><td>{loss.distribution}</td>"
        f"<td>{loss.task}</td><td>{escape(loss.reason)}</td></tr>"
        for loss in LOSSES.values()
    )
    squashed = used.loss.name in ("mse", "mae", "huber") and unit in ("sigmoid", "softmax")
    told = f"This run: {used.loss.name} on an output of {unit}."
    if used.loss.name not in LOSSES:
        told = "This run: the loss is the value of the formula itself."
    if squashed:
        told += (
            " Where the output is most wrong its slope is nearly 0, and with it all that flows "
            "back: cross-entropy has the slope y − t there."
        )
    kind = "cr-warning" if squashed else "cr-quiet"
    return (
        '<table class="cr-losses"><tr><th>loss</th><th>output unit</th><th>distribution</th>'
        f"<th>predicts</th><th>why</th></tr>{rows}</table>"
        f'<div class="{kind}">{escape(told)}</div>'
    )

"""The page Networks' door to the engine: data, runs, and what the pictures show of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.language import exact
from chainrule.nn.building import Choices, prepared
from chainrule.nn.contours import contour
from chainrule.nn.course import Course, Mark
from chainrule.nn.data import Data, named
from chainrule.nn.looking import Answers, Passes, literal, passes, program
from chainrule.nn.model import Network
from chainrule.nn.own_data import from_csv
from chainrule.readings.numbers import numeral
from chainrule.readings.terms import text
from chainrule.ui.network_state import FILE, NetworkState
from chainrule.ui.pictures.shades import shaded, spread
from chainrule.ui.state import State

Array = Any
COLUMNS, ROWS, EVERY = 64, 44, 3
MOST_SHOWN, MOST_PRODUCTS, MOST_POINTS, BARS = 8, 6, 600, 12
WITH_NOISE = ("line", "wave", "moons", "circles", "spirals", "xor", "blobs")


def data_of(state: NetworkState, table: bytes, target: str | None) -> Data:
    """Return the data that a state names.

    Raises
    ------
    InputError, FileError
        If they cannot be drawn or read.
    """
    if state.data == FILE:
        return from_csv(table, target, missing="drop")
    given: dict[str, Any] = {"count": state.count}
    if state.data != "digits":
        given["seed"] = state.seed
    else:
        given["count"] = min(state.count, 600)
    if state.data in WITH_NOISE:
        given["noise"] = float(exact(state.noise).value)
    return named(state.data, **given)


def choices_of(state: NetworkState) -> Choices:
    """Return a state's choices as training takes them."""
    return Choices(
        hidden=state.hidden, activation=state.activation, initialiser=state.initialiser,
        loss=state.loss, optimiser=state.optimiser, rate=float(exact(state.rate).value),
        batch=state.batch or None, epochs=state.epochs, scaling=state.scaling,  # type: ignore[arg-type]
        held=0.25, seed=state.seed,
    )  # fmt: skip


@dataclass(slots=True)
class Scene:
    """A course with all that is needed to draw it.

    Parameters
    ----------
    course
        The run.
    network
        Its graph with the loss on the unit's own value, as lectures write it.
    """

    course: Course
    network: Network
    _answers: dict[int, Answers] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Data, choices: Choices) -> Scene:
        """Return the scene of a run that has not begun."""
        course = Course(prepared(data, choices))
        run = course.run
        return cls(course, run.model.network(run.network.loss.name, fused=False))

    @property
    def data(self) -> Data:
        """The examples that are learned from."""
        return self.course.prepared.kept

    @property
    def examples(self) -> int:
        """How many of them there are."""
        return len(self.data.x)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The part of the plane that is shown: the points with some room."""
        x = self.data.x.reshape(len(self.data.x), -1)
        y = x[:, 1] if x.shape[1] > 1 else self.data.t.reshape(-1).astype(float)
        ends = []
        for values in (x[:, 0], y):
            low, high = float(values.min()), float(values.max())
            room = 0.08 * (high - low) or 1.0
            ends += [low - room, high + room]
        return ends[0], ends[1], ends[2], ends[3]

    @property
    def inputs(self) -> int:
        """How many numbers an example has."""
        return int(np.prod(self.course.run.x.shape[1:]))

    def example(self, mark: Mark, number: int) -> Passes:
        """Return both passes for an example."""
        run = self.course.run
        return passes(self.network, mark.parameters, run.x[number], run.t[number])

    def answers(self, mark: Mark, x: Array) -> dict[str, Array]:
        """Return what all units answer to inputs on the data's own scale."""
        if len(x) not in self._answers:
            self._answers[len(x)] = Answers(self.network, len(x))
        return self._answers[len(x)](mark.parameters, self.course.prepared.scaling(x))

    def grid(self) -> tuple[Array, Array, Array]:
        """Return the points of the plane with their coordinates, row by row from below."""
        x0, x1, y0, y1 = self.extent
        xs, ys = np.linspace(x0, x1, COLUMNS), np.linspace(y0, y1, ROWS)
        if self.inputs == 1:
            return xs[:, None], xs, ys
        across, up = np.meshgrid(xs, ys)
        return np.stack([across.ravel(), up.ravel()], axis=1), xs, ys


def number(x: Any) -> str:
    """Return a number to read."""
    return text(numeral(float(x))) if np.isfinite(x) else "undef"


def quality(mark: Mark) -> str:
    """Return in HTML how good a network is: where some data is held out, on these first."""
    shown = []
    for part, word in (("held_out_", "held out"), ("", "training")):
        told = mark.scores
        if f"{part}accuracy" in told:
            shown.append(f"<b>{100 * told[f'{part}accuracy']:.1f} %</b> {word}")
        elif f"{part}r2" in told:
            worse = ", worse than the mean" if told[f"{part}r2"] < 0 else ""
            error, share = number(told[f"{part}rmse"]), number(told[f"{part}r2"])
            shown.append(f"RMSE <b>{error}</b>, R² {share}{worse} ({word})")
    name = '<span class="cr-quiet">accuracy</span> ' if "accuracy" in mark.scores else ""
    return name + " · ".join(shown)


# The plane


def plane_data(scene: Scene, mark: Mark, ring: int, theme: str) -> dict[str, Any] | None:
    """Return what the plane shows; None where examples have more than two numbers."""
    data = scene.data
    if scene.inputs > 2:
        return None
    points, xs, ys = scene.grid()
    out = list(scene.answers(mark, points).values())[-1]
    shown: dict[str, Any] = {
        "extent": scene.extent, "height": 236, "ring": ring, "names": data.columns,
    }  # fmt: skip
    y = data.t.reshape(-1) if scene.inputs == 1 else data.x[:, 1]
    labels = data.t.reshape(-1) if data.classes and scene.inputs == 2 else np.zeros(len(y))
    count = min(len(y), MOST_POINTS)
    shown["points"] = [[float(data.x[i, 0]), float(y[i]), int(labels[i]) % 6] for i in range(count)]
    if scene.inputs == 1:
        units = scene.course.prepared.units
        out = out if units is None else units.back(out)
        curve = np.stack([xs[:-1], out[:-1, 0], xs[1:], out[1:, 0]], axis=1)
        shown["lines"] = [{"kind": "curve", "segments": _plain(curve)}]
        shown["alt"] = f"{count} points and the network’s answer as a curve"
        return shown
    classes = out.reshape(ROWS, COLUMNS, -1)
    if data.task == "classes":
        lines = []
        for k in range(classes.shape[2]):
            others = np.delete(classes, k, axis=2).max(axis=2)
            lines += contour(classes[..., k] - others, xs, ys, 0.0)
        shown["image"] = shaded(classes.max(axis=2), theme)
    else:
        cut = scene.course.run.network.cut
        lines = contour(classes[..., 0], xs, ys, cut)
        levels = classes[..., 0] if cut else spread(classes[..., 0])
        shown["image"] = shaded(levels, theme)
    shown["lines"] = [{"kind": "boundary", "segments": _plain(np.array(lines).reshape(-1, 4))}]
    shown["alt"] = f"{count} points of {len(data.classes)} classes over the network’s answer"
    return shown


def _plain(segments: Array) -> list[list[float]]:
    finite = segments[np.isfinite(segments).all(axis=1)]
    return [[float(f"{x:.5g}") for x in row] for row in finite]


# The neurons


def neurons_data(
    scene: Scene, mark: Mark, ring: int, chosen: str, theme: str
) -> tuple[dict[str, Any], str]:
    """Return what the picture of the neurons shows, and in words what is flat in it."""
    run, units = scene.course.run, scene.network.units
    seen = scene.example(mark, ring)
    plane = scene.inputs <= 2
    points = scene.grid()[0] if plane else scene.data.x[: min(scene.examples, 1000)]
    answers = scene.answers(mark, points)
    values = [run.x[ring].reshape(-1), *(np.atleast_1d(seen.values[u]) for u in units)]
    over = [points.reshape(len(points), -1), *(answers[u] for u in units)]
    layers: list[dict[str, Any]] = []
    told: list[str] = []
    for number_of, (row, grid) in enumerate(zip(values, over, strict=True)):
        name = units[number_of - 1] if number_of else ""
        hidden = 0 < number_of < len(units)
        shown = []
        for i in range(min(len(row), MOST_SHOWN)):
            letter, below = _name(scene, number_of, i)
            fate = seen.fates[name][i] if hidden and name in seen.fates else ""
            adjoint = seen.adjoints.get(name) if number_of else None
            unit = {
                "key": f"{number_of}.{i + 1}", "letter": letter, "below": below,
                "value": number(row[i]), "fate": fate, "picks": number_of > 0,
                "adjoint": "" if adjoint is None else number(np.atleast_1d(adjoint)[i]),
            }  # fmt: skip
            unit["alt"] = " ".join(
                filter(None, [f"{letter} {below}", f"value {unit['value']}",
                              f"adjoint {unit['adjoint']}" if unit["adjoint"] else "", fate])
            )  # fmt: skip
            output = number_of == len(units) and bool(scene.data.classes)
            unit |= _square(scene, grid[:, i], theme, output and plane)
            shown.append(unit)
        told += seen.fates.get(name, ()) if hidden else ()
        layers.append({"units": shown, "more": max(0, len(row) - MOST_SHOWN)})
    lines = []
    for layer in range(1, len(layers)):
        weights = mark.parameters[f"W{layer}"]
        for i in range(len(layers[layer]["units"])):
            for j in range(len(layers[layer - 1]["units"])):
                lines.append([layer, i, j, float(weights[i, j])])
    goal = {"letter": "J", "value": number(seen.values["J"])}
    result = {
        "layers": layers, "lines": lines, "goal": goal, "chosen": chosen, "height": 324,
        "opened": _opened(scene, mark, seen, values, chosen) if chosen else None,
        "alt": f"The network as neurons, {' to '.join(str(len(v)) for v in values)}",
    }  # fmt: skip
    return result, _flat_words(told, sum(len(v) for v in values[1:-1]))


def _name(scene: Scene, layer: int, unit: int) -> tuple[str, str]:
    """Return letter and index of a unit; layers are counted from 0, the inputs."""
    units = scene.network.units
    if layer == 0:
        column = scene.data.columns[unit]
        plain = column[:1] == "x" and (column[1:].isdigit() or column == "x")
        return ("x", column[1:] if plain else str(unit + 1))
    if layer == len(units):
        several = scene.network.outputs[0] > 1
        return ("p" if scene.data.classes else "y", str(unit + 1) if several else "")
    return "h", f"{layer},{unit + 1}"


def _square(scene: Scene, answers: Array, theme: str, fixed: bool) -> dict[str, Any]:
    """Return a unit's answer: over the plane as a picture, else how often it is how high."""
    if scene.inputs > 2:
        finite = answers[np.isfinite(answers)]
        counts, _ = np.histogram(finite, bins=BARS)
        return {"bars": [float(c) for c in counts / max(1, counts.max())]}
    grid = answers.reshape(ROWS if scene.inputs == 2 else 1, COLUMNS)[::EVERY, ::EVERY]
    return {"image": shaded(grid if fixed else spread(grid), theme, 0.85)}


def _opened(
    scene: Scene, mark: Mark, seen: Passes, values: Sequence[Array], chosen: str
) -> dict[str, Any] | None:
    layer, unit = (int(part) for part in chosen.split("."))
    name, units = f"a{layer}", scene.network.units
    if not (1 <= layer <= len(units) and unit <= len(values[layer])):
        return None
    i, inputs = unit - 1, values[layer - 1]
    weights, bias = mark.parameters[f"W{layer}"][i], mark.parameters[f"b{layer}"][i]
    products = []
    for j in range(min(len(inputs), MOST_PRODUCTS)):
        letter, below = _name(scene, layer - 1, j)
        products.append({
            "name": "w", "below": str(j + 1), "factor": letter, "factor_below": below,
            "written": f"{number(weights[j])} × {number(inputs[j])}",
            "value": number(weights[j] * inputs[j]),
        })  # fmt: skip
    if len(inputs) > MOST_PRODUCTS:
        rest = float(weights[MOST_PRODUCTS:] @ inputs[MOST_PRODUCTS:])
        products.append({"name": "…", "below": "", "written":
                         f"{len(inputs) - MOST_PRODUCTS} more", "value": number(rest)})  # fmt: skip
    products.append({"name": "b", "below": "", "written": "parameter", "value": number(bias)})
    unit_name = units[layer - 1]
    z = float(np.atleast_1d(seen.values[name])[i])
    through = float(np.atleast_1d(seen.adjoints.get(name, np.nan))[i])
    out = float(np.atleast_1d(seen.values[unit_name])[i])
    arriving = float(np.atleast_1d(seen.adjoints.get(unit_name, np.nan))[i])
    graph = scene.network.graph
    op = graph.ops[graph.index[unit_name]].name if unit_name != name else ""
    slope = float(seen.slopes[unit_name][i]) if unit_name in seen.slopes else None
    hidden = layer < len(units)
    fate = seen.fates[unit_name][i] if hidden and unit_name in seen.fates else ""
    letter, below = _name(scene, layer, i)
    sentence = _sentence(fate, op, z, arriving, through, len(inputs), slope)
    return {
        "heading": "Neuron ", "letter": letter, "below": below, "rest": ", unfolded",
        "products": products, "sum": ["z", ""], "sum_formula": " = ∑ w·input + b",
        "sum_value": number(z), "sum_adjoint": number(through),
        "unit_formula": f" = {op} z" if op else "", "value": number(out),
        "adjoint": number(arriving), "fate": fate,
        "slope": f"{op}′ = {number(slope)}" if slope is not None else op,
        "sentence": sentence,
    }  # fmt: skip


def _sentence(
    fate: str, op: str, z: float, arriving: float, through: float, count: int, slope: float | None
) -> str:
    weights = "the weight" if count == 1 else f"the {count} weights"
    if fate == "saturated":
        return (
            f"z = {number(z)} lies where {op} is flat: of the adjoint {number(arriving)} almost "
            f"nothing passes, {number(through)} is left. For this point {weights} learn almost "
            "nothing through this neuron."
        )
    if fate == "dead":
        return (
            f"z = {number(z)} is not above 0, where {op} has the slope 0: nothing of the adjoint "
            f"{number(arriving)} passes. For this point {weights} learn nothing through this "
            "neuron."
        )
    if slope is None:
        return (
            f"The adjoint {number(through)} of z goes to {weights}, times the input of each, "
            "and to the neurons before, times the weight of each."
        )
    return (
        f"The adjoint {number(arriving)} times the slope {number(slope)} is the adjoint "
        f"{number(through)} of z. It goes to {weights}, times the input of each, and to the "
        "neurons before, times the weight of each."
    )


def _flat_words(told: Sequence[str], count: int) -> str:
    """Say how many hidden neurons let next to nothing through for the example."""
    words = []
    for fate, said in (("saturated", "saturated"), ("dead", "switched off")):
        if fate in told:
            many = told.count(fate)
            words.append(f"{many} of {count} hidden neurons {'is' if many == 1 else 'are'} {said}")
    return f"{'; '.join(words)} for this point." if words else ""


# The graph of one example


def explored(scene: Scene, mark: Mark, ring: int) -> State:
    """Return the state of Explore that shows an example's graph with all values and adjoints."""
    run = scene.course.run
    given = {**mark.parameters, "x": run.x[ring].reshape(-1), "t": run.t[ring]}
    graph = scene.network.graph
    point = tuple((graph.names[n], literal(given[graph.names[n]])) for n in graph.inputs)
    return State(program(scene.network), point)

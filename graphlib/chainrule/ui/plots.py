"""A node over the inputs: its curve with tangent and slope, or its level lines with gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from chainrule.algebras.float64 import FLOAT64
from chainrule.graph.wengert import WengertList
from chainrule.nn.descent import contour, levels
from chainrule.passes.walks import Push, evaluate, forward, linearise
from chainrule.readings.numbers import numeral
from chainrule.readings.terms import text
from chainrule.ui.pictures.shades import shaded, spread
from chainrule.worked import Worked

REACH: Final = 1.0
"""How far a curve goes on both sides of the point, at least."""

POINTS: Final = 81
GRID: Final = 21
STEEP: Final = 4.0
"""How many times as far as half of a curve it is shown, up and down from its point."""

MOST_WORK: Final = 60_000
"""Nodes times points; a larger graph has no picture."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of a node: its name, what the picture says in words, and the planes' data."""

    title: str
    told: str
    planes: tuple[dict[str, Any], ...]


def plot(worked: Worked, chosen: str | None, theme: str) -> Plot | None:
    """Return the picture of a node over one or two inputs that are numbers; else None.

    Parameters
    ----------
    chosen
        Key of the node, "n3"; for any other text it is the output.
    """
    graph, run = worked.graph, worked.run
    keys = {f"n{node}": node for node in worked.view.labels if node < len(graph)}
    node = keys.get(chosen or "", run.output)
    inputs = graph.inputs
    if any(graph.shape(i) for i in (*inputs, node)) or len(graph) * POINTS > MOST_WORK:
        return None
    try:
        centre = [float(run.value(i).shown) for i in inputs]
    except (TypeError, OverflowError):
        return None
    axes = [(x - _reach(x), x + _reach(x)) for x in centre]
    names = [text(worked.view.name(i)) for i in inputs]
    if any(not np.isfinite(end) or low == high for low, high in axes for end in (low, high)):
        return None
    title = f"{text(worked.view.name(node))}({', '.join(names)})"
    if len(inputs) == 1:
        return _curve(graph, node, title, centre[0], axes[0], names)
    if len(inputs) == 2:
        return _levels(graph, node, title, centre, axes, names, theme)
    return None


def _reach(x: float) -> float:
    return max(REACH, abs(x) / 4)


def _at(graph: WengertList, node: int, point: Sequence[float], along: Sequence[int]) -> list[float]:
    """Return the node's value and its derivatives; nan where there is none."""
    given = dict(zip(graph.inputs, point, strict=True))
    values = [step.value for step in evaluate(graph, FLOAT64, given)]
    found = [_number(values[node])]
    if along:
        local = {(s.node, s.slot): s.partial for s in linearise(graph, FLOAT64, values)}
    for entry in along:
        moved = 1.0 if entry == node else 0.0
        for step in forward(graph, FLOAT64, values, local, {entry: 1}):
            if isinstance(step, Push) and step.node == node:
                moved = step.tangent
        found.append(_number(moved))
    return found


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, OverflowError):
        return float("nan")


def _segments(xs: Any, ys: Any) -> list[list[float]]:
    """Return the pieces of a curve, without those over a jump or a hole."""
    finite = ys[np.isfinite(ys)]
    jump = 0.4 * (finite.max() - finite.min()) if len(finite) else 0.0
    points = list(zip(xs.tolist(), ys.tolist(), strict=True))
    return [
        [*one, *two]
        for one, two in pairwise(points)
        if np.isfinite(one[1] + two[1]) and abs(two[1] - one[1]) <= max(jump, 1e-300)
    ]


def _seen(ys: Any, at: float) -> tuple[float, float]:
    """Return from where to where a curve is shown: about its point where it is steep elsewhere."""
    if not len(ys):
        return -1.0, 1.0
    near = np.sort(np.abs(ys - at)) if np.isfinite(at) else np.zeros(1)
    half = near[len(near) // 2]
    reach = STEEP * half if half > 0 else np.inf
    if np.isfinite(at) and near[-1] > reach:
        ys = np.clip(ys, at - reach, at + reach)
    return float(ys.min()), float(ys.max())


def _plane(
    xs: Any, ys: Any, kind: str, point: list[float], names: list[str], height: int
) -> dict[str, Any]:
    low, high = _seen(ys[np.isfinite(ys)], point[1])
    room = 0.1 * (high - low) or 1.0
    data: dict[str, Any] = {
        "height": height,
        "names": names,
        "extent": (float(xs[0]), float(xs[-1]), low - room, high + room),
        "lines": [{"kind": kind, "segments": _segments(xs, ys)}],
    }
    if np.isfinite(point[1]):
        data["dots"] = [[*point, "value" if kind == "curve" else "derivative"]]
    return data


def _curve(
    graph: WengertList, node: int, title: str, x: float, axis: tuple[float, float], names: list[str]
) -> Plot:
    xs = np.linspace(*axis, POINTS)
    entry = graph.inputs[0]
    found = np.array([_at(graph, node, [point], [entry]) for point in xs.tolist()])
    value, slope = _at(graph, node, [x], [entry])
    above = _plane(xs, found[:, 0], "curve", [x, value], names, 96)
    below = _plane(xs, found[:, 1], "slope", [x, slope], names, 70)
    told = f"slope {_shown(slope)}"
    if np.isfinite(slope) and np.isfinite(value):
        half = (axis[1] - axis[0]) / 5
        ends = [x - half, value - half * slope, x + half, value + half * slope]
        above["lines"].append({"kind": "slope", "segments": [ends]})
    above["alt"] = f"{title} at {_shown(x)}: value {_shown(value)}, {told}; with its tangent"
    below["alt"] = f"Slope of {title}; at {_shown(x)} it is {_shown(slope)}"
    return Plot(title, told, (above, below))


def _levels(
    graph: WengertList,
    node: int,
    title: str,
    centre: Sequence[float],
    axes: Sequence[tuple[float, float]],
    names: list[str],
    theme: str,
) -> Plot:
    across, up = (np.linspace(*axis, GRID) for axis in axes)
    heights = np.array(
        [[_at(graph, node, [x, y], [])[0] for x in across.tolist()] for y in up.tolist()]
    )
    value, *gradient = _at(graph, node, centre, graph.inputs)
    told = f"gradient ({', '.join(map(_shown, gradient))})"
    data: dict[str, Any] = {
        "height": 190,
        "names": names,
        "extent": (*axes[0], *axes[1]),
        "image": shaded(spread(heights), theme, 0.5),
        "lines": [
            {"kind": "level", "segments": contour(heights, across, up, level)}
            for level in levels(heights, 9)
        ],
        "dots": [[*centre, "value"]],
        "alt": f"Level lines of {title} at ({', '.join(map(_shown, centre))}): "
        f"value {_shown(value)}, {told}",
    }
    size = float(np.linalg.norm(gradient))
    if np.isfinite(size) and size > 0:
        reach = [0.3 * (high - low) for low, high in axes]
        tip = [c + r * g / size for c, r, g in zip(centre, reach, gradient, strict=True)]
        data["lines"].append({"kind": "slope", "segments": [[*centre, *tip]]})
    return Plot(title, told, (data,))


def _shown(number: float) -> str:
    return text(numeral(number)) if np.isfinite(number) else "undef"

"""The page Descent's door to the engine: a landscape, the paths down it, and words about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from chainrule.errors import ChainruleError, InputError
from chainrule.facade import Graph
from chainrule.nn.descent import Landscape, Minimum, Path, contour, levels
from chainrule.nn.experiments.chart import axis_of
from chainrule.nn.experiments.told import counted, listed
from chainrule.nn.optimisers import Optimiser
from chainrule.readings.numbers import numeral
from chainrule.readings.terms import text
from chainrule.readings.theme import THEMES
from chainrule.ui.descent_state import (
    MOST_PATHS,
    MOST_STARTS,
    MOST_STEPS,
    DescentState,
    points,
    rate,
)
from chainrule.ui.engine import Fault, reading_latex
from chainrule.ui.pictures.shades import shaded

MOST_WORK = 400_000
"""Paths times steps times nodes."""

NEAR, SETTLED = 0.02, 0.001
"""Shares of the region's width: so near a minimum a path ends, and stays for its last tenth."""

LEVEL = 1e-9
"""Minima that differ by less than this share of all heights are as low as each other."""

DASHES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3], [12, 4], [4, 2])


@dataclass(frozen=True, slots=True)
class Descended:
    """What the page shows.

    Parameters
    ----------
    reading
        The function, as LaTeX.
    names
        Its variables.
    plane
        The picture's data.
    rows
        For the chart: step, value, path.
    minima, ends
        Sentences about the landscape and about each path, with whether it is a warning.
    """

    reading: str
    names: tuple[str, ...]
    plane: dict[str, Any]
    rows: tuple[tuple[int, float, str], ...]
    minima: str
    ends: tuple[tuple[str, bool], ...]


def number(x: float) -> str:
    """Return a number to read."""
    return text(numeral(float(x)))


@st.cache_data(max_entries=64, show_spinner=False)
def descended(state: DescentState, theme: str) -> Descended | Fault:
    """Return what the page shows for a state; why not, where it cannot be."""
    try:
        return _descended(state, theme)
    except ChainruleError as error:
        return Fault.of(error, "A landscape has one or two variables.")


def _descended(state: DescentState, theme: str) -> Descended:
    graph = Graph.parse(state.formula)
    size = len(graph.variables)
    if not 1 <= size <= 2:
        raise InputError(
            f"the function has {size} variables",
            given=state.formula,
            allowed="A landscape has one or two.",
        )
    ends = points(state.region, 2, size)
    if len(ends) < size:
        raise InputError(
            f"the region has {len(ends)} pair of numbers for {size} variables",
            given=state.region,
            allowed="Write a pair for each: -2, 2; -1, 1.",
        )
    starts = points(state.starts, size, MOST_STARTS)
    chosen = [Optimiser(name, rate(state.rate)) for name in state.optimisers.split(",") if name]
    count = len(starts) * len(chosen)
    if count > MOST_PATHS or not 1 <= state.steps <= MOST_STEPS:
        raise InputError(
            f"there are {count} paths of {state.steps} steps",
            given=state.starts,
            allowed=f"At most {MOST_PATHS} paths (starts times optimisers) of {MOST_STEPS} steps.",
        )
    if count * state.steps * len(graph) > MOST_WORK:
        raise InputError(
            f"{count} paths of {state.steps} steps over {len(graph)} nodes are too much work",
            given=str(state.steps),
            allowed="Take fewer steps, starts or optimisers.",
        )
    land = Landscape(graph, [(low, high) for low, high in ends])
    several = len(starts) > 1
    paths = {
        f"{optimiser.name}{f' {k}' if several else ''}": land.descend(start, optimiser, state.steps)
        for optimiser in chosen
        for k, start in enumerate(starts, start=1)
    }
    paths = {name: path for name, path in paths.items() if len(path.points)}
    if not paths:
        raise InputError(
            "The function has no value at any start, or one too large for double precision",
            given=state.starts,
            allowed="Start elsewhere.",
        )
    rows = tuple(
        (step, float(value), name)
        for name, path in paths.items()
        for step, value in enumerate(path.values)
    )
    return Descended(
        reading_latex(graph),
        graph.variables,
        _plane(land, paths, theme),
        rows,
        about_minima(land),
        tuple(ending(land, name, path) for name, path in paths.items()),
    )


def _plane(land: Landscape, paths: dict[str, Path], theme: str) -> dict[str, Any]:
    heights = land.heights(121 if len(land.graph) <= 300 else 61)
    axes = land.axes(len(heights))
    data: dict[str, Any] = {"height": 400, "names": land.names}
    finite = heights[np.isfinite(heights)]
    if len(land.names) == 1:
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        room = 0.08 * (high - low) or 1.0
        data["extent"] = (*land.region[0], low - room, high + room)
        x = axes[0]
        line = np.stack([x[:-1], heights[:-1], x[1:], heights[1:]], axis=1)
        kept = line[np.isfinite(line).all(axis=1)]
        data["lines"] = [{"kind": "curve", "segments": kept.tolist()}]
    else:
        data["extent"] = (*land.region[0], *land.region[1])
        if len(finite):
            low, high = float(finite.min()), float(np.quantile(finite, 0.95))
            with np.errstate(all="ignore"):
                share = np.sqrt(np.clip((heights - low) / ((high - low) or 1.0), 0, 1))
            data["image"] = shaded(share[::2, ::2], theme, 0.6)
        data["lines"] = [
            {"kind": "level", "segments": contour(heights, axes[0], axes[1], level)}
            for level in levels(heights, 14)
        ]
    data["marks"] = [
        {
            "x": minimum.point[0],
            "y": minimum.point[1] if len(land.names) == 2 else minimum.value,
            "words": number(minimum.value),
        }
        for minimum in land.minima
    ]
    data["heads"] = ["path", *land.names, "f", *(f"∂f/∂{name}" for name in land.names), ""]
    # A line's dashes say which optimiser it is, a number which start.
    rules = list(dict.fromkeys(path.optimiser.name for path in paths.values()))
    data["paths"] = [
        {**_path(name, path, len(land.names)), "dash": rules.index(path.optimiser.name)}
        for name, path in paths.items()
    ]
    data["alt"] = f"Landscape of a function of {' and '.join(land.names)} with paths of descent"
    return data


def _path(name: str, path: Path, size: int) -> dict[str, Any]:
    if size == 2:
        places, down = path.points, -path.gradients
    else:
        slope = path.gradients[:, 0]
        places = np.stack([path.points[:, 0], path.values], axis=1)
        down = np.stack([-np.sign(slope), -np.abs(slope)], axis=1)
    return {
        "name": name,
        "points": places.tolist(),
        "down": down.tolist(),
        "where": path.points.tolist(),
        "values": path.values.tolist(),
        "gradients": path.gradients.tolist(),
        "ended": path.ended,
    }


def _point(point: Any) -> str:
    return f"({', '.join(number(x) for x in point)})" if len(point) > 1 else number(point[0])


def _lowest(land: Landscape) -> list[Minimum]:
    """Return the minima that none lies below."""
    heights = land.heights(61)
    finite = heights[np.isfinite(heights)]
    level = LEVEL * float(np.ptp(finite)) if len(finite) else 0.0
    return [m for m in land.minima if m.value - land.minima[0].value <= level]


def about_minima(land: Landscape) -> str:
    """Say which minima were found, the lowest first."""
    found, lowest = land.minima, _lowest(land)
    if not found:
        told = "No minimum was found inside the region"
        return (
            f"{told}: the function is lowest on its border."
            if _falls_outwards(land)
            else f"{told}."
        )
    told = f"The lowest minimum found here is {number(found[0].value)} at {_point(found[0].point)}"
    if len(lowest) > 1:
        told += f"; as low {'is that' if len(lowest) == 2 else 'are those'} at "
        told += listed([_point(m.point) for m in lowest[1:4]])
    rest = found[len(lowest) :]
    others = [f"{number(m.value)} at {_point(m.point)}" for m in rest[:3]]
    if others:
        told += f"; {'another is' if len(rest) == 1 else 'others are'} {', '.join(others)}"
    left = max(0, len(lowest) - 4) + max(0, len(rest) - 3)
    return f"{told}, and {left} more." if left else f"{told}."


def _falls_outwards(land: Landscape) -> bool:
    """Tell whether the lowest point that was seen lies on the region's border."""
    heights = np.where(np.isfinite(seen := land.heights(61)), seen, np.inf)
    inner = heights[(slice(1, -1),) * heights.ndim]
    return bool(heights.min() < inner.min())


def ending(land: Landscape, name: str, path: Path) -> tuple[str, bool]:
    """Say where a path ends, and whether that is a warning."""
    steps, last = len(path.points) - 1, path.points[-1]
    by = f"{name} with the learning rate {path.optimiser.learning_rate:g}"
    if path.ended == "diverged":
        told = f"{by} diverges: after {counted(steps, 'step')} it is at {_point(last)}, far outside"
        if path.values[-1] < path.values[0]:
            # Smaller steps would only take longer.
            return f"{told}, and lower than it began: there may be no lowest point.", True
        return f"{told}. Take a smaller learning rate.", True
    if path.ended == "undefined":
        return (
            f"{by} leaves the function’s domain with step {steps + 1}, from {_point(last)}: "
            "there is no value there. Take a smaller learning rate or another start.",
            True,
        )
    settled = _nearest(land, path.points[-max(2, len(path.points) // 10) :], SETTLED)
    minimum = settled or _nearest(land, path.points[-1:], NEAR)
    size = number(float(np.linalg.norm(path.gradients[-1])))
    where = (
        f"at {_point(last)} after {counted(steps, 'step')}, where the gradient’s length is {size}"
    )
    if minimum is None:
        return f"{by} is {where}: it has not settled in a minimum.", False
    lowest = _lowest(land)
    which = "a local minimum"
    if minimum in lowest:
        which = "the lowest minimum" if len(lowest) == 1 else "one of the lowest minima"
    told = f"{by} {'comes to' if settled else 'is near'} {which}, {_point(minimum.point)}"
    if not settled:
        told += f", but has not settled there: it is {where}"
    if minimum in lowest:
        return f"{told}.", False
    against = f"{number(minimum.value)} against {number(lowest[0].value)}"
    return f"{told}. Its value is {against}: another start may find the lower one.", False


def _nearest(land: Landscape, points: Any, share: float) -> Minimum | None:
    """Return the minimum that all the points lie near, by the region's width."""
    for minimum in land.minima:
        if np.max(np.abs(points - np.array(minimum.point)) / land.width) < share:
            return minimum
    return None


def chart(paths: Sequence[Mapping[str, Any]], theme: str) -> dict[str, Any]:
    """Return the specification of the chart of values by step, a line a path."""
    colours = THEMES[theme]
    quiet = axis_of(colours)
    dashes = [DASHES[path["dash"] % len(DASHES)] for path in paths]
    # A path that diverges leaves through the top: the others are to be seen.
    top = max(path["values"][0] for path in paths)
    low = min(min(path["values"]) for path in paths)
    span = {"domain": [max(low, top - 10 * abs(top) - 1e3), top + 0.05 * (top - low) or 1.0]}
    dash = {"domain": [path["name"] for path in paths], "range": dashes}
    return {
        "background": "transparent",
        "width": 270,
        "height": 190,
        "config": {"view": {"stroke": None}, "font": "Source Sans, sans-serif"},
        "mark": {"type": "line", "color": colours.value, "strokeWidth": 1.8, "clip": True},
        "encoding": {
            "x": {
                "field": "step",
                "type": "quantitative",
                "axis": {**quiet, "grid": False, "tickCount": 5, "format": "d"},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "scale": span,
                "axis": {**quiet, "title": None, "tickCount": 5},
            },
            "strokeDash": {"field": "path", "type": "nominal", "scale": dash, "legend": None},
            "tooltip": [{"field": "path"}, {"field": "step"}, {"field": "value"}],
        },
    }

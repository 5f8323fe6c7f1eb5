"""A function of one or two variables: descent by the rules of networks, minima, level lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.errors import GraphError, InputError
from chainrule.facade import Graph
from chainrule.nn.optimisers import Optimiser

Array = Any
MOST_STEPS = 2_000
MOST_MINIMA = 12
BEYOND = 1e6
"""So many times the region's width away, a path is called diverging."""


@dataclass(frozen=True, slots=True)
class Path:
    """A descent.

    Parameters
    ----------
    optimiser
        By which rule, with which learning rate.
    points, values, gradients
        Before each step, and after the last: (steps + 1, variables), (steps + 1,) and as the
        points.
    ended
        "" after all steps; "diverged" or "undefined" where it went on no further, with the
        last point at which there is a value.
    """

    optimiser: Optimiser
    points: Array
    values: Array
    gradients: Array
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Minimum:
    """A point that is lower than all around it."""

    point: tuple[float, ...]
    value: float


class Landscape:
    """A function of one or two variables over a region.

    Parameters
    ----------
    graph
        The function; its gradient is what the graph's passes give.
    region
        Least and greatest value of each variable, in their order.

    Raises
    ------
    GraphError
        If it has vectors, or another number of variables.
    InputError
        If the region is empty.
    """

    def __init__(self, graph: Graph, region: Sequence[tuple[float, float]]) -> None:
        names = graph.variables
        if any(graph.list.shape(node) for node in graph.list.inputs):
            raise GraphError("a landscape is of numbers; a variable here is a vector")
        if not 1 <= len(names) <= 2:
            raise GraphError(f"the function has {len(names)} variables; a landscape has one or two")
        for low, high in region:
            if not (np.isfinite(low) and np.isfinite(high) and low < high):
                raise InputError(
                    f"the region from {low:g} to {high:g} is empty",
                    given=f"{low:g}",
                    allowed="The first number is the smaller one.",
                )
        self.graph = graph
        self.names = names
        self.region = tuple(region)
        self._compiled = graph.compile()

    def slope(self, point: Array) -> tuple[float, Array]:
        """Return value and gradient at a point."""
        given = {name: float(x) for name, x in zip(self.names, point, strict=True)}
        value, gradient = self._compiled.value_and_grad(given)
        return float(value), np.array([float(gradient[name]) for name in self.names])

    def axes(self, count: int = 121) -> list[Array]:
        """Return evenly spaced values of each variable over the region."""
        return [np.linspace(low, high, count) for low, high in self.region]

    def heights(self, count: int = 121) -> Array:
        """Return the values over the region: (count,), or (count of y, count of x)."""
        grid = np.meshgrid(*self.axes(count))
        given = dict(zip(self.names, (axis.ravel() for axis in grid), strict=True))
        value = np.asarray(self._compiled.value(given), dtype=float)
        return np.broadcast_to(value, grid[0].size).reshape(grid[0].shape)

    def descend(self, start: Sequence[float], optimiser: Optimiser, steps: int) -> Path:
        """Follow an optimiser from a start, with the gradient of the graph at every step.

        Raises
        ------
        InputError
            If there are too many steps.
        """
        if not 0 <= steps <= MOST_STEPS:
            raise InputError(f"{steps} steps", given=steps, allowed=f"At most {MOST_STEPS:,}.")
        far = BEYOND * self.width
        points, values, gradients, ended = [], [], [], ""
        for w, value, gradient in optimiser.descend(np.array(start, float), self.slope, steps):
            if not (np.isfinite(value) and np.isfinite(gradient).all()):
                ended = "undefined"
                break
            points.append(w)
            values.append(value)
            gradients.append(gradient)
            if np.any(np.abs(w) > far):
                ended = "diverged"
                break
        shape = (len(points), len(self.names))
        return Path(
            optimiser,
            np.reshape(points, shape),
            np.array(values),
            np.reshape(gradients, shape),
            ended,
        )

    @cached_property
    def minima(self) -> tuple[Minimum, ...]:
        """Local minima inside the region, the lowest first.

        From each point of a grid that is lower than those around it, Newton's method with
        backtracking (Nocedal and Wright 2006, algorithm 3.2) goes on; a flat bottom is one
        minimum.
        """
        count = 61
        heights = self.heights(count)
        known = np.isfinite(heights)
        padded = np.pad(np.where(known, heights, np.inf), 1, constant_values=np.inf)
        inside = tuple(slice(1, -1) for _ in heights.shape)
        low = known.copy()
        for shift in np.ndindex(*(3,) * heights.ndim):
            around = tuple(slice(s, s + count) for s in shift)
            low &= padded[inside] <= padded[around]
        axes = self.axes(count)
        found: list[Minimum] = []
        starts = sorted(np.argwhere(low).tolist(), key=lambda at: float(heights[tuple(at)]))
        for at in starts[:MOST_MINIMA]:
            begin = [axis[i] for axis, i in zip(axes, reversed(at), strict=True)]
            settled = self._settled(np.array(begin))
            if settled is not None and self._is_new(settled.point, found):
                found.append(settled)
        return tuple(sorted(found, key=lambda minimum: minimum.value))

    def _is_new(self, point: Sequence[float], found: Sequence[Minimum]) -> bool:
        """Tell whether a point lies inside the region, and is not one that was found."""
        for x, (low, high) in zip(point, self.region, strict=True):
            if not low + 1e-6 * (high - low) < x < high - 1e-6 * (high - low):
                return False
        return all(np.max(np.abs(np.subtract(point, m.point)) / self.width) > 0.01 for m in found)

    @property
    def width(self) -> Array:
        """How wide the region is, by variable."""
        return np.array([high - low for low, high in self.region])

    def _settled(self, point: Array) -> Minimum | None:
        """Return the minimum to which a point leads; None where it does not settle."""
        for _ in range(80):
            value, gradient = self.slope(point)
            if not np.isfinite(gradient).all():
                return None
            step = self._newton(point, gradient)
            share = 1.0
            while self.slope(point + share * step)[0] > value + 1e-4 * share * gradient @ step:
                share /= 2
                if share < 1e-12:  # nothing around is lower: a bottom, or a kink
                    return Minimum(tuple(float(x) for x in point), value)
            point = point + share * step
            if np.max(np.abs(share * step) / self.width) < 1e-11:
                return Minimum(tuple(float(x) for x in point), self.slope(point)[0])
        return None

    def _newton(self, point: Array, gradient: Array) -> Array:
        """Return Newton's step where the function curves upwards, else a short one downhill."""
        near = 1e-5 * self.width
        rows = [
            (self.slope(point + d)[1] - self.slope(point - d)[1]) / (2 * d.max())
            for d in np.diag(near)
        ]
        hessian = (np.array(rows) + np.array(rows).T) / 2
        if np.isfinite(hessian).all():
            curves, directions = np.linalg.eigh(hessian)
            if curves[0] > 1e-9 * max(abs(curves[-1]), 1e-300):
                newton: Array = -directions @ ((directions.T @ gradient) / curves)
                return newton
        length = float(np.linalg.norm(gradient))
        return -gradient * (float(self.width.min()) / 60 / length if length else 0.0)


Segment = tuple[float, float, float, float]


def contour(heights: Array, x: Array, y: Array, level: float) -> list[Segment]:
    """Return the line on which a function has one height, as segments (x₁, y₁, x₂, y₂).

    Each cell of the grid is cut into two triangles, in which the function is taken as linear;
    so no cell is ambiguous (Lorensen and Cline 1987, in the plane).

    >>> contour(np.array([[0.0, 1.0], [0.0, 1.0]]), [0, 1], [0, 1], 0.25)
    [(0.25, 0.0, 0.25, 0.25), (0.25, 0.25, 0.25, 1.0)]

    Parameters
    ----------
    heights
        (len(y), len(x)); where one is not finite, there is no line.
    """
    z = np.asarray(heights, dtype=float) - level
    xs, ys = np.meshgrid(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    a, b = (slice(None, -1), slice(None, -1)), (slice(None, -1), slice(1, None))
    c, d = (slice(1, None), slice(1, None)), (slice(1, None), slice(None, -1))
    pieces = []
    with np.errstate(all="ignore"):
        for corners in ((a, b, c), (a, d, c)):
            h = np.stack([z[k].ravel() for k in corners])
            px = np.stack([xs[k].ravel() for k in corners])
            py = np.stack([ys[k].ravel() for k in corners])
            above = h >= 0
            # The corner that is alone on its side: both its edges are crossed.
            lone = np.where(above.sum(axis=0) == 1, above.argmax(axis=0), (~above).argmax(axis=0))
            crossed = (above.sum(axis=0) % 3 > 0) & np.isfinite(h).all(axis=0)
            at = np.arange(h.shape[1])[crossed]
            lone = lone[crossed]
            ends = []
            for other in (1, 2):
                to = (lone + other) % 3
                share = h[lone, at] / (h[lone, at] - h[to, at])
                ends.append(px[lone, at] + share * (px[to, at] - px[lone, at]))
                ends.append(py[lone, at] + share * (py[to, at] - py[lone, at]))
            pieces.append(np.stack(ends, axis=1))
    found = sorted(tuple(sorted([(r[0], r[1]), (r[2], r[3])])) for r in np.concatenate(pieces))
    return [
        (float(p), float(q), float(r), float(s)) for (p, q), (r, s) in found if (p, q) != (r, s)
    ]


def levels(heights: Array, count: int = 12) -> list[float]:
    """Return heights for lines: the more, the lower; none is the least or the greatest.

    Between two lines lies the same share of the grid, so valleys show where slopes are steep.
    """
    finite = np.asarray(heights, dtype=float)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return []
    found = np.quantile(finite, np.linspace(0, 1, count + 2)[1:-1] ** 1.6)
    return sorted({float(level) for level in found})

"""Lines of equal height over a grid, by marching squares."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any
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

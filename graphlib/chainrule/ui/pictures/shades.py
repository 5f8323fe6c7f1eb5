"""Numbers over a plane as a small picture: from the ground's colour to that of values."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from chainrule.readings.theme import THEMES, mixed

STRONGEST = 0.72
"""How much of the colour of values the highest number has: points and lines stay visible."""


def shaded(levels: Any, theme: str, strongest: float = STRONGEST) -> str:
    """Return a picture as a data address (PNG), one pixel a number.

    Parameters
    ----------
    levels
        From 0, the ground, to 1, values' blue; (rows, columns), the lowest row first, as on an
        axis. What is not finite is left transparent.
    """
    chosen = THEMES[theme]
    ends = [
        np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)
        for colour in (chosen.ground, mixed(chosen.ground, chosen.value, strongest))
    ]
    grid = np.asarray(levels, dtype=float)[::-1]
    known = np.isfinite(grid)
    share = np.clip(np.where(known, grid, 0.0), 0.0, 1.0)[..., None]
    colours = np.rint(ends[0] + share * (ends[1] - ends[0]))
    pixels = np.concatenate([colours, 255.0 * known[..., None]], axis=-1).astype(np.uint8)
    into = BytesIO()
    Image.fromarray(pixels).save(into, "PNG")
    return "data:image/png;base64," + base64.b64encode(into.getvalue()).decode()


def spread(values: Any) -> Any:
    """Return numbers brought to 0 to 1 by their least and greatest; all alike become ½."""
    grid = np.asarray(values, dtype=float)
    finite = grid[np.isfinite(grid)]
    if not len(finite) or finite.max() - finite.min() < 1e-12:
        return np.where(np.isfinite(grid), 0.5, np.nan)
    return (grid - finite.min()) / (finite.max() - finite.min())

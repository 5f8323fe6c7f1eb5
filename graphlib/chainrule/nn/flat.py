"""All parameters in one row of numbers, with a view for each: an update is then one line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.ops import Shape


class Flat:
    """Arrays by name that share one row of numbers.

    Parameters
    ----------
    shapes
        By name, in order.
    what
        What an entry is called in messages.
    start
        The numbers to begin with, by name; zeros otherwise.

    Raises
    ------
    InputError
        If an array is missing, too many, or has another shape; names both shapes.
    """

    def __init__(
        self, shapes: Mapping[str, Shape], what: str, start: Mapping[str, Any] | None = None
    ) -> None:
        self.numbers: Any = np.zeros(sum(math.prod(shape) for shape in shapes.values()))
        self.views: dict[str, Any] = {}
        at = 0
        for name, shape in shapes.items():
            size = math.prod(shape)
            self.views[name] = self.numbers[at : at + size].reshape(shape)
            at += size
        if start is not None:
            self._fill(start, what)

    def _fill(self, start: Mapping[str, Any], what: str) -> None:
        for name in [*self.views, *start]:
            if name not in start or name not in self.views:
                raise InputError(
                    f"the {what} {name[:40]} is {'missing' if name in self.views else 'unknown'}",
                    allowed=f"There are {', '.join(self.views)}.",
                )
        for name, view in self.views.items():
            given = np.asarray(start[name], dtype=float)
            if given.shape != view.shape:
                raise InputError(
                    f"the {what} {name} has shape {given.shape}",
                    allowed=f"The network needs {view.shape}.",
                )
            view[...] = given

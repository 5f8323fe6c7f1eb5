"""A moment of a run: all that it needs to go on from a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Array = Any


@dataclass(frozen=True, slots=True)
class Moment:
    """All that a run needs to go on from a step.

    Parameters
    ----------
    numbers, slots
        The parameters in a row, and what the optimiser carries.
    random, order
        The state of the generator, and the order of the examples in this epoch.
    best
        The lowest held-out loss, its step and the parameters there.
    """

    step: int
    numbers: Array
    slots: tuple[Array, ...]
    random: Mapping[str, Any]
    order: Array
    best: tuple[float, int, Array] | None

"""Learning rates that change as training goes on: functions of the step, counted from 1."""

from __future__ import annotations

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def constant() -> Schedule:
    """Return a schedule that leaves the learning rate as it is."""
    return lambda step: 1.0


def inverse(after: float) -> Schedule:
    """Return 1/(1 + step/after), which meets the conditions of Robbins and Monro (1951)."""
    return lambda step: 1 / (1 + (step - 1) / after)


def cosine(steps: int, floor: float = 0.0) -> Schedule:
    """Return half a cosine from 1 down to `floor` (Loshchilov and Hutter 2017, equation 5)."""

    def factor(step: int) -> float:
        done = min(1.0, (step - 1) / max(1, steps - 1))
        return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2

    return factor

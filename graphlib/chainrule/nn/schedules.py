"""Learning rates that change as training goes on: functions of the step, counted from 1."""

from __future__ import annotations

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def constant() -> Schedule:
    """Return a schedule that leaves the learning rate as it is."""
    return lambda step: 1.0


def decay(every: int, factor: float = 0.5) -> Schedule:
    """Return a schedule that multiplies the rate by `factor` after each `every` steps."""
    return lambda step: float(factor ** ((step - 1) // every))


def inverse(after: float) -> Schedule:
    """Return 1/(1 + step/after), which meets the conditions of Robbins and Monro (1951)."""
    return lambda step: 1 / (1 + (step - 1) / after)


def cosine(steps: int, floor: float = 0.0) -> Schedule:
    """Return half a cosine from 1 down to `floor` (Loshchilov and Hutter 2017, equation 5)."""

    def factor(step: int) -> float:
        done = min(1.0, (step - 1) / max(1, steps - 1))
        return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2

    return factor


def warm_up(steps: int, then: Schedule | None = None) -> Schedule:
    """Return a straight rise over `steps` steps, and what comes `then`."""
    after = then or constant()
    return lambda step: step / steps if step < steps else after(step - steps + 1)

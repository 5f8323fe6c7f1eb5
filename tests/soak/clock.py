"""Times as they would be on one idle core, whatever else runs beside the long tests.

The processor's time for a piece of work is set against that for a loop of known length: it
makes up for slower machines, and for cores that are shared.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from fractions import Fraction

# What the loop takes on an idle core of the machines for which the promises are given.
LOOP_SECONDS = 0.0072


def _loop() -> float:
    begin = time.process_time()
    table: dict[int, Fraction] = {}
    for i in range(1, 6_000):
        table[i] = Fraction(i, i + 1) + i
        table[i] = table[i] * 1.5 if i % 7 == 0 else table[i]
    return time.process_time() - begin


def slowdown() -> float:
    """Return how many times slower this core is now than an idle one, at least 1."""
    return max(1.0, statistics.median(_loop() for _ in range(3)) / LOOP_SECONDS)


def core_seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes on one idle core."""
    before = slowdown()
    begin = time.process_time()
    work()
    took = time.process_time() - begin
    return 2 * took / (before + slowdown())

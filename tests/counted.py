"""How much work something is, in calls of functions: the same on every machine."""

from __future__ import annotations

import cProfile
import gc
from collections.abc import Callable


def calls(work: Callable[[], object]) -> int:
    """Return how many functions `work` calls, those written in C too."""
    profile = cProfile.Profile()
    gc.collect()
    gc.disable()  # what the collector calls belongs to other tests
    try:
        profile.runcall(work)
    finally:
        gc.enable()
    return sum(entry.callcount for entry in profile.getstats())


def growth(work: Callable[[int], Callable[[], object]], size: int, times: int = 4) -> float:
    """Return by what the calls of `work(size)` grow where the size grows by a factor."""
    work(size)()  # libraries are loaded, tables of theirs made
    return calls(work(times * size)) / calls(work(size))

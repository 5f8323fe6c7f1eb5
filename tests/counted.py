"""How much work something is, in calls of functions: the same on every machine."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable


def calls(work: Callable[[], object]) -> int:
    """Return how many functions `work` calls, those written in C too."""
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    usual = sys.getprofile()
    gc.collect()
    gc.disable()  # what the collector calls belongs to other tests
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(usual)
        gc.enable()
    return count


def growth(work: Callable[[int], Callable[[], object]], size: int, times: int = 4) -> float:
    """Return by what the calls of `work(size)` grow where the size grows by a factor."""
    work(size)()  # libraries are loaded, tables of theirs made
    return calls(work(times * size)) / calls(work(size))

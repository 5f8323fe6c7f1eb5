"""The collector of reference cycles, held off where many objects are made that stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_held() -> Iterator[None]:
    """Hold off the collector while thousands of steps, formulas or rows are made.

    They have no cycles and are all kept, so it would look through them again and again for
    nothing: half of the time of a large table. Where threads overlap, the first that ends
    lets the collector go on, which costs time and nothing else.

    >>> with collector_held():
    ...     gc.isenabled()
    False
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

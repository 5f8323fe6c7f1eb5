"""Long work beside the page: it begins at once, and the page asks again whether it is done."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

ENTRIES = 256


class Background:
    """Runs each piece of work once and keeps the last results.

    Parameters
    ----------
    threads
        How many pieces run at a time.
    """

    def __init__(self, threads: int = 2) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="background")
        self._kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, key: Hashable, work: Callable[[], Any], patience: float) -> Any | None:
        """Return the result of `work`, None if it is not there within `patience` seconds.

        The same key asks for the same work; an error is raised to whoever asks, and the work
        is tried anew the next time.
        """
        with self._lock:
            future = self._kept.get(key)
            if future is None:
                future = self._kept[key] = self._pool.submit(work)
                while len(self._kept) > ENTRIES:
                    _key, oldest = self._kept.popitem(last=False)
                    oldest.cancel()
        try:
            return future.result(timeout=patience)
        except NotYet:
            return None
        except Exception:
            with self._lock:
                self._kept.pop(key, None)
            raise

"""Long work beside the page: it begins at once or in turn, and the page asks again for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

ENTRIES = 256

Job = tuple[Hashable, Callable[[], Any]]


class Background:
    """Runs each piece of work once, first come, first served, and keeps the last results.

    Of one asker, one piece runs at a time and one waits, the last that was asked for: who asks
    without pause takes nobody's turn.

    Parameters
    ----------
    threads
        How many pieces run at a time.
    """

    def __init__(self, threads: int = 2) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="background")
        self._idle = threads
        self._kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._waiting: OrderedDict[Hashable, Job] = OrderedDict()
        self._running: set[Hashable] = set()
        self._lock = threading.Lock()

    def ask(
        self, key: Hashable, work: Callable[[], Any] | None, who: Hashable, patience: float = 0
    ) -> Any:
        """Return the result of `work`, or, if it is not there yet, how many pieces wait before it.

        The same key asks for the same work, whoever asks; an error is raised to whoever asks, and
        the work is tried anew the next time.

        Parameters
        ----------
        work
            Without any, nothing begins: what was asked for before is returned.
        patience
            Seconds to wait for it.
        """
        with self._lock:
            future = self._kept.get(key)
            if future is None:
                if work is None:
                    return len(self._waiting)
                future = self._kept[key] = Future()
                earlier = self._waiting.pop(who, None)
                if earlier is not None:
                    self._kept.pop(earlier[0]).cancel()
                self._waiting[who] = (key, work)
                if self._idle:
                    self._idle -= 1
                    self._pool.submit(self._serve)
        try:
            return future.result(timeout=patience)
        except (NotYet, CancelledError):
            with self._lock:
                before = [job[0] for job in self._waiting.values()]
                return before.index(key) if key in before else 0
        except Exception:
            with self._lock:
                self._kept.pop(key, None)
            raise

    def _serve(self) -> None:
        """Do what waits, as long as it is somebody's who has nothing running."""
        while True:
            with self._lock:
                who = next((who for who in self._waiting if who not in self._running), None)
                if who is None:
                    self._idle += 1
                    return
                key, work = self._waiting.pop(who)
                self._running.add(who)
                future = self._kept[key]
            try:
                future.set_result(work())
            except Exception as error:
                future.set_exception(error)
            with self._lock:
                self._running.discard(who)
                done = [key for key, future in self._kept.items() if future.done()]
                for key in done[: max(0, len(self._kept) - ENTRIES)]:
                    del self._kept[key]

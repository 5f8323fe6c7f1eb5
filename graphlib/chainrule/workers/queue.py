"""A line of those who wait for a place, first come, first served."""

from __future__ import annotations

import threading
from collections import deque


class Queue:
    """Places that are given to who waits longest.

    A semaphore of the standard library gives them to anyone, so under load some wait for ever.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def enter(self, seconds: float) -> bool:
        """Wait for a place; tell whether there was one in time."""
        turn = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._lock:
            if turn.is_set():
                return True
            self._waiting.remove(turn)
        return False

    def leave(self) -> None:
        """Give the place on."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1

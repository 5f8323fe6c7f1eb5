"""Training beside the page: a thread that can be paused, and that stops when nobody looks."""

from __future__ import annotations

import threading
import time
from weakref import WeakSet

from chainrule.nn.course import Course

AT_A_TIME = 2
"""How many runs make steps at the same time, over all sessions; others wait their turn."""

UNWATCHED = 60.0
"""Seconds without a look after which a run pauses: the page was closed."""

PACE = 2.5
"""Seconds that a whole run takes at least, so that it can be watched."""

_WATCHED: WeakSet[Trainer] = WeakSet()
_TURNS = threading.BoundedSemaphore(AT_A_TIME)


class Trainer:
    """A course that is run in a thread of its own.

    Parameters
    ----------
    course
        What is run; while `running`, nobody else moves it.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.fault: Exception | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = time.monotonic()
        self._until = course.epochs

    @property
    def running(self) -> bool:
        """Whether steps are being made; asking counts as a look."""
        self._seen = time.monotonic()
        return self.alive

    @property
    def alive(self) -> bool:
        """The same, without being a look."""
        return self._thread is not None and self._thread.is_alive()

    def go(self, until: int | None = None) -> None:
        """Begin or go on, up to an epoch; by default to the end."""
        if self.running:
            return
        self._until = self.course.epochs if until is None else until
        self._stop.clear()
        _WATCHED.add(self)
        self._thread = threading.Thread(target=self._run, name="training", daemon=True)
        self._thread.start()

    def pause(self) -> None:
        """Stop between two steps, and wait until that is so."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def rewind(self, epoch: int) -> None:
        """Go back to an epoch that was made."""
        self.pause()
        self.course.rewind(epoch)

    def _run(self) -> None:
        course = self.course
        pace = PACE / max(1, course.epochs)
        try:
            while not (self._stop.is_set() or course.done):
                if course.marks[-1].epoch >= self._until:
                    return
                if time.monotonic() - self._seen > UNWATCHED:
                    return
                begin = time.monotonic()
                with _TURNS:
                    course.advance(self._stop.is_set)
                took = time.monotonic() - begin
                # Other sessions answer in between: half of the time is theirs.
                self._stop.wait(max(pace - took, took))
        except Exception as error:
            self.fault = error


def crowd() -> int:
    """Return how many runs are under way, over all sessions."""
    return sum(trainer.alive for trainer in list(_WATCHED))

"""The runs on the page Networks, each trained in a thread: A learns, B is what A was before.

Where a choice begins another run, A becomes B. A thread can be paused; when nobody looks it stops.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakSet

import streamlit as st

from chainrule.errors import ChainruleError, InputError
from chainrule.nn.course import Course
from chainrule.nn.data import Data
from chainrule.ui import network_work
from chainrule.ui.network_rail import choose as set_fields
from chainrule.ui.network_rail import current
from chainrule.ui.network_state import BEGINS, LIVE, NetworkState
from chainrule.ui.network_work import Scene

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


@dataclass(slots=True)
class Run:
    """A run on the page: what is drawn, what moves it, and what it was begun from."""

    scene: Scene
    trainer: Trainer
    key: tuple[Any, ...]
    table: bytes


def begin(data: Data) -> InputError | None:
    """Make A the run of the choices; return why there is none."""
    session = st.session_state
    state = current()
    key = tuple(getattr(state, name) for name in BEGINS), session["net_table"], data.name
    run: Run | None = session.get("net_a")
    try:
        if run is not None and run.key == key:
            _change(run, state)
            return None
        scene = Scene.of(data, state)
    except InputError as error:
        return error
    except ChainruleError as error:
        return InputError(str(error))
    if run is not None:
        run.trainer.pause()
        if len(run.scene.course.marks) > 1:
            session["net_b"] = run
    run = session["net_a"] = Run(scene, Trainer(scene.course), key, session["net_table"])
    session["net_shown"] = 0
    session["net_follow"] = True
    if until := session.pop("net_until", 0):
        run.trainer.go(until)
    if "net_b" in session:
        st.rerun()  # the rail stands already, without what A and B differ in
    return None


def _change(run: Run, state: NetworkState) -> None:
    """Let the run go on by choices that act on it from its next epoch on."""
    before = run.scene.state
    changed = [name for name in LIVE if getattr(state, name) != getattr(before, name)]
    run.scene.state = state
    if not changed:
        return
    running = run.trainer.running
    run.trainer.pause()
    made = run.scene.course
    try:
        ready = network_work.begun(state, made.prepared.data)
    except InputError:
        run.scene.state = before
        raise
    words = [f"{name} {getattr(state, name)}" for name in changed if name != "epochs"]
    made.go_on_with(ready, ", ".join(words) if made.marks[-1].epoch else "")
    if running:
        run.trainer.go()


def swap() -> None:
    """Exchange A and B, with what the rail says."""
    session = st.session_state
    session["net_a"].trainer.pause()
    session["net_a"], session["net_b"] = session["net_b"], session["net_a"]
    run: Run = session["net_a"]
    session["net_table"] = run.table
    session["net_state"] = replace(run.scene.state, epoch=session["net_shown"])
    set_fields(run.scene.state)
    session["net_shown"], session["net_follow"] = run.scene.course.marks[-1].epoch, False


def close() -> None:
    """Let go of B."""
    st.session_state.pop("net_b", None)


def edited() -> None:
    """Write a weight over, after the epoch that is shown, and go on from there."""
    session = st.session_state
    edit = session["net_neurons"].edit
    if not (isinstance(edit, list | tuple) and len(edit) == 3):
        return
    key, at, typed = edit
    run: Run = session["net_a"]
    layer, unit = (int(part) for part in str(key).split("."))
    try:
        value = network_work.typed_number(str(typed))
    except InputError as error:
        session["net_edit_fault"] = f"{error.message}. {error.allowed}"
        return
    run.trainer.rewind(session["net_shown"])
    name, entry = (f"b{layer}", (unit - 1,)) if at is None else (f"W{layer}", (unit - 1, int(at)))
    if run.scene.course.run.parameters[name][entry] != value:
        run.scene.course.edit(name, entry, value)

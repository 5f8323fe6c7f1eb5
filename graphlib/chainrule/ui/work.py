"""The page's one door to the engine: asked in processes of their own, cached on what was typed.

Whatever a formula costs, this process only waits for the answer, so it answers everybody else
meanwhile. What an edit shows goes to two processes, first come, first served; closed forms, which
may take long, to others that step back while those work, one for each session at a time.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Final

from chainrule.drawing.player import Packed
from chainrule.errors import OutsideError
from chainrule.readings.hints import Hint
from chainrule.ui import engine
from chainrule.ui.background import Background
from chainrule.ui.engine import Closed, Fault, Reading, ShownGraph
from chainrule.ui.plots import Plot
from chainrule.ui.state import State
from chainrule.workers import Workers

ENTRIES: Final = 256
SECONDS: Final = 10.0
"""What an edit may take; the engine's own budget ends it far earlier, and counts no time."""

SLOW_SECONDS: Final = 60.0
SLOW_AT_ONCE: Final = 2
"""Closed forms take one of these, so that a file waits for none of them, and edits for few."""


@cache
def _quick() -> Workers:
    return Workers(2, prepare="chainrule.ui.engine:warm")


@cache
def _slow() -> Workers:
    return Workers(SLOW_AT_ONCE, prepare="chainrule.ui.engine:step_back", nested=True)


@cache
def _background() -> Background:
    return Background(SLOW_AT_ONCE - 1)


def start() -> None:
    """Start the processes that edits wait for."""
    _quick().start()


@lru_cache(ENTRIES)
def _asked(name: str, *args: Any) -> Any:
    return _quick().call(f"{engine.__name__}:{name}", *args, timeout=SECONDS, what="the formula")


def _fault(error: OutsideError) -> Fault:
    return Fault(str(error), allowed="Try a smaller formula.")


def read(
    formula: str, names: tuple[str, ...], readings: tuple[tuple[str, str], ...]
) -> Reading | Fault:
    """Read a formula."""
    try:
        found: Reading | Fault = _asked("read", formula, names, readings)
    except OutsideError as error:
        return _fault(error)
    return found


def shape(state: State, names: tuple[str, ...]) -> ShownGraph:
    """Return what a state shows: another formula may not have the nodes that were folded."""
    try:
        found: ShownGraph = _asked("shape", state, names)
    except OutsideError as error:
        return ShownGraph((), f"{error}.", 0, 0)
    return found


def play(
    state: State, names: tuple[str, ...], screen: str = "wide"
) -> tuple[Packed, tuple[Hint, ...]] | Fault:
    """Return the player's data for a screen, wide or narrow, and the hints for a state."""
    try:
        found: tuple[Packed, tuple[Hint, ...]] | Fault = _asked("play", state, names, screen)
    except OutsideError as error:
        return _fault(error)
    return found


def reading(state: State, names: tuple[str, ...]) -> str | Fault:
    """Return the reading that a state asks for, as HTML."""
    try:
        found: str | Fault = _asked("reading", state, names)
    except OutsideError as error:
        return _fault(error)
    return found


def plot(state: State, names: tuple[str, ...], chosen: str | None, theme: str) -> Plot | None:
    """Return the picture of a node over one or two inputs, None where there is none."""
    try:
        found: Plot | None = _asked("plot", state, names, chosen, theme)
    except OutsideError:
        return None
    return found


def operations() -> tuple[dict[str, Any], ...]:
    """Return what there is to say of all operations."""
    found: tuple[dict[str, Any], ...] = _told("chainrule.ui.operations:entries")
    return found


@cache
def _told(name: str) -> Any:
    return _slow().call(name, timeout=SLOW_SECONDS, what="the reference")


def closed(state: State, names: tuple[str, ...], session: str, begin: bool) -> Closed | int:
    """Return SymPy's closed form and whether four routes agree.

    Until it is there, return how many others come before it; 0 if it is being worked out. If
    nobody asked for it yet, it begins only where `begin` says so.
    """

    def work() -> Closed:
        try:
            found: Closed = _slow().call(
                f"{engine.__name__}:closed",
                state,
                names,
                timeout=SLOW_SECONDS,
                what="the closed form",
            )
        except OutsideError as error:
            return Closed(trouble=f"{error}.")
        return found

    found: Closed | int = _background().ask((state, names), work if begin else None, session)
    return found


def file(kind: str, label: str, state: State, names: tuple[str, ...]) -> bytes:
    """Return one of the files that the menu offers, or, as text, why there is none."""
    try:
        written: bytes = _slow().call(
            f"{engine.__name__}:file",
            kind,
            label,
            state,
            names,
            timeout=SLOW_SECONDS,
            what="the file",
        )
    except OutsideError as error:
        return f"{error}\n".encode()
    return written

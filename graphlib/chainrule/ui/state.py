"""What a page of the app shows, as one value: the only thing a share link carries."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chainrule.graph.conventions import KINKS as CHOICES
from chainrule.readings.notation import Notation

EXAMPLE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"

MODES = ("reverse", "forward")
ZOOMS = ("", "primitive", "step", "named", "module")
KINKS = ("", *(choice for choice in CHOICES if choice != "0"))  # 0 is what is usual
SHAPES = ("graph", "tree")
TITLES = {
    "table": "Table",
    "derivation": "Derivation",
    "trace": "Trace",
    "duals": "Dual numbers",
    "paths": "Paths",
    "cost": "Cost",
    "health": "Health",
    "jacobian": "Jacobian",
    "nudge": "Nudge",
    "enclosures": "Proof",
}
READINGS = tuple(TITLES)
"""What can stand below the player; the table is within it."""


def written_notation(words: str) -> str:
    """Return the words of a notation in the one form that the page uses, without the usual ones.

    Raises
    ------
    InputError
        For a word that is none.
    """
    notation, usual = Notation.named(words), Notation()
    chosen = [
        notation.profile if notation.profile != usual.profile else "",
        notation.prefix if notation.prefix != usual.prefix else "",
        "comma" if notation.format.comma else "",
    ]
    return ",".join(filter(None, chosen))


@dataclass(frozen=True, slots=True)
class State:
    """The shareable state of Explore.

    Parameters
    ----------
    formula
        The formula or program as typed.
    point
        Pairs of a variable's name and its value as typed.
    readings
        Pairs of a note's key and the alternative that was chosen.
    mode
        "reverse" or "forward".
    zoom
        A zoom level, or "" for the one that fits the formula.
    along
        Name of the variable that forward mode moves; "" for the first.
    notation
        What is not usual in it, in this order: "bars,xi,comma" or "upstream,xi,comma".
    kink
        What is used at all kinks: "1/2", "1" or "undefined"; "" for what is usual.
    folds
        Single changes to what the zoom level shows: "u", "u u1" or "-u", one after the other.
    shape
        "graph", or "tree" for a copy of a node for each of its uses.
    reading
        What stands below the player: the table, or the name of another reading.
    nudge
        By how much a nudge moves its variable, as typed.
    output
        Name of the output that is differentiated, of several; "" for the main one.
    step
        Number of the step shown, from 0; None for the last.
    present
        Whether graph and table fill the screen, for a lecture hall.
    """

    formula: str = EXAMPLE
    point: tuple[tuple[str, str], ...] = (("x", "1"),)
    readings: tuple[tuple[str, str], ...] = ()
    mode: str = "reverse"
    zoom: str = ""
    along: str = ""
    notation: str = ""
    kink: str = ""
    folds: tuple[str, ...] = ()
    shape: str = "graph"
    reading: str = "table"
    nudge: str = "0.01"
    output: str = ""
    step: int | None = None
    present: bool = False

    def without_step(self) -> State:
        """Return the state without its step: what the engine's work depends on."""
        return replace(self, step=None, present=False)

"""What a format has to offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chainrule.readings.story import StoryStep
from chainrule.readings.tables import Table
from chainrule.readings.view import View


@dataclass(frozen=True, slots=True)
class Renderer:
    """A format in which tables and steps are written.

    Parameters
    ----------
    name, suffix
        Its name on the command line, and the suffix of its files, with the dot.
    table
        Writes a table: a piece to paste, or with True a whole document.
    steps
        Writes the steps of a run, likewise.
    """

    name: str
    suffix: str
    table: Callable[[Table, bool], str]
    steps: Callable[[View, Iterable[StoryStep], bool], str]

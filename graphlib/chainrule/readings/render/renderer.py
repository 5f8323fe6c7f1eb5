"""What a format has to offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chainrule.readings.grid import Grid
from chainrule.readings.story import StoryStep
from chainrule.readings.view import View


@dataclass(frozen=True, slots=True)
class Renderer:
    """A format in which grids and steps are written.

    Parameters
    ----------
    name, suffix
        Its name on the command line, and the suffix of its files, with the dot.
    grid
        Writes a grid: a piece to paste, or with True a whole document.
    steps
        Writes the steps of a run, likewise.
    """

    name: str
    suffix: str
    grid: Callable[[Grid, bool], str]
    steps: Callable[[View, Iterable[StoryStep], bool], str]

"""What a format of sheets has to offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chainrule.exercises.figure import Figure
from chainrule.exercises.sheet import Field, Key, Sheet
from chainrule.readings.terms import EQUALS


@dataclass(frozen=True, slots=True)
class Format:
    """A format in which sheets are written.

    Parameters
    ----------
    name, suffix
        Its name in recipes and on the command line, and the suffix of its files, with the dot.
    write
        Writes a sheet with no key, with the key in its cells, or the key apart.
    usual
        What is written unless another key is asked for.
    """

    name: str
    suffix: str
    write: Callable[[Sheet, Key], bytes]
    usual: Key = "none"


def points_text(points: float) -> str:
    """Return points as they are printed: 7, 7.5."""
    return f"{round(points, 2):g}"


def fields(figure: Figure) -> tuple[Field, ...]:
    """Return a line for each formula that a figure asks, for formats in which none can draw."""
    return tuple(Field((name, EQUALS), cell, True) for name, cell in figure.blanks)

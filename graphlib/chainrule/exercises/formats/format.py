"""What a format of sheets has to offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chainrule.exercises.sheet import Key, Sheet


@dataclass(frozen=True, slots=True)
class Format:
    """A format in which sheets are written.

    Parameters
    ----------
    name, suffix
        Its name in recipes and on the command line, and the suffix of its files, with the dot.
    write
        Writes a sheet with no key, with the key in its cells, or the key apart.
    """

    name: str
    suffix: str
    write: Callable[[Sheet, Key], bytes]

"""Links to sheets: what a sheet is made from, and nothing of what is answered or whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chainrule.errors import LinkError
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.levels import LEVELS
from chainrule.ui import link
from chainrule.ui.sheets import Asked


def _kinds(field: link.Field) -> tuple[str, ...]:
    kinds = tuple(field.text.split())
    for kind in kinds:
        if kind not in KINDS:
            raise field.refuse(
                f"`{kind[:20]}` is no kind of task", f"There are {', '.join(KINDS)}."
            )
    return kinds


READERS: Final[Mapping[str, link.Reader]] = {
    "level": link.whole(1, max(LEVELS)),
    "formula": lambda field: field.text,
    "at": lambda field: field.text,
    "kinds": _kinds,
    "seed": link.whole(0, 2**31),
}


def encode(asked: Asked, seed: int) -> str:
    """Return the link of a sheet that is made from a level or a formula.

    >>> encode(Asked(level=3, kinds=("values", "adjoints")), 7)
    'level=3&kinds=values%20adjoints&seed=7'

    Raises
    ------
    LinkError
        If it is made from a recipe, which is a file, or is too long.
    """
    if asked.recipe:
        raise LinkError(
            "A recipe is shared as a file", text="", allowed="Download it and send the file."
        )
    told = {
        "level": str(asked.level or ""),
        "formula": asked.formula,
        "at": asked.at,
        "kinds": " ".join(asked.kinds),
        "seed": str(seed),
    }
    return link.written((key, words) for key, words in told.items() if words)


def decode(query: str) -> tuple[Asked, int]:
    """Return what a link asks for, and the seed.

    >>> decode("level=3&kinds=values&seed=7")[0].level
    3

    Raises
    ------
    LinkError
        With what is wrong in it.
    """
    found: dict[str, Any] = {"seed": 1, "kinds": ("values", "adjoints")}
    found |= link.parts(query, READERS)
    seed = found.pop("seed")
    if ("level" in found) == bool(found.get("formula", "").strip()):
        raise LinkError(
            "The link says nothing to make a sheet from, or too much",
            text=query,
            allowed="A sheet is made from a level or from a formula.",
        )
    return Asked(**found), seed

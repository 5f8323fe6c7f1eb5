"""Links to sheets: what a sheet is made from, and nothing of what is answered or whose it is."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from chainrule.errors import LinkError, excerpt
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.levels import LEVELS
from chainrule.ui.sheets import Asked

KEYS: Final = ("level", "formula", "at", "kinds", "seed")
LONGEST: Final = 8_000


def encode(asked: Asked, seed: int) -> str:
    """Return the link of a sheet that is made from a level or a formula.

    >>> encode(Asked(level=3, kinds=("values", "adjoints")), 7)
    'level=3&kinds=values+adjoints&seed=7'

    Raises
    ------
    LinkError
        If it is made from a recipe, which is a file, or is too long.
    """
    told = {
        "level": str(asked.level or ""),
        "formula": asked.formula,
        "at": asked.at,
        "kinds": " ".join(asked.kinds),
        "seed": str(seed),
    }
    link = urlencode([(key, told[key]) for key in KEYS if told[key]])
    if asked.recipe or len(link) > LONGEST:
        raise LinkError(
            "A recipe is shared as a file" if asked.recipe else "This link would be too long",
            text="",
            allowed="Download it and send the file.",
        )
    return link


def decode(query: str) -> tuple[Asked, int]:
    """Return what a link asks for, and the seed.

    >>> decode("level=3&kinds=values&seed=7")[0].level
    3

    Raises
    ------
    LinkError
        With what is wrong in it.
    """
    if len(query) > LONGEST:
        raise LinkError("This link is too long", text="", allowed=f"At most {LONGEST} characters.")
    pairs = parse_qsl(query, keep_blank_values=True)
    told = dict(pairs)
    for key, value in pairs:
        known = key in KEYS and value == told[key]
        _demand(known, query, key, f"A link to a sheet has once each {', '.join(KEYS)}.")
    kinds = tuple(told.get("kinds", "values adjoints").split())
    for kind in kinds:
        _demand(kind in KINDS, query, kind, f"Kinds are {', '.join(KINDS)}.")
    level, seed = told.get("level", ""), told.get("seed", "1")
    levels = [str(one) for one in LEVELS]
    _demand(level in ("", *levels), query, level, f"Levels are {', '.join(levels)}.")
    whole = seed.isascii() and seed.isdecimal() and len(seed) <= 10 and int(seed) <= 2**31
    _demand(whole, query, seed, "A seed is a whole number.")
    one = bool(level) != bool(told.get("formula", "").strip())
    _demand(one, query, "level", "A sheet is made from a level or from a formula.")
    asked = Asked(
        formula=told.get("formula", ""), at=told.get("at", ""), kinds=kinds, level=int(level or 0)
    )
    return asked, int(seed)


def _demand(holds: bool, query: str, what: str, allowed: str) -> None:
    if not holds:
        raise LinkError(
            f"This link cannot be read at “{excerpt(what)}”",
            text=query,
            position=max(0, query.find(what)),
            length=max(1, len(what)),
            allowed=allowed,
        )

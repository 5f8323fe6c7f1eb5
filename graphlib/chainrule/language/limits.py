"""The limits of what may be typed, in one table that every message quotes."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.errors import LimitError


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one input may hold.

    Parameters
    ----------
    characters
        Length of the text.
    nodes
        Operations plus different numbers and names of the text, with sums and functions
        written out.
    nesting
        Brackets, bars, signs, powers and functions inside each other, as written.
    digits
        Digits of an exact number, written out in full.
    name
        Characters of one name.
    terms
        Terms of one sum over an index.
    entries
        Entries of one declared vector or matrix.
    work
        Sum over all operations of the square of their operands: each of the n local partials
        of a maximum looks at n operands. All other work is in proportion to the nodes.
    """

    characters: int = 20_000
    nodes: int = 5_000
    nesting: int = 200
    digits: int = 1_000
    name: int = 100
    terms: int = 1_000
    entries: int = 10_000
    work: int = 40_000


LIMITS = Limits()


def beyond(what: str, limit: int, *, text: str, position: int, length: int = 1) -> LimitError:
    """Return the error for passing a limit: `what` completes "more than 200 ..."."""
    return LimitError(
        f"This is more than {limit:,} {what}",
        text=text,
        position=position,
        length=length,
        allowed=f"Allowed are at most {limit:,} {what}.",
    )


def check_length(text: str) -> None:
    """Refuse a text that is too long, before anything else looks at it.

    Raises
    ------
    LimitError
        With the place where the limit was passed.
    """
    if len(text) > LIMITS.characters:
        raise beyond("characters", LIMITS.characters, text=text, position=LIMITS.characters)

"""Which of the numbers that known mistakes give is the one that was written, if any is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from chainrule.passes.misconceptions import SLIPS
from chainrule.passes.places import Written

CHANCE = 0.02
"""How much of the numbers near the right one may be taken for known mistakes by chance."""


def meant(
    given: float, found: Mapping[str, Sequence[float]], least: float, most: float
) -> dict[str, bool]:
    """Return the mistakes that explain a number, each with whether it gives the very number.

    Where many numbers could be meant, each must be met more exactly, so that a number that
    stands there by chance is hardly ever explained.

    Parameters
    ----------
    found
        Numbers by mistake.
    least, most
        How far a number may be away at least, for rounding, and at most, relatively.
    """
    best = {name: min(apart(given, wrong) for wrong in wrongs) for name, wrongs in found.items()}
    count = len({number for numbers in found.values() for number in numbers})
    exact = 2 * least + 1e-9
    reach = max(exact, min(most, CHANCE / max(1, count)))
    # Where one gives the very number, those that only come near it are not meant.
    if any(far <= exact for far in best.values()):
        reach = exact
    return {name: far <= exact for name, far in best.items() if far <= reach}


def slip(
    given: float, wanted: Iterable[float], digits: int, exchanged: Sequence[float] = ()
) -> str | None:
    """Return the slip of hand that turns one of some numbers into what was written.

    >>> [slip(given, [0.8259], 4) for given in (8.259, 0.8529, -0.8259, 0.9)]
    ['decimal', 'transposed', 'sign', None]

    Parameters
    ----------
    digits
        To how many digits numbers are written.
    exchanged
        What should stand where one of these numbers stands.
    """
    places = [Written(number, min(digits, 6), tuple(exchanged)) for number in wanted if number]
    reach = 1.2 * last_place(given, digits) + 1e-9
    for name, record in SLIPS.items():
        if any(apart(given, wrong) <= reach for place in places for wrong in record.hand(place)):
            return name
    return None


def last_place(given: float, digits: int) -> float:
    """Return half a unit of the last place of a number of so many digits, relatively."""
    if not (given and math.isfinite(given)):
        return 0.0
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(given))) + 1 - digits) / abs(given)


def apart(given: float, wrong: float) -> float:
    """Return how far two numbers are from each other, relatively."""
    size = max(abs(given), abs(wrong))
    return abs(given - wrong) / size if size > 0 else 0.0

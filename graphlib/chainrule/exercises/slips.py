"""Slips of hand: a decimal point, two digits exchanged, a sign, degrees, two cells exchanged.

They are told where no common mistake explains a number, and only if they give the very number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from chainrule.exercises.report import Reason

POWERS: Final = (-3, -2, -1, 1, 2, 3)
FUNCTIONS: Final = {"sin": math.sin, "cos": math.cos, "tan": math.tan}


def slip(given: float, wanted: Iterable[float], reach: float, digits: int) -> Reason | None:
    """Return the slip that turns one of some numbers into what was written.

    >>> [slip(given, [0.8259], 1e-4, 4) for given in (8.259, 0.8529, -0.8259, 0.9)]
    ['decimal', 'transposed', 'sign', None]

    Parameters
    ----------
    reach
        How far a number may be away, relatively.
    digits
        To how many digits numbers are written.
    """

    def near(other: float) -> bool:
        return other != 0 and abs(given - other) <= reach * abs(other)

    numbers = [number for number in wanted if number]
    if any(near(number * 10.0**power) for number in numbers for power in POWERS):
        return "decimal"
    if any(_transposed(given, number, digits) for number in numbers):
        return "transposed"
    return "sign" if any(near(-number) for number in numbers) else None


def _transposed(given: float, wanted: float, digits: int) -> bool:
    if given * wanted <= 0:
        return False
    mine, theirs = (f"{abs(number):.{digits - 1}e}" for number in (given, wanted))
    if mine[-3:] != theirs[-3:]:  # of another size
        return False
    ones, others = (text.partition("e")[0].replace(".", "") for text in (mine, theirs))
    apart = [i for i, (a, b) in enumerate(zip(ones, others, strict=True)) if a != b]
    if len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    first, second = apart
    return (ones[first], ones[second]) == (others[second], others[first])


def in_degrees(name: str, operand: float) -> float | None:
    """Return what a calculator in degrees says of a function; None for one without angles."""
    function = FUNCTIONS.get(name)
    return None if function is None else function(math.radians(operand))

"""Words about numbers: whether something grows or shrinks is computed, never assumed."""

from __future__ import annotations

import math
from collections.abc import Sequence

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SAME = 2.0
"""Up to so many times more or less, a size has stayed about the same."""


def size(number: float, digits: int = 3) -> str:
    """Return a number to read in a sentence.

    >>> size(507000.0), size(2.04e-6, 2), size(0.25), size(2217.0), size(-8.0)
    ('5.07·10⁵', '2·10⁻⁶', '0.25', '2220', '−8')
    """
    if not number or not math.isfinite(number) or 1e-4 <= abs(number) < 1e5:
        shown = f"{number:.{digits}g}"
        shown = f"{float(shown):.0f}" if "e" in shown else shown
    else:
        head, _, power = f"{number:.{digits - 1}e}".partition("e")
        head = head.rstrip("0").rstrip(".") if "." in head else head
        shown = f"{head}·10{str(int(power)).translate(_RAISED)}"
    return shown.replace("-", "−")


def changed(factor: float) -> str:
    """Return what a factor does to a size, as a verb of the third person.

    >>> changed(116.0), changed(0.0012), changed(0.9), changed(0.0), changed(1e999)
    ('grows 116-fold', 'shrinks to 0.0012 of its size', 'keeps about its size (× 0.9)', \
'vanishes: it is 0', 'leaves all numbers')
    """
    if not math.isfinite(factor):
        return "leaves all numbers"
    if factor == 0:
        return "vanishes: it is 0"
    if factor > SAME:
        return f"grows {size(factor)}-fold"
    if factor < 1 / SAME:
        return f"shrinks to {size(factor, 2)} of its size"
    return f"keeps about its size (× {factor:.2g})"


def ratio(part: float, whole: float) -> float:
    """Return part / whole; 0 for 0 of anything, infinity for something of 0.

    >>> ratio(1.0, 2.0), ratio(0.0, 0.0), ratio(1.0, 0.0)
    (0.5, 0.0, inf)
    """
    return part / whole if whole else 0.0 if part == 0 else math.inf


def compared(first: float, second: float, less: str, more: str, same: str) -> str:
    """Return a word by which of two numbers is the greater, to 1 % of the greater.

    >>> compared(1.0, 2.0, "less", "more", "as much")
    'less'
    """
    apart = abs(first - second)
    if first == second or (math.isfinite(apart) and apart <= 0.01 * max(abs(first), abs(second))):
        return same
    return less if first < second else more


def counted(count: int, word: str) -> str:
    """Return a count with its word.

    >>> counted(1, "layer"), counted(0, "layer")
    ('1 layer', '0 layers')
    """
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)

"""Words that nearly are functions."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from difflib import get_close_matches

# Letters of a word that is compared with all functions.
LONGEST = 40


def one_edit_apart(word: str, other: str) -> bool:
    """Return whether one letter inserted, left out, changed or swapped makes one the other."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    short, long = sorted((word, other), key=len)
    same = 0
    while same < len(short) and short[same] == long[same]:
        same += 1
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    changed = short[same + 1 :] == long[same + 1 :]
    swapped = short[same : same + 2] == long[same : same + 2][::-1]
    return changed or (swapped and short[same + 2 :] == long[same + 2 :])


def nearest_function(word: str, functions: Iterable[str]) -> str:
    """Return the function that is one edit from `word`, or the same but for capitals, or ""."""
    lower = word.lower()
    near = [
        name
        for name in functions
        if len(name) > 1 and (one_edit_apart(word, name) or name.lower() == lower)
    ]
    alike = [(name.lower() != lower, name[0] != lower[0], name) for name in near]
    return min(alike)[2] if alike else ""


def alike(word: str, functions: Sequence[str], most: int = 5) -> list[str]:
    """Return the functions whose names are much like `word`, the nearest first."""
    return get_close_matches(word[:LONGEST], functions, most)


def function_before(word: str, functions: Container[str], is_operand: Callable[[str], bool]) -> str:
    """Return the longest function with which `word` begins, glued to an operand, or ""."""
    for stop in range(len(word) - 1, 1, -1):
        if word[:stop] in functions and is_operand(word[stop:]):
            return word[:stop]
    return ""

"""The numbers and functions of the second reading: its own words, by mpmath, with 34 digits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import numpy as np

DIGITS: Final = 34

SIGNS: Final = {ord(a): b for a, b in zip("−·×÷\u2009\u202f", "-**/  ", strict=True)}
SAME: Final = """
    sin cos tan sec csc cot exp log sqrt cbrt sinh cosh tanh sech coth asin acos atan atan2
    asinh atanh sign erf
    """
"""Functions that mpmath calls the same."""
FUNCTIONS: Final[Mapping[str, str]] = {
    **{name: name for name in SAME.split()},
    **{f"arc{name}": f"a{name}" for name in ("tan", "sin", "cos")},
    **{f"ar{name}": f"a{name}" for name in ("sinh", "tanh")},
    "ln": "log",
    "abs": "fabs",
}


@cache
def second_maths() -> dict[str, Any]:
    """Return functions over numbers of 34 digits, in a context of their own."""
    import mpmath

    context = mpmath.MPContext()
    context.dps = DIGITS
    named = {
        word: getattr(context, name) for word, name in FUNCTIONS.items() if hasattr(context, name)
    }
    zero, one = context.mpf(0), context.mpf(1)
    named |= dict.fromkeys(("sigmoid", "σ"), lambda a: one / (one + context.exp(-a)))
    named["softplus"] = lambda a: context.log(one + context.exp(a))
    named["relu"] = lambda a: a if a > 0 else zero
    named["step"] = lambda a: one if a > 0 else zero if a < 0 else one / 2
    named["max"], named["min"] = max, min
    for base, words in ((2, ("log2", "log₂")), (10, ("log10", "log₁₀"))):
        scale = context.log(base)
        named |= dict.fromkeys(words, lambda a, scale=scale: context.log(a) / scale)
    named["∛"] = context.cbrt
    named = {word: _entrywise(function) for word, function in named.items()}
    named |= {"sum": np.sum, "mean": lambda a: np.sum(a) / np.size(a)}
    exp = named["exp"]
    named["softmax"] = lambda a: exp(a) / np.sum(exp(a))
    named |= {"dot": np.dot, "norm": lambda a: context.sqrt(np.sum(a * a))}
    return {"number": context.mpf, "functions": named, "e": context.e * 1, "pi": context.pi * 1}


def _entrywise(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of numbers that takes vectors entry by entry."""

    def over(*given: Any) -> Any:
        if any(isinstance(one, np.ndarray) for one in given):
            return np.frompyfunc(function, len(given), 1)(*given)
        return function(*given)

    return over


def numbers(text: str) -> Any:
    """Return what was typed as a value: a number, or a vector or matrix of such."""
    if not text.lstrip().startswith("["):
        return number(text)
    quoted = re.sub(r"[^\[\],\s]+", lambda found: json.dumps(found[0]), text)
    return np.vectorize(number, otypes=[object])(np.array(json.loads(quoted), dtype=object))


def number(text: str) -> Any:
    """Return a typed decimal or fraction as a number of 34 digits."""
    above, _, below = text.translate(SIGNS).partition("/")
    make = second_maths()["number"]
    return make(above.strip()) / make(below.strip()) if below else make(above.strip())

"""What runs the text of loops that are for numba: numba where it is installed, else Python."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.compile import jit, wide

MATH = ("erf", "erfc", "gamma", "lgamma")


def _as_numba(function: Callable[..., float]) -> Callable[..., Any]:
    """Return a function of doubles that divide by 0, with nan where Python raises."""

    def called(*operands: Any) -> Any:
        try:
            return np.float64(function(*operands))
        except (ValueError, OverflowError):
            return np.float64(math.nan)

    return called


def in_python(source: str, *names: str) -> tuple[Any, ...]:
    """Return functions of a source as Python runs them."""
    functions = {name: getattr(wide, name) for name in jit.WIDE}
    functions |= {name: getattr(math, name) for name in MATH}
    namespace = {"np": np, **{name: _as_numba(function) for name, function in functions.items()}}
    exec(source, namespace)
    return tuple(namespace[name] for name in names)


compiled: Callable[..., tuple[Any, ...]] = jit.compiled if jit.is_there() else in_python

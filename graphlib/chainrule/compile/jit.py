"""Machine code by numba, where it is installed: made once a source, and kept on the disk."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from chainrule.compile import wide

WIDE = tuple(name for name, value in vars(wide).items() if inspect.isfunction(value))
HEAD = f"""

from math import erf, erfc, gamma, lgamma

from numba import njit

for name in {WIDE}:
    globals()[name] = njit(forceinline=True, error_model="numpy", fastmath={{"contract"}})(
        globals()[name]
    )

"""
"""What stands between the functions of `wide` and a source that calls them."""


@cache
def is_there() -> bool:
    """Tell whether numba is installed, takes the NumPy that is, and is not told to stand back."""
    try:
        numba = importlib.import_module("numba")
    except ImportError:
        return False
    return not numba.config.DISABLE_JIT


@cache
def compiled(source: str, *names: str) -> tuple[Any, ...]:
    """Return functions of a source as machine code; they may call those of `wide`.

    A product and the sum that follows are joined into one rounding in those alone: what a formula
    says is rounded as it says.
    """
    text = inspect.getsource(wide).replace("from __future__ import annotations\n", "")
    text += HEAD + source
    path = _kept(text)
    # numba asks for the module by its name when it takes from the disk what was made of it.
    module = sys.modules[f"chainrule_{path.stem}"] = ModuleType(f"chainrule_{path.stem}")
    exec(compile(text, path, "exec"), vars(module))
    jit = vars(module)["njit"](error_model="numpy", nogil=True, cache=path.exists())
    return tuple(jit(vars(module)[name]) for name in names)


def _kept(text: str) -> Path:
    """Return the file that keeps a text: beside it numba keeps what it makes of it."""
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        path = Path(home, "chainrule", f"{sha256(text.encode()).hexdigest()[:32]}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            begun = path.with_suffix(f".{os.getpid()}")
            begun.write_text(text, encoding="utf-8")
            begun.replace(path)
    except (OSError, RuntimeError):
        return Path("points.py")  # no place: it is made anew in each process
    return path

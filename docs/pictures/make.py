#!/usr/bin/env python3
"""Draw the pictures of the README again: `.venv/bin/python docs/pictures/make.py`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "graphlib"))

from chainrule.cli import main  # noqa: E402

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
PICTURES = {
    "lecture.svg": (),
    "lecture.png": (),
    "lecture-dark.svg": ("--theme", "dark"),
}


def command(name: str) -> list[str]:
    """Return the arguments with which `chainrule` draws a picture."""
    return ["draw", LECTURE, "--at", "x=1", *PICTURES[name], "-o", str(HERE / name)]


if __name__ == "__main__":
    for name in PICTURES:
        try:
            main(command(name))
        except SystemExit as end:
            if end.code:
                raise

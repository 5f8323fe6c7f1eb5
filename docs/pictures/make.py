#!/usr/bin/env python3
"""Draw the moving pictures of the README again: `.venv/bin/python docs/pictures/make.py`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "graphlib"))

from chainrule import parse  # noqa: E402

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
PICTURES = {"player.svg": "light", "player-dark.svg": "dark"}
SECONDS = 2.0


def picture(name: str) -> bytes:
    """Return the steps of the lecture's example, as they play in the README."""
    worked = parse(LECTURE).reverse({"x": 1})
    playing = worked.slides("svg", theme=PICTURES[name], seconds=SECONDS)
    return playing.replace(b"pauses while pointed at", b"")  # it does not, as a picture in a page


if __name__ == "__main__":
    for name in PICTURES:
        (HERE / name).write_bytes(picture(name))

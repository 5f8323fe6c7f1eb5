"""The player in the browser: a component of the page, and the heart of a figure that stands alone.

It receives all steps of both passes once and plays them without a server. Plain JavaScript in files
of one purpose, joined here into one script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from chainrule.readings.catalogue import WORDS
from chainrule.readings.theme import css

HERE: Final = Path(__file__).parent
SCRIPTS: Final = tuple(
    f"{part}.js"
    for part in ("elements", "run", "edges", "graph", "parts", "table", "panels", "hall", "player")
)
"""Parts of one script, in the order in which they are joined."""

LABELS: Final[Mapping[str, Any]] = {
    "first": "First step",
    "back": "Previous step",
    "play": "Play",
    "pause": "Pause",
    "forward": "Next step",
    "last": "Last step",
    "present": "Present",
    "how_title": "How to read it",
    "how": (
        ("value", "flows right, from the operands to the node"),
        ("local partial", "on the arrow: the node’s slope by that operand"),
        ("share", "what one user sends back: adjoint × local partial"),
        ("adjoint", "flows left: the sum of all shares"),
    ),
    "begin": "Play both passes",
    "closer": "Zoom in",
    "further": "Zoom out",
    "fit": "Fit the whole graph",
    "step_of": "step {step} of {count}",
    "steps": "Steps",
    "graph": "Graph",
    "fold": "Fold",
    "unfold": "Unfold",
    "fold_title": "Show it and all that it alone uses as one node",
    "unfold_title": "Show the operations inside",
    "table": "Table of both passes",
    "values": "values",
    "partials": "local partials",
    "tangents": "tangents",
    "adjoints": "adjoints",
    "value": WORDS["value"],
    "tangent": WORDS["tangent"],
    "adjoint": WORDS["adjoint"],
    "partial": WORDS["partial"],
    "partial_short": "partial",
    "none": WORDS["none"],
    "unknown": "not computed yet",
    "corrected": "float64 differs",
}
"""What the player's own parts say."""


@cache
def style() -> str:
    """Return the player's CSS: the colours of all drawings, then the player's own rules."""
    return css(".player") + "\n" + part("player.css")


@cache
def script() -> str:
    """Return the player's JavaScript: the class `Player` and what it needs."""
    return "".join(map(part, SCRIPTS))


def part(name: str) -> str:
    """Return a file of this folder without what only people read: indents and comments."""
    code = (HERE / name).read_text(encoding="utf-8")
    code = re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)
    return re.sub(r"^(?:\s*//.*)?\s+", "", code, flags=re.MULTILINE)

"""Golden files: what was looked at once, and has to stay so."""

from __future__ import annotations

import os
from pathlib import Path

from chainrule.readings.render.html import style_of


def same_as(path: Path, found: str) -> None:
    """Compare with a golden file; CHAINRULE_GOLDEN=write writes it anew, to be looked at.

    The style sheet of HTML is a file that is looked at by itself.
    """
    found = found.replace(f"<style>{style_of()}</style>", "<style>…</style>")
    if os.environ.get("CHAINRULE_GOLDEN") == "write":
        path.write_text(found, encoding="utf-8", newline="")
    assert found == path.read_bytes().decode(), f"{path.name} differs; CHAINRULE_GOLDEN=write"

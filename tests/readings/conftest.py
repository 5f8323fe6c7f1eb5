"""The lecture's example, built by hand, and golden files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import pytest

from chainrule.graph.builder import Builder
from chainrule.passes.run import Run
from chainrule.readings.render.html import style_of
from chainrule.readings.view import View

HERE = Path(__file__).parent
Lecture = Callable[..., View]


def names_of_the_lecture() -> dict[str, str]:
    return {name: name for name in ("x", "t", "u1", "u2", "u", "J")}


@pytest.fixture
def lecture() -> Lecture:
    """J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2, with other names on request."""

    def build(
        mode: Literal["reverse", "forward"] = "reverse", at: str = "1", **renamed: str
    ) -> View:
        from chainrule.passes.folding import zoom

        names = names_of_the_lecture() | renamed
        builder = Builder()
        maths = builder.maths
        entry = builder.input(names["x"])
        t = builder.name(entry**2, names["t"])
        u1 = builder.name(maths.sin(t), names["u1"])
        u2 = builder.name(3 * t, names["u2"])
        u = builder.name(u1 + u2, names["u"])
        graph = zoom(builder.finish([builder.name(maths.cos(u), names["J"])]), "named")
        return View(Run(graph, {graph.inputs[0]: Fraction(at)}, mode))

    return build


@pytest.fixture(scope="session")
def golden_numbers() -> dict[str, Any]:
    """The lecture's numbers at x = 1, worked out elsewhere with 60 digits."""
    tables = json.loads((HERE.parent / "data" / "golden_tables.json").read_text())
    points: list[dict[str, Any]] = tables["a_simple_example"]["points"]
    return next(point for point in points if point["x"] == "1")


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare with a golden file; CHAINRULE_GOLDEN=write writes it anew, to be looked at.

    The style sheet of HTML is a file that is looked at by itself.
    """

    def compare(name: str, found: str) -> None:
        path = HERE / "golden" / name
        found = found.replace(f"<style>{style_of()}</style>", "<style>…</style>")
        if os.environ.get("CHAINRULE_GOLDEN") == "write":
            path.write_text(found, encoding="utf-8", newline="")
        assert found == path.read_bytes().decode(), f"{name} differs; CHAINRULE_GOLDEN=write"

    return compare

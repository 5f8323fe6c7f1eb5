"""The lecture's example, built by hand, and golden files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule.readings.view import View
from tests.golden.files import same_as
from tests.golden.lectures import simple_view

HERE = Path(__file__).parent
Lecture = Callable[..., View]


@pytest.fixture
def lecture() -> Lecture:
    """J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2, with other names on request."""
    return simple_view


@pytest.fixture(scope="session")
def golden_numbers() -> dict[str, Any]:
    """The lecture's numbers at x = 1, worked out elsewhere with 60 digits."""
    tables = json.loads((HERE.parent / "data" / "golden_tables.json").read_text())
    points: list[dict[str, Any]] = tables["a_simple_example"]["points"]
    return next(point for point in points if point["x"] == "1")


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare with a golden file."""
    return lambda name, found: same_as(HERE / "golden" / name, found)

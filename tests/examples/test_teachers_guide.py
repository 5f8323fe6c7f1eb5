"""The teachers' guide is what its script writes, and says what it should."""

from __future__ import annotations

import struct
from pathlib import Path

from docs import teachers_guide

DOCS = Path(str(teachers_guide.__file__)).parent


def test_the_page_is_what_the_script_writes() -> None:
    assert (DOCS / "teachers-guide.md").read_text("utf-8") == teachers_guide.page()


def test_every_mistake_costs_its_cell_and_is_named() -> None:
    page = (DOCS / "teachers-guide.md").read_text("utf-8")
    rows = [line for line in page.split("\n") if line.endswith(".csv") and line[0].isdigit()]
    assert ["overwrite" in rows[0], "lost-sign" in rows[1]] == [True, True]
    # 29 cells each; all but the one that was got wrong are credited.
    assert all(",28,29," in row for row in rows) and len(rows) == 3
    # t = 1.44 at x = 1.2: the adjoint of t, 2.5853, is in the key and not in what Ada is told.
    key, _, told = page.partition("### Ada")
    assert "2.5853" in key and "2.5853" not in told.partition("### Ben")[0]


def test_the_picture_is_a_page() -> None:
    data = (DOCS / "pictures" / "teachers-sheet.png").read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and abs(height / width - 2**0.5) < 0.01  # A4

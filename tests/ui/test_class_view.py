"""What came out of a class can be told apart by day and by night."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chainrule.ui.class_results import points_html

UI = Path(__file__).parents[2] / "graphlib" / "chainrule" / "ui"


def luminance(colour: tuple[float, ...]) -> float:
    """Return the relative luminance, as the Web Content Accessibility Guidelines define it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def variable(sheet: str, name: str) -> tuple[float, ...]:
    (digits,) = re.findall(rf"--cr-{name}: #([0-9a-f]{{6}})", sheet)
    return tuple(int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))


@pytest.mark.parametrize(("sheet", "ground"), [("style.css", 1.0), ("dark.css", None)])
def test_right_and_wrong_cells_differ_in_both_themes(sheet: str, ground: float | None) -> None:
    themed = (UI / sheet).read_text()
    share = re.search(
        r"i\.right \{ background: color-mix\(in srgb, var\(--cr-quiet\) (\d+)%, transparent\)",
        (UI / "style.css").read_text(),
    )
    assert share is not None
    below = (ground,) * 3 if ground is not None else variable(themed, "ground")
    part = int(share[1]) / 100
    right = tuple(
        part * q + (1 - part) * b for q, b in zip(variable(themed, "quiet"), below, strict=True)
    )
    # Neighbouring parts of a picture: at least 3 to 1.
    assert contrast(right, variable(themed, "ink")) >= 3


@pytest.mark.parametrize("whole", [1, 3, 7])
def test_points_on_the_border_of_two_columns_belong_to_the_upper_one(whole: int) -> None:
    # In doubles 0.3 of 1 is a little less than three tenths.
    totals = [whole * tenth / 10 for tenth in range(11)]
    graded: Any = [
        SimpleNamespace(number=at, total=total, of={1: whole}, source="x.csv")
        for at, total in enumerate(totals)
    ]
    picked = re.findall('data-picks="([^"]*)"', points_html(graded))
    assert picked == [*map(str, range(9)), "9 10"]

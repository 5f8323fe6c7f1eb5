"""Colours stand out on every ground of their theme."""

from __future__ import annotations

from itertools import product

import pytest

from chainrule.errors import DrawingError
from chainrule.readings.theme import THEMES, mixed, theme_named

PAIRS = [
    (name, text, ground)
    for name, theme in THEMES.items()
    for text, ground in product(theme.texts, theme.grounds)
]


def luminance(colour: str) -> float:
    """Return the relative luminance of #RRGGBB, from 0 for black to 1 for white."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: str, ground: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(text), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "text", "ground"), PAIRS)
def test_text_stands_out(theme: str, text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#FFFFFF", "#777777") == contrast("#777777", "#FFFFFF")


def test_the_roles_are_the_same_four_colours_everywhere() -> None:
    light, dark = THEMES["light"], THEMES["dark"]
    assert (light.value, light.derivative, light.partial, light.warning) == (
        "#0072B2",
        "#C2410C",
        "#475569",
        "#7C3AED",
    )
    assert (dark.value, dark.derivative, dark.partial, dark.warning) == (
        "#56B4E9",
        "#FB923C",
        "#CBD5E1",
        "#C4B5FD",
    )


def test_mixing() -> None:
    assert mixed("#000000", "#FFFFFF", 0) == "#000000"
    assert mixed("#000000", "#FF8000", 0.5) == "#804000"


def test_another_theme_is_refused() -> None:
    with pytest.raises(DrawingError, match="'sepia'; allowed: light, dark"):
        theme_named("sepia")

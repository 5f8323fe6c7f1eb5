"""Lines of equal height: circles are round, and cells without numbers have no line."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.nn.descent import contour, levels


def test_the_line_of_a_circle_has_its_length_and_radius() -> None:
    axis = np.linspace(-2, 2, 201)
    x, y = np.meshgrid(axis, axis)
    found = contour(x**2 + y**2, axis, axis, 1.0)
    length = sum(math.dist(s[:2], s[2:]) for s in found)
    assert length == pytest.approx(2 * math.pi, rel=1e-3)
    radii = [math.hypot(*end) for s in found for end in (s[:2], s[2:])]
    assert max(abs(r - 1) for r in radii) < 2e-4


def test_a_linear_function_has_a_straight_line() -> None:
    axis = np.linspace(0, 1, 6)
    x, y = np.meshgrid(axis, axis)
    found = contour(2 * x - y, axis, axis, 0.37)
    assert found
    for a, b, c, d in found:
        assert 2 * a - b == pytest.approx(0.37)
        assert 2 * c - d == pytest.approx(0.37)


def test_where_there_is_no_number_there_is_no_line() -> None:
    axis = np.linspace(-1, 1, 21)
    x, _ = np.meshgrid(axis, axis)
    heights = np.where(x < 0, np.nan, x)
    assert all(min(s[0], s[2]) >= 0 for s in contour(heights, axis, axis, 0.5))
    assert contour(np.full((3, 3), np.nan), [0, 1, 2], [0, 1, 2], 0.0) == []
    assert contour(np.zeros((3, 3)), [0, 1, 2], [0, 1, 2], 5.0) == []


def test_levels_lie_between_the_ends_and_are_denser_below() -> None:
    found = levels(np.linspace(0, 10, 1000))
    assert found == sorted(found)
    assert 0 < found[0] < found[-1] < 10
    assert found[1] - found[0] < found[-1] - found[-2]
    assert levels([np.nan]) == []

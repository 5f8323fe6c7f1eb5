"""Descent on a landscape: paths by hand, minima that are known, and paths that leave."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule import parse
from chainrule.errors import GraphError, InputError
from chainrule.nn.descent import Landscape
from chainrule.nn.optimisers import Optimiser


def test_gradient_descent_by_hand() -> None:
    land = Landscape(parse("x^2 + 3y^2"), [(-2, 2), (-1, 1)])
    path = land.descend((1.0, 0.5), Optimiser("gd", 0.1), 3)
    # x ← x − 0.1·2x, y ← y − 0.1·6y.
    assert path.points == pytest.approx(
        np.array([[1, 0.5], [0.8, 0.2], [0.64, 0.08], [0.512, 0.032]])
    )
    assert path.gradients[0] == pytest.approx([2.0, 3.0])
    assert path.values[1] == pytest.approx(0.8**2 + 3 * 0.2**2)
    assert path.ended == ""


def test_momentum_carries_what_it_gathered() -> None:
    land = Landscape(parse("x^2"), [(-2, 2)])
    path = land.descend((1.0,), Optimiser("momentum", 0.1, {"mu": 0.5}), 2)
    # v = 2, x = 0.8; v = 0.5·2 + 1.6 = 2.6, x = 0.54.
    assert path.points[:, 0] == pytest.approx([1.0, 0.8, 0.54])


def test_minima_of_a_quartic_are_the_roots_of_its_derivative() -> None:
    land = Landscape(parse("x^4 - 3x^2 + x"), [(-2.2, 2.2)])
    roots = sorted(np.roots([4, 0, -6, 1]).real)
    found = land.minima
    assert [m.point[0] for m in found] == pytest.approx([roots[0], roots[2]], abs=1e-9)
    assert found[0].value < found[1].value


def test_the_four_minima_of_himmelblau() -> None:
    graph = parse("(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
    found = Landscape(graph, [(-5, 5), (-5, 5)]).minima
    known = {(3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)}
    assert {(round(m.point[0], 6), round(m.point[1], 6)) for m in found} == known


def test_a_curved_valley_has_one_minimum_and_a_saddle_none() -> None:
    valley = Landscape(parse("(1 - x)^2 + 100(y - x^2)^2"), [(-2, 2), (-1, 3)])
    assert [m.point for m in valley.minima] == [pytest.approx((1, 1), abs=1e-6)]
    assert Landscape(parse("x^2 - y^2"), [(-1, 1), (-1, 1)]).minima == ()


def test_a_kink_is_a_minimum() -> None:
    (found,) = Landscape(parse("|x - 0.3| + 1"), [(-1, 1)]).minima
    assert found.point[0] == pytest.approx(0.3, abs=1e-6)


def test_paths_that_leave_are_told() -> None:
    far = Landscape(parse("x^4"), [(-2, 2)]).descend((2.0,), Optimiser("gd", 0.5), 50)
    assert far.ended == "diverged"
    assert np.isfinite(far.values).all()
    gone = Landscape(parse("ln(x)"), [(0.1, 2)]).descend((0.5,), Optimiser("gd", 0.4), 50)
    assert gone.ended == "undefined"
    assert gone.points[-1, 0] > 0


def test_what_is_no_landscape_is_refused() -> None:
    with pytest.raises(GraphError, match="3 variables"):
        Landscape(parse("x y z"), [(0, 1)] * 3)
    with pytest.raises(GraphError, match="vector"):
        Landscape(parse("x: 2; sum(x)"), [(0, 1)])
    with pytest.raises(InputError, match="empty"):
        Landscape(parse("x^2"), [(1, 1)])
    with pytest.raises(InputError, match="steps"):
        Landscape(parse("x^2"), [(-1, 1)]).descend((1.0,), Optimiser("gd"), 10**6)

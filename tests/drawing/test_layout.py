"""Positions for the browser's component."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import combinations

import pytest

from chainrule.drawing.labels import Box
from chainrule.drawing.layout import HEAD, Layout, cards
from chainrule.errors import DrawingError
from chainrule.readings.view import View


def by_name(layout: Layout) -> dict[str, Box]:
    labels = layout.view.labels
    return {labels[int(key[1:])]: box for key, box in layout.nodes.items()}


def apart(first: Box, second: Box) -> bool:
    return first.overlap(second) == 0


def test_the_lecture_is_arranged_as_on_the_board(lecture: View) -> None:
    layout = cards(lecture)
    at = by_name(layout)
    assert at["x"].y == at["t"].y == at["u"].y == at["J"].y
    assert at["u1"].y < at["t"].y < at["u2"].y
    assert at["u1"].x == at["u2"].x
    assert at["x"].x < at["t"].x < at["u1"].x < at["u"].x < at["J"].x
    assert {box.h for box in at.values()} == {76}
    assert 960 <= layout.width <= 1020
    assert layout.height <= 270
    gap = (at["t"].x - at["t"].w / 2) - (at["x"].x + at["x"].w / 2)
    assert 70 <= gap <= 80


def test_top_down_fits_a_phone(lecture: View) -> None:
    layout = cards(lecture, "TB")
    at = by_name(layout)
    assert at["x"].x == at["t"].x == at["u"].x == at["J"].x
    assert at["u1"].x < at["t"].x < at["u2"].x
    assert at["x"].y < at["t"].y < at["u1"].y == at["u2"].y < at["u"].y < at["J"].y
    assert {box.h for box in at.values()} == {46}
    assert layout.width <= 368


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("name", ["lecture", "trouble", "vectors", "doublings"])
def test_cards_and_texts_stand_free_and_lines_meet_cards(
    name: str, direction: str, request: pytest.FixtureRequest
) -> None:
    layout = cards(request.getfixturevalue(name), direction)
    boxes = list(layout.nodes.values())
    assert all(apart(a, b) for a, b in combinations(boxes, 2))
    for box in boxes:
        assert box.w / 2 <= box.x <= layout.width - box.w / 2
        assert box.h / 2 <= box.y <= layout.height - box.h / 2
    for key, route in layout.edges.items():
        user, slot = map(int, key[1:].split("_"))
        operand = layout.view.graph.operands[user][slot]
        numbers = [float(x) for x in re.findall(r"-?\d+\.\d+", route.d)]
        start, end = numbers[:2], numbers[-2:]
        tail, head = layout.nodes[f"n{operand}"], layout.nodes[f"n{user}"]
        axis, size = (0, "w") if direction == "LR" else (1, "h")
        leave = (tail.x, tail.y)[axis] + getattr(tail, size) / 2
        arrive = (head.x, head.y)[axis] - getattr(head, size) / 2
        assert start[axis] == pytest.approx(leave, abs=0.1)
        assert route.tip[axis] == pytest.approx(arrive, abs=0.1)
        assert end[axis] == pytest.approx(arrive - HEAD, abs=0.1)
        if route.label is not None:
            assert all(apart(route.label.box, box) for box in boxes), key


def test_a_level_edge_has_its_text_above_and_below(lecture: View) -> None:
    layout = cards(lecture)
    index = lecture.graph.index
    label = layout.edges[f"e{index['t']}_0"].label
    assert label is not None
    assert (label.rows, label.align) == (2, "middle")
    assert label.box.y == by_name(layout)["t"].y
    slope = layout.edges[f"e{index['u1']}_0"].label
    assert slope is not None
    assert (slope.rows, slope.align) == (1, "end")


def test_an_edge_without_a_partial_has_no_text(trouble: View) -> None:
    layout = cards(trouble)
    silent = [key for key, route in layout.edges.items() if route.label is None]
    assert len(silent) == 1


def test_json_is_plain_and_the_same_each_time(lecture: View) -> None:
    plain = cards(lecture).json()
    assert json.dumps(plain) == json.dumps(cards(lecture).json())
    assert set(plain) == {"width", "height", "nodes", "edges", "note"}
    assert set(plain["nodes"]["n0"]) == {"x", "y", "w", "h"}
    edge = plain["edges"]["e1_0"]
    assert edge["d"].startswith("M")
    assert set(edge["label"]) == {"x", "y", "w", "h", "align", "rows"}


def test_large_graphs_are_folded(chain: Callable[..., View]) -> None:
    layout = cards(chain(1001, 20))
    assert len(layout.nodes) == 22
    assert layout.note.startswith("1,001 nodes are folded")
    assert layout.view is not None
    assert f"n{layout.view.run.output}" in layout.nodes


def test_another_direction_is_refused(lecture: View) -> None:
    with pytest.raises(DrawingError, match="'up'; allowed: LR, TB"):
        cards(lecture, "up")

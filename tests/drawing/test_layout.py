"""Positions for the browser's component."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import combinations, pairwise

import pytest

import chainrule
from chainrule.drawing.grounds import pictured
from chainrule.drawing.layout import RING, placed
from chainrule.drawing.positions import HEAD, Layout, positions
from chainrule.drawing.reduction import reduced
from chainrule.drawing.rows import summed
from chainrule.errors import DrawingError
from chainrule.graph.wengert import Edge
from chainrule.readings.picture import Box
from chainrule.readings.terms import text
from chainrule.readings.view import View


def cards(view: View, direction: str = "LR") -> Layout:
    return placed(reduced(view), direction)


def by_name(layout: Layout) -> dict[str, Box]:
    labels = layout.view.labels
    return {labels[node]: box for node, box in layout.nodes.items()}


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
    for edge, route in layout.edges.items():
        start, end = route.pieces[0][0], route.pieces[-1][-1]
        tail, head = layout.nodes[edge.operand], layout.nodes[edge.user]
        axis, size = (0, "w") if direction == "LR" else (1, "h")
        leave = (tail.x, tail.y)[axis] + getattr(tail, size) / 2
        arrive = (head.x, head.y)[axis] - getattr(head, size) / 2
        assert start[axis] == pytest.approx(leave, abs=0.1)
        assert route.tip[axis] == pytest.approx(arrive, abs=0.1)
        assert end[axis] == pytest.approx(arrive - HEAD, abs=0.1)
        if route.label is not None:
            assert all(apart(route.label.box, box) for box in boxes), edge


def test_a_level_edge_has_its_text_above_and_below(lecture: View) -> None:
    layout = cards(lecture)
    index = lecture.graph.index
    label = layout.edges[Edge(index["t"], 0, index["x"])].label
    assert label is not None
    assert (label.rows, label.align) == (2, "middle")
    assert label.box.y == by_name(layout)["t"].y
    slope = layout.edges[Edge(index["u1"], 0, index["t"])].label
    assert slope is not None
    assert (slope.rows, slope.align) == (1, "end")


def test_an_edge_without_a_partial_has_no_text(trouble: View) -> None:
    layout = cards(trouble)
    silent = [key for key, route in layout.edges.items() if route.label is None]
    assert len(silent) == 1


def test_json_is_plain_and_the_same_each_time(lecture: View) -> None:
    plain = positions(cards(lecture))
    assert json.dumps(plain) == json.dumps(positions(cards(lecture)))
    assert set(plain) == {"width", "height", "compact", "nodes", "edges", "grounds", "note"}
    assert set(plain["nodes"]["n0"]) == {"x", "y", "w", "h", "form"}
    edge = plain["edges"]["e1_0"]
    assert edge["d"].startswith("M")
    assert set(edge["label"]) == {"x", "y", "w", "h", "align", "rows"}


def test_large_graphs_are_folded(chain: Callable[..., View]) -> None:
    layout = cards(chain(1001, 20))
    assert len(layout.nodes) == 22
    assert layout.note.startswith("1,001 nodes are folded")
    assert layout.view is not None
    assert layout.view.run.output in layout.nodes


def test_another_direction_is_refused(lecture: View) -> None:
    with pytest.raises(DrawingError, match="'up'; allowed: LR, TB"):
        cards(lecture, "up")


NETWORK = """L = -(t ln(y) + (1 - t) ln(1 - y)); y = 1/(1 + exp(-b))
b = beta0 z0 + beta1 z1 + beta2 z2; z1 = 1/(1 + exp(-a1)); z2 = 1/(1 + exp(-a2))
a1 = alpha10 x0 + alpha11 x1 + alpha12 x2; a2 = alpha20 x0 + alpha21 x1 + alpha22 x2"""


def network() -> View:
    graph = chainrule.parse(NETWORK)
    at = {name: f"0.{i}" for i, name in enumerate(graph.variables, start=1)}
    return graph.work(at | {"t": 1}, zoom="named").view


def test_the_weights_of_a_network_are_rows_of_twelve_cards() -> None:
    layout = placed(reduced(network()), rows=True)
    labels = layout.view.labels
    rows = {labels[n]: [labels[row.node] for row in found] for n, found in layout.rows.items()}
    assert rows == {
        "a1": ["alpha10", "alpha11", "alpha12"],
        "a2": ["alpha20", "alpha21", "alpha22"],
        "b": ["beta0", "beta1", "beta2"],
    }
    forms = {labels[n]: form for n, form in layout.forms.items()}
    assert Counter(forms.values()) == {"row": 9, "card": 7, "several": 3, "chip": 2}
    assert {name for name, form in forms.items() if form == "chip"} == {"z0", "t"}
    at = by_name(layout)
    for name, weights in rows.items():
        card = at[name]
        for weight in weights:
            box = at[weight]
            assert abs(box.y - card.y) + box.h / 2 <= card.h / 2 and box.w == card.w
        assert [at[w].y for w in weights] == sorted(at[w].y for w in weights)
    assert layout.width <= 1_240  # a page of 1280 px shows all of it


def test_a_line_into_a_row_ends_beside_it_and_has_no_text() -> None:
    layout = placed(reduced(network()), rows=True)
    for rows in layout.rows.values():
        for row in rows:
            route = layout.edges[row.factor]
            box = layout.nodes[row.node]
            assert route.label is None
            assert route.tip == pytest.approx((box.x - box.w / 2 - RING, box.y), abs=0.1)
            assert row.edge not in layout.edges


def test_a_small_graph_has_a_card_for_every_input(lecture: View) -> None:
    assert not placed(reduced(lecture), rows=True).rows
    assert not placed(reduced(lecture), "TB", rows=True).rows


def test_on_a_phone_weights_are_cells_above_the_formula_of_their_user() -> None:
    layout = placed(pictured(network()), "TB", rows=True)
    for node, rows in layout.rows.items():
        card = layout.nodes[node]
        cells = [layout.nodes[row.node] for row in rows]
        for row, cell in zip(rows, cells, strict=True):
            assert cell.y - cell.h / 2 == pytest.approx(card.y - card.h / 2)
            assert abs(cell.x - card.x) + cell.w / 2 <= card.w / 2 + 0.1
            tip = layout.edges[row.factor].tip
            assert tip == pytest.approx((cell.x, cell.y - cell.h / 2 - RING), abs=0.1)
        assert all(b.x - a.x >= a.w - 0.1 for a, b in pairwise(cells))


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("u_1 v_1 + u_2 v_2", "∑uⱼvⱼ"),
        ("u_1 v_2 + u_2 v_1", "u₁·v₂ + u₂·v₁"),
        ("u_1 v_1 + u_2 v_2 + c", "sum of"),
        ("w p", "w·p"),
    ],
)
def test_a_sum_of_products_is_written_with_an_index_where_there_is_one(
    formula: str, shown: str
) -> None:
    others = " + ".join(f"sin(k{i})" for i in range(12))
    graph = chainrule.parse(f"f = s + {others}; s = {formula}")
    view = graph.work(dict.fromkeys(graph.variables, 2), zoom="named")
    layout = placed(reduced(view.view), rows=True)
    node = next(n for n, name in view.labels.items() if name == "s")
    assert text(summed(view.view, node, layout.rows[node])) == shown

"""A drawing that is too large to be read whole: its parts, and the map of all of it."""

from __future__ import annotations

from itertools import combinations

import pytest

from chainrule import parse
from chainrule.drawing.grounds import pictured
from chainrule.drawing.parts import in_parts
from chainrule.drawing.reduction import Reduction
from chainrule.graph.wengert import INPUT
from chainrule.readings.story import story
from tests.drawing.test_layout import NETWORK

LONG = "((x+y)^2 + ln(1+exp(-x y)) - sigmoid(x)/(1+y^2))*(x - y)/(sqrt(x^2+y^2)+1) + tanh(x y)^3"


def drawn(name: str) -> Reduction:
    if name == "long":
        return pictured(parse(LONG).work({"x": 2, "y": 3}).view)
    graph = parse(NETWORK)
    at = {variable: f"0.{i}" for i, variable in enumerate(graph.variables, start=1)}
    return pictured(graph.work(at | {"t": 1}, zoom=name).view)


CASES = [(name, way) for name in ("step", "primitive", "long") for way in ("LR", "TB")]


@pytest.mark.parametrize(("name", "direction"), [*CASES, ("named", "TB")])
def test_every_step_is_seen_in_the_part_of_its_operation(name: str, direction: str) -> None:
    whole = drawn(name)
    parts = in_parts(whole, direction).parts
    assert len(parts) > 1
    steps = {node for node in whole.nodes if whole.view.graph.ops[node] is not INPUT}
    assert {node for part in parts for node in part.own} == steps
    assert all(set(one.own).isdisjoint(other.own) for one, other in combinations(parts, 2))
    home = {node: part for part in parts for node in part.own}
    for step in story(whole.view):
        if step.edge is not None:
            seen = home[step.edge.user].layout.nodes
            assert step.edge.user in seen and step.edge.operand in seen
        else:
            assert any(step.node in part.layout.nodes for part in parts)


@pytest.mark.parametrize(("name", "direction"), [*CASES, ("named", "TB")])
def test_a_part_can_be_read_on_its_screen(name: str, direction: str) -> None:
    for part in in_parts(drawn(name), direction).parts:
        wide, high = (992 / 0.72, 300) if direction == "LR" else (368 / 0.6, 700)
        assert part.layout.width <= wide and part.layout.height <= high
        assert len(part.own) <= 12 and part.title


@pytest.mark.parametrize("name", ["step", "primitive", "long"])
def test_the_map_names_every_node_and_no_two_stand_in_one_place(name: str) -> None:
    whole = drawn(name)
    plan = in_parts(whole, "LR").layout
    assert set(plan.nodes) == set(whole.nodes)
    for one, other in combinations(plan.nodes.values(), 2):
        assert one.overlap(other) <= 0.5
    assert plan.width <= 1400 and plan.height <= 260


def test_values_come_before_what_is_made_of_them() -> None:
    parts = in_parts(drawn("named"), "TB").parts
    assert [part.title for part in parts] == [
        "Linear, 6 weights",
        "Sigmoid",
        "Linear, 3 weights",
        "Sigmoid",
        "Loss",
    ]
    names = [[drawn("named").view.labels[node] for node in part.exits] for part in parts]
    assert names == [["a1", "a2"], ["z1", "z2"], ["b"], ["y"], ["L"]]

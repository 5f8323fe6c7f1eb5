"""One grid for every reading: each of them goes to every format."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest

import chainrule
from chainrule.readings.grid import Cell, Grid, GridRow, Header, Tabular
from chainrule.readings.render import RENDERERS
from chainrule.readings.terms import Numeral, Word

GRAPH = chainrule.parse("f = x y + relu(x); g = log(1 - y)")
POINT = {"x": 0, "y": 3}
RUN = GRAPH.work(POINT)
READINGS: dict[str, Callable[[], Tabular]] = {
    "backward": RUN.table,
    "forward": GRAPH.work(POINT, "forward").table,
    "forward by one": GRAPH.work(POINT, "forward", direction={"y": 1}).table,
    "trace": RUN.trace,
    "duals": RUN.duals,
    "paths": RUN.paths,
    "no path": lambda: RUN.paths("y", most=0),
    "vectors": chainrule.parse("W: 2x2; x: 2; sum(tanh(W@x))")
    .work({"W": [[1, 2], [0, 1]], "x": [1, 1]})
    .trace,
    "cost": RUN.cost,
    "health": chainrule.parse("exp(x) - 1").work({"x": "1e-9"}).health,
    "healthy": chainrule.parse("x").work({"x": 3}).health,
    "conditions": RUN.health().conditions,
    "nudge": lambda: RUN.nudge("x", "0.1"),
    "jacobian": lambda: GRAPH.jacobian(POINT),
    "hessian": lambda: GRAPH.hessian(POINT),
    "agreement": lambda: GRAPH.check(POINT),
    "curve": lambda: chainrule.parse("sin x").check({"x": 1}).curve("x"),
}


@pytest.mark.parametrize("kind", READINGS)
def test_every_reading_goes_to_every_format(kind: str) -> None:
    found = READINGS[kind]()
    grid = found.grid()
    assert all(row.cells.keys() <= {h.key for h in grid.headers} for row in grid.rows)
    for name in RENDERERS:
        assert found.to(name) and found.to(name, document=True)
    tree = ElementTree.fromstring(found.html())
    assert len(tree.findall(".//tbody/tr")) == len(grid.rows)
    record = json.loads(found.json())
    assert record["table"] == grid.kind and len(record["rows"]) == len(grid.rows)
    lines = list(csv.reader(io.StringIO(found.csv())))
    assert len(lines) == len(grid.rows) + 1 and len({len(line) for line in lines}) == 1
    assert len(found.latex().split(r"\\")) - 1 == len(grid.rows) + 1
    assert found.text() == str(found) and found._repr_html_() == found.html()


@pytest.mark.parametrize("kind", READINGS)
def test_ids_are_used_once(kind: str) -> None:
    tree = ElementTree.fromstring(READINGS[kind]().html())
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_cells_reach_down() -> None:
    heads = (Header("a", Word("a")), Header("b", Word("b"), numeric=True))
    one, two, three = (Cell(Numeral(n), digits=n) for n in "123")
    rows = (
        GridRow({"a": Cell(Word("high"), rows=2), "b": one}, first=True),
        GridRow({"b": two}, last=True),
        GridRow({"a": Cell(Word("low")), "b": three}),
    )
    grid = Grid("test", ("A test",), heads, rows)
    assert list(csv.reader(io.StringIO(grid.csv()))) == [
        ["a", "b"],
        ["high", "1"],
        ["high", "2"],
        ["low", "3"],
    ]
    body = ElementTree.fromstring(grid.html()).find(".//tbody")
    assert body is not None and [len(row) for row in body] == [2, 1, 2]
    assert grid.text().splitlines()[4:6] == [" high   1", "        2"]


def test_the_jacobian_is_a_mapping_and_a_table() -> None:
    jacobian = chainrule.parse("f = x y; g = x + y^2").jacobian({"x": 2, "y": 3})
    assert {name: dict(row) for name, row in jacobian.items()} == {
        "f": {"x": 3.0, "y": 2.0},
        "g": {"x": 1.0, "y": 6.0},
    }
    cells = {
        cell.id: cell.digits
        for row in jacobian.grid().rows
        for cell in row.cells.values()
        if cell.id
    }
    assert cells["jacobian:f,x"] == "3.0" and cells["jacobian:g,y"] == "6.0"
    assert "(used)" in jacobian.text()


def test_an_undefined_second_derivative_says_why() -> None:
    grid = chainrule.parse("|x|").hessian({"x": 0}).grid()
    (remark,) = grid.remarks
    assert remark.mark == "undefined" and "sign needs" in remark.sentence
    assert remark.nodes == ("x",) and remark.cells == ("hessian:x,x",)

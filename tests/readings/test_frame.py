"""Data frames hold the numbers of the JSON."""

from __future__ import annotations

import json
import math

import pandas
import pytest

import chainrule

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    ("formula", "point"),
    [
        (LECTURE, {"x": 1}),
        ("(1 - cos x)/x^2 + log(z) abs(x)", {"x": "1e-8", "z": 0}),
    ],
)
def test_equal_to_the_json(formula: str, point: dict[str, object], mode: str) -> None:
    table = chainrule.parse(formula).work(point, mode).table()  # type: ignore[arg-type]
    frame, rows = table.dataframe(), json.loads(table.json())["rows"]
    assert list(frame.index) == [row["node"] for row in rows]
    compared = 0
    numeric = [column for column in frame.columns if column not in ("node", "partial")]
    assert {"value", "number"} < set(numeric) and len(numeric) >= 4
    for column in numeric:  # with several inputs, forward mode has a pair of columns for each
        assert frame[column].dtype == float
        for found, row in zip(frame[column], rows, strict=True):
            cell = row["cells"].get(column, {})
            if cell.get("state") in ("number", "corrected"):
                assert found == float(cell["digits"])
                compared += 1
            else:
                assert math.isnan(found)
    assert compared > 10


def test_the_lecture_s_numbers_by_name(golden_numbers: dict[str, object]) -> None:
    frame = chainrule.parse(LECTURE).reverse({"x": 1}).table().dataframe()
    assert isinstance(frame, pandas.DataFrame)
    last = frame.groupby(level=0)["derivative"].last()
    # cos(1) and so on by hand: J' = −sin(sin 1 + 3)·(cos 1 + 3)·2.
    expected = -math.sin(math.sin(1) + 3) * (math.cos(1) + 3) * 2
    assert last["x"] == pytest.approx(expected, rel=1e-15)
    assert frame.attrs["ids"][-1]["derivative"] == "adjoint:x"
    assert frame.attrs["caption"] == "Backward table: adjoints of J at x = 1"


def test_other_readings_have_their_first_column_as_index() -> None:
    worked = chainrule.parse("x y + sin x").reverse({"x": 2, "y": 3})
    assert worked.cost().dataframe().loc["operations for all values", "count"] == 3
    assert "x" in worked.nudge("x", "0.01").dataframe().index


def test_arrays_stay_text() -> None:
    graph = chainrule.parse("W: 2x2\nx: 2\ny = sum(W @ x)")
    frame = graph.table({"W": [[1, 2], [3, 4]], "x": [1, 1]}).dataframe()
    assert "[1.0, 1.0]" in set(frame["value"])

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Answer


def test_experiments_are_listed_by_part(answer: Answer) -> None:
    code, out, _ = answer("experiment")
    assert code == 0 and "Beginning (lesson 11)" in out and "  activation-start " in out


def test_an_experiment_says_its_sentence_and_its_table(answer: Answer) -> None:
    code, out, _ = answer("experiment", "convolution", "--rows", "3")
    lines = out.splitlines()
    assert code == 0 and lines[0].endswith("1 at a corner, 9 in the middle.")
    assert lines[-1].startswith("… 49 more rows")


def test_an_experiment_is_saved_as_table_and_as_picture(answer: Answer, tmp_path: Path) -> None:
    table, picture = tmp_path / "line.csv", tmp_path / "line.vl.json"
    assert answer("experiment", "line", "--seed", "3", "-o", str(table))[0] == 0
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert len(rows) == 101 and float(rows[-1]["distance"]) < 1e-6
    assert answer("experiment", "line", "-o", str(picture))[0] == 0
    assert len(json.loads(picture.read_text("utf-8"))["data"]["values"]) == 101


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("experiment", "lines"), "There is no experiment `lines`; did you mean `line`?"),
        (("experiment", "recurrent", "--seed", "1"), "recurrent has no seed"),
        (("experiment", "line", "-o", "x.docx"), "ending says no format"),
    ],
)
def test_what_there_is_not_is_told(answer: Answer, words: tuple[str, ...], told: str) -> None:
    code, _, err = answer(*words)
    assert code == 2 and told in err

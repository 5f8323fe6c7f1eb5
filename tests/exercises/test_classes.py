"""Whole classes: every kind of sheet, over programs that are drawn, against its truth."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import chainrule
from tests.exercises.classes import sheets


def judged(sheet: dict[str, Any], found: Counter[str]) -> list[str]:
    """Count what is right about a report and return what is not."""
    truth = sheet["truth"]
    report = chainrule.mark(sheet["program"], sheet["point"], sheet["answers"])
    missed = [
        f"{cell}: {report.cells[cell]} for {verdicts}"
        for cell, verdicts in truth["cells"].items()
        if report.cells[cell] not in verdicts.split("|")
    ]
    found["cells"] += len(truth["cells"])
    found["cells right"] += len(truth["cells"]) - len(missed)
    free = {c for c, v in truth["cells"].items() if "undecided" in v}
    found["sheets"] += 1
    if set(report.errors) - free != set(truth["errors"]) - free:
        missed.append(f"errors {report.errors} for {truth['errors']}")
    if truth["errors"]:
        found["wrong"] += 1
        found["first"] += bool(report.errors) and report.errors[0] in truth["first"]
    elif set(report.errors) - free:
        found["false alarms"] += 1
    if truth["misconceptions"]:
        found["to name"] += 1
        found["named"] += all(
            set(report.misconceptions.get(cell, ())) & set(names.split("|"))
            for cell, names in truth["misconceptions"].items()
        )
    return missed


def check(seed: int, count: int) -> None:
    found: Counter[str] = Counter()
    missed = []
    for sheet in sheets(seed, count):
        wrong = judged(sheet, found)
        missed += [(sheet["id"], sheet["kind"], wrong)] if wrong else []
    assert found["first"] == found["wrong"] > count // 3, missed[:5]
    assert found["false alarms"] == 0, missed[:5]
    assert found["named"] >= 0.97 * found["to name"], missed[:5]
    assert found["cells right"] >= 0.995 * found["cells"], missed[:5]


def test_a_class_of_students_is_marked_as_it_worked(sample_seed: int) -> None:
    check(sample_seed, 150)


@pytest.mark.soak
def test_thousands_of_students_of_every_kind(sample_seed: int) -> None:
    check(sample_seed + 7, 6000)

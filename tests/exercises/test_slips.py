"""Slips of hand are told, and random wrong numbers are not given names."""

from __future__ import annotations

import random

import pytest

import chainrule

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
# At 1.2, by hand: t = 1.44, u1 = sin 1.44, u2 = 3 · 1.44, u = u1 + u2.
RIGHT = {"value:t": "1.44", "value:u1": "0.9915", "value:u2": "4.32", "value:u": "5.311"}


@pytest.mark.parametrize(
    ("cell", "words", "reason"),
    [
        ("value:u1", "9.915", "decimal"),
        ("value:u2", "0.0432", "decimal"),
        ("value:u1", "0.9951", "transposed"),
        ("value:u2", "-4.32", "sign"),
        ("value:u1", "0.02513", "degrees"),  # sin 1.44° = 0.02513
    ],
)
def test_slips_of_hand_are_told(cell: str, words: str, reason: str) -> None:
    if reason == "transposed":  # 0.9951 is too near to 0.9915 to be wrong; 0.9195 is not
        words = "0.9195"
    report = chainrule.mark(LECTURE, {"x": "1.2"}, {**RIGHT, cell: words})
    assert report.cells[cell] == "wrong" and report.misconceptions[cell] == ()
    assert report.reasons[cell] == reason


def test_two_cells_that_changed_places_are_told() -> None:
    swapped = RIGHT | {"value:u1": "4.32", "value:u2": "0.9915"}
    report = chainrule.mark(LECTURE, {"x": "1.2"}, swapped)
    assert report.reasons["value:u1"] == "exchanged"


def test_random_wrong_numbers_are_hardly_ever_named(sample_seed: int) -> None:
    draw, named = random.Random(sample_seed), 0
    adjoints = {"adjoint:J": "1", "adjoint:u": "0.8259", "adjoint:u1": "0.8259",
                "adjoint:u2": "0.8259", "adjoint:t": "2.585", "adjoint:x": "6.205"}  # fmt: skip
    sheet = RIGHT | adjoints
    tried = 0
    while tried < 500:
        cell = draw.choice([c for c in sheet if c != "adjoint:J"])
        number = float(sheet[cell]) * draw.uniform(0.2, 3)
        if abs(number / float(sheet[cell]) - 1) < 0.05:
            continue
        tried += 1
        report = chainrule.mark(LECTURE, {"x": "1.2"}, {**sheet, cell: f"{number:.4g}"})
        named += cell in report.reasons
    assert named < 0.02 * tried

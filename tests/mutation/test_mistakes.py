"""Mistakes are named where they can be made, and nowhere else."""

from __future__ import annotations

import pytest

import chainrule

NAME = "constant-factor"


@pytest.mark.parametrize("written", ["5", "0"])  # the operand, or nothing: of (3x)' = 3
def test_a_constant_factor_may_be_lost(written: str) -> None:
    report = chainrule.mark("J = 3x", {"x": 5}, {"partial:J,x": written})
    assert NAME in report.misconceptions["partial:J,x"]


@pytest.mark.parametrize(
    ("text", "operand"), [("J = x y", "x"), ("J = y/x", "y"), ("J = x + 3", "x")]
)
def test_there_is_no_constant_factor_to_lose(text: str, operand: str) -> None:
    point = {"x": 5, "y": 7} if "y" in text else {"x": 5}
    for written in (str(point[operand]), "0"):
        report = chainrule.mark(text, point, {f"partial:J,{operand}": written})
        assert NAME not in report.misconceptions.get(f"partial:J,{operand}", ())

"""Two spellings of one name are two values for it: every door refuses them and names both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chainrule
from chainrule.errors import InputError, LinkError, PointError
from chainrule.ui.link import decode
from tests.typed import typed

BOTH = {"x1": 2, "x_1": 3}
GRAPH = chainrule.parse("x_1^2")

DOORS: dict[str, Callable[[], Any]] = {
    "point": lambda: GRAPH.gradient(BOTH),
    "worked": lambda: GRAPH.work(BOTH),
    "table": lambda: GRAPH.table(BOTH),
    "jacobian": lambda: GRAPH.jacobian(BOTH),
    "hessian": lambda: GRAPH.hessian(BOTH),
    "check": lambda: GRAPH.check(BOTH),
    "direction": lambda: GRAPH.forward({"x1": 2}, BOTH),
    "Hessian times a direction": lambda: GRAPH.hvp({"x1": 2}, BOTH),
    "link": lambda: decode("f=x1%5E2&at=x1%3D2%2Cx_1%3D3"),
}


@pytest.mark.parametrize("door", DOORS)
def test_one_name_spelled_in_two_ways_is_given_twice(door: str) -> None:
    with pytest.raises((PointError, LinkError), match="`x1` and `x_1` are one name") as caught:
        DOORS[door]()
    assert isinstance(caught.value, InputError) and caught.value.allowed
    assert caught.value.found.strip("`") != ""


@pytest.mark.parametrize("other", ["x_1", "x₁", "x1"])
@pytest.mark.parametrize("options", [("--at", "x1=2,{}=3"), ("--at", "x1=2", "--at", "{}=3")])
def test_the_command_line_refuses_it(other: str, options: tuple[str, ...], tmp_path: Path) -> None:
    words = [option.format(other) for option in options]
    done = typed("table", "x_1^2", *words, folder=tmp_path)
    said = done.stderr.decode()
    assert done.returncode != 0 and not done.stdout
    assert "given twice" in said and f"`{other}`" in said and "^" in said


def test_greek_letters_and_their_names_are_one_name() -> None:
    with pytest.raises(PointError, match="`θ` and `theta` are one name"):
        chainrule.parse("θ^2").evaluate({"θ": 1, "theta": 2})


def test_a_compiled_function_takes_each_input_once() -> None:
    compiled = GRAPH.compile()
    with pytest.raises(PointError, match="x1 is given twice"):
        compiled({"x1": 2.0}, x1=3.0)
    assert compiled({"x1": 2.0}) == (4.0, {"x1": 4.0})


def test_names_that_differ_are_two_names() -> None:
    graph = chainrule.parse("x_1 + x_12 + X1")
    assert graph.evaluate({"x1": 1, "x_12": 2, "X_1": 4}) == 7

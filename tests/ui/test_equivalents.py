"""The lines that the menu offers give what the page shows."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from typer.testing import CliRunner

from chainrule.cli.commands import application
from chainrule.ui import engine
from chainrule.ui.menu import command_line, python_lines
from chainrule.ui.state import State
from chainrule.ui.taken import FILES

STATES = [
    State(),
    State(mode="forward", zoom="primitive"),
    State(folds=("u u1 u2",), shape="tree"),
    State("-x^2 y", (("x", "-3"), ("y", "1/3")), mode="forward", along="y", zoom="step"),
    State("W: 2x2; x: 2; y = sum(W @ x)", (("W", "[[1, 2], [3, 4]]"), ("x", "[1, -0.5]"))),
    State(zoom="step", notation="bars,xi"),
    State("relu(x) + |x|", (("x", "0"),), kink="1"),
    State("y = sin(3x) + 2 sin(3x)", (("x", "0.25"),), zoom="named", folds=("-y", "y")),
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.formula[:20])
def test_command_line_and_python_give_the_table_of_the_page(state: State) -> None:
    names = tuple(name for name, _value in state.point)
    shown = engine.work(state, names).table().csv()
    assert run_python(python_lines(state, names)).csv() == shown
    arguments = shlex.split(command_line(state))
    assert arguments[:2] == ["chainrule", "table"]
    done = CliRunner().invoke(application(), [*arguments[1:], "--format", "csv"])
    assert done.exit_code == 0, done.output
    assert shown.splitlines()[0] in done.output
    assert [row for row in shown.splitlines() if row not in done.output] == []


def run_python(lines: str) -> Any:
    space: dict[str, Any] = {}
    exec(lines, space)  # the line of the menu, with formulas of this file alone
    return space["table"]


def test_a_formula_cannot_leave_its_quotes() -> None:
    state = State('x" + __import__("os").getcwd() + "\'; $(ls) `ls`', ())
    assert shlex.split(command_line(state))[2] == state.formula
    call = python_lines(state, ()).splitlines()[1]
    assert repr(state.formula) in call


def test_every_file_of_the_menu_is_written() -> None:
    worked = engine.work(State("x^2", (("x", "3"),)), ())
    for kind, files in FILES.items():
        for file in files:
            content = file.written(worked, None)
            assert len(content) > 20, f"{kind} {file.label}"
            if file.suffix == ".pdf":
                assert content.startswith(b"%PDF")

"""The faces of the product, and what each says of an input that cannot be used."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Mapping
from typing import NamedTuple

import pytest

import chainrule
from chainrule import InputError
from chainrule.cli.commands import BAD_INPUT, main
from chainrule.ui import work
from chainrule.ui.engine import Fault
from chainrule.ui.state import State

MARKS_OF_CODE = re.compile(
    r"Traceback|<class|<built-in|object at 0x|\b[A-Z]\w*(?:Error|Exception)\b|NoneType|\.py\b"
    r"|Fraction\(|mpf\(|Decimal\("
)


class Said(NamedTuple):
    """What a face says: the sentence, its place, and what is allowed."""

    message: str
    line: int
    column: int
    caret: str
    allowed: str


def library(text: str, point: Mapping[str, str]) -> Said:
    with pytest.raises(InputError) as raised:
        chainrule.parse(text, declared=point).work(point)
    error = raised.value
    caret = error.caret() if error.text else ""
    return Said(error.message, error.line, error.column, caret, error.allowed)


def command_line(text: str, point: Mapping[str, str]) -> str:
    """Return what `chainrule table` prints of an input that it refuses."""
    at = [word for name, value in point.items() for word in ("--at", f"{name}={value}")]
    out, err = io.StringIO(), io.StringIO()
    shown = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with shown[0], shown[1], pytest.raises(SystemExit) as stopped:
        main(["table", *at, "--", text])
    assert stopped.value.code == BAD_INPUT
    assert out.getvalue() == ""
    return err.getvalue().removesuffix("\n")


def page(text: str, point: Mapping[str, str]) -> Said:
    names = tuple(point)
    found: object = work.read(text, names, ())
    if not isinstance(found, Fault):
        found = work.play(State(text, tuple(point.items())), names)
    assert isinstance(found, Fault)
    return Said(found.message, found.line, found.column, found.caret, found.allowed)

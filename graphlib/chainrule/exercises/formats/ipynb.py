"""Sheets as Jupyter notebooks whose cells check themselves, with nothing but Python.

The notebook for students holds no key. It holds, for each number, a slow salted hash of the
number's place on a logarithmic scale, so that a check knows whether an answer lies near enough
without knowing the answer. Who writes a program to try all numbers will find it all the same:
a number of four digits is no secret. It keeps the key from being read, and no more.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from typing import Any, Final

from chainrule.errors import needed
from chainrule.exercises.sheet import Answer, Format, Key, Sheet, Task
from chainrule.readings.document import Block, Document
from chainrule.readings.render.markdown import write

ROUNDS: Final = 4000
WIDTH: Final = 0.01
"""Of a place on the scale; an answer in the key's place or a neighbouring one is right."""

CHECKER: Final = """\
# Run this cell first. It checks answers without knowing them.
import hashlib, math

SALT, ROUNDS, WIDTH = {salt!r}, {rounds}, {width}
KEYS = {keys}


def digest(cell, text):
    return hashlib.pbkdf2_hmac(
        "sha256", text.encode(), (SALT + cell).encode(), ROUNDS, 12
    ).hex()


def places(text):
    text = text.strip().replace("\\u2212", "-").replace(",", ".")
    above, _, below = text.partition("/")
    number = float(above) / float(below) if below else float(above)
    if abs(number) < 1e-9:
        return ["0"]
    place = round(math.log(abs(number)) / math.log1p(WIDTH))
    sign = "-" if number < 0 else "+"
    return [sign + str(place + step) for step in (-1, 0, 1)]


def check(task, answers):
    for cell, given in answers.items():
        kind, key = KEYS[f"{{task}}.{{cell}}"]
        given = str(given)
        if not given.strip():
            verdict = "empty"
        elif kind == "later":
            verdict = "noted; it is marked later"
        else:
            try:
                tries = places(given) if kind == "number" else [given.strip().lower()]
                right = key in [digest(f"{{task}}.{{cell}}", one) for one in tries]
                verdict = "right" if right else "not right"
            except (ValueError, ZeroDivisionError, OverflowError):
                verdict = "cannot be read as a number"
        print(f"{{cell}}: {{verdict}}")
"""


def place(number: float) -> str:
    """Return a number's place on the logarithmic scale."""
    if abs(number) < 1e-9:
        return "0"
    step = round(math.log(abs(number)) / math.log1p(WIDTH))
    return ("-" if number < 0 else "+") + str(step)


def _hashed(salt: str, name: str, answer: Answer) -> tuple[str, str]:
    if answer.kind in ("formula", "graph"):
        return "later", ""
    if answer.kind == "choice":
        kind, text = "text", answer.exact.lower()
    elif answer.kind == "whole":
        kind, text = "text", answer.exact
    else:
        kind, text = "number", place(float(answer.exact))
    key = hashlib.pbkdf2_hmac("sha256", text.encode(), (salt + name).encode(), ROUNDS, 12)
    return kind, key.hex()


def _salt(sheet: Sheet) -> str:
    text = json.dumps([sheet.title, sheet.seed, sheet.student])
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:24]


def _checker(sheet: Sheet) -> str:
    salt = _salt(sheet)
    keys = {name: _hashed(salt, name, answer) for name, answer in sheet.key.items()}
    return CHECKER.format(salt=salt, rounds=ROUNDS, width=WIDTH, keys=_python(keys))


def _python(keys: dict[str, tuple[str, str]]) -> str:
    """Return the keys as Python: strings in ASCII, so that no name can end one."""
    lines = [f"    {name!a}: {pair!r}," for name, pair in keys.items()]
    return "\n".join(["{", *lines, "}"])


def _answers(task: Task, key: Key) -> str:
    """Return the cell in which a task is answered."""
    lines = [
        f"    {cell!a}: {answer.exact if key == 'inline' else ''!a},"
        for cell, answer in task.answers.items()
    ]
    return "\n".join(["answers = {", *lines, "}", f"check({task.number}, answers)"])


def sheet_ipynb(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as a notebook; the cells' ids say which task they are about."""
    nbformat = needed("nbformat", "sheets")
    v4: Any = nbformat.v4
    book = v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )

    def add(cell: Any, name: str) -> None:
        cell["id"] = name
        book.cells.append(cell)

    def tell(blocks: Iterable[Block], name: str) -> None:
        add(v4.new_markdown_cell(write(Document(tuple(blocks))).rstrip("\n")), name)

    tell(sheet.head(key), "title")
    if key != "apart":
        add(v4.new_code_cell(_checker(sheet)), "checker")
    for i, part in enumerate(sheet.parts, start=1):
        tell(part.opening, f"part-{i}")
        for task in part.tasks:
            tell((task.heading, *task.written(key)), f"q{task.number}")
            if key != "apart":
                add(v4.new_code_cell(_answers(task, key)), f"q{task.number}-answers")
    nbformat.validate(book)
    return (json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", "backslashreplace"
    )


FORMAT = Format("ipynb", ".ipynb", sheet_ipynb)

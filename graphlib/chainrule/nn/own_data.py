"""Data of one's own: a table with headings of any kind, with gaps, words and numbered rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from chainrule.errors import FileError
from chainrule.files import Column, read_table
from chainrule.nn.data import Data, Task

Array = Any
Missing = Literal["refuse", "drop", "fill"]
MOST_KINDS = 20
INDEX_NAMES = {"", "column", "index", "id", "no", "nr", "row", "unnamed", "patient", "case"}
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}.*|\d{1,2}[./]\d{1,2}[./](?:\d{2}|\d{4})")


def from_csv(
    content: bytes,
    target: str | None = None,
    *,
    missing: Missing = "refuse",
    without: Sequence[str] = (),
) -> Data:
    """Return a table as data: columns of text become one column of 0 and 1 for each word.

    Parameters
    ----------
    content
        A CSV file with headings of any kind.
    target
        Name of the column to predict; the last one by default. Numbers are predicted as
        numbers unless they are all 0 and 1; words are classes.
    missing
        What becomes of rows with a missing value (an empty cell, NA, …): "refuse", "drop" them,
        or "fill" it with the column's mean, or its most frequent word. The target is never filled.
    without
        Columns that are left out.

    Raises
    ------
    FileError
        With row and column of what cannot be used.
    """
    every = tuple(read_table(content, loose=True).columns.values())
    goal = _chosen(every, target)
    left_out = [_chosen(every, name) for name in without]
    notes: list[str] = []
    columns = []
    for place, column in enumerate(every, start=1):
        if column in left_out and column is not goal:
            continue
        if column is not goal and place == 1 and _counts_rows(column):
            notes.append("The first column numbers the rows and is left out.")
            continue
        _refuse_dates(column, place)
        columns.append(column)
    if len(columns) < 2:
        raise FileError(
            "the table has one column", row=1, allowed="It needs columns to predict from."
        )
    columns, told = _without_gaps(columns, goal, every, missing)
    notes += told
    goal = columns[[column.name for column in columns].index(goal.name)]
    names: list[str] = []
    parts: list[Array] = []
    for column in columns:
        if column is goal:
            continue
        if column.kind == "number":
            names.append(column.heading)
            parts.append(np.array([float(value) for value in column.numbers()]))
            continue
        words = sorted(set(column.cells))
        if len(words) > MOST_KINDS:
            raise FileError(
                f"the column {column.heading} has {len(words)} different words",
                row=1,
                column_number=_place(column, every),
                allowed=f"A column of words has at most {MOST_KINDS}; leave it out: "
                f"without=[{column.heading!r}].",
            )
        for word in words if len(words) > 2 else words[1:]:
            names.append(f"{column.heading} = {word}")
            parts.append(np.array([float(cell == word) for cell in column.cells]))
    if not parts:
        raise FileError(
            "nothing is left to predict from",
            row=1,
            allowed="Every column beside the target holds one and the same word.",
        )
    kinds: tuple[str, ...] = ()
    if goal.kind == "number":
        t = np.array([float(value) for value in goal.numbers()])
        if set(t.tolist()) <= {0.0, 1.0}:
            kinds = ("0", "1")
    else:
        kinds = tuple(sorted(set(goal.cells)))
        if not 2 <= len(kinds) <= MOST_KINDS:
            raise FileError(
                f"the column {goal.heading} has {len(kinds)} different "
                f"word{'s' * (len(kinds) != 1)}",
                row=1,
                column_number=_place(goal, every),
                allowed=f"Classes are 2 to {MOST_KINDS}.",
            )
        t = np.array([kinds.index(cell) for cell in goal.cells])
    task: Task = "classes" if len(kinds) > 2 else "yes or no" if kinds else "numbers"
    t = t if task == "classes" else t.astype(float)[:, None]
    x = np.stack(parts, axis=1)
    return Data(goal.heading, x, t, tuple(names), task, kinds, tuple(notes))


def _place(column: Column, every: Sequence[Column]) -> int:
    return [other.name for other in every].index(column.name) + 1


def _counts_rows(column: Column) -> bool:
    """Tell whether a column is named like an index, or not at all, and counts on by 1."""
    if re.sub(r"\W|\d", "", column.heading).lower() not in INDEX_NAMES or column.kind == "text":
        return False
    numbers = [float(cell) for cell in column.cells if cell]
    return numbers == [numbers[0] + k for k in range(len(column.cells))] if numbers else False


def _refuse_dates(column: Column, place: int) -> None:
    for row, cell in enumerate(column.cells, start=2):
        if _DATE.fullmatch(cell):
            raise FileError(
                f"`{cell}` in the column {column.heading} is a date",
                row=row,
                column_number=place,
                allowed="A date is no quantity: make numbers of it (year, day of the year), or "
                f"leave the column out: without=[{column.heading!r}].",
            )
        if cell:
            return


def _without_gaps(
    columns: Sequence[Column], goal: Column, every: Sequence[Column], missing: Missing
) -> tuple[list[Column], list[str]]:
    """Return the columns without missing values, and what was done about them."""
    gaps = [
        (row, column) for column in columns for row, cell in enumerate(column.cells) if not cell
    ]
    if not gaps:
        return list(columns), []
    row, first = min(gaps, key=lambda gap: gap[0])
    if missing == "refuse":
        raise FileError(
            f"A value is missing in the column {first.heading}; "
            f"missing in the whole table are {len(gaps)}",
            row=row + 2,
            column_number=_place(first, every),
            allowed='Leave such rows out with missing="drop" (--missing drop), or put in the '
            'column\'s mean or most frequent word with missing="fill".',
        )
    empty = {row for row, column in gaps if missing == "drop" or column is goal or column == goal}
    kept = [row for row in range(len(first.cells)) if row not in empty]
    if not kept:
        raise FileError(
            "every row has a missing value", row=2, allowed='Fill them in: missing="fill".'
        )
    filled = [replace(c, cells=tuple(_filled(c)[row] for row in kept)) for c in columns]
    notes = []
    if empty:
        notes.append(
            f"{len(empty)} of {len(first.cells)} rows have a missing value and are left out."
        )
    inside = sum(row not in empty for row, _ in gaps)
    if inside:
        notes.append(f"{inside} missing values are filled with the mean or most frequent word.")
    return filled, notes


def _filled(column: Column) -> Sequence[str]:
    there = [cell for cell in column.cells if cell]
    if len(there) == len(column.cells) or not there:
        return column.cells
    if column.kind == "number":
        usual = repr(float(np.mean([float(cell) for cell in there])))
    else:
        usual = max(sorted(set(there)), key=there.count)
    return [cell or usual for cell in column.cells]


def _chosen(columns: tuple[Column, ...], target: str | None) -> Column:
    if target is None:
        return columns[-1]
    for column in columns:
        if target in (column.name, column.heading):
            return column
    raise FileError(
        f"there is no column `{target[:40]}`",
        row=1,
        allowed=f"There are {', '.join(column.heading for column in columns[:20])}.",
    )

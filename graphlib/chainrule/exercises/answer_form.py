"""Answer forms: a table with a row for each cell of a sheet, to be filled in and handed in."""

from __future__ import annotations

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.feedback import cell_term
from chainrule.exercises.sheet import Key, Sheet
from chainrule.exercises.spreadsheet import workbook
from chainrule.readings.render.csv import written
from chainrule.readings.terms import text

HEADS = ["cell", "what is asked", "answer"]


def _rows(sheet: Sheet, key: Key) -> list[list[str]]:
    rows = [HEADS]
    for task, cell, answer in sheet.cells():
        row = [f"{task.number}.{cell}", text(cell_term(cell))]
        if key == "none":
            rows.append([*row, ""])
        else:
            also = (WORDS["also"].format(answer=a, reason=r) for a, r in answer.also.items())
            rows.append([*row, text(answer.term), *also])
    return rows


def form_csv(sheet: Sheet, key: Key) -> bytes:
    """Return the form as CSV, with the mark by which spreadsheets know UTF-8."""
    return written(_rows(sheet, key)).encode("utf-8-sig", "backslashreplace")


def form_xlsx(sheet: Sheet, key: Key) -> bytes:
    """Return the form as a workbook in which every cell is text."""
    return workbook(_rows(sheet, key))

"""Formats of sheets: those in which documents are written, and others in files of their own.

An answer form is a table with a row for each cell of a sheet, to be filled in and handed in.
"""

from __future__ import annotations

import hashlib
from json import dumps as json_text
from pathlib import Path
from typing import Final

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.feedback import cell_term
from chainrule.exercises.formats import ipynb, json, moodle, qti
from chainrule.exercises.sheet import FORMATS, Format, Key, Sheet
from chainrule.exercises.spreadsheet import workbook
from chainrule.files import safe_name
from chainrule.readings.render import RENDERERS
from chainrule.readings.render.csv import written
from chainrule.readings.terms import text
from chainrule.typesetting import typeset

HEADS: Final = ["cell", "what is asked", "answer"]
KEPT: Final = Path(__file__).with_name("kept.js")


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


def _written(name: str) -> Format:
    """Return a format in which documents are written."""
    renderer = RENDERERS[name]

    def write(sheet: Sheet, key: Key) -> bytes:
        return renderer.write(sheet.document(key), True).encode()

    return Format(name, renderer.suffix, write)


def _html(sheet: Sheet, key: Key) -> bytes:
    """Return a page; one to fill in keeps what is typed, and gives it as a file."""
    page = RENDERERS["html"].write(sheet.document(key), True)
    if key != "none":
        return page.encode()
    told = {
        "key": hashlib.sha256(page.encode()).hexdigest()[:24],
        "title": sheet.title,
        "student": sheet.student,
        "save": WORDS["save"],
        "file": safe_name(f"answers {sheet.student}".strip()) + ".json",
    }
    known = json_text(told).replace("<", r"\u003c")
    script = f"<script>\nconst sheet = {known};\n{KEPT.read_text('utf-8')}</script>\n"
    before, end, after = page.rpartition("</body>")
    return (before + script + end + after).encode()


def _pdf(sheet: Sheet, key: Key) -> bytes:
    return typeset(RENDERERS["typst"].write(sheet.document(key), True))


FORMATS |= {
    format.name: format
    for format in (
        Format("pdf", ".pdf", _pdf),
        *map(_written, ("typst", "latex")),
        Format("html", ".html", _html),
        *map(_written, ("markdown", "text")),
        ipynb.FORMAT,
        moodle.FORMAT,
        qti.QTI21,
        qti.QTI12,
        json.FORMAT,
        Format("form", ".csv", form_csv),
        Format("workbook", ".xlsx", form_xlsx),
    )
}

__all__ = ["FORMATS", "Format"]

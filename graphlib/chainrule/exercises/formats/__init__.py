"""Formats of sheets: those in which documents are written, and three of their own."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.exercises.answer_form import form_csv, form_xlsx
from chainrule.exercises.formats import ipynb, json, moodle, qti
from chainrule.exercises.sheet import Format, Key, Sheet
from chainrule.readings.render import RENDERERS
from chainrule.typesetting import typeset


def _written(name: str) -> Format:
    """Return a format in which documents are written."""
    renderer = RENDERERS[name]

    def write(sheet: Sheet, key: Key) -> bytes:
        return renderer.write(sheet.document(key), True).encode()

    return Format(name, renderer.suffix, write)


def _pdf(sheet: Sheet, key: Key) -> bytes:
    return typeset(RENDERERS["typst"].write(sheet.document(key), True))


FORMATS: Mapping[str, Format] = {
    format.name: format
    for format in (
        Format("pdf", ".pdf", _pdf),
        *map(_written, ("typst", "latex", "html", "markdown", "text")),
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

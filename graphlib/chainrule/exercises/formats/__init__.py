"""Formats of sheets: one file each, with one `Format`, and one line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.exercises.answer_form import form_csv, form_xlsx
from chainrule.exercises.formats import html, ipynb, json, latex, markdown, moodle, typst
from chainrule.exercises.formats.format import Format

FORMATS: Mapping[str, Format] = {
    format.name: format
    for format in (
        typst.PDF,
        typst.FORMAT,
        latex.FORMAT,
        html.FORMAT,
        markdown.FORMAT,
        ipynb.FORMAT,
        moodle.FORMAT,
        json.FORMAT,
        Format("form", ".csv", form_csv),
        Format("workbook", ".xlsx", form_xlsx),
    )
}

__all__ = ["FORMATS", "Format"]

"""What a class's marking becomes: a gradebook for a spreadsheet, and words for each student."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO

from chainrule.exercises.catalogue import CLASS, FEEDBACK, speaking
from chainrule.exercises.class_marking import Graded
from chainrule.exercises.class_run import write_entry
from chainrule.exercises.sheet import points_text, spelled
from chainrule.files import safe_name
from chainrule.readings.document import Block, Document, Heading, Paragraph
from chainrule.readings.render import RENDERERS
from chainrule.readings.render.csv import written


def gradebook(graded: Sequence[Graded]) -> bytes:
    """Return a gradebook as CSV, one row a student; no cell is one that a spreadsheet would run.

    It begins with the mark by which spreadsheets know UTF-8.
    """
    numbers = list(graded[0].of) if graded else []
    tasks = (f"task {n}" for n in numbers)
    more = ("cells credited", "cells", "not read", "mistakes", "file")
    rows = [["number", "name", "id", "points", "of", *tasks, *more]]
    for one in graded:
        told = [feedback for _, feedback in one.feedback.values()]
        rows.append(
            [
                str(one.number),
                one.name,
                one.id,
                points_text(one.total),
                points_text(sum(one.of.values())),
                *(points_text(one.points.get(n, 0.0)) for n in numbers),
                str(sum(f.credited for f in told)),
                str(sum(len(f.findings) for f in told)),
                ", ".join(one.unread),
                ", ".join(one.mistakes),
                one.source or CLASS["nothing_handed"],
            ]
        )
    return written(rows).encode("utf-8-sig", "backslashreplace")


def feedback_page(title: str, one: Graded) -> Document:
    """Return what a student (or the teacher) reads, in the language of the sheet."""
    with speaking(one.language):
        page: Document = spelled(_page(title, one))
        return page


def _page(title: str, one: Graded) -> Document:
    scored = FEEDBACK["points"].format(
        points=points_text(one.total), of=points_text(sum(one.of.values()))
    )
    blocks: list[Block] = [Heading(title), Paragraph((one.name,)), Paragraph((scored,))]
    for number, (heading, told) in one.feedback.items():
        points = f"{points_text(one.points[number])} / {points_text(one.of[number])}"
        blocks.append(Heading(f"{heading} ({points})", 2, str(number)))
        grid = told.grid()
        blocks.append(grid if grid.rows else Paragraph((told.summary,)))
    return Document(tuple(blocks), title)


def feedback_zip(title: str, graded: Sequence[Graded]) -> bytes:
    """Return a ZIP with the feedback of every student who handed in, as Markdown and HTML."""
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for one in graded:
            if not one.source:
                continue
            stem = f"feedback/{one.number:04d}_{safe_name(one.name, 'student')}"
            page = feedback_page(title, one)
            for name in ("html", "markdown"):
                with speaking(one.language):
                    text = page.to(name, document=True).encode("utf-8", "backslashreplace")
                write_entry(archive, stem + RENDERERS[name].suffix, text)
    return into.getvalue()

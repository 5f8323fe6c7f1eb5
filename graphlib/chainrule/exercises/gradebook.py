"""What a class's marking becomes: a gradebook for a spreadsheet, and words for each student."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from html import escape
from io import BytesIO

from chainrule.exercises.catalogue import CLASS
from chainrule.exercises.class_marking import Graded
from chainrule.exercises.class_run import write_entry
from chainrule.exercises.formats.format import points_text
from chainrule.files import safe_name
from chainrule.readings.render.csv import written
from chainrule.readings.render.html import grid_html
from chainrule.readings.render.markdown import escaped
from chainrule.readings.render.prose import plain


def gradebook(graded: Sequence[Graded]) -> bytes:
    """Return a gradebook as CSV, one row a student; no cell is one that a spreadsheet would run.

    It begins with the mark by which spreadsheets know UTF-8.
    """
    numbers = list(graded[0].of) if graded else []
    heads = ["number", "name", "id", "points", "of", *(f"task {n}" for n in numbers),
             "cells credited", "cells", "not read", "mistakes", "file"]  # fmt: skip
    rows = [heads]
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


def _head(one: Graded) -> str:
    return CLASS["points"].format(
        points=points_text(one.total), of=points_text(sum(one.of.values()))
    )


def feedback_markdown(title: str, one: Graded) -> str:
    """Return what a student (or the teacher) reads, as Markdown."""
    parts = [f"# {escaped(plain(title))}", escaped(plain(one.name)), _head(one)]
    for number, (heading, told) in one.feedback.items():
        scored = f"{points_text(one.points[number])} / {points_text(one.of[number])}"
        parts.append(f"## {number} {escaped(plain(heading))} ({scored})")
        grid = told.grid()
        parts.append(told.markdown().strip() if grid.rows else told.summary)
    return "\n\n".join(parts) + "\n"


def feedback_html(title: str, one: Graded) -> str:
    """Return what a student (or the teacher) reads, as one page that fetches nothing."""
    shown, name = escape(plain(title)), escape(plain(one.name))
    parts = [
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{shown}</title>'
        '<style>body{font:16px/1.5 "Source Sans 3",system-ui,sans-serif;color:#1E293B;'
        "max-width:56rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.7rem;margin:0}"
        "h2{font-size:1.15rem;margin:1.6rem 0 .3rem}</style></head>\n<body>",
        f"<h1>{shown}</h1><p>{name}<br>{escape(_head(one))}</p>",
    ]
    for number, (heading, told) in one.feedback.items():
        scored = f"{points_text(one.points[number])} / {points_text(one.of[number])}"
        parts.append(f"<h2>{number}&ensp;{escape(plain(heading))} ({scored})</h2>")
        grid = told.grid()
        rows = grid_html(grid, prefix=f"{number}-") if grid.rows else f"<p>{told.summary}</p>"
        parts.append(rows)
    return "\n".join([*parts, "</body>\n</html>"]) + "\n"


def feedback_zip(title: str, graded: Sequence[Graded]) -> bytes:
    """Return a ZIP with the feedback of every student who handed in, as Markdown and HTML."""
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for one in graded:
            if not one.source:
                continue
            stem = f"feedback/{one.number:04d}_{safe_name(one.name, 'student')}"
            for suffix, text in (
                (".html", feedback_html(title, one)), (".md", feedback_markdown(title, one)),
            ):  # fmt: skip
                write_entry(archive, stem + suffix, text.encode("utf-8", "backslashreplace"))
    return into.getvalue()

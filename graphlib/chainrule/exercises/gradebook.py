"""What a class's marking becomes: a gradebook for a spreadsheet, words for each student, counts.

The counts are of what a class got wrong: how often each cell, and how often each mistake.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

from chainrule.exercises.answers import Verdict
from chainrule.exercises.catalogue import CLASS, FEEDBACK, WORDS, speaking
from chainrule.exercises.class_marking import Graded
from chainrule.exercises.class_run import write_entry
from chainrule.exercises.feedback import Finding, cell_term
from chainrule.exercises.sheet import points_text, spelled
from chainrule.files import safe_name
from chainrule.readings.cells import plain_cell
from chainrule.readings.document import Block, Document, Heading, Paragraph
from chainrule.readings.grid import Cell, Grid, GridRow, Header, Tabular, grouped, words
from chainrule.readings.render import RENDERERS
from chainrule.readings.render.csv import written
from chainrule.readings.terms import Word, text


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


VERDICTS: tuple[Verdict, ...] = ("right", "follows", "wrong", "undecided", "missing")


@dataclass(frozen=True, slots=True)
class CellCount:
    """How a class did in one cell; `first` counts those whose first error it was."""

    cell: str
    counts: Counter[str]
    first: int


@dataclass(frozen=True, slots=True)
class MistakeCount:
    """How many students made a mistake, and in which cell most of them."""

    name: str
    students: int
    cell: str


def handed_in(graded: Iterable[Graded]) -> list[Graded]:
    """Return the results of those who handed in."""
    return [one for one in graded if one.source]


def findings(one: Graded) -> list[tuple[str, Finding]]:
    """Return a student's findings in working order, each with its id on the sheet."""
    return [
        (f"{number}.{found.cell}", found)
        for number, (_, told) in one.feedback.items()
        for found in told.findings
    ]


def first_error(one: Graded) -> tuple[str, Finding] | None:
    """Return a student's first wrong cell."""
    return next(((id, f) for id, f in findings(one) if f.verdict == "wrong"), None)


def by_cell(graded: Iterable[Graded]) -> list[CellCount]:
    """Return for each cell of the sheets, in working order, how the class did."""
    counts: dict[str, Counter[str]] = {}
    first: Counter[str] = Counter()
    for one in handed_in(graded):
        for id, found in findings(one):
            counts.setdefault(id, Counter())[found.verdict] += 1
        error = first_error(one)
        first.update([error[0]] if error else [])
    return [CellCount(id, count, first[id]) for id, count in counts.items()]


def by_mistake(graded: Iterable[Graded]) -> list[MistakeCount]:
    """Return the mistakes of a class, the commonest first."""
    students: Counter[str] = Counter()
    cells: dict[str, Counter[str]] = {}
    for one in handed_in(graded):
        students.update(one.mistakes)
        for id, found in findings(one):
            for name in found.mistakes:
                cells.setdefault(name, Counter())[id] += 1
    return [
        MistakeCount(name, count, cells[name].most_common(1)[0][0])
        for name, count in students.most_common()
    ]


@dataclass(frozen=True, slots=True)
class ClassStatistics(Tabular):
    """Both as a table: a row for each cell, with the commonest mistakes made there."""

    graded: Sequence[Graded]

    def grid(self) -> Grid:
        """Return them laid out."""
        cells, mistakes = by_cell(self.graded), by_mistake(self.graded)
        heads = [
            Header("cell", Word(FEEDBACK["cell"])),
            *(Header(v, Word(FEEDBACK[f"count_{v}"]), True) for v in VERDICTS),
            Header("first", Word(CLASS["first wrong"]), True),
            Header("mistakes", Word(CLASS["mistakes"])),
        ]
        rows = []
        for one in cells:
            named = [f"{m.name} ({m.students})" for m in mistakes if m.cell == one.cell]
            rows.append(
                GridRow(
                    {
                        "cell": Cell(Word(cell_words(one.cell)), one.cell),
                        **{v: plain_cell(one.counts[v]) for v in VERDICTS},
                        "first": plain_cell(one.first),
                        "mistakes": words(", ".join(named)),
                    },
                    one.cell,
                )
            )
        students = len(handed_in(self.graded))
        caption = CLASS["statistics"].format(students=students, all=len(self.graded))
        return Grid("statistics", (caption,), tuple(heads), grouped(rows))


def cell_words(id: str) -> str:
    """Return a cell's id on a sheet in words: `1.value:t` as "value of t, task 1"."""
    task, _, cell = id.partition(".")
    return f"{text(cell_term(cell))}, {WORDS['task']} {task}"

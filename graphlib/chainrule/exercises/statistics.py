"""What a class got wrong: how often each cell, and how often each mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chainrule.exercises.answers import Verdict
from chainrule.exercises.catalogue import CLASS, FEEDBACK, WORDS
from chainrule.exercises.class_marking import Graded
from chainrule.exercises.feedback import CREDITED, Finding, cell_term
from chainrule.readings.cells import plain_cell
from chainrule.readings.grid import Cell, Grid, GridRow, Header, Tabular, grouped, words
from chainrule.readings.terms import Word, text

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


def credited(one: Graded) -> int:
    """Return how many cells of a student are right or follow."""
    return sum(found.verdict in CREDITED for _, found in findings(one))

"""A sheet as frozen data: what stands on it, what is asked, and the key.

Formats print this and compute nothing. A cell is asked under the id that it has in tables,
drawings and links; where a sheet is flat (a form, a file of answers) the number of the task goes
before it, `2.adjoint:t`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chainrule.exercises.figure import Figure
from chainrule.exercises.own_mistakes import OwnMistake
from chainrule.readings.prose import Prose
from chainrule.readings.terms import Role, Term

AnswerKind = Literal["number", "whole", "formula", "choice", "graph"]
Key = Literal["none", "inline", "apart"]
KEYS: tuple[Key, ...] = ("none", "inline", "apart")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is accepted in one cell.

    Parameters
    ----------
    cell
        The cell's id.
    kind
        A number with a tolerance, a whole number, a formula, one of `options`, or a graph.
    term
        The right answer as the key shows it.
    exact
        The right answer as text that can be read again: all digits, or "cos(t)".
    tolerance
        How far a number may be away, absolutely.
    points
        Points for a right answer.
    options
        The choices.
    also
        Further answers that a teacher accepts, with the reason by answer.
    """

    cell: str
    kind: AnswerKind
    term: Term
    exact: str
    tolerance: float = 0.0
    points: float = 1.0
    options: tuple[str, ...] = ()
    also: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """A cell of a table that is printed; None for a blank that is not asked."""

    term: Term | None
    role: Role | None = None
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A cell of a table to be filled in."""

    cell: str
    rows: int = 1


Slot = Given | Asked | None
"""A place of a table; None where a cell of an earlier row reaches down."""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    prose: Prose


@dataclass(frozen=True, slots=True)
class Lines:
    """Displayed formulas, as many in a line as there is room for."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class SlotTable:
    """A table to be filled in.

    Parameters
    ----------
    headers
        One a column.
    rows
        As many slots each as there are columns.
    widths
        Relative widths of the columns.
    """

    headers: tuple[Term, ...]
    rows: tuple[tuple[Slot, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One answer in a line of its own, with words before it; `wide` for more than a number."""

    prose: Prose
    cell: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """Room to work in, in lines."""

    lines: int


Block = Words | Lines | SlotTable | Field | Figure | Space


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Parameters
    ----------
    number
        Counted from 1 through the sheet.
    kind
        Name of its kind (`chainrule.exercises.kinds.KINDS`).
    title
        Its heading.
    blocks
        What stands under the heading.
    answers
        The key by cell id, in working order.
    program, point, direction, settings
        The problem, as typed: all that marking needs.
    carry
        What is kept of the points of a cell that follows from an error: "full", "half", "none".
    mistakes
        A teacher's own, beside those that are known everywhere.
    """

    number: int
    kind: str
    title: str
    blocks: tuple[Block, ...]
    answers: Mapping[str, Answer]
    program: str
    point: Mapping[str, str]
    direction: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    carry: str = "full"
    mistakes: tuple[OwnMistake, ...] = ()

    @property
    def points(self) -> float:
        """Points for the whole task."""
        return sum(answer.points for answer in self.answers.values())


@dataclass(frozen=True, slots=True)
class Part:
    """Tasks about one problem, which stands above them."""

    opening: tuple[Block, ...]
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of exercises for one student.

    Parameters
    ----------
    title, label
        Heading, and the small words across from it ("Exercise 3").
    parts
        The problems with their tasks.
    seed, student
        What the sheet was drawn from.
    note
        Words under the heading.
    """

    title: str
    label: str
    parts: tuple[Part, ...]
    seed: int
    student: str
    note: str = ""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks in order."""
        return tuple(task for part in self.parts for task in part.tasks)

    @property
    def points(self) -> float:
        """Points for the whole sheet."""
        return sum(task.points for task in self.tasks)

    @property
    def key(self) -> Mapping[str, Answer]:
        """Every answer by its id on the sheet, `2.adjoint:t`."""
        return {f"{task.number}.{cell}": answer for task, cell, answer in self.cells()}

    def cells(self) -> Iterator[tuple[Task, str, Answer]]:
        """Yield every asked cell with its task and answer."""
        for task in self.tasks:
            for cell, answer in task.answers.items():
                yield task, cell, answer

    def to(self, format: str, *, key: Key | None = None) -> bytes:
        """Return the sheet in a format of `chainrule.exercises.formats.FORMATS`.

        Parameters
        ----------
        key
            "none" for students, "inline" with every cell filled in, "apart" for the key alone;
            default what is usual for the format: "inline" for Moodle, which marks by it, else
            "none".

        Raises
        ------
        ValueError
            If there is no such format or key; says which there are.
        """
        from chainrule.exercises.formats import FORMATS

        if format not in FORMATS:
            raise ValueError(f"no format {format!r}; formats are: {', '.join(FORMATS)}")
        chosen = FORMATS[format].usual if key is None else key
        if chosen not in KEYS:
            raise ValueError(f"no key {key!r}; allowed are: {', '.join(KEYS)}")
        return FORMATS[format].write(self, chosen)

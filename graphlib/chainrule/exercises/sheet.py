"""A sheet as frozen data: what stands on it, what is asked, and the key.

A cell is asked under the id that it has in tables,
drawings and links; where a sheet is flat (a form, a file of answers) the number of the task goes
before it, `2.adjoint:t`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal, get_args

from chainrule.exercises.catalogue import PAID, WORDS, speaking
from chainrule.exercises.figure import Figure
from chainrule.exercises.own_mistakes import OwnMistake
from chainrule.readings.document import (
    Block,
    Document,
    Field,
    Heading,
    Paragraph,
    Signature,
)
from chainrule.readings.grid import Asked, Cell, Grid, GridRow, Header
from chainrule.readings.prose import Prose
from chainrule.readings.terms import (
    EQUALS,
    Coloured,
    Fenced,
    Numeral,
    Role,
    Row,
    Term,
    Word,
    with_comma,
)

AnswerKind = Literal["number", "whole", "formula", "choice", "graph"]
Key = Literal["none", "inline", "apart"]
KEYS: tuple[Key, ...] = ("none", "inline", "apart")


def points_text(points: float) -> str:
    """Return points as they are printed: 7, 7.5."""
    return f"{round(points, 2):g}".replace(".", WORDS["decimal"])


def worth(points: float) -> str:
    """Return points with their word: 1 point, 7.5 points."""
    return PAID["point" if points == 1 else "points"].format(points=points_text(points))


def spelled(node: Any) -> Any:
    """Return part of a document with decimal commas, where the language that is spoken has them."""
    return node if WORDS["decimal"] == "." else _with_commas(node)


def _with_commas(node: Any) -> Any:
    if isinstance(node, get_args(Term)):
        return with_comma(node)
    if isinstance(node, tuple):
        return tuple(map(_with_commas, node))
    if isinstance(node, Mapping):
        return {key: _with_commas(value) for key, value in node.items()}
    if is_dataclass(node) and not isinstance(node, type):
        return replace(node, **{f.name: _with_commas(getattr(node, f.name)) for f in fields(node)})
    return node


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

    def shown(self, key: Key) -> Term:
        """Return what a key shows; the key apart says its points too."""
        if key == "inline" or not self.points:
            return self.term
        worth = Fenced(Numeral(points_text(self.points)), "[", "]")
        return Row((self.term, Word("\u2002", r"\enspace "), worth))


def ask(cell: str, rows: int = 1) -> Cell:
    """Return a cell of a table to be filled in."""
    return Cell(None, cell, rows=rows, asked=Asked())


def give(term: Term | None, role: Role | None = None, rows: int = 1) -> Cell:
    """Return a cell of a table that is printed; None for a blank that is not asked."""
    return Cell(term, role=None if isinstance(term, Coloured) else role, rows=rows)


def ask_in_line(prose: Prose, cell: str, wide: bool = False, *, drawn: bool = False) -> Field:
    """Return one answer in a line of its own; `drawn` where on paper it is in the figure."""
    return Field(prose, ask(cell), wide, drawn)


def lay_out(
    headers: Sequence[Term], rows: Iterable[Sequence[Cell | None]], widths: Sequence[float]
) -> Grid:
    """Return a table to be written on.

    Parameters
    ----------
    rows
        As many cells each as there are columns; None where one of an earlier row reaches down.
    widths
        Relative widths of the columns.
    """
    columns = tuple(
        Header(str(i), term, width=width)
        for i, (term, width) in enumerate(zip(headers, widths, strict=True))
    )
    lines = ({str(i): cell for i, cell in enumerate(line) if cell is not None} for line in rows)
    return Grid("sheet", (), columns, tuple(GridRow(cells) for cells in lines))


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

    @property
    def heading(self) -> Heading:
        """Its heading, with its points."""
        return Heading(self.title, 2, str(self.number), points=points_text(self.points))

    def written(self, key: Key) -> tuple[Block, ...]:
        """Return what stands under its heading; in the key apart also what else is accepted."""
        also = (
            Paragraph((f"{cell}: " + WORDS["also"].format(answer=words, reason=reason),))
            for cell, answer in self.answers.items()
            for words, reason in answer.also.items()
            if key == "apart"
        )
        return (*(node for block in self.blocks for node in self._filled(block, key)), *also)

    def _filled(self, block: Block, key: Key) -> Iterator[Block]:
        match block:
            case Figure():
                yield block.asked if key == "none" else block.solved
                for name, cell in block.blanks:
                    yield from self._filled(
                        ask_in_line((name, EQUALS), cell, True, drawn=True), key
                    )
            case Field():
                yield replace(block, cell=self._answered(block.cell, key))
            case Grid():
                rows = (
                    {column: self._answered(cell, key) for column, cell in row.cells.items()}
                    for row in block.rows
                )
                yield replace(block, rows=tuple(GridRow(cells) for cells in rows))
            case _:
                yield block

    def _answered(self, cell: Cell, key: Key) -> Cell:
        """Return a cell with its name on the sheet and, in a key, with its answer."""
        if not cell.asked:
            return cell
        answer = self.answers[cell.id]
        known = Asked(f"{self.number}.{cell.id}", answer.options)
        return replace(cell, asked=known, term=None if key == "none" else answer.shown(key))


@dataclass(frozen=True, slots=True)
class Part:
    """Tasks about one problem, which stands above them."""

    opening: tuple[Block, ...]
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A format in which sheets are written.

    Parameters
    ----------
    name, suffix
        Its name in recipes and on the command line, and the suffix of its files, with the dot.
    write
        Writes a sheet with no key, with the key in its cells, or the key apart.
    usual
        What is written unless another key is asked for.
    """

    name: str
    suffix: str
    write: Callable[[Sheet, Key], bytes]
    usual: Key = "none"


FORMATS: dict[str, Format] = {}
"""Formats by name; `chainrule.exercises.formats` says which there are."""


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
    language
        In which it is written, of `chainrule.exercises.catalogue.LANGUAGES`.
    """

    title: str
    label: str
    parts: tuple[Part, ...]
    seed: int
    student: str
    note: str = ""
    language: str = "en"

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
        """Every answer by its id on the sheet, such as ``2.adjoint:t``."""
        return {f"{task.number}.{cell}": answer for task, cell, answer in self.cells()}

    def cells(self) -> Iterator[tuple[Task, str, Answer]]:
        """Yield every asked cell with its task and answer."""
        for task in self.tasks:
            for cell, answer in task.answers.items():
                yield task, cell, answer

    def titled(self, key: Key) -> str:
        """Return its title, which says whether it is a key."""
        return self.title if key == "none" else f"{self.title} – {WORDS['key']}"

    def head(self, key: Key) -> tuple[Block, ...]:
        """Return what stands above the tasks."""
        signature = Signature(self.student, points_text(self.points))
        note = (Paragraph((self.note,)),) if self.note else ()
        return Heading(self.titled(key), aside=self.label), signature, *note

    def document(self, key: Key = "none") -> Document:
        """Return the sheet as a document with no key, with it in its cells, or to mark by."""
        with speaking(self.language):
            return self._document(key)

    def _document(self, key: Key) -> Document:
        blocks = [*self.head(key)]
        for part in self.parts:
            blocks += part.opening
            for task in part.tasks:
                blocks += [task.heading, *task.written(key)]
        whose = self.student or WORDS["sheet"].format(seed=self.seed)
        told = WORDS["brackets" if key == "apart" else "corner"]
        return Document(tuple(blocks), self.titled(key), foot=(whose, told), form=True)

    def to(self, format: str, *, key: Key | None = None) -> bytes:
        """Return the sheet in a format of `FORMATS`.

        Parameters
        ----------
        key
            "none" for students, "inline" with every cell filled in, "apart" for a key to mark by;
            default what is usual for the format: "inline" for Moodle, which marks by it, else
            "none".

        Raises
        ------
        ValueError
            If there is no such format or key; says which there are.
        """
        if format not in FORMATS:
            raise ValueError(f"no format {format!r}; formats are: {', '.join(FORMATS)}")
        chosen = FORMATS[format].usual if key is None else key
        if chosen not in KEYS:
            raise ValueError(f"no key {key!r}; allowed are: {', '.join(KEYS)}")
        with speaking(self.language):
            return FORMATS[format].write(self, chosen)

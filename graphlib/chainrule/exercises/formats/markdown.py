"""Sheets as Markdown: pipe tables, mathematics between dollar signs, figures held whole."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.exercises.catalogue import WORDS
from chainrule.exercises.figure import Figure
from chainrule.exercises.formats.format import Format, fields, points_text
from chainrule.exercises.formats.svg import data_address
from chainrule.exercises.sheet import (
    Answer,
    Asked,
    Block,
    Field,
    Given,
    Key,
    Lines,
    Sheet,
    Slot,
    SlotTable,
    Space,
    Task,
    Words,
)
from chainrule.readings.prose import Prose
from chainrule.readings.render.markdown import escaped, maths
from chainrule.readings.terms import Term, Word

BLANK = "\\_" * 8


def _term(term: Term) -> str:
    return escaped(term.text) if isinstance(term, Word) and not term.latex else maths(term)


def prose(words: Prose) -> str:
    """Return prose as Markdown, escaped."""
    return "".join(escaped(part) if isinstance(part, str) else maths(part) for part in words)


class Writer:
    """Writes the blocks of a task.

    Parameters
    ----------
    answers
        What is filled in; none for a sheet without its key.
    """

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers

    def block(self, block: Block) -> Iterator[str]:
        """Yield the paragraphs of a block."""
        match block:
            case Words(words):
                yield prose(words)
            case Lines(terms):
                yield "  \n".join(maths(term) for term in terms)
            case SlotTable():
                yield self._table(block)
            case Field(words, cell):
                yield f"{prose(words)} {self.asked(cell)}"
            case Figure():
                yield f"![{escaped(block.alternative)}]({data_address(block)})"
                for field in fields(block):
                    yield from self.block(field)
            case Space():
                return

    def asked(self, cell: str) -> str:
        """Return an asked cell: its answer, or a blank with its name."""
        if cell in self.answers:
            return f"**{_term(self.answers[cell].term)}**"
        return f"{escaped(cell)} {BLANK}"

    def _slot(self, slot: Slot) -> str:
        match slot:
            case Asked(cell):
                return self.asked(cell)
            case Given(term) if term is not None:
                return _term(term)
        return ""

    def _table(self, table: SlotTable) -> str:
        rows = [
            "| " + " | ".join(_term(header) for header in table.headers) + " |",
            "|" + ":--|" * len(table.headers),
        ]
        rows += ["| " + " | ".join(map(self._slot, line)) + " |" for line in table.rows]
        return "\n".join(rows)


def key_table(task: Task) -> str:
    """Return the key of a task as a table."""
    rows = [
        f"| {escaped(WORDS['cell'])} | {escaped(WORDS['answer'])} | {escaped(WORDS['points'])} |",
        "|:--|:--|--:|",
    ]
    for cell, answer in task.answers.items():
        shown = _term(answer.term) + "".join(
            "; " + escaped(WORDS["also"].format(answer=also, reason=reason))
            for also, reason in answer.also.items()
        )
        rows.append(f"| {escaped(cell)} | {shown} | {points_text(answer.points)} |")
    return "\n".join(rows)


def task_heading(task: Task) -> str:
    """Return a task's heading with its points."""
    return f"## {task.number}. {escaped(task.title)} ({points_text(task.points)})"


def sheet_markdown(sheet: Sheet, key: Key) -> bytes:
    """Return a sheet as Markdown."""
    title = f"{sheet.title} – {WORDS['key']}" if key == "apart" else sheet.title
    parts = [f"# {escaped(title)}"]
    parts += [escaped(words) for words in (sheet.label, sheet.note, sheet.student) if words]
    for part in sheet.parts:
        if key != "apart":
            for block in part.opening:
                parts += Writer({}).block(block)
        for task in part.tasks:
            parts.append(task_heading(task))
            if key == "apart":
                parts.append(key_table(task))
                continue
            writer = Writer(dict(task.answers) if key == "inline" else {})
            for block in task.blocks:
                parts += writer.block(block)
    return ("\n\n".join(parts) + "\n").encode()


FORMAT = Format("markdown", ".md", sheet_markdown)

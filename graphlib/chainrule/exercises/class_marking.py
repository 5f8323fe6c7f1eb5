"""Marking a class: answers from a folder, a ZIP or one table go in, a gradebook and words come out.

The key is the ZIP that `class_run` wrote.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from chainrule.errors import FileError, InputError, excerpt
from chainrule.exercises.catalogue import CLASS, speaking
from chainrule.exercises.cells import canonical_id
from chainrule.exercises.checking import check_tasks
from chainrule.exercises.class_run import Executor, Progress, local_executor
from chainrule.exercises.feedback import Feedback, checked_findings
from chainrule.exercises.handed_in import Handed
from chainrule.exercises.own_mistakes import OwnMistake
from chainrule.exercises.recipe import Override
from chainrule.exercises.roster import Register
from chainrule.exercises.sheet import Answer, Task
from chainrule.files import MAX_BYTES
from chainrule.passes.misconceptions import MISCONCEPTIONS, SLIPS
from chainrule.readings.terms import Word

AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Key:
    """The key of one student: tasks with their answers."""

    number: int
    name: str
    id: str
    stem: str
    record: str


@dataclass(frozen=True, slots=True)
class Graded:
    """One student's result.

    Parameters
    ----------
    number, name, id, source
        Whose it is and from where; the source is empty where nothing was handed in.
    points, of
        By task.
    feedback
        By task, its title and the findings.
    unread
        Cells whose answers could not be read: to be decided by a teacher.
    faults
        Answers that belong to no cell, in words.
    language
        That of the sheet.
    """

    number: int
    name: str
    id: str
    source: str
    points: Mapping[int, float]
    of: Mapping[int, float]
    feedback: Mapping[int, tuple[str, Feedback]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    language: str = "en"

    @property
    def total(self) -> float:
        """Points for the sheet."""
        return sum(self.points.values())

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Names of the mistakes met, the usual ones in their usual order."""
        findings = (f for _, told in self.feedback.values() for f in told.findings)
        met = dict.fromkeys(name for found in findings for name in found.mistakes)
        usual = [name for name in (*MISCONCEPTIONS, *SLIPS) if name in met]
        return tuple(dict.fromkeys((*usual, *met)))


# The key

_GIVEN: Final = ("number", "kind", "title", "program", "point", "direction", "settings")
"""What a task has in a key as it has it on the sheet."""


def read_keys(path: Path) -> tuple[dict[str, Any], list[Key]]:
    """Return the manifest and the keys of a class.

    Raises
    ------
    FileError
        If it is no ZIP of a class, or a part of it is missing or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(_entry(archive, "manifest.json"))
            keys = []
            for student in manifest["students"]:
                stem = Path(student["key"]).stem
                record = _entry(archive, student["key"])
                keys.append(Key(student["number"], student["name"], student["id"], stem, record))
            return manifest, keys
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise FileError(
            CLASS["no_key"].format(file=excerpt(path.name)), row=1, allowed=CLASS["key_allowed"]
        ) from error


def _entry(archive: zipfile.ZipFile, name: str) -> str:
    info = archive.getinfo(name)
    # The manifest of a hundred thousand students is larger than a table may be.
    if info.file_size > 40 * MAX_BYTES:
        raise ValueError(name)
    return archive.read(info).decode("utf-8")


def tasks_of(record: str, overrides: Sequence[Override] = (), student: str = "") -> list[Task]:
    """Return the tasks of a key, with the answers that a teacher accepts besides."""
    data = json.loads(record)
    tasks = []
    for task in data["tasks"]:
        answers = {}
        for cell in task["cells"]:
            also = dict(cell.get("also", {}))
            for one in overrides:
                if one.cell == f"{task['number']}.{cell['id']}" and one.student in ("", student):
                    also[one.answer] = one.reason
            answers[cell["id"]] = Answer(
                cell=cell["id"],
                term=Word(cell["shown"]),
                exact=cell["answer"],
                options=tuple(cell.get("options", ())),
                also=also,
                **{name: cell[name] for name in ("kind", "tolerance", "points")},
            )
        mistakes = (
            OwnMistake(**{**one, "functions": tuple(one["functions"])})
            for one in task.get("mistakes", ())
        )
        given = {name: task[name] for name in _GIVEN}
        carry = task.get("carry", "full")
        tasks.append(
            Task(**given, blocks=(), answers=answers, carry=carry, mistakes=tuple(mistakes))
        )
    return tasks


# Who is who


def matched(
    keys: Sequence[Key], handed: Iterable[Handed], assigned: Mapping[str, str] | None = None
) -> tuple[dict[int, Handed], list[str]]:
    """Return by student's number what was handed in, and in words what is to be looked at.

    What a teacher assigns goes first, then the name of the folder, file or row; what a file says
    inside counts only where its name says nothing and nobody else's file is meant.

    Parameters
    ----------
    assigned
        By file, with its folders, a student's name, id or number.
    """
    register = Register(keys)
    names = {key.number: key.name for key in keys}
    found: dict[int, Handed] = {}
    faults: list[str] = []
    nameless: list[Handed] = []
    for one in handed:
        told = (assigned or {}).get(one.source)
        number = _first_found(register, [told] if told else one.who)
        if number is None:
            nameless.append(one)
            continue
        inside = _first_found(register, one.inside)
        if inside not in (None, number):
            faults.append(
                CLASS["says_inside"].format(
                    source=one.source, name=names[number], inside=" ".join(one.inside)
                )
            )
        if number in found:
            found[number] = _merged(found[number], one, faults)
        else:
            found[number] = one
    by_name = set(found)
    for one in nameless:
        number = _first_found(register, one.inside)
        if number is None or number in by_name:
            faults.append(CLASS["nobody_is"].format(source=one.source))
            continue
        faults.append(CLASS["inside_only"].format(source=one.source, name=names[number]))
        found[number] = _merged(found[number], one, faults) if number in found else one
    return found, faults


def _first_found(register: Register, hints: Iterable[str]) -> int | None:
    return next((n for hint in hints if (n := register.find(hint)) is not None), None)


def _merged(first: Handed, other: Handed, faults: list[str]) -> Handed:
    """Return two files of one student as one; where they differ the first one counts."""
    faults.append(CLASS["merged"].format(source=other.source, other=first.source))
    answers = dict(first.answers)
    for cell, words in other.answers.items():
        if answers.get(cell, "").strip() and words.strip() and answers[cell] != words:
            faults.append(
                CLASS["merged_twice"].format(
                    source=other.source, cell=excerpt(cell), other=first.source
                )
            )
        else:
            answers[cell] = words or answers.get(cell, "")
    return Handed(f"{first.source}, {other.source}", first.who, answers, first.inside)


_NUMBERED: Final = re.compile(r"\s*(?:\D{0,10}\s)?(\d{1,3})\s*[.)]\s*(.+)", re.DOTALL)


def placed(tasks: Sequence[Task], handed: Handed) -> tuple[dict[int, dict[str, str]], list[str]]:
    """Return answers by task and cell, and in words those that belong to none.

    An id may stand with or without its task's number, and its names in any of their forms.
    """
    asked = {(task.number, canonical_id(cell)): cell for task in tasks for cell in task.answers}
    own: dict[int, dict[str, str]] = {task.number: {} for task in tasks}
    faults = []
    for id, words in handed.answers.items():
        numbered = _NUMBERED.fullmatch(id)
        kind, colon, names = (numbered[2] if numbered else id).partition(":")
        plain = canonical_id(kind.casefold() + colon + names)
        wanted = {int(numbered[1])} if numbered else set(own)
        places = [n for n in own if n in wanted and (n, plain) in asked]
        if len(places) == 1:
            cell = asked[places[0], plain]
            if own[places[0]].get(cell, "").strip() and own[places[0]][cell] != words:
                faults.append(CLASS["cell_twice"].format(source=handed.source, cell=excerpt(id)))
            else:
                own[places[0]][cell] = words
        elif words.strip() and places:
            listed = ", ".join(map(str, places))
            faults.append(
                CLASS["cell_which"].format(source=handed.source, cell=excerpt(id), tasks=listed)
            )
        elif words.strip():
            faults.append(
                CLASS["cell_unknown"].format(
                    source=handed.source, cell=excerpt(id), words=excerpt(words)
                )
            )
    return own, faults


# Marking


def graded(
    key: Key, handed: Handed | None, overrides: Sequence[Override], teacher: bool = False
) -> Graded:
    """Mark one student's sheet, in its language."""
    language = json.loads(key.record).get("language", "en")
    with speaking(language):
        return replace(_graded(key, handed, overrides, teacher), language=language)


def _graded(
    key: Key, handed: Handed | None, overrides: Sequence[Override], teacher: bool
) -> Graded:
    points: dict[int, float] = {}
    of: dict[int, float] = {}
    told: dict[int, tuple[str, Feedback]] = {}
    tasks = tasks_of(key.record, overrides, key.name)
    own, faults = placed(tasks, handed or Handed("", (), {}))
    unread = []
    all_checked = check_tasks(tasks, own)
    for task in tasks:
        checked = all_checked[task.number]
        points[task.number], of[task.number] = checked.total, task.points
        findings = checked_findings(task, checked, own[task.number])
        told[task.number] = task.title, Feedback(tuple(findings), teacher)
        unread += [f"{task.number}.{c}" for c, v in checked.cells.items() if v == "undecided"]
    source = "" if handed is None else handed.source
    return Graded(
        key.number, key.name, key.id, source, points, of, told, tuple(unread), tuple(faults)
    )


def _graded_all(
    pairs: Sequence[tuple[Key, Handed | None]], overrides: Sequence[Override], teacher: bool
) -> list[Graded]:
    return [graded(key, handed, overrides, teacher) for key, handed in pairs]


def mark_class(
    keys: Sequence[Key],
    handed: Mapping[int, Handed],
    overrides: Sequence[Override] = (),
    *,
    teacher: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[Graded]:
    """Mark a class, in the order of the roster.

    Parameters
    ----------
    handed
        By student's number; who is missing has handed in nothing.
    overrides
        Answers that a teacher accepts besides, with reasons.
    teacher
        Whether findings are written for teachers.
    executor
        As for `class_run.run_class`.
    """
    if not keys:
        raise InputError(CLASS["nobody"], allowed=CLASS["roster"])
    pairs = [(key, handed.get(key.number)) for key in keys]
    if executor is None and len(pairs) > 2 * AT_ONCE:
        with local_executor() as local:
            return mark_class(
                keys, handed, overrides, teacher=teacher, executor=local, progress=progress
            )
    further = tuple(overrides), teacher
    chunks = [pairs[i : i + AT_ONCE] for i in range(0, len(pairs), AT_ONCE)]
    parts: Iterable[list[Graded]]
    if executor is None:
        parts = (_graded_all(chunk, *further) for chunk in chunks)
    else:
        futures = [executor.submit(_graded_all, chunk, *further) for chunk in chunks]
        parts = (future.result() for future in futures)
    done: list[Graded] = []
    for part in parts:
        done += part
        if progress is not None:
            progress(len(done), len(pairs))
    return done

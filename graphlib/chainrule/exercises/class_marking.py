"""Marking a class: answers from a folder, a ZIP or one table go in, a gradebook and words come out.

The key is the ZIP that `class_run` wrote.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from chainrule.errors import FileError, InputError, excerpt
from chainrule.exercises.catalogue import CLASS
from chainrule.exercises.checking import check_tasks
from chainrule.exercises.class_run import Executor, Progress, local_executor
from chainrule.exercises.feedback import Feedback, checked_findings
from chainrule.exercises.handed_in import Handed
from chainrule.exercises.recipe import Override
from chainrule.exercises.sheet import Answer, Task
from chainrule.files import MAX_BYTES, safe_name
from chainrule.passes.misconceptions import MISCONCEPTIONS
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
    """

    number: int
    name: str
    id: str
    source: str
    points: Mapping[int, float]
    of: Mapping[int, float]
    feedback: Mapping[int, tuple[str, Feedback]] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Points for the sheet."""
        return sum(self.points.values())

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Names of the misconceptions met, in their usual order."""
        met = {
            name for _, told in self.feedback.values() for f in told.findings for name in f.names
        }
        return tuple(name for name in MISCONCEPTIONS if name in met)


# The key


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
                cell["id"], cell["kind"], Word(cell["shown"]), cell["answer"], cell["tolerance"],
                cell["points"], tuple(cell.get("options", ())), also,
            )  # fmt: skip
        tasks.append(
            Task(
                task["number"],
                task["kind"],
                task["title"],
                (),
                answers,
                task["program"],
                task["point"],
                task["direction"],
                task["settings"],
                task.get("carry", "full"),
            )
        )
    return tasks


# Who is who


def matched(keys: Sequence[Key], handed: Iterable[Handed]) -> tuple[dict[int, Handed], list[str]]:
    """Return by student's number what was handed in, and in words what belongs to nobody."""
    known: dict[str, int | None] = {}
    for key in keys:
        own = {key.stem, key.name, key.id, f"{key.number:04d}", safe_name(key.name, "student")}
        own.add(key.stem.partition("_")[2])
        for name in own - {""}:
            same = name.casefold()
            # A name that two students share says nothing.
            known[same] = key.number if known.get(same, key.number) == key.number else None
    found: dict[int, Handed] = {}
    faults = []
    for one in handed:
        hints = [hint.strip().casefold() for hint in one.who]
        hints += [m[0] for hint in hints if (m := re.match(r"\d{4,}(?=_)", hint))]
        number = next((n for hint in hints if (n := known.get(hint)) is not None), None)
        if number is None:
            faults.append(CLASS["nobody_is"].format(source=one.source))
        elif number in found:
            faults.append(CLASS["twice"].format(source=one.source, other=found[number].source))
        else:
            found[number] = one
    return found, faults


# Marking


def graded(
    key: Key, handed: Handed | None, overrides: Sequence[Override], teacher: bool = False
) -> Graded:
    """Mark one student's sheet."""
    points: dict[int, float] = {}
    of: dict[int, float] = {}
    told: dict[int, tuple[str, Feedback]] = {}
    tasks = tasks_of(key.record, overrides, key.name)
    own: dict[int, dict[str, str]] = {task.number: {} for task in tasks}
    for id, words in () if handed is None else handed.answers.items():
        number, _, cell = id.partition(".")
        own.setdefault(int(number), {})[cell] = words
    all_checked = check_tasks(tasks, own)
    for task in tasks:
        checked = all_checked[task.number]
        points[task.number], of[task.number] = checked.total, task.points
        findings = checked_findings(task, checked, own[task.number])
        told[task.number] = task.title, Feedback(tuple(findings), teacher)
    source = "" if handed is None else handed.source
    return Graded(key.number, key.name, key.id, source, points, of, told)


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
    done: list[Graded] = []
    chunks = [pairs[i : i + AT_ONCE] for i in range(0, len(pairs), AT_ONCE)]
    if executor is None:
        for chunk in chunks:
            done += _graded_all(chunk, overrides, teacher)
            if progress is not None:
                progress(len(done), len(pairs))
        return done
    futures = [executor.submit(_graded_all, chunk, tuple(overrides), teacher) for chunk in chunks]
    for future in futures:
        done += future.result()
        if progress is not None:
            progress(len(done), len(pairs))
    return done

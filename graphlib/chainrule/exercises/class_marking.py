"""Marking a class: answers from a folder, a ZIP or one table go in, a gradebook and words come out.

The key is the ZIP that `class_run` wrote. Nothing of what students hand in is run or unpacked to
disk: tables, JSON and notebooks are read as text, with limits before anything else.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from chainrule.errors import FileError, InputError, excerpt
from chainrule.exercises.catalogue import CLASS
from chainrule.exercises.checking import check_tasks
from chainrule.exercises.class_run import Executor, Progress, local_executor
from chainrule.exercises.feedback import Feedback, checked_findings
from chainrule.exercises.recipe import Override
from chainrule.exercises.sheet import Answer, Task
from chainrule.files import MAX_BYTES, read_rows, safe_name
from chainrule.passes.misconceptions import MISCONCEPTIONS
from chainrule.readings.terms import Word

MOST_FILES: Final = 100_000
LONGEST: Final = 200
AT_ONCE: Final = 8
_ID = re.compile(r"\s*(\d{1,3})\.\s*(.+)", re.DOTALL)
_ENTRY = re.compile(r"""^\s*(?:"([^"\n]*)"|'([^'\n]*)')\s*:\s*(.*?),?\s*(?:\#.*)?$""", re.MULTILINE)
_CHECK = re.compile(r"^check\((\d{1,3}),\s*answers\)", re.MULTILINE)
_WHO = frozenset(("name", "student", "full name", "id", "student number", "number", "file"))


@dataclass(frozen=True, slots=True)
class Key:
    """The key of one student: tasks with their answers."""

    number: int
    name: str
    id: str
    stem: str
    record: str


@dataclass(frozen=True, slots=True)
class Handed:
    """What one student handed in.

    Parameters
    ----------
    source
        The file, or the row of a table, for the gradebook.
    who
        What may say whose it is: file name, name, id.
    answers
        By the cell's id on the sheet.
    """

    source: str
    who: tuple[str, ...]
    answers: Mapping[str, str]


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
            )
        )
    return tasks


# What is handed in


def collect(path: Path) -> tuple[list[Handed], list[str]]:
    """Return what was handed in, and in words what could not be read.

    Parameters
    ----------
    path
        A folder or ZIP with a file a student (CSV, JSON, notebook), or one table for all.

    Raises
    ------
    FileError
        If the one table cannot be read.
    """
    handed: list[Handed] = []
    faults: list[str] = []
    if path.is_file() and path.suffix.lower() != ".zip":
        return list(_read(path.name, _limited(path))), []
    for name, content in _files(path):
        try:
            handed += _read(name, content())
        except FileError as error:
            faults.append(f"{name}: {error}")
        except (ValueError, RecursionError) as error:
            faults.append(f"{name}: {CLASS['not_read'].format(why=excerpt(str(error)))}")
    return handed, faults


def _limited(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _files(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield names and contents, sorted, of a folder or ZIP; nothing is written anywhere."""
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
        for one in found[:MOST_FILES]:
            if _is_answers(one.name):
                yield one.relative_to(path).as_posix(), lambda one=one: _limited(one)  # type: ignore[misc]
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename)[:MOST_FILES]:
                if not info.is_dir() and _is_answers(Path(info.filename).name):

                    def content(info: zipfile.ZipInfo = info) -> bytes:
                        with archive.open(info) as file:
                            return file.read(MAX_BYTES + 1)

                    yield info.filename, content
    except zipfile.BadZipFile as error:
        raise FileError(
            f"{excerpt(path.name)} is no ZIP file", row=1, allowed=CLASS["answers_allowed"]
        ) from error


def _is_answers(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in (".csv", ".json", ".ipynb")


def _read(name: str, content: bytes) -> Iterable[Handed]:
    if len(content) > MAX_BYTES:
        raise FileError(
            CLASS["too_large"], row=1, allowed=f"Allowed are at most {MAX_BYTES:,} bytes."
        )
    suffix = Path(name).suffix.lower()
    if suffix == ".csv":
        return _read_table(name, content)
    data = json.loads(content.decode("utf-8-sig"))
    if not isinstance(data, dict):
        raise ValueError("no record of answers")
    if suffix == ".ipynb":
        return [Handed(name, (Path(name).stem,), _notebook(data))]
    found = data.get("answers", data)
    who = [
        str(data[key]) for key in ("student", "name", "id") if isinstance(data.get(key), str | int)
    ]
    if not isinstance(found, dict):
        raise ValueError("no record of answers")
    return [Handed(name, (*who, Path(name).stem), _cells(found.items()))]


def _cells(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Return pairs of an id on the sheet and what was written; others are left out."""
    found = {}
    for id, words in pairs:
        read = _ID.fullmatch(str(id))
        if read and isinstance(words, str | int | float):
            found[f"{read[1]}.{read[2].strip()}"] = str(words)[:LONGEST]
    return found


def _read_table(name: str, content: bytes) -> Iterable[Handed]:
    rows = read_rows(content)
    heads = [cell.strip().lower() for cell in rows[0]]
    if "cell" in heads or _ID.fullmatch(rows[0][0]):
        at = heads.index("cell") if "cell" in heads else 0
        to = heads.index("answer") if "answer" in heads else min(at + 1, len(heads) - 1)
        body = rows[1:] if "cell" in heads else rows
        pairs = ((row[at], _unguarded(row[to])) for row in body)
        return [Handed(name, (Path(name).stem,), _cells(pairs))]
    if not any(_ID.fullmatch(cell) for cell in rows[0]):
        raise FileError(CLASS["no_cells"], row=1, column_number=1, allowed=CLASS["cells_allowed"])
    whose = [at for at, head in enumerate(heads) if head in _WHO]
    handed = []
    for number, row in enumerate(rows[1:], start=2):
        pairs = ((head, _unguarded(row[at])) for at, head in enumerate(rows[0]))
        who = tuple(row[at] for at in whose)
        handed.append(Handed(f"{name}, row {number}", who, _cells(pairs)))
    return handed


def _unguarded(cell: str) -> str:
    """Return a cell without the mark by which a table keeps a spreadsheet from running it."""
    return cell[1:] if re.match(r"'[=+\-@−]", cell) else cell


def _notebook(book: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers of a filled notebook: read line by line, never run."""
    found: dict[str, str] = {}
    cells = book.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        task = _CHECK.search(text)
        if task is None:
            continue
        for entry in _ENTRY.finditer(text):
            id = entry[1] if entry[1] is not None else entry[2]
            words = entry[3].strip()
            quoted = re.fullmatch(r"""(["'])(.*)\1""", words)
            found[f"{task[1]}.{id}"] = (quoted[2] if quoted else words)[:LONGEST]
    return found


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

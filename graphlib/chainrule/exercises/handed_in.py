"""What students hand in: tables, JSON and notebooks, read as text with limits before anything else.

Nothing is run and nothing is unpacked to disk.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chainrule.errors import FileError, excerpt
from chainrule.exercises.catalogue import CLASS
from chainrule.files import MAX_BYTES, read_rows

MOST_FILES: Final = 100_000
LONGEST: Final = 200
_ID = re.compile(r"\s*(\d{1,3})\.\s*(.+)", re.DOTALL)
_ENTRY = re.compile(r"""^\s*(?:"([^"\n]*)"|'([^'\n]*)')\s*:\s*(.*?),?\s*(?:\#.*)?$""", re.MULTILINE)
_CHECK = re.compile(r"^check\((\d{1,3}),\s*answers\)", re.MULTILINE)
_WHO = frozenset(("name", "student", "full name", "id", "student number", "number", "file"))


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

"""What students hand in: tables, JSON and notebooks, read as text with limits before anything else.

Nothing is run and nothing is unpacked to disk. Every file is read or listed with the reason; what
is wrong with one costs that one alone.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from chainrule.errors import FileError, excerpt
from chainrule.exercises.catalogue import CLASS
from chainrule.exercises.roster import FIRST, IDS, LAST, NAMES, column, heading
from chainrule.exercises.spreadsheet import read_workbook
from chainrule.files import MAX_BYTES, MAX_ROWS

MOST_FILES: Final = 100_000
LONGEST: Final = 201
"""Characters of an answer that are kept: one more than can be read, so that none is cut short."""

_SURE = re.compile(r"\s*(?:\d{1,3}\s*\.\s*[a-z]+|[a-z]+\s*:\s*\S)", re.IGNORECASE)
_ENTRY = re.compile(r"""[ \t]*(?:"([^"\n]*)"|'([^'\n]*)')[ \t]*:[ \t]*(.*)""")
_CHECK = re.compile(r"check\((\d{1,3}),[ \t]*answers\)")
_CELLS: Final = ("cell", "zelle", "field", "feld")
_ANSWERS: Final = ("answer", "antwort", "response", "value", "wert")
_NONE: Final = frozenset((".ds_store", "thumbs.db", "desktop.ini"))
WHO: Final = "who.csv"


@dataclass(frozen=True, slots=True)
class Handed:
    """What one student handed in.

    Parameters
    ----------
    source
        The file, or the row of a table, for the gradebook.
    who
        What its name says of whose it is: the file's, a folder's, or the cells of a row.
    answers
        By the cell's id, as it was written.
    inside
        What the file itself says of whose it is; its name goes before.
    """

    source: str
    who: tuple[str, ...]
    answers: Mapping[str, str]
    inside: tuple[str, ...] = ()


def collect(path: Path) -> tuple[list[Handed], list[str]]:
    """Return what was handed in, and in words what could not be read.

    Parameters
    ----------
    path
        A folder or ZIP with files of students (CSV, XLSX, JSON, notebooks), or one table for all.

    Raises
    ------
    FileError
        If the one table cannot be read, or the ZIP is none.
    """
    handed: list[Handed] = []
    faults: list[str] = []
    if path.is_file() and path.suffix.lower() != ".zip":
        return list(_read(path.name, _limited(path), faults)), faults
    for name, content in _files(path):
        if Path(name).suffix.lower() not in _READERS:
            faults.append(CLASS["no_kind"].format(source=name))
            continue
        if name == WHO:
            continue
        try:
            handed += _read(name, content(), faults)
        except FileError as error:
            faults.append(f"{name}: {error}")
        except (
            ValueError,
            RecursionError,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
            csv.Error,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            why = excerpt(str(error) or type(error).__name__)
            faults.append(f"{name}: {CLASS['not_read'].format(why=why)}")
    return handed, faults


def assigned(path: Path, own: Path | None = None) -> dict[str, str]:
    """Return by file whose it is, as a teacher says in a table `file,student`.

    Parameters
    ----------
    own
        The table; default `who.csv` in the folder of answers.
    """
    table = own if own is not None else path / WHO
    if not table.is_file():
        return {}
    rows = _rows(_limited(table))
    return {row[0]: row[1] for row in rows if len(row) > 1 and heading(row[0]) != "file"}


def _limited(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _files(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield names and contents, sorted, of a folder or ZIP; nothing is written anywhere."""
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
        for one in found[:MOST_FILES]:
            if _is_somebodys(name := one.relative_to(path).as_posix()):
                yield name, lambda one=one: _limited(one)  # type: ignore[misc]
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename)[:MOST_FILES]:
                if not info.is_dir() and _is_somebodys(info.filename):

                    def content(info: zipfile.ZipInfo = info) -> bytes:
                        with archive.open(info) as file:
                            return file.read(MAX_BYTES + 1)

                    yield info.filename, content
    except zipfile.BadZipFile as error:
        raise FileError(
            f"{excerpt(path.name)} is no ZIP file", row=1, allowed=CLASS["answers_allowed"]
        ) from error


def _is_somebodys(name: str) -> bool:
    """Whether a file is one that people make; systems leave some of their own."""
    last = name.rpartition("/")[2]
    return not (last.casefold() in _NONE or last.startswith("._") or "__MACOSX/" in name)


def _read(name: str, content: bytes, faults: list[str]) -> Iterable[Handed]:
    if len(content) > MAX_BYTES:
        raise FileError(
            CLASS["too_large"], row=1, allowed=f"Allowed are at most {MAX_BYTES:,} bytes."
        )
    reader = _READERS.get(Path(name).suffix.lower(), _read_table)
    handed = list(reader(name, content, faults))
    if not any(one.answers for one in handed):
        faults.append(CLASS["empty"].format(source=name))
    return handed


def _whose(name: str) -> tuple[str, ...]:
    """Return what a path says: the folder before the file, whose name is the student's choice."""
    path = Path(name)
    return (*reversed(path.parent.parts), path.stem)


def _decoded(content: bytes) -> str:
    """Return text in the encodings in which spreadsheets save."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _read_json(name: str, content: bytes, faults: list[str]) -> Iterable[Handed]:
    data = json.loads(_decoded(content))
    inside: tuple[str, ...] = ()
    found: Any = data
    if isinstance(data, dict):
        keys = ("student", "name", "id")
        inside = tuple(str(data[k]) for k in keys if isinstance(data.get(k), str | int))
        found = data.get("answers", {k: v for k, v in data.items() if k not in keys})
    if isinstance(found, list):
        listed = [one for one in found if isinstance(one, dict) and "cell" in one]
        found = {str(one["cell"]): one.get("answer") for one in listed}
    if not isinstance(found, dict):
        raise ValueError("no record of answers")
    return [Handed(name, _whose(name), _cells(name, found.items(), faults), inside)]


def _read_notebook(name: str, content: bytes, faults: list[str]) -> Iterable[Handed]:
    data = json.loads(_decoded(content))
    if not isinstance(data, dict):
        raise ValueError("no notebook")
    return [Handed(name, _whose(name), _cells(name, _entries(data), faults))]


def _cells(name: str, pairs: Iterable[tuple[Any, Any]], faults: list[str]) -> dict[str, str]:
    """Return answers by id; what is no answer, or stands there twice, is told."""
    found: dict[str, str] = {}
    for id, given in pairs:
        if not str(id).strip():
            continue
        if given is not None and not isinstance(given, str | int | float):
            faults.append(CLASS["no_answer"].format(source=name, cell=excerpt(str(id))))
            continue
        words = "" if given is None else str(given)[:LONGEST]
        if found.get(str(id), "").strip() and words.strip() and found[str(id)] != words:
            faults.append(CLASS["cell_twice"].format(source=name, cell=excerpt(str(id))))
            continue
        found[str(id)] = words or found.get(str(id), "")
    return found


def _rows(content: bytes) -> list[list[str]]:
    """Return the rows of a table as somebody's spreadsheet wrote them, however long each is."""
    text = _decoded(content).replace("\x00", "")
    begin = re.match(r'"?sep=(.)"?\r?\n', text)
    text = text[begin.end() :] if begin else text
    head = next((line for line in text.split("\n") if line.strip()), "")
    sign = begin[1] if begin else max(";\t,", key=head.count)
    if len(text) > MAX_BYTES or text.count("\n") > MAX_ROWS:
        raise FileError(CLASS["too_large"], row=MAX_ROWS, allowed=CLASS["answers_allowed"])
    rows = csv.reader(StringIO(text, newline=""), delimiter=sign, skipinitialspace=True)
    return [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]


def _read_table(name: str, content: bytes, faults: list[str]) -> Iterable[Handed]:
    return _from_rows(name, _rows(content), faults)


def _read_workbook(name: str, content: bytes, faults: list[str]) -> Iterable[Handed]:
    rows = ([cell.strip() for cell in row] for row in read_workbook(content))
    return _from_rows(name, [row for row in rows if any(row)], faults)


def _from_rows(name: str, rows: list[list[str]], faults: list[str]) -> Iterable[Handed]:
    if not rows:
        return []
    heads = [heading(cell) for cell in rows[0]]
    at = column(heads, _CELLS)
    listed = sum(_SURE.match(row[0]) is not None for row in rows)
    if at is not None or (listed > 1 and not _SURE.match(rows[0][-1])):
        to = column(heads, _ANSWERS) if at is not None else None
        at = at or 0
        body = rows[1:] if column(heads, _CELLS) is not None else rows
        pairs = []
        for row in body:
            if len(row) <= at:
                continue
            filled = next((i for i, cell in enumerate(row) if i > at and cell), at + 1)
            place = filled if to is None else to
            given = row[place] if place < len(row) else ""
            # An answer with a decimal comma that was not put in quotation marks.
            rest = row[place + 1 :] if len(row) > max(len(heads), place + 1) else []
            pairs.append((row[at], _unguarded(",".join([given, *rest]))))
        return [Handed(name, _whose(name), _cells(name, pairs, faults))]
    asked = [i for i, cell in enumerate(rows[0]) if _SURE.match(cell)]
    if not asked:
        raise FileError(CLASS["no_cells"], row=1, column_number=1, allowed=CLASS["cells_allowed"])
    first, last = column(heads, FIRST), column(heads, LAST)
    whose = [i for i, head in enumerate(heads) if head in (*NAMES, *IDS, "file")]
    handed = []
    for number, row in enumerate(rows[1:], start=2):
        row = row + [""] * (len(heads) - len(row))
        source = f"{name}, row {number}"
        both = (f"{row[first]} {row[last]}",) if first is not None and last is not None else ()
        who = (*both, *(row[i] for i in whose))
        pairs = [(rows[0][i], _unguarded(row[i])) for i in asked]
        handed.append(Handed(source, who, _cells(source, pairs, faults)))
    return handed


def _unguarded(cell: str) -> str:
    """Return a cell without the mark by which a table keeps a spreadsheet from running it."""
    return cell[1:] if re.match(r"'[=+\-@−\d.]", cell) else cell


def _entries(book: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the answers of a filled notebook: read line by line, never run."""
    cells = book.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        lines = text.split("\n")
        task = next((found for line in lines if (found := _CHECK.match(line))), None)
        for line in lines if task else ():
            entry = _ENTRY.match(line)
            if task and entry:
                id = entry[1] if entry[1] is not None else entry[2]
                yield f"{task[1]}.{id}", _literal(entry[3])


def _literal(words: str) -> str:
    """Return what stands between quotation marks, or else before a comma or remark."""
    quoted = re.match(r"""(["'])(.*?)\1[ \t]*,?[ \t]*(?:#.*)?$""", words)
    return quoted[2] if quoted else words.partition("#")[0].strip().removesuffix(",").strip()


_READERS: Final[Mapping[str, Callable[[str, bytes, list[str]], Iterable[Handed]]]] = {
    ".csv": _read_table,
    ".tsv": _read_table,
    ".txt": _read_table,
    ".json": _read_json,
    ".ipynb": _read_notebook,
    ".xlsx": _read_workbook,
    ".xlsm": _read_workbook,
}

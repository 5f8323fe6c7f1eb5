"""Who is in a class, and whose a file is: rosters as people export them, and names in any order.

Nothing is guessed in silence: what is passed over is told with its line, and a hint that fits two
students fits none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chainrule.exercises.catalogue import CLASS
from chainrule.files import read_rows, safe_name

if TYPE_CHECKING:
    from chainrule.exercises.class_marking import Key


def _listed(headings: str) -> tuple[str, ...]:
    return tuple(" ".join(one.split()) for one in headings.split(","))


NAMES: Final = _listed(
    """
    name, full name, student, student name, display name, sortable name,
    vollständiger name, teilnehmer
    """
)
FIRST: Final = ("first name", "firstname", "given name", "vorname", "vorname(n)")
LAST: Final = ("last name", "lastname", "surname", "family name", "nachname", "familienname")
IDS: Final = _listed(
    """
    id, id number, idnumber, id-nummer, number, no, no., nr., student no, student no.,
    student number, student id, matriculation, matriculation number, matrikelnummer,
    matrikel-nr., matr.-nr., sis user id, user id, username, login, login id, kennung,
    benutzername
    """
)
OTHERS: Final = _listed(
    """
    email, e-mail, email address, e-mail-adresse, section, group, gruppe, status,
    course, kurs
    """
)
_SHORTEST_ID: Final = 3
_POSSIBLE: Final = "points possible"


@dataclass(frozen=True, slots=True)
class Student:
    """A student of a roster.

    Parameters
    ----------
    number
        Counted from 1 in the order of the roster.
    name, id
        As in the roster; the id may be empty.
    label
        The name, with more where two students share it: from it a sheet is drawn.
    """

    number: int
    name: str
    id: str
    label: str

    @property
    def stem(self) -> str:
        """The name under which the student's files are kept: number and what of the name can be."""
        return f"{self.number:04d}_{safe_name(self.label, 'student')}"


def heading(cell: str) -> str:
    """Return a heading as it is compared."""
    return " ".join(unicodedata.normalize("NFC", cell).casefold().replace("_", " ").split())


def column(heads: Sequence[str], known: Sequence[str]) -> int | None:
    """Return the column of the first of some headings that is there."""
    return next((heads.index(name) for name in known if name in heads), None)


def read_roster(data: bytes) -> tuple[Student, ...]:
    r"""Read a roster: CSV, with a heading for names and, if wished, one for ids.

    >>> [student.stem for student in read_roster(b"name,id\nAda Lovelace,7\n=A1,8\n")]
    ['0001_Ada_Lovelace', '0002_A1']

    Raises
    ------
    FileError
        At the first fault, with its row and column.
    """
    return roster(data)[0]


def roster(data: bytes) -> tuple[tuple[Student, ...], list[str]]:
    r"""Read a roster, and say what was passed over or taken in an unusual way, each with its line.

    >>> roster(b"sep=;\nLovelace;Ada\n")[0][0].name
    'Lovelace Ada'
    """
    lines, places, told = _plain_lines(data)
    # One row alone is a student too; a table needs a heading above it.
    bare = not _has_heading(lines[0]) if lines else False
    rows = read_rows(b"\n".join([lines[0], *lines] if bare else lines))
    heads = [heading(cell) for cell in rows[0]]
    whole, first, last = (column(heads, known) for known in (NAMES, FIRST, LAST))
    ids = column(heads, IDS)
    if bare:
        told.insert(0, CLASS["no_heading"].format(line=places[0]))
        ids = next((i for i, cell in enumerate(rows[0]) if re.fullmatch(r"\w*\d{3,}", cell)), None)
    found: list[tuple[str, str]] = []
    for row, line in zip(rows[1:], places if bare else places[1:], strict=True):
        if bare:
            words = (cell for i, cell in enumerate(row) if i != ids and "@" not in cell)
            name = " ".join([*words][:2]).strip()
        elif first is not None and last is not None:
            name = f"{row[first]} {row[last]}".strip()
        else:
            name = row[whole if whole is not None else 0]
        name = unicodedata.normalize("NFC", name)
        id = row[ids] if ids is not None else ""
        if heading(name).startswith(_POSSIBLE) or not (name or id):
            told.append(CLASS["no_student"].format(line=line, what=name or "–"))
        else:
            found.append((name or id, id))
    counts = Counter(name for name, _ in found)
    students = tuple(
        Student(n, name, id, name if counts[name] == 1 else f"{name} ({id or n})")
        for n, (name, id) in enumerate(found, start=1)
    )
    return students, told


def _plain_lines(data: bytes) -> tuple[list[bytes], list[int], list[str]]:
    """Return the lines that hold something, their numbers, and what is said of the others."""
    lines: list[bytes] = []
    places: list[int] = []
    told = []
    for number, line in enumerate(re.split(rb"\r\n?|\n", data), start=1):
        bare = line.removeprefix(b"\xef\xbb\xbf").strip()
        if number == 1 and re.fullmatch(rb'"?sep=."?', bare):
            told.append(CLASS["line_passed"].format(line=number, what=bare.decode()))
        elif bare.strip(b',;\t "'):
            lines.append(line)
            places.append(number)
        elif bare:
            told.append(CLASS["line_passed"].format(line=number, what=bare.decode("latin-1")[:20]))
    return lines, places, told


def _has_heading(line: bytes) -> bool:
    cells = re.split(r"[,;\t]", line.decode("utf-8-sig", "replace"))
    known = {*NAMES, *FIRST, *LAST, *IDS, *OTHERS}
    return any(heading(cell.strip(' "')) in known for cell in cells)


# Whose is it


_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})


def _plain(words: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", words).casefold()))


def _bare(words: str) -> str:
    """Return words without accents."""
    split = unicodedata.normalize("NFKD", words)
    return "".join(c for c in split if not unicodedata.combining(c))


class Register:
    """Finds students by what files and rows are called.

    >>> ada, bo = Student(1, "Ada Lovelace", "4711", ""), Student(2, "Bo Müller", "", "")
    >>> found = Register([ada, bo])
    >>> found.find("Lovelace, Ada"), found.find("muellerbo_12_x"), found.find("nobody")
    (1, 2, None)

    Parameters
    ----------
    people
        The roster, or the keys of a class.
    """

    def __init__(self, people: Iterable[Student | Key]) -> None:
        self._whole: dict[str, set[int]] = {}
        self._words: dict[frozenset[str], set[int]] = {}
        self._ids: dict[str, set[int]] = {}
        self._joined: dict[str, set[int]] = {}
        for one in people:
            names = {one.name, one.stem, one.stem.partition("_")[2], one.id, f"{one.number:04d}"}
            for name in names:
                if plain := _plain(name):
                    self._whole.setdefault(plain, set()).add(one.number)
            if len(_plain(one.id)) >= _SHORTEST_ID:
                self._ids.setdefault(_plain(one.id), set()).add(one.number)
            for spelt in self._spellings(one.name):
                words = spelt.split()
                if len(words) > 1:
                    self._words.setdefault(frozenset(words), set()).add(one.number)
                    for turned in ("".join(words), "".join([words[-1], *words[:-1]])):
                        self._joined.setdefault(turned, set()).add(one.number)

    @staticmethod
    def _spellings(name: str) -> set[str]:
        plain = _plain(name)
        return {plain, _plain(plain.translate(_UMLAUTS)), _plain(_bare(plain))} - {""}

    def find(self, hint: str) -> int | None:
        """Return the number of the one student whom a hint can mean; None for nobody or several."""
        plain = _plain(hint)
        if not plain:
            return None
        exact = self._whole.get(plain)
        if exact is not None:
            return _only(exact)
        found: list[set[int]] = []
        for spelt in self._spellings(hint):
            words = spelt.split()
            # Whoever has more names than another one: Ada King Lovelace is not Ada Lovelace.
            fitting = {w: n for w, n in self._words.items() if w <= set(words)}
            longest = max(map(len, fitting), default=0)
            found += [n for w, n in fitting.items() if len(w) == longest]
            found += [self._joined[word] for word in words if word in self._joined]
        found += [self._ids[word] for word in plain.split() if word in self._ids]
        numbered = re.match(r"(\d{4,})_", hint.strip())
        if not found and numbered and (exact := self._whole.get(numbered[1])) is not None:
            found.append(exact)
        return _only(set().union(*found)) if found else None


def _only(numbers: set[int]) -> int | None:
    return next(iter(numbers)) if len(numbers) == 1 else None

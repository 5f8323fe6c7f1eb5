"""Tables as CSV.

A table is checked before it is read: bytes, rows, columns. Every fault names row and column,
the header being row 1, as a spreadsheet counts.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from typing import Literal

from chainrule.errors import FileError, InputError, excerpt
from chainrule.language.names import LOOK_ALIKES, canonical
from chainrule.language.syntax import plain_number

MISSING = {"na", "n/a", "nan", "null", "?", "-", "–"}
MAX_BYTES = 5_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 100
MAX_CELL = 1_000
# A number of fewer characters, without an exponent, is within every limit.
FAST = 300

SEPARATORS = ",;\t"

_LINE_END = re.compile(r"\r\n?|\n")
# Control characters, those that turn the direction of writing, and what is no character.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2066-\u2069\ufeff\ufffe\uffff]"
)
_NUMBER = re.compile(r"[+\-−]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-−]?[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+\-−]?[0-9]*,[0-9]+(?:[eE][+\-−]?[0-9]+)?")
# What some programs read as a number, and others not or as another one.
_SPOILT = re.compile(
    r"[+\-−]?(?:0[xob]\w+|inf|infinity|nan|[\d_]*\d[\d_]*[.,]?[\d_]*(?:e[+\-−]?\d+)?%?|[.,]\d+%?)",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"[=+\-−@|%＝＋－＠]")

Kind = Literal["number", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name, heading
        Its name in the one form under which names are known, and as the file has it.
    kind
        Whether the cells are numbers or text.
    cells
        One text a row, without blanks around it; numbers as typed, with a decimal point.
    """

    name: str
    heading: str
    kind: Kind
    cells: tuple[str, ...]

    def numbers(self) -> tuple[Fraction, ...]:
        """Return the cells as the exact decimals that were typed.

        Raises
        ------
        FileError
            If the column holds text.
        """
        if self.kind == "text":
            raise FileError(
                f"The column `{excerpt(self.heading)}` holds text",
                row=2,
                allowed="Numbers are asked of columns of numbers.",
            )
        known = {cell: plain_number(cell).value for cell in dict.fromkeys(self.cells)}
        return tuple(known[cell] for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Columns:
    """A table that was read: its columns by name, all of one length.

    Parameters
    ----------
    columns
        In the order of the file.
    """

    columns: Mapping[str, Column]

    @property
    def rows(self) -> int:
        """Number of rows below the header."""
        return len(next(iter(self.columns.values())).cells)


def read_table(data: bytes, *, loose: bool = False) -> Columns:
    r"""Read a CSV file: UTF-8, a header of names, then rows of numbers and text.

    Cells are parted by commas, semicolons or tabs, whichever the header has most of. Where they
    are parted by semicolons, decimals may be written with commas. A column is one of numbers
    where at least as many cells are numbers as are words.

    >>> table = read_table(b"x;group\n1,5;a\n2;b\n")
    >>> table.columns["x"].numbers(), table.columns["group"].cells
    ((Fraction(3, 2), Fraction(2, 1)), ('a', 'b'))

    Parameters
    ----------
    data
        At most 5 MB, 100,000 rows and 100 columns.
    loose
        Whether headings may be any text, of which names are made, and cells may be missing:
        empty, NA, NaN, null, ? or -. Those are empty cells of the columns.

    Raises
    ------
    FileError
        At the first fault, with its row, its column and its offset in the text.
    """
    source = _Source(_decoded(data))
    names = source.made_names() if loose else source.names()
    cells = source.body()
    if loose:
        cells = [["" if cell.lower() in MISSING else cell for cell in row] for row in cells]
    kinds = _Kinds(source.separator == ";", cells, loose)
    columns: dict[str, Column] = {}
    faults: list[tuple[int, int, str]] = []
    for at, (key, heading) in enumerate(names.items()):
        column = [row[at] for row in cells]
        kind, fault = kinds.of(column)
        if fault is not None:
            faults.append((fault[0], at, fault[1]))
        columns[key] = Column(key, heading, kind, tuple(map(kinds.plain, column)))
    if faults:
        row, at, message = min(faults)
        raise source.fault(row + 2, at + 1, message, _ALLOWED)
    return Columns(columns)


def read_rows(data: bytes) -> tuple[tuple[str, ...], ...]:
    r"""Read a CSV file as text, whatever its headings are: all rows, the headings first.

    Limits and faults are those of `read_table`; cells are data and mean nothing here.

    >>> read_rows(b"student no.;name\n1;=A1\n")
    (('student no.', 'name'), ('1', '=A1'))

    Raises
    ------
    FileError
        At the first fault, with its row, its column and its offset in the text.
    """
    return tuple(tuple(row) for row in _Source(_decoded(data)).rows)


_ALLOWED = "A cell is a decimal number such as -2.5 or 1e-9, or a word in a column of words."


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        row = len(re.findall(rb"\r\n?|\n", data[:MAX_BYTES])) + 1
        raise FileError(
            f"The file has {len(data):,} bytes",
            row=row,
            position=MAX_BYTES,
            allowed=f"Allowed are at most {MAX_BYTES:,} bytes.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        read = data[: error.start].decode("utf-8-sig", "replace")
        ends = list(_LINE_END.finditer(read))
        begin = ends[-1].end() if ends else 0
        raise FileError(
            f"The file is no text in UTF-8: byte {error.start + 1} does not fit",
            row=len(ends) + 1,
            column_number=len(re.findall(r"[,;\t]", read[begin:])) + 1,
            position=len(read),
            text=read,
            allowed="Save it as CSV in UTF-8.",
        ) from error


class _Source:
    """The text of a file by lines, and the places in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) - len(text.lstrip("\r\n")) or not text.strip():
            raise self._whole(0, "The file does not begin with a header")
        body = text.rstrip("\r\n")
        ends = len(_LINE_END.findall(body))
        if ends > MAX_ROWS:
            end = [m.end() for m in _LINE_END.finditer(body)][MAX_ROWS]
            raise FileError(
                f"The table has {ends:,} rows",
                row=MAX_ROWS + 2,
                position=end,
                text=text,
                allowed=f"Allowed are at most {MAX_ROWS:,} rows below the header.",
            )
        # StringIO ends lines as files do; str.splitlines would end them at other signs too.
        self.lines = list(StringIO(body, newline=""))
        header = re.sub(r'"[^"]*"', "", self.lines[0])
        self.separator = max(SEPARATORS, key=header.count)
        width = header.count(self.separator) + 1
        if width > MAX_COLUMNS:
            raise self.fault(
                1,
                MAX_COLUMNS + 1,
                f"The table has {width:,} columns",
                f"Allowed are at most {MAX_COLUMNS}.",
            )
        self._check_characters(body)
        self.rows = self._rows()
        if len(self.rows) < 2:
            raise self._whole(1, "There is no row below the header")

    def _whole(self, row: int, message: str) -> FileError:
        allowed = "The first row names the columns; each row below it has a cell for each of them."
        return FileError(
            message,
            row=row + 1,
            position=len(self.text) if row else 0,
            text=self.text,
            allowed=allowed,
        )

    def fault(self, row: int, column: int, message: str, allowed: str) -> FileError:
        """Return the error for a cell, both counted from 1."""
        begin = sum(map(len, self.lines[: row - 1]))
        line = self.lines[row - 1].rstrip("\r\n")
        at, count, quoted = 0, 1, False
        while at < len(line) and count < column:
            quoted ^= line[at] == '"'
            count += line[at] == self.separator and not quoted
            at += 1
        stop = at
        while stop < len(line) and (quoted or line[stop] != self.separator):
            quoted ^= line[stop] == '"'
            stop += 1
        return FileError(
            message,
            row=row,
            column_number=column,
            position=begin + at,
            length=stop - at,
            text=self.text,
            allowed=allowed,
        )

    def _check_characters(self, body: str) -> None:
        found = _UNSEEN.search(body)
        tab = -1 if self.separator == "\t" else body.find("\t")
        if found is None and tab < 0:
            return
        at = min(x for x in (found.start() if found else -1, tab) if x >= 0)
        row = len(_LINE_END.findall(body[:at])) + 1
        line = body[:at].rsplit("\n", 1)[-1].rsplit("\r", 1)[-1]
        raise FileError(
            f"A character without a shape stands here: U+{ord(body[at]):04X}",
            row=row,
            column_number=line.count(self.separator) + 1,
            position=at,
            text=self.text,
            allowed="Cells are made of letters, digits and signs that can be seen.",
        )

    def _rows(self) -> list[list[str]]:
        reader = csv.reader(
            self.lines, delimiter=self.separator, strict=True, skipinitialspace=True
        )
        rows: list[list[str]] = []
        while True:
            row = len(rows) + 1
            try:
                cells = next(reader)
            except StopIteration:
                return rows
            except csv.Error as error:
                raise self._quotes(row) from error
            if reader.line_num != row:
                raise self._quotes(row)
            cells = [cell.strip() for cell in cells]
            if rows and len(cells) != len(rows[0]):
                raise self.fault(
                    row,
                    min(len(cells), len(rows[0])) + 1,
                    f"This row has {_cells(len(cells))}, the header has {len(rows[0])}",
                    "Every row has as many cells as the header.",
                )
            for at, cell in enumerate(cells):
                if len(cell) > MAX_CELL:
                    raise self.fault(
                        row,
                        at + 1,
                        f"This cell has {len(cell):,} characters",
                        f"Allowed are at most {MAX_CELL:,}.",
                    )
            rows.append(cells)

    def _quotes(self, row: int) -> FileError:
        line = self.lines[row - 1]
        column = re.sub(r'"[^"]*"', "", line.partition('"')[0]).count(self.separator) + 1
        return self.fault(
            row,
            column,
            "The quotation marks in this row do not match",
            "A quoted cell ends in its row; a quotation mark inside it is doubled.",
        )

    def names(self) -> dict[str, str]:
        """Return the header: names in their one form, with the headings as written."""
        names: dict[str, str] = {}
        alike: dict[str, str] = {}
        for at, heading in enumerate(self.rows[0], 1):
            try:
                key = canonical(heading)
            except InputError as error:
                what = f"`{excerpt(heading)}` is not a name" if heading else "A heading is empty"
                raise self.fault(
                    1, at, what, f"The first row names the columns. {error.allowed}"
                ) from error
            look = "".join(LOOK_ALIKES.get(c, c) for c in heading)
            if key in names or look in alike:
                other = names.get(key, alike.get(look, ""))
                raise self.fault(
                    1,
                    at,
                    f"The headings `{excerpt(other)}` and `{excerpt(heading)}` are one name",
                    "Each column has a name of its own.",
                )
            names[key] = alike[look] = heading
        return names

    def made_names(self) -> dict[str, str]:
        """Return names made of the headings, whatever they are, with the headings as written."""
        names: dict[str, str] = {}
        for at, heading in enumerate(self.rows[0], 1):
            key = stem = made_name(heading, at)
            count = 1
            while key in names:
                count += 1
                key = f"{stem}_{count}"
            names[key] = heading or f"column {at}"
        return names

    def body(self) -> Sequence[Sequence[str]]:
        """Return the rows below the header."""
        return self.rows[1:]


def made_name(heading: str, place: int = 1) -> str:
    """Return a name for formulas made of a heading.

    >>> made_name("sepal length (cm)"), made_name("", 3), made_name("2nd")
    ('sepal_length_cm', 'column_3', 'column_2nd')
    """
    name = re.sub(r"\W+", "_", heading).strip("_") or str(place)
    return name if name[0].isalpha() else f"column_{name}"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"


class _Kinds:
    """Tells what cells are; with `semicolons`, commas in numbers are decimal commas."""

    def __init__(
        self, semicolons: bool, rows: Sequence[Sequence[str]], loose: bool = False
    ) -> None:
        self.loose = loose
        self.comma = semicolons and any(
            _DECIMAL_COMMA.fullmatch(cell) for row in rows for cell in row
        )

    def plain(self, cell: str) -> str:
        """Return a number with a decimal point; other cells as they are."""
        decimal = self.comma and _DECIMAL_COMMA.fullmatch(cell)
        return cell.replace(",", ".") if decimal else cell

    def _fault(self, cell: str) -> str | None:
        """Return "" for a number, what is wrong with what is nearly one, None for text."""
        shown = excerpt(cell)
        number = self.plain(cell)
        if _NUMBER.fullmatch(number):
            if self.comma and "." in cell:
                return f"`{shown}` has a decimal point where others have commas"
            if len(cell) < FAST and "e" not in cell and "E" not in cell:
                return ""
            try:
                plain_number(number)
            except InputError as error:
                return f"`{shown}`: {error.message[0].lower()}{error.message[1:]}"
            beyond = math.isinf(float(number.replace("−", "-")))
            return f"`{shown}` is beyond all numbers" if beyond else ""
        if _SPOILT.fullmatch(cell):
            return f"`{shown}` is not a decimal number"
        return f"`{shown}` begins like a formula" if _FORMULA.match(cell) else None

    def of(self, cells: Sequence[str]) -> tuple[Kind, tuple[int, str] | None]:
        """Return the kind of a column, and the row and words of its first fault."""
        counts = Counter(cells)
        faults = {cell: self._fault(cell) for cell in counts if cell}
        words = sum(counts[cell] for cell, fault in faults.items() if fault is None)
        numbers = sum(counts[cell] for cell, fault in faults.items() if fault == "")
        kind: Kind = "number" if faults and (words <= numbers or not words) else "text"
        for row, cell in enumerate(cells):
            fault = faults.get(cell)
            if not cell and not self.loose and (kind == "number" or not faults):
                return kind, (row, "This cell is empty")
            if fault and (kind == "number" or _FORMULA.match(cell)):
                return kind, (row, fault)
            if fault is None and cell and kind == "number":
                return kind, (row, f"`{excerpt(cell)}` is no number, and others here are")
        return kind, None

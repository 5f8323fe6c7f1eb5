"""Files from elsewhere are data: what is read, what is refused and where, and safe names."""

from __future__ import annotations

import csv
import io
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import FileError
from chainrule.files import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, read_table, safe_name


def shown(data: bytes) -> dict[str, tuple[object, ...]]:
    columns = read_table(data).columns
    return {n: c.numbers() if c.kind == "number" else c.cells for n, c in columns.items()}


READ = {
    "commas": (b"x,y\n1,2\n", {"x": (1,), "y": (2,)}),
    "semicolons and decimal commas": (
        b"x;y\n1,5;-2,5e1\n3;4\n",
        {"x": (Fraction(3, 2), 3), "y": (-25, 4)},
    ),
    "semicolons and points": (b"x;y\n1.5;2\n", {"x": (Fraction(3, 2),), "y": (2,)}),
    "tabs": (b"x\ty\n1\ta b\n", {"x": (1,), "y": ("a b",)}),
    "carriage returns": (b"x,y\r1,2\r", {"x": (1,), "y": (2,)}),
    "both line ends": (b"x,y\r\n1,2\r\n", {"x": (1,), "y": (2,)}),
    "a byte order mark": (b"\xef\xbb\xbfx\n1\n", {"x": (1,)}),
    "empty lines at the end": (b"x\n1\n2\n\n\n", {"x": (1, 2)}),
    "quotes": (b'"x","y"\n"1","say ""hi"", twice"\n', {"x": (1,), "y": ('say "hi", twice',)}),
    "blanks around": (b"x , y\n 1 ,2 \n", {"x": (1,), "y": (2,)}),
    "a minus sign": ("x\n−2\n".encode(), {"x": (-2,)}),
    "exactly the decimal": (b"x\n0.1\n", {"x": (Fraction(1, 10),)}),
    "one name in two spellings": ("θ_0\n1\n".encode(), {"theta0": (1,)}),
    "no number for a name": (b"name,x\nNan,1\nBob,2\n", {"name": ("Nan", "Bob"), "x": (1, 2)}),
    "numbers among words": (b"g\na\nb\n1\n", {"g": ("a", "b", "1")}),
    "no word for a row": (b"g,x\n,1\na,2\n", {"g": ("", "a"), "x": (1, 2)}),
}


@pytest.mark.parametrize(("data", "wanted"), READ.values(), ids=READ)
def test_what_is_read(data: bytes, wanted: dict[str, tuple[object, ...]]) -> None:
    assert shown(data) == wanted


REFUSED = {
    # what: (data, row, column, offset in the decoded text)
    "nothing": (b"", 1, 0, 0),
    "no header": (b"1,2\n3,4\n", 1, 1, 0),
    "an empty first line": (b"\nx\n1\n", 1, 0, 0),
    "only a header": (b"x,y\n", 2, 0, 4),
    "a heading twice": (b"x,y,x\n1,2,3\n", 1, 3, 4),
    "a heading in two spellings": (b"x_1,x1\n1,2\n", 1, 2, 4),
    "headings that look alike": ("o,ο\n1,2\n".encode(), 1, 2, 2),
    "an empty heading": (b"x,,y\n1,2,3\n", 1, 2, 2),
    "a heading with underscores around": (b"x,__class__\n1,2\n", 1, 2, 2),
    "a heading that is a formula": (b"x,=1+1\n1,2\n", 1, 2, 2),
    "a row too short": (b"x,y\n1,2\n3\n", 3, 2, 9),
    "a row too long": (b"x,y\n1,2,3\n", 2, 3, 8),
    "an empty row": (b"x,y\n1,2\n\n3,4\n", 3, 1, 8),
    "an empty cell": (b"x,y\n1,2\n3,\n", 3, 2, 10),
    "a column of nothing": (b"x,y\n1,\n2,\n", 2, 2, 6),
    "hexadecimal": (b"x,y\n0x10,2\n", 2, 1, 4),
    "infinity": (b"x,y\n1,2\n3,-inf\n", 3, 2, 10),
    "not a number": (b"x\nnan\n", 2, 1, 2),
    "underscores": (b"x\n1_000\n", 2, 1, 2),
    "fullwidth digits": ("x\n１２\n".encode(), 2, 1, 2),
    "percent": (b"x\n50%\n", 2, 1, 2),
    "a decimal comma among commas": (b'x,y\n"1,5",2\n', 2, 1, 4),
    "comma and point": (b"x;y\n1,5;2.5\n", 2, 2, 8),
    "beyond doubles": (b"x\n1e999\n", 2, 1, 2),
    "too many digits": (b"x\n1e99999999\n", 2, 1, 2),
    "a word among numbers": (b"x,y\n1,2\n2,a\n3,4\n", 3, 2, 10),
    "a formula among numbers": (b"x,y\n1,2\n=1+1,3\n", 3, 1, 8),
    "a formula among words": (b"x,y\na,2\n@SUM(A1),3\n", 3, 1, 8),
    "an open quotation mark": (b'x,y\n1,"a\n2,3\n', 2, 2, 6),
    "a line end in quotation marks": (b'x,y\n1,"a\nb"\n', 2, 2, 6),
    "a zero character": (b"x,y\n1,a\x00b\n", 2, 2, 7),
    "a direction sign": ("x,y\n1,\u202ea\n".encode(), 2, 2, 6),
    "a tab among commas": (b"x,y\n1,a\tb\n", 2, 2, 7),
    "UTF-16": ("x,y\n1,2\n".encode("utf-16"), 1, 1, 0),
    "Latin-1": (b"x,y\n1,2\n3,\xe9\n", 3, 2, 10),
    "a long cell": (b"x\n" + b"a" * 1_001, 2, 1, 2),
    "the first of several": (b"x,y\n1,nan\nnan,1\n", 2, 2, 6),
}


@pytest.mark.parametrize(("data", "row", "column", "position"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_and_where(data: bytes, row: int, column: int, position: int) -> None:
    with pytest.raises(FileError) as raised:
        read_table(data)
    error = raised.value
    assert (error.row, error.column, error.position) == (row, column, position)
    assert f"row {row}" in str(error)
    assert error.allowed and error.message
    assert len(error.found) <= 40


def test_bytes_rows_and_columns_are_limited_before_anything_is_read() -> None:
    with pytest.raises(FileError, match=r"5,000,001 bytes \(row 2\)"):
        read_table(b"x\n" + b"1" * (MAX_BYTES - 1))
    with pytest.raises(FileError, match=rf"{MAX_ROWS + 1:,} rows \(row {MAX_ROWS + 2}\)"):
        read_table(b"x\n" + b"1\n" * (MAX_ROWS + 1))
    header = ",".join(f"x{i}" for i in range(MAX_COLUMNS + 1))
    with pytest.raises(FileError, match=rf"101 columns \(row 1, column {MAX_COLUMNS + 1}\)"):
        read_table(header.encode())
    assert read_table(b"x\n" + b"1\n" * MAX_ROWS).rows == MAX_ROWS


@given(st.binary(max_size=60) | st.text(",;\t\n\r\"'=-1.5eExyo_ο ", max_size=40).map(str.encode))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        table = read_table(data)
    except FileError as error:
        assert error.row >= 1 and error.column >= 0
        assert 0 <= error.position <= len(data)
        assert len(str(error).splitlines()[0]) < 200
    else:
        assert all(len(column.cells) == table.rows for column in table.columns.values())


@given(st.lists(st.tuples(st.decimals(-1000, 1000, places=3), st.from_regex(r"\A[a-z]{1,8}\Z"))))
def test_what_the_standard_library_writes_is_read(rows: list[tuple[object, str]]) -> None:
    into = io.StringIO()
    csv.writer(into).writerows([("x", "word"), (1, "w"), *rows])
    table = read_table(into.getvalue().encode())
    assert table.columns["x"].numbers() == (1, *(Fraction(str(x)) for x, _ in rows))


def test_numbers_are_asked_of_columns_of_numbers() -> None:
    with pytest.raises(FileError, match="`group` holds text"):
        read_table(b"group\na\n").columns["group"].numbers()


NAMES = {
    "../../../../etc/passwd": "etc_passwd",
    "..／..／x": "x",
    "C:\\Windows\\x.dll": "C_Windows_x.dll",
    "x;touch y": "x_touch_y",
    "x. ": "x",
    "-rf": "rf",
    ".htaccess": "htaccess",
    "CON": "_CON",
    "aux.tar.gz": "_aux.tar.gz",
    "COM¹.txt": "_COM1.txt",
    "\u202egpj.exe": "gpj.exe",
    "a\r\nSet-Cookie: b": "a_Set-Cookie_b",
    "": "chainrule",
    "..": "chainrule",
    "Übung 3.pdf": "Übung_3.pdf",
    "日本語.csv": "日本語.csv",
}


@pytest.mark.parametrize(("typed", "kept"), NAMES.items())
def test_names(typed: str, kept: str) -> None:
    assert safe_name(typed) == kept


@given(st.text(max_size=300) | st.text("./\\-_ \x00cCoOnN1é", max_size=40))
def test_every_name_is_safe_and_stays_what_it_is(typed: str) -> None:
    kept = safe_name(typed)
    assert kept == safe_name(kept)
    assert 0 < len(kept) <= 101 and len(kept.encode()) <= 201
    assert all(c in "._-" or unicodedata.category(c)[0] in "LN" for c in kept)
    assert kept[0] not in ".-" and kept[-1] not in "._-" and ".." not in kept

"""Tables as XLSX, read and written as data: a ZIP of XML files of which no more is taken than text.

A workbook is read with the standard library, since all that is asked of it are the cells of its
first sheet (ECMA-376, part 1, chapter 18). A document type is refused, and so no entity is known.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from chainrule.files import MAX_BYTES, MAX_COLUMNS, MAX_ROWS

_NAMESPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_PLACE: Final = re.compile(r"([A-Z]{1,3})\d+")

DATE: Final = "(a date)"
"""What stands for a day, into which a spreadsheet has turned a fraction: it is not read."""


def read_workbook(content: bytes) -> list[list[str]]:
    """Return the rows of the first sheet of a workbook, as words.

    >>> read_workbook(workbook([["cell", "answer"], ["1.value:t", "2,25"]]))
    [['cell', 'answer'], ['1.value:t', '2,25']]

    Raises
    ------
    ValueError
        If it is no workbook, or larger than a table may be.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = sorted((n for n in archive.namelist() if _SHEET.fullmatch(n)), key=_in_order)
        if not names:
            raise ValueError("no workbook")
        shared: list[str] = []
        if "xl/sharedStrings.xml" in archive.namelist():
            strings = _parsed(archive, "xl/sharedStrings.xml")
            shared = [_text(one) for one in strings.findall(f"{{{_NAMESPACE}}}si")]
        dates: set[str] = set()
        if "xl/styles.xml" in archive.namelist():
            dates = _date_styles(_parsed(archive, "xl/styles.xml"))
        return list(_rows(_parsed(archive, names[0]), shared, dates))


def _in_order(name: str) -> tuple[int, str]:
    return len(name), name


def _parsed(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with archive.open(name) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES or b"<!" in content.replace(b"<!--", b"").replace(b"<![", b""):
        raise ValueError("the workbook is too large or no plain one")
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ValueError("the workbook is damaged") from error


def _text(element: ElementTree.Element) -> str:
    return "".join(one.text or "" for one in element.iter(f"{{{_NAMESPACE}}}t"))


def _date_styles(styles: ElementTree.Element) -> set[str]:
    """Return the styles in which a number is shown as a day: what somebody typed as 1/2."""
    days = {str(number) for number in (*range(14, 23), *range(45, 48))}
    for own in styles.iter(f"{{{_NAMESPACE}}}numFmt"):
        if re.search(r"[dmy]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", own.get("formatCode", ""))):
            days.add(own.get("numFmtId", ""))
    cells = styles.find(f"{{{_NAMESPACE}}}cellXfs")
    return {
        str(at)
        for at, one in enumerate(cells if cells is not None else ())
        if one.get("numFmtId") in days
    }


def _rows(
    sheet: ElementTree.Element, shared: Sequence[str], dates: Collection[str]
) -> Iterator[list[str]]:
    for count, line in enumerate(sheet.iter(f"{{{_NAMESPACE}}}row"), start=1):
        if count > MAX_ROWS:
            raise ValueError("too many rows")
        row: list[str] = []
        for cell in line.findall(f"{{{_NAMESPACE}}}c"):
            place = _PLACE.fullmatch(cell.get("r", ""))
            at = _column(place[1]) if place else len(row)
            if at >= MAX_COLUMNS:
                break
            row += [""] * (at + 1 - len(row))
            row[at] = DATE if cell.get("s") in dates else _value(cell, shared)
        yield row


def _column(letters: str) -> int:
    at = 0
    for letter in letters:
        at = 26 * at + ord(letter) - ord("A") + 1
    return at - 1


def _value(cell: ElementTree.Element, shared: Sequence[str]) -> str:
    """Return what a cell shows; a number in the fewest digits that tell its double."""
    kind, value = cell.get("t", "n"), cell.findtext(f"{{{_NAMESPACE}}}v", "")
    if kind == "inlineStr":
        return _text(cell)
    if kind == "s":
        at = int(value or -1)
        return shared[at] if 0 <= at < len(shared) else ""
    if kind == "n" and value:
        return f"{float(value):.15g}"
    return value


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as a workbook of one sheet; every cell is text, and so none is ever run."""
    begin, end = '<c t="inlineStr" s="1"><is><t xml:space="preserve">', "</t></is></c>"
    cells = ([begin + escape(_printable(cell)) + end for cell in row] for row in rows)
    lines = "".join(f"<row>{''.join(row)}</row>" for row in cells)
    main, office = f'xmlns="{_NAMESPACE}"', f'xmlns:r="{_OFFICE}"'
    relation = f'<Relationship Id="rId{{}}" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    part = '<Override PartName="/xl/{}.xml" ContentType="' + content + '.{}+xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + part.format("workbook", "sheet.main")
        + part.format("styles", "styles")
        + part.format("worksheets/sheet1", "worksheet")
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + relation.format(1, "officeDocument", "xl/workbook.xml")
        + "</Relationships>",
        "xl/workbook.xml": f'<workbook {main} {office}><sheets><sheet name="answers" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + relation.format(1, "worksheet", "worksheets/sheet1.xml")
        + relation.format(2, "styles", "styles.xml")
        + "</Relationships>",
        # Format 49 is text, so that 2,25 stays what was typed and 1/2 is no day.
        "xl/styles.xml": f"<styleSheet {main}><fonts><font/></fonts><fills><fill/></fills>"
        "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/>"
        '<xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet {main}><cols><col min="1" max="9" width="24" '
        f'style="1" customWidth="1"/></cols><sheetData>{lines}</sheetData></worksheet>',
    }
    return packed(parts)


def packed(parts: Mapping[str, str]) -> bytes:
    """Return a ZIP of XML files by name: the same text, the same bytes."""
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, text in parts.items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (head + text).encode("utf-8", "replace"))
    return into.getvalue()


def _printable(cell: str) -> str:
    """Return a cell without what XML has no sign for."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", cell)

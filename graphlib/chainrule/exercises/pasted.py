r"""Tables that somebody pastes: our own CSV and LaTeX, and plain tables as students write them.

A heading says what its column holds; a row is about the node in it, and about the edge where a
local partial stands in it. Nothing here judges: `marking` does. Every fault has row and column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from chainrule.errors import FileError, excerpt
from chainrule.exercises.answers import number
from chainrule.exercises.cells import PASSES, canonical_id, canonical_name
from chainrule.exercises.pasted_latex import latex_rows, plain_cell
from chainrule.exercises.worksheet import Worksheet

MOST_CHARACTERS: Final = 20_000
MOST_ROWS, MOST_COLUMNS, MOST_FAULTS = 1_000, 40, 20

Row = tuple[int, list[str]]
"""A row: its number in the table, counted from 1, and its cells."""

_NUMBER: Final = re.compile(r"\s*\d{1,3}\s*[.)]\s*")
"""The number of a task before a cell's id, as a sheet and its answer form have it."""

_HEADINGS: Final[Mapping[str, str]] = {
    heading: kind
    for kind, headings in {
        "name": "name",
        "node": "node|variable|step|variable and formula",
        "cell": "cell|id",
        "": "what is asked|state|why|points",
        "answer": "answer|your answer",
        "edge": "local partial|local derivative|edge",
        "value": "value",
        "partial": "partial’s value|partial's value|value of the partial|"
        "number|partial|local partial's value",
        "formula": "formula",
        "share": "share",
        "adjoint": "adjoint|bar",
        "tangent": "tangent|dot",
        "derivative": "derivative|accumulated derivative",
    }.items()
    for heading in headings.split("|")
}
_ADJOINT = re.compile(r"[∂d]\s*\S+\s*/\s*[∂d]\s*node")
_TANGENT = re.compile(r"[∂d]\s*node\s*/\s*[∂d]\s*\S+")
_EDGE = re.compile(r"[∂d]\s*(\S+?)\s*/\s*[∂d]\s*(\S+?)(?:\s*=\s*(.*))?", re.DOTALL)
_PAIR = re.compile(r"([^\s,]+)\s*,\s*([^\s,]+)")
_BESIDE = ", exact"
"""A column of closed forms, beside that of the decimals."""

_NOTHING = frozenset(("", "-", "–", "—", "seed", "none", "0 0"))
_LOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_KNOWN = "node, local partial, value, partial's value, share, adjoint, tangent; or cell, answer"


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found in a table.

    Parameters
    ----------
    answers
        By cell id, as written.
    faults
        What could not be used, each with its row and column; the rest is in `answers`.
    """

    answers: Mapping[str, str]
    faults: tuple[FileError, ...] = ()


def read_pasted(text: str, sheet: Worksheet, format: str = "") -> Pasted:
    r"""Read a pasted table.

    >>> import chainrule
    >>> graph = chainrule.parse("J = 3t; t = x^2")
    >>> table = "node; value; adjoint\nJ; 6,75; 1\nt; 2,25; 3\n"
    >>> dict(read_pasted(table, Worksheet(graph.reverse({"x": "1.5"}).view)).answers)["adjoint:t"]
    '3'

    Parameters
    ----------
    sheet
        The cells that there are.
    format
        "csv" or "latex"; by default what it looks like.

    Raises
    ------
    FileError
        If it is too large, or has no row below its headings.
    """
    if len(text) > MOST_CHARACTERS:
        raise FileError(
            f"The table has {len(text):,} characters",
            row=1,
            allowed=f"Allowed are at most {MOST_CHARACTERS:,}.",
        )
    is_latex = format == "latex" or (not format and ("\\\\" in text or "\\begin" in text))
    rows = latex_rows(text) if is_latex else _csv_rows(text)
    if len(rows) > MOST_ROWS or any(len(cells) > MOST_COLUMNS for _, cells in rows):
        raise FileError(
            "The table is too large",
            row=min(len(rows), MOST_ROWS),
            allowed=f"Allowed are {MOST_ROWS:,} rows and {MOST_COLUMNS} columns.",
        )
    if not rows:
        raise FileError("The table is empty", row=1, allowed=f"Headings are {_KNOWN}.")
    reader = _Reader(sheet)
    reader.read(rows)
    told, more = reader.faults[:MOST_FAULTS], reader.faults[MOST_FAULTS:]
    if more:
        told.append(FileError(f"There are {len(more)} more of these faults", row=more[0].row))
    return Pasted(reader.answers, tuple(told))


def _csv_rows(text: str) -> list[Row]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")
    bars = any(line.lstrip().startswith("|") for line in lines)
    if bars:  # Markdown, in which words stand around the table
        lines = [line if line.lstrip().startswith("|") else "" for line in lines]
    head = next((line for line in lines if line.strip()), "")
    separator = "|" if bars else max("\t;,", key=head.count)
    rows: list[Row] = []
    for count, line in enumerate(lines, 1):
        bare = line.strip().removeprefix("|").removesuffix("|") if bars else line
        if not bare.strip() or (bars and not bare.strip("-:| ")):
            continue
        cells = next(csv.reader([bare], delimiter=separator, skipinitialspace=True))
        rows.append((count, [_bare(cell) for cell in cells]))
    return rows


def _bare(cell: str) -> str:
    """Return a cell as plain text, without the mark that guards spreadsheets."""
    cell = cell.strip()
    if "$" in cell:  # formulas, and in Markdown the stars of what is bold
        cell = plain_cell(re.sub(r"\*\*(\$[^$]*\$)\*\*", r"\1", cell))
    return cell[1:] if re.match(r"'[=+\-@−]", cell) else cell


@dataclass(slots=True)
class _Reader:
    """Turns rows into answers."""

    sheet: Worksheet
    answers: dict[str, str] = field(default_factory=dict)
    faults: list[FileError] = field(default_factory=list)
    columns: dict[int, str] = field(default_factory=dict)
    node: str = ""

    def _fault(self, row: int, column: int, message: str, allowed: str) -> None:
        self.faults.append(FileError(message, row=row, column_number=column, allowed=allowed))

    def read(self, rows: list[Row]) -> None:
        if rows[0][1] and _is_id(rows[0][1][0]):
            self.columns = {0: "cell", 1: "answer"}
        else:
            self._headings(*rows[0])
            rows = rows[1:]
        kinds = set(self.columns.values())
        if not kinds & {"node", "name", "cell"}:
            raise FileError(
                "No column says which node a row is about",
                row=1,
                allowed=f"The first row names the columns: {_KNOWN}.",
            )
        if not rows:
            raise FileError(
                "There is no row below the headings", row=2, allowed="One row a node or edge."
            )
        for row, cells in rows:
            if len(cells) > max(len(self.columns), max(self.columns) + 1):
                self._fault(
                    row,
                    max(self.columns) + 2,
                    f"This row has {len(cells)} cells, more than there are headings",
                    "With decimal commas, part the cells with semicolons.",
                )
                continue
            if "cell" in kinds:
                self._pair(row, cells)
            else:
                self._row(row, cells)

    def _headings(self, row: int, cells: list[str]) -> None:
        for at, cell in enumerate(cells):
            plain = " ".join(cell.lower().translate(_LOW).split())
            kind = "" if plain.endswith(_BESIDE) else _HEADINGS.get(plain)
            if kind is None and _ADJOINT.fullmatch(plain):
                kind = "adjoint"
            if kind is None and _TANGENT.fullmatch(plain):
                kind = "tangent"
            if kind is None and plain:
                self._fault(row, at + 1, f"The heading `{excerpt(cell)}` is not known", _KNOWN)
            self.columns[at] = kind or ""

    def _pair(self, row: int, cells: list[str]) -> None:
        found = {self.columns.get(at, ""): (at, cell) for at, cell in enumerate(cells)}
        at, id = found.get("cell", (0, ""))
        if not id:
            return
        id, words = canonical_id(_NUMBER.sub("", id)), found.get("answer", (1, ""))[1]
        if words and self.answers.get(id, words) not in ("", words):
            self._fault(
                row,
                at + 1,
                f"`{excerpt(id)}` stands here again with another answer",
                f"The first one counts: {excerpt(self.answers[id])}.",
            )
        elif words or id not in self.answers:
            self._put(row, at + 1, id, words)

    def _row(self, row: int, cells: list[str]) -> None:
        found: dict[str, tuple[int, str]] = {}
        for at, cell in enumerate(cells):
            found.setdefault(self.columns.get(at, ""), (at + 1, cell))
        self._about(row, found)
        edge = self._edge(row, found)
        for kind, (column, words) in found.items():
            if kind in ("", "name", "node", "edge") or words in _NOTHING:
                continue
            if kind in ("partial", "share", "formula"):
                if edge is not None:
                    self._put(row, column, f"{kind}:{edge[0]},{edge[1]}", words)
                else:
                    self._fault(
                        row,
                        column,
                        "It is not said to which edge this belongs",
                        "Name it in a column `local partial`, such as ∂u/∂t.",
                    )
            elif self.node:
                here = self._mode(edge) if kind == "derivative" else kind
                # A sum that grows from row to row: what stands behind the last equals sign.
                last = words if kind == "value" else words.rpartition("=")[2].strip()
                self._put(row, column, f"{here}:{self.node}", last)

    def _about(self, row: int, found: Mapping[str, tuple[int, str]]) -> None:
        for kind in ("name", "node"):
            column, words = found.get(kind, (0, ""))
            name = words.partition("=")[0].strip()
            if not name:
                continue
            label = canonical_name(name)
            if f"value:{label}" not in self.sheet.cells:
                self._fault(
                    row,
                    column,
                    f"There is no node `{excerpt(name)}` here",
                    f"Nodes are {', '.join(self._labels())}.",
                )
                label = ""
            self.node = label
            return

    def _labels(self) -> Iterable[str]:
        names = list(self.sheet.backward.labels.values())
        return [*names[:12], "…"] if len(names) > 12 else names

    def _edge(self, row: int, found: Mapping[str, tuple[int, str]]) -> tuple[str, str] | None:
        column, words = found.get("edge", (0, ""))
        if words.lower() in _NOTHING:
            return self._only_edge() if not column else None
        read = _EDGE.fullmatch(words) or _PAIR.fullmatch(words)
        if read is None:
            self._fault(row, column, f"`{excerpt(words)}` names no edge", "Such as ∂u/∂t or u,t.")
            return None
        ends = canonical_name(read[1]), canonical_name(read[2])
        if f"partial:{ends[0]},{ends[1]}" not in self.sheet.cells:
            self._fault(
                row,
                column,
                f"There is no edge ∂{excerpt(read[1])}/∂{excerpt(read[2])} here",
                "An edge is ∂user/∂operand, of two nodes that follow each other.",
            )
            return None
        formula = read[3] if read.re is _EDGE else None
        if formula and "formula" not in self.columns.values():
            self._put(row, column, f"formula:{ends[0]},{ends[1]}", formula.strip())
        return ends

    def _only_edge(self) -> tuple[str, str] | None:
        """Return the edge of a row in which none is named, where there is but one."""
        edges = [id.partition(":")[2] for id in self.sheet.cells if id.startswith("partial:")]
        mine = [edge.split(",") for edge in edges if edge.split(",")[1] == self.node]
        return (mine[0][0], mine[0][1]) if len(mine) == 1 else None

    def _mode(self, edge: tuple[str, str] | None) -> str:
        """Tell a column that is only called derivative: users above mean the backward table."""
        if edge is not None:
            return "tangent" if edge[0] == self.node else "adjoint"
        seeded = self.sheet.backward.labels[self.sheet.output] == self.node
        return "adjoint" if seeded else "tangent"

    def _put(self, row: int, column: int, id: str, words: str) -> None:
        kind = id.partition(":")[0]
        is_cell = id in self.sheet.cells
        if kind in ("share", "formula"):
            is_cell = f"partial:{id.partition(':')[2]}" in self.sheet.cells
        if not is_cell:
            self._fault(
                row,
                column,
                f"There is no cell `{excerpt(id)}` here",
                "Cells are like value:u, partial:u,t, adjoint:t.",
            )
            return
        if kind != "formula" and words and number(words) is None:
            self._fault(
                row,
                column,
                f"`{excerpt(words)}` is not a number",
                "A number such as 0.25, 0,25, 1/4 or sqrt(2)/2.",
            )
        self.answers[id] = words


def _is_id(cell: str) -> bool:
    kind, colon, _ = _NUMBER.sub("", cell).partition(":")
    return bool(colon) and kind.strip() in PASSES

"""One layout for everything tabular: what a reading gives and every format prints.

A reading lays out its cells once, as a `Grid`; a format prints grids and knows no reading.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chainrule.errors import needed
from chainrule.readings.catalogue import CAPTIONS, EXPORTED, MARK, MARKS, WORDS
from chainrule.readings.document import (
    EMPTY,
    Asked,
    Block,
    Cell,
    Document,
    Heading,
    Mark,
    Paragraph,
    State,
    Written,
)
from chainrule.readings.prose import Prose, filled, prose_text
from chainrule.readings.terms import Role, Symbol, Term, Word, text

if TYPE_CHECKING:
    import pandas

NAMES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Header:
    """A column.

    Parameters
    ----------
    key
        Its name in a row's cells, in JSON, and for programs.
    term
        Its heading.
    numeric
        Whether it holds numbers, which stand at the right.
    word
        Its heading where the columns of all runs shall be called the same, as in CSV; by
        default that of `term`.
    data
        Whether only programs see it: CSV, JSON, data frames.
    width
        Its part of the width of a page that is written on.
    """

    key: str
    term: Term
    numeric: bool = False
    word: str = ""
    data: bool = False
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row.

    Parameters
    ----------
    cells
        By column; where one is missing, a cell further up reaches down here.
    node
        Label of the node that the row is about, by which it can be lit.
    edge
        Labels of user and operand, where it is about an edge.
    first, last
        Whether a group of rows begins, and ends, with it.
    """

    cells: Mapping[str, Cell]
    node: str = ""
    edge: tuple[str, str] | None = None
    first: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning in words, the rows and the cells that it is about."""

    mark: Mark
    sentence: str
    nodes: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The names of the nodes in whose rows the warning stands, the first few."""
        shown = ", ".join(self.nodes[:NAMES_SHOWN])
        return shown + (", …" if len(self.nodes) > NAMES_SHOWN else "")

    @property
    def line(self) -> str:
        """The warning as a line: sign, word, rows, and the sentence."""
        where = f" ({self.where})" if self.nodes else ""
        return f"{MARK} {MARKS[self.mark]}{where}: {self.sentence}"


class Tabular(Written):
    """What can be laid out as a grid, and so be written in every format."""

    __slots__ = ()

    @abstractmethod
    def grid(self) -> Grid:
        """Return it laid out: headers, rows of cells, and what is remarked on them."""

    def document(self, heading: str = "") -> Document:
        """Return it as a document, under a title of one's own."""
        grid = self.grid()
        if not heading:
            return Document((grid,), prose_text(grid.caption))
        return Document((Heading(heading), grid), heading, {"title": heading})

    def dataframe(self) -> pandas.DataFrame:
        """Return it as a pandas DataFrame.

        Columns have the names that they have in JSON, those for programs included; cells that span
        stand in every row. A number is a float, `nan` where it is undefined or missing; what is no
        single number (a formula, an array) is text. Where rows are about nodes, the index is the
        node's name; else it is the first column, if that is one of words. `attrs` has the caption,
        what was asked, the remarks and, row by row, the ids of cells.
        """
        return _frame(self.grid())


@dataclass(frozen=True, slots=True)
class Grid(Tabular, Block):
    """A table of cells, whatever it is about.

    Parameters
    ----------
    kind
        What it is: "backward", "forward", "cost", ….
    caption
        What is tabulated, in words.
    headers, rows
        Its columns and rows.
    note
        A quiet line below it, such as how many digits are shown.
    about
        What was asked, as plain data: mode, goal, seeds, point.
    further
        Remarks beside those on single cells.
    """

    kind: str
    caption: Prose
    headers: tuple[Header, ...]
    rows: tuple[GridRow, ...]
    note: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    further: tuple[Remark, ...] = ()

    def grid(self) -> Grid:
        """Return itself."""
        return self

    @property
    def columns(self) -> tuple[Header, ...]:
        """The columns that people see."""
        return tuple(header for header in self.headers if not header.data)

    @property
    def form(self) -> bool:
        """Whether it is written on."""
        return any(header.width for header in self.headers)

    @property
    def notes(self) -> tuple[Paragraph, ...]:
        """What stands below it: the quiet line, and every warning."""
        quiet = (Paragraph((self.note,), "quiet"),) if self.note else ()
        return (*quiet, *(Paragraph((remark.line,), "warning") for remark in self.remarks))

    def filled(self) -> Iterator[tuple[GridRow, Mapping[str, Cell]]]:
        """Yield the rows, each with all cells, those too that reach down from further up."""
        above: dict[str, Cell] = {}
        for row in self.rows:
            above |= {key: cell for key, cell in row.cells.items() if cell.rows > 1}
            reaching = {key: cell for key, cell in above.items() if key not in row.cells}
            yield row, {**reaching, **row.cells} if reaching else row.cells

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Every warning once, with the rows and cells that it is about."""
        found: dict[tuple[Mark, str], list[tuple[str, str]]] = {}
        columns = [header.key for header in self.columns]
        for row in self.rows:
            for cell in (row.cells[key] for key in columns if key in row.cells):
                if cell.mark:
                    found.setdefault((cell.mark, cell.why), []).append((row.node, cell.id))
        marked = (
            Remark(
                mark,
                why,
                tuple(dict.fromkeys(text(Symbol(name)) for name, _ in places if name)),
                tuple(cell for _, cell in places if cell),
            )
            for (mark, why), places in found.items()
        )
        return tuple(marked) + self.further


def words(shown: str, role: Role | None = None, id: str = "") -> Cell:
    """Return a cell of words."""
    return Cell(Word(shown), id, role)


def listing(
    kind: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[str, Sequence[Cell]]],
    *,
    numbers: Collection[str] = (),
    gaps: Mapping[str, Term | str | Prose] | None = None,
    note: str = "",
    about: Mapping[str, Any] | None = None,
) -> Grid:
    """Return rows as one group, under the caption and the headings that the catalogue has for them.

    Parameters
    ----------
    kind
        What it is; its caption has the same key.
    columns
        Key of each column, and that of its heading.
    rows
        Label of the node that a row is about, empty for none, and the cells of all columns.
    numbers
        The columns that hold numbers.
    gaps
        What fills the gaps of the caption.
    """
    heads = (Header(key, Word(WORDS[word]), key in numbers) for key, word in columns.items())
    made = [GridRow(dict(zip(columns, cells, strict=True)), node) for node, cells in rows]
    caption = filled(CAPTIONS[kind], gaps or {})
    return Grid(kind, caption, tuple(heads), grouped(made), note, about or {})


def grouped(rows: Sequence[GridRow]) -> tuple[GridRow, ...]:
    """Return rows as one group."""
    end = len(rows) - 1
    return tuple(replace(r, first=i == 0, last=i == end) for i, r in enumerate(rows))


def _frame(grid: Grid) -> pandas.DataFrame:
    library = needed("pandas", "frames")
    rows = list(grid.filled())
    columns = {
        header.key: [_plain(cells.get(header.key), header.numeric) for _row, cells in rows]
        for header in grid.headers
    }
    if any(row.node for row, _ in rows):
        index = library.Index([row.node for row, _ in rows], name=EXPORTED["name"])
    elif grid.headers and not grid.headers[0].numeric:
        first = grid.headers[0]
        index = library.Index(columns.pop(first.key), name=first.key)
    else:
        index = library.RangeIndex(len(rows))
    frame: pandas.DataFrame = library.DataFrame(columns, index=index)
    frame.attrs = {
        "caption": "".join(part if isinstance(part, str) else text(part) for part in grid.caption),
        **grid.about,
        "remarks": [remark.sentence for remark in grid.remarks],
        "ids": [_ids(cells) for _row, cells in rows],
    }
    return frame


def _ids(cells: Mapping[str, Cell]) -> dict[str, str]:
    return {key: cell.id for key, cell in cells.items() if cell.id}


def _plain(cell: Cell | None, numeric: bool) -> Any:
    if cell is None or cell.term is None:
        return math.nan if numeric else ""
    if cell.state == "undefined":
        return math.nan
    try:
        return float(cell.digits) if numeric else text(cell.term)
    except ValueError:
        return cell.digits or (math.nan if numeric else text(cell.term))


__all__ = [
    "EMPTY",
    "Asked",
    "Cell",
    "Grid",
    "GridRow",
    "Header",
    "Mark",
    "Remark",
    "State",
    "Tabular",
    "grouped",
    "listing",
    "words",
]

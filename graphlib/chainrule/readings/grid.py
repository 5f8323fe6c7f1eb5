"""One layout for everything tabular: what a reading gives and every format prints.

A reading lays out its cells once, as a `Grid`; a format prints grids and knows no reading.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from chainrule.readings.catalogue import MARK, MARKS
from chainrule.readings.document import Block, Document, Heading, Paragraph, Written
from chainrule.readings.prose import Prose, prose_text
from chainrule.readings.terms import APPROXIMATELY, Coloured, Role, Row, Symbol, Term, Word, text

if TYPE_CHECKING:
    import pandas

Mark = Literal["", "undefined", "corrected", "kink", "border", "differs", "undecided", "missing"]
State = Literal["text", "number", "undefined", "corrected"]
_STATES: Mapping[Mark, State] = {"undefined": "undefined", "corrected": "corrected"}
NAMES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What makes a cell one to fill in: its name on the whole document, and what may be chosen."""

    name: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Parameters
    ----------
    term
        What is shown; None for an empty cell.
    id
        The cell's id, such as `value:u`; empty for a cell that can neither be asked for nor
        pointed at. Of the rows of a running sum, the last has it.
    role
        Whose colour it takes.
    digits
        All digits of a number; empty for what is no number.
    mark, why
        The warning that stands beside it, if any, and the warning in words.
    rows
        How many rows the cell spans.
    lead
        What comes before the total of a running sum: "+ 1.9324 =".
    final
        Whether the number is the total of a sum with several terms.
    share
        Id of the share that this row adds, where `id` is that of the sum.
    exact
        The number as a short closed form, where the one shown is rounded: 1/3, 1 + e⁻⁹.
    asked
        Where it is to be filled in; `term` is then what stands there already.
    """

    term: Term | None
    id: str = ""
    role: Role | None = None
    digits: str = ""
    mark: Mark = ""
    why: str = ""
    rows: int = 1
    lead: Term | None = None
    final: bool = False
    share: str = ""
    exact: Term | None = None
    asked: Asked | None = None

    @property
    def before(self) -> Term | None:
        """What stands before the number: its share in a sum, or its closed form."""
        if self.lead is not None or self.exact is None:
            return self.lead
        exact = Coloured("quiet", self.exact)
        # A number that is only next to nothing brings a sign of its own: ≈ 0.
        signed = self.term is not None and text(self.term).lstrip().startswith(APPROXIMATELY.text)
        return exact if signed else Row((exact, APPROXIMATELY))

    @property
    def state(self) -> State:
        """Whether it is a number, undefined, corrected, or no number at all."""
        return _STATES.get(self.mark, "number") if self.digits else "text"


EMPTY = Cell(None)


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
        """Return it as a pandas DataFrame: numbers as floats, everything else as words."""
        from chainrule.readings.frame import dataframe

        return dataframe(self.grid())


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


def grouped(rows: Sequence[GridRow]) -> tuple[GridRow, ...]:
    """Return rows as one group."""
    end = len(rows) - 1
    return tuple(replace(r, first=i == 0, last=i == end) for i, r in enumerate(rows))


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
    "words",
]

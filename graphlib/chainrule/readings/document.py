"""One small tree for what people read: headings, prose, formulas, grids, fields and pictures.

A reading or a sheet says once what stands where, as a `Document`; a format writes documents and
knows neither readings nor sheets.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chainrule.graph.collector import collector_held
from chainrule.readings.prose import Prose
from chainrule.readings.terms import APPROXIMATELY, Coloured, Role, Row, Term, text
from chainrule.typesetting import SECONDS, typeset

Mark = Literal["", "undefined", "corrected", "kink", "border", "differs", "undecided", "missing"]
State = Literal["text", "number", "undefined", "corrected"]
_STATES: Mapping[Mark, State] = {"undefined": "undefined", "corrected": "corrected"}
NOTEBOOK_ROWS = 500


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


class Block:
    """A part of a document; two stand elsewhere, `grid.Grid` and `picture.Picture`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Heading(Block):
    """A heading.

    Parameters
    ----------
    level
        1 for the title of the whole, 2 below it.
    number, aside, points
        What stands before it, across from it, and in a box across from it: what a task earns.
    """

    words: str
    level: int = 1
    number: str = ""
    aside: str = ""
    points: str = ""


@dataclass(frozen=True, slots=True)
class Signature(Block):
    """The line for a student's name and number, and the box for the sum of the points."""

    name: str
    points: str


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """A paragraph; one that is quiet or a warning is a small note."""

    prose: Prose
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Formulas(Block):
    """Displayed formulas, as many in a line as there is room for."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a numbered list: a step that is told.

    Parameters
    ----------
    title, prose
        What happens, and why.
    phase, rule
        Of what it is a part, and by which rule it is made, in words.
    lines
        Equations aligned at their equals signs, as left and right sides.
    about
        Where it belongs, as plain data.
    cells
        The numbers that become known.
    """

    title: Prose
    phase: str
    rule: str
    prose: Prose
    lines: tuple[tuple[Term | None, Term], ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries(Block):
    """A numbered list."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Field(Block):
    """One cell to fill in, in a line of its own.

    Parameters
    ----------
    prose
        The words before it.
    wide
        Whether it holds more than a number.
    drawn
        Whether on paper it is drawn into the picture above.
    """

    prose: Prose
    cell: Cell
    wide: bool = False
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Space(Block):
    """Room to work in, in lines."""

    lines: int


@dataclass(frozen=True, slots=True)
class Renderer:
    """A format in which documents are written.

    Parameters
    ----------
    name, suffix
        Its name on the command line, and the suffix of its files, with the dot.
    write
        Writes a document: a piece to paste, or with True a whole page or file. HTML takes further
        options.
    """

    name: str
    suffix: str
    write: Callable[..., str]


RENDERERS: dict[str, Renderer] = {}
"""The formats by their names; `chainrule.readings.render` fills it."""


class Written:
    """What can be written as a document, and so in every format."""

    __slots__ = ()

    @abstractmethod
    def document(self, heading: str = "") -> Document:
        """Return it as a document, under a title of one's own."""

    def to(self, format: str, *, document: bool = False) -> str:
        """Return it in a format of `RENDERERS`.

        Parameters
        ----------
        document
            Whether a whole page or document is returned rather than a piece to paste.

        Raises
        ------
        ValueError
            If there is no such format; says which there are.
        """
        if format not in RENDERERS:
            raise ValueError(f"no format {format!r}; formats are: {', '.join(RENDERERS)}")
        with collector_held():
            return RENDERERS[format].write(self.document(), document)

    def html(self, *, document: bool = False, prefix: str = "", style: bool = True) -> str:
        """Return it as HTML with MathML and its style; `prefix` goes before every id."""
        write = RENDERERS["html"].write
        return write(self.document(), document, prefix=prefix, style=style)

    def latex(self, *, document: bool = False) -> str:
        """Return it as LaTeX, which needs amsmath and booktabs."""
        return self.to("latex", document=document)

    def typst(self, *, document: bool = False) -> str:
        """Return it as Typst, which needs nothing else."""
        return self.to("typst", document=document)

    def pdf(self, *, timeout: float = SECONDS) -> bytes:
        """Return it as a PDF, typeset by Typst in a worker.

        Raises
        ------
        OutsideTimeout
            If that takes longer than `timeout` seconds.
        """
        return typeset(self.to("typst", document=True), timeout=timeout)

    def json(self) -> str:
        """Return it as JSON: every cell with its id and all digits."""
        return self.to("json")

    def markdown(self) -> str:
        """Return it as Markdown."""
        return self.to("markdown")

    def csv(self) -> str:
        """Return it as CSV with all digits."""
        return self.to("csv")

    def text(self) -> str:
        """Return it as plain text."""
        return self.to("text")

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return RENDERERS["html"].write(self.document(), most=NOTEBOOK_ROWS)


@dataclass(frozen=True, slots=True)
class Document(Written):
    """Blocks one below the other.

    Parameters
    ----------
    title
        What it is called, where a format has a place for that.
    about
        What it is about, as plain data.
    foot
        What stands at the foot of each page: whose it is, and a hint.
    form
        Whether it is a page to write on.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    foot: tuple[str, ...] = ()
    form: bool = False

    def document(self, heading: str = "") -> Document:
        """Return itself."""
        return self

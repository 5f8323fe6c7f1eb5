"""What an experiment gives: a plain table, what it shows, and how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from chainrule.errors import needed
from chainrule.nn.experiments.chart import TIME, drawn
from chainrule.readings.cells import count_cell, plain_cell
from chainrule.readings.document import Cell
from chainrule.readings.grid import EMPTY, Grid, GridRow, Header, Tabular, grouped, words
from chainrule.readings.terms import Word
from chainrule.readings.theme import ThemeName

Kind = Literal["line", "point", "bar", "rect"]


@dataclass(frozen=True, slots=True)
class Look:
    """How an outcome is drawn: which column goes where.

    Parameters
    ----------
    x, y
        Columns of the axes.
    colour
        Column that tells lines apart; empty for one line.
    kind
        "line", "point", "bar", or "rect" for a plane of coloured cells (`colour` is the value).
    logarithmic
        Whether the y axis counts powers of ten.
    facet, rows
        Columns by which pictures stand side by side, and one under the other.
    panels
        Pictures side by side instead of one of `y`: column of the line, column of a dashed line
        beside it or "", and where they are given the ends of the axis.
    both
        Whether the x axis counts powers of ten, too.
    derivative
        Whether what is drawn is a derivative, which is orange.
    levels
        Dotted lines: column, value and name; and where they are given the share of the value from
        which on the end of a line is marked, and the words of the mark.
    best
        Column whose lowest end is outlined.
    caption
        What lines and marks mean, in a few words.
    """

    x: str
    y: str
    colour: str = ""
    kind: Kind = "line"
    logarithmic: bool = False
    facet: str = ""
    rows: str = ""
    panels: tuple[tuple[Any, ...], ...] = ()
    both: bool = False
    derivative: bool = False
    levels: tuple[tuple[Any, ...], ...] = ()
    best: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Outcome(Tabular):
    """The result of an experiment.

    Parameters
    ----------
    title
        What was done.
    columns, rows
        A table, one row an observation.
    finding
        What it shows, in one or two sentences with its numbers.
    look
        How it is drawn.
    why
        The reason, "" where none is told.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    finding: str
    look: Look
    why: str = ""

    def grid(self) -> Grid:
        """Return the table laid out, with the finding below it."""
        heads = tuple(
            Header(name, Word(name), numeric=self.type_of(name) == "quantitative")
            for name in self.columns
        )
        named = (zip(self.columns, row, strict=True) for row in self.rows)
        rows = [GridRow({name: _cell(value) for name, value in row}) for row in named]
        return Grid("experiment", (self.title,), heads, grouped(rows), note=self.finding)

    def column(self, name: str) -> list[Any]:
        """Return a column of the table."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def only(self, names: Sequence[str]) -> Outcome:
        """Return the outcome with some of its columns."""
        rows = tuple(zip(*map(self.column, names), strict=True))
        return replace(self, columns=tuple(names), rows=rows)

    def head(self, count: int) -> Outcome:
        """Return the outcome with its first rows alone."""
        return replace(self, rows=self.rows[:count])

    def ends(self) -> Outcome:
        """Return the last row of every line, where several go by steps or epochs; else all."""
        look = self.look
        lines = [self.columns.index(n) for n in (look.rows, look.facet, look.colour) if n]
        if look.x not in TIME or not lines:
            return self
        last = {tuple(row[at] for at in lines): row for row in self.rows}
        return replace(self, rows=tuple(last.values()))

    def where(self, **given: Any) -> list[dict[str, Any]]:
        """Return the rows that have these entries, as dictionaries."""
        found = (dict(zip(self.columns, row, strict=True)) for row in self.rows)
        return [row for row in found if all(row[name] == value for name, value in given.items())]

    def spec(self, theme: ThemeName = "light") -> dict[str, Any]:
        """Return the picture as a Vega-Lite specification, with its data in it."""
        return drawn(self, theme)

    def chart(self) -> Any:
        """Return the picture as an Altair chart."""
        return needed("altair", "app").Chart.from_dict(self.spec())

    def type_of(self, name: str) -> str:
        """Return whether a column holds numbers: "quantitative", else "nominal"."""
        numbers = all(isinstance(value, int | float | None) for value in self.column(name))
        return "quantitative" if numbers else "nominal"

    def _repr_mimebundle_(self, *given: Any, **more: Any) -> Any:
        return self.chart()._repr_mimebundle_(*given, **more)


def _cell(value: Any) -> Cell:
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return words(value)
    return count_cell(value) if isinstance(value, int) else plain_cell(value)


def outcome(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], finding: str, look: Look
) -> Outcome:
    """Return an outcome; numbers of NumPy become Python's."""
    plain = tuple(tuple(v.item() if hasattr(v, "item") else v for v in row) for row in rows)
    return Outcome(title, tuple(columns), plain, finding, look)

"""What an experiment gives: a plain table, what it shows, and how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chainrule.errors import needed
from chainrule.readings.cells import count_cell, plain_cell
from chainrule.readings.grid import EMPTY, Grid, GridRow, Header, Tabular, grouped, words
from chainrule.readings.terms import Word

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
    folded
        Columns of shares, from 0 to 1, that are drawn as a line each, instead of `y`.
    """

    x: str
    y: str
    colour: str = ""
    kind: Kind = "line"
    logarithmic: bool = False
    facet: str = ""
    rows: str = ""
    folded: tuple[str, ...] = ()


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
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    finding: str
    look: Look

    def grid(self) -> Grid:
        """Return the table laid out, with the finding below it."""
        heads = tuple(
            Header(name, Word(name), numeric=self._type(name) == "quantitative")
            for name in self.columns
        )
        rows = [
            GridRow(
                {
                    name: words(value)
                    if isinstance(value, str)
                    else EMPTY
                    if value is None
                    else count_cell(value)
                    if isinstance(value, int)
                    else plain_cell(value)
                    for name, value in zip(self.columns, row, strict=True)
                }
            )
            for row in self.rows
        ]
        return Grid("experiment", (self.title,), heads, grouped(rows), note=self.finding)

    def column(self, name: str) -> list[Any]:
        """Return a column of the table."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def where(self, **given: Any) -> list[dict[str, Any]]:
        """Return the rows that have these entries, as dictionaries."""
        found = (dict(zip(self.columns, row, strict=True)) for row in self.rows)
        return [row for row in found if all(row[name] == value for name, value in given.items())]

    def spec(self) -> dict[str, Any]:
        """Return the picture as a Vega-Lite specification, with its data in it."""
        look = self.look
        plane = look.kind == "rect"
        channels = {
            "x": look.x,
            "y": look.y,
            "color": look.colour,
            "column": look.facet,
            "row": look.rows,
        }
        encoding: dict[str, Any] = {
            channel: {"field": _field(name), "title": name, "type": self._type(name)}
            for channel, name in channels.items()
            if name
        }
        if plane:
            encoding["x"]["type"] = encoding["y"]["type"] = "ordinal"
        elif look.colour:
            encoding["color"]["type"] = "nominal"
        if look.logarithmic:
            encoding["y"]["scale"] = {"type": "log"}
        records = [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]
        picture: dict[str, Any] = {"mark": look.kind, "encoding": encoding}
        size = {"width": 300, "height": 200}
        if look.folded:
            share = {"field": "value", "type": "quantitative", "scale": {"domain": [0, 1]}}
            measure = {"field": "measure", "type": "nominal"}
            picture = {
                "transform": [{"fold": list(look.folded), "as": ["measure", "value"]}],
                "mark": {"type": look.kind, "clip": True},
                "encoding": {**encoding, "y": share, "color": measure},
            }
            size = {"width": 160, "height": 110}
        if look.logarithmic and any(row[look.y] == 0 for row in records):
            picture = self._with_zeros(records, encoding)
        if "layer" in picture and look.facet:
            facet = picture["encoding"].pop("column")
            picture = {"facet": {"column": facet}, "spec": {**picture, **size}}
            size = {}
        return {"data": {"values": records}, "title": self.title, **picture, **size}

    def _with_zeros(
        self, records: list[dict[str, Any]], encoding: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the picture with a written 0 at the foot, where powers of ten have no place."""
        y, kind = self.look.y, self.look.kind
        floor = min((row[y] for row in records if row[y]), default=1.0) / 10
        for row in records:
            row["place"] = row[y] or floor
        zero = f"datum[{y!r}] == 0"
        placed = {**encoding["y"], "field": "place"}
        layers = [
            {"mark": kind, "transform": [{"filter": f"!({zero})"}]},
            {"mark": {"type": "text", "text": "0"}, "transform": [{"filter": zero}]},
        ]
        return {"encoding": {**encoding, "y": placed}, "layer": layers}

    def chart(self) -> Any:
        """Return the picture as an Altair chart."""
        return needed("altair", "app").Chart.from_dict(self.spec())

    def _type(self, name: str) -> str:
        numbers = all(isinstance(value, int | float | None) for value in self.column(name))
        return "quantitative" if numbers else "nominal"

    def _repr_mimebundle_(self, *given: Any, **more: Any) -> Any:
        return self.chart()._repr_mimebundle_(*given, **more)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: no infinity and no NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _field(name: str) -> str:
    """Return a column's name so that no character of it means anything to Vega."""
    return "".join("\\" + c if c in ".[]:\\" else c for c in name)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return columns and rows as an outcome takes them; numbers of NumPy become Python's."""
    plain = tuple(tuple(v.item() if hasattr(v, "item") else v for v in row) for row in rows)
    return {"columns": tuple(columns), "rows": plain}

"""Derivatives as tables: the Jacobian, second derivatives, and how far four routes to one agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.passes.agreement import ROUTES, Agreement
from chainrule.passes.jacobian import Jacobian
from chainrule.readings.catalogue import CAPTIONS, MARKS, WORDS
from chainrule.readings.cells import plain_cell, stated
from chainrule.readings.grid import Cell, Grid, GridRow, Header, Remark, Tabular, grouped, words
from chainrule.readings.numbers import DEFAULT, Format, full_digits, numeral
from chainrule.readings.prose import filled
from chainrule.readings.terms import Row, Sign, Symbol, Term, Word, with_comma

Rows = Mapping[str, Mapping[str, Any]]
D, SLASH = Sign("∂", tight=True), Sign("/", tight=True)


@dataclass(frozen=True, slots=True, eq=False)
class JacobianTable(Tabular, Jacobian):
    """The Jacobian as a table, with the cost of both ways.

    Parameters
    ----------
    point
        Exact value of each input, by name.
    format
        How numbers are shown.
    """

    point: Mapping[str, Any]
    format: Format = DEFAULT

    def grid(self) -> Grid:
        """Return the Jacobian laid out."""
        ways = (
            WORDS["way_used" if way == self.mode else "way"].format(
                mode=way,
                passes=price.passes,
                plural="es" * (price.passes != 1),
                operations=price.operations,
            )
            for way, price in self.cost.items()
        )
        about = {
            "mode": self.mode,
            "cost": {
                way: {"passes": price.passes, "operations": price.operations}
                for way, price in self.cost.items()
            },
        }
        note = "; ".join(ways)
        return derivative_grid(
            "jacobian", self.rows, self.point, note=note, about=about, format=self.format
        )


@dataclass(frozen=True, slots=True, eq=False)
class Hessian(Tabular, Mapping[str, Mapping[str, Any]]):
    """The second derivatives of one output, by the names of both inputs.

    Parameters
    ----------
    goal
        Name of the output.
    rows
        By the first input, then by the second; of vectors, arrays with nan where there is none.
    point
        Exact value of each input, by name.
    shown
        The same with the reasons in place of what does not exist.
    """

    goal: str
    rows: Rows
    point: Mapping[str, Any]
    shown: Rows | None = None

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self.rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def grid(self) -> Grid:
        """Return the second derivatives laid out."""
        return derivative_grid("hessian", self.shown or self.rows, self.point, goal=self.goal)


def by(name: str) -> Term:
    """Return ∂/∂name."""
    return Row((D, SLASH, D, Symbol(name)))


def derivative_grid(
    kind: str,
    rows: Rows,
    point: Mapping[str, Any],
    *,
    goal: str = "",
    note: str = "",
    about: Mapping[str, Any] | None = None,
    format: Format = DEFAULT,
) -> Grid:
    """Return derivatives laid out: a row each, a column a variable.

    Parameters
    ----------
    kind
        "jacobian", whose rows are outputs; "hessian", whose rows are variables; or
        "hessian_vector", of one row.
    point
        Exact value of each input, by name.
    """
    columns = list(next(iter(rows.values()), {}))
    # What is derived twice is derived by the column's name first.
    corner: Term = Row((Word("∂²", r"\partial^2"), Symbol(goal))) if goal else Word(WORDS["output"])
    heads = [Header("row", corner), *(Header(f"by {c}", by(c), numeric=True) for c in columns)]
    made = [
        GridRow(
            {"row": Cell(by(name) if kind == "hessian" else Symbol(name))}
            | {
                f"by {c}": plain_cell(number, "derivative", id=f"{kind}:{name},{c}", format=format)
                for c, number in entries.items()
            },
            name,
        )
        for name, entries in rows.items()
    ]
    at: Term | None = stated(point)
    if at is not None and format.comma:
        at = with_comma(at)
    gaps: dict[str, Any] = {
        "goal": Symbol(goal),
        "point": "" if at is None else filled(CAPTIONS["point"], {"point": at}),
    }
    caption = filled(CAPTIONS[kind], gaps)
    asked = {**(about or {}), "at": {name: str(value) for name, value in point.items()}}
    return Grid(kind, caption, tuple(heads), grouped(made), note, asked)


# So many that agreement can be seen.
DIGITS = Format(12, 11)


@dataclass(frozen=True, slots=True)
class AgreementTable(Tabular, Agreement):
    """The derivatives of one output by every input, by four routes, as a table.

    Parameters
    ----------
    goal
        Name of the output.
    """

    goal: str = ""

    def grid(self) -> Grid:
        """Return the four numbers and the verdict for each input."""
        heads = (
            Header("node", Word(WORDS["by"])),
            *(Header(r, Word(WORDS[f"route_{r}"]), numeric=True) for r in ROUTES),
            Header("verdict", Word(WORDS["verdict"])),
        )
        rows = []
        for about in self.inputs:
            cells = {"node": Cell(Symbol(about.name))}
            cells |= {route: _number(getattr(about, route)) for route in ROUTES}
            agrees = about.verdict == "agrees"
            cells["verdict"] = words(
                MARKS.get(about.verdict, WORDS["agrees"]), None if agrees else "warning"
            )
            rows.append(GridRow(cells, about.name))
        told = [
            Remark(about.verdict, about.reason, (about.name,))
            for about in self.inputs
            if about.verdict != "agrees"
        ]
        told += [Remark("missing", f"SymPy: {self.missing}")] if self.missing else []
        caption = filled(CAPTIONS["agreement"], {"goal": Symbol(self.goal), "point": ""})
        note = WORDS[f"together_{self.verdict}"]
        about_it = {"goal": self.goal, "agrees": self.agrees, "work_digits": self.digits}
        return Grid("agreement", caption, heads, grouped(rows), note, about_it, tuple(told))

    def curve(self, name: str) -> Grid:
        """Return the error of the difference quotient by an input against its step h.

        Raises
        ------
        KeyError
            If there is no such input.
        """
        entry = next((e for e in self.inputs if e.name == name), None)
        if entry is None:
            raise KeyError(name)
        heads = (
            Header("h", Symbol("h"), numeric=True),
            Header("error", Word(WORDS["difference_error"]), numeric=True),
        )
        rows = [GridRow({"h": plain_cell(h), "error": plain_cell(e)}) for h, e in entry.curve]
        caption = filled(CAPTIONS["curve"], {"node": Symbol(name)})
        return Grid("curve", caption, heads, grouped(rows), about={"by": name})


def _number(number: Any) -> Cell:
    if number is None:
        return words(WORDS["none"], "quiet")
    return Cell(numeral(number, DIGITS), role="derivative", digits=full_digits(number))

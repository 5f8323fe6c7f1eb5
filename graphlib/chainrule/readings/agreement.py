"""The agreement of four routes to a derivative, and the error of differences, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chainrule.passes.agreement import ROUTES, Agreement
from chainrule.readings.catalogue import CAPTIONS, MARKS, WORDS
from chainrule.readings.cells import plain_cell
from chainrule.readings.grid import Cell, Grid, GridRow, Header, Remark, Tabular, grouped, words
from chainrule.readings.numbers import Format, full_digits, numeral
from chainrule.readings.prose import filled
from chainrule.readings.terms import Symbol, Word

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

"""The cells of a table, laid out once for all renderers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Literal

from chainrule.graph.builder import number_text
from chainrule.graph.wengert import INPUT
from chainrule.ops import Map
from chainrule.passes.run import Number
from chainrule.readings.catalogue import WORDS, say
from chainrule.readings.numbers import full_digits, numeral
from chainrule.readings.render.prose import Prose, filled
from chainrule.readings.render.words import CAPTIONS, LINEAR_MAP, MARK, MARKS
from chainrule.readings.tables import COLUMNS, Sum, Table, TableRow
from chainrule.readings.terms import EQUALS, Numeral, Role, Row, Sign, Term, Word, row, text
from chainrule.readings.terms import Fraction as FractionTerm
from chainrule.readings.view import View

State = Literal["text", "number", "undefined", "flagged"]
Mark = Literal["", "undefined", "flagged", "kink"]
_STATES: dict[Mark, State] = {"": "number", "undefined": "undefined", "flagged": "flagged"}
POINT_ENTRIES = 6
POINT_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Parameters
    ----------
    column
        One of the table's columns, or "share" where a share has a cell of its own.
    id
        The cell's id; empty for a cell that can neither be asked for nor pointed at. Of the
        rows of a running sum, the last has it.
    term
        What is shown; None for an empty cell.
    role
        Whose colour it takes.
    digits
        All digits of a number.
    state
        Whether it is a number, undefined, flagged, or no number at all.
    mark
        The warning that stands beside it, if any.
    why
        The warning in words.
    rows
        How many rows the cell spans.
    lead
        What comes before the total of a running sum: "+ 1.9324 =".
    final
        Whether the number is the total of a sum with several terms.
    share
        Id of the share that this row adds, where `id` is that of the sum.
    """

    column: str
    id: str
    term: Term | None
    role: Role | None = None
    digits: str = ""
    state: State = "text"
    mark: Mark = ""
    why: str = ""
    rows: int = 1
    lead: Term | None = None
    final: bool = False
    share: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its cells by column; a cell that spans stands in its first row only."""

    row: TableRow
    last: bool
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning in words, the rows and the cells that it is about."""

    mark: Mark
    sentence: str
    nodes: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def where(self) -> str:
        """The names of the nodes in whose rows the warning stands, the first few."""
        shown = ", ".join(self.nodes[:POINT_ENTRIES])
        return shown + (", …" if len(self.nodes) > POINT_ENTRIES else "")


def lines(table: Table) -> Iterator[Line]:
    """Yield the rows of a table with their cells."""
    for _node, group in groupby(table.rows, key=lambda row: row.node):
        rows = list(group)
        for count, line in enumerate(rows):
            cells = _spanning(table.view, line, len(rows)) if count == 0 else {}
            yield Line(line, count == len(rows) - 1, cells | _single(table.view, line))


def number_cell(
    view: View, column: str, id: str, number: Number, role: Role, **more: object
) -> Cell:
    """Return the cell of a number; where a local partial is a linear map there is none."""
    if isinstance(number.shown, Map):
        return Cell(column, id, Word(LINEAR_MAP), "quiet")
    mark: Mark = "undefined" if number.undefined else "flagged" if number.flagged else ""
    return Cell(
        column,
        id,
        numeral(number.shown, view.notation.format),
        "warning" if number.undefined else role,
        full_digits(number.shown),
        _STATES[mark],
        mark,
        view.why(number) or "",
        **more,  # type: ignore[arg-type]
    )


def _spanning(view: View, line: TableRow, rows: int) -> dict[str, Cell]:
    value = number_cell(view, "value", line.ids["value"], line.value, "value", rows=rows)
    return {"node": Cell("node", "", line.equation, rows=rows), "value": value}


def _single(view: View, line: TableRow) -> dict[str, Cell]:
    if line.edge is None:
        cells = {"partial": Cell("partial", "", line.partial, "quiet")}
    else:
        cells = {"partial": Cell("partial", line.ids["partial"], line.partial, "partial")}
    if line.number is None or line.edge is None:
        cells["number"] = Cell("number", "", None)
    else:
        cell = number_cell(view, "number", line.ids["number"], line.number, "partial")
        kink = line.edge.user in view.run.kinks and not cell.mark
        cells["number"] = _at_kink(view, cell, line.edge.user) if kink else cell
    cells["derivative"] = _derivative(view, line, line.derivative)
    return cells


def _at_kink(view: View, cell: Cell, node: int) -> Cell:
    return Cell(
        cell.column, cell.id, cell.term, cell.role, cell.digits, cell.state, "kink",
        kink_sentence(view, node),
    )  # fmt: skip


def kink_sentence(view: View, node: int) -> str:
    """Return in words that a node stands at a kink and what is used there."""
    kink, parameters = view.graph.ops[node].kink, view.graph.parameters_of(node)
    convention = kink.convention.format(**parameters) if kink else WORDS["none"]
    return say("kink", node=text(view.name(node)), convention=convention)


def _derivative(view: View, line: TableRow, total: Sum | None) -> Cell:
    if total is None:
        return Cell("derivative", line.ids["derivative"], Word(WORDS["none"]), "quiet")
    lead: Term | None = None
    if not total.first and total.amount is not None:
        amount = view.factor(total.amount, "derivative")
        lead = row(Sign("+"), amount, EQUALS)
    return number_cell(
        view,
        "derivative",
        line.ids["derivative"] if total.last else "",
        total.total,
        "derivative",
        lead=lead,
        final=total.last and not total.first,
        share=line.ids.get("share", ""),
    )


def share_cell(view: View, line: TableRow) -> Cell | None:
    """Return the share that a row brings as a cell of its own; None where it brings none."""
    if line.derivative is None or line.derivative.amount is None or "share" not in line.ids:
        return None
    return number_cell(view, "share", line.ids["share"], line.derivative.amount, "derivative")


def remarks(table: Table) -> tuple[Remark, ...]:
    """Return every warning of a table once, with the cells that it is about."""
    found: dict[tuple[Mark, str], list[tuple[str, str]]] = {}
    for line in lines(table):
        name = text(table.view.name(line.row.node))
        for column in COLUMNS:
            cell = line.cells.get(column)
            if cell is not None and cell.mark:
                found.setdefault((cell.mark, cell.why), []).append((name, cell.id))
    marked = (
        Remark(mark, why, tuple(dict.fromkeys(n for n, _ in places)), tuple(c for _, c in places))
        for (mark, why), places in found.items()
    )
    return tuple(marked) + _sides(table.view)


def _sides(view: View) -> tuple[Remark, ...]:
    """Return the left and right derivative by each input where kinks make them differ."""
    run = view.run
    if not run.kinks:
        return ()
    result: list[Remark] = []
    for node in list(run.sides)[:POINT_ENTRIES]:
        sides, used = run.sides[node], run.derivative(node) if view.reverse else None
        left, right = (
            text(numeral(side, view.notation.format)) for side in (sides.left, sides.right)
        )
        goal, name = text(view.name(run.output)), text(view.name(node))
        if not sides.agree:
            words = say("kink_sides", left=left, right=right)
            sentence = f"∂{goal}/∂{name}: {words}."
            result.append(Remark("kink", sentence, (name,), (view.derivative_id(node),)))
        elif used is not None and not used.undefined and used.digits != sides.right:
            shown = text(numeral(used.shown, view.notation.format))
            words = say("kink_repaired", node=name, right=right, used=shown)
            result.append(Remark("kink", words, (name,), (view.derivative_id(node),)))
    return tuple(result)


def remark_line(remark: Remark) -> str:
    """Return a warning as a line: mark, word, rows, and the sentence."""
    return f"{MARK} {MARKS[remark.mark]} ({remark.where}): {remark.sentence}"


def header(table: Table, column: str) -> Term:
    """Return the header of a column."""
    return table.headers[column]


def point(view: View) -> Row | None:
    """Return "x = 1, y = 0.1" as it was given; None for a graph without inputs."""
    parts: list[Term] = []
    inputs = [node for node in view.shown if view.graph.ops[node] is INPUT]
    for node in inputs[:POINT_ENTRIES]:
        parts += [Sign(",", tight=True), Word(" ", r"\ ")] if parts else []
        parts += [view.name(node), EQUALS, given(view, node)]
    if len(inputs) > POINT_ENTRIES:
        parts += [Sign(",", tight=True), Word(" …", r"\ \dots")]
    return Row(tuple(parts)) if parts else None


def given(view: View, node: int) -> Term:
    """Return the value of an input in the form in which it was given, if that is short."""
    exact = view.run.point.get(node)
    if isinstance(exact, Fraction | int):
        written = number_text(Fraction(exact))
        if len(written) <= POINT_DIGITS:
            above, _, below = written.partition("/")
            return FractionTerm(Numeral(above), Numeral(below)) if below else Numeral(written)
    return numeral(view.run.value(node).shown, view.notation.format)


def caption(view: View, kind: str = "") -> Prose:
    """Return what is tabulated (or, for kind "story_", told), and at which point."""
    where = point(view)
    gaps: dict[str, Term | str | Prose] = {
        "goal": view.name(view.run.output),
        "seed": _seeds(view),
        "point": filled(CAPTIONS["point"], {"point": where}) if where is not None else "",
    }
    return filled(CAPTIONS[kind + view.run.mode], gaps)


def _seeds(view: View) -> Term:
    parts: list[Term] = []
    for node, seed in list(view.run.seeds.items())[:POINT_ENTRIES]:
        parts += [Sign(",", tight=True), Word(" ", r"\ ")] if parts else []
        parts.append(view.name(node))
        if len(view.run.seeds) > 1:
            parts += [EQUALS, numeral(float(seed), view.notation.format)]
    return Row(tuple(parts)) if parts else Word(WORDS["none"])

"""Marking: each cell against the right number and against the student's own earlier cells.

A cell that is neither is an independent error; what is right given the earlier cells follows
and is credited. An error is explained by the misconceptions that give the very same number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError
from chainrule.exercises.answers import (
    Verdict,
    Written,
    number,
    rounding,
    sheet_digits,
)
from chainrule.exercises.cells import Cell
from chainrule.exercises.formulas import formula_verdict, read_formula
from chainrule.exercises.worksheet import Worksheet
from chainrule.facade import Graph
from chainrule.language import canonical
from chainrule.passes.misconceptions import MISCONCEPTIONS

if TYPE_CHECKING:
    from chainrule.exercises.feedback import Feedback

NEAR = 0.015
"""Beside rounding, how far a number may be away and still be meant: what is wrong is further."""

ALIKE = 0.02
"""How near a misconception's number must be, beside rounding, to be named."""

NOTHING = 1e-12
"""What is not larger may be a zero."""

MOST_NAMES = 3
Point = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """What marking found.

    Parameters
    ----------
    cells
        Verdict by cell id, in working order: "right", "follows" (consistent with an earlier
        error), "wrong", "undecided" (it cannot be read or compared) or "missing".
    errors
        Ids of the independent errors, in working order.
    misconceptions
        By error, the names of at most three misconceptions that explain it.
    trivial
        Errors that make what comes after them trivial, such as a 0 that was put early.
    expected
        By cell, the right number, and what follows from the student's own cells; None where
        that is undefined.
    digits
        To how many significant digits the answers are rounded.
    given
        What was written, by cell.
    origins
        For each cell that follows, the independent error from which it does.
    remarks
        By cell, the reason for which a teacher accepts an answer.
    """

    cells: Mapping[str, Verdict]
    errors: tuple[str, ...] = ()
    misconceptions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trivial: tuple[str, ...] = ()
    expected: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    digits: int = 0
    given: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)

    @property
    def credited(self) -> int:
        """Cells that are right or follow."""
        return sum(verdict in ("right", "follows") for verdict in self.cells.values())

    @property
    def first(self) -> str | None:
        """The first independent error."""
        return self.errors[0] if self.errors else None

    def feedback(self, *, teacher: bool = False) -> Feedback:
        """Return what the student is told, or what the teacher is.

        >>> report = mark("J = 3t; t = x^2", {"x": 1}, {"value:t": "1", "value:J": "4"})
        >>> print(report.feedback().grid().note)
        1 of 2 cells credited: 1 right, 1 wrong.

        A student gets a sentence and a question that leads on, never the right number.
        """
        from chainrule.exercises.feedback import feedback

        return feedback(self, teacher=teacher)


def mark(
    program: str | Graph,
    point: Point,
    answers: Mapping[str, str],
    *,
    accept: Mapping[str, Mapping[str, str]] | None = None,
) -> Report:
    """Mark a table that was worked by hand.

    >>> lecture = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
    >>> wrong = {"adjoint:J": "1", "adjoint:u": "0.6441", "adjoint:t": "1.9324"}
    >>> report = mark(lecture, {"x": 1}, wrong)
    >>> report.errors, report.misconceptions["adjoint:t"]
    (('adjoint:t',), ('overwrite-instead-of-accumulate', 'forgotten-path'))

    Parameters
    ----------
    program
        The program or formula, or its graph.
    point
        Value of each input, by name.
    answers
        By cell id, as written: `value:u`, `partial:u,t`, `formula:u,t`, `share:u,t`,
        `tangent:t`, `adjoint:t`. Cells that were not asked are left out.
    accept
        Further answers that a teacher accepts: by cell, the reason by answer.

    Raises
    ------
    ParseError, LimitError, PointError
        If the program or the point cannot be read.
    GraphError
        If the graph has vectors.
    """
    graph = program if isinstance(program, Graph) else Graph.parse(program, declared=point)
    backward = graph.work(point)
    # Of one input, the numbers of both modes belong to the same nodes and may be confused.
    both = len(graph.variables) == 1 or any(id.startswith("tangent:") for id in answers)
    forward = graph.work(point, "forward") if graph.variables and both else None
    # Who does not know of `partial:q,x#2` writes 2x for q = x·x.
    merged = not any("#" in id for id in answers)
    return Marking(Worksheet(backward, forward, merged=merged), answers, accept).report()


def canonical_id(cell: str) -> str:
    """Return a cell's id with its names in the one form: `value:x_1` is `value:x1`.

    What is no cell's id stays as it is.
    """
    kind, colon, names = cell.partition(":")
    shown, again, count = names.partition("#")
    try:
        plain = ",".join(canonical(name.strip()) for name in shown.split(","))
    except InputError:
        return cell
    return kind.strip() + colon + plain + again + count


class Marking:
    """One sheet being marked.

    Parameters
    ----------
    sheet
        The cells and what follows from what.
    answers
        As written, by cell id.
    accept
        Further answers that a teacher accepts: by cell, the reason by answer.
    """

    def __init__(
        self,
        sheet: Worksheet,
        answers: Mapping[str, str],
        accept: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.accept = {canonical_id(id): reasons for id, reasons in (accept or {}).items()}
        self.answers = {canonical_id(id): str(words) for id, words in answers.items()}
        self._asked = {canonical_id(id): id for id in answers}
        self._formulas: dict[str, Verdict] = {}
        self.sheet = sheet = self._suited(sheet)
        read = {
            id: number(words)
            for id, words in self.answers.items()
            if id in sheet.cells and sheet.cells[id].kind != "formula" and words.strip()
        }
        self.written: dict[str, Written] = {id: w for id, w in read.items() if w is not None}
        self.own = {id: w.value for id, w in self.written.items()}
        self.digits = sheet_digits(self.written)
        self._rounding = rounding(self.digits)
        self._known: dict[Cell, float | None] = {}
        # From which error a cell goes back; "" for none.
        self._tainted: dict[Cell, str] = {}

    def _suited(self, sheet: Worksheet) -> Worksheet:
        """Return the sheet with shares of the mode that was asked, and wrong formulas."""
        kinds = {id.partition(":")[0] for id in self.answers}
        sheet = Worksheet(
            sheet.backward,
            sheet.forward,
            pushed="tangent" in kinds and "adjoint" not in kinds,
            merged=sheet.merged,
        )
        for id, cell in sheet.cells.items():
            if cell.kind == "formula" and cell.edge is not None and id in self.answers:
                verdict = formula_verdict(sheet, cell.edge, self.answers[id])
                formula = read_formula(sheet, self.answers[id])
                self._formulas[id] = verdict
                if verdict == "wrong" and formula is not None:
                    sheet.formulas[cell.edge] = formula
        return sheet

    def report(self) -> Report:
        """Return the report."""
        verdicts: dict[str, Verdict] = {}
        expected: dict[str, tuple[float | None, float | None]] = {}
        errors: list[str] = []
        names: dict[str, tuple[str, ...]] = {}
        origins: dict[str, str] = {}
        remarks: dict[str, str] = {}
        for id, cell in self.sheet.cells.items():
            if id not in self.answers:
                continue
            right = self.sheet.right(cell)
            following = self.sheet.follows(cell, self.own, self._known)
            verdict = self._verdict(id, cell, right, following)
            reason = self._accepted(id)
            if reason is not None and verdict != "right":
                verdict, remarks[self._asked[id]] = "right", reason
            verdicts[self._asked[id]] = verdict
            expected[self._asked[id]] = (right, following)
            self._tainted[cell] = {"wrong": id, "follows": self._origin(cell)}.get(verdict, "")
            if verdict == "follows":
                origins[self._asked[id]] = self._asked[self._tainted[cell]]
            if verdict == "wrong":
                errors.append(self._asked[id])
                names[self._asked[id]] = self._named(id, cell)
        for id, asked in self._asked.items():
            if asked not in verdicts:
                reason = self._accepted(id)
                verdicts[asked] = "undecided" if reason is None else "right"
                remarks |= {asked: reason} if reason is not None else {}
        trivial = tuple(id for id in errors if self._is_trivial(id))
        given = {self._asked[id]: words for id, words in self.answers.items()}
        return Report(
            verdicts, tuple(errors), names, trivial, expected, self.digits, given, origins, remarks
        )

    # Verdicts

    def _accepted(self, id: str) -> str | None:
        """Return why a teacher accepts what was written, None where nobody does."""
        words = self.answers[id].strip()
        for other, reason in self.accept.get(id, {}).items():
            given, wanted = self.written.get(id), number(other)
            if words == other.strip():
                return reason
            if given is not None and wanted is not None:
                apart = abs(given.value - wanted.value)
                if apart <= self._rounding * abs(wanted.value):
                    return reason
        return None

    def _verdict(
        self, id: str, cell: Cell, right: float | None, following: float | None
    ) -> Verdict:
        if not self.answers[id].strip():
            return "missing"
        if cell.kind == "formula":
            return self._formulas[id]
        if id not in self.written:
            return "undecided"
        given = self.written[id].value
        if right is None and following is None:
            return "undecided"
        to_right, to_own = self._distance(given, right), self._distance(given, following)
        tainted = bool(self._origin(cell))
        if to_right <= 1 and to_own <= 1:
            return "follows" if tainted and self._is_own(to_right, to_own) else "right"
        if to_right <= 1:
            return "right"
        if to_own <= 1:
            return "follows" if tainted else "right"
        return "wrong"

    def _distance(self, given: float, wanted: float | None) -> float:
        """Return how far a number is from another one, in units of what is tolerated."""
        if wanted is None:
            return float("inf")
        reach = NEAR * abs(wanted) + self._rounding * max(abs(given), abs(wanted))
        # Beside 0 the other one may be what rounding left.
        return abs(given - wanted) / (reach if given and wanted else NOTHING)

    def _is_own(self, to_right: float, to_own: float) -> bool:
        """Tell of a number near both whether it was worked out from an earlier error."""
        unit = self._rounding / (NEAR + self._rounding)
        return to_right > 2 * unit and to_own < to_right / 4

    def _origin(self, cell: Cell) -> str:
        """Return the error to which anything goes back that a cell is computed from, or ""."""
        pending, seen = list(self.sheet.needs(cell)), set[Cell]()
        while pending:
            need = pending.pop()
            if need in seen:
                continue
            seen.add(need)
            if need in self._tainted and self._is_read(need):
                if self._tainted[need]:
                    return self._tainted[need]
            else:
                pending += self.sheet.needs(need)
        return ""

    def _is_read(self, cell: Cell) -> bool:
        return self.sheet.ids[cell] in self.written or cell.kind == "formula"

    # Names

    def _named(self, id: str, cell: Cell) -> tuple[str, ...]:
        given = self._worth(id, cell)
        if given is None:
            return ()
        own = {other: n for other, n in self.own.items() if other != id}
        found: dict[str, float] = {}
        for name, numbers in self.sheet.mistaken(cell, own).items():
            best = min(self._apart(given, wrong) for wrong in numbers)
            if best <= ALIKE + 2 * self._rounding:
                found[name] = best
        # Where one gives the very number, those that only come near it are not meant.
        tight = 3 * self._rounding + 1e-9
        if any(best <= tight for best in found.values()):
            found = {name: best for name, best in found.items() if best <= tight}
        ranked = sorted(
            found, key=lambda name: (found[name] > tight, list(MISCONCEPTIONS).index(name))
        )
        return tuple(ranked[:MOST_NAMES])

    def _worth(self, id: str, cell: Cell) -> float | None:
        """Return the number that was written; of a formula, what it gives with the right values."""
        if cell.kind != "formula" or cell.edge is None:
            return self.written[id].value
        formula = self.sheet.formulas.get(cell.edge)
        if formula is None:
            return None
        values = {name: self.sheet.right(Cell("value", n)) for name, n in formula.nodes.items()}
        known = {name: value for name, value in values.items() if value is not None}
        return formula.at(known) if len(known) == len(values) else None

    @staticmethod
    def _apart(given: float, wrong: float) -> float:
        size = max(abs(given), abs(wrong))
        return abs(given - wrong) / size if size > 0 else 0.0

    def _is_trivial(self, id: str) -> bool:
        """Tell whether a wrong 0 makes everything after it 0."""
        cell = self.sheet.cells.get(canonical_id(id))
        if cell is None or self.own.get(canonical_id(id)) != 0.0:
            return False
        return any(
            value == 0 and cell in self.sheet.above(self.sheet.cells[other])
            for other, value in self.own.items()
        )

"""Marking: each cell against the right number and against the student's own earlier cells.

A cell that is neither is an independent error; what is right given the earlier cells follows
and is credited. An error is explained by the misconceptions that give the very same number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.errors import InputError
from chainrule.exercises.answers import (
    Verdict,
    Written,
    number,
    rounding,
    same_formula,
    sheet_digits,
)
from chainrule.exercises.worksheet import Cell, Worksheet
from chainrule.facade import Graph
from chainrule.language import canonical
from chainrule.passes.misconceptions import MISCONCEPTIONS
from chainrule.readings.terms import text
from chainrule.worked import Worked

NEAR = 0.015
"""Beside rounding, how far a number may be away and still be meant: what is wrong is further."""

ALIKE = 0.02
"""How near a misconception's number must be, beside rounding, to be named."""

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
    """

    cells: Mapping[str, Verdict]
    errors: tuple[str, ...] = ()
    misconceptions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trivial: tuple[str, ...] = ()
    expected: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    digits: int = 0

    @property
    def credited(self) -> int:
        """Cells that are right or follow."""
        return sum(verdict in ("right", "follows") for verdict in self.cells.values())

    @property
    def first(self) -> str | None:
        """The first independent error."""
        return self.errors[0] if self.errors else None


def mark(program: str | Graph, point: Point, answers: Mapping[str, str]) -> Report:
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
    return Marking(Worksheet(backward, forward), answers).report()


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
    """

    def __init__(self, sheet: Worksheet, answers: Mapping[str, str]) -> None:
        self.sheet = sheet
        self.answers = {canonical_id(id): str(words) for id, words in answers.items()}
        self._asked = {canonical_id(id): id for id in answers}
        read = {
            id: number(words)
            for id, words in self.answers.items()
            if id in sheet.cells and words.strip()
        }
        self.written: dict[str, Written] = {id: w for id, w in read.items() if w is not None}
        self.own = {id: w.value for id, w in self.written.items()}
        self.digits = sheet_digits(self.written)
        self._rounding = rounding(self.digits)
        self._known: dict[Cell, float | None] = {}
        self._tainted: dict[Cell, bool] = {}

    def report(self) -> Report:
        """Return the report."""
        verdicts: dict[str, Verdict] = {}
        expected: dict[str, tuple[float | None, float | None]] = {}
        errors: list[str] = []
        names: dict[str, tuple[str, ...]] = {}
        for id, cell in self.sheet.cells.items():
            if id not in self.answers:
                continue
            right = self.sheet.right(cell)
            following = self.sheet.follows(cell, self.own, self._known)
            verdict = self._verdict(id, cell, right, following)
            verdicts[self._asked[id]] = verdict
            expected[self._asked[id]] = (right, following)
            self._tainted[cell] = verdict in ("wrong", "follows")
            if verdict == "wrong":
                errors.append(self._asked[id])
                names[self._asked[id]] = self._named(id, cell)
        for id, asked in self._asked.items():
            if asked not in verdicts:
                verdicts[asked] = self._formula(id)
                if verdicts[asked] == "wrong":
                    errors.append(asked)
        trivial = tuple(id for id in errors if self._is_trivial(id))
        return Report(verdicts, tuple(errors), names, trivial, expected, self.digits)

    # Verdicts

    def _verdict(
        self, id: str, cell: Cell, right: float | None, following: float | None
    ) -> Verdict:
        if not self.answers[id].strip():
            return "missing"
        if id not in self.written:
            return "undecided"
        given = self.written[id].value
        if right is None and following is None:
            return "undecided"
        to_right, to_own = self._distance(given, right), self._distance(given, following)
        tainted = self._is_tainted(cell)
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
        return abs(given - wanted) / max(reach, 1e-12)

    def _is_own(self, to_right: float, to_own: float) -> bool:
        """Tell of a number near both whether it was worked out from an earlier error."""
        unit = self._rounding / (NEAR + self._rounding)
        return to_right > 2 * unit and to_own < to_right / 4

    def _is_tainted(self, cell: Cell) -> bool:
        """Tell whether anything that a cell is computed from goes back to an error."""
        found = False
        pending, seen = list(self.sheet.needs(cell)), set[Cell]()
        while pending and not found:
            need = pending.pop()
            if need in seen:
                continue
            seen.add(need)
            if need in self._tainted and self.sheet.ids[need] in self.written:
                found = self._tainted[need]
            else:
                pending += self.sheet.needs(need)
        return found

    # Names

    def _named(self, id: str, cell: Cell) -> tuple[str, ...]:
        given = self.written[id].value
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

    @staticmethod
    def _apart(given: float, wrong: float) -> float:
        size = max(abs(given), abs(wrong))
        return abs(given - wrong) / size if size > 0 else 0.0

    def _is_trivial(self, id: str) -> bool:
        """Tell whether a wrong 0 makes everything after it 0."""
        cell = self.sheet.cells.get(canonical_id(id))
        if cell is None or self.own.get(canonical_id(id)) != 0.0:
            return False
        later = [
            other
            for other, value in self.own.items()
            if value == 0 and cell in self.sheet.needs(self.sheet.cells[other])
        ]
        return bool(later)

    # Formulas and shares

    def _formula(self, id: str) -> Verdict:
        kind = id.partition(":")[0]
        view: Worked = self.sheet.backward
        words = self.answers[id]
        if not words.strip():
            return "missing"
        edges = {view.edge_id(kind, edge): edge for edge in view.edges}
        if kind == "formula" and id in edges:
            wanted = text(view.partial_formula(edges[id]))
            return same_formula(words, wanted, tuple(view.labels.values()))
        if kind == "share" and id in edges:
            return self._share(words, edges[id])
        return "undecided"

    def _share(self, words: str, edge: Any) -> Verdict:
        given = number(words)
        if given is None:
            return "undecided"
        partial = Cell("partial", edge.user, edge)
        adjoint = Cell("adjoint", edge.user)
        right = [self.sheet.right(cell) for cell in (partial, adjoint)]
        own = [self.sheet.used(cell, self.own, self._known) for cell in (partial, adjoint)]
        for factors, verdict in ((right, "right"), (own, "follows")):
            if None not in factors:
                product = factors[0] * factors[1]  # type: ignore[operator]
                if self._distance(given.value, product) <= 1:
                    return verdict  # type: ignore[return-value]
        return "wrong"

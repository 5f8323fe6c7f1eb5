"""Marking: each cell against the right number and against the student's own earlier cells.

A cell that is neither is an independent error; what is right given the earlier cells follows
and is credited. An error is explained by the misconceptions that give the very same number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chainrule.exercises.answers import (
    LEAST_DIGITS,
    Verdict,
    Written,
    accepted,
    number,
    rounding,
    sheet_digits,
)
from chainrule.exercises.cells import Cell, canonical_id, partial_of
from chainrule.exercises.feedback import Report
from chainrule.exercises.formulas import Formulas, read_formula
from chainrule.exercises.worksheet import Worksheet
from chainrule.facade import Graph, Typed
from chainrule.passes.folding import Zoom
from chainrule.passes.misconceptions import SLIPS
from chainrule.passes.places import Written as Slipped

TOLERANCE = 0.015
"""Beside rounding, how far a number may be away and still be meant: what is wrong is further."""

ALIKE = 0.02
"""How near a misconception's number must be, beside rounding, to be named."""

NOTHING = 1e-12
"""What is not larger may be a zero."""

LAST_BITS = 1e-14
"""Relative to its terms, what a sum is not sure of in double precision."""

MOST_NAMES = 3
CHANCE = 0.02
"""How much of the numbers near the right one may be taken for known mistakes by chance."""

Point = Mapping[str, Any]


def mark(
    program: str | Graph,
    point: Point,
    answers: Mapping[str, str],
    *,
    accept: Mapping[str, Mapping[str, str]] | None = None,
    zoom: Zoom | None = None,
    output: str | None = None,
    direction: Mapping[str, Typed] | None = None,
    tolerance: float = TOLERANCE,
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
    zoom, output, direction
        Of the table that was worked, as in `Graph.work`.
    tolerance
        Beside rounding, how far a number may be away, relatively.

    Raises
    ------
    ParseError, LimitError, PointError
        If the program or the point cannot be read.
    GraphError
        If the graph has vectors, or there is no such zoom level, output or variable.
    """
    graph = program
    if not isinstance(graph, Graph):
        graph = Graph.parse(graph, declared=point, constants=True)
    backward = graph.work(point, zoom=zoom, output=output).view
    # Of one input, the numbers of both modes belong to the same nodes and may be confused.
    both = len(graph.variables) == 1 or any(id.startswith("tangent:") for id in answers)
    asked = graph.variables and (both or direction)
    forward = graph.work(point, "forward", zoom=zoom, direction=direction).view if asked else None
    # Who does not know of `partial:q,x#2` writes 2x for q = x·x.
    merged = not any("#" in id for id in answers)
    sheet = Worksheet(backward, forward, merged=merged)
    return Marking(sheet, answers, accept, tolerance).report()


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
    tolerance
        Beside rounding, how far a number may be away, relatively.
    """

    def __init__(
        self,
        sheet: Worksheet,
        answers: Mapping[str, str],
        accept: Mapping[str, Mapping[str, str]] | None = None,
        tolerance: float = TOLERANCE,
    ) -> None:
        self.tolerance = tolerance
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
        found = {id: w for id, w in read.items() if w is not None}
        self.written: dict[str, Written] = {
            id: w for id, w in found.items() if math.isfinite(w.value)
        }
        # Cells of which somebody says that there is no number there, or an infinite one.
        self._endless = {id: w.value for id, w in found.items() if id not in self.written}
        self.own = {id: w.value for id, w in self.written.items()}
        self.digits = sheet_digits(self.written)
        self._rounding = rounding(self.digits)
        self._known: dict[Cell, float | None] = {}
        # From which error a cell goes back; "" for none.
        self._tainted: dict[Cell, str] = {}
        # Cells that a cell was computed from beside those that it needs.
        self._needed: dict[Cell, tuple[Cell, ...]] = {}

    def _suited(self, sheet: Worksheet) -> Worksheet:
        """Return the sheet with shares of the mode that was asked, and wrong formulas."""
        kinds = {id.partition(":")[0] for id in self.answers}
        new = Worksheet(
            sheet.backward,
            sheet.forward,
            pushed="tangent" in kinds and "adjoint" not in kinds,
            merged=sheet.merged,
        )
        new.mistakes, new.layers, sheet = sheet.mistakes, sheet.layers, new
        formulas = Formulas(sheet)
        for id, cell in sheet.cells.items():
            if cell.kind == "formula" and cell.edge is not None and id in self.answers:
                verdict = formulas.verdict(cell.edge, self.answers[id])
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
        reasons: dict[str, str] = {}
        for id, cell in self.sheet.cells.items():
            if id not in self.answers:
                continue
            asked, right = self._asked[id], self.sheet.right(cell)
            following = self.sheet.follows(cell, self.own, self._known)
            verdict = self._verdict(id, cell, right, following)
            reason = self._accepted(id)
            if reason is not None and verdict != "right":
                verdict, remarks[asked] = "right", reason
            verdicts[asked], expected[asked] = verdict, (right, following)
            self._tainted[cell] = {"wrong": id, "follows": self._origin(cell)}.get(verdict, "")
            if verdict == "follows":
                origins[asked] = self._asked[self._tainted[cell]]
            if verdict == "wrong":
                errors.append(asked)
                names[asked] = self._named(id, cell)
                why = None if names[asked] else self._why(id, cell, right, following)
                reasons |= {} if why is None else {asked: why}
        for id, asked in self._asked.items():
            if asked not in verdicts:
                reason = self._accepted(id)
                verdicts[asked] = "undecided" if reason is None else "right"
                remarks |= {asked: reason} if reason is not None else {}
        trivial = tuple(id for id in errors if self._is_trivial(id))
        given = {self._asked[id]: words for id, words in self.answers.items()}
        return Report(
            verdicts,
            tuple(errors),
            names,
            trivial,
            expected,
            self.digits,
            given,
            origins,
            remarks,
            reasons,
        )

    # Verdicts

    def _accepted(self, id: str) -> str | None:
        """Return why a teacher accepts what was written, None where nobody does."""
        reach = self._rounding if id in self.written else None
        return accepted(self.answers[id], self.accept.get(id, {}), reach)

    def _verdict(
        self, id: str, cell: Cell, right: float | None, following: float | None
    ) -> Verdict:
        if not self.answers[id].strip():
            return "missing"
        if cell.kind == "formula":
            return self._formulas[id]
        if id in self._endless:
            no_number = math.isnan(self._endless[id])
            return "wrong" if right is not None else "right" if no_number else "undecided"
        if id not in self.written:
            return "undecided"
        given = self.written[id].value
        if right is None and following is None:
            return "undecided"
        noise = self._noise(cell)
        to_right = self._distance(given, right, noise)
        to_own = self._distance(given, following, noise)
        if min(to_right, to_own) > 1:
            following = self.sheet.by_value(cell, self.own, self._known)
            to_own = self._distance(given, following, noise)
            self._needed[cell] = (Cell("value", cell.node),)
        tainted = bool(self._origin(cell))
        if to_right <= 1 and to_own <= 1:
            return "follows" if tainted and self._is_own(to_right, to_own) else "right"
        if to_right <= 1:
            return "right"
        if to_own <= 1:
            return "follows" if tainted else "right"
        return "wrong"

    def _distance(self, given: float, wanted: float | None, noise: float) -> float:
        """Return how far a number is from another one, in units of what is tolerated."""
        if wanted is None:
            return float("inf")
        reach = self.tolerance * abs(wanted) + self._rounding * max(abs(given), abs(wanted))
        # Beside 0 the other one may be what rounding left.
        return abs(given - wanted) / max(reach, noise if given and wanted else NOTHING)

    def _noise(self, cell: Cell) -> float:
        """Return what double precision leaves of a sum of which nothing should be left."""
        if cell.kind not in ("tangent", "adjoint") or self.sheet.is_seed(cell):
            return 0.0
        sum_ = self.sheet.sum_of(cell, self._known)
        return 0.0 if sum_ is None else LAST_BITS * sum(map(abs, sum_.terms))

    def _is_own(self, to_right: float, to_own: float) -> bool:
        """Tell of a number near both whether it was worked out from an earlier error."""
        unit = self._rounding / (self.tolerance + self._rounding)
        return to_right > 2 * unit and to_own < to_right / 4

    def _origin(self, cell: Cell) -> str:
        """Return the error to which anything goes back that a cell is computed from, or ""."""
        pending, seen = [*self.sheet.needs(cell), *self._needed.get(cell, ())], set[Cell]()
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

    def _why(self, id: str, cell: Cell, right: float | None, following: float | None) -> str | None:
        """Return what is wrong with the form of an answer whose content may be meant rightly."""
        if cell.kind == "formula" and cell.edge is not None:
            worth, formula = number(self.answers[id]), self.sheet.formulas.get(cell.edge)
            bare = worth is not None and formula is not None and not formula.nodes
            partial = self.sheet.right(partial_of(cell.edge))
            near = worth is not None and self._distance(worth.value, partial, 0.0) <= 1
            return "formula" if bare and near else None
        given = self.written.get(id)
        if given is None:
            return None
        wanted = [x for x in (right, following) if x is not None]
        coarse = given.step and given.value and (given.digits or 1) < LEAST_DIGITS
        if coarse and any(abs(given.value - x) <= given.step * (1 + 1e-9) for x in wanted):
            return "coarse"
        return self._slip(id, cell, given.value, wanted)

    def _slip(self, id: str, cell: Cell, given: float, wanted: list[float]) -> str | None:
        """Return the slip of hand that gives the very number."""
        reach = 2 * last_place(given, self.digits) + 1e-9
        exchanged = []
        for other, value in self.own.items():
            there = self.sheet.cells[other]
            if there.kind == cell.kind and other != id and wanted and value != given:
                right = self.sheet.right(there)
                if right is not None and apart(value, wanted[0]) <= reach:
                    exchanged.append(right)
        return slip(given, wanted, self.digits, exchanged)

    # Names

    def _named(self, id: str, cell: Cell) -> tuple[str, ...]:
        given = self._worth(id, cell)
        if given is None:
            return ()
        own = {other: n for other, n in self.own.items() if other != id}
        found = self.sheet.mistaken(cell, own)
        names = meant(given, found, last_place(given, self.digits), ALIKE + 2 * self._rounding)
        order = list(self.sheet.mistakes)
        return tuple(sorted(names, key=lambda name: (not names[name], order.index(name))))[
            :MOST_NAMES
        ]

    def _worth(self, id: str, cell: Cell) -> float | None:
        """Return the number that was written; of a formula, what it gives with the right values."""
        if cell.kind != "formula" or cell.edge is None:
            return self.written[id].value if id in self.written else None
        formula = self.sheet.formulas.get(cell.edge)
        if formula is None:
            return None
        values = {name: self.sheet.right(Cell("value", n)) for name, n in formula.nodes.items()}
        known = {name: value for name, value in values.items() if value is not None}
        return formula.at(known) if len(known) == len(values) else None

    def _is_trivial(self, id: str) -> bool:
        """Tell whether a wrong 0 makes everything after it 0."""
        cell = self.sheet.cells.get(canonical_id(id))
        if cell is None or self.own.get(canonical_id(id)) != 0.0:
            return False
        pending, seen = list(self.sheet.feeds.get(cell, ())), set[Cell]()
        while pending:
            later = pending.pop()
            if later not in seen:
                seen.add(later)
                written = self.own.get(self.sheet.ids[later])
                if written == 0:
                    return True
                if written is None:
                    pending += self.sheet.feeds.get(later, ())
        return False


# Which of the numbers that known mistakes give is the one that was written, if any is


def meant(
    given: float, found: Mapping[str, Sequence[float]], least: float, most: float
) -> dict[str, bool]:
    """Return the mistakes that explain a number, each with whether it gives the very number.

    Where many numbers could be meant, each must be met more exactly, so that a number that
    stands there by chance is hardly ever explained.

    Parameters
    ----------
    found
        Numbers by mistake.
    least, most
        How far a number may be away at least, for rounding, and at most, relatively.
    """
    best = {name: min(apart(given, wrong) for wrong in wrongs) for name, wrongs in found.items()}
    count = len({number for numbers in found.values() for number in numbers})
    exact = 2 * least + 1e-9
    reach = max(exact, min(most, CHANCE / max(1, count)))
    # Where one gives the very number, those that only come near it are not meant.
    if any(far <= exact for far in best.values()):
        reach = exact
    return {name: far <= exact for name, far in best.items() if far <= reach}


def slip(
    given: float, wanted: Iterable[float], digits: int, exchanged: Sequence[float] = ()
) -> str | None:
    """Return the slip of hand that turns one of some numbers into what was written.

    >>> [slip(given, [0.8259], 4) for given in (8.259, 0.8529, -0.8259, 0.9)]
    ['decimal', 'transposed', 'sign', None]

    Parameters
    ----------
    digits
        To how many digits numbers are written.
    exchanged
        What should stand where one of these numbers stands.
    """
    places = [Slipped(number, min(digits, 6), tuple(exchanged)) for number in wanted if number]
    reach = 1.2 * last_place(given, digits) + 1e-9
    for name, record in SLIPS.items():
        if any(apart(given, wrong) <= reach for place in places for wrong in record.hand(place)):
            return name
    return None


def last_place(given: float, digits: int) -> float:
    """Return half a unit of the last place of a number of so many digits, relatively."""
    if not (given and math.isfinite(given)):
        return 0.0
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(given))) + 1 - digits) / abs(given)


def apart(given: float, wrong: float) -> float:
    """Return how far two numbers are from each other, relatively."""
    size = max(abs(given), abs(wrong))
    return abs(given - wrong) / size if size > 0 else 0.0

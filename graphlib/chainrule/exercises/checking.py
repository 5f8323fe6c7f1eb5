"""Checking a task: which of its cells are right, what that is worth, and what to say.

Cells of the passes are marked with follow-through (`chainrule.exercises.marking`); other cells are
compared with the key. What a teacher accepts besides counts as right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from chainrule.exercises.answers import (
    Verdict,
    accepted,
    number,
    rounding,
    same_formula,
    sheet_digits,
)
from chainrule.exercises.catalogue import PAID, speaking
from chainrule.exercises.cells import PASSES
from chainrule.exercises.feedback import Report, cell_term
from chainrule.exercises.fitness import worksheet
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.kinds.slots import TOLERANCE, tolerance_of
from chainrule.exercises.marking import MOST_NAMES, Marking, last_place, meant, slip
from chainrule.exercises.own_mistakes import known
from chainrule.exercises.points import Work, earned, work_of
from chainrule.exercises.problem import Draft, Problem
from chainrule.exercises.sheet import Answer, Sheet, Task
from chainrule.passes.places import Sum, Update
from chainrule.readings.terms import text

HAND_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the answers to a task.

    Parameters
    ----------
    cells
        Verdict by cell id, as in `Report`; every asked cell has one.
    points
        By cell, what it earned (`chainrule.exercises.points`).
    remarks
        By cell, a word about what is missing, why an answer is accepted, or why it earned nothing.
    reports
        The marking of the cells of the passes, by the output or input of `adjoint:t@f`; ""
        for the usual ones.
    origins
        For each cell that follows, the error from which it does.
    explained
        For wrong cells of a kind's own, the mistakes and the slip that explain them.
    """

    cells: Mapping[str, Verdict]
    points: Mapping[str, float]
    remarks: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    explained: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Points for the task."""
        return sum(self.points.values())


@lru_cache(maxsize=64)
def _worked(program: str, *pairs: tuple[tuple[str, str], ...]) -> Problem:
    point, direction, settings = (dict(pair) for pair in pairs)
    return Problem(Draft(program, point, direction, settings))


def problem_of(task: Task) -> Problem:
    """Return the problem of a task, worked through."""
    given = (tuple(table.items()) for table in (task.point, task.direction, task.settings))
    return _worked(task.program, *given)


def check(
    task: Task, answers: Mapping[str, str], earlier: Mapping[str, str] | None = None
) -> Checked:
    """Check the answers to one task.

    >>> import chainrule
    >>> task = chainrule.sheet("J = 3t; t = x^2", at={"x": "1.5"}, kinds=["values"]).tasks[0]
    >>> dict(check(task, {"value:t": "2,25", "value:J": "6.57"}).cells)
    {'value:t': 'right', 'value:J': 'wrong'}

    Parameters
    ----------
    answers
        By cell id, as written; a cell that is left out is missing.
    earlier
        What was written in other tasks on the same problem: work may follow from it.
    """
    paper = _Paper(task, answers, earlier or {})
    for which in sorted({_which(cell) for cell in task.answers if _of_passes(cell)}):
        paper.mark_pass(which)
    for cell, answer in task.answers.items():
        paper.compare(cell, answer)
    return paper.checked()


class _Paper:
    """The answers to one task while they are checked."""

    def __init__(self, task: Task, answers: Mapping[str, str], earlier: Mapping[str, str]) -> None:
        self.task = task
        self.problem = problem_of(task)
        self.words = {cell: str(answers.get(cell, "")) for cell in task.answers}
        self.earlier = earlier
        self.verdicts: dict[str, Verdict] = {}
        self.remarks: dict[str, str] = {}
        self.reports: dict[str, Report] = {}
        self.origins: dict[str, str] = {}
        self.feeds: dict[str, list[str]] = {}
        self.trivial: set[str] = set()
        self.explained: dict[str, tuple[tuple[str, ...], str]] = {}

    def mark_pass(self, which: str) -> None:
        """Mark the cells of the passes for an output or input, with follow-through."""
        at = f"@{which}" if which else ""
        own = {
            c.partition("@")[0]: w
            for c, w in self.words.items()
            if _of_passes(c) and _which(c) == which
        }
        before = {
            c.partition("@")[0]: w
            for c, w in self.earlier.items()
            if _of_passes(c) and _which(c) in ("", which)
        }
        accept = {cell: self.task.answers[cell + at].also for cell in own}
        marking = Marking(worksheet(self.problem, which, self.task.mistakes), before | own, accept)
        report = self.reports[which] = marking.report()
        work = work_of(marking, report)
        for cell, laters in work.feeds.items():
            self.feeds.setdefault(cell + at, []).extend(later + at for later in laters)
        self.trivial |= {cell + at for cell in work.trivial}
        for cell in own:
            self.verdicts[cell + at] = report.cells[cell]
            if cell in report.remarks:
                self.remarks[cell + at] = report.remarks[cell]
            if cell in report.origins:
                origin = report.origins[cell]
                self.origins[cell + at] = origin + at if origin in own else origin

    def compare(self, cell: str, answer: Answer) -> None:
        """Compare a cell with the key, with what follows here, and with what is accepted."""
        words = self.words[cell]
        if cell not in self.verdicts:
            self.verdicts[cell], remark = _compared(self.problem, self.task, answer, words)
            self.remarks |= {cell: remark} if remark else {}
        if self.verdicts[cell] == "wrong":
            self._follow(cell, answer)
        reach = rounding(HAND_DIGITS) if answer.kind in ("number", "whole") else None
        reason = accepted(words, answer.also, reach)
        if reason is not None and self.verdicts[cell] != "right":
            self.verdicts[cell], self.remarks[cell] = "right", reason

    def _follow(self, cell: str, answer: Answer) -> None:
        """See whether a cell of a kind's own follows from the student's other cells."""
        follow = KINDS[self.task.kind].follow
        read: dict[str, float] = {}

        def own(other: str) -> float:
            given = number(self.words.get(other) or self.earlier.get(other, ""))
            key = self.task.answers.get(other)
            read[other] = (
                given.value
                if given is not None
                else self.problem.value(other)
                if key is None
                else float(key.exact)
            )
            return read[other]

        place = None if follow is None else follow(self.problem, cell, own)
        following = place.total if isinstance(place, Sum | Update) else place
        for other in read:
            self.feeds.setdefault(other, []).append(cell)
        wrong = [c for c in read if self.verdicts.get(c) in ("wrong", "follows")]
        if following is None or not wrong:
            self._explain(cell, answer, place, following)
            return
        if isinstance(following, str):
            same = self.words[cell].strip().casefold() == following.casefold()
        else:
            given = number(self.words[cell])
            same = given is not None and abs(given.value - following) <= (
                0 if answer.kind == "whole" else tolerance_of(following)
            )
        if same:
            self.verdicts[cell] = "follows"
            self.origins[cell] = self.origins.get(wrong[0], wrong[0])
            self.remarks.pop(cell, None)
            if following in (0, math.inf, -math.inf) or (
                len(read) > 1 and set(read.values()) == {following}
            ):
                self.trivial.add(cell)
        else:
            self._explain(cell, answer, place, following)

    def _explain(self, cell: str, answer: Answer, place: Any, following: Any) -> None:
        """See which mistake or slip makes the number of a wrong cell of a kind's own."""
        given = number(self.words[cell])
        if given is None or answer.kind not in ("number", "whole"):
            return
        digits = sheet_digits({cell: given})
        found = {}
        if isinstance(place, Sum | Update):
            found = {
                name: numbers
                for name, mistake in known(self.task.mistakes).items()
                if (numbers := tuple(mistake.of(place)))
            }
        exact = last_place(given.value, digits)
        names = tuple(meant(given.value, found, exact, TOLERANCE) if found else ())
        wanted = [n for n in (float(answer.exact), following) if isinstance(n, float)]
        slipped = slip(given.value, wanted, digits) if answer.kind == "number" else None
        if names or (slipped and not _of_passes(cell)):
            self.explained[cell] = names[:MOST_NAMES], "" if names else slipped or ""

    def checked(self) -> Checked:
        """Return what was found, with points."""
        cells = {cell: self.verdicts[cell] for cell in self.task.answers}
        prices = {cell: answer.points for cell, answer in self.task.answers.items()}
        feeds = {cell: tuple(laters) for cell, laters in self.feeds.items()}
        work = Work(feeds, frozenset(self.trivial))
        points, paid_for = earned(cells, prices, work, self.task.carry)
        for cell, error in paid_for.items():
            if cells[cell] in ("right", "follows"):
                told = PAID["paid_in part" if points[cell] else "paid_for"].format(
                    cell=text(cell_term(error))
                )
                self.remarks[cell] = " ".join([*filter(None, [self.remarks.get(cell)]), told])
        for cell in self.trivial:
            if cells.get(cell) == "follows" and prices[cell]:
                self.remarks.setdefault(cell, PAID["trivial"])
        return Checked(cells, points, self.remarks, self.reports, self.origins, self.explained)


def check_sheet(sheet: Sheet, answers: Mapping[str, str]) -> dict[int, Checked]:
    """Check the answers to a sheet, given by the ids that they have on it: `2.adjoint:t`."""
    by_task: dict[int, dict[str, str]] = {task.number: {} for task in sheet.tasks}
    for name, words in answers.items():
        number_text, _, cell = name.partition(".")
        if number_text.isdecimal() and int(number_text) in by_task:
            by_task[int(number_text)][cell] = words
    with speaking(sheet.language):
        return check_tasks(sheet.tasks, by_task)


def check_tasks(
    tasks: Sequence[Task], answers: Mapping[int, Mapping[str, str]]
) -> dict[int, Checked]:
    """Check tasks in order, given the answers by task and cell.

    Tasks on one problem are one piece of work: what is wrong in the first and carried on in the
    second is an error once.
    """
    checked: dict[int, Checked] = {}
    before: dict[str, dict[str, str]] = {}
    for task in tasks:
        own = answers.get(task.number, {})
        earlier = before.setdefault(repr((task.program, sorted(task.point.items()))), {})
        checked[task.number] = check(task, own, earlier)
        earlier |= {cell: words for cell, words in own.items() if words.strip()}
    return checked


def _of_passes(cell: str) -> bool:
    return cell.partition(":")[0] in PASSES


def _which(cell: str) -> str:
    return cell.partition("@")[2]


def _compared(problem: Problem, task: Task, answer: Answer, words: str) -> tuple[Verdict, str]:
    """Compare an answer with the key."""
    if not words.strip():
        return "missing", ""
    own = KINDS[task.kind].checks.get(answer.kind)
    if own is not None:
        right, remark = own(problem, answer, words)
        return ("right" if right else "wrong"), remark
    if answer.kind == "choice":
        same = words.strip().casefold() == answer.exact.casefold()
        return ("right" if same else "wrong"), ""
    if answer.kind == "formula":
        names = tuple(problem.worked.labels.values())
        return same_formula(words, answer.exact, names), ""
    given = number(words)
    if given is None:
        return "undecided", ""
    near = abs(given.value - float(answer.exact)) <= max(answer.tolerance, 1e-9)
    return ("right" if near else "wrong"), ""

"""Checking a task: which of its cells are right, what that is worth, and what to say.

Cells of the passes are marked with follow-through (`chainrule.exercises.marking`); other cells are
compared with the key. What a teacher accepts besides counts as right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from chainrule.exercises.answers import Verdict, number, rounding, same_formula
from chainrule.exercises.fitness import worksheet
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.marking import Marking
from chainrule.exercises.problem import Draft, Problem
from chainrule.exercises.report import Report
from chainrule.exercises.sheet import Answer, Sheet, Task

PASSES = frozenset(("value", "partial", "share", "formula", "adjoint", "tangent"))
HAND_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the answers to a task.

    Parameters
    ----------
    cells
        Verdict by cell id, as in `Report`; every asked cell has one.
    points
        By cell: full points for what is right or follows, none for the rest.
    remarks
        By cell, a word about what is missing or why an answer is accepted.
    reports
        The marking of the cells of the passes, by the output or input of `adjoint:t@f`; ""
        for the usual ones.
    """

    cells: Mapping[str, Verdict]
    points: Mapping[str, float]
    remarks: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)

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
    problem = problem_of(task)
    words = {cell: str(answers.get(cell, "")) for cell in task.answers}
    verdicts: dict[str, Verdict] = {}
    remarks: dict[str, str] = {}
    reports: dict[str, Report] = {}
    for which in sorted({_which(cell) for cell in task.answers if _of_passes(cell)}):
        cells = {c: w for c, w in words.items() if _of_passes(c) and _which(c) == which}
        own = {cell.partition("@")[0]: word for cell, word in cells.items()}
        before = {c.partition("@")[0]: w for c, w in (earlier or {}).items()
                  if _of_passes(c) and _which(c) in ("", which)}  # fmt: skip
        accept = {c.partition("@")[0]: task.answers[c].also for c in cells}
        report = Marking(worksheet(problem, which), before | own, accept).report()
        reports[which] = report
        for cell in cells:
            here = cell.partition("@")[0]
            verdicts[cell] = report.cells[here]
            remarks |= {cell: report.remarks[here]} if here in report.remarks else {}
    for cell, answer in task.answers.items():
        if cell not in verdicts:
            verdicts[cell], remark = _compared(problem, task, answer, words[cell])
            remarks |= {cell: remark} if remark else {}
        reason = _accepted(answer, words[cell])
        if reason is not None and verdicts[cell] != "right":
            verdicts[cell], remarks[cell] = "right", reason
    points = {
        cell: task.answers[cell].points if verdicts[cell] in ("right", "follows") else 0.0
        for cell in task.answers
    }
    ordered = {cell: verdicts[cell] for cell in task.answers}
    return Checked(ordered, points, remarks, reports)


def check_sheet(sheet: Sheet, answers: Mapping[str, str]) -> dict[int, Checked]:
    """Check the answers to a sheet, given by the ids that they have on it: `2.adjoint:t`."""
    by_task: dict[int, dict[str, str]] = {task.number: {} for task in sheet.tasks}
    for name, words in answers.items():
        number_text, _, cell = name.partition(".")
        if number_text.isdecimal() and int(number_text) in by_task:
            by_task[int(number_text)][cell] = words
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


def _accepted(answer: Answer, words: str) -> str | None:
    """Return the reason for which a teacher accepts these words, None where nobody does."""
    given = number(words)
    for other, reason in answer.also.items():
        if words.strip() == other.strip():
            return reason
        wanted = number(other)
        if given is not None and wanted is not None and answer.kind in ("number", "whole"):
            reach = rounding(HAND_DIGITS) * abs(wanted.value)
            if abs(given.value - wanted.value) <= reach:
                return reason
    return None


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

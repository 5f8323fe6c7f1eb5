"""What makes a problem fit for paper: numbers that can be worked with by hand, and that teach.

Two numbers tell how a cell takes errors. Its condition number in the inputs, bounded by
k(c) = Σ |e ∂c/∂e / c| k(e) over the cells e from which c is computed directly, with k = 1 for an
input. And, since a student rounds every number that is written down, the root mean square of
what all these roundings and its own do to it, in units of one of them:
r(c)² = 1 + Σ (e ∂c/∂e / c)² r(e)², with r = 0 for an input, which is exact.
(Higham, Accuracy and Stability of Numerical Algorithms,
chapters 1 and 2.) The larger of the two counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, NamedTuple

from chainrule.exercises.own_mistakes import OwnMistake, known
from chainrule.exercises.problem import ENTRY, Problem
from chainrule.exercises.shapes import layers
from chainrule.exercises.worksheet import Worksheet
from chainrule.graph.wengert import INPUT
from chainrule.language import exact

LARGEST_CONDITION: Final = 50.0
GAP: Final = 0.035
"""How far the number of a common mistake is from the right one, relatively: more than marking
forgives."""

SMALLEST, LARGEST = 0.005, 2000.0
"""Sizes that four digits by hand are good for; zero is written as 0."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a problem is not set: a cell, and the reason in words."""

    cell: str
    reason: str


class Error(NamedTuple):
    """How a cell takes errors of its ingredients, relatively.

    Parameters
    ----------
    inputs
        Bound of the condition number in the inputs.
    rounding
        Root mean square of the effect of all roundings on the way, its own among them.
    """

    inputs: float
    rounding: float


EXACT: Final = Error(0.0, 0.0)
INPUT_ERROR: Final = Error(1.0, 0.0)


def _gathered(parts: Iterable[tuple[float, Error]]) -> Error:
    """Return the error of a cell by its ingredients, each with |e ∂c/∂e / c|."""
    parts = tuple(parts)
    if not parts:
        return EXACT
    inputs = sum(factor * error.inputs for factor, error in parts)
    squares = sum((factor * error.rounding) ** 2 for factor, error in parts)
    return Error(inputs, math.sqrt(1 + squares))


class Conditions:
    """Condition numbers of the cells of a problem, computed when asked for."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._known: dict[str, Error] = {}

    def __getitem__(self, cell: str) -> float:
        """Return the condition number of a cell."""
        return max(self.error(cell))

    def error(self, cell: str) -> Error:
        """Return how a cell takes the errors of its ingredients."""
        if cell not in self._known:
            self._known[cell] = self._of(cell)
        return self._known[cell]

    def _of(self, cell: str) -> Error:
        kind, _, rest = cell.partition(":")
        names, _, which = rest.partition("@")
        if kind == "value":
            return self._value(names)
        if kind == "partial":
            return self._partial(names)
        if kind == "share":
            user = names.partition(",")[0]
            both = (self.error(f"adjoint:{user}"), self.error(f"partial:{names}"))
            return _gathered((1.0, error) for error in both)
        if kind in ("adjoint", "tangent"):
            return self._sum(kind, names, which)
        return EXACT

    def _value(self, name: str) -> Error:
        problem = self.problem
        node = problem.node_of[name]
        if problem.worked.graph.ops[node] is INPUT:
            return INPUT_ERROR
        whole = problem.value(f"value:{name}")
        parts = []
        for edge in problem.edges:
            if edge.user == node:
                operand = f"value:{problem.worked.labels[edge.operand]}"
                partial = problem.value(problem.edge_cell("partial", edge))
                reach = problem.value(operand) * partial
                parts.append((_over(reach, whole), self.error(operand)))
        return _gathered(parts)

    def _partial(self, names: str) -> Error:
        """By differences of differences in the second reading."""
        problem = self.problem
        user, operand = names.partition("#")[0].split(",")
        reading, base = problem.printed, problem.base
        u, t = f"n{problem.node_of[user]}", f"n{problem.node_of[operand]}"
        whole = float(problem.second(f"partial:{user},{operand}"))
        parts = []
        for other in reading.uses[u]:
            step = max(abs(base[other]), 1) * 1e-5
            above, below = (
                reading.partial(u, t, {**base, other: base[other] + sign * step})
                for sign in (1, -1)
            )
            slope = float((above - below) / (2 * step))
            if abs(slope) > 1e-12:
                cell = f"value:{problem.worked.labels[int(other[1:])]}"
                reach = float(base[other]) * slope
                parts.append((_over(reach, whole), self.error(cell)))
        return _gathered(parts)

    def _sum(self, kind: str, name: str, which: str) -> Error:
        """An adjoint is a sum over the users, a tangent one over the operands."""
        problem, at = self.problem, f"@{which}" if which else ""
        node = problem.node_of[name]
        back = kind == "adjoint"
        whole = problem.value(f"{kind}:{name}{at}")
        parts = []
        for edge in problem.edges:
            if (edge.operand if back else edge.user) != node:
                continue
            far = problem.worked.labels[edge.user if back else edge.operand]
            begin, partial = f"{kind}:{far}{at}", problem.edge_cell("partial", edge)
            share = problem.value(begin) * problem.value(partial)
            if share:
                factor = _over(share, whole)
                product = _gathered(((1.0, self.error(begin)), (1.0, self.error(partial))))
                parts.append((factor, product))
        return _gathered(parts)


def _over(part: float, whole: float) -> float:
    return abs(part / whole) if whole else math.inf


def unsound(problem: Problem) -> Unfit | None:
    """Return where a problem has no number at all, or stands at a kink; None for a sound one."""
    view = problem.worked.view
    cells = [f"value:{view.labels[node]}" for node in view.shown]
    cells += [problem.edge_cell("partial", edge) for edge in problem.edges]
    for cell in cells:
        if not math.isfinite(problem.value(cell)):
            return Unfit(cell, "there is no number there")
    for node in view.run.kinks:
        return Unfit(f"value:{view.labels[node]}", "there is a kink there")
    return None


def unfit(problem: Problem, cells: Iterable[str], known: Conditions | None = None) -> Unfit | None:
    """Return the first reason for which these cells are not asked; None for a fit problem."""
    conditions = known or Conditions(problem)
    for cell in cells:
        size = abs(problem.value(cell))
        if size and not SMALLEST <= size <= LARGEST:
            return Unfit(cell, "it is too large or too small to be worked out by hand")
        if conditions[cell] > LARGEST_CONDITION:
            return Unfit(cell, "rounding on the way would change it too much")
    return None


def unnoticed(
    problem: Problem, cells: Iterable[str], mistakes: Sequence[OwnMistake] = ()
) -> Unfit | None:
    """Return an asked cell in which a common mistake gives the right number, if there is one.

    A mistake that gives the right number at every point is none: eˣ is its own derivative.

    Parameters
    ----------
    mistakes
        A teacher's own, beside the usual ones.
    """
    asked = tuple(cells)
    elsewhere: Problem | None = None
    for which in sorted({cell.partition("@")[2] for cell in asked}):
        own = [cell for cell in asked if cell.partition("@")[2] in ("", which)]
        found = list(_alike(problem, which, own, own, mistakes))
        if found and elsewhere is None:
            elsewhere = _moved(problem)
        doubted = dict.fromkeys(cell for cell, _name in found)
        everywhere = set(_alike(elsewhere, which, own, doubted, mistakes)) if elsewhere else ()
        for cell, name in found:
            if (cell, name) not in everywhere:
                return Unfit(cell, f"the mistake {name} gives the right number there")
    return None


def _moved(problem: Problem) -> Problem | None:
    """Return the same program at a point nearby; None where it has no numbers there."""
    point = {
        name: ENTRY.sub(lambda typed, nth=i: _shifted(typed[0], nth), value)  # type: ignore[misc]
        for i, (name, value) in enumerate(problem.draft.point.items())
    }
    moved = Problem(replace(problem.draft, point=point), problem.whole)
    return None if unsound(moved) else moved


def _shifted(value: str, nth: int) -> str:
    moved = exact(value).value * Fraction(103 + 2 * nth, 100)
    return f"{moved.numerator}/{moved.denominator}"


def _alike(
    problem: Problem,
    which: str,
    asked: Iterable[str],
    doubted: Iterable[str],
    mistakes: Sequence[OwnMistake],
) -> Iterator[tuple[str, str]]:
    """Yield doubted cells with the names of mistakes that come too near to the right number."""
    sheet = worksheet(problem, which, mistakes)
    plain = {cell.partition("@")[0]: cell for cell in asked}
    right = {cell: problem.value(full) for cell, full in plain.items() if cell in sheet.cells}
    for full in doubted:
        cell = full.partition("@")[0]
        if cell not in right or cell.startswith("value:"):
            continue
        others = {other: value for other, value in right.items() if other != cell}
        for name, numbers in sheet.candidates(sheet.cells[cell], others).items():
            near = GAP * max(abs(right[cell]), SMALLEST)
            if any(abs(wrong - right[cell]) < near for wrong in numbers):
                yield full, name


def worksheet(problem: Problem, which: str = "", mistakes: Sequence[OwnMistake] = ()) -> Worksheet:
    """Return the cells of a problem and what follows from what, for marking and for mistakes.

    Parameters
    ----------
    which
        An output or input, for the cells `adjoint:t@f` or `tangent:t@x`.
    mistakes
        A teacher's own, beside the usual ones.
    """
    if which in problem.inputs:
        sheet = Worksheet(problem.worked.view, problem.along({which: "1"}).view)
    elif which:
        sheet = Worksheet(problem.back(which).view)
    else:
        sheet = Worksheet(problem.worked.view, problem.forward.view)
    sheet.mistakes = known(mistakes)
    if problem.graph is not problem.whole:
        nodes = {
            name: tuple(problem.node_of[entry] for entry in one.entries)
            for name, one in problem.named.items()
        }
        sheet.layers = tuple(layers(problem.whole.list, nodes))
    return sheet

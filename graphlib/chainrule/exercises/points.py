"""Points: what is right is paid, what follows is paid while it is still work, and errors cost.

Verdicts are made elsewhere and stay as they are. An answer that only repeats another is not paid
itself, and so an error in a cell without points costs the first cell behind it that has some.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

from chainrule.exercises.answers import Verdict, formula
from chainrule.exercises.cells import Cell
from chainrule.exercises.feedback import Report
from chainrule.exercises.marking import Marking
from chainrule.readings.terms import text

Carry = Literal["full", "half", "none"]
CARRIED: Final[Mapping[str, float]] = {"full": 1.0, "half": 0.5, "none": 0.0}
"""What part of its points a cell keeps that follows from an error."""

MOST_LOST: Final = 0.2
"""What part of a task its one error costs at most, where all else is right or follows."""

SAME: Final = 1e-9


def dearest(prices: Iterable[float]) -> float:
    """Return what the one error of a task costs at most: a fifth of it, in half points.

    >>> dearest([1, 1, 1]), dearest([2, 2, 2, 2]), dearest([1] * 12)
    (0.5, 1.5, 2.0)
    """
    return max(0.5, math.floor(2 * MOST_LOST * sum(prices) + SAME) / 2)


def apportioned(weights: Sequence[float], total: float, unit: float) -> list[float]:
    """Return points in proportion to weights, each a multiple of a unit, that sum to a total.

    What is left over goes where most is missing; where as much is missing, to the later cells,
    which are the results of the earlier ones.

    >>> apportioned([1, 1, 2], 2, 1)
    [0, 1, 1]
    """
    whole = sum(map(Fraction, weights))
    if not whole:
        return [0.0 for _ in weights]
    units = round(total / unit)
    quotas = [units * Fraction(weight) / whole for weight in weights]
    floors = [quota.numerator // quota.denominator for quota in quotas]
    order = sorted(range(len(weights)), key=lambda i: (quotas[i] - floors[i], i), reverse=True)
    for i in order[: units - sum(floors)]:
        floors[i] += 1
    return [count * unit for count in floors]


@dataclass(frozen=True, slots=True)
class Work:
    """How one piece of work hangs together, by the ids of its cells.

    Parameters
    ----------
    feeds
        By cell, the cells that are computed from it directly.
    trivial
        Cells that follow from an error which left no work to be done.
    """

    feeds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trivial: frozenset[str] = frozenset()


def work_of(marking: Marking, report: Report) -> Work:
    """Return how the cells of the passes hang together on a marked sheet."""
    ids, sheet = marking.sheet.ids, marking.sheet
    feeds = {
        ids[cell]: tuple(ids[later] for later in laters if later in ids)
        for cell, laters in sheet.feeds.items()
        if cell in ids
    }
    return Work(feeds, _trivial(marking, report))


def _trivial(marking: Marking, report: Report) -> frozenset[str]:
    """Return the cells, written or worked out in the head, at which nothing was left to do.

    What follows is 0 and should not be; or it only repeats the wrong numbers that it comes from,
    as 1 · 1 does; or somebody's formula is a number and should not be; or it is a copy of such.
    """
    sheet, own, known = marking.sheet, marking.own, dict[Cell, float | None]()
    found: set[Cell] = set()
    verdicts = {cell: report.cells.get(id, "") for id, cell in sheet.cells.items()}
    for id, cell in sheet.cells.items():
        if cell.kind == "formula" or verdicts[cell] not in ("follows", ""):
            continue
        here, right = sheet.used(cell, own, known), sheet.right(cell)
        if here is None or right is None or _same(here, right):
            continue
        if here == 0 or (id in own and _lost_its_names(marking, cell)):
            found.add(cell)
            continue
        repeated, copied, moved = True, False, False
        for need in _written(marking, cell):
            given, wanted = sheet.used(need, own, known), sheet.right(need)
            if need.kind == "formula" or given is None or wanted is None or sheet.is_given(need):
                continue
            alike, once_alike = _same(abs(given), abs(here)), _same(abs(wanted), abs(right))
            repeated &= alike
            moved |= alike and not once_alike and not _same(given, wanted)
            copied |= alike and once_alike and need in found
        if copied or (repeated and moved):
            found.add(cell)
    return frozenset(sheet.ids[cell] for cell in found)


def _written(marking: Marking, cell: Cell) -> Iterator[Cell]:
    """Yield what a cell is computed from; of a share that is not written, its factors."""
    for need in marking.sheet.needs(cell):
        if need.kind == "share" and marking.sheet.ids[need] not in marking.own:
            yield from marking.sheet.needs(need)
        else:
            yield need


def _lost_its_names(marking: Marking, cell: Cell) -> bool:
    """Tell whether somebody's own formula is a mere number, and the right one is not."""
    sheet = marking.sheet
    if cell.kind != "partial" or cell.edge is None or cell.edge not in sheet.formulas:
        return False
    names = tuple(sheet.backward.labels.values())
    right = formula(text(sheet.backward.partial_formula(cell.edge)), names)
    return not sheet.formulas[cell.edge].nodes and bool(right is None or right.variables)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * max(abs(one), abs(other))


def earned(
    verdicts: Mapping[str, Verdict], prices: Mapping[str, float], work: Work, carry: str = "full"
) -> tuple[dict[str, float], dict[str, str]]:
    """Return the points by cell, and for each cell that lost its own the error that it paid for.

    Parameters
    ----------
    verdicts, prices
        Of the cells of a task, in working order.
    carry
        As in `CARRIED`.
    """
    kept = {"right": 1.0, "follows": CARRIED[carry]}
    points = {
        cell: 0.0 if cell in work.trivial else prices[cell] * kept.get(verdict, 0.0)
        for cell, verdict in verdicts.items()
    }
    paid_for: dict[str, str] = {}
    for cell, verdict in verdicts.items():
        if verdict == "wrong" and not prices[cell]:
            charged = _first_paid(cell, prices, work.feeds, points)
            if charged:
                points[charged] = 0.0
                paid_for[charged] = cell
    errors = [cell for cell, verdict in verdicts.items() if verdict not in kept]
    if carry == "full" and len(errors) == 1 and verdicts[errors[0]] == "wrong":
        (paying,) = paid_for or errors
        others = [cell for cell in verdicts if cell != errors[0]]
        if len(others) > 1 and not work.trivial & set(others):
            points[paying] = max(0.0, prices[paying] - dearest(prices.values()))
    return points, paid_for


def _first_paid(
    error: str,
    prices: Mapping[str, float],
    feeds: Mapping[str, tuple[str, ...]],
    points: Mapping[str, float],
) -> str:
    """Return the first cell with points that goes back to an error.

    Where none does, the first one of the task that has not lost its points.
    """
    behind: set[str] = set()
    pending = list(feeds.get(error, ()))
    while pending:
        later = pending.pop()
        if later not in behind:
            behind.add(later)
            pending += feeds.get(later, ())
    return _first(cell for cell in prices if cell in behind and prices[cell]) or _first(
        cell for cell in prices if points[cell]
    )


def _first(cells: Iterable[str]) -> str:
    return next(iter(cells), "")

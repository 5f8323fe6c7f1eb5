"""What marking a table finds, as frozen data; what people are told of it is made in `feedback`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chainrule.exercises.answers import Verdict

if TYPE_CHECKING:
    from chainrule.exercises.feedback import Feedback


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
    reasons
        For an error that no misconception explains, what may have happened: "coarse", rounded to
        fewer digits than the right number needs; "formula", the right number where a formula is
        asked; or a slip of hand (`chainrule.passes.misconceptions.SLIPS`).
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
    reasons: Mapping[str, str] = field(default_factory=dict)

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

        >>> from chainrule import mark
        >>> report = mark("J = 3t; t = x^2", {"x": 1}, {"value:t": "1", "value:J": "4"})
        >>> print(report.feedback().grid().note)
        1 of 2 cells credited: 1 right, 1 wrong.

        A student gets a sentence and a question that leads on, never the right number.
        """
        from chainrule.exercises.feedback import feedback

        return feedback(self, teacher=teacher)

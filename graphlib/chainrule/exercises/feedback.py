"""What marking finds and what people are told: students a sentence and a question, teachers more.

A student never reads the right number here; a teacher reads it, with where the mistake comes
from. The words of a mistake stand in its record (`passes.misconceptions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chainrule.exercises.answers import Verdict
from chainrule.exercises.catalogue import FEEDBACK, told
from chainrule.exercises.own_mistakes import OwnMistake
from chainrule.passes.misconceptions import MISCONCEPTIONS, SLIPS, Mistake
from chainrule.readings.cells import plain_cell
from chainrule.readings.grid import EMPTY, Cell, Grid, GridRow, Header, Tabular, words
from chainrule.readings.terms import Partial, Row, Sign, Symbol, Term, Word, text

if TYPE_CHECKING:
    from chainrule.exercises.checking import Checked
    from chainrule.exercises.sheet import Task


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
        return Feedback(tuple(findings(self)), teacher)


CREDITED: tuple[Verdict, ...] = ("right", "follows")
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one cell.

    Parameters
    ----------
    cell
        Its id.
    given
        What was written.
    verdict
        As in `Report`.
    names
        Misconceptions that explain an error.
    origin
        The error from which it follows.
    right
        The right number, for teachers.
    remark
        A word about it, such as why an answer is accepted.
    trivial
        Whether it makes what comes after it trivial.
    reason
        Why an error may be one of form, as in `Report.reasons`.
    own
        A teacher's own mistakes, by name.
    """

    cell: str
    given: str
    verdict: Verdict
    names: tuple[str, ...] = ()
    origin: str = ""
    right: float | None = None
    remark: str = ""
    trivial: bool = False
    reason: str = ""
    own: Mapping[str, OwnMistake] = field(default_factory=dict)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Names of the misconceptions, else of the slip, that explain it."""
        return self.names or ((self.reason,) if self.reason in SLIPS else ())

    @property
    def said(self) -> str:
        """What a student is told: what was done, and a question that leads on."""
        records = self._records()
        if records:
            said = [
                told(name, record.sentence, record.hint)
                for name, record in zip(self.mistakes, records, strict=True)
            ]
            parts = [FEEDBACK["or"].join(sentence for sentence, _ in said[:2])]
            parts += filter(None, [said[0][1]])
        elif self.verdict == "follows":
            parts = [FEEDBACK["follows_from"].format(cell=text(cell_term(self.origin)))]
        elif self.verdict == "right":
            parts = []
        else:
            parts = [FEEDBACK[f"{self._kind()}_said"]]
        return " ".join([*parts, *self._more()])

    @property
    def explained(self) -> str:
        """What a teacher is told: the names of the mistakes and where they come from."""
        records = self._records()
        if not records:
            return self.said
        explained = " ".join(
            f"{name}: {record.explanation or record.sentence}"
            for name, record in zip(self.mistakes, records, strict=True)
        )
        return " ".join([explained, *self._more()])

    def _records(self) -> list[Mistake]:
        known: Mapping[str, Mistake] = {**MISCONCEPTIONS, **SLIPS, **self.own}
        return [known[name] for name in self.mistakes]

    def _kind(self) -> str:
        """Return under which word it stands what is said of this cell."""
        formula = self.cell.startswith(("formula:", "node:")) and self.verdict != "missing"
        return self.reason or (f"{self.verdict}_formula" if formula else self.verdict)

    def _more(self) -> list[str]:
        return [FEEDBACK["trivial"]] * self.trivial + ([self.remark] if self.remark else [])


@dataclass(frozen=True, slots=True)
class Feedback(Tabular):
    """Findings as a table for a student or a teacher: a row for each cell that is not credited.

    Cells that are right or follow from an error are counted, not listed.
    """

    findings: tuple[Finding, ...]
    teacher: bool = False

    @property
    def credited(self) -> int:
        """Cells that are right or follow."""
        return sum(finding.verdict in CREDITED for finding in self.findings)

    @property
    def summary(self) -> str:
        """How many cells are right, wrong, consistent, open."""
        counts = [
            (sum(f.verdict == verdict for f in self.findings), FEEDBACK[f"count_{verdict}"])
            for verdict in ("right", "wrong", "follows", "undecided", "missing")
        ]
        listed = ", ".join(f"{count} {word}" for count, word in counts if count)
        whole = FEEDBACK["credited"].format(credited=self.credited, cells=len(self.findings))
        return f"{whole}: {listed}." if listed else f"{whole}."

    def grid(self) -> Grid:
        """Return it laid out."""
        heads = [
            Header("cell", Word(FEEDBACK["cell"])),
            Header("given", Word(FEEDBACK["given"]), True),
            Header("verdict", Word(FEEDBACK["verdict"])),
        ]
        if self.teacher:
            heads.append(Header("right", Word(FEEDBACK["should"]), True))
        heads.append(Header("said", Word(FEEDBACK["explained" if self.teacher else "said"])))
        rows = [
            GridRow(self._cells(finding), first=True, last=True)
            for finding in self.findings
            if finding.verdict not in CREDITED or finding.remark
        ]
        kind = "feedback"
        return Grid(kind, (FEEDBACK["caption"],), tuple(heads), tuple(rows), self.summary)

    def _cells(self, finding: Finding) -> dict[str, Cell]:
        shown = finding.given.strip()
        if len(shown) > LONGEST:
            shown = shown[: LONGEST - 1] + "…"
        cells = {
            "cell": Cell(cell_term(finding.cell), finding.cell),
            "given": words(shown or FEEDBACK["nothing"]),
            "verdict": words(FEEDBACK.get(finding.reason, FEEDBACK[finding.verdict])),
            "said": words(self._said(finding)),
        }
        if self.teacher:
            known = finding.right is not None
            cells["right"] = plain_cell(finding.right, "value") if known else EMPTY
        return cells

    def _said(self, finding: Finding) -> str:
        """Return what is said, with how many cells were rightly worked out from an error."""
        said = finding.explained if self.teacher else finding.said
        after = sum(other.origin == finding.cell for other in self.findings)
        key = "carried_one" if after == 1 else "carried"
        return said + (FEEDBACK[key].format(count=after) if after else "")


def cell_term(id: str) -> Term:
    """Return a cell's id as people say it: ∂u/∂t, adjoint of t.

    >>> text(cell_term("partial:u1,t")), text(cell_term("adjoint:t"))
    ('∂u₁/∂t', 'adjoint of t')
    """
    kind, colon, names = id.partition(":")
    if not colon:
        return Word(FEEDBACK.get(f"cell_{id}", id))
    shown, _, which = names.partition("@")
    parts = shown.split(",")
    if kind == "path":
        terms: list[Term] = [Word(FEEDBACK["kind_path"])]
        for name in reversed(parts):
            terms += [Sign("→"), Symbol(name)] if len(terms) > 1 else [Symbol(name)]
        return Row(tuple(terms))
    if kind in ("partial", "formula", "share") and len(parts) == 2:
        term: Term = Partial(Symbol(parts[0]), Symbol(parts[1]))
        extra = FEEDBACK.get(f"kind_{kind}", "")
        return Row((Word(extra), term)) if extra else term
    if kind == "count":
        return Row((Word(FEEDBACK[f"count_{parts[0]}_of"]), *map(Symbol, parts[1:])))
    if len(parts) == 1 and parts[0] and f"kind_{kind}" in FEEDBACK:
        named: list[Term] = [Word(FEEDBACK[f"kind_{kind}"]), Symbol(parts[0])]
        named += [Word(FEEDBACK[f"which_{kind}"]), Symbol(which)] if which else []
        return Row(tuple(named))
    return Word(id)


def findings(report: Report) -> Iterable[Finding]:
    """Yield what a report says of each cell, in working order."""
    for cell, verdict in report.cells.items():
        given, remark = report.given.get(cell, ""), report.remarks.get(cell, "")
        yield Finding(cell, given, verdict, remark=remark, **_of_cell(report, cell))


def checked_findings(task: Task, checked: Checked, given: Mapping[str, str]) -> Iterable[Finding]:
    """Yield what was found in each cell of a checked task.

    Parameters
    ----------
    given
        What was written, by cell.
    """
    for cell, verdict in checked.cells.items():
        plain, _, which = cell.partition("@")
        report = checked.reports.get(which)
        # What follows in a kind of its own is an error to the passes alone.
        known = report is not None and report.cells.get(plain) == verdict
        found = _of_cell(report, plain) if report is not None and known else {}
        answer = task.answers[cell]
        found["origin"] = checked.origins.get(cell, "")
        if cell in checked.explained:
            found["names"], found["reason"] = checked.explained[cell]
        found["own"] = {own.name: own for own in task.mistakes}
        right = found.pop("right", None)
        if right is None and answer.kind in ("number", "whole"):
            right = float(answer.exact)
        remark = checked.remarks.get(cell, "")
        yield Finding(cell, given.get(cell, ""), verdict, right=right, remark=remark, **found)


def _of_cell(report: Report, cell: str) -> dict[str, Any]:
    return {
        "names": tuple(report.misconceptions.get(cell, ())),
        "origin": report.origins.get(cell, ""),
        "right": report.expected.get(cell, (None, None))[0],
        "trivial": cell in report.trivial,
        "reason": report.reasons.get(cell, ""),
    }

"""What came out of a class: bars that pick students, and a row for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Final

from chainrule.exercises.class_marking import Graded
from chainrule.exercises.feedback import Finding
from chainrule.exercises.gradebook import (
    VERDICTS,
    by_cell,
    by_mistake,
    cell_words,
    findings,
    first_error,
    handed_in,
)
from chainrule.exercises.sheet import points_text
from chainrule.passes.misconceptions import MISCONCEPTIONS, SLIPS
from chainrule.readings.prose import plain
from chainrule.ui.component import component, nothing

MOST_MISTAKES: Final = 8
COLUMNS: Final = 10
SHOWN: Final = {
    "right": "right",
    "follows": "follows",
    "wrong": "wrong",
    "undecided": "open",
    "missing": "empty",
}

_picking = component(
    "picking",
    "<i hidden></i>",
    Path(__file__).with_name("class_results.js").read_text(encoding="utf-8"),
    words={"picked": "{count} of {all}: {told}", "all": "show all"},
)


def picking() -> int | None:
    """Let a bar pick the students it counts, a square tell what was written, and a name be clicked.

    Returns
    -------
    int | None
        Number of the student whose name was clicked in this run.
    """
    name = getattr(_picking(key="picking", data={}, on_name_change=nothing), "name", None)
    return int(name) if name else None


def _picks(students: Iterable[Graded], told: str) -> str:
    """Return the attributes of a bar that picks these students."""
    numbers = " ".join(str(one.number) for one in students)
    return f'role="button" tabindex="0" data-picks="{numbers}" data-told="{escape(plain(told))}"'


def cells_html(graded: Sequence[Graded]) -> str:
    """Return a bar for each cell, from below what is right, follows, is wrong, open and empty."""
    cells, handed = by_cell(graded), handed_in(graded)
    whole = max((sum(one.counts.values()) for one in cells), default=1)
    worst = max((one.first for one in cells), default=0)
    verdicts = {one.number: {id: f.verdict for id, f in findings(one)} for one in handed}
    bars = []
    for one in cells:
        parts = "".join(
            f'<i class="{verdict}" style="height:{100 * one.counts[verdict] / whole:.2f}%"></i>'
            for verdict in reversed(VERDICTS)
            if one.counts[verdict]
        )
        told = ", ".join(f"{one.counts[v]} {SHOWN[v]}" for v in VERDICTS if one.counts[v])
        words = cell_words(one.cell)
        name = f"{words}: {told}; first wrong {one.first}"
        kind, _, names = one.cell.partition(":")
        mark = "worst" if worst and one.first == worst else ""
        missed = [s for s in handed if verdicts[s.number].get(one.cell, "right") != "right"]
        bars.append(
            f'<li class="{mark}" title="{escape(plain(name))}" '
            f"{_picks(missed, f'{words} not right')}>"
            f'<span class="bar">{parts}</span>'
            f"<small>{escape(plain(kind.partition('.')[2]))}<br>{escape(plain(names))}</small>"
            f"<b>{one.first or ''}</b></li>"
        )
    legend = "".join(f'<span><i class="{v}"></i>{SHOWN[v]}</span>' for v in VERDICTS)
    return (
        '<p class="cr-head"><b>By cell</b> below: how often first wrong'
        f'<span class="cr-legend">{legend}</span></p><ul class="cr-cells">{"".join(bars)}</ul>'
    )


def mistakes_html(graded: Sequence[Graded]) -> str:
    """Return a bar for each of the commonest mistakes."""
    mistakes = by_mistake(graded)[:MOST_MISTAKES]
    if not mistakes:
        return '<p class="cr-head"><b>By mistake</b> none that is known</p>'
    most = mistakes[0].students
    rows = "".join(
        f"<li {_picks((s for s in handed_in(graded) if one.name in s.mistakes), _said(one.name))}>"
        f"<span>{escape(_said(one.name))}</span>"
        f'<span class="bar"><i style="width:{100 * one.students / most:.1f}%"></i></span>'
        f"<b>{one.students}</b><small>{escape(cell_words(one.cell))}</small></li>"
        for one in mistakes
    )
    return (
        '<p class="cr-head"><b>By mistake</b> students, and the cell where most made it</p>'
        f'<ul class="cr-mistakes">{rows}</ul>'
    )


def _said(name: str) -> str:
    record = MISCONCEPTIONS.get(name) or SLIPS.get(name)
    return record.sentence if record is not None else plain(name)


def points_html(graded: Sequence[Graded]) -> str:
    """Return a histogram of the points of those who handed in."""
    handed = handed_in(graded)
    whole = sum(graded[0].of.values()) if graded else 0
    if not handed or not whole:
        return ""
    columns: dict[int, list[Graded]] = {at: [] for at in range(COLUMNS)}
    for one in handed:  # the last column holds its upper end, too
        at = int(round(one.total * COLUMNS / whole, 9))  # 0.3 of 1 begins the fourth
        columns[max(0, min(COLUMNS - 1, at))].append(one)
    most = max(map(len, columns.values()))
    bars = []
    for at, students in columns.items():
        low, high = (points_text(edge * whole / COLUMNS) for edge in (at, at + 1))
        told = f"{low} to {'' if at == COLUMNS - 1 else 'less than '}{high} points"
        bars.append(
            f'<li title="{told}: {len(students)}" {_picks(students, told)}><span class="bar">'
            f'<i style="height:{100 * len(students) / most:.1f}%"></i></span>'
            f"<small>{low}</small><b>{len(students) or ''}</b></li>"
        )
    head = f'<p class="cr-head"><b>By points</b> of {points_text(whole)}</p>'
    return f'{head}<ul class="cr-cells points">{"".join(bars)}</ul>'


def gradebook_html(graded: Sequence[Graded]) -> str:
    """Return a row for each student: the cells in working order, points, the first error."""
    rows = []
    for one in graded:
        squares = "".join(
            f'<i class="{f.verdict}" title="{escape(plain(_written(id, f)))}"></i>'
            for id, f in findings(one)
        )
        error = first_error(one)
        told = "nothing handed in" if not one.source else ""
        if error is not None:
            told = f"{cell_words(error[0])}: {error[1].said}"
        if one.unread:
            told = f"{len(one.unread)} open. {told}"
        points = points_text(one.total) if one.source else "–"
        rows.append(
            f'<tr data-student="{one.number}"><th>{_name(one)}</th>'
            f"<td>{escape(plain(one.id))}</td>"
            f'<td class="squares">{squares if one.source else ""}</td><td class="num">{points}'
            f"</td><td>{escape(plain(told))}</td></tr>"
        )
    titles = ("student", "number", "cells in working order", "points", "first error")
    heads = "".join(f"<th>{word}</th>" for word in titles)
    return (
        '<p class="cr-head"><b>Gradebook</b> <span class="cr-picked" role="status"></span></p>'
        f'<div class="cr-book"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}'
        "</tbody></table></div>"
    )


def _name(one: Graded) -> str:
    """Return a name; a click on that of one who handed in opens the sheet as marked."""
    name = escape(plain(one.name))
    link = f'role="button" tabindex="0" data-name="{one.number}" title="the sheet as marked"'
    return f"<span {link}>{name}</span>" if one.source else name


def _written(id: str, found: Finding) -> str:
    """Return what was written in a cell, what became of it, and what would be right."""
    given = found.given.strip() or "nothing written"
    right = "" if found.verdict == "right" or found.right is None else f"; right: {found.right:.6g}"
    said = f". {found.said}" if found.said else ""
    return f"{cell_words(id)}: {given}, {SHOWN[found.verdict]}{right}{said}"

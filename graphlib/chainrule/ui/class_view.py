"""What came out of a class as HTML: by cell, by mistake, and the gradebook; no hue but ink."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from chainrule.exercises.class_marking import Graded
from chainrule.exercises.gradebook import (
    VERDICTS,
    CellCount,
    MistakeCount,
    cell_words,
    findings,
    first_error,
)
from chainrule.exercises.sheet import points_text
from chainrule.passes.misconceptions import MISCONCEPTIONS, SLIPS
from chainrule.readings.prose import plain

MOST_MISTAKES: Final = 8
SHOWN: Final = {
    "right": "right",
    "follows": "follows",
    "wrong": "wrong",
    "undecided": "open",
    "missing": "empty",
}


def cells_html(cells: Sequence[CellCount]) -> str:
    """Return a bar for each cell, from below what is right, follows, is wrong, open and empty."""
    whole = max((sum(one.counts.values()) for one in cells), default=1)
    worst = max((one.first for one in cells), default=0)
    bars = []
    for one in cells:
        parts = "".join(
            f'<i class="{verdict}" style="height:{100 * one.counts[verdict] / whole:.2f}%"></i>'
            for verdict in reversed(VERDICTS)
            if one.counts[verdict]
        )
        told = ", ".join(f"{one.counts[v]} {SHOWN[v]}" for v in VERDICTS if one.counts[v])
        name = f"{cell_words(one.cell)}: {told}; first wrong {one.first}"
        kind, _, names = one.cell.partition(":")
        mark = " worst" if worst and one.first == worst else ""
        bars.append(
            f'<li class="{mark.strip()}" title="{escape(plain(name))}"><span class="bar">{parts}'
            f"</span><small>{escape(plain(kind.partition('.')[2]))}<br>{escape(plain(names))}</small>"
            f"<b>{one.first or ''}</b></li>"
        )
    legend = "".join(f'<span><i class="{v}"></i>{SHOWN[v]}</span>' for v in VERDICTS)
    return (
        '<p class="cr-head"><b>By cell</b> below: how often first wrong'
        f'<span class="cr-legend">{legend}</span></p><ul class="cr-cells">{"".join(bars)}</ul>'
    )


def mistakes_html(mistakes: Sequence[MistakeCount]) -> str:
    """Return a bar for each of the commonest mistakes."""
    if not mistakes:
        return '<p class="cr-head"><b>By mistake</b> none that is known</p>'
    most = mistakes[0].students
    rows = "".join(
        f"<li><span>{escape(_said(one.name))}</span>"
        f'<span class="bar"><i style="width:{100 * one.students / most:.1f}%"></i></span>'
        f"<b>{one.students}</b><small>{escape(cell_words(one.cell))}</small></li>"
        for one in mistakes[:MOST_MISTAKES]
    )
    return (
        '<p class="cr-head"><b>By mistake</b> students, and the cell where most made it</p>'
        f'<ul class="cr-mistakes">{rows}</ul>'
    )


def _said(name: str) -> str:
    record = MISCONCEPTIONS.get(name) or SLIPS.get(name)
    return record.sentence if record is not None else plain(name)


def gradebook_html(graded: Sequence[Graded]) -> str:
    """Return a row for each student: the cells in working order, points, the first error."""
    rows = []
    for one in graded:
        squares = "".join(
            f'<i class="{f.verdict}" title="{escape(plain(f"{cell_words(id)}: {f.given}"))}"></i>'
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
            f"<tr><th>{escape(plain(one.name))}</th><td>{escape(plain(one.id))}</td>"
            f'<td class="squares">{squares if one.source else ""}</td><td class="num">{points}'
            f"</td><td>{escape(plain(told))}</td></tr>"
        )
    titles = ("student", "number", "cells in working order", "points", "first error")
    heads = "".join(f"<th>{word}</th>" for word in titles)
    return (
        '<p class="cr-head"><b>Gradebook</b></p><div class="cr-book"><table><thead><tr>'
        f"{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )

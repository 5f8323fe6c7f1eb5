"""The figure of a sheet: the picture of a graph, with places that the student fills."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from chainrule.drawing.layout import placed
from chainrule.drawing.marks import picture
from chainrule.drawing.positions import Layout
from chainrule.drawing.reduction import reduced
from chainrule.drawing.scene import Card, Line, Look, Outline, Stage
from chainrule.drawing.widths import WRITTEN, width
from chainrule.exercises.problem import Problem
from chainrule.graph.wengert import INPUT, Edge
from chainrule.readings.document import Block
from chainrule.readings.picture import Picture, Type
from chainrule.readings.terms import Row, Term, text

WIDTH: Final = 690.0
"""Width in px from which on letters are smaller than those of the text."""

SHEER: Final = 0.72
"""Down to which part of its size a figure runs from left to right, as the lecture's do."""


@dataclass(frozen=True, slots=True)
class Figure(Block):
    """A graph on a sheet.

    Parameters
    ----------
    asked, solved
        The picture with empty places, and with what belongs there.
    blanks
        The cards whose formulas are asked: name and cell.
    """

    asked: Picture
    solved: Picture
    blanks: tuple[tuple[Term, str], ...]


def figure(
    problem: Problem,
    *,
    blank: Collection[int] = (),
    missing: Collection[tuple[int, int]] = (),
    alternative: str = "",
) -> Figure:
    """Return the graph of a problem as a figure.

    Parameters
    ----------
    blank
        Nodes whose formulas are asked.
    missing
        Edges, as (user, operand), that the student is to draw.

    Raises
    ------
    DrawingError, OutsideTimeout
        If Graphviz cannot lay it out.
    """
    view = problem.worked.view
    formulas = {
        node: None if view.graph.ops[node] is INPUT else view.formula(node) for node in view.shown
    }
    layout = _layout(problem, {n: None if n in blank else f for n, f in formulas.items()})
    scene = Stage(layout, Look()).scene()
    cells = {node: f"node:{view.labels[node]}" for node in blank}

    def card(one: Card, formula: Term | None) -> Card:
        """Return a card without its numbers: they are for the student."""
        outline: Outline = "input" if formula is None else "plain"
        return replace(
            one, formula=formula, value=None, derivative=None, outline=outline, remark=""
        )

    def lines(*, solved: bool) -> tuple[Line, ...]:
        left_out = {line: (line.edge.user, line.edge.operand) in missing for line in scene.lines}
        return tuple(
            replace(line, lit=gone, texts=())
            for line, gone in left_out.items()
            if solved or not gone
        )

    def drawn(*, solved: bool) -> Picture:
        shown = dict(formulas) if solved else formulas | dict.fromkeys(blank, Row(()))
        cards = tuple(card(one, shown[one.node]) for one in scene.cards)
        made = picture(replace(scene, cards=cards, lines=lines(solved=solved)), alternative)
        names = (
            Type(
                (one.box.x + one.box.w / 2 - 6, one.box.y - one.box.h / 2 + 7),
                "end",
                7.5,
                cells[one.node],
                "quiet",
            )
            for one in cards
            if one.node in cells
        )
        return replace(made, marks=(*made.marks, *names))

    blanks = tuple((view.name(node), cells[node]) for node in view.shown if node in cells)
    return Figure(drawn(solved=False), drawn(solved=True), blanks)


def _layout(problem: Problem, shown: Mapping[int, Term | None]) -> Layout:
    """Return where cards stand: left to right where it fits the page, else top down.

    How wide a card is tells nothing of what is asked.
    """
    view = problem.worked.view
    edges = {(edge.user, edge.operand): edge for edge in reversed(view.edges)}
    once: tuple[Edge, ...] = tuple(reversed(edges.values()))
    drawn = replace(reduced(view), edges=once, texts=False)
    wide = {}
    for node, formula in shown.items():
        words = text(view.name(node)) + ("" if formula is None else f" = {text(formula)}")
        need = width(words, WRITTEN.name) + 2 * WRITTEN.side
        wide[node] = 2 * round(max(WRITTEN.least, need) / 2)
    across = placed(drawn, wide=wide, written=True)
    if across.width <= WIDTH / SHEER:
        return across
    return min(across, placed(drawn, "TB", wide=wide, written=True), key=lambda way: way.width)

"""The picture of one moment, placed: cards, lines and their text, before any format is chosen.

All moments of a run share one layout, so that nothing moves from step to step. TikZ, slides and
the animation write the same scene, each in its own language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from chainrule.drawing.alternative import LONGEST, MARK, has_derivative, is_number, short, shown
from chainrule.drawing.labels import Align, Box, Point
from chainrule.drawing.layout import Layout
from chainrule.drawing.moment import Moment, moment
from chainrule.drawing.widths import Sizes
from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.run import Number
from chainrule.readings.catalogue import WORDS
from chainrule.readings.terms import EQUALS, Coloured, Role, Row, Sign, Term, Word, row, text
from chainrule.readings.view import View

Outline = Literal["plain", "input", "source", "target", "warning"]

_COMMAND: Final = re.compile(r"([MLC])([^MLC]*)")


@dataclass(frozen=True, slots=True)
class Card:
    """A node: x and y of `box` are its centre, y downward, in px.

    Parameters
    ----------
    name, formula
        The formula is None for an input.
    value, derivative
        None is "not computed yet", an empty outline.
    due
        Whether a derivative is due at all.
    outline
        What its frame says: an input, or the node a step takes from or gives to, or trouble.
    """

    node: int
    box: Box
    name: Term
    formula: Term | None
    value: Term | None
    derivative: Term | None
    due: bool
    outline: Outline

    @property
    def head(self) -> Term:
        """The name, and the formula if it has one."""
        return self.name if self.formula is None else row(self.name, EQUALS, self.formula)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text on an edge: where it is anchored, which end keeps there, and what."""

    at: Point
    align: Align
    term: Term


@dataclass(frozen=True, slots=True)
class Line:
    """An edge from operand to user.

    Parameters
    ----------
    start, pieces
        Where it begins; then for each piece its further points, one (straight) or three (cubic).
    tip
        The tip of its arrow head, 9 px beyond its end.
    texts
        One line of text, or two: above and below a level line.
    lit, backward
        Whether it is the edge of the step, and whether the derivative runs against it.
    dotted
        Whether no derivative can flow along it.
    """

    edge: Edge
    start: Point
    pieces: tuple[tuple[Point, ...], ...]
    tip: Point
    texts: tuple[Text, ...]
    lit: bool
    backward: bool
    dotted: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """The picture of a moment: its size in px, sizes of type, cards and lines."""

    width: float
    height: float
    sizes: Sizes
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    note: str = ""


def scene(layout: Layout, step: int | None = None, *, derivatives: bool = True) -> Scene:
    """Return the picture of a run after `step`, counted from 0; None is the finished run.

    Parameters
    ----------
    derivatives
        Whether adjoints or tangents, and local partials, are shown.

    Raises
    ------
    DrawingError
        If the run has no such step.
    """
    view = layout.view
    now = moment(view, step)
    cards = tuple(
        _card(view, now, int(key[1:]), box, derivatives) for key, box in layout.nodes.items()
    )
    lines = []
    for key, route in layout.edges.items():
        user, slot = map(int, key[1:].split("_"))
        edge = Edge(user, slot, view.graph.operands[user][slot])
        start, *pieces = _points(route.d)
        texts: tuple[Text, ...] = ()
        if route.label is not None and derivatives:
            texts = tuple(_texts(route.label.box, route.label.align, route.label.rows,
                                 _label(view, now, edge)))  # fmt: skip
        lit = now.edge == (user, slot)
        backward = lit and view.reverse and (user, slot) in now.shares
        dotted = (user, slot) not in view.run.fine.local
        lines.append(
            Line(edge, start[0], tuple(pieces), route.tip, texts, lit, backward, dotted)
        )  # fmt: skip
    return Scene(
        layout.width, layout.height, layout.sizes, cards, tuple(lines), layout.note
    )  # fmt: skip


def _points(path: str) -> list[tuple[Point, ...]]:
    """Return the points behind each command of a path of ours: M, L and C, absolute."""
    found = []
    for _command, numbers in _COMMAND.findall(path):
        pairs = (pair.split(",") for pair in numbers.split())
        found.append(tuple((float(x), float(y)) for x, y in pairs))
    return found


def fitted(term: Term) -> Term:
    """Return a term, or its beginning in words where it is too long for a card."""
    return term if len(text(term)) <= LONGEST else Word(short(term))


def _card(view: View, now: Moment, node: int, box: Box, derivatives: bool) -> Card:
    is_input = view.graph.ops[node] is INPUT
    value = view.run.value(node)
    derivative = now.derivatives.get(node)
    outline: Outline = "input" if is_input else "plain"
    numbers = (value, view.run.derivative(node)) if derivatives else (value,)
    if any(number.undefined is not None for number in numbers):
        outline = "warning"
    if node == now.source:
        outline = "source"
    if node == now.target:
        outline = "target"
    return Card(
        node,
        box,
        fitted(view.name(node)),
        None if is_input else fitted(view.formula(node)),
        _number(view, value, "value", node in view.run.kinks) if node in now.values else None,
        None if derivative is None else _number(view, derivative, "derivative"),
        derivatives and has_derivative(view, node),
        outline,
    )


def _number(view: View, number: Number, role: Role, marked: bool = False) -> Term:
    """Return a number in its colour, with a mark where there is a warning."""
    mark = Coloured("warning", Word(f"\u2009{MARK}", r"\,\triangle"))
    if number.undefined is not None:
        return Coloured("warning", Word(f"{MARK} {WORDS['undefined']}",
                                        rf"\triangle\,\text{{{WORDS['undefined']}}}"))  # fmt: skip
    term = view.numeral(number, role)
    if shown(view, number) != text(term):
        term = Coloured(role, Word(shown(view, number)))
    return Row((term, mark)) if number.flagged or marked else term


def _label(view: View, now: Moment, edge: Edge) -> tuple[Term, ...]:
    """Return the text of an edge in up to two parts, left and right of an equals sign."""
    key = edge.user, edge.slot
    partial = view.run.partial(*key)
    if partial is None or key not in now.partials:
        return ()
    number = _number(view, partial, "partial") if is_number(partial) else None
    share = view.run.flowing(*key) if key in now.shares else None
    if share is not None and number is not None:
        source = view.run.derivative(edge.user if view.reverse else edge.operand)
        product = row(_number(view, source, "derivative"), Sign("×"), number)
        return _number(view, share, "derivative"), product
    formula = Coloured("partial", fitted(view.partial_formula(edge)))
    if number is None or text(formula) == text(number):
        return (formula,)
    return formula, number


def _texts(box: Box, align: Align, rows: int, parts: tuple[Term, ...]) -> list[Text]:
    x = box.x + {"start": -0.5, "middle": 0.0, "end": 0.5}[align] * box.w
    if not parts:
        return []
    if rows == 1:
        whole = parts[0] if len(parts) == 1 else row(parts[0], EQUALS, parts[1])
        return [Text((x, box.y), align, whole)]
    return [
        Text((x, box.y + (i - 0.5) * box.h / 2), align, part) for i, part in enumerate(parts)
    ]  # fmt: skip

"""The picture of one moment, placed: cards, lines and their text, before any format is chosen.

All moments of a run share one layout, so that nothing moves from step to step. TikZ, slides and
the animation write the same scene, each in its own language.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

from chainrule.drawing.alternative import LONGEST, MARK, has_derivative, is_number, short, shown
from chainrule.drawing.labels import Align, Box, Label, Point
from chainrule.drawing.layout import HEAD, Layout, Route
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
class Window:
    """A part of the picture, in px."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, box: Box) -> bool:
        """Whether any of a box can be seen."""
        return (
            abs(2 * (box.x - self.left) - self.width) <= self.width + box.w
            and abs(2 * (box.y - self.top) - self.height) <= self.height + box.h
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """The picture of a moment: its size in px, sizes of type, cards and lines."""

    width: float
    height: float
    sizes: Sizes
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    note: str = ""

    def around(self, width: float, height: float) -> Window:
        """Return the window of at most this size about the nodes of the step, in the picture."""
        step = [card.box for card in self.cards if card.outline in ("source", "target")]
        boxes = step or [card.box for card in self.cards]
        width, height = min(width, self.width), min(height, self.height)
        x = (min(box.x for box in boxes) + max(box.x for box in boxes)) / 2
        y = (min(box.y for box in boxes) + max(box.y for box in boxes)) / 2
        left = min(max(0.0, x - width / 2), self.width - width)
        top = min(max(0.0, y - height / 2), self.height - height)
        return Window(left, top, width, height)

    def within(self, window: Window) -> Scene:
        """Return the part of the picture that can be seen through a window."""
        boxes = {card.node: card.box for card in self.cards}
        cards = tuple(card for card in self.cards if window.holds(card.box))
        lines = tuple(
            line
            for line in self.lines
            if window.holds(spanned(boxes[line.edge.operand], boxes[line.edge.user]))
        )
        return Scene(self.width, self.height, self.sizes, cards, lines, self.note)


def spanned(first: Box, second: Box) -> Box:
    """Return the box in which both lie."""
    return Box(
        (first.x + second.x) / 2,
        (first.y + second.y) / 2,
        abs(first.x - second.x) + (first.w + second.w) / 2,
        abs(first.y - second.y) + (first.h + second.h) / 2,
    )


def arrow(line: Line) -> tuple[Point, tuple[Point, Point]]:
    """Return the tip of a line's arrow head and its two other corners."""
    tip, end = line.tip, line.pieces[-1][-1]
    if line.backward:
        # What flows runs against the line, so its head stands where the line begins.
        first = line.pieces[0][0]
        along = (first[0] - line.start[0], first[1] - line.start[1])
        long = math.hypot(*along) or 1.0
        tip = line.start
        end = (tip[0] + HEAD * along[0] / long, tip[1] + HEAD * along[1] / long)
    across = (0.42 * (end[1] - tip[1]), 0.42 * (tip[0] - end[0]))
    return tip, ((end[0] + across[0], end[1] + across[1]), (end[0] - across[0], end[1] - across[1]))


class Stage:
    """A run's cards and lines, placed; what never changes is written once.

    Parameters
    ----------
    layout
        Where everything stands.
    derivatives
        Whether adjoints or tangents, and local partials, are shown.
    """

    def __init__(self, layout: Layout, *, derivatives: bool = True) -> None:
        self.layout = layout
        self.view = view = layout.view
        self.derivatives = derivatives
        self.boxes = {int(key[1:]): box for key, box in layout.nodes.items()}
        self.names = {node: fitted(view.name(node)) for node in self.boxes}
        self.formulas = {
            node: None if view.graph.ops[node] is INPUT else fitted(view.formula(node))
            for node in self.boxes
        }
        self.due = {node: derivatives and has_derivative(view, node) for node in self.boxes}
        self.routes: list[tuple[Edge, Route, list[tuple[Point, ...]]]] = []
        for key, route in layout.edges.items():
            user, slot = map(int, key[1:].split("_"))
            edge = Edge(user, slot, view.graph.operands[user][slot])
            self.routes.append((edge, route, _points(route.d)))

    def scene(self, step: int | None = None) -> Scene:
        """Return the picture of the run after `step`, counted from 0; None is the finished run.

        Raises
        ------
        DrawingError
            If the run has no such step.
        """
        now, layout = moment(self.view, step), self.layout
        cards = tuple(self._card(now, node) for node in self.boxes)
        lines = tuple(self._line(now, *route) for route in self.routes)
        return Scene(layout.width, layout.height, layout.sizes, cards, lines, layout.note)

    def _card(self, now: Moment, node: int) -> Card:
        view = self.view
        value = view.run.value(node) if node in now.values else None
        derivative = now.derivatives.get(node) if self.due[node] else None
        outline: Outline = "input" if self.formulas[node] is None else "plain"
        if any(number is not None and number.undefined for number in (value, derivative)):
            outline = "warning"
        if node == now.source:
            outline = "source"
        if node == now.target:
            outline = "target"
        return Card(
            node,
            self.boxes[node],
            self.names[node],
            self.formulas[node],
            None if value is None else _number(view, value, "value", node in view.run.kinks),
            None if derivative is None else _number(view, derivative, "derivative"),
            self.due[node],
            outline,
        )

    def _line(self, now: Moment, edge: Edge, route: Route, path: list[tuple[Point, ...]]) -> Line:
        key, label = (edge.user, edge.slot), route.label
        texts: tuple[Text, ...] = ()
        if label is not None and self.derivatives:
            texts = tuple(_texts(label, _label(self.view, now, edge)))
        lit = now.edge == key
        backward = lit and self.view.reverse and key in now.shares
        dotted = key not in self.view.run.fine.local
        start, *pieces = path
        return Line(edge, start[0], tuple(pieces), route.tip, texts, lit, backward, dotted)


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


def _number(view: View, number: Number, role: Role, marked: bool = False) -> Term:
    """Return a number in its colour, with a mark where there is a warning."""
    mark = Coloured("warning", Word(f"\u2009{MARK}", r"\,\triangle"))
    if number.undefined is not None:
        return Coloured("warning", Word(f"{MARK} {WORDS['undefined']}",
                                        rf"\triangle\,\text{{{WORDS['undefined']}}}"))  # fmt: skip
    term = view.numeral(number, role)
    if shown(view, number) != text(term):
        term = Coloured(role, Word(shown(view, number)))
    return Row((term, mark)) if number.corrected or marked else term


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


def _texts(label: Label, parts: tuple[Term, ...]) -> list[Text]:
    """Return an edge's text, placed: on one line, or above and below it."""
    box, align = label.box, label.align
    x = box.x + {"start": -0.5, "middle": 0.0, "end": 0.5}[align] * box.w
    if not parts:
        return []
    if label.rows == 1:
        whole = parts[0] if len(parts) == 1 else row(parts[0], EQUALS, parts[1])
        return [Text((x, box.y), align, whole)]
    rows = enumerate(parts)
    return [Text((x, box.y + (i - 0.5) * box.h / 2), align, part) for i, part in rows]

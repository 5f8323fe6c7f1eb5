"""The picture of one moment, placed: cards, lines and their text, before any format is chosen.

All moments of a run share one layout, so that nothing moves from step to step. TikZ, slides and
the animation write the same scene, each in its own language.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

from chainrule.algebras.array import Array
from chainrule.drawing.alternative import (
    LONGEST,
    MARK,
    has_derivative,
    is_number,
    on_edge,
    printable,
    short,
    shown,
)
from chainrule.drawing.labels import Label, spanned
from chainrule.drawing.moment import Moment, moment
from chainrule.drawing.positions import HEAD, Layout, Route
from chainrule.drawing.reduction import Cluster
from chainrule.drawing.rows import Form, summed
from chainrule.drawing.widths import Sizes, digits_of, width
from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.run import Number
from chainrule.readings.catalogue import MARKS, WORDS
from chainrule.readings.picture import Align, Box, Point
from chainrule.readings.terms import EQUALS, Coloured, Role, Row, Sign, Term, Word, row, text
from chainrule.readings.theme import LIGHT, Theme
from chainrule.readings.view import View

Outline = Literal["plain", "input", "source", "target", "warning"]
_DECADES: Final = 4.0


@dataclass(frozen=True, slots=True)
class Look:
    """The options of a drawing; see :func:`chainrule.drawing.pictures.draw`."""

    theme: Theme = LIGHT
    step: int | None = None
    scale: bool = False
    derivatives: bool = True
    title: str = ""


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
    form
        A card, one line ("chip"), or a "row" of another card.
    part
        How far its line goes over into the derivative's colour, from 0 to 1.
    remark
        What is wrong there, in words under the card; may be empty.
    upper
        Height of the part above its rows.
    last
        Whether it is the last row of its card.
    column
        How far from the right the value of a row or chip ends.
    lower
        How far below the value the derivative stands, where both are too long for one line.
    """

    node: int
    box: Box
    name: Term
    formula: Term | None
    value: Term | None
    derivative: Term | None
    due: bool
    outline: Outline
    form: Form = "card"
    part: float = 0.0
    remark: str = ""
    upper: float = 0.0
    last: bool = False
    column: float = 0.0
    lower: float = 0.0

    @property
    def flat(self) -> bool:
        """Whether everything stands in one line."""
        return self.form in ("row", "chip")

    @property
    def fill(self) -> str:
        """The name of its ground's colour in a theme."""
        if self.outline == "target":
            return "lit_card"
        return "input_card" if self.formula is None else "card"

    @property
    def line(self) -> str:
        """The name of its line's colour in a theme."""
        lines = {"source": "derivative", "target": "derivative", "warning": "warning"}
        return lines.get(self.outline, "value" if self.formula is None else "card_line")

    @property
    def width(self) -> float:
        """The width of its line in px."""
        return 2.25 if self.outline == "target" else 1.25 + 2.25 * self.part


@dataclass(frozen=True, slots=True)
class EdgeText:
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
    ring
        Whether it ends in a ring beside a row.
    part
        How far its colour goes over into the derivative's, from 0 to 1.
    dashed
        Whether it takes a value to an adjoint.
    """

    edge: Edge
    start: Point
    pieces: tuple[tuple[Point, ...], ...]
    tip: Point
    texts: tuple[EdgeText, ...]
    lit: bool
    backward: bool
    dotted: bool
    ring: bool = False
    part: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """A quiet ground behind nodes, with its title; `backward` if they are adjoints."""

    box: Box
    title: str
    backward: bool
    current: bool


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
    grounds: tuple[Ground, ...] = ()

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
        return replace(self, cards=cards, lines=lines)


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
    look
        Whether derivatives and local partials are shown, and whether lines tell their sizes.
    adjoints
        The nodes that are adjoints, whose values are derivatives.
    """

    def __init__(
        self, layout: Layout, look: Look | None = None, adjoints: frozenset[int] = frozenset()
    ) -> None:
        self.layout = layout
        self.look = look or Look()
        self.adjoints = adjoints
        self.view = view = layout.view
        self.boxes = layout.nodes
        self.forms, self.last, self.factors = layout.forms, layout.last, layout.factors
        self.names = {node: fitted(view.name(node)) for node in self.boxes}
        self.formulas = {node: self._formula(node) for node in self.boxes}
        derivatives = self.look.derivatives
        self.due = {node: derivatives and has_derivative(view, node) for node in self.boxes}
        self.remarks = {node: self._remark(node) for node in self.boxes}
        sizes = [_size(view.run.derivative(node)) for node in self.boxes] if look else []
        self.largest = max(sizes, default=0.0)

    def _formula(self, node: int) -> Term | None:
        if self.view.graph.ops[node] is INPUT:
            return None
        rows = self.layout.rows.get(node)
        return fitted(summed(self.view, node, rows) if rows else self.view.formula(node))

    def _remark(self, node: int) -> str:
        """Return the warning that begins at a node: why there is no number, or a kink."""
        run = self.view.run
        numbers = [run.value(node)] + [run.derivative(node)] * self.look.derivatives
        reasons = [n.undefined for n in numbers if n.undefined is not None]
        for reason in reasons:
            if reason.node == node:
                return printable(f"{MARK} {reason.op} needs {reason.needs}", 42)
        return f"{MARK} {MARKS['kink']}" if node in run.kinks else ""

    def scene(self, step: int | None = None) -> Scene:
        """Return the picture of the run after `step`, counted from 0; None is the finished run.

        Raises
        ------
        DrawingError
            If the run has no such step.
        """
        now, layout = moment(self.view, step), self.layout
        cards = tuple(self._card(now, node) for node in self.boxes)
        lines = tuple(self._line(now, *route) for route in layout.edges.items())
        grounds = tuple(self._ground(now, *ground) for ground in layout.grounds)
        return Scene(layout.width, layout.height, layout.sizes, cards, lines, layout.note, grounds)

    def _ground(self, now: Moment, box: Box, cluster: Cluster) -> Ground:
        title = printable(cluster.title, 60)
        return Ground(box, title, cluster.backward, now.target in cluster.nodes)

    def _part(self, number: Number | None) -> float:
        """Return where a size lies between the largest and four decades below it, 1 to 0."""
        size = _size(number)
        if not self.look.scale or not size or not self.largest:
            return 0.0
        return max(0.0, 1 + min(0.0, math.log10(size / self.largest)) / _DECADES)

    def _card(self, now: Moment, node: int) -> Card:
        view, layout = self.view, self.layout
        value = view.run.value(node) if node in now.values else None
        derivative = now.derivatives.get(node) if self.due[node] else None
        outline: Outline = "input" if self.formulas[node] is None else "plain"
        if any(number is not None and number.undefined for number in (value, derivative)):
            outline = "warning"
        if node == now.source:
            outline = "source"
        if node == now.target:
            outline = "target"
        role: Role = "derivative" if node in self.adjoints else "value"
        lower = layout.sizes.line if node in layout.stacked else 0.0
        return Card(
            node,
            self.boxes[node],
            self.names[node],
            self.formulas[node],
            None if value is None else _number(view, value, role, node in view.run.kinks),
            None if derivative is None else _number(view, derivative, "derivative"),
            self.due[node],
            outline,
            self.forms[node],
            self._part(derivative),
            self.remarks[node],
            layout.sizes.head if node in layout.rows else self.boxes[node].h - lower,
            node in self.last,
            self._column(node),
            lower,
        )

    def _column(self, node: int) -> float:
        sizes = self.layout.sizes
        if not self.due[node]:
            return sizes.side
        size = sizes.small if self.forms[node] == "row" else sizes.number
        digits = width(digits_of(self.view, node, derivative=True), size)
        return sizes.side + max(sizes.outline, digits) + sizes.between

    def _line(self, now: Moment, edge: Edge, route: Route) -> Line:
        key, label, layout = (edge.user, edge.slot), route.label, self.layout
        lit = now.edge == key
        texts: tuple[EdgeText, ...] = ()
        if edge in self.factors:
            texts = self._share_of_row(now, edge)
        elif label is not None and self.look.derivatives:
            parts = _label(self.view, now, edge)
            if layout.sizes.brief:  # the share alone, or the number of the partial
                parts = parts[:1] if key in now.shares else parts[-1:]
            texts = tuple(_texts(label, parts))
        return Line(
            edge,
            *route.drawn,
            route.tip,
            texts,
            lit,
            lit and self.view.reverse and key in now.shares,
            not self.adjoints and key not in self.view.run.fine.local,
            edge in self.factors,
            self._part(self.view.run.flowing(*key)) if key in now.flowed else 0.0,
            edge.user in self.adjoints and edge.operand not in self.adjoints,
        )

    def _share_of_row(self, now: Moment, edge: Edge) -> tuple[EdgeText, ...]:
        """Return the share that came over the edge into a row: above or below its operand."""
        key = (edge.user, edge.slot)
        if key not in now.shares or not (self.look.derivatives and self.view.reverse):
            return ()
        parts = _label(self.view, now, edge)
        box = self.boxes[edge.operand]
        number = now.shares.index(key)
        y = box.y - box.h / 2 - 11 if number == 0 else box.y + box.h / 2 - 6 + 17 * number
        return (EdgeText((box.x - box.w / 2, y), "start", row(parts[0], EQUALS, parts[-1])),)


def _size(number: Number | None) -> float:
    """Return the largest absolute entry of a number, 0 where there is none."""
    if number is None or number.undefined is not None or not is_number(number):
        return 0.0
    if isinstance(number.shown, Array):
        return max((abs(float(x)) for x in number.shown.data.ravel()), default=0.0)
    size = abs(float(number.shown))
    return size if math.isfinite(size) else 0.0


def fitted(term: Term) -> Term:
    """Return a term, or its beginning in words where it is too long for a card."""
    return term if len(text(term)) <= LONGEST else Word(short(term))


def _number(view: View, number: Number, role: Role, marked: bool = False) -> Term:
    """Return a number in its colour, with a mark where there is a warning."""
    mark = Coloured("warning", Word(f"\u2009{MARK}", r"\,\triangle"))
    if number.undefined is not None:
        words = WORDS["undefined"]
        return Coloured("warning", Word(f"{MARK} {words}", rf"\triangle\,\text{{{words}}}"))
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
    number = _number(view, partial, "partial") if on_edge(view, partial) else None
    share = view.run.flowing(*key) if key in now.shares else None
    if share is not None and number is not None:
        source = view.run.derivative(edge.user if view.reverse else edge.operand)
        product = row(_number(view, source, "derivative"), Sign("×"), number)
        return _number(view, share, "derivative"), product
    formula = Coloured("partial", fitted(view.partial_formula(edge)))
    if number is None or text(formula) == text(number):
        return (formula,)
    return formula, number


def _texts(label: Label, parts: tuple[Term, ...]) -> list[EdgeText]:
    """Return an edge's text, placed: on one line, or above and below it."""
    box, align = label.box, label.align
    x = box.x + {"start": -0.5, "middle": 0.0, "end": 0.5}[align] * box.w
    if not parts:
        return []
    if label.rows == 1:
        whole = parts[0] if len(parts) == 1 else row(parts[0], EQUALS, parts[1])
        return [EdgeText((x, box.y), align, whole)]
    rows = enumerate(parts)
    return [EdgeText((x, box.y + (i - 0.5) * box.h / 2), align, part) for i, part in rows]

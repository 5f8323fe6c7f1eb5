"""A scene as marks: boxes, wires, tips, rings and texts, which every format can draw.

Where things stand on a card is said here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from chainrule.drawing.scene import Card, EdgeText, Ground, Line, Scene, arrow
from chainrule.drawing.widths import Sizes
from chainrule.readings.picture import Align, Box, Mark, Picture, Ring, Shape, Tip, Type, Wire
from chainrule.readings.terms import EQUALS, Coloured, Row, Term


def ground(ground: Ground, sizes: Sizes) -> Iterator[Mark]:
    """Yield a ground with its title."""
    box = ground.box
    yield Shape(box, "current" if ground.current else "module", radius=12)
    colour = "derivative" if ground.backward else "ink" if ground.current else "quiet"
    at = (box.x - box.w / 2 + 10, box.y - box.h / 2 + 13)
    yield Type(at, "start", sizes.small, ground.title, colour)


def outline(card: Card) -> Iterator[Mark]:
    """Yield the ground of a card and its frame."""
    box = card.box
    if card.form != "row":
        yield Shape(box, card.fill, card.line, card.width, part=card.part)
        return
    # A row lies inside the frame of its card.
    inside = Box(box.x, box.y - card.last / 2, box.w - 2, box.h - card.last)
    yield Shape(inside, card.fill, radius=8, corners="below" if card.last else "none")
    left, top = box.x - inside.w / 2, box.y - box.h / 2
    yield Wire((left, top), (((left + inside.w, top),),), "card_line", 1)


def head(card: Card, sizes: Sizes) -> Iterator[Mark]:
    """Yield name and formula of a card, and its remark."""
    box, left = card.box, card.box.x - card.box.w / 2
    formula: Term = Row(())
    if card.formula is not None:
        formula = Coloured("partial", Row((EQUALS, card.formula)))
    if card.flat:
        size, at = _size(card, sizes, sizes.name), (left + sizes.side, box.y)
        yield Type(at, "start", size, formula, bold=card.name)
    else:
        upper = (box.x, box.y - box.h / 2 + 0.32 * card.upper)
        room = box.w - sizes.side
        yield Type(upper, "middle", sizes.name, formula, room=room, bold=card.name)
    if card.remark:
        below = (left, box.y + box.h / 2 + 10)
        yield Type(below, "start", sizes.small, card.remark, "warning")


def value(card: Card, number: Term | None, sizes: Sizes) -> Iterator[Mark]:
    """Yield the value on a card."""
    half = card.box.w / 2
    if card.flat:
        yield _number(card, number, card.box.x + half - card.column, "end", sizes)
    else:
        yield _number(card, number, card.box.x - half + sizes.side, "start", sizes)


def derivative(card: Card, number: Term | None, sizes: Sizes) -> Iterator[Mark]:
    """Yield the derivative on a card, where one is due."""
    if card.due:
        x = card.box.x + card.box.w / 2 - sizes.side
        yield _number(card, number, x, "end", sizes, card.lower)


def _size(card: Card, sizes: Sizes, usual: float) -> float:
    return sizes.small if card.form == "row" else usual


def _number(
    card: Card, number: Term | None, x: float, to: Align, sizes: Sizes, lower: float = 0.0
) -> Mark:
    """Return a number, or the empty outline of one that is not computed yet."""
    box = card.box
    y = box.y if card.flat else box.y - box.h / 2 + 0.72 * card.upper + lower
    if number is not None:
        return Type((x, y), to, _size(card, sizes, sizes.number), number)
    wide, high = sizes.outline, 14 if card.form == "row" else sizes.blank
    middle = x + (wide / 2 if to == "start" else -wide / 2)
    return Shape(Box(middle, y, wide, high), line="quiet", width=1, radius=4, dashed=True)


def line(line: Line) -> Iterator[Mark]:
    """Yield an edge with the head of its arrow, or the ring in which it ends."""
    colour, part = ("derivative", 0.0) if line.lit else ("edge", line.part)
    pieces = line.pieces
    if line.backward or line.ring:
        pieces += ((line.tip,),)
    width = 2.25 if line.lit else 1.25 + 2.25 * part
    dash: Literal["", "dotted", "dashed"] = ""
    if line.dotted or line.dashed:
        dash = "dotted" if line.dotted else "dashed"
    yield Wire(line.start, pieces, colour, width, part, dash)
    if line.ring:
        yield Ring(line.tip, colour)
    if line.backward or not line.ring:
        tip, corners = arrow(line)
        yield Tip((tip, *corners), colour, part)


def label(text: EdgeText, sizes: Sizes) -> Iterator[Mark]:
    """Yield a line of text on an edge."""
    yield Type(text.at, text.align, sizes.label, text.term, "partial")


def edge(one: Line, sizes: Sizes) -> Iterator[Mark]:
    """Yield an edge with its text."""
    yield from line(one)
    for text in one.texts:
        yield from label(text, sizes)


def node(card: Card, sizes: Sizes) -> Iterator[Mark]:
    """Yield a card, a chip or a row with its numbers."""
    yield from outline(card)
    yield from head(card, sizes)
    yield from value(card, card.value, sizes)
    yield from derivative(card, card.derivative, sizes)


def marks(scene: Scene) -> Iterator[Mark]:
    """Yield everything in a scene, what lies below first."""
    sizes = scene.sizes
    for behind in scene.grounds:
        yield from ground(behind, sizes)
    for one in scene.lines:
        yield from edge(one, sizes)
    for card in scene.cards:
        yield from node(card, sizes)


def picture(scene: Scene, words: str = "") -> Picture:
    """Return a scene as a picture; `words` say what is seen."""
    return Picture(scene.width, scene.height, tuple(marks(scene)), words)

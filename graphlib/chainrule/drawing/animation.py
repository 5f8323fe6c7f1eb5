"""The steps of a run as one animated SVG: no script, nothing from elsewhere.

Each thing that changes is there once for each of its states, shown for an interval of steps by
CSS. Where nothing may move (reduced motion, or a viewer without CSS) the finished run stands
still; pointing at the picture pauses it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, TypeVar

from chainrule.drawing.alternative import in_words
from chainrule.drawing.dot import escaped
from chainrule.drawing.frames import Frame, Frames, frames
from chainrule.drawing.labels import Point
from chainrule.drawing.pictures import FONT_STACK, checked
from chainrule.drawing.reduction import reduced
from chainrule.drawing.scene import Card, Line, Scene, Text, arrow
from chainrule.drawing.theme import Theme, theme_named
from chainrule.drawing.widths import width
from chainrule.readings.catalogue import PHASES
from chainrule.readings.cells import story_caption
from chainrule.readings.prose import Prose, sentence, title
from chainrule.readings.render.prose import pieces, plain, prose_text
from chainrule.readings.terms import Role, Term
from chainrule.readings.view import View

SECONDS_A_STEP: Final = 3.0
HEAD, FOOT = 52.0, 178.0
"""Room above the graph for caption and progress, and below it for the step in words, in px."""

SHRUNK: Final = 0.8
"""The layout measures in Source Sans; the fonts that can be counted on are wider."""

NARROWEST: Final = 760.0

Styled = tuple[tuple[str, Role | None], ...]
State = TypeVar("State", bound=Hashable)


def slides_svg(view: View, *, theme: str = "light", seconds: float = SECONDS_A_STEP) -> bytes:
    """Return the steps of a run as one SVG that plays them in a loop.

    Parameters
    ----------
    theme
        "light" or "dark".
    seconds
        How long each step is shown.

    Raises
    ------
    DrawingError, OutsideTimeout
        For a theme that there is not, or if Graphviz cannot lay out the graph.
    """
    writer = _Writer(frames(view), theme_named(theme), seconds)
    picture = writer.document(in_words(reduced(view))).encode()
    checked(picture, also=frozenset(("style", "rect", "tspan")))
    return picture


def runs(states: Iterable[State]) -> Iterator[tuple[State, int, int]]:
    """Yield each state with the frames from which and up to which it holds."""
    begin = 0
    for state, group in groupby(states):
        end = begin + sum(1 for _ in group)
        yield state, begin, end
        begin = end


class _Writer:
    def __init__(self, shown: Frames, theme: Theme, seconds: float) -> None:
        self.shown = shown
        self.theme = theme
        self.count = len(shown.frames)
        self.seconds = seconds
        # Words keep their size in proportion where the graph is large.
        self.size = max(1.0, shown.layout.width / 1300)
        self.width = max(NARROWEST * self.size, shown.layout.width + 24)
        self.head, self.foot = HEAD * self.size, FOOT * self.size
        self.height = self.head + shown.layout.height + self.foot
        self.intervals: set[tuple[int, int]] = set()

    def document(self, words: str) -> str:
        """Return the SVG; `words` is its text alternative."""
        theme, view = self.theme, self.shown.layout.view
        heading = prose_text(story_caption(view))
        inside = [self._top(), self._graph(), self._words()]  # these collect the intervals
        box = f"0 0 {self.width:.0f} {self.height:.0f}"
        parts = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:.0f}" '
            f'height="{self.height:.0f}" viewBox="{box}" role="img" tabindex="0" '
            'aria-labelledby="drawing-title drawing-words">',
            f'<title id="drawing-title">{escaped(heading)}</title>',
            f'<desc id="drawing-words">{escaped(words)}</desc>',
            f"<style>\n{self._style()}\n</style>",
            f'<rect width="100%" height="100%" fill="{theme.ground}"/>',
            *inside,
            "</svg>\n",
        ]
        return "\n".join(parts)

    def _style(self) -> str:
        theme, whole = self.theme, self.count * self.seconds
        lines = [
            f"text {{ font-family: {FONT_STACK}; fill: {theme.ink}; white-space: pre }}",
            f".value {{ fill: {theme.value} }}",
            f".derivative {{ fill: {theme.derivative} }}",
            f".partial {{ fill: {theme.partial} }}",
            f".warning {{ fill: {theme.warning} }}",
            f".quiet {{ fill: {theme.quiet} }}",
            ".b { font-weight: bold }",
            ".m { text-anchor: middle }",
            ".e { text-anchor: end }",
            f".line {{ fill: none; stroke: {theme.edge}; stroke-width: 1.25 }}",
            f".head {{ fill: {theme.edge} }}",
            f".lit {{ stroke: {theme.derivative}; stroke-width: 2.25 }}",
            f".lithead {{ fill: {theme.derivative} }}",
            f".unknown {{ fill: none; stroke: {theme.quiet}; stroke-dasharray: 3 2.5 }}",
        ]
        for begin, end in sorted(self.intervals):
            name = f"k{begin}-{end}"
            still = "visible" if end == self.count else "hidden"
            lines.append(
                f".{name} {{ visibility: {still}; animation: {name} {whole:g}s step-end infinite }}"
            )
            stops = [(0, "hidden")] if begin else []
            stops += [(begin, "visible")]
            stops += [(end, "hidden")] if end < self.count else []
            keys = " ".join(
                f"{100 * frame / self.count:.4g}% {{ visibility: {state} }}"
                for frame, state in stops
            )
            lines.append(f"@keyframes {name} {{ {keys} }}")
        lines.append("svg:hover *, svg:focus * { animation-play-state: paused }")
        lines.append("@media (prefers-reduced-motion: reduce) { * { animation: none !important } }")
        return "\n".join(lines)

    def _during(self, begin: int, end: int, inside: str) -> str:
        """Return something that is seen from frame `begin` until before frame `end`."""
        if (begin, end) == (0, self.count):
            return inside
        self.intervals.add((begin, end))
        return f'<g class="k{begin}-{end}">{inside}</g>'

    # Text

    def _text(self, at: Point, size: float, styled: Styled, classes: str = "") -> str:
        spans = "".join(
            escaped(words) if role is None else f'<tspan class="{role}">{escaped(words)}</tspan>'
            for words, role in styled
        )
        named = f' class="{classes}"' if classes else ""
        return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size:.1f}"{named}>{spans}</text>'

    def _top(self) -> str:
        """Return caption, count of steps and progress."""
        view, size = self.shown.layout.view, self.size
        left, right, y = 12.0, self.width - 12, 22 * size
        parts = [self._text((left, y), 12 * size, _styled(story_caption(view)))]
        note = self.shown.note or "pauses while pointed at"
        parts.append(self._text((left, self.height - 12 * size), 10.5 * size, ((note, "quiet"),)))
        for i, frame in enumerate(self.shown.frames):
            words = ((f"step {frame.number} of {self.shown.total}", None),)
            parts.append(self._during(i, i + 1, self._text((right, y), 12 * size, words, "e")))
        apart = (right - left) / self.count
        wide = apart - min(3.0, apart / 4)
        for i, frame in enumerate(self.shown.frames):
            x, top = left + i * apart, 32 * size
            bar = (
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{4 * size:.1f}" rx="2"'
            )
            colour = getattr(self.theme, _ROLES[frame.told.phase])
            parts.append(f'{bar} fill="{self.theme.card_line}"/>')
            parts.append(self._during(i, self.count, f'{bar} fill="{colour}"/>'))
        return "\n".join(parts)

    def _words(self) -> str:
        """Return each step's title, sentence and equations."""
        top = self.head + self.shown.layout.height
        return "\n".join(
            self._during(i, i + 1, "".join(self._step(frame, top)))
            for i, frame in enumerate(self.shown.frames)
        )

    def _step(self, frame: Frame, top: float) -> Iterator[str]:
        told, size = frame.told, self.size
        left, column = 12.0, self.width * 0.5
        y = top + 34 * size
        head = _styled(title(told.title))
        yield self._text((left, y), 16 * size, head, "b")
        beside = left + 1.35 * width("".join(words for words, _ in head), 16 * size) + 14 * size
        quiet = f"{PHASES[told.phase]} · {told.rule}"
        yield self._text((beside, y), 11 * size, ((quiet, "quiet"),))
        room = column - left - 24 * size
        for i, line in enumerate(wrapped(sentence(told.sentence), 13 * size, room)):
            yield self._text((left, y + (24 + 19 * i) * size), 13 * size, line)
        sides = [_term(side) for side, _ in told.lines if side is not None]
        lefts = [1.3 * width("".join(w for w, _ in side), 13 * size) for side in sides]
        equals = column + max(lefts, default=0.0) + 6 * size
        for i, (side, other) in enumerate(told.lines):
            below = y + (24 + 21 * i) * size
            if side is not None:
                yield self._text((equals - 6 * size, below), 13 * size, _term(side), "e")
            line = (("= ", None), *_term(other))
            yield self._text((equals, below), 13 * size, line)

    # The graph

    def _graph(self) -> str:
        scenes = [frame.scene for frame in self.shown.frames]
        dx = (self.width - self.shown.layout.width) / 2
        parts = [f'<g transform="translate({dx:.1f},{self.head:.1f})">']
        for lines in zip(*(scene.lines for scene in scenes), strict=True):
            parts += self._line(lines)
        for cards in zip(*(scene.cards for scene in scenes), strict=True):
            parts += self._card(cards, scenes[0])
        return "\n".join([*parts, "</g>"])

    def _line(self, lines: Sequence[Line]) -> Iterator[str]:
        for (lit, _backward), begin, end in runs((line.lit, line.backward) for line in lines):
            yield self._during(begin, end, _drawn(lines[begin], lit))
        for texts, begin, end in runs(line.texts for line in lines):
            if texts:
                yield self._during(begin, end, "".join(map(self._label, texts)))

    def _label(self, text: Text) -> str:
        anchor = {"start": "", "middle": " m", "end": " e"}[text.align]
        size = self.shown.layout.sizes.label * SHRUNK
        at = (text.at[0], text.at[1] + 0.35 * size)
        return self._text(at, size, _term(text.term), f"partial{anchor}")

    def _card(self, cards: Sequence[Card], scene: Scene) -> Iterator[str]:
        theme, card, sizes = self.theme, cards[0], scene.sizes
        box = card.box
        left, top, right = box.x - box.w / 2, box.y - box.h / 2, box.x + box.w / 2
        for outline, begin, end in runs(card.outline for card in cards):
            fill, line, wide = theme.card, theme.card_line, 1.25
            if outline == "input":
                fill, line = theme.input_card, theme.value
            elif outline == "warning":
                line = theme.warning
            elif outline in ("source", "target"):
                line = theme.derivative
            if outline == "target":
                fill, wide = theme.lit_card, 2.25
            drawn = (
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.w:.1f}" height="{box.h:.1f}" '
                f'rx="9" fill="{fill}" stroke="{line}" stroke-width="{wide}"/>'
            )
            yield self._during(begin, end, drawn)
        name = f'<tspan class="b">{escaped(plain(card.name))}</tspan>'
        formula = ""
        if card.formula is not None:
            formula = f'<tspan class="partial"> = {escaped(plain(card.formula))}</tspan>'
        size = sizes.name * SHRUNK
        y = top + 0.32 * box.h + 0.35 * size
        yield (
            f'<text x="{box.x:.1f}" y="{y:.1f}" font-size="{size:.1f}" class="m">'
            f"{name}{formula}</text>"
        )
        lower = top + 0.72 * box.h
        for value, begin, end in runs(card.value for card in cards):
            yield self._during(
                begin, end, self._number(value, (left + sizes.side, lower), "", scene)
            )
        if card.due:
            for derivative, begin, end in runs(card.derivative for card in cards):
                at = (right - sizes.side, lower)
                yield self._during(begin, end, self._number(derivative, at, "e", scene))

    def _number(self, number: Term | None, at: Point, anchor: str, scene: Scene) -> str:
        sizes = scene.sizes
        if number is None:
            x = at[0] - sizes.outline if anchor else at[0]
            return (
                f'<rect class="unknown" x="{x:.1f}" y="{at[1] - 9:.1f}" rx="4" '
                f'width="{sizes.outline}" height="18"/>'
            )
        size = sizes.number * SHRUNK
        return self._text((at[0], at[1] + 0.35 * size), size, _term(number), anchor)


_ROLES = {"values": "value", "partials": "partial", "adjoints": "derivative",
          "tangents": "derivative"}  # fmt: skip


def _pair(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _drawn(line: Line, lit: bool) -> str:
    tip, corners = arrow(line)
    d = f"M{_pair(line.start)}"
    for piece in line.pieces:
        d += ("L" if len(piece) == 1 else "C") + " ".join(map(_pair, piece))
    if line.backward:
        d += f"L{_pair(line.tip)}"
    dotted = ' stroke-dasharray="1.5 3"' if line.dotted else ""
    points = " ".join(map(_pair, (tip, *corners)))
    style, head = ("line lit", "lithead") if lit else ("line", "head")
    return f'<path class="{style}"{dotted} d="{d}"/><polygon class="{head}" points="{points}"/>'


def _term(term: Term) -> Styled:
    return tuple(pieces(term))


def _styled(prose: Prose) -> Styled:
    found: list[tuple[str, Role | None]] = []
    for part in prose:
        found += [(plain(part), None)] if isinstance(part, str) else pieces(part)
    return tuple(found)


def wrapped(prose: Prose, size: float, room: float) -> list[Styled]:
    """Return prose in lines that fit; a term is not broken."""
    tokens: list[list[tuple[str, Role | None]]] = [[]]
    for part in prose:
        if not isinstance(part, str):
            tokens[-1] += pieces(part)
            continue
        first, *others = plain(part).split(" ")
        tokens[-1].append((first, None))
        tokens += [[(word, None)] for word in others]
    lines: list[list[tuple[str, Role | None]]] = [[]]
    for token in tokens:
        words = "".join(w for w, _ in lines[-1]) + " " + "".join(w for w, _ in token)
        if lines[-1] and 1.25 * width(words, size) > room:
            lines.append([])
        lines[-1] += [(" ", None), *token] if lines[-1] else token
    return [tuple(line) for line in lines if line]

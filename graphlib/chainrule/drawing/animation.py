"""The steps of a run as one animated SVG: no script, nothing from elsewhere.

Each thing that changes is there once for each of its states, shown for an interval of steps by
CSS. Where nothing may move (reduced motion, or a viewer without CSS) the finished run stands
still; pointing at the picture pauses it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, TypeVar

from chainrule.drawing import marks
from chainrule.drawing.alternative import in_words
from chainrule.drawing.frames import ROLES, Frame, Frames, frames
from chainrule.drawing.reduction import reduced
from chainrule.drawing.scene import Card, Line
from chainrule.drawing.widths import width
from chainrule.readings.catalogue import PHASES
from chainrule.readings.cells import story_caption
from chainrule.readings.picture import Mark
from chainrule.readings.prose import Prose, pieces, plain, prose_pieces, prose_text
from chainrule.readings.render.svg import Painter, Styled, document, escaped
from chainrule.readings.terms import Role
from chainrule.readings.theme import Theme, theme_named
from chainrule.readings.view import View

SECONDS_A_STEP: Final = 3.0
HEAD, FOOT = 52.0, 178.0
"""Room above the graph for caption and progress, and below it for the step in words, in px."""

NARROWEST: Final = 760.0

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
    writer = _Animator(frames(view), theme_named(theme), seconds)
    return writer.document(in_words(reduced(view)))


def runs(states: Iterable[State]) -> Iterator[tuple[State, int, int]]:
    """Yield each state with the frames from which and up to which it holds."""
    begin = 0
    for state, group in groupby(states):
        end = begin + sum(1 for _ in group)
        yield state, begin, end
        begin = end


class _Animator:
    def __init__(self, shown: Frames, theme: Theme, seconds: float) -> None:
        self.shown = shown
        self.theme = theme
        self.painter, self.sizes = Painter(theme), shown.layout.sizes
        self.count = len(shown.frames)
        self.seconds = seconds
        # Words keep their size in proportion where the graph is large.
        self.size = max(1.0, shown.layout.width / 1300)
        self.width = max(NARROWEST * self.size, shown.layout.width + 24)
        self.head, self.foot = HEAD * self.size, FOOT * self.size
        self.height = self.head + shown.layout.height + self.foot
        self.intervals: set[tuple[int, int]] = set()

    def document(self, words: str) -> bytes:
        """Return the SVG; `words` is its text alternative."""
        heading = prose_text(story_caption(self.shown.layout.view))
        inside = "\n".join([self._top(), self._graph(), self._words()])  # collect the intervals
        style = f"<style>\n{self._style()}\n</style>\n"
        size = self.width, self.height
        return document(*size, heading, words, self.theme, style + inside, ' tabindex="0"')

    def _style(self) -> str:
        whole, lines = self.count * self.seconds, []
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

    def _top(self) -> str:
        """Return caption, count of steps and progress."""
        view, size = self.shown.layout.view, self.size
        left, right, y = 12.0, self.width - 12, 22 * size
        parts = [self.painter.text((left, y), 12 * size, prose_pieces(story_caption(view)))]
        note = self.shown.note or "pauses while pointed at"
        below = (left, self.height - 12 * size)
        words = ((note, None),)
        parts.append(self.painter.text(below, 10.5 * size, words, colour="quiet"))
        for i, frame in enumerate(self.shown.frames):
            words = ((f"step {frame.number} of {self.shown.total}", None),)
            count = self.painter.text((right, y), 12 * size, words, "end")
            parts.append(self._during(i, i + 1, count))
        apart = (right - left) / self.count
        wide = apart - min(3.0, apart / 4)
        for i, frame in enumerate(self.shown.frames):
            x, top = left + i * apart, 32 * size
            bar = (
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{4 * size:.1f}" rx="2"'
            )
            colour = getattr(self.theme, ROLES[frame.told.phase])
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
        head = prose_pieces(told.title)
        shown = escaped("".join(words for words, _ in head))
        yield self.painter.text((left, y), 16 * size, (), bold=shown)
        beside = left + 1.35 * width("".join(words for words, _ in head), 16 * size) + 14 * size
        quiet = ((f"{PHASES[told.phase]} · {told.rule}", None),)
        yield self.painter.text((beside, y), 11 * size, quiet, colour="quiet")
        room = column - left - 24 * size
        for i, line in enumerate(wrapped(told.sentence, 13 * size, room)):
            yield self.painter.text((left, y + (24 + 19 * i) * size), 13 * size, line)
        sides = [pieces(side) for side, _ in told.lines if side is not None]
        lefts = [1.3 * width("".join(w for w, _ in side), 13 * size) for side in sides]
        equals = column + max(lefts, default=0.0) + 6 * size
        for i, (side, other) in enumerate(told.lines):
            below = y + (24 + 21 * i) * size
            if side is not None:
                yield self.painter.text((equals - 6 * size, below), 13 * size, pieces(side), "end")
            line = (("= ", None), *pieces(other))
            yield self.painter.text((equals, below), 13 * size, line)

    # The graph

    def _graph(self) -> str:
        scenes = [frame.scene for frame in self.shown.frames]
        dx = (self.width - self.shown.layout.width) / 2
        parts = [f'<g transform="translate({dx:.1f},{self.head:.1f})">']
        for lines in zip(*(scene.lines for scene in scenes), strict=True):
            parts += self._line(lines)
        for cards in zip(*(scene.cards for scene in scenes), strict=True):
            parts += self._card(cards)
        return "\n".join([*parts, "</g>"])

    def _line(self, lines: Sequence[Line]) -> Iterator[str]:
        for _state, begin, end in runs((line.lit, line.backward) for line in lines):
            yield self._seen(begin, end, marks.line(lines[begin]))
        for texts, begin, end in runs(line.texts for line in lines):
            yield self._seen(begin, end, (m for t in texts for m in marks.label(t, self.sizes)))

    def _card(self, cards: Sequence[Card]) -> Iterator[str]:
        card, sizes = cards[0], self.sizes
        for _outline, begin, end in runs(card.outline for card in cards):
            yield self._seen(begin, end, marks.outline(cards[begin]))
        yield self.painter.written(marks.head(card, sizes))
        for value, begin, end in runs(card.value for card in cards):
            yield self._seen(begin, end, marks.value(card, value, sizes))
        for derivative, begin, end in runs(card.derivative for card in cards):
            yield self._seen(begin, end, marks.derivative(card, derivative, sizes))

    def _seen(self, begin: int, end: int, shown: Iterable[Mark]) -> str:
        inside = self.painter.written(shown)
        return self._during(begin, end, inside) if inside else ""


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

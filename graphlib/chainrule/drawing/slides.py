"""The steps of a run as slides: one page a step, typeset by Typst, with the graph as it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from chainrule.drawing.alternative import node_in_words
from chainrule.drawing.animation import slides_svg
from chainrule.drawing.frames import Frame, Frames, frames
from chainrule.drawing.scene import Card, Line, Scene, Text, arrow
from chainrule.drawing.theme import LIGHT
from chainrule.errors import DrawingError
from chainrule.readings.catalogue import PHASES
from chainrule.readings.cells import story_caption
from chainrule.readings.prose import sentence, title
from chainrule.readings.render.prose import prose_text
from chainrule.readings.render.typst import document_head, typst_equations, typst_prose
from chainrule.readings.terms import Coloured, Role, Row, Sign, Term, Word
from chainrule.readings.typst import string, typst, typst_text
from chainrule.readings.view import View
from chainrule.typesetting import SECONDS, typeset

WIDE, HIGH = 770.0, 205.0
"""Room for the graph on a page of 842 by 474 points (16:9)."""

LARGEST, LEAST = 0.8, 0.45
"""Points to a px of the layout. Were the whole smaller, only the part about the step is shown."""

ROLES: Final[dict[str, Role]] = {
    "values": "value", "partials": "partial", "adjoints": "derivative", "tangents": "derivative",
}  # fmt: skip
DEFINITIONS: Final = Path(__file__).with_name("slides.typ")


def slides(view: View, format: str = "pdf", **options: Any) -> bytes:
    """Return the steps of a run as slides.

    Parameters
    ----------
    format
        ``"pdf"``, pages, or ``"svg"``, an animation.
    options
        ``timeout`` of the typesetting in seconds for pages; ``theme`` and ``seconds`` a step for
        the animation.

    Raises
    ------
    DrawingError
        For another format.
    OutsideError, OutsideTimeout
        If Graphviz or Typst refuses, or takes too long.
    """
    if format not in SLIDES:
        raise DrawingError(f"slides as {format!r}; allowed: {', '.join(SLIDES)}")
    return SLIDES[format](view, **options)


def slides_pdf(view: View, *, timeout: float = SECONDS) -> bytes:
    """Return the steps of a run as a PDF, one page a step, tagged for screen readers.

    Raises
    ------
    DrawingError, OutsideError, OutsideTimeout
        If Graphviz cannot lay out the graph, or Typst takes too long.
    """
    return typeset(slides_source(frames(view)), timeout=timeout)


def slides_source(shown: Frames) -> str:
    """Return the slides as a Typst document."""
    unit = min(LARGEST, WIDE / shown.layout.width, HIGH / shown.layout.height)
    unit = max(unit, LEAST)
    head = prose_text(story_caption(shown.layout.view))
    parts = [
        document_head(head),
        f"#let crline = rgb({string(LIGHT.card_line)})\n#let u = {unit:.4f}pt",
        DEFINITIONS.read_text(encoding="utf-8"),
    ]
    pages = [_page(shown, frame, unit) for frame in shown.frames]
    return "\n".join(parts) + "\n#pagebreak()\n".join(pages)


def _page(shown: Frames, frame: Frame, unit: float) -> str:
    view, told, scene = shown.layout.view, frame.told, frame.scene
    words = prose_text(title(told.title))
    alternative = f"The graph after step {frame.number}: {words}. {node_in_words(view, told.node)}"
    window = scene.around(WIDE / unit, HIGH / unit)
    whole = window.width >= scene.width and window.height >= scene.height
    corners = _numbers(window.left, window.top, window.width, window.height)
    edge = frame is shown.frames[-1] or frame.number == 1
    return f"""#slide(
[{typst_prose(story_caption(view))}],
[step *{frame.number}* of {shown.total}],
{_progress(shown, frame)},
picture({string(alternative)}, {HIGH + 8:.0f}pt, {corners}, {"true" if whole else "false"}, {{
{_picture(scene.within(window))}
}}),
[{typst_prose(title(told.title))}],
[{typst_text(f"{PHASES[told.phase]} · {told.rule}")}],
[{typst_prose(sentence(told.sentence))}],
{typst_equations(told.lines)},
[{typst_text(shown.note if shown.note and edge else view.digits_note)}],
)
"""


def _progress(shown: Frames, frame: Frame) -> str:
    done, bars = frame.number, []
    for phase, count in shown.phases:
        part = min(1.0, max(0.0, done / count))
        done -= count
        bars.append(f"({count}, {part:.3f}, cr{ROLES[phase]}-colour)")
    return f"progress({', '.join(bars)})"


SLIDES: Final[dict[str, Callable[..., bytes]]] = {"pdf": slides_pdf, "svg": slides_svg}


# The picture


def _picture(scene: Scene) -> str:
    parts = [part for line in scene.lines for part in _line(line)]
    parts += [part for card in scene.cards for part in _card(card, scene)]
    return "\n".join(parts)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _numbers(*numbers: float) -> str:
    return ", ".join(map(_n, numbers))


def _set(size: float, term: Term, bold: bool = False) -> str:
    shown = f"${typst(term, colours=True)}$"
    shown = f"$bold({typst(term, colours=True)})$" if bold else shown
    return f"text(size: {size:.1f} * u, {shown})"


def _card(card: Card, scene: Scene) -> list[str]:
    box, sizes = card.box, scene.sizes
    left, top = box.x - box.w / 2, box.y - box.h / 2
    fill, line, width = LIGHT.card, LIGHT.card_line, 1.25
    if card.outline == "input":
        fill, line = LIGHT.input_card, LIGHT.value
    elif card.outline == "warning":
        line = LIGHT.warning
    elif card.outline in ("source", "target"):
        line = LIGHT.derivative
    if card.outline == "target":
        fill, width = LIGHT.lit_card, 2.25
    head = _set(sizes.name, card.name, bold=True)
    if card.formula is not None:
        formula = Coloured("partial", Row((Word(""), Sign("="), card.formula)))
        head += " + " + _set(sizes.name, formula)
    lower = top + 0.72 * box.h
    found = [
        f'card({_numbers(left, top, box.w, box.h)}, rgb("{fill}"), rgb("{line}"), {width})',
        f"at({_numbers(box.x, top + 0.32 * box.h)}, center, {head})",
    ]
    if card.value is None:
        found.append(f"unknown({_numbers(left + sizes.side, lower - 9, sizes.outline)})")
    else:
        found.append(
            f"at({_numbers(left + sizes.side, lower)}, left, {_set(sizes.number, card.value)})"
        )
    right = left + box.w - sizes.side
    if card.due and card.derivative is None:
        found.append(f"unknown({_numbers(right - sizes.outline, lower - 9, sizes.outline)})")
    elif card.due and card.derivative is not None:
        found.append(f"at({_numbers(right, lower)}, right, {_set(sizes.number, card.derivative)})")
    return found


def _line(line: Line) -> list[str]:
    colour = f'rgb("{LIGHT.derivative if line.lit else LIGHT.edge}")'
    width, dash = ("2.25" if line.lit else "1.25"), '"dotted"' if line.dotted else "none"
    parts = [f"go({_numbers(*line.start)})"]
    for piece in line.pieces:
        numbers = _numbers(*(c for point in piece for c in point))
        parts.append(f"to({numbers})" if len(piece) == 1 else f"bend({numbers})")
    if line.backward:
        parts.append(f"to({_numbers(*line.tip)})")
    tip, others = arrow(line)
    points = ", ".join(f"({_numbers(*corner)})" for corner in (tip, *others))
    found = [f"wire({colour}, {width}, {dash}, {', '.join(parts)})", f"head({colour}, {points})"]
    return found + [_text(text) for text in line.texts]


def _text(text: Text) -> str:
    to = {"start": "left", "middle": "center", "end": "right"}[text.align]
    shown = _set(13.5, Coloured("partial", text.term))
    return f"at({_numbers(*text.at)}, {to}, {shown})"

"""The steps of a run as slides: one page a step, typeset by Typst, with the graph as it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from chainrule.drawing.alternative import node_in_words
from chainrule.drawing.animation import slides_svg
from chainrule.drawing.frames import ROLES, Frame, Frames, frames
from chainrule.drawing.marks import marks
from chainrule.errors import DrawingError
from chainrule.readings.catalogue import PHASES
from chainrule.readings.cells import story_caption
from chainrule.readings.prose import prose_text
from chainrule.readings.render.typst import PARTS, Typst, document_head, numbers, painted
from chainrule.readings.theme import LIGHT
from chainrule.readings.typst import string
from chainrule.readings.view import View
from chainrule.typesetting import SECONDS, typeset

WIDE, HIGH = 770.0, 205.0
"""Room for the graph on a page of 842 by 474 points (16:9)."""

LARGEST, LEAST = 0.8, 0.45
"""Points to a px of the layout. Were the whole smaller, only the part about the step is shown."""

TYPST: Final = Typst(whole=True)
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
        PARTS.read_text(encoding="utf-8"),
        DEFINITIONS.read_text(encoding="utf-8"),
    ]
    pages = [_page(shown, frame, unit) for frame in shown.frames]
    return "\n".join(parts) + "\n#pagebreak()\n".join(pages)


def _page(shown: Frames, frame: Frame, unit: float) -> str:
    view, told, scene = shown.layout.view, frame.told, frame.scene
    words = prose_text(told.title)
    alternative = f"The graph after step {frame.number}: {words}. {node_in_words(view, told.node)}"
    window = scene.around(WIDE / unit, HIGH / unit)
    whole = window.width >= scene.width and window.height >= scene.height
    corners = numbers(window.left, window.top, window.width, window.height)
    edge = frame is shown.frames[-1] or frame.number == 1
    return f"""#slide(
[{TYPST.prose(story_caption(view))}],
[step *{frame.number}* of {shown.total}],
{_progress(shown, frame)},
picture({string(alternative)}, {HIGH + 8:.0f}pt, {corners}, {"true" if whole else "false"}, {{
{painted(marks(scene.within(window)), LIGHT)}
}}),
[{TYPST.prose(told.title)}],
[{TYPST.words(f"{PHASES[told.phase]} · {told.rule}")}],
[{TYPST.prose(told.sentence)}],
{TYPST.equations(told.lines)},
[{TYPST.words(shown.note if shown.note and edge else view.digits_note)}],
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

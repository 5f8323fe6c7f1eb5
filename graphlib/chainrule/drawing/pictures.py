"""Pictures of a run: one scene, written in each format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from chainrule.drawing.alternative import in_words, printable
from chainrule.drawing.dot import dot
from chainrule.drawing.gradient import Groups, clustered, mirrored, with_gradient
from chainrule.drawing.grounds import pictured
from chainrule.drawing.layout import placed
from chainrule.drawing.marks import picture
from chainrule.drawing.reduction import Reduction
from chainrule.drawing.scene import Look, Scene, Stage
from chainrule.drawing.svg import groups
from chainrule.errors import DrawingError
from chainrule.readings.render.paper import page
from chainrule.readings.render.svg import Painter, document, escaped
from chainrule.readings.render.tikz import tikz
from chainrule.readings.theme import theme_named
from chainrule.readings.view import View
from chainrule.typesetting import typeset

MARGIN: Final = 10.0
"""Room round a picture, in px."""

HEADING, NOTE = 17.0, 13.0
"""Sizes of type of the title and of the note on what was left out, in px."""


def draw(
    view: View,
    format: str = "svg",
    *,
    theme: str = "light",
    direction: str = "LR",
    step: int | None = None,
    scale: bool = False,
    derivatives: bool = True,
    title: str = "",
    document: bool = False,
    gradient: bool = False,
    clusters: Groups | None = None,
) -> bytes:
    """Draw a run: the same picture in every format.

    A graph of more than 300 nodes is folded first, and the picture says so in a line.

    Parameters
    ----------
    format
        ``"svg"``, ``"png"``, ``"pdf"``, or the text of ``"tikz"``, in UTF-8; ``"dot"`` is the
        graph with its numbers for Graphviz, to be laid out there. The SVG carries a title and a
        text alternative, and an id for each node and edge; it needs nothing from elsewhere.
    theme
        ``"light"`` or ``"dark"``.
    direction
        ``"LR"``, left to right, or ``"TB"``, top down.
    step
        Show the run as it stands after this step, counted from 0, and light the step; None
        shows the finished run. Where the graph was folded there is no such step, and the
        finished run is shown.
    scale
        Whether the width and shade of lines tell the size of derivatives, over four decades.
    derivatives
        Whether adjoints or tangents, and local partials, are shown.
    title
        A heading.
    document
        Whether TikZ comes as a LaTeX document rather than as a piece to paste.
    gradient
        Whether the gradient graph is drawn below the graph: each adjoint as a node with its
        formula, and dashed lines from the values that it takes.
    clusters
        Names of nodes by the title of a frame to draw round them, "assignments" for a frame
        round each named assignment with the unnamed steps that lead to it alone, or "modules"
        for one round each affine map, activation and loss, as a network of numbers has it by
        itself. An empty mapping is for none.

    Raises
    ------
    DrawingError
        For a format or an option that is not allowed, or if Graphviz refuses.
    OutsideTimeout
        If Graphviz or Typst takes too long.
    """
    if format not in FORMATS:
        raise DrawingError(f"a drawing as {format!r}; allowed: {', '.join(FORMATS)}")
    if gradient and (step is not None or scale or clusters is not None):
        raise DrawingError("a gradient graph with step, scale or clusters; allowed: without them")
    look = Look(theme_named(theme), step, scale, derivatives and not gradient, title)
    drawn = with_gradient(view) if gradient else pictured(view)
    if clusters is not None:
        drawn = clustered(drawn, view, clusters)
    drawn = replace(drawn, texts=look.derivatives)
    if format == "dot":
        return dot(drawn, direction=direction, title=title).encode()
    layout = (
        mirrored(drawn, direction) if gradient else placed(drawn, direction, rows=direction == "LR")
    )
    scene = Stage(layout, look, drawn.adjoints).scene(None if drawn.folded else step)
    if format == "tikz":
        return tikz(
            picture(scene), theme=look.theme, title=title, note=scene.note, document=document
        ).encode()
    return _WRITERS[format](scene, drawn, look)


def _svg(scene: Scene, drawn: Reduction, look: Look) -> bytes:
    painter = Painter(look.theme)
    top = MARGIN + (HEADING + MARGIN if look.title else 0)
    parts = list(groups(painter, scene, drawn, derivatives=look.derivatives))
    if look.title:
        heading = escaped(printable(look.title, 200))
        parts.append(painter.text((0, -HEADING), HEADING, (), bold=heading))
    foot = 0.0
    if scene.note:
        foot = NOTE + MARGIN
        note = ((scene.note, None),)
        parts.append(painter.text((0, scene.height + MARGIN + 4), NOTE, note, colour="quiet"))
    inside = "\n".join(parts)
    return document(
        scene.width + 2 * MARGIN,
        scene.height + top + foot + MARGIN,
        _title(drawn, look),
        in_words(drawn, derivatives=look.derivatives),
        look.theme,
        f'<g transform="translate({MARGIN:.0f},{top:.0f})">\n{inside}\n</g>',
    )


def _typeset(format: str) -> Callable[[Scene, Reduction, Look], bytes]:
    def written(scene: Scene, drawn: Reduction, look: Look) -> bytes:
        words = in_words(drawn, derivatives=look.derivatives)
        return typeset(
            page(picture(scene, words), look.theme, _title(drawn, look), look.title, scene.note),
            format=format,
        )

    return written


def _title(drawn: Reduction, look: Look) -> str:
    return printable(look.title, 200) or drawn.view.labels[drawn.view.run.output]


_WRITERS: Final[dict[str, Callable[[Scene, Reduction, Look], bytes]]] = {
    "svg": _svg,
    "png": _typeset("png"),
    "pdf": _typeset("pdf"),
}
FORMATS: Final = (*_WRITERS, "dot", "tikz")
"""What :func:`draw` can write."""

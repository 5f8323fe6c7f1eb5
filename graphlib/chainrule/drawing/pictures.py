"""Pictures: DOT through Graphviz, and SVG made fit to stand in a page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Final

from chainrule.drawing import graphviz_process
from chainrule.drawing.alternative import edge_in_words, in_words, node_in_words, printable
from chainrule.drawing.dot import FONT, Look, escaped, written
from chainrule.drawing.layout import cards
from chainrule.drawing.reduction import Reduction, reduced
from chainrule.drawing.scene import Stage
from chainrule.drawing.theme import theme_named
from chainrule.drawing.tikz import tikz
from chainrule.errors import DrawingError
from chainrule.readings.view import View

FORMATS: Final = ("svg", "png", "pdf", "dot", "tikz")
"""What :func:`draw` can write."""

FONT_STACK: Final = f"{FONT}, Verdana, sans-serif"
PNG_DPI: Final = 144

_TITLE = re.compile(r"<title>(n\d+)(?:&#45;&gt;(n\d+))?</title>")
_PARTS: Final = frozenset(
    ("svg", "title", "desc", "g", "polygon", "polyline", "path", "ellipse", "text")
)
_NAMESPACE: Final = "{http://www.w3.org/2000/svg}"
_CALLS = re.compile(r"(?:.*\})?(?:on.*|href|src|style|base)", re.IGNORECASE)


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
) -> bytes:
    """Draw a run.

    Parameters
    ----------
    format
        ``"svg"``, ``"png"``, ``"pdf"``, or ``"dot"`` or ``"tikz"`` for the text in UTF-8. The
        SVG carries a title and a text alternative, and an id for each node and edge; it needs
        nothing from elsewhere.
    theme, direction, step, scale, derivatives, title
        As for :func:`chainrule.drawing.dot.dot`; TikZ knows no scale.
    document
        Whether TikZ comes as a LaTeX document rather than as a piece to paste.

    Raises
    ------
    DrawingError
        For a format or an option that is not allowed, or if there is no Graphviz.
    OutsideTimeout
        If Graphviz takes longer than ten seconds.
    """
    if format not in FORMATS:
        raise DrawingError(f"a drawing as {format!r}; allowed: {', '.join(FORMATS)}")
    dpi = PNG_DPI if format == "png" else None
    look = Look(theme_named(theme), direction, step, scale, derivatives, title, dpi)
    if format == "tikz":
        if scale:
            raise DrawingError("a scale in TikZ; allowed with scale: svg, png, pdf, dot")
        placed = cards(view, direction)
        stage = Stage(placed, derivatives=derivatives)
        moment = stage.scene(step if placed.view is view else None)
        return tikz(moment, theme=look.theme, title=title, document=document).encode()
    drawn = reduced(view)
    source = written(drawn, look)
    if format == "dot":
        return source.encode()
    picture = graphviz_process.render(source, format)
    return _finished(picture, drawn, look) if format == "svg" else picture


def _finished(picture: bytes, drawn: Reduction, look: Look) -> bytes:
    """Return Graphviz's SVG with its text alternative, fonts and the tips of nodes and edges."""
    source = picture.decode()
    begin = source.index("<svg ")
    end = source.index(">", begin)
    head = source[begin:end].replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    head = " ".join(head.split())
    title = escaped(printable(look.title, 200) or drawn.view.labels[drawn.view.run.output])
    described = (
        f'{head} role="img" aria-labelledby="drawing-title drawing-words">\n'
        f'<title id="drawing-title">{title}</title>\n'
        f'<desc id="drawing-words">{escaped(in_words(drawn))}</desc>'
    )
    rest = re.sub(r"<!--.*?-->\n", "", source[end + 1 :], flags=re.DOTALL)
    rest = rest.replace(f'font-family="{FONT}"', f'font-family="{FONT_STACK}"')
    finished = f'<?xml version="1.0" encoding="UTF-8"?>\n{described}{_tips(rest, drawn)}'.encode()
    checked(finished)
    return finished


def _tips(rest: str, drawn: Reduction) -> str:
    """Put sentences where Graphviz wrote the names of DOT's nodes; browsers show them as tips."""
    view = drawn.view
    # Graphviz writes parallel edges in the order of the DOT, others in an order of its own.
    between: dict[tuple[int, int], list[str]] = {}
    for edge in drawn.edges:
        words = edge_in_words(view, edge)
        between.setdefault((edge.operand, edge.user), []).append(words)

    def tip(match: re.Match[str]) -> str:
        tail, head = match.groups()
        node = drawn.nodes[int(tail[1:]) - 1]
        if head is None:
            words = node_in_words(view, node)
        else:
            words = between[node, drawn.nodes[int(head[1:]) - 1]].pop(0)
        return f"<title>{escaped(words)}</title>"

    return _TITLE.sub(tip, rest.replace("<title>chainrule</title>\n", ""))


def checked(picture: bytes, also: frozenset[str] = frozenset()) -> None:
    """Raise DrawingError unless the SVG is well-formed and calls for nothing from elsewhere.

    `also` are elements of ours that Graphviz does not write.
    """
    try:
        root = ElementTree.fromstring(picture)
    except ElementTree.ParseError as error:
        raise DrawingError(f"the SVG is not well-formed: {error}") from error
    if b"<!" in picture:
        raise DrawingError("the SVG holds a declaration; allowed: shapes and text")
    for element in root.iter():
        found = [name for name in element.attrib if _CALLS.fullmatch(name)]
        if element.tag.removeprefix(_NAMESPACE) not in _PARTS | also:
            found = [element.tag]
        if found:
            raise DrawingError(f"the SVG holds {found[0]!r}; allowed: shapes and text")

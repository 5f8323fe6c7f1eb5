"""Pictures: DOT through Graphviz, and SVG made fit to stand in a page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Final

from chainrule.drawing import graphviz_process
from chainrule.drawing.alternative import edge_in_words, in_words, node_in_words, printable
from chainrule.drawing.dot import FONT, Look, escaped, written
from chainrule.drawing.gradient import Groups, clustered, with_gradient
from chainrule.drawing.layout import cards
from chainrule.drawing.reduction import Reduction, reduced
from chainrule.drawing.scene import Stage
from chainrule.drawing.theme import theme_named
from chainrule.drawing.tikz import tikz
from chainrule.errors import DrawingError
from chainrule.readings.catalogue import WORDS
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
    gradient: bool = False,
    clusters: Groups | None = None,
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
    gradient
        Whether the gradient graph is drawn beside the graph: each adjoint as a node with its
        formula, and dashed lines from the values that it takes.
    clusters
        Names of nodes by the title of a frame to draw round them, "assignments" for a frame
        round each named assignment with the unnamed steps that lead to it alone, or "modules"
        for one round each affine map, activation and loss.

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
    if gradient and (step is not None or scale or clusters is not None):
        raise DrawingError("a gradient graph with step, scale or clusters; allowed: without them")
    if format == "tikz":
        asked = {"scale": scale, "gradient": gradient, "clusters": clusters is not None}
        for name in (name for name, wanted in asked.items() if wanted):
            raise DrawingError(f"{name} in TikZ; allowed with {name}: svg, png, pdf, dot")
        placed = cards(view, direction)
        stage = Stage(placed, derivatives=derivatives)
        moment = stage.scene(step if placed.view is view else None)
        return tikz(moment, theme=look.theme, title=title, document=document).encode()
    drawn = with_gradient(view) if gradient else reduced(view)
    if gradient:
        look = replace(look, derivatives=False)
    if clusters is not None:
        drawn = clustered(drawn, view, clusters)
    source = written(drawn, look)
    if gradient and direction == "LR" and not _values_on_top(source):
        drawn = replace(drawn, clusters=drawn.clusters[::-1])
        source = written(drawn, look)
    if format == "dot":
        return source.encode()
    picture = graphviz_process.render(source, format)
    return _finished(picture, drawn, look) if format == "svg" else picture


def _values_on_top(source: str) -> bool:
    """Tell whether Graphviz, which chooses the order of frames, puts the first one on top."""
    things = graphviz_process.layout(source)["objects"]
    tops = {t["name"]: float(t["bb"].split(",")[3]) for t in things if "bb" in t}
    return tops.get("cluster_0", 1.0) >= tops.get("cluster_1", 0.0)


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
        f'<desc id="drawing-words">{escaped(in_words(drawn, derivatives=look.derivatives))}</desc>'
    )
    rest = re.sub(r"<!--.*?-->\n", "", source[end + 1 :], flags=re.DOTALL)
    rest = rest.replace(f'font-family="{FONT}"', f'font-family="{FONT_STACK}"')
    finished = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{described}{_tips(rest, drawn, look)}'.encode()
    )
    checked(finished)
    return finished


def _tips(rest: str, drawn: Reduction, look: Look) -> str:
    """Put sentences where Graphviz wrote the names of DOT's nodes; browsers show them as tips."""
    view, adjoints = drawn.view, drawn.adjoints
    # Graphviz writes parallel edges in the order of the DOT, others in an order of its own.
    between: dict[tuple[int, int], list[str]] = {}
    for edge in drawn.edges:
        words = edge_in_words(view, edge) if look.derivatives else ""
        between.setdefault((edge.operand, edge.user), []).append(words)

    def tip(match: re.Match[str]) -> str:
        tail, head = match.groups()
        node = drawn.nodes[int(tail[1:]) - 1]
        if head is None:
            word = WORDS["adjoint" if node in adjoints else "value"]
            words = node_in_words(view, node, derivatives=look.derivatives, word=word)
        else:
            ends = node, drawn.nodes[int(head[1:]) - 1]
            # Between adjoints edges are written from user to operand.
            words = between[ends if ends in between else ends[::-1]].pop(0)
        return f"<title>{escaped(words)}</title>" if words else ""

    rest = re.sub(r"<title>cluster_\d+</title>\n", "", rest)
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

"""Pictures of a run: one scene, written in each format.

In SVG every node and edge is a group with an id and a sentence of its own; DOT is the graph with
names, numbers and frames, for whoever wants to lay it out with Graphviz.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import graphviz

from chainrule.drawing import marks
from chainrule.drawing.alternative import (
    derivative_symbol,
    edge_in_words,
    has_derivative,
    in_words,
    node_in_words,
    partial_parts,
    printable,
    short,
    shown,
)
from chainrule.drawing.gradient import Groups, clustered, mirrored, with_gradient
from chainrule.drawing.grounds import pictured
from chainrule.drawing.layout import placed
from chainrule.drawing.marks import picture
from chainrule.drawing.reduction import Reduction
from chainrule.drawing.scene import Look, Scene, Stage
from chainrule.errors import DrawingError
from chainrule.graph.wengert import INPUT, Edge
from chainrule.readings.catalogue import WORDS
from chainrule.readings.render.latex import tikz
from chainrule.readings.render.svg import Painter, document, escaped
from chainrule.readings.render.typst import page
from chainrule.readings.theme import LIGHT, theme_named
from chainrule.readings.view import View
from chainrule.typesetting import typeset

MARGIN: Final = 10.0
"""Room round a picture, in px."""

FORMATS: Final = ("svg", "png", "pdf", "dot", "tikz")
"""What :func:`draw` can write."""

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
    if format == "svg":
        return _svg(scene, drawn, look)
    shown = picture(scene, in_words(drawn, derivatives=look.derivatives))
    source = page(shown, look.theme, _title(drawn, look), title, scene.note)
    return typeset(source, format=format)


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


def _title(drawn: Reduction, look: Look) -> str:
    return printable(look.title, 200) or drawn.view.labels[drawn.view.run.output]


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def groups(
    painter: Painter, scene: Scene, drawn: Reduction, *, derivatives: bool = True
) -> Iterator[str]:
    """Yield everything in a scene, nodes and edges each with an id and a sentence."""
    view, sizes = drawn.view, scene.sizes
    for ground in scene.grounds:
        yield painter.written(marks.ground(ground, sizes))
    for line in scene.lines:
        words = edge_in_words(view, line.edge) if derivatives else ""
        inside = painter.written(marks.edge(line, sizes))
        yield _group(edge_id(view, line.edge), "edge", words, inside)
    for card in scene.cards:
        word = WORDS["adjoint" if card.node in drawn.adjoints else "value"]
        words = node_in_words(view, card.node, derivatives=derivatives, word=word)
        inside = painter.written(marks.node(card, sizes))
        yield _group(node_id(view, card.node), "node", words, inside)


def _group(id: str, kind: str, words: str, inside: str) -> str:
    title = f"<title>{escaped(words)}</title>" if words else ""
    return f'<g id="{id}" class="{kind}">{title}{inside}</g>'


def node_id(view: View, node: int) -> str:
    """Return the id of a node's element: `node_t`, made from the cell's name."""
    return _id("node", [view.labels[node]])


def edge_id(view: View, edge: Edge) -> str:
    """Return the id of an edge's element: `edge_u.t`, from t to its user u."""
    earlier = view.graph.operands[edge.user][: edge.slot].count(edge.operand)
    names = [view.labels[edge.user], view.labels[edge.operand]]
    return _id("edge", names) + (f".{earlier + 1}" if earlier else "")


def _id(kind: str, names: list[str]) -> str:
    if all(_PLAIN.fullmatch(name) for name in names):
        return f"{kind}_{'.'.join(names)}"
    # The readable form has an underscore after its first word, so the two cannot meet.
    spelled = "\0".join(names).encode("utf-8", "backslashreplace")
    return f"{kind}.{hashlib.sha256(spelled).hexdigest()[:16]}"


def dot(drawn: Reduction, *, direction: str = "LR", title: str = "") -> str:
    """Return what is drawn as DOT; the same run gives the same text.

    Nodes are called n0, n1, … there; what a person typed stands in labels alone, escaped.
    """
    view, theme = drawn.view, LIGHT
    graph = graphviz.Digraph("chainrule", graph_attr={"rankdir": direction})
    graph.attr("node", shape="box", style="rounded,filled", fillcolor=theme.card)
    graph.attr("edge", fontcolor=theme.partial, color=theme.edge)
    heading = [line for line in (title, drawn.note) if line]
    if heading:
        graph.attr(label=_text(*heading), labelloc="t", labeljust="l")
    framed = {node for cluster in drawn.clusters for node in cluster.nodes}
    for number, cluster in enumerate(drawn.clusters):
        with graph.subgraph(name=f"cluster_{number}") as frame:
            frame.attr(label=_text(cluster.title), color=theme.card_line)
            for node in cluster.nodes:
                _node(frame, drawn, node)
    for node in drawn.nodes:
        if node not in framed:
            _node(graph, drawn, node)
    for edge in drawn.edges:
        ends = [f"n{edge.operand}", f"n{edge.user}"]
        words = partial_parts(view, edge) if drawn.texts else []
        told = {"label": _text(" = ".join(words))} if words else {}
        if edge.user in drawn.adjoints:
            told["style"] = "solid" if edge.operand in drawn.adjoints else "dashed"
        graph.edge(*ends, id=edge_id(view, edge), **told)
    source: str = graph.source
    return source


def _node(graph: Any, drawn: Reduction, node: int) -> None:
    view = drawn.view
    head = short(view.name(node))
    if view.graph.ops[node] is not INPUT:
        head += f" = {short(view.formula(node))}"
    numbers = shown(view, view.run.value(node))
    if drawn.texts and has_derivative(view, node):
        derivative = shown(view, view.run.derivative(node))
        numbers += f"   {short(derivative_symbol(view, node))} {derivative}"
    told = {"fillcolor": LIGHT.input_card} if view.graph.ops[node] is INPUT else {}
    graph.node(f"n{node}", _text(head, numbers), id=node_id(view, node), **told)


def _text(*lines: str) -> str:
    """Return lines as a label in which nothing is an escape of Graphviz's, nor HTML."""
    escaped = r"\n".join(str(graphviz.escape(printable(line, 200))) for line in lines)
    found: str = graphviz.nohtml(escaped)
    return found

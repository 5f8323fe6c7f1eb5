"""A scene as SVG: every node and edge is a group with an id and a sentence of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from chainrule.drawing import marks
from chainrule.drawing.alternative import edge_in_words, node_in_words
from chainrule.drawing.reduction import Reduction
from chainrule.drawing.scene import Scene
from chainrule.graph.wengert import Edge
from chainrule.readings.catalogue import WORDS
from chainrule.readings.render.svg import Painter, escaped
from chainrule.readings.view import View

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

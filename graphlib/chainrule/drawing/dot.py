"""The graph as DOT, for whoever wants to lay it out with Graphviz: names, numbers and frames."""

from __future__ import annotations

from typing import Any

import graphviz

from chainrule.drawing.alternative import (
    derivative_symbol,
    has_derivative,
    partial_parts,
    printable,
    short,
    shown,
)
from chainrule.drawing.reduction import Reduction
from chainrule.drawing.svg import edge_id, node_id
from chainrule.graph.wengert import INPUT
from chainrule.readings.theme import LIGHT


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

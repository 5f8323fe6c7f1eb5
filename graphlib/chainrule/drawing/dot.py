"""The drawing as DOT: one card a node, its numbers in the colours of their roles.

Text reaches DOT only inside HTML-like labels and only through :func:`label_text`; nodes are called
n0, n1, … there. Sub- and superscripts are Unicode's own, since Graphviz sets <SUB> and <SUP>
wrongly in SVG.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

import graphviz

from chainrule.algebras.array import Array
from chainrule.drawing.alternative import (
    MARK,
    derivative_symbol,
    has_derivative,
    is_number,
    partial_parts,
    printable,
    short,
    shown,
)
from chainrule.drawing.moment import Moment, moment
from chainrule.drawing.reduction import Cluster, Reduction, reduced
from chainrule.drawing.theme import Theme, mixed, theme_named
from chainrule.errors import DrawingError
from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.run import Number
from chainrule.readings.catalogue import WORDS
from chainrule.readings.view import View

Direction = Literal["LR", "TB"]
DIRECTIONS: Final = ("LR", "TB")
FONT: Final = "DejaVu Sans"

# Sizes in points: name, formula, numbers on a card, text on an edge, title, note.
NAME, FORMULA, NUMBER, LABEL, TITLE, NOTE = 15, 13, 12, 11, 14, 10
MANY_NODES: Final = 100
_DECADES: Final = 4.0


def dot(
    view: View,
    *,
    theme: str = "light",
    direction: str = "LR",
    step: int | None = None,
    scale: bool = False,
    derivatives: bool = True,
    title: str = "",
) -> str:
    """Return the drawing of a run as DOT; the same run and options give the same text.

    A graph of more than 300 nodes is folded first, and the drawing says so in a line.

    Parameters
    ----------
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

    Raises
    ------
    DrawingError
        For an option that is not among those allowed.
    """
    look = Look(theme_named(theme), direction, step, scale, derivatives, title)
    return written(reduced(view), look)


@dataclass(frozen=True, slots=True)
class Look:
    """The options of a drawing; `dpi` only for pictures of dots."""

    theme: Theme
    direction: str = "LR"
    step: int | None = None
    scale: bool = False
    derivatives: bool = True
    title: str = ""
    dpi: int | None = None

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise DrawingError(f"a direction {self.direction!r}; allowed: {', '.join(DIRECTIONS)}")


def written(drawn: Reduction, look: Look) -> str:
    """Return what is drawn as DOT."""
    writer = _Writer(drawn, look)
    source: str = writer.digraph().source
    return source


def escaped(words: str) -> str:
    """Return text for XML: printable, and nothing in it is markup."""
    return "".join(_ENTITIES.get(c, c) for c in printable(words))


def label_text(words: str) -> str:
    """Return text for an HTML-like label.

    Graphviz reads the escapes of its strings (``\\N``, ``\\G``, ``\\E``) even in such labels, and
    even from a backslash written as a number; two backslashes stand for one.
    """
    return escaped(words.replace("\\", "\\\\"))


_ENTITIES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\\": "&#92;",
    "[": "&#91;", "]": "&#93;", "{": "&#123;", "}": "&#125;",
}  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


def node_id(view: View, node: int) -> str:
    """Return the id of a node's element in SVG: `node_t`, made from the cell's name."""
    return _id("node", [view.labels[node]])


def edge_id(view: View, edge: Edge) -> str:
    """Return the id of an edge's element in SVG: `edge_u.t`, from t to its user u."""
    earlier = view.graph.operands[edge.user][: edge.slot].count(edge.operand)
    names = [view.labels[edge.user], view.labels[edge.operand]]
    return _id("edge", names) + (f".{earlier + 1}" if earlier else "")


def _id(kind: str, names: list[str]) -> str:
    if all(_PLAIN.fullmatch(name) for name in names):
        return f"{kind}_{'.'.join(names)}"
    # The readable form has an underscore after its first word, so the two cannot meet.
    spelled = "\0".join(names).encode("utf-8", "backslashreplace")
    return f"{kind}.{hashlib.sha256(spelled).hexdigest()[:16]}"


def font(words: str, colour: str, size: int, *, bold: bool = False) -> str:
    """Return escaped text in a colour and a size, as a part of an HTML-like label.

    The sizes of numbers, on nodes, and of labels, on edges, are the defaults of the DOT.
    """
    inner = f"<B>{label_text(words)}</B>" if bold else label_text(words)
    sized = "" if size in (NUMBER, LABEL) else f' POINT-SIZE="{size}"'
    return f'<FONT COLOR="{colour}"{sized}>{inner}</FONT>'


def _size(number: Number | None) -> float:
    """Return the largest absolute entry of a number, 0 where there is none."""
    if number is None or number.undefined is not None or not is_number(number):
        return 0.0
    if isinstance(number.shown, Array):
        entries = [abs(float(x)) for x in number.shown.data.ravel()]
        return max(entries, default=0.0)
    size = abs(float(number.shown))
    return size if math.isfinite(size) else 0.0


class _Writer:
    def __init__(self, drawn: Reduction, look: Look) -> None:
        self.drawn = drawn
        self.view = drawn.view
        self.look = look
        self.theme = look.theme
        self.now: Moment = moment(drawn.view, None if drawn.folded else look.step)
        self.number = {node: i for i, node in enumerate(drawn.nodes, 1)}
        self.adjoints = drawn.adjoints
        sizes = [_size(self.view.run.derivative(node)) for node in drawn.nodes]
        self.largest = max(sizes, default=0.0)

    def digraph(self) -> Any:
        theme, look = self.theme, self.look
        across = look.direction == "LR"
        attributes = {
            "rankdir": look.direction,
            "bgcolor": theme.ground,
            "pad": "0.12",
            "nodesep": "0.35",
            "ranksep": "0.3" if across else "0.35",
            "fontname": FONT,
            "outputorder": "edgesfirst",
        }
        if look.dpi is not None:
            # The second keeps the longer side under what cairo can paint.
            attributes |= {"dpi": str(look.dpi), "size": "100,100"}
        if len(self.drawn.nodes) > MANY_NODES:
            # Rounds of the network simplex and of mincross: time for the last few pixels.
            attributes |= {"nslimit": "2", "nslimit1": "2", "mclimit": "0.3"}
        if self.drawn.pairs:
            attributes["newrank"] = "true"  # ranks across frames
        heading = self._heading()
        if heading:
            attributes |= {"label": f"<{heading}>", "labelloc": "t", "labeljust": "l"}
        graph = graphviz.Digraph(
            "chainrule",
            graph_attr=attributes,
            node_attr={
                "shape": "box", "style": "rounded,filled", "margin": "0.12,0.06",
                "height": "0.1", "width": "0.1", "fontname": FONT,
                "fontsize": str(NUMBER), "penwidth": "1.2", "color": theme.card_line,
                "fillcolor": theme.card,
            },
            edge_attr={
                "fontname": FONT, "fontsize": str(LABEL), "color": theme.edge,
                "fontcolor": theme.partial, "arrowsize": "0.7", "penwidth": "1.1",
            },
        )  # fmt: skip
        framed = {node for cluster in self.drawn.clusters for node in cluster.nodes}
        for number, cluster in enumerate(self.drawn.clusters):
            with graph.subgraph(name=f"cluster_{number}") as frame:
                self._nodes(frame, cluster.nodes)
                frame.attr(**self._frame(cluster))
        self._nodes(graph, [node for node in self.drawn.nodes if node not in framed])
        for edge in self.drawn.edges:
            ends = [f"n{self.number[edge.operand]}", f"n{self.number[edge.user]}"]
            if edge.operand in self.adjoints:
                ends.reverse()
            graph.edge(*ends, **self._edge(edge))
        for node, adjoint in self.drawn.pairs:
            with graph.subgraph(graph_attr={"rank": "same"}) as rank:
                rank.node(f"n{self.number[node]}")
                rank.node(f"n{self.number[adjoint]}")
        return graph

    def _nodes(self, graph: Any, nodes: Iterable[int]) -> None:
        for node in nodes:
            graph.node(f"n{self.number[node]}", **self._node(node))

    def _frame(self, cluster: Cluster) -> dict[str, str]:
        theme = self.theme
        title = font(printable(cluster.title, 60), theme.quiet, FORMULA)
        return {
            "label": f"<{title}>", "labeljust": "r" if self.drawn.pairs else "l",
            "style": "rounded", "penwidth": "1", "margin": "10",
            "color": theme.derivative if cluster.backward else theme.card_line,
        }  # fmt: skip

    def _heading(self) -> str:
        lines = []
        if self.look.title:
            lines.append(font(printable(self.look.title, 200), self.theme.ink, TITLE, bold=True))
        if self.drawn.note:
            lines.append(font(self.drawn.note, self.theme.quiet, NOTE))
        return "".join(f'{line}<BR ALIGN="LEFT"/>' for line in lines)

    # Nodes

    def _node(self, node: int) -> dict[str, str]:
        theme, now = self.theme, self.now
        is_input = self.view.graph.ops[node] is INPUT
        fill, line, width = theme.card, theme.card_line, "1.2"
        if is_input:
            fill, line = theme.input_card, theme.value
        if self.look.scale:
            part = self._part(now.derivatives.get(node))
            line = mixed(line, theme.derivative, part)
            width = f"{1.2 + 2.3 * part:.2f}"
        if self._troubled(node):
            line = theme.warning
        if node == now.source:
            line = theme.derivative
        if node == now.target:
            fill, line, width = theme.lit_card, theme.derivative, "2.25"
        chosen = {"fillcolor": fill, "color": line, "penwidth": width}
        usual = {"fillcolor": theme.card, "color": theme.card_line, "penwidth": "1.2"}
        return {"id": node_id(self.view, node), "label": f"<{self._card(node)}>"} | {
            key: value for key, value in chosen.items() if value != usual[key]
        }

    def _troubled(self, node: int) -> bool:
        numbers = [self.view.run.value(node)]
        if self.look.derivatives:
            numbers.append(self.view.run.derivative(node))
        return any(number.undefined is not None for number in numbers)

    def _card(self, node: int) -> str:
        view, theme, now = self.view, self.theme, self.now
        head = font(short(view.name(node)), theme.ink, NAME, bold=True)
        if view.graph.ops[node] is not INPUT:
            head += font(f" = {short(view.formula(node))}", theme.partial, FORMULA)
        role = "derivative" if node in self.adjoints else "value"
        value = self._cell(view.run.value(node) if node in now.values else None, role, "")
        cells, span = [f"<TD>{value}</TD>"], ""
        if self.look.derivatives:
            derivative = font(WORDS["none"], theme.quiet, NUMBER)
            if has_derivative(view, node):
                symbol = derivative_symbol(view, node)
                derivative = self._cell(now.derivatives.get(node), "derivative", symbol)
            cells = [
                f'<TD ALIGN="LEFT">{value}</TD>',
                '<TD WIDTH="4"></TD>',
                f'<TD ALIGN="RIGHT">{derivative}</TD>',
            ]
            span = ' COLSPAN="3"'
        rows = [f"<TD{span}>{head}</TD>", "".join(cells)]
        rows += [
            f"<TD{span}>{font(f'{MARK} {warning}', theme.warning, NUMBER)}</TD>"
            for warning in self._warnings(node)
        ]
        inner = "".join(f"<TR>{row}</TR>" for row in rows)
        return f'<TABLE BORDER="0" CELLSPACING="2" CELLPADDING="1">{inner}</TABLE>'

    def _cell(self, number: Number | None, role: str, symbol: str) -> str:
        if number is None:
            # Not computed yet: an empty outline.
            return (
                f'<TABLE BORDER="1" COLOR="{self.theme.quiet}" STYLE="DASHED,ROUNDED" '
                'CELLBORDER="0" FIXEDSIZE="TRUE" WIDTH="46" HEIGHT="14"><TR><TD></TD></TR>'
                "</TABLE>"
            )
        before = f"{symbol} " if symbol else ""
        return self._number(number, role, before)

    def _number(self, number: Number, role: str, before: str = "", size: int = NUMBER) -> str:
        words = f"{before}{shown(self.view, number)}"
        if number.undefined is not None:
            return font(f"{before}{MARK} {WORDS['undefined']}", self.theme.warning, size)
        coloured = font(words, getattr(self.theme, role), size)
        return (
            coloured + font(f" {MARK}", self.theme.warning, size) if number.corrected else coloured
        )

    def _warnings(self, node: int) -> list[str]:
        """Return the warnings that begin at this node: why there is no number, or a kink."""
        view = self.view
        found = []
        for number in (view.run.value(node), view.run.derivative(node)):
            reason = number.undefined
            if reason is not None and reason.node == node:
                found.append(f"{reason.op} needs {reason.needs}")
        if node in view.run.kinks:
            found.append("kink")
        return [printable(warning, 40) for warning in dict.fromkeys(found)]

    # Edges

    def _edge(self, edge: Edge) -> dict[str, str]:
        theme, now, key = self.theme, self.now, (edge.user, edge.slot)
        attributes = {"id": edge_id(self.view, edge)}
        if edge.user in self.adjoints:
            attributes |= self._backward(edge)
            return attributes
        if self.look.derivatives:
            label = self._label(edge)
            if label:
                # A little room, so that a label keeps off the cards and off its line.
                room = "2" if self.look.direction == "LR" and not self.look.scale else "5"
                attributes["label"] = (
                    f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="{room}">'
                    f"<TR><TD>{label}</TD></TR></TABLE>>"
                )
        if key not in self.view.run.fine.local:
            attributes["style"] = "dotted"
        elif self.look.scale and key in now.flowed:
            part = self._part(self.view.run.flowing(*key))
            attributes["color"] = mixed(theme.edge, theme.derivative, part)
            attributes["penwidth"] = f"{0.8 + 3.2 * part:.2f}"
        if key == now.edge:
            attributes |= {"color": theme.derivative, "penwidth": "2.25"}
            if key in now.shares and self.view.reverse:
                # Values flow from operand to user, the adjoint the other way.
                attributes["dir"] = "back"
        return attributes

    def _backward(self, edge: Edge) -> dict[str, str]:
        """Return how an adjoint takes from another one, or from a value across the frames."""
        if edge.operand in self.adjoints:
            # Written from user to operand, so that ranks run the other way; the head stays.
            return {"dir": "back", "color": self.theme.derivative}
        return {"style": "dashed", "constraint": "false", "color": self.theme.value}

    def _label(self, edge: Edge) -> str:
        view, theme, now, key = self.view, self.theme, self.now, (edge.user, edge.slot)
        partial = view.run.partial(*key)
        if partial is None or key not in now.partials:
            return ""
        share = view.run.flowing(*key) if key in now.shares else None
        if share is not None and is_number(partial):
            before = edge.user if view.reverse else edge.operand
            bold = key == now.edge
            words = shown(view, share)
            left = (
                font(words, theme.derivative, LABEL, bold=bold)
                if share.undefined is None
                else self._number(share, "derivative", "", LABEL)
            )
            return (
                left
                + font(" = ", theme.partial, LABEL)
                + self._number(view.run.derivative(before), "derivative", "", LABEL)
                + font(" × ", theme.partial, LABEL)
                + self._number(partial, "partial", "", LABEL)
            )
        parts = partial_parts(view, edge)
        if partial.undefined is not None:
            formula = font(f"{parts[0]} = ", theme.partial, LABEL)
            return formula + self._number(partial, "partial", "", LABEL)
        mark = font(f" {MARK}", theme.warning, LABEL) if partial.corrected else ""
        return font(" = ".join(parts), theme.partial, LABEL) + mark

    def _part(self, number: Number | None) -> float:
        """Return where a derivative's size lies, from 0 to 1, in four decades up to the largest."""
        size = _size(number)
        if size <= 0 or self.largest <= 0:
            return 0.0
        return min(1.0, max(0.0, 1 + math.log10(size / self.largest) / _DECADES))

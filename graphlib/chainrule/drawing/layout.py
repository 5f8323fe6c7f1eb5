"""Positions for the component in the browser: cards, lines between them, and room for text.

Graphviz chooses ranks, the order in a rank and the channels of long edges. How far ranks stand
apart is chosen here, by the text between them, which its own labels would push apart too far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from chainrule.drawing.alternative import on_edge, partial_parts, shown
from chainrule.drawing.labels import SLIGHT, Label, Occupied, beside, spanned
from chainrule.drawing.positions import HEAD, Layout, Piece, Route, moved, points
from chainrule.drawing.ranks import Ranks
from chainrule.drawing.reduction import Cluster, Reduction
from chainrule.drawing.rows import FEW, Weight, form, with_rows
from chainrule.drawing.widths import (
    ACROSS,
    CELLS,
    COMPACT,
    DOWN,
    WRITTEN,
    Sizes,
    card_size,
    width,
)
from chainrule.errors import DrawingError
from chainrule.graph.wengert import Edge
from chainrule.readings.picture import Box, Point

RING: Final = 3.2
"""How far before a row the centre of the ring lies in which a line ends."""

LABEL_HEIGHT: Final = 18.0
ROWS_HEIGHT: Final = 40.0
"""Height of two rows with a line between them; they are centred at a quarter and three quarters."""

ROOM: Final = 8.0
TITLE: Final = 20.0
GROUND_TITLE: Final = 12.5
"""Room inside a ground, that of its title, and the size of this one's type."""

DIRECTIONS: Final = ("LR", "TB")

_ROWS_BESIDE: Final = 28.0
_LONG: Final = 96.0
_PORTS: Final = {"LR": 24.0, "TB": 88.0}
_MARGIN: Final = 2.0


def placed(
    drawn: Reduction,
    direction: str = "LR",
    *,
    rows: bool = False,
    wide: Mapping[int, int] | None = None,
    sizes: Sizes | None = None,
    written: bool = False,
) -> Layout:
    """Return the positions of the cards and edges of what is drawn.

    A graph of more than 300 nodes is folded first; the indices are then those of the layout's
    own view.

    Parameters
    ----------
    direction
        ``"LR"``, left to right with cards 76 px high, or ``"TB"``, top down with cards 46 px
        high.
    rows
        Whether weights are rows on the cards of their users; top down, cells above them.
    wide
        Widths of cards; default what their text needs.
    sizes
        Of cards and type; default the usual ones of a direction. If they are of names alone,
        weights stand beside the names of their users.
    written
        Whether numbers are written in by hand: cards then have room for that, and stand as near
        to the inputs as they can, so that their places tell nothing of arrows to be drawn.

    Raises
    ------
    DrawingError
        For another direction, or if Graphviz refuses.
    OutsideTimeout
        If Graphviz takes longer than ten seconds.
    """
    if direction not in DIRECTIONS:
        raise DrawingError(f"a direction {direction!r}; allowed: {', '.join(DIRECTIONS)}")
    return _Planner(drawn, direction, wide or {}, sizes, rows=rows, written=written).layout()


@dataclass(frozen=True, slots=True)
class _Texts:
    """Widths of an edge's text: on one line, and on two, above and below the line."""

    line: float
    stacked: float


class _Planner:
    """Works in two axes: `along` the ranks, `across` them; LR is (x, y), TB is (y, x)."""

    def __init__(
        self,
        drawn: Reduction,
        direction: str,
        wide: Mapping[int, int],
        sizes: Sizes | None,
        *,
        rows: bool,
        written: bool,
    ) -> None:
        self.rows: Mapping[int, tuple[Weight, ...]] = {}
        self.joined: Mapping[int, tuple[Weight, ...]] = {}
        if rows:
            drawn, self.rows = with_rows(drawn, 0 if sizes else FEW)
        if sizes and sizes.bare:
            self.joined, self.rows = self.rows, {}
        self.drawn = drawn
        self.view = drawn.view
        self.direction = direction
        self.across = direction == "LR"
        usual, small = (ACROSS, COMPACT) if self.across else (DOWN, CELLS)
        self.sizes: Sizes = sizes or (WRITTEN if written else small if self.rows else usual)
        self.size = {
            node: card_size(
                self.view,
                node,
                self.sizes,
                form(self.view, node, bool(self.rows), self.across),
                self.rows.get(node, ()) or self.joined.get(node, ()),
            )
            for node in drawn.nodes
        }
        self.size |= {node: (wide[node], self.size[node][1]) for node in wide}
        self.factors = {row.factor for found in self.rows.values() for row in found}
        factors = {node: [row.factor for row in found] for node, found in self.rows.items()}
        found = Ranks(drawn, self.size, direction, factors, self.sizes.apart, written=written)
        self.rank, self.place, self.passes = found.rank, found.place, found.passes

    def layout(self) -> Layout:
        texts = {edge: self._texts(edge) for edge in self.drawn.edges}
        self._place_ports()
        self._place_ranks(texts)
        lines = {edge: self._line(edge) for edge in self.drawn.edges}
        labels = self._labels(lines, texts)
        return self._assembled(lines, labels)

    # Where lines begin and end, and how far ranks stand apart

    def _place_ports(self) -> None:
        """Spread the ends of lines over the side of a card, in the order of their other ends."""
        leaving: dict[int, list[Edge]] = defaultdict(list)
        arriving: dict[int, list[Edge]] = defaultdict(list)
        for edge in self.drawn.edges:
            leaving[edge.operand].append(edge)
            arriving[edge.user].append(edge)

        def toward_user(edge: Edge) -> tuple[float, int]:
            first = self.passes[edge].get(self.rank[edge.operand] + 1, self.place[edge.user])
            return first, edge.slot

        def toward_operand(edge: Edge) -> tuple[float, int]:
            last = self.passes[edge].get(self.rank[edge.user] - 1, self.place[edge.operand])
            return last, edge.slot

        self.start: dict[Edge, float] = {}
        self.end: dict[Edge, float] = {}
        for node, edges in leaving.items():
            self._spread(node, sorted(edges, key=toward_user), self.start)
        for node, edges in arriving.items():
            others = [edge for edge in edges if edge not in self.factors]
            self._spread(node, sorted(others, key=toward_operand), self.end)
            for row in self.rows.get(node, ()):
                self.end[row.factor] = self.row_of(node, row)

    def row_of(self, node: int, row: Weight) -> float:
        """Return the place across of the centre of a row."""
        index = self.rows[node].index(row)
        begin = self.place[node] - self.size[node][self.across] / 2 + self.lead(node)
        return begin + (index + 0.5) * self.sizes.row

    def lead(self, node: int) -> float:
        """Return the room before the rows: above them, or left of cells if other lines come."""
        others = any(edge not in self.factors for edge in self.drawn.edges if edge.user == node)
        return self.sizes.head if self.across or others else 0.0

    def _spread(self, node: int, edges: list[Edge], ports: dict[Edge, float]) -> None:
        side, middle = float(self.size[node][self.across]), self.place[node]
        if node in self.rows and ports is self.end:  # beside the part before the rows
            middle += (self.lead(node) - side) / 2
            side = self.lead(node)
        room = max(0.4 * side, side - 36)
        apart = min(_PORTS[self.direction], room / max(1, len(edges) - 1))
        for i, edge in enumerate(edges):
            ports[edge] = middle + (i - (len(edges) - 1) / 2) * apart

    def _straight(self, edge: Edge) -> bool:
        return not self.passes[edge] and abs(self.start[edge] - self.end[edge]) < 1.5

    def _stacked(self, edge: Edge) -> bool:
        """Whether the text stands above and below the line: one level line between two cards."""
        alone = self.drawn.view.graph.operands[edge.user].count(edge.operand) == 1
        return self.across and alone and self._straight(edge)

    def _place_ranks(self, texts: dict[Edge, _Texts | None]) -> None:
        count = max(self.rank.values(), default=0) + 1
        deep = [0.0] * count
        for node, rank in self.rank.items():
            deep[rank] = max(deep[rank], self.size[node][not self.across])
        # Text and bend of a long edge have the first gap to themselves and further room later.
        wanted = [0.0] * count
        for edge in self.drawn.edges:
            rank = self.rank[edge.operand]
            wanted[rank] = max(wanted[rank], self._gap(edge, texts[edge]))
        only_straight = [True] * count
        for edge in self.drawn.edges:
            for rank in range(self.rank[edge.operand], self.rank[edge.user]):
                only_straight[rank] &= self._straight(edge)
        self.band: list[Point] = []
        begin = 0.0
        for rank in range(count):
            self.band.append((begin, begin + deep[rank]))
            least = self.sizes.gap if only_straight[rank] else self.sizes.curved
            begin += deep[rank] + max(least, wanted[rank])

    def _gap(self, edge: Edge, texts: _Texts | None) -> float:
        """Return the room along the ranks that an edge needs for its text and its bend."""
        if self._stacked(edge):
            return texts.stacked + 14 if texts else 0.0
        bend = abs(self.start[edge] - self.end[edge])
        if self.across and bend < SLIGHT and not self.passes[edge]:
            return texts.line + 24 if texts else 0.0
        return min(180.0, 0.4 * bend) if self.across else min(80.0, 0.14 * bend)

    # Lines

    def _line(self, edge: Edge) -> list[Piece]:
        """Return an edge as pieces (along, across): straight, two points; curved, four."""
        half = {node: self.size[node][not self.across] / 2 for node in (edge.operand, edge.user)}
        middle = [sum(self.band[self.rank[node]]) / 2 for node in (edge.operand, edge.user)]
        at = (middle[0] + half[edge.operand], self.start[edge])
        stop = (middle[1] - half[edge.user] - HEAD, self.end[edge])
        stations: list[tuple[float, float, float]] = [
            (at[0], self.band[self.rank[edge.operand]][1], at[1])
        ]
        for rank, place in sorted(self.passes[edge].items()):
            stations.append((*self.band[rank], place))
        stations.append((min(stop[0], self.band[self.rank[edge.user]][0] - HEAD), stop[0], stop[1]))
        pieces: list[Piece] = []
        level = stations[0]  # passed without a bend since
        for station in stations[1:]:
            enter, leave, place = level
            following, end, other = station
            if abs(other - place) <= 0.5:
                level = (enter, end, place)
                continue
            bend = (following - leave) * 0.5
            if leave - enter > 0.5:
                pieces.append(((enter, place), (leave, place)))
            bent = ((leave + bend, place), (following - bend, other))
            pieces.append(((leave, place), *bent, (following, other)))
            level = station
        enter, leave, place = level
        if leave - enter > 0.5:
            pieces.append(((enter, place), (leave, place)))
        return pieces

    def _upright(self, point: Point) -> Point:
        """Return (along, across) as (x, y)."""
        return point if self.across else point[::-1]

    # Text on lines

    def _texts(self, edge: Edge) -> _Texts | None:
        view, size = self.view, self.sizes.label
        partial = view.run.partial(edge.user, edge.slot)
        if partial is None or not self.drawn.texts or self.sizes.bare or edge in self.factors:
            return None
        parts = partial_parts(view, edge)
        if self.sizes.brief:  # the number alone
            most = width(parts[-1], size)
            share = view.run.flowing(edge.user, edge.slot)
            if share is not None and on_edge(view, share):
                most = max(most, width(shown(view, share), size))
            return _Texts(most, most)
        line = width(" = ".join(parts), size)
        stacked = max(width(part, size) for part in parts)
        share = view.run.flowing(edge.user, edge.slot)
        if share is not None and on_edge(view, partial):
            source = edge.user if view.reverse else edge.operand
            product = f"{shown(view, view.run.derivative(source))} × {shown(view, partial)}"
            brought = shown(view, share)
            line = max(line, width(f"{brought} = {product}", size))
            stacked = max(stacked, width(f"{brought} =", size), width(product, size))
        return _Texts(line, stacked)

    def _labels(
        self, lines: dict[Edge, list[Piece]], texts: dict[Edge, _Texts | None]
    ) -> dict[Edge, Label]:
        occupied = Occupied()
        for box in self._boxes().values():
            occupied.add_card(Box(box.x, box.y, box.w + 2, box.h + 2))
        for box, cluster in self._grounds(self._boxes()):
            wide = width(cluster.title, GROUND_TITLE)
            left, top = box.x - box.w / 2 + ROOM, box.y - box.h / 2
            occupied.add_text(Box(left + wide / 2, top + TITLE / 2, wide, TITLE))
        along: dict[Edge, list[Point]] = {}
        for number, (edge, pieces) in enumerate(lines.items()):
            place, stop = pieces[-1][-1][1], pieces[-1][-1][0] + HEAD
            along[edge] = [self._upright(p) for p in [*points(pieces), (stop, place)]]
            occupied.add_line(along[edge], number)
        centre = sum(self.place.values()) / max(1, len(self.place))
        labels: dict[Edge, Label] = {}
        for edge, pieces in lines.items():
            text = texts[edge]
            if text is not None and self._stacked(edge):
                begin, end = pieces[0][0], pieces[-1][-1]
                x, y = (begin[0] + end[0] + HEAD) / 2, begin[1]
                labels[edge] = Label(Box(x, y, text.stacked, ROWS_HEIGHT), "middle", rows=2)
                occupied.add_text(labels[edge].box)
        for edge in lines:
            text = texts[edge]
            if text is None or edge in labels:
                continue
            middle = (self.start[edge] + self.end[edge]) / 2
            # On a narrow screen a long text beside a bend would make the drawing wider.
            rows = 2 if not self.across and not self._straight(edge) and text.line > _LONG else 1
            label = beside(
                along[edge],
                text.stacked if rows == 2 else text.line,
                _ROWS_BESIDE if rows == 2 else LABEL_HEIGHT,
                occupied,
                across=self.across,
                upper=middle < centre - 1,
            )
            label = replace(label, rows=rows)
            labels[edge] = label
            occupied.add_text(label.box)
        return labels

    # All together

    def _boxes(self) -> dict[int, Box]:
        boxes = {}
        for node in self.drawn.nodes:
            x, y = self._upright((sum(self.band[self.rank[node]]) / 2, self.place[node]))
            boxes[node] = Box(x, y, *self.size[node])
        return boxes

    def _row_boxes(self, boxes: Mapping[int, Box]) -> dict[int, Box]:
        def box(card: Box, middle: float) -> Box:
            if self.across:
                return Box(card.x, middle, card.w, self.sizes.row)
            deep = self.sizes.cell
            return Box(middle, card.y - card.h / 2 + deep / 2, self.sizes.row, deep)

        return {
            row.node: box(boxes[node], self.row_of(node, row))
            for node, found in self.rows.items()
            for row in found
        }

    def _joined_boxes(self, boxes: Mapping[int, Box]) -> dict[int, Box]:
        """Return the boxes of weights and their users where they stand beside each other."""
        found = {}
        for node, weights in self.joined.items():
            whole, names = boxes[node], [*(weight.node for weight in weights), node]
            wide = whole.w / len(names)
            left = whole.x - whole.w / 2
            for number, name in enumerate(names):
                found[name] = Box(left + (number + 0.5) * wide, whole.y, wide, whole.h)
        return found

    def _grounds(self, boxes: Mapping[int, Box]) -> list[tuple[Box, Cluster]]:
        found = []
        for cluster in self.drawn.clusters:
            inside = reduce(spanned, [boxes[node] for node in cluster.nodes if node in boxes])
            wide, high = inside.w + 2 * ROOM, inside.h + 2 * ROOM + TITLE
            wide = max(wide, width(cluster.title, GROUND_TITLE) + 2 * ROOM)
            found.append((Box(inside.x, inside.y - TITLE / 2, wide, high), cluster))
        return found

    def _assembled(self, lines: dict[Edge, list[Piece]], labels: dict[Edge, Label]) -> Layout:
        boxes = self._boxes()
        grounds = self._grounds(boxes)
        everything = [*boxes.values(), *(label.box for label in labels.values())]
        everything += [box for box, _ in grounds]
        boxes |= self._row_boxes(boxes) | self._joined_boxes(boxes)
        ends = [self._upright(p) for pieces in lines.values() for piece in pieces for p in piece]
        lefts = [box.x - box.w / 2 for box in everything] + [x for x, _ in ends]
        tops = [box.y - box.h / 2 for box in everything] + [y for _, y in ends]
        rights = [box.x + box.w / 2 for box in everything] + [x for x, _ in ends]
        bottoms = [box.y + box.h / 2 for box in everything] + [y for _, y in ends]
        dx, dy = _MARGIN - min(lefts, default=0.0), _MARGIN - min(tops, default=0.0)

        edges = {}
        for edge, pieces in lines.items():
            upright = [[self._upright(p) for p in piece] for piece in pieces]
            # To a tenth of a px, as every format writes them.
            shifted = tuple(
                tuple((round(x + dx, 1), round(y + dy, 1)) for x, y in piece) for piece in upright
            )
            x, y = upright[-1][-1]
            end = x + dx, y + dy
            long = HEAD - RING * (edge in self.factors)
            tip = (end[0] + long, end[1]) if self.across else (end[0], end[1] + long)
            label = labels.get(edge)
            if label is not None:
                label = Label(moved(label.box, (dx, dy)), label.align, label.rows)
            edges[edge] = Route(shifted, tip, label)
        return Layout(
            max(rights, default=0.0) + dx + _MARGIN,
            max(bottoms, default=0.0) + dy + _MARGIN,
            {node: moved(box, (dx, dy)) for node, box in boxes.items()},
            edges,
            self.view,
            self.drawn.note,
            self.sizes,
            self.rows,
            tuple((moved(box, (dx, dy)), cluster) for box, cluster in grounds),
        )

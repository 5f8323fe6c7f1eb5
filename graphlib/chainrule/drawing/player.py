"""What the player in the browser shows: graph, table and all steps of both passes, as plain data.

Everything is worked out once; stepping needs no server. Mathematics is MathML and prose is
HTML, both made and escaped here.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chainrule.algebras.array import Array
from chainrule.drawing.alternative import (
    derivative_symbol,
    edge_in_words,
    in_words,
    is_number,
    node_in_words,
    shown,
)
from chainrule.drawing.grounds import pictured
from chainrule.drawing.parts import in_parts
from chainrule.drawing.positions import Layout, edge_key, node_key, positions
from chainrule.drawing.reduction import Reduction
from chainrule.drawing.rows import summed
from chainrule.graph.wengert import INPUT, Edge
from chainrule.passes.run import Number
from chainrule.readings.catalogue import MARKS, WORDS
from chainrule.readings.cells import kink_sentence
from chainrule.readings.changes import foldable, opens
from chainrule.readings.grid import GridRow
from chainrule.readings.mathml import mathml
from chainrule.readings.notation import Notation
from chainrule.readings.numbers import full_digits
from chainrule.readings.prose import prose_text
from chainrule.readings.render.html import prose_html
from chainrule.readings.story import Result, StoryStep, story
from chainrule.readings.tables import table
from chainrule.readings.terms import Row, text
from chainrule.readings.view import View, labels

VERSION = 1


DIRECTIONS: Final = {"wide": "LR", "narrow": "TB"}
"""In which direction values flow on a wide and on a narrow screen."""


def payload(view: View, *, layouts: Sequence[str] = tuple(DIRECTIONS)) -> dict[str, Any]:
    """Return the player's data for a run.

    Parameters
    ----------
    layouts
        For which screens the cards are laid out, some of `DIRECTIONS`; the player shows the one
        that fits, or else the one that there is. For none, Graphviz is not asked.

    Returns
    -------
    dict
        JSON-able: nodes, edges, steps, table rows, positions and notes, keyed by node
        (`n<index>`), edge (`e<user>_<slot>`) and row (`r<number>`). Above 300 nodes it is that
        of the folded graph, and a note says so.
    """
    drawn = pictured(view)
    return _Player(drawn).data(in_words(drawn), layouts)


@dataclass(frozen=True, slots=True)
class Packed:
    """The player's data as text for a browser.

    Parameters
    ----------
    squeezed
        The text, compressed: JSON is long, and many runs are kept.
    structure
        The same for two runs with the same nodes and steps, whatever their numbers.
    digest
        The same for two runs that are shown alike.
    """

    squeezed: bytes
    structure: str
    digest: str

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Packed:
        """Return what `payload` returned, packed."""
        structure = [
            data["mode"],
            [node["id"] for node in data["nodes"]],
            [(s["phase"], s["node"], s["edge"]) for s in data["steps"]],
        ]
        written = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
        told = _digest(json.dumps(structure).encode())
        return cls(zlib.compress(written, 1), told, _digest(written))

    @property
    def text(self) -> str:
        """The data as JSON."""
        return zlib.decompress(self.squeezed).decode()

    def label(self, node: str) -> str:
        """Return what the node of a key is called."""
        (found,) = (n["label"] for n in json.loads(self.text)["nodes"] if n["id"] == node)
        return str(found)


def _digest(written: bytes) -> str:
    return hashlib.blake2b(written, digest_size=8).hexdigest()


class _Player:
    def __init__(self, drawn: Reduction) -> None:
        self.drawn = drawn
        self.view = view = drawn.view
        self.kept = frozenset(drawn.nodes)
        self.table = table(view)
        self.labels = labels(view.graph, Notation())
        self.nodes = {label: node for node, label in view.labels.items()}
        self.edges = {view.edge_id("formula", edge): edge for edge in view.edges}
        # What is folded for the drawing alone is not unfolded by a click, nor a copy in a tree.
        copied = any("#" in label for label in self.labels.values())
        self.changeable = not drawn.folded and not copied
        self.cells: dict[str, str] = {}
        for node in view.shown:
            self.cells[view.value_id(node)] = f"value:{node_key(node)}"
            self.cells[view.derivative_id(node)] = f"derivative:{node_key(node)}"
        for edge in view.edges:
            self.cells[view.edge_id("formula", edge)] = f"formula:{edge_key(edge)}"
            self.cells[view.edge_id("partial", edge)] = f"partial:{edge_key(edge)}"
            self.cells[view.edge_id("share", edge)] = f"share:{edge_key(edge)}"

    def drawn_edge(self, edge: Edge | None) -> bool:
        """Tell whether both ends of an edge are drawn; so is what has no edge."""
        return edge is None or (edge.user in self.kept and edge.operand in self.kept)

    def data(self, alternative: str, layouts: Sequence[str]) -> dict[str, Any]:
        """Return everything that is drawn."""
        view, note = self.view, self.drawn.note
        rows = [
            self.row(number, row)
            for number, row in enumerate(self.table.rows)
            if self.nodes[row.node] in self.kept and self.drawn_edge(self.edge_of(row))
        ]
        row_of = {
            (row["node"], row["edge"]): row["id"]
            for row in rows  # a seed's row belongs to the node alone
        }
        notes = [{"kind": "fold", "text": note}] if note else []
        notes += [{"kind": r.mark, "text": r.line} for r in self.table.remarks]
        return {
            "version": VERSION,
            "mode": view.run.mode,
            "alt": alternative,
            "symbol": mathml(derivative_symbol(view, view.run.output), inline=True),
            "columns": {
                head.key: mathml(head.term, inline=True)
                if head.key == "derivative"
                else text(head.term)
                for head in self.table.columns
            },
            "layouts": {screen: self.laid_out(DIRECTIONS[screen]) for screen in layouts},
            "nodes": [self.node(node) for node in self.drawn.nodes],
            "edges": [self.edge(edge) for edge in view.edges if self.drawn_edge(edge)],
            "steps": [
                self.step(step, row_of)
                for step in story(view)
                if step.node in self.kept and self.drawn_edge(step.edge)
            ],
            "rows": rows,
            "notes": notes,
            "digits": view.digits_note,
        }

    def laid_out(self, direction: str) -> dict[str, Any]:
        """Return the positions of all; if that is too large, of its map and of its parts."""
        whole = in_parts(self.drawn, direction)
        found = self.placed(whole.layout)
        if whole.parts:
            found["parts"] = [
                self.placed(part.layout)
                | {
                    "title": part.title,
                    "own": [*map(node_key, part.own)],
                    "exits": [*map(node_key, part.exits)],
                }
                for part in whole.parts
            ]
        return found

    def placed(self, layout: Layout) -> dict[str, Any]:
        """Return positions; a card with rows has a formula of its own."""
        found = positions(layout)
        for node, rows in layout.rows.items():
            formula = summed(self.view, node, rows)
            found["nodes"][node_key(node)]["formula"] = mathml(formula, inline=True)
        return found

    def number(self, number: Number | None) -> dict[str, Any] | None:
        """Return a number with its digits and, where there is one, its warning."""
        if number is None:
            return None
        view = self.view
        if not is_number(number):  # the local partial of a matrix product is a linear map
            show = WORDS["linear_map"]
            return {"show": show, "math": "", "full": "", "state": "map", "flag": None}
        term = view.bare(number)
        large = isinstance(number.shown, Array)
        return {
            "show": shown(view, number) if large else text(term),
            "math": mathml(term),
            "full": text(term) if large else full_digits(number.shown),
            "state": "undefined" if number.undefined else "number",
            "flag": view.why(number),
        }

    def node(self, node: int) -> dict[str, Any]:
        """Return a card."""
        view, run = self.view, self.view.run
        is_input = view.graph.ops[node] is INPUT
        reached = view.graph.varies[node]
        role = "inner"
        if is_input:
            role = "input"
        elif node == run.output:
            role = "output"
        elif not reached:
            role = "constant"
        return {
            "id": node_key(node),
            "name": mathml(view.name(node), inline=True),
            "equation": mathml(view.equation(node), inline=True),
            "formula": None if is_input else mathml(view.formula(node), inline=True),
            "text": node_in_words(view, node),
            "role": role,
            "value": self.number(run.value(node)),
            "derivative": self.number(run.derivative(node)) if reached else None,
            "derivative_name": mathml(view.derivative_name(node), inline=True),
            "mark": self.mark(node),
            "label": self.labels[node],
            "folds": self.changeable and foldable(view.graph, node, self.labels),
            "unfolds": self.changeable and opens(view.graph, node),
        }

    def mark(self, node: int) -> dict[str, str] | None:
        """Return the warning of a node: undefined, kink, or a number that doubles get wrong."""
        view, value = self.view, self.view.run.value(node)
        why = view.why(value)
        if value.state == "undecided" and why:
            return {"kind": "undefined", "word": MARKS["undecided"], "sentence": why}
        if value.undefined and why:
            return {"kind": "undefined", "word": WORDS["undefined"], "sentence": why}
        if node in view.run.kinks:
            return {"kind": "kink", "word": MARKS["kink"], "sentence": kink_sentence(view, node)}
        if why:
            return {"kind": "digits", "word": MARKS["corrected"], "sentence": why}
        return None

    def edge(self, edge: Edge) -> dict[str, Any]:
        """Return an edge with its local partial and its share."""
        view, run = self.view, self.view.run
        key = edge.user, edge.slot
        return {
            "id": edge_key(edge),
            "operand": node_key(edge.operand),
            "user": node_key(edge.user),
            "slot": edge.slot,
            "name": mathml(view.partial_name(edge), inline=True),
            "symbol": mathml(view.partial_formula(edge), inline=True),
            "number": self.number(run.partial(*key)),
            "share": self.number(run.flowing(*key)),
            "text": edge_in_words(view, edge),
        }

    def edge_of(self, row: GridRow) -> Edge | None:
        """Return the edge that a row of the table is about, if any."""
        return self.edges.get(row.cells["partial"].id)

    def row(self, number: int, row: GridRow) -> dict[str, Any]:
        """Return a row of the table: what its node and its edge do not tell."""
        node, edge = self.nodes[row.node], self.edge_of(row)
        partial = row.cells["partial"].term or Row(())
        reached = self.view.graph.varies[node] or node in self.view.run.seeds
        brought = f"share:{edge_key(edge)}" if edge else f"derivative:{node_key(node)}"
        return {
            "id": f"r{number}",
            "node": node_key(node),
            "first": row.first,
            "edge": edge_key(edge) if edge else None,
            "partial": mathml(partial, inline=True) if edge else text(partial),
            "derivative": brought if reached else None,
        }

    def step(self, step: StoryStep, row_of: dict[tuple[str, str | None], str]) -> dict[str, Any]:
        """Return a step: what is lit, what is said, and what becomes known."""
        view, edge = self.view, step.edge
        key = edge_key(edge) if edge else None
        node = node_key(step.node)
        source = None
        if edge is not None and step.phase in ("adjoints", "tangents"):
            source = node_key(edge.user if view.reverse else edge.operand)
        owner = node
        if edge is not None and step.phase == "partials" and view.reverse:
            owner = node_key(edge.operand)
        row = row_of.get((owner, key)) or next(
            (r for (n, _e), r in row_of.items() if n == node), None
        )
        return {
            "phase": step.phase,
            "title": prose_html(step.title),
            "rule": step.rule,
            "sentence": prose_html(step.sentence),
            "lines": [
                [
                    mathml(left, display=True) if left is not None else "",
                    mathml(right, display=True),
                ]
                for left, right in step.lines
            ],
            "node": node,
            "edge": key,
            "source": source,
            "row": row,
            "sets": [self.entry(entry) for entry in step.entries],
            "say": f"{prose_text(step.title)}. {prose_text(step.sentence)}",
        }

    def entry(self, entry: Result) -> dict[str, Any]:
        """Return a cell that becomes known."""
        return {
            "cell": self.cells[entry.cell],
            "number": self.number(entry.number),
            "terms": [self.number(term) for term in entry.terms],
        }

"""Paths from inputs to the output, each with the product of its local partials, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

from chainrule.passes.paths import MOST, InputPaths, Path
from chainrule.passes.paths import paths as found_paths
from chainrule.readings.catalogue import CAPTIONS, WORDS, say
from chainrule.readings.cells import about, count_digits, count_term, number_cell, point
from chainrule.readings.formulas import WRITTEN, atom
from chainrule.readings.grid import Cell, Grid, GridRow, Header, Remark, Tabular, words
from chainrule.readings.prose import filled
from chainrule.readings.story import listed
from chainrule.readings.terms import ELLIPSIS, Numeral, Sign, Term, Word, joined, text
from chainrule.readings.view import View

Part = TypeVar("Part")

LONGEST = 8
"""Nodes of a path that are shown, and factors of a product."""


@dataclass(frozen=True, slots=True)
class Paths(Tabular):
    """The paths from inputs to one output.

    Parameters
    ----------
    view
        The run in reverse mode.
    inputs
        The paths of each input that was asked for.
    """

    view: View
    inputs: tuple[InputPaths, ...]

    def __getitem__(self, name: str) -> InputPaths:
        """Return the paths of an input by its label.

        Raises
        ------
        KeyError
            If its paths were not asked for.
        """
        return {self.view.labels[entry.node]: entry for entry in self.inputs}[name]

    @property
    def count(self) -> int:
        """How many paths there are from all these inputs."""
        return sum(entry.count for entry in self.inputs)

    def grid(self) -> Grid:
        """Return the paths laid out, and under those of an input their sum."""
        view = self.view
        heads = (
            Header("path", Word(WORDS["path"])),
            Header("product", Word(WORDS["product"])),
            Header("factors", Word(WORDS["factors"])),
            Header("value", Word(WORDS["path_value"]), True),
        )
        at = point(view)
        gaps = {
            "inputs": listed([view.name(entry.node) for entry in self.inputs]),
            "goal": view.name(view.run.output),
            "point": "" if at is None else filled(CAPTIONS["point"], {"point": at}),
        }
        shown = sum(len(entry.shown) for entry in self.inputs)
        note = view.digits_note
        if shown < self.count:
            count = text(count_term(self.count))
            note = f"{WORDS['paths_cut'].format(shown=shown, count=count)} {note}"
        counts = {view.labels[entry.node]: count_digits(entry.count) for entry in self.inputs}
        return Grid(
            "paths",
            filled(CAPTIONS["paths"], gaps),
            heads,
            tuple(line for entry in self.inputs for line in self._rows(entry)),
            note,
            about(view) | {"paths": counts},
            tuple(self._differences()),
        )

    def _rows(self, entry: InputPaths) -> list[GridRow]:
        view, label = self.view, self.view.labels[entry.node]
        rows: list[GridRow] = []
        for count, path in enumerate(entry.shown, start=1):
            id = f"path:{label},{count}"
            cells = {
                "path": Cell(self._nodes(entry, path)),
                "product": Cell(self._product(path), role="partial"),
                "factors": Cell(self._factors(path), role="partial"),
                "value": number_cell(view, id, path.product, "derivative"),
            }
            rows.append(GridRow(cells, label, first=count == 1))
        sums = Word(WORDS["no_path" if not entry.count else "path_sum"])
        if entry.count > 1:
            count_of = text(count_term(entry.count))
            sums = Word(WORDS["path_sums"].format(count=count_of))
        total = number_cell(
            view, f"paths:{label}", entry.total, "derivative", final=entry.count > 1
        )
        name = view.derivative_name(entry.node)
        cells = {"path": Cell(sums), "product": Cell(name), "factors": words(""), "value": total}
        rows.append(GridRow(cells, label, first=not rows, last=True))
        return rows

    def _nodes(self, entry: InputPaths, path: Path) -> Term:
        nodes = [entry.node, *(edge.user for edge in path.edges)]
        return joined(_cut([self.view.name(node) for node in nodes], ELLIPSIS), Sign("→"))

    def _product(self, path: Path) -> Term:
        """Return the formulas of the local partials, from the output to the input."""
        factors = [self.view.partial_factor(edge) for edge in reversed(path.edges)]
        kept = [f for f in factors if f is not None and f.term != Numeral("1")]
        shown = _cut(kept or [atom(Numeral("1"))], atom(ELLIPSIS))
        return reduce(WRITTEN["mul"], shown).term

    def _factors(self, path: Path) -> Term:
        view = self.view
        numbers: list[Term] = []
        for edge in reversed(path.edges):
            number = view.run.partial(edge.user, edge.slot)
            assert number is not None
            numbers.append(view.factor(number, "partial"))
        return joined(_cut(numbers, ELLIPSIS), Sign("·")) if numbers else Numeral("1")

    def _differences(self) -> list[Remark]:
        view = self.view
        return [
            Remark(
                "differs",
                say(
                    "paths_differ",
                    node=text(view.name(entry.node)),
                    adjoint=text(view.numeral(entry.adjoint, "derivative")),
                ),
                (text(view.name(entry.node)),),
                (f"paths:{view.labels[entry.node]}",),
            )
            for entry in self.inputs
            if entry.agrees is False
        ]


def paths(view: View, inputs: Sequence[int], most: int = MOST) -> Paths:
    """Return the paths from inputs to the output of a run in reverse mode.

    Raises
    ------
    GraphError
        If the graph has vectors or a batch.
    """
    return Paths(view, found_paths(view.run, inputs, most))


def _cut(parts: list[Part], ellipsis: Part) -> list[Part]:
    """Return the first and the last few parts with an ellipsis between."""
    half = LONGEST // 2
    return parts if len(parts) <= LONGEST else [*parts[:half], ellipsis, *parts[-half:]]

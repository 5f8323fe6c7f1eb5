"""A nudge: an input moves a little, and every node moves, as predicted and in fact."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError
from chainrule.passes.kinks import same
from chainrule.passes.run import Run, merged
from chainrule.readings.cells import plain_cell
from chainrule.readings.grid import Cell, Grid, Tabular, listing
from chainrule.readings.numbers import numeral
from chainrule.readings.terms import Symbol
from chainrule.readings.view import View

NOISE_DIGITS = 30
MOST_DIGITS = 800

NUMBERS = ("value", "predicted", "real", "error")


@dataclass(frozen=True, slots=True)
class Moved:
    """How one node moves.

    Parameters
    ----------
    node, name
        Index in the graph that is shown, and label.
    value
        Its value before.
    predicted
        Its change to first order: tangent times the nudge.
    real
        Its change in fact, computed with many digits.
    error
        |predicted − real| / |real|; None where nothing moves, or a value does not exist.
    """

    node: int
    name: str
    value: Any
    predicted: Any
    real: Any
    error: float | None


@dataclass(frozen=True, slots=True)
class Nudge(Tabular):
    """How all nodes move when `variable` moves by `delta`."""

    variable: str
    delta: Fraction
    rows: tuple[Moved, ...]

    def __getitem__(self, name: str) -> Moved:
        """Return the row of a node by its label.

        Raises
        ------
        KeyError
            If there is no such node.
        """
        return {entry.name: entry for entry in self.rows}[name]

    def grid(self) -> Grid:
        """Return the rows laid out."""
        rows = (
            (
                entry.name,
                (
                    Cell(Symbol(entry.name)),
                    plain_cell(entry.value, "value"),
                    plain_cell(entry.predicted, "derivative"),
                    plain_cell(entry.real),
                    plain_cell(entry.error),
                ),
            )
            for entry in self.rows
        )
        return listing(
            "nudge",
            {key: key for key in ("node", *NUMBERS)},
            rows,
            numbers=NUMBERS,
            gaps={"node": Symbol(self.variable), "delta": numeral(self.delta)},
            about={"variable": self.variable, "delta": str(self.delta)},
        )


def nudge(view: View, entry: int, delta: Fraction) -> Nudge:
    """Return how every node moves when an input moves by `delta`.

    Parameters
    ----------
    entry
        Index of the input in the graph that is shown.

    Raises
    ------
    GraphError
        If the graph has vectors or a batch, or `delta` is 0.
    """
    graph, point = view.graph, view.run.point
    if not graph.is_scalar:
        raise GraphError("numbers are nudged; the graph has vectors or a batch; allowed: scalars")
    if delta == 0:
        raise GraphError("a nudge by 0 moves nothing; allowed: any other number")
    digits = _digits(point[entry], delta)
    moved = {**point, entry: Fraction(point[entry]) + delta}
    before = Run(graph, point, "forward", direction={entry: Fraction(1)}, digits=digits)
    after = Run(graph, moved, "forward", digits=digits)
    rows: list[Moved] = []
    # Both runs carry so many digits; their difference is as certain as the coarser one.
    with max(before, after, key=lambda run: run.proof.bits).fine.algebra.session():
        for node in view.shown:
            predicted = before.derivative(node).proven * delta
            real = after.value(node).proven - before.value(node).proven
            error = _error(predicted, real)
            value, name = view.run.value(node).shown, view.labels[node]
            rows.append(Moved(node, name, value, _plain(predicted), _plain(real), error))
    return Nudge(view.labels[entry], delta, tuple(rows))


def _digits(x: Fraction, delta: Fraction) -> int:
    """Return how many digits show the square of delta beside x."""
    size = max(abs(Fraction(x)), Fraction(1))
    apart = len(str(math.ceil(size / abs(delta)))) if abs(delta) < size else 1
    return min(MOST_DIGITS, NOISE_DIGITS + 10 + 2 * apart)


def _plain(number: Any) -> Any:
    """Return what is certain of a number as a double; where there is none, as it is."""
    return number if type(number) is Undefined else merged(None, number).shown


def _error(predicted: Any, real: Any) -> float | None:
    """Return |predicted − real| / |real|, None where nothing moves or there is no number."""
    if type(predicted) is Undefined or type(real) is Undefined:
        return None
    if same(predicted, real):
        return None if same(real, 0) else 0.0
    return math.inf if same(real, 0) else float((abs(predicted - real) / abs(real)).ball)

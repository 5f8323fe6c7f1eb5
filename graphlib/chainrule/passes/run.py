"""A run with its shadow: double precision beside many digits, and what to show.

The number shown is the double where it agrees with the many-digit number to 1e-9, else the
many-digit number, flagged with what double precision gives (`chainrule.passes.shadow`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.closed import Closed
from chainrule.algebras.digits import NEGLIGIBLE, digits_algebra, infinite
from chainrule.algebras.forms import Form
from chainrule.algebras.undefined import Undefined
from chainrule.algebras.written import at
from chainrule.graph.collector import collector_held
from chainrule.graph.wengert import WengertList
from chainrule.passes.doubt import SHADOW_DIGITS, differ
from chainrule.passes.kinks import Sides, kinks, sides
from chainrule.passes.record import Mode, Record
from chainrule.passes.shadow import Shadow, recorded, shadow
from chainrule.passes.steps import Step

# Digits carried beyond those that are shown.
GUARD_DIGITS = 15
# A closed form is shown where so many of its digits are those of the many-digit number.
AGREEING_DIGITS = 40

Kind = Literal["value", "partial", "flowing", "derivative"]


class Number(NamedTuple):
    """What a cell shows.

    Parameters
    ----------
    shown
        The number: a float, a many-digit number where double precision is wrong, an
        `Array`, or an `Undefined`.
    digits
        The many-digit number (or `Undefined`) behind it.
    double
        What double precision gives.
    flagged
        Whether double precision is wrong by more than 1e-9 (relative).
    """

    shown: Any
    digits: Any
    double: Any
    flagged: bool

    def all_digits(self) -> Number:
        """Return the cell with the many-digit number shown."""
        return self._replace(shown=self.digits)

    @property
    def public(self) -> Any:
        """The number shown; of a vector, an array of doubles, nan where there is none."""
        if not isinstance(self.shown, Array):
            return self.shown
        if not self.shown.data.ndim:
            return self.shown.data.item()
        entries = [
            math.nan if type(x) is Undefined else float(x) for x in self.shown.data.ravel().tolist()
        ]
        return np.array(entries).reshape(self.shown.data.shape)

    @property
    def undefined(self) -> Undefined | None:
        """The reason where there is no number; of a vector, at its first entry without one."""
        if isinstance(self.shown, Array):
            return self.shown.undefined
        return self.shown if type(self.shown) is Undefined else None


def merged(double: Any, digits: Any) -> Number:
    """Return what to show of a cell's two numbers, or arrays of them."""
    if isinstance(digits, Array):
        return _merged_arrays(double, digits)
    if type(digits) is Undefined:
        return Number(digits, digits, double, flagged=False)
    if digits is NEGLIGIBLE or infinite(digits):
        return Number(digits, digits, double, flagged=True)  # too small or too large to be told
    if differ(double, digits):
        return Number(digits, digits, double, flagged=True)
    return Number(double, digits, double, flagged=False)


def agrees(known: Fraction | Form, fine: Any) -> bool:
    """Return whether a closed form is the many-digit number, to forty digits.

    It is none where the digits themselves leave the number open.
    """
    if type(fine) is Undefined or fine is NEGLIGIBLE or infinite(fine):
        return False
    algebra = digits_algebra(SHADOW_DIGITS)
    try:
        number = at(known, algebra.maths)
    except ArithmeticError:  # it takes more digits than these
        return False
    close = algebra.number(Fraction(1, 10**AGREEING_DIGITS))
    return bool(number == fine or abs(number - fine) <= abs(fine) * close)


def _merged_arrays(double: Any, digits: Array) -> Number:
    """Return what to show of two arrays: each entry on its own."""
    if not isinstance(double, Array):  # a partial that is the same number for every entry
        double = Array(np.full(digits.data.shape, float(double)), digits.ndim)
    if not differ(double, digits) and digits.undefined is None:
        return Number(double, digits, double, flagged=False)
    pairs = zip(double.data.ravel().tolist(), digits.data.ravel().tolist(), strict=True)
    entries = [merged(a, b) for a, b in pairs]
    data = np.empty(len(entries), dtype=object)
    data[:] = [entry.shown for entry in entries]
    shown = Array(data.reshape(digits.data.shape), digits.ndim)
    return Number(shown, digits, double, flagged=any(entry.flagged for entry in entries))


class Run:
    """Values, local partials and tangents or adjoints of a graph at a point.

    Parameters
    ----------
    graph
        The graph, at the zoom level that is to be shown.
    point
        Exact value of each input, by index.
    mode
        "reverse" or "forward".
    output
        Index of the output that is differentiated (reverse mode); default the main one.
    direction
        Tangents of the inputs, by index (forward mode); default 1 for the first input and
        0 for the others. A number seeds every entry of a vector, nested sequences each its own.
    digits
        Significant digits to show; default double precision, watched by its shadow.
    seed
        The adjoint with which the output begins (reverse mode), likewise.
    """

    def __init__(
        self,
        graph: WengertList,
        point: Mapping[int, Any],
        mode: Mode = "reverse",
        output: int | None = None,
        direction: Mapping[int, Any] | None = None,
        digits: int | None = None,
        seed: Any = 1,
    ) -> None:
        self.graph = graph
        self.digits = digits
        self.point = dict(point)
        self.mode: Mode = mode
        self.output = graph.outputs[0] if output is None else output
        if mode == "reverse":
            chosen: Mapping[int, Any] = {self.output: seed}
        else:
            chosen = direction or {graph.inputs[0]: 1} if graph.inputs else {}
        self.seeds: dict[int, Any] = {
            n: Fraction(x) if isinstance(x, int | float | Fraction) else x
            for n, x in chosen.items()
        }
        self.double = recorded(graph, point, mode, self.seeds)
        self._merged: dict[tuple[str, Any], Number] = {}

    @cached_property
    def _shadow(self) -> Shadow:
        """Made when the first checked number is asked for."""
        digits = max(SHADOW_DIGITS, (self.digits or 0) + GUARD_DIGITS)
        with collector_held():
            return shadow(self.double, self.point, self.seeds, digits)

    @cached_property
    def fine(self) -> Record:
        """The record with many digits, of which every number is right."""
        return self._shadow.fine

    @cached_property
    def exact(self) -> Record | None:
        """The record in rational numbers, as far as they go; None for vectors."""
        return self._shadow.exact

    @cached_property
    def closed(self) -> Record | None:
        """The record in closed forms, as far as short ones go; None for vectors."""
        if not self.graph.is_scalar:
            return None
        return recorded(self.graph, self.point, self.mode, self.seeds, Closed())

    def exact_form(self, kind: Kind, key: Any) -> Fraction | Form | None:
        """Return what a cell holds exactly, None where no short closed form is known.

        Parameters
        ----------
        kind
            "value" or "derivative" of a node; "partial" or "flowing" (share or contribution)
            of an edge.
        key
            The node's index, or (user, slot).
        """
        if self.closed is None:
            return None
        column = {
            "value": "values", "partial": "local", "flowing": "flowing", "derivative": "derivatives"
        }[kind]  # fmt: skip
        try:
            known, fine = (getattr(r, column)[key] for r in (self.closed, self.fine))
        except KeyError:
            return None
        return known if isinstance(known, Fraction | Form) and agrees(known, fine) else None

    @property
    def fine_digits(self) -> int:
        """How many digits the many-digit record carries."""
        return int(getattr(self.fine.algebra, "digits", SHADOW_DIGITS))

    @property
    def steps(self) -> tuple[tuple[Step, Step], ...]:
        """The steps of both records side by side, in order."""
        return tuple(zip(self.double.steps, self.fine.steps, strict=True))

    def value(self, node: int) -> Number:
        """Return the value of `node`."""
        return self._cell("value", node, self.double.values, self.fine.values)

    def _cell(self, kind: str, key: Any, double: Any, fine: Any) -> Number:
        if (kind, key) not in self._merged:
            self._merged[kind, key] = self.shown(double[key], fine[key])
        return self._merged[kind, key]

    def shown(self, double: Any, fine: Any) -> Number:
        """Return what to show of a number of both records."""
        number = merged(double, fine)
        return number if self.digits is None else number.all_digits()

    def partial(self, node: int, slot: int) -> Number | None:
        """Return the local partial of `node` by the operand in `slot`, None where none is due."""
        key = node, slot
        if key not in self.fine.local:
            return None
        return self._cell("partial", key, self.double.local, self.fine.local)

    def flowing(self, node: int, slot: int) -> Number | None:
        """Return the share (reverse) or contribution (forward) of an edge."""
        key = node, slot
        if key not in self.fine.flowing:
            return None
        return self._cell("flowing", key, self.double.flowing, self.fine.flowing)

    def derivative(self, node: int) -> Number:
        """Return the adjoint (reverse) or tangent (forward) of `node`; 0 where none arrives."""
        if node in self.fine.derivatives:
            return self._cell("derivative", node, self.double.derivatives, self.fine.derivatives)
        return self.shown(
            self.double.algebra.zero(self.double.values[node]),
            self.fine.algebra.zero(self.fine.values[node]),
        )

    @cached_property
    def kinks(self) -> tuple[int, ...]:
        """The nodes that stand at a kink, or whose folds hold one that does."""
        whole, inner = self._shadow.whole, self._shadow.inner
        if whole is None or inner is None:
            return tuple(kinks(self.fine))
        return tuple(sorted({whole.owners[node] for node in kinks(inner)}))

    @cached_property
    def sides(self) -> dict[int, Sides]:
        """Left and right derivative of the output by each input, where a kink is met.

        Of numbers: a vector has more than two sides.
        """
        if not self.kinks or not self.graph.is_scalar:
            return {}
        whole, inner = self._shadow.whole, self._shadow.inner
        if whole is None or inner is None:
            return {node: sides(self.fine, self.output, node) for node in self.graph.inputs}
        at = whole.exits
        found = {node: sides(inner, at[self.output], at[node]) for node in self.graph.inputs}
        return {
            node: Sides(whole.placed(both.left), whole.placed(both.right))
            for node, both in found.items()
        }

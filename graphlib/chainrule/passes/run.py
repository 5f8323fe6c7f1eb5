"""A run in double precision beside its proof, and what to show of the two.

The number shown is the double nearest to the proven number, or all its digits where no double
holds it. Where double precision itself is off by more than 1e-9 (relative), the number is
marked as corrected, with what double precision gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial
from math import prod
from typing import Any, Literal, NamedTuple

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.balls import enclosure
from chainrule.algebras.decimals import many_digits, nearest
from chainrule.algebras.forms import MOST_PARTS, Form
from chainrule.algebras.real import Real
from chainrule.algebras.undefined import Undefined
from chainrule.graph.collector import collector_held
from chainrule.graph.wengert import WengertList
from chainrule.passes.kinks import Sides, kinks, sides
from chainrule.passes.proof import CERTAIN, FORMS, RUNGS, Proof, climbed, prove, recorded, small
from chainrule.passes.record import Mode, Record
from chainrule.passes.walks import Share, Step

# Bits of a number of which more than a double is shown.
DIGITS_BITS = 256
# Double precision is said to be wrong where it is off by more (relative).
AGREEMENT = 1e-9

# Certain bits of a number that make its nearest double certain; runs are settled to a few more.
ENOUGH = 56
MOST_ROUND = 1e6

Kind = Literal["value", "partial", "flowing", "derivative"]
State = Literal["proven", "undefined", "undecided", "unproven"]


class Number(NamedTuple):
    """What a cell shows.

    Parameters
    ----------
    shown
        The number: a float, a many-digit number where no float holds it, an `Array`, or an
        `Undefined`.
    proven
        What is certain: a `Real`, an `Undefined`, or an `Array` of them; None where nothing was
        proven.
    double
        What double precision gives.
    corrected
        Whether double precision is wrong by more than 1e-9 (relative).
    form
        Asks for the closed form of a number that looks like a short decimal.
    """

    shown: Any
    proven: Any
    double: Any
    corrected: bool = False
    form: Callable[[], Any] | None = None

    @property
    def digits(self) -> Any:
        """The number with all digits that are certain, up to seventy; or an `Undefined`.

        Where nothing was proven, the double.
        """
        return (
            self.double
            if self.proven is None
            else _each(lambda x: _many(x, DIGITS_BITS), self.proven)
        )

    @property
    def exact(self) -> bool:
        """Whether the number is known exactly: one that only rounds to 1.0 is not 1."""
        if type(self.proven) is not Real or self.proven.rational is not None:
            return True
        return self.form is not None and isinstance(self.form(), Fraction)

    @property
    def state(self) -> State:
        """What is certain: the digits shown, that there is no number, or neither."""
        if self.proven is None:
            return "unproven"
        states = {_state(x) for x in _entries(self.proven)}
        return next((s for s in ("undecided", "undefined") if s in states), "proven")

    @property
    def enclosure(self) -> str:
        """The ball in which the number lies, as midpoint ± radius; empty where there is none."""
        x = self.proven
        if isinstance(x, int | Fraction):
            return str(x)
        if type(x) is not Real:
            return ""
        return str(x.exact) if x.rational is not None else x.ball.str(40).replace("+/-", "±")

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


def _entries(x: Any) -> list[Any]:
    return x.data.ravel().tolist() if isinstance(x, Array) else [x]


def _each(function: Callable[..., Any], *arrays: Any) -> Any:
    """Return a function of numbers, or of the entries of arrays."""
    like = next((x for x in arrays if isinstance(x, Array)), None)
    if like is None:
        return function(*arrays)
    # One of them may be the same for all entries where another is not: where none exists.
    shape = np.broadcast_shapes(*(x.data.shape for x in arrays if isinstance(x, Array)))
    columns = [
        np.broadcast_to(x.data, shape).ravel().tolist()
        if isinstance(x, Array)
        else [x] * prod(shape)
        for x in arrays
    ]
    data = np.empty(prod(shape), dtype=object)
    data[:] = [function(*row) for row in zip(*columns, strict=True)]
    return Array(data.reshape(shape), max(x.ndim for x in arrays if isinstance(x, Array)))


def _state(x: Any) -> State:
    if type(x) is Undefined:
        return "undecided" if x.is_open else "undefined"
    return "proven" if type(x) is not Real or x.accurate(ENOUGH) else "undecided"


def _many(x: Any, bits: int) -> Any:
    return many_digits(x, bits) if type(x) is Real else x


def _looks_round(shown: Any) -> bool:
    """Whether a double is a decimal of few places."""
    return type(shown) is float and abs(shown) < MOST_ROUND and (shown * 1e4).is_integer()


def differ(double: Any, shown: Any) -> bool:
    """Whether double precision misses a number by more than 1e-9 (relative)."""
    if double is None or type(double) is Undefined:
        return double is not None
    if not math.isfinite(double):
        return True
    return bool(abs(double - shown) > AGREEMENT * abs(shown))


def merged(double: Any, proven: Any, digits: int | None = None) -> Number:
    """Return what to show of what double precision gives and what is certain.

    Parameters
    ----------
    digits
        Significant digits to show; default those of a double.
    """
    if type(proven) is Real and digits is None and proven.accurate(ENOUGH):
        near = nearest(proven)
        if near is None:
            shown = many_digits(proven, DIGITS_BITS)
            return Number(shown, proven, double, differ(double, shown))
        # The double itself where it is the nearest one: a zero keeps its sign.
        shown = double if near == double and type(double) is float else near
        return Number(shown, proven, double, shown is not double and differ(double, near))
    if isinstance(proven, Array):
        shown = _each(lambda a, b: merged(a, b, digits).shown, double, proven)
        wrong = _each(lambda a, b: merged(a, b, digits).corrected, double, proven)
        return Number(shown, proven, double, any(_entries(wrong)))
    if type(proven) is not Real:
        return Number(double if type(proven) is int else proven, proven, double)
    if digits is not None:
        shown = many_digits(proven, round(digits * math.log2(10)) + 1)
    elif small(proven, 2 * CERTAIN):
        shown = 0.0  # next to nothing, as far as is told
    else:
        # A sum made of proven numbers, of which too many digits cancelled.
        return Number(
            Undefined("sum", "more digits than were carried", "unsettled"), proven, double
        )
    return Number(shown, proven, double, differ(double, shown))


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
        self._sides: dict[int, Sides] = {}

    @cached_property
    def proof(self) -> Proof:
        """What is certain of the run; made when the first number is asked for."""
        certain = max(CERTAIN, math.ceil((self.digits or 0) * math.log2(10)) + 8)
        with collector_held():
            return prove(self.graph, self.point, self.mode, self.seeds, certain)

    @cached_property
    def fine(self) -> Record:
        """The record of what is certain; of double precision, where nothing was proven."""
        return self.proof.record or self.double

    @property
    def proven(self) -> bool:
        """Whether numbers are proven; not those of very many entries."""
        return self.proof.record is not None

    @cached_property
    def _formed(self) -> Record | None:
        """The record in closed forms, as far as short ones go; None for vectors."""
        if not self.graph.is_scalar:
            return None
        whole = self.proof.whole
        with collector_held():
            return climbed(
                self.graph, self.point, self.mode, self.seeds, RUNGS[0], FORMS, whole
            ).record

    def exact_form(self, kind: Kind, key: Any, most: int = MOST_PARTS) -> Fraction | Form | None:
        """Return what a cell holds exactly, None where no short closed form is known.

        Parameters
        ----------
        kind
            "value" or "derivative" of a node; "partial" or "flowing" (share or contribution)
            of an edge.
        key
            The node's index, or (user, slot).
        most
            Parts up to which a form is short.
        """
        if self._formed is None:
            return None
        column = {
            "value": "values",
            "partial": "local",
            "flowing": "flowing",
            "derivative": "derivatives",
        }[kind]
        try:
            formed, fine = (getattr(r, column)[key] for r in (self._formed, self.fine))
        except KeyError:
            return None
        if type(formed) is not Real or type(fine) is not Real:
            return None
        known = formed.known
        if type(known) is Form and known.parts > most:
            return None
        # The form by itself, worked out as it is written, lies where the pass says.
        with self.fine.algebra.session():
            right = known is not None and enclosure(known, RUNGS[0]).overlaps(fine.ball)
        return known if right else None

    @property
    def fine_digits(self) -> int:
        """How many decimal digits were carried to be certain."""
        return round(self.proof.bits * math.log10(2))

    @property
    def steps(self) -> tuple[tuple[Step, Step], ...]:
        """The steps of both records side by side, in order."""
        return tuple(zip(self.double.steps, self.fine.steps, strict=True))

    def value(self, node: int) -> Number:
        """Return the value of `node`."""
        return self._cell("value", node, self.double.values, self.fine.values)

    def _cell(self, kind: Kind, key: Any, double: Any, fine: Any) -> Number:
        found = self._merged.get((kind, key))
        if found is None:
            found = self.shown(double[key], fine[key])
            if _looks_round(found.shown) and not found.exact:
                # Is it 3, as log₂ 8 is, or does it only round to it, as 3 + e⁻¹⁰⁰ does?
                found = found._replace(form=partial(self.exact_form, kind, key))
            self._merged[kind, key] = found
        return found

    def shown(self, double: Any, fine: Any) -> Number:
        """Return what to show of a number of both records."""
        if self.proof.record is None:
            return Number(double, None, double)
        return merged(double, fine, self.digits)

    def total(self, double: Step, fine: Step) -> Number:
        """Return what a derivative has come to with a seed, share or push: at the end, its cell."""
        goal = fine.operand if isinstance(fine, Share) else fine.node
        if fine[-1] is self.fine.derivatives[goal]:
            return self.derivative(goal)
        return self.shown(double[-1], fine[-1])

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
        whole, inner = self.proof.whole, self.proof.inner
        if whole is None or inner is None:
            return tuple(kinks(self.fine))
        return tuple(sorted({whole.owners[node] for node in kinks(inner)}))

    @property
    def sides(self) -> dict[int, Sides]:
        """Left and right derivative of the output by each input, where a kink is met.

        Of numbers: a vector has more than two sides.
        """
        found = {node: self.sides_by(node) for node in self.graph.inputs}
        return {node: both for node, both in found.items() if both is not None}

    def sides_by(self, node: int) -> Sides | None:
        """Return left and right derivative by an input, None where no kink is met."""
        if not self.kinks or not self.graph.is_scalar:
            return None
        if node not in self._sides:
            whole, inner = self.proof.whole, self.proof.inner
            if whole is None or inner is None:
                self._sides[node] = sides(self.fine, self.output, node)
            else:
                both = sides(inner, whole.exits[self.output], whole.exits[node])
                self._sides[node] = replace(
                    both, left=whole.placed(both.left), right=whole.placed(both.right)
                )
        return self._sides[node]

"""Layers for sequences: an example is a matrix, one row a place (a time, a word).

Each is written with `nn.Page` alone, as layers of one's own are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from chainrule.errors import ShapeError
from chainrule.graph.builder import Expression
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Page, activation
from chainrule.nn.words import Worded
from chainrule.ops import OPS, Op


def _places(x: Expression, name: str) -> tuple[int, int]:
    if x.ndim != 2:
        raise ShapeError(f"{name} takes sequences (places, values); shape {x.shape} comes in")
    return x.shape[0], x.shape[1]


def _stacked(page: Page, rows: list[Expression]) -> Expression:
    """Return vectors as the rows of a matrix."""
    joined = page.maths.concat(*rows) if len(rows) > 1 else rows[0]
    stacked: Expression = page.maths.reshape(joined, shape=(len(rows), rows[0].shape[0]))
    return stacked


@dataclass(frozen=True, slots=True)
class Embedding(Worded):
    """Words, given by their numbers 0, 1, …, become rows of a table E that is learned.

    Parameters
    ----------
    words
        How many there are.
    size
        How many values stand for one; E is (words, size).
    """

    words: int
    size: int
    initialiser: str | Initialiser = "normal"

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the rows of E with the numbers in x, (places, size)."""
        if x.ndim != 1:
            raise ShapeError(f"Embedding takes numbers of words; shape {x.shape} comes in")
        page.layer += 1
        page.words = self.words
        table = page.parameter("E", (self.words, self.size), self.initialiser)
        m = page.maths
        chosen = [m.one_hot(m.index(x, at=(k,)), shape=(self.words,)) for k in range(x.shape[0])]
        return page.output(_stacked(page, [row @ table for row in chosen]))


Sums = Callable[[str], tuple[Expression, Expression | None]]
Named = Callable[[Expression, str], Expression]


class _Unrolled(Worded):
    """A layer that goes along a sequence and carries a state h.

    Each of its letters is a gate with its own U, V and b.
    """

    __slots__ = ()
    letters: ClassVar[Sequence[str]]
    units: int
    every: bool
    initialiser: str | Initialiser

    def write(self, page: Page, x: Expression) -> Expression:
        """Append a state for every place of x."""
        places, inputs = _places(x, type(self).__name__)
        page.layer += 1
        n, start = self.units, self.initialiser
        given = {
            letter: (
                page.parameter(f"U{letter}", (n, inputs), start),
                page.parameter(f"V{letter}", (n, n), start),
                page.parameter(f"b{letter}", (n,), "zeros", "bias"),
            )
            for letter in self.letters
        }
        carried: dict[str, Expression] = {}
        states: list[Expression] = []
        for k in range(places):
            row = page.maths.index(x, at=(k,))

            def sum_of(letter: str, row: Expression = row) -> tuple[Expression, Expression | None]:
                u, v, b = given[letter]
                return u @ row + b, v @ carried["h"] if "h" in carried else None

            def named(value: Expression, letter: str, k: int = k) -> Expression:
                return page.named(value, f"{letter}{page.layer}_{k + 1}")

            self.step(page, carried, sum_of, named)
            states.append(carried["h"])
        return page.output(_stacked(page, states) if self.every else states[-1])

    def step(self, page: Page, carried: dict[str, Expression], sum_of: Sums, named: Named) -> None:
        """Put the next state into `carried`; `sum_of` gives U x + b and V h of a gate."""
        raise NotImplementedError


def _all(sums: tuple[Expression, Expression | None]) -> Expression:
    return sums[0] if sums[1] is None else sums[0] + sums[1]


@dataclass(frozen=True, slots=True)
class Recurrent(_Unrolled):
    """A recurrent layer: h ← φ(U x + V h + b), from h = 0 (Elman 1990).

    Parameters
    ----------
    units
        Number of values of h; U is (units, in), V is (units, units).
    activation
        φ.
    every
        Whether all states come out, (places, units), or the last one.
    """

    letters: ClassVar[Sequence[str]] = ("",)
    units: int
    activation: str | Op = "tanh"
    every: bool = False
    initialiser: str | Initialiser = "xavier"

    def step(self, page: Page, carried: dict[str, Expression], sum_of: Sums, named: Named) -> None:
        """Append φ of the sum."""
        op, a = activation(self.activation), _all(sum_of(""))
        carried["h"] = named(a if op is None else page.builder.write(op, [a]), "h")


@dataclass(frozen=True, slots=True)
class LSTM(_Unrolled):
    """Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers 2000).

    i, f, o = σ(U x + V h + b) of each gate, g = tanh(U x + V h + b),
    c ← f · c + i · g, h ← o · tanh c, from h = c = 0.

    Parameters
    ----------
    units, every
        As of `Recurrent`; each gate has its own U, V and b: Ui, Vi, bi, ….
    """

    letters: ClassVar[Sequence[str]] = "ifgo"
    units: int
    every: bool = False
    initialiser: str | Initialiser = "xavier"

    def step(self, page: Page, carried: dict[str, Expression], sum_of: Sums, named: Named) -> None:
        """Append the gates, the cell and the state."""
        m = page.maths

        def gate(letter: str, squash: Callable[[Any], Any]) -> Expression:
            return named(squash(_all(sum_of(letter))), letter)

        c = gate("i", m.sigmoid) * gate("g", m.tanh)
        if "c" in carried:
            c = gate("f", m.sigmoid) * carried["c"] + c
        carried["c"] = named(c, "c")
        carried["h"] = named(gate("o", m.sigmoid) * m.tanh(carried["c"]), "h")


@dataclass(frozen=True, slots=True)
class GRU(_Unrolled):
    """Gated recurrent unit (Cho et al. 2014, the reset gate on V h as in PyTorch and cuDNN).

    r, z = σ(U x + V h + b) of each gate, n = tanh(U x + b + r · V h),
    h ← (1 − z) · n + z · h, from h = 0.

    Parameters
    ----------
    units, every
        As of `Recurrent`; each gate has its own U, V and b: Ur, Vr, br, ….
    """

    letters: ClassVar[Sequence[str]] = "rzn"
    units: int
    every: bool = False
    initialiser: str | Initialiser = "xavier"

    def step(self, page: Page, carried: dict[str, Expression], sum_of: Sums, named: Named) -> None:
        """Append the gates and the state."""
        m = page.maths
        fresh, before = sum_of("n")
        if before is not None:
            fresh = fresh + named(m.sigmoid(_all(sum_of("r"))), "r") * before
        n = named(m.tanh(fresh), "n")
        z = named(m.sigmoid(_all(sum_of("z"))), "z")
        h = (1 - z) * n
        carried["h"] = named(h + z * carried["h"] if "h" in carried else h, "h")


@dataclass(frozen=True, slots=True)
class Attention(Worded):
    """Self-attention of one head: softmax(Q Kᵀ/√d) V (Vaswani et al. 2017, equation 1).

    Parameters
    ----------
    units
        Number d of values of a query, a key and a value; Q = X A, K = X B, V = X C with
        matrices A, B, C of (in, units).
    """

    units: int
    initialiser: str | Initialiser = "xavier"

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the weights of all places for each, and the mean of the values by them."""
        _, inputs = _places(x, "Attention")
        page.layer += 1
        m, at = page.maths, page.layer
        q, k, v = (
            page.named(x @ page.parameter(letter, (inputs, self.units), self.initialiser), name)
            for letter, name in (("A", f"Q{at}"), ("B", f"K{at}"), ("C", f"V{at}"))
        )
        scores = q @ m.transpose(k)
        if self.units > 1:
            root = math.isqrt(self.units)
            scale = root if root**2 == self.units else m.sqrt(page.builder.lift(self.units))
            scores = scores / scale
        weights = page.named(page.builder.write(OPS["softmax"], [scores]), f"S{at}")
        return page.output(weights @ v)

"""Layers for sequences: an example is a matrix, one row a place (a time, a word).

Each is written with `nn.Page` alone, as layers of one's own are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Recurrent(Worded):
    """A recurrent layer: h ← φ(U x + V h + b), from h = 0 (Elman 1990).

    Parameters
    ----------
    units
        Number of values of h; U is (units, in), V is (units, units).
    every
        Whether all states come out, (places, units), or the last one.
    """

    units: int
    activation: str | Op = "tanh"
    every: bool = False
    initialiser: str | Initialiser = "xavier"

    def write(self, page: Page, x: Expression) -> Expression:
        """Append a state for every place of x."""
        places, inputs = _places(x, "Recurrent")
        page.layer += 1
        u = page.parameter("U", (self.units, inputs), self.initialiser)
        v = page.parameter("V", (self.units, self.units), self.initialiser)
        b = page.parameter("b", (self.units,), "zeros", "bias")
        op = activation(self.activation)
        h: Expression | None = None
        states: list[Expression] = []
        for k in range(places):
            a = u @ page.maths.index(x, at=(k,)) + b
            a = a if h is None else a + v @ h
            h = page.named(a if op is None else page.builder.write(op, [a]), _state(page, "h", k))
            states.append(h)
        return page.output(_stacked(page, states) if self.every else states[-1])


def _state(page: Page, letter: str, place: int) -> str:
    return f"{letter}{page.layer}_{place + 1}"


@dataclass(frozen=True, slots=True)
class LSTM(Worded):
    """Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers 2000).

    i, f, o = σ(U x + V h + b) of each gate, g = tanh(U x + V h + b),
    c ← f · c + i · g, h ← o · tanh c, from h = c = 0.

    Parameters
    ----------
    units, every
        As of `Recurrent`; each gate has its own U, V and b: Ui, Vi, bi, ….
    """

    units: int
    every: bool = False
    initialiser: str | Initialiser = "xavier"

    def write(self, page: Page, x: Expression) -> Expression:
        """Append cell and state for every place of x."""
        places, inputs = _places(x, "LSTM")
        page.layer += 1
        m, n = page.maths, self.units
        gates = {
            letter: (
                page.parameter(f"U{letter}", (n, inputs), self.initialiser),
                page.parameter(f"V{letter}", (n, n), self.initialiser),
                page.parameter(f"b{letter}", (n,), "zeros", "bias"),
            )
            for letter in "ifgo"
        }
        h: Expression | None = None
        c: Expression | None = None
        states: list[Expression] = []
        for k in range(places):
            row = m.index(x, at=(k,))

            def gate(
                letter: str, squash: Callable[[Any], Any], row: Any = row, h: Any = h, k: int = k
            ) -> Expression:
                u, v, b = gates[letter]
                a = u @ row + b if h is None else u @ row + v @ h + b
                return page.named(squash(a), _state(page, letter, k))

            fresh = gate("i", m.sigmoid) * gate("g", m.tanh)
            c = page.named(
                fresh if c is None else gate("f", m.sigmoid) * c + fresh, _state(page, "c", k)
            )
            h = page.named(gate("o", m.sigmoid) * m.tanh(c), _state(page, "h", k))
            states.append(h)
        return page.output(_stacked(page, states) if self.every else states[-1])


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

"""Layers composed with `nn.Page` alone, as layers of one's own are.

Those for sequences take a matrix as an example, one row a place (a time, a word); then come
pooling and padding of pictures, norms, and shortcuts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from chainrule.errors import InputError, ShapeError
from chainrule.graph.builder import Expression
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Layer, Page, activation
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


EPSILON = 1e-5


def _pictures(x: Expression, name: str) -> tuple[int, int, int]:
    if x.ndim != 3:
        raise ShapeError(
            f"{name} takes pictures (channels, rows, columns); shape {x.shape} comes in"
        )
    return x.shape[0], x.shape[1], x.shape[2]


@dataclass(frozen=True, slots=True)
class MaxPool2D(Worded):
    """The largest entry of every window of a picture; what does not fill a window is left out.

    Entries that tie for the largest share the adjoint equally.

    Parameters
    ----------
    size
        Rows and columns of a window, which is also how far it moves.
    """

    size: int = 2

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the pooled picture."""
        channels, rows, columns = _pictures(x, "MaxPool2D")
        if min(rows, columns) < self.size:
            raise ShapeError(f"windows of {self.size} × {self.size} do not fit shape {x.shape}")
        m, size = page.maths, self.size
        shape = (channels, rows // size, columns // size)
        places = shape[1] * shape[2]
        windows = m.patches(x, size=(size, size), stride=size)
        windows = m.reshape(windows, shape=(channels, size * size, places))
        pooled: Expression = m.reshape(m.largest(windows, shape=(channels, 1, places)), shape=shape)
        return pooled


@dataclass(frozen=True, slots=True)
class Padding2D(Worded):
    """Zeros round a picture, so that a kernel sees its edge as often as its middle."""

    size: int = 1

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the larger picture."""
        channels, rows, columns = _pictures(x, "Padding2D")
        shape = (channels, rows + 2 * self.size, columns + 2 * self.size)
        padded: Expression = page.maths.pad(x, start=(0, self.size, self.size), shape=shape)
        return padded


def _normalised(page: Page, x: Expression, mean: Any, variance: Any, shape: Any) -> Expression:
    """Return (x − mean)/√(variance + ε), times a scale, plus a shift, both learned."""
    epsilon = page.builder.lift(EPSILON)
    even = (x - mean) / page.maths.sqrt(variance + epsilon)
    scale = page.parameter("g", shape, Initialiser("constant", {"value": 1.0}), "scale")
    return page.output(even * scale + page.parameter("b", shape, "zeros", "bias"))


@dataclass(frozen=True, slots=True)
class LayerNorm(Worded):
    """The values of one example, of one place in a sequence, to mean 0 and deviation 1.

    Then a scale g and a shift b, which are learned (Ba, Kiros and Hinton 2016).
    """

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the normalised values."""
        if not 1 <= x.ndim <= 2:
            raise ShapeError(f"LayerNorm takes vectors or sequences; shape {x.shape} comes in")
        page.layer += 1
        m, last = page.maths, (*x.shape[:-1], 1)
        mean = page.named(m.collapse(x, shape=last) / x.shape[-1], f"mean{page.layer}")
        spread = m.collapse((x - mean) ** 2, shape=last) / x.shape[-1]
        variance = page.named(spread, f"variance{page.layer}")
        return _normalised(page, x, mean, variance, x.shape[-1:])


@dataclass(frozen=True, slots=True)
class BatchNorm(Worded):
    """Each value, of pictures each channel, to mean 0 and deviation 1 over the batch.

    Then a scale g and a shift b, which are learned (Ioffe and Szegedy 2015). Single examples are
    predicted with mean and deviation over all training data, as the parameters stand.
    """

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the normalised values."""
        if x.ndim not in (1, 3):
            raise ShapeError(f"BatchNorm takes vectors or pictures; shape {x.shape} comes in")
        page.layer += 1
        m = page.maths
        shape = x.shape if x.ndim == 1 else (x.shape[0], 1, 1)
        many = math.prod(x.shape) // math.prod(shape)

        def over(values: Expression) -> Expression:
            mean = values if page.predicting else m.batch_mean(values)
            gathered: Expression = m.collapse(mean, shape=shape) / many if many > 1 else mean
            return gathered

        mean = page.statistic("mean", over(x))
        variance = page.statistic("variance", over((x - mean) ** 2))
        return _normalised(page, x, mean, variance, shape)


@dataclass(frozen=True, slots=True)
class Residual:
    """Layers with a shortcut round them: x + layers(x) (He et al. 2016)."""

    layers: Sequence[Layer]

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the layers and the sum.

        Raises
        ------
        ShapeError
            If they change the shape.
        """
        inside = x
        for layer in self.layers:
            inside = layer.write(page, inside)
        if inside.shape != x.shape:
            raise ShapeError(
                f"a shortcut adds shape {x.shape} to {inside.shape}: both must be the same"
            )
        return x + inside


@dataclass(frozen=True, slots=True)
class Maxout(Worded):
    """The largest of several affine maps, unit by unit (Goodfellow et al. 2013).

    Parameters
    ----------
    units, pieces
        How many values come out, and of how many maps each is the largest; W is
        (pieces · units, in), piece by piece.
    """

    units: int
    pieces: int = 2
    initialiser: str | Initialiser = "xavier"

    def __post_init__(self) -> None:
        """Refuse what has nothing to choose from."""
        if self.units < 1 or self.pieces < 2:
            raise InputError(
                f"{self.units} units of {self.pieces} pieces",
                allowed="There are one or more units, of two or more pieces each.",
            )

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the maps and their largest values."""
        if x.ndim != 1:
            raise ShapeError(f"Maxout takes a vector; values of shape {x.shape} come in")
        page.layer += 1
        m, many = page.maths, self.pieces * self.units
        weights = page.parameter("W", (many, *x.shape), self.initialiser)
        a = weights @ x + page.parameter("b", (many,), "zeros", "bias")
        pieces = m.reshape(page.named(a, f"a{page.layer}"), shape=(self.pieces, self.units))
        best = m.largest(pieces, shape=(1, self.units))
        return page.output(m.reshape(best, shape=(self.units,)))

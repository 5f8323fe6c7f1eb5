"""Layers for pictures and for values of a common size: pooling, padding, norms, shortcuts.

Each is written with `nn.Page` alone, as layers of one's own are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.errors import InputError, ShapeError
from chainrule.graph.builder import Expression
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Layer, Page
from chainrule.nn.words import Worded

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

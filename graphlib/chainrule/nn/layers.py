"""Layers write the steps of one example into a graph; their parameters are its inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from chainrule.errors import InputError, ShapeError, no_such
from chainrule.graph.builder import Builder, Expression
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.words import Worded, plain
from chainrule.ops import OPS, Op, Shape

LINEAR = ("linear", "identity", "none")
ACTIVATIONS: Mapping[str, Op] = {
    name: op
    for name, op in OPS.spelled.items()
    if op.arity == 1 and op.shape in (OPS["sigmoid"].shape, OPS["softmax"].shape)
}
_PLAIN = {plain(name): op for name, op in ACTIVATIONS.items()}
Kind = Literal["weight", "bias", "scale"]


def activation(name: str | Op) -> Op | None:
    """Return the operation of an activation's name, None for a linear unit.

    An operation of one's own stands for itself.

    Raises
    ------
    InputError
        If no operation of one operand has that name.
    """
    if isinstance(name, Op):
        return name
    if not isinstance(name, str):
        raise InputError(
            f"an activation of type {type(name).__name__}",
            given=name,
            allowed="It goes by its name: Dense(16, 'tanh').",
        )
    if name in LINEAR:
        return None
    found = ACTIVATIONS.get(name) or _PLAIN.get(plain(name))
    if found is None:
        raise no_such(
            "activation",
            name,
            ACTIVATIONS,
            allowed="There are linear, relu, leaky_relu, elu, gelu, sigmoid, tanh, softplus, "
            "swish, softmax and every other function of one value (`chainrule ops`).",
        )
    return found


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is to be learned: its shape, how it begins, and what it does.

    Penalties hold for weights, which multiply what comes in; a bias is added, a scale brings
    values that were normalised to their size.
    """

    shape: Shape
    initialiser: Initialiser
    kind: Kind = "weight"


@dataclass(slots=True)
class Page:
    """Where layers write: the graph so far, and what they asked for.

    Parameters
    ----------
    builder
        The graph under construction.
    batched
        Whether the example's inputs carry a batch.
    predicting
        Whether statistics of a batch are given instead of computed.
    parameters
        By name, in the order of writing.
    masks
        By name, the share of units that a dropout switches off.
    statistics
        Names of means and deviations over the batch.
    units
        Names of the values after each layer that has some, in order.
    layer
        Number of the layer with parameters that is being written, from 1.
    words
        How many words there are, where examples are numbers of words; else 0.
    """

    builder: Builder
    batched: bool = True
    predicting: bool = False
    parameters: dict[str, Parameter] = field(default_factory=dict)
    masks: dict[str, float] = field(default_factory=dict)
    statistics: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    layer: int = 0
    words: int = 0

    @property
    def maths(self) -> Any:
        """Every operation by its name, each call a step, as in `page.maths.tanh(a)`."""
        return self.builder.maths

    def example(self, name: str, shape: Shape) -> Expression:
        """Append an input of which every example has its own."""
        return self.builder.input(name, shape, batched=self.batched)

    def parameter(
        self,
        letter: str,
        shape: Shape,
        initialiser: str | Initialiser = "xavier",
        kind: Kind = "weight",
    ) -> Expression:
        """Append a parameter of the layer: its letter and the layer's number."""
        name = f"{letter}{self.layer}"
        self.parameters[name] = Parameter(shape, Initialiser.of(initialiser), kind)
        return self.builder.input(name, shape)

    def statistic(self, letter: str, over_batch: Expression) -> Expression:
        """Append a value of the whole batch, which is given where single examples are predicted."""
        name = f"{letter}{self.layer}"
        self.statistics.append(name)
        if self.predicting:
            return self.builder.input(name, over_batch.shape)
        return self.named(over_batch, name)

    def named(self, expression: Expression, name: str) -> Expression:
        """Give a value of the layer its name."""
        return self.builder.name(expression, name)

    def output(self, expression: Expression) -> Expression:
        """Give what comes out of the layer its name, h and the layer's number, and watch it."""
        self.units.append(f"h{self.layer}")
        return self.named(expression, self.units[-1])


class Layer(Protocol):
    """Anything that turns the values of one example into others.

    A layer of one's own is a class with `write`:

    >>> from chainrule import nn
    >>> class Scaled:
    ...     def write(self, page, x):
    ...         page.layer += 1
    ...         return page.named(page.maths.tanh(x * page.parameter("s", x.shape)), "scaled")
    >>> nn.Sequential([Scaled(), nn.Dense(1)], inputs=2).graph("mse").variables
    ('x', 's1', 'W2', 'b2', 't')
    """

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the layer's steps and return its values."""


def _activated(page: Page, a: Expression, name: str | Op) -> Expression:
    op = activation(name)
    if op is None:
        page.units.append(f"a{page.layer}")
        return a
    return page.output(page.builder.write(op, [a]))


@dataclass(frozen=True, slots=True)
class Dense(Worded):
    """An affine map W x + b and an activation.

    Parameters
    ----------
    units
        Number of values that come out; W is (units, in), b is (units,).
    activation
        Name of an operation of one value, or "linear"; or one of one's own.
    initialiser
        How W begins; b begins at 0 unless `bias_initialiser` says otherwise.
    bias
        Whether there is a b.
    """

    units: int
    activation: str | Op = "linear"
    initialiser: str | Initialiser = "xavier"
    bias: bool = True
    bias_initialiser: str | Initialiser = "zeros"

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        activation(self.activation)
        if self.units < 1:
            raise InputError(
                f"a layer of {self.units} units", given=self.units, allowed="It has one or more."
            )

    def write(self, page: Page, x: Expression) -> Expression:
        """Append a = W x + b and h = activation(a).

        Raises
        ------
        ShapeError
            If what comes in is not a vector.
        """
        if x.ndim != 1:
            raise ShapeError(f"a Dense layer takes a vector; values of shape {x.shape} come in")
        page.layer += 1
        weights = page.parameter("W", (self.units, *x.shape), self.initialiser)
        a = weights @ x
        if self.bias:
            start = Initialiser.of(self.bias_initialiser)
            a = a + page.parameter("b", (self.units,), start, "bias")
        return _activated(page, page.named(a, f"a{page.layer}"), self.activation)


@dataclass(frozen=True, slots=True)
class Conv2D(Worded):
    """Kernels that slide over a picture: cross-correlation without padding, and an activation.

    Parameters
    ----------
    channels
        Number of pictures that come out; the kernels K are (channels, in, rows, columns),
        one bias each.
    kernel
        Rows and columns of a kernel, or one number for both.
    stride
        Steps between two places of the kernel.
    """

    channels: int
    kernel: int | tuple[int, int] = (3, 3)
    stride: int = 1
    activation: str | Op = "linear"
    initialiser: str | Initialiser = "he"

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of a kernel."""
        return self.kernel if isinstance(self.kernel, tuple) else (self.kernel, self.kernel)

    def __post_init__(self) -> None:
        """Refuse a kernel that is none."""
        if not (len(self.window) == 2 and all(isinstance(n, int) and n > 0 for n in self.window)):
            raise InputError(
                f"a kernel of {self.kernel!r:.40}",
                given=self.kernel,
                allowed="It has rows and columns: Conv2D(8, (3, 3)), or Conv2D(8, 3).",
            )

    def write(self, page: Page, x: Expression) -> Expression:
        """Append a = K ⋆ x + b and h = activation(a).

        Raises
        ------
        ShapeError
            If what comes in is not a stack of pictures (channels, rows, columns).
        """
        if x.ndim != 3:
            raise ShapeError(
                f"Conv2D takes pictures (channels, rows, columns); shape {x.shape} comes in"
            )
        page.layer += 1
        shape = (self.channels, x.shape[0], *self.window)
        kernels = page.parameter("K", shape, self.initialiser)
        bias = page.parameter("b", (self.channels, 1, 1), "zeros", "bias")
        convolved = page.builder.write(OPS["conv2d"], [x, kernels], {"stride": self.stride})
        return _activated(page, page.named(convolved + bias, f"a{page.layer}"), self.activation)


@dataclass(frozen=True, slots=True)
class Activation(Worded):
    """An activation alone."""

    name: str | Op

    def write(self, page: Page, x: Expression) -> Expression:
        """Append activation(x)."""
        op = activation(self.name)
        return x if op is None else page.builder.write(op, [x])


@dataclass(frozen=True, slots=True)
class Softmax(Worded):
    """Softmax over all values: positive, with sum 1."""

    def write(self, page: Page, x: Expression) -> Expression:
        """Append softmax(x)."""
        return page.builder.write(OPS["softmax"], [x])


@dataclass(frozen=True, slots=True)
class Dropout(Worded):
    """Units switched off at random while training, the others scaled up by 1/(1 − rate).

    The mask is an input of the graph, so the graph is the same with and without (Srivastava
    et al. 2014, in the inverted form).
    """

    rate: float = 0.5

    def __post_init__(self) -> None:
        """Refuse a rate that would switch off everything."""
        if not 0 <= self.rate < 1:
            raise InputError(
                f"a dropout of {self.rate:g}",
                given=self.rate,
                allowed="It is at least 0 and below 1.",
            )

    def write(self, page: Page, x: Expression) -> Expression:
        """Append x times the mask."""
        name = f"mask{len(page.masks) + 1}"
        page.masks[name] = self.rate
        return page.example(name, x.shape) * x


@dataclass(frozen=True, slots=True)
class Flatten(Worded):
    """All values in one vector, row by row."""

    def write(self, page: Page, x: Expression) -> Expression:
        """Append the reshaping."""
        if x.ndim == 1:
            return x
        return page.builder.write(OPS["reshape"], [x], {"shape": (math.prod(x.shape),)})

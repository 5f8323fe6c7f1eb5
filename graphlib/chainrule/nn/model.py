"""What is trained: a graph with its loss, what it learns, and how that begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from chainrule.graph.wengert import WengertList
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import ACTIVATIONS, Parameter
from chainrule.nn.losses import Loss
from chainrule.ops import Op, Shape


@dataclass(frozen=True, slots=True)
class Network:
    """A network with its loss, as a graph.

    Parameters
    ----------
    graph
        For one example. Inputs: the data, the parameters, dropout masks; data and masks are
        batched. Outputs: the loss J, then the prediction y.
    parameters
        What is learned, in order.
    loss
        The loss's record.
    outputs
        Shape of a prediction.
    columns
        Names of the inputs that are data, in the graph's order.
    target
        Which of them the prediction is compared with; "" where a loss has none.
    masks
        Dropout rates by the name of the mask.
    units
        Names of the values after each layer.
    statistics
        Names of the means and deviations over a batch that are computed.
    cut
        Above which value a prediction means yes: 0 where it is a score.
    words
        How many words there are, where examples are numbers of words; else 0.
    alone
        The same network with these as inputs, where there are some.
    """

    graph: WengertList
    parameters: Mapping[str, Parameter]
    loss: Loss
    outputs: Shape
    columns: tuple[str, ...] = ("x", "t")
    target: str = "t"
    masks: Mapping[str, float] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    statistics: tuple[str, ...] = ()
    cut: float = 0.5
    words: int = 0
    alone: Network | None = None

    @property
    def shapes(self) -> dict[str, Shape]:
        """Shape of each parameter, by name."""
        return {name: parameter.shape for name, parameter in self.parameters.items()}

    @property
    def unit(self) -> str:
        """Name of the output's activation, "linear" where it has none."""
        return unit_of(self.graph[self.graph.outputs[1]].op)

    @property
    def predicting(self) -> Network:
        """The network for single examples; statistics of a batch are its inputs."""
        return self.alone or self


def unit_of(op: Op) -> str:
    """Return the name of an output's activation, "linear" for what is none."""
    return op.name if op in ACTIVATIONS.values() else "linear"


class Model(Protocol):
    """What can be trained: it writes a graph with a loss, and says how its parameters begin."""

    def network(self, loss: str = "mse", *, fused: bool = True, batched: bool = True) -> Network:
        """Return the graph with a loss, and what it needs."""

    def parameters(self, seed: int = 0, initialiser: str | None = None) -> dict[str, Any]:
        """Return parameters to begin with, by name."""

    def fitted(self, x: Any) -> Model:
        """Return the model for these examples, where it was not said what comes in."""


def drawn(
    parameters: Mapping[str, Parameter], seed: int, initialiser: str | Initialiser | None = None
) -> dict[str, Any]:
    """Return parameters drawn from a seed; weights by another initialiser, if one is given."""
    random = np.random.default_rng(seed)
    chosen = None if initialiser is None else Initialiser.of(initialiser)
    return {
        name: (chosen if chosen and p.kind == "weight" else p.initialiser).draw(random, p.shape)
        for name, p in parameters.items()
    }

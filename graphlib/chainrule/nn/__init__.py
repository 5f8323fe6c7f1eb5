"""Networks on the same engine: layers write graphs, training runs the passes over batches."""

from __future__ import annotations

from chainrule.nn.formula import Formula
from chainrule.nn.initialisers import SCHEMES, Initialiser
from chainrule.nn.layers import (
    Activation,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Page,
    Parameter,
    Softmax,
)
from chainrule.nn.losses import LOSSES
from chainrule.nn.model import Network, Sequential
from chainrule.nn.optimisers import METHODS, Optimiser
from chainrule.nn.plan import Plan, TrainingRecord
from chainrule.nn.training import Training, train

__all__ = [
    "LOSSES",
    "METHODS",
    "SCHEMES",
    "Activation",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "Formula",
    "Initialiser",
    "Layer",
    "Network",
    "Optimiser",
    "Page",
    "Parameter",
    "Plan",
    "Sequential",
    "Softmax",
    "Training",
    "TrainingRecord",
    "train",
]

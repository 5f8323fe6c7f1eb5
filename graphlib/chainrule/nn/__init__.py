"""Networks on the same engine: layers write graphs, training runs the passes over batches."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chainrule.nn.building import Estimator
from chainrule.nn.composed import (
    GRU,
    LSTM,
    Attention,
    BatchNorm,
    Embedding,
    LayerNorm,
    Maxout,
    MaxPool2D,
    Padding2D,
    Recurrent,
    Residual,
)
from chainrule.nn.formula import Formula
from chainrule.nn.initialisers import SCHEMES, Initialiser
from chainrule.nn.layers import (
    ACTIVATIONS,
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
from chainrule.nn.model import Network
from chainrule.nn.optimisers import METHODS, Optimiser
from chainrule.nn.plan import Plan, TrainingRecord
from chainrule.nn.sequential import Sequential
from chainrule.nn.training import Training, train
from chainrule.nn.words import elsewhere

__all__ = [
    "GRU",
    "LOSSES",
    "LSTM",
    "METHODS",
    "SCHEMES",
    "Activation",
    "Attention",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Estimator",
    "Flatten",
    "Formula",
    "Initialiser",
    "Layer",
    "LayerNorm",
    "MaxPool2D",
    "Maxout",
    "Network",
    "Optimiser",
    "Padding2D",
    "Page",
    "Parameter",
    "Plan",
    "Recurrent",
    "Residual",
    "Sequential",
    "Softmax",
    "Training",
    "TrainingRecord",
    "train",
]


def __getattr__(name: str) -> Any:
    """Load a room when it is asked for; answer another library's name with the word used here."""
    if name in ("data", "experiments", "schedules"):
        return import_module(f"chainrule.nn.{name}")
    units = {word: op.name for word, op in ACTIVATIONS.items()}
    raise AttributeError(elsewhere(name, __all__, units))

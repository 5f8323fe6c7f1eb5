"""Networks on the same engine: layers write graphs, training runs the passes over batches."""

from __future__ import annotations

from chainrule.nn.initialisers import SCHEMES, Initialiser
from chainrule.nn.layers import Activation, Conv2D, Dense, Dropout, Flatten, Softmax
from chainrule.nn.losses import LOSSES
from chainrule.nn.model import Network, Sequential
from chainrule.nn.optimisers import METHODS, Optimiser
from chainrule.nn.training import Plan, Training, TrainingRecord, train

__all__ = [
    "LOSSES",
    "METHODS",
    "SCHEMES",
    "Activation",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "Initialiser",
    "Network",
    "Optimiser",
    "Plan",
    "Sequential",
    "Softmax",
    "Training",
    "TrainingRecord",
    "train",
]

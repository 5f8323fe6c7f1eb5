"""Experiments with networks: each returns a plain table, a finding and an Altair chart."""

from __future__ import annotations

from chainrule.nn.experiments.by_hand import changed_input, convolution, descent, recurrent
from chainrule.nn.experiments.flow import gradient_flow, symmetry
from chainrule.nn.experiments.learning import (
    batches,
    dead_units,
    overfitting,
    rates,
    width_against_depth,
)
from chainrule.nn.experiments.outcome import Look, Outcome
from chainrule.nn.experiments.saturation import sigmoid_losses
from chainrule.nn.experiments.scaling_effect import scaling_effect
from chainrule.nn.experiments.sweep import Trial, sweep

__all__ = [
    "Look",
    "Outcome",
    "Trial",
    "batches",
    "changed_input",
    "convolution",
    "dead_units",
    "descent",
    "gradient_flow",
    "overfitting",
    "rates",
    "recurrent",
    "scaling_effect",
    "sigmoid_losses",
    "sweep",
    "symmetry",
    "width_against_depth",
]

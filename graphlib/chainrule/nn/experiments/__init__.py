"""Experiments with networks: each returns a plain table, a finding and an Altair chart."""

from __future__ import annotations

from chainrule.nn.experiments.by_hand import changed_input, convolution, descent, recurrent
from chainrule.nn.experiments.catalogue import EXPERIMENTS, Experiment, experiment
from chainrule.nn.experiments.fitting import (
    any_function_by_width,
    cut_off,
    depth_and_error,
    line_and_closed_form,
    loss_of_a_weight,
)
from chainrule.nn.experiments.flow import gradient_flow, symmetry
from chainrule.nn.experiments.learning import batches, overfitting, rates, width_against_depth
from chainrule.nn.experiments.outcome import Look, Outcome
from chainrule.nn.experiments.pruning import dead_units, lottery_ticket
from chainrule.nn.experiments.saturation import sigmoid_losses
from chainrule.nn.experiments.scaling_effect import scaling_effect
from chainrule.nn.experiments.starts import activations_and_starts
from chainrule.nn.experiments.style import style_transfer
from chainrule.nn.experiments.sweep import Trial, averaged, sweep

__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "Look",
    "Outcome",
    "Trial",
    "activations_and_starts",
    "any_function_by_width",
    "averaged",
    "batches",
    "changed_input",
    "convolution",
    "cut_off",
    "dead_units",
    "depth_and_error",
    "descent",
    "experiment",
    "gradient_flow",
    "line_and_closed_form",
    "loss_of_a_weight",
    "lottery_ticket",
    "overfitting",
    "rates",
    "recurrent",
    "scaling_effect",
    "sigmoid_losses",
    "style_transfer",
    "sweep",
    "symmetry",
    "width_against_depth",
]

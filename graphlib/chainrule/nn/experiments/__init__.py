"""Experiments with networks: each returns a plain table, a finding and an Altair chart."""

from __future__ import annotations

from chainrule.nn.experiments.beginning import (
    activations_and_starts,
    dead_units,
    gradient_flow,
    recurrent,
    saturated_units,
    symmetry,
)
from chainrule.nn.experiments.data import (
    cut_off,
    line_and_closed_form,
    scaling_effect,
    sigmoid_losses,
)
from chainrule.nn.experiments.fit import (
    any_function_by_width,
    depth_and_error,
    lottery_ticket,
    overfitting,
    width_against_depth,
)
from chainrule.nn.experiments.outcome import Look, Outcome
from chainrule.nn.experiments.pictures import (
    changed_input,
    convolution,
    layer_by_node,
    style_transfer,
)
from chainrule.nn.experiments.record import EXPERIMENTS, Experiment, experiment
from chainrule.nn.experiments.steps import batches, descent, loss_of_a_weight, rates, valleys
from chainrule.nn.experiments.sweep import Trial, averaged, mean_of, over_seeds, sweep

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
    "layer_by_node",
    "line_and_closed_form",
    "loss_of_a_weight",
    "lottery_ticket",
    "mean_of",
    "over_seeds",
    "overfitting",
    "rates",
    "recurrent",
    "saturated_units",
    "scaling_effect",
    "sigmoid_losses",
    "style_transfer",
    "sweep",
    "symmetry",
    "valleys",
    "width_against_depth",
]

"""Activation × initialisation: nine small networks learn the same points, or do not."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from chainrule.errors import TrainingError
from chainrule.nn.data import moons
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.told import counted, listed
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Dense
from chainrule.nn.looking import layers
from chainrule.nn.model import Sequential
from chainrule.nn.training import Training, train

GUESSING = log(2)
"""The cross-entropy of one half for both classes."""
LEARNT = 0.95
"""A loss below this share of guessing was learned."""


def activations_and_starts(
    activations: Sequence[str] = ("sigmoid", "tanh", "relu"),
    schemes: Sequence[str | Initialiser] = ("zeros", "normal", "xavier"),
    *,
    depth: int = 4,
    width: int = 8,
    epochs: int = 60,
    rate: float = 0.1,
    seed: int = 0,
) -> Outcome:
    """Train a network with every activation from every start on two moons.

    Plain descent in batches of 20; a quarter of the points is held out. Xavier's start is He's for
    rectifiers. A loss that stays within 5 % of guessing, ln 2, was not learned.

    Returns
    -------
    Outcome
        Per activation, start and epoch: loss and accuracy over all points learned from and over
        those held out, and the mean |∂J/∂h| of layer 1 before the first step.
    """
    kept, held = moons(200, noise=0.15, seed=seed).split(0.25, seed)
    rows: list[tuple[object, ...]] = []
    ends: dict[tuple[str, str], dict[str, float]] = {}
    for activation in activations:
        for scheme in schemes:
            start = Initialiser.of(scheme)
            column = start.scheme
            if start.scheme == "xavier":
                column = "xavier (relu: he)"
                start = Initialiser("he") if activation == "relu" else start
            stack = [Dense(width, activation, start) for _ in range(depth)]
            model = Sequential([*stack, Dense(1, "sigmoid", start)], inputs=2)
            run = train(
                model,
                kept,
                validation=held,
                optimiser="sgd",
                rate=rate,
                batch=20,
                epochs=epochs,
                seed=seed,
            )
            begin = _arriving(run)
            first = {"epoch": 0, **run.told()}
            try:
                run.run()
                ends[activation, start.scheme] = run.epochs[-1]
            except TrainingError:
                ends[activation, start.scheme] = {"loss": np.inf, "held_out_loss": np.inf}
            names = ("epoch", "loss", "accuracy", "held_out_loss", "held_out_accuracy")
            for told in (first, *run.epochs):
                numbers = (int(told["epoch"]), *(told[name] for name in names[1:]))
                rows.append((activation, start.scheme, column, *numbers, begin))
    columns = (
        "activation",
        "start",
        "column",
        "epoch",
        "loss",
        "accuracy",
        "held-out loss",
        "held-out accuracy",
        "adjoint",
    )
    panels = (("loss", "held-out loss", (0.0, 0.8)), ("accuracy", "held-out accuracy", (0.0, 1.0)))
    look = Look("epoch", "loss", facet="column", rows="activation", panels=panels)
    return outcome("Activation × start on two moons", columns, rows, _told(ends), look)


def _arriving(run: Training) -> float:
    seen = layers(run.network, run.parameters, {"x": run.x, "t": run.t})
    return float(np.abs(seen[run.network.units[0]][1]).mean())


def _told(ends: dict[tuple[str, str], dict[str, float]]) -> str:
    """Say which networks learned, and which of them has the lowest held-out loss."""
    learned = [key for key, end in ends.items() if end["loss"] < LEARNT * GUESSING]
    verb = "learns" if len(learned) <= 1 else "learn"
    told = f"Of {counted(len(ends), 'network')} {len(learned) or 'none'} {verb}"
    if learned and len(learned) < len(ends):
        others = [f"{a} from {s}" for a, s in ends if (a, s) not in learned]
        verb = "does" if len(others) == 1 else "do"
        told += f", {listed(others)} {verb} not (guessing has the loss ln 2 = {GUESSING:.4f})"
    if learned:
        best = min(learned, key=lambda key: ends[key]["held_out_loss"])
        told += (
            f". The lowest held-out loss, {ends[best]['held_out_loss']:.4g}, "
            f"has {best[0]} from {best[1]}"
        )
    return told + "."

"""Inputs on their own scales against inputs brought to a common one."""

from __future__ import annotations

import numpy as np

from chainrule.errors import TrainingError
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.layers import Dense
from chainrule.nn.model import Sequential
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.scaling import How, Scaling
from chainrule.nn.training import train


def scaling_effect(
    rates: tuple[float, ...] = (1e-6, 1e-4, 1e-2, 0.3), *, steps: int = 200, seed: int = 0
) -> Outcome:
    """Fit a line through two inputs, one a thousand times larger, with and without scaling.

    The curvature of the loss along a weight grows with the square of its input; a learning
    rate that suits one input is then far too small for the other.

    Returns
    -------
    Outcome
        Per scaling, rate and step: the loss as a share of the targets' variance; no rows after
        a run has diverged.
    """
    random = np.random.default_rng(seed)
    x = np.stack([random.uniform(0, 1, 60), random.uniform(0, 1000, 60)], axis=1)
    t = 3 * x[:, :1] + 0.002 * x[:, 1:] + 0.05 * random.standard_normal((60, 1))
    spread = float(t.var())
    rows: list[tuple[object, ...]] = []
    ends: dict[str, list[tuple[float, float]]] = {"none": [], "standard": []}
    ways: tuple[How, ...] = ("none", "standard")
    for how in ways:
        scaled = Scaling.of(x, how)(x)
        for rate in rates:
            model = Sequential([Dense(1)], inputs=2)
            plan = {"optimiser": Optimiser("gd", rate), "steps": steps, "seed": seed}
            run = train(model, scaled, t, **plan)  # type: ignore[arg-type]
            try:
                for record in run:
                    rows.append((how, rate, record.step, record.loss / spread))
                ends[how].append((run.loss() / spread, rate))
            except TrainingError:
                ends[how].append((float("inf"), rate))
    plain, common = min(ends["none"]), min(ends["standard"])
    lost = sum(loss > 1e3 for loss, _ in ends["none"])
    finding = (
        f"Unscaled, {lost} of {len(rates)} learning rates diverge and the best ends at "
        f"{plain[0]:.2g} of the targets' variance; scaled, the best ends at {common[0]:.2g}."
    )
    shown = [row for row in rows if isinstance(row[3], float) and row[3] < 1e6]
    look = Look("step", "loss", "rate", logarithmic=True, facet="scaling")
    columns = ("scaling", "rate", "step", "loss")
    return outcome("A line through two inputs of different size", columns, shown, finding, look)

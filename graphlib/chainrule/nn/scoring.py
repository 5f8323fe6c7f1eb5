"""How good predictions are: loss, accuracy, and for numbers RMSE and R²."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.nn.examples import hits
from chainrule.nn.model import Network
from chainrule.nn.scaling import Scaling

Array = Any


def scores(
    network: Network, losses: Array, prediction: Array, t: Array | None, units: Scaling | None
) -> dict[str, float]:
    """Return the scores of predictions.

    Parameters
    ----------
    losses
        Of each example.
    t
        What should have come out; None where nothing is compared.
    units
        How the targets were scaled, so that the RMSE is in their own unit.

    Returns
    -------
    dict
        The mean loss; where classes are predicted, the accuracy; where numbers are, the RMSE
        (the root of the mean squared error) and R² = 1 − Σ(t − y)²/Σ(t − mean)², the mean over
        the outputs. R² is left out where all targets are the same.
    """
    found = {"loss": float(np.mean(losses))}
    if t is None or prediction.shape != t.shape:
        return found
    right = hits(network, prediction, t)
    if right is not None:
        return {**found, "accuracy": float(np.mean(right))}
    if units is not None:
        prediction, t = units.back(prediction), units.back(t)
    error, apart = (t - prediction) ** 2, (t - t.mean(axis=0)) ** 2
    found["rmse"] = float(np.sqrt(error.mean()))
    spread = apart.sum(axis=0)
    if np.all(spread > 0):
        found["r2"] = float(np.mean(1 - error.sum(axis=0) / spread))
    return found


def judged(told: Mapping[str, float]) -> str:
    """Say what R² means where it is told, on the data that is held out if there is some.

    >>> judged({"r2": -16.0})
    'Worse than the mean: predicting the mean of these targets every time has R² 0, this has -16.'
    >>> judged({"r2": -1.0, "held_out_r2": 0.9})
    'It explains 90 % of the spread of the targets (R² 0.9, held out).'
    """
    where = ", held out" if "held_out_r2" in told else ""
    value = told.get("held_out_r2", told.get("r2"))
    if value is None:
        return ""
    if value < 0:
        return (
            "Worse than the mean: predicting the mean of these targets every time has R² 0, "
            f"this has {value:.3g}{where}."
        )
    share = 100 * value
    return f"It explains {share:.3g} % of the spread of the targets (R² {value:.3g}{where})."

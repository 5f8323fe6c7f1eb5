"""Vanishing and exploding gradients: activation × initialisation in a deep network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.nn.experiments.outcome import Look, Outcome, table
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Dense
from chainrule.nn.model import Sequential
from chainrule.nn.training import train


def gradient_flow(
    activations: Sequence[str] = ("sigmoid", "tanh", "relu"),
    schemes: Sequence[str | Initialiser] = ("xavier", "he", "normal", "zeros"),
    *,
    depth: int = 10,
    width: int = 32,
    examples: int = 64,
    seed: int = 0,
) -> Outcome:
    """Look once at a deep network: how large are gradients and values, layer by layer?

    The gradient by the weights of a layer carries a factor W and a factor φ′ of every layer
    behind it; where that product is below 1 it vanishes, above 1 it explodes (Hochreiter 1991;
    Glorot and Bengio 2010).

    Returns
    -------
    Outcome
        Per activation, initialisation and layer: norm of the gradient by W, mean and deviation
        of the layer's values, and the factor by which the gradient changes on its way back
        through the layer.
    """
    random = np.random.default_rng(seed)
    x = random.standard_normal((examples, width))
    t = random.standard_normal((examples, 1))
    rows: list[tuple[object, ...]] = []
    ends: dict[tuple[str, str], float] = {}
    for name in activations:
        for scheme in schemes:
            start = Initialiser.of(scheme)
            layers = [Dense(width, name, start) for _ in range(depth)]
            model = Sequential([*layers, Dense(1, initialiser="xavier")], inputs=width)
            seen = next(train(model, x, t, steps=1, seed=seed))
            norms = [seen.gradient_norms[f"W{k}"] for k in range(1, depth + 1)]
            for k, norm in enumerate(norms, start=1):
                mean, deviation = seen.activations[f"h{k}"]
                factor = norm / norms[k] if k < depth and norms[k] else float("nan")
                rows.append((name, start.scheme, k, norm, mean, deviation, factor))
            if min(norms) > 0:
                ends[name, start.scheme] = norms[0] / norms[-1]
    worst = min(ends, key=lambda key: ends[key])
    best = min(ends, key=lambda key: abs(np.log10(ends[key])))
    finding = (
        f"From layer {depth} to layer 1 the gradient shrinks to {ends[worst]:.1e} of its size with "
        f"{worst[0]} and {worst[1]} weights; with {best[0]} and {best[1]} it keeps "
        f"{ends[best]:.2g} of it. With zeros there is none at all."
        if len(ends) < len(activations) * len(schemes)
        else f"From layer {depth} to layer 1 the gradient shrinks to {ends[worst]:.1e} of its size."
    )
    columns = ("activation", "weights", "layer", "gradient", "mean", "deviation", "factor")
    shown = [row for row in rows if row[3]]
    look = Look("layer", "gradient", "weights", logarithmic=True, facet="activation")
    title = f"Gradient by W, layer by layer, {depth} layers of {width}"
    return Outcome(title, **table(columns, shown or rows), finding=finding, look=look)


def symmetry(
    scheme: str | Initialiser = "zeros", *, steps: int = 200, rate: float = 0.5, seed: int = 0
) -> Outcome:
    """Train exclusive or from weights that are all alike: hidden units stay copies of one.

    Returns
    -------
    Outcome
        Per step: the loss, and how far the weights of the hidden units are apart.
    """
    from chainrule.nn.data import xor

    data = xor(seed=seed)
    start = Initialiser.of(scheme)
    model = Sequential(
        [Dense(4, "tanh", start), Dense(1, "sigmoid", start)], inputs=data.x.shape[1]
    )
    run = train(model, data.x, data.t, loss="bce", optimiser="gd", steps=steps, seed=seed,
                schedule=lambda step: rate / 0.1)  # fmt: skip
    rows = []
    for record in run:
        rows.append((record.step, record.loss, float(np.ptp(run.parameters["W1"], axis=0).max())))
    finding = (
        f"With {start.scheme} weights the loss ends at {rows[-1][1]:.4f} (guessing gives "
        f"{np.log(2):.4f}), and the hidden units differ by {rows[-1][2]:.2g}."
    )
    look = Look("step", "loss")
    columns = ("step", "loss", "apart")
    return Outcome(f"Exclusive or from {start.scheme} weights", **table(columns, rows),
                   finding=finding, look=look)  # fmt: skip

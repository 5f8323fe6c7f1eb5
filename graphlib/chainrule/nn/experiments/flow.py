"""Vanishing and exploding gradients: activation × initialisation in a deep network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.nn.data import xor
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.told import changed, compared, listed
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Dense
from chainrule.nn.looking import layers
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
    """Look once at a deep network: how large are values and adjoints, layer by layer?

    The adjoint of a layer's values carries a factor W and a factor φ′ of every layer behind it;
    where that product is below 1 it vanishes, above 1 it explodes (Hochreiter 1991; Glorot and
    Bengio 2010). Forwards the values' deviation tells the same of W and φ.

    Returns
    -------
    Outcome
        Per activation, initialisation and layer: the mean |∂J/∂h| over units and examples, the
        factor by which it changes on its way back from the layer behind, mean and deviation of
        the values h.
    """
    random = np.random.default_rng(seed)
    x = random.standard_normal((examples, width))
    t = random.standard_normal((examples, 1))
    rows: list[tuple[object, ...]] = []
    ways: dict[tuple[str, str], tuple[float, float]] = {}
    for name in activations:
        for scheme in schemes:
            start = Initialiser.of(scheme)
            stack = [Dense(width, name, start) for _ in range(depth)]
            model = Sequential([*stack, Dense(1, initialiser="xavier")], inputs=width)
            seen = layers(model.network("mse"), model.parameters(seed), {"x": x, "t": t})
            found = [seen[f"h{k}" if f"h{k}" in seen else f"a{k}"] for k in range(1, depth + 1)]
            sizes = [float(np.abs(adjoint).mean()) for _, adjoint in found]
            spreads = [float(value.std()) for value, _ in found]
            for k, (value, _) in enumerate(found):
                factor = _ratio(sizes[k], sizes[k + 1]) if k + 1 < depth else None
                rows.append(
                    (name, start.scheme, k + 1, sizes[k], factor, float(value.mean()), spreads[k])
                )
            ways[name, start.scheme] = _ratio(sizes[0], sizes[-1]), _ratio(spreads[-1], spreads[0])
    columns = ("activation", "weights", "layer", "adjoint", "factor", "mean", "deviation")
    look = Look(
        "layer", "adjoint", "weights", logarithmic=True, facet="activation", derivative=True
    )
    title = f"Mean |∂J/∂h| of {depth} layers of {width}"
    return outcome(title, columns, rows, _flow_told(ways, depth), look)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0 if part == 0 else float("inf")


def _flow_told(ways: Mapping[tuple[str, str], tuple[float, float]], depth: int) -> str:
    """Say what happens to the adjoint on its way back, and to the values on their way forth."""
    there = [key for key in ways if 0 < ways[key][0] < np.inf]
    picked: list[tuple[str, str]] = []
    if there:
        far = lambda key: abs(np.log10(ways[key][0]))  # noqa: E731
        ends = (min(there, key=lambda k: ways[k][0]), max(there, key=lambda k: ways[k][0]))
        picked = list(dict.fromkeys([*ends, min(there, key=far)]))
    parts = [
        f"{changed(ways[name, weights][0])} with {name} and {weights} weights (the deviation of "
        f"the values {changed(ways[name, weights][1])} from layer 1 to {depth})"
        for name, weights in picked
    ]
    told = ""
    if parts:
        told = f"From layer {depth} back to layer 1 the mean |∂J/∂h| {'; it '.join(parts)}."
    for verb, which in (
        ("Nothing at all arrives at layer 1", [k for k in ways if ways[k][0] == 0]),
        ("It leaves all numbers", [k for k in ways if not np.isfinite(ways[k][0])]),
    ):
        if which:
            told += f" {verb} with {listed([f'{a} and {w}' for a, w in which])}."
    return told.strip()


def symmetry(
    scheme: str | Initialiser = "zeros", *, steps: int = 200, rate: float = 0.5, seed: int = 0
) -> Outcome:
    """Train exclusive or from weights that are all alike: hidden units stay copies of one.

    Returns
    -------
    Outcome
        Per step: the loss, and how far the weights of the hidden units are apart.
    """
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
    guessing, end, apart = float(np.log(2)), rows[-1][1], rows[-1][2]
    learnt = compared(end, guessing, "below", "above", "at")
    units = "are still copies of one" if apart == 0 else f"differ by {apart:.2g}"
    finding = (
        f"With {start.scheme} weights the loss ends {learnt} that of guessing ({end:.4f}; ln 2 = "
        f"{guessing:.4f}), and the hidden units {units}."
    )
    look = Look("step", "loss")
    columns = ("step", "loss", "apart")
    return outcome(f"Exclusive or from {start.scheme} weights", columns, rows, finding, look)

"""A step of training, compiled for its batch, against the same graph compiled line by line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule import nn

RANDOM = np.random.default_rng(23)
X = RANDOM.normal(size=(7, 4))
IMAGES = RANDOM.normal(size=(7, 2, 6, 5))
NUMBERS = RANDOM.normal(size=(7, 3))
LABELS = np.eye(3)[RANDOM.integers(0, 3, size=7)]

# All that have a value everywhere.
UNITS = (
    *("sigmoid", "tanh", "softplus", "silu", "swish", "gelu", "mish", "log_sigmoid", "normal_cdf"),
    *("relu", "leaky_relu", "elu", "selu", "hard_sigmoid", "hard_swish", "piecewise_linear"),
    *("softmax", "log_softmax", "sin", "atan", "asinh", "erf", "erfc", "abs", "square", "sech"),
)
NETS: dict[str, tuple[Any, ...]] = {
    **{name: (nn.Dense(5, name), nn.Dense(3)) for name in UNITS},
    "convolution": (nn.Conv2D(3, (3, 2), activation="tanh"), nn.Flatten(), nn.Dense(3, "softmax")),
    "convolutions": (
        *(nn.Conv2D(3, (2, 2), 2, "relu"), nn.Conv2D(2, (2, 1), activation="gelu")),
        *(nn.Flatten(), nn.Dense(4, "erf"), nn.Dense(3)),
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_gradients_of_a_step_are_those_of_the_graph(name: str) -> None:
    x = IMAGES if name.startswith("conv") else X
    loss, t = ("ce", LABELS) if name == "convolution" else ("mse", NUMBERS)
    model = nn.Sequential(NETS[name], inputs=x.shape[1:])
    start = {key: w + 0.1 for key, w in model.parameters(seed=4).items()}
    keys = list(start)
    values, slopes = model.graph(loss).compile(wrt=keys)(x=x, t=t, **start)
    run = nn.train(model, x, t, loss=loss, start=start, steps=2)
    assert next(run).loss == pytest.approx(np.mean(values), rel=1e-12)
    for key in keys:
        np.testing.assert_allclose(run.gradients[key], slopes[key] / 7, rtol=1e-10, atol=1e-14)
    before = run.parameters
    run.advance(1)
    _, again = model.graph(loss).compile(wrt=keys)(x=x, t=t, **before)
    for key, w in run.parameters.items():
        moved = before[key] - 0.1 * again[key] / 7
        np.testing.assert_allclose(w, moved, rtol=1e-10, atol=1e-14)

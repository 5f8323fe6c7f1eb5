"""Layers, losses and optimisers against torch.nn, torch.optim and JAX, in double precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import pytest
import torch
from jax import numpy as jnp

from chainrule import Graph, nn
from tests.crosscheck.libraries import JAX, LIBRARIES, TORCH, Library

CLOSE = {"rtol": 1e-10, "atol": 1e-13}
RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=(9, 4))
IMAGES = RANDOM.normal(size=(9, 2, 6, 5))
NUMBERS = RANDOM.normal(size=(9, 3))
COINS = RANDOM.integers(0, 2, size=(9, 3)).astype(float)
LABELS = RANDOM.integers(0, 3, size=9)
SHARES = RANDOM.dirichlet([1.0, 1.0, 1.0], size=9)

# Those that have a value everywhere.
ACTIVATIONS = (
    *("linear", "sigmoid", "tanh", "softplus", "silu", "swish", "gelu", "mish", "log_sigmoid"),
    *("relu", "leaky_relu", "elu", "selu", "hard_sigmoid", "hard_swish", "piecewise_linear"),
    *("softmax", "log_softmax", "sin", "cos", "atan", "asinh", "exp", "erf", "abs", "square"),
)


# The layers again


def activated(library: Library, name: str, a: Any) -> Any:
    if name == "linear":
        return a
    op = nn.layers.ACTIVATIONS[name]
    return library.form(op.name)(a, **op.parameters)


def dense(library: Library, x: Any, w: Any, b: Any) -> Any:
    if library is TORCH:
        return torch.nn.functional.linear(x, w, b)
    return x @ w.T + (0 if b is None else b)


def convolved(library: Library, x: Any, k: Any, b: Any, stride: int) -> Any:
    if library is TORCH:
        return torch.nn.functional.conv2d(x, k, b.reshape(-1), stride=stride)
    return jax.lax.conv_general_dilated(x, k, (stride, stride), "VALID") + b


def forward(library: Library, layers: Sequence[Any], p: Mapping[str, Any], x: Any) -> Any:
    """Return the predictions of the layers, with parameters `p` that hold the masks, too."""
    count, masks = 0, 0
    for layer in layers:
        if isinstance(layer, nn.Dense | nn.Conv2D):
            count += 1
        match layer:
            case nn.Dense():
                x = dense(library, x, p[f"W{count}"], p.get(f"b{count}"))
                x = activated(library, layer.activation, x)
            case nn.Conv2D():
                x = convolved(library, x, p[f"K{count}"], p[f"b{count}"], layer.stride)
                x = activated(library, layer.activation, x)
            case nn.Activation():
                x = activated(library, layer.name, x)
            case nn.Softmax():
                x = activated(library, "softmax", x)
            case nn.Dropout():
                masks += 1
                x = x * p[f"mask{masks}"]
            case nn.Flatten():
                x = x.reshape((len(x), -1))
    return x


def loss_of(library: Library, name: str, y: Any, t: Any) -> Any:
    """Return the mean loss over a batch, in the library's own words."""
    one_hot = name.startswith("ce")
    if library is TORCH:
        kinds: Mapping[str, Callable[[Any, Any], Any]] = {
            "mse": torch.nn.MSELoss(),
            "mae": torch.nn.L1Loss(),
            "huber": torch.nn.HuberLoss(delta=1.0),
            "bce": torch.nn.BCELoss(),
            "bce of scores": torch.nn.BCEWithLogitsLoss(),
            "ce": lambda y, t: -(t * torch.log(y)).sum(1).mean(),
            "ce of scores": torch.nn.CrossEntropyLoss(),
            "hinge": lambda y, t: torch.relu(1 - (2 * t - 1) * y).mean(),
        }
        return kinds[name](y, t)
    if one_hot:
        logs = jax.nn.log_softmax(y) if "scores" in name else jnp.log(y)
        return -(t * logs).sum(1).mean()
    kinds = {
        "mse": lambda y, t: jnp.mean((y - t) ** 2),
        "mae": lambda y, t: jnp.mean(jnp.abs(y - t)),
        "huber": lambda y, t: jnp.mean(JAX.form("huber")(y, t, delta=1)),
        "bce": lambda y, t: -jnp.mean(t * jnp.log(y) + (1 - t) * jnp.log1p(-y)),
        "bce of scores": lambda y, t: jnp.mean(jnp.logaddexp(0, y) - t * y),
        "hinge": lambda y, t: jnp.mean(jnp.maximum(0, 1 - (2 * t - 1) * y)),
    }
    return kinds[name](y, t)


# Gradients


@dataclass(frozen=True, slots=True)
class Net:
    """Layers, a loss, targets, and how the libraries call that loss."""

    layers: Sequence[Any]
    loss: str = "mse"
    t: Any = None
    x: Any = None
    theirs: str = ""

    @property
    def inputs(self) -> Any:
        return X if self.x is None else self.x

    @property
    def targets(self) -> Any:
        t = NUMBERS if self.t is None else self.t
        return np.eye(3)[t] if t.ndim == 1 else t

    def model(self) -> nn.Sequential:
        return nn.Sequential(self.layers, inputs=self.inputs.shape[1:])


def two(unit: str, loss: str, t: Any, theirs: str = "") -> Net:
    return Net((nn.Dense(4, "tanh"), nn.Dense(3, unit)), loss, t, theirs=theirs)


TALL = nn.Dense(3, "softmax")
NETS = {
    **{f"{name} units": Net((nn.Dense(5, name), nn.Dense(3))) for name in ACTIVATIONS},
    "mse": two("linear", "mse", NUMBERS),
    "mse of a sigmoid": two("sigmoid", "mse", COINS),
    "mae": two("linear", "mae", NUMBERS),
    "huber": two("linear", "huber", 2 * NUMBERS),
    "bce of a sigmoid": two("sigmoid", "bce", COINS),
    "bce of scores": two("linear", "bce", COINS, "bce of scores"),
    "ce of a softmax": two("softmax", "ce", LABELS),
    "ce of scores": two("linear", "ce", LABELS, "ce of scores"),
    "ce of shares": two("softmax", "ce", SHARES),
    "hinge": two("linear", "hinge", COINS),
    "no bias": Net((nn.Dense(5, "tanh", bias=False), nn.Dense(3))),
    "layers apart": Net(
        (nn.Dense(5), nn.Activation("elu"), nn.Dense(3), nn.Softmax()), "ce", LABELS
    ),
    "dropout": Net(
        (nn.Dense(6, "relu"), nn.Dropout(0.4), nn.Dense(5), nn.Dropout(0.2), TALL), "ce", LABELS
    ),
    "convolution": Net(
        (nn.Conv2D(3, (3, 2), activation="tanh"), nn.Flatten(), TALL), "ce", LABELS, IMAGES
    ),
    "two convolutions": Net(
        (nn.Conv2D(3, (2, 2), 2, "relu"), nn.Conv2D(2, (2, 1)), nn.Flatten(), nn.Dense(3)),
        x=IMAGES,
    ),
}


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
@pytest.mark.parametrize("name", NETS)
def test_gradients(name: str, library: Library) -> None:
    net = NETS[name]
    network = net.model().network(net.loss, fused="apart" not in name)
    begin = net.model().parameters(seed=3)
    masks = {
        key: (RANDOM.random((len(X), *network.graph[key].shape)) >= rate) / (1 - rate)
        for key, rate in network.masks.items()
    }
    # Every bias somewhere else than at 0, or half of the network would go untested.
    begin = {key: w + 0.1 if key[0] == "b" else w for key, w in begin.items()}
    keys = list(begin)

    def theirs(*given: Any) -> Any:
        p = dict(zip(keys, given, strict=True)) | {k: library.array(m) for k, m in masks.items()}
        y = forward(library, net.layers, p, library.array(net.inputs))
        return loss_of(library, net.theirs or net.loss, y, library.array(net.targets))

    mean, expected = library.gradient(theirs, [begin[key] for key in keys])
    count = len(net.inputs)
    compiled = Graph.of(network.graph).compile(wrt=keys)
    values, slopes = compiled(x=net.inputs, t=net.targets, **begin, **masks)
    np.testing.assert_allclose(np.mean(values), mean, **CLOSE)
    for key, slope in zip(keys, expected, strict=True):
        np.testing.assert_allclose(slopes[key] / count, slope, **CLOSE)
    if not masks:
        run = nn.train(net.model(), net.inputs, net.targets, loss=net.loss, steps=1, start=begin)
        assert next(run).loss == pytest.approx(mean, rel=1e-10)
        for key, slope in zip(keys, expected, strict=True):
            np.testing.assert_allclose(run.gradients[key], slope, **CLOSE)


# Training

OPTIMISERS: Mapping[str, Callable[..., Any]] = {
    "gd": lambda p: torch.optim.SGD(p, 0.1),
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "momentum": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.1, eps=1e-8),
    "adadelta": lambda p: torch.optim.Adadelta(p, 1.0, rho=0.9, eps=1e-6),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9),
    "adam": lambda p: torch.optim.Adam(p, 0.01),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.01),
}
STEPS = 120


def test_no_optimiser_is_left_out() -> None:
    assert OPTIMISERS.keys() == nn.METHODS.keys()


@pytest.mark.parametrize("l2", [0.0, 0.003])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_training_trace(name: str, l2: float) -> None:
    """The same batches: after every step the parameters are those of torch.optim."""
    layers = (nn.Dense(6, "tanh"), nn.Dense(3, "softmax"))
    model = nn.Sequential(layers, inputs=4)
    batches = np.random.default_rng(5).integers(0, len(X), size=(STEPS, 4))
    run = nn.train(model, X, LABELS, loss="ce", optimiser=name, batches=batches, l2=l2, seed=1)
    p = {key: torch.tensor(w, requires_grad=True) for key, w in run.parameters.items()}
    optimiser = OPTIMISERS[name](list(p.values()))
    t = torch.tensor(np.eye(3)[LABELS])
    for record in run:
        chosen = torch.tensor(record.batch)
        y = forward(TORCH, layers, p, torch.tensor(X)[chosen])
        mean = loss_of(TORCH, "ce", y, t[chosen])
        assert record.loss == pytest.approx(mean.item(), rel=1e-12)
        optimiser.zero_grad()
        (mean + l2 * sum((w**2).sum() for key, w in p.items() if key[0] == "W")).backward()
        optimiser.step()
        for key, w in run.parameters.items():
            np.testing.assert_allclose(w, p[key].detach().numpy(), rtol=1e-12, atol=1e-12)
    assert run.step == STEPS


def test_a_training_trace_in_jax() -> None:
    """Momentum, written as one `lax.scan`."""
    layers = (nn.Dense(5, "gelu"), nn.Dense(3))
    model = nn.Sequential(layers, inputs=4)
    run = nn.train(model, X, NUMBERS, optimiser="momentum", steps=STEPS, seed=2)

    def loss(p: Any) -> Any:
        return loss_of(JAX, "mse", forward(JAX, layers, p, jnp.asarray(X)), jnp.asarray(NUMBERS))

    def step(state: Any, _: Any) -> Any:
        p, v = state
        mean, g = jax.value_and_grad(loss)(p)
        v = jax.tree.map(lambda v, g: 0.9 * v + g, v, g)
        return (jax.tree.map(lambda w, v: w - 0.05 * v, p, v), v), mean

    begin = {key: jnp.asarray(w) for key, w in run.parameters.items()}
    (end, _), losses = jax.lax.scan(
        step, (begin, jax.tree.map(jnp.zeros_like, begin)), length=STEPS
    )
    np.testing.assert_allclose([record.loss for record in run], losses, rtol=1e-12)
    for key, w in run.parameters.items():
        np.testing.assert_allclose(w, end[key], rtol=1e-12, atol=1e-12)

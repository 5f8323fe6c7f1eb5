"""Networks and optimisers again, by hand in plain NumPy: what the tests compare with."""

from __future__ import annotations

from typing import Any

import numpy as np

SLOPES = {
    "linear": (lambda a: a, lambda a: np.ones_like(a)),
    "tanh": (np.tanh, lambda a: 1 / np.cosh(a) ** 2),
    "sigmoid": (
        lambda a: 1 / (1 + np.exp(-a)),
        lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2,
    ),
    "relu": (lambda a: np.maximum(a, 0), lambda a: (a > 0).astype(float)),
}


def softmax(a: Any) -> Any:
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def gradient(
    parameters: dict[str, Any], activations: list[str], loss: str, x: Any, t: Any
) -> tuple[float, dict[str, Any]]:
    """Mean loss of a dense network and its gradient, layer by layer as textbooks write it."""
    depth = len(activations)
    values, sums = [x], []
    for k in range(depth):
        a = values[-1] @ parameters[f"W{k + 1}"].T + parameters[f"b{k + 1}"]
        sums.append(a)
        kind = activations[k]
        values.append(softmax(a) if kind == "softmax" else SLOPES[kind][0](a))
    y, n = values[-1], len(x)
    if loss == "mse":
        mean, delta = ((y - t) ** 2).mean(), 2 * (y - t) / y.size
        delta = delta * SLOPES[activations[-1]][1](sums[-1])
    elif loss == "bce":
        p = y if activations[-1] == "sigmoid" else 1 / (1 + np.exp(-y))
        mean = -(t * np.log(p) + (1 - t) * np.log1p(-p)).mean()
        delta = (p - t) / y.size
    else:
        p = y if activations[-1] == "softmax" else softmax(y)
        mean = -(t * np.log(p)).sum(axis=1).mean()
        delta = (p - t) / n
    found: dict[str, Any] = {}
    for k in reversed(range(depth)):
        found[f"W{k + 1}"] = delta.T @ values[k]
        found[f"b{k + 1}"] = delta.sum(axis=0)
        if k:
            delta = (delta @ parameters[f"W{k + 1}"]) * SLOPES[activations[k - 1]][1](sums[k - 1])
    return float(mean), found


def descended(
    parameters: dict[str, Any],
    activations: list[str],
    loss: str,
    x: Any,
    t: Any,
    *,
    steps: int,
    rate: float,
    adam: bool = False,
    batch: int | None = None,
    seed: int = 0,
    l1: float = 0.0,
    l2: float = 0.0,
    only: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Parameters before each step and after the last; batches in the order drawn from a seed."""
    p = {name: np.array(w, dtype=float) for name, w in parameters.items()}
    path = [dict(p)]
    random, n = np.random.default_rng(seed), len(x)
    mean, square = ({name: np.zeros_like(w) for name, w in p.items()} for _ in range(2))
    order, size = np.arange(n), batch or n
    for step in range(1, steps + 1):
        begin = (step - 1) % -(-n // size) * size
        if begin == 0 and size < n:
            order = random.permutation(n)
        rows = order[begin : begin + size]
        _, found = gradient(p, activations, loss, x[rows], t[rows])
        for name, g in found.items():
            if name[0] == "W":
                g = g + l1 * np.sign(p[name]) + 2 * l2 * p[name]
            g = g * only[name] if only else g
            mean[name] = 0.9 * mean[name] + 0.1 * g
            square[name] = 0.999 * square[name] + 0.001 * g**2
            moved = mean[name] / (1 - 0.9**step)
            moved = moved / (np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8)
            p[name] = p[name] - rate * (moved if adam else g)
        path.append(dict(p))
    return path

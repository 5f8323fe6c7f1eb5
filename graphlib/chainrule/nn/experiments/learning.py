"""Learning rates, batches, overfitting, width against depth: one run of training each way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, TrainingError
from chainrule.nn.data import moons, wave
from chainrule.nn.experiments.outcome import Look, Outcome, table
from chainrule.nn.layers import Dense, Dropout, Layer
from chainrule.nn.model import Sequential
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.training import train


def rates(
    chosen: Sequence[float] = (0.001, 0.03, 1.0, 30.0), *, steps: int = 150, seed: int = 0
) -> Outcome:
    """Train the same network on two moons with several learning rates.

    Returns
    -------
    Outcome
        Per rate and step: the loss. A run that diverges ends there.
    """
    data = moons(120, seed=seed)
    rows: list[tuple[object, ...]] = []
    ends: dict[float, float] = {}
    for rate in chosen:
        model = Sequential([Dense(8, "tanh"), Dense(1, "sigmoid")], inputs=2)
        run = train(
            model, data.x, data.t, loss="bce", optimiser=Optimiser("gd", rate), steps=steps,
            seed=seed,
        )  # fmt: skip
        try:
            for record in run:
                rows.append((rate, record.step, record.loss))
            ends[rate] = run.loss()
        except TrainingError:
            ends[rate] = float("inf")
    best = min(ends, key=lambda rate: ends[rate])
    finding = (
        f"After {steps} steps the rate {best:g} has the smallest loss, {ends[best]:.3g}; "
        f"{min(ends):g} is still at {ends[min(ends)]:.3g} and {max(ends):g} at "
        f"{ends[max(ends)]:.3g}."
    )
    look = Look("step", "loss", "rate", logarithmic=True)
    return Outcome("The learning rate on two moons", **table(("rate", "step", "loss"), rows),
                   finding=finding, look=look)  # fmt: skip


def batches(sizes: Sequence[int] = (1, 4, 16, 64), *, draws: int = 200, seed: int = 0) -> Outcome:
    """Look how far the gradient of a batch is from that of all examples, by the batch's size.

    Drawn without replacement from n examples, the mean of b gradients has the variance
    σ²/b · (n − b)/(n − 1).

    Returns
    -------
    Outcome
        Per size: the root mean square distance from the full gradient, in units of its norm,
        measured over `draws` batches, and as the formula says.
    """
    data = moons(256, seed=seed)
    model = Sequential([Dense(8, "tanh"), Dense(1, "sigmoid")], inputs=2)
    start = model.parameters(seed)
    random = np.random.default_rng(seed)
    n = len(data.x)

    def gradients(rows: np.ndarray) -> np.ndarray:
        plan = {"batches": rows, "optimiser": Optimiser("sgd", 1e-300), "observe": False}
        run = train(model, data.x, data.t, loss="bce", start=start, **plan)  # type: ignore[arg-type]
        found = []
        for _ in run:
            found.append(np.concatenate([g.ravel() for g in run.gradients.values()]))
        return np.array(found)

    each = gradients(np.arange(n)[:, None])
    whole = each.mean(axis=0)
    variance = float(((each - whole) ** 2).sum(axis=1).mean())
    norm = float(np.linalg.norm(whole))
    rows = []
    for size in sizes:
        picked = np.array([random.permutation(n)[:size] for _ in range(draws)])
        apart = gradients(picked) - whole
        measured = float(np.sqrt((apart**2).sum(axis=1).mean())) / norm
        expected = float(np.sqrt(variance / size * (n - size) / (n - 1))) / norm
        rows += [(size, "measured", measured), (size, "σ/√b", expected)]
    finding = (
        f"A single example points {rows[0][2]:.1f} gradient lengths away from the full gradient, "
        f"a batch of {sizes[-1]} still {rows[-2][2]:.2f}: the spread falls as 1/√b."
    )
    look = Look("batch", "spread", "how", logarithmic=True)
    laid = table(("batch", "how", "spread"), rows)
    title = "Spread of the gradient by the size of the batch"
    return Outcome(title, **laid, finding=finding, look=look)


def overfitting(*, epochs: int = 1500, patience: int = 60, seed: int = 3) -> Outcome:
    """Fit ten noisy points with far too many weights, and with three remedies.

    Returns
    -------
    Outcome
        Per way and epoch: the loss on the points learned from and on those held out.
    """
    data = wave(40, noise=0.25, seed=seed)
    x, t, held_x, held_t = data.x[::4], data.t[::4], data.x[1::4], data.t[1::4]
    ways: dict[str, dict[str, Any]] = {
        "plain": {}, "dropout 0.2": {}, "L2 0.003": {"l2": 0.003}, "stopped early": {},
    }  # fmt: skip
    ways["stopped early"] = {"patience": patience}
    rows: list[tuple[object, ...]] = []
    ends: dict[str, tuple[float, float]] = {}
    for way, given in ways.items():
        layers: list[Layer] = [Dense(40, "tanh", "xavier"), Dense(40, "tanh"), Dense(1)]
        if way.startswith("dropout"):
            layers.insert(2, Dropout(0.2))
        run = train(
            Sequential(layers, inputs=1), x, t, optimiser=Optimiser("adam", 0.01),
            epochs=epochs, seed=seed, validation=(held_x, held_t), observe=False, **given,
        )  # fmt: skip
        for record in run:
            if record.step % 10 == 0:
                rows.append((way, record.epoch, "learned from", run.loss()))
                rows.append((way, record.epoch, "held out", run.loss(held_x, held_t)))
        ends[way] = run.loss(), run.loss(held_x, held_t)
    plain, stopped = ends["plain"], ends["stopped early"]
    finding = (
        f"Plainly the loss falls to {plain[0]:.2g} on the ten points and is {plain[1]:.2g} on the "
        f"others; stopped at its best epoch the network has {stopped[1]:.2g} there."
    )
    look = Look("epoch", "loss", "points", logarithmic=True, facet="way")
    return Outcome("Ten points, 1,761 weights", **table(("way", "epoch", "points", "loss"), rows),
                   finding=finding, look=look)  # fmt: skip


def width_against_depth(
    shapes: Sequence[tuple[int, ...]] = ((64,), (14, 14), (10, 10, 10), (8, 8, 8, 8)),
    *, steps: int = 600, seeds: Sequence[int] = (0, 1, 2),
) -> Outcome:  # fmt: skip
    """Train networks with about as many weights, wide or deep, on two noisy moons.

    Returns
    -------
    Outcome
        Per shape and seed: number of weights, loss at the end, accuracy.
    """
    data = moons(200, noise=0.2, seed=1)
    rows: list[tuple[object, ...]] = []
    for shape in shapes:
        for seed in seeds:
            model = Sequential([*(Dense(n, "tanh") for n in shape), Dense(1, "sigmoid")], inputs=2)
            run = train(
                model, data.x, data.t, loss="bce", optimiser=Optimiser("adam", 0.01),
                steps=steps, batch=32, seed=seed, observe=False,
            )  # fmt: skip
            run.run()
            weights = sum(w.size for w in run.parameters.values())
            name = "-".join(map(str, shape))
            rows.append((name, seed, weights, run.loss(), run.accuracy()))
    means = {
        "-".join(map(str, shape)): float(
            np.mean([float(str(r[3])) for r in rows if r[0] == "-".join(map(str, shape))])
        )
        for shape in shapes
    }
    told = ", ".join(f"{name}: {loss:.3g}" for name, loss in means.items())
    look = Look("shape", "loss", kind="point")
    columns = ("shape", "seed", "weights", "loss", "accuracy")
    return Outcome("Wide or deep, with about as many weights", **table(columns, rows),
                   finding=f"Mean loss after {steps} steps: {told}.", look=look)  # fmt: skip


def dead_units(*, rate: float = 10.0, steps: int = 60, seed: int = 2) -> Outcome:
    """Drive rectifiers dead with too large a rate, prune them, and train on.

    A rectifier whose sum is negative for every example has slope 0 everywhere: no step of
    gradient descent can bring it back. Without such units the network computes the same.

    Returns
    -------
    Outcome
        Per unit: for which share of the examples it is active, and the norm of its gradient;
        loss before and after pruning.
    """
    data = moons(150, seed=seed)
    model = Sequential([Dense(16, "relu", "he"), Dense(1, "sigmoid")], inputs=2)
    run = train(model, data.x, data.t, loss="bce", optimiser=Optimiser("gd", rate), seed=seed,
                steps=steps)  # fmt: skip
    run.run()
    w = run.parameters
    sums = data.x @ w["W1"].T + w["b1"]
    active = (sums > 0).mean(axis=0)
    slopes = np.linalg.norm(run.gradients["W1"], axis=1)
    rows = [
        (k + 1, float(a), float(s)) for k, (a, s) in enumerate(zip(active, slopes, strict=True))
    ]
    kept = active > 0
    if not kept.any():
        raise InputError(
            f"every unit is dead after the rate {rate:g}", text=str(rate), length=len(str(rate)),
            allowed="Take a smaller one.",
        )  # fmt: skip
    before = run.loss()
    pruned = {"W1": w["W1"][kept], "b1": w["b1"][kept], "W2": w["W2"][:, kept], "b2": w["b2"]}
    small = Sequential([Dense(int(kept.sum()), "relu"), Dense(1, "sigmoid")], inputs=2)
    again = train(small, data.x, data.t, loss="bce", optimiser=Optimiser("gd", 0.1), start=pruned,
                  steps=300)  # fmt: skip
    after = again.loss()
    again.run()
    finding = (
        f"{int((~kept).sum())} of 16 units are dead, with gradient 0. Without them the loss is "
        f"the same, {before:.6f} and {after:.6f}; trained on it falls to {again.loss():.3g}."
    )
    look = Look("unit", "active", kind="bar")
    laid = table(("unit", "active", "gradient"), rows)
    return Outcome("Dead rectifiers after too large a rate", **laid, finding=finding, look=look)

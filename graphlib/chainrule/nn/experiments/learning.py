"""Learning rates, batches, overfitting, width against depth: one run of training each way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import TrainingError
from chainrule.nn.data import moons, wave
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.told import compared, listed
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
    told = []
    for word, others in (
        ("smaller rates", [rate for rate in ends if rate < best]),
        ("larger rates", [rate for rate in ends if rate > best]),
    ):
        if others:
            sizes = [
                f"{rate:g} {f'ends at {ends[rate]:.3g}' if np.isfinite(ends[rate]) else 'diverges'}"
                for rate in others
            ]
            told.append(f"of the {word} {listed(sizes)}")
    finding = (
        f"After {steps} steps the rate {best:g} has the smallest loss, {ends[best]:.3g}"
        f"{'; ' if told else ''}{'; '.join(told)}."
    )
    look = Look("step", "loss", "rate", logarithmic=True)
    return outcome("The learning rate on two moons", ("rate", "step", "loss"), rows, finding, look)


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
    measures = [float(str(row[2])) for row in rows[::2]]
    off = max(abs(m / float(str(row[2])) - 1) for m, row in zip(measures, rows[1::2], strict=True))
    slope = float(np.polyfit(np.log(sizes), np.log(measures), 1)[0]) if len(sizes) > 1 else 0.0
    finding = (
        f"The gradient of a batch of {sizes[0]} lies {measures[0]:.2g} gradient lengths from the "
        f"full one, that of a batch of {sizes[-1]} {measures[-1]:.2g}: the spread goes as b to the "
        f"power {slope:.2f}, and is that of the formula to {100 * off:.0f} %."
    )
    look = Look("batch", "spread", "how", logarithmic=True, both=True, derivative=True)
    title = "Spread of the gradient by the size of the batch"
    return outcome(title, ("batch", "how", "spread"), rows, finding, look)


def overfitting(*, epochs: int = 1500, patience: int = 60, seed: int = 3) -> Outcome:
    """Fit ten noisy points with far too many weights, plainly and with four remedies.

    Returns
    -------
    Outcome
        Per way and epoch: the loss on the points learned from and on those held out.
    """
    data = wave(40, noise=0.25, seed=seed)
    x, t, held_x, held_t = data.x[::4], data.t[::4], data.x[1::4], data.t[1::4]
    ways: dict[str, dict[str, Any]] = {
        "plain": {}, "L1 0.001": {"l1": 0.001}, "L2 0.003": {"l2": 0.003}, "dropout 0.2": {},
        "stopped early": {"patience": patience},
    }  # fmt: skip
    rows: list[tuple[object, ...]] = []
    ends: dict[str, tuple[float, float]] = {}
    lowest: dict[str, float] = {}
    for way, given in ways.items():
        layers: list[Layer] = [Dense(40, "tanh", "xavier"), Dense(40, "tanh"), Dense(1)]
        if way.startswith("dropout"):
            layers.insert(2, Dropout(0.2))
        run = train(
            Sequential(layers, inputs=1), x, t, optimiser="adam", rate=0.01,
            epochs=epochs, seed=seed, validation=(held_x, held_t), observe=False, **given,
        )  # fmt: skip
        run.run()
        for told in run.epochs:
            if told["epoch"] % 10 == 0:
                rows.append((way, int(told["epoch"]), "learned from", told["loss"]))
                rows.append((way, int(told["epoch"]), "held out", told["held_out_loss"]))
        ends[way] = run.loss(), run.loss(held_x, held_t)
        lowest[way] = min(told["held_out_loss"] for told in run.epochs)
    plain = ends["plain"]
    after = compared(plain[1], lowest["plain"], "lower", "higher", "as low")
    best = min(ends, key=lambda way: ends[way][1])
    finding = (
        f"Plainly the loss ends at {plain[0]:.2g} on the ten points learned from; on the others "
        f"its lowest is {lowest['plain']:.2g}, and it ends {after}, at {plain[1]:.2g}. "
        + (
            f"The lowest at the end has {best}, {ends[best][1]:.2g}."
            if best != "plain"
            else "None of the remedies ends lower."
        )
    )
    look = Look("epoch", "loss", "points", logarithmic=True, facet="way")
    return outcome(
        "Ten points, 1,761 weights", ("way", "epoch", "points", "loss"), rows, finding, look
    )


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
    spread = {
        name: float(np.std([float(str(r[3])) for r in rows if r[0] == name])) for name in means
    }
    best = min(means, key=lambda name: means[name])
    told = ", ".join(f"{name}: {loss:.3g} ± {spread[name]:.2g}" for name, loss in means.items())
    look = Look("shape", "loss", kind="point")
    columns = ("shape", "seed", "weights", "loss", "accuracy")
    finding = f"The lowest mean loss after {steps} steps has {best} (mean ± deviation {told})."
    return outcome("Wide or deep, with about as many weights", columns, rows, finding, look)

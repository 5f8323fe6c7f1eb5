"""Fit: overfitting and its remedies, width and depth, lottery tickets, any function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.data import moons, wave
from chainrule.nn.experiments.record import Rows, measured
from chainrule.nn.experiments.told import changed, compared, counted, size
from chainrule.nn.layers import Dense, Dropout, Layer
from chainrule.nn.scaling import Scaling
from chainrule.nn.sequential import Sequential
from chainrule.nn.training import train


def _best_way(ends: Mapping[str, tuple[float, float, float]], given: Any) -> str:
    """Say how far plain learning overfits, and which remedy ends lowest on points held out."""
    first = next(iter(ends))
    learned, held, lowest = ends[first]
    best = min(ends, key=lambda way: ends[way][1])
    return (
        f"{'Plainly' if first == 'plain' else f'With {first}'} the loss ends at {size(learned, 2)} "
        f"on the ten points learned from; on the others its lowest is {size(lowest, 2)}, and it "
        f"ends {compared(held, lowest, 'lower', 'higher', 'as low')}, at {size(held, 2)}. "
        + (
            "None of the remedies ends lower."
            if best == first
            else f"The lowest at the end is that of {best}, {size(ends[best][1], 2)}."
        )
    )


@measured("overfitting", _best_way)
def overfitting(way: str, *, epochs: int = 1500, patience: int = 60, seed: int = 3) -> Rows:
    """Fit ten noisy points with far too many weights, plainly and with four remedies.

    With more weights than points a curve can pass through all of them, and so it learns their
    noise. The remedies keep weights small, leave units out, or stop before that.
    """
    data = wave(40, noise=0.25, seed=seed)
    remedy, _, amount = way.partition(" ")
    plan = dict[str, Any](optimiser="adam", rate=0.01, epochs=epochs, seed=seed, observe=False)
    layers: list[Layer] = [Dense(40, "tanh"), Dense(40, "tanh"), Dense(1)]
    if remedy == "dropout":
        layers.insert(2, Dropout(float(amount)))
    elif remedy in ("L1", "L2"):
        plan[remedy.lower()] = float(amount)
    elif remedy == "stopped":
        plan["patience"] = patience
    elif way != "plain":
        raise InputError(f"there is no remedy `{way}`", allowed="Take plain, or one as L2 0.003.")
    held = data.x[1::4], data.t[1::4]
    model = Sequential(layers, inputs=1)
    run = train(model, data.x[::4], data.t[::4], validation=held, **plan)
    run.run()
    for told in run.epochs[9::10] or run.epochs[-1:]:
        yield way, int(told["epoch"]), "learned from", told["loss"]
        yield way, int(told["epoch"]), "held out", told["held_out_loss"]
    lowest = min(told["held_out_loss"] for told in run.epochs)
    return run.loss(), run.loss(*held), lowest


def _shaped(shape: Sequence[int]) -> str:
    return "-".join(map(str, shape))


def _best_shape(ends: Mapping[tuple[tuple[int, ...], int], float], given: Any) -> str:
    """Say which shape has the lowest mean loss, and the mean ± deviation of each."""
    losses = {_shaped(s): [ends[s, seed] for seed in given.seeds] for s in given.shapes}
    means = {name: float(np.mean(found)) for name, found in losses.items()}
    told = ", ".join(
        f"{name}: {size(mean)} ± {size(float(np.std(losses[name])), 2)}"
        for name, mean in means.items()
    )
    best = min(means, key=means.__getitem__)
    steps = counted(given.steps, "step")
    return f"The lowest mean loss after {steps} is that of {best} (mean ± deviation {told})."


@measured("width-depth", _best_shape)
def width_against_depth(shape: Sequence[int], seed: int, *, steps: int = 600) -> Rows:
    """Train networks with about as many weights, wide or deep, on two noisy moons."""
    model = Sequential([*(Dense(n, "tanh") for n in shape), Dense(1, "sigmoid")], inputs=2)
    plan = dict[str, Any](optimiser="adam", rate=0.01, steps=steps, batch=32, seed=seed)
    run = train(model, moons(200, noise=0.2, seed=1), observe=False, **plan)
    run.run()
    weights = sum(w.size for w in run.parameters.values())
    yield _shaped(shape), seed, weights, run.loss(), run.accuracy()
    return run.loss()


def _best_depth(ends: Mapping[tuple[int, int], tuple[float, float]], given: Any) -> str:
    """Say which depth has the lowest held-out loss, and what deeper networks gain and lose."""
    means = {
        depth: np.mean([ends[depth, seed] for seed in given.seeds], axis=0)
        for depth in given.depths
    }
    best, deepest = min(means, key=lambda depth: means[depth][1]), max(means)
    layers = counted(best, "hidden layer")
    told = f"The mean held-out loss is lowest with {layers}, {size(means[best][1])}"
    if best != deepest:
        learned, unseen = (changed(means[deepest][k] / means[best][k]) for k in (0, 1))
        told += (
            f"; from there to {deepest} layers the loss on the points learned from {learned}, "
            f"on those held out it {unseen}"
        )
    return f"{told}."


@measured("depth-error", _best_depth)
def depth_and_error(depth: int, seed: int, *, width: int = 12, steps: int = 600) -> Rows:
    """Train networks of more and more layers on few noisy moons; look at points held out."""
    kept, held = moons(100, noise=0.25, seed=1), moons(400, noise=0.25, seed=2)
    stack = [Dense(width, "tanh") for _ in range(depth)]
    model = Sequential([*stack, Dense(1, "sigmoid")], inputs=2)
    plan = dict[str, Any](optimiser="adam", rate=0.01, steps=steps, seed=seed, observe=False)
    run = train(model, kept, **plan)
    run.advance(steps)
    losses = run.loss(), run.loss(held.x, held.t)
    yield depth, seed, "learned from", losses[0]
    yield depth, seed, "held out", losses[1]
    return losses


def _ticket(end: tuple[int, int, Mapping[str, float]], given: Any) -> str:
    left, weights, ends = end
    whole, ticket, fresh = ends.values()
    return (
        f"With {left} of {weights} weights, rewound, the held-out loss ends at {size(ticket)}, "
        f"{compared(ticket, fresh, 'lower than', 'higher than', 'the same as')} that of the same "
        f"weights from a fresh start ({size(fresh)}) and "
        f"{compared(ticket, whole, 'below', 'above', 'as low as')} that of all weights "
        f"({size(whole)})."
    )


@measured("lottery-ticket", _ticket)
def lottery_ticket(
    *, share: float = 0.8, width: int = 24, epochs: int = 150, seed: int = 0
) -> Rows:
    """Prune the smallest weights of a trained network, rewind the others and train them again.

    A network that begins where the large one began is compared with one of the same shape that
    begins anew (Frankle and Carbin 2019).

    Parameters
    ----------
    share
        Of the weights, how many are pruned.
    """
    if not 0 < share < 1:
        raise InputError(
            f"a share of {share:g} is pruned",
            given=f"{share:g}",
            allowed="It lies between 0 and 1, such as 0.8.",
        )
    kept, held = moons(200, noise=0.15, seed=seed).split(0.25, seed)
    model = Sequential([Dense(width, "tanh"), Dense(width, "tanh"), Dense(1, "sigmoid")], inputs=2)
    begin, anew = model.parameters(seed), model.parameters(seed + 1)
    plan = dict[str, Any](optimiser="sgd", rate=0.3, batch=20, epochs=epochs, seed=seed)
    only: dict[str, Any] = {}
    ends: dict[str, float] = {}
    for way, start in (("all weights", begin), ("ticket", begin), ("from a fresh start", anew)):
        pruned = {name: w * only.get(name, 1) for name, w in start.items()}
        run = train(model, kept, validation=held, start=pruned, only=only or None, **plan)
        run.run()
        for told in run.epochs:
            yield way, int(told["epoch"]), *list(told.values())[1:]
        ends[way] = run.epochs[-1]["held_out_loss"]
        if not only:
            weights = {name: np.abs(w) for name, w in run.parameters.items() if name[0] == "W"}
            sizes = np.concatenate([w.ravel() for w in weights.values()])
            cut = float(np.quantile(sizes, share))
            only = {name: np.ones_like(w) for name, w in begin.items()}
            only |= {name: w > cut for name, w in weights.items()}
    return int((sizes > cut).sum()), len(sizes), ends


def _nearer(ends: Mapping[int, float], given: Any) -> str:
    first, last = next(iter(ends)), [*ends][-1]
    begin, end = ends[first], ends[last]
    best = min(ends, key=ends.__getitem__)
    least = f"the smallest, {size(ends[best])}, is that of {best}"
    return (
        f"From {first} to {last} hidden units the error {changed(end / begin)} (RMSE {size(begin)} "
        f"to {size(end)}); {least}."
    )


@measured("any-function", _nearer)
def any_function_by_width(width: int, *, steps: int = 1500, seed: int = 0) -> Rows:
    """Fit a wave without noise with one hidden layer, narrow to wide.

    With enough units of tanh one layer comes as near to any continuous function as is wanted
    (Cybenko 1989); that training finds such weights is another matter.
    """
    x = np.linspace(-1.5, 1.5, 61)[:, None]
    t = np.sin(3 * x) * (1 + x) / 2
    scaled = Scaling.of(x)(x)
    model = Sequential([Dense(width, "tanh"), Dense(1)], inputs=1)
    plan = dict[str, Any](optimiser="adam", rate=0.02, steps=steps, seed=seed, observe=False)
    run = train(model, scaled, t, **plan)
    run.advance(steps)
    rmse = run.evaluate()["rmse"]
    for a, b, c in zip(x[:, 0], run.predict(scaled)[:, 0], t[:, 0], strict=True):
        yield width, a, b, c, rmse
    return rmse

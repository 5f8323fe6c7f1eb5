"""How to begin: activations and starts, what vanishes and explodes, units that no longer learn."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, log, log10
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.nn.data import moons, xor
from chainrule.nn.experiments.record import Rows, measured
from chainrule.nn.experiments.told import changed, compared, counted, listed, ratio, size
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Dense
from chainrule.nn.looking import Seen, layers
from chainrule.nn.sequential import Sequential
from chainrule.nn.training import train
from chainrule.readings.health import SATURATED

GUESSING = log(2)
"""The cross-entropy of one half for both classes."""
LEARNT = 0.95
"""A loss below this share of guessing was learned."""


def _begun(activation: str, start: str) -> str:
    return "he" if (activation, start) == ("relu", "xavier") else start


def _learned(ends: Mapping[tuple[str, str], dict[str, float] | None], given: Any = None) -> str:
    """Say which networks learned, and which of them has the lowest held-out loss."""
    learned = {k: end for k, end in ends.items() if end and end["loss"] < LEARNT * GUESSING}
    told = f"Of {counted(len(ends), 'network')} {len(learned) or 'none'} "
    told += "learns" if len(learned) <= 1 else "learn"
    others = [f"{a} from {_begun(a, s)}" for a, s in ends if (a, s) not in learned]
    if learned and others:
        verb = "does" if len(others) == 1 else "do"
        told += f"; {listed(others)} {verb} not (guessing has the loss ln 2 = {GUESSING:.4f})"
    if learned:
        (name, start), best = min(learned.items(), key=lambda pair: pair[1]["held_out_loss"])
        told += f". The lowest held-out loss, {best['held_out_loss']:.4g}, "
        told += f"is that of {name} from {_begun(name, start)}"
    return told + "."


def _arrived(ends: Mapping[tuple[str, str], dict[str, float] | None], given: Any) -> str:
    """Say what arrives at layer 1 before the first step, where networks learn and where not."""
    there = {(a, _begun(a, s)): end for (a, s), end in ends.items() if end}
    told = _flowing({key: (end["arriving"],) for key, end in there.items()}, given)
    told = f"Before the first step, {told[:1].lower()}{told[1:]}"
    learned = [end["arriving"] for end in there.values() if end["loss"] < LEARNT * GUESSING]
    others = [end["arriving"] for end in there.values() if end["loss"] >= LEARNT * GUESSING]
    if learned and others:
        told += (
            f" In the networks that learn a share of {size(min(learned), 2)} or more arrives, in "
            f"the others of {size(max(others), 2)} or less."
        )
    return told


@measured("activation-start", _learned, _arrived)
def activations_and_starts(
    activation: str,
    scheme: str | Initialiser,
    *,
    depth: int = 4,
    width: int = 8,
    epochs: int = 60,
    rate: float = 0.1,
    seed: int = 0,
) -> Rows:
    """Train a network with every activation from every start on two moons.

    Plain descent in batches of 20; a quarter of the points is held out. Xavier's start is He's for
    rectifiers. A loss that stays within 5 % of guessing, ln 2, was not learned.
    """
    kept, held = moons(200, noise=0.15, seed=seed).split(0.25, seed)
    start = Initialiser.of(scheme)
    column = "xavier (relu: he)" if start.scheme == "xavier" else start.scheme
    if _begun(activation, start.scheme) != start.scheme:
        start = Initialiser("he")
    stack = [Dense(width, activation, start) for _ in range(depth)]
    model = Sequential([*stack, Dense(1, "sigmoid", start)], inputs=2)
    plan = dict[str, Any](optimiser="sgd", rate=rate, batch=20, epochs=epochs, seed=seed)
    run = train(model, kept, validation=held, **plan)
    seen = layers(run.network, run.parameters, {"x": run.x, "t": run.t})
    hidden = [seen[name] for name in run.network.units[:depth]]
    first, last = (float(np.abs(layer.adjoint).mean()) for layer in (hidden[0], hidden[-1]))

    def row(told: Mapping[str, float]) -> tuple[Any, ...]:
        names = ("loss", "accuracy", "held_out_loss", "held_out_accuracy")
        told_of = [told[name] for name in names]
        return activation, start.scheme, column, int(told["epoch"]), *told_of, first

    yield row({"epoch": 0, **run.told()})
    for record in run:
        if record.metrics:
            yield row(run.epochs[-1])
    return run.epochs[-1] | {"arriving": ratio(first, last)}


def _apart(end: tuple[str, float, float], given: Any) -> str:
    scheme, loss, apart = end
    learnt = compared(loss, GUESSING, "below", "above", "at")
    units = "are still copies of one" if apart == 0 else f"differ by {size(apart, 2)}"
    return (
        f"Begun with {scheme}, the loss ends {learnt} that of guessing ({loss:.4f}; ln 2 = "
        f"{GUESSING:.4f}), and the hidden units {units}."
    )


@measured("zero-weights", _apart)
def symmetry(
    scheme: str | Initialiser = "zeros", *, steps: int = 200, rate: float = 0.5, seed: int = 0
) -> Rows:
    """Train exclusive or from weights that are all alike: hidden units stay copies of one.

    Units with the same weights have the same values and receive the same adjoints, so every step
    changes them alike.
    """
    start = Initialiser.of(scheme)
    model = Sequential([Dense(4, "tanh", start), Dense(1, "sigmoid", start)], inputs=2)
    run = train(model, xor(seed=seed), optimiser="gd", rate=rate, steps=steps, seed=seed)

    def seen() -> tuple[int, float, float]:
        return run.step, run.loss(), float(np.ptp(run.parameters["W1"], axis=0).max())

    yield seen()
    for _ in run:
        yield seen()
    return (start.scheme, *seen()[1:])


def _flowing(ends: Mapping[tuple[str, str], tuple[float, ...]], given: Any) -> str:
    """Say what happens to the adjoint on its way back, and to the values where that is known."""
    there = [key for key in ends if 0 < ends[key][0] < np.inf]
    told = ""
    if there:
        far = {key: log10(ends[key][0]) for key in there}
        picked = (min(far, key=far.__getitem__), max(far, key=far.__getitem__))
        parts = []
        for key in dict.fromkeys([*picked, min(far, key=lambda key: abs(far[key]))]):
            parts.append(f"{changed(ends[key][0])} with {key[0]} and {key[1]} weights")
            if forth := ends[key][1:]:
                said = f"the deviation of the values {changed(forth[0])} from layer 1 to"
                parts[-1] += f" ({said} {given.depth})"
        told = f"From layer {given.depth} back to layer 1 the mean |∂J/∂h| {'; it '.join(parts)}."
    for verb, which in (
        ("Nothing at all arrives at layer 1", [k for k in ends if ends[k][0] == 0]),
        ("It leaves all numbers", [k for k in ends if not isfinite(ends[k][0])]),
    ):
        if which:
            told += f" {verb} with {listed([f'{a} and {w}' for a, w in which])}."
    return told.strip()


@measured("gradient-flow", _flowing)
def gradient_flow(
    activation: str,
    scheme: str | Initialiser,
    *,
    depth: int = 10,
    width: int = 32,
    examples: int = 64,
    seed: int = 0,
) -> Rows:
    """Look once at a deep network: how large are values and adjoints, layer by layer?

    The adjoint of a layer's values carries a factor W and a factor φ′ of every layer behind it;
    where that product is below 1 it vanishes, above 1 it explodes (Hochreiter 1991; Glorot and
    Bengio 2010). Forwards the values' deviation tells the same of W and φ.
    """
    start = Initialiser.of(scheme)
    found = _deep(activation, start, depth, width, examples, seed)
    sizes = [float(np.abs(adjoint).mean()) for _, adjoint, _ in found]
    spreads = [float(value.std()) for value, _, _ in found]
    for k, (value, _, _) in enumerate(found):
        factor = ratio(sizes[k], sizes[k + 1]) if k + 1 < depth else None
        mean = float(value.mean())
        yield activation, start.scheme, k + 1, sizes[k], factor, mean, spreads[k]
    return ratio(sizes[0], sizes[-1]), ratio(spreads[-1], spreads[0])


def _deep(
    activation: str, start: Initialiser, depth: int, width: int, examples: int, seed: int
) -> list[Seen]:
    """Return what is seen of every hidden layer of a deep network over random points."""
    random = np.random.default_rng(seed)
    x = random.standard_normal((examples, width))
    t = random.standard_normal((examples, 1))
    stack = [Dense(width, activation, start) for _ in range(depth)]
    model = Sequential([*stack, Dense(1)], inputs=width)
    seen = layers(model.network("mse"), model.parameters(seed), {"x": x, "t": t})
    return list(seen.values())[:depth]


def _saturated(ends: Mapping[tuple[str, float], tuple[float, float]], given: Any) -> str:
    """Say what larger weights do to the share of saturated units, and to the slope of half."""
    first, last = given.deviations[0], given.deviations[-1]
    told = []
    for unit in given.units:
        (few, steep), (many, flat) = ends[unit, first], ends[unit, last]
        told.append(
            f"of {unit} units {100 * few:.0f} % are saturated, then {100 * many:.0f} %, and their "
            f"median slope {changed(ratio(flat, steep))}"
        )
    return f"From weights of deviation {size(first)} to {size(last)}: {'; '.join(told)}."


@measured("saturated-units", _saturated)
def saturated_units(
    unit: str,
    deviation: float,
    *,
    depth: int = 6,
    width: int = 32,
    examples: int = 64,
    seed: int = 0,
) -> Rows:
    """Begin with larger and larger weights, and count the units that lie where they are flat.

    A unit is saturated for an example if its slope there is below 0.001: next to nothing of its
    adjoint passes on to its weights and to the layers before it. Small weights saturate no unit,
    and yet the adjoint may vanish, since it is multiplied by them.
    """
    start = Initialiser("normal", {"sigma": deviation})
    slopes = []
    seen = _deep(unit, start, depth, width, examples, seed)
    for k, (_, adjoint, slope) in enumerate(seen, start=1):
        if slope is None:
            raise InputError(f"{unit} does not level off", allowed="Take sigmoid or tanh.")
        slopes.append(np.abs(slope))
        share, half = (slopes[-1] < SATURATED).mean(), np.median(slopes[-1])
        yield unit, deviation, k, share, half, np.abs(adjoint).mean()
    return float((np.array(slopes) < SATURATED).mean()), float(np.median(slopes))


def _died(end: tuple[int, float, float, float, float], given: Any) -> str:
    dead, slope, before, after, trained = end
    same = "the same" if abs(before - after) <= 1e-12 * max(1.0, before) else "another one"
    told = f"{dead} of 16 units {'is' if dead == 1 else 'are'} dead"
    told += f", with gradient {size(slope, 2)}. Without them" if dead else "; with the others alone"
    return (
        f"{told} the loss is {same}, {before:.6f} and {after:.6f}; trained on it "
        f"{changed(trained / after)}."
    )


@measured("dead-units", _died)
def dead_units(*, rate: float = 10.0, steps: int = 60, seed: int = 2) -> Rows:
    """Drive rectifiers dead with too large a rate, prune them, and train on.

    A rectifier whose sum is negative for every example has slope 0 everywhere: no step of
    gradient descent can bring it back. Without such units the network computes the same.
    """
    data = moons(150, seed=seed)
    model = Sequential([Dense(16, "relu", "he"), Dense(1, "sigmoid")], inputs=2)
    run = train(model, data, optimiser="gd", rate=rate, seed=seed, steps=steps, observe=False)
    run.advance(steps - 1)
    next(run)
    w = run.parameters
    active = (data.x @ w["W1"].T + w["b1"] > 0).mean(axis=0)
    slopes = np.linalg.norm(run.gradients["W1"], axis=1)
    yield from zip(range(1, 17), active, slopes, strict=True)
    kept = active > 0
    if not kept.any():
        raise InputError(
            f"every unit is dead after the rate {rate:g}", given=rate, allowed="Take a smaller one."
        )
    pruned = {"W1": w["W1"][kept], "b1": w["b1"][kept], "W2": w["W2"][:, kept], "b2": w["b2"]}
    small = Sequential([Dense(int(kept.sum()), "relu"), Dense(1, "sigmoid")], inputs=2)
    again = train(small, data, optimiser="gd", rate=0.1, start=pruned, steps=300, observe=False)
    after = again.loss()
    again.advance(300)
    return int((~kept).sum()), slopes[~kept].max(initial=0.0), run.loss(), after, again.loss()


def _remembered(ends: Mapping[tuple[str, float], float], given: Any) -> str:
    told = [f"{changed(kept)} with {unit} and w = {size(w)}" for (unit, w), kept in ends.items()]
    return f"From step {given.steps} back to step 1 the adjoint of the input {', '.join(told)}."


@measured("recurrent", _remembered)
def recurrent(unit: str, w: float, *, steps: int = 20) -> Rows:
    """Unroll h ← φ(w h + x) and look how the last state depends on each input.

    ∂h_T/∂x_k is a product of one factor w·φ′ for every step between: it vanishes for small w;
    for large ones it explodes, unless φ saturates (Bengio, Simard and Frasconi 1994).
    """
    if not 1 <= steps <= 200:
        raise InputError(f"{steps} steps", text=str(steps), allowed="Between 1 and 200.")
    names = [f"x{k}" for k in range(steps + 1)]
    applied = "identity" if unit == "linear" else unit
    lines = ["h0 = 0.1 x0"]
    lines += [f"h{k} = {applied}(w h{k - 1} + x{k})" for k in range(1, steps + 1)]
    graph = Graph.parse("\n".join(lines), declared=("w", *names))
    slopes = graph.gradient({"w": w, "x0": 1.0} | dict.fromkeys(names[1:], 0.1))
    sizes = [abs(float(slopes[name])) for name in names[1:]]
    for k, adjoint in enumerate(sizes, start=1):
        yield unit, w, k, adjoint
    return ratio(sizes[0], sizes[-1])

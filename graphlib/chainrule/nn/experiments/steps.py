"""Steps: learning rates, batches, the loss by one weight, valleys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.nn.data import Data, line, moons
from chainrule.nn.descent import Landscape
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.record import Rows, measured
from chainrule.nn.experiments.told import counted, listed, size
from chainrule.nn.layers import Dense
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.sequential import Sequential
from chainrule.nn.training import train


def _best_rate(ends: Mapping[float, float | None], given: Any) -> str:
    """Say which rate ends lowest, and how the smaller and the larger ones end."""
    said = {
        rate: "diverges" if end is None else f"ends at {size(end)}" for rate, end in ends.items()
    }
    alive = {rate: end for rate, end in ends.items() if end is not None}
    if not alive:
        return f"Within {counted(given.steps, 'step')} every rate diverges."
    best = min(alive, key=alive.__getitem__)
    told = [f"the rate {size(best)} has the smallest loss, {size(alive[best])}"]
    for word, others in (
        ("smaller", [rate for rate in ends if rate < best]),
        ("larger", [rate for rate in ends if rate > best]),
    ):
        if others:
            told.append(f"of the {word} rates {listed([f'{size(r)} {said[r]}' for r in others])}")
    return f"After {counted(given.steps, 'step')} {'; '.join(told)}."


@measured("rates", _best_rate)
def rates(rate: float, *, steps: int = 150, seed: int = 0) -> Rows:
    """Train the same network on two moons with several learning rates.

    Where the loss is nearly a parabola of curvature c along some direction, a step of the rate r
    multiplies the distance from its lowest point by 1 − r c: where that is near 1, steps hardly
    come nearer; where it is below −1, they move away.
    """
    model = Sequential([Dense(8, "tanh"), Dense(1, "sigmoid")], inputs=2)
    run = train(model, moons(120, seed=seed), optimiser="gd", rate=rate, steps=steps, seed=seed)
    yield rate, 0, run.loss()
    for record in run:
        yield rate, record.step, run.loss()
    return run.loss()


def _spread(ends: Mapping[int, tuple[float, float]], given: Any) -> str:
    """Say how far batches stray, with which power of their size, and how near to the formula."""
    sizes, measured = list(ends), [found for found, _ in ends.values()]
    lies = f"The gradient of a batch of {sizes[0]} lies {size(measured[0], 2)} gradient lengths"
    told = f"{lies} from the full one"
    if len(sizes) > 1:
        told += f", that of a batch of {sizes[-1]} {size(measured[-1], 2)}"
    some = [(b, found) for b, (found, _) in ends.items() if found > 0]
    near = [abs(found / formula - 1) for found, formula in ends.values() if formula > 0]
    says = f"the spread is that of the formula to {100 * max(near):.0f} %" if near else ""
    if len(some) > 1:
        b, found = np.log(np.transpose(some))
        power = size(float(np.polyfit(b, found, 1)[0]), 2)
        says = f"the spread goes as b to the power {power}, and{says.removeprefix('the spread')}"
    return f"{told}: {says}." if says else f"{told}."


@measured("batches", _spread)
def batches(sizes: Sequence[int] = (1, 4, 16, 64), *, draws: int = 200, seed: int = 0) -> Rows:
    """Look how far the gradient of a batch is from that of all examples, by the batch's size.

    Drawn without replacement from n examples, the mean of b gradients has the variance
    σ²/b · (n − b)/(n − 1).
    """
    data = moons(256, seed=seed)
    model = Sequential([Dense(8, "tanh"), Dense(1, "sigmoid")], inputs=2)
    random = np.random.default_rng(seed)
    n = len(data.x)

    def gradients(rows: np.ndarray) -> np.ndarray:
        # Steps of no length: every batch is looked at from the same weights.
        run = train(model, data, seed=seed, batches=rows, optimiser="sgd", rate=1e-300)
        return np.array([np.concatenate([g.ravel() for g in run.gradients.values()]) for _ in run])

    each = gradients(np.arange(n)[:, None])
    whole = each.mean(axis=0)
    variance = float(((each - whole) ** 2).sum(axis=1).mean())
    norm = float(np.linalg.norm(whole))
    ends = {}
    for b in sizes:
        picked = np.array([random.permutation(n)[:b] for _ in range(draws)])
        apart = gradients(picked) - whole
        measured = float(np.sqrt((apart**2).sum(axis=1).mean())) / norm
        expected = float(np.sqrt(variance / b * (n - b) / (n - 1))) / norm
        yield b, "measured", measured
        yield b, "σ/√b", expected
        ends[b] = measured, expected
    return ends


def _lowest(ends: tuple[int, dict[str, float], float], given: Any) -> str:
    count, lowest, step = ends
    whole, *parts = lowest.values()
    told = f"The loss over all {count} points is lowest at {given.weight} = {whole:.2f}"
    if max(parts) > min(parts):
        low, high = min(parts), max(parts)
        return f"{told}; the {len(parts)} batches have theirs between {low:.2f} and {high:.2f}."
    return f"{told}; so is that of every batch, to {step:.2f}."


@measured("loss-of-a-weight", _lowest)
def loss_of_a_weight(
    formula: str = "y = w x",
    *,
    weight: str = "w",
    low: float = -1.0,
    high: float = 5.0,
    batches: int = 4,
    data: Data | None = None,
    seed: int = 0,
) -> Rows:
    """Look at the loss L(w) of a formula with one weight, over all data and over each batch.

    Every batch has a curve of its own with a lowest point of its own: that is why steps by batches
    waver (Robbins and Monro 1951).

    Parameters
    ----------
    data
        Points (x, t); by default 40 about the line 2x + 1.
    """
    data = data or line(seed=seed)
    order = np.random.default_rng(seed).permutation(len(data.x))
    parts = {"all": order, **{str(k + 1): p for k, p in enumerate(np.array_split(order, batches))}}
    run = train(formula, data, learn={weight: low}, loss="(y - t)^2", steps=1)
    grid = np.linspace(low, high, 121)
    curves = np.empty((len(grid), len(data.x)))
    for at, w in enumerate(grid):
        run.change(**{weight: w})
        y = run.predict({"x": data.x[:, 0]}).reshape(-1)
        curves[at] = (y - data.t.reshape(-1)) ** 2
    lowest: dict[str, float] = {}
    for name, chosen in parts.items():
        mean = curves[:, chosen].mean(axis=1)
        for w, loss in zip(grid, mean, strict=True):
            yield name, w, loss
        lowest[name] = float(grid[int(np.argmin(mean))])
    return len(data.x), lowest, grid[1] - grid[0]


REGION = (-500.0, 500.0)
"""Where a descent counts as one; a path that is a million times as far has left it."""


def descent(
    formula: str | Graph,
    starts: Sequence[Mapping[str, float]],
    optimisers: Sequence[str | Optimiser] = ("gd", "momentum", "adam"),
    *,
    steps: int = 60,
) -> Outcome:
    """Go down a function of one or two variables from several starts.

    Parameters
    ----------
    formula
        Such as "x^4 - 3x^2 + x" or "(1 - x)^2 + 100(y - x^2)^2".
    starts
        Points by name.

    Returns
    -------
    Outcome
        Per optimiser, start and step: the point and the value. A path that leaves the numbers
        ends there.

    Raises
    ------
    InputError
        If the formula has other than one or two variables.
    """
    graph = formula if isinstance(formula, Graph) else Graph.parse(formula)
    names = graph.variables
    if not 1 <= len(names) <= 2:
        raise InputError(
            f"a function of {len(names)} variables",
            given=formula,
            allowed="A descent that can be drawn has one or two.",
        )
    landscape = Landscape(graph, [REGION] * len(names))
    rows: list[tuple[object, ...]] = []
    found: list[tuple[float, str, int]] = []
    for given in optimisers:
        optimiser = Optimiser.of(given)
        for number, start in enumerate(starts, start=1):
            path = landscape.descend([float(start[name]) for name in names], optimiser, steps)
            kept = len(path.values) - (path.ended == "diverged")
            for step in range(kept):
                value = float(path.values[step])
                rows.append((optimiser.name, number, step, *map(float, path.points[step]), value))
            end = float(path.values[kept - 1]) if kept == steps + 1 else np.inf
            found.append((end, optimiser.name, number))
    columns = ("optimiser", "start", "step", *names, "value")
    look = Look("step", "value", "optimiser", facet="start")
    return outcome("Paths of descent", columns, rows, _reached(found), look)


def _reached(ends: Sequence[tuple[float, str, int]], given: Any = None) -> str:
    """Say which path ends lowest, and how many end there."""
    value, name, start = min(ends)
    lost = sum(not np.isfinite(end) for end, _, _ in ends)
    if lost == len(ends):
        return "Every path leaves the numbers."
    near = sum(end - value < 1e-3 for end, _, _ in ends)
    told = (
        f"The lowest value, {size(value, 4)}, is reached by {name} from start {start}; "
        f"{near} of {counted(len(ends), 'path')} {'ends' if near == 1 else 'end'} within 0.001 "
        "of it"
    )
    return (
        f"{told}, {lost} {'leaves' if lost == 1 else 'leave'} the numbers." if lost else told + "."
    )


@measured("valleys", _reached)
def valleys(*, seed: int = 0) -> Rows:
    """Go down a function with two valleys from four starts drawn at random.

    A step knows the slope where it stands and nothing else. Which valley it ends in is decided by
    where it begins, so several starts find what one may miss.
    """
    starts = np.random.default_rng(seed).uniform(-2, 2, 4)
    found = descent("x^4 - 3x^2 + x", [{"x": float(x)} for x in starts], ["gd"], steps=100)
    yield from found.rows
    return [(end["value"], "gd", end["start"]) for end in found.where(step=100)]

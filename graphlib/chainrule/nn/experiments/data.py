"""Data: scaled inputs, a line and its closed form, yes or no with a cut-off and its loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, TrainingError
from chainrule.facade import Graph
from chainrule.nn.data import Data, heart, line
from chainrule.nn.experiments.record import Rows, measured
from chainrule.nn.experiments.told import changed, compared, counted, ratio, size
from chainrule.nn.layers import Dense
from chainrule.nn.scaling import How, Scaling
from chainrule.nn.sequential import Sequential
from chainrule.nn.training import train

LOST, SHOWN = 1e3, 1e6
"""Of the targets' variance: where a loss counts as diverged, and up to where it is shown."""


def _scaled(ends: Mapping[tuple[float, str], float | None], given: Any) -> str:
    """Say of inputs as they are and of scaled ones how many rates diverge, and the best end."""
    told = []
    for how in given.scalings:
        word = {"none": "unscaled", "standard": "scaled"}.get(how, f"scaled by {how}")
        found = [ends[rate, how] for rate in given.rates]
        good = [end for end in found if end is not None and end <= LOST]
        lost, rates = len(found) - len(good), counted(len(found), "learning rate")
        verb = "diverges" if 1 in (lost, len(found)) else "diverge"
        told.append(f"{word}, {lost or 'none'} of {rates} {verb}")
        if good:
            told[-1] += f" and the best ends at {size(min(good), 2)} of the targets' variance"
    words = "; ".join(told)
    return f"{words[0].upper()}{words[1:]}."


@measured("scaling", _scaled)
def scaling_effect(rate: float, how: How, *, steps: int = 200, seed: int = 0) -> Rows:
    """Fit a line through two inputs, one a thousand times larger, with and without scaling.

    The curvature of the loss along a weight grows with the square of its input; a learning
    rate that suits one input is then far too small for the other.
    """
    random = np.random.default_rng(seed)
    x = np.stack([random.uniform(0, 1, 60), random.uniform(0, 1000, 60)], axis=1)
    t = 3 * x[:, :1] + 0.002 * x[:, 1:] + 0.05 * random.standard_normal((60, 1))
    spread = float(t.var())
    model = Sequential([Dense(1)], inputs=2)
    plan = dict[str, Any](optimiser="gd", rate=rate, steps=steps, seed=seed)
    run = train(model, Scaling.of(x, how)(x), t, **plan)
    yield how, rate, 0, run.loss() / spread
    for record in run:
        if run.loss() / spread < SHOWN:
            yield how, rate, record.step, run.loss() / spread
    return run.loss() / spread


def _line(a: float, b: float) -> str:
    return f"y = {a:.4f} x {'−' if b < 0 else '+'} {abs(b):.4f}".replace("-", "−")


def _closed(end: tuple[Any, Sequence[tuple[Any, ...]]], given: Any) -> str:
    closed, rows = end
    (*_, first), (step, a, b, _, last) = rows[0], rows[-1]
    return (
        f"The closed form is {_line(*closed)}. In {counted(step, 'step')} the distance from it "
        f"{changed(ratio(last, first))}: the line is {_line(a, b)}."
    )


@measured("line", _closed)
def line_and_closed_form(*, rate: float = 0.1, steps: int = 100, seed: int = 0) -> Rows:
    """Descend to the line of least squares, and compare with its closed form.

    The loss of a line is a paraboloid; at its foot the gradient is 0, which is a linear system:
    (AᵀA) w = Aᵀt with the columns x and 1 of A.
    """
    data = line(seed=seed)
    design = np.column_stack([data.x[:, 0], np.ones(len(data.x))])
    closed = np.linalg.solve(design.T @ design, design.T @ data.t[:, 0])
    plan = dict[str, Any](loss="(y - t)^2", optimiser="gd", rate=rate, steps=steps)
    run = train("y = a x + b", data, learn={"a": 0.0, "b": 0.0}, **plan)
    rows = []
    for step in range(steps + 1):
        a, b = float(run.parameters["a"]), float(run.parameters["b"])
        rows.append((step, a, b, run.loss(), float(np.hypot(a - closed[0], b - closed[1]))))
        yield rows[-1]
        try:
            next(run, None)
        except TrainingError:
            break
    return closed, rows


def _missed(end: tuple[str, str, Sequence[tuple[Any, ...]]], given: Any) -> str:
    """Say what the cut-off nearest to ½ finds, what the ends miss, and which is the most right."""
    name, yes, rows = end
    cut, found, wrong, missed, *_ = min(rows, key=lambda row: abs(row[0] - 0.5))
    told = (
        f"{name[:1].upper()}{name[1:]}: of {found + missed} held-out examples that are {yes}, the "
        f"cut-off {size(cut)} finds {found} and misses {missed}; {wrong} other"
        f"{' is' if wrong == 1 else 's are'} taken for them."
    )
    low, high = rows[0], rows[-1]
    if len(rows) > 1:
        more = compared(low[3], high[3], "fewer", "more", "as many")
        told += f" At {size(low[0])} {more} are missed ({low[3]}) "
        told += f"{'as' if low[3] == high[3] else 'than'} at {size(high[0])} ({high[3]})."
    best = max(rows, key=lambda row: row[5])
    return f"{told} The highest accuracy, {best[5]:.3f}, is that of {size(best[0])}."


@measured("cut-off", _missed)
def cut_off(
    data: Data | None = None,
    cuts: Sequence[float] = tuple(k / 20 for k in range(1, 20)),
    *,
    seed: int = 0,
) -> Rows:
    """Say yes above a cut-off: logistic regression, and its confusion table at every cut-off.

    Parameters
    ----------
    data
        With two classes; by default the generated heart data.
    """
    data = data or heart(seed=seed)
    if data.task != "yes or no":
        raise InputError(
            f"{data.name} has {len(data.classes) or 'no'} classes",
            allowed="A cut-off parts yes from no: two classes are needed.",
        )
    kept, held = data.split(0.3, seed)
    scaling = Scaling.of(kept.x)
    model = Sequential([Dense(1, "sigmoid")], inputs=kept.x.shape[1])
    plan = dict[str, Any](loss="bce", optimiser="gd", rate=0.5, steps=500, observe=False)
    run = train(model, scaling(kept.x), kept.t, **plan)
    run.advance(500)
    p, yes = run.predict(scaling(held.x))[:, 0], held.t[:, 0] > 0.5
    rows = []
    for cut in cuts:
        said = p > cut
        counts = [int(np.sum(a & b)) for a in (said, ~said) for b in (yes, ~yes)]
        right, wrong, missed, rejected = counts
        accuracy = (right + rejected) / len(p)
        shares = (_share(right, missed), _share(rejected, wrong))
        rows.append((cut, *counts, accuracy, *shares))
    yield from rows
    return data.name, data.classes[1], rows


def _share(part: int, others: int) -> float | None:
    return part / (part + others) if part + others else None


def _slopes(end: Mapping[str, float], given: Any) -> str:
    squared, cross = end.values()
    far = size(-given.most if given.target else given.most)
    return (
        f"At a = {far}, as wrong as can be, the squared error has the slope {size(squared)} and "
        f"the cross-entropy {size(cross, 4)}."
    )


@measured("sigmoid-losses", _slopes)
def sigmoid_losses(most: int = 8, target: int = 1) -> Rows:
    """Look at the slope of two losses by the value a before the sigmoid, from −most to most.

    The squared error has the slope 2(y − t)·y(1 − y), which is 0 where the unit is most wrong;
    the cross-entropy has y − t.
    """
    if target not in (0, 1):
        raise InputError(f"a target of {target}", allowed="A sigmoid is asked for 0 or 1.")
    losses = {
        "squared error": "J = (y - t)^2; y = sigmoid(a)",
        "cross-entropy": "J = -(t ln y + (1 - t) ln(1 - y)); y = sigmoid(a)",
    }
    far: dict[str, float] = {}
    for name, loss in losses.items():
        graph = Graph.parse(loss, declared=("a", "t"))
        for tick in range(-4 * most, 4 * most + 1):
            worked = graph.reverse({"a": f"{tick / 4}", "t": target})
            slope = float(worked["adjoint:a"])
            yield tick / 4, name, float(worked.value), slope
            if tick == (-4 * most if target else 4 * most):
                far[name] = slope
    return far

"""S4: an epoch of training of two small networks, against NumPy written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from report import Bar, Section, milliseconds
from timing import seconds_of

from chainrule import nn

ABOUT = """\
One epoch of stochastic gradient descent, every batch one step; the order of the examples is given.
"By hand" is what a careful person writes in NumPy: every array reused, `out=` everywhere, one
update a parameter. Ours is `Training.advance`. Neither computes the loss. All end with the same
parameters, which is checked before the clock starts. CPU times of an epoch, medians of nine
interleaved runs with the spread; one thread."""

RUNS = 9
RATE = 0.05


@dataclass(frozen=True, slots=True)
class Work:
    """A network, its data and its bar."""

    name: str
    units: tuple[int, ...]
    activation: str
    last: str
    loss: str
    batch: int
    examples: int
    limit: float


WORK = (
    Work("two moons 2-16-16-1 tanh", (2, 16, 16, 1), "tanh", "sigmoid", "bce", 32, 1000, 0.75),
    Work("digits 64-64-10 relu", (64, 64, 10), "relu", "softmax", "ce", 64, 1797, 0.90),
)


def data(work: Work) -> tuple[Any, Any]:
    """Return examples and targets of the right shapes, the same every time."""
    random = np.random.default_rng(4)
    x = random.normal(size=(work.examples, work.units[0]))
    if work.loss == "bce":
        return x, (x[:, :1] * x[:, 1:2] > 0).astype(float)
    return x, np.eye(work.units[-1])[random.integers(0, work.units[-1], work.examples)]


class ByHand:
    """The training of such a network as one writes it who minds every array."""

    def __init__(self, work: Work, start: dict[str, Any], x: Any, t: Any) -> None:
        self.work, self.x, self.t = work, x, t
        depth = len(work.units) - 1
        self.weights = [start[f"W{k + 1}"].copy() for k in range(depth)]
        self.biases = [start[f"b{k + 1}"].copy() for k in range(depth)]
        self.slopes = [np.empty_like(w) for w in self.weights]
        self.falls = [np.empty_like(b) for b in self.biases]
        self.buffers = {
            n: [[np.empty((n, u)) for u in work.units[1:]] for _ in "hds"]
            for n in {work.batch, work.examples % work.batch or work.batch}
        }
        self.columns = {n: np.empty((n, 1)) for n in self.buffers}

    def epoch(self) -> None:
        """Make one step for every batch."""
        for at in range(0, self.work.examples, self.work.batch):
            self.step(self.x[at : at + self.work.batch], self.t[at : at + self.work.batch])

    def step(self, x: Any, t: Any) -> None:
        """Make one step, nothing allocated."""
        n, last = len(x), len(self.weights) - 1
        values, deltas, scratch = self.buffers[n]
        inner = x
        for k, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = values[k]
            np.dot(inner, w.T, out=h)
            h += b
            if k < last:
                if self.work.activation == "tanh":
                    np.tanh(h, out=h)
                else:
                    np.maximum(h, 0, out=h)
            inner = h
        y, d = values[last], deltas[last]
        if self.work.last == "sigmoid":
            np.negative(y, out=y)
            np.exp(y, out=y)
            y += 1
            np.reciprocal(y, out=y)
        else:
            column = self.columns[n]
            np.max(y, axis=1, keepdims=True, out=column)
            y -= column
            np.exp(y, out=y)
            np.sum(y, axis=1, keepdims=True, out=column)
            y /= column
        np.subtract(y, t, out=d)
        d /= n
        for k in range(last, -1, -1):
            d = deltas[k]
            before = values[k - 1] if k else x
            np.dot(d.T, before, out=self.slopes[k])
            np.sum(d, axis=0, out=self.falls[k])
            if k:
                e, s = deltas[k - 1], scratch[k - 1]
                np.dot(d, self.weights[k], out=e)
                if self.work.activation == "tanh":
                    np.multiply(before, before, out=s)
                    np.subtract(1, s, out=s)
                else:
                    np.greater(before, 0, out=s)
                e *= s
        for w, g in zip(self.weights + self.biases, self.slopes + self.falls, strict=True):
            g *= RATE
            w -= g


def prepared(work: Work) -> tuple[ByHand, nn.Training, Callable[[], None]]:
    """Return both ways with the same start, and an epoch of ours."""
    x, t = data(work)
    layers = [nn.Dense(u, work.activation) for u in work.units[1:-1]]
    model = nn.Sequential([*layers, nn.Dense(work.units[-1], work.last)], inputs=work.units[0])
    start = model.parameters(seed=1)
    plan = {"optimiser": nn.Optimiser("sgd", RATE), "batch": work.batch, "shuffle": False}
    run = nn.train(model, x, t, loss=work.loss, start=start, epochs=10_000, **plan)
    return ByHand(work, start, x, t), run, lambda: run.advance(run.per_epoch)


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    rows, bars = [], []
    for work in WORK:
        hand, run, ours = prepared(work)
        hand.epoch()
        ours()
        for k, w in enumerate(hand.weights):
            np.testing.assert_allclose(run.parameters[f"W{k + 1}"], w, rtol=1e-10, atol=1e-12)
        seconds: dict[str, list[float]] = {"by hand": [], "chainrule": []}
        for _ in range(RUNS):
            seconds["by hand"].append(seconds_of(hand.epoch))
            seconds["chainrule"].append(seconds_of(ours))
        ratios = [a / b for a, b in zip(seconds["chainrule"], seconds["by hand"], strict=True)]
        for name, found in seconds.items():
            spread = f"{milliseconds(min(found))} to {milliseconds(max(found))}"
            rows.append((work.name, name, milliseconds(median(found)), spread))
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        rows.append((work.name, "ratio", f"{median(ratios):.2f}", spread))
        bars.append(Bar(f"{work.name}, batch {work.batch}", median(ratios), work.limit))
    head = ("network", "what", "CPU time", "spread")
    return Section("S4: train a small network", ABOUT, head, tuple(rows), tuple(bars))

"""Growth of training: weights to a million, examples to a hundred thousand, layers to 200."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from growth import exponent
from report import Bar, Section, milliseconds

from chainrule import nn

ABOUT = """\
One setting grows, the others stay: weights (two hidden layers of equal width, 256 examples),
examples (10-32-1), layers (of 16 units, 256 examples); batches of 64, plain descent. "Begin" is
from the layers to the run with its compiled graph, "first" the first epoch, "epoch" a later one as
records with all norms. Memory is the most that was held beside the data. CPU times on one thread.
The exponent is the slope of the logarithm of begin + first + epoch against that of the size."""

SIZES = {
    "weights": (10_000, 100_000, 1_000_000),
    "examples": (1_000, 10_000, 100_000),
    "layers": (25, 50, 100, 200),
}
LIMIT = 1.1


def begun(what: str, size: int) -> Callable[[], nn.Training]:
    """Return what begins a run of this size."""
    width, inputs = (round(size**0.5), 32) if what == "weights" else (16, 16)
    layers, examples = (size if what == "layers" else 2), 256
    if what == "examples":
        width, inputs, layers, examples = 32, 10, 1, size
    stack = [nn.Dense(width, "tanh") for _ in range(layers)]
    x = np.random.default_rng(0).normal(size=(examples, inputs))
    t = (x[:, :1] > 0).astype(float)
    plan: dict[str, Any] = {"optimiser": "sgd", "rate": 0.01, "batch": 64, "epochs": 2}

    def begin() -> nn.Training:
        model = nn.Sequential([*stack, nn.Dense(1, "sigmoid")], inputs=inputs)
        return nn.train(model, x, t, loss="bce", **plan)

    return begin


def stages(begin: Callable[[], nn.Training]) -> list[float]:
    """Return the seconds of the beginning and of two epochs."""
    clock = time.process_time
    taken = [clock()]
    run = begin()
    taken.append(clock())
    for _ in range(2):
        for _ in range(run.per_epoch):
            next(run)
        taken.append(clock())
    return [after - before for before, after in pairwise(taken)]


def memory(begin: Callable[[], nn.Training]) -> int:
    """Return the most bytes that a run held."""
    tracemalloc.start()
    begin().run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    rows: list[tuple[str, ...]] = []
    bars = []
    for what, sizes in SIZES.items():
        totals, held = [], []
        for size in sizes:
            begin = begun(what, size)
            stages(begin)
            taken = np.median([stages(begin) for _ in range(max(3, rounds // 5))], axis=0)
            totals.append(float(taken.sum()))
            held.append(float(memory(begin)))
            told = (*map(milliseconds, taken), f"{held[-1] / 1e6:.1f} MB")
            rows.append((f"{size:,} {what}", *told))
        bars.append(Bar(f"exponent of time by {what}", exponent(list(sizes), totals), LIMIT))
        bars.append(Bar(f"exponent of memory by {what}", exponent(list(sizes), held), LIMIT))
    head = ("size", "begin", "first", "epoch", "memory")
    return Section("Growth of training", ABOUT, head, tuple(rows), tuple(bars))

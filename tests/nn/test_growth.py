"""Work and memory of training grow as its size does: counted, never timed."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule import nn
from tests.counted import growth


def begun(examples: int = 64, width: int = 8, layers: int = 1) -> Callable[[], nn.Training]:
    x = np.random.default_rng(0).normal(size=(examples, 8))
    t = (x[:, :1] > 0).astype(float)
    plan: dict[str, Any] = {"optimiser": "adam", "batch": 32, "epochs": 2}

    def begin() -> nn.Training:
        stack = [nn.Dense(width, "tanh") for _ in range(layers)]
        return nn.train(nn.Sequential([*stack, nn.Dense(1, "sigmoid")]), x, t, loss="bce", **plan)

    return begin


@pytest.mark.parametrize(
    ("what", "size", "times", "most"),
    [("layers", 50, 4, 4), ("examples", 2_000, 4, 4), ("width", 16, 8, 1)],
)
def test_the_work_of_a_run_grows_as_its_size(what: str, size: int, times: int, most: float) -> None:
    def work(size: int) -> Callable[[], object]:
        return lambda: begun(**{what: size})().run()

    # Of the width nothing is counted but calls on whole arrays: they are as many.
    assert growth(work, size, times) <= most * 1.1


@pytest.mark.parametrize(
    ("what", "size", "times"), [("layers", 50, 4), ("examples", 4_000, 4), ("width", 300, 3.3)]
)
def test_the_memory_of_a_run_grows_as_its_size(what: str, size: int, times: float) -> None:
    def held(size: int) -> int:
        begin = begun(**{what: size}, layers=2) if what == "width" else begun(**{what: size})
        gc.collect()
        gc.disable()  # when it collects is a matter of what ran before
        tracemalloc.start()
        begin().run()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.enable()
        return most

    held(size)  # what is loaded once
    # Weights are as many as the square of the width. What grows as a square of the size itself
    # would be more than three times the bound.
    factor = times**2 if what == "width" else times
    assert held(round(times * size)) <= 1.25 * factor * held(size)

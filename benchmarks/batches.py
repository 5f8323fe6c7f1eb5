"""S2: value and full gradient over a million points, against NumPy written by hand."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import numpy as np
from by_hand import BY_HAND, NAIVE
from growth import exponent
from report import Bar, Section, milliseconds

from chainrule import Graph
from chainrule.compile.blocks import tangent_pays
from examples import EXAMPLES

ABOUT = """\
Value and every derivative at a million points, `Graph.compile()`. Of E1 to E3 "by hand" is NumPy as
a careful person writes it: shared steps, `out=` everywhere, arrays made beforehand; weights are
numbers, data are arrays. The others are against naive NumPy: one line a quantity, as formulas are
typed, steps shared where one sees them. All give the same numbers, which is checked before the
clock starts. CPU times, medians of interleaved runs, one thread; the spread is that of the paired
ratios. Ours returns new arrays in each call, and uses those again that nobody holds any more."""

POINTS = 1_000_000
RUNS = 9
LIMITS = {"E1": 0.25 if tangent_pays() else 1.05, "E2": 0.55, "E3": 0.60}
GROWTH = (10_000, 100_000, 1_000_000, 10_000_000)


def seconds(run: Callable[[], Any]) -> float:
    """Return the CPU seconds of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def data(names: Mapping[str, str], points: int) -> dict[str, Any]:
    """Return arrays or numbers by name: "n" normal, "u" in (0, 1), "p" above 1/2, "1" a number."""
    generator = np.random.default_rng(5)
    drawn: dict[str, Callable[[], Any]] = {
        "n": lambda: generator.normal(size=points),
        "u": lambda: generator.uniform(0.02, 0.98, points),
        "p": lambda: generator.uniform(0.5, 3, points),
        "1": lambda: float(generator.normal()),
    }
    return {name: drawn[kind]() for name, kind in names.items()}


def compared(text: str, given: dict[str, Any], other: Callable[..., Any]) -> dict[str, list[float]]:
    """Return the CPU seconds of ours and of another's, after a look whether they agree."""
    made = Graph.parse(text).compile()
    value, gradient = made(given)
    arguments = [given[name] for name in made.inputs]
    found = other(*arguments)
    for a, b in zip([value, *gradient.values()], found, strict=True):
        np.testing.assert_allclose(a, np.broadcast_to(b, a.shape), rtol=1e-9, atol=1e-9)
    del value, gradient, found
    taken: dict[str, list[float]] = {"ours": [], "other": []}
    gc.collect()
    for _ in range(RUNS):
        taken["other"].append(seconds(lambda: other(*arguments)))
        taken["ours"].append(seconds(lambda: made(given)))
    return taken


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    rows, bars = [], []
    hand = [(e.name, e.text, *BY_HAND[e.name], LIMITS[e.name]) for e in EXAMPLES]
    naive = [(text, text, kinds, lambda _, f=f: f, 1.0) for text, kinds, f in NAIVE]
    for name, text, kinds, make, limit in (*hand, *naive):
        taken = compared(text, data(kinds, POINTS), make(POINTS))
        ratios = [a / b for a, b in zip(taken["ours"], taken["other"], strict=True)]
        middle = median(ratios)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        times = (milliseconds(median(taken["other"])), milliseconds(median(taken["ours"])))
        rows.append((name, *times, f"{middle:.2f}", spread))
        bars.append(Bar(f"{name} / {'by hand' if name in LIMITS else 'naive'}", middle, limit))
    made, totals = Graph.parse(EXAMPLES[1].text).compile(), []
    for points in GROWTH:
        given = data(BY_HAND["E2"][0], points)
        made(given)
        totals.append(median(seconds(lambda given=given: made(given)) for _ in range(3)))
        rows.append((f"E2, {points:,} points", "", milliseconds(totals[-1]), "", ""))
    bars.append(Bar("E2: exponent of time against points", exponent(list(GROWTH), totals), 1.1))
    head = ("formula", "NumPy", "chainrule", "ratio", "spread")
    return Section("S2: a million points", ABOUT, head, tuple(rows), tuple(bars))

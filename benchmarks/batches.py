"""S2: value and full gradient over a million points, against NumPy written by hand."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import numpy as np
from by_hand import BY_HAND, NAIVE
from growth import exponent
from report import Bar, Section, milliseconds

from chainrule import Graph
from chainrule.compile import jit, points
from chainrule.compile.blocks import tangent_pays
from examples import EXAMPLES

ABOUT = """\
Value and every derivative at a million points, `Graph.compile()`. Of E1 to E3 "by hand" is NumPy as
a careful person writes it: shared steps, `out=` everywhere, arrays made beforehand; weights are
numbers, data are arrays. The others are against naive NumPy: one line a quantity, as formulas are
typed, steps shared where one sees them. All give the same numbers, which is checked before the
clock starts. CPU times, medians of interleaved runs, one thread; the spread is that of the paired
ratios. Ours returns new arrays in each call, and uses those again that nobody holds any more.
"Numba" is the same call where numba is installed, once the formula is compiled; "–" where it is
left to NumPy."""

POINTS = 1_000_000
RUNS = 9
LIMITS = {"E1": 0.25 if tangent_pays() else 1.05, "E2": 0.55, "E3": 0.60}
WITH_NUMBA = {"E1": 0.10, "E2": 0.28, "E3": 0.28}
MANY = points.MANY
GROWTH = (10_000, 100_000, 1_000_000, 10_000_000)


def seconds(run: Callable[[], Any]) -> float:
    """Return the CPU seconds of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def data(names: Mapping[str, str], size: int) -> dict[str, Any]:
    """Return arrays or numbers by name: "n" normal, "u" in (0, 1), "p" above 1/2, "1" a number."""
    generator = np.random.default_rng(5)
    drawn: dict[str, Callable[[], Any]] = {
        "n": lambda: generator.normal(size=size),
        "u": lambda: generator.uniform(0.02, 0.98, size),
        "p": lambda: generator.uniform(0.5, 3, size),
        "1": lambda: float(generator.normal()),
    }
    return {name: drawn[kind]() for name, kind in names.items()}


def compared(text: str, given: dict[str, Any], other: Callable[..., Any]) -> dict[str, list[float]]:
    """Return the CPU seconds of another's and of ours by way, after a look whether they agree."""
    made = Graph.parse(text).compile()
    arguments = [given[name] for name in made.inputs]

    def ours(most: int) -> Any:
        points.MANY = most  # from so many points on numba is used
        return made(given)

    ways: dict[str, Callable[[], Any]] = {
        "other": lambda: other(*arguments),
        "numpy": lambda: ours(sys.maxsize),
        "numba": lambda: ours(0),
    }
    value, gradient = ways["numpy"]()
    found = ways["other"]()
    for a, b in zip([value, *gradient.values()], found, strict=True):
        np.testing.assert_allclose(a, np.broadcast_to(b, a.shape), rtol=1e-9, atol=1e-9)
    if jit.is_there() and points.loop(made._gradient, [np.ndim(x) > 0 for x in arguments], 8192):
        fast, slopes = ways["numba"]()
        for a, b in zip([fast, *slopes.values()], [value, *gradient.values()], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
        del fast, slopes
    else:
        del ways["numba"]
    del value, gradient, found, a, b
    taken: dict[str, list[float]] = {way: [] for way in ways}
    gc.collect()
    for _ in range(RUNS):
        for way, run in ways.items():
            taken[way].append(seconds(run))
    points.MANY = MANY
    return taken


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    rows, bars = [], []
    hand = [(e.name, e.text, *BY_HAND[e.name], LIMITS[e.name]) for e in EXAMPLES]
    naive = [(text, text, kinds, lambda _, f=f: f, 1.0) for text, kinds, f in NAIVE]
    for name, text, kinds, make, limit in (*hand, *naive):
        taken = compared(text, data(kinds, POINTS), make(POINTS))
        row = [name, milliseconds(median(taken["other"]))]
        for way, bar in (("numpy", limit), ("numba", WITH_NUMBA.get(name, limit))):
            if way not in taken:
                row += ["–", "", ""]
                continue
            ratios = [a / b for a, b in zip(taken[way], taken["other"], strict=True)]
            middle, spread = median(ratios), f"{min(ratios):.2f} to {max(ratios):.2f}"
            row += [milliseconds(median(taken[way])), f"{middle:.2f}", spread]
            against = f"{name} / {'by hand' if name in LIMITS else 'naive'}"
            bars.append(Bar(against + (", numba" if way == "numba" else ""), middle, bar))
        rows.append(tuple(row))
    points.MANY = sys.maxsize
    made, totals = Graph.parse(EXAMPLES[1].text).compile(), []
    for size in GROWTH:
        given = data(BY_HAND["E2"][0], size)
        made(given)
        totals.append(median(seconds(lambda given=given: made(given)) for _ in range(3)))
        rows.append((f"E2, {size:,} points", "", milliseconds(totals[-1]), *[""] * 5))
    points.MANY = MANY
    bars.append(Bar("E2: exponent of time against points", exponent(list(GROWTH), totals), 1.1))
    head = ("formula", "by hand", "chainrule", "ratio", "spread", "numba", "ratio", "spread")
    return Section("S2: a million points", ABOUT, head, tuple(rows), tuple(bars))

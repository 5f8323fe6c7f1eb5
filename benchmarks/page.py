"""S1b: what the library does between the last key and the painted page."""

from __future__ import annotations

import statistics
import time

from report import Bar, Section, milliseconds

from chainrule import Graph
from chainrule.drawing.player import payload
from chainrule.readings.hints import hints
from chainrule.readings.latex import latex
from examples import EXAMPLES, Example

ABOUT = """\
All that the library does when a key was typed on the page Explore: reading, both passes with
every number checked, the table, the told steps, the hints, and the drawing laid out by Graphviz in
its warm worker process. At a new point each time, so that nothing comes from a cache. The bar holds
the CPU time of the library's process; wall-clock time, which includes waiting for Graphviz, is
that of one user only where the machine is idle (its load stands at the end). Streamlit and the
browser come on top."""

LIMIT = 15.0


def page(example: Example, x: float) -> int:
    """Return how many steps the page would play."""
    graph = Graph.parse(example.text)
    worked = graph.work(example.point | {next(iter(example.point)): x})
    data = payload(worked.view, layouts=("wide",))
    latex(worked.view.reading(worked.run.output))
    hints(worked.view)
    return len(data)


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    rows, bars = [], []
    for example in EXAMPLES:
        page(example, 0.5)
        cpu, wall = [], []
        for turn in range(2 * rounds):
            started = time.process_time(), time.perf_counter()
            page(example, 0.5 + turn / 64)
            cpu.append(time.process_time() - started[0])
            wall.append(time.perf_counter() - started[1])
        medians = statistics.median(cpu), statistics.median(wall)
        zoom = Graph.parse(example.text).usual_zoom
        rows.append((f"{example.name}, {example.title}", zoom, *map(milliseconds, medians)))
        bars.append(Bar(f"{example.name}: CPU time", medians[0] * 1e3, LIMIT, " ms"))
    head = ("example", "zoom", "CPU time", "wall clock")
    return Section("S1b: the library's part of the page", ABOUT, head, tuple(rows), tuple(bars))

"""S3: graphs of a million numbers: building, value and gradient, memory, growth."""

from __future__ import annotations

import gc
import importlib.util
import math
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import casadi
import ddx
import numpy as np
from growth import exponent
from report import Bar, Section

from chainrule.compile.machine import Machine
from chainrule.graph.builder import Builder
from chainrule.graph.wengert import WengertList

ABOUT = """\
Graphs of sums, differences, products, sines and tangents over 16 inputs, written step by step from
Python, equal steps once. "Deep": each step uses the one before, and slopes stay near 1, so that no
adjoint dies out on the way. "Wide": operands are drawn among all nodes before, and all that is not
used is summed up in pairs. Times are CPU times a node, medians of interleaved runs; ddx-ad and
CasADi build the same (CasADi does not make equal steps one). "First" is the whole way from the
finished list to the first gradient, in double precision; "again" is value and gradient once more,
without and with numba (whose loop is compiled before). CasADi's is its compiled function, called
through its buffers. Memory is what the process grew by, a node: small graphs fit in what it had."""

SIZES = (1_000, 10_000, 100_000, 1_000_000)
KINDS = ("add", "mul", "sin", "sub", "tanh")
RUNS = 3
LIMITS = {"deep": (20.0, 1.0), "wide": (6.0, 0.7)}
Plan = list[tuple[str, int, int]]


def plan(nodes: int, shape: str) -> Plan:
    """Return the steps: an operation and the numbers of two operands."""
    generator = random.Random(2)
    if shape == "deep":
        # The first eight inputs are next to 1 and are factors, the others next to 0.
        kinds = [generator.choice(KINDS) for _ in range(nodes)]
        return [
            (kind, 15 + i, generator.randrange(8) + 8 * (kind != "mul"))
            for i, kind in enumerate(kinds)
        ]
    count = nodes // 2
    steps = [
        (generator.choice(KINDS), generator.randrange(16 + i), generator.randrange(16 + i))
        for i in range(count)
    ]
    used = {at for kind, *ats in steps for at in ats[: 1 if kind in ("sin", "tanh") else 2]}
    left = [at for at in range(16, 16 + count) if at not in used]
    while len(left) > 1:
        made = 16 + len(steps)
        steps += [("add", a, b) for a, b in zip(left[::2], left[1::2], strict=False)]
        left = [*range(made, 16 + len(steps)), *left[len(left) // 2 * 2 :]]
    return steps


POINT = [1 + (-1) ** i * 1e-7 * i for i in range(8)] + [1e-6 * (i - 3.5) for i in range(8)]


def written(steps: Plan, inputs: Sequence[Any], maths: Any) -> Any:
    """Return the last node, written by anything that has operators and functions."""
    nodes = list(inputs)
    for kind, i, j in steps:
        if kind == "add":
            nodes.append(nodes[i] + nodes[j])
        elif kind == "mul":
            nodes.append(nodes[i] * nodes[j])
        elif kind == "sub":
            nodes.append(nodes[i] - nodes[j])
        else:
            nodes.append(getattr(maths, kind)(nodes[i]))
    return nodes[-1]


def ours(steps: Plan) -> WengertList:
    """Return the graph."""
    builder = Builder()
    inputs = [builder.input(f"x{i}") for i in range(16)]
    return builder.finish([written(steps, inputs, builder.maths)])


def by_ddx(steps: Plan) -> None:
    """Build the graph with ddx-ad."""
    ddx.equation(lambda: written(steps, [ddx.var(f"x{i}") for i in range(16)], ddx))


def by_casadi(steps: Plan) -> tuple[Any, Any]:
    """Return CasADi's inputs and output."""
    inputs = [casadi.SX.sym(f"x{i}") for i in range(16)]
    return casadi.vertcat(*inputs), written(steps, inputs, casadi)


def casadi_run(x: Any, y: Any) -> tuple[Callable[[], None], Any]:
    """Return the call of CasADi's compiled value and gradient, and where the gradient goes."""
    function = casadi.Function("f", [x], [y, casadi.gradient(y, x)])
    buffer, evaluate = function.buffer()
    given, value, slopes = np.array(POINT), np.zeros(1), np.zeros(16)
    buffer.set_arg(0, memoryview(given))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(slopes))
    return lambda kept=(function, buffer, given, value): evaluate(), slopes


def seconds(run: Callable[[], Any]) -> float:
    """Return the CPU seconds of one run."""
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def grown(make: Callable[[], Any]) -> tuple[Any, int]:
    """Return what is made, and by how many bytes the process grew."""
    gc.collect()
    before = _resident()
    made = make()
    return made, _resident() - before


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    rows, bars = [], []
    fast = importlib.util.find_spec("numba") is not None
    for shape in ("deep", "wide"):
        totals = []
        for size in SIZES:
            steps = plan(size, shape)
            graph, memory = grown(lambda steps=steps: ours(steps))
            point = dict(zip(graph.inputs, POINT, strict=True))
            x, y = by_casadi(steps)
            peer, slopes = casadi_run(x, y)
            plain = Machine(graph, graph.outputs[0])
            quick = Machine(graph, graph.outputs[0], fast=True)
            peer()
            for machine in (plain, quick):
                _, found = machine.value_and_grad(point)
                np.testing.assert_allclose(list(found.values()), slopes, rtol=1e-8, atol=1e-12)
            work: dict[str, Callable[[], Any]] = {
                "build": lambda steps=steps: ours(steps),
                "ddx": lambda steps=steps: by_ddx(steps),
                "casadi": lambda steps=steps: by_casadi(steps),
                "first": lambda g=graph, p=point: Machine(g, g.outputs[0]).value_and_grad(p),
                "again": lambda m=plain, p=point: m.value_and_grad(p),
                "fast": lambda m=quick, p=point: m.value_and_grad(p),
                "peer": peer,
            }
            taken: dict[str, list[float]] = {name: [] for name in work}
            for _ in range(RUNS):
                for name, run in work.items():
                    taken[name].append(seconds(run))
            each = {name: median(found) / len(graph) * 1e6 for name, found in taken.items()}
            totals.append((each["build"] + each["first"]) * len(graph))
            columns = ("build", "ddx", "casadi", "first", "again", "fast", "peer")
            cells = [f"{each[name]:.3g} µs" if name != "fast" or fast else "" for name in columns]
            rows.append((f"{shape}, {size:,}", *cells, f"{memory / len(graph):.0f} B"))
        default, with_numba = LIMITS[shape]
        bars += [
            Bar(f"{shape}: build / ddx-ad", each["build"] / each["ddx"], 1.0),
            Bar(f"{shape}: build / CasADi", each["build"] / each["casadi"], 0.1),
            Bar(f"{shape}: bytes a node", memory / len(graph), 250),
            Bar(f"{shape}: first gradient, a node", each["first"], 5.0, " µs"),
            Bar(f"{shape}: again / CasADi", each["again"] / each["peer"], default),
            Bar(f"{shape}: exponent of build and first", exponent(list(SIZES), totals), 1.1),
        ]
        if fast:
            bars.append(Bar(f"{shape}: numba / CasADi", each["fast"] / each["peer"], with_numba))
    assert all(map(math.isfinite, (bar.found for bar in bars)))
    head = (
        "graph",
        "build",
        "ddx-ad",
        "CasADi",
        "first",
        "again",
        "numba",
        "CasADi runs",
        "memory",
    )
    return Section("S3: very large graphs of numbers", ABOUT, head, tuple(rows), tuple(bars))

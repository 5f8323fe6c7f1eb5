#!/usr/bin/env python3
"""Measure speed against other libraries: python3 run.py bench [options] [measurements].

usage: python3 run.py bench [--rounds N] [--write] [explore] [page] [growth] [start] [networks]
                           [training] [batches] [large] [sheets]

Prints every measurement and its bars; `--write` also writes docs/speed.md (only of all
measurements together). The exit code is 1 if a bar is missed.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from report import Section, markdown

PAGE = Path(__file__).resolve().parent.parent / "docs" / "speed.md"
MEASUREMENTS = (
    "explore",
    "page",
    "growth",
    "start",
    "networks",
    "training",
    "batches",
    "large",
    "sheets",
)
LIBRARIES = ("sympy", "casadi", "ddx-ad", "numba", "mpmath", "numpy", "networkx")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ROUNDS = 15


def machine() -> str:
    """Return what was measured on, and with which versions."""
    model = platform.processor() or platform.machine()
    lines = Path("/proc/cpuinfo")
    if lines.is_file():
        names = [line for line in lines.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{model}, {cores}; Python {platform.python_version()}, {libraries}."


def document(sections: list[Section]) -> str:
    """Return the page that is written to docs/speed.md."""
    return "\n\n".join([HEAD + machine(), *map(markdown, sections)]) + "\n"


HEAD = """\
# Speed

Written by `python3 run.py bench --write`. Times differ from machine to machine and from hour to
hour; read the ratios, which were measured in one interleaved run.

"""


def main(words: list[str]) -> int:
    """Run the measurements that are named, or all; return an exit code."""
    rounds, write, wanted = ROUNDS, False, []
    pending = iter(words)
    for word in pending:
        if word == "--write":
            write = True
        elif word == "--rounds":
            number = next(pending, "")
            if not number.isdecimal() or not int(number):
                return refuse(f"--rounds {number}: allowed is a whole number from 1")
            rounds = int(number)
        elif word in MEASUREMENTS:
            wanted.append(word)
        else:
            return refuse(f"unknown word {word!r}; allowed: {', '.join(MEASUREMENTS)}")
    if write and wanted:
        return refuse("--write needs all measurements: name none")
    # Before a measurement loads NumPy: one thread for everybody.
    os.environ.update(dict.fromkeys(THREADS, "1"))
    sections: list[Section] = []
    for name in wanted or MEASUREMENTS:
        measure: Callable[[int], Section] = import_module(name).measure
        sections.append(measure(rounds))
        print(markdown(sections[-1]), end="\n\n", flush=True)
    print(machine())
    if write:
        PAGE.write_text(document(sections), encoding="utf-8")
    missed = [bar.name for section in sections for bar in section.bars if not bar.holds]
    print(f"missed: {'; '.join(missed)}" if missed else "every bar is met")
    return 1 if missed else 0


def refuse(message: str) -> int:
    """Say what is wrong with the options and return the exit code for that."""
    print(f"benchmarks: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

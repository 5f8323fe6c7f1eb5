"""S5: sheets with keys for a class, generation, verification and PDF included."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from pathlib import Path

from growth import exponent
from report import Bar, Section

from chainrule.exercises.class_run import Student, local_executor, run_class
from chainrule.exercises.recipe import Recipe

ABOUT = """\
`chainrule sheet --roster`: individual PDF sheets with their keys as PDF and JSON, six questions,
one figure and 40 cells or more each, drawn, verified by a second reading, typeset and put into one
ZIP, by two worker processes. CPU time is that of all processes; the memory is the largest sum
of what they held."""

CLASSES = (125, 250, 500, 1_000)
SECONDS, GROWTH, MEMORY = 60.0, 1.1, 1024.0
RECIPE = """\
title = "Both modes by hand"
seed = 17
[[part]]
level = 4
kinds = ["draw", "values", "partials", "adjoints", "tangents", "count"]
"""


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    recipe = Recipe.read(RECIPE)
    rows, wall, memory = [], [], 0.0
    for count in CLASSES:
        students = tuple(Student(n, f"S{n}", "", f"S{n}") for n in range(1, count + 1))
        with tempfile.TemporaryDirectory() as folder, Watch() as watch:
            begin, used = time.perf_counter(), _cpu()
            with local_executor(2) as executor:
                run_class(recipe, students, Path(folder) / "class.zip", executor=executor)
            seconds, cpu = time.perf_counter() - begin, _cpu() - used
            size = (Path(folder) / "class.zip").stat().st_size / 1e6
        wall.append(seconds)
        memory = max(memory, watch.most)
        rows.append(
            (
                f"{count:,}",
                f"{seconds:.1f} s",
                f"{cpu:.1f} s",
                f"{watch.most:.0f} MiB",
                f"{size:.1f} MB",
            )
        )
    bars = (
        Bar("1,000 sheets with keys", wall[-1], SECONDS, " s"),
        Bar("exponent of time against students", exponent(list(CLASSES), wall), GROWTH),
        Bar("memory of all processes", memory, MEMORY, " MiB"),
    )
    head = ("students", "time", "CPU time", "memory", "ZIP")
    return Section("S5: sheets for a class", ABOUT, head, tuple(rows), bars)


def _cpu() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


class Watch:
    """Watches the memory of this process and its children (Linux)."""

    def __init__(self) -> None:
        self.most = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self.most = max(self.most, sum(map(_resident, _family())))


def _family() -> list[int]:
    """Return this process and all that it and its children have started."""
    found = [os.getpid()]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, task.read_text().split())
    return found


def _resident(process: int) -> float:
    """Return the resident memory of a process in MiB, 0 where it is gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

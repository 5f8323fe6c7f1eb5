"""How time is measured: medians of CPU time over interleaved rounds."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

BATCH = 0.02


def interleaved(work: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median CPU seconds of each piece of work, one of each per round.

    A slow moment of the machine so hits everybody alike. A round repeats each piece for about
    `BATCH` seconds, so that the clock's resolution does not matter; caches are warm for all.

    Parameters
    ----------
    work
        What is measured, by name.
    rounds
        How often each is run.
    """
    repeats: dict[str, int] = {}
    for name, run in work.items():
        run()
        repeats[name] = max(1, round(BATCH / max(1e-6, _seconds(run, 1))))
    taken: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            taken[name].append(_seconds(run, repeats[name]))
    return {name: statistics.median(times) for name, times in taken.items()}


def seconds_of(run: Callable[[], Any]) -> float:
    """Return the CPU seconds of one run, as the mean of as many as the clock needs."""
    return _seconds(run, max(1, round(BATCH / max(1e-6, _seconds(run, 1)))))


def _seconds(run: Callable[[], Any], repeats: int) -> float:
    """Return the CPU seconds of one run, as the mean of several."""
    gc.collect()
    start = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - start) / repeats


def processes(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """Return the median CPU seconds of fresh processes, one of each per round.

    Parameters
    ----------
    commands
        What is run, by name; each must succeed.
    rounds
        How often each is run, after once to fill the disk's cache.
    """
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            seconds = _process(command)
            if turn:
                taken[name].append(seconds)
    return {name: statistics.median(times) for name, times in taken.items()}


def _process(command: Sequence[str]) -> float:
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise subprocess.CalledProcessError(started.returncode, command)
    return used.ru_utime + used.ru_stime

"""Promise 4: 500 MiB, always, for one request; and a thousand bombs leave nothing behind."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises.inputs import bomb
from tests.promises.worst import WORST

ROOT = Path(__file__).parents[2]
MIB = 500
BOMBS = 60
GROWTH = 1.10

# Reads texts as JSON, answers them under a limit of memory, and writes how much was needed.
CHILD = f"""
import json, re, resource, sys
from tests.promises.answers import tried
tried("sin(x)^2 + lgamma(x)", {{}})
resource.setrlimit(resource.RLIMIT_AS, ({2 * MIB} << 20,) * 2)
page = resource.getpagesize()
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * page / 2**20
half, found = None, []
for line in sys.stdin:
    texts = json.loads(line)
    for text in texts:
        tried(text, {{}})
    found.append(resident())
# Not ru_maxrss: that of a new process begins with what its maker held.
most = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps([most, *found]))
"""


def needed(*rounds: list[str], timeout: float = 300) -> list[float]:
    """Return the most memory that was needed, and what is held after each round, in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'graphlib'}{os.pathsep}{ROOT}"},
        input="\n".join(map(json.dumps, rounds)),
        stdout=subprocess.PIPE,
        text=True,
        timeout=timeout,
        check=True,
    )
    return [float(x) for x in json.loads(done.stdout)]


@pytest.fixture
def worst_of_today(sample_seed: int) -> list[str]:
    return random.Random(sample_seed).sample(list(WORST.values()), 3)


def test_the_worst_inputs_stay_within_the_memory(worst_of_today: list[str]) -> None:
    assert needed(worst_of_today)[0] <= MIB


def test_bombs_leave_nothing_behind(sample_seed: int) -> None:
    draw = random.Random(sample_seed)
    bombs = [bomb(draw)[:30_000] for _ in range(BOMBS)]
    first, second, third = (bombs[: BOMBS // 2], bombs[BOMBS // 2 :], bombs[: BOMBS // 2])
    most, _, before, after = needed(first, second, third)
    assert most <= MIB
    assert after <= before * GROWTH

"""Worker processes: late, crashing and greedy tasks harm nobody else."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chainrule import workers
from chainrule.errors import OutsideTimeout
from chainrule.workers import Queue, WorkerCrash, WorkerFailure, Workers, WorkersBusy

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def one() -> Iterator[Workers]:
    pool = Workers(size=1)
    yield pool
    pool.close()


def gone(process: int, seconds: float = 60.0) -> bool:
    """Wait until a process is no more (or is only waiting to be buried)."""
    for _ in range(int(seconds * 50)):
        try:
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_a_function_runs_elsewhere(one: Workers) -> None:
    assert one.call(math.factorial, 20, timeout=10) == 2432902008176640000
    assert one.call("os:getpid", timeout=10) != os.getpid()
    assert workers.call("operator:add", 1, 2, timeout=10) == 3


def test_the_worker_is_kept(one: Workers) -> None:
    assert one.call("os:getpid", timeout=10) == one.call("os:getpid", timeout=10)


def test_large_arguments_and_results(one: Workers) -> None:
    text = "∂" * 3_000_000
    assert one.call("operator:add", text, "x", timeout=10) == text + "x"


def test_a_late_task_is_stopped_and_its_worker_replaced(one: Workers) -> None:
    first = one.call("os:getpid", timeout=10)
    with pytest.raises(OutsideTimeout, match=r"the nap was stopped; allowed: 0\.3 s"):
        one.call(time.sleep, 30, timeout=0.3, what="the nap")
    assert gone(first)
    assert one.call("os:getpid", timeout=10) != first


def test_a_crash_is_told_and_the_worker_replaced(one: Workers) -> None:
    with pytest.raises(WorkerCrash, match="exit code 3"):
        one.call("os:_exit", 3, timeout=10)
    with pytest.raises(WorkerCrash):
        one.call("os:abort", timeout=10)
    assert one.call("operator:add", 1, 2, timeout=10) == 3


def test_an_idle_worker_that_was_killed_is_replaced(one: Workers) -> None:
    first = one.call("os:getpid", timeout=10)
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    assert one.call("os:getpid", timeout=10) != first


def test_an_exception_comes_back_as_text(one: Workers) -> None:
    with pytest.raises(WorkerFailure) as caught:
        one.call(math.sqrt, -1, timeout=10, what="the root")
    assert caught.value.kind == "ValueError"
    assert str(caught.value) == f"the root failed: {caught.value.text}"
    assert "Traceback" in caught.value.details
    assert "Traceback" not in str(caught.value)


def test_what_cannot_travel_is_refused(one: Workers) -> None:
    with pytest.raises(WorkerFailure, match="pickle"):
        one.call("threading:Lock", timeout=10)
    with pytest.raises(TypeError, match="allowed: a function at the top level"):
        one.call(lambda: 1, timeout=10)
    with pytest.raises(ValueError, match="allowed: a positive number"):
        one.call("os:getpid", timeout=0)
    assert one.call("operator:add", 1, 2, timeout=10) == 3


def test_memory_is_limited(one: Workers) -> None:
    with pytest.raises(WorkerFailure, match="more memory") as caught:
        one.call("builtins:bytearray", 2 * workers.MEMORY, timeout=10)
    assert caught.value.kind == "MemoryError"
    assert len(one.call("builtins:bytearray", 1000, timeout=10)) == 1000


def test_a_task_that_finds_its_worker_full_gets_a_new_one(one: Workers) -> None:
    import resource

    crowded = one.call("os:getpid", timeout=10)
    one.call("resource:setrlimit", resource.RLIMIT_AS, (300 << 20, 300 << 20), timeout=10)
    assert len(one.call("builtins:bytearray", 400 << 20, timeout=30)) == 400 << 20
    assert one.call("os:getpid", timeout=10) != crowded


def test_what_a_library_prints_does_not_reach_the_reply(one: Workers) -> None:
    assert one.call("builtins:print", "printed by a worker", timeout=10) is None
    assert one.call("os:write", 1, b"by C\n", timeout=10) == 5
    assert one.call("os:read", 0, 10, timeout=10) == b""


def test_a_worker_that_needs_a_worker_does_it_itself(one: Workers) -> None:
    made = one.call("chainrule.typesetting:typeset", "#set document(title: [a])\nb", timeout=60)
    assert made.startswith(b"%PDF")
    # It has no child of its own: none is needed, since the worker has its limits already.
    own = one.call("os:getpid", timeout=30)
    assert Path(f"/proc/{own}/task/{own}/children").read_text().split() == []
    with pytest.raises(WorkerFailure, match="refused"):
        one.call("chainrule.typesetting:typeset", "#nothing()", timeout=60)


def test_four_threads_share_two_workers() -> None:
    pool = Workers(size=2)
    with ThreadPoolExecutor(4) as threads:
        sums = list(threads.map(lambda n: pool.call("operator:add", n, n, timeout=30), range(80)))
        processes = set(threads.map(lambda n: pool.call("os:getpid", timeout=30), range(40)))
    pool.close()
    assert sums == [2 * n for n in range(80)]
    assert 1 <= len(processes) <= 2


def test_those_who_wait_behind_a_late_task_are_served(one: Workers) -> None:
    with ThreadPoolExecutor(4) as threads:
        late = threads.submit(one.call, "time:sleep", 30, timeout=0.5)
        others = [threads.submit(one.call, "operator:neg", n, timeout=30) for n in range(3)]
        assert [other.result() for other in others] == [0, -1, -2]
        assert isinstance(late.exception(), OutsideTimeout)


def test_who_waits_too_long_is_told(one: Workers) -> None:
    with ThreadPoolExecutor(1) as threads:
        sleeper = threads.submit(one.call, "time:sleep", 1, timeout=10)
        time.sleep(0.3)
        with pytest.raises(WorkersBusy, match=r"within 0\.1 s; allowed at once: 1"):
            one.call("os:getpid", timeout=10, wait=0.1)
        assert sleeper.result() is None


def test_other_threads_go_on_while_a_worker_works(one: Workers) -> None:
    one.call("os:getpid", timeout=10)
    beats = 0
    done = threading.Event()

    def beat() -> None:
        nonlocal beats
        while not done.wait(0.01):
            beats += 1

    heart = threading.Thread(target=beat)
    heart.start()
    one.call("time:sleep", 0.5, timeout=10)
    done.set()
    heart.join()
    assert beats > 10


def test_preparation_and_environment() -> None:
    pool = Workers(environment={"CHAINRULE_TEST": "½"}, prepare="gc:disable")
    assert pool.call("os:getenv", "CHAINRULE_TEST", timeout=10) == "½"
    assert pool.call("gc:isenabled", timeout=10) is False
    pool.close()
    with pytest.raises(WorkerFailure, match="start of a worker"):
        Workers(prepare="no_such_module:f").call("os:getpid", timeout=10)


def test_closing_ends_the_workers_and_a_call_starts_new_ones(one: Workers) -> None:
    first = one.call("os:getpid", timeout=10)
    one.close()
    assert gone(first)
    assert one.call("os:getpid", timeout=10) != first


# A script without `if __name__ == "__main__"`: spawned by multiprocessing it would run again.
SCRIPT = """
import os, sys, time, threading
from chainrule import workers
print("once", flush=True)
print(workers.call("os:getpid", timeout=30), flush=True)
"""


def script(rest: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT + rest],
        env=os.environ | {"PYTHONPATH": str(ROOT / "graphlib")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_script_without_a_guard_runs_once_and_its_worker_ends_with_it() -> None:
    output, errors = script("").communicate(timeout=60)
    lines = output.splitlines()
    assert (lines[0], len(lines), errors) == ("once", 2, "")
    assert gone(int(lines[1]))


@pytest.mark.parametrize(
    "task",
    [
        "",
        "late = lambda: workers.call('time:sleep', 99, timeout=0.5)\n"
        "threading.Thread(target=late).start()",
    ],
)
def test_workers_end_when_their_owner_is_killed(task: str) -> None:
    owner = script(f"{task}\ntime.sleep(99)")
    assert owner.stdout and owner.stderr
    assert owner.stdout.readline() == "once\n"
    worker = int(owner.stdout.readline())
    time.sleep(0.2)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    owner.stderr.close()
    assert gone(worker)


def test_a_forked_process_has_workers_of_its_own() -> None:
    # From 3.12 on Python warns of any fork beside threads.
    rest = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
child = os.fork()
if child == 0:
    print(workers.call("os:getpid", timeout=30), flush=True)
    sys.exit(0)
os.waitpid(child, 0)
print(workers.call("os:getpid", timeout=30), flush=True)
"""
    output, errors = script(rest).communicate(timeout=60)
    assert errors == ""
    _, before, in_child, after = output.splitlines()
    assert before == after != in_child


def test_places_go_to_who_waits_longest() -> None:
    line = Queue(1)
    assert line.enter(0)
    served: list[int] = []
    arrived = [threading.Event() for _ in range(6)]

    def wait(number: int) -> None:
        arrived[number].set()
        assert line.enter(60)
        served.append(number)
        line.leave()

    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        arrived[number].wait(60)
        while len(line._waiting) <= number:
            time.sleep(0.001)
    line.leave()
    for thread in threads:
        thread.join(60)
    assert served == list(range(6))
    assert line.enter(0) and not line.enter(0.01)


def test_a_started_pool_has_another_ready_for_one_that_is_lost() -> None:
    pool = Workers(size=1)
    pool.start()
    try:
        first = pool.call("os:getpid", timeout=30)
        ready = {worker._process.pid for worker in pool._idle}
        assert first in ready and len(ready) == 2
        with pytest.raises(OutsideTimeout):
            pool.call(time.sleep, 30, timeout=0.2)
        assert pool.call("os:getpid", timeout=30) in ready - {first}
    finally:
        pool.close()
        while pool._adding:
            time.sleep(0.01)


def test_a_nested_worker_has_workers_of_its_own() -> None:
    pool = Workers(size=1, nested=True)
    try:
        inside, outside = pool.call("tests.test_workers:_processes", timeout=60)
    finally:
        pool.close()
    assert inside != outside


def _processes() -> tuple[int, int]:
    return os.getpid(), workers.call("os:getpid", timeout=30)

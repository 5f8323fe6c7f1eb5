"""One function at many settings, on any executor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from queue import Queue
from typing import Any, Protocol

import numpy as np

from chainrule.nn.experiments.outcome import Look, Outcome, outcome


class Executor(Protocol):
    """What `concurrent.futures`, Dask's client and Ray's adapter all offer."""

    def submit(self, function: Callable[..., Any], /) -> Any:
        """Begin a call and return a future with `result()`."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A setting and what came of it; `problem` says why nothing did."""

    setting: Mapping[str, Any]
    result: Any = None
    problem: str = ""


def settings(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return every combination of a grid, the last name running fastest.

    >>> settings({"rate": [0.1, 1], "width": [4]})
    [{'rate': 0.1, 'width': 4}, {'rate': 1, 'width': 4}]
    """
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def sweep(
    function: Callable[..., Any],
    grid: Mapping[str, Sequence[Any]],
    *,
    executor: Executor | None = None,
    watch: Callable[[Trial], object] | None = None,
) -> tuple[Trial, ...]:
    """Call a function at every setting of a grid.

    >>> [trial.result for trial in sweep(pow, {"base": [2, 3], "exp": [2]})]
    [4, 9]

    Parameters
    ----------
    function
        Called with the names of the grid. With an executor of processes it is a function of a
        module, since others cannot be sent there.
    executor
        Anything with `submit`: a pool of threads or processes, a Dask client. None for here
        and now.
    watch
        Sees each trial as it is done.

    A setting at which anything goes wrong, also with its worker, is a trial with its problem; the
    others go on. Trials are returned in the order of the grid.
    """
    # A call without arguments: an executor may have keywords of its own (workers, retries, …).
    calls = [(setting, partial(function, **setting)) for setting in settings(grid)]
    found: dict[int, Trial] = {}
    if executor is None:
        done: Iterator[tuple[int, Callable[[], Any]]] = enumerate(call for _, call in calls)
    else:
        done = _as_completed([executor.submit(call) for _, call in calls])
    for at, result in done:
        setting = calls[at][0]
        try:
            found[at] = Trial(setting, result())
        except Exception as problem:
            found[at] = Trial(setting, problem=str(problem) or type(problem).__name__)
        if watch is not None:
            watch(found[at])
    return tuple(found[at] for at in range(len(calls)))


def _as_completed(futures: Sequence[Any]) -> Iterator[tuple[int, Callable[[], Any]]]:
    """Yield futures as they are done; in their order where they do not say when."""
    if not all(hasattr(future, "add_done_callback") for future in futures):
        yield from ((at, future.result) for at, future in enumerate(futures))
        return
    done: Queue[int] = Queue()
    for at, future in enumerate(futures):
        future.add_done_callback(lambda _, at=at: done.put(at))
    for _ in futures:
        at = done.get()
        yield at, futures[at].result


def averaged(trials: Sequence[Trial], over: str = "seed") -> Outcome:
    """Return trials whose results are numbers by name as mean ± population deviation over a name.

    >>> trials = [Trial({"rate": 0.1, "seed": s}, {"loss": float(s)}) for s in (1, 3)]
    >>> averaged(trials).rows
    ((0.1, 2, 0, 2.0, 1.0),)

    Returns
    -------
    Outcome
        Per other setting: how many trials gave numbers and how many failed, and of each number
        the mean and the deviation.
    """
    groups: dict[tuple[Any, ...], list[Trial]] = {}
    for trial in trials:
        key = tuple(value for name, value in trial.setting.items() if name != over)
        groups.setdefault(key, []).append(trial)
    names = [name for name in trials[0].setting if name != over] if trials else []
    numbers = list(
        dict.fromkeys(
            name
            for trial in trials
            for name, value in (trial.result or {}).items()
            if isinstance(value, float)
        )
    )
    rows: list[tuple[object, ...]] = []
    for key, members in groups.items():
        good = [trial.result for trial in members if not trial.problem]
        told: list[float | None] = []
        for name in numbers:
            values = [float(result[name]) for result in good if name in result]
            told += [float(np.mean(values)), float(np.std(values))] if values else [None, None]
        rows.append((*key, len(good), len(members) - len(good), *told))
    spread = [column for name in numbers for column in (name, f"{name} ±")]
    columns = (*names, "trials", "failed", *spread)
    failed = sum(bool(trial.problem) for trial in trials)
    finding = f"{len(trials)} trials, {failed or 'none'} of them failed."
    look = Look(names[0] if names else "trials", numbers[0] if numbers else "failed", kind="point")
    return outcome(f"Means over {over}", columns, rows, finding, look)

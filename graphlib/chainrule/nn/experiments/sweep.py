"""One function at many settings, on any executor, and an experiment at several seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from inspect import signature
from itertools import product
from queue import Queue
from typing import Any, Protocol

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.experiments.chart import TIME
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.record import EXPERIMENTS, Experiment, experiment
from chainrule.nn.experiments.told import counted, size


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
            with np.errstate(invalid="ignore"):  # about an infinite mean there is no deviation
                told += [float(np.mean(values)), float(np.std(values))] if values else [None, None]
        rows.append((*key, len(good), len(members) - len(good), *told))
    spread = [column for name in numbers for column in (name, f"{name} ±")]
    columns = (*names, "trials", "failed", *spread)
    failed = sum(bool(trial.problem) for trial in trials)
    finding = f"{len(trials)} trials, {failed or 'none'} of them failed."
    look = Look(names[0] if names else "trials", numbers[0] if numbers else "failed", kind="point")
    return outcome(f"Means over {over}", columns, rows, finding, look)


def can_vary(it: Experiment) -> bool:
    """Return whether an experiment draws its lines at random."""
    return it.look.kind == "line" and "seed" in signature(it.run).parameters


def over_seeds(
    name: str,
    seeds: Sequence[int] = range(10),
    *,
    executor: Executor | None = None,
    watch: Callable[[Trial], object] | None = None,
    **given: Any,
) -> Outcome:
    """Run an experiment at several seeds and return the mean with its deviation.

    >>> over_seeds("line", range(3), steps=2).columns
    ('step', 'trials', 'failed', 'a', 'a ±', 'b', 'b ±', 'loss', 'loss ±', 'distance', 'distance ±')

    Parameters
    ----------
    executor, watch
        As of `sweep`.

    Raises
    ------
    InputError
        If nothing in it is drawn at random, or it fails at every seed.
    """
    if name in EXPERIMENTS and not can_vary(EXPERIMENTS[name]):
        lines = "The mean is drawn where lines are, and where something is drawn at random."
        raise InputError(f"{name} has no mean over seeds", text=name, allowed=lines)
    run = partial(experiment, name, **given)
    trials = sweep(run, {"seed": list(seeds)}, executor=executor, watch=watch)
    found = {t.setting["seed"]: t.result for t in trials if not t.problem}
    if not found:
        problem = trials[0].problem if trials else "there is no seed"
        raise InputError(problem, allowed="Give other arguments, and one seed or more.")
    return mean_of(found)


def mean_of(found: Mapping[int, Outcome]) -> Outcome:
    """Return outcomes of one experiment, by seed, as their mean ± population deviation."""
    first = next(iter(found.values()))
    look = first.look
    lines = [name for name in (look.rows, look.facet, look.colour) if name]
    keys = [n for n in first.columns if n in (look.x, *lines) or first.type_of(n) == "nominal"]
    trials = [
        Trial(
            {**{name: row[name] for name in keys}, "seed": seed},
            {n: float(x) for n, x in row.items() if n not in keys and x is not None},
        )
        for seed, one in found.items()
        for row in one.where()
    ]
    mean = averaged(trials)
    seeds = counted(len(found), "seed")
    told = _extremes(replace(mean, look=look), look.best or look.y, lines)
    title = f"{first.title}: mean of {seeds}, with a band of one deviation"
    # A reason that was computed is one of a seed; one that is told of all seeds stays.
    why = first.why if {one.why for one in found.values()} == {first.why} else ""
    return replace(mean, title=title, look=look, finding=f"Over {seeds} {told}", why=why)


def _extremes(mean: Outcome, y: str, lines: Sequence[str]) -> str:
    """Say where the mean of a column ends lowest and highest."""
    x = mean.look.x
    ends = [row for row in mean.ends().where() if row[y] is not None and math.isfinite(row[y])]
    if not ends:
        return f"no {y} is a number."
    if x in TIME and not lines:
        ends = ends[-1:]
    low, high = (pick(ends, key=lambda row: row[y]) for pick in (min, max))

    def said(row: Mapping[str, Any]) -> str:
        place = ", ".join(str(row[name]) for name in lines)
        at = f"at {x} {size(row[x])}" if isinstance(row[x], int | float) else f"at {row[x]}"
        value = f"{size(row[y])} ± {size(row[f'{y} ±'], 2)}"
        return f"{value} {at}" + (f" ({place})" if place else "")

    if low[y] == high[y]:
        return f"the mean {y} is {said(low)}."
    end = "at the end " if x in TIME else ""
    return f"the mean {y} is lowest {end}with {said(low)}, highest with {said(high)}."

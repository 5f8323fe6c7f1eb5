"""An experiment at several seeds: the mean of what it gives, with its deviation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from inspect import signature
from typing import Any

from chainrule.errors import InputError
from chainrule.nn.experiments.chart import TIME
from chainrule.nn.experiments.outcome import Outcome
from chainrule.nn.experiments.record import EXPERIMENTS, Experiment, experiment
from chainrule.nn.experiments.sweep import Executor, Trial, averaged, sweep
from chainrule.nn.experiments.told import counted, size


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

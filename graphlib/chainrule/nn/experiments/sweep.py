"""One function at many settings, on any executor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol


class Executor(Protocol):
    """What `concurrent.futures`, Dask's client and Ray's adapter all offer."""

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
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
        Sees each trial as it is done, in the order of the grid.

    A setting at which the function refuses or diverges is a trial with its problem; the others
    go on.
    """
    from chainrule.errors import ChainruleError

    trials: list[Trial] = []
    chosen = settings(grid)
    begun = [executor.submit(function, **s) for s in chosen] if executor is not None else None
    for at, setting in enumerate(chosen):
        try:
            result = function(**setting) if begun is None else begun[at].result()
            trial = Trial(setting, result)
        except ChainruleError as problem:
            trial = Trial(setting, problem=str(problem))
        trials.append(trial)
        if watch is not None:
            watch(trial)
    return tuple(trials)

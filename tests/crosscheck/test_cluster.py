"""A sweep on Dask: its client and its executor are taken as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import distributed
import pytest

from chainrule.nn import experiments

GRID = {"scheme": ["zeros", "xavier"], "steps": [5, 20]}

# Dask's own, when its processes stop.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def client() -> Iterator[distributed.Client]:
    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.parametrize("kind", ["client", "executor"])
def test_a_sweep_on_a_cluster(client: distributed.Client, kind: str) -> None:
    executor = client if kind == "client" else client.get_executor()
    trials = experiments.sweep(experiments.symmetry, GRID, executor=executor)
    here = experiments.sweep(experiments.symmetry, GRID)
    assert [trial.setting for trial in trials] == [trial.setting for trial in here]
    for trial, expected in zip(trials, here, strict=True):
        assert trial.result.rows == expected.result.rows


def trial(rate: float, seed: int, workers: int = 1) -> dict[str, float]:
    """Give numbers; at rate 3 kill the worker, at rate 2 refuse."""
    if rate == 3:
        os._exit(1)
    if rate == 2:
        raise ZeroDivisionError("division by zero")
    return {"loss": rate + seed * workers}


def test_a_cluster_that_loses_a_worker_loses_no_trial(client: distributed.Client) -> None:
    """Three workers, one killed on the way, one setting that raises, a name that Dask has too."""
    grid: dict[str, list[Any]] = {"rate": [0.5, 2.0, 1.0, 3.0], "seed": [0, 1], "workers": [7]}
    seen: list[experiments.Trial] = []
    trials = experiments.sweep(trial, grid, executor=client, watch=seen.append)
    assert [t.setting["rate"] for t in trials] == [r for r in grid["rate"] for _ in "ab"]
    assert len(seen) == 8
    found = {(t.setting["rate"], t.setting["seed"]): t for t in trials}
    for rate in (0.5, 1.0):
        for seed in (0, 1):
            assert found[rate, seed].result == {"loss": rate + 7 * seed}
    for seed in (0, 1):
        assert found[2.0, seed].problem == "division by zero"
        assert found[3.0, seed].problem and found[3.0, seed].result is None
    rows = experiments.averaged(trials).where(rate=0.5)
    assert (rows[0]["loss"], rows[0]["loss ±"], rows[0]["failed"]) == (4.0, 3.5, 0)
    assert experiments.averaged(trials).where(rate=3.0)[0]["failed"] == 2

"""A sweep on Dask: its client and its executor are taken as they are."""

from __future__ import annotations

from collections.abc import Iterator

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
            n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None
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

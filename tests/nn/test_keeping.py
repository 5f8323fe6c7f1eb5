"""A run that is saved and loaded, in one call, in words, and over many settings."""

from __future__ import annotations

import concurrent.futures
import json
import os
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule import nn
from chainrule.errors import FileError
from chainrule.nn import experiments
from chainrule.nn.data import moons

DATA = moons(50, seed=2)
MODEL = nn.Sequential([nn.Dense(5, "tanh"), nn.Dropout(0.2), nn.Dense(1, "sigmoid")], inputs=2)


def begun(optimiser: str = "adam", model: nn.Sequential = MODEL, count: int = 50) -> nn.Training:
    return nn.train(
        model,
        DATA.x[:count],
        DATA.t[:count],
        loss="bce",
        optimiser=optimiser,
        batch=8,
        epochs=12,
        validation=DATA,
        patience=30,
    )


@pytest.mark.parametrize("optimiser", list(nn.METHODS))
def test_a_loaded_run_makes_the_steps_of_the_one_that_was_saved(
    tmp_path: Path, optimiser: str
) -> None:
    file = tmp_path / "run.npz"
    first, second = begun(optimiser), begun(optimiser)
    for _ in range(17):
        next(first)
    first.save(file)
    second.load(file)
    assert second.step == 17
    assert [record.loss for record in second] == [record.loss for record in first]
    assert second.epochs == first.epochs and len(first.epochs) == 12
    for name, w in first.parameters.items():
        np.testing.assert_array_equal(second.parameters[name], w)


def test_the_file_is_arrays_and_text_alone(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    run = begun()
    next(run)
    run.save(file)
    with np.load(file, allow_pickle=False) as kept:
        assert kept["parameter.W1"].shape == (5, 2)
        assert json.loads(str(kept["state"]))["step"] == 1
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    run = begun()
    next(run)
    run.save(file)
    before = run.parameters["W1"]
    wide = nn.Sequential([nn.Dense(6, "tanh"), nn.Dense(1, "sigmoid")], inputs=2)
    others = {
        "by adam, this one goes by sgd": begun("sgd"),
        "does not fit": begun(model=wide),
        "50 examples": begun(count=40),
    }
    for words, other in others.items():
        with pytest.raises(FileError) as caught:
            other.load(file)
        assert words in str(caught.value)
    whole = file.read_bytes()
    for content in (b"", b"no zip", whole[: len(whole) // 2], whole[:-30]):
        file.write_bytes(content)
        with pytest.raises(FileError, match="no run"):
            run.load(file)
    with zipfile.ZipFile(file, "w") as members:
        members.writestr("state.npy", b"\x93NUMPY pickled")
    with pytest.raises(FileError, match="no run"):
        run.load(file)
    np.testing.assert_array_equal(run.parameters["W1"], before)


def test_fit_trains_to_the_end_and_compile_says_the_way() -> None:
    model = nn.Sequential([nn.Dense(8, "relu"), nn.Dense(1, "sigmoid")], inputs=2)
    with pytest.raises(AttributeError, match=r"fit\(x, t, loss="):
        model.compile(optimizer="adam", loss="binary_crossentropy")
    run = model.fit(
        DATA.x,
        DATA.t,
        loss="binary_crossentropy",
        optimizer="adam",
        lr=0.05,
        batch_size=10,
        epochs=40,
        validation_data=(DATA.x, DATA.t),
    )
    assert run.step == 200 and run.accuracy() > 0.85
    assert list(run.history.columns) == [
        "epoch",
        "loss",
        "accuracy",
        "held_out_loss",
        "held_out_accuracy",
    ]
    rows = model.summary().csv().splitlines()
    assert rows[1] == 'Dense,8,"W1: 8×2, b1: 8",24' and rows[-1] == "all,,,33"


# Over many settings


def loss(rate: float, seed: int, workers: int = 1) -> dict[str, float]:
    if workers == 3:
        raise ZeroDivisionError("division by zero")
    return {"loss": rate + seed * workers}


def killed(rate: float) -> float:
    if rate == 2:
        os._exit(1)
    return rate


class Keen:
    """An executor with keywords of its own, as Dask's client has."""

    def __init__(self) -> None:
        self.pool = concurrent.futures.ThreadPoolExecutor(2)

    def submit(self, function: Any, /, *given: Any, workers: Any = None, **named: Any) -> Any:
        assert workers is None and not named
        return self.pool.submit(function, *given)


def test_settings_never_reach_the_executor_and_every_failure_is_a_row() -> None:
    grid = {"rate": [2.0, 0.1], "seed": [1], "workers": [1, 3]}
    executor, seen = Keen(), list[experiments.Trial]()
    trials = experiments.sweep(loss, grid, executor=executor, watch=seen.append)
    executor.pool.shutdown()
    assert [t.setting["rate"] for t in trials] == [2.0, 2.0, 0.1, 0.1]
    assert [t.result and t.result["loss"] for t in trials] == [3.0, None, 1.1, None]
    assert trials[1].problem == trials[3].problem == "division by zero"
    assert {id(t) for t in seen} == {id(t) for t in trials}


def test_a_killed_worker_loses_no_finished_trial() -> None:
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        trials = experiments.sweep(killed, {"rate": [1.0, 2.0, 3.0]}, executor=pool)
    assert trials[0].result == 1.0 and trials[0].problem == ""
    assert trials[1].problem and trials[1].result is None


def test_trials_come_as_they_are_done() -> None:
    gate = threading.Event()

    def waiting(rate: float) -> float:
        """The first setting waits until the second was seen."""
        return rate if rate < 1 or gate.wait(60) else -1.0

    seen: list[float] = []

    def watch(trial: experiments.Trial) -> None:
        seen.append(trial.result)
        gate.set()

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        experiments.sweep(waiting, {"rate": [2.0, 0.1]}, executor=pool, watch=watch)
    assert seen == [0.1, 2.0]


def test_means_and_deviations_over_seeds() -> None:
    trials = experiments.sweep(loss, {"rate": [0.5, 1.0], "seed": [0, 1, 5], "workers": [1, 3]})
    outcome = experiments.averaged(trials)
    good = outcome.where(rate=0.5, workers=1)[0]
    assert (good["trials"], good["failed"]) == (3, 0)
    assert good["loss"] == pytest.approx(np.mean([0.5, 1.5, 5.5]))
    assert good["loss ±"] == pytest.approx(np.std([0.5, 1.5, 5.5]))
    bad = outcome.where(rate=0.5, workers=3)[0]
    assert (bad["trials"], bad["failed"], bad["loss"]) == (0, 3, None)
    assert outcome.finding == "12 trials, 6 of them failed."
    assert "none of them failed" in experiments.averaged(trials[::2]).finding

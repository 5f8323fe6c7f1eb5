from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.conftest import Answer


def test_train_learns_two_moons_and_saves_its_parameters(answer: Answer, tmp_path: Path) -> None:
    file = tmp_path / "moons.npz"
    code, out, _ = answer("train", "moons", "--epochs", "30", "--json", "-o", str(file))
    records = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and len(records) == 30
    assert records[-1]["loss"] < records[0]["loss"] / 3
    assert records[-1]["held_out_accuracy"] > 0.9
    with np.load(file) as saved:
        assert saved["W1"].shape == (16, 2) and saved["input_shift"].shape == (2,)


def test_train_reads_a_table_of_ones_own(answer: Answer, tmp_path: Path) -> None:
    rows = [f"{x},{'high' if x > 4 else 'low'},{2 * x + 1}" for x in range(12)]
    file = tmp_path / "own.csv"
    file.write_text("x,level,y\n" + "\n".join(rows) + "\n")
    code, out, _ = answer(
        "train",
        str(file),
        "--layers",
        "",
        "--epochs",
        "900",
        "--optimiser",
        "adam",
        "--rate",
        "0.3",
        "--held",
        "0",
        "--json",
    )
    assert code == 0 and json.loads(out.splitlines()[-1])["loss"] < 1e-3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("train", "mooons"), "no data set or file `mooons`; did you mean `moons`?"),
        (("train", "moons", "--layers", "16-x"), "`x` is no width"),
        (("train", "moons", "--activation", "tahn"), "no activation `tahn`"),
        (
            ("train", "moons", "--optimiser", "gd", "--rate", "1e9", "--activation", "relu"),
            "has grown from",
        ),
        (("train", "moons", "--held", "1"), "held out"),
        (("sweep", "moons", "--try", "rate=a"), "`a` is no value of rate"),
        (("sweep", "moons", "--try", "speed=1"), "Choices are"),
    ],
)
def test_bad_input_is_told_with_exit_code_2(
    answer: Answer, words: tuple[str, ...], told: str
) -> None:
    code, _, err = answer(*words)
    assert code == 2 and told in err
    assert "Traceback" not in err


def test_a_formula_is_trained(answer: Answer) -> None:
    from chainrule.nn.data import line

    words = (
        "train",
        "line",
        "--formula",
        "y = a x + b",
        "--learn",
        "a b",
        "--held",
        "0",
        "--optimiser",
        "gd",
        "--batch",
        "0",
        "--rate",
        "0.1",
        "--epochs",
        "400",
    )
    code, out, _ = answer(*words, "--loss", "(y - t)^2")
    data = line()
    slope, shift = np.polyfit(data.x[:, 0], data.t[:, 0], 1)
    told = out.splitlines()[0].partition("a = ")[2].split(", b = ")
    assert code == 0 and [float(word) for word in told] == pytest.approx([slope, shift], rel=1e-3)
    assert "It explains" in out
    code, out, _ = answer(*words[:-4], "--epochs", "3", "--loss", "(y - t)^2", "--table", "2")
    assert code == 0 and "Backward table: adjoints of J" in out and "y = a·x + b" in out
    code, _, err = answer(*words, "--table", "41")
    assert code == 2 and "Examples are 1 to 40" in err


def test_numbers_are_told_in_their_own_unit(answer: Answer, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    rows = [f"{size},{1000 * size + 50_000}" for size in range(40, 140, 4)]
    file.write_text("size (m2),price\n" + "\n".join(rows) + "\n")
    words = ("train", str(file), "--layers", "", "--rate", "0.1", "--epochs", "300", "--json")
    code, out, _ = answer(*words)
    last = json.loads(out.splitlines()[-1])
    assert code == 0 and last["held_out_r2"] > 0.999 and last["held_out_rmse"] < 300
    # The weight that seed 2 draws points down, and one step of this rate does not turn it.
    code, out, _ = answer(*words[:5], "1e-9", "--epochs", "1", "--seed", "2")
    assert code == 0 and "Worse than the mean" in out


def test_gaps_in_a_table_are_left_out_on_request(answer: Answer, tmp_path: Path) -> None:
    file = tmp_path / "gaps.csv"
    rows = [f"{k},{k % 7},{'NA' if k == 3 else k * 2}" for k in range(1, 21)]
    file.write_text('"",a b,y\n' + "\n".join(rows) + "\n")
    code, _, err = answer("train", str(file), "--epochs", "2")
    assert code == 2 and "row 4, column 3" in err and "--missing drop" in err
    code, out, _ = answer("train", str(file), "--epochs", "2", "--missing", "drop")
    assert code == 0 and "1 of 20 rows have a missing value and are left out." in out


def test_a_ragged_table_names_its_row(answer: Answer, tmp_path: Path) -> None:
    file = tmp_path / "ragged.csv"
    file.write_text("a,b\n1,2\n3\n")
    code, _, err = answer("train", str(file))
    assert code == 2 and "row 3" in err


def test_sweep_tries_every_combination(answer: Answer) -> None:
    words = ("sweep", "moons", "--try", "rate=0.001,0.1", "--try", "activation=tanh,relu")
    code, out, _ = answer(*words, "--epochs", "3", "--json")
    trials = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(t["rate"], t["activation"]) for t in trials] == [
        (0.001, "tanh"),
        (0.001, "relu"),
        (0.1, "tanh"),
        (0.1, "relu"),
    ]
    assert all(t["loss"] > 0 for t in trials)


def test_compile_writes_a_module_that_runs(answer: Answer, tmp_path: Path) -> None:
    file = tmp_path / "made.py"
    code, _, _ = answer("compile", "x^2 sin y", "-o", str(file))
    namespace: dict[str, Any] = {}
    exec(file.read_text(), namespace)
    value, by_x, by_y = namespace["value_and_grad"](3.0, 0.5)
    assert code == 0
    assert value == pytest.approx(9 * np.sin(0.5)) and by_x == pytest.approx(6 * np.sin(0.5))
    assert by_y == pytest.approx(9 * np.cos(0.5))


def test_data_are_drawn_as_is_said_and_refused_where_they_are_not(answer: Answer) -> None:
    drawn = ("--points", "40", "--noise", "0", "--drawn", "5")
    choices = ("--layers", "", "--features", "x1^2 + x2^2", "--epochs", "60", "--rate", "0.3")
    code, out, _ = answer("train", "circles", *drawn, *choices)
    # Without noise the rings lie at the radii 0.4 and 1: one number parts them.
    assert code == 0 and "30 examples learned from, network 1-1" in out and "accuracy: 1\n" in out
    code, _, err = answer("train", "heart", "--noise", "1")
    assert code == 2 and "heart is drawn without noise" in err
    code, _, err = answer("train", "circles", "--features", "x1^2, z")
    assert code == 2 and "The columns are x1, x2" in err

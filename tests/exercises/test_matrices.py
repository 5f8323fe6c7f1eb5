"""Vectors and matrices: keys by NumPy and by paper, shapes as people write them, follow-through."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import chainrule
from chainrule.errors import InputError, PointError
from chainrule.exercises.checking import check
from chainrule.exercises.levels import LEVELS
from chainrule.exercises.sheet import Task
from tests.exercises.test_points import carried_on

LAYER = "W: 2x3; x: 3; b: 2; y: 2; a = W @ x + b; e = a - y; L = sum(e^2)"
AT = {
    "W": "[[0.8, -2, 0.5], [0.3, 1.5, -1.2]]",
    "x": "[0.4, 1.2, -0.6]",
    "b": "[0.7, -0.3]",
    "y": "[-0.5, 1.5]",
}


def task_of(level: int | str, seed: int = 3, **more: object) -> Task:
    return chainrule.sheet(level, kinds=["matrices"], seed=seed, **more).tasks[0]  # type: ignore[arg-type]


def by_numpy(task: Task) -> dict[str, np.ndarray]:
    """The layers as lectures write them, with their gradients in matrices."""
    v = {name: np.array(json.loads(value)) for name, value in task.point.items()}
    names = set(v)
    if "W1" in names:
        h = np.tanh(v["W1"] @ v["x"] + v["b1"])
        z = v["W2"] @ h + v["b2"]
        p = np.exp(z) / np.exp(z).sum()
        dz = p - v["t"]
        da = (v["W2"].T @ dz) * (1 - h**2)
        return {
            "p": p,
            "h": h,
            "L": -(v["t"] * np.log(p)).sum(),
            "z@": dz,
            "b2@": dz,
            "W2@": np.outer(dz, h),
            "a@": da,
            "b1@": da,
            "W1@": np.outer(da, v["x"]),
        }
    if "X" in names:
        a = v["X"] @ v["W"] + v["b"]
        h, slope = (np.tanh(a), 1 - np.tanh(a) ** 2) if "tanh" in task.program else (a, 1.0)
        e = h - v["Y"]
        da = 2 * e * slope / (e.size if "mean" in task.program else 1)
        loss = (e**2).mean() if "mean" in task.program else (e**2).sum()
        return {
            "A": a,
            "E": e,
            "L": loss,
            "A@": da,
            "W@": v["X"].T @ da,
            "b@": da.sum(axis=0),
            "X@": da @ v["W"].T,
        }
    a = v["W"] @ v["x"] + v["b"]
    if "t" in names:
        p = np.exp(a) / np.exp(a).sum()
        da, found = p - v["t"], {"p": p, "L": -(v["t"] * np.log(p)).sum()}
    else:
        h, slope = (np.tanh(a), 1 - np.tanh(a) ** 2) if "tanh" in task.program else (a, 1.0)
        da, found = 2 * (h - v["y"]) * slope, {"e": h - v["y"], "L": ((h - v["y"]) ** 2).sum()}
    return found | {"a": a, "a@": da, "b@": da, "W@": np.outer(da, v["x"]), "x@": v["W"].T @ da}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", [1, 2])
def test_keys_are_those_of_the_matrix_formulas(level: int, seed: int) -> None:
    task = task_of(level, seed)
    compared = 0
    for name, wanted in by_numpy(task).items():
        kind, base = ("adjoint", name[:-1]) if "@" in name else ("value", name)
        shape = task.answers.get(f"shape:{base}@L" if "@" in name else f"shape:{base}")
        entry = re.compile(rf"{kind}:{base}_?\d*")
        found = [float(a.exact) for cell, a in task.answers.items() if entry.fullmatch(cell)]
        if name == "X@" and "X" not in task.settings["parameters"].split():
            continue
        assert found == pytest.approx(np.ravel(wanted).tolist(), rel=1e-9), name
        if np.shape(wanted):
            assert shape is not None and shape.exact == "×".join(map(str, np.shape(wanted))), name
        compared += len(found)
    assert compared > 10


def test_a_layer_by_hand() -> None:
    """W x = (0.32 − 2.4 − 0.3, 0.12 + 1.8 + 0.72), a = (−1.68, 2.34) and e = (−1.18, 0.84)."""
    task = task_of(LAYER, at=AT)
    exact = {cell: answer.exact for cell, answer in task.answers.items()}
    assert [exact[f"value:{cell}"] for cell in ("a1", "a2", "e1", "e2")] == [
        "-1.68",
        "2.34",
        "-1.18",
        "0.84",
    ]
    assert float(exact["value:L"]) == pytest.approx(1.3924 + 0.7056, rel=1e-12)
    assert float(exact["adjoint:W13"]) == pytest.approx(-2.36 * -0.6, rel=1e-12)
    assert float(exact["adjoint:x2"]) == pytest.approx(-2 * -2.36 + 1.5 * 1.68, rel=1e-12)
    assert exact["shape:W@L"] == "2×3" and exact["shape:b@L"] == "2" and "shape:L" not in exact


@pytest.mark.parametrize("written", ["2×3", "2x3", "2 x 3", "(2, 3)", "[2,3]", "2 by 3"])
def test_shapes_are_read_as_people_write_them(written: str) -> None:
    task = task_of(LAYER, at=AT)
    assert check(task, {"shape:W@L": written}).cells["shape:W@L"] == "right"
    assert check(task, {"shape:W@L": "3×2"}).cells["shape:W@L"] == "wrong"
    assert check(task, {"shape:b@L": "(2,)"}).cells["shape:b@L"] == "right"
    assert check(task, {"shape:b@L": "2×1"}).cells["shape:b@L"] == "wrong"


def test_what_follows_from_a_wrong_entry_is_credited() -> None:
    task = task_of(LAYER, at=AT)
    checked = check(task, carried_on(task, "adjoint:e1", -1.0))
    after = {cell for cell, verdict in checked.cells.items() if verdict == "follows"}
    assert after == {
        "adjoint:a1",
        "adjoint:b1",
        "adjoint:x1",
        "adjoint:x2",
        "adjoint:x3",
        "adjoint:W11",
        "adjoint:W12",
        "adjoint:W13",
        "adjoint:y1",
    }
    assert 0.8 * task.points <= checked.total < task.points


def test_mistakes_with_whole_arrays_have_names() -> None:
    """W = [[0.8, −2], [0.3, 1.5]] and x = (0.4, 1.2): W x = (−2.08, 1.92), Wᵀ x = (0.68, 1)."""
    program = "W: 2x2; x: 2; b: 2; y: 2; a = W @ x + b; e = a - y; L = sum(e^2)"
    point = AT | {"W": "[[0.8, -2], [0.3, 1.5]]", "x": "[0.4, 1.2]"}
    task = task_of(program, at=point)
    v = {name: np.array(json.loads(value)) for name, value in point.items()}
    above = 2 * (v["W"] @ v["x"] + v["b"] - v["y"])
    for array, wrong, name in (
        ("value:a", v["W"].T @ v["x"] + v["b"], "transposed-product"),
        ("value:a", v["W"].diagonal() * v["x"] + v["b"], "element-wise-product"),
        ("value:a", v["W"] @ v["x"], "forgotten-bias"),
        ("adjoint:x", v["W"] @ above, "transposed-product"),
        ("adjoint:W", np.outer(v["x"], above), "transposed-product"),
    ):
        cells = [cell for cell in task.answers if re.fullmatch(rf"{array}\d+", cell)]
        for cell, number in zip(cells, np.ravel(wrong), strict=True):
            if number == pytest.approx(float(task.answers[cell].exact)):
                continue  # the entries on the diagonal of an outer product
            found = check(task, {cell: f"{number:.4f}"})
            assert name in found.reports[""].misconceptions[cell], (cell, name)


def test_a_sum_over_the_wrong_axis_has_a_name() -> None:
    task = task_of(4)
    v = {name: np.array(json.loads(value)) for name, value in task.point.items()}
    above = (v["X"] @ v["W"] + v["b"] - v["Y"]) * 2 / v["Y"].size
    for i in (1, 2):
        found = check(task, {f"adjoint:b{i}": f"{above[i - 1].sum():.5g}"}).reports[""]
        assert "wrong-axis" in found.misconceptions[f"adjoint:b{i}"]
        entry = (v["X"] @ v["W"])[0, i - 1]
        found = check(task, {f"value:A1{i}": f"{entry:.5g}"}).reports[""]
        assert "forgotten-bias" in found.misconceptions[f"value:A1{i}"]


def test_numbers_at_random_have_no_name_in_matrices() -> None:
    rng, named, tried = np.random.default_rng(9), 0, 0
    for level in LEVELS:
        task = task_of(level, 1)
        for cell, answer in task.answers.items():
            if answer.kind == "number":
                number = float(answer.exact) * rng.uniform(0.3, 3) + rng.normal()
                report = check(task, {cell: f"{number:.4g}"}).reports[""]
                named += bool(report.misconceptions.get(cell))
                tried += 1
    assert tried > 100 and named < 0.02 * tried


def test_other_kinds_ask_for_the_numbers_of_vectors() -> None:
    made = chainrule.sheet(LAYER, at=AT, kinds=["matrices", "values", "partials"])
    assert "2.value:a2" in made.key and made.key["3.partial:a1,W11"].exact == "0.4"


def test_vectors_come_from_recipes_too() -> None:
    recipe = chainrule.Recipe.read(
        f'title = "x"\n[[part]]\nkinds = ["matrices"]\nformula = "{LAYER}"\n'
        "at = {W = [[0.8, -2, 0.5], [0.3, 1.5, -1.2]], x = [0.4, 1.2, -0.6], b = [0.7, -0.3], "
        "y = [-0.5, 1.5]}\n"
    )
    assert chainrule.sheet(recipe).key["1.value:a1"].exact == "-1.68"
    assert chainrule.Recipe.read(recipe.text()) == recipe
    again = chainrule.Recipe.read(
        f'title = "x"\n[[part]]\nkinds = ["matrices"]\nformula = "{LAYER}"\n'
    )
    assert len(chainrule.sheet(again).key) == 2 + 5 + 6 + 17


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(PointError, match="vector of 3; a vector of 2"):
        task_of(LAYER, at=AT | {"x": "[1, 2]"})
    with pytest.raises(InputError, match="has no vectors"):
        task_of("x^2", at={"x": "1.5"})
    for bad in ("[1, [2]]", "[1, a]", "[]"):
        with pytest.raises(InputError, match="at"):
            chainrule.Recipe.read(
                f'title = "x"\n[[part]]\nkinds = ["matrices"]\nformula = "{LAYER}"\n'
                f'at = {{x = "{bad}"}}\n'
            )

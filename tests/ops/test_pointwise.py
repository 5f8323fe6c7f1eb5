"""Activations and losses at tricky points, typed out and by name, against exact values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import chainrule
from chainrule.algebras.undefined import Undefined

DATA = Path(__file__).parents[1] / "data" / "pointwise.json"
ROWS = json.loads(DATA.read_text(encoding="utf-8"))["rows"]

NAMED = {
    "sigmoid": "sigmoid(x)",
    "tanh": "tanh(x)",
    "relu": "relu(x)",
    "leaky_relu_0.1": "leaky_relu(x)",
    "leaky_relu_0.01": "LeakyReLU(x, slope=0.01)",
    "elu_1": "elu(x)",
    "elu_0.5": "elu(x, alpha=0.5)",
    "softplus": "softplus(x)",
    "silu": "silu(x)",
    "gelu_exact": "gelu(x)",
    "hard_sigmoid_torch": "hard_sigmoid(x)",
    "hard_sigmoid_0.2": "hard_sigmoid(x, slope=0.2)",
    "piecewise_linear_lecture": "piecewise_linear(x)",
    "logsigmoid": "log_sigmoid(x)",
    "unit_step_lecture": "step(x)",
    "sign": "sign(x)",
    "mse_residual": "squared_error(x, 0)",
    "mae_residual": "absolute_error(x, 0)",
    "huber_1_residual": "huber(x, 0)",
    "hinge_y=+1": "hinge(x, 1)",
    "hinge_y=-1": "hinge(x, -1)",
    "bce_logit_t=1": "bce_with_logit(x, 1)",
    "bce_logit_t=0": "bce_with_logit(x, 0)",
    "bce_logit_t=0.25": "bce_with_logit(x, 1/4)",
    "maxout2": "maxout(w1*x + b1, w2*x + b2)",
    "bce_prob": "bce(p, t)",
}


def near(found: Any, known: float) -> bool:
    return abs(float(found) - known) <= 1e-9 * abs(known) + 1e-307


def check(text: str, row: dict[str, Any], *, named: bool) -> int:
    """Compare value and derivatives; return how many numbers double precision gets wrong."""
    graph = chainrule.parse(text, declared=row["args"])
    # A point in double precision is its exact binary value.
    worked = graph.work({n: x for n, x in row["args"].items() if n in graph.variables})
    what = (text, row["args"])
    value = worked.run.value(worked.run.output)
    assert near(value.shown, row["value_f64"]), what
    corrected = int(value.corrected)
    kink = row.get("kink")
    for name, known in row["d_f64"].items():
        number = worked.slope(name)
        corrected += int(number.corrected)
        if "text_tie" in row and not named:
            continue
        if kink and name == "x":
            if kink["left"] == "undefined":
                assert type(number.shown) is Undefined, what
                continue
            low, high = sorted((float(kink["left"]), float(kink["right"])))
            assert low - 1e-9 <= float(number.shown) <= high + 1e-9, what
        elif not kink:
            assert near(number.shown, known), (*what, name)
    return corrected


def test_every_function_has_its_name() -> None:
    assert {row["fn"] for row in ROWS} == NAMED.keys()


@pytest.mark.parametrize("function", NAMED)
def test_typed_out(function: str) -> None:
    rows = [row for row in ROWS if row["fn"] == function and row["text"][0] != "("]
    assert rows or function in ("unit_step_lecture", "sign")
    for row in rows:
        check(row["text"], row, named=False)


@pytest.mark.parametrize("function", NAMED)
def test_by_name(function: str) -> None:
    rows = [row for row in ROWS if row["fn"] == function]
    assert len(rows) >= 15
    for row in rows:
        check(NAMED[function], row, named=True)


def underflows(row: dict[str, Any]) -> bool:
    """Whether a number of the row is below the smallest double."""
    exact = [row["value"], *row["d"].values()]
    return any(
        set(text.partition("e")[0]) & set("123456789") and float(text) == 0 for text in exact
    )


@pytest.mark.parametrize(
    "function", ["softplus", "logsigmoid", "gelu_exact", "elu_1", "bce_prob", "silu"]
)
def test_a_stable_form_needs_no_more_digits(function: str) -> None:
    rows = [row for row in ROWS if row["fn"] == function and not underflows(row)]
    assert len(rows) >= 12
    assert sum(check(NAMED[function], row, named=True) for row in rows) == 0

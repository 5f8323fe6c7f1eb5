"""Every lesson runs, and its numbers are those of the golden tables and of mpmath."""

from __future__ import annotations

import ast
import json
import re
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mpmath
import pytest

from chainrule.ops import activations

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
LESSONS = sorted(EXAMPLES.glob("[0-9]*.py"))
GOLDEN: Mapping[str, Any] = json.loads((ROOT / "tests/data/golden_tables.json").read_text("utf-8"))

Run = Callable[[str], dict[str, Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs the lesson whose name begins so, and gives its variables."""
    monkeypatch.syspath_prepend(str(EXAMPLES))

    def running(begins: str) -> dict[str, Any]:
        [script] = [lesson for lesson in LESSONS if lesson.name.startswith(begins)]
        variables = runpy.run_path(str(script))
        assert len(capsys.readouterr().out) > 500
        return variables

    return running


# Double precision is shown as long as it is right to 1e-9: what saturated functions give.
PROMISED = 1e-9


def same(got: Any, expected: Any, rel: float = 1e-12) -> None:
    assert got == pytest.approx(float(expected), rel=rel, abs=1e-300)


def check(worked: Any, kind: str, expected: Mapping[str, Any]) -> None:
    for cell, number in expected.items():
        same(worked[f"{kind}:{cell}"], number)


def partials(golden: Mapping[str, str]) -> dict[str, str]:
    """Return golden local partials, "du1/dt", under the names of their cells, "u1,t"."""
    return {re.sub("^d(.*)/d(.*)$", r"\1,\2", name): n for name, n in golden.items()}


def test_tables_both_ways(run: Run) -> None:
    lesson = run("01")
    golden = GOLDEN["a_simple_example"]["points"]
    for name, point in zip(("backward", "elsewhere"), golden, strict=True):
        check(lesson[name], "value", point["values"])
        check(lesson[name], "partial", partials(point["local_partials"]))
        check(lesson[name], "adjoint", point["adjoints"])
    check(lesson["forward"], "tangent", golden[0]["tangents_seed_x"])
    shares = [row["add"] for row in golden[0]["adjoint_accumulation"] if row["target"] == "t"]
    for got, expected in zip(lesson["shares"], shares, strict=True):
        same(got, expected)


def test_logistic_regression(run: Run) -> None:
    lesson = run("02")
    for name, point in zip(("one", "zero"), GOLDEN["b_logistic_regression"]["points"], strict=True):
        check(lesson[name], "value", point["values"])
        check(lesson[name], "partial", partials(point["local_partials"]))
        check(lesson[name], "adjoint", {k: n for k, n in point["adjoints_of_L"].items()})
    theta, x = ([mpmath.mpf(n) for n in point[key]] for key in ("theta", "x"))
    point = GOLDEN["b_logistic_regression"]["points"][0]
    slopes = [mpmath.mpf(point["adjoints_of_L"][f"theta{j}"]) for j in range(3)]
    a = sum((t - s / 2) * xj for t, s, xj in zip(theta, slopes, x, strict=True))
    same(lesson["after"].value, mpmath.log1p(mpmath.exp(-a)))


def test_network(run: Run) -> None:
    lesson = run("03")
    points = GOLDEN["c_neural_network_2_2_1"]["points"]
    for name, point in zip(("one", "zero"), points, strict=True):
        check(lesson[name], "value", point["values"])
        check(lesson[name], "partial", partials(point["local_partials"]))
        check(lesson[name], "adjoint", point["adjoints_of_J"])


def test_xi_table(run: Run) -> None:
    lesson = run("04")
    golden = GOLDEN["d_forward_backward_table"]
    for row in golden["rows"]:
        node, parent = row["node"], row["parent"]
        same(lesson["forward"][f"value:{node}"], row["value"])
        same(lesson["forward"][f"partial:{node},{parent}"], row["local_partial"])
        same(lesson["forward"][f"tangent:{node}"], row["tangent d(node)/dW"])
        same(lesson["by_hand"][node], row["tangent d(node)/dW"])
        same(lesson["backward"][f"adjoint:{node}"], row["adjoint dL/d(node)"])
    for name in "WX":
        same(lesson["backward"][f"adjoint:{name}"], golden[f"dL/d{name}"])


def sigma(a: Any) -> Any:
    return 1 / (1 + mpmath.exp(-a))


def test_two_weights(run: Run) -> None:
    lesson = run("05")

    def loss(w1: Any, w2: Any, x: Any, target: Any) -> Any:
        return (w2 * sigma(w1 * x) - target) ** 2

    with mpmath.workdps(60):
        for worked, w1 in zip(
            (lesson["worked"], *lesson["saturating"]), ("0.5", "0.5", 2, 5, 10, 20), strict=True
        ):
            point = [mpmath.mpf(number) for number in (w1, "-1.5", "0.8", 1)]
            same(worked.value, loss(*point))
            for place, name in enumerate(("w1", "w2", "x", "y_star")):
                order = tuple(int(place == other) for other in range(4))
                same(worked[f"adjoint:{name}"], mpmath.diff(loss, tuple(point), order), PROMISED)

        def chain(first: Any, last: Any, n: int) -> Any:
            z = mpmath.mpf(1)
            for i in range(1, n + 1):
                z = sigma((first if i == 1 else last if i == n else 1) * z)
            return z

        for n, first, last in zip((1, 2, 4, 8, 16), lesson["firsts"], lesson["lasts"], strict=True):
            same(first, mpmath.diff(lambda w, n=n: chain(w, 1, n), 1))
            if n > 1:
                same(last, mpmath.diff(lambda w, n=n: chain(1, w, n), 1))


def softplus(z: Any) -> Any:
    return mpmath.log(1 + mpmath.exp(z))


def relu(z: Any) -> Any:
    return z if z > 0 else 0 * z


def elu(z: Any) -> Any:
    return z if z > 0 else mpmath.exp(z) - 1


def hard_sigmoid(z: Any) -> Any:
    return relu(z + 3) / 6 - relu(z - 3) / 6


# Written from the papers: Klambauer et al. (SELU), Hendrycks and Gimpel (GELU), Misra (Mish).
BY_HAND: Mapping[str, Callable[[Any], Any]] = {
    "identity": lambda z: z,
    "step": lambda z: mpmath.mpf(z > 0),
    "piecewise_linear": lambda z: relu(z + 0.5) - relu(z - 0.5),
    "hard_sigmoid": hard_sigmoid,
    "sigmoid": sigma,
    "tanh": lambda z: 1 - 2 / (mpmath.exp(2 * z) + 1),
    "relu": relu,
    "leaky_relu": lambda z: z if z > 0 else z / 10,
    "elu": elu,
    "selu": lambda z: (
        mpmath.mpf("1.05070098735548049342")
        * (z if z > 0 else mpmath.mpf("1.67326324235437728482") * elu(z))
    ),
    "softplus": softplus,
    "log_sigmoid": lambda z: mpmath.log(sigma(z)),
    "gelu": lambda z: z * mpmath.ncdf(z),
    "silu": lambda z: z * sigma(z),
    "swish": lambda z: z * sigma(z),
    "mish": lambda z: z * mpmath.tanh(softplus(z)),
    "hard_swish": lambda z: z * hard_sigmoid(z),
}


def test_activations(run: Run) -> None:
    lesson = run("06")
    assert set(lesson["ACTIVATIONS"]) == BY_HAND.keys()
    with mpmath.workdps(60):
        for name, function in BY_HAND.items():
            for z in lesson["POINTS"]:
                same(lesson["values"][name][z], function(mpmath.mpf(z)))
                same(lesson["slopes"][name][z], mpmath.diff(function, mpmath.mpf(z)))


def test_no_activation_of_the_library_is_left_out() -> None:
    source = ast.parse(Path(str(activations.__file__)).read_text("utf-8"))
    calls = [node for node in ast.walk(source) if isinstance(node, ast.Call)]
    ops = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "register"]
    names = {call.args[0].value for call in ops if isinstance(call.args[0], ast.Constant)}
    assert len(names) > 10
    # logit takes probabilities: it undoes an activation.
    assert names - {"logit"} <= BY_HAND.keys()


@pytest.mark.parametrize("label", [0, 1])
def test_logistic_loss(run: Run, label: int) -> None:
    lesson = run("07")

    def loss(a: Any) -> Any:
        y = sigma(a)
        return -mpmath.log(y if label else 1 - y)

    with mpmath.workdps(60):
        for a in (-10, -2, 0, 2, 10):
            same(lesson["losses"][label].evaluate({"a": a}), loss(mpmath.mpf(a)))
            for order, graph in enumerate(lesson["derivatives"][label], 1):
                expected = mpmath.chop(mpmath.diff(loss, a, order), 1e-15)
                same(graph.evaluate({"a": a}), expected, PROMISED)


def known() -> set[str]:
    """Return the numbers of the golden tables (and ln 2) as the lessons write them."""
    written = {mpmath.nstr(mpmath.log(2), 4)}
    todo: list[Any] = [GOLDEN[key] for key in GOLDEN if key[1] == "_"]
    while todo:
        found = todo.pop()
        if isinstance(found, Mapping):
            todo += found.values()
        elif isinstance(found, list):
            todo += found
        elif re.fullmatch(r"-?\d+\.\d+", found):
            written.add(f"{abs(float(found)):.4f}")
    return written


@pytest.mark.parametrize("script", LESSONS, ids=lambda script: script.name[:2])
def test_numbers_in_the_text_are_right(script: Path) -> None:
    words = [line for line in script.read_text("utf-8").split("\n") if line.startswith("# ")]
    stated = re.findall(r"\d+\.\d{4}(?!\d)", "\n".join(words))
    assert set(stated) <= known()
    # The lessons about networks (from 08) print their numbers and check them where they do.
    assert stated or script.name[:2] in ("05", "06") or script.name >= "08"


def test_lessons_use_public_names_alone() -> None:
    for script in LESSONS:
        code = ast.parse(script.read_text("utf-8"))
        imported = {
            name.name
            for node in ast.walk(code)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([ast.alias(node.module or "")] if hasattr(node, "module") else node.names)
        }
        allowed = {
            "builtins",
            "chainrule",
            "chainrule.nn",
            "chainrule.nn.scaling",
            "curves",
            "json",
            "math",
        }
        assert imported <= allowed, script.name
        private = [n.attr for n in ast.walk(code) if isinstance(n, ast.Attribute)]
        assert not [name for name in private if name.startswith("_") or name == "run"]

"""`chainrule grad`, `chainrule check` and `chainrule table --health`."""

from __future__ import annotations

import json

import pytest

from chainrule.cli.check import picture


def text_of(done) -> str:
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_jacobian_with_its_cost(run) -> None:
    shown = text_of(run("grad", "f = x y; g = x + y^2", "--at", "x=2,y=3")).splitlines()
    assert shown[0] == "Jacobian at x = 2, y = 3"
    assert shown[2].split() == ["output", "∂/∂x", "∂/∂y"]
    assert {tuple(line.split()) for line in shown[4:6]} == {("f", "3", "2"), ("g", "1", "6")}
    assert shown[7].startswith("reverse mode: 2 passes, 7 operations (used); forward mode: 2 p")


def test_gradient_as_json(run) -> None:
    record = json.loads(text_of(run("grad", "x^2 y", "--at", "x=2,y=3", "--json")))
    assert record["jacobian"] == {"f": {"x": 12.0, "y": 4.0}}
    assert record["cost"]["forward"]["passes"] == 2 and record["at"] == {"x": "2", "y": "3"}


def test_the_hessian_and_a_direction(run) -> None:
    shown = text_of(run("grad", "x^2 y", "--at", "x=2,y=3", "--hessian"))
    assert [line.split() for line in shown.splitlines() if line[1] != "─"][1:] == [
        ["∂²f", "∂/∂x", "∂/∂y"],
        ["∂/∂x", "6", "4"],
        ["∂/∂y", "4", "0"],
    ]
    along = run("grad", "x^2 y", "--at", "x=2,y=3", "--along", "x=1,y=-1", "--json")
    assert json.loads(text_of(along))["hessian_vector"] == {"x": 2.0, "y": 4.0}


def test_numbers_that_are_none_or_not_those_of_doubles(run) -> None:
    shown = text_of(run("grad", "log(1-sigmoid(x)) + |y|", "--at", "x=40,y=0", "--hessian"))
    assert "−4.2484·10⁻¹⁸" in shown and "sign needs" in shown
    record = json.loads(text_of(run("grad", "log x", "--at", "x=-1", "--json")))
    assert record["jacobian"] == {"f": {"x": None}}


def test_grad_refuses(run) -> None:
    both = run("grad", "x", "--at", "x=1", "--hessian", "--along", "x")
    assert both.returncode == 2 and b"two questions" in both.stderr
    where = run("grad", "x +", "--at", "x=1")
    assert where.returncode == 2 and b"  ^" in where.stderr


def test_check_agrees_and_draws_the_error(run) -> None:
    shown = text_of(run("check", "cos(sin(x^2)+3x^2)", "--at", "x=1"))
    assert shown.count("4.5607917906787772") == 4 and "They agree." in shown
    assert shown.count("•") >= 15 and "h =" in shown
    record = json.loads(text_of(run("check", "x y", "--at", "x=2,y=3", "--json")))
    assert record["agrees"] is True and set(record["inputs"]) == {"x", "y"}
    assert record["inputs"]["x"]["verdict"] == "agrees"


def test_check_tells_kinks_and_what_is_undefined(run) -> None:
    assert "by x: kink (" in text_of(run("check", "|x|", "--at", "x=0"))
    assert "by x: undefined (" in text_of(run("check", "log x", "--at", "x=-1"))


def test_the_picture_falls_and_rises() -> None:
    curve = [(10.0**-k, 10.0 ** max(-2 * k, k - 30)) for k in range(1, 20)]
    drawn = picture(curve)
    rows = [line.split("┤")[1] for line in drawn if "┤" in line]
    marked = [[row[c : c + 1] == "•" for row in rows] for c in range(max(map(len, rows)))]
    columns = [column.index(True) for column in marked if any(column)]
    lowest = columns.index(max(columns))
    assert columns[:lowest] == sorted(columns[:lowest])
    assert columns[lowest:] == sorted(columns[lowest:], reverse=True)
    assert picture([(0.1, 0.0)]) == []


@pytest.mark.parametrize("json_too", [False, True])
def test_table_with_health(run, json_too: bool) -> None:
    more = ["--json"] if json_too else []
    shown = text_of(run("table", "exp(x) - 1", "--at", "x=1e-12", "--health", *more))
    if json_too:
        findings = json.loads(shown)["health"]["findings"]
        assert findings[-1]["proposal"] == "expm1(x)"
    else:
        assert "Instead of e^x − 1 write expm1(x)" in shown
    assert "expm1" not in text_of(run("table", "exp(x) - 1", "--at", "x=1e-12", *more))


def test_gradients_of_ones_own_are_compared(run, tmp_path) -> None:
    own = tmp_path / "mine.json"
    own.write_text('{"u": 12, "x": 12}')
    done = run("check", "f = u^2; u = 3x", "--at", "x=2", "--own", "mine.json")
    assert done.returncode == 1 and b"first wrong gradient is that of x" in done.stdout
    own.write_text("u = 12\nx = 36")
    told = text_of(run("check", "f = u^2; u = 3x", "--at", "x=2", "--own", "mine.json"))
    assert "Every gradient that was given is right." in told
    own.write_text("u 12")
    assert run("check", "f = u^2; u = 3x", "--at", "x=2", "--own", "mine.json").returncode == 2

"""Notations: names of derivatives, of steps, decimal signs, in all that is shown."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest

import chainrule
from chainrule import InputError, Notation, Worked
from chainrule.drawing.player import payload
from chainrule.readings.latex import latex
from chainrule.readings.mathml import mathml
from chainrule.readings.notation import PROFILES
from chainrule.readings.terms import Symbol, text

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"


def work(notation: str, mode: Any = "reverse", formula: str = LECTURE, at: Any = 1) -> Worked:
    return chainrule.parse(formula).work({"x": at}, mode, notation=notation)


def nfc(words: str) -> str:
    return unicodedata.normalize("NFC", words)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("name", PROFILES)
def test_notations_change_names_and_no_number(name: str, mode: str) -> None:
    run = work(name, mode)
    usual = json.loads(work("", mode).table().json())
    other = json.loads(run.table().json())

    def digits(record: Any) -> list[Any]:
        return [cell.get("digits") for row in record["rows"] for cell in row["cells"].values()]

    assert digits(usual) == digits(other)
    assert PROFILES[name].label


def test_headers_of_the_notations() -> None:
    last = {
        (name, mode): text(work(name, mode).table().grid().headers[-1].term)
        for name in PROFILES
        for mode in ("reverse", "forward")
    }
    assert last == {
        ("partials", "reverse"): "∂J/∂\u2009node",
        ("partials", "forward"): "∂\u2009node/∂x",
        ("bars", "reverse"): "adjoint",
        ("bars", "forward"): "tangent along x",
        ("upstream", "reverse"): "upstream × local",
        ("upstream", "forward"): "tangent along x",
    }
    partial = work("upstream").table().grid().headers[1]
    assert text(partial.term) == "local gradient"


def test_steps_are_told_in_the_notation() -> None:
    share = work("bars").steps()[-1]
    lines = [nfc("" if left is None else text(left)) for left, _ in share.lines]
    rights = [nfc(text(right)).replace("\u2009", "") for _, right in share.lines]
    assert lines[0] == nfc("x\u0304") and rights[0] == nfc("t\u0304∂t/∂x")
    forward = work("bars", "forward").steps()[-1]
    assert nfc(text(forward.lines[0][0])) == nfc("J\u0307")
    assert text(work("upstream").steps()[-1].lines[0][0]) == "grad\u2009x"


def test_drawing_and_player_follow() -> None:
    dot = work("bars").draw("dot").decode()
    assert "t\u0304" in dot and "∂J" not in re.sub("∂J/∂u", "", dot)
    assert "∂J" in re.sub("∂J/∂u", "", work("").draw("dot").decode())
    played = payload(work("bars").view, layouts=())
    assert "<mover" in played["symbol"]
    assert all("<mover" in node["derivative_name"] for node in played["nodes"])
    assert played["columns"]["partial"] == "local partial"
    assert payload(work("upstream").view, layouts=())["columns"]["partial"] == "local gradient"


def test_a_bar_over_any_name() -> None:
    assert nfc(text(Symbol("y1_hat", "bar"))) == nfc("y\u0302\u0304₁")
    assert latex(Symbol("theta1", "dot")) == r"\dot{\theta}_{1}"
    assert latex(Symbol("y_hat", "bar")) == r"\bar{\hat{y}}"
    assert mathml(Symbol("y_star", "bar")).count("<mover") == 1


def test_decimal_commas_everywhere_but_in_data() -> None:
    run = work("comma", formula="0.5x + max(x, 2.5)", at="0.25")
    table = run.table()
    for name in ("text", "html", "markdown"):
        shown = re.sub('<style>.*?</style>|="[^"]*"', "", table.to(name), flags=re.DOTALL)
        assert "0,25" in shown.replace("{,}", ",") and not re.search(r"\d\.\d", shown), name
    assert "0{,}25" in table.latex() and "max(x; 2,5)" in table.text().replace("\u2009", " ")
    steps = [text(right) for step in run.steps() for _, right in step.lines]
    assert any("0,125" in line for line in steps)
    assert not [line for line in steps if re.search(r"\d\.\d", line)]
    record = json.loads(table.json())
    assert record["rows"][0]["cells"]["value"]["digits"] == "2.625"
    vector = chainrule.parse("v: 2; sum(v)").work({"v": [0.5, 1.5]}, notation="comma")
    assert "[0,5; 1,5]" in vector.table().text()


def test_a_jacobian_has_decimal_commas_too() -> None:
    found = chainrule.parse("f = x/y").work({"x": "0.5", "y": "0.7"}, notation="comma").jacobian()
    # 1/0.7 and −0.5/0.49
    assert "1,4286" in found.text() and "−1,0204" in found.text() and "." not in found.text()
    assert "1.428571428571428" in found.csv()


def test_words_for_a_notation() -> None:
    assert Notation.named("bars, xi,comma") == Notation(
        "xi", profile="bars", format=Notation.named("comma").format
    )
    assert Notation.named("") == Notation()
    assert work("xi", formula="sin(x^2)").labels == {0: "x", 1: "xi1", 2: "f"}
    twelve = chainrule.parse("x/3").work({"x": 1}, notation="comma", digits=12)
    assert "0,333333333333" in twelve.table().text()


def test_refused_words() -> None:
    with pytest.raises(InputError, match="there is no notation `newton`") as caught:
        Notation.named("bars, newton")
    assert caught.value.position == 6
    assert "partials, bars, upstream, v, xi, point, comma" in caught.value.allowed
    with pytest.raises(InputError, match="no notation `dots`"):
        Notation(profile="dots")

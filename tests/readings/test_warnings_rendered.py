"""Undefined, corrected and kinked cells: a mark, a word and a reason in every format."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

import pytest

import chainrule
from chainrule.graph.builder import Builder
from chainrule.passes.run import Run
from chainrule.readings.grid import Grid
from chainrule.readings.render import RENDERERS
from chainrule.readings.tables import table
from chainrule.readings.view import View


def shown(make, **point: str) -> Grid:
    """The backward table of an expression of named inputs."""
    builder = Builder()
    inputs = [builder.input(name) for name in point]
    graph = builder.finish([builder.name(make(builder.maths, *inputs), "J")])
    at = {graph.index[name]: Fraction(value) for name, value in point.items()}
    return table(View(Run(graph, at)))


UNDEFINED = {"make": lambda m, x: 2 * m.log(x), "x": "-1"}
CORRECTED = {"make": lambda m, a: m.log(1 - m.sigmoid(a)), "a": "40"}
KINKED = {"make": lambda m, z: 2 * m.relu(z), "z": "0"}
ALL = {"undefined": UNDEFINED, "corrected": CORRECTED, "kink": KINKED}


@pytest.mark.parametrize("mark", ALL)
def test_every_warning_has_a_sentence_and_a_place(mark: str) -> None:
    found = [r for r in shown(**ALL[mark]).grid().remarks if r.mark == mark]
    assert found and all(r.sentence and r.nodes and r.cells for r in found)


def test_undefined_names_the_node_and_what_it_needs() -> None:
    text = str(shown(**UNDEFINED))
    assert "undef ⚠" in text
    assert "⚠ undefined (" in text
    assert "log needs a positive operand" in text


def test_corrected_shows_the_right_number_and_what_double_gives() -> None:
    text = str(shown(**CORRECTED))
    assert re.search(r"−40(\.000)? ⚠", text) and "4.2484·10⁻¹⁸ ⚠" in text
    assert "⚠ corrected (" in text and "Double precision gives" in text
    record = json.loads(shown(**CORRECTED).json())
    value = record["rows"][0]["cells"]["value"]
    assert value["state"] == "corrected" and value["why"] and value["digits"].startswith("-40.0")


def test_wrong_digits_behind_those_shown_are_not_said_to_be_the_digits_shown() -> None:
    # 1/2 − x²/24 + …, and what double precision makes of it: the same to five digits.
    right, double = 0.5 - 1e-8 / 24, (1 - math.cos(1e-4)) / 1e-4**2
    assert f"{right:.4f}" == f"{double:.4f}" == "0.5000" and abs(right - double) > 1e-9 * right
    text = str(chainrule.parse("f = (1 - cos x)/x^2").table({"x": "1e-4"}))
    said = r"\(f\b[^)]*\): Double precision gives these digits, and wrong ones after them\."
    assert re.search(said, text)


def test_a_kink_tells_convention_and_both_slopes() -> None:
    text = str(shown(**KINKED))
    assert "⚠ kink (z)" in text
    assert "slopes 0 and 1 at 0; the passes use 0" in text
    assert "∂J/∂z: left slope 0, right slope 2" in text


@pytest.mark.parametrize("mark", ALL)
def test_html_marks_with_sign_word_and_hover(mark: str) -> None:
    tree = ElementTree.fromstring(shown(**ALL[mark]).html())
    marks = [e for e in tree.iter("span") if "warning" in (e.get("class") or "") and e.get("title")]
    assert marks
    words = {"undefined": "undefined", "corrected": "corrected", "kink": "kink"}
    notes = ["".join(p.itertext()) for p in tree.iter("p") if "warning" in (p.get("class") or "")]
    assert any(note.startswith(f"⚠ {words[mark]} (") for note in notes)


def test_latex_writes_names_in_warnings_with_letters_that_tex_has() -> None:
    written = shown(make=lambda m, x1, y: m.log(x1 * 0 - 1) + m.relu(y), x1="1", y_hat="0").latex()
    assert r"\textsubscript{1}" in written and r"$\hat{y}$" in written
    assert set(re.findall(r"[^\x00-\x7f]", written)) <= {"’", "–"}


def test_an_input_that_leads_nowhere_has_adjoint_zero() -> None:
    text = str(shown(make=lambda m, x, y: 2 * x, x="3", y="4"))
    assert text.splitlines()[-3].split() == ["y", "–", "4", "0"]


@pytest.mark.parametrize("name", RENDERERS)
def test_vectors_are_rendered(name: str) -> None:
    builder = Builder()
    weights, x = builder.input("W", (2, 3)), builder.input("x", (3,))
    graph = builder.finish([builder.name(builder.maths.sum(weights @ x), "J")])
    run = Run(graph, {0: [[1, 2, 3], [4, 5, 6]], 1: [1, 0, -1]})
    result = table(View(run)).to(name)
    assert "-4" in result or "−4" in result


def test_a_long_table_is_cut_in_a_notebook_only() -> None:
    def chain(m, x):
        for _ in range(600):
            x = m.sin(x)
        return x

    long = shown(chain, x="1")
    assert long._repr_html_().count("<tr") == 501
    assert "and 101 more rows" in long._repr_html_()
    assert long.html().count("<tr") == 602

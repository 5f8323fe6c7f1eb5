"""Formulas in both notations are one function; any LaTeX is read or refused with a place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from chainrule import ChainruleError, Graph, InputError
from chainrule.language import canonical, read
from chainrule.readings.formulas import Extent, compose
from chainrule.readings.latex import latex
from chainrule.readings.terms import Symbol
from tests.adapter import explore
from tests.counted import growth
from tests.language.test_public_cases import check_reading, rows, text_of

HERE = Path(__file__).parent
REAL = rows("expressions_public.jsonl")
# The real expressions as SymPy writes them in LaTeX; it moves terms, not their meaning.
TWINS = {row["text"]: row["latex"] for row in rows("latex_twins.jsonl")}
HOSTILE = rows("bad_inputs.jsonl")


def value(text: str, point: dict[str, Any]) -> float:
    graph = Graph.parse(text, mode="latex", declared=point)
    assert not [note for note in graph.notes if note.alternative]
    used = {name: number for name, number in point.items() if canonical(name) in graph.variables}
    return float(graph.evaluate(used))


def test_real_expressions_have_their_known_values_in_latex() -> None:
    assert len(TWINS) == len(REAL) == 277
    for row in REAL:
        found = value(TWINS[row["text"]], row["point"])
        assert found == pytest.approx(float(row["value"]), rel=1e-9, abs=1e-12), row["text"]


def test_what_is_written_in_latex_here_can_be_read_again() -> None:
    for row in REAL:
        graph = Graph.parse(row["text"], declared=row["point"])
        everything = Extent(depth=10_000, nodes=10_000)

        def name(node: int, graph: Graph = graph) -> Symbol | None:
            return Symbol(graph.list.names[node]) if node in graph.list.names else None

        written = latex(compose(graph.list, graph.list.outputs[0], name, everything).term)
        found = value(written, row["point"])
        assert found == pytest.approx(float(row["value"]), rel=1e-9, abs=1e-12), written


@pytest.mark.parametrize(
    "case", [case for case in HOSTILE if case.get("latex")], ids=lambda case: case["id"]
)
def test_hostile_case_in_both_notations(case: dict[str, Any]) -> None:
    in_text, slopes = explore(case["input"], case["point"])
    in_latex, same = explore(case["latex"], case["point"], mode="latex")

    def near(a: Any, b: Any) -> bool:
        a, b = (x["value"] if isinstance(x, dict) else x for x in (a, b))
        return float(a) == pytest.approx(float(b), rel=1e-9, abs=1e-15)

    assert near(in_text, in_latex)
    assert slopes.keys() == same.keys()
    assert all(near(slopes[name], same[name]) for name in slopes)


@pytest.mark.parametrize(
    "case", [case for case in HOSTILE if case.get("mode") == "latex"], ids=lambda case: case["id"]
)
def test_hostile_latex(case: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        explore(text_of(case), case.get("point", {}), mode="latex")
    except ChainruleError as error:
        assert isinstance(error, InputError)
        assert 0 <= error.position <= len(text_of(case))
    else:
        assert case["expect"] == "bounded"
    assert not list(tmp_path.iterdir())


PIECES = [
    "x",
    "y",
    "xy",
    "T",
    "rate",
    "e",
    "2",
    "0.5",
    "1e3",
    "12",
    "+",
    "-",
    "*",
    "/",
    "=",
    ",",
    ".",
    ";",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    "^",
    "_",
    "^{",
    "_{",
    "^T",
    "^*",
    "^2",
    "_1",
    "_{12}",
    "&",
    "\\\\",
    "$",
    "$$",
    "%",
    "~",
    "'",
    "#",
    "\n",
    ":",
    "..",
    "²",
    "θ",
    "@",
    r"\frac",
    r"\frac{",
    r"\dfrac12",
    r"\sqrt",
    r"\sqrt[3]{",
    r"\sqrt[",
    r"\sin",
    r"\sin^2",
    r"\sin{",
    r"\max(",
    r"\log_2",
    r"\log_{b}(",
    r"\theta",
    r"\pi",
    r"\sigma(",
    r"\hat{",
    r"\hat",
    r"\bar x",
    r"\mathbf{x}",
    r"\mathrm{d}",
    r"\mathrm",
    r"\text{a b}",
    r"\operatorname{tanh}",
    r"\left(",
    r"\right)",
    r"\left|",
    r"\right|",
    r"\left\{",
    r"\right\}",
    r"\left.",
    r"\lvert",
    r"\rvert",
    r"\|",
    r"\lfloor",
    r"\rfloor",
    r"\{",
    r"\}",
    r"\big",
    r"\cdot",
    r"\times",
    r"\top",
    r"^\top",
    r"\,",
    r"\quad",
    r"\ ",
    r"\sum_{j=0}^{2}",
    r"\sum_{j=0}^2",
    r"\sum",
    r"x_j",
    r"x_{j+1}",
    r"j",
    r"\begin{aligned}",
    r"\end{aligned}",
    r"\begin{align*}",
    r"\[",
    r"\]",
    r"\begin{cases}",
    r"\end{cases}",
    r"\text{if}",
    r"\text{otherwise}",
    r"\le",
    r"\quad y =",
    "y'",
    "^{(1)}",
    "^{[1]}",
    "^{(t-1)}",
    "_{-1}",
    r"\prod_{i=1}^{n}",
    r"\frac{d}{dx}",
    "Σ_{j=1}^{2}",
    "\ny = ",
    r"\left\{\begin{array}{ll}",
    r"\end{array}\right.",
    r"\land",
    r"\approx",
    r"\(",
    r"\)",
    r"\in",
    r"\mathbb{R}",
    r"\in \mathbb{R}^{2}",
    r"\partial",
    r"\write18",
    "\\",
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
    st.text(alphabet="\\{}[]()|^_&$%xyT12+-=.,;' ~", max_size=40),
)
MUTATED = st.builds(
    lambda text, begin, stop, piece: text[:begin] + piece + text[begin + stop :],
    st.sampled_from(sorted(TWINS.values())),
    st.integers(0, 60),
    st.integers(0, 3),
    st.sampled_from(PIECES),
)


@settings(max_examples=500)
@given(st.one_of(TEXTS, MUTATED), st.lists(st.sampled_from(["x", "e", "xy", "d"]), max_size=2))
def test_any_latex_is_read_or_refused_with_a_place(text: str, declared: list[str]) -> None:
    check_reading(text, declared=declared, mode="latex")


REPEATED = [
    "{",
    "}",
    "|",
    "$",
    "&",
    "\\\\",
    "x^",
    "x_",
    r"\sum_{j=0}^{1}",
    r"\frac",
    "%",
    ",",
    "~",
    r"\hat",
    r"\left(",
    "{|",
    r"\begin{aligned}",
    "{} ",
    ", ",
    r"\frac{d}{d",
    "\\ ",
]


@pytest.mark.parametrize("rest", ["", "x "])
@pytest.mark.parametrize("piece", REPEATED)
def test_long_repetitions_are_read_or_refused(piece: str, rest: str) -> None:
    def work(length: int) -> Callable[[], None]:
        text = (piece + rest) * (length // len(piece + rest))

        def answered() -> None:
            try:
                read(text, mode="latex")
            except InputError as error:
                assert 0 <= error.position <= len(text)

        return answered

    assert growth(work, 4_990, 4) <= 2.5**2


def test_twins_are_kept_beside_the_expressions() -> None:
    lines = (HERE.parent / "data" / "latex_twins.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == [row["text"] for row in REAL]

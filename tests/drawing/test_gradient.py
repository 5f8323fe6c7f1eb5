"""The gradient graph beside the graph, and frames round nodes."""

from __future__ import annotations

import math
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest

import chainrule
from chainrule.drawing import draw
from chainrule.drawing.gradient import mirrored, with_gradient
from chainrule.errors import DrawingError
from chainrule.passes.derivatives import adjoint_graph
from chainrule.readings.terms import text
from chainrule.readings.view import View
from tests.drawing.test_pictures import HOSTILE, SVG, texts

EXAMPLES = {
    "x y + sin x exp y": {"x": 1, "y": 2},
    "x x + x": {"x": 3},
    "(sigma(w1 x + b) - y)^2": {"w1": 1, "x": 2, "y": 1, "b": "0.5"},
    "y exp(y + 1) + 1": {"y": 2},
    "f = u v; u = x + 1; v = u_bar x; u_bar = 2x": {"x": 2},
    "relu(x) + max(x, y)": {"x": 1, "y": 0},
    "a/b": {"a": 1, "b": 3},
}


def plain(words: str) -> str:
    """Return words with their accents as characters of their own, and ordinary spaces."""
    return unicodedata.normalize("NFD", words).replace("\N{THIN SPACE}", " ")


def adjoints(view: View) -> dict[str, float]:
    """Return the values of the adjoint nodes of the drawing, by the name of the node."""
    drawn = with_gradient(view)
    _, names = adjoint_graph(view.graph, view.run.output, view.labels)
    return {
        name: float(drawn.view.run.value(drawn.view.graph.index[bar]).shown)
        for name, bar in names.items()
    }


@pytest.mark.parametrize("formula", EXAMPLES)
def test_the_drawn_adjoints_are_those_of_forward_mode(formula: str) -> None:
    graph = chainrule.parse(formula)
    worked = graph.reverse(EXAMPLES[formula])
    found = adjoints(worked.view)
    for name in graph.variables:
        along = graph.forward(EXAMPLES[formula], {name: 1})
        expected = along[f"tangent:{worked.labels[worked.run.output]}"]
        assert found[name] == pytest.approx(expected, rel=1e-14)
    assert set(found) == {worked.labels[n] for n in worked.view.shown if worked.graph.varies[n]}


def test_the_lecture_s_adjoints_have_the_formulas_of_the_chain_rule(lecture: View) -> None:
    drawn = with_gradient(lecture)
    formulas = {plain(text(drawn.view.equation(node))) for node in drawn.nodes}
    expected = {"J̄ = 1", "ū = −J̄·sin u", "ū₁ = ū", "t̄ = ū₁·cos t + ū₂·3", "x̄ = t̄·(2x)"}
    assert {plain(formula) for formula in expected} <= formulas
    sine = math.sin(math.sin(1) + 3)
    assert adjoints(lecture)["t"] == pytest.approx(-sine * (math.cos(1) + 3), rel=1e-15)


@pytest.mark.parametrize("formula", EXAMPLES)
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_each_adjoint_stands_below_or_right_of_its_node(formula: str, direction: str) -> None:
    worked = chainrule.parse(formula).reverse(EXAMPLES[formula])
    drawn = with_gradient(worked.view)
    at = mirrored(drawn, direction).nodes
    across = direction == "LR"
    for node, adjoint in drawn.pairs:
        first, second = at[node], at[adjoint]
        along, beyond = ("x", "y") if across else ("y", "x")
        assert getattr(first, along) == getattr(second, along)
        assert getattr(second, beyond) > max(
            getattr(at[n], beyond) for n in drawn.nodes if n not in drawn.adjoints
        )


def test_crossing_lines_are_dashed_and_adjoints_orange(lecture: View) -> None:
    picture = draw(lecture, "svg", gradient=True).decode()
    assert picture.count('stroke-dasharray="5 3"') == 3  # x, t and u are needed by the adjoints
    root = ElementTree.fromstring(picture)
    found = texts(picture.encode())
    assert found.count("0.6441") == 3 and "4.5608" in found
    words = plain(root.findtext(f"{SVG}desc") or "")
    assert "Framed together as adjoints: " in words
    assert plain("t̄ = ū₁·cos t + ū₂·3, adjoint 2.2804.") in words
    assert "u = u₁ + u₂, value 3.8415." in words


def test_every_format_and_theme(trouble: View, vectors: View, lecture_forward: View) -> None:
    for view in (trouble, vectors, lecture_forward):
        assert draw(view, "svg", gradient=True, theme="dark")
    assert draw(vectors, "pdf", gradient=True).startswith(b"%PDF")


def test_a_large_graph_is_folded_first(chain: Callable[..., View]) -> None:
    assert b"left out" in draw(chain(400, 400), "svg", gradient=True)
    assert b"are folded to" in draw(chain(400), "svg", gradient=True)


def test_the_five_modules_of_the_lectures_network_are_frames() -> None:
    from chainrule import nn

    model = nn.Sequential([nn.Dense(2, "sigmoid"), nn.Dense(1, "sigmoid")], inputs=2)
    graph = model.graph("bce", batched=False)
    weights = {name: w.tolist() for name, w in model.parameters(1).items()}
    worked = graph.work({**weights, "x": [0.5, -1], "t": [1]}, zoom="primitive")
    source = worked.draw("dot", clusters="modules").decode()
    inside = re.findall(r"subgraph cluster_\d+ \{(.*?)\n\t\}", source, re.DOTALL)
    assert [re.findall(r"id=node_(\w+)", frame) for frame in inside] == [
        ["v1", "a1"],
        ["h1"],
        ["v2", "a2"],
        ["h2"],
        ["v3", "J"],
    ]


def test_frames_round_assignments() -> None:
    graph = chainrule.parse("h = tanh(w x + b); loss = (h - y)^2")
    worked = graph.work({"w": 1, "x": 2, "b": 0, "y": 1}, zoom="primitive")
    source = worked.draw("dot", clusters="assignments").decode()
    inside = re.findall(r"subgraph cluster_\d+ \{(.*?)\n\t\}", source, re.DOTALL)
    assert [re.findall(r"id=(node_\w+)", frame) for frame in inside] == [
        ["node_v1", "node_v2", "node_h"],
        ["node_v3", "node_loss"],
    ]


def test_frames_of_one_s_own(lecture: View) -> None:
    picture = draw(lecture, "svg", clusters={"inner & <b>": ["t", "u1"], "outer": ["u", "J"]})
    assert {"inner & <b>", "outer"} <= set(texts(picture))
    assert b"Framed together as outer: u, J." in picture


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clusters": {"a": ["nobody"]}}, "no node 'nobody' for 'a'; there are J, t, u"),
        ({"clusters": {"a": ["t"], "b": ["t"]}}, "'t' stands in two clusters"),
        ({"clusters": "layers"}, "clusters 'layers'; allowed: assignments"),
        ({"gradient": True, "step": 3}, "a gradient graph with step"),
    ],
)
def test_what_is_refused(lecture: View, options: dict[str, object], message: str) -> None:
    with pytest.raises(DrawingError, match=message):
        draw(lecture, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("hostile", HOSTILE[::2])
def test_hostile_names_and_titles_are_text(called: Callable[..., View], hostile: str) -> None:
    assert draw(called(hostile), "svg", gradient=True)
    assert draw(called("t"), "svg", clusters={hostile: ["t", "J"]})

"""The modules of a network as grounds: what they are called, and which nodes stand on them."""

from __future__ import annotations

import pytest

import chainrule
from chainrule.drawing.grounds import pictured, with_modules
from chainrule.drawing.layout import placed
from chainrule.drawing.reduction import reduced
from chainrule.readings.view import View
from tests.drawing.test_layout import NETWORK, network

UNITS = {"z1": "a1", "z2": "a2", "y": "b"}


def grounds(view: View) -> list[tuple[str, list[str]]]:
    drawn = pictured(view)
    return [(c.title, [view.labels[n] for n in c.nodes]) for c in drawn.clusters]


def test_the_lecture_s_network_has_five_modules() -> None:
    assert grounds(network()) == [
        ("Linear, 6 weights", ["a1", "a2"]),
        ("Sigmoid", ["z1", "z2"]),
        ("Linear, 3 weights", ["b"]),
        ("Sigmoid", ["y"]),
        ("Loss", ["L"]),
    ]


@pytest.mark.parametrize("zoom", ["primitive", "step", "named", "module"])
def test_at_every_zoom_level_each_step_stands_on_the_ground_of_its_assignment(zoom: str) -> None:
    graph = chainrule.parse(NETWORK)
    view = graph.work(dict.fromkeys(graph.variables, "0.5"), zoom=zoom)
    found = grounds(view.view)
    titles = ["Linear, 6 weights", "Sigmoid", "Linear, 3 weights", "Sigmoid", "Loss"]
    assert [title for title, _ in found] == titles
    inside = [name for _, names in found for name in names]
    steps = [view.labels[n] for n in view.view.shown if view.graph.operands[n]]
    assert sorted(inside) == sorted(steps)


def test_a_coarser_zoom_level_never_has_more_nodes() -> None:
    graph = chainrule.parse(NETWORK)
    counts = [len(graph.zoom(level)) for level in ("primitive", "step", "named", "module")]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("sigma({})", "Sigmoid"),
        ("exp({0})/(1 + exp({0}))", "Sigmoid"),
        ("(exp({0}) - exp(-{0}))/(exp({0}) + exp(-{0}))", "Tanh"),
        ("max(0, {})", "Relu"),
        ("ln(1 + exp({}))", "Softplus"),
        ("sin({0})^3", "Activation"),
    ],
)
def test_an_activation_is_told_by_its_values(written: str, title: str) -> None:
    text = NETWORK
    for unit, before in UNITS.items():
        text = text.replace(
            f"{unit} = 1/(1 + exp(-{before}))", f"{unit} = {written.format(before)}"
        )
    graph = chainrule.parse(text)
    view = graph.work(dict.fromkeys(graph.variables, "0.5"), zoom="named")
    assert [name for name, _ in grounds(view.view)].count(title) == 2


def test_what_is_no_network_has_no_grounds(lecture: View) -> None:
    assert not pictured(lecture).clusters
    assert not with_modules(reduced(lecture)).clusters
    long = chainrule.parse("f = " + " + ".join(f"sin(x{i})" for i in range(20)))
    assert not pictured(long.work(dict.fromkeys(long.variables, 1)).view).clusters


def test_an_output_is_called_a_loss_only_by_its_name() -> None:
    graph = chainrule.parse(NETWORK.replace("L = ", "f = "))
    view = graph.work(dict.fromkeys(graph.variables, "0.5"), zoom="named")
    assert grounds(view.view)[-1] == ("Output", ["f"])


def test_a_ground_holds_its_cards_and_no_other() -> None:
    layout = placed(pictured(network()), rows=True)
    assert len(layout.grounds) == 5
    weights = {row.node: n for n, rows in layout.rows.items() for row in rows}
    for box, cluster in layout.grounds:
        for node, card in layout.nodes.items():
            inside = weights.get(node, node) in cluster.nodes
            assert (card.overlap(box) == pytest.approx(1)) == inside
            assert (card.overlap(box) == 0) != inside

"""Drawings: golden pictures, every format by its real program, and hostile names as text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule.drawing import draw
from chainrule.drawing.alternative import in_words
from chainrule.drawing.graphviz_process import layout
from chainrule.drawing.moment import moment
from chainrule.drawing.pictures import escaped
from chainrule.drawing.reduction import reduced
from chainrule.errors import DrawingError
from chainrule.readings.theme import LIGHT
from chainrule.readings.view import View
from tests.golden.files import same_as

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = [
    'a"]; b [label="x',
    r"\N \G \E \L \T \H",
    "<B>x</B>",
    "]]>",
    'image="/etc/passwd"',
    "a\x00b\x1b[31mc",
    "-->",
    "&amp;&lt;",
    "n1:port",
    "a\\",
    "\\",
    "-- > ><",
    "‮evil",
    "'onload='alert(1)",
]


def texts(svg: bytes) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")]


PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "lecture.svg": ("lecture", {}),
    "lecture.dot": ("lecture", {}),
    "lecture.tikz": ("lecture", {}),
    "lecture-step-17.tikz": ("lecture", {"step": 17, "document": True}),
    "lecture-step-17-dark.svg": ("lecture", {"theme": "dark", "step": 17}),
    "lecture-forward-scale.svg": (
        "lecture_forward",
        {"direction": "TB", "scale": True, "title": "Forward mode"},
    ),
    "lecture-values.svg": ("lecture", {"derivatives": False}),
    "lecture-gradient.svg": ("lecture", {"gradient": True}),
    "trouble.svg": ("trouble", {}),
    "vectors.svg": ("vectors", {}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_its_golden_file(name: str, request: pytest.FixtureRequest) -> None:
    run, options = PICTURES[name]
    view: View = request.getfixturevalue(run)
    same_as(GOLDEN / name, draw(view, name.rpartition(".")[2], **options).decode())


@pytest.mark.parametrize(
    ("format", "magic"),
    [("svg", b"<?xml "), ("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-"), ("dot", b"digraph")],
)
def test_a_picture_in_each_format_and_the_same_bytes_twice(
    lecture: View, format: str, magic: bytes
) -> None:
    picture = draw(lecture, format)
    assert picture.startswith(magic)
    assert draw(lecture, format) == picture


@pytest.mark.parametrize(
    "options", [{"step": 13}, {"scale": True}, {"direction": "TB"}, {"clusters": "assignments"}]
)
@pytest.mark.parametrize("name", ["lecture", "lecture_forward", "trouble", "vectors"])
def test_every_option_on_every_run(
    name: str, options: dict[str, object], request: pytest.FixtureRequest
) -> None:
    # A complaint of Graphviz on its standard error would be an error here.
    view: View = request.getfixturevalue(name)
    for theme in ("light", "dark"):
        for format in ("svg", "pdf", "tikz"):
            assert draw(view, format, theme=theme, **options)  # type: ignore[arg-type]


def test_what_stands_on_the_cards(lecture: View) -> None:
    seen = texts(draw(lecture))
    for words in ("u₁ = sin t", "−0.7649", "0.6441", "4.5608", "cos t = 0.5403", "2x", "2"):
        assert words in seen
    assert seen.count("3") == 2  # the value of u₂ and the partial ∂u₂/∂t, shown once
    assert f'fill="{LIGHT.derivative}">4.5608' in draw(lecture).decode()


def test_svg_carries_title_words_ids_and_fonts(lecture: View) -> None:
    picture = draw(lecture, title="The lecture’s example")
    root = ElementTree.fromstring(picture)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "The lecture’s example"
    assert root.findtext(f"{SVG}desc") == in_words(reduced(lecture))
    ids = {element.get("id") for element in root.iter(f"{SVG}g")}
    assert {"node_x", "node_u1", "edge_u1.t", "edge_J.u"} <= ids
    assert root.get("font-family") == "DejaVu Sans, Verdana, sans-serif"
    # Beside the namespace there is no address.
    assert re.findall(rb"https?://[^\"]*", picture) == [b"http://www.w3.org/2000/svg"]
    tips = [g.findtext(f"{SVG}title") for g in root.iter(f"{SVG}g")]
    assert "t = x², value 1, adjoint 2.2804." in tips
    assert "∂u₁/∂t = cos t = 0.5403." in tips


def test_ids_do_not_repeat_where_an_operand_is_used_twice(doublings: View) -> None:
    ids = re.findall(r' id="((?:node|edge)[^"]+)', draw(doublings).decode())
    assert len(ids) == len(set(ids)) == 61 + 120
    in_dot = re.findall(r'id="?([^"\s\]]+)', draw(doublings, "dot").decode())
    assert set(in_dot) == set(ids)
    assert "edge_t2.t1" in ids
    assert "edge_t2.t1.2" in ids


def test_a_step_shows_what_is_known_by_then(lecture: View) -> None:
    first = texts(draw(lecture, step=0))
    assert first.count("1") == 1  # the value of x, and nothing else
    assert "0.6441" not in first
    outlines = draw(lecture, step=0).count(b'stroke-dasharray="3 2.5"')
    assert outlines == 11  # six values and adjoints each, but for the value of x
    share = texts(draw(lecture, step=17))
    assert "1.9324 = 0.6441 × 3" in share
    assert "0.3480 = 0.6441 × 0.5403" in share  # the share that came before
    lit = draw(lecture, step=17).decode()
    assert lit.count('stroke-width="2.25"') == 2  # the edge and the node of the step
    assert len(heads(lecture, 17) - heads(lecture, None)) == 1  # the derivative's way is back


def heads(view: View, step: int | None) -> set[str]:
    """Return where the tips of arrows stand."""
    return set(re.findall(r'points="([^ ]*)', draw(view, step=step).decode()))


def test_a_running_sum_is_shown_as_far_as_it_has_come(lecture: View) -> None:
    node = lecture.graph.index["t"]
    assert moment(lecture, 16).derivatives[node].shown == pytest.approx(0.34802, abs=1e-5)
    assert moment(lecture, 17).derivatives[node].shown == pytest.approx(2.28040, abs=1e-5)
    assert moment(lecture, 15).derivatives.get(node) is None


def test_undefined_and_kinks_are_marked_in_words(trouble: View) -> None:
    seen = texts(draw(trouble))
    assert "△ undef" in seen
    assert "△ log needs a positive operand" in seen
    assert "△ kink" in seen
    assert seen.count("0") > 1  # the input that the output does not use has the adjoint 0
    assert draw(trouble).count(b'stroke-dasharray="1.5 3"') == 1
    assert f'stroke="{LIGHT.warning}"' in draw(trouble).decode()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"step": 99}, "step 99 of a run; allowed: 0 to 18"),
        ({"step": -1}, "allowed: 0 to 18"),
        ({"theme": "sepia"}, "allowed: light, dark"),
        ({"direction": "RL"}, "allowed: LR, TB"),
        ({"format": "gif"}, "allowed: svg, png, pdf, dot, tikz"),
    ],
)
def test_options_not_allowed_are_refused(
    lecture: View, options: dict[str, object], words: str
) -> None:
    with pytest.raises(DrawingError, match=words):
        draw(lecture, **options)  # type: ignore[arg-type]


# Hostile names


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text(name: str, called: Callable[[str], View]) -> None:
    view = called(name)
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    picture = draw(view, "svg", title=name)
    root = ElementTree.fromstring(picture)
    assert len([g for g in root.iter(f"{SVG}g") if g.get("class") == "node"]) == 3
    assert root.findtext(f"{SVG}title") == shown
    seen = [" ".join(words.split()) for words in texts(picture)]
    assert " ".join(shown.split()) in seen
    assert draw(view, "pdf", title=name).startswith(b"%PDF-")
    source = draw(view, "dot", title=name).decode()
    assert len(layout(source)["objects"]) == 3
    ids = re.findall(rb'<g id="([^"]*)" class="(?:node|edge)"', picture)
    assert all(re.fullmatch(rb"(node|edge)[._][A-Za-z0-9_.]+", id) for id in ids)


def test_backslashes_stay_as_many(called: Callable[[str], View]) -> None:
    for name in ("\\N", "\\\\N", "\\\\\\", "a\\nb", "\\&#92;N"):
        assert f"{name} = x²" in texts(draw(called(name)))


def test_escaping_leaves_no_character_of_markup() -> None:
    assert not re.search(r"""[<>"']""", escaped("""<a href="b">'\\N'</a>[]{}"""))
    assert escaped("sin\u2009t") == "sin t"
    assert escaped("\ud800") == "\N{REPLACEMENT CHARACTER}"


def test_long_names_are_cut(called: Callable[[str], View]) -> None:
    assert max(map(len, texts(draw(called("a" * 500))))) < 60


# Large graphs


def test_sixty_doublings_are_small(doublings: View) -> None:
    sizes = [len(draw(doublings, format)) for format in ("dot", "svg", "pdf")]
    assert max(sizes) < 200_000


@pytest.mark.parametrize(
    ("named", "count", "note"),
    [
        (0, 2, "1,001 nodes are folded to 2, one for each assignment: a drawing shows at most"),
        (20, 22, "1,001 nodes are folded to 22, one for each assignment"),
        (1000, 300, "The 300 nodes nearest to t₁₀₀₀ are shown; 701 of 1,001 are left out."),
    ],
)
def test_large_graphs_are_folded_and_say_so(
    named: int, count: int, note: str, chain: Callable[..., View]
) -> None:
    view = chain(1001, named)
    drawn = reduced(view)
    assert len(drawn.nodes) == count
    assert drawn.note.startswith(note)
    assert drawn.note in in_words(reduced(view))
    assert any(words.startswith(note) for words in texts(draw(view)))
    assert drawn.view.run.value(drawn.view.run.output).shown == pytest.approx(
        view.run.value(view.run.output).shown
    )
    assert drawn.view.run.derivative(drawn.view.graph.inputs[0]).shown == pytest.approx(
        view.run.derivative(view.graph.inputs[0]).shown
    )


def test_five_thousand_nodes(chain: Callable[..., View]) -> None:
    view = chain(5000, 5000)
    assert len(draw(view, "dot")) < 200_000
    assert draw(view, "png")


def test_a_folded_forward_run_keeps_its_direction(lecture_forward: View) -> None:
    drawn = reduced(lecture_forward, 5)
    assert drawn.note.endswith("1 of 6 are left out.")
    assert drawn.view.run.mode == "forward"


# Words


def test_the_alternative_of_the_lecture(lecture: View) -> None:
    assert in_words(reduced(lecture)) == (
        "A graph of 6 nodes that computes J. "
        "x is an input, value 1, adjoint 4.5608. "
        "t = x², value 1, adjoint 2.2804. ∂t/∂x = 2x = 2. "
        "u₁ = sin t, value 0.8415, adjoint 0.6441. ∂u₁/∂t = cos t = 0.5403. "
        "u₂ = 3t, value 3, adjoint 0.6441. ∂u₂/∂t = 3. "
        "u = u₁ + u₂, value 3.8415, adjoint 0.6441. ∂u/∂u₁ = 1. ∂u/∂u₂ = 1. "
        "J = cos u, value −0.7649, adjoint 1. ∂J/∂u = −sin u = 0.6441."
    )


def test_the_alternative_names_reasons(trouble: View) -> None:
    words = in_words(reduced(trouble))
    assert "depends on s, where log needs a positive operand" in words
    assert "a kink" in words

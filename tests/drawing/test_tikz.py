"""TikZ: what stands in the picture, at which moment, and names as text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from chainrule.drawing import draw
from chainrule.drawing.layout import placed
from chainrule.drawing.reduction import reduced
from chainrule.drawing.scene import Stage
from chainrule.readings.render.latex import PX
from chainrule.readings.view import View
from tests.drawing.test_pictures import HOSTILE


def tikz(view: View, **options: object) -> str:
    return draw(view, "tikz", **options).decode()  # type: ignore[arg-type]


def test_the_lecture_s_numbers_stand_in_their_colours(lecture: View) -> None:
    found = tikz(lecture)
    for value in ("1", "0.8415", "3", "3.8415", "-0.7649"):
        assert rf"\textcolor{{crvalue}}{{{value}}}" in found
    for adjoint in ("4.5608", "2.2804", "0.6441", "1"):
        assert rf"\textcolor{{crderivative}}{{{adjoint}}}" in found
    assert r"$\textcolor{crpartial}{\cos {} t} = \textcolor{crpartial}{0.5403}$" in found


def test_what_is_not_known_yet_is_an_empty_outline(lecture: View) -> None:
    # After the first of 19 steps one value is known; after the last, everything.
    assert tikz(lecture, step=0).count(", dashed, rounded") == 11
    assert tikz(lecture, step=18).count(", dashed, rounded") == 0
    lit = tikz(lecture, step=17)
    assert lit.count("fill=crlit, draw=crderivative") == 1  # the node that a share comes to
    assert lit.count("fill=crcard, draw=crderivative") == 1  # and the one it comes from
    assert lit.count(r"\draw[crderivative") == 1


def test_cards_stand_where_the_layout_puts_them(lecture: View) -> None:
    layout = placed(reduced(lecture))
    found = re.findall(
        r"\\path\[fill=cr(?:card|input).*?\] \((.*?),(.*?)\) rectangle \((.*?),(.*?)\);",
        tikz(lecture),
    )
    for box, corners in zip(layout.nodes.values(), found, strict=True):
        left, top, right, bottom = map(float, corners)
        assert (left + right) / 2 == pytest.approx(box.x * PX, abs=0.1)
        assert (top + bottom) / 2 == pytest.approx(box.y * PX, abs=0.1)
        assert right - left == pytest.approx(box.w * PX, abs=0.11)


def test_lines_begin_at_a_card_and_end_at_a_card(lecture: View, vectors: View) -> None:
    for view in (lecture, vectors):
        scene = Stage(placed(reduced(view))).scene()
        boxes = {card.node: card.box for card in scene.cards}
        for line in scene.lines:
            begin, end = boxes[line.edge.operand], boxes[line.edge.user]
            assert line.start[0] == pytest.approx(begin.x + begin.w / 2, abs=0.1)
            assert line.tip[0] == pytest.approx(end.x - end.w / 2, abs=0.1)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_or_title_is_text(called: Callable[..., View], hostile: str) -> None:
    plain = tikz(called("t"), title="plain", document=True)
    found = tikz(called(hostile), title=hostile, document=True)
    commands = set(re.findall(r"\\[A-Za-z]+", found)) - set(re.findall(r"\\[A-Za-z]+", plain))
    assert commands <= {
        r"\textbackslash",
        r"\textless",
        r"\textgreater",
        r"\textasciitilde",
        r"\text",
        r"\textasciicircum",
        r"\mathrm",
    }
    assert found.count(r"\end{document}") == 1
    bare = re.sub(r"\\[{}\\$%#&_]", "", found)
    assert bare.count("{") == bare.count("}")
    assert all(c.isprintable() or c == "\n" for c in found)


def test_it_knows_every_option(lecture: View) -> None:
    scaled = tikz(lecture, scale=True)
    assert "crderivative!" in scaled
    framed = tikz(lecture, clusters={"inner & outer": ["t", "u1"]})
    assert r"inner \& outer" in framed
    assert tikz(lecture, gradient=True).count("pt, dashed] ") == 3


def test_values_alone(lecture: View) -> None:
    found = tikz(lecture, derivatives=False).split(r"\begin{tikzpicture}")[1]
    assert "crderivative" not in found
    assert "text=crpartial" not in found


def test_a_graph_too_large_says_so(chain: Callable[..., View]) -> None:
    assert "left out" in tikz(chain(320), step=3) or "folded" in tikz(chain(320))

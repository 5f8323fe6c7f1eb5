"""Slides: a page a step, and one SVG that plays them; the same numbers at the same steps."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import chainrule
from chainrule.drawing.animation import runs, slides_svg, wrapped
from chainrule.drawing.frames import MOST_FRAMES, frames
from chainrule.drawing.slides import slides, slides_source
from chainrule.errors import DrawingError
from chainrule.readings.story import story
from chainrule.readings.terms import Symbol
from chainrule.readings.view import View
from chainrule.typesetting import typeset
from tests.drawing.test_pictures import GOLDEN, HOSTILE
from tests.golden.files import same_as
from tests.test_typesetting import pages

SVG = "{http://www.w3.org/2000/svg}"


def test_a_page_for_every_step(lecture: View, lecture_forward: View) -> None:
    for view in (lecture, lecture_forward):
        made = slides(view)
        assert made.startswith(b"%PDF-")
        assert pages(made) == len(list(story(view))) == 19
        assert not re.search(rb"/(?:JS|JavaScript|AA|OpenAction|Launch|URI|EmbeddedFile)\b", made)
    assert slides(lecture) == slides(lecture)


def test_every_kind_of_run_has_slides(trouble: View, vectors: View) -> None:
    for view in (trouble, vectors):
        assert pages(slides(view)) == len(frames(view).frames)
        slides(view, "svg")


def test_golden_source(lecture: View) -> None:
    found = slides_source(frames(lecture))
    page = found.split("#slide(\n")[18]  # the share from u₂ into t
    same_as(GOLDEN / "lecture-slide-18.typ", page)


def seen(svg: bytes, frame: int) -> list[str]:
    """Return the texts that are shown in a frame, by the intervals of their groups."""
    found: list[str] = []

    def walk(element: ElementTree.Element) -> None:
        interval = re.fullmatch(r"k(\d+)-(\d+)", element.get("class", ""))
        if interval and not int(interval[1]) <= frame < int(interval[2]):
            return
        if element.tag == f"{SVG}text":
            found.append("".join(element.itertext()))
        for inner in element:
            walk(inner)

    walk(ElementTree.fromstring(svg))
    return found


def test_the_animation_shows_each_number_from_its_step_on(lecture: View) -> None:
    made = slides(lecture, "svg")
    root = ElementTree.fromstring(made)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "style",
        "g",
        "rect",
        "path",
        "polygon",
        "text",
        "tspan",
    }
    first, shares, last = (seen(made, frame) for frame in (0, 17, 18))
    assert "step 1 of 19" in first and "1" in first
    assert not {"0.8415", "3.8415", "2.2804", "4.5608"} & set(first)
    assert {"step 18 of 19", "0.3480 = 0.6441 × 0.5403", "1.9324 = 0.6441 × 3", "2.2804"} <= set(
        shares
    )
    assert "4.5608" not in shares and "4.5608" in last
    # t has 0.3480 alone after its first share.
    assert "0.3480" in seen(made, 16) and "2.2804" not in seen(made, 16)


def test_the_css_says_the_same_as_the_intervals(lecture: View) -> None:
    made = slides_svg(lecture, seconds=2).decode()
    used = set(re.findall(r'class="(k\d+-\d+)"', made))
    assert used == set(re.findall(r"@keyframes (\S+)", made))
    assert re.search(r"\.k0-1 \{ visibility: hidden; animation: k0-1 38s step-end", made)
    assert re.search(r"\.k18-19 \{ visibility: visible;", made)
    keys = re.search(r"@keyframes k17-18 \{ (.*) \}", made)
    assert keys is not None
    assert keys[1] == (
        "0% { visibility: hidden } 89.47% { visibility: visible } 94.74% { visibility: hidden }"
    )
    assert "prefers-reduced-motion: reduce" in made and "animation-play-state: paused" in made


def test_nothing_is_called_from_elsewhere(lecture: View) -> None:
    made = slides(lecture, "svg", theme="dark").decode()
    assert re.findall(r"https?://[^\"]*", made) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|\son\w+=|href=|@import|url\(", made)


@pytest.mark.parametrize("number", range(0, len(HOSTILE), 2))
def test_hostile_names_are_text(called: Callable[..., View], number: int) -> None:
    view = called(HOSTILE[number])
    made = ElementTree.fromstring(slides(view, "svg"))
    assert not {e.tag.removeprefix(SVG) for e in made.iter()} & {"script", "a", "image", "B"}
    assert pages(slides(view)) == len(list(story(view)))


def test_long_runs_are_cut_and_say_so(chain: Callable[..., View]) -> None:
    shown = frames(chain(120))
    assert len(shown.frames) == min(MOST_FRAMES, 40_000 // 239) and shown.total == 359
    assert shown.note.startswith("The first 167 of 359 steps are shown")
    source = slides_source(shown)
    assert source.count(shown.note) == 2  # on the first and on the last page
    assert shown.note in slides_svg(chain(120)).decode()


def test_a_large_graph_is_shown_in_part_at_a_size_that_can_be_read() -> None:
    formula = "+".join(f"sin(x{i})" for i in range(30))
    worked = chainrule.parse(formula).reverse({f"x{i}": 1 for i in range(30)})
    every = frames(worked.view)
    shown = replace(every, frames=every.frames[::9])
    source = slides_source(shown)
    assert "#let u = 0.4500pt" in source
    for frame in shown.frames:
        window = frame.scene.around(770 / 0.45, 205 / 0.45)
        target = next(c for c in frame.scene.cards if c.outline == "target")
        assert window.holds(target.box)
        assert len(frame.scene.within(window).cards) < len(frame.scene.cards)
    assert typeset(source).startswith(b"%PDF")


def test_another_format_is_refused(lecture: View) -> None:
    with pytest.raises(DrawingError, match="slides as 'gif'; allowed: pdf, svg"):
        slides(lecture, "gif")


def test_runs_and_lines() -> None:
    assert list(runs("aabbb")) == [("a", 0, 2), ("b", 2, 5)]
    lines = wrapped(("one two ", Symbol("x"), " three"), 10, 50)
    assert ["".join(words for words, _ in line) for line in lines] == ["one two", "x three"]


@pytest.mark.browser
def test_a_browser_plays_it(lecture: View, tmp_path: Path, app_browser: Browser) -> None:
    file = tmp_path / "slides.svg"
    file.write_bytes(slides_svg(lecture, seconds=1))
    visible = """seconds => {
        document.getAnimations().forEach(a => { a.pause(); a.currentTime = seconds * 1000 })
        return [...document.querySelectorAll("text")]
            .filter(t => getComputedStyle(t).visibility === "visible").map(t => t.textContent)
    }"""
    with app_browser.new_page() as page:
        page.goto(file.as_uri())
        assert sorted(page.evaluate(visible, 17.5)) == sorted(seen(file.read_bytes(), 17))
        assert sorted(page.evaluate(visible, 0.5)) == sorted(seen(file.read_bytes(), 0))
    with app_browser.new_page(reduced_motion="reduce") as still:
        still.goto(file.as_uri())
        assert sorted(still.evaluate(visible, 0)) == sorted(seen(file.read_bytes(), 18))

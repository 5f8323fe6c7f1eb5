"""The figure that plays by itself: one file, no request, its text there without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import chainrule

FORMULA = "cos(sin(x^2)+3x^2)"
PROGRAM = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
HOSTILE = ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "<!--", "]]>"]
KNOWN = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}
# By hand: t = 1.5², adjoints of cos(sin t + 3t) at 2.25, from mpmath.
NUMBERS = ["2.25", "0.7781", "6.75", "7.5281", "0.3202", "−0.9474", "−0.6282", "−2.8421", "−6.7409"]


class Tags(HTMLParser):
    """Everything that is opened, and every attribute."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def lecture() -> str:
    return chainrule.parse(PROGRAM).work({"x": "1.5"}).draw("html", step=17).decode()


def test_it_is_small() -> None:
    drawn = chainrule.parse(FORMULA).work({"x": "1"}).draw("html")
    assert len(drawn) <= 300_000


def test_it_asks_nobody(lecture: str) -> None:
    assert set(re.findall(r"https?://[^\s\"'`<)]+", lecture)) <= KNOWN
    for tag, attributes in Tags(lecture).found:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")
        assert not {"src", "href", "action", "srcdoc", "style"} & attributes.keys(), tag
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|localStorage|eval)\b", lecture)


def test_ids_stand_once(lecture: str) -> None:
    ids = [attributes["id"] for _tag, attributes in Tags(lecture).found if "id" in attributes]
    assert len(ids) == len(set(ids)) > 5


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_typed_stays_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Tags(chainrule.parse("x^2").work({"x": "3"}).draw("html", document=False).decode())
    monkeypatch.setattr("chainrule.drawing.figure.prose_text", lambda _prose: name)
    drawn = chainrule.parse("x^2").work({"x": "3"}).draw("html", document=False).decode()
    tags = [tag for tag, _attributes in plain.found]
    assert [tag for tag, _attributes in Tags(drawn).found] == tags


def test_the_closed_form_agrees_or_is_not_said_to(lecture: str) -> None:
    assert "agrees by 4 ways" in lecture
    kink = chainrule.parse("abs(x)").work({"x": "0"}).draw("html").decode()
    assert "agrees by" not in kink


def test_a_graph_of_vectors_has_one_too() -> None:
    worked = chainrule.parse("z = sum(W @ x); W: 2x2; x: 2").work(
        {"W": [[1, 2], [3, 4]], "x": [1, 2]}
    )
    assert b"<svg" in worked.draw("html")


Opened = Callable[..., Page]


@pytest.fixture
def opened(app_browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Open HTML from a file with the network off; no fault may come, and no request go out."""
    contexts: list[Any] = []
    faults: list[str] = []

    def open_file(html: str, query: str = "", **options: Any) -> Page:
        context = app_browser.new_context(
            offline=True, viewport={"width": 900, "height": 700}, **options
        )
        contexts.append(context)
        page: Page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.extend(_elsewhere(request.url)))
        (tmp_path / "figure.html").write_text(html, "utf-8")
        page.goto(f"file://{tmp_path}/figure.html{query}")
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert faults == []


def _elsewhere(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:", "blob:")) else [url]


@pytest.mark.browser
def test_it_opens_at_its_step_and_plays(opened: Opened, lecture: str) -> None:
    page = opened(lecture)
    player = page.locator(".player")
    player.and_(page.locator("[data-step='17']")).wait_for()
    page.locator(".scrubber").press("ArrowRight")
    player.and_(page.locator("[data-step='18']")).wait_for()
    assert page.locator(".cr-still svg").is_hidden()
    page.locator("summary").click()
    assert page.locator("details li").nth(18).is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_theme(opened: Opened, lecture: str, scheme: str) -> None:
    page = opened(lecture, color_scheme=scheme)
    page.locator(f".player[data-theme={scheme}]").wait_for()


@pytest.mark.browser
def test_the_address_can_ask_for_dark(opened: Opened, lecture: str) -> None:
    opened(lecture, "?dark", color_scheme="light").locator(".player[data-theme=dark]").wait_for()


@pytest.mark.browser
def test_without_javascript_all_numbers_and_steps_are_there(opened: Opened, lecture: str) -> None:
    page = opened(lecture, java_script_enabled=False)
    for place in (".cr-still svg", ".cr-still table", ".cr-text ol"):
        shown = page.locator(place).first
        assert shown.is_visible()
    table = page.locator(".cr-still table").inner_text()
    assert [number for number in NUMBERS if number not in table] == []
    assert page.locator(".cr-text ol > li").count() == 19


@pytest.mark.browser
def test_paper_has_picture_table_and_steps(opened: Opened, lecture: str) -> None:
    page = opened(lecture)
    page.locator(".player[data-step]").wait_for()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".cr-still svg").is_visible()
    assert page.locator(".cr-still table").is_visible()
    assert page.locator(".cr-text li").first.is_visible()
    assert page.locator(".player").is_hidden()


@pytest.mark.browser
def test_neither_style_reaches_the_other_and_two_stand_on_one_page(opened: Opened) -> None:
    one, two = (chainrule.parse(text).work({"x": "2"})._repr_html_() for text in ("x^2", "x^3"))
    page = opened(
        "<!doctype html><style>table{width:300px;border:9px solid red}button{padding:40px}</style>"
        f"<button>mine</button><table><tr><td>mine</td></tr></table>{one}{two}"
    )
    page.locator(".player[data-step]").nth(1).wait_for()
    wide = page.locator(".player .buttons button").first.evaluate("one => one.offsetWidth")
    assert wide < 60
    assert (
        page.locator(".player table").first.evaluate("one => getComputedStyle(one).borderTopWidth")
        == "0px"
    )
    mine = page.get_by_role("button", name="mine")
    assert mine.evaluate("one => getComputedStyle(one).paddingTop") == "40px"

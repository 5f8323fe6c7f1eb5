"""What somebody wants who comes for the first time, each within four actions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.ui.waiting import at_rest

pytestmark = pytest.mark.browser
MOST = 4


class Visitor:
    """Somebody at the page, whose actions are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def _acts(self) -> None:
        at_rest(self.page)
        self.actions += 1

    def click(self, role: str, name: str | re.Pattern[str], *, exact: bool = False) -> None:
        """Click on what has this role and name; to scroll to it is an action, too."""
        self._acts()
        target = self.page.get_by_role(role, name=name, exact=exact).first  # type: ignore[arg-type]
        self._reach(target)
        target.click()

    def _reach(self, target: Locator) -> None:
        target.wait_for()
        box, seen = target.bounding_box(), self.page.viewport_size
        assert box is not None and seen is not None
        self.actions += box["y"] < 0 or box["y"] + box["height"] > seen["height"]

    def type(self, box: Locator, text: str, key: str = "Enter") -> None:
        """Replace what stands in a box, and press a key."""
        self._acts()
        box.fill(text)
        box.press(key)

    def upload(self, name: str, content: bytes) -> None:
        """Give a file to the first place on the page that takes one."""
        self._acts()
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.page.locator("input[type=file]").first.set_input_files(files=file)  # type: ignore[arg-type]

    def download(self, name: str) -> Download:
        """Click on a button that gives a file."""
        self._acts()
        target = self.page.get_by_role("button", name=name, exact=True).first
        self._reach(target)
        with self.page.expect_download() as begun:
            target.click()
        return begun.value


@pytest.fixture
def visitor(app_page: Page, app_address: str) -> Iterator[Visitor]:
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608")
    found = Visitor(app_page)
    yield found
    assert 0 < found.actions <= MOST


def test_the_derivative_at_another_point(visitor: Visitor) -> None:
    visitor.type(visitor.page.get_by_role("textbox", name="Value of x"), "2")
    # −2x (cos x² + 3) sin(sin x² + 3x²) at 2, from its closed form.
    expect(visitor.page.get_by_role("table")).to_contain_text("9.0991")


def test_which_step_makes_the_gradient_vanish(visitor: Visitor) -> None:
    visitor.click("button", "Examples")
    visitor.click("button", "A chain with two weights")
    visitor.click("radio", "Health")
    # σ′(6) = σ(6) (1 − σ(6)) = 0.002467
    expect(visitor.page.get_by_text("0.0025").last).to_be_visible()
    expect(visitor.page.get_by_text(re.compile("saturated")).first).to_be_visible()


def test_the_loss_as_it_stands_on_the_slide(visitor: Visitor) -> None:
    box = visitor.page.get_by_role("textbox", name="Formula or program")
    visitor.type(box, "y* log y + (1-y*) log(1-y)", "Control+Enter")
    table = visitor.page.get_by_role("table")
    expect(table).to_contain_text("−0.6931")
    expect(visitor.page.get_by_text("forward, reverse, SymPy, differences")).to_be_visible()


def test_a_table_for_latex(visitor: Visitor) -> None:
    visitor.click("button", "Save and share")
    written = visitor.download("LaTeX").path().read_text("utf-8")
    assert r"\begin{tabular}" in written and "4.5608" in written


def test_a_figure_for_a_slide(visitor: Visitor) -> None:
    visitor.click("button", "Save and share")
    assert visitor.download("PNG").path().read_bytes().startswith(b"\x89PNG")


def test_the_derivative_of_a_node_that_is_no_input(visitor: Visitor) -> None:
    visitor.click("button", re.compile("^u₁ = "))
    heading = visitor.page.get_by_role("heading", level=3)
    expect(heading).to_contain_text("u")
    # ∂J/∂u₁ = −sin u · 1
    row = visitor.page.locator("tr[aria-current=step]")
    expect(row).to_contain_text("0.6441")


def test_what_the_slope_of_relu_at_0_is(visitor: Visitor) -> None:
    visitor.click("link", "Reference")
    visitor.type(visitor.page.get_by_role("searchbox", name="Search operations"), "relu")
    expect(
        visitor.page.get_by_text("relu has slopes 0 and 1 at 0; the passes use 0")
    ).to_be_visible()


def test_zero_start_against_he_and_where_the_gradient_vanishes(visitor: Visitor) -> None:
    visitor.click("link", "Networks")
    visitor.click("button", "Experiments", exact=True)
    visitor.click("button", "Vanishing, exploding")
    # A sigmoid's slope is at most ¼; a layer whose weights are 0 sends nothing back.
    page = visitor.page
    expect(page.get_by_text(re.compile("shrinks to .* with sigmoid")).first).to_be_visible()
    expect(page.get_by_text(re.compile("Nothing at all arrives .* zeros")).first).to_be_visible()
    expect(page.get_by_text(re.compile("keeps about its size .* he weights")).first).to_be_visible()


def test_an_operation_is_found_played_with_and_opened(visitor: Visitor) -> None:
    visitor.click("link", "Reference")
    page = visitor.page
    visitor.type(page.get_by_role("searchbox", name="Search operations"), "softplus")
    expect(page).to_have_url(re.compile("op=softplus"))
    slider = page.get_by_role("slider", name="x of softplus")
    visitor._acts()
    slider.fill("80")  # the middle: x = 0
    # ln 2, and σ(0)
    for words in ("y = 0.6931", "∂y/∂x = 0.5"):
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    visitor.click("button", "Open in Explore")
    expect(page.get_by_role("textbox", name="Formula or program")).to_have_value("y = softplus(x)")


def test_a_lecturer_presents_by_keys(visitor: Visitor) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 1920, "height": 1080})
    visitor.click("button", "Present")
    player = page.locator(".player")
    expect(player).to_have_class(re.compile("present"))
    box = player.bounding_box()
    assert box is not None and abs(box["width"] - 1920) < 2 and abs(box["height"] - 1080) < 2
    assert player.locator(".sentence").evaluate("e => e.getBoundingClientRect().height") > 50
    steps = page.get_by_role("slider", name="Steps")
    for key, step in (("ArrowLeft", 18), ("PageUp", 17), ("ArrowRight", 18), ("Home", 1)):
        page.keyboard.press(key)
        expect(steps).to_have_attribute("aria-valuenow", str(step))
    for key in ("1", "2", "Enter"):
        page.keyboard.press(key)
    expect(steps).to_have_attribute("aria-valuenow", "12")
    page.keyboard.press("t")
    expect(page.get_by_role("table")).not_to_be_visible()
    page.keyboard.press("Escape")
    expect(player).not_to_have_class(re.compile("present"))
    expect(steps).to_have_attribute("aria-valuenow", "12")


def test_a_sheet_for_three_students(visitor: Visitor) -> None:
    visitor.click("link", "Exercises")
    visitor.click("radio", "A class")
    names = b"name\nAda Aalto\nBo Berg\nCy Cruz\n"
    visitor.upload("roster.csv", names)
    expect(visitor.page.get_by_text("3 students")).to_be_visible()
    visitor.click("button", "Make the sheets")
    expect(visitor.page.get_by_text("3 sheets, 3 keys")).to_be_visible()

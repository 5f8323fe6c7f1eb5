"""Check my work, as a person sees it in Chromium: fields, marks, report, hints, reload."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.ui.waiting import at_rest

pytestmark = pytest.mark.browser

# Worked by hand at x = 1: cos 1 = 0.5403, sin 1 = 0.8415; t's adjoint is the share of u2 alone.
WORK = {
    "value:J": "−0.7649",
    "value:u": "3,8415",
    "value:u1": "0.8415",
    "value:u2": "3",
    "value:t": "1",
    "partial:J,u": "0.6441",
    "partial:u,u1": "1",
    "partial:u,u2": "1",
    "partial:u1,t": "cos(1)",
    "partial:u2,t": "3",
    "partial:t,x": "2",
    "adjoint:J": "1",
    "adjoint:u": "0.6441",
    "adjoint:u1": "0.6441",
    "adjoint:u2": "0.6441",
    "adjoint:t": "1.9324",
    "adjoint:x": "3.8648",
}
LATEX = r"node & value & adjoint \\ \midrule $t$ & $1$ & $2.2804$ \\ $w$ & 2 & 3 \\"


def opened(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/check-my-work{query}")
    expect(page.locator(".worktable input").first).to_be_visible()


def field(page: Page, id: str):
    return page.locator(f'.worktable input[name="{id}"]')


def worked(page: Page) -> None:
    for id, words in WORK.items():
        field(page, id).fill(words)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".square.wrong")).to_have_count(1)


def test_the_lectures_table_is_marked_explained_and_survives_a_reload(
    app_address: str, app_page: Page
) -> None:
    page = app_page
    opened(page, app_address)
    worked(page)
    report = page.locator(".report")
    expect(report).to_contain_text("16of 17 cells credited")
    expect(report).to_contain_text("15 right, 1 wrong, 1 consistent and credited.")
    expect(page.locator(".square")).to_have_count(17)
    at_rest(page)
    # In working order: the last but one square is the wrong one, the last follows.
    assert page.locator(".square").nth(15).get_attribute("aria-label") == "adjoint of t: wrong"
    assert "follows" in str(page.locator(".square").nth(16).get_attribute("class"))
    expect(report).to_contain_text("alone sends to")
    expect(report).to_contain_text("overwrite instead of accumulate")
    expect(report).to_contain_text("forgotten path")
    expect(page.locator(".shares .sent.lacking .empty")).to_have_count(1)
    expect(page.locator(".shares .sent.arrived")).to_have_text("1.9324")
    assert "2.28" not in report.inner_text() and "0.348" not in report.inner_text()
    expect(page.locator(".note-words.strong")).to_have_text("first wrong cell")
    expect(field(page, "adjoint:t")).to_have_attribute("aria-label", "adjoint of t: wrong")
    expect(page.locator(".hint")).to_contain_text("Hint 1 of 3.")
    page.get_by_role("button", name="Next hint").click()
    expect(page.locator(".hint")).to_contain_text("the shares are added")
    assert "1.9324" not in page.url
    page.reload()
    expect(field(page, "adjoint:t")).to_have_value("1.9324")
    expect(page.locator(".square.wrong")).to_have_count(1)
    # A changed cell loses its mark until it is checked again.
    field(page, "adjoint:t").fill("2.2804")
    expect(page.locator(".field.first-wrong")).to_have_count(0)
    field(page, "adjoint:t").press("Control+Enter")
    expect(page.locator(".square.right")).to_have_count(16)


def test_keys_lead_through_the_cells_in_working_order(app_address: str, app_page: Page) -> None:
    opened(app_page, app_address)
    field(app_page, "value:t").focus()
    app_page.keyboard.press("Enter")
    expect(field(app_page, "value:u1")).to_be_focused()
    app_page.keyboard.press("ArrowUp")
    expect(field(app_page, "value:t")).to_be_focused()


def test_a_pasted_table_fills_the_fields_and_its_faults_have_places(
    app_address: str, app_page: Page
) -> None:
    page = app_page
    opened(page, app_address)
    page.get_by_role("button", name="Paste LaTeX").click()
    page.locator(".paste textarea").fill(LATEX)
    page.get_by_role("button", name="Take these numbers").click()
    expect(page.locator(".faults")).to_contain_text("There is no node `w` here (row 3, column 1)")
    expect(field(page, "adjoint:t")).to_have_value("2.2804")


def test_a_link_brings_the_formula_and_hostile_links_are_refused(
    app_address: str, app_page: Page
) -> None:
    opened(app_page, app_address, "?f=" + quote("L = a b; a = x^2; b = 3x", safe="") + "&at=x%3D2")
    expect(field(app_page, "value:a")).to_be_visible()
    opened(app_page, app_address, "?f=x^2&answers=1")
    expect(app_page.locator(".stMain, body").first).to_contain_text("means nothing here")


def test_a_phone_needs_no_sideways_scrolling(app_address: str, app_page: Page) -> None:
    app_page.set_viewport_size({"width": 400, "height": 860})
    opened(app_page, app_address)
    worked(app_page)
    at_rest(app_page)
    assert app_page.evaluate("document.documentElement.scrollWidth") <= 400
    boxes = [one.bounding_box() for one in app_page.locator(".worktable .field").all()]
    tops = sorted((round(b["x"]), round(b["y"])) for b in boxes if b)
    assert len(set(tops)) == len(tops) == 17 and all(b and b["height"] >= 36 for b in boxes)


def test_the_mode_changes_the_table(app_address: str, app_page: Page) -> None:
    opened(app_page, app_address)
    app_page.get_by_text("forward", exact=True).click()
    expect(field(app_page, "tangent:J")).to_be_visible()

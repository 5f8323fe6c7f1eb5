"""Explore in a real browser: type, play, click, read, share, and bad input."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
LOGISTIC = "J = y_star ln(y) + (1-y_star) ln(1-y); y = 1/(1+e^(-a)); a = theta_0 + theta_1 x"
SLOW = 20_000


def formula(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Formula or program")
    expect(box).to_have_value(re.compile("."), timeout=SLOW)
    box.fill(text)
    box.press("Enter")


def at_rest(page: Page) -> None:
    """Wait until the server has answered everything; what is typed before may be overtaken."""
    calm = 0
    for _ in range(80):
        page.wait_for_timeout(250)
        state = page.get_by_test_id("stApp").get_attribute("data-test-script-state")
        calm = calm + 1 if state == "notRunning" else 0
        if calm == 4:
            return
    raise AssertionError("the server is still at work")


def test_explore_opens_with_the_lecture_example(app_page: Page, app_address: str) -> None:
    app_page.goto(app_address)
    table = app_page.get_by_role("table")
    expect(table).to_contain_text("4.5608", timeout=SLOW)
    # The lecture's numbers at x = 1, shown to four decimals.
    for number in ("−0.7649", "0.6441", "0.5403", "0.3480", "1.9324", "2.2804", "4.5608"):
        expect(table).to_contain_text(number)
    expect(app_page.get_by_text("forward, reverse, SymPy, differences")).to_be_visible(timeout=SLOW)
    assert app_page.evaluate("document.fonts.check('16px KaTeX_Math')")
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert app_page.evaluate(overflow) <= 0


def test_type_play_click_read_and_share(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(app_address)
    expect(page.get_by_role("table")).to_contain_text("4.5608", timeout=SLOW)
    formula(page, "cos(sin(x^2)+3x^2)")
    expect(page.get_by_role("table")).to_contain_text("v", timeout=SLOW)
    expect(page.get_by_role("slider", name="Steps")).to_have_attribute(
        "aria-valuetext", re.compile("19"), timeout=SLOW
    )
    at_rest(page)  # both formulas have 19 steps
    # Both passes, step by step: values, local partials, adjoints.
    page.get_by_role("button", name="First step").click()
    steps = page.get_by_role("slider", name="Steps")
    expect(steps).to_have_attribute("aria-valuenow", "1")
    for step in range(2, 20):
        page.get_by_role("button", name="Next step").click()
        expect(steps).to_have_attribute("aria-valuenow", str(step))
    expect(page.get_by_role("table")).to_contain_text("4.5608")
    # The node of x², and its adjoint 0.3480 + 1.9324 = 2.2804.
    node = page.get_by_role("button", name=re.compile("x²|x\\^2|v₁")).first
    node.click()
    expect(page.get_by_role("heading", level=3)).to_contain_text("v")
    expect(page.get_by_role("table")).to_contain_text("2.2804")
    # Forward mode plays as well.
    page.get_by_role("radio", name="Forward").click()
    expect(page.get_by_role("table")).to_contain_text("7.0806", timeout=SLOW)
    expect(steps).to_have_attribute("aria-valuenow", "19", timeout=SLOW)
    at_rest(page)
    # Step 5 of the pass, and the link that holds it, opened in another page.
    page.get_by_role("button", name="First step").click()
    for _ in range(4):
        page.get_by_role("button", name="Next step").click()
    page.wait_for_url(re.compile("step=4"), timeout=SLOW)
    other = page.context.new_page()
    other.goto(page.url)
    box = other.get_by_role("textbox", name="Formula or program")
    expect(box).to_have_value("cos(sin(x^2)+3x^2)", timeout=SLOW)
    expect(other.get_by_role("slider", name="Steps")).to_have_attribute(
        "aria-valuenow", "5", timeout=SLOW
    )
    expect(other.get_by_role("radio", name="Forward")).to_be_checked()


def test_values_by_field_and_link(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?f=x%5E2%20y&at=x%3D3%2Cy%3D0.5")
    table = app_page.get_by_role("table")
    expect(table).to_contain_text("4.5", timeout=SLOW)
    field = app_page.get_by_role("textbox", name="Value of y")
    expect(field).to_have_value("0.5")
    field.fill("1/3")
    field.press("Enter")
    expect(table).to_contain_text("0.3333", timeout=SLOW)


def test_a_bad_formula_keeps_what_was_there(app_page: Page, app_address: str) -> None:
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608", timeout=SLOW)
    formula(app_page, "J = cos(u")
    alert = app_page.get_by_role("alert").first
    expect(alert).to_contain_text("^", timeout=SLOW)
    expect(app_page.get_by_text("from before")).to_be_visible()
    expect(app_page.get_by_role("textbox", name="Formula or program")).to_have_value("J = cos(u")
    for word in ("Traceback", "ParseError", "Exception"):
        expect(app_page.get_by_text(word)).to_have_count(0)
    # Typing on through more than one formula that cannot be read loses no choice.
    for piece in ("J = cos(u) +", "J = cos(u) + (", "J = cos(u) + (2"):
        formula(app_page, piece)
        expect(app_page.get_by_text("from before")).to_be_visible(timeout=SLOW)
        app_page.wait_for_timeout(500)
    formula(app_page, LOGISTIC)
    expect(app_page.get_by_text("from before")).to_have_count(0, timeout=SLOW)
    expect(app_page.get_by_role("table")).to_contain_text("y", timeout=SLOW)
    expect(app_page.get_by_role("radio", name="Reverse")).to_be_checked()


def test_an_empty_box_offers_examples(app_page: Page, app_address: str) -> None:
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608", timeout=SLOW)
    box = app_page.get_by_role("textbox", name="Formula or program")
    box.fill("")
    box.press("Enter")
    app_page.get_by_role("button", name="a chain with one weight").click(timeout=SLOW)
    expect(app_page.get_by_role("textbox", name="Value of W")).to_be_visible(timeout=SLOW)
    expect(app_page.get_by_role("table")).to_contain_text("ln", timeout=SLOW)
    app_page.get_by_role("textbox", name="Formula or program").fill("")
    app_page.get_by_role("textbox", name="Formula or program").press("Enter")
    app_page.get_by_role("button", name="the lecture’s example").click(timeout=SLOW)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608", timeout=SLOW)


def test_bad_links_are_said_and_nothing_is_lost(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?f=x%5E2&evil=1")
    expect(app_page.get_by_text("The link could not be read")).to_be_visible(timeout=SLOW)
    expect(app_page.get_by_role("textbox", name="Formula or program")).to_have_value("x^2")


def test_a_phone_needs_no_sideways_scrolling(app_page: Page, app_address: str) -> None:
    app_page.set_viewport_size({"width": 400, "height": 860})
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608", timeout=SLOW)
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert app_page.evaluate(overflow) <= 0


def test_undefined_values_are_words(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?f=log(x)%2Bx&at=x%3D0")
    table = app_page.get_by_role("table")
    expect(table).to_contain_text("undef", timeout=SLOW)
    expect(app_page.get_by_text(re.compile("positive operand")).first).to_be_visible(timeout=SLOW)


def typed_until_taken(page: Page, field: Locator, words: str, shown: str) -> None:
    """Type into a field that has just appeared, as a person does: again, if it was not taken.

    Streamlit may set such a field once more after it is shown, over what is typed into it.
    """
    table = page.get_by_role("table")
    for attempt in range(3):
        field.fill(words)
        field.press("Enter")
        try:
            expect(table).to_contain_text(shown, timeout=SLOW // 2)
            return
        except AssertionError:
            if attempt == 2:
                raise


def test_a_matrix_is_typed_into_its_field(app_page: Page, app_address: str) -> None:
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608", timeout=SLOW)
    formula(app_page, "W: 2x2; x: 2; y = sum(W @ x)")
    field = app_page.get_by_role("textbox", name="Value of W")
    expect(field).to_have_value(re.compile(r"^\[\["), timeout=SLOW)
    # x was 1, a number; another formula means a vector by it.
    expect(app_page.get_by_role("textbox", name="Value of x")).to_have_value(re.compile(r"^\["))
    at_rest(app_page)
    typed_until_taken(app_page, field, "[[1, 0.5], [3, 4]]", "[4, 4.5]")
    app_page.wait_for_url(re.compile("W%3D.*3%252C.*4"), timeout=SLOW)
    other = app_page.context.new_page()
    other.goto(app_page.url)
    expect(other.get_by_role("table")).to_contain_text("[4, 4.5]", timeout=SLOW)
    field.fill("[[1, 0.5]]")
    field.press("Enter")
    expect(app_page.get_by_text("a 1×2 matrix was given").first).to_be_visible(timeout=SLOW)


def test_the_choice_at_kinks_stands_where_there_are_some(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/?f=relu(x)&at=x%3D0")
    table = page.get_by_role("table")
    expect(table).to_contain_text("relu", timeout=SLOW)
    at_rest(page)
    page.get_by_role("combobox", name=re.compile("At kinks")).click()
    page.get_by_role("option", name="Slope ½").click()
    expect(table).to_contain_text("0.5", timeout=SLOW)
    at_rest(page)
    assert "kink=1%2F2" in page.url
    page.reload()
    expect(table).to_contain_text("0.5", timeout=SLOW)
    formula(page, "sin(x)")
    expect(table).to_contain_text("sin", timeout=SLOW)
    expect(page.get_by_role("combobox", name=re.compile("At kinks"))).to_have_count(0)


def test_folds_tree_and_readings_are_in_the_link(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/?f=J%3Dcos(u)%3Bu%3Dsin(t)%2Bw%3Bw%3D3t%3Bt%3Dx%5E2&at=x%3D1")
    table = page.get_by_role("table")
    expect(table).to_contain_text("4.5608", timeout=SLOW)
    at_rest(page)
    page.get_by_role("button", name=re.compile("^u = ")).click()
    page.get_by_role("button", name="Unfold u").click()
    expect(table).to_contain_text("v", timeout=SLOW)
    page.wait_for_url(re.compile("folds=-u"), timeout=SLOW)
    page.get_by_role("button", name=re.compile("^u = ")).click()
    page.get_by_role("button", name="Fold u", exact=True).click()  # back again
    expect(page).not_to_have_url(re.compile("folds="), timeout=SLOW)
    at_rest(page)
    # Five nodes: x, t, w, u, J; as a tree x and t stand twice.
    expect(page.get_by_text("5 nodes, 7 as a tree")).to_be_visible()
    page.get_by_role("radio", name="Tree").click()
    expect(table).to_contain_text("3.8647", timeout=SLOW)
    page.wait_for_url(re.compile("as=tree"), timeout=SLOW)
    at_rest(page)
    page.get_by_role("radio", name="Nudge").click()
    expect(page.get_by_text("predicted change")).to_be_visible(timeout=SLOW)
    page.wait_for_url(re.compile("show=nudge"), timeout=SLOW)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("table").first).to_contain_text("3.8647", timeout=SLOW)
    expect(other.get_by_text("predicted change")).to_be_visible(timeout=SLOW)


def test_a_tree_too_large_is_counted_and_not_drawn(app_page: Page, app_address: str) -> None:
    formula = "t0%3Dx%3B" + "%3B".join(f"t{i + 1}%3Dt{i}%20t{i}" for i in range(40))
    app_page.goto(f"{app_address}/?f={formula}&at=x%3D1&as=tree")
    expect(app_page.get_by_text("As a tree this has").first).to_be_visible(timeout=SLOW)


def test_the_menu_offers_files_and_the_lines_that_give_the_same(
    app_page: Page, app_address: str
) -> None:
    page = app_page
    page.goto(app_address)
    expect(page.get_by_role("table")).to_contain_text("4.5608", timeout=SLOW)
    at_rest(page)
    page.get_by_role("button", name="Save and share").click()
    expect(page.get_by_text("chainrule table")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("graph.work")).to_be_visible()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Markdown").click()
    assert "4.5608" in begun.value.path().read_text("utf-8")


def test_on_a_phone_the_values_are_in_a_popover(app_page: Page, app_address: str) -> None:
    page = app_page
    page.set_viewport_size({"width": 400, "height": 860})
    page.goto(app_address)
    expect(page.get_by_role("table")).to_contain_text("4.5608", timeout=SLOW)
    opener = page.get_by_role("button", name="x = 1 reverse")
    opener.click(timeout=SLOW)
    field = page.get_by_role("textbox", name="Value of x")
    expect(field).to_be_visible(timeout=SLOW)
    at_rest(page)
    field.fill("0")
    field.press("Enter")
    expect(page.get_by_role("button", name="x = 0 reverse")).to_be_visible(timeout=SLOW)


def test_a_fold_that_cannot_be_made_is_said(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?f=y%3D3t%3Bt%3Dx%5E2&at=x%3D1&folds=q,y")
    expect(app_page.get_by_text("A fold is left out: no node 'q'")).to_be_visible(timeout=SLOW)
    expect(app_page.get_by_role("button", name=re.compile("^t = "))).to_have_count(0)
    expect(app_page.get_by_role("button", name="Undo 1 fold")).to_be_visible()

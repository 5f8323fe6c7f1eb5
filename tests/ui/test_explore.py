"""Explore in a real browser: type, play, click, read, share, and bad input."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from chainrule.ui.link import encode
from chainrule.ui.panel import TITLES
from chainrule.ui.state import State
from tests.ui.conftest import Visitors
from tests.ui.waiting import at_rest

pytestmark = pytest.mark.browser
LOGISTIC = "J = y_star ln(y) + (1-y_star) ln(1-y); y = 1/(1+e^(-a)); a = theta_0 + theta_1 x"


def formula(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Formula or program")
    expect(box).to_have_value(re.compile("."))
    box.fill(text)
    box.press("Control+Enter")


def test_explore_opens_with_the_lecture_example(app_page: Page, app_address: str) -> None:
    app_page.goto(app_address)
    table = app_page.get_by_role("table")
    expect(table).to_contain_text("4.5608")
    # The lecture's numbers at x = 1, shown to four decimals.
    for number in ("−0.7649", "0.6441", "0.5403", "0.3480", "1.9324", "2.2804", "4.5608"):
        expect(table).to_contain_text(number)
    expect(app_page.get_by_text("forward, reverse, SymPy, differences")).to_be_visible()
    assert app_page.evaluate("document.fonts.check('16px KaTeX_Math')")
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert app_page.evaluate(overflow) <= 0


def test_type_play_click_read_and_share(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(app_address)
    expect(page.get_by_role("table")).to_contain_text("4.5608")
    formula(page, "cos(sin(x^2)+3x^2)")
    expect(page.get_by_role("table")).to_contain_text("v")
    expect(page.get_by_role("slider", name="Steps")).to_have_attribute(
        "aria-valuetext", re.compile("19")
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
    at_rest(page)
    expect(page.get_by_role("heading", level=3)).to_contain_text("v")
    expect(page.get_by_role("table")).to_contain_text("2.2804")
    # Forward mode plays as well.
    page.get_by_role("radio", name="Forward").click()
    expect(page.get_by_role("table")).to_contain_text("7.0806")
    expect(steps).to_have_attribute("aria-valuenow", "19")
    at_rest(page)
    # Step 5 of the pass, and the link that holds it, opened in another page.
    page.get_by_role("button", name="First step").click()
    for _ in range(4):
        page.get_by_role("button", name="Next step").click()
    page.wait_for_url(re.compile("step=4"))
    other = page.context.new_page()
    other.goto(page.url)
    box = other.get_by_role("textbox", name="Formula or program")
    expect(box).to_have_value("cos(sin(x^2)+3x^2)")
    expect(other.get_by_role("slider", name="Steps")).to_have_attribute("aria-valuenow", "5")
    expect(other.get_by_role("radio", name="Forward")).to_be_checked()


def test_values_by_field_and_link(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?f=x%5E2%20y&at=x%3D3%2Cy%3D0.5")
    table = app_page.get_by_role("table")
    expect(table).to_contain_text("4.5")
    field = app_page.get_by_role("textbox", name="Value of y")
    expect(field).to_have_value("0.5")
    field.fill("1/3")
    field.press("Enter")
    expect(table).to_contain_text("0.3333")


def test_a_bad_formula_keeps_what_was_there(app_page: Page, app_address: str) -> None:
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608")
    formula(app_page, "J = cos(u")
    alert = app_page.get_by_role("alert").first
    expect(alert).to_contain_text("^")
    expect(app_page.get_by_text("from before")).to_be_visible()
    expect(app_page.get_by_role("textbox", name="Formula or program")).to_have_value("J = cos(u")
    for word in ("Traceback", "ParseError", "Exception"):
        expect(app_page.get_by_text(word)).to_have_count(0)
    # Typing on through more than one formula that cannot be read loses no choice.
    for piece in ("J = cos(u) +", "J = cos(u) + (", "J = cos(u) + (2"):
        formula(app_page, piece)
        expect(app_page.get_by_text("from before")).to_be_visible()
        app_page.wait_for_timeout(500)
    formula(app_page, LOGISTIC)
    expect(app_page.get_by_text("from before")).to_have_count(0)
    expect(app_page.get_by_role("table")).to_contain_text("y")
    expect(app_page.get_by_role("radio", name="Reverse")).to_be_checked()


def test_choices_outlive_a_visit_to_another_page(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(app_address)
    expect(page.get_by_role("table")).to_contain_text("4.5608")
    formula(page, "sin(x)+3x")
    page.get_by_role("radio", name="Forward").click()
    page.wait_for_url(re.compile("mode=forward"))
    page.get_by_role("link", name="Descent").click()
    expect(page.get_by_role("table")).to_contain_text("gd")
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_role("textbox", name="Formula or program")).to_have_value("sin(x)+3x")
    expect(page.get_by_role("radio", name="Forward")).to_be_checked()


def test_an_empty_box_offers_examples(app_page: Page, app_address: str) -> None:
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608")
    formula(app_page, "")
    app_page.get_by_role("button", name="Softmax").click()
    expect(app_page.get_by_role("textbox", name="Value of z3")).to_be_visible()
    # −ln of e²/(e + e² + e⁻¹)
    expect(app_page.get_by_role("table")).to_contain_text("0.3490")


def test_bad_links_are_said_and_nothing_is_lost(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?f=x%5E2&evil=1")
    expect(app_page.get_by_text("The link could not be read")).to_be_visible()
    expect(app_page.get_by_role("textbox", name="Formula or program")).to_have_value("x^2")
    app_page.goto(f"{app_address}/?show=trace")
    expect(app_page.get_by_text("The link could not be read")).to_be_visible()
    expect(app_page.get_by_role("table")).to_contain_text("4.5608")


def test_a_phone_needs_no_sideways_scrolling(app_page: Page, app_address: str) -> None:
    app_page.set_viewport_size({"width": 400, "height": 860})
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608")
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert app_page.evaluate(overflow) <= 0


def test_undefined_values_are_words(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?f=log(x)%2Bx&at=x%3D0")
    table = app_page.get_by_role("table")
    expect(table).to_contain_text("undef")
    expect(app_page.get_by_text(re.compile("positive operand")).first).to_be_visible()


def test_a_matrix_is_typed_into_its_field(app_page: Page, app_address: str) -> None:
    app_page.goto(app_address)
    expect(app_page.get_by_role("table")).to_contain_text("4.5608")
    formula(app_page, "W: 2x2; x: 2; y = sum(W @ x)")
    field = app_page.get_by_role("textbox", name="Value of W")
    expect(field).to_have_value(re.compile(r"^\[\["))
    # x was 1, a number; another formula means a vector by it.
    expect(app_page.get_by_role("textbox", name="Value of x")).to_have_value(re.compile(r"^\["))
    field.fill("[[1, 0.5], [3, 4]]")
    field.press("Enter")
    expect(app_page.get_by_role("table")).to_contain_text("[4, 4.5]")
    app_page.wait_for_url(re.compile("W%3D.*3%252C.*4"))
    other = app_page.context.new_page()
    other.goto(app_page.url)
    expect(other.get_by_role("table")).to_contain_text("[4, 4.5]")
    field.fill("[[1, 0.5]]")
    field.press("Enter")
    expect(app_page.get_by_text("a 1×2 matrix was given").first).to_be_visible()


def test_the_choice_at_kinks_stands_where_there_are_some(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/?f=relu(x)&at=x%3D0")
    table = page.get_by_role("table")
    expect(table).to_contain_text("relu")
    at_rest(page)
    page.get_by_role("combobox", name=re.compile("At kinks")).click()
    page.get_by_role("option", name="Slope ½").click()
    expect(table).to_contain_text("0.5")
    at_rest(page)
    assert "kink=1%2F2" in page.url
    page.reload()
    expect(table).to_contain_text("0.5")
    formula(page, "sin(x)")
    expect(table).to_contain_text("sin")
    expect(page.get_by_role("combobox", name=re.compile("At kinks"))).to_have_count(0)


def test_folds_tree_and_readings_are_in_the_link(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/?f=J%3Dcos(u)%3Bu%3Dsin(t)%2Bw%3Bw%3D3t%3Bt%3Dx%5E2&at=x%3D1")
    table = page.get_by_role("table")
    expect(table).to_contain_text("4.5608")
    at_rest(page)
    page.get_by_role("button", name=re.compile("^u = ")).click()
    at_rest(page)
    page.get_by_role("button", name="Unfold u").click()
    expect(table).to_contain_text("v")
    page.wait_for_url(re.compile("folds=-u"))
    at_rest(page)
    page.get_by_role("button", name=re.compile("^u = ")).click()
    at_rest(page)
    page.get_by_role("button", name="Fold u", exact=True).click()  # back again
    expect(page).not_to_have_url(re.compile("folds="))
    at_rest(page)
    # Five nodes: x, t, w, u, J; as a tree x and t stand twice.
    expect(page.get_by_text("5 nodes, 7 as a tree")).to_be_visible()
    page.get_by_role("radio", name="Tree").click()
    expect(table).to_contain_text("3.8647")
    page.wait_for_url(re.compile("as=tree"))
    at_rest(page)
    page.get_by_role("radio", name="Nudge").click()
    expect(page.get_by_text("predicted change")).to_be_visible()
    page.wait_for_url(re.compile("show=nudge"))
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("table").first).to_contain_text("3.8647")
    expect(other.get_by_text("predicted change")).to_be_visible()


@pytest.mark.parametrize(("choice", "heading"), list(TITLES.items())[1:])
def test_every_reading_opens(app_page: Page, app_address: str, choice: str, heading: str) -> None:
    app_page.goto(f"{app_address}/?f=sin(x)%2B3x&at=x%3D1&show={choice}")
    at_rest(app_page)
    expect(app_page.get_by_role("radio", name=heading, exact=True)).to_be_checked()
    # The player's own table is the first one.
    expect(app_page.get_by_role("table").nth(1)).to_be_visible()
    expect(app_page.get_by_role("alert")).to_have_count(0)


def test_a_tree_too_large_is_counted_and_not_drawn(app_page: Page, app_address: str) -> None:
    formula = "t0%3Dx%3B" + "%3B".join(f"t{i + 1}%3Dt{i}%20t{i}" for i in range(40))
    app_page.goto(f"{app_address}/?f={formula}&at=x%3D1&as=tree")
    expect(app_page.get_by_text("As a tree this has").first).to_be_visible()


def test_the_menu_offers_files_and_the_lines_that_give_the_same(
    app_page: Page, app_address: str
) -> None:
    page = app_page
    page.goto(app_address)
    expect(page.get_by_role("table")).to_contain_text("4.5608")
    at_rest(page)
    page.get_by_role("button", name="Save and share").click()
    expect(page.get_by_text("chainrule table")).to_be_visible()
    expect(page.get_by_text("graph.work")).to_be_visible()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Markdown").click()
    assert "4.5608" in begun.value.path().read_text("utf-8")


def test_on_a_phone_the_values_are_in_a_popover(app_page: Page, app_address: str) -> None:
    page = app_page
    page.set_viewport_size({"width": 400, "height": 860})
    page.goto(app_address)
    expect(page.get_by_role("table")).to_contain_text("4.5608")
    opener = page.get_by_role("button", name="x = 1 reverse")
    opener.click()
    field = page.get_by_role("textbox", name="Value of x")
    expect(field).to_be_visible()
    at_rest(page)
    field.fill("0")
    field.press("Enter")
    expect(page.get_by_role("button", name="x = 0 reverse")).to_be_visible()


def test_a_fold_that_cannot_be_made_is_said(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?f=y%3D3t%3Bt%3Dx%5E2&at=x%3D1&folds=q,y")
    expect(app_page.get_by_text("A fold is left out: no node 'q'")).to_be_visible()
    expect(app_page.get_by_role("button", name=re.compile("^t = "))).to_have_count(0)
    expect(app_page.get_by_role("button", name="Undo 1 fold")).to_be_visible()


def test_of_many_values_each_has_a_field_and_the_chosen_one_a_slider(
    app_page: Page, app_address: str
) -> None:
    names = [f"x{i}" for i in range(1, 7)]
    at = tuple((name, "1") for name in names)
    state = State(formula=" + ".join(f"{i} {name}" for i, name in enumerate(names)), point=at)
    app_page.goto(f"{app_address}/?{encode(state)}")
    field = app_page.get_by_role("textbox", name="Value of x3")
    expect(field).to_have_value("1")
    expect(app_page.get_by_role("textbox", name="Value of x6")).to_be_visible()
    sliders = app_page.get_by_role("slider", name=re.compile("^Slide"))
    expect(sliders).to_have_count(1)
    field.fill("2.5")
    field.press("Enter")
    expect(app_page.get_by_role("slider", name="Slide x3")).to_have_value("2.5")
    sliders.press("ArrowRight")
    expect(field).to_have_value("2.51")
    # 0·1 + 1·1 + 2·2.51 + 3 + 4 + 5
    expect(app_page.get_by_role("table").first).to_contain_text("18.02")
    # Beside each stands its derivative, the number that it is multiplied by, once it is known.
    row = app_page.get_by_role("row").filter(has=field)
    expect(row.locator("td.derivative")).to_have_text("2")
    app_page.get_by_role("button", name="First step").click()
    expect(row.locator("td.derivative .empty")).to_have_count(1)
    # Escape gives the old number back; what cannot be read is said, and the numbers stay.
    field.fill("7")
    field.press("Escape")
    expect(field).to_have_value("2.51")
    field.fill("two")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("1/2")
    field.press("Enter")
    app_page.get_by_role("button", name="Last step").click()
    expect(app_page.get_by_role("table").first).to_contain_text("14")
    expect(field).to_have_attribute("aria-invalid", "false")


NETWORK = (
    "L = -(t ln(y) + (1 - t) ln(1 - y)); y = 1/(1 + exp(-b)); b = b0 + b1 z1 + b2 z2\n"
    "z1 = 1/(1 + exp(-a1)); z2 = 1/(1 + exp(-a2))\n"
    "a1 = a10 + a11 x1 + a12 x2; a2 = a20 + a21 x1 + a22 x2"
)


def test_a_click_on_a_module_of_the_map_opens_it(app_page: Page, app_address: str) -> None:
    app_page.goto(f"{app_address}/?{encode(State(formula=NETWORK, zoom='step'))}")
    opened = app_page.locator(".figure > .opened")
    expect(opened).to_have_text(re.compile("Linear, 4 weights"))
    app_page.locator(".map .ground", has_text="Loss").click(position={"x": 4, "y": 4})
    expect(opened).to_have_text(re.compile("Loss"))


def test_a_finger_turns_the_steps(visitors: Visitors, app_address: str) -> None:
    with visitors(app_address, width=400, height=860, has_touch=True) as page:
        page.goto(app_address)
        player = page.locator(".player")
        expect(player).to_have_attribute("data-step", "18")
        at_rest(page)
        touch = page.context.new_cdp_session(page)

        def swipe(by: int) -> None:
            box = page.locator(".figure").bounding_box()
            assert box is not None
            x, y = 200, box["y"] + 8
            for kind, points in (
                ("touchStart", [{"x": x, "y": y}]),
                ("touchMove", [{"x": x + by / 2, "y": y}]),
                ("touchMove", [{"x": x + by, "y": y}]),
                ("touchEnd", []),
            ):
                touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        swipe(80)
        expect(player).to_have_attribute("data-step", "17")
        swipe(-80)
        expect(player).to_have_attribute("data-step", "18")

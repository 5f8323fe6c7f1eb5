"""The first minute on Explore: examples, help, undo, the browser's Back, a point that exists."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from chainrule.ui.examples import EXAMPLES
from tests.ui.test_explore import formula
from tests.ui.waiting import at_rest

pytestmark = pytest.mark.browser
PROGRAM = """\
import numpy as np
# the forward pass
a = w0 + w1 * x    # a sum
z = 1 / (1 + np.exp(-a))

b = v0 + v1 * z
y = np.tanh(b)
e = y - t
loss = e ** 2 / 2
loss += 0.01 * w1 ** 2
"""


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.get_by_role("table")).to_contain_text("4.5608")
    at_rest(page)
    return page


def test_a_first_visit_says_what_this_is_and_shows_examples(
    app_page: Page, app_address: str
) -> None:
    page = opened(app_page, app_address)
    purpose = page.get_by_text("Type a formula as your lecture writes it")
    expect(purpose).to_be_visible()
    expect(page.get_by_role("heading", name="How to read it")).to_be_visible()
    page.get_by_role("button", name="Play both passes").click()
    expect(page.get_by_role("slider", name="Steps")).to_have_attribute("aria-valuenow", "2")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", name="How to read it")).to_have_count(0)
    page.get_by_role("button", name="x to the x", exact=True).click()
    # 2² (ln 2 + 1)
    expect(page.get_by_role("table")).to_contain_text("6.7726")
    formula(page, "x^3")
    expect(purpose).to_have_count(0)
    at_rest(page)
    page.get_by_role("button", name="Examples").click()
    expect(page.get_by_text("Relu has no derivative at 0")).to_be_visible()
    page.get_by_role("button", name="Relu at 0").click()
    expect(page.get_by_role("table")).to_contain_text("relu")


def test_typing_goes_on_while_the_page_changes_around_it(app_page: Page, app_address: str) -> None:
    page = opened(app_page, app_address)
    box = page.get_by_role("textbox", name="Formula or program")
    box.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("y")
    # What a first visit says around the box goes, and the box stays where the keys go.
    expect(page.get_by_text("Type a formula as your lecture writes it")).to_have_count(0)
    at_rest(page)
    page.keyboard.type(" = x^4 sin(x)")
    expect(page.get_by_role("table")).to_contain_text("sin")
    expect(box).to_have_value("y = x^4 sin(x)")
    expect(box).to_be_focused()
    # sin 1 at x = 1
    expect(page.get_by_role("table")).to_contain_text("0.8415")


def test_undo_redo_and_back_return_to_what_was_shown(app_page: Page, app_address: str) -> None:
    page = opened(app_page, app_address)
    box = page.get_by_role("textbox", name="Formula or program")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    formula(page, "x^3")
    expect(page.get_by_role("table")).to_contain_text("x3")
    at_rest(page)
    field = page.get_by_role("textbox", name="Value of x")
    field.fill("2")
    field.press("Enter")
    expect(page.get_by_role("table")).to_contain_text("12")
    at_rest(page)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(field).to_have_value("1")
    at_rest(page)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(box).to_have_value(re.compile("cos"))
    expect(page.get_by_role("table")).to_contain_text("4.5608")
    at_rest(page)
    page.get_by_role("button", name="Redo").click()
    expect(box).to_have_value("x^3")
    at_rest(page)
    page.get_by_role("button", name="Redo").click()
    expect(field).to_have_value("2")
    at_rest(page)
    page.go_back()
    expect(field).to_have_value("1")
    at_rest(page)
    page.go_back()
    expect(box).to_have_value(re.compile("cos"))
    at_rest(page)
    page.go_forward()
    expect(box).to_have_value("x^3")


def test_a_point_at_which_the_function_exists_is_chosen_and_said(
    app_page: Page, app_address: str
) -> None:
    page = opened(app_page, app_address)
    formula(page, "y* log y + (1-y*) log(1-y)")
    expect(page.get_by_text("Begins at y = 0.5, since ln needs a positive operand")).to_be_visible()
    # ln ½
    expect(page.get_by_role("table")).to_contain_text("−0.6931")
    at_rest(page)
    field = page.get_by_role("textbox", name="Value of y", exact=True)
    field.fill("0.25")
    field.press("Enter")
    expect(page.get_by_role("table")).to_contain_text("−1.3863")
    expect(page.get_by_text("Begins at")).to_have_count(0)


def test_a_pasted_program_keeps_its_lines(app_page: Page, app_address: str) -> None:
    page = opened(app_page, app_address)
    box = page.get_by_role("textbox", name="Formula or program")
    formula(page, PROGRAM)
    expect(page.get_by_role("textbox", name="Value of v1")).to_be_visible()
    expect(box).to_have_value(PROGRAM)
    # t = 1 is what tanh(1 + σ(2)) ≈ 0.9543 is compared with: (0.0457²)/2 + 0.01.
    expect(page.get_by_role("table").first).to_contain_text("0.0110")
    at_rest(page)
    assert box.evaluate("area => area.clientHeight") > 80
    page.reload()
    expect(box).to_have_value(PROGRAM)


def test_the_page_asks_which_of_several_outputs_is_differentiated(
    app_page: Page, app_address: str
) -> None:
    page = opened(app_page, app_address)
    formula(page, "f = x^2 y; g = sin(x) + y")
    output = page.get_by_role("combobox", name=re.compile("Output"))
    expect(output).to_be_visible()
    at_rest(page)
    output.click()
    page.get_by_role("option", name="f", exact=True).click()
    page.wait_for_url(re.compile("of=f"))
    expect(page.get_by_role("table").first).to_contain_text("∂f")
    page.get_by_role("radio", name="Jacobian").click()
    expect(page.get_by_text("0.5403").first).to_be_visible()


def test_the_picture_shows_the_chosen_node(app_page: Page, app_address: str) -> None:
    page = opened(app_page, app_address)
    expect(page.get_by_text("slope 4.5608")).to_be_visible()
    page.get_by_role("button", name=re.compile("^u₁ = |^u1 = ")).click()
    # d sin(x²)/dx = 2 cos 1
    expect(page.get_by_text("slope 1.0806")).to_be_visible()
    formula(page, "x^2 + 3 y")
    expect(page.get_by_text("gradient (2, 3)")).to_be_visible()


def test_help_tells_keys_notation_and_colours(app_page: Page, app_address: str) -> None:
    page = opened(app_page, app_address)
    page.get_by_role("button", name="Help").click()
    for words in ("next step, previous step", "Local partial", "W: 2x3"):
        expect(page.get_by_text(words).first).to_be_visible()


def test_examples_say_what_their_numbers_say() -> None:
    """Every example is read, and has a value at its point."""
    from chainrule import parse
    from chainrule.ui.engine import Reading, read

    for example in EXAMPLES:
        found = read(example.formula, (), ())
        assert isinstance(found, Reading), example.name
        point = {name: found.default(name) for name in found.variables}
        worked = parse(example.formula).work(point | dict(example.state.point), example.mode)
        assert not worked.run.value(worked.run.output).undefined

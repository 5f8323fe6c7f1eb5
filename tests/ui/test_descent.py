"""Descent in a real browser: paths, play, other functions, faults, links."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from chainrule.errors import InputError, LinkError
from chainrule.ui.descent_state import EXAMPLES, DescentState, decode, encode, fitted, points


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_link_carries_the_page_and_comes_back(name: str) -> None:
    assert decode(encode(EXAMPLES[name])) == EXAMPLES[name]


@pytest.mark.parametrize(
    "query",
    [
        "by=none",
        "steps=0",
        "steps=100000",
        "rate=import",
        "region=1",
        "starts=1%2Cx",
        "what=1",
        "starts=" + "1;" * 20,
    ],
)
def test_a_link_that_does_not_fit_is_refused(query: str) -> None:
    with pytest.raises(LinkError):
        decode(query)


def test_points_are_read_with_their_places() -> None:
    assert points("1, 1/2; -2, 1e-1", 2, 6) == ((1.0, 0.5), (-2.0, 0.1))
    with pytest.raises(InputError) as refused:
        points("1, 2; 3, x", 2, 6)
    assert refused.value.position == 8
    with pytest.raises(InputError, match="has 1 number"):
        points("1, 2; 3", 2, 6)


def test_the_first_link_is_empty() -> None:
    assert encode(DescentState()) == ""


@pytest.mark.browser
def test_paths_play_and_another_function(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/descent")
    # Gradient descent is caught in the local minimum, momentum comes to the lowest one.
    ends = page.get_by_role("status").filter(has_text="lowest minimum")
    expect(ends).to_contain_text("gd with the learning rate 0.02 comes to a local")
    expect(ends).to_contain_text("momentum with the learning rate 0.02 comes to the lowest")
    expect(ends).to_contain_text("−3.5139 at (−1.3008, 0)")
    table = page.get_by_role("table")
    page.get_by_role("button", name="First step").click()
    # At the start (2, 1.2): f = 16 − 12 + 2 + 2·1.44, ∂f/∂x = 32 − 12 + 1, ∂f/∂y = 4.8.
    for number in ("8.8800", "21.000", "4.8000"):
        expect(table).to_contain_text(number)
    page.get_by_role("button", name="Next step").click()
    expect(page.get_by_text("step 1 of 60")).to_be_visible()
    # x ← 2 − 0.02·21 = 1.58, y ← 1.2 − 0.02·4.8 = 1.104.
    expect(table).to_contain_text("1.5800")
    expect(table).to_contain_text("1.1040")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text(re.compile("step ([5-9]|[1-5][0-9]) of 60"))).to_be_visible()
    page.goto(f"{app_address}/descent?f=x%5E4&region=-2%2C2&starts=2&rate=0.5&by=gd")
    expect(page.get_by_role("status").filter(has_text="diverges")).to_contain_text(
        "smaller learning rate"
    )
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(overflow) <= 0


def test_region_and_starts_follow_the_number_of_variables() -> None:
    two = DescentState(region="-3, 1; 0, 5", starts="2, 1.2; -1, 4")
    one = fitted(two, 1)
    assert (one.region, one.starts) == ("-3, 1", "2; -1")
    again = fitted(one, 2)
    assert (again.region, again.starts) == ("-3, 1; -2, 2", "2, 1; -1, 1")
    assert fitted(two, 2) == two


@pytest.mark.browser
def test_a_function_of_one_variable_needs_no_retyping(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/descent")
    expect(page.get_by_role("table")).to_contain_text("gd")
    box = page.get_by_role("textbox", name="Function of one or two variables")
    box.fill("x^4 - 3x^2 + x")
    box.press("Enter")
    expect(page.get_by_role("textbox", name="starts")).to_have_value("2")
    expect(page.get_by_role("alert")).to_have_count(0)
    # The lower root of 4x³ − 6x + 1.
    expect(page.get_by_text("−1.3008").first).to_be_visible()


@pytest.mark.browser
def test_a_bad_function_keeps_the_picture(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/descent")
    expect(page.get_by_role("table")).to_contain_text("gd")
    box = page.get_by_role("textbox", name="Function of one or two variables")
    box.fill("x^2 + (y")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("^")
    expect(page.get_by_text("from before")).to_be_visible()
    box.fill("x y z")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("3 variables")
    for word in ("Traceback", "Error", "Exception"):
        expect(page.get_by_text(word)).to_have_count(0)

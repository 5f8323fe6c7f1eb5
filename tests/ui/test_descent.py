"""Descent in a real browser: paths, play, other functions, faults, links."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from chainrule import Graph
from chainrule.errors import InputError, LinkError
from chainrule.nn.descent import Landscape
from chainrule.nn.optimisers import Optimiser
from chainrule.ui import descent_work
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
    expect(ends).to_contain_text("gd with the learning rate 0.02 is near a local")
    expect(ends).to_contain_text("momentum with the learning rate 0.02 is near the lowest")
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


# Where a path ends is known: x of x² shrinks by 1 − 2r a step, the minima of x⁴ − 3x² + x are the
# roots of its derivative, −1.3008 and 1.1309, those of x⁴ − 2x² are ±1.
QUARTIC = ("x^4 - 3x^2 + x", "-2.2, 2.2")
ENDINGS = [
    (("x^2", "-2, 2", "1", 0.4, 60), "comes to the lowest minimum, 0.", "settled"),
    # After 19 steps 0.8¹⁹ = 0.0144, and the slope is twice that.
    (("x^2", "-2, 2", "1", 0.1, 19), "is near the lowest minimum, 0, but has not", "comes to"),
    (("x^2", "-2, 2", "1", 0.1, 19), "it is at 0.0144 after 19 steps, where the", "comes to"),
    (("x^2", "-2, 2", "1", 0.1, 19), "gradient’s length is 0.0288.", "against"),
    (("x^2", "-2, 2", "1", 0.1, 1), "is at 0.8 after 1 step, where", "minimum, 0"),
    # It jumps from side to side, and is at 0.01 at no time for long.
    (("x^2", "-2, 2", "0.01", 1.0, 50), "is near the lowest minimum, 0, but", "comes to"),
    # It begins in the minimum and stays there.
    (("x^2", "-2, 2", "0", 0.1, 0), "comes to the lowest minimum", "settled"),
    ((*QUARTIC, "2", 0.03, 200), "comes to a local minimum, 1.1309. Its value is −1.0702", "near"),
    ((*QUARTIC, "-0.2", 0.03, 200), "comes to the lowest minimum, −1.3008.", "against"),
    (("x^4 - 2x^2", "-2, 2", "0.3", 0.05, 200), "comes to one of the lowest minima, 1", "lower"),
    (("x^4", "-2, 2", "2", 0.5, 60), "far outside. Take a smaller learning rate", "lower than"),
    (("-x^2", "-2, 2", "1", 0.5, 60), "lower than it began: there may be no lowest", "smaller"),
    (("ln(x)", "0.1, 2", "0.5", 0.4, 60), "leaves the function’s domain", "settled"),
]


@pytest.mark.parametrize(("given", "must", "never"), ENDINGS)
def test_where_a_path_ends_is_told_as_it_is(
    given: tuple[str, str, str, float, int], must: str, never: str
) -> None:
    formula, region, start, rate, steps = given
    land = Landscape(Graph.parse(formula), points(region, 2, 2))  # type: ignore[arg-type]
    path = land.descend([float(start)], Optimiser("gd", rate), steps)
    told, warns = descent_work.ending(land, "gd", path)
    assert must in told and never not in told
    assert warns == bool(path.ended)


@pytest.mark.parametrize(
    ("formula", "region", "must", "never"),
    [
        (*QUARTIC, "is −3.5139 at −1.3008; another is −1.0702 at 1.1309.", "as low"),
        ("x^4 - 2x^2", "-2, 2", "is −1 at −1; as low is that at 1.", "another"),
        ("cos(6x)", "-3, 3", "as low are those at", "another"),
        ("x", "-1, 1", "No minimum was found inside the region: the function is lowest on", "at"),
        # Lowest at the edge of its domain, which is not that of the region.
        ("ln(x)", "-2, 2", "No minimum was found inside the region.", "border"),
    ],
)
def test_minima_are_told_as_they_are(formula: str, region: str, must: str, never: str) -> None:
    land = Landscape(Graph.parse(formula), points(region, 2, 2))  # type: ignore[arg-type]
    told = descent_work.about_minima(land)
    assert must in told and never not in told.removeprefix(must)


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

"""Networks in a real browser: train, look, pause, rewind, share, bring a table."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from chainrule.errors import FileError, LinkError
from chainrule.ui.network_state import NetworkState, decode, encode, from_file, to_file

STATE = NetworkState(
    data="spirals", count=99, noise="0.05", hidden="8-3", activation="relu", initialiser="he",
    optimiser="momentum", rate="1/20", batch=0, epochs=7, scaling="none", seed=12, example=3,
    neuron="2.1", epoch=5,
)  # fmt: skip


def test_a_link_carries_choices_and_comes_back() -> None:
    assert decode(encode(STATE)) == STATE
    assert encode(NetworkState()) == ""
    assert len(encode(STATE)) < 300


@pytest.mark.parametrize(
    "query",
    ["data=none", "epochs=0", "epochs=99999", "seed=-1", "rate=__import__", "weights=1",
     "seed=1&seed=2", "hidden=" + "1-" * 60, "example=1e9"],
)  # fmt: skip
def test_a_link_that_does_not_fit_is_refused(query: str) -> None:
    with pytest.raises(LinkError):
        decode(query)


def test_a_file_holds_the_table_as_well() -> None:
    assert from_file(to_file(STATE, "a,b\n1,2\n")) == (STATE, "a,b\n1,2\n")
    for content in (
        b"",
        b"[]",
        b"{}",
        b"\xff",
        to_file(STATE).replace(b'"seed": 12', b'"seed": "x"'),
    ):
        with pytest.raises(FileError):
            from_file(content)


def at(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text="epoch")).to_contain_text(words)


@pytest.mark.browser
def test_train_rewind_and_look_inside(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/networks")
    at(page, "epoch 0 of 120, paused")
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 120 of 120, done")
    # The run of the seed: 117 of 120 points are put into their class.
    at(page, "97.5 %")
    page.get_by_role("button", name="One epoch back").click()
    at(page, "epoch 119 of 120, paused")
    # A neuron is opened by the keyboard.
    neuron = page.get_by_role("button", name=re.compile("^h 1,3 value"))
    neuron.focus()
    neuron.press("Enter")
    expect(page.get_by_role("heading", level=3)).to_contain_text("h1,3")
    page.wait_for_url(re.compile("neuron=1.3"))
    other = page.context.new_page()
    other.goto(page.url)
    at(other, "epoch 119 of 120")
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(overflow) <= 0


@pytest.mark.browser
def test_a_long_run_pauses_and_an_earlier_epoch_is_gone_on_from(
    app_page: Page, app_address: str
) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?hidden=24-24&epochs=1200&batch=4&count=400")
    at(page, "epoch 0 of 1200, paused")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    shown = page.get_by_role("status").filter(has_text="epoch")
    expect(shown).to_contain_text(re.compile("epoch [1-9][0-9]* of 1200, paused"))
    page.get_by_role("button", name="First epoch").click()
    at(page, "epoch 0 of 1200, paused")
    page.get_by_role("button", name="One epoch on").click()
    at(page, "epoch 1 of 1200, paused")
    page.get_by_role("slider", name="Epoch").press("ArrowLeft")
    at(page, "epoch 0 of 1200, paused")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


@pytest.mark.browser
def test_the_graph_of_an_example_opens_in_explore(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?hidden=2&epochs=5")
    at(page, "epoch 0 of 5")
    page.get_by_role("button", name=re.compile("Open this example")).click()
    box = page.get_by_role("textbox", name="Formula or program")
    expect(box).to_have_value(re.compile("W1: 2x2.*bce"))
    expect(page.get_by_role("table").first).to_contain_text("tanh")


@pytest.mark.browser
def test_diverging_is_told_and_nothing_is_lost(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?data=line&hidden=&optimiser=gd&rate=90000")
    at(page, "epoch 0 of 120")
    page.get_by_role("button", name="Train", exact=True).click()
    alert = page.get_by_role("alert").filter(has_text="diverging")
    expect(alert).to_contain_text(re.compile("step [0-9]+.*smaller learning rate"))
    for word in ("Traceback", "Error", "Exception"):
        expect(page.get_by_text(word)).to_have_count(0)


@pytest.mark.browser
def test_a_table_of_ones_own_and_its_faults(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?data=file")
    expect(page.get_by_text("Choose a CSV file")).to_be_visible()
    upload = page.locator("input[type=file]").first
    bad = "a,b,c\n" + "1,2,0\n" * 9 + "1,x,1\n"
    upload.set_input_files({"name": "bad.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    expect(page.get_by_role("alert").filter(has_text="Row 11, column 2")).to_be_visible()
    rows = "".join(f"{k % 5},{k % 7},{int(k % 5 > 2)}\n" for k in range(60))
    good = ("height,weight,well\n" + rows).encode()
    upload.set_input_files({"name": "good.csv", "mimeType": "text/csv", "buffer": good})
    at(page, "epoch 0 of 120")
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 120 of 120")

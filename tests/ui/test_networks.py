"""Networks in a real browser: train, look, pause, rewind, share, bring a table."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from playwright.sync_api import Page, expect

from chainrule.cli.commands import main
from chainrule.errors import FileError, LinkError
from chainrule.nn.experiments import EXPERIMENTS, experiment
from chainrule.ui.experiments import opened
from chainrule.ui.network_state import NetworkState, command, decode, encode, from_file, to_file
from chainrule.ui.network_work import Scene, data_of
from tests.ui.waiting import at_rest

STATE = NetworkState(
    data="spirals",
    count=99,
    noise="0.05",
    hidden="8-3",
    activation="relu",
    initialiser="he",
    optimiser="momentum",
    rate="1/20",
    batch=0,
    epochs=7,
    scaling="none",
    seed=12,
    example=3,
    neuron="2.1",
    epoch=5,
    held=40,
    features="x1, x1^2",
    l1="0.001",
    l2="1/50",
    dropout="0.1",
    patience=9,
)


def test_a_link_carries_choices_and_comes_back() -> None:
    assert decode(encode(STATE)) == STATE
    assert encode(NetworkState()) == ""
    assert len(encode(STATE)) < 400


@pytest.mark.parametrize(
    "query",
    [
        "data=none",
        "epochs=0",
        "epochs=99999",
        "seed=-1",
        "rate=__import__",
        "weights=1",
        "seed=1&seed=2",
        "hidden=" + "1-" * 60,
        "example=1e9",
        "held=99",
        "patience=-1",
        "l1=x",
        "formula=" + "x" * 1600,
    ],
)
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


@pytest.mark.parametrize(
    "state",
    [
        NetworkState(epochs=3, count=60, seed=2, rate="1/50", l2="0.01", dropout="0.1", held=30),
        NetworkState(data="circles", hidden="", epochs=3, features="x1^2, x2^2", noise="0.05"),
        NetworkState(
            data="line",
            formula="J = (y - t)^2; y = a x + b",
            learn="a = 1/2; b",
            optimiser="sgd",
            rate="0.05",
            epochs=3,
        ),
        NetworkState(data="digits", count=100, hidden="8", epochs=2, patience=2),
    ],
)
def test_the_command_line_that_is_shown_is_the_same_run(
    state: NetworkState, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command(state))
    assert words.pop(0) == "chainrule"
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json"])
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert ended.value.code in (0, None)
    course = Scene.of(data_of(state, b"", None), state).course
    while not course.done:
        course.advance()
    assert told["loss"] == course.marks[-1].loss
    assert told["held_out_loss"] == course.marks[-1].held


def test_a_network_of_the_grid_opens_as_the_same_run() -> None:
    arguments = {"epochs": 3, "depth": 2, "width": 5, "rate": 0.3, "seed": 4}
    found = experiment("activation-start", schemes=("normal", "xavier"), **arguments)
    for row in found.ends().where():
        state = opened(row, EXPERIMENTS["activation-start"].given(**arguments))
        course = Scene.of(data_of(state, b"", None), decode(encode(state))).course
        while not course.done:
            course.advance()
        assert course.marks[-1].epoch == state.epoch == 3
        for mine, theirs in (
            ("loss", "loss"),
            ("accuracy", "accuracy"),
            ("held-out loss", "held_out_loss"),
        ):
            assert row[mine] == course.marks[-1].scores[theirs]


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
    neuron = page.get_by_role("button", name=re.compile("^h1,3 .*, value and adjoint$"))
    # What is seen on it is the beginning of what is heard.
    said = neuron.evaluate("e => [e.textContent, e.getAttribute('aria-label')]")
    assert said[1].startswith(" ".join(said[0].split()) + ",")
    neuron.focus()
    neuron.press("Enter")
    expect(page.get_by_role("heading", level=3)).to_contain_text("h1,3")
    # What stands in the table is what stands on the neuron: z = ∑ products, by hand.
    row = page.get_by_role("table", name="Weights of the neuron").get_by_role("row")
    cells = [row.nth(k).get_by_role("cell").nth(2).inner_text() for k in (1, 2, 3)]
    total = sum(float(cell.replace("−", "-")) for cell in cells)
    z = page.locator(".step").first.inner_text().split("\n")[-2].replace("−", "-")
    assert abs(total - float(z.split()[0])) < 2e-4
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
    upload.set_input_files({"name": "empty.csv", "mimeType": "text/csv", "buffer": b""})
    expect(
        page.get_by_role("alert").filter(has_text="does not begin with a header")
    ).to_be_visible()
    rows = "".join(f"{k % 5},{k % 7},{int(k % 5 > 2)}\n" for k in range(60))
    good = ("height,weight,well\n" + rows + "5,,1\nNA,3,0\n").encode()
    upload.set_input_files({"name": "good.csv", "mimeType": "text/csv", "buffer": good})
    at(page, "epoch 0 of 120")
    expect(page.get_by_text("2 of 62 rows have a missing value and are left out.")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 120 of 120")


@pytest.mark.browser
def test_pictures_move_between_what_the_server_sends(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?hidden=6-6-6-6-6-6&epochs=60")
    at(page, "epoch 0 of 60, paused")
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 60 of 60, done")
    counts = page.locator(".picture[data-frames]").evaluate(
        "e => [+e.dataset.states, +e.dataset.frames]"
    )
    states, frames = counts
    # Every state is drawn once when it comes: what is drawn beside that lies between two states.
    assert states >= 3
    assert frames > states
    # The whole network is in sight, the loss behind it too.
    box = page.locator(".stage").bounding_box()
    goal = page.locator(".units .goal").bounding_box()
    assert box is not None and goal is not None
    assert goal["x"] + goal["width"] <= box["x"] + box["width"] + 1


@pytest.mark.browser
def test_a_rate_changes_on_the_running_net_and_a_run_is_prolonged(
    app_page: Page, app_address: str
) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?hidden=2&epochs=3")
    at(page, "epoch 0 of 3, paused")
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 3 of 3, done")
    at_rest(page)
    field = page.get_by_label("epochs", exact=True)
    field.fill("5")
    field.press("Enter")
    at(page, "epoch 3 of 5, paused")
    at_rest(page)
    rate = page.get_by_label("rate", exact=True)
    rate.fill("0.5")
    rate.press("Enter")
    expect(page.get_by_text("after epoch 3: rate 0.5")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    at(page, "epoch 5 of 5, done")
    # It is the same run: there is no second one.
    expect(page.get_by_role("button", name="Swap")).to_have_count(0)
    at_rest(page)
    rate.fill("-1")
    rate.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("learning rate")


@pytest.mark.browser
def test_another_start_begins_another_run_and_both_stand_beside_each_other(
    app_page: Page, app_address: str
) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?hidden=3&epochs=4&initialiser=xavier")
    at(page, "epoch 0 of 4, paused")
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 4 of 4, done")
    at_rest(page)
    loss = page.get_by_role("img", name="training: loss").get_attribute("aria-label")
    page.get_by_label("start", exact=True).click()
    page.get_by_role("option", name="zeros").click()
    expect(page.get_by_text("A and B differ in start.")).to_be_visible()
    at(page, "epoch 0 of 4, paused")
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 4 of 4, done")
    expect(page.get_by_text("receives exactly 0")).to_be_visible()
    assert loss is not None
    b = page.get_by_role("img", name=loss.replace("training", "B"))
    expect(b).to_be_visible()
    page.get_by_role("button", name="Swap").click()
    expect(page.get_by_role("img", name=loss.replace("training", "A"))).to_be_visible()
    expect(page.get_by_text("receives exactly 0")).to_have_count(0)
    page.get_by_role("button", name="Close B").click()
    expect(page.get_by_role("img", name=loss)).to_be_visible()


@pytest.mark.browser
def test_a_weight_is_written_over(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?hidden=2&epochs=6&neuron=2.1")
    at(page, "epoch 0 of 6, paused")
    page.get_by_role("button", name="One epoch on").click()
    at(page, "epoch 1 of 6, paused")
    at_rest(page)
    weight = page.get_by_role("textbox", name="Weight of h 1,2")
    weight.fill("3/2")
    weight.press("Enter")
    expect(page.get_by_text(re.compile(r"after epoch 1: W2\[1,2\] from .* to 1.5"))).to_be_visible()
    expect(weight).to_have_value("1.5")
    weight.fill("much")
    weight.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("much")


@pytest.mark.browser
def test_what_comes_in_is_chosen_and_the_losses_are_told(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/networks?data=circles&hidden=&epochs=60&loss=mse&rate=0.2&noise=0.05")
    at(page, "epoch 0 of 60, paused")
    page.get_by_role("button", name="x₁²").click()
    page.get_by_role("button", name="x₂²").click()
    page.wait_for_url(re.compile("features="))
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 60 of 60, done")
    # Two rings are parted by a line in x₁² and x₂².
    at(page, "100.0 %")
    row = page.get_by_role("row").filter(has_text="Bernoulli")
    expect(row).to_contain_text("y − t")
    expect(page.get_by_text("This run: mse on an output of sigmoid.")).to_contain_text("nearly 0")
    page.get_by_role("tab", name="Pseudo-code").click()
    expect(page.get_by_text("backwards: g ← ∂J/∂w")).to_be_visible()


@pytest.mark.browser
def test_what_was_typed_in_explore_is_trained(app_page: Page, app_address: str) -> None:
    page = app_page
    typed = "J%20%3D%20(y%20-%20t)%5E2%3B%20y%20%3D%20w%20x%20%2B%20b"
    page.goto(f"{app_address}/?f={typed}&at=w%3D1%2F2,x%3D1,b%3D0,t%3D1")
    page.get_by_role("button", name="Save and share").click()
    page.get_by_role("button", name="Train this formula").click()
    at(page, "epoch 0 of 120, paused")
    expect(page.get_by_role("textbox", name="learns")).to_have_value("w = 1/2; b = 0")
    page.get_by_role("button", name="Train", exact=True).click()
    at(page, "epoch 120 of 120, done")
    # The points lie about 2x + 1.
    learned = page.get_by_role("row").filter(has_text="learned")
    for name, value in (("w", "2.0"), ("b", "0.9")):
        expect(learned.filter(has=page.get_by_text(name, exact=True))).to_contain_text(value)
    at_rest(page)
    page.get_by_role("textbox", name="learns").fill("v")
    page.get_by_role("textbox", name="learns").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("v is to be learned")


@pytest.mark.browser
def test_experiments_stand_on_the_page(app_page: Page, app_address: str) -> None:
    page = app_page
    page.goto(f"{app_address}/networks")
    page.get_by_role("button", name="Experiments", exact=True).click()
    page.get_by_role("button", name="Line and closed form").click()
    finding = page.get_by_role("status").filter(has_text="The closed form is")
    expect(finding).to_contain_text("In 100 steps")
    page.wait_for_url(re.compile("experiment=line"))
    page.get_by_label("steps", exact=True).fill("7")
    page.get_by_label("steps", exact=True).press("Enter")
    expect(finding).to_contain_text("In 7 steps")
    expect(page.get_by_text('experiments.experiment("line", steps=7)')).to_be_visible()
    page.goto(f"{app_address}/networks?experiment=activation-start")
    page.get_by_role("button", name="tanh from xavier").click()
    at(page, "epoch 60 of 60, done")
    # What the table of the experiment says of this network: 0.9333 and 0.96.
    at(page, "training 93.3 % held out 96.0 %")
    page.get_by_role("button", name="Experiments", exact=True).click()
    page.get_by_role("button", name="Convolution", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="places share one kernel")).to_be_visible()
    cell = page.get_by_role("gridcell", name="∂J/∂X 2,3", exact=False)
    expect(cell).to_have_text("15")
    page.get_by_role("slider", name="Step").fill("9")
    expect(cell).to_have_text("")
    page.get_by_role("slider", name="Step").fill("10")
    # The first output cell has sent −1 · 4, its adjoint times the weight, to the pixel before it.
    expect(page.get_by_role("gridcell", name="∂J/∂X 1,1")).to_have_text("−4")
    # The step has chosen this pixel; a click on what is chosen writes it over.
    page.get_by_role("gridcell", name="X 1,1 0", exact=True).click()
    field = page.get_by_role("textbox", name="X 1,1")
    field.fill("3")
    field.press("Enter")
    # One pixel, by which c₁₁ = 4 changes by 3 · −1.
    expect(page.get_by_role("gridcell", name="C 1,1", exact=False).first).to_have_text("1")

"""The page Exercises: made in every way, answered, checked, helped; as data and in Chromium."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chainrule.errors import LinkError
from chainrule.exercises.handed_in import collect
from chainrule.exercises.sheet import Sheet
from chainrule.ui import sheets
from chainrule.ui.engine import Fault
from chainrule.ui.sheets import Asked
from tests.ui.waiting import at_rest

LECTURE = Asked(
    formula="J = u1 + u2; u1 = sin t; u2 = 3t; t = x^2", at="x = 1.5", kinds=("values", "adjoints")
)


def lecture() -> Sheet:
    made = sheets.made(LECTURE, 1, "")
    assert isinstance(made, Sheet)
    return made


def test_no_answer_is_in_what_the_browser_gets() -> None:
    shown = json.dumps(sheets.payload("d", lecture(), None, None))
    # t = 2.25, sin t = 0.7781, J = 7.5281, the adjoint of t 3 + cos 2.25 = 2.3718.
    for number in ("0.7781", "0.778", "7.5281", "2.3718", "2.37"):
        assert number not in shown


def test_a_report_has_verdicts_and_words_by_task() -> None:
    answers = {"1.value:t": "2,25", "1.value:u1": "0.63", "2.adjoint:J": "1", "9.x": "1"}
    report = sheets.report(lecture(), answers)
    assert report["marks"]["1.value:t"] == {"verdict": "right", "given": "2,25"}
    assert report["marks"]["1.value:u1"]["verdict"] == "wrong"
    assert "0.7781" not in json.dumps(report)
    assert set(report["tasks"]) == {"1", "2"}


def ask(what: str, task: int, answers: dict[str, str], known: dict[str, int]) -> dict[str, Any]:
    return sheets.helped(
        lecture(), {"task": task, "what": what, "answers": answers, "count": 1}, known
    )


def test_hints_come_one_after_the_other_and_lead_to_the_next_cell() -> None:
    known: dict[str, int] = {}
    first = ask("hint", 2, {}, known)
    assert first["cell"].startswith("2.") and len(first["hints"]) == 1
    assert len(ask("hint", 2, {}, known)["hints"]) == 2
    assert ask("hint", 1, {"1.value:t": "2.25"}, {})["cell"] == "1.value:u1"


def test_the_answer_is_shown_after_a_prediction_only() -> None:
    before = ask("reveal", 1, {}, {})
    assert before["reveal"] == "" and "Write first" in before["hints"][0]
    after = ask("reveal", 1, {"1.value:t": "<b>3"}, {})
    assert after["reveal"] == "2.25" and after["hints"][0].startswith("You expected &lt;b&gt;3")
    assert ask("reveal", 99, {}, {})["hints"] == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(recipe="title = 3"), "title"),
        (Asked(level=3), "No task is chosen"),
        (Asked(formula="2 + sinx", kinds=("values",)), "sinx"),
        (Asked(formula="x^2", at="x 2", kinds=("values",)), "name = value"),
        # At x = 1 squaring changes nothing: a common mistake would give right numbers.
        (
            Asked(formula="J = t^2; t = x^2", at="x = 1", kinds=("partials",)),
            "No problem that fits",
        ),
    ],
)
def test_what_cannot_be_made_is_refused_in_place(asked: Asked, words: str) -> None:
    found = sheets.made(asked, 1, "")
    assert isinstance(found, Fault) and words in found.message and found.allowed


def test_every_format_can_be_downloaded_under_a_safe_name() -> None:
    for _, format, key in sheets.files():
        if format != "pdf":
            assert sheets.written(LECTURE, 1, "Ada", format, key)
    assert sheets.file_name("../<b>", "pdf", "apart") == "key._b.pdf"


@pytest.mark.browser
def test_a_sheet_is_answered_checked_kept_and_saved(
    app_address: str, app_page: Page, tmp_path: Path
) -> None:
    page = app_page
    page.goto(f"{app_address}/exercises")
    fields = page.locator(".answersheet input")
    expect(fields.first).to_be_visible()
    fields.nth(0).fill("77")
    page.get_by_role("button", name="Check", exact=True).first.click()
    expect(page.locator(".answersheet .said").first).to_contain_text("1 wrong")
    expect(fields.nth(0)).to_have_attribute("aria-invalid", "")
    page.get_by_role("button", name="Hint for the next cell").first.click()
    expect(page.locator(".answersheet .help").first).to_contain_text("Next is")
    page.get_by_role("button", name="Show the next number").first.click()
    expect(page.locator(".answersheet .help").first).to_contain_text("You expected 77")
    at_rest(page)
    assert fields.nth(0).input_value() not in ("", "77")
    fields.nth(1).fill("0,5")
    page.reload()
    expect(fields.nth(1)).to_have_value("0,5")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save answers as a file").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    (handed,), faults = collect(path)
    assert "0,5" in handed.answers.values() and faults == [] and path.name == "answers.json"
    query = page.url.removeprefix(app_address)  # the port may be anything
    assert "0,5" not in query and "77" not in query
    page.set_viewport_size({"width": 400, "height": 860})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.browser
def test_a_recipe_with_a_fault_shows_its_line(app_address: str, app_page: Page) -> None:
    page = app_page
    page.goto(f"{app_address}/exercises")
    page.get_by_text("Recipe", exact=True).click()
    area = page.get_by_label("Recipe (TOML)")
    expect(area).to_be_visible()
    area.fill('title = "T"\n[[part]]\nlevel = 9\nkinds = ["values"]\n')
    area.press("Control+Enter")
    expect(page.locator(".cr-fault")).to_contain_text("level")


@pytest.mark.browser
def test_fields_in_lines_of_their_own_can_be_seen(app_address: str, app_page: Page) -> None:
    page = app_page
    page.goto(f"{app_address}/exercises")
    page.get_by_text("Recipe", exact=True).click()
    area = page.get_by_label("Recipe (TOML)")
    expect(area).to_be_visible()
    area.fill('title = "<b>T</b>"\n[[part]]\nlevel = 3\nkinds = ["count", "draw"]\n')
    area.press("Control+Enter")
    field = page.locator(".answersheet .field input").first
    expect(field).to_be_visible()
    at_rest(page)
    box = field.bounding_box()
    ground = field.evaluate("one => getComputedStyle(one).backgroundColor")
    assert box and box["width"] > 60 and box["height"] >= 34 and ground != "rgba(0, 0, 0, 0)"
    expect(page.locator(".answersheet h2")).to_have_text("<b>T</b>")


def test_a_sheet_is_what_its_link_says() -> None:
    for asked in (Asked(level=4, kinds=("paths", "adjoints")), LECTURE):
        assert sheets.decode(sheets.encode(asked, 17)) == (asked, 17)
    with pytest.raises(LinkError):
        sheets.encode(Asked(recipe='title = "T"'), 1)


@pytest.mark.parametrize(
    "query",
    [
        "level=9",
        "level=3&formula=x",
        "seed=3",
        "level=3&seed=-1",
        "level=3&kinds=sudoku",
        "level=3&level=4",
        "level=3&student=Ada",
        "level=3&seed=99999999999999999999",
        "level=%00",
        "formula=" + "x" * 9_000,
    ],
)
def test_other_links_are_refused(query: str) -> None:
    with pytest.raises(LinkError):
        sheets.decode(query)


@pytest.mark.browser
def test_a_link_opens_its_sheet(app_address: str, app_page: Page) -> None:
    app_page.goto(
        f"{app_address}/exercises?formula=f+%3D+3u%3B+u+%3D+x%5E2&at=x+%3D+1.5&kinds=values"
    )
    expect(app_page.locator('input[name="1.value:u"]')).to_be_visible()
    expect(app_page.locator('input[name="1.value:J"]')).to_have_count(0)


@pytest.mark.browser
def test_a_class_goes_from_its_roster_to_a_gradebook(
    app_address: str, app_page: Page, tmp_path: Path
) -> None:
    page = app_page
    (tmp_path / "roster.csv").write_text("name,id\nAda Aalto,1\nBo Berg,2\n")
    page.goto(f"{app_address}/exercises")
    page.get_by_text("A class", exact=True).click()
    page.locator("input[type=file]").nth(0).set_input_files(tmp_path / "roster.csv")
    expect(page.get_by_text("2 students")).to_be_visible()
    page.get_by_text("Recipe", exact=True).first.click()
    box = page.get_by_label("Recipe (TOML)")
    box.fill(
        'title = "T"\nformats = ["json"]\n[[part]]\nkinds = ["values"]\n'
        'formula = "f = 3u; u = x^2"\nat = [{x = "1.5"}]\naccept = "short"\n'
    )
    box.press("Control+Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Make the sheets").click()
    expect(page.get_by_text("2 sheets, 2 keys")).to_be_visible()
    # By hand: u = 2.25, f = 6.75; one cell is not read, one file is nobody's.
    (tmp_path / "Ada Aalto.csv").write_text("cell,answer\n1.value:u,2.25\n1.value:f,see above\n")
    (tmp_path / "x.csv").write_text("cell,answer\n1.value:u,225\n1.value:f,675\n")
    page.locator("input[type=file]").nth(2).set_input_files(
        [tmp_path / "Ada Aalto.csv", tmp_path / "x.csv"]
    )
    expect(page.get_by_text("1 marked, 2 to decide")).to_be_visible()
    read_as = page.get_by_label("What Ada Aalto meant")
    read_as.fill("6.75")
    read_as.press("Enter")
    expect(page.get_by_text("1 marked, 1 to decide")).to_be_visible()
    page.get_by_label("Whose is x.csv?").click()
    page.get_by_role("option", name="Bo Berg").click()
    expect(page.locator(".cr-station .count", has_text="2 marked")).to_be_visible()
    at_rest(page)
    expect(
        page.get_by_text("The digits are right; look at the decimal point.").first
    ).to_be_visible()
    # The mistake was made by one of two; a square tells what he wrote, and what would be right.
    page.locator(".cr-mistakes li", has_text="look at the decimal point").click()
    expect(page.locator(".cr-picked")).to_contain_text("1 of 2: The digits are right")
    expect(page.locator(".cr-book tbody th:visible")).to_have_text(["Bo Berg"])
    page.locator(".cr-book tr:visible i.wrong").first.click()
    expect(page.locator(".cr-book tr.told")).to_contain_text("225, wrong; right: 2.25")
    # Ada has both points, so she alone stands in the last column, Bo in the middle.
    page.locator(".cr-cells.points li").last.press("Enter")
    expect(page.locator(".cr-book tbody th:visible")).to_have_text(["Ada Aalto"])
    page.get_by_role("button", name="show all").click()
    expect(page.locator(".cr-book tbody th:visible")).to_have_count(2)
    page.get_by_role("button", name="Bo Berg").press("Enter")
    sheet = page.get_by_role("dialog", name="Bo Berg")
    wrong = sheet.locator("tr", has=page.get_by_role("cell", name="225", exact=True))
    expect(wrong.locator("math").first).to_have_text("value ofu")
    expect(sheet.get_by_text("1 of 2 points")).to_be_visible()
    page.keyboard.press("Escape")
    with page.expect_download() as got:
        page.get_by_role("button", name="Gradebook (CSV)").click()
    rows = got.value.path().read_text("utf-8-sig").splitlines()
    assert rows[1].startswith("1,Ada Aalto,1,2,2") and "x.csv" in rows[2]

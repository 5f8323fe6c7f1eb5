"""Every format, read by a reader of its own: what is asked, what is told, and nothing else."""

from __future__ import annotations

import base64
import contextlib
import html
import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser

import chainrule
from chainrule.exercises.formats import FORMATS
from chainrule.exercises.formats.moodle import arrow_fields
from chainrule.exercises.handed_in import collect
from chainrule.exercises.recipe import Override, PartRecipe, Recipe
from chainrule.exercises.sheet import KEYS, Key, Sheet
from chainrule.exercises.spreadsheet import read_workbook
from tests.exercises.moodle_rules import FIELD
from tests.promises.test_9_text_not_code import TEXTS

RECIPE = """
title = "Reverse mode by hand"
label = "Exercise 3"
note = "Work alone."
[[part]]
formula = "J = v + u3; v = u1*u2; u1 = sin(t); u2 = t^2; u3 = exp(-t); t = x*y"
at = {x = "1.5", y = "0.4"}
kinds = ["draw", "values", "adjoints"]
accept = "the lecture's own example"
[[part]]
level = 3
kinds = ["count", "paths", "forward-table"]
[[part]]
level = 3
kinds = ["find-mistake"]
[[part]]
level = 3
kinds = ["saturation"]
[[override]]
cell = "2.value:J"
answer = "0.75"
reason = "two digits were asked"
"""


@pytest.fixture(scope="module")
def made() -> Sheet:
    return chainrule.sheet(chainrule.Recipe.read(RECIPE), student="Ada Lovelace")


def written(sheet: Sheet, format: str, key: Key) -> str:
    data = sheet.to(format, key=key)
    if format.startswith("qti"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    if format == "workbook":
        return "\n".join(map(",".join, read_workbook(data)))
    return data.decode("latin-1" if format == "pdf" else "utf-8")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("key", KEYS)
def test_the_same_sheet_is_the_same_bytes(made: Sheet, format: str, key: Key) -> None:
    again = chainrule.sheet(chainrule.Recipe.read(RECIPE), student="Ada Lovelace")
    assert made.to(format, key=key) == again.to(format, key=key)


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "pdf"])
def test_without_its_key_a_sheet_tells_no_answer(made: Sheet, format: str) -> None:
    """Six digits of an answer are never there by chance."""
    shown = written(made, format, "none")
    inline = written(made, format, "inline")
    given = {value for task in made.tasks for value in task.point.values()}
    digits = [
        f"{abs(float(answer.exact)):.4f}"
        for answer in made.key.values()
        if answer.kind == "number" and len(answer.exact) > 8 and answer.exact not in given
    ]
    assert len(digits) > 20
    # Two of the numbers that are given, of four digits each, may be those of other cells.
    assert len({number for number in digits if number in shown}) <= 2
    # Shares, without points, have no field in Moodle; QTI's numbers have ten digits.
    if format not in ("ipynb", "moodle", "qti12", "qti21"):
        assert all(number in inline for number in digits)


@pytest.mark.parametrize(
    "format", [n for n in FORMATS if n not in ("pdf", "latex", "qti21", "qti12")]
)
def test_the_key_to_mark_by_tells_every_answer_and_what_it_is_worth(
    made: Sheet, format: str
) -> None:
    shown = html.unescape(written(made, format, "apart")).replace("\\", "")
    assert "two digits were asked" in shown
    assert all(answer.exact in shown for answer in made.key.values() if answer.kind == "whole")
    if format in ("html", "text"):
        told = Counter(re.findall(r"\[([\d.]+)\]", re.sub("<[^<>]*>", "", shown)))
        assert told == Counter(
            f"{answer.points:g}" for answer in made.key.values() if answer.points
        )


class Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag in ("input", "select"):
            self.names.append(str(found["name"]))
        self.addresses += [str(found[key]) for key in ("src", "href") if key in found]


def test_a_page_has_an_input_for_every_cell_and_fetches_nothing(made: Sheet) -> None:
    page = Inputs()
    page.feed(written(made, "html", "none"))
    assert sorted(page.names) == sorted(made.key)
    assert page.addresses == []
    assert page.tags.count("script") == 1  # of our own: keeps what is typed
    filled = Inputs()
    filled.feed(written(made, "html", "inline"))
    assert filled.names == [] and "script" not in filled.tags


@pytest.mark.browser
def test_a_page_keeps_what_is_typed_and_gives_it_as_a_file(
    made: Sheet, app_browser: Browser, tmp_path: Path
) -> None:
    page = app_browser.new_page()
    file = tmp_path / "sheet.html"
    file.write_bytes(made.to("html"))
    page.goto(file.as_uri())
    first = page.locator("input").nth(6)
    first.press_sequentially("2,25")
    choice = page.locator("select").first
    choice.select_option(index=1)
    chosen = choice.input_value()
    page.reload()
    assert chosen and (first.input_value(), choice.input_value()) == ("2,25", chosen)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save answers as a file").click()
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    (handed,), faults = collect(path)
    assert sorted(handed.answers.values()) == sorted(("2,25", chosen))
    assert faults == [] and path.name == "answers_Ada_Lovelace.json"
    other = chainrule.sheet(chainrule.Recipe.read(RECIPE), student="Grace")
    file.write_bytes(other.to("html"))
    page.reload()
    assert first.input_value() == ""
    page.close()


def test_json_says_all_that_marking_needs(made: Sheet) -> None:
    data = json.loads(written(made, "json", "inline"))
    for task in data["tasks"]:
        for cell in task["cells"]:
            answer = made.key[f"{task['number']}.{cell['id']}"]
            assert cell["answer"] == answer.exact
        graph = chainrule.parse(task["program"], declared=task["point"])
        assert set(graph.variables) == set(task["point"])
    assert all(
        "answer" not in cell
        for task in json.loads(written(made, "json", "none"))["tasks"]
        for cell in task["cells"]
    )


NUMBER = r"-?(([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]+)?)"
NUMERICAL = re.compile(f"^=({NUMBER})(:{NUMBER})?")


def cloze(text: str) -> list[re.Match[str]]:
    root = ElementTree.fromstring(text.encode())
    questions = [q for q in root if q.get("type") == "cloze"]
    return [m for q in questions for m in FIELD.finditer(q.findtext("questiontext/text") or "")]


def test_moodle_finds_a_field_for_every_cell_with_points(made: Sheet) -> None:
    found = cloze(written(made, "moodle", "inline"))
    asked = [(cell, answer) for cell, answer in made.key.items() if answer.points]
    arrows = [len(list(arrow_fields(a))) - 1 for _cell, a in asked if a.kind == "graph"]
    assert len(found) == len(asked) + sum(arrows)  # arrows have a field for each card
    numbers = [match for match in found if match[2] == "NUMERICAL"]
    expected = [a for _cell, a in asked if a.kind in ("number", "whole")]
    assert len(numbers) == len(expected)
    for match in numbers:
        first = NUMERICAL.match(match[3].split("~")[0])
        assert first, match[3]
    values = sorted(float(NUMERICAL.match(m[3].split("~")[0])[1]) for m in numbers)  # type: ignore[index]
    assert values == pytest.approx(sorted(float(a.exact) for a in expected), rel=1e-9)
    choices = [match[3] for match in found if match[2] == "MULTICHOICE"]
    assert all(sum(part.startswith("=") for part in c.split("~")) == 1 for c in choices)
    # A teacher's own answer is accepted there too.
    assert any("0.75" in match[3] for match in numbers)


def test_moodle_has_no_fields_without_the_key_and_holds_its_figure(made: Sheet) -> None:
    assert cloze(written(made, "moodle", "none")) == []
    root = ElementTree.fromstring(written(made, "moodle", "none").encode())
    assert {q.get("type") for q in root} == {"category", "essay"}
    (file,) = root.iter("file")
    assert file.get("encoding") == "base64"
    picture = ElementTree.fromstring(base64.b64decode(file.text or ""))
    assert picture.tag.endswith("svg")


def run(book: nbformat.NotebookNode, answers: dict[str, str]) -> str:
    """Run a notebook's cells with these answers filled in, and return what they print."""
    space: dict[str, object] = {}
    shown = io.StringIO()
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        source = cell.source
        if cell.id.endswith("-answers"):
            task = cell.id[1:].partition("-")[0]
            for name, words in answers.items():
                number, _, own = name.partition(".")
                if number == task:
                    source = source.replace(f"{own!r}: ''", f"{own!r}: {words!r}")
        with contextlib.redirect_stdout(shown):
            exec(source, space)
    return shown.getvalue()


def test_a_notebook_checks_itself(made: Sheet) -> None:
    book = nbformat.reads(written(made, "ipynb", "none"), as_version=4)
    nbformat.validate(book)
    kinds = {name: answer.kind for name, answer in made.key.items()}
    rounded = {
        name: f"{float(a.exact):.4g}".replace(".", ",") if a.kind == "number" else a.exact
        for name, a in made.key.items()
    }
    told = run(book, rounded).splitlines()
    later = sum(kind in ("formula", "graph") for kind in kinds.values())
    assert sum(line.endswith(": right") for line in told) == len(kinds) - later
    assert sum("marked later" in line for line in told) == later
    wrong = {
        name: f"{float(a.exact) * 1.04:.6g}" for name, a in made.key.items() if a.kind == "number"
    }
    told = run(book, wrong).splitlines()
    assert not any(line.endswith(": right") for line in told)
    assert sum(line.endswith(": not right") for line in told) == len(wrong)
    told = run(book, {name: "no number" for name in wrong}).splitlines()
    assert sum("cannot be read" in line for line in told) == len(wrong)


def test_a_notebook_with_its_key_is_all_right(made: Sheet) -> None:
    book = nbformat.reads(written(made, "ipynb", "inline"), as_version=4)
    assert "not right" not in run(book, {})


def test_cells_of_a_notebook_have_fixed_ids(made: Sheet) -> None:
    book = nbformat.reads(written(made, "ipynb", "none"), as_version=4)
    ids = [cell.id for cell in book.cells]
    assert ids[:4] == ["title", "checker", "part-1", "q1"]
    assert len(set(ids)) == len(ids)


def test_latex_is_balanced_and_markdown_has_its_tables(made: Sheet) -> None:
    for key in KEYS:
        tex = written(made, "latex", key)
        bare = re.sub(r"\\[\\{}%]|(?<!\\)%.*", "", tex)
        assert bare.count("{") == bare.count("}")
        assert sorted(re.findall(r"\\begin\{(\w+)\}", tex)) == sorted(
            re.findall(r"\\end\{(\w+)\}", tex)
        )
    for block in re.findall(r"(?:^\|.*\n)+", written(made, "markdown", "inline"), re.MULTILINE):
        assert len({line.count("|") for line in block.strip().splitlines()}) == 1


def test_a_format_or_key_that_does_not_exist_is_named(made: Sheet) -> None:
    with pytest.raises(ValueError, match=r"formats are: .*moodle"):
        made.to("docx")
    with pytest.raises(ValueError, match="allowed are: none, inline, apart"):
        made.to("html", key="both")  # type: ignore[arg-type]


# Titles, students, notes, reasons: whatever they hold, they are text.


MATHS = {"math", "mrow", "mi", "mn", "mo", "msup", "msub"}


def hostile(text: str) -> Sheet:
    part = PartRecipe(
        ("draw", "values"), formula="J = 3t; t = x^2", points=({"x": "1.5"},), text=text
    )
    override = Override("2.value:t", text, text)
    recipe = Recipe(text, (part,), text, text, overrides=(override,))
    assert Recipe.read(recipe.text()) == recipe if text.strip() else True
    return chainrule.sheet(recipe, student=text)


@pytest.mark.parametrize("number", range(0, len(TEXTS), 2))
def test_hostile_words_are_text_everywhere(number: int) -> None:
    text = TEXTS[number]
    made, plain = hostile(text), hostile("plain")
    for key in KEYS:
        page, usual = Inputs(), Inputs()
        page.feed(written(made, "html", key))
        usual.feed(written(plain, "html", key))
        assert set(page.tags) <= set(usual.tags) | MATHS
        assert page.addresses == []
        moodle = written(made, "moodle", key)
        root = ElementTree.fromstring(moodle.encode("utf-8", "backslashreplace"))
        assert [q.get("type") for q in root] == [
            q.get("type") for q in ElementTree.fromstring(written(plain, "moodle", key).encode())
        ]
        assert len(cloze(moodle)) == len(cloze(written(plain, "moodle", key)))
        book = nbformat.reads(written(made, "ipynb", key), as_version=4)
        nbformat.validate(book)
        assert [c.id for c in book.cells] == [
            c.id for c in nbformat.reads(written(plain, "ipynb", key), as_version=4).cells
        ]
        for cell in book.cells:
            if cell.cell_type == "code" and text not in ("plain", "x"):
                assert text not in cell.source
        assert json.loads(written(made, "json", key))["title"] == text
        markdown = re.sub(r"!\[[^\n]*\]\(data:image/svg[^)]*\)", "", written(made, "markdown", key))
        assert not re.search(r"(?<!\\)\]\(|(?<!\\)!\[|^```|<\w", markdown, re.MULTILINE)
        tex = written(made, "latex", key).partition(r"\begin{document}")[2]
        assert not re.search(r"(?<!\\)\\(?:input|write18|include|def|catcode)\b", tex)
        assert tex.count(r"\end{document}") == 1

"""The lecture's tables in every format: golden bytes, and numbers worked out elsewhere."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from decimal import Decimal
from typing import Any

import pytest

import chainrule
from chainrule.readings.render import RENDERERS
from chainrule.readings.story import Story, story
from chainrule.readings.tables import table
from chainrule.readings.terms import text

MODES = ("reverse", "forward")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", RENDERERS)
def test_tables_are_their_golden_files(lecture, golden, mode: str, name: str) -> None:
    golden(f"lecture_{mode}{RENDERERS[name].suffix}", table(lecture(mode)).to(name))


@pytest.mark.parametrize("name", RENDERERS)
def test_steps_are_their_golden_files(lecture, golden, name: str) -> None:
    view = lecture()
    golden(f"lecture_steps{RENDERERS[name].suffix}", Story(view, tuple(story(view))).to(name))


@pytest.mark.parametrize("name", RENDERERS)
def test_the_same_input_gives_the_same_bytes(lecture, name: str) -> None:
    first, second = (table(lecture()).to(name, document=True) for _ in range(2))
    assert first == second


def cells_of(record: dict[str, Any]) -> dict[str, str]:
    """Digits by cell id; of a running sum the last."""
    found = {}
    for row in record["rows"]:
        for cell in row["cells"].values():
            if "digits" in cell and "id" in cell:
                found[cell["id"]] = cell["digits"]
    return found


def close(found: str, expected: str) -> bool:
    return abs(Decimal(found) - Decimal(expected)) <= Decimal("1e-14") * abs(Decimal(expected))


@pytest.mark.parametrize("mode", MODES)
def test_json_has_the_numbers_of_the_lecture(lecture, golden_numbers, mode: str) -> None:
    found = cells_of(json.loads(table(lecture(mode)).json()))
    expected = {f"value:{n}": x for n, x in golden_numbers["values"].items()}
    kind, key = ("adjoint", "adjoints") if mode == "reverse" else ("tangent", "tangents_seed_x")
    expected |= {f"{kind}:{n}": x for n, x in golden_numbers[key].items()}
    for name, x in golden_numbers["local_partials"].items():
        user, operand = re.fullmatch(r"d(\w+)/d(\w+)", name).groups()
        expected[f"partial:{user},{operand}"] = x
    assert len(expected) == 18
    wrong = {id for id, x in expected.items() if not close(found[id], x)}
    assert not wrong


def test_shares_add_up_as_in_the_lecture(lecture, golden_numbers) -> None:
    rows = list(csv.reader(io.StringIO(table(lecture()).csv())))[1:]
    steps = golden_numbers["adjoint_accumulation"]
    assert [row[0] for row in rows] == [step["target"] for step in steps]
    for row, step in zip(rows, steps, strict=True):
        assert close(row[6], step["running"])
        if row[5]:  # a seed is no share
            assert close(row[5], step["add"])


def test_text_shows_four_decimals_and_the_running_sum(lecture) -> None:
    shown = str(table(lecture()))
    assert "+ 1.9324 = 2.2804" in shown
    assert "∂u₁/∂t = cos t" in shown
    assert "J = cos u" in shown and "∂J/∂ node" in shown
    assert shown.endswith("Four decimals are shown; every digit shown is proven.\n")
    assert "adjoints of J at x = 1" in shown
    assert "∂ node/∂x" in str(table(lecture("forward")))
    assert "\x1b" not in shown


def test_a_point_is_stated_as_it_was_given(lecture) -> None:
    assert "at x = 0.1\n" in str(table(lecture(at="1/10")))
    assert "at x = 1/3\n" in str(table(lecture(at="1/3")))
    assert "at x = −0.25\n" in str(table(lecture(at="-1/4")))


def without_style(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def test_html_is_well_formed_with_ids_of_cells(lecture, golden_numbers) -> None:
    piece = table(lecture()).html()
    tree = without_style(piece)
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert {"value:u", "partial:u1,t", "share:u2,t", "adjoint:t", "formula:u1,t"} <= set(ids)
    adjoint = next(e for e in tree.iter() if e.get("data-cell") == "adjoint:t" and e.get("title"))
    assert close(adjoint.get("title"), golden_numbers["adjoints"]["t"])
    assert "".join(adjoint.itertext()) == "2.2804"
    assert [e.get("scope") for e in tree.iter("th")].count("col") == 5
    assert [e.get("rowspan") for e in tree.iter() if e.get("rowspan")] == ["2", "2"]
    assert tree.find(".//caption") is not None
    assert not re.search(r"https?:|<script|@import|url\(", piece)


def test_html_pages_and_prefixes(lecture) -> None:
    shown = table(lecture())
    page = shown.html(document=True)
    assert page.startswith("<!doctype html>") and '<meta charset="utf-8">' in page
    assert 'id="a-value:u"' in shown.html(prefix="a-")
    assert "<style>" not in shown.html(style=False)
    assert shown._repr_html_() == shown.html()


def balanced(latex: str) -> bool:
    bare = re.sub(r"\\[{}\\]", "", latex)
    return bare.count("{") == bare.count("}") and all(
        bare.count(rf"\begin{{{x}}}") == bare.count(rf"\end{{{x}}}")
        for x in set(re.findall(r"\\begin\{(\w+)\}", bare))
    )


@pytest.mark.parametrize("document", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_latex_is_balanced_and_has_five_columns(lecture, mode: str, document: bool) -> None:
    shown = table(lecture(mode)).latex(document=document)
    assert balanced(shown)
    rows = [line for line in shown.splitlines() if line.endswith(r" \\")]
    assert len(rows) == 8
    assert all(len(re.findall(r"(?<!\\)&", row)) == 4 for row in rows)
    assert all(len(re.findall(r"(?<!\\)\$", row)) % 2 == 0 for row in rows)
    assert document == shown.startswith(r"\documentclass")
    # Beside the apostrophe and the dash, pdfTeX would stop at every one of these.
    assert set(re.findall(r"[^\x00-\x7f]", shown)) <= {"’", "–"}


def test_formats_have_names_suffixes_and_loud_refusals(lecture) -> None:
    assert len({r.suffix for r in RENDERERS.values()}) == len(RENDERERS)
    with pytest.raises(ValueError, match="formats are: text, html"):
        table(lecture()).to("docx")
    for name in RENDERERS:
        assert table(lecture()).to(name)


def test_closed_forms_stand_beside_the_decimals() -> None:
    """The lecture's table (d) as it prints it, in every format."""
    program = "L = -y xi5; xi5 = ln xi4; xi4 = 1/xi3; xi3 = 1 + xi2; xi2 = e^xi1; xi1 = -W X"
    point, along = {"W": 3, "X": 3, "y": 1}, {"W": 1}
    table = chainrule.parse(program).work(point, "forward", direction=along).table()
    printed = {
        "xi2": "−3e⁻⁹",
        "xi3": "−3e⁻⁹",
        "xi4": "3e⁻⁹/(1 + e⁻⁹)²",
        "xi5": "3e⁻⁹/(1 + e⁻⁹)",
        "L": "−3e⁻⁹/(1 + e⁻⁹)",
    }
    rows = {row["node"]: row["cells"] for row in json.loads(table.json())["rows"]}
    for name, form in printed.items():
        assert rows[name]["derivative"]["exact"]["shown"] == form
        assert f"{form} ≈ " in table.text()
        assert form in table.html() and form in table.csv()
    # What is shown in full, and what is long, stands alone.
    assert "exact" not in rows["xi1"]["derivative"] and "exact" not in rows["W"]["value"]
    assert r"\frac{3e^{-9}}{\left(1 + e^{-9}\right)^{2}}\approx" in table.latex().replace(
        "e ^", "e^"
    )
    assert r"\approx" in table.markdown()
    assert "approx -3.7023" in table.typst()
    thirds = chainrule.parse("x/3 + x/8").table({"x": 1})
    assert "1/3 ≈ 0.3333" in thirds.text() and "1/8" not in thirds.text().split("value")[-1]


def test_plain_text_is_what_the_terminal_shows() -> None:
    from rich.console import Console

    from chainrule.readings.render.terminal import show

    worked = chainrule.parse("relu(x-1) + |y|^(1/3) z; z = θ_1 + y_hat").work(
        {"x": 1, "y": "1e-8", "θ_1": "1/3", "y_hat": -2}
    )
    for reading in (worked.table(), worked.cost(), worked.health(), worked.steps()):
        into = io.StringIO()
        show(Console(file=into, width=400), reading.document())
        assert reading.text() == "".join(
            f"{line.rstrip()}\n" for line in into.getvalue().splitlines()
        )


@pytest.mark.parametrize(
    ("formula", "slope"),
    [("(1 + sqrt(2)) a + (1 - sqrt(2)) a", "2"), ("sqrt(2) a + (3 - sqrt(2)) a", "3")],
)
def test_the_last_step_shows_a_whole_sum_of_roots_as_the_table_does(
    formula: str, slope: str
) -> None:
    worked = chainrule.parse(formula).work({"a": 1})
    rows = json.loads(worked.table().json())["rows"]
    assert [r["cells"]["derivative"]["shown"] for r in rows if r["node"] == "a"][-1] == slope
    *_, last = story(worked.view)
    assert text(last.lines[-1][1]) == slope
    assert text(worked.view.bare(last.entries[-1].number)) == slope

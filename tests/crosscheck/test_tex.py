"""LaTeX is what TeX says it is: our documents are compiled, and nothing overflows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Literal

import pypdf
import pytest

import chainrule
from tests import test_readme
from tests.promises.test_9_text_not_code import TEXTS

LECTURE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
EXAMPLES = {
    "lecture": (LECTURE, {"x": 1}),
    "trouble": (
        "y_star^2 log(x) + abs(x) + relu(z) theta1_hat",
        {"x": 0, "z": 0, "y_star": "1e-9", "theta1_hat": 3},
    ),
    "corrected": ("(1 - cos x)/x^2", {"x": "1e-8"}),
    "several": (
        "loss = (sigma(w1 x + b) - y)^2; w1 = a^2; b = root(a, 3)",
        {"x": 2, "y": 1, "a": 0.5},
    ),
}


def compiled(source: str, folder: Path) -> str:
    """Compile a document; return TeX's log."""
    program = shutil.which("pdflatex")
    assert program, "pdflatex is not on PATH: python3 run.py crosscheck installs it"
    folder.joinpath("sheet.tex").write_text(source, encoding="utf-8")
    subprocess.run(
        [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"],
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
    )
    log = folder.joinpath("sheet.log").read_text(encoding="latin-1")
    faults = re.findall(r"^!.*|^l\.\d+.*|.*Missing character.*", log, re.MULTILINE)
    assert not faults, faults
    assert re.search(r"Output written on sheet\.pdf \(\d+ page", log)
    return log


@pytest.fixture(params=EXAMPLES)
def worked(request: pytest.FixtureRequest) -> chainrule.Worked:
    formula, point = EXAMPLES[request.param]
    return chainrule.parse(formula).reverse(point)


def test_a_table_s_document(worked: chainrule.Worked, tmp_path: Path) -> None:
    log = compiled(worked.table().latex(document=True), tmp_path)
    assert "(1 page" in log
    assert "Overfull \\hbox" not in log


def test_other_readings_and_long_tables(tmp_path: Path) -> None:
    worked = chainrule.parse("log(1 - sigmoid(a)) + relu(b) b").reverse({"a": 40, "b": 0})
    for reading in (worked.health(), worked.cost(), worked.nudge("a", "0.01")):
        compiled(reading.latex(document=True), tmp_path)
    long = chainrule.parse("+".join(f"sin(x{i})" for i in range(60)))
    table = long.reverse({f"x{i}": 1 for i in range(60)}).table()
    compiled(table.latex(document=True), tmp_path)
    assert len(pypdf.PdfReader(tmp_path / "sheet.pdf").pages) > 2


def words(folder: Path) -> str:
    """Return the text of the document as a reader of PDFs finds it."""
    return " ".join(page.extract_text() for page in pypdf.PdfReader(folder / "sheet.pdf").pages)


def test_the_lecture_s_numbers_can_be_read(tmp_path: Path) -> None:
    lecture = chainrule.parse(LECTURE).reverse({"x": 1})
    compiled(lecture.draw("tikz", document=True).decode(), tmp_path)
    assert all(number in words(tmp_path) for number in ("0.8415", "3.8415", "2.2804", "4.5608"))


def test_the_steps_document(worked: chainrule.Worked, tmp_path: Path) -> None:
    compiled(worked.steps().latex(document=True), tmp_path)


@pytest.mark.parametrize("options", [{}, {"step": 3}, {"direction": "TB", "theme": "dark"}])
def test_a_drawing(worked: chainrule.Worked, options: dict[str, object], tmp_path: Path) -> None:
    compiled(worked.draw("tikz", document=True, **options).decode(), tmp_path)


def test_the_guide_s_document(tmp_path: Path) -> None:
    test_readme.scripted(tmp_path)
    log = compiled((tmp_path / "notes.tex").read_text("utf-8"), tmp_path)
    assert "Overfull" not in log
    assert all(number in words(tmp_path) for number in ("0.8415", "2.2804", "4.5608"))


def test_a_drawing_pasted_into_an_article(tmp_path: Path) -> None:
    picture = chainrule.parse(LECTURE).reverse({"x": 1}).draw("tikz").decode()
    article = (
        "\\documentclass{article}\\usepackage{amsmath,xcolor,tikz}\n"
        f"\\begin{{document}}\n\\noindent\\resizebox{{\\linewidth}}{{!}}{{{picture}}}\n\\end{{document}}\n"
    )
    assert "Overfull" not in compiled(article, tmp_path)


@pytest.mark.parametrize("number", range(0, len(TEXTS), 3))
def test_hostile_titles_are_text(number: int, tmp_path: Path) -> None:
    text = TEXTS[number][:300]
    worked = chainrule.parse("sin(x)^2").reverse({"x": 1})
    compiled(worked.draw("tikz", title=text, document=True).decode(), tmp_path)
    compiled(worked.table().document(text).latex(document=True), tmp_path)
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".aux", ".log", ".pdf", ".tex"]


@pytest.mark.parametrize("key", ["none", "inline", "apart"])
def test_a_sheet_of_exercises(key: Literal["none", "inline", "apart"], tmp_path: Path) -> None:
    recipe = chainrule.Recipe.read(
        'title = "Reverse mode"\n[[part]]\nlevel = 5\nkinds = ["draw", "values", "adjoints"]\n'
        '[[part]]\nlevel = 3\nkinds = ["paths", "count", "forward-table"]\n'
        '[[part]]\nlevel = 3\nkinds = ["find-mistake"]\n'
    )
    for student in ("Ada", *TEXTS[:12]):
        made = chainrule.sheet(recipe, student=student)
        compiled(made.to("latex", key=key).decode(), tmp_path)

"""The notebooks are the lessons, cell by cell, and a kernel runs them."""

from __future__ import annotations

import os
import random
from pathlib import Path

import nbformat
import pytest

from examples.notebooks import cells, lessons, notebook

LESSONS = lessons()


@pytest.mark.parametrize("script", LESSONS, ids=lambda script: script.stem[:2])
def test_a_notebook_is_its_lesson(script: Path) -> None:
    kept = script.with_suffix(".ipynb")
    if os.environ.get("CHAINRULE_GOLDEN") == "write":
        kept.write_text(notebook(script), "utf-8")
    assert kept.read_text("utf-8") == notebook(script)


def test_no_notebook_stands_alone() -> None:
    folder = LESSONS[0].parent
    assert {file.stem for file in folder.glob("*.ipynb")} == {script.stem for script in LESSONS}


def test_cells() -> None:
    script = "# %% [markdown]\n# # Title\n#\n# Words\n\n# %%\nx = 1  # a note\n\ny = 2\n"
    assert cells(script) == [("markdown", "# Title\n\nWords"), ("code", "x = 1  # a note\n\ny = 2")]


@pytest.mark.parametrize(
    ("script", "found"),
    [("x = 1\n# %%\n", "before the first"), ("# %% [markdown]\n# a\nb\n", "is no comment")],
)
def test_what_is_no_lesson_is_refused(script: str, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        cells(script)


def run(script: Path) -> None:
    from nbclient import NotebookClient

    made = nbformat.reads(notebook(script), as_version=4)
    resources = {"metadata": {"path": str(script.parent)}}
    NotebookClient(made, timeout=60, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in made.cells for output in cell.get("outputs", ())]
    assert {output.output_type for output in outputs} <= {"stream", "display_data"}
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    shown = [data for output in outputs for data in output.get("data", {}).items()]
    # Tables are typeset, and pictures drawn: curves as SVG, a worked graph as a figure in HTML.
    assert any(kind == "text/html" and "<table" in text for kind, text in shown)
    assert any(kind == "image/svg+xml" or "<svg" in text for kind, text in shown)


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", str(root / "graphlib"))


def test_a_notebook_runs(sample_seed: int) -> None:
    run(random.Random(sample_seed).choice(LESSONS))


@pytest.mark.soak
@pytest.mark.parametrize("script", LESSONS, ids=lambda script: script.stem[:2])
def test_every_notebook_runs(script: Path) -> None:
    run(script)

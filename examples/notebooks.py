"""Write the notebooks of the lessons again: `.venv/bin/python examples/notebooks.py`.

A lesson is a script in percent format: `# %%` begins a cell of code, `# %% [markdown]` one of
text, whose lines are comments. Its notebook is the same cells without outputs, and cell ids that
stay, so that a changed lesson changes the lines of the notebook that differ and no others.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).resolve().parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def lessons() -> list[Path]:
    """Return the scripts of the lessons, in their order."""
    return sorted(HERE.glob("[0-9]*.py"))


def cells(script: str) -> list[tuple[str, str]]:
    """Return the cells of a script in percent format as (kind, text).

    Raises
    ------
    ValueError
        If it does not begin with a cell, or a line of text is no comment.
    """
    found: list[tuple[str, str]] = []
    before, *parts = re.split(r"^# %%(.*)$", script, flags=re.MULTILINE)
    if before.strip():
        raise ValueError(f"before the first cell stands {before.strip()[:40]!r}")
    for mark, body in zip(parts[::2], parts[1::2], strict=True):
        lines = body.strip("\n").split("\n")
        if mark.strip() == "[markdown]":
            if not all(line.startswith("#") for line in lines):
                raise ValueError(f"a line of text is no comment, in the cell of {lines[0]!r}")
            found.append(("markdown", "\n".join(line[2:] for line in lines)))
        else:
            found.append(("code", "\n".join(lines)))
    return found


def notebook(script: Path) -> str:
    """Return a lesson's notebook as the text of its file."""
    make = {"markdown": new_markdown_cell, "code": new_code_cell}
    made = [
        make[kind](text, id=f"cell-{count}")
        for count, (kind, text) in enumerate(cells(script.read_text("utf-8")), 1)
    ]
    written = new_notebook(cells=made, metadata=METADATA)
    nbformat.validate(written)
    return nbformat.writes(written) + "\n"


if __name__ == "__main__":
    for lesson in lessons():
        lesson.with_suffix(".ipynb").write_text(notebook(lesson), "utf-8")

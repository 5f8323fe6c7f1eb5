"""What README and the page on papers say beside their blocks, which tests/test_docs.py runs."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import run as run_py
from chainrule import ParseError, parse
from chainrule.language import LIMITS
from docs.pictures.make import LECTURE, PICTURES, picture
from tests.typed import typed

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
PAPER = (ROOT / "docs" / "figure-for-a-paper.md").read_text("utf-8")


def blocks(language: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
[TASK] = blocks("sh", PAPER)


def scripted(folder: Path) -> None:
    """Carry out the guide's lecturer's task in a folder."""
    [program], [document] = blocks("text", PAPER), blocks("latex", PAPER)
    (folder / "lecture.txt").write_text(program, "utf-8")
    (folder / "notes.tex").write_text(document, "utf-8")
    for command in TASK.splitlines():
        words, _, file = command.partition(" > ")
        done = typed(*shlex.split(words)[1:], folder=folder)
        assert (done.returncode, done.stderr) == (0, b""), command
        if file:
            (folder / file).write_bytes(done.stdout)


def test_a_lecturer_s_task_takes_three_commands(tmp_path: Path) -> None:
    scripted(tmp_path)
    assert TASK.count("\n") == 3
    assert (tmp_path / "graph.pdf").read_bytes().startswith(b"%PDF")
    table, steps = ((tmp_path / name).read_text("utf-8") for name in ("table.tex", "steps.tex"))
    assert "documentclass" not in table + steps
    assert table.count(r"\\") == 8 and "4.5608" in table
    assert steps.count(r"\item") == 19
    written = {file.stem for file in tmp_path.iterdir()} - {"lecture", "notes"}
    [document] = blocks("latex", PAPER)
    used = re.findall(r"\\(?:input|includegraphics)(?:\[.*?\])?{(.*?)}", document)
    assert set(used) == written


def test_the_other_commands_are_those_of_run_py() -> None:
    others = [shlex.split(c, comments=True) for c in COMMANDS if not c.startswith("chainrule")]
    assert [words[:2] for words in others] == [["python3", "run.py"]] * 2
    assert [words[2] for words in others] == ["app", "test"]
    assert {words[2] for words in others} <= run_py.COMMANDS.keys()


def test_the_limits_are_the_limits() -> None:
    section = TEXT.split("\n## Limits\n")[1].split("\n## ")[0]
    for number in (LIMITS.characters, LIMITS.nodes, LIMITS.nesting, LIMITS.digits):
        assert f"{number:,}" in section


@pytest.mark.parametrize("text", [r"\frac{1}{x}", "f(x) = x^2; J = f(a)", "sum(x_j, j=0..2)"])
def test_what_is_said_to_be_unread_is_unread(text: str) -> None:
    if "- Not read yet: LaTeX, functions of one's own such as `f(x) = …`, sums over an" in TEXT:
        with pytest.raises(ParseError):
            parse(text)


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_what_chainrule_draws(name: str) -> None:
    assert LECTURE in TEXT

    def words(picture: bytes) -> list[str]:
        # Coordinates may differ in the last place from one machine to another.
        return [element.text or "" for element in ElementTree.fromstring(picture).iter()]

    assert words(picture(name)) == words((ROOT / "docs" / "pictures" / name).read_bytes())


def test_nothing_is_left_of_the_making() -> None:
    assert not re.search(r"TODO|FIXME|/work/|https?://\S*(pypi|npmjs)", TEXT + PAPER)

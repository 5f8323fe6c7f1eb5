"""README and guide do what they say: their Python runs, their commands print what stands there."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import run as run_py
from chainrule import ParseError, parse
from chainrule.language import LIMITS

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "guide.md").read_text("utf-8")


def blocks(language: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def chainrule(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    env = run_py.variables() | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "chainrule", *words],
        cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip


CONSOLE = [block.partition("\n")[::2] for block in blocks("console", TEXT + GUIDE)]
COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
*_, TASK = blocks("sh", GUIDE)
GUIDED = [line for block in blocks("sh", GUIDE) for line in block.splitlines()]


@pytest.mark.parametrize("file", ["README.md", "docs/public-names.md", "docs/guide.md"])
def test_the_python_examples_run(file: str) -> None:
    failed, tried = doctest.testfile(str(ROOT / file), module_relative=False, encoding="utf-8")
    assert tried >= 5
    assert not failed


@pytest.mark.parametrize(("command", "printed"), CONSOLE)
def test_a_command_prints_what_is_shown(command: str, printed: str, tmp_path: Path) -> None:
    prompt, program, *words = shlex.split(command)
    assert (prompt, program) == ("$", "chainrule")
    done = chainrule(words, tmp_path)
    assert done.stdout + done.stderr == printed
    assert done.returncode == (2 if done.stderr else 0)


@pytest.mark.parametrize(
    "command",
    [c for c in COMMANDS + GUIDED if c.startswith("chainrule") and "lecture.txt" not in c],
)
def test_a_command_that_is_named_works(command: str, tmp_path: Path) -> None:
    words = shlex.split(command)[1:]
    done = chainrule(words, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    if "-o" in words:
        assert (tmp_path / words[words.index("-o") + 1]).stat().st_size > 1000
    else:
        assert done.stdout


def scripted(folder: Path) -> None:
    """Carry out the guide's lecturer's task in a folder."""
    [program], [document] = blocks("text", GUIDE), blocks("latex", GUIDE)
    (folder / "lecture.txt").write_text(program, "utf-8")
    (folder / "notes.tex").write_text(document, "utf-8")
    for command in TASK.splitlines():
        words, _, file = command.partition(" > ")
        done = chainrule(shlex.split(words)[1:], folder)
        assert (done.returncode, done.stderr) == (0, ""), command
        if file:
            (folder / file).write_text(done.stdout, "utf-8")


def test_a_lecturer_s_task_takes_three_commands(tmp_path: Path) -> None:
    scripted(tmp_path)
    assert TASK.count("\n") == 3
    assert (tmp_path / "graph.pdf").read_bytes().startswith(b"%PDF")
    table, steps = ((tmp_path / name).read_text("utf-8") for name in ("table.tex", "steps.tex"))
    assert "documentclass" not in table + steps
    assert table.count(r"\\") == 8 and "4.5608" in table
    assert steps.count(r"\item") == 19
    written = {file.stem for file in tmp_path.iterdir()} - {"lecture", "notes"}
    [document] = blocks("latex", GUIDE)
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


@pytest.mark.parametrize(("folder", "text"), [(ROOT, TEXT), (ROOT / "docs", GUIDE)])
def test_what_is_linked_exists(folder: Path, text: str) -> None:
    found = re.findall(r"\]\(([^)#:]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    assert len(found) >= 5
    for linked, shown in found:
        assert (folder / (linked or shown)).exists(), linked or shown


@pytest.mark.parametrize("name", ["lecture.svg", "lecture-dark.svg"])
def test_the_picture_is_what_chainrule_draws(name: str, tmp_path: Path) -> None:
    script = (ROOT / "docs" / "pictures" / "make.py").read_text("utf-8")
    formula = re.search(r'^LECTURE = "(.*)"$', script, re.MULTILINE)
    assert formula and formula.group(1) in TEXT
    theme = ["--theme", "dark"] if "dark" in name else []
    done = chainrule(["draw", formula.group(1), "--at", "x=1", *theme, "-o", name], tmp_path)
    assert done.returncode == 0, done.stderr

    def words(file: Path) -> list[str]:
        # Coordinates may differ in the last place from one machine to another.
        root = ElementTree.parse(file).getroot()
        return [element.text or "" for element in root.iter()]

    assert words(tmp_path / name) == words(ROOT / "docs" / "pictures" / name)


def test_nothing_is_left_of_the_making() -> None:
    assert not re.search(r"TODO|FIXME|/work/|https?://\S*(pypi|npmjs)", TEXT + GUIDE)

"""The documentation does what it says: each page is gone through as a reader would.

In an empty folder, block after block: what the sentence before a block calls `name`: is written to
that file, or compared with it where a command has made it; Python runs; commands run and print what
is shown. What is linked exists.
"""

from __future__ import annotations

import csv
import doctest
import os
import re
import shlex
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer.main

import chainrule
import run as run_py
from chainrule import InputError, LinkError
from chainrule.cli.commands import application
from chainrule.exercises.recipe import Recipe
from chainrule.nn import experiments
from chainrule.ui import descent_state, link, network_state
from docs.reference import PAGES as WRITTEN
from tests.typed import typed

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "examples" / "README.md")
)
BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)
NAMED = re.compile(r"`([\w./]+\.\w+)`:\s*\Z")
HANDED = re.compile(r"^### (\w+) .*\n\nHanded in:\n\n((?:\|.*\n)+)", re.MULTILINE)
# These are shown, and cannot be run by what is installed here.
SHOWN = {"", "text", "latex", "nginx", "floors", "csv"}
# Of these the blocks are lines to be put elsewhere: tests/test_contributing.py puts them there.
ELSEWHERE = {"CONTRIBUTING.md"}


class Reader:
    """Somebody who does what a page says."""

    def __init__(self, page: str, folder: Path) -> None:
        self.text = (ROOT / page).read_text("utf-8")
        self.folder = folder
        self.names: dict[str, Any] = {"experiments": experiments}
        self.recipe = ""

    def read(self) -> None:
        for found in BLOCK.finditer(self.text):
            language, block = found[1], found[2]
            named = NAMED.search(self.text, 0, found.start())
            if named:
                self.file(named[1], block)
            elif language not in SHOWN:
                {"python": self.python, "console": self.console, "toml": self.toml}.get(
                    language, self.shell
                )(block)

    def file(self, name: str, block: str) -> None:
        path = self.folder / name
        if path.exists():
            assert block.strip() in path.read_text("utf-8-sig").replace("\r\n", "\n"), name
        else:
            path.write_text(block, "utf-8")
        if path.suffix == ".toml":
            self.recipe = block
        if path.suffix == ".py":
            compile(block, name, "exec")

    def python(self, block: str) -> None:
        if ">>>" not in block:
            exec(block, self.names)
            return
        test = doctest.DocTestParser().get_doctest(block, self.names, "page", None, 0)
        assert test.examples
        told: list[str] = []
        assert not doctest.DocTestRunner().run(test, out=told.append, clear_globs=False).failed, (
            "".join(told)
        )
        self.names = test.globs

    def console(self, block: str) -> None:
        line, _, printed = block.partition("\n")
        prompt, program, *words = shlex.split(line)
        assert (prompt, program) == ("$", "chainrule")
        done = typed(*words, folder=self.folder)
        assert (done.stdout + done.stderr).decode() == printed
        assert done.returncode == (2 if done.stderr else 0)

    def toml(self, block: str) -> None:
        assert tomllib.loads(block)
        Recipe.read(f"{self.recipe}\n{block}")

    def shell(self, block: str) -> None:
        for line in block.splitlines():
            line, _, file = line.partition(" > ")
            program, *words = shlex.split(line, comments=True)
            if program == "python3":
                assert words[0] == "run.py" and words[1] in run_py.COMMANDS
            elif program.startswith(".venv/bin/"):
                assert all((ROOT / word).exists() for word in words if word.startswith("examples/"))
            else:
                assert program == "chainrule", line
                self.chainrule(words, file)

    def chainrule(self, words: list[str], file: str) -> None:
        if words[0] == "mark":
            self.hand_in()
        done = typed(*words, folder=self.folder)
        assert done.returncode == 0, done.stderr
        if file:
            (self.folder / file).write_bytes(done.stdout)
        options = ("-o", "--out", "--feedback", "--statistics")
        made = [name for option, name in pairwise(words) if option in options]
        for name in [*made, *filter(None, [file])]:
            assert (self.folder / name).stat().st_size > 100, name
        assert made or file or done.stdout

    def hand_in(self) -> None:
        """Write the answers that the page shows as the files that students hand in."""
        folder = self.folder / "answers"
        folder.mkdir(exist_ok=True)
        for student, table in HANDED.findall(self.text):
            with (folder / f"{student.lower()}.csv").open("w", newline="", encoding="utf-8") as to:
                rows = csv.writer(to)
                rows.writerow(("cell", "answer"))
                for task, cells in re.findall(r"^\| (\d) \| (.*) \|$", table, re.MULTILINE):
                    answers = re.findall(r"`([^`]+)` (.*?)(?=, `|$)", cells)
                    rows.writerows((f"{task}.{cell}", answer) for cell, answer in answers)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ELSEWHERE])
def test_a_page_does_what_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Reader(page, tmp_path).read()
    for name in {path.stem for path in tmp_path.glob("*.py")}:
        sys.modules.pop(name, None)


def test_a_page_that_is_wrong_is_found(tmp_path: Path) -> None:
    reader = Reader("README.md", tmp_path)
    for text in (
        "```python\n>>> 1 + 1\n3\n\n```\n",
        "```sh\nchainrule frob\n```\n",
        "```sh\npython3 run.py frob\n```\n",
        '```console\n$ chainrule grad "x^2" --at x=1\nnothing\n```\n',
        '```toml\ntitle = ""\n```\n',
    ):
        reader.text = text
        with pytest.raises(Exception):  # noqa: B017 (each has its own)
            reader.read()


@pytest.mark.parametrize("page", PAGES)
def test_what_is_linked_exists(page: str) -> None:
    text = BLOCK.sub("", (ROOT / page).read_text("utf-8"))
    links = re.findall(r"\]\(([^)#:\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    for linked, shown in links:
        assert ((ROOT / page).parent / (linked or shown)).exists(), linked or shown


def test_every_page_stands_in_the_list_of_contents() -> None:
    listed = re.findall(r"\]\(([^)#]+\.md)\)", (ROOT / "docs" / "index.md").read_text("utf-8"))
    assert len(listed) == len(set(listed))
    assert {os.path.normpath(f"docs/{page}") for page in listed} == {*PAGES} - {"docs/index.md"}


def keys(page: str, head: str) -> set[str]:
    """Return the keys in the first table below a heading of a page of reference."""
    section = WRITTEN[page][1]().split(f"## {head}\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\S+)` \| (.+) \|$", section, re.MULTILINE))
    assert all(rows.values())
    return set(rows)


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("At the top", 'zzz = 1\n[[part]]\nlevel = 1\nkinds = ["values"]'),
        ("In a `[[part]]`", "[[part]]\nzzz = 1"),
        ("In an `[[override]]`", '[[part]]\nlevel = 1\nkinds = ["values"]\n[[override]]\nzzz = 1'),
        ("In a `[[mistake]]`", '[[part]]\nlevel = 1\nkinds = ["values"]\n[[mistake]]\nzzz = 1'),
    ],
)
def test_the_page_on_recipes_has_the_keys_that_are_read(head: str, text: str) -> None:
    with pytest.raises(InputError, match="no `zzz`") as refused:
        Recipe.read(f'title = "x"\n{text}')
    allowed = refused.value.allowed.removeprefix("There are ").rstrip(".")
    assert keys("recipe", head) == set(allowed.split(", "))


@pytest.mark.parametrize(
    ("head", "decode"),
    [
        ("Explore", link.decode),
        ("Networks", network_state.decode),
        ("Descent", descent_state.decode),
    ],
)
def test_the_page_on_links_has_the_parts_that_are_read(head: str, decode: Any) -> None:
    with pytest.raises(LinkError, match="means nothing") as refused:
        decode("zzz=1")
    allowed = refused.value.allowed.removeprefix("The parts are ").rstrip(".")
    assert keys("link", head) == set(allowed.split(", "))


def test_the_pages_on_names_and_commands_have_all_of_them() -> None:
    names = re.findall(r"^## (\w+)$", WRITTEN["library"][1](), re.MULTILINE)
    assert set(names) == set(chainrule.__all__)
    told = WRITTEN["commands"][1]()
    group: Any = typer.main.get_command(application())
    for name, one in group.commands.items():
        assert f"## `chainrule {name}`" in told
        for option in (word for given in one.params for word in given.opts):
            assert option in told, (name, option)

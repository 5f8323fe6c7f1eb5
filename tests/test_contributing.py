"""What CONTRIBUTING.md says is tried as it is written, each section on a copy of the sources."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
SECTIONS = dict(part.split("\n", 1) for part in TEXT.split("\n## ")[1:])
BLOCK = r"\s*```python\n(.*?)```"
STEPS = (
    ("end", re.compile(r"At the end of `([^`]+)`:" + BLOCK, re.DOTALL)),
    ("new", re.compile(r"A new file `([^`]+)`:" + BLOCK, re.DOTALL)),
    ("below", re.compile(r"In `([^`]+)`, below the line\s`([^`]+)`:" + BLOCK, re.DOTALL)),
)


def changed(folder: Path, section: str) -> int:
    """Do to the files below a folder what a section says; return how many steps it has."""
    count = 0
    for kind, step in STEPS:
        for found in step.findall(section):
            path, *line, block = found
            file = folder / path
            count += 1
            if kind == "new":
                assert not file.exists(), path
                file.write_text(block, "utf-8")
            elif kind == "end":
                file.write_text(f"{file.read_text('utf-8')}{block}", "utf-8")
            else:
                lines = file.read_text("utf-8").split("\n")
                place = lines.index(line[0]) + 1
                file.write_text("\n".join([*lines[:place], block.rstrip("\n"), *lines[place:]]))
    return count


def commands(section: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a section, each with the lines that its output must have."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


@pytest.mark.parametrize("title", [title for title in SECTIONS if "```console" in SECTIONS[title]])
def test_a_section_works_as_written(title: str, tmp_path: Path) -> None:
    section = SECTIONS[title]
    # With the byte-code of what stays as it is: times of files are copied too.
    for name in ("graphlib", "tests/laws"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("conftest.py", "enclosed.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert changed(tmp_path, section) == len(re.findall(r"^```python$", section, re.MULTILINE))
    tried = commands(section)
    assert tried and all(lines for _, lines in tried)
    path = os.pathsep.join((str(tmp_path / "graphlib"), str(tmp_path)))
    for command, lines in tried:
        _, *arguments = shlex.split(command)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for line in lines:
            assert line in done.stdout, (line, done.stdout)

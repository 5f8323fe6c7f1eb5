"""The architecture as it is told: floors, rooms and names exist, and none is left out."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "graphlib" / "chainrule"
TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found, language
    return found.group(1)


def rooms() -> dict[str, str]:
    """Return what is said of each room, by its path."""
    section = TEXT.split("\n## The rooms\n")[1].split("\n## ")[0]
    parts = re.split(r"^### `([a-z_/]+)`\n", section, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def exists(name: str) -> bool:
    return (PACKAGE / name / "__init__.py").is_file() or (PACKAGE / f"{name}.py").is_file()


def names(layer: str) -> list[str]:
    return [re.sub(r"[()\s]", "", name) for name in layer.split("|")]


def test_the_floors_are_those_that_are_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(
        c for c in project["tool"]["importlinter"]["contracts"] if c["name"] == "floors"
    )
    told = block("floors").splitlines()
    assert [names(layer) for layer in told] == [names(layer) for layer in contract["layers"]]


def test_names_in_brackets_are_those_not_built_yet() -> None:
    for name in re.findall(r"\(?[a-z_]+\)?", block("floors")):
        assert name.startswith("(") != exists(name.strip("()")), name


def test_every_room_exists_and_none_is_left_out() -> None:
    packages = {
        str(file.parent.relative_to(PACKAGE))
        for file in PACKAGE.rglob("__init__.py")
        if file.parent != PACKAGE
    }
    modules = {file.stem for file in PACKAGE.glob("*.py") if not file.stem.startswith("__")}
    assert set(rooms()) == packages | modules
    built = {name for name in re.findall(r"\(?[a-z_]+\)?", block("floors")) if name[0] != "("}
    assert built == {room for room in rooms() if "/" not in room}


@pytest.mark.parametrize("room", rooms())
def test_what_is_said_of_a_room_is_there(room: str) -> None:
    folder = PACKAGE / room
    single = not folder.is_dir()
    if single:
        folder = PACKAGE
    for file in re.findall(r"`([a-z_]+\.(?:py|js|css))`", rooms()[room]):
        assert (folder / file).is_file() or (ROOT / file).is_file(), file
    for module, name in re.findall(r"`([a-z_0-9]+)\.([A-Za-z_0-9]+)`", rooms()[room]):
        if name in ("py", "js", "css") or module == "chainrule":
            continue
        assert (folder / f"{module}.py").is_file(), f"{module}.{name}"
        place = room.replace("/", ".")
        path = f"chainrule.{module}" if single else f"chainrule.{place}.{module}"
        assert hasattr(importlib.import_module(path), name), f"{path}.{name}"


def test_paths_in_the_text_exist() -> None:
    for path in re.findall(r"`?\b([a-z_]+/[a-z_/]+\.(?:py|md))\b", TEXT):
        assert any((base / path).is_file() for base in (ROOT, PACKAGE)), path
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target


def test_every_dependency_is_accounted_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["app"], *extras["sheets"]]
    wanted = {dependency.split(">=")[0].lower() for dependency in asked}
    section = TEXT.split("\n## Dependencies")[1].split("\n## ")[0]
    cells = re.findall(r"^\| ([A-Za-z, -]+) \|", section, re.MULTILINE)
    told = {name.strip().lower() for cell in cells for name in cell.split(",")} - {"library"}
    assert told == wanted

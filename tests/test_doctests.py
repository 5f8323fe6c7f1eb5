"""Every public name has an example. That examples are right, pytest finds (--doctest-modules)."""

from __future__ import annotations

import doctest
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import chainrule
from chainrule import facade, worked

ROOT = Path(__file__).resolve().parent.parent
# Their libraries are in no ordinary installation; tests/crosscheck has examples of both.
ELSEWHERE = {"Graph.from_torch": "torch", "Graph.from_onnx": "onnx"}
NAMES = (ROOT / "docs" / "public-names.md").read_text("utf-8")


def public_members() -> Iterator[tuple[str, str]]:
    """Yield the public methods and properties of the facade's classes with their docstrings."""
    for cls in (facade.Graph, worked.Worked):
        yield cls.__name__, inspect.getdoc(cls) or ""
        members = {name: m for part in cls.__mro__[-2::-1] for name, m in vars(part).items()}
        for name, member in members.items():
            if not name.startswith("_") and (callable(member) or hasattr(member, "__get__")):
                documented = member.__func__ if isinstance(member, classmethod) else member
                yield f"{cls.__name__}.{name}", documented.__doc__ or ""


@pytest.mark.parametrize(("name", "text"), list(public_members()), ids=lambda value: value[:30])
def test_a_public_method_has_an_example(name: str, text: str) -> None:
    if name in ELSEWHERE:
        crosschecks = (ROOT / "tests" / "crosscheck").glob("test_from_*.py")
        assert any(name in file.read_text("utf-8") for file in crosschecks)
        return
    examples = doctest.DocTestParser().get_examples(text)
    assert examples, name
    assert not any(doctest.SKIP in example.options for example in examples), name


def test_the_examples_of_the_package_are_run() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    options = project["tool"]["pytest"]["ini_options"]
    assert "--doctest-modules" in options["addopts"]
    assert "graphlib/chainrule" in options["testpaths"]


def test_every_public_name_is_told_and_has_an_example() -> None:
    examples = "".join(e.source for e in doctest.DocTestParser().get_examples(NAMES))
    for name in chainrule.__all__:
        assert re.search(rf"^(\| )?`{name}`", NAMES, re.MULTILINE), name
        assert f"chainrule.{name}" in examples, name

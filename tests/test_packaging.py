"""What an installation has: the app and its settings, and what is left out is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import chainrule
import run as run_py
from chainrule.drawing import graphviz_process
from chainrule.errors import OutsideError, needed

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_wheel_has_the_app_where_the_command_looks_for_it() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {
        "app.py": "chainrule/ui/app.py",
        ".streamlit/config.toml": "chainrule/ui/.streamlit/config.toml",
    }
    assert all((ROOT / source).is_file() for source in included)
    assert '"ui"' in (ROOT / "graphlib/chainrule/cli/app.py").read_text("utf-8")


def test_what_comes_from_others_has_its_licence_beside_it_and_in_the_readme() -> None:
    shipped = [p for p in (ROOT / "graphlib").rglob("*") if p.is_file() and p.suffix != ".pyc"]
    # All else is written here: sources, styles, scripts and templates.
    own = {".py", ".js", ".css", ".typ", ".conf", ".toml", ".typed"}
    others = [p for p in shipped if p.suffix not in own and not p.name.startswith("LICENSE")]
    section = (ROOT / "README.md").read_text("utf-8").split("\n## Licence\n")[1]
    rows = re.findall(r"^\| `(.+?)` \| .+? \| (.+?) \|$", section, re.MULTILINE)
    told = {file: licence for pattern, licence in rows for file in ROOT.glob(pattern)}
    assert others and {*others} == {*told}
    files = {f for p in PROJECT["project"]["license-files"] for f in ROOT.glob(p)}
    for file, licence in told.items():
        linked = re.search(r"\]\((.+?)\)", licence)
        if linked:
            assert ROOT / linked[1] in files
        else:  # then the file tells it itself
            assert licence in file.read_text("utf-8")
    assert not any("@license" in p.read_text("utf-8") for p in shipped if p.suffix == ".js")


def test_every_extra_that_is_named_is_there() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    sources = (ROOT / "graphlib").rglob("*.py")
    named = {
        extra
        for source in sources
        for extra in re.findall(r'needed\([^)]*"(\w+)"\)', source.read_text("utf-8"))
    }
    assert named and named <= set(extras)


def test_a_library_that_is_not_installed_is_named_with_the_way_to_it() -> None:
    assert needed("math", "app").sqrt(4) == 2
    with pytest.raises(OutsideError, match=r"no_such_library.*pip install 'chainrule\[sheets\]'"):
        needed("no_such_library", "sheets")


def test_what_graphviz_needs_of_a_small_system_is_installed_or_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packages = " ".join(run_py.GRAPHVIZ_NEEDS)
    assert packages in (ROOT / "Dockerfile").read_text("utf-8")
    assert packages in (ROOT / "README.md").read_text("utf-8")

    def lacking() -> None:
        said = "libgobject-2.0.so.0: cannot open shared object file: No such file or directory"
        raise graphviz_process.WorkerFailure("the start of a worker", "ImportError", said, "")

    monkeypatch.setattr(graphviz_process, "_workers", lacking)
    with pytest.raises(chainrule.DrawingError, match=f"libgobject.*\n.*apt install {packages}"):
        graphviz_process.layout("digraph a_name_of_its_own { n1 -> n2 }")

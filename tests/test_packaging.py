"""What an installation has: the app and its settings, and what is left out is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

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


def test_what_hosts_install_is_what_the_project_asks_for() -> None:
    asked = PROJECT["project"]["dependencies"] + [
        one
        for extra in ("app", "sheets")
        for one in PROJECT["project"]["optional-dependencies"][extra]
    ]
    pinned = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    names = {line.partition("==")[0] for line in pinned if line and not line.startswith("#")}
    assert {re.split(r"[>=\[]", one)[0] for one in asked} == names


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

"""Pages of reference that are written from the code when the site is built (`docs/conf.py`).

The names come from their docstrings, the commands from their help, the keys of recipes and the
parts of links from what reads them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

import typer.main
from typer.cli import get_docs_for_click

import chainrule
from chainrule.cli.commands import application
from chainrule.exercises import recipe
from chainrule.nn.building import Choices
from chainrule.ui import descent_state, link, network_state, state


def described(*classes: type) -> dict[str, str]:
    """Return the parameters of classes as their docstrings tell them."""
    found: dict[str, str] = {}
    for cls in classes:
        told = inspect.getdoc(cls) or ""
        for names, words in re.findall(r"^(\w[\w, ]*)\n((?:    .*\n?)+)", told, re.MULTILINE):
            text = " ".join(words.split())
            if not text.startswith(("As in `", "The same,")):
                found |= dict.fromkeys(names.split(", "), text)
    return found


def table(keys: Mapping[str, str], heads: str = "key, is") -> str:
    """Return what each key is."""
    rows = [f"| `{key}` | {words} |" for key, words in keys.items()]
    return "\n".join([f"| {heads.replace(', ', ' | ')} |", "|---|---|", *rows])


def told(keys: Iterable[str], attributes: Mapping[str, str], *classes: type) -> str:
    """Return what each key is: what is told of the attribute that it stands for."""
    words = described(*classes)
    return table({key: words[attributes.get(key, key)] for key in keys})


def library() -> str:
    """Return every public name, and those of its modules, as their docstrings tell them."""
    kinds = {inspect.ismodule: "module", inspect.isclass: "class", inspect.isfunction: "function"}
    sections = []
    for name in chainrule.__all__:
        thing = getattr(chainrule, name)
        kind = next((kind for holds, kind in kinds.items() if holds(thing)), "data")
        sections.append(f"## {name}\n\n```{{eval-rst}}\n.. auto{kind}:: chainrule.{name}\n```")
    return "\n\n".join(["# All public names", *sections])


def commands() -> str:
    """Return every command with its options, as its help tells them."""
    command: Any = typer.main.get_command(application())
    context = command.make_context("chainrule", [], resilient_parsing=True)
    told = str(get_docs_for_click(obj=command, ctx=context, name="chainrule"))
    # What help keeps as it is written, behind a backspace, are examples.
    return re.sub(r"\x08\n((?:.*\S.*\n)+)", r"```text\n\1```\n", told)


def recipes() -> str:
    """Return the keys of a recipe, block by block, and what may stand there."""
    named = {"part": "parts", "override": "overrides", "mistake": "mistakes", "at": "points"}
    sections = {
        "At the top": told((*recipe.TOP, *recipe.TABLES), named, recipe.Recipe),
        "In a `[[part]]`": told(recipe.PART, named, recipe.PartRecipe),
        "In an `[[override]]`": told(recipe.OVERRIDE, named, recipe.Override),
        "In a `[[mistake]]`": told(recipe.MISTAKE, named, recipe.OwnMistake),
        "Kinds of tasks": table({k.name: k.about for k in recipe.KINDS.values()}, "kind, asks for"),
        "Levels": table({str(n): one.words for n, one in recipe.LEVELS.items()}, "level, is"),
        "Formats": table({f.name: f.suffix for f in recipe.FORMATS.values()}, "format, ending"),
    }
    return _page("The keys of a recipe", sections)


def links() -> str:
    """Return the parts of a share link, page by page."""
    explore = {"f": "formula", "at": "point", "read": "readings"} | link.CHOICES
    sections = {
        "Explore": told(link.READERS, explore, state.State),
        "Networks": told(network_state.READERS, {}, Choices, network_state.NetworkState),
        "Descent": told(descent_state.READERS, descent_state.KEYS, descent_state.DescentState),
    }
    return _page("The parts of a link", sections)


def _page(title: str, sections: Mapping[str, str]) -> str:
    return "\n\n".join([f"# {title}", *(f"## {head}\n\n{body}" for head, body in sections.items())])


PAGES = {
    "library": ("All public names", library),
    "commands": ("Commands", commands),
    "recipe": ("The keys of a recipe", recipes),
    "link": ("The parts of a link", links),
}

"""How the site is built (`python3 run.py docs`): Sphinx, from the pages as they stand.

What can be generated is: the names from their docstrings, the commands from their help, recipes
and links from what reads them. Formulas become MathML, so a page loads nothing from elsewhere.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "graphlib"))

import latex2mathml.converter  # noqa: E402
import typer.main  # noqa: E402
from docutils import nodes  # noqa: E402
from typer.cli import get_docs_for_click  # noqa: E402

import chainrule  # noqa: E402
from chainrule.cli.commands import application  # noqa: E402
from chainrule.exercises import recipe  # noqa: E402
from chainrule.nn.building import Choices  # noqa: E402
from chainrule.ui import descent_state, link, network_state, state  # noqa: E402

GENERATED = ROOT / "docs" / "generated"

project = "chainrule"
author = "The chainrule authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["docs/**", "examples/README.md", "*.md"]
exclude_patterns = [".*", "tests", "graphlib", "benchmarks", "site"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "chainrule"
html_math_renderer = "mathml"
html_copy_source = False
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
suppress_warnings = [
    "misc.highlighting_failure",  # blocks of results, which are no program
    "myst.header",  # keys and feedback stand in a page with the headings that they have alone
]
autodoc_default_options = {"members": True, "inherited-members": "Exception", "no-value": True}
autodoc_typehints = "none"  # the docstrings say what parameters are
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False


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
    return str(get_docs_for_click(obj=command, ctx=context, name="chainrule"))


def recipes() -> str:
    """Return the keys of a recipe, block by block, and what may stand there."""
    named = {"part": "parts", "override": "overrides", "mistake": "mistakes", "at": "points"}
    sections = {
        "At the top": told(recipe.TOP, named, recipe.Recipe),
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


def mathml(writer: Any, node: Any, display: str) -> None:
    """Write a formula as MathML, and nothing after it."""
    writer.body.append(latex2mathml.converter.convert(node.astext(), display=display))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Write the pages that are generated, and set formulas."""
    GENERATED.mkdir(exist_ok=True)
    for name, page in (
        ("library", library),
        ("commands", commands),
        ("recipe", recipes),
        ("link", links),
    ):
        (GENERATED / f"{name}.md").write_text(f"{page()}\n", "utf-8")
    app.add_html_math_renderer(
        "mathml",
        (lambda writer, node: mathml(writer, node, "inline"), None),
        (lambda writer, node: mathml(writer, node, "block"), None),
    )
    app.connect("build-finished", front)


def front(app: Any, fault: Exception | None) -> None:
    """Lead from the top of the site to its first page."""
    to = '<meta http-equiv="refresh" content="0; url=docs/index.html">'
    (Path(app.outdir) / "index.html").write_text(f"<!doctype html><title>{project}</title>{to}")

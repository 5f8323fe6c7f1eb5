"""How the site is built (`python3 run.py docs`): Sphinx, from the pages as they stand.

What can be generated is (`docs/reference.py`). Formulas become MathML, so a page loads nothing from
elsewhere.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "graphlib"), str(ROOT)]

import latex2mathml.converter  # noqa: E402
from docutils import nodes  # noqa: E402

from docs.reference import PAGES  # noqa: E402

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


def mathml(writer: Any, node: Any, display: str) -> None:
    """Write a formula as MathML, and nothing after it."""
    writer.body.append(latex2mathml.converter.convert(node.astext(), display=display))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Write the pages that are generated, and set formulas."""
    GENERATED.mkdir(exist_ok=True)
    for name, (_, page) in PAGES.items():
        (GENERATED / f"{name}.md").write_text(f"{page()}\n", "utf-8")
    app.add_html_math_renderer(
        "mathml",
        (lambda writer, node: mathml(writer, node, "inline"), None),
        (lambda writer, node: mathml(writer, node, "block"), None),
    )
    app.connect("source-read", contents)
    app.connect("build-finished", front)


def contents(_app: Any, page: str, source: list[str]) -> None:
    """Make the lists of the first page, with the pages from the code, those beside every page."""
    if page != root_doc:
        return
    head, *sections = source[0].split("\n## ")
    for at, section in enumerate(sections):
        title = section.partition("\n")[0]
        if title == "Look up":
            section += "".join(f"- [{PAGES[name][0]}](generated/{name}.md)\n" for name in PAGES)
        links = re.findall(r"\[(.+?)\]\((.+?)\.md\)", section)
        entries = "\n".join(f"{words} <{to}>" for words, to in links)
        sections[at] = f"{section}\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{entries}\n```\n"
    source[0] = "\n## ".join([head, *sections])


def front(app: Any, fault: Exception | None) -> None:
    """Lead from the top of the site to its first page."""
    to = '<meta http-equiv="refresh" content="0; url=docs/index.html">'
    (Path(app.outdir) / "index.html").write_text(f"<!doctype html><title>{project}</title>{to}")

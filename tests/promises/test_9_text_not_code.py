"""Promise 9: outputs carry text, not code.

Titles and names reach every format as text: XML and SVG pass a strict parser, DOT passes
Graphviz, PDFs have no actions, CSV cells never begin a formula, names of files are no paths.
"""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from chainrule.drawing import graphviz_process
from chainrule.typesetting import typeset
from tests.adapter import SINKS, render
from tests.promises.inputs import lines, text_of

OWN = (
    "'\"><script>alert(1)</script>",
    "]]><b>",
    "<!DOCTYPE x [<!ENTITY e 'e'>]>",
    "&lt;script&gt;",
    'a href="javascript:alert(1)" onerror=x',
    "\\N \\G \\E",
    '"]; b [URL="javascript:x"',
    "}\\end{document}\\input{/etc/passwd}",
    "$x$ \\write18{id} # % & ~ ^ _ { }",
    "=1+1",
    "\t=1+1",
    ";=1+1",
    "@SUM(A1)",
    "＝1",
    "[x](javascript:alert(1))",
    "![x](//evil.example)",
    "```\n# x",
    "a\r\nSet-Cookie: b",
    "\x1b]0;x\x07\x1b[31m",
    "\u202eevil",
    "\x00\x01\ufffe",
    "../../x",
    "-rf",
    "<details open ontoggle=x>",
    "%s {0} ${x}",
    "ﷺ" * 30,
    "é" * 300,
    "x" * 5_000,
)
INJECTIONS = [c for c in lines("bad_inputs.jsonl") if c["kind"] == "injection"]
TEXTS = (*OWN, *(text_of(case) for case in INJECTIONS if case["field"] != "varname"))
HARMLESS = {
    "class",
    "id",
    "title",
    "scope",
    "rowspan",
    "lang",
    "charset",
    "name",
    "content",
    "role",
    "aria-hidden",
    "data-cell",
    "data-mode",
    "data-state",
    "data-table",
    "display",
    "mathvariant",
}


class Page(HTMLParser):
    """Collects the tags and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def output(text: str, sink: str) -> str:
    made = render("title", text, sink)
    return made.decode("latin-1" if sink == "pdf" else "utf-8") if isinstance(made, bytes) else made


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_title_is_text_in_every_format(number: int) -> None:
    text = TEXTS[number]
    plain = {sink: set_apart(output("plain", sink)) for sink in ("html", "streamlit")}
    for sink in ("html", "streamlit"):
        tags, attributes = set_apart(output(text, sink))
        assert tags <= plain[sink][0] | {"h2", "code", "b", "pre", "span", "div"}, sink
        assert attributes <= plain[sink][1] | HARMLESS, sink
    svg = output(text, "svg")
    root = ElementTree.fromstring(svg.encode())
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "g",
        "path",
        "polygon",
        "rect",
        "circle",
        "text",
        "tspan",
    }
    assert not re.search(r"\son\w+=\"|xlink:href=\"|<!", svg)
    assert json.loads(output(text, "json"))["title"] == text
    for row in csv.reader(io.StringIO(output(text, "csv"))):
        for cell in row:
            assert not re.match(r"\s*[=@＝＠]|\s*[+\-−](?![\d.])", cell), cell
    markdown = output(text, "markdown")
    assert not re.search(r"(?<!\\)\]\(|(?<!\\)!\[|^```|<\w", markdown, re.MULTILINE)
    for sink in ("markdown", "latex", "tikz", "typst", "csv", "terminal"):
        shown = output(text, sink)
        assert all(c.isprintable() or c == "\n" for c in shown), sink


def set_apart(page: str) -> tuple[set[str], set[str]]:
    parsed = Page()
    parsed.feed(page)
    return parsed.tags, parsed.attributes


@pytest.mark.parametrize("number", range(0, len(TEXTS), 4))
def test_graphviz_reads_the_title_as_text(number: int) -> None:
    source = output(TEXTS[number], "dot")
    nodes = graphviz_process.layout(source)["objects"]
    assert len(nodes) == len(re.findall(r'class="node"', output("plain", "svg")))
    pdf = output(TEXTS[number], "pdf")
    assert pdf.startswith("%PDF")
    assert not re.search(r"/(?:JavaScript|JS|OpenAction|Launch|URI|AA|EmbeddedFile)\b", pdf)


@pytest.mark.parametrize("number", range(0, len(TEXTS), 4))
def test_typst_sets_the_title_as_text(number: int) -> None:
    source = output(TEXTS[number], "typst")
    # Beside the title, which stands there as a string, the document is the same.
    quoted = re.compile(r'#?"(?:[^"\\]|\\.)*";?')
    assert [w for w in quoted.split(source) if w.strip("= \n")] == [
        w for w in quoted.split(output("plain", "typst")) if w.strip("= \n")
    ]
    pdf = typeset(source).decode("latin-1")
    assert not re.search(r"/(?:JavaScript|JS|OpenAction|Launch|URI|AA|EmbeddedFile)\b", pdf)


@pytest.mark.parametrize("case", INJECTIONS, ids=lambda case: case["id"])
def test_public_injections_leave_no_trace(case: dict[str, object]) -> None:
    for sink in case["sinks"]:  # type: ignore[attr-defined]
        if sink not in SINKS or case["field"] == "varname":
            continue
        made = render(str(case["field"]), text_of(case), sink)
        shown = made.decode() if isinstance(made, bytes) else made
        for forbidden in case["forbid"]:  # type: ignore[attr-defined]
            assert not re.search(forbidden, shown), (sink, forbidden)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_reader_of_markdown_finds_a_title_and_no_more(number: int) -> None:
    made = output(TEXTS[number], "markdown")
    head = MarkdownIt("commonmark").parse(made)[:3]
    assert [token.type for token in head] == ["heading_open", "inline", "heading_close"]
    assert {token.type for token in head[1].children or ()} <= {"text", "text_special"}
    # Some readers make links of addresses, and colours and pictures of words behind a colon.
    live = r"://|www\.|@|:[\w+-]+\\?[:/[]|(?:mailto|xmpp):"
    assert not re.search(live, made.splitlines()[0])

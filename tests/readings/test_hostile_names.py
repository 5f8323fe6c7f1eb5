"""Names are text in every format, whatever they hold. The parser lets few through; the API all."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from functools import cache

import pytest

from chainrule.readings.document import Written
from chainrule.readings.render import RENDERERS
from chainrule.readings.render.csv import guarded
from chainrule.readings.story import Story, story
from chainrule.readings.tables import table
from tests.golden.lectures import simple_view

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt;",
    "</style><base href=//evil.example>",
    "\\input{/etc/passwd}",
    "\\write18{id} $ % # & ~ ^ _ { }",
    "}\\end{document}",
    "=cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    ";=1+1",
    "\x1b[31mred\x1b[0m",
    "\x00\x01\x08",
    "a\nb\r\nc",
    "\u202eevil",
    "[bold red]x[/]",
    "![x](http://evil.example)",
    "| a | b |",
    "`rm`",
    "{node} {0.__class__}",
    "%s %(x)s",
    "ﷺ" * 20,
    "'; drop table",
    " ",
    "\ud7ff\ufffe",
)


@pytest.fixture(params=HOSTILE, ids=[f"{i}" for i in range(len(HOSTILE))])
def hostile(request) -> str:
    return request.param


@cache
def shown(hostile: str) -> list[Written]:
    """Return the table and the story in which one thing after the other has the hostile name."""
    views = [simple_view(**{name: hostile}) for name in ("x", "J", "u1")]
    return [made for view in views for made in (table(view), Story(view, tuple(story(view))))]


@cache
def outputs(name: str, hostile: str) -> list[str]:
    return [made.to(name, document=whole) for made in shown(hostile) for whole in (False, True)]


@pytest.mark.parametrize("name", RENDERERS)
def test_no_control_or_direction_character_comes_out(hostile, name) -> None:
    for text in outputs(name, hostile):
        assert not {c for c in text if not c.isprintable() and c not in "\n"}


def test_html_is_well_formed_and_calls_for_nothing(hostile) -> None:
    for text in outputs("html", hostile):
        body = text.replace("<!doctype html>\n", "").replace('<meta charset="utf-8">', "")
        body = re.sub(r'<meta name="viewport"[^>]*>', "", body)
        tree = ElementTree.fromstring(body)
        tags = {e.tag for e in tree.iter()}
        assert not tags & {"script", "img", "base", "a", "svg", "b[", "iframe", "link"}
        assert not {a for e in tree.iter() for a in e.attrib if a.startswith("on")}
        assert all(re.fullmatch(r"\S+", e.get("id")) for e in tree.iter() if e.get("id"))


def test_latex_has_no_command_of_the_name(hostile) -> None:
    for text in outputs("latex", hostile):
        assert not re.search(r"\\(input|write18)|\\end\{document\}\s*\S", text)
        body = text.partition(r"\begin{document}")[2] or text
        bare = re.sub(r"\\[{}\\$%#&_]", "", body)
        assert bare.count("{") == bare.count("}")
        assert not re.search(r"(?<!\\)[%#]", re.sub(r"\}%\n", "}\n", bare))


def test_csv_cells_begin_no_formula(hostile) -> None:
    for text in outputs("csv", hostile):
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not re.match(r"\s*[=+@\t\r]", cell)
                assert not re.match(r"\s*-(?!\d+(\.\d+)?(e[+-]?\d+)?$)", cell)
                assert not re.search(r"[;|\t]\s*[=+@]", cell)


def test_markdown_has_no_link_and_no_markup(hostile) -> None:
    for text in outputs("markdown", hostile):
        assert not re.search(r"(?<!\\)\]\(|<[a-z/!]|!\[", text)
        table_rows = [line for line in text.splitlines() if line.startswith("|")]
        assert all(line.count("|") == 6 for line in table_rows)


def test_json_can_be_read_back(hostile) -> None:
    for text in outputs("json", hostile):
        json.loads(text)


def test_numbers_stay_numbers_in_csv() -> None:
    for number in ("-0.5", "1e-9", "-4.25e-18", "3", "[1.0, -2.0]"):
        assert guarded(number) == number
    assert guarded("-x") == "'-x"
    assert guarded(";=1+1") == ";'=1+1"

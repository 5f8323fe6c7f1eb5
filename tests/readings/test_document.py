"""Every node of a document in every format for people, and on paper by Typst itself."""

from __future__ import annotations

import re

import pytest

from chainrule.readings.document import (
    Block,
    Document,
    Entries,
    Entry,
    Field,
    Formulas,
    Heading,
    Paragraph,
    Signature,
    Space,
)
from chainrule.readings.grid import Asked, Cell, Grid, GridRow, Header
from chainrule.readings.picture import Box, Picture, Shape, Tip, Type, Wire
from chainrule.readings.render import RENDERERS
from chainrule.readings.terms import EQUALS, Numeral, Symbol, Word, row
from tests.test_typesetting import pages

PEOPLE = [name for name in RENDERERS if name not in ("json", "csv")]
MARKS = (
    Shape(Box(40, 20, 60, 30), "card", "card_line"),
    Wire((70, 20), (((90, 20),),), "edge"),
    Tip(((99, 20), (90, 24), (90, 16)), "edge"),
    Type((40, 20), "middle", 15.0, Word("inside")),
)
TABLE = Grid(
    "sheet",
    (),
    (Header("0", Word("column"), width=1.0), Header("1", Word("fill"), width=2.0)),
    (GridRow({"0": Cell(Word("printed")), "1": Cell(None, "value:t", asked=Asked("1.value:t"))}),),
)
BLOCKS: dict[str, tuple[Block, str]] = {
    "heading": (Heading("Titled", aside="Beside"), "Titled"),
    "task": (Heading("Task", 2, "3", points="7"), "Task"),
    "signature": (Signature("Ada", "9"), "Ada"),
    "paragraph": (Paragraph(("Words of ", Symbol("t"))), "Words of "),
    "note": (Paragraph(("Quietly",), "quiet"), "Quietly"),
    "formulas": (Formulas((row(Symbol("u"), EQUALS, Numeral("4.25")),)), "4.25"),
    "entries": (
        Entries((Entry(("Step",), "values", "rule", ("Told",), ((None, Numeral("8.5")),)),)),
        "Told",
    ),
    "table": (TABLE, "printed"),
    "field": (Field(("Answer",), Cell(None, "mistake", asked=Asked("2.mistake"))), "Answer"),
    "picture": (Picture(100, 40, MARKS, "A card and an arrow."), "inside"),
    "space": (Space(3), ""),
}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("kind", BLOCKS)
def test_every_node_is_written_in_every_format(kind: str, name: str) -> None:
    block, words = BLOCKS[kind]
    made = Document((block,), "name", form=True).to(name, document=True)
    if kind == "picture" and name in ("text", "markdown"):  # which tell it, and hold it as a file
        words = "A card and an arrow"
    assert words in made


def test_a_document_of_all_nodes_is_one_page_of_paper() -> None:
    document = Document(tuple(block for block, _ in BLOCKS.values()), "name", form=True)
    assert pages(document.pdf()) == 1


def test_what_is_asked_is_a_field_and_what_is_known_is_told() -> None:
    assert re.findall('<input name="([^"]+)"', Document((TABLE,)).html()) == ["1.value:t"]
    filled = Cell(Numeral("0.625"), "value:t", asked=Asked("1.value:t"))
    known = Grid("sheet", (), TABLE.headers, (GridRow({"0": Cell(Word("printed")), "1": filled}),))
    for name in PEOPLE:
        shown = Document((known,)).to(name)
        assert "0.625" in shown and "<input" not in shown


def test_on_paper_a_field_of_the_picture_is_drawn_there() -> None:
    drawn = Field(("Arrows",), Cell(None, "arrows", asked=Asked("1.arrows")), drawn=True)
    for name in PEOPLE:
        assert ("Arrows" in Document((drawn,)).to(name)) == (name not in ("latex", "typst"))

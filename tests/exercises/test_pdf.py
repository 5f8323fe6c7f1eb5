"""Sheets on paper: Typst sets every kind, in pages as few as they should be, with text alone."""

from __future__ import annotations

import re

import pytest

import chainrule
from chainrule.exercises.kinds import KINDS
from chainrule.exercises.sheet import KEYS
from tests.exercises.test_formats import RECIPE, hostile
from tests.promises.test_9_text_not_code import TEXTS
from tests.test_typesetting import pages

LIVE = re.compile(rb"/(?:JavaScript|JS|OpenAction|Launch|URI|AA|EmbeddedFile)\b")


def test_the_paper_says_what_the_sheet_says() -> None:
    made = chainrule.sheet(chainrule.Recipe.read(RECIPE), student="Ada Lovelace")
    for key in KEYS:
        pdf = made.to("pdf", key=key)
        assert pdf.startswith(b"%PDF") and not LIVE.search(pdf)
        assert 1 <= pages(pdf) <= 4
        source = made.to("typst", key=key).decode()
        assert '"Ada Lovelace"' in source
        for cell, answer in made.key.items():
            # On paper arrows are drawn, in the figure of the sheet.
            if answer.kind != "graph":
                assert f'"{cell.partition(".")[2]}"' in source
        assert ("0.2033" in source) == (key != "none")  # v = sin 0.6 · 0.36
        assert ("two digits were asked" in source) == (key == "apart")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_set(kind: str) -> None:
    made = chainrule.sheet(6, kinds=[kind], student="paper")
    for key in KEYS:
        assert pages(made.to("pdf", key=key)) <= 2


@pytest.mark.parametrize("number", range(1, len(TEXTS), 8))
def test_hostile_words_are_text_on_paper(number: int) -> None:
    pdf = hostile(TEXTS[number]).to("pdf", key="apart")
    assert pdf.startswith(b"%PDF") and not LIVE.search(pdf)

"""Typst in its worker: the same bytes, nothing read from the disk, an end to what runs long."""

from __future__ import annotations

import re

import pytest

from chainrule.errors import OutsideError, OutsideTimeout
from chainrule.typesetting import typeset

HEAD = '#set document(title: "A title")\n#set text(lang: "en")\n'


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type/Page\b", pdf))


def test_a_document_becomes_a_pdf_for_screen_readers_too() -> None:
    made = typeset(HEAD + "One #pagebreak() two")
    assert made.startswith(b"%PDF-1.")
    assert pages(made) == 2
    assert b"/MarkInfo" in made and b"pdfuaid:part" in made
    assert not re.search(rb"/(?:JS|JavaScript|AA|OpenAction|Launch|URI|EmbeddedFile)\b", made)
    assert typeset(HEAD + "One #pagebreak() two") == made


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../etc/passwd", "main.typ"])
def test_nothing_can_be_read(path: str) -> None:
    with pytest.raises(OutsideError, match="Typst refused"):
        typeset(HEAD + f'#read("{path}")')


def test_packages_are_not_fetched() -> None:
    with pytest.raises(OutsideError):
        typeset(HEAD + '#import "@preview/nothing-of-this-name:0.0.1": x', timeout=20)


def test_what_runs_long_is_stopped() -> None:
    endless = "#let f(n) = { let i = 0; while true { i += 1; if i > 9999 { i = 0 } } }; #f(1)"
    slow = "#let g(n, k) = if n > 0 { g(n - 1, 2 * k) + g(n - 1, 2 * k + 1) } else { k }; #g(40, 1)"
    with pytest.raises((OutsideTimeout, OutsideError)):
        typeset(HEAD + endless, timeout=1)
    with pytest.raises(OutsideTimeout):
        typeset(HEAD + slow, timeout=1)
    assert typeset(HEAD + "The next one is typeset.")


def test_letters_that_no_font_has_are_boxes_and_no_fault() -> None:
    made = typeset(HEAD + "Ада გიორგი 王小明")
    assert pages(made) == 1
    # Letters of the fonts that come along do not cost the tags for screen readers.
    assert b"pdfuaid:part" in typeset(HEAD + "Ада გიორგი")
    assert b"pdfuaid:part" not in made

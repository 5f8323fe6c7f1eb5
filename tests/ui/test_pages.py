"""The list of pages: what the header and the addresses need of it."""

from __future__ import annotations

import re

from chainrule.ui.pages import PAGES


def test_every_page_has_an_address_of_its_own() -> None:
    addresses = [page.address for page in PAGES]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", address) for address in addresses)


def test_no_two_pages_keep_the_same_widget() -> None:
    kept = [key for page in PAGES for key in page.keeps]
    assert len(set(kept)) == len(kept)

"""What stands around formulas is looked for only where a sign of it is in the text."""

from __future__ import annotations

import json
from pathlib import Path

from chainrule.language.surroundings import ROWS

TYPED = Path(__file__).parents[1] / "data" / "typed_inputs.jsonl"


def test_nothing_is_found_without_one_of_its_signs() -> None:
    met = set()
    for line in TYPED.read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        for number, row in enumerate(ROWS):
            if row.found.search(text):
                met.add(number)
                assert any(sign in text for sign in row.signs), (text, row.found.pattern)
    assert len(met) > len(ROWS) / 2

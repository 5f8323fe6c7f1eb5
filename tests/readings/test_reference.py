"""The reference of operations: every record is in it, and the page is what the records say."""

from __future__ import annotations

from pathlib import Path

import pytest

import chainrule
from chainrule.ops import OPS, Op
from chainrule.readings.prose import prose_text
from chainrule.readings.reference import families, found, lines, page, reference
from chainrule.readings.terms import text

PAGE = Path(__file__).parents[2] / "docs" / "ops.md"
OPERATIONS = [op for op in OPS.values() if op.arity != 0]


def test_the_page_is_up_to_date() -> None:
    # chainrule ops --markdown -o docs/ops.md
    assert PAGE.read_text(encoding="utf-8") == page().markdown()


def test_every_operation_is_in_one_family() -> None:
    listed = [op for _title, ops in families() for op in ops]
    assert sorted(op.name for op in listed) == sorted(op.name for op in OPERATIONS)


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
def test_an_entry_is_whole(op: Op) -> None:
    entry = reference(op)
    assert len(entry.slopes) == len(entry.operands) == (op.arity or (3 if op.taken else 2))
    said = {label: prose_text(prose) for label, prose in lines(entry)}
    assert said["formula"].startswith("y = ")
    assert all("{" not in words and "…)" not in text(entry.formula) for words in said.values())
    assert ("kink" in said) == (op.kink is not None)
    assert ("needs" in said) == (op.domain is not None)
    for row in entry.values:
        assert len(row) == 2 * len(entry.operands) + 1


@pytest.mark.parametrize(
    "call", [call for op in OPERATIONS for call in reference(op).calls], ids=str
)
def test_what_is_said_to_be_typed_is_read(call: str) -> None:
    spelling, _, inside = call.replace(", …", "").partition("(")
    names = inside.rstrip(")").split(", ")
    op = OPS.spelled[spelling]
    if any(isinstance(x, tuple) for sample in op.samples for x in sample):
        return
    graph = chainrule.parse(f"{spelling}({', '.join(names)})", declared=names)
    assert graph.list.ops[graph.list.outputs[0]] is op
    assert not [note for note in graph.notes if note.alternative and spelling not in ("σ", "gamma")]


def test_partials_are_made_by_the_rules() -> None:
    entry = reference(OPS["gelu"])
    assert [text(slope.formula) for slope in entry.slopes] == ["Φ(x) + x·φ(x)"]
    assert entry.definition is not None and text(entry.definition) == "x·Φ(x)"
    assert [text(slope.formula) for slope in reference(OPS["sigmoid"]).slopes] == ["y·(1 − y)"]
    assert [text(slope.formula) for slope in reference(OPS["max"]).slopes] == [
        "[x₁ = max(x₁,\u2009x₂)]",
        "[x₂ = max(x₁,\u2009x₂)]",
    ]


def test_an_operation_is_found_by_name_and_spelling() -> None:
    assert found("arcsin") is found("asin") is OPS["asin"]
    assert found("σ") is OPS["sigmoid"]
    assert found("frobnicate") is None

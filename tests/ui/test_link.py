"""Share links: what is encoded comes back, and everything else is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import LinkError
from chainrule.ui.link import LONGEST, decode, encode
from chainrule.ui.state import State

DATA = Path(__file__).parents[1] / "data" / "bad_inputs.jsonl"
CASES = [json.loads(line) for line in DATA.read_text().splitlines() if line.strip()]

STATES = [
    State(),
    State("cos(sin(x^2)+3x^2)", (("x", "0.5"),), mode="forward", zoom="primitive", step=7),
    State("a&b=c%#+ é∂", (("θ_1", "-1/3"), ("y_star", "1e-9")), (("letters:x y", "a=b,c"),)),
    State("t = x\nJ = t^2", (("x", "1"),), along="x", notation="xi", step=0),
    State("relu(x)", (("x", "0"),), kink="1/2"),
]


@pytest.mark.parametrize("state", STATES, ids=lambda s: s.formula[:12])
def test_a_state_comes_back(state: State) -> None:
    assert decode(encode(state)) == state


@given(st.text(max_size=60), st.text(max_size=10), st.integers(0, 999))
def test_any_formula_comes_back(formula: str, key: str, step: int) -> None:
    state = State(formula, readings=((key or "k", formula),), step=step)
    try:
        query = encode(state)
    except (LinkError, UnicodeEncodeError):
        return
    assert decode(query) == state


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("", 0),
        ("f", 0),
        ("f=x&at", 4),
        ("at=x=1", 0),
        ("f=x&f=y", 6),
        ("f=x&at=x=1&evil=//a", 16),
        ("f=x&at=x=nan", 7),
        ("f=x&at=x=1,x=2", 7),
        ("f=%zz", 2),
        ("f=%ff", 2),
        ("f=x&mode=both", 9),
        ("f=x&kink=2", 9),
        ("f=x&step=-1", 9),
        ("f=x&step=1e9", 9),
        ("f=x&zoom=deep", 9),
        ("f=x&folds=u,", 10),
        ("f=x&folds=-u v", 10),
        ("f=x&folds=//", 10),
        ("f=x&as=forest", 7),
        ("f=x&show=all", 9),
        ("f=x&by=many", 7),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(query: str, position: int) -> None:
    with pytest.raises(LinkError) as refusal:
        decode(query)
    assert refusal.value.position == position
    assert refusal.value.allowed


def test_a_long_state_is_saved_otherwise() -> None:
    with pytest.raises(LinkError, match="2,000"):
        encode(State("x+" * LONGEST))
    with pytest.raises(LinkError) as refusal:
        decode("f=" + "x" * 3_000)
    assert refusal.value.position == LONGEST


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["kind"] == "share_link"], ids=lambda c: c["id"]
)
def test_hostile_links_are_refused(case: dict[str, str]) -> None:
    with pytest.raises(LinkError) as refusal:
        decode(case["input"])
    assert 0 <= refusal.value.position <= len(case["input"])


@given(st.text(alphabet="fat=&%,x1+;zoomde", max_size=80))
def test_no_link_crashes(query: str) -> None:
    try:
        decode(query)
    except LinkError as refusal:
        assert 0 <= refusal.position <= len(query)

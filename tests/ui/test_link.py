"""Share links: what `encode` writes `decode` reads, and everything else is refused in its place."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainrule.errors import LinkError
from chainrule.facade import Graph
from chainrule.ui.link import LONGEST, decode, encode
from chainrule.ui.state import EXAMPLE, MODES, PREFIXES, ZOOMS, State

DATA = Path(__file__).parents[1] / "data"
HOSTILE = [
    case
    for case in map(json.loads, (DATA / "bad_inputs.jsonl").read_text("utf-8").splitlines())
    if case["kind"] == "share_link"
]

# A surrogate is no character: a browser cannot send one, and UTF-8 cannot hold it.
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
names = st.sampled_from(["x", "y_hat", "theta_0", "x1", "alpha", "E", "ø", "rate"])
numbers = st.from_regex(r"-?[0-9]{1,6}(\.[0-9]{0,6})?([eE]-?[0-9])?", fullmatch=True)
pairs = st.dictionaries(names, numbers, max_size=4).map(lambda d: tuple(d.items()))
switches = st.dictionaries(words.filter(bool), words, max_size=3).map(lambda d: tuple(d.items()))
states = st.builds(
    State,
    formula=words,
    point=pairs,
    readings=switches,
    mode=st.sampled_from(MODES),
    zoom=st.sampled_from(ZOOMS),
    along=st.one_of(st.just(""), names),
    prefix=st.sampled_from(PREFIXES),
    step=st.one_of(st.none(), st.integers(0, 999_999)),
)


@given(states)
@example(State())
@example(State(formula="3t + 50%&at=x=1 # half, \u2212x\N{SUPERSCRIPT TWO}", readings=(("a=b,", "+&%"),)))
def test_what_is_written_is_read_again(state: State) -> None:
    try:
        query = encode(state)
    except LinkError as error:
        assert error.position == LONGEST
        return
    assert len(query) <= LONGEST
    assert query.isascii()
    assert decode(query) == state


def test_the_state_of_the_first_visit_is_a_short_link() -> None:
    assert encode(State()) == "f=" + quote(EXAMPLE, safe="") + "&at=x%3D1"


def test_a_number_stays_as_it_was_typed() -> None:
    # 0.10 is 1/10 and says that it was typed with two decimals; a float would lose both.
    state = State(formula="x", point=(("x", "0.10"),))
    assert decode(encode(state)).point == (("x", "0.10"),)


@pytest.mark.parametrize(
    "formula", ["θ₀ x₀ + ŷ^2", "y_{12} + a_i", "x' + x_1", "y_star ln(y)", "x²+ξ₁", "ø + å"]
)
def test_every_name_that_a_formula_may_have_goes_into_a_link(formula: str) -> None:
    try:
        variables = Graph.parse(formula).variables
    except Exception as error:
        pytest.fail(f"{formula}: {error}")
    state = State(formula=formula, point=tuple((name, "2") for name in variables))
    assert decode(encode(state)) == state


def test_a_state_too_large_for_a_link_says_to_save_a_file() -> None:
    with pytest.raises(LinkError, match="characters") as caught:
        encode(State(formula="x + " * 1_000 + "x"))
    assert "file" in caught.value.allowed


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case["id"])
def test_hostile_links_are_refused(case: dict[str, str]) -> None:
    with pytest.raises(LinkError) as caught:
        decode(case["input"])
    assert 0 <= caught.value.position <= len(case["input"])


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("", 0),
        ("f", 0),
        ("f=x&", 4),
        ("f=x&=1", 4),
        ("f=x&f=y", 6),
        ("f=x&at=x=1&at=x=2", 14),
        ("f=x&at=x=1,x=2", 7),
        ("f=x&at=x", 7),
        ("f=x&at=x=one", 7),
        ("f=x&at=x=nan", 7),
        ("f=x&at=x=1e999999999", 7),
        ("f=x&at=2=1", 7),
        ("f=x&mode=sideways", 9),
        ("f=x&zoom=named%00", 9),
        ("f=x&along=__import__('os')", 10),
        ("f=x&names=%2E%2E", 10),
        ("f=x&step=-1", 9),
        ("f=x&step=1e3", 9),
        ("f=x&step=\N{ARABIC-INDIC DIGIT THREE}", 9),
        ("f=x%2", 3),
        ("f=x%zz", 3),
        ("f=%ff", 2),
        ("f=%ed%a0%80", 2),
        ("at=x=1", 0),
        ("?f=x", 3),
        ("f=" + "x" * LONGEST, LONGEST),
    ],
)
def test_a_refusal_says_where(query: str, position: int) -> None:
    with pytest.raises(LinkError) as caught:
        decode(query)
    assert caught.value.position == position
    assert caught.value.allowed or caught.value.message
    assert "Traceback" not in str(caught.value)


@given(st.one_of(words, st.text(alphabet="f=&at%mode,x1+e2", max_size=40)))
def test_any_text_is_a_state_or_a_refusal_with_a_place(query: str) -> None:
    try:
        state = decode(query)
    except LinkError as error:
        assert 0 <= error.position <= len(query)
    else:
        assert decode(encode(state)) == state


@given(states, st.integers(0, LONGEST), st.characters(exclude_categories=("Cs",)))
def test_one_changed_character_never_breaks_the_reader(
    state: State, place: int, character: str
) -> None:
    try:
        query = encode(state)
    except LinkError:
        return
    place = min(place, len(query) - 1)
    changed = query[:place] + character + query[place + 1 :]
    try:
        decode(changed)
    except LinkError as error:
        assert 0 <= error.position <= len(changed)

"""Laws over whole states: what is written is read again, and nothing breaks the reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import LinkError
from chainrule.facade import Graph
from chainrule.ui.link import LONGEST, decode, encode
from chainrule.ui.state import MODES, READINGS, SHAPES, ZOOMS, State

# A surrogate is no character: a browser cannot send one, and UTF-8 cannot hold it.
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
names = st.sampled_from(["x", "y_hat", "theta_0", "x1", "alpha", "E", "ø", "rate"])
numbers = st.from_regex(r"-?[0-9]{1,6}(\.[0-9]{0,6})?([eE]-?[0-9])?", fullmatch=True)
pairs = st.dictionaries(names, numbers, max_size=4).map(lambda d: tuple(d.items()))
switches = st.dictionaries(words.filter(bool), words, max_size=3).map(lambda d: tuple(d.items()))
folds = st.one_of(
    names, names.map("-{}".format), st.lists(names, min_size=2, max_size=3).map(" ".join)
)
states = st.builds(
    State,
    formula=words,
    point=pairs,
    readings=switches,
    mode=st.sampled_from(MODES),
    zoom=st.sampled_from(ZOOMS),
    along=st.one_of(st.just(""), names),
    notation=st.sampled_from(["", "xi", "bars", "upstream,xi", "bars,xi,comma", "comma"]),
    folds=st.lists(folds, max_size=3).map(tuple),
    shape=st.sampled_from(SHAPES),
    reading=st.sampled_from(READINGS),
    nudge=numbers,
    step=st.one_of(st.none(), st.integers(0, 999_999)),
)


@given(states)
def test_what_is_written_is_read_again(state: State) -> None:
    try:
        query = encode(state)
    except LinkError as error:
        assert error.position == LONGEST
        return
    assert len(query) <= LONGEST
    assert query.isascii()
    assert decode(query) == state


def test_a_number_stays_as_it_was_typed() -> None:
    state = State(formula="x", point=(("x", "0.10"),))
    assert decode(encode(state)).point == (("x", "0.10"),)


@pytest.mark.parametrize(
    "formula", ["θ₀ x₀ + ŷ^2", "a_i + y_hat_1", "x1_2 + k_G", "y_star ln(y)", "x²+ξ₁", "größe²"]
)
def test_every_name_that_a_formula_may_have_goes_into_a_link(formula: str) -> None:
    variables = Graph.parse(formula).variables
    state = State(formula=formula, point=tuple((name, "2") for name in variables))
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


@pytest.mark.parametrize("typed", ["bad", "1,5", ""])
def test_a_link_that_the_page_writes_opens_again(typed: str) -> None:
    """A half-typed value stays behind; the formula is never lost."""
    state = State(formula="x", point=(("x", typed),))
    assert decode(encode(state)).formula == "x"

"""What a widget shows, how long it keeps it, and to what its choice belongs; and the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st


def address() -> str:
    """Return what stands behind the question mark of the page's address."""
    pairs = [(key, one) for key in st.query_params for one in st.query_params.get_all(key)]
    return urlencode(pairs)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which widget shows a choice now, counted from 1, and what stands in it."""

    number: int
    value: Any


def bound(
    name: str,
    then: Callable[..., None] | None = None,
    *args: Any,
    start: str = "value",
    options: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """Return the arguments of a widget that shows what a visit keeps, and changes it.

    Where the page itself changes what is kept, another widget shows it: what the browser still
    sends of the one before is no choice any more. It begins with what it shows, since a value
    that is set later is lost in the browser when a run of the page is cut short.

    Parameters
    ----------
    name
        Under which the session keeps what is chosen.
    then
        Called with `args` after a choice.
    start
        What the widget calls the value with which it begins.
    options
        Of a choice among several, which begins with an index.
    """
    session = st.session_state
    every = session.setdefault("shown", {})
    value, shown = session[name], every.get(name)
    if shown is None or shown.value != value:
        shown = every[name] = _Shown(shown.number + 1 if shown else 1, value)
    elif session.get(_key(name, shown), value) != value:
        # A run that was cut short has taken the choice from the browser, and told nobody.
        _choose(name, shown, then, args)
        st.rerun()
    chosen = {"key": _key(name, shown), "on_change": _choose, "args": (name, shown, then, args)}
    if options is None:
        return {**chosen, start: value}
    return {**chosen, "options": options, "index": list(options).index(value)}


def _key(name: str, shown: _Shown) -> str:
    return f"{name}-{shown.number}"


def _choose(
    name: str, shown: _Shown, then: Callable[..., None] | None, args: tuple[Any, ...]
) -> None:
    session = st.session_state
    now = session["shown"][name]
    if now.number != shown.number or session[name] != now.value:
        return  # the page has changed meanwhile what this widget shows
    session[name] = session[_key(name, shown)]
    session["shown"][name] = replace(shown, value=session[name])
    if then is not None:
        then(*args)

"""How long a widget keeps its choice."""

from __future__ import annotations

from typing import Any


def lasting(key: str) -> dict[str, Any]:
    """Return the arguments of a widget whose choice outlives a visit to another page.

    Streamlit keeps it, and not the page: a page that sets a key before its widget is shown
    overwrites in the browser what is being typed meanwhile.
    """
    return {"key": key, "persist_state": "session"}


def staying(key: str) -> dict[str, Any]:
    """Return the arguments of a widget that keeps its choice while its page is shown."""
    return {"key": key, "persist_state": "page"}

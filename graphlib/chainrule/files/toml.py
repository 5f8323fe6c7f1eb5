"""Values as TOML, on one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def toml(value: Any) -> str:
    """Return text, a whole number, true or false, a list or a mapping as TOML."""
    match value:
        case str():
            return _quoted(value)
        case int():
            return str(value).lower()
        case Mapping():
            pairs = (f"{_quoted(name)} = {toml(one)}" for name, one in value.items())
            return f"{{{', '.join(pairs)}}}"
        case _:
            return f"[{', '.join(map(toml, value))}]"


def _quoted(text: str) -> str:
    """Return a TOML string: every character that could mean something is escaped."""
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable() or char == " ":
        return char
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"

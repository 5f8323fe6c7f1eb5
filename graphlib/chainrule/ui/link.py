"""Share links: the one encoder and the one decoder.

A link is the query part of an address: `f` the formula, `at` the point as `x=1,y=0.5`,
`read` switched readings, and the choices of the page. Nothing in it is run, unpickled or
unpacked; what is not expected is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from chainrule.errors import InputError, LinkError
from chainrule.language import canonical, exact, spelled_once
from chainrule.language import value as typed_value
from chainrule.ui.state import KINKS, MODES, READINGS, SHAPES, ZOOMS, State, written_notation

LONGEST = 2_000
MOST_PAIRS = 200
MOST_STEPS = 10**6
_ESCAPE = re.compile(r"%(?:[0-9A-Fa-f]{2})")
_STEP = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a link: its text, and where it stands."""

    query: str
    key: str
    text: str
    position: int

    def refuse(self, message: str, allowed: str) -> LinkError:
        """Return the error for this value."""
        return LinkError(
            message,
            text=self.query,
            position=self.position,
            length=max(1, len(self.text)),
            allowed=allowed,
        )


Reader = Callable[[Field], Any]


def encode(state: State) -> str:
    """Return the query that `decode` turns into `state` again.

    Raises
    ------
    LinkError
        If it is longer than 2,000 characters; such a state is saved as a file.
    """
    plain = State()
    # A value that is half typed stays behind: the link opens with the others.
    point = tuple((name, value) for name, value in state.point if is_value(value))
    pieces = [("f", state.formula)] + ([("at", _pairs(point))] if point else [])
    pieces += [("read", _pairs(state.readings))] if state.readings else []
    for key, attribute in CHOICES.items():
        value = getattr(state, attribute)
        if value != getattr(plain, attribute) and (key != "step" or value < MOST_STEPS):
            pieces.append((key, _written(value)))
    return written(pieces)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(value) if isinstance(value, tuple) else str(value)


def written(pieces: Iterable[tuple[str, str]]) -> str:
    """Return parts of a link, keys and texts, as a query.

    Raises
    ------
    LinkError
        If it is longer than 2,000 characters.
    """
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in pieces)
    if len(query) > LONGEST:
        raise LinkError(
            f"The link would have {len(query):,} characters",
            text=query,
            position=LONGEST,
            allowed=f"A link has at most {LONGEST:,}; save the formula as a file instead.",
        )
    return query


def is_value(text: str) -> bool:
    """Tell whether what was typed is a number, vector or matrix that can be used."""
    try:
        typed_value(text)
    except InputError:
        return False
    return True


def decode(query: str) -> State:
    """Return the state that a query describes.

    Raises
    ------
    LinkError
        If anything in it is not as `encode` writes it, with the offset in `query`.
    """
    found = parts(query, READERS)
    if "f" not in found:
        raise LinkError(
            "The link has no formula", text=query, allowed="The part f holds the formula."
        )
    chosen = {attribute: found[key] for key, attribute in CHOICES.items() if key in found}
    return State(
        formula=found["f"], point=found.get("at", ()), readings=found.get("read", ()), **chosen
    )


def parts(query: str, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Return the parts of a link, each as its reader reads it.

    Raises
    ------
    LinkError
        If the link is too long, a part is unknown or stands twice, or its reader refuses it.
    """
    if len(query) > LONGEST:
        raise LinkError(
            "The link is too long",
            text=query,
            position=LONGEST,
            allowed=f"A link has at most {LONGEST:,} characters.",
        )
    found: dict[str, Any] = {}
    for field in _fields(query):
        reader = readers.get(field.key)
        if reader is None:
            raise field.refuse(
                f"The link has a part `{field.key[:20]}` that means nothing here",
                f"The parts are {', '.join(readers)}.",
            )
        if field.key in found:
            raise field.refuse(f"The link has two parts `{field.key}`", "Each part stands once.")
        found[field.key] = reader(field)
    return found


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    return ",".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def _fields(query: str) -> Iterator[Field]:
    position = 0
    for piece in query.split("&"):
        key, equals, value = piece.partition("=")
        start = position + len(key) + 1
        if not equals or not key:
            raise LinkError(
                "A part of the link has no value",
                text=query,
                position=position,
                length=max(1, len(piece)),
                allowed="Parts are written key=value, joined by &.",
            )
        yield Field(query, key, _unescaped(query, value, start), start)
        position += len(piece) + 1


def _unescaped(query: str, text: str, position: int) -> str:
    raw = bytearray()
    at = 0
    while at < len(text):
        if text[at] == "%":
            if not _ESCAPE.match(text, at):
                raise LinkError(
                    "A percent sign is not followed by two hexadecimal digits",
                    text=query,
                    position=position + at,
                    allowed="A percent sign is written %25.",
                )
            raw.append(int(text[at + 1 : at + 3], 16))
            at += 3
        else:
            raw += (" " if text[at] == "+" else text[at]).encode("utf-8", "surrogatepass")
            at += 1
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LinkError(
            "A part of the link is not text",
            text=query,
            position=position,
            length=max(1, len(text)),
            allowed="Text is escaped UTF-8.",
        ) from error


def _read_pairs(field: Field) -> tuple[tuple[str, str], ...]:
    if not field.text:
        return ()
    pairs: list[tuple[str, str]] = []
    for piece in field.text.split(","):
        name, equals, value = piece.partition("=")
        if not equals or not name:
            raise field.refuse("A pair has no value", "Pairs are written name=value.")
        pairs.append(
            (
                _unescaped(field.query, name, field.position),
                _unescaped(field.query, value, field.position),
            )
        )
    if len(pairs) > MOST_PAIRS:
        raise field.refuse(f"There are {len(pairs)} pairs", f"At most {MOST_PAIRS} are allowed.")
    if len({name for name, _ in pairs}) < len(pairs):
        raise field.refuse("A name is given two values", "Each name stands once.")
    return tuple(pairs)


def _read_point(field: Field) -> tuple[tuple[str, str], ...]:
    pairs = _read_pairs(field)
    for name, value in pairs:
        _name(field, name)
        try:
            typed_value(value)
        except InputError as error:
            raise field.refuse(f"{error.message} for {name}", error.allowed) from error
    try:
        spelled_once(name for name, _ in pairs)
    except InputError as error:
        raise field.refuse(error.message, error.allowed) from error
    return pairs


def _name(field: Field, name: str) -> str:
    try:
        canonical(name)
    except InputError as error:
        raise field.refuse(f"`{name[:20]}` is not a name", error.allowed) from error
    return name


def one_of(choices: Iterable[str]) -> Callable[[Field], str]:
    """Return a reader of one word of several."""
    choices = tuple(choices)

    def read(field: Field) -> str:
        if field.text not in choices:
            allowed = ", ".join(filter(None, choices))
            raise field.refuse(f"`{field.text[:20]}` is no choice here", f"There are {allowed}.")
        return field.text

    return read


def _read_name(field: Field) -> str:
    return _name(field, field.text)


def _read_folds(field: Field) -> tuple[str, ...]:
    changes = tuple(field.text.split(","))
    if len(changes) > MOST_PAIRS:
        raise field.refuse(f"There are {len(changes)} folds", f"At most {MOST_PAIRS} are allowed.")
    for change in changes:
        names = change.removeprefix("-").split(" ")
        if not all(names) or (change.startswith("-") and len(names) > 1):
            raise field.refuse(f"`{change[:20]}` is no fold", "A fold is u, or u v, or -u.")
        for name in names:
            _name(field, name)
    return changes


def _read_notation(field: Field) -> str:
    try:
        return written_notation(field.text)
    except InputError as error:
        raise field.refuse(error.message, error.allowed) from error


def number(field: Field) -> str:
    """Read a number, kept as it was typed."""
    try:
        exact(field.text)
    except InputError as error:
        raise field.refuse(error.message, error.allowed) from error
    return field.text


def whole(low: int, high: int) -> Callable[[Field], int]:
    """Return a reader of a whole number between two."""

    def read(field: Field) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", field.text) or not low <= int(field.text) <= high:
            raise field.refuse(
                f"`{field.text[:20]}` does not fit", f"A whole number from {low:,} to {high:,}."
            )
        return int(field.text)

    return read


def _read_step(field: Field) -> int:
    if not _STEP.fullmatch(field.text):
        raise field.refuse(f"`{field.text[:20]}` is no step", "A step is a whole number from 0.")
    return int(field.text)


CHOICES: Mapping[str, str] = {
    "mode": "mode",
    "zoom": "zoom",
    "along": "along",
    "names": "notation",
    "kink": "kink",
    "folds": "folds",
    "as": "shape",
    "show": "reading",
    "by": "nudge",
    "of": "output",
    "step": "step",
    "present": "present",
}
READERS: Mapping[str, Callable[[Field], Any]] = {
    "f": lambda field: field.text,
    "at": _read_point,
    "read": _read_pairs,
    "mode": one_of(MODES),
    "zoom": one_of(ZOOMS),
    "along": _read_name,
    "names": _read_notation,
    "kink": one_of(KINKS),
    "folds": _read_folds,
    "as": one_of(SHAPES),
    "show": one_of(READINGS),
    "by": number,
    "of": _read_name,
    "step": _read_step,
    "present": lambda field: one_of("1")(field) == "1",
}

"""The collector of readings that were made for the user."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.errors import excerpt
from chainrule.language.syntax import Note, Span


class Notes:
    """Collects notes, one for each key, and knows which readings were switched.

    Parameters
    ----------
    text
        The whole input.
    readings
        Chosen readings by key; a key that does not occur in the text has no effect.
    """

    def __init__(self, text: str, readings: Mapping[str, str]) -> None:
        self._text = text
        self._readings = readings
        self._notes: dict[str, Note] = {}

    def key(self, kind: str, start: int, stop: int) -> str:
        """Return the key of a choice: its kind and the text it is about, without spaces."""
        return f"{kind}:{excerpt(''.join(self._text[start:stop].split()))}"

    def chose(self, key: str, option: str) -> bool:
        """Return whether the user asked for `option`."""
        return self._readings.get(key) == option

    def tell(self, key: str, start: int, stop: int, reading: str) -> None:
        """Note a reading that has no alternative."""
        if key not in self._notes:
            span = Span(start, stop)
            self._notes[key] = Note(span, excerpt(self._text[start:stop]), excerpt(reading), key)

    def choice(
        self, key: str, start: int, stop: int, usual: tuple[str, str], other: tuple[str, str]
    ) -> None:
        """Note a choice; `usual` and `other` are each an option and what it reads."""
        if key in self._notes:
            return
        taken, left = (other, usual) if self.chose(key, other[0]) else (usual, other)
        self._notes[key] = Note(
            Span(start, stop),
            excerpt(self._text[start:stop]),
            excerpt(taken[1]),
            key,
            left[0],
            excerpt(left[1]),
        )

    def all(self) -> tuple[Note, ...]:
        """Return the notes in the order of the text."""
        return tuple(sorted(self._notes.values(), key=lambda note: note.span.start))

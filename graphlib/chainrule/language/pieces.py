"""Runs of letters that are made of known names: `thetax`, `axb` with a, x, b declared."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cached_property

from chainrule.language.names import GREEK_NAMES, SUBSCRIPTS, canonical, is_letter, letters_of


class Pieces:
    """Takes runs of letters apart.

    Parameters
    ----------
    known
        Canonical names that are declared or assigned.
    constants
        Spellings of the constants.
    """

    def __init__(self, known: Set[str], constants: Iterable[str]) -> None:
        self._known = known
        self._constants = constants

    @cached_property
    def _whole(self) -> Set[str]:
        return self._known | GREEK_NAMES | frozenset(self._constants)

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(name) for name in self._whole}, reverse=True)

    def longest(self, text: str) -> list[str]:
        """Return the known names, constants and Greek names that make up `text`, else nothing.

        One unknown letter may stand at either end of a spelled Greek name: `thetax`.
        """
        text = "".join(SUBSCRIPTS.get(character, character) for character in text)
        pieces: list[str] = []
        at, declared = 0, False
        while at < len(text):
            piece = self._longest_at(text, at)
            if not piece:
                break
            declared = declared or piece in self._known
            pieces.append(piece)
            at += len(piece)
        if at == len(text):
            spelled = len(pieces) == 2 and any(len(piece) > 2 for piece in pieces)
            return pieces if len(pieces) > 1 and (declared or spelled) else []
        for greek, rest in ((text[:-1], text[-1]), (text[1:], text[0])):
            long = len(greek) > 2 and greek in GREEK_NAMES
            if is_letter(rest) and (greek == "pi" or long):
                return [greek, rest] if text.startswith(greek) else [rest, greek]
        return []

    def is_operand(self, text: str) -> bool:
        """Return whether `text` could be the operand glued to a function: `x`, `2x`, `theta`."""
        factor = text.lstrip("0123456789")
        if not factor or not is_letter(factor[0]):
            return factor != text and not factor
        letters = letters_of(factor)
        return (
            len(letters) == 1
            or letters in GREEK_NAMES
            or canonical(factor) in self._known
            or bool(self.longest(factor))
        )

    def _longest_at(self, text: str, at: int) -> str:
        for length in self._lengths:
            stop = at + length
            ends = stop == len(text) or text[stop : stop + 1].isalpha()
            if ends and text[at:stop] in self._whole:
                return text[at:stop]
        return ""

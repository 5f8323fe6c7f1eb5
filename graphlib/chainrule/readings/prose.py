"""Sentences with mathematics in them: words and terms, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from chainrule.readings.catalogue import SENTENCES, TITLES
from chainrule.readings.story import Told
from chainrule.readings.terms import Term

Prose = tuple[str | Term, ...]


def filled(template: str, gaps: Mapping[str, Term | str | Prose]) -> Prose:
    """Return a template of the catalogue with its gaps filled; the fillings stay terms."""
    parts: list[str | Term] = []
    for words, gap, _spec, _conversion in Formatter().parse(template):
        if words:
            parts.append(words)
        if gap is not None:
            filling = gaps[gap]
            parts.extend(filling if isinstance(filling, tuple) else (filling,))
    return tuple(parts)


def sentence(told: Told) -> Prose:
    """Return a sentence that a step tells."""
    return filled(SENTENCES[told.kind], told.gaps)


def title(told: Told) -> Prose:
    """Return the title of a step."""
    return filled(TITLES[told.kind], told.gaps)

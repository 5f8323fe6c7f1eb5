"""Sentences with mathematics in them: words and terms, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from chainrule.readings.terms import Coloured, Role, Row, Term, Word, text

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


def printable(words: str) -> str:
    """Return words with control and direction characters replaced, thin spaces as spaces.

    What is printed may come from a file: it must not move the cursor, colour the terminal
    or turn the line around.
    """
    words = words.replace("\u2009", " ")
    if words.isprintable():
        return words
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in words
    )


def plain(part: str | Term) -> str:
    """Return words or a term as one line of printable text."""
    return printable(part if isinstance(part, str) else text(part))


def prose_text(prose: Prose) -> str:
    """Return prose as one line of Unicode text."""
    return "".join(map(plain, prose))


def as_term(prose: Prose) -> Term:
    """Return prose as one term, its words upright."""
    first, *rest = terms = [Word(part) if isinstance(part, str) else part for part in prose]
    return Row(tuple(terms)) if rest else first


def pieces(term: Term, role: Role | None = None) -> list[tuple[str, Role | None]]:
    """Return a term as pieces of text, each with the role whose colour it takes."""
    match term:
        case Coloured(inner_role, inner):
            return pieces(inner, inner_role)
        case Row(terms):
            return [piece for inner in terms for piece in pieces(inner, role)]
        case _:
            return [(plain(term), role)]

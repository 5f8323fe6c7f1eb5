"""Sentences with mathematics in them, written as text, HTML and LaTeX."""

from __future__ import annotations

from html import escape

from chainrule.readings.catalogue import MARK, MARKS
from chainrule.readings.grid import Remark
from chainrule.readings.latex import latex, latex_text
from chainrule.readings.mathml import mathml
from chainrule.readings.prose import Prose
from chainrule.readings.terms import Coloured, Role, Row, Term, text


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


def remark_line(remark: Remark) -> str:
    """Return a warning as a line: mark, word, rows, and the sentence."""
    where = f" ({remark.where})" if remark.nodes else ""
    return f"{MARK} {MARKS[remark.mark]}{where}: {remark.sentence}"


def prose_text(prose: Prose) -> str:
    """Return prose as one line of Unicode text."""
    return "".join(map(plain, prose))


def prose_html(prose: Prose) -> str:
    """Return prose as HTML, escaped, its terms as MathML."""
    return "".join(
        escape(part) if isinstance(part, str) else mathml(part, inline=True) for part in prose
    )


def prose_latex(prose: Prose, *, colours: bool = False) -> str:
    """Return prose as LaTeX text, escaped, its terms as inline mathematics."""
    return "".join(
        latex_text(part) if isinstance(part, str) else f"${latex(part, colours=colours)}$"
        for part in prose
    )


def pieces(term: Term, role: Role | None = None) -> list[tuple[str, Role | None]]:
    """Return a term as pieces of text, each with the role whose colour it takes."""
    match term:
        case Coloured(inner_role, inner):
            return pieces(inner, inner_role)
        case Row(terms):
            return [piece for inner in terms for piece in pieces(inner, role)]
        case _:
            return [(plain(term), role)]

"""Pieces of Typst documents: head, prose, equations."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.readings.render.prose import Prose
from chainrule.readings.terms import Term, text
from chainrule.readings.typst import string, typst, typst_text

COLOURS = {
    "value": "#0072B2", "derivative": "#C2410C", "partial": "#475569", "warning": "#7C3AED",
}  # fmt: skip
INK, QUIET = "#1E293B", "#5B6879"


def document_head(title: str) -> str:
    """Return what a document begins with: its title, type and colours, and `m` for equations."""
    lines = [
        f"#set document(title: {string(title)})",
        f'#set text(font: "Libertinus Serif", lang: "en", fill: rgb("{INK}"))',
        f'#let crquiet = rgb("{QUIET}")',
        "#let m(words, it) = math.equation(alt: words, it)",
    ]
    for role, colour in COLOURS.items():
        lines.append(f'#let cr{role}-colour = rgb("{colour}")')
        lines.append(f"#let cr{role}(it) = text(fill: cr{role}-colour, it)")
    return "\n".join(lines) + "\n"


def typst_maths(term: Term) -> str:
    """Return a term as an equation with its reading for those who hear it."""
    return f"#m({string(text(term))}, ${typst(term, colours=True)}$);"


def typst_prose(prose: Prose) -> str:
    """Return prose as Typst's markup."""
    return "".join(
        typst_text(part) if isinstance(part, str) else typst_maths(part) for part in prose
    )


def typst_equations(lines: Iterable[tuple[Term | None, Term]]) -> str:
    """Return equations aligned at their equals signs, as an expression of Typst."""
    written, spoken = [], []
    for left, right in lines:
        first = "" if left is None else typst(left, colours=True)
        written.append(f"{first} &= {typst(right, colours=True)}")
        spoken.append(f"{'' if left is None else text(left)} = {text(right)}".strip())
    joined = " \\ ".join(written)
    return f"math.equation(block: true, alt: {string(' '.join(spoken))}, ${joined}$)"

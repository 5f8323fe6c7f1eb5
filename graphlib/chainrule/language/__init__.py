"""From what people type to syntax, and from syntax to a graph.

`read` takes the text of a formula or program, `value` that of a number, vector
or matrix. Characters become
tokens (`lexer`, or `latex` for LaTeX), words get their readings (`reading`), tokens become a
flat list of items (`parser`), sums and functions are written out (`expansion`), statements get
an order (`program`).
"""

from chainrule.language.entries import Entries, exact, value
from chainrule.language.names import canonical, given_twice, spelled_once
from chainrule.language.program import SOURCES, Source, read
from chainrule.language.syntax import LIMITS, Assignment, Item, Limits, Note, Number, Program, Span

__all__ = [
    "LIMITS",
    "SOURCES",
    "Assignment",
    "Entries",
    "Item",
    "Limits",
    "Note",
    "Number",
    "Program",
    "Source",
    "Span",
    "canonical",
    "exact",
    "given_twice",
    "read",
    "spelled_once",
    "value",
]

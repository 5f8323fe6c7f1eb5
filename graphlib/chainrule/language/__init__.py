"""From what people type to syntax, and from syntax to a graph.

How one text travels::

    surroundings  prompts, prose and code that computes nothing become blanks
    lexer         characters become tokens; `latex` does the same for LaTeX, with `latex_names`,
                  `latex_groups` and `latex_commands`
    words         words of the language, starred names, log_3(x), cases in one line
    code          def f(x): …, np. and .relu(), x, y = 2, 3, a point behind `at`
    statements    where statements end, what has which name; `asking` finds questions
    sums          sums over an index become functions of one operand
    reading       every other word, by a table of rows in their order
    parser        tokens become a flat list of items, with `pile` and `stack`
    expansion     sums and functions of the text are written out
    program       c += e, assignments in working order: what `read` returns
    build         the graph

`syntax` has what is read, the limits, the notes, typed numbers and the one call for refusals, whose
words are in `refusals`; `names` has what these are, `entries` reads typed values, and `tracing`
runs a function of Python.
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

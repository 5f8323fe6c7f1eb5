"""Exact numbers beside the decimals: 1/3, 1 + e⁻⁹, √3/2, where they are short."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from chainrule.algebras.forms import Form
from chainrule.algebras.written import at
from chainrule.graph.builder import Builder, number_text
from chainrule.ops import OPS
from chainrule.readings.formulas import compose, formula_of
from chainrule.readings.numbers import DEFAULT, Format, numeral
from chainrule.readings.terms import Numeral, Term, text, with_comma

# What is longer is no help beside a decimal: characters as text, nodes as a formula.
MOST_CHARACTERS = 24
MOST_NODES = 12
MOST_DIGITS = 9
MOST_PARTS = 24
"""Parts of a form up to which it may be as short as that."""


def exact_term(known: Fraction | Form, format: Format = DEFAULT) -> Term | None:
    """Return an exact number as a term; None where it is long, or is shown in full anyway."""
    term = _of_fraction(known, format) if isinstance(known, Fraction) else _of_form(known)
    return with_comma(term) if term is not None and format.comma else term


def _of_form(known: Form) -> Term | None:
    if _nests(known):
        return None
    builder = Builder()
    graph = builder.finish([at(known, builder.maths)])
    if len(graph) > MOST_NODES:
        return None
    term = compose(graph, graph.outputs[0], lambda node: None).term
    return term if len(text(term)) <= MOST_CHARACTERS else None


def _nests(known: Form, inside: bool = False) -> bool:
    """Return whether a function stands within a function: cos(sin(1) + 3) tells nothing new."""
    for powers, _ in known.terms:
        for atom, _ in powers:
            is_function = atom.kind not in ("number", "pi", "exp", "sum")
            forms = (x for x in atom.inner if isinstance(x, Form))
            if (inside and is_function) or any(_nests(x, inside or is_function) for x in forms):
                return True
    return False


def _of_fraction(known: Fraction, format: Format) -> Term | None:
    shown = numeral(known, replace(format, comma=False))
    if (
        isinstance(shown, Numeral)
        and Fraction(Decimal(shown.digits)) * Fraction(10) ** (shown.power or 0) == known
    ):
        return None
    written = min(number_text(known), f"{known.numerator}/{known.denominator}", key=len)
    if len(written) > MOST_DIGITS:
        return None
    return formula_of(OPS["constant"], (), {"text": written}).term

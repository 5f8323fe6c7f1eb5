"""A run as it is read: names, formulas, cell ids and numbers of its nodes and edges."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from chainrule.algebras.decimals import bound
from chainrule.algebras.forms import Form
from chainrule.algebras.real import Real
from chainrule.algebras.undefined import Undefined
from chainrule.algebras.written import at
from chainrule.graph.builder import Builder, number_text
from chainrule.graph.numbering import copy_name, original, places, with_rows
from chainrule.graph.wengert import INPUT, Edge, WengertList
from chainrule.ops import OPS
from chainrule.passes.run import Kind, Number, Run
from chainrule.readings.catalogue import RULES, WORDS, say
from chainrule.readings.formulas import CELL, READING, Extent, Formula, compose, formula_of
from chainrule.readings.notation import PROFILES, Profile
from chainrule.readings.notation import Notation as Notation
from chainrule.readings.numbers import DEFAULT, Format, numeral
from chainrule.readings.partials import PartialGraph, partial_graphs
from chainrule.readings.stable_forms import from_logits
from chainrule.readings.terms import (
    APPROXIMATELY,
    EQUALS,
    Coloured,
    Fenced,
    Numeral,
    Partial,
    Role,
    Row,
    Symbol,
    Term,
    Word,
    row,
    text,
    with_comma,
)

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


# Rows of a table in which closed forms stand beside the numbers.
MOST_EXACT = 200


def labels(graph: WengertList, notation: Notation) -> dict[int, str]:
    """Return the name of every node that has a row: the user's, or v1, v2, … in order."""
    taken = set(graph.names.values())
    numbers = places(graph)
    last = max((number for number, _copy in numbers.values()), default=0)
    candidates = (f"{notation.prefix}{count}" for count in itertools.count(1))
    free = list(itertools.islice((name for name in candidates if name not in taken), last + 1))
    # The main output's place is 0; where a step has its name already, it is one step more.
    free.insert(0, free[-1] if notation.output in taken else notation.output)
    return {
        node: graph.names[node]
        if node in graph.names
        else copy_name(free[numbers[node][0]], numbers[node][1])
        for node in with_rows(graph)
    }


class View:
    """What every reading asks a run.

    Edges are those by whose operand an input is reached. A leaf constant has no row of its
    own: it stands in the formulas that use it.
    """

    def __init__(self, run: Run, notation: Notation | None = None) -> None:
        self.run = run
        self.graph: WengertList = run.graph
        self.notation = notation or Notation()
        self._partials: dict[int, dict[int, PartialGraph]] = {}
        self._exact: dict[tuple[str, Any], Term | None] = {}
        self._formulas: dict[tuple[Edge, bool], Formula] = {}

    @property
    def reverse(self) -> bool:
        """Whether adjoints flow (reverse mode) rather than tangents."""
        return self.run.mode == "reverse"

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """The nodes that have a row, in the order in which values are computed."""
        return tuple(self.labels)

    @cached_property
    def labels(self) -> dict[int, str]:
        """The name of every node that has a row: the user's, or v1, v2, … in order."""
        return labels(self.graph, self.notation)

    @cached_property
    def _constants(self) -> frozenset[int]:
        """The leaf constants that have no row."""
        return frozenset(range(len(self.graph))) - self.labels.keys()

    @cached_property
    def _symbols(self) -> dict[int, Symbol]:
        return {node: Symbol(label) for node, label in self.labels.items()}

    def name(self, node: int) -> Term:
        """Return the name of a node as a term."""
        return self._symbols[node]

    def formula(self, node: int, limits: Extent = CELL) -> Term:
        """Return the formula of a node in the names of its operands."""
        return self.spelled(compose(self.graph, node, self._symbols.get, limits).term)

    def spelled(self, term: Term) -> Term:
        """Return a term with the decimal sign of the notation."""
        return with_comma(term) if self.notation.format.comma else term

    def equation(self, node: int) -> Term:
        """Return "name = formula", or the name alone for an input."""
        if self.graph.ops[node] is INPUT:
            return self.name(node)
        return row(self.name(node), EQUALS, self.formula(node))

    def reading(self, node: int) -> Term:
        """Return "name = formula" written out down to the inputs, cut where it grows long."""

        if self.graph.ops[node] is INPUT:
            return self.name(node)

        def leaves(inner: int) -> Term | None:
            return self._symbols.get(inner) if self.graph.ops[inner] is INPUT else None

        whole = compose(self.graph, node, leaves, READING).term
        return row(self.name(node), EQUALS, self.spelled(whole))

    def substituted(self, node: int) -> Term:
        """Return the formula of a node with the operands' values in place of their names."""

        def values(inner: int) -> Term | None:
            if inner not in self.labels:
                return None
            return self.factor(self.run.value(inner), "value")

        return self.spelled(compose(self.graph, node, values).term)

    def of(self, run: Run) -> View:
        """Return a view of another run over the same graph at the same point.

        What is written of the graph alone is shared: formulas are composed once.
        """
        view = View(run, self.notation)
        view._partials, view._formulas = self._partials, self._formulas
        view.__dict__["labels"] = self.labels
        view.__dict__["_symbols"] = self._symbols
        return view

    def rule(self, node: int) -> str:
        """Return the name of the rule by which a node is differentiated.

        A fold of one operation with constants has that operation's rule; of several, the
        chain rule.
        """
        graph = self.graph
        op, body = graph.ops[node], graph.parameters_of(node).get("body")
        if isinstance(body, WengertList):
            inside = [i for i in range(len(body)) if body.varies[i] and body.operands[i]]
            if len(inside) != 1:
                return RULES["share"]
            op = body.ops[inside[0]]
        return op.rule or RULES["of"].format(op=op.spellings[0] if op.spellings else op.name)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges that have a local partial, grouped by user."""
        local = self.run.double.local
        return tuple(
            Edge(node, slot, operand)
            for node in self.shown
            for slot, operand in enumerate(self.graph.operands[node])
            if (node, slot) in local
        )

    def partial_name(self, edge: Edge) -> Term:
        """Return ∂user/∂operand."""
        return Partial(self.name(edge.user), self.name(edge.operand))

    def partial_formula(self, edge: Edge, *, substituted: bool = False) -> Term:
        """Return the local partial as a formula in the names (or values) of the operands.

        For an operation between vectors or matrices the partial is a linear map; the
        formula then shows what it does to the adjoint.
        """
        return self._partial_formula(edge, substituted).term

    def partial_factor(self, edge: Edge) -> Formula | None:
        """Return the local partial as a factor of a product; None where it is a linear map."""
        return None if self._written(edge).adjoint is not None else self._partial_formula(edge)

    def _written(self, edge: Edge) -> PartialGraph:
        if edge.user not in self._partials:
            written = partial_graphs(self.graph, edge.user, self._constants)
            self._partials[edge.user] = written
        return self._partials[edge.user][edge.slot]

    def _partial_formula(self, edge: Edge, substituted: bool = False) -> Formula:
        key = edge, substituted
        if key not in self._formulas:
            graph, output, slots, adjoint = self._written(edge)

            def names(node: int) -> Term | None:
                if node == adjoint:
                    return Symbol(self.labels[edge.user], "bar")
                if node not in slots:
                    return None
                operand = self.graph.operands[edge.user][slots[node]]
                if substituted:
                    return self.factor(self.run.value(operand), "value")
                return self.name(operand)

            term, binding = compose(graph, output, names, named_root=True)
            self._formulas[key] = Formula(self.spelled(term), binding)
        return self._formulas[key]

    # Numbers

    def exact(self, kind: Kind, key: Any) -> Term | None:
        """Return the short closed form of a cell, None where there is none or none is needed.

        Parameters
        ----------
        kind, key
            As for `chainrule.passes.run.Run.exact_form`.
        """
        if len(self.shown) > MOST_EXACT:
            return None
        if (kind, key) not in self._exact:
            known = self.run.exact_form(kind, key, MOST_PARTS)
            format = self.notation.format
            self._exact[kind, key] = None if known is None else exact_term(known, format)
        return self._exact[kind, key]

    def numeral(self, number: Number, role: Role) -> Term:
        """Return a number in the colour of its role; where there is none, in warning colour."""
        return Coloured("warning" if number.undefined else role, self.bare(number))

    def bare(self, number: Number) -> Term:
        """Return a number without colour; next to nothing and not proven to be 0, it is ≈ 0."""
        term = numeral(number.shown, self.notation.format, exact=number.exact)
        open_zero = number.state == "undecided" and isinstance(term, Numeral)
        return Row((APPROXIMATELY, term)) if open_zero else term

    def factor(self, number: Number, role: Role) -> Term:
        """Return a number fit to stand in a product: a negative one in brackets."""
        term = self.bare(number)
        negative = isinstance(term, Numeral) and (
            term.digits.startswith("-") or term.power is not None
        )
        shown: Term = Fenced(term) if negative else term
        return Coloured("warning" if number.undefined else role, shown)

    def why(self, number: Number) -> str | None:
        """Return in words why a number is none or is corrected, None for an ordinary one."""
        reason = number.undefined
        if reason is not None:
            node = self.labels.get(reason.node)
            given = {"op": reason.op, "needs": reason.needs, "digits": self.run.fine_digits}
            kind = reason.what if reason.is_open else "undefined_at"
            if kind == "undefined_at" and node is None:  # within a linear map
                return say("missing", **given)
            said = say(kind, node=text(Symbol(node or reason.op)), **given)
            instead = from_logits(self.graph, reason.node) if node else None
            if instead is None or reason.is_open:
                return said
            return said + say("from_logits", name=instead[0], operand=instead[1])
        if number.state == "undecided" and type(number.proven) is Real:
            return say("next_to_nothing", power=str(bound(number.proven)).replace("-", "−"))
        if number.corrected and isinstance(number.double, Undefined):
            return say("corrected_none")
        if number.corrected:
            double, shown = (
                text(numeral(x, self.notation.format)) for x in (number.double, number.shown)
            )
            return say("corrected_later" if double == shown else "corrected", double=double)
        return None

    @property
    def digits_note(self) -> str:
        """Say how many digits are shown, and whether they are proven."""
        digits, proof = self.run.digits, self.run.proof
        shown = WORDS["digits"] if digits is None else WORDS["chosen_digits"].format(digits=digits)
        kind = "proven" if proof.settled else "proven_but" if proof.record else "unproven"
        return WORDS[kind].format(shown=shown)

    # Names of derivatives

    @property
    def profile(self) -> Profile:
        """How derivatives are called."""
        return PROFILES[self.notation.profile]

    def derivative_name(self, node: int) -> Term:
        """Return ∂goal/∂node in reverse mode, ∂node/∂seed in forward mode, or what the notation
        of the view has for them.
        """
        if self.reverse:
            return self.profile.adjoint(self.name(self.run.output), self._symbols[node])
        return self.profile.tangent(self._symbols[node], self.seed_name())

    def derivative_header(self) -> Term:
        """Return the header of the derivative column, such as ∂J/∂ node or ∂ node/∂x."""
        if self.reverse:
            return self.profile.adjoint_header(self.name(self.run.output))
        return self.profile.tangent_header(self.seed_name())

    def header(self, column: str) -> Term:
        """Return the header of any other column."""
        return Word(self.profile.words.get(column, WORDS[column]))

    @property
    def seed_label(self) -> str:
        """Name of the one variable that moves; empty for another direction."""
        moved = {original(self.labels[node]) for node in self.run.seeds}
        return moved.pop() if len(moved) == 1 else ""

    def seed_name(self) -> Term:
        """Return the name of the one variable that moves, s where there are several."""
        moved = {original(self.labels[node]) for node in self.run.seeds}
        return Symbol(moved.pop() if len(moved) == 1 else "s")

    # Cell ids, the same in table, drawing, sheet, link and marking

    def value_id(self, node: int) -> str:
        """Return the id of the value cell of a node."""
        return f"value:{self.labels[node]}"

    def derivative_id(self, node: int) -> str:
        """Return the id of the adjoint or tangent cell of a node."""
        return f"{'adjoint' if self.reverse else 'tangent'}:{self.labels[node]}"

    def edge_id(self, kind: str, edge: Edge) -> str:
        """Return the id of a cell of an edge: `partial:u,t`, `formula:u,t` or `share:u,t`.

        Where a node uses the same operand twice, the second use is `u,t#2`.
        """
        earlier = self.graph.operands[edge.user][: edge.slot].count(edge.operand)
        again = f"#{earlier + 1}" if earlier else ""
        return f"{kind}:{self.labels[edge.user]},{self.labels[edge.operand]}{again}"

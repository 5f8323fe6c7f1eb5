"""The reference of operations: what each record says, as formulas, words and numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chainrule.algebras.balls import balls
from chainrule.algebras.real import lifted
from chainrule.graph.builder import Builder, Expression, number_text
from chainrule.graph.wengert import WengertList
from chainrule.ops import (
    OPS,
    Map,
    Op,
    Shape,
    activations,
    arithmetic,
    batch,
    choice,
    circular,
    classification,
    convolution,
    elementary,
    hyperbolic,
    losses,
    piecewise,
    rearranging,
    reductions,
    special,
    tensor,
)
from chainrule.passes.run import merged
from chainrule.readings.catalogue import WORDS
from chainrule.readings.document import Block, Document, Heading, Paragraph, Written
from chainrule.readings.formulas import compose
from chainrule.readings.grid import Cell, Grid, GridRow, Header, words
from chainrule.readings.numbers import numeral
from chainrule.readings.prose import Prose, as_term
from chainrule.readings.terms import EQUALS, Partial, Symbol, Term, Word, row, text

FAMILIES = (
    arithmetic,
    elementary,
    circular,
    hyperbolic,
    special,
    piecewise,
    choice,
    activations,
    losses,
    tensor,
    reductions,
    classification,
    convolution,
    rearranging,
    batch,
)
KEYS = {"what": "cost", "is": "is"}
ABOUT = (
    "Every operation is one record in chainrule/ops/; formulas and numbers below are made from the "
    "records. log with one operand is natural, log_b(x, b) has a base; pi, π and e are the "
    "constants. The value of an operation is called y."
)
RESULT = Symbol("y")
REFERENCE_BITS = 128
POINTS = tuple(Fraction(n, 2) for n in (-6, -4, -2, -1, 0, 1, 2, 4, 6))
FEWEST = 4


@dataclass(frozen=True, slots=True)
class Slope:
    """A local partial: by which operand, its formula, and where it exists.

    `adjoint` is, for a linear map, the share of the operand in the adjoint of the result;
    `formula` is then what the map makes of the operand's tangent.
    """

    by: str
    formula: Term
    needs: str = ""
    adjoint: Term | None = None

    @property
    def symbol(self) -> Term:
        """∂y by the operand."""
        return Partial(RESULT, Symbol(self.by))


@dataclass(frozen=True, slots=True)
class Reference(Written):
    """What is known of one operation.

    Parameters
    ----------
    operands
        Names of the operands, as the formulas here call them.
    formula
        How it is written behind an equals sign.
    definition
        What it stands for; None where that is the formula itself.
    stable
        The formula by which numbers are computed, where it is another.
    values
        Rows of operands, value and slopes, ready to be shown; empty for vectors.
    """

    op: Op
    operands: tuple[str, ...]
    formula: Term
    definition: Term | None
    stable: Term | None
    slopes: tuple[Slope, ...]
    values: tuple[tuple[Term, ...], ...]

    def document(self, heading: str = "") -> Document:
        """Return all that is known as a document, under a title of one's own."""
        told = ({"what": words(label), "is": Cell(as_term(prose))} for label, prose in lines(self))
        heads = tuple(Header(key, Word(WORDS[word])) for key, word in KEYS.items())
        blocks: list[Block] = [Heading(heading, 3)] if heading else []
        blocks += [
            Paragraph((self.op.doc,)),
            Grid("operation", (), heads, tuple(GridRow(cells) for cells in told)),
        ]
        if self.values:
            numbers = tuple(Header(str(i), t, True) for i, t in enumerate(self.columns))
            rows = ({str(i): Cell(n) for i, n in enumerate(row)} for row in self.values)
            blocks.append(Grid("values", (), numbers, tuple(GridRow(cells) for cells in rows)))
        return Document(tuple(blocks), heading)

    @property
    def columns(self) -> tuple[Term, ...]:
        """The heads of the columns of its values."""
        return (*map(Symbol, self.operands), RESULT, *(slope.symbol for slope in self.slopes))

    @property
    def calls(self) -> tuple[str, ...]:
        """How it can be typed: gelu(x), GELU(x)."""
        open_ended = self.op.arity is None and self.op.taken is None
        inside = ", ".join(self.operands) + (", …" if open_ended else "")
        return tuple(f"{spelling}({inside})" for spelling in self.op.spellings)

    @property
    def parameters(self) -> dict[str, str]:
        """Names and usual values of what can be chosen."""
        return {
            name: number_text(Fraction(value))
            for name, value in self.op.parameters.items()
            if name != "slot" and not isinstance(value, tuple)
        }

    @property
    def kink(self) -> str:
        """What is used where there is no derivative, in words; empty if nowhere."""
        kink = self.op.kink
        if kink is None:
            return ""
        said = filter(None, (kink.convention, kink.against))
        return "; ".join(said).format(**self.op.parameters)


def families() -> Iterator[tuple[str, tuple[Op, ...]]]:
    """Yield each family of operations with its heading."""
    for module in FAMILIES:
        heading = (module.__doc__ or "").partition(".")[0].partition(":")[0]
        yield heading, tuple(op for op in vars(module).values() if isinstance(op, Op))


def reference(op: Op) -> Reference:
    """Return the reference of an operation, made from its record alone."""
    names = _operand_names(op)
    shapes = _shapes(op, len(names))
    builder = Builder(simplify=True)
    operands = [builder.input(name, shape) for name, shape in zip(names, shapes, strict=True)]
    result = builder.write(op, operands)
    written = _Written(builder, result)
    slopes = tuple(written.slope(op, operands, slot, name) for slot, name in enumerate(names))
    formula = written.of(result)
    definition = written.of(op.value(builder.maths, *operands, **op.parameters))
    stable = None
    if op.stable is not None:
        stable = written.of(op.stable(builder.maths, *operands, **op.parameters))
    return Reference(
        op,
        names,
        formula,
        definition if text(definition) != text(formula) else None,
        stable if stable is not None and text(stable) != text(formula) else None,
        slopes,
        tuple(_values(op, len(names))) if op.samples and not any(shapes) else (),
    )


def _operand_names(op: Op) -> tuple[str, ...]:
    """Return the operands' names, which are those in the record's own rule."""
    if op.taken is not None:
        return ("c", "a", "b")
    if op.arity is None:
        return ("x1", "x2")
    return tuple(inspect.signature(op.value).parameters)[1 : op.arity + 1]


def _shapes(op: Op, count: int) -> tuple[Shape, ...]:
    def shape(entries: Any) -> Shape:
        return (len(entries), *shape(entries[0])) if isinstance(entries, tuple) else ()

    return tuple(map(shape, op.samples[0][:count])) if op.samples else ((),) * count


class _Written:
    """Formulas of what one builder holds; the result is called y in those of the slopes."""

    def __init__(self, builder: Builder, result: Expression) -> None:
        self._builder = builder
        self._result = result
        self._bar: Expression | None = None

    def of(self, value: Any, *, slope: bool = False) -> Term:
        expression = self._builder.lift(value)
        graph = self._graph(expression)
        end = graph.outputs[0]

        def name(node: int) -> Term | None:
            if node in graph.names:
                return Symbol(graph.names[node])
            return RESULT if slope and node == graph.outputs[1] else None

        return compose(graph, end, name, named_root=True).term

    def _graph(self, expression: Expression) -> WengertList:
        return self._builder.finish([expression, self._result])

    def slope(self, op: Op, operands: Sequence[Expression], slot: int, by: str) -> Slope:
        builder = self._builder
        given = builder.parameters.get(self._result.index, op.parameters)
        partial = builder.partial(op, given, slot, self._result, operands)
        smooth = op.smooth_at(slot)
        needs = smooth.needs if smooth else ""
        if not isinstance(partial, Map):
            return Slope(by, self.of(partial, slope=True), needs)
        tangent = builder.input(f"{by}_dot", operands[slot].shape)
        if self._bar is None:
            self._bar = builder.input("y_bar", self._result.shape)
        push, pull = partial.push(tangent), partial.pull(self._bar)
        return Slope(by, self.of(push, slope=True), needs, self.of(pull, slope=True))


def _values(op: Op, count: int) -> Iterator[tuple[Term, ...]]:
    """Yield rows of operands, value and slopes, as they are proven."""
    algebra = balls(REFERENCE_BITS)
    samples = [tuple(map(Fraction, sample)) for sample in op.samples if len(sample) == count]
    points: list[tuple[Fraction, ...]] = samples
    if count == 1:
        points = [(x,) for x in POINTS if op.domain is None or op.domain.holds(x)]
        points = sorted({*points, *samples}) if len(points) < FEWEST else points
    for point in points:
        with algebra.session():
            operands = [algebra.number(x) for x in point]
            value = algebra.apply(op, op.parameters, operands)
            slopes = [
                algebra.partial(op, op.parameters, slot, value, operands) for slot in range(count)
            ]
        shown = (merged(None, lifted(x) if type(x) is int else x).shown for x in (value, *slopes))
        yield tuple(map(numeral, (*point, *shown)))


def record(entry: Reference, spelled: Callable[[Term], Any]) -> dict[str, Any]:
    """Return a reference as plain data; `spelled` says what becomes of a formula."""
    op = entry.op
    return {
        "name": op.name,
        "doc": op.doc,
        "written": list(entry.calls),
        "operands": list(entry.operands),
        "parameters": entry.parameters,
        "formula": spelled(entry.formula),
        "definition": None if entry.definition is None else spelled(entry.definition),
        "stable": None if entry.stable is None else spelled(entry.stable),
        "rule": op.rule or f"derivative of {op.name}",
        "partials": [
            {
                "by": slope.by,
                "formula": spelled(slope.formula),
                "adjoint": None if slope.adjoint is None else spelled(slope.adjoint),
                "needs": slope.needs,
            }
            for slope in entry.slopes
        ],
        "needs": op.domain.needs if op.domain else "",
        "kink": entry.kink,
        "values": [[text(cell) for cell in row] for row in entry.values],
    }


def lines(entry: Reference) -> Iterator[tuple[str, Prose]]:
    """Yield what there is to say of an operation, each under its label."""
    op = entry.op
    if entry.calls:
        yield "typed", (", ".join(entry.calls),)
    definition = () if entry.definition is None else (EQUALS, entry.definition)
    yield "formula", (row(RESULT, EQUALS, entry.formula, *definition),)
    if entry.stable is not None:
        yield "computed as", (entry.stable,)
    if entry.parameters:
        chosen = ", ".join(f"{name}={value}" for name, value in entry.parameters.items())
        yield "parameters", (f"{chosen} unless chosen, as in {op.name}(…, {chosen})",)
    for slope in entry.slopes:
        told: Prose = (row(slope.symbol, EQUALS, slope.formula),)
        if slope.adjoint is not None:
            told = (f"by {slope.by}: tangent ", slope.formula, ", adjoint ", slope.adjoint)
        yield "partial", (*told, *((f"; needs {slope.needs}",) if slope.needs else ()))
    if op.rule:
        yield "rule", (op.rule,)
    if op.domain:
        yield "needs", (op.domain.needs,)
    if entry.kink:
        yield "kink", (entry.kink,)


def page() -> Document:
    """Return the reference of all operations as one page."""
    written = "This page is written by chainrule ops --markdown; do not edit it by hand."
    blocks: list[Block] = [Heading("Operations"), Paragraph((written,)), Paragraph((ABOUT,))]
    for title, ops in families():
        blocks.append(Heading(title, 2))
        blocks += (block for op in ops for block in reference(op).document(op.name).blocks)
    return Document(tuple(blocks), "Operations")


def found(name: str) -> Op | None:
    """Return the operation of this name or spelling, None if there is none."""
    return OPS.get(name) or OPS.spelled.get(name)

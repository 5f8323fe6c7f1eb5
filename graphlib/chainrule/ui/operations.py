"""What the page Reference shows of every operation, as plain data made from the records."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from chainrule.algebras.float64 import FLOAT64
from chainrule.errors import ChainruleError
from chainrule.facade import Graph
from chainrule.graph.builder import number_text
from chainrule.ops import Op
from chainrule.readings.mathml import mathml
from chainrule.readings.reference import RESULT, Reference, families, reference
from chainrule.readings.terms import EQUALS, Symbol, Term, row, text
from chainrule.ui.engine import default_value
from chainrule.ui.examples import EXAMPLES, using

REACH: Final = 4
PER_UNIT: Final = 20
"""How far a curve goes on both sides of 0, and at how many points in each unit."""

PARITY: Final = {1: "even: f(−x) = f(x)", -1: "odd: f(−x) = −f(x)", 0: ""}


def entries() -> tuple[dict[str, Any], ...]:
    """Return all operations as plain data, made from their records."""
    return tuple(
        _entry(reference(op), family)
        for family, found in families()
        for op in found
        if op.arity != 0
    )


def _entry(entry: Reference, family: str) -> dict[str, Any]:
    op = entry.op
    formula = row(RESULT, EQUALS, entry.formula)
    if entry.definition is not None:
        formula = row(formula, EQUALS, entry.definition)
    facts = [
        ("Typed", ", ".join(entry.calls)),
        ("Domain", f"needs {op.domain.needs}" if op.domain else ""),
        ("Kink", entry.kink),
        ("Slopes", "; ".join(f"by {s.by}: needs {s.needs}" for s in entry.slopes if s.needs)),
        ("Levels off", "next to nothing of an adjoint gets through there" * op.saturates),
        ("Symmetry", PARITY[op.parity]),
        ("Rule", op.rule or f"derivative of {op.name}"),
        ("Choices", ", ".join(f"{name}={value}" for name, value in entry.parameters.items())),
    ]
    return {
        "name": op.name,
        "family": family.partition(",")[0].partition(";")[0],
        "doc": op.doc,
        "search": " ".join((op.name, op.doc, *op.spellings, op.sign, op.symbol, op.rule, family)),
        "short": _math(entry.definition or entry.formula),
        "formula": _math(formula),
        "slopes": [_slope(slope.symbol, slope.formula, slope.adjoint) for slope in entry.slopes],
        "stable": "" if entry.stable is None else _math(entry.stable),
        "kink": bool(entry.kink),
        "facts": [fact for fact in facts if fact[1]],
        "head": list(map(text, entry.columns)),
        "values": [[text(cell) for cell in found] for found in entry.values],
        "curve": _curve(entry),
        "examples": [(EXAMPLES.index(e), e.name, e.lesson) for e in using(op.name)],
        "opens": _opens(entry),
    }


def _math(term: Term) -> str:
    return mathml(term, inline=True)


def _slope(symbol: Term, formula: Term, adjoint: Term | None) -> list[str]:
    """Return name and formula of a local partial; of a linear map, what it sends back."""
    if adjoint is None:
        return ["", _math(row(symbol, EQUALS, formula))]
    return ["adjoint sent back", _math(adjoint)]


def _curve(entry: Reference) -> dict[str, Any] | None:
    """Return value and first slope over the first operand, the others as in its first sample."""
    op = entry.op
    sample = op.samples[0][: len(entry.operands)] if op.samples else ()
    if len(sample) < len(entry.operands) or any(isinstance(x, tuple) for x in sample) or op.taken:
        return None
    others = [Fraction(x) for x in sample[1:]]
    xs = [Fraction(n, PER_UNIT) for n in range(-REACH * PER_UNIT, REACH * PER_UNIT + 1)]
    points = [_point(op, [float(x), *map(float, others)]) for x in xs]
    kinks = []
    if op.kink is not None:
        kinks = [i for i, x in enumerate(xs) if op.kink.at(x, *others, **op.parameters)]
    fixed = zip(entry.operands[1:], others, strict=True)
    return {
        "from": -REACH,
        "step": 1 / PER_UNIT,
        "values": [_digits(value) for value, _ in points],
        "slopes": [_digits(slope) for _, slope in points],
        "jump": 0.2 if op.kink is not None and op.kink.push is None else None,
        "kinks": kinks if len(kinks) < len(xs) // 4 else [],
        "along": text(Symbol(entry.operands[0])),
        "fixed": ", ".join(f"{text(Symbol(n))} = {number_text(x)}" for n, x in fixed),
    }


def _point(op: Op, operands: list[float]) -> tuple[float | None, float | None]:
    value = FLOAT64.apply(op, op.parameters, operands)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None, None
    slope = FLOAT64.partial(op, op.parameters, 0, value, operands)
    known = isinstance(slope, int | float) and math.isfinite(slope)
    return float(value), float(slope) if known else None


def _digits(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.6g}")


def _opens(entry: Reference) -> tuple[str, list[list[str]]] | None:
    """Return formula and point with which Explore shows the operation, None if there is none."""
    op, names = entry.op, entry.operands
    for formula in _formulas(op, names):
        try:
            graph = Graph.parse(formula)
            steps = graph.list
            shapes = dict(zip(graph.variables, map(steps.shape, steps.inputs), strict=True))
            point = {name: default_value(shape) for name, shape in shapes.items()}
            sample = dict(zip(names, op.samples[0] if op.samples else (), strict=False))
            point |= {n: _typed(x) for n, x in sample.items() if n in point}
        except ChainruleError:
            continue
        if any(found.name == op.name for found in steps.ops):
            return formula, [[name, value] for name, value in point.items()]
    return None


def _formulas(op: Op, names: tuple[str, ...]) -> Iterator[str]:
    sample = op.samples[0] if op.samples else ()
    shapes = [f"{n}: {size}; " for n, x in zip(names, sample, strict=False) if (size := _size(x))]
    declared, inside = "".join(shapes), ", ".join(names)
    bodies = [f"{spelling}({inside})" for spelling in op.spellings]
    if op.sign and len(names) == 2:
        bodies.append(f"{names[0]} {op.sign} {names[1]}")
    if len(names) == 1:
        bodies += [f"{op.sign}{names[0]}", f"{names[0]}{op.sign}"] if op.sign else []
    for body in bodies:
        yield f"{declared}y = {body}"
        yield f"{declared}y = sum({body})"


def _size(sample: Any) -> str:
    sizes = []
    while isinstance(sample, tuple):
        sizes.append(str(len(sample)))
        sample = sample[0]
    return "x".join(sizes)


def _typed(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_typed, value))}]"
    return number_text(Fraction(value))

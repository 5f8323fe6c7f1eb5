"""What the page Reference shows of every operation, as plain data made from the records."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np

from chainrule.algebras.float64 import FLOAT64
from chainrule.errors import ChainruleError
from chainrule.facade import Graph
from chainrule.graph.builder import number_text
from chainrule.nn.descent import contour, levels
from chainrule.ops import Op
from chainrule.readings.mathml import mathml
from chainrule.readings.reference import RESULT, Reference, families, reference
from chainrule.readings.terms import EQUALS, Symbol, Term, row, text
from chainrule.ui.engine import default_value
from chainrule.ui.examples import EXAMPLES, using

REACH: Final = 4
PER_UNIT: Final = 20
"""How far a curve goes on both sides of 0, and at how many points in each unit."""

SQUARES: Final = ((-REACH, REACH), (0, REACH), (0, 1))
SIDE: Final = 17
HALF: Final = 0.5
"""Where two operands are shown, and at how many points each."""

FLAT: Final = 0.01
FAR: Final = 30.0
"""Below which slope a curve counts as flat, and how far out that is looked for."""

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
        ("Nearly flat", _flat(op) if op.saturates else ""),
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
        "field": _field(entry),
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


def _sample(entry: Reference) -> tuple[Fraction, ...]:
    """Return the first sample of an operation of numbers; nothing of another one."""
    op = entry.op
    sample = op.samples[0][: len(entry.operands)] if op.samples else ()
    if len(sample) < len(entry.operands) or any(isinstance(x, tuple) for x in sample) or op.taken:
        return ()
    return tuple(Fraction(x) for x in sample)


def _field(entry: Reference) -> dict[str, Any] | None:
    """Return value and both slopes over two operands, with lines of equal height."""
    sample = _sample(entry)
    if len(sample) != 2:
        return None
    # The first square of which half has a value, else that of which most has.
    axis, rows, heights = max(
        (_square(entry.op, *ends) for ends in SQUARES),
        key=lambda square: min(HALF, np.isfinite(square[2]).mean()),
    )
    lines = [
        segment for level in levels(heights, 9) for segment in contour(heights, axis, axis, level)
    ]
    return {
        "from": axis[0],
        "step": axis[1] - axis[0],
        "start": [int(np.abs(np.array(axis) - float(x)).argmin()) for x in sample],
        "along": [text(Symbol(name)) for name in entry.operands],
        "lines": "".join(f"M{a:.3g} {b:.3g}L{c:.3g} {d:.3g}" for a, b, c, d in lines),
        "numbers": [[[*map(_digits, point)] for point in row] for row in rows],
    }


def _square(op: Op, low: float, high: float) -> tuple[list[float], list[list[Any]], Any]:
    """Return the places on an axis of a square, what is known over it, and the heights."""
    axis = np.linspace(low, high, SIDE).tolist()
    rows = [[_point(op, [x, y], 2) for x in axis] for y in axis]
    return axis, rows, np.array([[p[0] for p in row] for row in rows], dtype=float)


def _curve(entry: Reference) -> dict[str, Any] | None:
    """Return value and first slope over the first operand, the others as in its first sample."""
    op, sample = entry.op, _sample(entry)
    if not sample:
        return None
    others = list(sample[1:])
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


def _flat(op: Op) -> str:
    """Say beyond which operands next to nothing of an adjoint gets through."""
    places = []
    for side, sign in ((-1, "<"), (1, ">")):
        steep, flat = 0.0, side * FAR
        if abs(_point(op, [flat])[1] or 0) >= FLAT:
            continue
        while abs(flat - steep) > 1e-6:
            middle = (steep + flat) / 2
            is_flat = abs(_point(op, [middle])[1] or 0) < FLAT
            steep, flat = (steep, middle) if is_flat else (middle, flat)
        # Rounded outwards, so that it is true of every operand it is said of.
        out = side * math.ceil(abs(flat) * 100 - 1e-3) / 100
        places.append(f"x {sign} {out:g}".replace("-", "−"))
    return f"for {' or '.join(places)} the slope is below {FLAT}"


def _point(op: Op, operands: list[float], slopes: int = 1) -> tuple[float | None, ...]:
    """Return the value at a point and the slopes by the first operands."""
    value = FLOAT64.apply(op, op.parameters, operands)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return (None,) * (1 + slopes)
    found = [FLOAT64.partial(op, op.parameters, slot, value, operands) for slot in range(slopes)]
    known = (isinstance(s, int | float) and math.isfinite(s) for s in found)
    return float(value), *(float(s) if k else None for s, k in zip(found, known, strict=True))


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

"""The laws, as functions that raise `BrokenLaw`; they are themselves tested on wrong records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS, Arrays
from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.protocol import Algebra
from chainrule.algebras.undefined import Undefined
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.ops import Map, Op, Shape
from chainrule.ops.record import same_shape
from chainrule.passes.derivatives import gradient_graph
from chainrule.passes.walks import evaluate
from chainrule.testing.digits import digits_algebra

# A context of its own: nothing that the package does can change its precision.
MP = mpmath.MPContext()
MP.dps = 80
NUMBERS = digits_algebra(80)
FINE = Arrays(NUMBERS)
SHADOW = digits_algebra(50)
STEP = Fraction(1, 10**25)
"""Of central differences: they err by about its square, and by 10⁻⁸⁰ over it from rounding."""


@dataclass(frozen=True, slots=True)
class Case:
    """An operation at a point inside its domain and off its kinks.

    Parameters
    ----------
    operands
        Exact numbers, or nested tuples of them.
    """

    op: Op
    operands: tuple[Any, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The operands' shapes."""
        return tuple(np.shape(x) for x in self.operands)

    @property
    def is_scalar(self) -> bool:
        """Whether the operation works entry by entry, here on numbers."""
        return self.op.shape is same_shape

    def __str__(self) -> str:
        return f"{self.op.name}{self.operands}{dict(self.parameters) or ''}"


@dataclass(frozen=True, slots=True)
class Corner:
    """A kink: what the passes use there, by slot; None where the value jumps."""

    operands: tuple[Any, ...]
    used: tuple[Fraction, ...] | None
    parameters: Mapping[str, Any] = field(default_factory=dict)


class BrokenLaw(AssertionError):
    """A record that does not obey a law; says which, where, and by how much."""


def require(holds: object, message: str) -> None:
    """Raise `BrokenLaw` with `message` unless it holds."""
    if not holds:
        raise BrokenLaw(message)


def exact(entries: Any) -> Any:
    """Return nested sequences of floats as nested tuples of their exact values."""
    if isinstance(entries, Sequence):
        return tuple(map(exact, entries))
    return Fraction(entries)


def flat(value: Any) -> list[Any]:
    """Return the entries of an array or a number."""
    data = value.data if isinstance(value, Array) else value
    return list(np.asarray(data, dtype=object).ravel())


def far(left: Any, right: Any, tolerance: Any) -> bool:
    """Whether numbers differ by more than `tolerance`, relative to the larger of 1 and them."""
    if Undefined in (type(left), type(right)):
        return True
    left, right = (
        MP.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else MP.mpf(x)
        for x in (left, right)
    )
    return not abs(left - right) <= MP.mpf(tolerance) * max(1, abs(left), abs(right))


def require_close(left: Any, right: Any, tolerance: Any, what: str) -> None:
    """Compare arrays, numbers or nested lists entry by entry."""
    ours, theirs = flat(left), flat(right)
    require(len(ours) == len(theirs), f"{what}: {len(ours)} entries against {len(theirs)}")
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        require(not far(a, b, tolerance), f"{what}: entry {i} is {a}, not {b}")


def bound(algebra: Algebra, entries: Any, batched: bool = False) -> Any:
    """Return exact numbers as a value of `algebra`."""
    if isinstance(algebra, Arrays):
        return algebra.array(entries, np.shape(entries)[int(batched) :], batched)
    return algebra.number(Fraction(entries))


def outputs(graph: WengertList, algebra: Algebra, values: Sequence[Any]) -> list[Any]:
    """Return the outputs of `graph` where its inputs have `values`, in the order of the list."""
    point = dict(zip(graph.inputs, values, strict=True))
    computed = [step.value for step in evaluate(graph, algebra, point)]
    return [computed[node] for node in graph.outputs]


def _units(algebra: Algebra, like: Any) -> Iterator[Any]:
    """Yield the unit vectors of the shape of `like`."""
    size = len(flat(like))
    for i in range(size):
        if isinstance(like, Array):
            data = flat(algebra.zero(like))
            data[i] = data[i] + 1
            shaped = np.array(data, dtype=like.data.dtype).reshape(like.data.shape)
            yield Array(shaped, like.ndim)
        else:
            yield algebra.one(like)


# Samples and outside references


def check_places(op: Op, cases: Sequence[Case], *, kinks: object, borders: object) -> None:
    """An operation has samples off its kinks, and points at its kinks and borders."""
    require(cases, f"{op.name} has no samples")
    require(op.kink is None or kinks, f"{op.name} has a kink and no point given there")
    require(
        op.domain is None or not op.arity or borders,
        f"{op.name} has a domain and no points given outside and at its border",
    )
    for case in cases:
        inside = op.domain is None or op.domain.holds(*case.operands)
        require(inside, f"{case} lies outside the domain")
        at_kink = FINE.at_kink(op, case.parameters, [bound(FINE, x) for x in case.operands])
        require(not at_kink, f"{case} lies at a kink")


def check_double(case: Case, reference: Callable[..., Any]) -> None:
    """The value is that of a function of floats, or of arrays of them, to 1e-13."""
    rough = [np.asarray(x, dtype=float) if np.shape(x) else float(x) for x in case.operands]
    values = [bound(ARRAYS, x) for x in case.operands]
    result = ARRAYS.apply(case.op, case.parameters, values)
    expected = reference(*rough, **case.parameters)
    require_close(result, expected, "1e-13", f"{case} by the reference")


# First derivatives


def local(algebra: Algebra, op: Op, given: Any, values: Sequence[Any], slot: int) -> Any:
    """Return an operation's result and its local partial by the operand in `slot`."""
    result = algebra.apply(op, given, values)
    return result, algebra.partial(op, given, slot, result, values)


def pushed(algebra: Algebra, case: Case, slot: int) -> Any:
    """Return the Jacobian by the operand in `slot`, column by column (entries, m by n)."""
    values = [bound(algebra, x) for x in case.operands]
    result, partial = local(algebra, case.op, case.parameters, values, slot)
    units = _units(algebra, values[slot])
    return np.array([flat(algebra.push(partial, t, result)) for t in units], dtype=object).T


def pulled(algebra: Algebra, case: Case, slot: int) -> Any:
    """Return the Jacobian by the operand in `slot`, row by row (entries, m by n)."""
    values = [bound(algebra, x) for x in case.operands]
    result, partial = local(algebra, case.op, case.parameters, values, slot)
    units = _units(algebra, result)
    return np.array([flat(algebra.pull(partial, b, values[slot])) for b in units], dtype=object)


def by_differences(case: Case, slot: int) -> Any:
    """Return the Jacobian by the operand in `slot` by central differences at 80 digits."""
    values = [bound(FINE, x) for x in case.operands]
    step = NUMBERS.number(STEP)

    def moved(unit: Any, by: Any) -> Any:
        there = [v + unit * by if i == slot else v for i, v in enumerate(values)]
        return np.array(flat(FINE.apply(case.op, case.parameters, there)), dtype=object)

    columns = [
        (moved(unit, step) - moved(unit, -step)) / (2 * step) for unit in _units(FINE, values[slot])
    ]
    return np.array(columns, dtype=object).T


def check_partials(case: Case) -> None:
    """Both halves of every local partial agree with central differences to 40 digits."""
    for slot in range(len(case.operands)):
        expected = by_differences(case, slot)
        require_close(pushed(FINE, case, slot), expected, "1e-40", f"{case} push by {slot}")
        require_close(pulled(FINE, case, slot), expected, "1e-40", f"{case} pull by {slot}")


def number_of(expression: Any, values: dict[Any, Any]) -> Any:
    """Return a SymPy expression at exact values, to 70 digits."""
    return MP.mpf(str(sympy.N(sympy.sympify(expression).subs(values), 70)))


# The same rule in every kind of value


def _written(builder: Builder, case: Case) -> tuple[list[Expression], Expression]:
    operands = [builder.input(f"x{i}", shape) for i, shape in enumerate(case.shapes)]
    return operands, builder.apply(case.op, case.parameters, operands)


def check_kinds(case: Case) -> None:
    """A local partial is the same in every algebra, and as the graph that building writes."""
    algebras: list[tuple[Algebra, str]] = [(Arrays(SHADOW), "1e-47"), (ARRAYS, "1e-13")]
    if case.is_scalar:
        algebras += [(SHADOW, "1e-47"), (FLOAT64, "1e-13")]
    for slot in range(len(case.operands)):
        expected = pushed(FINE, case, slot)
        for algebra, tolerance in algebras:
            what = f"{case} by {slot} in {type(algebra).__name__}"
            require_close(pushed(algebra, case, slot), expected, tolerance, what)
            require_close(pulled(algebra, case, slot), expected, tolerance, what)
        for simplify in (False, True):
            what = f"{case} by {slot}, written with simplify={simplify}"
            for forward in (True, False):
                written = _in_writing(case, slot, simplify, forward)
                require_close(written, expected, "1e-75", what)


def _in_writing(case: Case, slot: int, simplify: bool, forward: bool) -> Any:
    """Return the Jacobian by the graph that pushes a tangent forward, or that pulls an adjoint."""
    builder = Builder(simplify=simplify)
    operands, result = _written(builder, case)
    partial = builder.partial(case.op, case.parameters, slot, result, operands)
    begin, end = (operands[slot], result) if forward else (result, operands[slot])
    walk = builder.push if forward else builder.pull
    graph = builder.finish([walk(partial, builder.input("unit", begin.shape), end)])
    values = [bound(FINE, x) for x in case.operands]
    like = values[slot] if forward else FINE.apply(case.op, case.parameters, values)
    found = [flat(outputs(graph, FINE, [*values, unit])[0]) for unit in _units(FINE, like)]
    rows = np.array(found, dtype=object)
    return rows.T if forward else rows


# Shapes and batches


def check_transposes(op: Op, values: Sequence[Any], given: Any, seed: int) -> None:
    """⟨bar, push t⟩ = ⟨pull bar, t⟩ for random bar and t, in any shapes and batches."""
    generator = np.random.default_rng(seed)
    result = ARRAYS.apply(op, given, values)
    for slot, operand in enumerate(values):
        partial = ARRAYS.partial(op, given, slot, result, values)
        tangent = Array(generator.normal(size=operand.data.shape), operand.ndim)
        bar = Array(generator.normal(size=result.data.shape), result.ndim)
        left = float(np.sum(bar.data * ARRAYS.push(partial, tangent, result).data))
        right = float(np.sum(ARRAYS.pull(partial, bar, operand).data * tangent.data))
        require_close(left, right, "1e-12", f"{op.name} by {slot}: push and pull")


def check_map(op: Op, values: Sequence[Any], given: Any, slot: int) -> bool:
    """Whether the local partial is a `Map`; the raw halves, without `fit`, are transposes."""
    result, partial = local(FINE, op, given, values, slot)
    if not isinstance(partial, Map):
        return False
    columns = [flat(partial.push(t)) for t in _units(FINE, values[slot])]
    rows = [flat(partial.pull(b)) for b in _units(FINE, result)]
    require_close(np.array(columns).T, np.array(rows), "1e-75", f"{op.name} by {slot}: map")
    return True


def check_layout(op: Op, operands: Sequence[Any], batched: Sequence[bool], given: Any) -> None:
    """Entry by entry, with shapes broadcast and batches summed, the derivatives are the numbers'.

    Parameters
    ----------
    operands
        Nested sequences of exact numbers; the first axis is the batch where `batched`.
    """
    arrays = [np.asarray(x, dtype=object) for x in operands]
    rank = max(a.ndim - b for a, b in zip(arrays, batched, strict=True))
    raised = [
        a.reshape((a.shape[0] if b else 1,) + (1,) * (rank - a.ndim + b) + a.shape[int(b) :])
        for a, b in zip(arrays, batched, strict=True)
    ]
    spread = np.broadcast_arrays(*raised)
    labels = np.broadcast_arrays(*(np.arange(r.size).reshape(r.shape) for r in raised))
    for slot in range(len(operands)):
        slopes, totals = [], [SHADOW.number(Fraction(0))] * arrays[slot].size
        for entry in zip(labels[slot].flat, *(s.flat for s in spread), strict=True):
            numbers = [bound(SHADOW, x) for x in entry[1:]]
            if op.domain is not None and not op.domain.holds(*numbers):
                return
            _, slope = local(SHADOW, op, given, numbers, slot)
            slopes.append(slope)
            totals[entry[0]] = totals[entry[0]] + slope
        for algebra, tolerance in ((Arrays(SHADOW), "1e-45"), (ARRAYS, "1e-12")):
            what = f"{op.name} of {operands} with batch {batched} by {slot}"
            values = [bound(algebra, x, b) for x, b in zip(operands, batched, strict=True)]
            result, partial = local(algebra, op, given, values, slot)
            push = algebra.push(partial, algebra.one(values[slot]), result)
            pull = algebra.pull(partial, algebra.one(result), values[slot])
            for got, like in ((push, result), (pull, values[slot])):
                require(got.data.shape == like.data.shape, f"{what}: shape {got.data.shape}")
            require_close(push, slopes, tolerance, what)
            require_close(pull, totals, tolerance, what)


def stacked(cases: Iterable[Case]) -> Iterator[tuple[Op, Any, list[list[Any]]]]:
    """Yield operations on numbers with their samples slot by slot."""
    kinds: dict[Any, list[Case]] = {}
    for case in cases:
        key = case.op.name, len(case.operands), tuple(sorted(case.parameters.items()))
        kinds.setdefault(key, []).append(case)
    for alike in kinds.values():
        columns = [list(column) for column in zip(*(c.operands for c in alike), strict=True)]
        # Two samples at least, so that an axis of one never hides a wrong sum.
        wide = [column if len(column) > 1 else column + column for column in columns]
        yield alike[0].op, alike[0].parameters, wide


def _layouts(columns: list[list[Any]]) -> Iterator[tuple[list[Any], list[bool]]]:
    """Yield the operands as vectors, batches and both, each in turn otherwise than the rest."""
    every = range(len(columns))
    plain, batch = [False] * len(columns), [True] * len(columns)
    yield columns, plain
    yield columns, batch
    yield [[c, c[::-1]] for c in columns], batch
    yield [[c] for c in columns], plain
    for k in every if len(columns) > 1 else ():
        yield [c[0] if i == k else c for i, c in enumerate(columns)], plain
        yield [c[0] if i == k else c for i, c in enumerate(columns)], [i != k for i in every]
        yield columns, [i != k for i in every]
        yield columns, [i == k for i in every]
        yield [[c] if i == k else c for i, c in enumerate(columns)], [i == k for i in every]
        blocks = [[c] if i == k else [[x] for x in c] for i, c in enumerate(columns)]
        yield blocks, plain
        yield [[block, block] for block in blocks], batch


def check_layouts(op: Op, given: Any, columns: list[list[Any]], seed: int) -> None:
    """Entry by entry, the derivatives are the numbers' in every mixture of vectors and batches."""
    for operands, batched in _layouts(columns):
        check_layout(op, operands, batched, given)
        values = [bound(ARRAYS, x, b) for x, b in zip(operands, batched, strict=True)]
        result = ARRAYS.apply(op, given, values)
        if np.isfinite(result.data).all():
            check_transposes(op, values, given, seed)


def check_batches(case: Case, seed: int) -> None:
    """A batch in front of vectors gives, example by example, what one example gives."""
    generator = np.random.default_rng(seed)
    plain = [bound(ARRAYS, x) for x in case.operands]
    for batched in np.ndindex(*(2,) * len(plain)):
        values = [
            # Near the sample, where the operation is defined.
            Array(v.data + generator.normal(size=(4, *v.data.shape)) / 32, v.ndim) if b else v
            for v, b in zip(plain, batched, strict=True)
        ]
        check_transposes(case.op, values, case.parameters, seed)
        result = ARRAYS.apply(case.op, case.parameters, values)
        for i in range(result.batch or 0):
            alone = [v if v.batch is None else Array(v.data[i], v.ndim) for v in values]
            expected = ARRAYS.apply(case.op, case.parameters, alone)
            what = f"{case}: example {i} of a batch"
            require(expected.shape == result.shape, f"{what} has shape {expected.shape}")
            require_close(result.data[i], expected, "1e-13", what)


# Second derivatives


def goal_graph(case: Case) -> tuple[WengertList, bool]:
    """Return the operation's graph, and whether it ends in the sum of squares of the result.

    It does where the result is not a number.
    """
    builder = Builder()
    _operands, result = _written(builder, case)
    squared = result.shape != ()
    goal = builder.maths.sum(result * result) if squared else result
    return builder.finish([builder.name(goal, "J")]), squared


def _second_difference(goal: Callable[[list[Any]], Any], at: list[Any], u: Any, v: Any) -> Any:
    step = NUMBERS.number(Fraction(1, 10**20))

    def moved(p: int, q: int) -> Any:
        return goal([x + a * (p * step) + b * (q * step) for x, a, b in zip(at, u, v, strict=True)])

    return (moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)) / (4 * step**2)


def check_second_order(case: Case) -> None:
    """The gradient graph of the gradient graph agrees with second differences."""
    graph, _squared = goal_graph(case)
    at = [bound(FINE, x) for x in case.operands]
    gradient = gradient_graph(graph)

    def goal(there: list[Any]) -> Any:
        return flat(outputs(graph, FINE, there)[0])[0]

    for first, derivative in enumerate(gradient.outputs):
        rows = outputs(gradient_graph(gradient, derivative), FINE, at)
        for second, row in enumerate(rows):
            what = f"{case}: second derivative by {first} and {second}"
            u = [FINE.one(x) if i == first else FINE.zero(x) for i, x in enumerate(at)]
            differences = [
                _second_difference(
                    goal, at, u, [e if i == second else FINE.zero(x) for i, x in enumerate(at)]
                )
                for e in _units(FINE, at[second])
            ]
            require_close(row, differences, "1e-34", f"{what}, differences")

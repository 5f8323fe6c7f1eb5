"""Every law for every operation: a new operation is covered by being registered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS
from chainrule.ops import OPS, Op
from tests.laws import check, corners
from tests.laws.cases import BORDER, CASES, ENTRY_KINKS, KINKS, OUTSIDE, SCALAR_CASES, Case, Corner
from tests.laws.references import reference

each_case = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_an_operation_has_places_at_which_it_is_tested(op: Op) -> None:
    check.check_places(op)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_an_operation_is_documented(op: Op) -> None:
    assert op.doc.endswith((".", "…"))


@each_case
def test_values_are_those_of_mpmath_and_numpy(case: Case) -> None:
    check.check_value(case, reference(case.op.name))


@each_case
def test_partials_are_the_slopes_of_central_differences(case: Case) -> None:
    check.check_partials(case)


@each_case
def test_partials_are_the_derivatives_of_sympy(case: Case) -> None:
    check.check_symbolic(case, reference(case.op.name))


@each_case
def test_partials_are_the_same_in_every_algebra(case: Case) -> None:
    check.check_kinds(case)


@each_case
def test_second_derivatives(case: Case) -> None:
    check.check_second_order(case, reference(case.op.name))


@pytest.mark.parametrize("case", [c for c in CASES if not c.is_scalar], ids=str)
def test_maps_are_transposes(case: Case) -> None:
    values = [check.bound(check.FINE, x) for x in case.operands]
    for slot in range(len(values)):
        assert check.check_map(case.op, values, case.parameters, slot)


def _stacks() -> Iterator[tuple[Op, Any, list[list[Any]]]]:
    """Yield the scalar operations with their samples slot by slot."""
    kinds: dict[Any, list[Case]] = {}
    for case in SCALAR_CASES:
        key = case.op.name, len(case.operands), tuple(sorted(case.parameters.items()))
        kinds.setdefault(key, []).append(case)
    for cases in kinds.values():
        columns = [list(column) for column in zip(*(c.operands for c in cases), strict=True)]
        # Two samples at least, so that an axis of one never hides a wrong sum.
        wide = [column if len(column) > 1 else column + column for column in columns]
        yield cases[0].op, cases[0].parameters, wide


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


@pytest.mark.parametrize(("op", "given", "columns"), list(_stacks()), ids=str)
def test_shapes_are_broadcast_and_batches_summed(
    op: Op, given: Any, columns: list[list[Any]], sample_seed: int
) -> None:
    for operands, batched in _layouts(columns):
        check.check_layout(op, operands, batched, given)
        values = [check.bound(ARRAYS, x, b) for x, b in zip(operands, batched, strict=True)]
        result = ARRAYS.apply(op, given, values)
        if np.isfinite(result.data).all():
            check.check_transposes(op, values, given, sample_seed)


@pytest.mark.parametrize("case", [c for c in CASES if not c.is_scalar], ids=str)
def test_tensor_maps_carry_a_batch_in_front(case: Case, sample_seed: int) -> None:
    generator = np.random.default_rng(sample_seed)
    plain = [check.bound(ARRAYS, x) for x in case.operands]
    for batched in np.ndindex(*(2,) * len(plain)):
        values = [
            # Near the sample, where the operation is defined.
            Array(v.data + generator.normal(size=(4, *v.data.shape)) / 32, v.ndim) if b else v
            for v, b in zip(plain, batched, strict=True)
        ]
        check.check_transposes(case.op, values, case.parameters, sample_seed)
        _each_example_alone(case, values, sample_seed)


def _each_example_alone(case: Case, values: Sequence[Array], seed: int) -> None:
    """The batch gives, example by example, what one example gives."""
    result = ARRAYS.apply(case.op, case.parameters, values)
    if result.batch is None:
        return
    for i in range(result.batch):
        alone = [v if v.batch is None else Array(v.data[i], v.ndim) for v in values]
        expected = ARRAYS.apply(case.op, case.parameters, alone)
        assert expected.shape == result.shape
        np.testing.assert_allclose(result.data[i], expected.data, rtol=1e-13)


@pytest.mark.parametrize(
    ("op", "corner"),
    [(OPS[name], corner) for name, corners in KINKS.items() for corner in corners],
    ids=str,
)
def test_kinks(op: Op, corner: Corner) -> None:
    corners.check_kink(op, corner)


@pytest.mark.parametrize(
    ("op", "row"), [(OPS[name], row) for name, rows in ENTRY_KINKS.items() for row in rows], ids=str
)
def test_kinks_among_entries(op: Op, row: Any, sample_seed: int) -> None:
    operand, used, given = row
    generator = np.random.default_rng(sample_seed)
    shape = np.shape(operand)
    directions = [generator.integers(-2, 3, shape).tolist() for _ in range(20)]
    directions += np.eye(int(np.prod(shape)), dtype=int).reshape(-1, *shape).tolist()
    corners.check_entry_kink(op, operand, used, given, directions)


@pytest.mark.parametrize(
    ("op", "corner"),
    [(OPS[name], c) for name, corners in KINKS.items() for c in corners if c.used],
    ids=str,
)
def test_second_derivatives_at_kinks_are_undefined(op: Op, corner: Corner) -> None:
    corners.check_second_at_kink(op, corner)


@pytest.mark.parametrize(
    ("op", "operands", "word"),
    [(OPS[name], *row) for name, rows in OUTSIDE.items() for row in rows],
    ids=str,
)
def test_outside_the_domain(op: Op, operands: Sequence[Any], word: str) -> None:
    corners.check_outside(op, operands, word)


@pytest.mark.parametrize(
    ("op", "operands", "value", "slopes"),
    [(OPS[name], *row) for name, rows in BORDER.items() for row in rows],
    ids=str,
)
def test_at_the_border_of_the_domain(
    op: Op, operands: Sequence[Any], value: Any, slopes: Sequence[bool]
) -> None:
    corners.check_border(op, operands, value, slopes)

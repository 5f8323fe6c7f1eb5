"""Every law for every operation: a new operation is covered by being registered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from chainrule.ops import OPS, Op
from chainrule.testing import corners, laws
from chainrule.testing.laws import Case, Corner
from tests.laws import outside
from tests.laws.cases import (
    BORDER,
    CASES,
    ENTRY_KINKS,
    KINKS,
    LEAVES,
    OUTSIDE,
    SCALAR_CASES,
    cases_of,
)
from tests.laws.references import reference

each_case = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_an_operation_has_places_at_which_it_is_tested(op: Op) -> None:
    if op.name not in LEAVES:
        kinks = KINKS.get(op.name) or ENTRY_KINKS.get(op.name)
        borders = op.name in OUTSIDE and BORDER.get(op.name)
        laws.check_places(op, list(cases_of(op)), kinks=kinks, borders=borders)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_an_operation_is_documented(op: Op) -> None:
    assert op.doc.endswith((".", "…"))


@each_case
def test_values_are_those_of_mpmath_and_numpy(case: Case) -> None:
    outside.check_value(case, reference(case.op.name))


@each_case
def test_partials_are_the_slopes_of_central_differences(case: Case) -> None:
    laws.check_partials(case)


@each_case
def test_partials_are_the_derivatives_of_sympy(case: Case) -> None:
    outside.check_symbolic(case, reference(case.op.name))


@each_case
def test_partials_are_the_same_in_every_algebra(case: Case) -> None:
    laws.check_kinds(case)


@each_case
def test_second_derivatives(case: Case) -> None:
    laws.check_second_order(case)
    outside.check_seconds_by_sympy(case, reference(case.op.name))


@pytest.mark.parametrize("case", [c for c in CASES if not c.is_scalar], ids=str)
def test_maps_are_transposes(case: Case) -> None:
    values = [laws.bound(laws.FINE, x) for x in case.operands]
    for slot in range(len(values)):
        assert laws.check_map(case.op, values, case.parameters, slot)


@pytest.mark.parametrize(("op", "given", "columns"), list(laws.stacked(SCALAR_CASES)), ids=str)
def test_shapes_are_broadcast_and_batches_summed(
    op: Op, given: Any, columns: list[list[Any]], sample_seed: int
) -> None:
    laws.check_layouts(op, given, columns, sample_seed)


@pytest.mark.parametrize("case", [c for c in CASES if not c.is_scalar], ids=str)
def test_tensor_maps_carry_a_batch_in_front(case: Case, sample_seed: int) -> None:
    laws.check_batches(case, sample_seed)


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
    outside.check_entry_kink(op, operand, used, given, directions)


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

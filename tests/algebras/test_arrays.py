"""Arrays: shapes and batches, the fit between them, and entries that are no numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from chainrule.algebras.array import Array
from chainrule.algebras.arrays import ARRAYS, Arrays
from chainrule.algebras.undefined import Undefined
from chainrule.errors import ShapeError
from chainrule.ops import OPS
from chainrule.testing.digits import digits_algebra

FINE = Arrays(digits_algebra(50))
BOTH = pytest.mark.parametrize("algebra", [ARRAYS, FINE], ids=["double", "50 digits"])


def plain(entries: Any) -> Array:
    data = np.asarray(entries, dtype=float)
    return Array(data, data.ndim)


def batch(entries: Any) -> Array:
    data = np.asarray(entries, dtype=float)
    return Array(data, data.ndim - 1)


def test_the_batch_axis_is_no_part_of_the_shape() -> None:
    assert (plain([[1, 2, 3]]).shape, plain([[1, 2, 3]]).batch) == ((1, 3), None)
    assert (batch([[1, 2, 3]]).shape, batch([[1, 2, 3]]).batch) == ((3,), 1)
    assert (batch([1, 2]).shape, batch([1, 2]).batch) == ((), 2)
    assert (plain(4).shape, plain(4).batch) == ((), None)


def test_a_batch_of_scalars_meets_a_vector() -> None:
    result = batch([1, 2]) * plain([10, 20, 30])
    assert (result.shape, result.batch) == ((3,), 2)
    assert result.data.tolist() == [[10, 20, 30], [20, 40, 60]]
    flipped = plain([10, 20, 30]) - batch([1, 2])
    assert flipped.data.tolist() == [[9, 19, 29], [8, 18, 28]]


def test_a_batch_as_long_as_the_vector_is_not_mixed_up_with_it() -> None:
    result = batch([1, 2, 3]) + plain([10, 20, 30])
    assert (result.shape, result.batch) == ((3,), 3)
    assert result.data.tolist() == [[11, 21, 31], [12, 22, 32], [13, 23, 33]]


def test_arithmetic_with_plain_numbers() -> None:
    x = plain([2.0, 4.0])
    for result, expected in (
        (1 + x, [3, 5]),
        (1 - x, [-1, -3]),
        (x - 1, [1, 3]),
        (2 * x, [4, 8]),
        (8 / x, [4, 2]),
        (x / 2, [1, 2]),
        (x**2, [4, 16]),
        (-x, [-2, -4]),
    ):
        assert result.data.tolist() == expected
        assert result.shape == (2,)


@BOTH
def test_scalars_stay_arrays(algebra: Arrays) -> None:
    x = algebra.array(3, ())
    for result in (-x, x**2, x + 1, 1 / x, algebra.zero(x), algebra.one(x), algebra.fit(1, x)):
        assert isinstance(result.data, np.ndarray)
        assert (result.shape, result.batch) == ((), None)


@pytest.mark.parametrize("left", [(2, 3), (3,)])
@pytest.mark.parametrize("right", [(3, 4), (3,)])
@pytest.mark.parametrize("batched", [(False, False), (True, False), (False, True), (True, True)])
def test_matrix_products_carry_the_batch(
    left: tuple[int, ...], right: tuple[int, ...], batched: tuple[bool, bool]
) -> None:
    generator = np.random.default_rng(0)
    a, b = (
        Array(generator.normal(size=((5,) if lead else ()) + shape), len(shape))
        for shape, lead in zip((left, right), batched, strict=True)
    )
    result = a @ b
    assert result.shape == OPS["matmul"].shape(left, right)
    assert result.batch == (5 if any(batched) else None)
    for i in range(5 if any(batched) else 0):
        one, other = (
            x.data[i] if lead else x.data for x, lead in zip((a, b), batched, strict=True)
        )
        np.testing.assert_allclose(result.data[i], np.matmul(one, other))


@pytest.mark.parametrize(
    ("value", "like", "expected"),
    [
        # Forward mode: repeated up.
        (plain(2), plain([0, 0, 0]), [2, 2, 2]),
        (plain([1, 2]), plain([[0, 0], [0, 0]]), [[1, 2], [1, 2]]),
        (plain([[1], [2]]), plain([[0, 0], [0, 0]]), [[1, 1], [2, 2]]),
        (plain([1, 2]), batch([[0, 0], [0, 0], [0, 0]]), [[1, 2], [1, 2], [1, 2]]),
        (plain(5), batch([[0, 0]]), [[5, 5]]),
        (batch([1, 2]), batch([[0, 0, 0], [0, 0, 0]]), [[1, 1, 1], [2, 2, 2]]),
        # Reverse mode: summed down, and over the batch.
        (plain([1, 2, 3]), plain(0), 6),
        (plain([[1, 2], [3, 4]]), plain([0, 0]), [4, 6]),
        (plain([[1, 2], [3, 4]]), plain([[0, 0]]), [[4, 6]]),
        (plain([[1, 2], [3, 4]]), plain([[0], [0]]), [[3], [7]]),
        (plain([[1, 2], [3, 4]]), plain(0), 10),
        (batch([[1, 2], [3, 4]]), plain([0, 0]), [4, 6]),
        (batch([[1, 2], [3, 4]]), batch([0, 0]), [3, 7]),
        (batch([[1, 2], [3, 4]]), plain(0), 10),
        # Both at once: the batch summed, the shape repeated.
        (batch([1, 2]), plain([0, 0, 0]), [3, 3, 3]),
        # Nothing to do.
        (plain([1, 2]), plain([0, 0]), [1, 2]),
        (batch([[1, 2]]), batch([[0, 0]]), [[1, 2]]),
    ],
)
def test_fit(value: Array, like: Array, expected: Any) -> None:
    fitted = ARRAYS.fit(value, like)
    assert fitted.data.tolist() == expected
    assert (fitted.shape, fitted.batch) == (like.shape, like.batch)


def test_fit_takes_structural_numbers() -> None:
    fitted = ARRAYS.fit(1, batch([[0, 0], [0, 0]]))
    assert fitted.data.tolist() == [[1, 1], [1, 1]]


@BOTH
def test_zeros_and_ones_where_entries_are_infinite(algebra: Arrays) -> None:
    like = Array(algebra.array([1, 2], (2,)).data * math.inf, 1)
    assert algebra.zero(like).data.tolist() == [0, 0]
    assert algebra.one(like).data.tolist() == [1, 1]
    assert algebra.one(like).data.dtype == like.data.dtype


@BOTH
def test_entries_are_exact_and_shapes_checked(algebra: Arrays) -> None:
    third = algebra.array([Fraction(1, 3)], (1,)).data[0]
    assert abs(float(third) - 1 / 3) < 1e-16
    with pytest.raises(ShapeError, match=r"\(2,\).*\(3,\)"):
        algebra.array([1, 2], (3,))
    assert algebra.array([[1, 2]], (2,), batched=True).batch == 1
    with pytest.raises(ShapeError):
        algebra.array([1, 2], (2,), batched=True)


def test_arrays_of_many_digits_carry_them() -> None:
    tenth = FINE.array([Fraction(1, 10)], (1,)).data[0]
    assert abs(tenth * 10 - 1) < 1e-48
    assert FINE.maths.pi.data.item() == digits_algebra(50).maths.pi


def test_numbers_beyond_the_largest_double() -> None:
    assert ARRAYS.number(Fraction(10**400)).data == math.inf
    assert ARRAYS.array([10**400, -(10**400), 1], (3,)).data.tolist() == [math.inf, -math.inf, 1]


@pytest.mark.parametrize(
    ("name", "operands", "expected"),
    [
        ("log", ([-1, 1],), [math.nan, 0]),
        ("sqrt", ([-1, 4],), [math.nan, 2]),
        ("power", ([-8, -8, 0], [Fraction(1, 3), 3, 0]), [math.nan, -512, 1]),
        ("exp", ([-1000, 0],), [0, 1]),
    ],
)
def test_entries_outside_the_domain_are_nan(
    name: str, operands: tuple[Any, ...], expected: list[float]
) -> None:
    for algebra in (ARRAYS, FINE):
        values = [algebra.array(x, (len(x),)) for x in operands]
        result = algebra.apply(OPS[name], {}, values)
        got = [math.nan if type(x) is Undefined else float(x) for x in result.data]
        np.testing.assert_allclose(got, expected, atol=1e-300)


def test_division_by_zero_spoils_its_own_entry_only() -> None:
    ones = ([1, 1], [0, 2])
    assert ARRAYS.apply(OPS["div"], {}, [plain(x) for x in ones]).data.tolist() == [math.inf, 0.5]
    values = [FINE.array(x, (2,)) for x in ones]
    result = FINE.apply(OPS["div"], {}, values)
    assert result.data[0].needs == "a divisor other than 0"
    assert result.data[1] == 0.5
    for slot in (0, 1):
        partial = FINE.partial(OPS["div"], {}, slot, result, values)
        assert type(partial.data[0]) is Undefined
        assert partial.data[1] == (0.5, -0.25)[slot]


def test_no_warning_where_entries_overflow() -> None:
    x = plain([1e3, -1e3])
    assert ARRAYS.apply(OPS["exp"], {}, [x]).data.tolist() == [math.inf, 0]
    assert ARRAYS.apply(OPS["sigmoid"], {}, [x]).data.tolist() == [1, 0]

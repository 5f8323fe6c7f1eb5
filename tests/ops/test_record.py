"""The record of an operation, its registry, and the shapes of results."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from chainrule.algebras.float64 import FLOAT64
from chainrule.errors import ShapeError
from chainrule.ops import OPS, Domain, Op, Shape
from chainrule.ops.arithmetic import whole
from chainrule.ops.record import same_shape


@pytest.mark.parametrize(
    ("shapes", "result"),
    [
        ((), ()),
        (((),), ()),
        (((), ()), ()),
        (((3,), ()), (3,)),
        (((), (3,)), (3,)),
        (((3,), (3,)), (3,)),
        (((1,), (3,)), (3,)),
        (((3,), (1,)), (3,)),
        (((2, 3), (3,)), (2, 3)),
        (((3,), (2, 3)), (2, 3)),
        (((2, 1), (1, 3)), (2, 3)),
        (((2, 1), (3,)), (2, 3)),
        (((1, 1), (3,)), (1, 3)),
        (((2, 3), (2, 1), (3,)), (2, 3)),
    ],
)
def test_shapes_are_broadcast_as_numpy_does(shapes: tuple[Shape, ...], result: Shape) -> None:
    assert same_shape(*shapes) == result


@pytest.mark.parametrize("shapes", [((2,), (3,)), ((2, 3), (2,)), ((2, 3), (3, 2))])
def test_shapes_that_do_not_fit_are_both_named(shapes: tuple[Shape, Shape]) -> None:
    with pytest.raises(ShapeError) as refusal:
        same_shape(*shapes)
    assert all(str(shape) in str(refusal.value) for shape in shapes)


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ((2, 3), (3, 4), (2, 4)),
        ((2, 3), (3,), (2,)),
        ((3,), (3, 4), (4,)),
        ((3,), (3,), ()),
        ((1, 3), (3, 1), (1, 1)),
    ],
)
def test_shape_of_a_matrix_product(left: Shape, right: Shape, result: Shape) -> None:
    assert OPS["matmul"].shape(left, right) == result


@pytest.mark.parametrize(
    ("left", "right"), [((2, 3), (2,)), ((2, 3), (2, 3)), ((), (3,)), ((3,), ()), ((1, 2, 3), (3,))]
)
def test_matrix_products_that_do_not_fit(left: Shape, right: Shape) -> None:
    with pytest.raises(ShapeError, match="inner sizes must be equal") as refusal:
        OPS["matmul"].shape(left, right)
    assert str(left) in str(refusal.value)
    assert str(right) in str(refusal.value)


def test_shapes_of_the_other_tensor_operations() -> None:
    assert OPS["outer"].shape((2,), (3,)) == (2, 3)
    assert OPS["transpose"].shape((2, 3)) == (3, 2)
    assert OPS["sum"].shape((2, 3)) == ()
    with pytest.raises(ShapeError, match="both must be vectors"):
        OPS["outer"].shape((2, 3), (3,))
    with pytest.raises(ShapeError, match="a matrix is needed"):
        OPS["transpose"].shape((3,))


def test_spellings_find_their_operation() -> None:
    assert OPS.spelled["ln"] is OPS["log"]
    assert OPS.spelled["log"] is OPS["log"]
    assert OPS.spelled["σ"] is OPS["sigmoid"]
    assert "add" not in OPS.spelled
    for spelling, op in OPS.spelled.items():
        assert spelling in op.spellings
    for op in OPS.values():
        assert all(OPS.spelled[spelling] is op for spelling in op.spellings)


def test_a_name_is_the_name_of_its_record() -> None:
    assert all(op.name == name for name, op in OPS.items())
    assert len(OPS) == len(list(OPS))


def test_smoothness_by_slot() -> None:
    assert OPS["sin"].smooth_at(0) is None
    first, second = OPS["power"].smooth_at(0), OPS["power"].smooth_at(1)
    assert first is not None and second is not None and first is not second
    positive = Domain(lambda *xs: True, "anything")
    many = Op("f", None, lambda m, *xs: xs[0], lambda slot: lambda *xs: slot, smooth=(positive,))
    assert many.smooth_at(5) is positive


def test_rules_by_slot_where_there_are_any_number_of_operands() -> None:
    rule = OPS["max_weight"].partial(3)
    assert rule(None, None, 1.0, 2.0, slot=0) == 0


def test_a_record_shows_its_name() -> None:
    assert repr(OPS["sin"]) == "Op('sin')"


def test_the_records_need_neither_sympy_nor_networkx() -> None:
    code = "import sys, chainrule.ops; print('sympy' in sys.modules, 'networkx' in sys.modules)"
    path = [p for p in sys.path if p]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {code}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["False", "False"]


def test_numbers_are_computed_by_the_stable_form() -> None:
    softplus = OPS["softplus"]
    assert softplus.numeric is softplus.stable
    assert OPS["sin"].numeric is OPS["sin"].value


@pytest.mark.parametrize("number", [0, -3, 7.0, 1e300])
def test_whole_numbers(number: float) -> None:
    assert whole(number)


@pytest.mark.parametrize("number", [2.5, -1e-300, float("inf"), float("nan")])
def test_numbers_that_are_not_whole(number: float) -> None:
    assert not whole(number)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.parity], ids=str)
def test_parity_is_that_of_the_values(op: Op) -> None:
    values = FLOAT64.maths
    for (x,) in op.samples:
        assert op.value(values, -x) == op.parity * op.value(values, x)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.numpy], ids=str)
def test_numpy_computes_what_its_name_promises(op: Op) -> None:
    for sample in op.samples:
        value = op.value(FLOAT64.maths, *sample, **op.parameters)
        assert getattr(np, op.numpy)(*sample) == pytest.approx(value, rel=1e-14)

"""ONNX models as graphs: the numbers are those of ONNX's own reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from chainrule.errors import GraphError
from chainrule.facade import Graph
from tests.crosscheck.test_from_torch import MODULES, dense, drawn

DOUBLE = TensorProto.DOUBLE
# PyTorch's exporter uses what PyTorch is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning")
# ONNX's reference has no slope, and rounds the constants of selu to single precision.
EXPORTED = ("dense, rows", "convolution", "norm", "batch norm")


def exported(module: Any, x: Any) -> Any:
    return torch.onnx.export(module, (x,), verbose=False).model_proto


# What ONNX's reference computes in single precision.
SINGLE = ("Erf", "Gelu", "Mish", "HardSwish", "norm")


def agrees(model: Any, what: str = "", **inputs: Any) -> None:
    close = 1e-6 if what in SINGLE else 1e-12
    expected = ReferenceEvaluator(model).run(None, inputs)[0]
    own = Graph.from_onnx(model)
    free = [name for name in own.variables if name not in own.weights]
    point = dict(zip(free, (x.tolist() for x in inputs.values()), strict=True))
    np.testing.assert_allclose(own.evaluate(point), expected, rtol=close, atol=close)


@pytest.mark.parametrize("what", EXPORTED)
def test_modules_that_pytorch_exports(what: str) -> None:
    make, shape = MODULES[what]
    torch.manual_seed(3)
    module, x = make().eval(), drawn(*shape)
    model = exported(module, x)
    (entry,) = model.graph.input
    agrees(model, what, **{entry.name: x.numpy()})


def one(operator: str, shapes: tuple[tuple[int, ...], ...], **options: Any) -> Any:
    names = [f"x{i}" for i in range(len(shapes))]
    ins = [helper.make_tensor_value_info(n, DOUBLE, s) for n, s in zip(names, shapes, strict=True)]
    out = helper.make_tensor_value_info("y", DOUBLE, None)
    node = helper.make_node(operator, names, ["y"], **options)
    graph = helper.make_graph([node], "one", ins, [out])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])


ONE: list[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any]]] = [
    *(
        (name, ((2, 3),), {})
        for name in (
            "Sin",
            "Cos",
            "Tan",
            "Asin",
            "Acos",
            "Atan",
            "Sinh",
            "Cosh",
            "Tanh",
            "Asinh",
            "Atanh",
            "Exp",
            "Log",
            "Sqrt",
            "Reciprocal",
            "Abs",
            "Neg",
            "Sign",
            "Floor",
            "Ceil",
            "Erf",
            "Relu",
            "Sigmoid",
            "Softplus",
            "Mish",
            "Softsign",
            "HardSwish",
            "Gelu",
            "Softmax",
            "LogSoftmax",
            "ReduceSum",
            "ReduceMean",
            "ReduceMax",
            "ReduceMin",
            "Flatten",
            "Transpose",
            "Identity",
            "Dropout",
        )
    ),
    ("LeakyRelu", ((3,),), {"alpha": 0.25}),
    ("Elu", ((3,),), {"alpha": 2.0}),
    ("HardSigmoid", ((3,),), {"alpha": 0.25, "beta": 0.5}),
    *((name, ((2, 3), (3,)), {}) for name in ("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min")),
    ("Sum", ((2,), (2,), (2,)), {}),
    ("Clip", ((3,), (), ()), {}),
    ("MatMul", ((2, 2, 3), (2, 3, 2)), {}),
    ("Gemm", ((3, 2), (3, 4), (4,)), {"transA": 1, "alpha": 0.5, "beta": 2.0}),
    ("Softmax", ((2, 3, 1),), {"axis": 1}),
    ("Transpose", ((1, 2, 3),), {"perm": [0, 2, 1]}),
    ("Concat", ((2, 3), (2, 1)), {"axis": 1}),
    (
        "Conv",
        ((1, 2, 5, 5), (4, 1, 3, 3), (4,)),
        {"group": 2, "pads": [1, 0, 1, 0], "strides": [2, 2], "kernel_shape": [3, 3]},
    ),
    ("MaxPool", ((1, 2, 4, 4),), {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ("AveragePool", ((1, 1, 4, 5),), {"kernel_shape": [3, 2]}),
    ("GlobalAveragePool", ((2, 3, 2, 2),), {}),
    ("BatchNormalization", ((2, 3, 2, 2), (3,), (3,), (3,), (3,)), {}),
    ("LayerNormalization", ((2, 3), (3,), (3,)), {"axis": -1}),
]


@pytest.mark.parametrize(("operator", "shapes", "options"), ONE, ids=lambda x: str(x)[:24])
def test_operator(operator: str, shapes: Any, options: dict[str, Any]) -> None:
    inputs = {f"x{i}": drawn(*s, seed=i).numpy() for i, s in enumerate(shapes)}
    if operator == "Clip":
        inputs |= {"x1": np.array(0.3), "x2": np.array(0.6)}
    agrees(one(operator, shapes, **options), operator, **inputs)


@pytest.mark.parametrize(
    "change",
    [
        ("Unsqueeze", [1]),
        ("Reshape", [3, -1]),
        ("Reshape", [0, 3, 1]),
        ("Expand", [2, 2, 3]),
        ("ReduceSum", [0]),
        ("Gather", [1, 0, 1]),
    ],
)
def test_shapes_that_are_constants(change: tuple[str, list[int]]) -> None:
    operator, numbers = change
    model = one(operator, ((2, 3), (1,)))
    del model.graph.input[1]
    model.graph.initializer.append(numpy_helper.from_array(np.array(numbers), "x1"))
    agrees(model, x0=drawn(2, 3).numpy())


def test_a_file_and_names(tmp_path: Path) -> None:
    torch.manual_seed(2)
    file = tmp_path / "dense.onnx"
    rows = torch.export.Dim("rows")
    torch.onnx.export(
        dense().eval(),
        (drawn(4, 3),),
        str(file),
        input_names=["x"],
        output_names=["log_p"],
        dynamic_shapes=({0: rows},),
        verbose=False,
    )
    with pytest.raises(GraphError, match=r"leaves open a size of x \(\?, 3\)"):
        Graph.from_onnx(file)
    graph = Graph.from_onnx(file, x=(2, 3))
    assert sorted(graph.weights) == ["bias0", "bias2", "weight0", "weight2"]
    assert [node.name for node in graph if node.name == "log_p"] == ["log_p"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: one("CumSum", ((3,), ())), "CumSum of ONNX is no operation here"),
        (
            lambda: one("AveragePool", ((1, 1, 4, 4),), kernel_shape=[2, 2], ceil_mode=1),
            "ceil_mode",
        ),
        (
            lambda: one("MaxPool", ((1, 1, 5, 5),), kernel_shape=[2, 2], dilations=[2, 2]),
            "dilations",
        ),
        (lambda: one("Gelu", ((3,),), approximate="tanh"), "approximate other than none"),
        (
            lambda: one("BatchNormalization", ((2, 3), (3,), (3,), (3,), (3,)), training_mode=1),
            "training_mode",
        ),
        (lambda: one("Transpose", ((2, 3, 4),), perm=[2, 1, 0]), "not one transpose"),
    ],
)
def test_what_is_none_here_is_named(make: Callable[[], Any], says: str) -> None:
    with pytest.raises(GraphError, match=says):
        Graph.from_onnx(make())

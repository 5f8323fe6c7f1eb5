"""PyTorch modules and functions as graphs.

`torch.export` writes a module as a graph of ATen operations (torch.fx); the table says what each
is here. Weights become inputs that have their values. The file is long because the table is: each
operation is a row, with a function where its options are more than ours. Options have the names and
defaults that ATen gives them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from chainrule.errors import GraphError, needed
from chainrule.graph.builder import Expression
from chainrule.importing import Table, called, entrywise
from chainrule.importing.steps import Imported, Steps

HOW = ("none", "mean", "sum")
"""What PyTorch's numbers for the reduction of losses mean."""


def _axes(dim: Any) -> list[int] | None:
    if dim is None or dim == []:
        return None
    return [dim] if isinstance(dim, int) else list(dim)


def _over(operation: str) -> Callable[..., Any]:
    def write(s: Steps, x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return s.over(operation, x, _axes(dim), keepdim)

    return write


def _extreme(name: str, whole: str) -> Callable[..., Any]:
    def write(s: Steps, x: Any, other: Any = None) -> Any:
        if other is None:
            return s.over(whole, x)
        if not isinstance(other, Expression):
            raise GraphError("along one axis it is written as amax or amin")
        return getattr(s.m, name)(s.lift(x), other)

    return write


def _add(sign: int) -> Callable[..., Any]:
    def write(s: Steps, a: Any, b: Any, alpha: float = 1) -> Any:
        b = s.lift(b) if alpha == 1 else s.lift(b) * alpha
        return s.lift(a) + b if sign > 0 else s.lift(a) - b

    return write


def _pair(numbers: Any) -> tuple[int, int]:
    found = [numbers] if isinstance(numbers, int) else list(numbers)
    return found[0], found[-1]


def _convolve(s: Steps, x: Any, w: Any, bias: Any, stride: Any, padding: Any, groups: int) -> Any:
    if isinstance(padding, str):
        size = s.lift(w).shape[-2:]
        if padding == "same" and not all(n % 2 for n in size):
            raise GraphError('padding="same" is written for kernels of odd sizes')
        padding = (0, 0) if padding == "valid" else [(n - 1) // 2 for n in size]
    return s.convolve(x, w, bias, _pair(stride), _pair(padding) * 2, groups)


def _pool(operation: str) -> Callable[..., Any]:
    def write(s: Steps, x: Any, size: Any, stride: Any, padding: Any) -> Any:
        return s.pool(operation, x, _pair(size), stride and _pair(stride), _pair(padding) * 2)

    return write


def _to_one(s: Steps, x: Any, size: Any) -> Any:
    if set(_pair(size)) != {1}:
        raise GraphError("adaptive pooling is written for one entry a channel only")
    return s.mean(x, [-2, -1], keep=True)


def _batch_norm(
    s: Steps,
    x: Any,
    w: Any,
    b: Any,
    mean: Any,
    variance: Any,
    training: bool,
    _momentum: float,
    epsilon: float,
    _cudnn: bool,
) -> Any:
    return s.normalise_channels(x, None if training else mean, variance, w, b, epsilon)


def _dropout(s: Steps, x: Any, rate: float, training: bool) -> Any:
    if training and rate:
        raise GraphError("dropout draws at random while it is trained; call module.eval() first")
    return x


def _loss(name: str) -> Callable[..., Any]:
    def write(s: Steps, prediction: Any, target: Any, reduction: int) -> Any:
        losses = getattr(s.m, name)(s.lift(prediction), s.lift(target))
        return s.gathered(losses, HOW[reduction])

    return write


def _huber(s: Steps, p: Any, t: Any, reduction: int, delta: float) -> Any:
    return s.gathered(s.m.huber(s.lift(p), s.lift(t), delta=Fraction(delta)), HOW[reduction])


def _part(s: Steps, x: Any, dim: int, start: int | None, end: int | None) -> Any:
    size = s.lift(x).shape[dim]
    return s.part(x, dim, start or 0, size if end is None else min(end, size))


def _transpose(s: Steps, x: Any, a: int, b: int) -> Any:
    order = list(range(s.lift(x).ndim))
    order[a], order[b] = order[b], order[a]
    return s.permute(x, order)


def _expand(s: Steps, x: Any, shape: Sequence[int]) -> Any:
    have = s.lift(x).shape
    padded = (1,) * (len(shape) - len(have)) + have
    return s.spread(x, [n if m == -1 else m for n, m in zip(padded, shape, strict=True)])


def _filled(number: float) -> Callable[..., Any]:
    return lambda s, shape: s.spread(number, getattr(shape, "shape", shape))


def _attention(s: Steps, q: Any, k: Any, v: Any, scale: float | None) -> Any:
    k = s.lift(k)
    scores = s.matmul(q, _transpose(s, k, -2, -1)) * (scale or k.shape[-1] ** -0.5)
    return s.matmul(s.rows("softmax", scores), v)


def _variance(
    s: Steps,
    x: Any,
    dim: Any = None,
    unbiased: bool = True,
    correction: float | None = None,
    keepdim: bool = False,
) -> Any:
    x, axes = s.lift(x), _axes(dim)
    squares = s.m.square(x - s.mean(x, axes, keep=True))
    total = s.over("collapse", squares, axes, keepdim)
    many = prod(x.shape) // max(1, prod(total.shape))
    return total / (many - (int(unbiased) if correction is None else correction))


def _size(s: Steps, x: Any, ord: float | None, dim: Any, keepdim: bool) -> Any:
    if ord is not None and dim is None and s.lift(x).ndim > 1:
        raise GraphError("of norms of matrices, Frobenius's is written")
    if ord == 1:
        return s.over("collapse", s.m.abs(s.lift(x)), _axes(dim), keepdim)
    if ord not in (None, 2):
        raise GraphError("of norms, those of order 1 and 2 are written")
    return s.m.sqrt(s.over("collapse", s.m.square(s.lift(x)), _axes(dim), keepdim))


def _clip(s: Steps, x: Any, min: Any, max: Any) -> Any:
    if min is None or max is None:
        return s.clip(x, min, max)
    return s.m.clip(s.lift(x), s.lift(min), s.lift(max))


ALIKE = """
    sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp expm1 log log1p log2 log10
    sqrt square reciprocal abs neg sign floor ceil erf erfc lgamma digamma relu sigmoid silu mish
    gelu log_sigmoid selu mul div dot outer prod
"""
SAME = {
    "relu_": "relu",
    "hardswish": "hard_swish",
    "maximum": "max",
    "minimum": "min",
    "mv": "matmul",
    "mm": "matmul",
    "ger": "outer",
    **{name: name for name in ALIKE.split()},
}
"""ATen's names of operations that take the same operands here."""

UNCHANGED = "clone contiguous detach detach_ alias _to_copy lift_fresh_copy"

TABLE: Table = {
    **{theirs: entrywise(ours) for theirs, ours in SAME.items()},
    "hardsigmoid": lambda s, x: s.m.hard_sigmoid(s.lift(x), slope=Fraction(1, 6)),
    "add": _add(1),
    "sub": _add(-1),
    "rsub": lambda s, a, b: s.lift(b) - s.lift(a),
    "pow": lambda s, a, b: s.lift(a) ** s.lift(b),
    "rsqrt": lambda s, x: 1 / s.m.sqrt(s.lift(x)),
    "matmul": lambda s, a, b: s.matmul(a, b),
    "bmm": lambda s, a, b: s.matmul(a, b),
    "linear": lambda s, x, w, bias: s.affine(x, s.m.transpose(s.lift(w)), bias),
    "addmm": lambda s, c, a, b, alpha, beta: s.affine(a, b, c, alpha, beta),
    "t": lambda s, x: s.m.transpose(s.lift(x)),
    "numpy_T": lambda s, x: s.m.transpose(s.lift(x)),
    "transpose": _transpose,
    "permute": lambda s, x, order: s.permute(x, order),
    "view": lambda s, x, shape: s.view(x, shape),
    "reshape": lambda s, x, shape: s.view(x, shape),
    "flatten": lambda s, x, start_dim, end_dim: s.flatten(x, start_dim, end_dim),
    "unflatten": lambda s, x, axis, sizes: s.view(
        x, (*s.lift(x).shape[:axis], *sizes, *s.lift(x).shape[axis:][1:])
    ),
    "squeeze": lambda s, x, dim=None: s.squeeze(x, _axes(dim)),
    "unsqueeze": lambda s, x, dim: s.unsqueeze(x, [dim]),
    "expand": _expand,
    "select": lambda s, x, axis, place: s.at(x, axis, place),
    "slice": _part,
    "cat": lambda s, xs, dim: s.join(xs, dim),
    "stack": lambda s, xs, dim: s.join([s.unsqueeze(x, [dim]) for x in xs], dim),
    "broadcast_tensors": lambda s, xs: xs,
    "sum": _over("collapse"),
    "amax": _over("largest"),
    "amin": _over("smallest"),
    "max": _extreme("max", "largest"),
    "min": _extreme("min", "smallest"),
    "mean": _over("mean"),
    "softmax": lambda s, x, dim: s.rows("softmax", x, dim),
    "log_softmax": lambda s, x, dim: s.rows("log_softmax", x, dim),
    "leaky_relu": lambda s, x, negative_slope: s.m.leaky_relu(
        s.lift(x), slope=Fraction(negative_slope)
    ),
    "elu": lambda s, x, alpha: s.m.elu(s.lift(x), alpha=Fraction(alpha)),
    "softplus": lambda s, x, beta: s.m.softplus(s.lift(x) * beta) / beta,
    "var": _variance,
    "std": lambda s, x, **how: s.m.sqrt(_variance(s, x, **how)),
    "linalg_vector_norm": lambda s, x, ord, dim, keepdim: _size(
        s, x if dim else s.flatten(x), ord, dim, keepdim
    ),
    "linalg_norm": _size,
    "relu6": lambda s, x: _clip(s, x, 0, 6),
    "hardtanh": lambda s, x, min_val, max_val: _clip(s, x, min_val, max_val),
    "clamp": _clip,
    "conv2d": _convolve,
    "max_pool2d": _pool("largest"),
    "avg_pool2d": _pool("mean"),
    "adaptive_avg_pool2d": _to_one,
    "batch_norm": _batch_norm,
    "layer_norm": lambda s, x, shape, weight, bias, eps: s.normalise_layer(
        x, len(shape), weight, bias, eps
    ),
    "dropout": _dropout,
    "mse_loss": _loss("squared_error"),
    "l1_loss": _loss("absolute_error"),
    "huber_loss": _huber,
    "smooth_l1_loss": lambda s, p, t, reduction, beta: _huber(s, p, t, reduction, beta) / beta,
    "binary_cross_entropy": _loss("bce"),
    "binary_cross_entropy_with_logits": _loss("bce_with_logit"),
    "cross_entropy_loss": lambda s, a, t, reduction: s.cross_entropy(a, t, HOW[reduction]),
    "scaled_dot_product_attention": _attention,
    "ones": _filled(1.0),
    "zeros": _filled(0.0),
    "ones_like": _filled(1.0),
    "zeros_like": _filled(0.0),
    "to": lambda s, x, *_: x,
    "_assert_tensor_metadata": lambda s, *_, **__: None,
    **dict.fromkeys(UNCHANGED.split(), lambda s, x: x),
}


def from_torch(module: Any, *examples: Any) -> Imported:
    """Return the graph of a module or function, called with tensors of the shapes of `examples`.

    Raises
    ------
    GraphError
        If an operation of it is none here, with its name.
    """
    torch = needed("torch", "torch")

    if not isinstance(module, torch.nn.Module):
        module = _Function(torch, module)
    exported = torch.export.export(module, examples, strict=False)
    signature, steps = exported.graph_signature, Steps()
    weights = {**signature.inputs_to_parameters, **signature.inputs_to_buffers}
    constants = getattr(signature, "inputs_to_lifted_tensor_constants", {})
    values: dict[Any, Any] = {}
    for node in exported.graph.nodes:
        if node.op == "placeholder":
            if not node.users and node.name in weights:
                continue
            shape = tuple(node.meta["val"].shape)
            if node.name in weights:
                name = weights[node.name]
                value = exported.state_dict.get(name, exported.constants.get(name))
                values[node] = steps.input(name, shape, value.detach().cpu().double().numpy())
            elif node.name in constants:
                value = exported.constants[constants[node.name]].detach().cpu().double().numpy()
                values[node] = steps.array(value) if value.ndim else float(value)
            else:
                values[node] = steps.input(node.name, shape)
        elif node.op == "call_function":
            values[node] = _called(steps, node, values)
        elif node.op == "output":
            return steps.finish([_known(values, x) for x in node.args[0]])
    raise GraphError("the module returns nothing")


def _Function(torch: Any, function: Callable[..., Any]) -> Any:
    class Called(torch.nn.Module):  # type: ignore[misc]
        def forward(self, *tensors: Any) -> Any:
            return function(*tensors)

    return Called()


def _known(values: dict[Any, Any], given: Any) -> Any:
    """Return an argument with what was written in place of the nodes it names."""
    if isinstance(given, (list, tuple)):
        return [_known(values, x) for x in given]
    return values[given] if given in values else given if not hasattr(given, "meta") else None


def _called(steps: Steps, node: Any, values: dict[Any, Any]) -> Any:
    given = [_known(values, x) for x in node.args]
    if node.target is operator.getitem:
        return given[0][given[1]]
    packet = getattr(node.target, "overloadpacket", None)
    short = packet.__name__ if packet is not None else str(node.target)
    if short in ("to", "_to_copy") and (
        node.args[0].meta["val"].dtype.is_floating_point
        and not node.meta["val"].dtype.is_floating_point
    ):
        raise GraphError(f"{short} of PyTorch: numbers cut to whole ones are not written")
    arguments = node.target._schema.arguments if packet is not None else ()
    usual = {one.name: one.default_value for one in arguments if one.has_default_value()}
    named = usual.keys() | {one.name for one in arguments if one.kwarg_only}
    operands, options = [], {key: _known(values, x) for key, x in node.kwargs.items()}
    for one, value in zip(arguments, given, strict=False):
        if one.name in named:
            options[one.name] = value
        else:
            operands.append(value)
    return called(TABLE, short, "PyTorch", steps, operands, options, usual)

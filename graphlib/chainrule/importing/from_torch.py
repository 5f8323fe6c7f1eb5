"""PyTorch modules and functions as graphs.

`torch.export` writes a module as a graph of ATen operations (torch.fx); the table says what each
is here. Weights become inputs that have their values. The file is long because the table is: each
operation is a row, with a function where its options are more than ours.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from chainrule.errors import GraphError, needed
from chainrule.graph.builder import Expression
from chainrule.importing.steps import Imported, Steps, Table, entrywise

HOW = ("none", "mean", "sum")
"""What PyTorch's numbers for the reduction of losses mean."""


def _axes(dim: Any) -> list[int] | None:
    if dim is None or dim == []:
        return None
    return [dim] if isinstance(dim, int) else list(dim)


def _over(operation: str) -> Callable[..., Any]:
    def write(s: Steps, x: Any, dim: Any = None, keepdim: bool = False, **_: Any) -> Any:
        return s.over(operation, x, _axes(dim), keepdim)

    return write


def _linear(s: Steps, x: Any, w: Any, b: Any = None) -> Any:
    made = s.matmul(x, s.m.transpose(s.lift(w)))
    return made if b is None else made + b


def _addmm(s: Steps, b: Any, x: Any, w: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    made = s.matmul(x, w)
    made = made if alpha == 1 else made * alpha
    return made + (b if beta == 1 else s.lift(b) * beta)


def _extreme(name: str, whole: str) -> Callable[..., Any]:
    def write(s: Steps, x: Any, other: Any = None) -> Any:
        if other is None:
            return s.over(whole, x)
        if not isinstance(other, Expression):
            raise GraphError("along one axis it is written as amax or amin")
        return getattr(s.m, name)(s.lift(x), other)

    return write


def _add(sign: int) -> Callable[..., Any]:
    def write(s: Steps, a: Any, b: Any, *, alpha: float = 1) -> Any:
        b = s.lift(b) if alpha == 1 else s.lift(b) * alpha
        return s.lift(a) + b if sign > 0 else s.lift(a) - b

    return write


def _pair(numbers: Any) -> tuple[int, int]:
    found = [numbers] if isinstance(numbers, int) else list(numbers)
    return found[0], found[-1]


def _convolve(
    s: Steps,
    x: Any,
    w: Any,
    b: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    if set(_pair(dilation)) != {1}:
        raise GraphError("a convolution with dilation is not written")
    if isinstance(padding, str):
        size = s.lift(w).shape[-2:]
        if padding == "same" and not all(n % 2 for n in size):
            raise GraphError('padding="same" is written for kernels of odd sizes')
        padding = (0, 0) if padding == "valid" else [(n - 1) // 2 for n in size]
    rows, columns = _pair(padding)
    return s.convolve(x, w, b, _pair(stride), (rows, columns, rows, columns), groups)


def _pool(operation: str) -> Callable[..., Any]:
    def write(
        s: Steps, x: Any, size: Any, stride: Any = (), padding: Any = 0, *further: Any
    ) -> Any:
        rows, columns = _pair(padding)
        # Of the largest: dilation, ceil_mode; of the mean: ceil_mode, pads counted, a divisor.
        usual = ((1, 1), False) if operation == "largest" else (False, True, None)
        for option, one in zip(further, usual, strict=False):
            if (option if one != (1, 1) else _pair(option)) != one:
                raise GraphError(
                    "pooling with dilation, ceil_mode or another divisor is not written"
                )
        size = _pair(size)
        made = s.pool(
            operation, x, size, _pair(stride) if stride else (), (rows, columns, rows, columns)
        )
        return made if operation == "largest" else made / (size[0] * size[1])

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
    momentum: float,
    epsilon: float,
    *_: Any,
) -> Any:
    x = s.lift(x)
    if training or mean is None:
        axes = [axis for axis in range(x.ndim) if axis != 1]
        mean = s.mean(x, axes, keep=True)
        variance = s.mean(s.m.square(x - mean), axes, keep=True)
    else:
        mean, variance = s.by_channel(x, mean), s.by_channel(x, variance)
    return s.normalise(x, mean, variance, s.by_channel(x, w), s.by_channel(x, b), epsilon)


def _dropout(s: Steps, x: Any, rate: float, training: bool) -> Any:
    if training and rate:
        raise GraphError("dropout draws at random while it is trained; call module.eval() first")
    return x


def _loss(name: str) -> Callable[..., Any]:
    def write(s: Steps, prediction: Any, target: Any, how: int = 1) -> Any:
        losses = getattr(s.m, name)(s.lift(prediction), s.lift(target))
        return s.gathered(losses, HOW[how])

    return write


def _bce(s: Steps, p: Any, t: Any, weight: Any = None, how: int = 1) -> Any:
    if weight is not None:
        raise GraphError("weights of classes are not written")
    return s.gathered(s.m.bce(s.lift(p), s.lift(t)), HOW[how])


def _bce_with_logits(
    s: Steps, a: Any, t: Any, weight: Any = None, positive: Any = None, how: int = 1
) -> Any:
    if weight is not None or positive is not None:
        raise GraphError("weights of classes are not written")
    return s.gathered(s.m.bce_with_logit(s.lift(a), s.lift(t)), HOW[how])


def _huber(s: Steps, p: Any, t: Any, how: int = 1, delta: float = 1.0) -> Any:
    return s.gathered(s.m.huber(s.lift(p), s.lift(t), delta=Fraction(delta)), HOW[how])


def _smooth(s: Steps, p: Any, t: Any, how: int = 1, beta: float = 1.0) -> Any:
    return _huber(s, p, t, how, beta) / beta


def _cross_entropy(
    s: Steps,
    logits: Any,
    target: Any,
    weight: Any = None,
    how: int = 1,
    ignored: int = -100,
    smoothing: float = 0.0,
) -> Any:
    if ignored != -100:
        raise GraphError("labels that are ignored are not written")
    if weight is not None or smoothing:
        raise GraphError("weights of classes and smoothed labels are not written")
    return s.cross_entropy(logits, target, HOW[how])


def _gelu(s: Steps, x: Any, *, approximate: str = "none") -> Any:
    if approximate != "none":
        raise GraphError("gelu is written exactly, not approximated by tanh")
    return s.m.gelu(s.lift(x))


def _softplus(s: Steps, x: Any, beta: float = 1, threshold: float = 20) -> Any:
    return s.m.softplus(s.lift(x) * beta) / beta


def _part(
    s: Steps,
    x: Any,
    axis: int = 0,
    start: int | None = None,
    stop: int | None = None,
    step: int = 1,
) -> Any:
    if step != 1:
        raise GraphError("every second entry is not written; all from one to another are")
    size = s.lift(x).shape[axis]
    return s.part(x, axis, start or 0, size if stop is None else min(stop, size))


def _stack(s: Steps, xs: Sequence[Any], axis: int = 0) -> Any:
    return s.join([_unsqueeze(s, x, axis) for x in xs], axis)


def _unsqueeze(s: Steps, x: Any, axis: int) -> Any:
    shape = list(s.lift(x).shape)
    shape.insert(axis % (len(shape) + 1), 1)
    return s.view(x, shape)


def _squeeze(s: Steps, x: Any, dim: Any = None) -> Any:
    shape = s.lift(x).shape
    axes = range(len(shape)) if dim is None else [axis % len(shape) for axis in _axes(dim) or ()]
    return s.view(x, [n for axis, n in enumerate(shape) if not (axis in axes and n == 1)])


def _transpose(s: Steps, x: Any, a: int, b: int) -> Any:
    order = list(range(s.lift(x).ndim))
    order[a], order[b] = order[b], order[a]
    return s.permute(x, order)


def _expand(s: Steps, x: Any, shape: Sequence[int]) -> Any:
    have = s.lift(x).shape
    padded = (1,) * (len(shape) - len(have)) + have
    return s.spread(x, [n if m == -1 else m for n, m in zip(padded, shape, strict=True)])


def _filled(number: float) -> Callable[..., Any]:
    return lambda s, shape, **_: s.spread(number, getattr(shape, "shape", shape))


def _attention(
    s: Steps,
    q: Any,
    k: Any,
    v: Any,
    mask: Any = None,
    dropped: float = 0.0,
    causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    if mask is not None or causal or dropped or enable_gqa:
        raise GraphError("attention with a mask or dropout is not written")
    k = s.lift(k)
    scores = s.matmul(q, _transpose(s, k, -2, -1)) * (scale or k.shape[-1] ** -0.5)
    return s.matmul(s.rows("softmax", scores), v)


def _variance(
    s: Steps, x: Any, dim: Any = None, *, correction: float | None = None, keepdim: bool = False
) -> Any:
    if isinstance(dim, bool):  # the old way to say whether n − 1 divides
        dim, correction = None, int(dim)
    x, axes = s.lift(x), _axes(dim)
    squares = s.m.square(x - s.mean(x, axes, keep=True))
    total = s.over("collapse", squares, axes, keepdim)
    many = prod(x.shape) // max(1, prod(total.shape))
    return total / (many - (1 if correction is None else correction))


def _size(
    s: Steps, x: Any, power: float | None = None, dim: Any = None, keepdim: bool = False, **_: Any
) -> Any:
    if power is not None and dim is None and s.lift(x).ndim > 1:
        raise GraphError("of norms of matrices, Frobenius's is written")
    power = 2 if power is None else power
    if power == 1:
        return s.over("collapse", s.m.abs(s.lift(x)), _axes(dim), keepdim)
    if power != 2:
        raise GraphError("of norms, those of order 1 and 2 are written")
    return s.m.sqrt(s.over("collapse", s.m.square(s.lift(x)), _axes(dim), keepdim))


ALIKE = """
    sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp expm1 log log1p log2 log10
    sqrt square reciprocal abs neg sign floor ceil erf erfc lgamma digamma relu sigmoid silu mish
    log_sigmoid selu mul div dot outer prod
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

TABLE: Table = {
    **{theirs: entrywise(ours) for theirs, ours in SAME.items()},
    "hardsigmoid": entrywise("hard_sigmoid", slope=Fraction(1, 6)),
    "add": _add(1),
    "sub": _add(-1),
    "rsub": lambda s, a, b: s.lift(b) - s.lift(a),
    "pow": lambda s, a, b: s.lift(a) ** s.lift(b),
    "rsqrt": lambda s, x: 1 / s.m.sqrt(s.lift(x)),
    "matmul": lambda s, a, b: s.matmul(a, b),
    "bmm": lambda s, a, b: s.matmul(a, b),
    "linear": _linear,
    "addmm": _addmm,
    "t": lambda s, x: s.m.transpose(s.lift(x)),
    "numpy_T": lambda s, x: s.m.transpose(s.lift(x)),
    "transpose": _transpose,
    "permute": lambda s, x, order: s.permute(x, order),
    "view": lambda s, x, shape: s.view(x, shape),
    "reshape": lambda s, x, shape: s.view(x, shape),
    "flatten": lambda s, x, start=0, end=-1: s.flatten(x, start, end),
    "unflatten": lambda s, x, axis, sizes: s.view(
        x, (*s.lift(x).shape[:axis], *sizes, *s.lift(x).shape[axis:][1:])
    ),
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "expand": _expand,
    "select": lambda s, x, axis, place: s.at(x, axis, place),
    "slice": _part,
    "cat": lambda s, xs, axis=0: s.join(xs, axis),
    "stack": _stack,
    "broadcast_tensors": lambda s, xs: xs,
    "sum": _over("collapse"),
    "amax": _over("largest"),
    "amin": _over("smallest"),
    "max": _extreme("max", "largest"),
    "min": _extreme("min", "smallest"),
    "mean": lambda s, x, dim=None, keepdim=False, **_: s.mean(x, _axes(dim), keepdim),
    "softmax": lambda s, x, dim=-1, *_: s.rows("softmax", x, dim),
    "log_softmax": lambda s, x, dim=-1, *_: s.rows("log_softmax", x, dim),
    "leaky_relu": entrywise("leaky_relu", slope=0.01),
    "elu": entrywise("elu", alpha=1),
    "gelu": _gelu,
    "softplus": _softplus,
    "var": _variance,
    "std": lambda s, x, *dim, **how: s.m.sqrt(_variance(s, x, *dim, **how)),
    "linalg_vector_norm": lambda s, x, *how, **more: _size(
        s, s.flatten(x) if len(how) < 2 else x, *how, **more
    ),
    "linalg_norm": _size,
    "relu6": lambda s, x: s.m.clip(s.lift(x), s.lift(0), s.lift(6)),
    "hardtanh": lambda s, x, low=-1, high=1: s.m.clip(s.lift(x), s.lift(low), s.lift(high)),
    "clamp": lambda s, x, low, high: s.m.clip(s.lift(x), s.lift(low), s.lift(high)),
    "conv2d": _convolve,
    "max_pool2d": _pool("largest"),
    "avg_pool2d": _pool("collapse"),
    "adaptive_avg_pool2d": _to_one,
    "batch_norm": _batch_norm,
    "layer_norm": lambda s, x, shape, w=None, b=None, epsilon=1e-5, *_: s.normalise_layer(
        x, len(shape), w, b, epsilon
    ),
    "dropout": _dropout,
    "mse_loss": _loss("squared_error"),
    "l1_loss": _loss("absolute_error"),
    "huber_loss": _huber,
    "smooth_l1_loss": _smooth,
    "binary_cross_entropy": _bce,
    "binary_cross_entropy_with_logits": _bce_with_logits,
    "cross_entropy_loss": _cross_entropy,
    "scaled_dot_product_attention": _attention,
    "ones": _filled(1.0),
    "zeros": _filled(0.0),
    "ones_like": _filled(1.0),
    "zeros_like": _filled(0.0),
    "clone": lambda s, x, **_: x,
    "contiguous": lambda s, x, **_: x,
    "detach": lambda s, x: x,
    "_assert_tensor_metadata": lambda s, *_, **__: None,
    "detach_": lambda s, x: x,
    "alias": lambda s, x: x,
    "to": lambda s, x, *_, **__: x,
    "_to_copy": lambda s, x, **_: x,
    "lift_fresh_copy": lambda s, x: x,
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
            values[node] = _called(torch, steps, node, values)
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


def _called(torch: Any, steps: Steps, node: Any, values: dict[Any, Any]) -> Any:
    arguments = [_known(values, x) for x in node.args]
    options = {
        key: _known(values, x)
        for key, x in node.kwargs.items()
        if key not in ("device", "pin_memory", "dtype", "layout", "memory_format")
    }
    if node.target is operator.getitem:
        return arguments[0][arguments[1]]
    name = str(node.target)
    packet = getattr(node.target, "overloadpacket", None)
    short = packet.__name__ if packet is not None else name
    if short in ("to", "_to_copy") and (
        node.args[0].meta["val"].dtype.is_floating_point
        and not node.meta["val"].dtype.is_floating_point
    ):
        raise GraphError(f"{short} of PyTorch: numbers cut to whole ones are not written")
    if short not in TABLE:
        raise GraphError(f"{short} of PyTorch is no operation here")
    try:
        return TABLE[short](steps, *arguments, **options)
    except GraphError as error:
        raise GraphError(f"{short} of PyTorch: {error}") from error
    except TypeError as error:
        raise GraphError(
            f"{short} of PyTorch is not written with these options: {error}"
        ) from error

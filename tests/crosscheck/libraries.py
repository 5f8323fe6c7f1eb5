"""The operations once more, in PyTorch and in JAX: what each library itself calls them.

An operation whose name is a function of the library needs no row. No row repeats the derivative of
a record, and none its value where the library has a function of its own.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import jax
import numpy as np
import torch
import torch.nn.functional as F
from jax import numpy as jnp

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

Function = Callable[..., Any]


def _axes(a: Any, shape: Sequence[int]) -> tuple[int, ...]:
    """Return the axes over which `a` is gathered to `shape`."""
    wide = (1,) * (len(a.shape) - len(shape)) + tuple(shape)
    return tuple(i for i, (n, k) in enumerate(zip(a.shape, wide, strict=True)) if n != k)


def _fold(f: Function, xs: Sequence[Any]) -> Any:
    result = xs[0]
    for x in xs[1:]:
        result = f(result, x)
    return result


COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "less": operator.lt,
    "at_most": operator.le,
    "greater": operator.gt,
    "at_least": operator.ge,
    "equal": operator.eq,
    "unequal": operator.ne,
}


def _holds(condition: Any, xs: Any) -> Any:
    what, *parts = condition
    if what == "positive":
        return xs[parts[0]] > 0
    if what in COMPARED:
        return COMPARED[what](*(xs[slot] for slot in parts))
    inner = [_holds(part, xs) for part in parts]
    if what == "not":
        return ~inner[0]
    return reduce(operator.and_ if what == "and" else operator.or_, inner)


def _chosen(f: Any, xs: Any, when: Any) -> Any:
    """Return the first of the values at the end whose condition holds."""
    *values, found = xs[len(xs) - len(when) :]
    for condition, value in zip(reversed(when[:-1]), reversed(values), strict=True):
        found = f.where(_holds(condition, xs), value, found)
    return found


def _block(start: Sequence[int], stop: Sequence[int]) -> tuple[slice, ...]:
    return tuple(slice(a, b) for a, b in zip(start, stop, strict=True))


def _margins(a: Any, start: Sequence[int], shape: Sequence[int]) -> list[tuple[int, int]]:
    begin = [*start, *(0 for _ in a.shape[len(start) :])]
    return [(b, n - b - k) for b, n, k in zip(begin, shape, a.shape, strict=True)]


def _images(x: Any) -> Any:
    return x.reshape((1, *((1,) if x.ndim == 2 else ()), *x.shape))


def _kernels(x: Any, k: Any) -> tuple[Any, tuple[int, ...]]:
    """Return kernels (results, channels, rows, columns), and the leading axes of the result."""
    lead = tuple(k.shape[: k.ndim - x.ndim])
    channels = 1 if x.ndim == 2 else x.shape[0]
    return k.reshape((math.prod(lead), channels, *k.shape[-2:])), lead


def _torch_conv(x: Any, k: Any, stride: int) -> Any:
    kernels, lead = _kernels(x, k)
    found = F.conv2d(_images(x), kernels, stride=stride)
    return found.reshape((*lead, *found.shape[-2:]))


def _jax_conv(x: Any, k: Any, stride: int) -> Any:
    kernels, lead = _kernels(x, k)
    found = jax.lax.conv_general_dilated(_images(x), kernels, (stride, stride), "VALID")
    return found.reshape((*lead, *found.shape[-2:]))


def _jax_patches(x: Any, size: tuple[int, int], stride: int) -> Any:
    found = jax.lax.conv_general_dilated_patches(_images(x), size, (stride, stride), "VALID")
    return found.reshape((found.shape[1], -1))


def _jax_unpatches(p: Any, size: Any, stride: int, shape: tuple[int, ...]) -> Any:
    take = jax.linear_transpose(lambda x: _jax_patches(x, size, stride), jnp.zeros(shape))
    return take(p)[0]


def _torch_unpatches(p: Any, size: Any, stride: int, shape: tuple[int, ...]) -> Any:
    found = F.fold(p[None], shape[-2:], size, stride=stride)
    return found.reshape(shape)


def _pieces(xs: Sequence[Any], f: Any) -> list[Any]:
    return [x if x.ndim else f.reshape(x, (1,)) for x in xs]


# Rows with one entry suit both libraries; `f` is the library's namespace.
BOTH: Mapping[str, Function] = {
    "identity": lambda f, a: a,
    "given": lambda f, a, b: a,
    "add": lambda f, a, b: a + b,
    "sub": lambda f, a, b: a - b,
    "mul": lambda f, a, b: a * b,
    "div": lambda f, a, b: a / b,
    "neg": lambda f, a: -a,
    "power": lambda f, a, b: a**b,
    "root": lambda f, a, n: a ** (1 / n),
    "swish": lambda f, x, beta: x * f.sigmoid(float(beta) * x),
    "sec": lambda f, x: 1 / f.cos(x),
    "csc": lambda f, x: 1 / f.sin(x),
    "cot": lambda f, x: 1 / f.tan(x),
    "coth": lambda f, x: 1 / f.tanh(x),
    "sech": lambda f, x: 1 / f.cosh(x),
    "csch": lambda f, x: 1 / f.sinh(x),
    "log_b": lambda f, a, b: f.log(a) / f.log(b),
    "max": lambda f, *xs, slope: _fold(f.maximum, xs),
    "min": lambda f, *xs, slope: _fold(f.minimum, xs),
    "max_weight": lambda f, *xs, slot: f.where(xs[slot] >= _fold(f.maximum, xs), 1.0, 0.0),
    "min_weight": lambda f, *xs, slot: f.where(xs[slot] <= _fold(f.minimum, xs), 1.0, 0.0),
    "step": lambda f, x, at: f.where(x > 0, 1.0, 0.0),
    "abs": lambda f, x, slope: f.abs(x),
    "relu": lambda f, x, slope: f.relu(x),
    "selu": lambda f, x, at: f.selu(x),
    "where": lambda f, *xs, when: _chosen(f, xs, when),
    "reshape": lambda f, a, shape: f.reshape(a, shape),
    "segment": lambda f, a, start, stop: a[_block(start, stop)],
    "index": lambda f, a, at: a[tuple(at)],
    "row_product": lambda f, a: f.prod(a, -1),
    "dot": lambda f, a, b: f.sum(a * b),
    "norm": lambda f, a: f.norm(a),
    "transpose": lambda f, a: a.T,
    "sum": lambda f, a: f.sum(a),
    "largest_weight": lambda f, a, shape: f.where(
        a >= f.amax(a, _axes(a, shape), keepdims=True), 1.0, 0.0
    ),
    "largest": lambda f, a, shape: f.reshape(f.amax(a, _axes(a, shape)), shape),
    "smallest": lambda f, a, shape: f.reshape(f.amin(a, _axes(a, shape)), shape),
    "collapse": lambda f, a, shape: f.reshape(f.sum(a, _axes(a, shape)), shape),
    "broadcast": lambda f, a, shape: f.broadcast_to(a, shape),
    "cross_entropy": lambda f, p, t: -f.sum(t * f.log(p)),
    "bce_slope": lambda f, p, t: (p - t) / (p - p * p),
    "target_ratio": lambda f, t, p: t / p,
    "hinge": lambda f, s, t, slope: f.relu(1 - t * s),
    "logsumexp": lambda f, a: f.logsumexp(a, -1),
    "softmax": lambda f, a: f.softmax(a, -1),
    "log_softmax": lambda f, a: f.log_softmax(a, -1),
    # Of a single example these do nothing; test_batches has many.
    "batch_sum": lambda f, a: a,
    "batch_mean": lambda f, a: a,
    "batch_size": lambda f, a: f.sum(a * 0) + 1,
    "batch_repeat": lambda f, a, like: a,
}

# PyTorch, then JAX.
APART: Mapping[str, tuple[Function, Function]] = {
    "log_sigmoid": (F.logsigmoid, jax.nn.log_sigmoid),
    "leaky_relu": (
        lambda x, slope, at: F.leaky_relu(x, float(slope)),
        lambda x, slope, at: jax.nn.leaky_relu(x, float(slope)),
    ),
    "elu": (
        lambda x, alpha, at: F.elu(x, float(alpha)),
        lambda x, alpha, at: jax.nn.elu(x, float(alpha)),
    ),
    "gelu": (F.gelu, lambda x: jax.nn.gelu(x, approximate=False)),
    # The slope of F.hardsigmoid is 1/6 in single precision, whatever it is given.
    "hard_sigmoid": (
        lambda x, slope, at: torch.clamp(float(slope) * x + 0.5, 0, 1),
        lambda x, slope, at: jax.nn.hard_sigmoid(6 * float(slope) * x),
    ),
    "hard_swish": (lambda x, at: F.hardswish(x), lambda x, at: jax.nn.hard_swish(x)),
    "piecewise_linear": (
        lambda x, at: torch.clamp(x + 0.5, 0, 1),
        lambda x, at: jax.nn.hard_sigmoid(6 * x),
    ),
    "cbrt": (lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), jnp.cbrt),
    "clip": (
        lambda x, low, high, slope: torch.clamp(x, low, high),
        lambda x, low, high, slope: jnp.clip(x, low, high),
    ),
    "prod": (lambda a: torch.prod(a.reshape(-1), 0), jnp.prod),
    "concat": (
        lambda *xs: torch.cat(_pieces(xs, torch)),
        lambda *xs: jnp.concatenate(_pieces(xs, jnp)),
    ),
    "pad": (
        lambda a, start, shape: F.pad(
            a, [n for pair in reversed(_margins(a, start, shape)) for n in pair]
        ),
        lambda a, start, shape: jnp.pad(a, _margins(a, start, shape)),
    ),
    "one_hot": (
        lambda k, shape: F.one_hot(k.long(), shape[0]).double() + 0 * k,
        lambda k, shape: jax.nn.one_hot(k.astype(int), shape[0]) + 0 * k,
    ),
    "squared_error": (
        lambda p, t: F.mse_loss(p, t, reduction="none"),
        lambda p, t: (p - t) ** 2,
    ),
    "absolute_error": (
        lambda p, t, slope: F.l1_loss(p, t, reduction="none"),
        lambda p, t, slope: jnp.abs(p - t),
    ),
    "huber": (
        lambda p, t, delta: F.huber_loss(p, t, reduction="none", delta=float(delta)),
        lambda p, t, delta: jnp.where(
            jnp.abs(p - t) <= float(delta),
            (p - t) ** 2 / 2,
            float(delta) * (jnp.abs(p - t) - float(delta) / 2),
        ),
    ),
    "bce": (
        lambda p, t: F.binary_cross_entropy(p, t, reduction="none"),
        lambda p, t: -(t * jnp.log(p) + (1 - t) * jnp.log1p(-p)),
    ),
    "bce_with_logit": (
        lambda a, t: F.binary_cross_entropy_with_logits(a, t, reduction="none"),
        lambda a, t: -(t * jax.nn.log_sigmoid(a) + (1 - t) * jax.nn.log_sigmoid(-a)),
    ),
    "cross_entropy_with_logits": (
        lambda a, t: F.cross_entropy(a, t),
        lambda a, t: -jnp.sum(t * jax.nn.log_softmax(a)),
    ),
    "cross_entropy_with_label": (
        lambda a, k: F.cross_entropy(a, k.long()) + 0 * k,
        lambda a, k: -jax.nn.log_softmax(a)[k.astype(int)] + 0 * k,
    ),
    "conv2d": (_torch_conv, _jax_conv),
    "patches": (
        lambda x, size, stride: F.unfold(_images(x), size, stride=stride)[0],
        _jax_patches,
    ),
    "unpatches": (_torch_unpatches, _jax_unpatches),
    "normal_pdf": (
        lambda x: torch.exp(torch.distributions.Normal(0.0, 1.0).log_prob(x)),
        jax.scipy.stats.norm.pdf,
    ),
    "normal_cdf": (torch.special.ndtr, jax.scipy.stats.norm.cdf),
    "gamma": (lambda x: torch.exp(torch.lgamma(x)), jax.scipy.special.gamma),
    "lgamma": (torch.lgamma, jax.scipy.special.gammaln),
    "polygamma": (
        lambda x, order: torch.special.polygamma(order, x),
        lambda x, order: jax.scipy.special.polygamma(order, x),
    ),
}


class Library:
    """A library's functions by our names, and its derivatives.

    Parameters
    ----------
    name
        What it is called.
    column
        Which entry of a row in `APART` is its own.
    places
        Modules in which functions of our name are looked for, and what else it lacks.
    """

    def __init__(self, name: str, column: int, places: Sequence[Any], **more: Function) -> None:
        self.name = name
        self._column = column
        self._places = places
        self.__dict__ |= more

    def __getattr__(self, name: str) -> Any:
        for place in self._places:
            if hasattr(place, name):
                return getattr(place, name)
        raise AttributeError(f"{self.name} has no {name}: a row is missing")

    def form(self, name: str) -> Function:
        """Return an operation of ours as a function of this library."""
        if name in APART:
            return APART[name][self._column]
        if name in BOTH:
            return lambda *xs, **parameters: BOTH[name](self, *xs, **parameters)
        found: Function = getattr(self, name)
        return found


class _Torch(Library):
    def array(self, entries: Any) -> Any:
        return torch.tensor(entries, dtype=torch.float64)

    def gradient(self, function: Function, operands: Sequence[Any]) -> tuple[float, list[Any]]:
        """Return a function's value and its gradient by every operand."""
        given = [self.array(x).requires_grad_() for x in operands]
        value = function(*given)
        found = (
            torch.autograd.grad(value, given, allow_unused=True, materialize_grads=True)
            if value.requires_grad
            else [torch.zeros_like(x) for x in given]
        )
        return float(value.detach()), [g.numpy() for g in found]

    def curved(
        self, function: Function, operands: Sequence[Any], moves: Sequence[Any]
    ) -> list[Any]:
        """Return the Hessian times a direction."""
        found = torch.autograd.functional.hvp(
            function, tuple(map(self.array, operands)), tuple(map(self.array, moves))
        )[1]
        return [h.numpy() for h in found]


class _Jax(Library):
    def array(self, entries: Any) -> Any:
        return jnp.asarray(entries, dtype=float)

    def gradient(self, function: Function, operands: Sequence[Any]) -> tuple[float, list[Any]]:
        """Return a function's value and its gradient by every operand."""
        by = tuple(range(len(operands)))
        value, found = jax.value_and_grad(function, by)(*map(self.array, operands))
        return float(value), [np.asarray(g) for g in found]

    def curved(
        self, function: Function, operands: Sequence[Any], moves: Sequence[Any]
    ) -> list[Any]:
        """Return the Hessian times a direction."""
        by = tuple(range(len(operands)))
        given, along = (tuple(map(self.array, xs)) for xs in (operands, moves))
        return [np.asarray(h) for h in jax.jvp(jax.grad(function, by), given, along)[1]]


TORCH = _Torch("PyTorch", 0, (torch, torch.special, F), norm=torch.linalg.norm)
JAX = _Jax(
    "JAX",
    1,
    (jnp, jax.nn, jax.scipy.special),
    norm=jnp.linalg.norm,
    logsumexp=jax.scipy.special.logsumexp,
)
LIBRARIES = (TORCH, JAX)

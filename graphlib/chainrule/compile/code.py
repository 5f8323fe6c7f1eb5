"""The algebra of NumPy source: values are expressions, and computing with them writes more.

The rules of the operations are run over `Code`, so there is no second table of what an
operation computes. Shapes and batch axes are known while writing, so the source says
outright which axis it sums over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from chainrule.algebras.float64 import FLOAT64
from chainrule.algebras.maths import Maths
from chainrule.errors import GraphError, InputError
from chainrule.ops import OPS, Shape
from chainrule.ops.piecewise import choices
from chainrule.ops.record import same_shape

# How tightly an expression holds together, as Python reads it.
SUM, PRODUCT, SIGNED, POWER, ATOM = range(5)


class Code:
    """An expression of NumPy source, with the shape of one example and whether it has a batch."""

    __slots__ = ("batched", "binding", "shape", "text")

    def __init__(self, text: str, binding: int, shape: Shape = (), batched: bool = False) -> None:
        self.text = text
        self.binding = binding
        self.shape = shape
        self.batched = batched

    @property
    def ndim(self) -> int:
        """Number of axes of one example."""
        return len(self.shape)

    def within(self, least: int) -> str:
        """Return the text, in brackets where it holds together less than `least`."""
        return self.text if self.binding >= least else f"({self.text})"

    def raised(self, ndim: int) -> Code:
        """Return the expression with unit axes behind the batch axis, up to `ndim` of them."""
        if not self.batched or self.ndim >= ndim:
            return self
        axes = ", ".join(["None"] * (ndim - self.ndim) + [":"] * self.ndim)
        shape = (1,) * (ndim - self.ndim) + self.shape
        return Code(f"{self.within(ATOM)}[:, {axes}]", ATOM, shape, True)

    def __add__(self, other: Any) -> Code:
        return _infix("+", SUM, self, other)

    def __radd__(self, other: Any) -> Code:
        return _infix("+", SUM, other, self)

    def __sub__(self, other: Any) -> Code:
        return _infix("-", SUM, self, other)

    def __rsub__(self, other: Any) -> Code:
        return _infix("-", SUM, other, self)

    def __mul__(self, other: Any) -> Code:
        return _infix("*", PRODUCT, self, other)

    def __rmul__(self, other: Any) -> Code:
        return _infix("*", PRODUCT, other, self)

    def __truediv__(self, other: Any) -> Code:
        return _infix("/", PRODUCT, self, other)

    def __rtruediv__(self, other: Any) -> Code:
        return _infix("/", PRODUCT, other, self)

    def __pow__(self, other: int) -> Code:
        return Code(f"{self.within(ATOM)}**{other}", POWER, self.shape, self.batched)

    def __neg__(self) -> Code:
        return Code(f"-{self.within(PRODUCT)}", SIGNED, self.shape, self.batched)

    def __matmul__(self, other: Code) -> Code:
        return _product(self, other)


def literal(number: float | int) -> Code:
    """Return a number as it stands in source."""
    if isinstance(number, int):
        return Code(str(number), ATOM if number >= 0 else SIGNED)
    if number != number:
        return Code("np.nan", ATOM)
    if number in (float("inf"), float("-inf")):
        return Code("np.inf", ATOM) if number > 0 else Code("-np.inf", SIGNED)
    whole = number.is_integer() and abs(number) < 2**53
    return Code(repr(int(number)) if whole else repr(number), ATOM if number >= 0 else SIGNED)


def _real(value: Any) -> Code:
    """Return an expression that is no integer, lest NumPy computes in whole numbers."""
    code = _lifted(value)
    return Code(code.text + ".0", code.binding) if code.text.lstrip("-").isdecimal() else code


def _lifted(value: Any) -> Code:
    if isinstance(value, Code):
        return value
    return literal(value if isinstance(value, int) else float(value))


def _aligned(*operands: Any) -> tuple[list[Code], Shape, bool]:
    """Return operands whose batch axes meet, with the shape and batch of what they make."""
    codes = [_lifted(x) for x in operands]
    ndim = max(code.ndim for code in codes)
    shape = same_shape(*(code.shape for code in codes))
    return [code.raised(ndim) for code in codes], shape, any(code.batched for code in codes)


def _infix(sign: str, binding: int, left: Any, right: Any) -> Code:
    (a, b), shape, batched = _aligned(left, right)
    behind = ATOM if b.binding == SIGNED else binding + 1
    text = f"{a.within(binding)} {sign} {b.within(behind)}"
    return Code(text, binding, shape, batched)


def call(name: str, *operands: Any, more: str = "") -> Code:
    """Return a call of a function that works entry by entry."""
    codes, shape, batched = _aligned(*operands)
    inside = ", ".join(code.text for code in codes)
    return Code(f"{name}({inside}{more})", ATOM, shape, batched)


def _product(a: Code, b: Code) -> Code:
    """Return the matrix product; a batch stands in front of either or both."""
    shape, batched = a.shape[:-1] + b.shape[1:], a.batched or b.batched
    left, right = a.within(PRODUCT), b.within(SIGNED)
    if b.ndim == 1 and b.batched:
        if a.ndim == 1:
            text = f"np.sum({a.within(PRODUCT)} * {b.within(SIGNED)}, axis=-1)"
            return Code(text, ATOM, shape, batched)
        if not a.batched:  # W x of each example: the rows of X Wᵀ
            return Code(f"{b.within(PRODUCT)} @ {a.within(ATOM)}.T", PRODUCT, shape, batched)
        text = f"({left} @ {b.within(ATOM)}[:, :, None])[:, :, 0]"
        return Code(text, ATOM, shape, batched)
    if a.ndim == 1 and a.batched and b.ndim == 2 and b.batched:
        text = f"({a.within(ATOM)}[:, None, :] @ {right})[:, 0, :]"
        return Code(text, ATOM, shape, batched)
    return Code(f"{left} @ {right}", PRODUCT, shape, batched)


def _transpose(a: Code) -> Code:
    if a.ndim < 2:
        return a
    inner = a.within(ATOM)
    text = f"np.swapaxes({a.text}, -1, -2)" if a.batched else f"{inner}.T"
    return Code(text, ATOM, a.shape[::-1], a.batched)


def _outer(a: Code, b: Code) -> Code:
    left, right = a.within(ATOM), b.within(ATOM)
    batched = a.batched or b.batched
    text = f"{left}[..., :, None] * {right}[..., None, :]" if batched else f"{left}[:, None] * "
    return Code(text if batched else text + right, PRODUCT, a.shape + b.shape, batched)


def _axes(axes: Sequence[int]) -> str:
    return str(axes[0]) if len(axes) == 1 else str(tuple(axes))


def _broadcast(a: Code, shape: Shape) -> Code:
    shape = tuple(shape)
    raised = a.raised(len(shape))
    if a.shape == shape:
        return a
    if a.batched:
        sizes = "".join(f", {size}" for size in shape)
        text = f"np.broadcast_to({raised.text}, ({a.within(ATOM)}.shape[0]{sizes}))"
        return Code(text, ATOM, shape, True)
    return Code(f"np.broadcast_to({raised.text}, {shape})", ATOM, shape, False)


def _collapse(a: Code, shape: Shape, over: str = "np.sum") -> Code:
    shape = tuple(shape)
    lead, extra = int(a.batched), a.ndim - len(shape)
    if a.shape == shape:
        return a
    text, axes = a.text, list(range(lead, lead + extra))
    if extra == a.ndim and not a.batched:
        text, axes = f"{over}({text})", []
    if axes:
        text = f"{over}({text}, axis={_axes(axes)})"
    stretched = [
        lead + axis
        for axis, (have, want) in enumerate(zip(a.shape[extra:], shape, strict=True))
        if want == 1 and have != 1
    ]
    if stretched:
        text = f"{over}({text}, axis={_axes(stretched)}, keepdims=True)"
    return Code(text, ATOM, shape, a.batched)


def _batch_sum(a: Code) -> Code:
    return Code(f"np.sum({a.text}, axis=0)", ATOM, a.shape) if a.batched else a


def _batch_size(a: Code) -> Code:
    return Code(f"{a.within(ATOM)}.shape[0]", ATOM) if a.batched else literal(1)


def _batch_repeat(a: Code, like: Code) -> Code:
    if a.batched or not like.batched:
        return a
    sizes = "".join(f", {size}" for size in a.shape) or ","
    text = f"np.broadcast_to({a.text}, ({like.within(ATOM)}.shape[0]{sizes}))"
    return Code(text, ATOM, a.shape, True)


def _reshape(a: Code, shape: Shape) -> Code:
    shape = tuple(shape)
    if a.shape == shape:
        return a
    sizes = ", ".join(map(str, (-1, *shape) if a.batched else shape))
    inside = sizes if a.batched or shape else "()"
    array = f"np.asarray({a.text})" if a.text[0].isdecimal() else a.within(ATOM)
    return Code(f"{array}.reshape({inside})", ATOM, shape, a.batched)


def _segment(a: Code, start: Shape, stop: Shape) -> Code:
    slices = [f"{i}:{j}" for i, j in zip(start, stop, strict=True)]
    shape = tuple(j - i for i, j in zip(start, stop, strict=True)) + a.shape[len(start) :]
    text = f"{a.within(ATOM)}[{', '.join([':'] * a.batched + slices)}]"
    return Code(text, ATOM, shape, a.batched)


def _pad(a: Code, start: Shape, shape: Shape) -> Code:
    begins = (*start, *(0 for _ in shape[len(start) :]))
    sides = [(i, n - i - size) for i, n, size in zip(begins, shape, a.shape, strict=True)]
    sides = [(0, 0)] * a.batched + sides
    return Code(f"np.pad({a.text}, {sides})", ATOM, tuple(shape), a.batched)


def _concat(*operands: Any) -> Code:
    codes = [_lifted(x) for x in operands]
    many = next((code for code in codes if code.batched), None)
    rows = [code if many is None else _batch_repeat(code, many) for code in codes]
    shape = (sum(code.shape[0] for code in codes), *codes[0].shape[1:])
    inside = ", ".join(code.text for code in rows)
    text = f"np.concatenate([{inside}], axis={int(many is not None)})"
    return Code(text, ATOM, shape, many is not None)


def _patches(a: Code, size: Shape, stride: int) -> Code:
    down, across = ((n - w) // stride + 1 for n, w in zip(a.shape[-2:], size, strict=True))
    shape = (prod(a.shape[:-2]) * prod(size), down * across)
    text = f"patches({a.text}, {tuple(size)}, {stride}, {a.ndim})"
    return Code(text, ATOM, shape, a.batched)


def _unpatches(a: Code, size: Shape, stride: int, shape: Shape) -> Code:
    text = f"unpatches({a.text}, {tuple(size)}, {stride}, {tuple(shape)})"
    return Code(text, ATOM, tuple(shape), a.batched)


def _one_hot(k: Code, shape: Shape) -> Code:
    text = f"(np.abs({k.within(ATOM)}[..., None] - np.arange({shape[0]})) < 0.25) * 1.0"
    if not k.batched:
        text = f"(np.abs({k.text} - np.arange({shape[0]})) < 0.25) * 1.0"
    return Code(text, PRODUCT, tuple(shape), k.batched)


def _row_product(a: Code) -> Code:
    return Code(f"np.prod({a.text}, axis=-1)", ATOM, a.shape[:-1], a.batched)


def _largest(a: Code, shape: Shape) -> Code:
    return _collapse(a, shape, "np.max")


def _largest_weight(a: Code, shape: Shape) -> Code:
    tied = call("np.equal", a, _broadcast(_largest(a, shape), a.shape))
    return _real_mask(tied) / _broadcast(_collapse(tied, shape), a.shape)


def _real_mask(code: Code) -> Code:
    return Code(f"{code.within(PRODUCT)} * 1.0", PRODUCT, code.shape, code.batched)


def _folded(name: str) -> Callable[..., Code]:
    """Return a function of two operands as one of any number, from left to right."""

    def chain(*operands: Any) -> Code:
        result = _lifted(operands[0])
        for operand in operands[1:]:
            result = call(name, result, operand)
        return result

    return chain


def _power(a: Any, b: Any) -> Code:
    exponent = _lifted(b)
    if exponent.text.lstrip("-").isdecimal() and isinstance(a, Code):
        if exponent.text == "2" and a.binding == ATOM:
            return call("np.square", a)
        return Code(f"{a.within(ATOM)} ** {exponent.text}", POWER, a.shape, a.batched)
    return call("np.float_power", a, b)


def _step(x: Any, at: Fraction | None) -> Code:
    if at is None:
        raise InputError(
            'The derivative at kinks is to be "undefined"; compiled code has a number everywhere',
            allowed='Choose 0, 1/2 or 1 at kinks, or compile with outputs="value".',
        )
    return call("np.heaviside", x, more=f", {float(at)!r}")


def _max_weight(*operands: Any, slot: int) -> Code:
    largest = _folded("np.maximum")(*operands)
    shares = [call("np.equal", x, largest) for x in operands]
    total = Code(f"{shares[0].text} * 1.0", PRODUCT, shares[0].shape, shares[0].batched)
    for share in shares[1:]:
        total = total + share
    return shares[slot] / total


SPECIAL = {
    "erf": "np.vectorize(math.erf, otypes=[float])",
    "erfc": "np.vectorize(math.erfc, otypes=[float])",
    "gamma": "np.vectorize(numbers.gamma, otypes=[float])",
    "lgamma": "np.vectorize(numbers.lgamma, otypes=[float])",
    "digamma": "np.vectorize(numbers.digamma, otypes=[float])",
    "patches": "moves.patches",
    "unpatches": "moves.unpatches",
    "polygamma": "np.vectorize(numbers.polygamma, otypes=[float], excluded={'order'})",
}
"""Functions that NumPy lacks, with what they are made of."""


class NumPyMaths(Maths):
    """The namespace in which rules write NumPy source; `used` are the special functions met."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        base: dict[str, Any] = {
            "number": lambda number: literal(FLOAT64.number(Fraction(number))),
            "pi": Code("np.pi", ATOM),
            "e": Code("np.e", ATOM),
            "transpose": _transpose,
            "outer": _outer,
            "broadcast": _broadcast,
            "collapse": _collapse,
            "batch_sum": _batch_sum,
            "batch_size": _batch_size,
            "batch_repeat": _batch_repeat,
            "reshape": _reshape,
            "segment": _segment,
            "pad": _pad,
            "concat": _concat,
            "patches": self._windows("patches", _patches),
            "unpatches": self._windows("unpatches", _unpatches),
            "eye": lambda shape: Code(f"np.eye({shape[0]})", ATOM, tuple(shape)),
            "one_hot": _one_hot,
            "row_product": _row_product,
            "largest": _largest,
            "largest_weight": _largest_weight,
            "power": _power,
            "step": _step,
            "root": lambda a, n: call(
                "np.where",
                call("np.greater_equal", a, 0),
                call("np.float_power", call("np.abs", a), 1 / n),
                call(
                    "np.where",
                    call("np.equal", call("np.remainder", n, 2), 1),
                    -call("np.float_power", call("np.abs", a), 1 / n),
                    Code("np.nan", ATOM),
                ),
            ),
            "where": choices(
                lambda c, a, b: call("np.where", call("np.greater", c, 0), _real(a), _real(b))
            ),
            "maximum": _folded("np.maximum"),
            "minimum": _folded("np.minimum"),
            "max_weight": _max_weight,
        }
        base |= {op.name: self._plain(f"np.{op.numpy}") for op in OPS.values() if op.numpy}
        base |= {name: self._special(name) for name in SPECIAL if name not in base}
        super().__init__(self, base)

    @staticmethod
    def _plain(function: str) -> Callable[..., Code]:
        return lambda *operands: call(function, *operands)

    def _windows(self, name: str, write: Callable[..., Code]) -> Callable[..., Code]:
        def windows(*operands: Any, **given: Any) -> Code:
            self.used.add(name)
            return write(*operands, **given)

        return windows

    def _special(self, name: str) -> Callable[..., Code]:
        def special(*operands: Any, **given: Any) -> Code:
            self.used.add(name)
            more = "".join(f", {key}={int(value)}" for key, value in given.items())
            return call(name, *operands, more=more)

        return special

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return super().__getattr__(name)
        except AttributeError as error:
            raise GraphError(f"{name} cannot be written as NumPy source") from error

"""Convolution of images, as networks mean it: the kernel is not turned round, nothing is padded."""

from __future__ import annotations

from math import prod
from typing import Any

from chainrule.errors import ShapeError
from chainrule.ops.record import Map, Shape, register


def _steps(image: Shape, size: Shape, stride: int) -> Shape:
    """Return how many places a window of `size` takes in an image, down and across."""
    return tuple((have - want) // stride + 1 for have, want in zip(image[-2:], size, strict=True))


def _patches_shape(x: Shape, size: Shape, stride: int) -> Shape:
    return prod(x[:-2]) * prod(size), prod(_steps(x, size, stride))


def _unpatches_shape(p: Shape, size: Shape, stride: int, shape: Shape) -> Shape:
    return tuple(shape)


_IMAGE = ((0.5, -1.0, 2.0), (1.5, 0.75, -0.5), (-2.0, 1.0, 0.125))
_SMALL = ((1.0, -0.5), (0.25, 2.0))
_CHANNELS = (_SMALL, _SMALL[::-1])
_KERNELS = ((((0.5, -1.0),), ((2.0, 0.25),)), (((1.5, 3.0),), _SMALL[:1]))

# The columns of `patches` are the windows, so that convolution is a matrix product.
PATCHES = register(
    "patches",
    1,
    value=lambda m, x, size, stride: m.patches(x, size=size, stride=stride),
    partials=(
        lambda m, y, x, size, stride: Map(
            push=lambda t: m.patches(t, size=size, stride=stride),
            pull=lambda bar: m.unpatches(bar, size=size, stride=stride, shape=x.shape),
        ),
    ),
    parameters={"size": (2, 2), "stride": 1},
    shape=_patches_shape,
    rule="linear map",
    samples=((_IMAGE,),),
    doc="The windows of an image as the columns of a matrix.",
)
UNPATCHES = register(
    "unpatches",
    1,
    value=lambda m, p, size, stride, shape: m.unpatches(p, size=size, stride=stride, shape=shape),
    partials=(
        lambda m, y, p, size, stride, shape: Map(
            push=lambda t: m.unpatches(t, size=size, stride=stride, shape=shape),
            pull=lambda bar: m.patches(bar, size=size, stride=stride),
        ),
    ),
    parameters={"size": (1, 2), "stride": 1, "shape": (1, 3)},
    shape=_unpatches_shape,
    rule="linear map",
    samples=((((0.5, -1.0), (2.0, 0.25)),),),
    doc="Columns added up at the windows they belong to: the transpose of patches.",
)


def _whole(stride: Any) -> int:
    if stride != int(stride) or stride < 1:
        raise ShapeError(f"a stride of {stride}; allowed are 1, 2, 3, …")
    return int(stride)


def _convolved(x: Shape, k: Shape, stride: Any) -> Shape:
    channels, inner = x[:-2], k[-2 - len(x[:-2]) : -2]
    fits = len(x) in (2, 3) and len(k) in (len(x), len(x) + 1) and channels == inner
    if not fits or any(have < want for have, want in zip(x[-2:], k[-2:], strict=True)):
        raise ShapeError(
            f"convolution of shape {x} with a kernel of shape {k}: an image is (height, width) or "
            "(channels, height, width), its kernel the same and not larger, or with the number "
            "of results in front"
        )
    return (*k[: len(k) - len(x)], *_steps(x, k[-2:], _whole(stride)))


def _kernel(m: Any, k: Any, image: Shape) -> Any:
    """Return the kernel as a matrix, one row a result."""
    results = prod(k.shape[: len(k.shape) - len(image)])
    return m.reshape(k, shape=(results, prod(k.shape) // results))


def _convolve(m: Any, x: Any, k: Any, stride: Any) -> Any:
    shape = _convolved(x.shape, k.shape, stride)
    windows = m.patches(x, size=k.shape[-2:], stride=_whole(stride))
    return m.reshape(_kernel(m, k, x.shape) @ windows, shape=shape)


def _by_image(m: Any, bar: Any, x: Any, k: Any, stride: Any) -> Any:
    kernel, windows = _kernel(m, k, x.shape), prod(bar.shape[-2:])
    rows = m.reshape(bar, shape=(kernel.shape[0], windows))
    columns = m.transpose(kernel) @ rows
    return m.unpatches(columns, size=k.shape[-2:], stride=_whole(stride), shape=x.shape)


def _by_kernel(m: Any, bar: Any, x: Any, k: Any, stride: Any) -> Any:
    windows = m.patches(x, size=k.shape[-2:], stride=_whole(stride))
    rows = m.reshape(bar, shape=(prod(bar.shape[:-2]), windows.shape[1]))
    return m.reshape(rows @ m.transpose(windows), shape=k.shape)


CONV2D = register(
    "conv2d",
    2,
    value=_convolve,
    partials=(
        lambda m, y, x, k, stride: Map(
            push=lambda t: _convolve(m, t, k, stride),
            pull=lambda bar: _by_image(m, bar, x, k, stride),
        ),
        lambda m, y, x, k, stride: Map(
            push=lambda t: _convolve(m, x, t, stride),
            pull=lambda bar: _by_kernel(m, bar, x, k, stride),
        ),
    ),
    spellings=("conv2d",),
    parameters={"stride": 1},
    shape=_convolved,
    rule="product rule",
    samples=(
        (_IMAGE, _SMALL),
        (_CHANNELS, _KERNELS),
    ),
    doc="Convolution of an image with a kernel, every `stride` entries, without padding.",
)

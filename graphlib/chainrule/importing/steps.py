"""What networks of other libraries are made of, written in our operations.

Shapes are those of the libraries: images are (N, C, H, W), rows of a batch stand in the first axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from chainrule.errors import GraphError
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.language.names import canonical


class Imported(NamedTuple):
    """A network as a graph, and the values of its weights by the names of their inputs."""

    graph: WengertList
    given: dict[str, Any]


class Steps:
    """Writes one network; what it is given are expressions, numbers, and arrays of numbers."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.m = self.builder.maths
        self.given: dict[str, Any] = {}

    def input(self, name: str, shape: Sequence[int], value: Any = None) -> Expression:
        """Append an input under the name it has there, as far as it can be one here."""
        short = canonical(_readable(name))
        taken, number = short, 2
        while taken in self.builder.names.values():
            taken, number = f"{short}_{number}", number + 1
        if value is not None:
            self.given[taken] = np.asarray(value, dtype=float).tolist()
        return self.builder.input(taken, tuple(map(int, shape)))

    def array(self, value: Any, name: str = "constant") -> Expression:
        """Return numbers that the network holds: one number repeated, or an input of its own."""
        array = np.asarray(value, dtype=float)
        if array.size and (array == array.flat[0]).all():
            return self.spread(self.builder.lift(float(array.flat[0])), array.shape)
        return self.input(name, array.shape, array)

    def lift(self, value: Any) -> Expression:
        """Return an operand as an expression."""
        if isinstance(value, Expression):
            return value
        return self.array(value) if np.ndim(value) else self.builder.lift(value)

    def finish(self, outputs: Sequence[Any], names: Sequence[str] = ()) -> Imported:
        """Return the graph that leads to `outputs`, and the weights that are in it."""
        ends = [self.lift(x) for x in outputs]
        for end, name in zip(ends, names, strict=False):
            if end.index not in self.builder.names:
                self.builder.name(end, canonical(_readable(name)))
        graph = self.builder.finish(ends)
        return Imported(graph, self.given)

    # Shapes

    def view(self, x: Any, shape: Sequence[int]) -> Expression:
        """Return the entries in another shape; one −1 is what is left."""
        x, shape = self.lift(x), [int(n) for n in shape]
        if -1 in shape:
            shape[shape.index(-1)] = prod(x.shape) // -prod(shape)
        made: Expression = x if x.shape == tuple(shape) else self.m.reshape(x, shape=tuple(shape))
        return made

    def flatten(self, x: Any, start: int = 0, end: int = -1) -> Expression:
        """Return the axes from `start` to `end` as one."""
        x = self.lift(x)
        start, end = start % max(1, x.ndim), end % max(1, x.ndim)
        return self.view(x, (*x.shape[:start], prod(x.shape[start : end + 1]), *x.shape[end + 1 :]))

    def spread(self, x: Any, shape: Sequence[int]) -> Expression:
        """Return a value repeated up to a shape."""
        x, shape = self.lift(x), tuple(int(n) for n in shape)
        made: Expression = x if x.shape == shape else self.m.broadcast(x, shape=shape)
        return made

    def permute(self, x: Any, order: Sequence[int]) -> Expression:
        """Return the axes in another order, where that is one transposition of two blocks a row.

        Raises
        ------
        GraphError
            If it is not.
        """
        x = self.lift(x)
        order = [int(axis) % x.ndim for axis in order]
        kept = [axis for axis in order if x.shape[axis] != 1]
        blocks: list[list[int]] = []
        for axis in kept:
            before = sorted(kept)[sorted(kept).index(axis) - 1] if axis != min(kept) else None
            if blocks and blocks[-1][-1] == before:
                blocks[-1].append(axis)
            else:
                blocks.append([axis])
        if len(blocks) > 2 and order[0] == 0:
            rows = [
                self.permute(self.at(x, 0, n), [i - 1 for i in order[1:]])
                for n in range(x.shape[0])
            ]
            return self.join([self.view(row, (1, *row.shape)) for row in rows])
        if len(blocks) > 2:
            raise GraphError(f"axes of shape {x.shape} in the order {order} are not one transpose")
        if len(blocks) == 2:
            second, first = blocks
            sizes = [prod(x.shape[axis] for axis in block) for block in (first, second)]
            return self.view(self.m.transpose(self.view(x, sizes)), [x.shape[i] for i in order])
        return self.view(x, [x.shape[axis] for axis in order])

    def part(self, x: Any, axis: int, start: int, stop: int) -> Expression:
        """Return the entries from `start` up to `stop` along an axis."""
        x = self.lift(x)
        axis %= x.ndim
        size = x.shape[axis]
        start, stop = (min(n + size if n < 0 else n, size) for n in (start, stop))
        low = (*(0 for _ in range(axis)), start)
        made: Expression = self.m.segment(x, start=low, stop=(*x.shape[:axis], stop))
        return made

    def at(self, x: Any, axis: int, place: int) -> Expression:
        """Return the entries at one place of an axis, which goes."""
        x = self.lift(x)
        axis %= x.ndim
        place %= x.shape[axis]
        one = self.part(x, axis, place, place + 1)
        return self.view(one, (*x.shape[:axis], *x.shape[axis + 1 :]))

    def join(self, xs: Sequence[Any], axis: int = 0) -> Expression:
        """Return values one after another along an axis."""
        values = [self.lift(x) for x in xs]
        axis %= values[0].ndim
        if len(values) == 1:
            return values[0]
        lead, rest = values[0].shape[:axis], values[0].shape[axis + 1 :]
        if not prod(lead) - 1:
            flat = [self.view(x, x.shape[axis:]) for x in values]
            joined = self.m.concat(*flat)
        else:
            columns = [
                self.m.transpose(self.view(x, (prod(lead), prod(x.shape[axis:])))) for x in values
            ]
            joined = self.m.transpose(self.m.concat(*columns))
        return self.view(joined, (*lead, sum(x.shape[axis] for x in values), *rest))

    def squeeze(self, x: Any, axes: Sequence[int] | None = None) -> Expression:
        """Return a value without those of its axes, or of some, that have one entry."""
        shape = self.lift(x).shape
        some = range(len(shape)) if axes is None else [axis % len(shape) for axis in axes]
        return self.view(x, [n for at, n in enumerate(shape) if at not in some or n != 1])

    def unsqueeze(self, x: Any, axes: Sequence[int]) -> Expression:
        """Return a value with further axes of one entry at these places."""
        shape = list(self.lift(x).shape)
        for axis in sorted(axis % (len(shape) + len(axes)) for axis in axes):
            shape.insert(axis, 1)
        return self.view(x, shape)

    # Over axes

    def over(
        self, operation: str, x: Any, axes: Sequence[int] | None = None, keep: bool = False
    ) -> Expression:
        """Return the sum ("collapse"), mean, largest or smallest entry over some or all axes."""
        if operation == "mean":
            return self.mean(x, axes, keep)
        x = self.lift(x)
        gone = {axis % max(1, x.ndim) for axis in (range(x.ndim) if axes is None else axes)}
        low = tuple(1 if axis in gone else n for axis, n in enumerate(x.shape))
        if all(x.shape[axis] == 1 for axis in gone) and x.ndim:
            found = x
        else:
            found = getattr(self.m, operation)(x, shape=low) if x.ndim else x
        left = tuple(n for axis, n in enumerate(x.shape) if axis not in gone)
        return found if keep else self.view(found, left)

    def mean(self, x: Any, axes: Sequence[int] | None = None, keep: bool = False) -> Expression:
        """Return the mean over some or all axes."""
        x = self.lift(x)
        total = self.over("collapse", x, axes, keep)
        mean: Expression = total / (prod(x.shape) // max(1, prod(total.shape)))
        return mean

    def rows(self, operation: str, x: Any, axis: int = -1) -> Expression:
        """Return softmax or log_softmax along an axis."""
        x = self.lift(x)
        axis %= x.ndim
        lead, trail = prod(x.shape[:axis]), prod(x.shape[axis + 1 :])
        if lead > 1 and trail > 1:
            raise GraphError(f"{operation} along axis {axis} of shape {x.shape} is not written")
        flat = self.view(x, (lead, x.shape[axis]) if trail == 1 else (x.shape[axis], trail))
        if trail > 1:
            return self.view(
                self.m.transpose(getattr(self.m, operation)(self.m.transpose(flat))), x.shape
            )
        if lead == 1:
            flat = self.view(flat, (x.shape[axis],))
        return self.view(getattr(self.m, operation)(flat), x.shape)

    def matmul(self, a: Any, b: Any) -> Expression:
        """Return a matrix product; what stands in front of the matrices is rows, or alike."""
        a, b = self.lift(a), self.lift(b)
        if a.ndim <= 2 and b.ndim <= 2:
            product: Expression = a @ b
            return product
        if b.ndim <= 2:
            rows = self.view(a, (prod(a.shape[:-1]), a.shape[-1]))
            return self.view(rows @ b, (*a.shape[:-1], *b.shape[1:]))
        if a.shape[:-2] != b.shape[:-2]:
            raise GraphError(f"a product of shapes {a.shape} and {b.shape} is not written")
        many = prod(a.shape[:-2])
        left, right = (self.view(x, (many, *x.shape[-2:])) for x in (a, b))
        products = [self.at(left, 0, n) @ self.at(right, 0, n) for n in range(many)]
        shape = (*a.shape[:-2], a.shape[-2], b.shape[-1])
        return self.view(self.join([self.view(p, (1, *p.shape)) for p in products]), shape)

    def affine(
        self, a: Any, b: Any, shift: Any = None, alpha: float = 1, beta: float = 1
    ) -> Expression:
        """Return α·a b + β·shift."""
        made = self.matmul(a, b)
        made = made if alpha == 1 else made * alpha
        if shift is None:
            return made
        return made + (self.lift(shift) if beta == 1 else self.lift(shift) * beta)

    def clip(self, x: Any, low: Any = None, high: Any = None) -> Expression:
        """Return entries between two bounds; None stands for no bound."""
        x = self.lift(x)
        x = x if low is None else self.m.max(x, self.lift(low))
        made: Expression = x if high is None else self.m.min(x, self.lift(high))
        return made

    # Images

    def images(self, x: Any, one: Callable[[Expression], Expression]) -> Expression:
        """Return what becomes of every image (C, H, W) of a batch, or of one image."""
        x = self.lift(x)
        if x.ndim == 3:
            return one(x)
        made = [one(self.at(x, 0, n)) for n in range(x.shape[0])]
        return self.join([self.view(image, (1, *image.shape)) for image in made])

    def framed(self, image: Expression, sides: Sequence[int]) -> Expression:
        """Return an image with zeros round it: rows above, columns left, rows below, right."""
        if not any(sides):
            return image
        top, left, bottom, right = map(int, sides)
        channels, rows, columns = image.shape
        shape = (channels, rows + top + bottom, columns + left + right)
        made: Expression = self.m.pad(image, start=(0, top, left), shape=shape)
        return made

    def convolve(
        self,
        x: Any,
        kernels: Any,
        bias: Any = None,
        stride: Sequence[int] = (1, 1),
        sides: Sequence[int] = (0, 0, 0, 0),
        groups: int = 1,
    ) -> Expression:
        """Return a convolution of images with kernels (results, channels, rows, columns)."""
        kernels, step = self.lift(kernels), _one(stride, "stride")
        results, channels = kernels.shape[:2]

        def one(image: Expression) -> Expression:
            image = self.framed(image, sides)
            parts = []
            for group in range(groups):
                own = self.part(image, 0, group * channels, (group + 1) * channels)
                size = results // groups
                taught = self.part(kernels, 0, group * size, (group + 1) * size)
                parts.append(self.m.conv2d(own, taught, stride=step))
            made = self.join(parts)
            return made if bias is None else made + self.view(bias, (results, 1, 1))

        return self.images(x, one)

    def pool(
        self,
        operation: str,
        x: Any,
        size: Sequence[int],
        stride: Sequence[int] = (),
        sides: Sequence[int] = (0, 0, 0, 0),
    ) -> Expression:
        """Return the largest entry ("largest") or the mean ("mean") of every window."""
        size = (int(size[0]), int(size[-1]))
        step = _one(stride or size, "stride")
        if any(sides) and operation == "largest":
            raise GraphError("pooling with padding is not written")

        def one(image: Expression) -> Expression:
            image = self.framed(image, sides)
            channels, rows, columns = image.shape
            down, across = ((n - w) // step + 1 for n, w in zip((rows, columns), size, strict=True))
            windows = self.m.patches(image, size=size, stride=step)
            windows = self.view(windows, (channels, prod(size), down * across))
            return self.view(self.over(operation, windows, [1], True), (channels, down, across))

        return self.images(x, one)

    def normalise(
        self, x: Any, mean: Any, variance: Any, scale: Any, shift: Any, epsilon: float
    ) -> Expression:
        """Return (x − mean)/√(variance + ε) · scale + shift; None stands for 1 or 0."""
        made: Expression = (self.lift(x) - mean) / self.m.sqrt(self.lift(variance) + epsilon)
        made = made if scale is None else made * scale
        return made if shift is None else made + shift

    def by_channel(self, x: Expression, weights: Any) -> Expression | None:
        """Return one number a channel in a shape that meets x's second axis."""
        if weights is None:
            return None
        weights = self.lift(weights)
        return self.view(weights, (prod(weights.shape), *(1 for _ in x.shape[2:])))

    def normalise_channels(
        self, x: Any, mean: Any, variance: Any, scale: Any, shift: Any, epsilon: float
    ) -> Expression:
        """Return each channel normalised; no mean stands for those of the batch."""
        x = self.lift(x)
        if mean is None:
            axes = [axis for axis in range(x.ndim) if axis != 1]
            mean = self.mean(x, axes, keep=True)
            variance = self.mean(self.m.square(x - mean), axes, keep=True)
        else:
            mean, variance = self.by_channel(x, mean), self.by_channel(x, variance)
        scale, shift = self.by_channel(x, scale), self.by_channel(x, shift)
        return self.normalise(x, mean, variance, scale, shift, epsilon)

    def normalise_layer(
        self, x: Any, axes: int, scale: Any, shift: Any, epsilon: float
    ) -> Expression:
        """Return each example, over its last axes, with mean 0 and variance 1."""
        x = self.lift(x)
        last = range(x.ndim - axes, x.ndim)
        mean = self.mean(x, last, keep=True)
        variance = self.mean(self.m.square(x - mean), last, keep=True)
        return self.normalise(x, mean, variance, scale, shift, epsilon)

    def gathered(self, losses: Expression, how: str) -> Expression:
        """Return losses as they are ("none"), their sum or their mean."""
        if how == "none" or not losses.ndim:
            return losses
        return self.mean(losses) if how == "mean" else self.over("collapse", losses)

    def cross_entropy(self, logits: Any, target: Any, how: str) -> Expression:
        """Return the cross-entropy of rows of logits with labels, or with probabilities."""
        logits, target = self.lift(logits), self.lift(target)
        if logits.shape == target.shape:
            rows = -self.over("collapse", target * self.rows("log_softmax", logits), [-1])
            return self.gathered(rows, how)
        if logits.ndim == 1:
            made: Expression = self.m.cross_entropy_with_label(logits, target)
            return made
        each = [
            self.m.cross_entropy_with_label(self.at(logits, 0, n), self.at(target, 0, n))
            for n in range(logits.shape[0])
        ]
        return self.gathered(self.join([self.view(x, (1,)) for x in each]), how)


def _one(numbers: Sequence[int], what: str) -> int:
    found = {int(n) for n in numbers}
    if len(found) != 1:
        raise GraphError(f"{what} {tuple(numbers)} is not written; the same along both axes is")
    return found.pop()


def _readable(name: str) -> str:
    """Return a library's name as one that a formula may have: 0.weight is weight_0."""
    parts = [part for part in name.replace("/", ".").replace(":", ".").split(".") if part]
    if parts and not parts[0][0].isalpha():
        parts = [*(p for p in parts if p[0].isalpha()), *(p for p in parts if not p[0].isalpha())]
    joined = "_".join(parts)
    kept = "".join(c if c.isascii() and c.isalnum() else "_" for c in joined).strip("_")
    return kept if kept[:1].isalpha() else f"x_{kept}"

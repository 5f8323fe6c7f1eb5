"""Lines of NumPy source that fill arrays: what rules write when the values are `Cell`s."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.algebras.maths import Maths
from chainrule.compile.code import ATOM, Code, NumPyMaths, literal
from chainrule.ops import OPS, Shape
from chainrule.ops.record import same_shape


class Cell:
    """A value under construction: the variable that holds it, its shape, whether it has a batch.

    `base` is the cell whose array it is a view of, itself if it has one of its own; `number`
    is what all its entries are, where that is known.
    """

    __slots__ = ("base", "batched", "name", "number", "shape", "tape")

    def __init__(
        self, tape: Tape, name: str, shape: Shape, batched: bool, base: Cell | None = None
    ) -> None:
        self.tape = tape
        self.name = name
        self.shape = shape
        self.batched = batched
        self.base: Cell = self if base is None else base
        self.number: float | None = None

    @property
    def ndim(self) -> int:
        """Number of axes of one example."""
        return len(self.shape)

    @property
    def full(self) -> Shape:
        """Shape with the batch in front; -1 stands for its size."""
        return ((-1,) if self.batched else ()) + self.shape

    def __add__(self, other: Any) -> Cell:
        return self.tape.entrywise("np.add", self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Cell:
        return self.tape.entrywise("np.subtract", self, other)

    def __rsub__(self, other: Any) -> Cell:
        return self.tape.entrywise("np.subtract", other, self)

    def __mul__(self, other: Any) -> Cell:
        return self.tape.entrywise("np.multiply", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Cell:
        return self.tape.entrywise("np.divide", self, other)

    def __rtruediv__(self, other: Any) -> Cell:
        if other == 1:
            return self.tape.entrywise("np.reciprocal", self)
        return self.tape.entrywise("np.divide", other, self)

    def __pow__(self, other: int) -> Cell:
        if other == 2:
            return self.tape.entrywise("np.square", self)
        return self.tape.entrywise("np.power", self, other)

    def __neg__(self) -> Cell:
        return self.tape.entrywise("np.negative", self)

    def __matmul__(self, other: Cell) -> Cell:
        return self.tape.product(self, other)


@dataclass(slots=True)
class Line:
    """One line of source: `call` with its operands, and the cell it fills.

    Parameters
    ----------
    entrywise
        Whether it may write over an operand.
    kept
        Whether it fills an array that is there; otherwise it is an assignment.
    """

    call: str
    reads: tuple[Cell, ...]
    fills: Cell
    entrywise: bool
    kept: bool = True


@dataclass(slots=True)
class Tape:
    """The lines so far, and the views that are made once.

    Parameters
    ----------
    size
        Number of examples in a batch.
    moving
        Names of the variables that are another array in every call.
    numpy
        Writes what NumPy cannot fill an array with; knows the special functions met.
    """

    size: int
    numpy: NumPyMaths = field(default_factory=NumPyMaths)

    lines: list[Line] = field(default_factory=list)
    views: list[tuple[Cell, str]] = field(default_factory=list)
    moving: set[str] = field(default_factory=set)
    count: int = 0
    _seen: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def cell(self, shape: Shape, batched: bool, base: Cell | None = None) -> Cell:
        """Return a new cell."""
        self.count += 1
        return Cell(self, f"v{self.count}", shape, batched, base)

    def view(self, base: Cell, how: str, shape: Shape) -> Cell:
        """Return a view of a cell's array; in `how`, {} stands for the array's name."""
        key = base.name, how
        if key not in self._seen:
            text = how.format(base.name)
            if base.base.name in self.moving:
                self._seen[key] = self.assigned(Code(text, ATOM, shape, base.batched), (base,))
            else:
                self._seen[key] = self.cell(shape, base.batched, base.base)
                self.views.append((self._seen[key], text))
        return self._seen[key]

    def filled(self, number: float, shape: Shape, batched: bool) -> Cell:
        """Return a cell all of whose entries are a number."""
        key = f"{number!r} {shape}", str(batched)
        if key not in self._seen:
            made = self._seen[key] = self.cell(shape, batched)
            made.number = number
            full = tuple(self.size if n < 0 else n for n in made.full)
            self.views.append(
                (made, f"np.full({full}, {literal(float(number)).text}, dtype=float)")
            )
        return self._seen[key]

    def raised(self, cell: Any, ndim: int) -> Any:
        """Return a cell with unit axes behind the batch, up to `ndim` of them."""
        if not isinstance(cell, Cell) or not cell.batched or cell.ndim >= ndim:
            return cell
        axes = ", ".join(["None"] * (ndim - cell.ndim) + [":"] * cell.ndim)
        return self.view(cell, f"{{}}[:, {axes}]", (1,) * (ndim - cell.ndim) + cell.shape)

    def line(
        self, call: str, reads: Sequence[Cell], shape: Shape, batched: bool, *, entrywise: bool
    ) -> Cell:
        """Append a line that fills an array, or find the same one; return the cell it fills."""
        key = call, "line"
        if key not in self._seen:
            made = self._seen[key] = self.cell(shape, batched)
            self.lines.append(Line(call, tuple(reads), made, entrywise))
        return self._seen[key]

    def entrywise(self, function: str, *operands: Any) -> Cell:
        """Append a function that works entry by entry; shapes are broadcast."""
        ndim = max(x.ndim for x in operands if isinstance(x, Cell))
        shape = same_shape(*(x.shape for x in operands if isinstance(x, Cell)))
        batched = any(isinstance(x, Cell) and x.batched for x in operands)
        known = [x.number if isinstance(x, Cell) and x.number is not None else x for x in operands]
        if not any(isinstance(x, Cell) for x in known):
            return self.filled(_of_numbers(function, known), shape, batched)
        others = [x for x in known if isinstance(x, Cell)]
        if same_shape(*(x.shape for x in others)) != shape or batched != any(
            x.batched for x in others
        ):
            known = list(operands)  # the filled ones are needed for the shape
        elif function == "np.multiply" and len(others) == 1 and 1 in known:
            return others[0]
        raised = [self.raised(x, ndim) for x in known]
        cells = [x for x in raised if isinstance(x, Cell)]
        written = ", ".join(x.name if isinstance(x, Cell) else _number(x) for x in raised)
        return self.line(f"{function}({written}", cells, shape, batched, entrywise=True)

    def product(self, a: Cell, b: Cell) -> Cell:
        """Append a matrix product; a batch stands in front of either or both."""
        shape, batched = a.shape[:-1] + b.shape[1:], a.batched or b.batched
        if b.ndim == 1 and b.batched and not a.batched and a.ndim == 2:
            turned = self.view(a, "{}.T", a.shape[::-1])  # W x of each example: the rows of X Wᵀ
            call = f"np.dot({b.name}, {turned.name}"
            return self.line(call, (b, turned), shape, True, entrywise=False)
        if not b.batched and (not a.batched or a.ndim == 1):
            call = f"np.dot({a.name}, {b.name}"
            return self.line(call, (a, b), shape, batched, entrywise=False)
        return self.assigned(_code(a) @ _code(b), (a, b))

    def gathered(self, a: Any) -> Any:
        """Append the sum over the batch."""
        if not isinstance(a, Cell):
            return a
        if not a.batched:
            return a
        if a.number is not None:
            return self.filled(a.number * self.size, a.shape, False)
        call = f"np.add.reduce({a.name}, 0, None"
        if a.ndim == 1:  # a matrix product is quicker than a sum over the first axis
            call = f"np.dot(ones, {a.name}"
        return self.line(call, (a,), a.shape, False, entrywise=False)

    def summed_outer(self, a: Cell, b: Cell) -> Cell:
        """Append Σ a bᵀ over the examples, as one matrix product."""
        turned = self.view(a, "{}.T", a.shape)
        call = f"np.dot({turned.name}, {b.name}"
        return self.line(call, (turned, b), a.shape + b.shape, False, entrywise=False)

    def collapsed(self, a: Cell, shape: Shape) -> Cell:
        """Append the sum over the axes along which `shape` was broadcast."""
        if a.shape == tuple(shape):
            return a
        if a.number is not None:
            times = math.prod(a.shape) // math.prod(shape)
            return self.filled(a.number * times, tuple(shape), a.batched)
        if a.ndim == 1:
            # A product with ones is quicker than a sum along the last axis.
            ones = self.filled(1.0, a.shape, False)
            call = f"np.dot({a.name}, {ones.name}"
            total = self.line(call, (a, ones), (), a.batched, entrywise=False)
            return total if shape == () else self._kept_axis(total)
        return self.assigned(self.numpy.collapse(_code(a), shape=shape), (a,))

    def largest(self, a: Cell, shape: Shape) -> Any:
        """Append the largest entry of each vector."""
        if a.ndim != 1:
            return self.assigned(self.numpy.largest(_code(a), shape=shape), (a,))
        call = f"np.maximum.reduce({a.name}, {int(a.batched)}, None"
        most = self.line(call, (a,), (), a.batched, entrywise=False)
        return most if tuple(shape) == () else self._kept_axis(most)

    def _kept_axis(self, a: Cell) -> Cell:
        return self.view(a, "{}[:, None]" if a.batched else "{}[None]", (1,))

    def repeated(self, a: Any, shape: Shape) -> Cell:
        """Return a value repeated up to `shape`: a view, or the number that it is."""
        shape = tuple(shape)
        if not isinstance(a, Cell):
            return self.filled(float(a), shape, False)
        if a.shape == shape:
            return a
        if a.number is not None:
            return self.filled(a.number, shape, a.batched)
        raised = self.raised(a, len(shape))
        full = ((self.size,) if a.batched else ()) + shape
        return self.view(raised, f"np.broadcast_to({{}}, {full})", shape)

    def repeated_over_batch(self, a: Any) -> Any:
        """Return a value once for each example."""
        if not isinstance(a, Cell):
            return self.filled(float(a), (), True)
        if a.batched:
            return a
        if a.number is not None:
            return self.filled(a.number, a.shape, True)
        made = self.view(a, f"np.broadcast_to({{}}, {(self.size, *a.shape)})", a.shape)
        made.batched = True
        return made

    def assigned(self, code: Code, reads: Sequence[Cell]) -> Cell:
        """Append an assignment, for what NumPy cannot write into an array that is there."""
        made = self.cell(code.shape, code.batched)
        self.lines.append(Line(code.text, tuple(reads), made, entrywise=False, kept=False))
        self.moving.add(made.name)
        return made


def _of_numbers(function: str, operands: Sequence[Any]) -> float:
    return float(getattr(np, function.removeprefix("np."))(*map(float, operands)))


def _number(value: Any) -> str:
    return literal(value if isinstance(value, int) else float(value)).text


def _code(value: Any) -> Any:
    if isinstance(value, Cell):
        return Code(value.name, ATOM, value.shape, value.batched)
    return value


class BufferedMaths(Maths):
    """The namespace in which rules write lines to a tape."""

    def __init__(self, tape: Tape) -> None:
        def entrywise(function: str) -> Callable[..., Any]:
            def applied(*operands: Any) -> Any:
                if any(isinstance(x, Cell) for x in operands):
                    return tape.entrywise(function, *operands)
                return _of_numbers(function, operands)

            return applied

        def chain(function: str) -> Callable[..., Any]:
            def folded(*operands: Any) -> Any:
                first, *others = operands
                for other in others:
                    first = tape.entrywise(function, first, other)
                return first

            return folded

        def written(name: str) -> Callable[..., Any]:
            """Return a function without an array to write to, as an assignment."""

            def assign(*operands: Any, **given: Any) -> Any:
                code = getattr(tape.numpy, name)(*map(_code, operands), **given)
                cells = [x for x in operands if isinstance(x, Cell)]
                return tape.assigned(code, cells) if cells else code

            return assign

        def step(x: Cell, at: Any) -> Cell:
            sharp = {0: "np.greater", 1: "np.greater_equal"}.get(at)
            return tape.entrywise(sharp, x, 0) if sharp else assigned_step(x, at)

        def assigned_step(x: Cell, at: Any) -> Cell:
            return tape.assigned(tape.numpy.step(_code(x), at=at), (x,))

        def power(a: Any, b: Any) -> Any:
            return a**b if isinstance(b, int) else tape.entrywise("np.float_power", a, b)

        def transposed(a: Cell) -> Cell:
            if a.ndim < 2 or a.batched:
                return a if a.ndim < 2 else written("transpose")(a)
            return tape.view(a, "{}.T", a.shape[::-1])

        base: dict[str, Any] = {
            name: written(name)
            for name, function in vars(tape.numpy).items()
            if callable(function) and name not in ("used", "algebra")
        }
        base |= {name: entrywise(f"np.{name}") for name, op in OPS.items() if op.numpy == name}
        base |= {
            "number": lambda number: float(number),
            "pi": np.pi,
            "e": np.e,
            "maximum": chain("np.maximum"),
            "minimum": chain("np.minimum"),
            "power": power,
            "step": step,
            "transpose": transposed,
            "collapse": tape.collapsed,
            "largest": tape.largest,
            "broadcast": tape.repeated,
            "batch_sum": tape.gathered,
            "batch_repeat": lambda a, like: tape.repeated_over_batch(a) if like.batched else a,
            "batch_size": lambda a: tape.size if isinstance(a, Cell) and a.batched else 1,
        }
        super().__init__(self, base)

"""A graph as NumPy source that allocates nothing: every step writes into an array that is kept.

For work that is done many times over batches of one size, such as the steps of a training.
The rules of the operations run over `Cell`s, which write one line an elementary step; when
all lines are known, each gets an array, and arrays whose values are no longer read are used
again. What NumPy cannot write into an array that is there is an ordinary assignment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.algebras.maths import Maths
from chainrule.compile.code import ATOM, Code, NumPyMaths, literal
from chainrule.compile.numpy_source import constants_of, prelude
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS, Shape
from chainrule.ops.record import same_shape

IDENTITY, OUTER = OPS["identity"], OPS["outer"]
BATCH_SUM, BATCH_REPEAT = OPS["batch_sum"], OPS["batch_repeat"]


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
    """

    size: int

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
            number = getattr(np, function.removeprefix("np."))(*map(float, known))
            return self.filled(float(number), shape, batched)
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
        if shape == () and a.ndim == 1:
            axis = int(a.batched)
            call = f"np.add.reduce({a.name}, {axis}, None"
            return self.line(call, (a,), (), a.batched, entrywise=False)
        return self.assigned(_NUMPY.collapse(_code(a), shape=shape), (a,))

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


_NUMPY = NumPyMaths()


def _number(value: Any) -> str:
    return literal(value if isinstance(value, int) else float(value)).text


def _code(value: Any) -> Any:
    if isinstance(value, Cell):
        return Code(value.name, ATOM, value.shape, value.batched)
    return value


_ENTRYWISE = {
    name: f"np.{name}"
    for name in (
        "exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "expm1", "log1p",
        "log2", "log10", "cbrt", "floor", "ceil", "abs", "sign",
    )
}  # fmt: skip


class BufferedMaths(Maths):
    """The namespace in which rules write lines to a tape."""

    def __init__(self, tape: Tape) -> None:
        def entrywise(function: str) -> Callable[..., Cell]:
            return lambda *operands: tape.entrywise(function, *operands)

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
                code = getattr(_NUMPY, name)(*map(_code, operands), **given)
                cells = [x for x in operands if isinstance(x, Cell)]
                return tape.assigned(code, cells) if cells else code

            return assign

        def step(x: Cell, at: Any) -> Cell:
            sharp = {0: "np.greater", 1: "np.greater_equal"}.get(at)
            return tape.entrywise(sharp, x, 0) if sharp else assigned_step(x, at)

        def assigned_step(x: Cell, at: Any) -> Cell:
            return tape.assigned(_NUMPY.step(_code(x), at=at), (x,))

        def power(a: Any, b: Any) -> Any:
            return a**b if isinstance(b, int) else tape.entrywise("np.float_power", a, b)

        def transposed(a: Cell) -> Cell:
            if a.ndim < 2 or a.batched:
                return a if a.ndim < 2 else written("transpose")(a)
            return tape.view(a, "{}.T", a.shape[::-1])

        base: dict[str, Any] = {
            name: written(name)
            for name, function in vars(_NUMPY).items()
            if callable(function) and name not in ("used", "algebra")
        }
        base |= {name: entrywise(function) for name, function in _ENTRYWISE.items()}
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
            "broadcast": tape.repeated,
            "batch_sum": tape.gathered,
            "batch_repeat": lambda a, like: tape.repeated_over_batch(a) if like.batched else a,
            "batch_size": lambda a: tape.size if isinstance(a, Cell) and a.batched else 1,
        }
        super().__init__(self, base)


class Buffered:
    """A graph compiled for batches of one size.

    Parameters
    ----------
    graph
        What is computed.
    size
        Number of examples in a batch.
    fixed
        Arrays of inputs that are always the same array, by name; their numbers may change.
    into
        Arrays into which outputs are written, by the node.
    keep
        Nodes whose values are asked for by `value`.
    """

    def __init__(
        self,
        graph: WengertList,
        size: int,
        fixed: Mapping[str, Any],
        into: Mapping[int, Any],
        keep: Sequence[int] = (),
    ) -> None:
        self.graph = graph
        self.size = size
        tape = Tape(size)
        cells, self.arguments = self._written(tape, fixed, {*into, *keep})
        wanted = {node: cells[node] for node in (*into, *keep) if isinstance(cells[node], Cell)}
        arrays = {
            cells[node].name: fixed[graph.names[node]]
            for node in graph.inputs
            if graph.names[node] in fixed
        }
        for node, array in into.items():
            if node not in wanted:
                array[...] = cells[node]
            elif wanted[node].name in arrays or not _is_filled(tape, wanted[node]):
                wanted[node] = tape.entrywise("np.positive", wanted[node])
                arrays[wanted[node].name] = array
            else:
                arrays[wanted[node].name] = array
        self._numbers = {n: np.asarray(float(cells[n])) for n in keep if n not in wanted}
        names = {cell.name for cell in wanted.values()}
        arrays["ones"] = np.ones(size)
        _Layout(tape, names, arrays, size)
        self.source = _source(tape, self.arguments, names & tape.moving)
        namespace = dict(arrays)
        text = prelude(frozenset()) + self.source
        exec(compile(text, "<chainrule step>", "exec"), namespace)
        self.run: Callable[..., dict[str, Any]] = namespace["step"]
        self._names = {node: cell.name for node, cell in wanted.items()}
        self._arrays = namespace
        self._local: dict[str, Any] = {}

    def _written(
        self, tape: Tape, fixed: Mapping[str, Any], wanted: set[int]
    ) -> tuple[list[Any], tuple[str, ...]]:
        graph, maths = self.graph, BufferedMaths(tape)
        constants = constants_of(graph)
        needed = set(wanted)
        for node in range(len(graph) - 1, -1, -1):
            if node in needed:
                # Of the second operand of a repetition nothing but its batch is used.
                used = 1 if graph.ops[node] is BATCH_REPEAT else None
                needed.update(graph.operands[node][:used])
        cells: list[Any] = []
        arguments: list[str] = []
        for node, op in enumerate(graph.ops):
            operands = [cells[i] for i in graph.operands[node]]
            if node in constants:
                cells.append(_constant(constants[node]))
            elif op is not INPUT and node not in needed:
                cells.append(None)
            elif op is INPUT:
                cell = tape.cell(graph.shape(node), node in graph.batched)
                if graph.names[node] not in fixed:
                    arguments.append(cell.name)
                    tape.moving.add(cell.name)
                cells.append(cell)
            elif op is OUTER and all(graph.carries[i] for i in graph.operands[node]):
                cells.append(tuple(operands))  # written by its sum, as one matrix product
            elif op is BATCH_SUM and isinstance(operands[0], tuple):
                cells.append(tape.summed_outer(*operands[0]))
            elif op is BATCH_REPEAT:
                carries = graph.carries[graph.operands[node][1]]
                cells.append(tape.repeated_over_batch(operands[0]) if carries else operands[0])
            elif op is IDENTITY:
                cells.append(operands[0])
            else:
                cells.append(op.numeric(maths, *operands, **graph.parameters_of(node)))
        return cells, tuple(arguments)

    def __call__(self, *batched: Any) -> None:
        """Compute everything for a batch; arguments are the inputs that are not fixed."""
        self._local = self.run(*batched)

    def value(self, node: int) -> Any:
        """Return the values of a node that was to be kept, as they are after the last call."""
        if node in self._numbers:
            return self._numbers[node]
        name = self._names[node]
        return self._local[name] if name in self._local else self._arrays[name]


def _is_filled(tape: Tape, cell: Cell) -> bool:
    """Tell whether a line fills this very cell, so that it can be told into which array."""
    return any(line.fills is cell and line.kept for line in tape.lines)


def _constant(code: Code) -> Any:
    """Return a constant of the source as a number; whole ones as int, for powers."""
    named = {"np.pi": np.pi, "np.e": np.e, "np.nan": np.nan}
    if code.text in named:
        return named[code.text]
    return int(code.text) if code.text.lstrip("-").isdecimal() else float(code.text)


class _Layout:
    """Which array each line fills: its own, or one whose values are no longer read."""

    def __init__(self, tape: Tape, wanted: set[str], arrays: dict[str, Any], size: int) -> None:
        self.arrays = arrays
        self._wanted = wanted | set(arrays)
        self._size = size
        self._free: dict[Shape, list[Any]] = {}
        self._last: dict[str, int] = {}
        for at, line in enumerate(tape.lines):
            for cell in line.reads:
                self._last[cell.base.name] = at
        for at, line in enumerate(tape.lines):
            self._lay(at, line)

    def _full(self, cell: Cell) -> Shape:
        return tuple(self._size if n < 0 else n for n in cell.full)

    def _lay(self, at: int, line: Line) -> None:
        ended = [
            base
            for base in dict.fromkeys(cell.base for cell in line.reads)
            if self._last[base.name] == at
            and base.name in self.arrays
            and base.name not in self._wanted
        ]
        fills, shape = line.fills, self._full(line.fills)
        if line.kept and fills.name not in self.arrays:
            over = [base for base in ended if self._may_write_over(base, line, shape)]
            if fills.name in self._wanted:
                array = np.empty(shape)
            elif over:
                ended.remove(over[0])
                array = self.arrays[over[0].name]
            else:
                free = self._free.get(shape)
                array = free.pop() if free else np.empty(shape)
            self.arrays[fills.name] = array
        for base in ended:
            self._free.setdefault(self._full(base), []).append(self.arrays[base.name])

    def _may_write_over(self, base: Cell, line: Line, shape: Shape) -> bool:
        """Tell whether a line may fill an operand's array: entry by entry, with no other view."""
        alone = all(cell is base for cell in line.reads if cell.base is base)
        return line.entrywise and alone and self._full(base) == shape


def _written(line: Line) -> str:
    """Return a line of source."""
    if not line.kept:
        return f"{line.fills.name} = {line.call}"
    # NumPy wants the word for these two, which once took any number of operands.
    word = "out=" if line.call.startswith(("np.maximum(", "np.minimum(")) else ""
    return f"{line.call}, {word}{line.fills.name})"


def _source(tape: Tape, arguments: Sequence[str], returned: set[str]) -> str:
    """Return the source: the views, made once, and the function `step`."""
    used = {cell.name for line in tape.lines for cell in line.reads} | returned
    views = []
    for cell, text in reversed(tape.views):
        if cell.name in used:
            views.append(f"{cell.name} = {text}")
            used.update(re.findall(r"\bv\d+\b", text))
    views.reverse()
    lines = [f"    {_written(line)}" for line in tape.lines]
    results = ", ".join(f'"{name}": {name}' for name in sorted(returned))
    head = f"def step({', '.join(arguments)}):"
    return "\n".join([*views, "", "", head, *lines, f"    return {{{results}}}"]) + "\n"

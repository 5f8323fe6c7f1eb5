"""Lines of source, one an elementary step: what the rules of operations write over `Variable`s.

Every target prints these lines: NumPy source to be read, code that fills arrays which are kept,
loops over blocks of points. So there is no second table of what an operation computes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.ops import Shape
from chainrule.ops.record import same_shape

INFIX = {
    "np.add": "+",
    "np.subtract": "-",
    "np.multiply": "*",
    "np.divide": "/",
    "np.power": "**",
}
WHOLE = 2**53
POWERS = 8  # an error of half a unit in the last place for each product but one


class Variable:
    """A value under construction: the variable that holds it, its shape, whether it has a batch.

    `base` is the cell whose array it is a view of, itself if it has one of its own; `number`
    is what all its entries are, where that is known.
    """

    __slots__ = ("base", "batched", "name", "number", "shape", "tape")
    __array_ufunc__ = None

    def __init__(
        self, tape: Tape, name: str, shape: Shape, batched: bool, base: Variable | None = None
    ) -> None:
        self.tape = tape
        self.name = name
        self.shape = shape
        self.batched = batched
        self.base: Variable = self if base is None else base
        self.number: float | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def ndim(self) -> int:
        """Number of axes of one example."""
        return len(self.shape)

    def __add__(self, other: Any) -> Variable:
        return self.tape.entrywise("np.add", self, other)

    def __radd__(self, other: Any) -> Variable:
        return self.tape.entrywise("np.add", other, self)

    def __sub__(self, other: Any) -> Variable:
        return self.tape.entrywise("np.subtract", self, other)

    def __rsub__(self, other: Any) -> Variable:
        return self.tape.entrywise("np.subtract", other, self)

    def __mul__(self, other: Any) -> Variable:
        return self.tape.entrywise("np.multiply", self, other)

    def __rmul__(self, other: Any) -> Variable:
        return self.tape.entrywise("np.multiply", other, self)

    def __truediv__(self, other: Any) -> Variable:
        return self.tape.entrywise("np.divide", self, other)

    def __rtruediv__(self, other: Any) -> Variable:
        return self.tape.entrywise("np.divide", other, self)

    def __pow__(self, other: int) -> Variable:
        raised: Variable = self.tape.power(self, other)
        return raised

    def __neg__(self) -> Variable:
        return self.tape.entrywise("np.negative", self)

    def __matmul__(self, other: Variable) -> Variable:
        return self.tape.product(self, other)


@dataclass(slots=True)
class SourceLine:
    """One line of source: an expression in the names of cells, and the cell it fills.

    Parameters
    ----------
    entrywise
        Whether it may write over an operand.
    kept
        Whether it is a call that can fill an array that is there; otherwise it is an assignment.
    """

    text: str
    reads: tuple[Variable, ...]
    fills: Variable
    entrywise: bool = False
    kept: bool = False


@dataclass(slots=True)
class Tape:
    """The lines so far, and the views that are made once.

    Parameters
    ----------
    size
        Number of examples in a batch, or the expression for it.
    fast
        Whether lines fill arrays and views of what stays in its place are made once; otherwise
        lines are written as people write them.
    tangents
        Whether sine and cosine of a batch are made of the tangent of half the angle.
    marks
        Whether the slope at what is no number is none; training sees it in the loss.
    moving
        Names of the variables that are another array in every call.
    used
        Functions that are called and that NumPy lacks.
    made
        Per variable that a function fills entry by entry, the function and its operands.
    """

    size: int | str
    fast: bool = True
    tangents: bool = False
    marks: bool = False

    lines: list[SourceLine] = field(default_factory=list)
    views: list[tuple[Variable, str]] = field(default_factory=list)
    moving: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    count: int = 0
    _seen: dict[str, Variable] = field(default_factory=dict)
    made: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def cell(self, shape: Shape, batched: bool, base: Variable | None = None) -> Variable:
        """Return a new cell."""
        self.count += 1
        return Variable(self, f"v{self.count}", shape, batched, base)

    def lift(self, value: Any) -> Variable:
        """Return a value as a cell."""
        if isinstance(value, Variable):
            return value
        return self.filled(float(value), (), False)

    def view(self, base: Variable, how: str, shape: Shape) -> Variable:
        """Return a view of a cell's array; in `how`, {} stands for the array's name."""
        text = how.format(base)
        if text not in self._seen:
            if not self.fast or base.base.name in self.moving:
                self._seen[text] = self.assigned(text, (base,), shape, base.batched)
            else:
                self._seen[text] = self.cell(shape, base.batched, base.base)
                self.views.append((self._seen[text], text))
        return self._seen[text]

    def full(self, shape: Shape, batched: bool) -> str:
        """Return the text of a shape with the batch in front."""
        sizes = [str(self.size)] * batched + [str(n) for n in shape]
        return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"

    def filled(self, number: float, shape: Shape, batched: bool) -> Variable:
        """Return a cell all of whose entries are a number."""
        text = f"np.full({self.full(shape, batched)}, {literal(float(number))}, dtype=float)"
        if not (self.fast or shape or batched):
            text = f"float({literal(float(number))})"
        if text not in self._seen:
            if self.fast:
                made = self.cell(shape, batched)
                self.views.append((made, text))
            else:
                made = self.assigned(text, (), shape, batched)
            made.number = number
            self._seen[text] = made
        return self._seen[text]

    def raised(self, cell: Any, ndim: int) -> Any:
        """Return a cell with unit axes behind the batch, up to `ndim` of them."""
        if not isinstance(cell, Variable) or not cell.batched or cell.ndim >= ndim:
            return cell
        axes = ", ".join([":"] + ["None"] * (ndim - cell.ndim) + [":"] * cell.ndim)
        return self.view(cell, f"{{}}[{axes}]", (1,) * (ndim - cell.ndim) + cell.shape)

    def line(
        self, text: str, reads: Sequence[Variable], shape: Shape, batched: bool, *, entrywise: bool
    ) -> Variable:
        """Append a line that fills an array, or find the same one; return the cell it fills."""
        if text not in self._seen:
            made = self._seen[text] = self.cell(shape, batched)
            self.lines.append(SourceLine(text, tuple(reads), made, entrywise, kept=True))
        return self._seen[text]

    def assigned(
        self, text: str, reads: Sequence[Variable], shape: Shape, batched: bool
    ) -> Variable:
        """Append an assignment, for what NumPy cannot write into an array that is there."""
        if text not in self._seen:
            made = self._seen[text] = self.cell(tuple(shape), batched)
            self.lines.append(SourceLine(text, tuple(reads), made))
            self.moving.add(made.name)
        return self._seen[text]

    def entrywise(self, function: str, *operands: Any) -> Variable:
        """Append a function that works entry by entry; shapes are broadcast."""
        cells = [x for x in operands if isinstance(x, Variable)]
        shape, batched = same_shape(*(x.shape for x in cells)), any(x.batched for x in cells)
        known = [
            x.number if isinstance(x, Variable) and x.number is not None else x for x in operands
        ]
        others = [x for x in known if isinstance(x, Variable)]
        if not others:
            return self.filled(of_numbers(function, known), shape, batched)
        if self.tangents and batched and function in ("np.sin", "np.cos"):
            return self._circular(function, others[0])
        same = same_shape(*(x.shape for x in others)) == shape
        if not same or batched != any(x.batched for x in others):
            known = list(operands)  # the filled ones are needed for the shape
        elif function == "np.multiply" and 1 in (known[0], known[1]):
            return others[0]
        else:
            if function == "np.divide" and known[0] == 1:
                function, known = "np.reciprocal", known[1:]
            if self.fast:
                function, known = self._shorter(function, known)
        ndim = max(x.ndim for x in known if isinstance(x, Variable))
        raised = [self.raised(x, ndim) for x in known]
        names = [x.name if isinstance(x, Variable) else literal(x) for x in raised]
        text = f"{function}({', '.join(names)})"
        if not self.fast:
            text = by_hand(function, names) or text
        reads = [x for x in raised if isinstance(x, Variable)]
        made = self.line(text, reads, shape, batched, entrywise=True)
        self.made[made.name] = (function, *known)
        return made

    def _shorter(self, function: str, x: list[Any]) -> tuple[str, list[Any]]:
        """Return a quicker call of the same value, within a few units in the last place."""
        kinds = [self.made.get(str(a), ("",)) for a in x]
        if function == "np.multiply" and x[0] is x[1]:
            return "np.square", x[:1]  # a a = a²
        if function == "np.add" and kinds[0][0] == "np.negative":
            return "np.subtract", [x[1], kinds[0][1]]  # −a + b = b − a
        if function in ("np.add", "np.subtract") and kinds[1][0] == "np.negative":
            turned = "np.subtract" if function == "np.add" else "np.add"
            return turned, [x[0], kinds[1][1]]  # a + (−b) = a − b
        if function == "np.exp" and kinds[0][0] == "np.negative":
            kind, *terms = self.made.get(str(kinds[0][1]), ("",))
            if kind == "np.add" and isinstance(terms[1], Variable) and not terms[1].batched:
                return function, [-terms[1] - terms[0]]  # −(a + s) = −s − a, s the same for all
        if function == "np.divide" and kinds[1][0] == "np.reciprocal":
            return "np.multiply", [x[0], kinds[1][1]]  # a / (1/d) = a d
        if function == "np.divide" and isinstance(x[1], Variable):
            # Where a divisor may be next to 0, its reciprocal overflows before the quotient does.
            if self._is_large(x[1]) and (one := self._reciprocal(x[1])):
                return "np.multiply", [x[0], one]
            inner = kinds[1][1] if kinds[1][0] == "np.square" else None
            if inner is not None and self._is_large(inner) and (one := self._reciprocal(inner)):
                return "np.multiply", [x[0], self.entrywise("np.square", one)]
        return function, x

    def _reciprocal(self, cell: Variable) -> Variable | None:
        return self._seen.get(f"np.reciprocal({cell})")

    def _is_large(self, cell: Variable) -> bool:
        """Tell whether a value is known to be 1 or more."""
        kind, *operands = self.made.get(cell.name, ("", None))
        if kind != "np.add" or not any(isinstance(x, Variable) for x in operands):
            return False
        (number,) = [x for x in operands if not isinstance(x, Variable)] or [0]
        kinds = [self.made.get(x.name, ("",))[0] for x in operands if isinstance(x, Variable)]
        return number >= 1 and kinds[0] in ("np.exp", "np.square", "np.abs")

    def _circular(self, function: str, x: Variable) -> Variable:
        """Append sin x = 2t/(1 + t²) or cos x = 2/(1 + t²) − 1 with t = tan(x/2)."""
        half = self.entrywise("np.tan", x * 0.5)
        part = 2 / (1 + self.entrywise("np.square", half))
        if function == "np.sin":
            return half * part
        return self.line(f"cosine({part}, {x})", (part, x), x.shape, True, entrywise=False)

    def power(self, base: Any, exponent: Any) -> Any:
        """Append a power; one with a number as exponent by what is quick for it."""
        if isinstance(exponent, Variable) and exponent.number is not None and not exponent.shape:
            exponent = exponent.number
        if not isinstance(base, Variable) or isinstance(exponent, Variable):
            return self.entrywise("np.float_power", base, exponent)
        if exponent == 0.5:
            return self.entrywise("np.sqrt", base)
        if not float(exponent).is_integer() or abs(exponent) > WHOLE:
            return self.entrywise("np.float_power", base, exponent)
        times = int(exponent)
        if times == 2:
            return self.entrywise("np.square", base)
        if not self.fast or times == 0 or abs(times) > POWERS:
            return self.entrywise("np.power", base, times)
        product = self._times(base, abs(times))
        return product if times > 0 else 1 / product

    def _times(self, base: Variable, times: int) -> Variable:
        if times == 1:
            return base
        half = self._times(base, times // 2)
        whole = self.entrywise("np.square", half)
        return whole * base if times % 2 else whole

    def product(self, a: Any, b: Any) -> Variable:
        """Append a matrix product; a batch stands in front of either or both."""
        a, b = self.lift(a), self.lift(b)
        shape, batched = a.shape[:-1] + b.shape[1:], a.batched or b.batched
        text = f"{a} @ {b}"
        if b.ndim == 1 and b.batched and not a.batched and a.ndim == 2:
            turned = self.view(a, "{}.T", a.shape[::-1])  # W x of each example: the rows of X Wᵀ
            return self.dot(b, turned, shape, True)
        if not b.batched and (not a.batched or a.ndim == 1):
            return self.dot(a, b, shape, batched)
        if b.ndim == 1 and a.ndim == 1:
            text = f"np.sum({a} * {b}, axis=-1)"
        elif b.ndim == 1 and b.batched:
            text = f"({a} @ {b}[:, :, None])[:, :, 0]"
        elif a.ndim == 1 and a.batched and b.ndim == 2 and b.batched:
            text = f"({a}[:, None, :] @ {b})[:, 0, :]"
        return self.assigned(text, (a, b), shape, batched)

    def dot(self, a: Variable, b: Variable, shape: Shape, batched: bool) -> Variable:
        """Append a matrix product as NumPy has it."""
        text = f"np.dot({a}, {b})" if self.fast else f"{a} @ {b}"
        return self.line(text, (a, b), shape, batched, entrywise=False)

    def live(self, wanted: Iterable[str]) -> list[SourceLine]:
        """Return the lines without those that nothing wanted is computed from."""
        needed, kept = set(wanted), []
        for line in reversed(self.lines):
            if line.fills.name in needed:
                kept.append(line)
                for cell in line.reads:
                    needed.update((cell.name, cell.base.name))
        return kept[::-1]


def by_hand(function: str, names: Sequence[str]) -> str:
    """Return a call as people write it, empty where they write the call."""
    if function in INFIX:
        return f"{names[0]} {INFIX[function]} {names[1]}"
    if function == "np.negative":
        return f"-{names[0]}"
    return f"1 / {names[0]}" if function == "np.reciprocal" else ""


def of_numbers(function: str, operands: Sequence[Any]) -> float:
    """Return the value of a function of numbers."""
    with np.errstate(all="ignore"):
        return float(getattr(np, function.removeprefix("np."))(*map(float, operands)))


def literal(number: Any) -> str:
    """Return a number as it stands in source."""
    value = float(number)
    names = {math.pi: "np.pi", math.e: "np.e", math.inf: "np.inf", -math.inf: "-np.inf"}
    if value != value:
        return "np.nan"
    if value in names:
        return names[value]
    return repr(int(value)) if value.is_integer() and abs(value) < WHOLE else repr(value)

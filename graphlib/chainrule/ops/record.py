"""The record of an operation: all that chainrule knows about one, in one place.

A rule is ordinary arithmetic over an unknown kind of value. It receives the maths
namespace `m` of whoever supplies the values, so the same line computes with floats,
arrays, 50-digit numbers and SymPy expressions, and writes graphs when the values are nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, ParamSpec

from chainrule.errors import RuleError, ShapeError

Shape = tuple[int, ...]
Rule = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Map:
    """A local partial that is a linear map rather than a factor.

    `push` takes a tangent of the operand to a tangent of the node (jvp),
    `pull` an adjoint of the node to the operand's share (vjp); they are transposes.
    """

    push: Callable[[Any], Any]
    pull: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a value or a local partial exists.

    `holds` receives the operands' values; `needs` completes the sentence
    "it needs ..." and is shown to the reader. `flat`, if given, tells where a local partial
    is 0 although its formula reads 0 · ∞. `alone` says of a local partial that where it does
    not exist, the value exists at the point alone: (−2)^3, but not beside the exponent 3.
    `bounded` says that it stays bounded around the point, as at a kink: 0 times it is 0. Of a
    vector, `holds` receives the list of its entries.
    """

    holds: Callable[..., bool]
    needs: str
    flat: Callable[..., bool] | None = None
    alone: bool = False
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class Kink:
    """Points at which an operation has one-sided derivatives only.

    `at` tells from the operands' values whether this is such a point; `push` is the
    one-sided derivative there in the direction of the given tangents (it is positively
    homogeneous, not linear), None where the value jumps and no derivative exists;
    `convention` says in words which value the passes use. `choice` names the parameter of
    the node that sets it: a number, or None where no derivative shall exist there. `against` is
    the convention where a constant takes part; `jumps` tells of a choice whether the value jumps
    at this point, where there is no derivative; a node then carries `moving`, which says of every
    operand whether an input reaches it. `across` is the one operand that moves the value over the
    jump, where the derivatives by the others exist.
    """

    at: Callable[..., bool]
    push: Callable[..., Any] | None
    convention: str
    choice: str = ""
    against: str = ""
    jumps: Callable[..., bool] | None = None
    across: int | None = None

    def undefined(self, parameters: Mapping[str, Any]) -> bool:
        """Return whether a node with these parameters has no derivative at the kink."""
        return self.push is None or (self.choice in parameters and parameters[self.choice] is None)

    def words(self, parameters: Mapping[str, Any]) -> str:
        """Return the convention of a node with these parameters."""
        moving = parameters.get("moving", (True,))
        said = (self.against,) if sum(moving) == 1 else (self.against, self.convention)
        words = self.convention if all(moving) else "; ".join(said)
        if self.push is not None and self.undefined(parameters):
            words = words.partition(";")[0] + "; the choice here is no derivative"
        return words.format(**parameters)


def same_shape(*shapes: Shape) -> Shape:
    """Return the shape of an elementwise result: the operands' shapes, broadcast.

    Raises
    ------
    ShapeError
        If two shapes cannot be broadcast together.
    """
    result: Shape = ()
    for shape in shapes:
        if shape == result or shape == ():
            continue
        rank = max(len(shape), len(result))
        wide, other = ((1,) * (rank - len(s)) + s for s in (result, shape))
        if any(a != b and 1 not in (a, b) for a, b in zip(wide, other, strict=True)):
            raise ShapeError(f"shapes {result} and {shape} do not fit together elementwise")
        result = tuple(b if a == 1 else a for a, b in zip(wide, other, strict=True))
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One operation.

    Parameters
    ----------
    name
        Unique name; also the name under which rules call it, `m.name(...)`.
    arity
        Number of operands; None for one or more.
    value
        `value(m, *operands, **parameters)`: the definition.
    partials
        One rule per operand, `rule(m, y, *operands, **parameters)` with `y` the already
        computed value; a function from the slot to a rule where `arity` is None. A rule
        returns a factor or a `Map`. The integers 0 and 1 are structural: no value
        computed at run time is ever taken for them.
    spellings
        Function names under which it is written in text.
    aliases
        Other names of it, in other languages and libraries.
    inverse
        Name under which its inverse is typed; empty where nobody asks.
    role
        What it is in a network: an "activation" or a "loss"; empty for neither.
    cost
        How many elementary functions its enclosure takes.
    sign
        Operator sign for infix, prefix or postfix notation; empty for function notation.
    latex
        The function's LaTeX name where it differs from an upright `name`.
    symbol
        The function's name in formulas where it differs from `name`: ln, σ, Γ.
    bare
        Whether it stands before a single letter without brackets: sin x.
    numpy
        The function of NumPy that computes it entry by entry; empty where there is none.
    parity
        1 if f(−x) = f(x), −1 if f(−x) = −f(x), 0 for neither or where nobody asks.
    saturates
        Whether it levels off on either side, where next to nothing of an adjoint gets through.
    domain
        Where the value exists; None for everywhere.
    smooth
        Per slot, where the local partial exists; None for wherever the value exists.
    kink
        Where only one-sided derivatives exist, and what is used there.
    shape
        From the operands' shapes to the result's.
    parameters
        Names and defaults of the parameters that a node carries.
    rule
        Name of the differentiation rule that a step quotes; empty for "derivative of name".
    samples
        Operand tuples inside the domain at which the laws are tested.
    gathers
        Whether the result is one for all examples of a batch, where the operands are many.
    stable
        `stable(m, *operands, **parameters)`: the same value by a formula that keeps its
        digits where `value` cancels or overflows. Numbers are computed by it, formulas are
        read from `value`. None where one formula serves both.
    stable_partials
        Per slot, likewise for the local partial: 1 − tanh² cancels where sech² does not.
    taken
        `taken(*operands, **parameters)`: of a choice, the slot of the operand that is taken,
        decided by those before the values in `when`; the other values need not exist.
    doc
        One sentence for the reference.
    """

    name: str
    arity: int | None
    value: Rule
    partials: tuple[Rule, ...] | Callable[[int], Rule] = ()
    spellings: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    inverse: str = ""
    role: Literal["", "activation", "loss"] = ""
    cost: int = 1
    sign: str = ""
    latex: str = ""
    symbol: str = ""
    bare: bool = False
    numpy: str = ""
    parity: Literal[-1, 0, 1] = 0
    saturates: bool = False
    domain: Domain | None = None
    smooth: tuple[Domain | None, ...] = ()
    kink: Kink | None = None
    shape: Callable[..., Shape] = same_shape
    parameters: Mapping[str, Any] = field(default_factory=dict)
    rule: str = ""
    samples: tuple[tuple[Any, ...], ...] = ()
    gathers: bool = False
    stable: Rule | None = None
    stable_partials: Mapping[int, Rule] = field(default_factory=dict)
    taken: Callable[..., int] | None = None
    doc: str = ""

    def __post_init__(self) -> None:
        """Refuse a record whose parts contradict each other."""
        if isinstance(self.partials, tuple):
            if self.arity is None:
                raise RuleError(f"{self.name}: any number of operands needs a rule per slot")
            if len(self.partials) != self.arity:
                raise RuleError(f"{self.name}: {self.arity} operands, {len(self.partials)} rules")
        if self.smooth and len(self.smooth) != (self.arity or len(self.smooth)):
            raise RuleError(f"{self.name}: {self.arity} operands, {len(self.smooth)} domains")

    @property
    def numeric(self) -> Rule:
        """The rule by which numbers are computed, `stable` where there is one."""
        return self.stable or self.value

    def partial(self, slot: int) -> Rule:
        """Return the rule for the local partial by the operand in `slot` (from 0)."""
        return self.partials[slot] if isinstance(self.partials, tuple) else self.partials(slot)

    def smooth_at(self, slot: int) -> Domain | None:
        """Return where the local partial by `slot` exists, None for everywhere."""
        if not self.smooth:
            return None
        return self.smooth[slot if slot < len(self.smooth) else 0]

    def __call__(self, *operands: Any, **parameters: Any) -> Any:
        """Write it on the values of a graph that is being written, as in a traced function.

        Raises
        ------
        RuleError
            If no operand is such a value.
        """
        for operand in operands:
            if hasattr(operand, "written"):
                return operand.written(self, operands, parameters)
        raise RuleError(f"{self.name} is written on values of a graph: none is among its operands")

    def __repr__(self) -> str:
        """Return the name: the record itself is too long to read."""
        return f"Op({self.name!r})"


class Registry(Mapping[str, Op]):
    """The operations by name; written by the modules of `chainrule.ops` at import only."""

    def __init__(self) -> None:
        self._ops: dict[str, Op] = {}
        self._spelled: dict[str, Op] = {}
        self._closed = False

    def register(self, op: Op) -> Op:
        """Add `op` and return it.

        Raises
        ------
        RuleError
            If the registry is closed or a name or spelling is taken.
        """
        if self._closed:
            raise RuleError("the registry of operations is closed after import")
        if op.name in self._ops:
            raise RuleError(f"operation {op.name}: {op.name!r} is taken")
        for spelling in op.spellings:
            if spelling in self._spelled:
                raise RuleError(f"operation {op.name}: {spelling!r} is taken")
        self._ops[op.name] = op
        self._spelled.update(dict.fromkeys(op.spellings, op))
        return op

    @classmethod
    def of(cls, operations: Iterable[Op]) -> Registry:
        """Return operations that are given beside those built in.

        Raises
        ------
        RuleError
            If one is no operation, or two share a name or spelling.
        """
        registry = cls()
        for op in operations:
            if not isinstance(op, Op):
                raise RuleError(f"{op!r} is no operation; chainrule.operation makes one")
            registry.register(op)
        return registry

    def close(self) -> None:
        """Refuse every later registration."""
        self._closed = True

    @property
    def spelled(self) -> Mapping[str, Op]:
        """The operations by the function names under which they are written in text."""
        return self._spelled

    def __getitem__(self, name: str) -> Op:
        return self._ops[name]

    def __iter__(self) -> Any:
        return iter(self._ops)

    def __len__(self) -> int:
        return len(self._ops)


OPS = Registry()


P = ParamSpec("P")


def _registered(make: Callable[P, Op]) -> Callable[P, Op]:
    def register(*fields: P.args, **further: P.kwargs) -> Op:
        return OPS.register(make(*fields, **further))

    return register


register = _registered(Op)
"""Make an operation that is built in, of the fields of `Op`."""

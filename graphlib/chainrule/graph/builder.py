"""The building algebra: values are nodes, computing with them writes a graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from chainrule.algebras.protocol import NO_PARAMETERS, Algebra, Maths, Parameters
from chainrule.errors import GraphError
from chainrule.graph.conventions import with_moving
from chainrule.graph.simplification import simplified
from chainrule.graph.wengert import INPUT, Node, WengertList
from chainrule.ops import OPS, Op, Registry, Shape
from chainrule.ops.record import same_shape

CONSTANT = OPS["constant"]
ADD, SUB, MUL, DIV = OPS["add"], OPS["sub"], OPS["mul"], OPS["div"]
POWER, NEG, ABS, MATMUL = OPS["power"], OPS["neg"], OPS["abs"], OPS["matmul"]
# Operations that carry nothing beside their operands and are done entry by entry.
BARE = frozenset(
    op
    for op in OPS.values()
    if op.shape is same_shape and op.arity in (1, 2) and not op.parameters and op.kink is None
)


def number_text(number: Fraction) -> str:
    """Return an exact number as it is written: 3, -0.25, or 1/3 where decimals would not end."""
    if number.denominator == 1:
        return str(number.numerator)
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > 20:
        return f"{number.numerator}/{number.denominator}"
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


Operator = Callable[["Expression", Any], "Expression"]


def _operators(op: Op) -> tuple[Operator, Operator]:
    """Return Python's operator of an operation, and that of what stands behind its sign."""
    is_bare = op in BARE

    def before(self: Expression, other: Any) -> Expression:
        builder = self.builder
        together = type(self) is type(other) is Expression and other.builder is builder
        if together and is_bare and builder.is_bare:
            return builder.append_bare(op, (self.index, other.index))
        return self._with(op, self, other)

    def behind(self: Expression, other: Any) -> Expression:
        return self._with(op, other, self)

    return before, behind


class Expression:
    """A node under construction; arithmetic with it appends nodes to its builder."""

    __slots__ = ("builder", "index")
    __array_ufunc__ = None

    def __init__(self, builder: Builder, index: int) -> None:
        self.builder = builder
        self.index = index

    @property
    def shape(self) -> Shape:
        """Shape of one example, () for a scalar."""
        return self.builder.shapes.get(self.index, ())

    @property
    def ndim(self) -> int:
        """Number of axes of `shape`."""
        return len(self.shape)

    @property
    def carries(self) -> bool:
        """Whether the value carries a batch axis."""
        return self.index in self.builder.carrying

    @property
    def op(self) -> Op:
        """The operation's record."""
        return self.builder.ops[self.index]

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The operands, in the order written."""
        return tuple(Expression(self.builder, i) for i in self.builder.operands[self.index])

    @property
    def number(self) -> Fraction | None:
        """The exact number of a constant, None for every other node."""
        if self.op is not CONSTANT:
            return None
        number: Fraction = self.builder.parameters[self.index]["number"]
        return number

    def _with(self, op: Op, *operands: Any) -> Expression:
        return self.written(op, operands, NO_PARAMETERS)

    def written(self, op: Op, operands: Sequence[Any], parameters: Parameters) -> Expression:
        """Return an operation on this and other values, in the graph of this one."""
        return self.builder.write(op, [self.builder.lift(x) for x in operands], parameters)

    __add__, __radd__ = _operators(ADD)
    __sub__, __rsub__ = _operators(SUB)
    __mul__, __rmul__ = _operators(MUL)
    __truediv__, __rtruediv__ = _operators(DIV)
    __pow__, __rpow__ = _operators(POWER)
    __matmul__, __rmatmul__ = _operators(MATMUL)

    def __neg__(self) -> Expression:
        return self._with(NEG, self)

    def __pos__(self) -> Expression:
        return self

    def __abs__(self) -> Expression:
        return self._with(ABS, self)


def _identity(op: Op, operands: tuple[int, ...], parameters: Parameters) -> Any:
    """Return what two steps of one operation have in common if they are equal."""
    if op is CONSTANT:
        return parameters["text"], parameters["number"].as_integer_ratio()
    return (operands, tuple(sorted(parameters.items()))) if parameters else operands


class _NodeMaths(Maths):
    """The namespace in which every function appends a node."""

    def __init__(self, builder: Builder) -> None:
        super().__init__(builder, {"number": builder.number})
        # Rules call these of numbers by other names than the operations.
        self.__dict__ |= {"maximum": self.max, "minimum": self.min}

    def __getattr__(self, name: str) -> Any:
        builder = self.__dict__["algebra"]
        op = builder.operation(name)
        if name.startswith("_") or op is None:
            raise AttributeError(name)
        if name in ("pi", "e"):
            constant: Expression = builder.write(op, [])
            return constant

        bare = op in BARE and op.arity == 1

        def write(*operands: Any, **parameters: Any) -> Expression:
            if bare and builder.is_bare and len(operands) == 1 and not parameters:
                (x,) = operands
                if type(x) is Expression and x.builder is builder:
                    appended: Expression = builder.append_bare(op, (x.index,))
                    return appended
            result: Expression = builder.write(op, [builder.lift(x) for x in operands], parameters)
            return result

        self.__dict__[name] = write
        return write


class Builder(Algebra):
    """Writes a `WengertList`; equal unnamed steps are written once.

    Parameters
    ----------
    base
        A list to go on from: its nodes keep their indices.
    simplify
        Whether x·1, x + 0, −(−x) and their kind are shortened. Derivatives are written so;
        what a user wrote never is.
    own
        Operations that are known by name beside those built in.
    """

    def __init__(
        self, base: WengertList | None = None, *, simplify: bool = False, own: Iterable[Op] = ()
    ) -> None:
        self.own = Registry.of(own)
        self.simplify = simplify
        self._first_own = len(base) if base else 0
        self.ops: list[Op] = list(base.ops) if base else []
        self.operands: list[tuple[int, ...]] = list(base.operands) if base else []
        self.parameters: dict[int, Mapping[str, Any]] = dict(base.parameters) if base else {}
        self.names: dict[int, str] = dict(base.names) if base else {}
        self.shapes: dict[int, Shape] = dict(base.shapes) if base else {}
        # Whether all is made of numbers so far and written as it is given.
        self.is_bare = not (self.shapes or simplify)
        self.batched: set[int] = set(base.batched) if base else set()
        self.carrying: set[int] = {n for n, it in enumerate(base.carries) if it} if base else set()
        self.varying: list[bool] = list(base.varies) if base else []
        self.written: list[int] = list(base.written) if base else []
        self._taken: set[str] = set(self.names.values())
        self._known: defaultdict[Op, dict[Any, int]] = defaultdict(dict)
        for node in range(len(self.ops)):
            if node not in self.names:
                self._known[self.ops[node]].setdefault(self._key(node), node)

    @cached_property
    def maths(self) -> Maths:  # type: ignore[override]
        """The namespace for rules; made when the first rule is computed."""
        return _NodeMaths(self)

    def operation(self, name: str) -> Op | None:
        """Return the operation of a name, None if there is none."""
        return self.own.get(name) or OPS.get(name)

    def is_own(self, expression: Expression) -> bool:
        """Return whether a node was written here, not in the graph with which this began."""
        return expression.index >= self._first_own

    def _key(self, node: int) -> Any:
        parameters = self.parameters.get(node, NO_PARAMETERS)
        return _identity(self.ops[node], self.operands[node], parameters)

    def _append(
        self, op: Op, operands: tuple[int, ...], parameters: Parameters, shape: Shape
    ) -> int:
        node = len(self.ops)
        self.ops.append(op)
        self.operands.append(operands)
        self.written.append(node)
        if parameters:
            self.parameters[node] = parameters
        if shape:
            self.shapes[node] = shape
            self.is_bare = False
        self.varying.append(op is INPUT or any([self.varying[i] for i in operands]))
        if self.carrying and not op.gathers and not self.carrying.isdisjoint(operands):
            self.carrying.add(node)
        return node

    def input(self, name: str, shape: Shape = (), *, batched: bool = False) -> Expression:
        """Append an input.

        Raises
        ------
        GraphError
            If the name is taken.
        """
        node = self._append(INPUT, (), NO_PARAMETERS, shape)
        self.name(Expression(self, node), name)
        if batched:
            self.batched.add(node)
            self.carrying.add(node)
        return Expression(self, node)

    def number(self, number: Fraction, text: str = "") -> Expression:
        """Return the constant `number`, shown as `text`."""
        exact = number if type(number) is Fraction else Fraction(number)
        parameters = {"number": exact, "text": text or number_text(exact)}
        return self._intern(CONSTANT, (), parameters, ())

    def lift(self, value: Any) -> Expression:
        """Return `value` as a node of this builder; a Python float is its exact binary value."""
        if isinstance(value, Expression):
            if value.builder is not self:
                raise GraphError("operands belong to different graphs")
            return value
        if isinstance(value, float):
            return self.number(Fraction(value), repr(value))
        return self.number(Fraction(value))

    def _intern(
        self, op: Op, operands: tuple[int, ...], parameters: Parameters, shape: Shape
    ) -> Expression:
        key = _identity(op, operands, parameters)
        known = self._known[op]
        node = known.get(key)
        if node is None:
            node = known[key] = self._append(op, operands, parameters, shape)
        return Expression(self, node)

    def append_bare(self, op: Op, operands: tuple[int, ...]) -> Expression:
        """Do the work of `write` for what very large graphs are made of, in fewer calls."""
        known = self._known[op]
        node = known.get(operands)
        if node is None:
            node = known[operands] = len(self.ops)
            self.ops.append(op)
            self.operands.append(operands)
            self.written.append(node)
            varying = self.varying
            varying.append(varying[operands[0]] or varying[operands[-1]])
            if self.carrying and not self.carrying.isdisjoint(operands):
                self.carrying.add(node)
        return Expression(self, node)

    def write(
        self,
        op: Op,
        operands: Sequence[Expression],
        parameters: Parameters = NO_PARAMETERS,
        *,
        fresh: bool = False,
    ) -> Expression:
        """Append `op` applied to `operands`, or return the equal step that is already there.

        With `fresh` it is appended in any case: a step that is to have a name of its own.

        Raises
        ------
        ShapeError
            If the operands' shapes do not fit.
        """
        if op in BARE and self.is_bare and not fresh:
            return self.append_bare(op, tuple([x.index for x in operands]))
        parameters = {**op.parameters, **parameters} if op.parameters else NO_PARAMETERS
        if self.simplify:
            short = simplified(self, op, operands)
            if short is not None:
                return short
        shape: Shape = ()
        if op.shape is not same_shape:
            shape = op.shape(*(x.shape for x in operands), **parameters)
        elif self.shapes:
            shape = same_shape(*(x.shape for x in operands))
        indices = tuple(x.index for x in operands)
        if op.kink is not None and op.kink.against:
            parameters = with_moving(parameters, [self.varying[i] for i in indices])
        if fresh:
            return Expression(self, self._append(op, indices, parameters, shape))
        return self._intern(op, indices, parameters, shape)

    def name(self, expression: Expression, name: str) -> Expression:
        """Give `name` to a step. A second name for the same step makes a node of its own.

        Raises
        ------
        GraphError
            If the name is taken.
        """
        if name in self._taken:
            raise GraphError(f"the name {name!r} is given twice")
        node = expression.index
        if node in self.names:
            node = self._append(OPS["identity"], (node,), NO_PARAMETERS, self.shapes.get(node, ()))
        else:
            # A named step is never shared with an equal one that is unnamed.
            known, key = self._known[self.ops[node]], self._key(node)
            if known.get(key) == node:
                del known[key]
        self._taken.add(name)
        self.names[node] = name
        return Expression(self, node)

    def finish(
        self, outputs: Sequence[Expression], written: Sequence[int] | None = None
    ) -> WengertList:
        """Return the list, with every step that leads nowhere dropped (inputs stay)."""
        return pruned(
            WengertList(
                ops=tuple(self.ops),
                operands=tuple(self.operands),
                parameters=dict(self.parameters),
                names=dict(self.names),
                shapes=dict(self.shapes),
                outputs=[x.index for x in outputs],
                written=tuple(written or self.written),
                batched=self.batched,
            )
        )

    # The algebra's half: values are expressions of this builder.

    def apply(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> Expression:
        """Append `op`; of a fold, the steps of its body."""
        if "body" in parameters:
            unfolded: Expression = op.value(self.maths, *operands, **parameters)
            return unfolded
        return self.write(op, operands, parameters)

    def partial(
        self, op: Op, parameters: Parameters, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial as an expression or a `Map`."""
        return op.partial(slot)(self.maths, value, *operands, **parameters)

    def fit(self, value: Any, like: Expression) -> Expression:
        """Append the repetition or the sum that brings `value` to the shape of `like`.

        What carries a batch is summed over it for an operand that does not, and the other
        way round repeated.
        """
        lifted = self.lift(value)
        if lifted.carries and not like.carries:
            lifted = self.write(OPS["batch_sum"], [lifted])
        elif like.carries and not lifted.carries:
            lifted = self.write(OPS["batch_repeat"], [lifted, like])
        if lifted.shape == like.shape:
            return lifted
        grows = lifted.ndim < like.ndim or any(
            have == 1 and want != 1
            for have, want in zip(lifted.shape, like.shape, strict=lifted.ndim == like.ndim)
        )
        return self.write(
            OPS["broadcast" if grows else "collapse"], [lifted], {"shape": like.shape}
        )


def pruned(graph: WengertList) -> WengertList:
    """Return the list without the steps that no output and no name needs; inputs stay."""
    needed = [False] * len(graph)
    for node in graph.outputs:
        needed[node] = True
    for node in graph.inputs:
        needed[node] = True
    for node in range(len(graph) - 1, -1, -1):
        if needed[node]:
            for operand in graph.operands[node]:
                needed[operand] = True
    if all(needed):
        return graph
    return graph.select([node for node in range(len(graph)) if needed[node]])


__all__ = ["Builder", "Expression", "Node", "number_text", "pruned"]

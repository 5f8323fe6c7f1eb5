"""What a pass needs from a kind of value, what such kinds share, and what rules compute in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from typing import Any

from chainrule.algebras.undefined import OutOfReach, Undefined
from chainrule.ops import OPS, Map, Op
from chainrule.ops.record import Rule


class Maths:
    """The functions of one kind of value, by the names that rules use.

    `algebra` is the kind of value itself, for rules that run a pass of their own; `base`
    holds what a kind of value brings along (exp, sin, maximum, ...). A name that is
    not among them is an operation, computed by its own definition in this namespace.
    """

    def __init__(self, algebra: Any, base: Mapping[str, Any]) -> None:
        self.__dict__.update(base)
        self.algebra = algebra

    def __getattr__(self, name: str) -> Any:
        if name not in OPS:
            raise AttributeError(name)
        definition, defaults = self._definition(OPS[name]), OPS[name].parameters

        def operation(*operands: Any, **parameters: Any) -> Any:
            return definition(self, *operands, **{**defaults, **parameters})

        self.__dict__[name] = operation
        return operation

    def _definition(self, op: Op) -> Rule:
        """Return the rule by which `op` is computed: for numbers, the one that keeps digits."""
        return op.numeric


Parameters = Mapping[str, Any]
NO_PARAMETERS: Parameters = {}


class Algebra(ABC):
    """One kind of value: how to make it, apply operations to it, and carry derivatives.

    A pass is one algorithm; the algebra decides what comes out. `fit` is the only place
    where shapes are matched: broadcast up in forward mode, summed down in reverse mode.
    """

    maths: Maths

    @abstractmethod
    def number(self, number: Fraction) -> Any:
        """Return the value of an exact number."""

    def zero(self, like: Any) -> Any:
        """Return the zero of the shape of `like`."""
        return self.number(Fraction(0))

    def one(self, like: Any) -> Any:
        """Return the one of the shape of `like`: the seed of a pass."""
        return self.number(Fraction(1))

    @abstractmethod
    def apply(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> Any:
        """Return the value of `op`, or an `Undefined`."""

    @abstractmethod
    def partial(
        self, op: Op, parameters: Parameters, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial by the operand in `slot`: factor, `Map` or `Undefined`."""

    def session(self) -> AbstractContextManager[None]:
        """Return the block in which a run computes."""
        return nullcontext()

    def placed(self, value: Any, node: int) -> Any:
        """Return a value of `node`: an `Undefined` that has no place yet arose there."""
        return value.at(node) if type(value) is Undefined else value

    def fit(self, value: Any, like: Any) -> Any:
        """Return `value` in the shape of `like`."""
        return value

    def push(self, partial: Any, tangent: Any, like: Any) -> Any:
        """Return the operand's contribution to the tangent of a node shaped like `like`."""
        pushed = partial.push(tangent) if isinstance(partial, Map) else tangent * partial
        return self.fit(pushed, like)

    def pull(self, partial: Any, adjoint: Any, like: Any) -> Any:
        """Return the share of an operand shaped like `like` in the node's `adjoint`."""
        pulled = partial.pull(adjoint) if isinstance(partial, Map) else adjoint * partial
        return self.fit(pulled, like)

    def at_kink(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> bool:
        """Tell whether `op` has only one-sided derivatives at `operands`."""
        return False


class Scalars(Algebra):
    """Algebras whose values are real numbers that can be compared."""

    absent: Any
    """The local partial by a branch that is not taken, which need not exist."""

    flat: Any
    """The 0 that is 0 near the point too: whatever slope it is multiplied by, infinite or not,
    nothing comes through."""

    def rule(self, op: Op) -> Rule:
        """Return the rule by which the value of an operation is computed."""
        return op.numeric

    def partial_rule(self, op: Op, slot: int) -> Rule:
        """Return the rule by which the local partial by the operand in `slot` is computed."""
        return op.stable_partials.get(slot) or op.partial(slot)

    def apply(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> Any:
        """Return the value of `op`; outside its domain, an `Undefined` with the reason."""
        for operand in operands:
            if type(operand) is Undefined and "body" not in parameters:
                taken = self._taken(op, parameters, operands)
                return operand if taken is None else operands[taken]
        if op.domain is not None and not op.domain.holds(*operands):
            return Undefined(op.name, op.domain.needs)
        return self._guarded(op, self.rule(op), operands, parameters)

    def _taken(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> int | None:
        """Return the operand that a choice takes, whether or not the others exist."""
        if op.taken is None:
            return None
        if any(type(operand) is Undefined for operand in self.compared(parameters, operands)):
            return None
        return op.taken(*operands, **parameters)

    @staticmethod
    def compared(parameters: Parameters, operands: Sequence[Any]) -> Sequence[Any]:
        """Return the operands of a choice that decide, which stand before its values."""
        return operands[: len(operands) - len(parameters["when"])]

    def partial(
        self, op: Op, parameters: Parameters, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial; where it does not exist, an `Undefined`."""
        if type(value) is Undefined:
            return value
        if op.taken is not None and slot >= len(self.compared(parameters, operands)):
            return 1 if slot == op.taken(*operands, **parameters) else self.absent
        smooth = op.smooth_at(slot)
        if smooth is not None and not smooth.holds(*operands):
            alone, bounded = smooth.alone, smooth.bounded
            return Undefined(op.name, smooth.needs, "slope", alone=alone, bounded=bounded)
        if smooth is not None and smooth.flat is not None and smooth.flat(*operands):
            return self.number(Fraction(0))
        kink = op.kink
        jumps = kink is not None and (kink.push is None or kink.jumps is not None)
        if (
            kink is not None
            and kink.across in (None, slot)
            and (kink.undefined(parameters) or kink.jumps is not None)
            and self.at_kink(op, parameters, operands)
            and (kink.jumps is None or kink.jumps(*operands, **parameters))
        ):
            needs = f"a point off the {'jump' if jumps else 'kink'}: {kink.words(parameters)}"
            return Undefined(op.name, needs, "slope", alone=jumps, bounded=not jumps)
        return self._guarded(op, self.partial_rule(op, slot), (value, *operands), parameters)

    def at_kink(self, op: Op, parameters: Parameters, operands: Sequence[Any]) -> bool:
        """Tell whether `op` has only one-sided derivatives at `operands`."""
        # Of a choice, the values need not exist.
        deciding = operands if op.taken is None else self.compared(parameters, operands)
        return (
            op.kink is not None
            and not any(type(x) is Undefined for x in deciding)
            and bool(op.kink.at(*operands, **parameters))
        )

    def push(self, partial: Any, tangent: Any, like: Any) -> Any:
        """Return the operand's contribution to the tangent of a node shaped like `like`."""
        if type(like) is Undefined:
            return like
        return tangent * partial if self._plain(tangent, partial) else self._chain(partial, tangent)

    def pull(self, partial: Any, adjoint: Any, like: Any) -> Any:
        """Return the share of an operand shaped like `like` in the node's `adjoint`."""
        return adjoint * partial if self._plain(adjoint, partial) else self._chain(adjoint, partial)

    def _plain(self, flowing: Any, partial: Any) -> bool:
        """Whether neither number stops what flows, so that their product is all there is."""
        flat, absent = self.flat, self.absent
        if partial is flat or partial is absent or flowing is flat or flowing is absent:
            return False
        return not (type(partial) is int and partial == 0)

    def _chain(self, outer: Any, inner: Any) -> Any:
        """Return a derivative of f(g) of which f or g does not move near the point."""
        if outer is self.absent:
            return outer
        if type(outer) is Undefined:  # g stands still, so that f need not have a slope there
            return self.flat if outer.what == "slope" else outer
        if inner is self.absent:
            return inner
        # f stands still where g goes, and wherever it goes: but g has to be there, and not jump.
        if type(inner) is Undefined and (inner.what != "slope" or inner.alone):
            return inner
        return self.flat

    def _guarded(self, op: Op, rule: Rule, operands: Sequence[Any], parameters: Parameters) -> Any:
        try:
            return rule(self.maths, *operands, **parameters)
        except OutOfReach as reason:
            return Undefined(op.name, str(reason))

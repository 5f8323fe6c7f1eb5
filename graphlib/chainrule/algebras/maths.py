"""The namespace `m` that rules compute in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.ops import OPS, Op
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

"""The steps of a run, as light tuples. Everything that is shown is read from them."""

from __future__ import annotations

from typing import Any, NamedTuple


class Evaluate(NamedTuple):
    """The value of `node` was computed (or bound, for an input)."""

    node: int
    value: Any


class Linearise(NamedTuple):
    """The local partial of `node` by its operand in `slot` was computed."""

    node: int
    slot: int
    operand: int
    partial: Any


class Seed(NamedTuple):
    """A pass began: `node` was given its tangent or adjoint."""

    node: int
    value: Any


class Push(NamedTuple):
    """A tangent moved along an edge: `contribution` of `operand`, `tangent` of `node` so far."""

    node: int
    slot: int
    operand: int
    contribution: Any
    tangent: Any


class Share(NamedTuple):
    """An adjoint moved along an edge: `share` of `operand`, its `adjoint` so far."""

    node: int
    slot: int
    operand: int
    share: Any
    adjoint: Any


Step = Evaluate | Linearise | Seed | Push | Share

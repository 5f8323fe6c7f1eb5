"""The value that is none: what stands where a value or local partial does not exist."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chainrule.ops import Op


@dataclass(frozen=True, slots=True, eq=False)
class Undefined:
    """No value, and why.

    Whatever is computed from it is the same `Undefined`, so that every later cell can name
    the node where it happened.

    Parameters
    ----------
    op
        Name of the operation whose value or local partial does not exist.
    needs
        Completes the sentence "it needs ...".
    what
        "value", or "slope" where the value exists and only the local partial does not;
        "undecided" where it is open whether the operation has what it needs, "unsettled"
        where a number takes more digits than were carried.
    node
        Index of the node where it happened; -1 until a pass has filled it in.
    entry
        Indices of the entry, of a vector or matrix; a batch's index comes first.
    alone
        Of a slope, whether the value exists at the point alone, and jumps or ends beside it.
    bounded
        Of a slope, whether the slopes around the point are bounded, as at a kink: an exact 0
        times it is 0.
    """

    op: str
    needs: str
    what: str = "value"
    node: int = -1
    entry: tuple[int, ...] = ()
    alone: bool = False
    bounded: bool = False

    def at(self, node: int, entry: tuple[int, ...] = ()) -> Undefined:
        """Return the same reason placed at `node`, unless it already has a place."""
        return self if self.node >= 0 else replace(self, node=node, entry=entry)

    @property
    def is_open(self) -> bool:
        """Whether it is open if there is a number, rather than proven that there is none."""
        return self.what in ("undecided", "unsettled")

    def _absorb(self, *others: Any) -> Undefined:
        return self

    def _times(self, other: Any) -> Any:
        if not self.bounded or type(other) is Undefined:
            return self
        try:
            return other if other == 0 else self
        except Open:
            return replace(self, what="undecided")

    __add__ = __radd__ = __sub__ = __rsub__ = _absorb
    __mul__ = __rmul__ = _times
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __neg__ = __matmul__ = _absorb


class OutOfReach(ArithmeticError):
    """An operand of which the function cannot be computed; says what is needed."""


class Open(ArithmeticError):
    """A comparison of two numbers that are proven neither equal nor apart."""


def chosen(at: Any) -> Any:
    """Return the value that was chosen for a jump.

    Raises
    ------
    OutOfReach
        If the choice was that there is none.
    """
    if at is None:
        raise OutOfReach("a point off the kink, by the choice made for kinks")
    return at


def undecided(op: Op) -> Undefined:
    """Return that it is open on which side of an edge of an operation its operands lie."""
    if op.kink is not None:
        needs = "a point off its jumps" if op.kink.push is None else "a point off its kinks"
    else:
        needs = op.domain.needs if op.domain else "operands that can be told apart"
    return Undefined(op.name, needs, "undecided")

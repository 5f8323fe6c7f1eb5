"""The algebra of proven numbers: enclosures of so many bits, closed forms where they are asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from chainrule.algebras import closed
from chainrule.algebras.enclosures import FADING, library
from chainrule.algebras.forms import Form, enclosed_by
from chainrule.algebras.protocol import Maths, Scalars
from chainrule.algebras.real import Real, lifted, precision
from chainrule.algebras.terms import ZERO, Pole, formed
from chainrule.algebras.undefined import Open, OutOfReach, Undefined, undecided
from chainrule.algebras.written import at
from chainrule.errors import RuleError
from chainrule.ops import Map, Op
from chainrule.ops.record import Rule

BEYOND = "a size that can be followed, which powers of powers exceed"


class _BallMaths(Maths):
    """The library of functions, with the constants of the precision that is worked with."""

    def __init__(self, algebra: Balls) -> None:
        def bound(function: Callable[..., Any]) -> Callable[..., Any]:
            return lambda *operands, **given: function(algebra, *operands, **given)

        functions = {name: bound(function) for name, function in library().items()}
        super().__init__(algebra, {"number": algebra.number, **functions})

    def _definition(self, op: Op) -> Rule:
        definition: Rule = self.algebra.rule(op)
        return definition

    @property
    def pi(self) -> Real:
        return Real(closed.PI if self.algebra.forms else None, arb.pi())

    @property
    def e(self) -> Real:
        return Real(closed.E if self.algebra.forms else None, arb.const_e())


class Balls(Scalars):
    """Enclosures of so many bits; computing with them belongs inside `session`.

    Parameters
    ----------
    bits
        Those of the balls' midpoints.
    forms
        How many operations on closed forms a run may cost; 0 for none.
    """

    def __init__(self, bits: int, forms: int = 0) -> None:
        self.bits = bits
        self.forms = forms
        self.absent, self.flat = Real(ZERO), Real(ZERO)
        self.maths = _BallMaths(self)

    def session(self) -> Any:
        """Return the block in which to compute: one run at a time works with FLINT."""
        return precision(self.bits, bool(self.forms))

    def number(self, number: Fraction) -> Real:
        """Return an exact number; one of more than a thousand digits as its enclosure."""
        found: Real = lifted(number)
        return found

    def rule(self, op: Op) -> Rule:
        """Return the rule for values: by the stable formula, with the form of what is written.

        Raises
        ------
        RuleError
            When it is applied, if the two formulas are proven to differ.
        """
        if op.name in FADING:
            return self._both(op, lambda m, x: getattr(m, op.name)(x), op.value)
        return self._both(op, op.stable, op.value)

    def partial_rule(self, op: Op, slot: int) -> Rule:
        """Return the rule for local partials, likewise."""
        return self._both(op, op.stable_partials.get(slot), op.partial(slot))

    def _both(self, op: Op, stable: Rule | None, written: Rule) -> Rule:
        if stable is None or not self.forms:
            return written if stable is None else stable

        def both(m: Any, *operands: Any, **parameters: Any) -> Any:
            value = stable(m, *operands, **parameters)
            try:
                other = written(m, *operands, **parameters)
            except (Pole, Open, OutOfReach):
                return value  # 0 · ln 0, which the stable formula knows
            if type(value) is not Real or type(other) is not Real:
                return value
            if not value.ball.overlaps(other.ball):
                raise RuleError(f"{op.name}: its stable formula gives another number")
            return value if other.exact is None else Real(other.exact, value.ball, value.terms)

        return both

    def formed(self, function: Callable[..., Any], *numbers: Any) -> Any:
        """Return a function in closed form; None where none is known or looked for."""
        if not self.forms or any(x is None for x in numbers):
            return None
        return formed(function, *numbers)

    def apply(self, op: Op, parameters: Any, operands: Sequence[Any]) -> Any:
        """Return the value of `op`, or why there is none or none is decided."""
        try:
            return super().apply(op, parameters, operands)
        except Open:
            return undecided(op)

    def partial(
        self, op: Op, parameters: Any, slot: int, value: Any, operands: Sequence[Any]
    ) -> Any:
        """Return the local partial, or why there is none or none is decided."""
        try:
            return super().partial(op, parameters, slot, value, operands)
        except Open:
            return undecided(op)

    def _guarded(self, op: Op, rule: Rule, operands: Sequence[Any], parameters: Any) -> Any:
        try:
            found = rule(self.maths, *operands, **parameters)
        except OutOfReach as reason:
            return Undefined(op.name, str(reason))
        except Pole:
            return Undefined(op.name, op.domain.needs if op.domain else "a divisor other than 0")
        if self.forms:
            self.forms -= 1
            if not self.forms and type(found) is Real and type(found.exact) is Form:
                found = Real(None, found.ball)
        if type(found) is Real and type(found.exact) is not fmpq and not found.ball.is_finite():
            return Undefined(op.name, BEYOND, "unsettled")
        return found


@cache
def balls(bits: int) -> Balls:
    """Return the algebra of balls of so many bits, without closed forms."""
    return Balls(bits)


@enclosed_by
def enclosure(form: Fraction | Form, bits: int) -> Any:
    """Return a ball of so many bits in which a closed form lies, NaN where none is found."""
    algebra = balls(bits)
    with algebra.session():
        try:
            return at(form, algebra.maths).ball
        except ArithmeticError:  # beyond all exponents, or a sign is open
            return arb.nan()


def proven(x: Any, bits: int) -> bool:
    """Whether a cell is done: so many bits of it are certain, or that it is no number is."""
    if type(x) is Real:
        return x.accurate(bits)
    return type(x) is Map or type(x) is int or (type(x) is Undefined and not x.is_open)

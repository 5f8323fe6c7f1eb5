"""The few rows that keep written derivatives readable; nothing else is ever rearranged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from chainrule.ops import OPS, Op

if TYPE_CHECKING:
    from chainrule.graph.builder import Builder, Expression

Row = Callable[["Builder", Sequence["Expression"]], "Expression | None"]

# Constants are combined while they stay this short.
DIGITS = 40


def _short(number: Fraction) -> bool:
    limit: int = 10**DIGITS
    return abs(number.numerator) < limit and number.denominator < limit


def _combined(b: Builder, number: Fraction) -> Expression | None:
    return b.number(number) if _short(number) else None


# Sums of choices into which a product is carried.
MOST_ADDENDS = 50


def _is_choice(b: Builder, x: Expression) -> bool:
    """Whether it is a choice that the derivative has written."""
    return x.op.name == "where" and b.is_own(x)


def _values(x: Expression) -> int:
    """Return where the values of a choice begin, behind what is compared."""
    return len(x.operands) - len(x.builder.parameters[x.index]["when"])


def _each(b: Builder, of: Callable[..., Expression], *choices: Expression) -> Expression:
    """Return a choice of the same conditions between what becomes of each value."""
    first = _values(choices[0])
    values = [
        of(*together) for together in zip(*(x.operands[first:] for x in choices), strict=True)
    ]
    parameters = b.parameters[choices[0].index]
    return b.apply(OPS["where"], parameters, [*choices[0].operands[:first], *values])


def _joined(
    b: Builder, left: Expression, right: Expression, of: Callable[..., Expression]
) -> Expression | None:
    """Join two choices of the same conditions value by value."""
    if not (_is_choice(b, left) and _is_choice(b, right)):
        return None
    first = _values(left)
    alike = b.parameters[left.index] == b.parameters[right.index] and _values(right) == first
    compared = zip(left.operands[:first], right.operands[:first], strict=True) if alike else ()
    if not alike or any(x.index != y.index for x, y in compared):
        return None
    return _each(b, of, left, right)


def _carried(b: Builder, x: Expression, factor: Expression) -> Expression | None:
    """Carry a factor into the values of a choice: it need not exist where its value is 0.

    The same for a sum of choices alone.
    """
    addends: list[Expression] = []
    rest = x
    while rest.op.name == "add" and b.is_own(rest) and len(addends) < MOST_ADDENDS:
        rest, last = rest.operands
        addends.append(last)
    addends.append(rest)
    if not all(_is_choice(b, a) and any(v.number == 0 for v in a.operands) for a in addends):
        return None
    carried = [_each(b, lambda value: value * factor, a) for a in reversed(addends)]
    return sum(carried[1:], carried[0])


def _add(b: Builder, x: Sequence[Expression]) -> Expression | None:
    left, right = x
    joined = _joined(b, left, right, lambda p, q: p + q)
    if joined is not None:
        return joined
    if left.number == 0:  # 0 + x = x
        return right
    if right.number == 0:  # x + 0 = x
        return left
    if left.number is not None and right.number is not None:
        return _combined(b, left.number + right.number)
    if right.op.name == "neg":  # x + (−y) = x − y
        return left - right.operands[0]
    return None


def _sub(b: Builder, x: Sequence[Expression]) -> Expression | None:
    left, right = x
    joined = _joined(b, left, right, lambda p, q: p - q)
    if joined is not None:
        return joined
    if right.number == 0:  # x − 0 = x
        return left
    if left.number == 0:  # 0 − x = −x
        return -right
    if left.number is not None and right.number is not None:
        return _combined(b, left.number - right.number)
    if right.op.name == "neg":  # x − (−y) = x + y
        return left + right.operands[0]
    return None


def _is_one_each(x: Expression) -> bool:
    """Whether it is 1 for each example, which stands for 1 before what carries the batch."""
    return x.op.name == "batch_repeat" and x.operands[0].number == 1


def _mul(b: Builder, x: Sequence[Expression]) -> Expression | None:
    left, right = x
    if _is_one_each(left) and right.carries:
        left = left.operands[0]
    if _is_one_each(right) and left.carries:
        right = right.operands[0]
    if left.shape == right.shape or () in (left.shape, right.shape):
        if left.number == 0:  # 0 · x = 0
            return left if right.shape == () else b.fit(left, right)
        if right.number == 0:  # x · 0 = 0
            return right if left.shape == () else b.fit(right, left)
        if left.number == 1:  # 1 · x = x
            return right
        if right.number == 1:  # x · 1 = x
            return left
        if left.number == -1:  # −1 · x = −x
            return -right
        if right.number == -1:  # x · (−1) = −x
            return -left
    if left.number is not None and right.number is not None:
        return _combined(b, left.number * right.number)
    for choice, factor in ((left, right), (right, left)):
        carried = _carried(b, choice, factor) if choice.op.name in ("where", "add") else None
        if carried is not None:
            return carried
    if left.op.name == "neg":  # (−x) · y = −(x · y)
        return -(left.operands[0] * right)
    if right.op.name == "neg":  # x · (−y) = −(x · y)
        return -(left * right.operands[0])
    if left.op.name == "div" and left.operands[0].number == 1:  # (1/x) · y = y/x
        return right / left.operands[1]
    if right.op.name == "div" and right.operands[0].number == 1:  # x · (1/y) = x/y
        return left / right.operands[1]
    return None


def _div(b: Builder, x: Sequence[Expression]) -> Expression | None:
    left, right = x
    if right.number == 1:  # x / 1 = x
        return left
    if left.number is not None and right.number:
        return _combined(b, left.number / right.number)
    if left.number is not None and left.number < 0:  # (−c) / y = −(c / y)
        return -(b.number(-left.number) / right)
    if left.op.name == "neg":  # (−x) / y = −(x / y)
        return -(left.operands[0] / right)
    return None


def _neg(b: Builder, x: Sequence[Expression]) -> Expression | None:
    (operand,) = x
    if _is_choice(b, operand):  # −(a or b) = −a or −b
        return _each(b, lambda value: -value, operand)
    if operand.op.name == "neg":  # −(−x) = x
        return operand.operands[0]
    return b.number(-operand.number) if operand.number is not None else None


def _power(b: Builder, x: Sequence[Expression]) -> Expression | None:
    base, exponent = x
    if exponent.number == 1:  # x¹ = x
        return base
    is_one = base.number == 1 or exponent.number == 0  # 1ˣ = x⁰ = 1
    if is_one and base.shape == exponent.shape == ():
        return b.number(Fraction(1))
    if base.number and exponent.number is not None and exponent.number.denominator == 1:
        whole = exponent.number.numerator
        if -DIGITS <= whole <= DIGITS:
            return _combined(b, Fraction(base.number**whole))
    return None


def _log(b: Builder, x: Sequence[Expression]) -> Expression | None:
    return b.number(Fraction(1)) if x[0].op.name == "e" else None  # ln e = 1


def _one_operand(x: Sequence[Expression]) -> bool:
    return all(other.index == x[0].index for other in x)


def _extreme(b: Builder, x: Sequence[Expression]) -> Expression | None:
    return x[0] if _one_operand(x) else None  # max(x, x) = x


def _share(b: Builder, x: Sequence[Expression]) -> Expression | None:
    if not _one_operand(x):
        return None
    # An operand that is there k times gets 1/k each time, at every point.
    share, shape = b.number(Fraction(1, len(x))), x[0].shape
    return share if shape == () else b.apply(OPS["broadcast"], {"shape": shape}, [share])


ROWS: dict[str, Row] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "power": _power,
    "log": _log,
    "max": _extreme,
    "min": _extreme,
    "max_weight": _share,
    "min_weight": _share,
}


def simplified(b: Builder, op: Op, operands: Sequence[Expression]) -> Expression | None:
    """Return the shorter form of `op` applied to `operands`, None where no row applies."""
    row = ROWS.get(op.name)
    return row(b, operands) if row is not None else None

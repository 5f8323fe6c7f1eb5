"""Choices among cases: only the one that is taken need exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from chainrule.ops.record import Kink, Rule, register

Condition = tuple[Any, ...]
"""What is compared, by the slots of the operands: ("less", 0, 1), ("positive", 0), ("and", …),
("or", …), ("not", …), or ("else",), which always holds; ("else", "nowhere") where its value is
no number."""

NOWHERE: Condition = ("else", "nowhere")
FIRST_POSITIVE: tuple[Condition, ...] = (("positive", 0), ("else",))
# A comparison as a difference that is positive; whether it is the other way round.
_DIFFERENCES: dict[str, tuple[int, bool]] = {
    "less": (1, False),
    "at_most": (-1, True),
    "greater": (-1, False),
    "at_least": (1, True),
}


def _values(xs: Sequence[Any], when: Sequence[Condition]) -> Sequence[Any]:
    return xs[len(xs) - len(when) :]


def choices(if_positive: Callable[..., Any]) -> Callable[..., Any]:
    """Return the choice among several cases, from that by the sign of one number.

    Parameters
    ----------
    if_positive
        Of a number and two values: the first where the number is positive, else the second.
    """

    def decided(condition: Condition, xs: Sequence[Any], a: Any, b: Any) -> Any:
        what, *parts = condition
        if what == "else":
            return a
        if what == "not":
            return decided(parts[0], xs, b, a)
        if what == "and":
            for part in reversed(parts):
                a = decided(part, xs, a, b)
            return a
        if what == "or":
            for part in reversed(parts):
                b = decided(part, xs, a, b)
            return b
        if what == "positive":
            return if_positive(xs[parts[0]], a, b)
        left, right = (xs[slot] for slot in parts)
        if what in ("equal", "unequal"):
            same, apart = (a, b) if what == "equal" else (b, a)
            return if_positive(right - left, apart, if_positive(left - right, apart, same))
        sign, turned = _DIFFERENCES[what]
        difference = right - left if sign > 0 else left - right
        return if_positive(difference, b, a) if turned else if_positive(difference, a, b)

    def where(*xs: Any, when: Sequence[Condition] = FIRST_POSITIVE) -> Any:
        *values, last = _values(xs, when)
        for condition, value in zip(reversed(when[:-1]), reversed(values), strict=True):
            last = decided(condition, xs, value, last)
        return last

    return where


def _is_branch(slot: int) -> Rule:
    """Return the slope by an operand: 1 where it is the value that is taken, else 0."""

    def slope_of(m: Any, y: Any, *xs: Any, when: Sequence[Condition] = FIRST_POSITIVE) -> Any:
        first = len(xs) - len(when)
        if slot < first:
            return 0
        picked = [int(at == slot) for at in range(first, len(xs))]
        if when[-1] == NOWHERE:
            picked[-1] = xs[-1]  # no number has no slope
        return m.where(*xs[:first], *picked, when=when)

    return slope_of


def _signs(xs: Sequence[Any], condition: Condition) -> Any:
    """Yield the comparisons of a condition."""
    what, *parts = condition
    if what in ("and", "or", "not"):
        for part in parts:
            yield from _signs(xs, part)
    elif what != "else":
        yield condition


def _compare(xs: Sequence[Any], comparison: Condition) -> int:
    """Return the sign of what is compared: left minus right, or the operand itself."""
    _, left, *right = comparison
    a, b = xs[left], xs[right[0]] if right else 0
    return 1 if a > b else -1 if a < b else 0


def _holds(condition: Condition, sign: Callable[[Condition], int]) -> bool:
    what, *parts = condition
    if what in ("and", "or"):
        return (all if what == "and" else any)(_holds(part, sign) for part in parts)
    if what in ("not", "else"):
        return what == "else" or not _holds(parts[0], sign)
    found = sign(condition)
    return {
        "positive": found > 0,
        "greater": found > 0,
        "less": found < 0,
        "at_most": found <= 0,
        "at_least": found >= 0,
        "equal": found == 0,
        "unequal": found != 0,
    }[what]


def _taken(
    *xs: Any,
    when: Sequence[Condition] = FIRST_POSITIVE,
    sign: Callable[[Condition], int] | None = None,
    beside: Sequence[Any] = (),
) -> int:
    """Return the slot of the value that is taken, at the point or a little beside it.

    Parameters
    ----------
    sign
        How a comparison comes out, if not as at the point.
    beside
        How fast what is compared moves away from the point.
    """

    def signed(comparison: Condition) -> int:
        if sign is not None:
            return sign(comparison)
        return _compare(xs, comparison) or (_compare(beside, comparison) if beside else 0)

    holding = (at for at, condition in enumerate(when) if _holds(condition, signed))
    return len(xs) - len(when) + next(holding)


def _around(xs: Sequence[Any], when: Sequence[Condition]) -> set[int]:
    """Return the slots of the values that are taken at a point and beside it."""
    comparisons = {c for condition in when for c in _signs(xs, condition)}
    level = [c for c in comparisons if _compare(xs, c) == 0]
    if not level:
        return {_taken(*xs, when=when)}
    # What is level at the point may go either way beside it; equal pairs go together.
    pairs = list({c[1:] for c in level})
    found = {_taken(*xs, when=when)}
    for ways in product((-1, 1), repeat=min(len(pairs), MOST_LEVEL)):
        way = dict(zip(pairs, ways, strict=False))
        found.add(_taken(*xs, when=when, sign=_leaning(xs, way)))
    return found


def _leaning(xs: Sequence[Any], way: dict[Condition, int]) -> Callable[[Condition], int]:
    """Return how comparisons come out beside a point, where what is level there goes one way."""
    return lambda comparison: way.get(comparison[1:]) or _compare(xs, comparison)


def _same(xs: Sequence[Any], slots: Iterable[int]) -> bool:
    """Whether values that exist are equal; the same one is, whether it exists or not."""
    first, *others = (xs[slot] for slot in slots)
    # What does not exist says what it needs.
    known = not any(hasattr(x, "needs") for x in (first, *others))
    return all(first is x or (known and first == x) for x in others)


def _jumps(*xs: Any, when: Sequence[Condition] = FIRST_POSITIVE) -> bool:
    return not _same(xs, _around(xs, when))


def _push_of_where(
    m: Any, tangents: Any, *xs: Any, when: Sequence[Condition] = FIRST_POSITIVE
) -> Any:
    there = _taken(*xs, when=when, beside=tangents)
    return tangents[there] if _same(xs, (_taken(*xs, when=when), there)) else None


# Comparisons that are told apart at one border; more are not met in practice.
MOST_LEVEL = 6

WHERE = register(
    "where",
    None,
    value=lambda m, *xs, when: m.where(*xs, when=when),
    partials=_is_branch,
    spellings=("where",),
    parameters={"when": FIRST_POSITIVE},
    kink=Kink(
        at=lambda *xs, when=FIRST_POSITIVE: len(_around(xs, when)) > 1,
        push=_push_of_where,
        convention="one case ends and another begins here; the passes use the case that "
        "holds at the point",
        jumps=_jumps,
    ),
    samples=((0.75, -2.5, 1.5), (-1.25, 0.5, 2.25)),
    taken=_taken,
    aliases=("piecewise", "ifelse"),
    doc="Choice where(c, a, b): a where the condition c holds, else b; the other need not "
    "exist. A number as c means c > 0.",
)

"""Doubt about a many-digit record: whether more digits are needed, and what stays unknown.

The digits are doubled while there is doubt: where double precision differs, or where a zero
may be a number all of whose digits cancelled. What the last digits leave open is no number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from chainrule.algebras.array import Array
from chainrule.algebras.digits import Digits
from chainrule.algebras.exact import EXACT
from chainrule.algebras.protocol import Algebra
from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import WengertList
from chainrule.ops import OPS, Map
from chainrule.passes.enclosure import straddling
from chainrule.passes.record import Record, derived
from chainrule.passes.steps import Evaluate, Linearise, Push, Seed, Share, Step
from chainrule.passes.walks import Ledger

SHADOW_DIGITS = 50
MOST_DIGITS = 800
# Of graphs that weigh more, for they are to be answered within the second.
MOST_DIGITS_BY_WEIGHT = ((1_000, MOST_DIGITS), (2_000, 200), (math.inf, 100))
# How many other operations one with many digits takes as long as.
# Those of the gamma function begin by numbers of which many digits take seconds.
WEIGHTS = {
    "gamma": 1_001, "lgamma": 1_001, "digamma": 1_001, "polygamma": 1_001, "erf": 5, "erfc": 5
}  # fmt: skip
AGREEMENT = 1e-9
# Two records say the same where this many digits are equal.
STABLE = 20

SETTLING = "a result that stays the same with more digits"

CANCELLING = frozenset((OPS["add"], OPS["sub"]))
LINEAR = CANCELLING | {OPS["neg"], OPS["identity"]}
LOGARITHMS = ("log", "log2", "log10", "log_b", "acosh")
PERIODIC = ("sin", "cos")
# Decimal places behind which double precision has 0.
UNDERFLOW = 320
# Operands at which a function that flattens may be taken for its limit.
FAR = 20


class Cancelling(Ledger):
    """Sums in which what is left where all digits cancel is 0, and not the rounding."""

    def __init__(self, algebra: Algebra, entries: MutableMapping[int, Any]) -> None:
        super().__init__(algebra, entries)
        assert isinstance(algebra, Digits)
        self._largest: dict[int, Any] = {}
        self._within_reach = algebra.within_reach
        self._dust = algebra.number(Fraction(1, 10 ** (algebra.digits * 9 // 10)))

    def add(self, node: int, amount: Any) -> Any:
        """Add `amount` to the entry of `node` and return the sum so far."""
        total = self.entries[node] = self._within_reach("add", super().add(node, amount))
        if type(total) is Undefined:
            return total
        largest = self._largest[node] = max(self._largest.get(node, 0), abs(amount))
        if 0 < abs(total) < largest * self._dust:
            total = self.entries[node] = total * 0
        return total


class Exactly(Ledger):
    """Sums of fractions, as long as they are not too long."""

    def add(self, node: int, amount: Any) -> Any:
        """Add `amount` to the entry of `node` and return the sum so far."""
        total = self.entries[node] = EXACT.kept(super().add(node, amount))
        return total


def differ(double: Any, digits: Any) -> bool:
    """Whether double precision misses the many-digit number by more than 1e-9 (relative)."""
    if isinstance(digits, Map):
        return False  # a linear map between vectors; its shares are compared
    if isinstance(digits, Array):
        pairs = zip(double.data.ravel().tolist(), digits.data.ravel().tolist(), strict=True)
        return any(type(b) is not Undefined and differ(a, b) for a, b in pairs)
    if type(double) is Undefined or type(digits) is Undefined:
        return type(double) is not type(digits)
    if math.isnan(double) or math.isnan(digits):  # an entry of an array without a value
        return math.isnan(double) != math.isnan(digits)
    if math.isinf(double):
        return bool(digits != double)
    near = float(digits)
    # Doubles settle all but the doubtful; below 1e-290 they lose digits.
    if abs(double - near) <= AGREEMENT / 10 * abs(near) and 1e-290 < abs(near) < math.inf:
        return False
    return bool(abs(double - digits) > AGREEMENT * abs(digits))


# Where the numbers of a step begin; before them stands what the step is about.
_NUMBERS: Mapping[type, int] = {Evaluate: 1, Linearise: 3, Seed: 1, Push: 3, Share: 3}


def _cells(*records: Record) -> Iterator[tuple[Any, ...]]:
    """Yield the number or numbers that each step adds, of several records side by side."""
    for steps in zip(*(r.steps for r in records), strict=True):
        begin = _NUMBERS[type(steps[0])]
        yield from zip(*(step[begin:] for step in steps), strict=True)


def _mapped(fine: Record, other: Record, change: Any) -> Record:
    """Return `fine` with every number replaced by `change(fine's, other's)`."""
    steps: list[Step] = []
    for step, its in zip(fine.steps, other.steps, strict=True):
        make: Any = type(step)
        begin = _NUMBERS[make]
        steps.append(make(*step[:begin], *map(change, step[begin:], its[begin:])))
    return Record.of(fine.graph, fine.algebra, fine.mode, tuple(steps))


def most_digits(graph: WengertList) -> int:
    """Return up to how many digits a run of `graph` may double its digits."""
    weight = sum(WEIGHTS.get(op.name, 1) for op in graph.ops)
    return next(digits for most, digits in MOST_DIGITS_BY_WEIGHT if weight <= most)


def rounded(exact: Record, fine: Record) -> Record:
    """Return the many-digit record with what is known exactly in its place."""
    number = fine.algebra.number

    def change(digits: Any, known: Any) -> Any:
        if type(known) is Fraction and type(digits) is not Undefined:
            return number(known)
        return known if type(known) is Undefined else digits

    return _mapped(fine, exact, change)


def known_of(exact: Record, closed: Record) -> Record:
    """Return what is known exactly in rational numbers, or by closed forms that are rational."""

    def change(known: Any, form: Any) -> Any:
        settled = type(known) in (Fraction, Undefined)
        return known if settled or type(form) not in (Fraction, Undefined) else form

    return _mapped(exact, closed, change)


def doubtful(double: Record, fine: Record, exact: Record) -> bool:
    """Whether more digits are needed to vouch for the fine record."""
    if cancelled(fine, exact) or sum_cancelled(fine, exact):
        return True
    for rough, digits, known in _cells(double, fine, exact):
        if type(known) is Fraction or type(known) is Undefined:
            continue
        if type(digits) is Undefined or differ(rough, digits):
            return True
    return False


def cancelled(fine: Record, exact: Record) -> bool:
    """Whether some zero may be a number all of whose digits cancelled, or some edge be near."""
    if any(True for _ in _cancelled_nodes(fine, exact)):
        return True
    if any(True for _ in straddling(fine, exact)):
        return True
    for edge, partial in fine.local.items():
        if type(exact.local[edge]) is Fraction or type(partial) in (int, Undefined):
            continue
        if partial == 0 and fine.graph.ops[edge[0]].kink is None:
            return True
    return False


def _cancelled_nodes(fine: Record, exact: Record) -> Iterator[int]:
    """Yield the sums of which nothing is left, although nobody knows that they are 0."""
    graph = fine.graph
    for node, (value, known) in enumerate(zip(fine.values, exact.values, strict=True)):
        if type(known) is Fraction or type(value) is Undefined or value != 0:
            continue
        operands = graph.operands[node]
        different = graph.ops[node] in CANCELLING and operands[0] != operands[1]
        # A logarithm of 1, or of a number that was taken for it.
        if different or graph.ops[node].name in LOGARITHMS:
            yield node


def settled(coarse: Record, fine: Record) -> bool:
    """Whether twice the digits gave the same numbers to twenty of them."""
    close = fine.algebra.number(Fraction(1, 10**STABLE))
    for before, after in _cells(coarse, fine):
        if type(before) is Undefined or type(after) is Undefined:
            if type(before) is not type(after):
                return False
        elif before != after and not abs(before - after) <= abs(after) * close:
            return False
    return True


def sum_cancelled(fine: Record, exact: Record) -> bool:
    """Whether some tangent or adjoint of 0 may be a number all of whose digits cancelled."""
    for step, known in zip(fine.steps, exact.steps, strict=True):
        if isinstance(step, Push | Share) and type(known[-1]) is not Fraction:
            amount, total = step[-2:]
            if type(total) is not Undefined and total == 0 and amount != 0:
                return True
    return False


def vanished(coarse: Record, fine: Record, digits: int, most: int) -> list[int]:
    """Return the nodes whose values shrink as fast as the digits grow, beyond the hundredth.

    Parameters
    ----------
    digits
        Those of the fine record; the coarse one has half as many.
    most
        As many as there will ever be.
    """
    if digits <= 2 * SHADOW_DIGITS:
        return []
    graph, number = fine.graph, fine.algebra.number
    shrinkage = number(Fraction(1, 10 ** (digits * 2 // 5)))
    dust = number(Fraction(1, 10 ** (digits * 9 // 10)))
    gone: list[int] = []
    for node, (before, after) in enumerate(zip(coarse.values, fine.values, strict=True)):
        if type(before) is Undefined or type(after) is Undefined or after == 0:
            continue
        if before != 0:
            # An infinity is not below itself.
            shrinks = abs(after) < abs(before) and abs(after) <= abs(before) * shrinkage
        else:  # 0 with fewer digits by chance: rounding, if next to nothing is left of the terms
            terms = [abs(fine.values[i]) for i in graph.operands[node]]
            last = digits >= most and graph.ops[node] in CANCELLING
            shrinks = last and abs(after) < max(terms) * dust
        if shrinks:
            gone.append(node)
    return gone


def unsettled(other: Record, fine: Record) -> Record:
    """Return the record without the numbers on which another run differs."""
    graph = fine.graph
    reason: list[Undefined] = []

    def change(after: Any, before: Any) -> Any:
        if type(after) is Undefined:
            return after if type(before) is Undefined else replace(after, what="undecided")
        if after == 0 or after == before:  # a zero is left to `undecided`
            return after
        close = type(before) is not Undefined and abs(after - before) <= abs(after) * AGREEMENT
        return after if close else reason[0]

    for step, again in zip(fine.steps, other.steps, strict=True):
        if not reason and type(step[-1]) is not Undefined:
            reason.append(Undefined(graph.ops[step[0]].name, SETTLING, "undecided", step[0]))
            if change(step[-1], again[-1]) is not reason[0]:
                reason.clear()
    if not reason:
        node = fine.steps[-1][0]
        reason.append(Undefined(graph.ops[node].name, SETTLING, "undecided", node))
    return _mapped(fine, other, change)


def undecided(fine: Record, exact: Record) -> Record:
    """Return the record with what no number of digits could decide marked as such.

    An operand that cancelled to nothing may be a small number, so that a logarithm or a
    quotient of it may exist after all. Where a term was lost on the way, nothing is known.
    """
    zeros, edges = set(_cancelled_nodes(fine, exact)), set(straddling(fine, exact))
    if not zeros and not edges:
        return fine
    fine = _without_lost(fine, exact, zeros, edges)

    def change(digits: Any, certain: Any) -> Any:
        if type(digits) is Undefined and type(certain) is not Undefined:
            return replace(digits, what="undecided")
        return digits

    return _mapped(fine, exact, change)


def _edge(graph: WengertList, node: int) -> Undefined:
    """Return the reason why nothing is known of an operation that is so near to an edge."""
    op = graph.ops[node]
    kink, domain = op.kink, op.domain
    needs = "a point off its kinks" if domain is None else domain.needs
    if kink is not None and kink.push is None:
        needs = "a point off its jumps"
    return Undefined(op.name, needs, "undecided", node)


def _without_lost(fine: Record, exact: Record, zeros: set[int], edges: set[int]) -> Record:
    """Return the record without what a lost term may have feigned, or what lies at an edge."""
    graph, algebra = fine.graph, fine.algebra
    assert isinstance(algebra, Digits)
    digit, tiniest = (algebra.number(Fraction(1, 10**n)) for n in (algebra.digits, UNDERFLOW))
    lost: list[bool] = []
    values = list(fine.values)
    # How far the term that was lost may move each value, to first order.
    errors: list[Any] = []
    reason: Undefined | None = None
    for node, operands in enumerate(graph.operands):
        lost.append(_absorbs(fine, node) or any(lost[i] for i in operands))
        error: Any = 0
        if node in zeros and lost[node]:
            error = max(abs(fine.values[i]) for i in operands) * digit
            needs = f"fewer than {algebra.digits} digits to be told from 0"
            reason = reason or Undefined(graph.ops[node].name, needs, "undecided", node)
        elif type(exact.values[node]) is not Fraction:
            for slot, operand in enumerate(operands):
                if errors[operand]:
                    partial: Any = fine.local.get((node, slot))
                    near = values[operand] is not reason or graph.ops[node] in LINEAR
                    known = near and partial is not None and type(partial) is not Undefined
                    error += errors[operand] * abs(partial) if known else math.inf
        kink = graph.ops[node].kink
        if node in edges and (kink is None or kink.push is None):
            values[node] = reason = reason or _edge(graph, node)
            errors.append(math.inf)
            continue
        value = values[node]
        if type(value) is not Undefined and error > tiniest and error > abs(value) * AGREEMENT:
            values[node] = reason
        errors.append(error)
    if not edges and not any(x is reason for x in values):
        return fine
    local = dict(fine.local)
    for node, slot in local:
        if node in edges:
            local[node, slot] = _edge(graph, node)
        reasons = [x for i in graph.operands[node] if type(x := values[i]) is Undefined]
        if reasons and graph.ops[node] not in LINEAR:
            local[node, slot] = reasons[0]
    steps: list[Step] = [Evaluate(node, value) for node, value in enumerate(values)]
    steps += [Linearise(n, slot, graph.operands[n][slot], x) for (n, slot), x in local.items()]
    seeds = {step.node: step.value for step in fine.steps if isinstance(step, Seed)}
    again = derived(graph, algebra, fine.mode, values, local, seeds, steps, Cancelling)
    return rounded(exact, again)


def _absorbs(fine: Record, node: int) -> bool:
    """Whether a term too small for all the digits was lost at a node."""
    graph, algebra, value = fine.graph, fine.algebra, fine.values[node]
    assert isinstance(algebra, Digits)
    arguments = [fine.values[i] for i in graph.operands[node]]
    if not arguments or any(type(x) is Undefined for x in (value, *arguments)):
        return False
    if graph.ops[node] in CANCELLING:
        small, large = sorted(map(abs, arguments))
        return bool(0 < small < large * algebra.number(Fraction(1, 10**algebra.digits)))
    if graph.ops[node].name == "power":  # x^y for a small y
        return bool(value == 1 and arguments[0] != 1 and arguments[1] != 0)
    # 1 as the value of cos x or e^x next to 0, of tanh x or σ(x) far from it.
    size = abs(arguments[0])
    near, far = 0 < size < AGREEMENT, size > FAR and graph.ops[node].name not in PERIODIC
    return len(arguments) == 1 and abs(value) == 1 and bool(near or far)

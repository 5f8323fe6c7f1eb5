"""The routes to a derivative that are compared: both modes, differences, and SymPy in a worker."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from chainrule.algebras.balls import balls
from chainrule.algebras.decimals import bound
from chainrule.algebras.real import Real
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError, OutsideError, OutsideTimeout
from chainrule.graph.sympy_view import size_refusal, symbol_name
from chainrule.graph.wengert import WengertList
from chainrule.passes.closed_form import Plain, derivative, plain, with_deep_stack
from chainrule.passes.kinks import Sides, kinks, sides
from chainrule.passes.proof import prove
from chainrule.passes.record import Mode, derived
from chainrule.passes.walks import Ledger, evaluate
from chainrule.workers import call

# Evaluations of a node that the curves may cost; above, they are left out.
CURVE_WORK = 400_000
# Decimal places of the steps of differences, tried until halving the step changes nothing.
STEPS = (40, 160, 640)
# Differences have settled where halving the step changes them by no more than this (relative).
SETTLED = 1e-8
MOST_BITS = 24_000
# Where the derivative is 0, so small a number is taken for it.
NEXT_TO_NOTHING = 1e-30
# A local partial is at fault where its own differences contradict it by more (relative).
TOLERANCE = 1e-12

Raw = tuple[tuple[int, int, int, int], int]
"""mpmath's raw number (sign, mantissa, exponent of 2, bits), and how many bits are right."""

ZERO: Raw = ((0, 0, 0, 0), 0)
"""An exact 0, the one number that SymPy leaves exact when it evaluates."""


class Routes:
    """Forward mode, reverse mode and differences at one point, in enclosures.

    Parameters
    ----------
    point
        Exact value of each input, by index.
    goal
        Index of the output.
    digits
        Significant digits of forward and reverse mode.
    ledger
        How reverse mode gathers its shares.
    """

    def __init__(
        self,
        graph: WengertList,
        point: Mapping[int, Fraction],
        goal: int,
        digits: int,
        ledger: type[Ledger],
    ) -> None:
        self.graph, self.point, self.goal = graph, point, goal
        self.bits = math.ceil(digits * math.log2(10))
        found = prove(graph, point, "reverse", {goal: Fraction(1)}, self.bits).record
        assert found is not None  # of numbers
        self.record, self.algebra = found, found.algebra
        self.values, self.local = found.values, found.local
        self._adjoints = self._derived("reverse", goal, ledger)
        self._kinks = kinks(self.record)
        self.distance = graph.distances([goal])
        self._tangents: dict[int, Mapping[int, Any]] = {}

    def _derived(self, mode: Mode, seeded: int, ledger: type[Ledger] = Ledger) -> Mapping[int, Any]:
        """Return what a pass leaves behind that is seeded at one node."""
        with self.algebra.session():
            one = {seeded: self.algebra.number(Fraction(1))}
            return derived(
                self.graph, self.algebra, mode, self.values, self.local, one, (), ledger
            ).derivatives

    def tangents(self, node: int) -> Mapping[int, Any]:
        """Return the tangents that forward mode leaves behind, seeded at an input."""
        if node not in self._tangents:
            self._tangents[node] = self._derived("forward", node)
        return self._tangents[node]

    def forward(self, node: int) -> Any:
        """Return the derivative by an input in forward mode."""
        return self.tangents(node).get(self.goal, self.algebra.number(Fraction(0)))

    def reverse(self, node: int) -> Any:
        """Return the derivative by an input in reverse mode."""
        return self._adjoints.get(node, self.algebra.number(Fraction(0)))

    def undefined(self, node: int) -> Undefined | None:
        """Return what stands in place of the derivative by an input, None if it is a number."""
        for found in (self.values[self.goal], self.reverse(node), self.forward(node)):
            if isinstance(found, Undefined):
                return found
        return None

    def kink(self, node: int) -> tuple[int, Sides] | None:
        """Return the first kink between an input and the output, and the one-sided derivatives."""
        reached = self._reached(node)
        met = [i for i in self._kinks if reached[i] and self.distance[i] >= 0]
        return (met[0], sides(self.record, self.goal, node)) if met else None

    def _reached(self, node: int) -> list[bool]:
        """Tell, per node, whether it depends on the input `node`."""
        reached = [False] * len(self.graph)
        reached[node] = True
        for i in range(node + 1, len(self.graph)):
            reached[i] = any(reached[operand] for operand in self.graph.operands[i])
        return reached

    def quotients(self, node: int, steps: Sequence[Fraction], bits: int) -> list[Real | None]:
        """Return the difference quotients of the output for each step of an input.

        Central ones, (f(x + h) − f(x − h))/2h; where the function ends at the point, those of
        the other side, (4 f(x + h) − f(x + 2h) − 3 f(x))/2h, whose error falls as h² as well.
        None where the function is undefined or overflows beside the point.
        """
        graph, goal = self.graph, self.goal
        reached = self._reached(node)
        moved = [i for i in range(node + 1, goal + 1) if reached[i] and self.distance[i] >= 0]
        algebra = balls(bits)
        with algebra.session():
            exact = {n: algebra.number(Fraction(v)) for n, v in self.point.items()}
            base = [step.value for step in evaluate(graph, algebra, exact)]

            def at(shift: Any) -> Any:
                values = {node: base[node] + shift}
                for i in moved:
                    operands = [values.get(o, base[o]) for o in graph.operands[i]]
                    values[i] = algebra.apply(graph.ops[i], graph.parameters_of(i), operands)
                return values.get(goal, base[goal])

            quotients = [_quotient(at, base[goal], h) for h in steps]
        return [x if type(x) is Real else None for x in quotients]

    def differences(self, node: int) -> Real | None:
        """Return the derivative by an input as a limit of differences.

        None where halving the step changes them, however small it is made.
        """
        x, rough = self.point[node], self.forward(node)
        rough = rough if type(rough) is Real else Real(None, arb(0, 1))
        # A large value hides small differences, a small derivative hides behind them.
        top, slope = (_magnitude(v) for v in (self.values[self.goal], rough))
        extra = max(0, abs(_exponent(x)) * 4, top - slope)
        for places in STEPS:
            step = Fraction(1, 10**places) * self._unit(node)
            bits = self.bits + 12 * places + extra
            if bits > MOST_BITS:
                break
            coarse, fine = self.quotients(node, [step, step / 2], bits)
            if coarse is None or fine is None:
                continue
            with balls(bits).session():
                # Richardson: the error falls as h², so that (4 D(h/2) − D(h))/3 is free of h².
                found: Real = (4 * fine - coarse) / 3
                apart = abs(fine - coarse).ball
                if apart < abs(found).ball * SETTLED or found.ball.contains(0):
                    return found
                if rough.rational == 0 and apart + abs(found.ball) < NEXT_TO_NOTHING:
                    return Real(None, arb(0, apart + abs(found.ball)))
        return None

    def _unit(self, node: int) -> Fraction:
        """Return the scale of steps: 1, or about the size of a smaller input."""
        x = self.point[node]
        return Fraction(10) ** min(_exponent(x) * 3 // 10, 0) if x else Fraction(1)

    def curve(self, node: int, reference: Real) -> tuple[tuple[float, float], ...]:
        """Return (h, error of the difference quotient) for h from 0.1 down (times a small |x|)."""
        digits = round(self.bits * math.log10(2))
        exponents = range(1, 2 * digits // 3 + 1, max(1, digits // 30))
        if len(exponents) * 2 * len(self.graph) * len(self.graph.inputs) > CURVE_WORK:
            return ()
        steps = [Fraction(1, 10**k) * self._unit(node) for k in exponents]
        pairs = zip(steps, self.quotients(node, steps, self.bits), strict=True)
        with balls(self.bits).session():
            # Of the midpoints: where rounding takes over is part of what the curve shows.
            middle = reference.ball.mid()
            return tuple((float(h), float(abs(q.ball.mid() - middle))) for h, q in pairs if q)

    def suspect(self) -> int:
        """Return the first node with a local partial that its own differences contradict, or −1."""
        graph, algebra = self.graph, balls(2 * self.bits)
        with algebra.session():
            for (node, slot), partial in sorted(self.local.items()):
                op, parameters = graph.ops[node], graph.parameters_of(node)
                operands = [self.values[operand] for operand in graph.operands[node]]
                if Undefined in map(type, (partial, *operands)) or node in self._kinks:
                    continue
                size = Fraction(1, 1 << self.bits // 2)
                h = size * (1 if operands[slot].ball.contains(0) else abs(operands[slot]))
                above, below = (
                    algebra.apply(op, parameters, _moved(operands, slot, shift))
                    for shift in (h, -h)
                )
                quotient = (above - below) / (2 * h)
                if type(quotient) is Real:
                    error, larger = abs(quotient - partial), abs(quotient) + abs(partial)
                    if error.ball > (larger * Fraction(TOLERANCE) + size).ball:
                        return node
        return -1


def _quotient(at: Callable[[Fraction], Any], here: Any, h: Fraction) -> Any:
    """Return the difference quotient of a function of the shift, with a value `here` at 0."""
    above, below = at(h), at(-h)
    if type(below) is Undefined:
        return (4 * above - at(2 * h) - 3 * here) / (2 * h)
    if type(above) is Undefined:
        return (3 * here - 4 * below + at(-2 * h)) / (2 * h)
    return (above - below) / (2 * h)


def _moved(operands: Sequence[Any], slot: int, shift: Any) -> list[Any]:
    return [x + shift if i == slot else x for i, x in enumerate(operands)]


def _magnitude(x: Any) -> int:
    """Return about log2 of the size of a number, 0 where there is none."""
    return bound(x) * 10 // 3 if type(x) is Real else 0


def _exponent(number: Fraction) -> int:
    """Return about log2 of the size of an exact number."""
    return abs(number.numerator).bit_length() - number.denominator.bit_length()


def by_sympy(
    graph: WengertList,
    point: Mapping[int, Fraction],
    goal: int,
    digits: int,
    limit: int,
    timeout: float,
) -> tuple[dict[int, Raw], str]:
    """Return the derivatives by SymPy, as raw mpmath numbers per input, and why some lack."""
    distance = graph.distances([goal])
    targets = [node for node in graph.inputs if distance[node] >= 0]
    nothing = {node: ZERO for node in graph.inputs if node not in targets}
    values = [(point[node].numerator, point[node].denominator) for node in targets]
    try:
        below = plain(graph, goal, targets)
        if too_large := size_refusal(below.graph, below.goal, limit):
            return nothing, f"SymPy: {too_large}"
        request = below, values, digits
        answer = call(_in_worker, *request, timeout=timeout, what="SymPy's derivative")
    except OutsideTimeout:
        return nothing, f"SymPy took longer than {timeout:g} s"
    except (OutsideError, GraphError) as error:
        return nothing, str(error)
    found = dict(zip(targets, answer, strict=True))
    return nothing | {n: raw for n, raw in found.items() if raw is not None}, ""


def _in_worker(below: Plain, values: Sequence[tuple[int, int]], digits: int) -> list[Raw | None]:
    result: list[Raw | None] = with_deep_stack(lambda: _evaluated(below, values, digits))
    return result


def _evaluated(below: Plain, values: Sequence[tuple[int, int]], digits: int) -> list[Raw | None]:
    import sympy

    graph, targets = below.graph, below.targets
    point = {
        sympy.Symbol(symbol_name(graph, node), real=True): sympy.Rational(*value)
        for node, value in zip(targets, values, strict=True)
    }
    jumping = (sympy.Heaviside, sympy.sign, sympy.Abs, sympy.Max, sympy.Min)
    answers: list[Raw | None] = []
    for target in targets:
        slope = derivative(graph, below.goal, target)
        if slope.has(*jumping):
            # Where the side decides, the numbers must be exact.
            slope = slope.subs(point)
        number = slope.evalf(digits, subs=point, maxn=10 * digits)
        again = slope.evalf(2 * digits, subs=point, maxn=20 * digits)
        if number != again.evalf(digits):
            # 1/√(x − 1) at 1 is some huge number, of which SymPy says that it is sure.
            number = slope.subs(point).evalf(digits)
        if number is sympy.S.Zero:
            answers.append(ZERO)
        else:
            # SymPy says how many bits it is sure of: one for what may be 0.
            answers.append((number._mpf_, number._prec) if number.is_Float else None)
    return answers

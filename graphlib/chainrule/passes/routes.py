"""The routes to a derivative that are compared: both modes, differences, and SymPy in a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from chainrule.algebras.digits import Digits, digits_algebra
from chainrule.algebras.undefined import Undefined
from chainrule.errors import GraphError, OutsideError, OutsideTimeout
from chainrule.graph.sympy_view import size_refusal, symbol_name
from chainrule.graph.wengert import WengertList
from chainrule.passes.closed_form import derivative, from_plain, plain, with_deep_stack
from chainrule.passes.kinks import Sides, kinks, sides
from chainrule.passes.record import record
from chainrule.passes.steps import Push, Seed, Share
from chainrule.passes.walks import Ledger, evaluate, forward
from chainrule.workers import call

# Evaluations of a node that the curves may cost; above, they are left out.
CURVE_WORK = 400_000
# A local partial is at fault where its own differences contradict it by more (relative).
TOLERANCE = 1e-12

Raw = tuple[int, int, int, int]
"""mpmath's raw number: sign, mantissa, exponent of 2, bits of the mantissa."""

ZERO: Raw = (0, 0, 0, 0)


class Routes:
    """Forward mode, reverse mode and differences at one point, in one number of digits.

    Parameters
    ----------
    point
        Exact value of each input, by index.
    goal
        Index of the output.
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
        self.graph, self.point, self.goal, self.digits = graph, point, goal, digits
        self.algebra = algebra = digits_algebra(digits)
        exact = {node: algebra.number(value) for node, value in point.items()}
        one = {goal: algebra.number(Fraction(1))}
        self.record = record(graph, algebra, exact, "reverse", one, ledger)
        self.values, self.local = self.record.values, self.record.local
        self._kinks = kinks(self.record)
        self.magnitudes = self._magnitudes()
        self.distance = graph.distances([goal])
        self._bases: dict[int, list[Any]] = {digits: list(self.values)}
        self._tangents: dict[int, dict[int, Any]] = {}

    def tangents(self, node: int) -> dict[int, Any]:
        """Return the tangents that forward mode leaves behind, seeded at an input."""
        if node not in self._tangents:
            seed = {node: self.algebra.number(Fraction(1))}
            steps = forward(self.graph, self.algebra, self.values, self.local, seed)
            self._tangents[node] = left_by(steps)
        return self._tangents[node]

    def forward(self, node: int) -> Any:
        """Return the derivative by an input in forward mode."""
        return self.tangents(node).get(self.goal, self.algebra.number(Fraction(0)))

    def reverse(self, node: int) -> Any:
        """Return the derivative by an input in reverse mode."""
        return self.record.derivatives.get(node, self.algebra.number(Fraction(0)))

    def noise(self, node: int) -> Any:
        """Return below what the derivative by an input cannot be told from rounding."""
        size = self.magnitudes.get(node, 0) * self.algebra.number(
            Fraction(1, 10 ** (self.digits // 2))
        )
        return size if is_number(size) else 0

    def _magnitudes(self) -> dict[int, Any]:
        """Return, per node, the sum over paths of |product of partials|: the scale of rounding."""
        sizes = {self.goal: self.algebra.number(Fraction(1))}
        for user in range(self.goal, -1, -1):
            for slot, operand in enumerate(self.graph.operands[user]) if user in sizes else ():
                partial = self.local.get((user, slot), 0)
                if not isinstance(partial, Undefined):
                    amount = abs(sizes[user] * partial)
                    sizes[operand] = sizes.get(operand, 0) + amount
        return sizes

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

    def quotients(self, node: int, steps: Sequence[Fraction], algebra: Digits) -> list[Raw | None]:
        """Return the central difference quotients of the output for each step of an input.

        None where the function is undefined or overflows beside the point.
        """
        graph, goal = self.graph, self.goal
        base = self._base(algebra)
        reached = self._reached(node)
        moved = [i for i in range(node + 1, goal + 1) if reached[i] and self.distance[i] >= 0]

        def at(shift: Any) -> Any:
            values = {node: base[node] + shift}
            for i in moved:
                operands = [values.get(o, base[o]) for o in graph.operands[i]]
                values[i] = algebra.apply(graph.ops[i], graph.parameters_of(i), operands)
            return values.get(goal, base[goal])

        quotients = []
        for step in steps:
            h = algebra.number(step)
            above, below = at(h), at(-h)
            quotient = (above - below) / (2 * h)
            quotients.append(quotient if is_number(quotient) else None)
        return quotients

    def _base(self, algebra: Digits) -> list[Any]:
        """Return the values at the point in an algebra, computed once."""
        if algebra.digits not in self._bases:
            exact = {n: algebra.number(v) for n, v in self.point.items()}
            values = [step.value for step in evaluate(self.graph, algebra, exact)]
            self._bases[algebra.digits] = values
        return self._bases[algebra.digits]

    def differences(self, node: int) -> tuple[Any, Any]:
        """Return the derivative by an input as a limit of differences, and its uncertainty."""
        algebra, step = self._fine(node)
        coarse: Any
        fine: Any
        coarse, fine = self.quotients(node, [step, step / 2], algebra)
        if coarse is None or fine is None:
            return None, None
        # Richardson: the error falls as h², so that (4 D(h/2) − D(h))/3 is free of h².
        return (4 * fine - coarse) / 3, abs(fine - coarse)

    def _fine(self, node: int) -> tuple[Digits, Fraction]:
        """Return a step for differences and the algebra that carries enough digits for it."""
        x = self.point[node]
        places = 2 * self.digits // 3
        # In hundreds: an algebra is kept for every number of digits asked for.
        more = min(1000, -(-abs(_exponent(x)) // 100) * 100) if x else 0
        return digits_algebra(2 * self.digits + more), Fraction(1, 10**places) * self._unit(node)

    def _unit(self, node: int) -> Fraction:
        """Return the scale of steps: 1, or about the size of a smaller input."""
        x = self.point[node]
        return Fraction(10) ** min(_exponent(x), 0) if x else Fraction(1)

    def curve(self, node: int, reference: Any) -> tuple[tuple[float, float], ...]:
        """Return (h, error of the central difference) for h from 0.1 down (times a small |x|)."""
        exponents = range(1, 2 * self.digits // 3 + 1, max(1, self.digits // 30))
        if len(exponents) * 2 * len(self.graph) * len(self.graph.inputs) > CURVE_WORK:
            return ()
        steps = [Fraction(1, 10**k) * self._unit(node) for k in exponents]
        pairs = zip(steps, self.quotients(node, steps, self.algebra), strict=True)
        return tuple((float(h), float(abs(q - reference))) for h, q in pairs if q is not None)

    def suspect(self) -> int:
        """Return the first node with a local partial that its own differences contradict, or −1."""
        for (node, slot), partial in sorted(self.local.items()):
            op, parameters = self.graph.ops[node], self.graph.parameters_of(node)
            operands = [self.values[operand] for operand in self.graph.operands[node]]
            if isinstance(partial, Undefined) or self.algebra.at_kink(op, parameters, operands):
                continue
            small = self.algebra.number(Fraction(1, 10 ** (self.digits // 4)))
            h = small * (abs(operands[slot]) or 1)
            above, below = (
                self.algebra.apply(
                    op, parameters, [x + shift if i == slot else x for i, x in enumerate(operands)]
                )
                for shift in (h, -h)
            )
            quotient = (above - below) / (2 * h)
            if is_number(quotient):
                error = abs(quotient - partial)
                if error > TOLERANCE * max(abs(quotient), abs(partial)) + small:
                    return node
        return -1


def left_by(steps: Any) -> dict[int, Any]:
    """Return the tangents or adjoints that a walk leaves behind."""
    left: dict[int, Any] = {}
    for step in steps:
        if isinstance(step, Seed):
            left[step.node] = step.value
        elif isinstance(step, Push):
            left[step.node] = step.tangent
        elif isinstance(step, Share):
            left[step.operand] = step.adjoint
    return left


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number, of a size that can be written down."""
    if value is None or isinstance(value, Undefined):
        return False
    _, mantissa, exponent, _ = value._mpf_
    # Infinities and nan have mantissa 0 and an exponent; 2^(2^61) is the end of decimals.
    return abs(exponent) < 1 << 61 if mantissa else not exponent


def _exponent(number: Fraction) -> int:
    """Return about log10 of the size of an exact number other than 0."""
    bits = abs(number.numerator).bit_length() - number.denominator.bit_length()
    return bits * 301 // 1000


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
        columns = plain(graph, goal, targets)
        if too_large := size_refusal(from_plain(*columns[:5]), columns[4], limit):
            return nothing, f"SymPy: {too_large}"
        request = (*columns, values, digits)
        answer = call(_in_worker, *request, timeout=timeout, what="SymPy's derivative")
    except OutsideTimeout:
        return nothing, f"SymPy took longer than {timeout:g} s"
    except (OutsideError, GraphError) as error:
        return nothing, str(error)
    found = dict(zip(targets, answer, strict=True))
    return nothing | {n: raw for n, raw in found.items() if raw is not None}, ""


def _in_worker(
    ops: Sequence[str],
    operands: Sequence[tuple[int, ...]],
    parameters: Mapping[int, Mapping[str, Any]],
    names: Mapping[int, str],
    goal: int,
    targets: Sequence[int],
    values: Sequence[tuple[int, int]],
    digits: int,
) -> list[Raw | None]:
    graph = from_plain(ops, operands, parameters, names, goal)
    result: list[Raw | None] = with_deep_stack(
        lambda: _evaluated(graph, goal, targets, values, digits)
    )
    return result


def _evaluated(
    graph: WengertList,
    goal: int,
    targets: Sequence[int],
    values: Sequence[tuple[int, int]],
    digits: int,
) -> list[Raw | None]:
    import sympy

    point = {
        sympy.Symbol(symbol_name(graph, node), real=True): sympy.Rational(*value)
        for node, value in zip(targets, values, strict=True)
    }
    jumping = (sympy.Heaviside, sympy.sign, sympy.Abs, sympy.Max, sympy.Min)
    answers: list[Raw | None] = []
    for target in targets:
        slope = derivative(graph, goal, target)
        if slope.has(*jumping):
            # Where the side decides, the numbers must be exact.
            slope = slope.subs(point)
        number = slope.evalf(digits, subs=point, maxn=10 * digits)
        answers.append(
            sympy.Float(number, digits)._mpf_ if number.is_Float or number.is_Rational else None
        )
    return answers

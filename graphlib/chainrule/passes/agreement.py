"""Agreement: the derivatives of one output by four routes that share as little as possible.

Forward and reverse mode share the local partials; SymPy and differences use none of them. So
a wrong partial shows as forward and reverse against SymPy and differences, a fault in one
walk as that walk against the other three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any, Literal

from mpmath import libmp

from chainrule.algebras.digits import Digits
from chainrule.errors import GraphError, PointError
from chainrule.graph.sympy_view import LIMIT
from chainrule.graph.wengert import WengertList
from chainrule.passes.routes import Routes, by_sympy, is_number
from chainrule.passes.walks import Ledger

DIGITS = 60
TOLERANCE = 1e-12
# Differences take part where halving the step changes them by no more than this (relative).
SETTLED = 1e-8
# Numbers that agree in the many digits up to rounding no larger than this are equal.
REMAINDER = 1e-20
TIMEOUT = 10.0

# The routes are computed once more with so many times the digits before they are said to differ.
MORE_DIGITS = (1, 4)
ROUTES = ("forward", "reverse", "sympy", "differences")

Verdict = Literal["agrees", "differs", "kink", "undefined", "undecided"]


@dataclass(frozen=True, slots=True)
class InputAgreement:
    """The derivative by one input, by four routes.

    Parameters
    ----------
    node, name
        The input.
    forward, reverse, sympy, differences
        The four numbers, to as many digits as they were computed with; None where a route
        gave none.
    verdict
        "agrees"; "differs"; "kink" where the function has one-sided derivatives only;
        "undefined" where it has no derivative; "undecided" where the digits do not suffice or
        fewer than two routes gave a number.
    differing
        The routes outside the largest group that agrees (where groups are equal: outside the
        group of the differences), if the verdict is "differs".
    reason
        Why, in words; empty where the routes agree.
    place
        The node at which that is so: the kink, the undefined step, the first step with a
        local partial that its own differences contradict; -1 where there is none.
    curve
        (step size h, error) of the central difference (f(x+h) − f(x−h))/2h against the number
        agreed on: the error falls as h² until the rounding, which grows as 1/h, takes over.
    """

    node: int
    name: str
    forward: Decimal | None
    reverse: Decimal | None
    sympy: Decimal | None
    differences: Decimal | None
    verdict: Verdict
    differing: tuple[str, ...] = ()
    reason: str = ""
    place: int = -1
    curve: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether the four routes to the derivatives of an output agree, input by input.

    Parameters
    ----------
    output
        Index of the output.
    digits
        Significant digits of forward and reverse mode and of SymPy's numbers.
    inputs
        One entry per input of the graph, in their order.
    missing
        Why SymPy's route is missing; empty if it is not.
    """

    output: int
    digits: int
    inputs: tuple[InputAgreement, ...]
    missing: str = ""

    @property
    def agrees(self) -> bool:
        """Whether every input at which there is a derivative agrees."""
        return all(entry.verdict in ("agrees", "kink", "undefined") for entry in self.inputs)

    @property
    def differing(self) -> tuple[str, ...]:
        """The routes that differ at any input."""
        found = {route for entry in self.inputs for route in entry.differing}
        return tuple(route for route in ROUTES if route in found)


def agree(
    graph: WengertList,
    point: Mapping[int, Fraction],
    output: int | None = None,
    *,
    digits: int = DIGITS,
    limit: int = LIMIT,
    timeout: float = TIMEOUT,
    ledger: type[Ledger] = Ledger,
) -> Agreement:
    """Compare the derivatives of an output by forward mode, reverse mode, SymPy and differences.

    Parameters
    ----------
    point
        Exact value of each input, by index.
    output
        Index of the output; default the main one.
    digits
        Significant digits to compute with; four times as many where these do not settle it.
    limit
        Largest formula that is given to SymPy, in nodes with every shared step written out.
    timeout
        Seconds that SymPy may take.
    ledger
        How reverse mode gathers its shares; another one than the default is a misconception,
        which this check must notice.

    Raises
    ------
    GraphError
        If the graph has vectors.
    PointError
        If an input has no value.
    """
    if not graph.is_scalar:
        raise GraphError("the agreement of scalars is checked; the graph has vectors or a batch")
    for node in graph.inputs:
        if node not in point:
            raise PointError(
                f"no value for {graph.names.get(node, node)}", allowed="a value for every input"
            )
    goal = graph.outputs[0] if output is None else output
    sympy, missing = by_sympy(graph, point, goal, digits, limit, timeout)
    rounds: list[Routes] = []
    entries: dict[int, InputAgreement] = {}
    open_inputs = list(graph.inputs)
    for factor in MORE_DIGITS:
        rounds.append(Routes(graph, point, goal, digits * factor, ledger))
        for node in open_inputs:
            entries[node] = _judged(rounds, node, sympy.get(node))
        open_inputs = [n for n in open_inputs if entries[n].verdict not in ("agrees", "kink")]
        if not open_inputs:
            break
    return Agreement(goal, digits, tuple(entries[node] for node in graph.inputs), missing)


def _judged(rounds: Sequence[Routes], node: int, sympy: Any) -> InputAgreement:
    """Compare the routes to the derivative by one input, in the last of the rounds."""
    routes = rounds[-1]
    graph, name = routes.graph, routes.graph.names.get(node, f"v{node}")
    if (hole := routes.undefined(node)) is not None:
        reason = f"the {hole.what} of {hole.op} needs {hole.needs}"
        return InputAgreement(
            node, name, None, None, None, None, "undefined", reason=reason, place=hole.node
        )
    noise = routes.noise(node)
    quotient, doubt = routes.differences(node)
    each = {
        "forward": routes.forward(node),
        "reverse": routes.reverse(node),
        "sympy": None if sympy is None else _mpf(routes.algebra, sympy),
        "differences": quotient,
    }
    found = {route: number for route, number in each.items() if is_number(number)}
    compared = dict(found)
    if "differences" in found and doubt > abs(quotient) * SETTLED + noise:
        del compared["differences"]

    def entry(
        verdict: Verdict,
        reason: str = "",
        place: int = -1,
        differing: tuple[str, ...] = (),
        curve: tuple[tuple[float, float], ...] = (),
    ) -> InputAgreement:
        one, two, three, four = (_decimal(found.get(r), routes.digits) for r in ROUTES)
        return InputAgreement(
            node, name, one, two, three, four, verdict, differing, reason, place, curve
        )

    differing = _outside_largest_group(compared, noise)
    if (kink := routes.kink(node)) is not None:
        place, sides = kink
        # One-sided derivatives that are equal are the derivative, which the conventions at
        # the kinks may miss: relu(x) − relu(−x) has slope 1 at 0.
        if differing or not _close(sides.left, sides.right, noise):
            convention = graph.ops[place].kink
            assert convention is not None
            return entry("kink", convention.words(graph.parameters_of(place)), place)
    if not compared.keys() & {"forward", "reverse"}:
        return entry("undecided", "the passes overflow at this point")
    if not compared.keys() & {"sympy", "differences"}:
        return entry("undecided", "neither SymPy nor differences give a number here")
    # Equal up to rounding only, as where a derivative is 0: settled in many digits, which
    # leave next to no rounding.
    unsettled = len(rounds) < len(MORE_DIGITS) or noise > REMAINDER
    if not differing and unsettled and _outside_largest_group(compared, 0):
        return entry("undecided", f"{routes.digits} digits do not suffice here")
    if not differing:
        return entry("agrees", curve=routes.curve(node, found.get("sympy", quotient)))
    for before in rounds[:-1]:
        pairs = (
            (before.forward(node), routes.forward(node)),
            (before.reverse(node), routes.reverse(node)),
        )
        if not all(is_number(a) and _close(a, b, noise) for a, b in pairs):
            return entry("undecided", f"{routes.digits} digits do not suffice here")
    alike = [route for route in compared if route not in differing]
    verb = "differs" if len(differing) == 1 else "differ"
    reason = f"{_listed(differing)} {verb} from {_listed(alike) or 'one another'}"
    return entry("differs", reason, routes.suspect(), differing)


def _outside_largest_group(numbers: Mapping[str, Any], noise: Any) -> tuple[str, ...]:
    """Return the routes outside the largest group of equal numbers; none if all are equal."""
    groups: list[set[str]] = [{route} for route in numbers]
    for a, b in combinations(numbers, 2):
        if _close(numbers[a], numbers[b], noise):
            one, other = (next(g for g in groups if route in g) for route in (a, b))
            if one is not other:
                one |= other
                groups.remove(other)
    if len(groups) < 2:
        return ()
    right = max(groups, key=lambda g: (len(g), "differences" in g, "sympy" in g))
    if len(right) == 1:
        return tuple(numbers)
    return tuple(route for route in ROUTES if route in numbers and route not in right)


def _listed(routes: Sequence[str]) -> str:
    words = ["SymPy" if route == "sympy" else route for route in routes]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _close(a: Any, b: Any, noise: Any) -> bool:
    return bool(abs(a - b) <= max(abs(a), abs(b)) * TOLERANCE + noise)


def _mpf(algebra: Digits, raw: tuple[int, int, int, int]) -> Any:
    """Return mpmath's raw number as a number of `algebra`."""
    return algebra.number(Fraction(0)).context.make_mpf(raw)


def _decimal(value: Any, digits: int) -> Decimal | None:
    return None if value is None else Decimal(libmp.to_str(value._mpf_, digits))


__all__ = ["Agreement", "InputAgreement", "Verdict", "agree"]

"""Agreement: the derivatives of one output by four routes that share as little as possible.

Forward and reverse mode share the local partials; SymPy and differences use none of them. So
a wrong partial shows as forward and reverse against SymPy and differences, a fault in one
walk as that walk against the other three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any, Literal

from flint import arb
from mpmath import MPContext

from chainrule.algebras.balls import balls
from chainrule.algebras.decimals import many_digits
from chainrule.algebras.real import Real, lifted
from chainrule.errors import GraphError, PointError
from chainrule.graph.sympy_view import LIMIT
from chainrule.graph.wengert import WengertList
from chainrule.passes.routes import NEXT_TO_NOTHING, ZERO, Raw, Routes, by_sympy
from chainrule.passes.walks import Ledger

DIGITS = 60
TOLERANCE = 1e-12
TIMEOUT = 10.0
# A route gives a number where so many bits of it are certain.
NUMBER_BITS = 40
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
        The four numbers, mpmath's, to as many digits as they were computed with; None where a
        route gave none.
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
        (step size h, error) of the difference quotient, the central one or, where the function
        ends, that of one side, against the number agreed on: the error falls as h² until the
        rounding, which grows as 1/h, takes over.
    """

    node: int
    name: str
    forward: Any
    reverse: Any
    sympy: Any
    differences: Any
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
        """Whether something was compared, and every input at which it was agrees."""
        return self.verdict == "agrees"

    @property
    def verdict(self) -> Literal["agrees", "differs", "undecided", "nothing"]:
        """What the routes say together; "nothing" where no derivative was there to compare."""
        verdicts = [entry.verdict for entry in self.inputs]
        found = (v for v in ("differs", "undecided", "agrees") if v in verdicts)
        return next(found, "nothing")

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
        Significant digits of forward and reverse mode; differences take as many as they need.
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
    routes = Routes(graph, point, goal, digits, ledger)
    entries = tuple(_judged(routes, node, sympy.get(node)) for node in graph.inputs)
    return Agreement(goal, digits, entries, missing)


def _judged(routes: Routes, node: int, sympy: Raw | None) -> InputAgreement:
    """Compare the routes to the derivative by one input."""
    graph, name = routes.graph, routes.graph.names.get(node, f"v{node}")
    with balls(routes.bits).session():
        each = {
            "forward": routes.forward(node),
            "reverse": routes.reverse(node),
            "sympy": None if sympy is None else _of_sympy(*sympy),
            "differences": routes.differences(node),
        }
        zero = all(type(each[r]) is Real and each[r].rational == 0 for r in ("forward", "reverse"))
        found = {r: x for r, x in each.items() if type(x) is Real and _is_number(x, zero)}
        differing = _outside_largest_group(found)

    def entry(
        verdict: Verdict,
        reason: str = "",
        place: int = -1,
        differing: tuple[str, ...] = (),
        curve: tuple[tuple[float, float], ...] = (),
    ) -> InputAgreement:
        one, two, three, four = (
            many_digits(found[r], routes.bits) if r in found else None for r in ROUTES
        )
        return InputAgreement(
            node, name, one, two, three, four, verdict, differing, reason, place, curve
        )

    if (hole := routes.undefined(node)) is not None:
        reason = f"the {hole.what} of {hole.op} needs {hole.needs}"
        if hole.is_open:
            reason = f"{hole.op} needs {hole.needs}; that is open here"
        others = [r for r in ("sympy", "differences") if r in found]
        reason += f"; {_listed(others)} give{'s' * (len(others) == 1)} a number" * bool(others)
        return entry("undecided" if hole.is_open else "undefined", reason, hole.node)
    if (kink := routes.kink(node)) is not None:
        place, sides = kink
        # One-sided derivatives that are equal are the derivative, which the conventions at
        # the kinks may miss: relu(x) − relu(−x) has slope 1 at 0.
        if differing or not sides.agree:
            convention = graph.ops[place].kink
            words = convention.words(graph.parameters_of(place)) if convention else ""
            return entry("kink", words, place)
    if not found.keys() & {"forward", "reverse"}:
        return entry("undecided", "the chain rule gives a number that is not told from 0")
    if not found.keys() & {"sympy", "differences"}:
        return entry("undecided", "neither SymPy nor differences give a number here")
    if not differing:
        first = next(iter(found.values()))  # forward or reverse mode, whichever is a number
        return entry("agrees", curve=routes.curve(node, found.get("sympy", first)))
    alike = [route for route in found if route not in differing]
    verb = "differs" if len(differing) == 1 else "differ"
    reason = f"{_listed(differing)} {verb} from {_listed(alike) or 'one another'}"
    return entry("differs", reason, routes.suspect(), differing)


def _is_number(x: Real, zero: bool) -> bool:
    """Whether a route gave a number: certain to many bits or, where 0 is, next to nothing."""
    if x.accurate(NUMBER_BITS):
        return True
    above = x.ball.abs_upper()
    return zero and bool(x.ball.contains(0) and above < NEXT_TO_NOTHING)


def _of_sympy(raw: tuple[int, int, int, int], right: int) -> Real:
    """Return a number of SymPy's as an enclosure of as many bits as SymPy is sure of."""
    ball = arb(MPContext().make_mpf(raw))
    sure = Real(None, ball * arb(1, arb(2) ** (4 - right)))
    return lifted(0) if (raw, right) == ZERO else sure


def _outside_largest_group(numbers: Mapping[str, Real]) -> tuple[str, ...]:
    """Return the routes outside the largest group of equal numbers; none if all are equal."""
    groups: list[set[str]] = [{route} for route in numbers]
    for a, b in combinations(numbers, 2):
        if _close(numbers[a], numbers[b]):
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


def _close(a: Real, b: Real) -> bool:
    """Whether two enclosures meet, or are as near to each other as the tolerance."""
    if a.ball.overlaps(b.ball):
        return True
    return bool(abs(a - b).ball <= (abs(a.ball) + abs(b.ball)) * (TOLERANCE / 2))

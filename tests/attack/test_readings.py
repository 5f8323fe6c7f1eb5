"""What is written is what is meant: formulas, shares, sums and printed numbers of random graphs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

import chainrule
from chainrule.algebras.real import Real, lifted
from chainrule.passes.run import Number
from chainrule.passes.walks import Share
from chainrule.readings import terms
from chainrule.readings.formulas import Extent
from chainrule.readings.numbers import numeral
from tests.attack.trees import draw

CASES = 80
PLAIN = ("0.5", "2", "1.7", "-0.3", "3", "0.25", "1.1", "-2")
WHOLE = Extent(depth=60, nodes=5_000)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")


def close(a: Any, b: Any, tolerance: float = 1e-9) -> bool:
    return bool(abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-25)


def fraction(number: Any) -> Fraction:
    sign, mantissa, exponent, _bits = number._mpf_
    return (-1) ** sign * int(mantissa) * Fraction(2) ** exponent


def read_again(text: str, values: Mapping[str, Any]) -> Number:
    graph = chainrule.parse(text, declared=values)
    worked = graph.work({n: fraction(values[n]) for n in graph.variables}, zoom="primitive")
    return worked.run.value(worked.run.output)


def works(seed: int) -> Any:
    """Yield worked examples of random formulas at all zoom levels."""
    chance = random.Random(seed)
    for _ in range(CASES):
        names = ("x", "y", "z", "w")[: chance.randint(1, 4)]
        tree = draw(chance, chance.randint(2, 5), names)
        typed = {name: chance.choice(PLAIN) for name in names}
        graph = chainrule.parse(str(tree), declared=typed)
        point = {name: typed[name] for name in graph.variables}
        for zoom in ("primitive", "step", "named") if point else ():
            yield graph.work(point, zoom=zoom)


def test_a_product_as_exponent_is_in_brackets() -> None:
    worked = chainrule.parse("(x+x)^(7x)").work({"x": -2}, zoom="named")
    assert terms.text(worked.view.formula(worked.view.shown[-1], WHOLE)) == "(x + x)^(7x)"


def exactly_zero(number: Number) -> bool:
    return type(number.proven) is Real and number.proven.rational == 0


def test_printed_formulas_read_back_to_their_values(sample_seed: int) -> None:
    judged = 0
    for worked in works(sample_seed + 1):
        run, graph = worked.run, worked.graph
        numbers = {
            label: run.value(node).digits
            for node, label in worked.labels.items()
            if not run.value(node).undefined
        }
        for node in worked.view.shown:
            right = run.value(node)
            if not graph.operands[node] or right.undefined or right.corrected:
                continue
            text = terms.text(worked.view.formula(node, WHOLE))
            again = read_again(text, numbers)
            assert not again.undefined, f"{text} has no value"
            assert close(again.digits, right.digits), f"{text} is {again.shown}, not {right.shown}"
            judged += 1
        for edge in worked.view.edges:
            partial = run.partial(edge.user, edge.slot)
            text = terms.text(worked.view.partial_formula(edge))
            if partial is None or partial.undefined or partial.corrected or run.kinks:
                continue
            if "…" in text or "[" in text:  # cut, or a condition in brackets
                continue
            again = read_again(text, numbers)
            if again.undefined and exactly_zero(partial):
                continue  # the formula reads 0 · ∞ where nothing moves
            assert not again.undefined, f"{text} has no value"
            assert close(again.digits, partial.digits), f"{text} is {again.shown}"
            judged += 1
    assert judged > 5 * CASES


@pytest.mark.parametrize(
    "formula",
    [
        "a-(b-c)",
        "a-(b+c)",
        "(a/b)/c",
        "a/(b/c)",
        "a/(b*c)",
        "a/b*c",
        "-(x^2)",
        "(-x)^2",
        "2^(3^x)",
        "(2^3)^x",
        "x^(2^3)",
        "x^(1^(-1))",
        "(x^2)^3",
        "x^(-1)",
        "x^(1/3)",
        "x^(a+b)",
        "abs(x-abs(y))",
        "abs(x)*y",
        "y*abs(x)",
        "log(abs(x))*y",
        "sin(x)*y",
        "sin(x)*cos(y)*z",
        "(sin(x)+1)*y",
        "sin(x*y)",
        "sin(x)^2",
        "sin(x^2)",
        "sin((x+1)^2)",
        "cos(abs(x)^2)",
        "sqrt(x)^2",
        "sqrt(x^2)",
        "sqrt(sqrt(x))",
        "sqrt(abs(x))",
        "sqrt(x/y)",
        "sqrt(x)*y",
        "(-3)*x",
        "x*(-3)",
        "x-(-3)",
        "(-3)^2*x",
        "(1/3)^x",
        "x^2/3",
        "(x/y)^2",
        "exp(x)^2",
        "exp(x^2)",
        "exp(-x)",
        "exp(-x^2)",
        "2*3*x",
        "2*(3*x)",
        "2*3^x",
        "-x*y",
        "-(x*y)",
        "-(x+y)",
        "(-x)*(-y)",
        "-(-x)",
        "max(x,y)^2",
        "relu(x)*y",
        "sigmoid(abs(x))",
        "e^(x+y)",
        "sigmoid(x)*(1-sigmoid(x))",
        "tanh(x)*sqrt(y)",
        "log(sin(x)*y)",
        "x/sin(y)/z",
        "1e-3*x",
    ],
)
def test_brackets_are_where_they_must_be(formula: str) -> None:
    values = {"a": "1.3", "b": "0.7", "c": "2.9", "x": "1.1", "y": "0.6", "z": "1.9"}
    graph = chainrule.parse(formula, declared=values)
    worked = graph.work({name: values[name] for name in graph.variables}, zoom="named")
    text = terms.text(worked.view.formula(worked.run.output, WHOLE))
    again = chainrule.parse(text, declared=values)
    at = {name: values[name] for name in again.variables}
    assert close(again.evaluate(at), worked.value, 1e-12), text


def meet(a: Any, b: Any) -> bool:
    """Whether two proven numbers may be one: their balls meet."""
    return bool(lifted(a).ball.overlaps(lifted(b).ball))


def test_shares_add_up_to_adjoints_and_paths_to_the_derivative(sample_seed: int) -> None:
    for worked in works(sample_seed + 2):
        with worked.run.fine.algebra.session():
            _added_up(worked)


def _added_up(worked: Any) -> None:
    run = worked.run
    totals = {node: run.fine.algebra.number(seed) for node, seed in run.seeds.items()}
    broken: set[int] = set()
    shares = [(double, step) for double, step in run.steps if isinstance(step, Share)]
    assert len(shares) == sum(row.edge is not None for row in worked.table().rows)
    ends = {step.operand: step for _, step in shares}
    for double, step in shares:
        node, total = step.operand, run.shown(double[-1], step[-1])
        share = run.flowing(step.node, step.slot)
        partial, adjoint = run.partial(step.node, step.slot), run.derivative(step.node)
        if share.undefined or partial.undefined or adjoint.undefined or node in broken:
            broken.add(node)
            continue
        assert meet(adjoint.proven * partial.proven, share.proven)
        totals[node] = totals.get(node, 0) + share.proven
        if not total.undefined:
            assert meet(totals[node], total.proven)
        if step is ends[node]:
            assert total.digits == run.derivative(node).digits
    paths = _paths(worked)
    for node in run.graph.inputs:
        number = run.derivative(node)
        if paths is not None and not number.undefined and node in paths:
            assert meet(paths[node], number.proven)


def _paths(worked: Any) -> dict[int, Any] | None:
    """Return for each node the sum over all paths of the products of partials, by recursion."""
    run, found = worked.run, {}

    def walk(node: int, product: Any) -> None:
        found[node] = found.get(node, 0) + product
        for slot, operand in enumerate(run.graph.operands[node]):
            partial = run.partial(node, slot)
            if partial is not None:
                walk(operand, product * partial.proven)

    if any(run.partial(e.user, e.slot).undefined for e in worked.view.edges):
        return None
    walk(run.output, run.fine.algebra.number(Fraction(1)))
    return found


def test_printed_numbers_are_those_carried(sample_seed: int) -> None:
    for worked in works(sample_seed + 3):
        for node in worked.view.shown:
            for number in (worked.run.value(node), worked.run.derivative(node)):
                if number.undefined:
                    continue
                text = terms.text(numeral(number.shown)).replace("·10", "e").translate(RAISED)
                assert text not in ("∞", "-∞", "undef"), f"{number.shown} is shown as {text}"
                printed = Fraction(text)
                double = isinstance(number.shown, float)
                carried = Fraction(number.shown) if double else fraction(number.shown)
                plain = Fraction(1, 1000) <= abs(carried) <= 10**6
                unit = Fraction(1, 10**4) if plain else abs(carried) / 10**4
                assert abs(printed - carried) <= unit * Fraction(501, 1000) or (
                    abs(carried) > 10 and abs(printed - carried) <= abs(carried) / 10**4
                ), f"{number.shown} is shown as {text}"

"""Closed forms: SymPy's own expression of a node, and SymPy's own derivatives of it.

An independent route: only the definitions of the operations reach SymPy, never their local
partials. It runs in a worker process, because SymPy may take any time.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chainrule.errors import GraphError, OutsideError, OutsideTimeout
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.sympy_view import LIMIT, size_refusal, symbol_name, to_sympy
from chainrule.graph.wengert import INPUT, WengertList
from chainrule.ops import OPS
from chainrule.passes import named_forms
from chainrule.passes.named_forms import SIMPLIFY_OPERATIONS, derived, tidied
from chainrule.workers import call, renew

TIMEOUT = 60.0
"""Seconds after which closed forms are given up; what is tried before is counted, not timed."""

# So many expressions may SymPy make in search of shorter formulas, for one and for all of an
# answer; it makes some 20,000 in a second.
TRIED = 25_000
EFFORT = 100_000

# SymPy nests calls as deep as its expressions do.
_STACK = 256 << 20
_NESTED_CALLS = 100_000


class Plain(NamedTuple):
    """The part of a scalar graph below a node as columns of plain data, for a worker."""

    ops: list[str]
    operands: Sequence[tuple[int, ...]]
    parameters: Mapping[int, Mapping[str, Any]]
    names: Mapping[int, str]
    goal: int
    targets: list[int]

    @property
    def graph(self) -> WengertList:
        """The graph of these columns."""
        ops, operands, parameters, names, goal, _targets = self
        return WengertList([OPS[name] for name in ops], operands, parameters, names, {}, [goal])


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """What SymPy makes of an output and its derivatives, as text and as LaTeX.

    Parameters
    ----------
    output
        Name of the output.
    value_text, value_latex
        The output as a formula in the inputs.
    derivative_text, derivative_latex
        Per name of what is derived by, the derivative as a formula in the inputs.
    named_text, named_latex
        The same derivatives with names of the graph's own steps put in, where that makes
        them shorter: y_star - y.
    left_out
        What was not tried because it is too much; empty if all was.
    missing
        Why there is no closed form; empty if there is one.
    """

    output: str
    value_text: str = ""
    value_latex: str = ""
    derivative_text: Mapping[str, str] = field(default_factory=dict)
    derivative_latex: Mapping[str, str] = field(default_factory=dict)
    named_text: Mapping[str, str] = field(default_factory=dict)
    named_latex: Mapping[str, str] = field(default_factory=dict)
    left_out: str = ""
    missing: str = ""


def closed_form(
    graph: WengertList,
    output: int | None = None,
    by: Sequence[int] | None = None,
    *,
    limit: int = LIMIT,
    timeout: float = TIMEOUT,
    latex_names: Mapping[str, str] | None = None,
) -> ClosedForm:
    r"""Return the closed forms of an output and of its derivatives.

    Parameters
    ----------
    output
        Index of the output; default the main one.
    by
        Indices of what to derive by; default the inputs that the output depends on. A
        step that is not an input stays a symbol in its own derivative.
    limit
        Largest number of nodes of the formula, with every shared step written out.
    timeout
        Seconds all of it may take, after which there is none: `missing` says so.
    latex_names
        LaTeX of names, such as ``{"y_star": r"y^{*}"}``; others are set as SymPy does.

    Returns
    -------
    ClosedForm
        Never an exception for a formula that SymPy cannot do: `missing` then says why.
    """
    goal = graph.outputs[0] if output is None else output
    targets = _inputs_below(graph, goal) if by is None else tuple(by)
    name = symbol_name(graph, goal)
    if not graph.is_scalar:
        return ClosedForm(name, missing="closed forms are for scalars; the graph has vectors")
    try:
        below = plain(graph, goal, targets)
    except GraphError as error:
        return ClosedForm(name, missing=str(error))
    if too_large := size_refusal(below.graph, below.goal, limit):
        return ClosedForm(name, missing=too_large)
    request = below, dict(latex_names or {})
    try:
        answer = call(_in_worker, *request, timeout=timeout, what="the closed form")
    except OutsideTimeout:
        return ClosedForm(name, missing=f"the closed form took longer than {timeout:g} s")
    except OutsideError as error:
        return ClosedForm(name, missing=str(error))
    if answer.get("left_out"):
        renew()  # a search that was cut off in the middle may have left SymPy in disorder
    return ClosedForm(name, **answer)


def _inputs_below(graph: WengertList, goal: int) -> tuple[int, ...]:
    distance = graph.distances([goal])
    return tuple(node for node in graph.inputs if distance[node] >= 0)


def plain(graph: WengertList, goal: int, targets: Sequence[int]) -> Plain:
    """Return the part of a scalar graph below `goal` as plain data.

    Operations travel by name. One that is not registered, such as a user's own, is written
    out by its definition, in which no local partial takes part.
    """
    builder = Builder()
    values: dict[int, Expression] = {}
    distance = graph.distances([goal])
    for node, op in enumerate(graph.ops):
        if distance[node] < 0 and node not in targets:
            continue
        operands = [values[operand] for operand in graph.operands[node]]
        parameters = graph.parameters_of(node)
        name = graph.names.get(node)
        if op is INPUT:
            values[node] = builder.input(symbol_name(graph, node))
            continue
        if OPS.get(op.name) is op:
            values[node] = builder.write(op, operands, parameters, fresh=True)
        else:
            values[node] = builder.lift(op.value(builder.maths, *operands, **parameters))
        if name is not None:
            values[node] = builder.name(values[node], name)
    return Plain(
        [op.name for op in builder.ops],
        builder.operands,
        {node: dict(p) for node, p in builder.parameters.items()},
        builder.names,
        values[goal].index,
        [values[node].index for node in targets],
    )


def with_deep_stack(task: Callable[[], Any]) -> Any:
    """Run `task` where calls may nest as deep as SymPy's expressions; only in a worker."""
    outcome: list[Any] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(task())
        except BaseException as error:
            failure.append(error)

    threading.stack_size(_STACK)
    sys.setrecursionlimit(_NESTED_CALLS)
    thread = threading.Thread(target=run)
    try:
        thread.start()
    except RuntimeError as error:  # no room for the stack beside what the worker has loaded
        raise MemoryError("no room for a deep stack") from error
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def derivative(graph: WengertList, goal: int, target: int) -> Any:
    """Return SymPy's derivative of a node by an input, or by a step kept as a symbol."""
    import sympy

    free = () if graph.ops[target] is INPUT else (target,)
    expression = to_sympy(graph, goal, limit=sys.maxsize, free=free)
    return derived(expression, sympy.Symbol(symbol_name(graph, target), real=True))


def _in_worker(below: Plain, latex_names: Mapping[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = with_deep_stack(lambda: _closed(below, latex_names))
    return answer


def _closed(below: Plain, latex_names: Mapping[str, str]) -> dict[str, Any]:
    graph, goal = below.graph, below.goal
    text, latex = _printers(latex_names)
    value = to_sympy(graph, goal, limit=sys.maxsize)
    if not _is_real(value):
        return {"missing": "the output has no real value for any point"}
    answer: dict[str, Any] = {
        "value_text": text(value),
        "value_latex": latex(value),
        "derivative_text": {},
        "derivative_latex": {},
        "named_text": {},
        "named_latex": {},
    }
    raw, unnamed, unreal = [], [], []
    trying = _Effort(EFFORT)
    steps = list(named_forms.named_steps(graph, goal, below.targets))
    by_steps: dict[int, Any] = {}
    if len(steps) > 1:
        by_steps = trying.of(named_forms.by_names, graph, goal, below.targets, steps) or {}
    for target in below.targets:
        name = symbol_name(graph, target)
        slope = derivative(graph, goal, target)
        small = slope.count_ops() <= SIMPLIFY_OPERATIONS
        simple = trying.of(tidied, slope) if small else None
        slope = tidied(slope, thorough=False) if simple is None else simple
        if not _is_real(slope):
            unreal.append(name)
            continue
        named = by_steps.get(target, slope)
        meanings = [(s.symbol, s.formula) for s in steps if s.node not in (goal, target)]
        if named.count_ops() >= slope.count_ops() or not named_forms.is_equal(
            named, slope, meanings
        ):
            named = None
            if simple is not None:
                named = trying.of(named_forms.put_in_names, graph, goal, target, slope)
        if named is None:
            named = slope
            unnamed += [name] if len(steps) > 1 else []
        raw += [name] if simple is None else []
        answer["derivative_text"][name] = text(slope)
        answer["derivative_latex"][name] = latex(slope)
        answer["named_text"][name] = text(named)
        answer["named_latex"][name] = latex(named)
    found = {"not simplified": raw, "not in names of steps": unnamed, "real nowhere": unreal}
    answer["left_out"] = "; ".join(
        f"{what}: the derivative by {', '.join(names)}" for what, names in found.items() if names
    )
    return answer


class _TooMuch(BaseException):
    """SymPy makes more expressions than it may; no handler of its own takes this for its own."""


class _Effort:
    """Counts the expressions that SymPy makes, so that no answer depends on how long they took.

    Parameters
    ----------
    left
        How many it may make.
    """

    def __init__(self, left: int) -> None:
        from sympy.core.cache import clear_cache
        from sympy.core.random import seed

        clear_cache()  # what an earlier task has made would not be made again
        seed(0)  # SymPy tries expressions at random points
        self._left = left

    def of(self, task: Callable[..., Any], *arguments: Any) -> Any | None:
        """Return what a task returns, or None where that is too much."""
        from sympy.core.basic import Basic

        usual = Basic.__dict__["__new__"]
        most, made = min(TRIED, self._left), 0

        def new(kind: type, *parts: Any) -> Any:
            nonlocal made
            made += 1
            if made > most:
                raise _TooMuch
            return usual(kind, *parts)

        Basic.__new__ = staticmethod(new)
        try:
            return task(*arguments)
        except _TooMuch:
            return None
        finally:
            Basic.__new__ = usual
            self._left -= min(most, made)


def _is_real(expression: Any) -> bool:
    import sympy

    return not expression.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I)


def _printers(
    latex_names: Mapping[str, str],
) -> tuple[Callable[[Any], str], Callable[[Any], str]]:
    """Return the printers of SymPy expressions as formula text and as LaTeX."""
    import sympy
    from sympy.printing.latex import LatexPrinter
    from sympy.printing.str import StrPrinter

    class Sums:
        """Begins a sum with a positive term where there is one: y* − y."""

        def _as_ordered_terms(self, e: Any, order: Any = None) -> list[Any]:
            terms: list[Any] = super()._as_ordered_terms(e, order)  # type: ignore[misc]
            first = next((t for t in terms if not t.could_extract_minus_sign()), terms[0])
            return [first, *(t for t in terms if t is not first)]

    class AsText(Sums, StrPrinter):  # type: ignore[misc]
        """Writes what the formula box reads."""

        def _print_Abs(self, e: Any) -> str:
            return f"abs({self._print(e.args[0])})"

        def _print_Max(self, e: Any) -> str:
            return f"max({', '.join(self._print(a) for a in e.args)})"

        def _print_Heaviside(self, e: Any) -> str:
            return f"step({self._print(e.args[0])})"

        def _print_Exp1(self, e: Any) -> str:
            return "e"

    class InLatex(Sums, LatexPrinter):  # type: ignore[misc]
        """Names the step function by its name: θ is likely to be a variable."""

        def _print_Heaviside(self, e: Any, exp: Any = None) -> str:
            power = f"^{{{exp}}}" if exp else ""
            inside = self._print(e.args[0])
            return rf"\operatorname{{step}}{power}\left({inside}\right)"

    symbols = {sympy.Symbol(n, real=True): latex for n, latex in latex_names.items()}
    latex = InLatex({"ln_notation": True, "symbol_names": symbols})
    text = AsText()
    return lambda e: text.doprint(e).replace("**", "^"), latex.doprint

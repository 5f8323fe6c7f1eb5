"""Gradients that somebody's own backward code gives, node by node: the first wrong one is named.

Each is compared with the right one and with what follows from somebody's own gradients of the
nodes that use it, so that one fault in the code is one error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from chainrule.algebras.array import Array
from chainrule.algebras.undefined import Undefined
from chainrule.errors import FileError, GraphError, excerpt
from chainrule.exercises.answers import Verdict, rounding
from chainrule.exercises.catalogue import BACKWARD, FEEDBACK
from chainrule.exercises.marking import meant
from chainrule.exercises.worksheet import Worksheet
from chainrule.facade import Graph
from chainrule.language import canonical
from chainrule.language.entries import shape_in_words
from chainrule.language.entries import value as entries
from chainrule.passes.misconceptions import MISCONCEPTIONS
from chainrule.passes.places import Sum
from chainrule.passes.walks import Ledger
from chainrule.readings.grid import Cell, Grid, Header, Tabular, grouped, words
from chainrule.readings.grid import GridRow as Line
from chainrule.readings.terms import Symbol, Word
from chainrule.worked import Worked

TOLERANCE: Final = 1e-6
_LINE: Final = re.compile(
    r"""\s*["']?([^\s=:,;"']+)["']?\s*[=:,;\t]\s*"""  # a name, and what divides it from
    r"""["']?([^"']*[^"'\s,;])["']?[\s,;]*"""  # its numbers
)
SUMS: Final = (
    "overwrite-instead-of-accumulate",
    "forgotten-path",
    "shares-averaged",
    "shares-subtracted",
)
"""Misconceptions that need no more than the shares, and so are asked of arrays too."""

Gradients = Mapping[str, Any] | Callable[..., Any]


@dataclass(frozen=True, slots=True)
class OwnGradient:
    """What became of the gradient of one node.

    Parameters
    ----------
    name, shape
        Of the node; () for a number.
    verdict
        "right", "follows" (from a wrong one before it), "wrong", "missing", or "undecided" where
        there is no gradient.
    mistakes
        Names of the misconceptions that explain it.
    said
        What is told about it.
    """

    name: str
    shape: tuple[int, ...]
    verdict: Verdict
    mistakes: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class OwnGradients(Tabular):
    """The gradients of all named nodes in the order of the backward pass."""

    found: tuple[OwnGradient, ...]

    @property
    def first(self) -> OwnGradient | None:
        """The first wrong one; None where there is none."""
        return next((one for one in self.found if one.verdict == "wrong"), None)

    def grid(self) -> Grid:
        """Return them laid out; what was not given is left out."""
        heads = [
            Header("node", Word(FEEDBACK["cell"])),
            Header("shape", Word(BACKWARD["shape"])),
            Header("verdict", Word(FEEDBACK["verdict"])),
            Header("said", Word(FEEDBACK["said"])),
        ]
        rows = [
            Line(
                {
                    "node": Cell(Symbol(one.name), f"adjoint:{one.name}"),
                    "shape": words(shape_in_words(one.shape)),
                    "verdict": words(FEEDBACK[one.verdict]),
                    "said": words(one.said),
                },
                one.name,
            )
            for one in self.found
            if one.verdict != "missing"
        ]
        first = self.first
        note = BACKWARD["none"] if first is None else BACKWARD["first"].format(name=first.name)
        note = note if rows else BACKWARD["nothing"]
        return Grid("backward", (BACKWARD["caption"],), tuple(heads), grouped(rows), note)


def check_backward(
    program: str | Graph,
    at: Mapping[str, Any],
    gradients: Gradients,
    *,
    output: str | None = None,
    tolerance: float = TOLERANCE,
) -> OwnGradients:
    """Compare somebody's own gradients with the right ones, and name the first wrong node.

    >>> lecture = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
    >>> found = check_backward(lecture, {"x": 1}, {"u": 0.6441246251, "t": 1.9323738752})
    >>> found.first.name, found.first.mistakes[0]
    ('t', 'overwrite-instead-of-accumulate')

    Parameters
    ----------
    program
        The formula or program, or its graph; vectors and matrices have shapes there,
        `W: 3x2; x: 2; …`.
    at
        Value of each input, by name.
    gradients
        By name of a node or input, a number or nested lists; or a function that is called with
        the inputs by name and returns that, or a tuple in the order of the inputs.
    output
        Name of the output; default the main one.
    tolerance
        How far an entry may be away, relatively to the largest one.

    Raises
    ------
    ParseError, LimitError, PointError
        If the program or the point cannot be read.
    GraphError
        If a name is no node, or what stands there is no array of numbers.
    """
    graph = program
    if not isinstance(graph, Graph):
        graph = Graph.parse(graph, declared=at, constants=True)
    worked = graph.work(at, output=output)
    given: Any = gradients
    if not isinstance(given, Mapping):
        given = given(**{name: worked[f"value:{name}"] for name in graph.variables})
        if not isinstance(given, Mapping):
            several = given if isinstance(given, tuple | list) else (given,)
            given = dict(zip(graph.variables, several, strict=True))
    return OwnGradients(tuple(_Check(worked, given, tolerance).found()))


def read_gradients(text: str) -> dict[str, Any]:
    """Read a table of gradients: JSON of lists by name, or lines with a name and numbers.

    >>> read_gradients("u = 0.64\\nW = [[1, 2], [3, 4]]")
    {'u': '0.64', 'W': '[[1, 2], [3, 4]]'}
    >>> read_gradients('{"u": 0.64}')
    {'u': 0.64}

    Raises
    ------
    FileError
        At the first line that is neither.
    """
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FileError(BACKWARD["no_json"], row=1, allowed=BACKWARD["allowed"]) from error
        return {str(name): value for name, value in found.items()}
    given: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found_line = _LINE.fullmatch(line)
        if line.strip() and not found_line:
            message = BACKWARD["no_line"].format(line=excerpt(line))
            raise FileError(message, row=number, allowed=BACKWARD["allowed"])
        if found_line and (given or found_line[1].casefold() not in ("node", "name")):
            given[found_line[1]] = found_line[2]
    return given


class _Check:
    """One comparison: the walk of reverse mode, in which somebody's own gradients flow on."""

    def __init__(self, worked: Worked, gradients: Mapping[str, Any], tolerance: float) -> None:
        self.worked = worked
        self.graph, self.record = worked.graph, worked.run.double
        self.nodes = {label: node for node, label in worked.view.labels.items()}
        self.given: dict[int, Any] = {}
        self.reach: dict[int, float] = {}
        for name, value in gradients.items():
            node = self.nodes.get(canonical(str(name)))
            if node is None:
                known = ", ".join(self.nodes)
                raise GraphError(BACKWARD["no_node"].format(name=excerpt(str(name)), known=known))
            self.given[node] = _numbers(value, str(name))
            self.reach[node] = max(tolerance, _rounded(value))
        self.sums = Ledger(self.record.algebra, dict(self.record_seeds()))
        self.terms: dict[int, list[Any]] = {}
        self.flowing: dict[int, list[Any]] = {}

    def record_seeds(self) -> Iterator[tuple[int, Any]]:
        """Yield what the pass begins with."""
        output = self.worked.run.output
        yield output, self.record.derivatives[output]

    def found(self) -> Iterator[OwnGradient]:
        """Yield what became of each node, as the backward pass comes to it."""
        algebra, graph = self.record.algebra, self.graph
        wrong: set[int] = set()
        with algebra.session():
            for node in graph.reverse_order([self.worked.run.output]):
                following = self.sums.entries.get(node)
                if node in self.worked.view.labels and graph.varies[node]:
                    users = {edge.user for edge in graph.users[node]}
                    one = self._judged(node, following, bool(users & wrong))
                    if one.verdict in ("wrong", "follows"):
                        wrong.add(node)
                    yield one
                elif {edge.user for edge in graph.users[node]} & wrong:
                    wrong.add(node)
                if following is None:
                    continue
                flowing = self._own(node, following)
                for slot, operand in enumerate(graph.operands[node]):
                    if (node, slot) in self.record.local:
                        partial, value = self.record.local[node, slot], self.record.values[operand]
                        share = algebra.pull(partial, flowing, value)
                        self.terms.setdefault(operand, []).append(share)
                        self.flowing.setdefault(operand, []).append(flowing)
                        self.sums.add(operand, share)

    def _own(self, node: int, following: Any) -> Any:
        given = self.given.get(node)
        if given is None or given.shape != self.graph.shape(node):
            return following
        return Array(given, given.ndim) if isinstance(following, Array) else float(given)

    def _judged(self, node: int, following: Any, after: bool) -> OwnGradient:
        name, shape = self.worked.view.labels[node], self.graph.shape(node)
        given, right = self.given.get(node), _array(self.record.derivatives.get(node), shape)
        if given is None:
            return OwnGradient(name, shape, "missing")
        follows = right if following is None else _array(following, shape)
        if right is None or follows is None:
            return OwnGradient(name, shape, "undecided", (), BACKWARD["undefined"])
        if given.shape != shape:
            return OwnGradient(name, shape, "wrong", (), self._of_shape(node, given, follows))
        if self._near(node, given, right):
            return OwnGradient(name, shape, "right")
        if self._near(node, given, follows):
            return OwnGradient(name, shape, "follows" if after else "right")
        names = tuple(self._named(node, given))[:3]
        return OwnGradient(name, shape, "wrong", names, self._said(node, names, given, follows))

    def _near(self, node: int, given: Any, wanted: Any) -> bool:
        if given.shape != wanted.shape:
            return False
        size = max(1e-12, float(np.max(np.abs(wanted), initial=0.0)))
        return bool(np.all(np.abs(given - wanted) <= self.reach[node] * size))

    def _of_shape(self, node: int, given: Any, follows: Any) -> str:
        told = BACKWARD["shapes"].format(
            given=shape_in_words(given.shape), wanted=shape_in_words(follows.shape)
        )
        if given.T.shape == follows.shape:
            return (
                f"{told} {BACKWARD['transposed']}" if self._near(node, given.T, follows) else told
            )
        try:
            strides = np.broadcast_to(follows, given.shape).strides
        except ValueError:
            return told
        over = tuple(axis for axis, stride in enumerate(strides) if stride == 0)
        if self._near(node, given.sum(axis=over).reshape(follows.shape), follows):
            return f"{told} {BACKWARD['broadcast']}"
        return told

    def _named(self, node: int, given: Any) -> Iterator[str]:
        """Yield the misconceptions that give the very gradient."""
        if self.graph.is_scalar:
            sheet, label = Worksheet(self.worked.view, None), self.worked.view.labels[node]
            own = {
                f"adjoint:{self.worked.view.labels[n]}": float(value)
                for n, value in self.given.items()
                if n != node
            }
            found = sheet.mistaken(sheet.cells[f"adjoint:{label}"], own)
            yield from meant(float(given), found, self.reach[node] / 2, self.reach[node])
            return
        shape = given.shape
        terms = [_array(term, shape) for term in self.terms.get(node, ())]
        if len(terms) > 1 and all(term is not None for term in terms):
            sum_ = Sum((), (), tuple(terms), backward=True)
            for name in SUMS:
                if any(self._near(node, given, wrong) for wrong in MISCONCEPTIONS[name].of(sum_)):
                    yield name
        flowing = [_array(one, shape) for one in self.flowing.get(node, ())]
        if any(one is not None and self._near(node, given, one) for one in flowing):
            yield "forgotten-inner-derivative"
        value = _array(self.record.values[node], shape)
        if value is not None and self._near(node, given, value):
            yield "value-for-derivative"

    def _said(self, node: int, names: Sequence[str], given: Any, follows: Any) -> str:
        if names:
            record = MISCONCEPTIONS[names[0]]
            return f"{record.sentence} {record.hint}"
        far = np.abs(given - follows)
        if self._near(node, -given, follows):
            return BACKWARD["sign"]
        factor = float(np.vdot(given, follows) / (np.vdot(follows, follows) or 1.0))
        if follows.shape and factor and self._near(node, given, factor * follows):
            return BACKWARD["scaled"].format(factor=f"{factor:.4g}")
        if follows.shape:
            worst = np.unravel_index(int(np.argmax(far)), follows.shape)
            entry = ", ".join(map(str, worst))
            return BACKWARD["entry"].format(entry=f"[{entry}]")
        return FEEDBACK["wrong_said"]


def _numbers(value: Any, name: str) -> Any:
    """Return somebody's number or nested lists as an array of doubles."""
    try:
        if isinstance(value, str):
            value = entries(value, name)
        if value is not None and np.all(np.isfinite(found := np.asarray(value, dtype=float))):
            return found
        raise ValueError
    except (TypeError, ValueError, OverflowError) as error:
        raise GraphError(BACKWARD["no_numbers"].format(name=excerpt(name))) from error


def _rounded(value: Any) -> float:
    """Return how far typed decimals may be away, relatively: as far as they are rounded."""
    digits = (
        [
            len(re.sub(r"[eE].*|\D", "", one).lstrip("0"))
            for one in re.findall(r"\d*\.\d+(?:[eE][-+]?\d+)?", value)
        ]
        if isinstance(value, str)
        else []
    )
    return 2 * rounding(max(digits)) if digits else 0.0


def _array(value: Any, shape: tuple[int, ...]) -> Any:
    """Return a value of the run as an array of doubles; None where some entry does not exist."""
    if value is None:
        return np.zeros(shape)
    data = value.data if isinstance(value, Array) else value
    if type(data) is Undefined or (isinstance(value, Array) and value.undefined is not None):
        return None
    found = np.asarray(data, dtype=float)
    return found if found.shape == shape and np.all(np.isfinite(found)) else None

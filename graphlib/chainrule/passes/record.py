"""One run of the passes in one algebra, kept as its steps and as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chainrule.algebras.protocol import Algebra
from chainrule.graph.wengert import WengertList
from chainrule.passes.walks import (
    Evaluate,
    Ledger,
    Linearise,
    Push,
    Share,
    Step,
    evaluate,
    forward,
    linearise,
    reverse,
)

Mode = Literal["forward", "reverse"]


@dataclass(frozen=True, slots=True)
class Record:
    """The steps of a run and what they left in every cell.

    Parameters
    ----------
    values
        Value of each node.
    local
        Local partial of each edge, by (user, slot).
    flowing
        In reverse mode the share, in forward mode the contribution of each edge.
    derivatives
        In reverse mode the adjoint, in forward mode the tangent of each node reached.
    steps
        All steps, in order.
    """

    graph: WengertList
    algebra: Algebra
    mode: Mode
    values: tuple[Any, ...]
    local: Mapping[tuple[int, int], Any]
    flowing: Mapping[tuple[int, int], Any]
    derivatives: Mapping[int, Any]
    steps: tuple[Step, ...]

    @classmethod
    def of(
        cls, graph: WengertList, algebra: Algebra, mode: Mode, steps: tuple[Step, ...]
    ) -> Record:
        """Return the record of these steps: the columns are read from them."""
        values: list[Any] = []
        local: dict[tuple[int, int], Any] = {}
        flowing: dict[tuple[int, int], Any] = {}
        derivatives: dict[int, Any] = {}
        step: Any
        for step in steps:
            kind: Any = type(step)
            if kind is Evaluate:
                values.append(step.value)
            elif kind is Linearise:
                local[step.node, step.slot] = step.partial
            elif kind is Share:
                flowing[step.node, step.slot] = step.share
                derivatives[step.operand] = step.adjoint
            elif kind is Push:
                flowing[step.node, step.slot] = step.contribution
                derivatives[step.node] = step.tangent
            else:
                derivatives[step.node] = step.value
        return cls(graph, algebra, mode, tuple(values), local, flowing, derivatives, steps)


def record(
    graph: WengertList,
    algebra: Algebra,
    point: Mapping[int, Any],
    mode: Mode,
    seeds: Mapping[int, Any],
    ledger: type[Ledger] = Ledger,
) -> Record:
    """Run evaluate, linearise and one of the two derivative passes.

    Parameters
    ----------
    point
        Value of each input, by index, in the algebra's kind.
    seeds
        Tangents of inputs (forward) or adjoints of outputs (reverse), as numbers that the
        algebra brings to the shape of the node.
    ledger
        How contributions are gathered; another one than the default is a misconception.
    """
    with algebra.session():
        steps: list[Step] = list(evaluate(graph, algebra, point))
        values = [step[-1] for step in steps]
        linearised = tuple(linearise(graph, algebra, values))
        local = {(step.node, step.slot): step.partial for step in linearised}
        return derived(graph, algebra, mode, values, local, seeds, [*steps, *linearised], ledger)


def derived(
    graph: WengertList,
    algebra: Algebra,
    mode: Mode,
    values: Sequence[Any],
    local: Mapping[tuple[int, int], Any],
    seeds: Mapping[int, Any],
    steps: Sequence[Step],
    ledger: type[Ledger] = Ledger,
) -> Record:
    """Run a derivative pass over values and local partials that stand already.

    Parameters
    ----------
    steps
        Those that led to the values and local partials.
    """
    fitted = {node: algebra.fit(seed, values[node]) for node, seed in seeds.items()}
    walk = reverse if mode == "reverse" else forward
    flowed = tuple(walk(graph, algebra, values, local, fitted, ledger))
    return Record.of(graph, algebra, mode, (*steps, *flowed))

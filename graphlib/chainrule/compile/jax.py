"""A graph as JAX source: the same lines as for NumPy, in the names of JAX.

The functions are pure, so JAX compiles them, maps them over points and spreads them over
devices. JAX computes in single precision unless it is told otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from chainrule.compile.maths import LACKING
from chainrule.compile.walk import HEADER, plain
from chainrule.errors import GraphError
from chainrule.graph.wengert import WengertList
from chainrule.passes.derivatives import gradient_graph

NUMPY = re.compile(r"\bnp\.")
SPECIAL = {
    "erf": "jax.scipy.special.erf",
    "erfc": "jax.scipy.special.erfc",
    "gamma": "jax.scipy.special.gamma",
    "lgamma": "jax.scipy.special.gammaln",
    "digamma": "jax.scipy.special.digamma",
    "polygamma": "lambda x, order: jax.scipy.special.polygamma(order, x)",
}
"""What JAX has of the functions that NumPy lacks."""


class InJax:
    """A graph written for JAX; neither the source nor its writing needs JAX.

    Parameters
    ----------
    graph
        What is computed, folds opened.
    wrt
        Names of the inputs by which derivatives are taken.
    output
        Index of the output.

    Raises
    ------
    GraphError
        If an operation has no form in JAX.
    """

    def __init__(self, graph: WengertList, wrt: Sequence[str], output: int) -> None:
        self.inputs = tuple(graph.names[node] for node in graph.inputs)
        self.wrt = tuple(wrt)
        by = [graph.index[name] for name in wrt]
        slopes = gradient_graph(graph, output, by, keep=[output], domains=False)
        parts = [
            plain("value", graph, [output]),
            plain("value_and_grad", slopes, slopes.outputs),
        ]
        used = sorted(frozenset().union(*(part.used for part in parts)))
        for name in used:
            if name not in SPECIAL:
                raise GraphError(f"{name} has no form in JAX; its form in NumPy is {LACKING[name]}")
        head = [HEADER, "", "import jax", "import jax.numpy as jnp", ""]
        head += [f"{name} = {SPECIAL[name]}" for name in used]
        text = "\n".join([*head, "", ""]) + "\n\n".join(part.text for part in parts)
        self.source = NUMPY.sub("jnp.", text)

    @cached_property
    def _module(self) -> dict[str, Any]:
        namespace: dict[str, Any] = {}
        exec(compile(self.source, "<chainrule jax>", "exec"), namespace)
        return namespace

    def value(self, *inputs: Any) -> Any:
        """Return the value of the output; the inputs stand in the order of `inputs`."""
        return self._module["value"](*inputs)[0]

    def value_and_grad(self, *inputs: Any) -> tuple[Any, dict[str, Any]]:
        """Return the value of the output and its derivatives by name."""
        value, *slopes = self._module["value_and_grad"](*inputs)
        return value, dict(zip(self.wrt, slopes, strict=True))

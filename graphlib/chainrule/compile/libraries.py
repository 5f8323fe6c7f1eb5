"""A graph as source for JAX or PyTorch: the same lines as for NumPy, in the library's names.

The functions are pure, so the libraries compile them, map them over points and spread them over
devices. JAX computes in single precision unless it is told otherwise, PyTorch in the precision
of the tensors that it is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chainrule.compile.maths import LACKING
from chainrule.compile.walk import HEADER, plain
from chainrule.errors import GraphError
from chainrule.graph.wengert import WengertList
from chainrule.passes.derivatives import gradient_graph

WINDOWS = """\
def windows(shape, size, stride):
    entries = np.arange(np.prod(shape)).reshape(shape)
    seen = np.lib.stride_tricks.sliding_window_view(entries, size, axis=(-2, -1))
    seen = np.moveaxis(seen[..., ::stride, ::stride, :, :], (-4, -3), (-2, -1))
    return np.array(seen.reshape(-1, seen.shape[-2] * seen.shape[-1]))
"""
"""Which entry of an image stands where in its windows, a window a column."""
PATCHES = """\
def patches(images, size, stride, ndim):
    lead, shape = images.shape[:images.ndim - ndim], images.shape[images.ndim - ndim:]
    return images.reshape(*lead, -1)[..., windows(shape, size, stride)]
"""


@dataclass(frozen=True, slots=True)
class Library:
    """What a library calls the functions of NumPy.

    Parameters
    ----------
    name
        What the library is called.
    imports
        Lines at the head of the source.
    namespace
        What its functions stand in where NumPy's stand in `np`.
    made
        Functions of another form, and those that NumPy lacks, with what they are made of; what
        others are made of comes first.
    number
        How a result that is the same everywhere is written.
    """

    name: str
    imports: tuple[str, ...]
    namespace: str
    made: Mapping[str, str]
    number: str = "{}"


JAX = Library(
    "JAX",
    ("import jax", "import jax.numpy as jnp"),
    "jnp",
    {
        "erf": "jax.scipy.special.erf",
        "erfc": "jax.scipy.special.erfc",
        "gamma": "jax.scipy.special.gamma",
        "lgamma": "jax.scipy.special.gammaln",
        "digamma": "jax.scipy.special.digamma",
        "polygamma": "lambda x, order: jax.scipy.special.polygamma(order, x)",
        "windows": WINDOWS,
        "patches": PATCHES,
        "unpatches": """\
def unpatches(columns, size, stride, shape):
    image = jnp.zeros((*columns.shape[:-2], np.prod(shape)), columns.dtype)
    added = image.at[..., windows(shape, size, stride)].add(columns)
    return added.reshape(*columns.shape[:-2], *shape)
""",
    },
)
TORCH = Library(
    "PyTorch",
    ("import torch",),
    "torch",
    {
        "tensor": "lambda x: x if torch.is_tensor(x) else torch.tensor(x, dtype=torch.float64)",
        "erf": "torch.special.erf",
        "erfc": "torch.special.erfc",
        "gamma": """\
def gamma(x):
    size = torch.exp(torch.lgamma(x))
    return torch.where((x < 0) & (torch.floor(x) % 2 != 0), -size, size)
""",
        "lgamma": "torch.lgamma",
        "digamma": "torch.digamma",
        "polygamma": "lambda x, order: torch.special.polygamma(order, x)",
        "windows": WINDOWS,
        "patches": PATCHES,
        "unpatches": """\
def unpatches(columns, size, stride, shape):
    lead, entries = columns.shape[:-2], torch.as_tensor(windows(shape, size, stride).ravel())
    image = columns.new_zeros((*lead, int(np.prod(shape))))
    return image.index_add(-1, entries, columns.reshape(*lead, -1)).reshape(*lead, *shape)
""",
        "maximum": "lambda a, b: torch.maximum(tensor(a), tensor(b))",
        "minimum": "lambda a, b: torch.minimum(tensor(a), tensor(b))",
        "arctan2": "lambda a, b: torch.arctan2(tensor(a), tensor(b))",
        "heaviside": "lambda x, at: torch.heaviside(tensor(x), torch.full_like(tensor(x), at))",
        "where": "lambda c, a, b: torch.where(torch.as_tensor(c), tensor(a), tensor(b))",
        "cbrt": "lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3)",
        "eye": "lambda n: torch.eye(n, dtype=torch.float64)",
        "max": "lambda x, axis, keepdims=False: torch.amax(x, axis, keepdims)",
        "pad": """\
def pad(x, sides):
    return torch.nn.functional.pad(x, [n for pair in reversed(sides) for n in pair])
""",
    },
    "tensor({})",
)
LIBRARIES = {"jax": JAX, "torch": TORCH}
"""Libraries by the word that `compile` knows them by."""

CALLED = re.compile(r"\bnp\.(\w+)")


class LibrarySource:
    """A graph written for another library; neither the source nor its writing needs it.

    Parameters
    ----------
    library
        The library.
    graph
        What is computed, folds opened.
    wrt
        Names of the inputs by which derivatives are taken.
    output
        Index of the output.

    Raises
    ------
    GraphError
        If an operation has no form in the library.
    """

    def __init__(
        self, library: Library, graph: WengertList, wrt: Sequence[str], output: int
    ) -> None:
        self.inputs = tuple(graph.names[node] for node in graph.inputs)
        self.wrt = tuple(wrt)
        by = [graph.index[name] for name in wrt]
        slopes = gradient_graph(graph, output, by, keep=[output], domains=False)
        parts = [
            plain("value", graph, [output], library.number),
            plain("value_and_grad", slopes, slopes.outputs, library.number),
        ]
        lacking = {name for part in parts for name in part.used} - library.made.keys()
        for name in sorted(lacking):
            raise GraphError(
                f"{name} has no form in {library.name}; its form in NumPy is {LACKING[name]}"
            )

        def named(found: re.Match[str]) -> str:
            own = found[1] in library.made
            return found[1] if own else f"{library.namespace}.{found[1]}"

        text = "\n\n".join(CALLED.sub(named, part.text) for part in parts)
        self.source = _head(library, text) + text
        self._library = library

    @cached_property
    def _module(self) -> dict[str, Any]:
        namespace: dict[str, Any] = {}
        exec(compile(self.source, f"<chainrule {self._library.name}>", "exec"), namespace)
        return namespace

    def value(self, *inputs: Any) -> Any:
        """Return the value of the output; the inputs stand in the order of `inputs`."""
        return self._module["value"](*inputs)[0]

    def value_and_grad(self, *inputs: Any) -> tuple[Any, dict[str, Any]]:
        """Return the value of the output and its derivatives by name."""
        value, *slopes = self._module["value_and_grad"](*inputs)
        return value, dict(zip(self.wrt, slopes, strict=True))


def _head(library: Library, text: str) -> str:
    """Return what stands before the functions: imports, and what is made of others."""
    made: list[str] = []
    for name, meaning in reversed(list(library.made.items())):
        if re.search(rf"\b(?<!\.){name}\(", "\n".join([text, *made])):
            is_function = meaning.startswith("def ")
            made.insert(0, f"\n\n{meaning}" if is_function else f"{name} = {meaning}")
    numpy = ["import numpy as np"] if any("np." in meaning for meaning in made) else []
    head = [HEADER, "", *library.imports, *numpy]
    return "\n".join([*head, *([""] if made else []), *made, "", "", ""])

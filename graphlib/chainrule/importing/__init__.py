"""Networks of other libraries as graphs of ours.

`steps.Steps` writes what those libraries call by one name and we write as several operations;
`from_torch` and `from_onnx` are a table each, of what a library's operation is here.
What a table does not say is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any

import numpy as np

from chainrule.errors import GraphError
from chainrule.graph.builder import Expression
from chainrule.importing.steps import Steps
from chainrule.ops import OPS

Table = Mapping[str, Callable[..., Any]]
"""Per name of a library's operation, how it is written: called with `Steps`, its operands, and
those of its options that the function names."""

_NEUTRAL = """
    dtype device layout memory_format pin_memory non_blocking copy implicit seed momentum threshold
    cudnn_enabled cudnn_enable stash_type storage_order kernel_shape saturate round_mode
"""
NEUTRAL = frozenset(_NEUTRAL.split())
"""Options that change no number here, or say again what shapes say."""


def entrywise(name: str) -> Callable[..., Expression]:
    """Return how an operation of ours is written that takes the same operands there."""

    def write(steps: Steps, *operands: Any) -> Expression:
        if OPS[name].arity not in (None, len(operands)):
            raise GraphError(f"{name} with {len(operands)} operands is not written")
        made: Expression = getattr(steps.m, name)(*map(steps.lift, operands))
        return made

    return write


def called(
    table: Table,
    operation: str,
    library: str,
    steps: Steps,
    operands: Sequence[Any],
    options: Mapping[str, Any],
    usual: Mapping[str, Any],
) -> Any:
    """Return what one call of a library's operation becomes.

    Parameters
    ----------
    options, usual
        Options as they are given, and as the library has them where they are not. What the
        table's entry does not name has to be as usual: nothing is left out in silence.

    Raises
    ------
    GraphError
        If there is no such entry, or if an option or a shape cannot be written.
    """
    if operation not in table:
        raise GraphError(f"{operation} of {library} is no operation here")
    known = signature(table[operation]).parameters
    every = any(one.kind is Parameter.VAR_KEYWORD for one in known.values())
    own: dict[str, Any] = {}
    try:
        for option, value in {**usual, **options}.items():
            if option in known or every:
                own[option] = value
            elif option not in NEUTRAL and not _same(value, usual.get(option)):
                other = f" other than {usual[option]}" if option in usual else ""
                raise GraphError(f"{option}{other} is not written")
        return table[operation](steps, *operands, **own)
    except GraphError as error:
        raise GraphError(f"{operation} of {library}: {error}") from error
    except TypeError as error:
        raise GraphError(
            f"{operation} of {library} is not written with these options: {error}"
        ) from error


def _same(value: Any, usual: Any) -> bool:
    if value is None or usual is None or isinstance(value, Expression):
        return value is usual
    return set(np.ravel(value).tolist()) == set(np.ravel(usual).tolist())

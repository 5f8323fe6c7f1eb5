"""Inputs that are computed from the columns of a table, each by a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.files import made_name
from chainrule.nn.data import Data

Array = Any
MOST = 40


@dataclass(frozen=True, slots=True)
class Features:
    """Formulas of the columns of a table.

    >>> from chainrule.nn.data import moons
    >>> of = Features.of(moons(4), "x1, x1^2")
    >>> of.names, of([[2.0, 0.0]]).tolist()
    (('x1', 'x1^2'), [[2.0, 4.0]])

    Parameters
    ----------
    names
        The formulas as typed; none for the columns as they are.
    columns
        Names of the columns, as formulas have them.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    _formulas: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, Array]], Array]], ...] = ()

    @classmethod
    def of(cls, data: Data, text: str) -> Features:
        """Return the formulas of a text, parted by commas; nothing stands for the columns.

        Raises
        ------
        InputError
            If a formula cannot be read, or has other names than the columns.
        """
        columns = tuple(made_name(c) for c in data.columns)
        names = tuple(word.strip() for word in text.split(",") if word.strip())
        if (names and data.x.ndim != 2) or len(names) > MOST:
            raise InputError(
                f"{len(names)} inputs are computed",
                given=text,
                allowed=f"At most {MOST}, from a table of columns, not from pictures.",
            )
        formulas = []
        for name in names:
            graph = Graph.parse(name, declared=columns)
            others = [v for v in graph.variables if v not in columns]
            if others or graph.list.shape(graph.list.outputs[0]):
                raise InputError(
                    f"`{name}` is no number of a row of this table",
                    given=name,
                    allowed=f"The columns are {', '.join(columns[:12])}.",
                )
            formulas.append((graph.variables, graph.compile().value))
        return cls(names, columns, tuple(formulas))

    def __call__(self, x: Array) -> Array:
        """Return the inputs of examples, (n, columns).

        Raises
        ------
        InputError
            If one of them has no value somewhere.
        """
        x = np.asarray(x, dtype=float)
        if not self.names:
            return x
        given = dict(zip(self.columns, x.T, strict=True))
        found = [
            np.broadcast_to(value({name: given[name] for name in names}), len(x))
            for names, value in self._formulas
        ]
        for name, values in zip(self.names, found, strict=True):
            if not np.isfinite(values).all():
                row = int(np.flatnonzero(~np.isfinite(values))[0])
                raise InputError(
                    f"`{name}` has no value for example {row + 1}",
                    given=name,
                    allowed="An input is a number for every example.",
                )
        return np.stack(found, axis=1)

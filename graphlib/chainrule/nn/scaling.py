"""Inputs brought to a common scale, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.errors import no_such

Array = Any
How = Literal["standard", "range", "none"]


@dataclass(frozen=True, slots=True)
class Scaling:
    """x ↦ (x − shift)/size, column by column.

    >>> scaling = Scaling.of([[1.0, 10.0], [3.0, 30.0]])
    >>> scaling([[2.0, 40.0]]).tolist(), scaling.back(scaling([[2.0, 40.0]])).tolist()
    ([[0.0, 2.0]], [[2.0, 40.0]])

    Parameters
    ----------
    shift, size
        One number a column.
    """

    shift: Array
    size: Array

    @classmethod
    def of(cls, x: Array, how: How = "standard") -> Scaling:
        """Return the scaling of examples (n, columns).

        Parameters
        ----------
        how
            "standard" for mean 0 and population deviation 1, "range" for 0 to 1, "none".
            A column that is always the same is only shifted.

        Raises
        ------
        InputError
            If there is no such way.
        """
        data = np.asarray(x, dtype=float)
        if how == "standard":
            shift, size = data.mean(axis=0), data.std(axis=0)
        elif how == "range":
            shift = data.min(axis=0)
            size = data.max(axis=0) - shift
        elif how == "none":
            shift, size = np.zeros(data.shape[1:]), np.ones(data.shape[1:])
        else:
            raise no_such("scaling", how, ("standard", "range", "none"))
        return cls(shift, np.where(size > 0, size, 1.0))

    def __call__(self, x: Array) -> Array:
        """Return examples on the common scale."""
        return (np.asarray(x, dtype=float) - self.shift) / self.size

    def back(self, scaled: Array) -> Array:
        """Return scaled examples on their own scale."""
        return np.asarray(scaled, dtype=float) * self.size + self.shift

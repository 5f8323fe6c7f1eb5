"""How the parameters of a network begin."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.words import INITIALISERS, understood

Draw = Callable[..., Any]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many values each entry of a result is made of, and how many each one feeds.

    For a weight matrix (out, in) that is in and out; for kernels (out, in, rows, columns)
    both count every place of the kernel.
    """
    if len(shape) < 2:
        return 1, max(1, math.prod(shape))
    place = math.prod(shape[2:])
    return shape[1] * place, shape[0] * place


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to draw parameters.

    Parameters
    ----------
    draw
        `draw(random, shape, fan_in, fan_out, **given)` returns an array of that shape.
    given
        Names and defaults of what may be chosen.
    doc
        One sentence, with its source.
    """

    name: str
    draw: Draw
    doc: str
    given: Mapping[str, float] = field(default_factory=dict)


def _orthogonal(random: Any, shape: tuple[int, ...], inputs: int, outputs: int) -> Any:
    rows, columns = shape[0], math.prod(shape[1:])
    drawn = random.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    # Without these signs the factors would not be spread evenly over all rotations.
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    return (q if rows >= columns else q.T).reshape(shape)


SCHEMES: Mapping[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("zeros", lambda r, shape, i, o: np.zeros(shape), "All zero: every unit alike."),
        Scheme(
            "constant",
            lambda r, shape, i, o, value: np.full(shape, value),
            "Every entry the same number.",
            {"value": 0.5},
        ),
        Scheme(
            "normal",
            lambda r, shape, i, o, sigma: sigma * r.standard_normal(shape),
            "N(0, σ²), whatever the layer's width.",
            {"sigma": 1.0},
        ),
        Scheme(
            "uniform",
            lambda r, shape, i, o, bound: r.uniform(-bound, bound, shape),
            "Uniform between −bound and bound.",
            {"bound": 1.0},
        ),
        Scheme(
            "xavier",
            lambda r, shape, i, o: r.uniform(-1, 1, shape) * math.sqrt(6 / (i + o)),
            "Uniform with variance 2/(in + out) (Glorot and Bengio 2010, equation 16).",
        ),
        Scheme(
            "he",
            lambda r, shape, i, o: r.standard_normal(shape) * math.sqrt(2 / i),
            "N(0, 2/in), for rectifiers (He et al. 2015, equation 10).",
        ),
        Scheme(
            "lecun",
            lambda r, shape, i, o: r.standard_normal(shape) / math.sqrt(i),
            "N(0, 1/in) (LeCun et al. 1998, section 4.6).",
        ),
        Scheme(
            "orthogonal",
            _orthogonal,
            "Orthonormal rows or columns (Saxe, McClelland and Ganguli 2014).",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Initialiser:
    """A scheme with what was chosen for it.

    >>> Initialiser("normal", {"sigma": 0.1}).draw(np.random.default_rng(1), (2, 3)).shape
    (2, 3)

    Raises
    ------
    InputError
        If there is no such scheme, or it has no such choice.
    """

    scheme: str = "xavier"
    given: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        scheme = understood(self.scheme, SCHEMES, INITIALISERS, "initialiser")
        object.__setattr__(self, "scheme", scheme)
        known = SCHEMES[self.scheme].given
        for name in self.given:
            if name not in known:
                raise InputError(
                    f"the initialiser {self.scheme} has no `{name[:40]}`",
                    given=name,
                    allowed=f"It has {', '.join(known) or 'nothing to choose'}.",
                )

    @classmethod
    def of(cls, given: str | Initialiser) -> Initialiser:
        """Return an initialiser by its scheme's name."""
        return cls(given) if isinstance(given, str) else given

    def draw(self, random: Any, shape: tuple[int, ...]) -> Any:
        """Return an array of `shape`.

        Parameters
        ----------
        random
            A NumPy generator.
        """
        scheme = SCHEMES[self.scheme]
        inputs, outputs = fans(shape)
        chosen = {**scheme.given, **self.given}
        return np.asarray(scheme.draw(random, shape, inputs, outputs, **chosen), dtype=float)

"""How a gradient becomes a step. A rule is a line of arithmetic over arrays of one shape.

`w` is the parameter, `g` its gradient, `rate` the learning rate, `t` the number of the step
from 1; then come the slots, which begin at 0 and are carried from step to step. A rule
returns the new parameter and the new slots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.nn.words import OPTIMISERS, understood

Array = Any

Rule = Callable[..., tuple[Any, ...]]


def _adam(m: Any, w: Any, g: Any, rate: Any, t: Any, mean: Any, square: Any, **given: Any) -> Any:
    beta1, beta2, eps = given["beta1"], given["beta2"], given["eps"]
    mean = beta1 * mean + (1 - beta1) * g
    square = beta2 * square + (1 - beta2) * g**2
    step = (mean / (1 - beta1**t)) / (m.sqrt(square / (1 - beta2**t)) + eps)
    return w - rate * (step + given.get("decay", 0) * w), mean, square


def _adadelta(
    m: Any, w: Any, g: Any, rate: Any, t: Any, square: Any, moved: Any, rho: Any, eps: Any
) -> Any:
    square = rho * square + (1 - rho) * g**2
    step = m.sqrt(moved + eps) / m.sqrt(square + eps) * g
    return w - rate * step, square, rho * moved + (1 - rho) * step**2


def _adagrad(m: Any, w: Any, g: Any, rate: Any, t: Any, total: Any, eps: Any) -> Any:
    total = total + g**2
    return w - rate * g / (m.sqrt(total) + eps), total


def _rmsprop(m: Any, w: Any, g: Any, rate: Any, t: Any, square: Any, rho: Any, eps: Any) -> Any:
    square = rho * square + (1 - rho) * g**2
    return w - rate * g / (m.sqrt(square) + eps), square


def _momentum(m: Any, w: Any, g: Any, rate: Any, t: Any, v: Any, mu: Any) -> Any:
    v = mu * v + g
    return w - rate * v, v


def _nesterov(m: Any, w: Any, g: Any, rate: Any, t: Any, v: Any, mu: Any) -> Any:
    v = mu * v + g
    return w - rate * (g + mu * v), v


@dataclass(frozen=True, slots=True)
class Method:
    """An optimiser's record.

    Parameters
    ----------
    rule
        `rule(m, w, g, rate, t, *slots, **given)` returns (w, *slots).
    slots
        Names of what is carried from step to step, each shaped like w and 0 at first.
    given
        Names and defaults of what may be chosen beside the learning rate.
    rate
        The learning rate unless one is chosen.
    steps
        The rule as lines to read.
    source
        Where it comes from.
    """

    name: str
    rule: Rule
    steps: tuple[str, ...]
    rate: float
    slots: tuple[str, ...] = ()
    given: Mapping[str, float] = field(default_factory=dict)
    source: str = ""


_PLAIN: Rule = lambda m, w, g, rate, t: (w - rate * g,)  # noqa: E731
_MOMENTS = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
_ADAM_STEPS = (
    "m ← β₁ m + (1 − β₁) g",
    "s ← β₂ s + (1 − β₂) g²",
    "w ← w − η · (m/(1 − β₁ᵗ)) / (√(s/(1 − β₂ᵗ)) + ε)",
)

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method("gd", _PLAIN, ("w ← w − η g",), 0.1, source="Cauchy 1847; all examples at once"),
        Method("sgd", _PLAIN, ("w ← w − η g",), 0.1, source="Robbins and Monro 1951"),
        Method(
            "momentum",
            _momentum,
            ("v ← μ v + g", "w ← w − η v"),
            0.05,
            ("v",),
            {"mu": 0.9},
            "Polyak 1964",
        ),
        Method(
            "nesterov",
            _nesterov,
            ("v ← μ v + g", "w ← w − η (g + μ v)"),
            0.05,
            ("v",),
            {"mu": 0.9},
            "Nesterov 1983, in the form of Sutskever et al. 2013",
        ),
        Method(
            "adagrad",
            _adagrad,
            ("s ← s + g²", "w ← w − η g/(√s + ε)"),
            0.1,
            ("s",),
            {"eps": 1e-8},
            "Duchi, Hazan and Singer 2011",
        ),
        Method(
            "adadelta",
            _adadelta,
            (
                "s ← ρ s + (1 − ρ) g²",
                "d ← √(u + ε)/√(s + ε) · g",
                "w ← w − η d",
                "u ← ρ u + (1 − ρ) d²",
            ),
            1.0,
            ("s", "u"),
            {"rho": 0.9, "eps": 1e-6},
            "Zeiler 2012, algorithm 1",
        ),
        Method(
            "rmsprop",
            _rmsprop,
            ("s ← ρ s + (1 − ρ) g²", "w ← w − η g/(√s + ε)"),
            0.01,
            ("s",),
            {"rho": 0.9, "eps": 1e-8},
            "Tieleman and Hinton 2012, lecture 6.5",
        ),
        Method(
            "adam",
            _adam,
            _ADAM_STEPS,
            0.01,
            ("m", "s"),
            _MOMENTS,
            "Kingma and Ba 2015, algorithm 1",
        ),
        Method(
            "adamw",
            _adam,
            (*_ADAM_STEPS[:2], _ADAM_STEPS[2].replace("+ ε)", "+ ε) − η λ w")),
            0.01,
            ("m", "s"),
            {**_MOMENTS, "decay": 0.01},
            "Loshchilov and Hutter 2019",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Optimiser:
    """A method with its learning rate and what else was chosen.

    >>> Optimiser("momentum", 0.02).method.steps
    ('v ← μ v + g', 'w ← w − η v')

    Raises
    ------
    InputError
        If there is no such method or choice, or the learning rate is not positive.
    """

    name: str = "sgd"
    rate: float | None = None
    given: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        object.__setattr__(self, "name", understood(self.name, METHODS, OPTIMISERS, "optimiser"))
        for name in self.given:
            if name not in self.method.given:
                known = ", ".join(self.method.given) or "nothing beside the rate"
                raise InputError(
                    f"{self.name} has no `{name[:40]}`", given=name, allowed=f"It has {known}."
                )
        if not self.learning_rate > 0:
            raise InputError(
                f"the learning rate is {self.learning_rate:g}",
                given=self.rate,
                allowed="It is a positive number, such as 0.1.",
            )

    @classmethod
    def of(cls, given: str | Optimiser) -> Optimiser:
        """Return an optimiser by its name."""
        return cls(given) if isinstance(given, str) else given

    @property
    def method(self) -> Method:
        """The method's record."""
        return METHODS[self.name]

    @property
    def learning_rate(self) -> float:
        """The learning rate chosen, or the method's own."""
        return self.method.rate if self.rate is None else self.rate

    @property
    def choices(self) -> dict[str, float]:
        """What the rule is given beside the learning rate."""
        return {**self.method.given, **self.given}

    def descend(
        self,
        w: Array,
        slope: Callable[[Array], tuple[Any, Array]],
        steps: int,
        within: Callable[[Array], Array] = lambda w: w,
    ) -> Iterator[tuple[Array, Any, Array]]:
        """Go down a function; yield point, value and gradient before each step and at the end.

        >>> [w.tolist() for w, _, _ in Optimiser("gd", 0.25).descend(np.array(4.0), lambda w:
        ...     (w * w, 2 * w), 2)]
        [4.0, 2.0, 1.0]

        Parameters
        ----------
        slope
            Returns value and gradient at a point.
        within
            What becomes of a point after a step, such as keeping pixels between 0 and 1.
        """
        slots: Sequence[Array] = [np.zeros_like(w) for _ in self.method.slots]
        for step in range(steps + 1):
            value, gradient = slope(w)
            yield w, value, gradient
            if step < steps:
                with np.errstate(all="ignore"):
                    w, *slots = self.method.rule(
                        np, w, gradient, self.learning_rate, step + 1, *slots, **self.choices
                    )
                w = within(w)

"""Write `networks.md` and its pictures again: `.venv/bin/python docs/networks.py`.

One function an effect. It asks an experiment for its table, draws it, and puts its numbers into the
sentences, so that no number of the page was typed.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "graphlib"), str(HERE.parent)]

from chainrule.nn import experiments  # noqa: E402
from examples.curves import Figure, Line, Panel  # noqa: E402

HEAD = """# Four ways in which a network does not learn

Each is an experiment of `chainrule.nn.experiments`: a function that returns a table, a finding in
words and a chart. The numbers below are those of the tables; the lessons 08 to 14 in
[examples/](../examples/README.md) go through them step by step. This page is written by
`docs/networks.py`.
"""


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: its title, how to see it, what is seen, and the picture with its words."""

    title: str
    call: str
    text: str
    alt: str
    figure: Figure

    def markdown(self, key: str) -> str:
        """Return the section; `key` is the name of its picture."""
        text = typeset(" ".join(self.text.split()))
        words = "\n".join(textwrap.wrap(text, 100, break_on_hyphens=False))
        picture = f"![{self.alt}](pictures/{key}.svg)"
        return f"## {self.title}\n\n{words}\n\n```python\n{self.call}\n```\n\n{picture}\n"


def typeset(text: str) -> str:
    """Return a text with its numbers as people write them: −6.7·10⁻⁴ for -6.7e-04."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    text = re.sub(r"\b1e(-?\d+)", lambda m: f"10{str(int(m[1])).translate(raised)}", text)
    text = re.sub(r"(?<=\d)e(-?\d+)", lambda m: f"·10{str(int(m[1])).translate(raised)}", text)
    return re.sub(r"(?<= )-(?=\d)", "−", text)


def _points(rows: Sequence[dict[str, float]], x: str, y: str) -> list[tuple[float, float]]:
    return [(row[x], row[y]) for row in rows]


def zero_weights() -> Effect:
    """All weights zero: every hidden unit stays a copy of the others."""
    ways = {name: experiments.symmetry(name) for name in ("zeros", "xavier")}
    ends = {name: outcome.column("loss")[-1] for name, outcome in ways.items()}
    lines = [
        Line(_points(ways[name].where(), "step", "loss"), kind, name)
        for name, kind in (("zeros", "second"), ("xavier", "value"))
    ]
    return Effect(
        "All weights zero",
        'experiments.symmetry("zeros")',
        f"""Hidden units with the same weights get the same adjoints and stay copies of each
        other. From zeros nothing reaches the weights at all: after 200 steps on exclusive or
        the loss is {ends["zeros"]:.4f}, that of guessing (ln 2 = {log(2):.4f}), and the
        hidden units differ by {max(ways["zeros"].column("apart")):g}. From Xavier's random
        weights it is {ends["xavier"]:.3f}.""",
        "The loss from zeros stays level, the loss from Xavier's weights falls.",
        Figure([Panel("exclusive or: the loss", lines, (0, 200), (0, 1))], width=420, height=190),
    )


def deep_sigmoid() -> Effect:
    """Ten layers of sigmoids: the gradient vanishes on its way back."""
    flow = experiments.gradient_flow(("sigmoid", "tanh", "relu"), ("xavier", "he"))
    chosen = {"tanh": ("xavier", "third"), "sigmoid": ("xavier", "second"), "relu": ("he", "value")}
    rows = {name: flow.where(activation=name, weights=w) for name, (w, _) in chosen.items()}
    kept = {name: found[0]["adjoint"] / found[-1]["adjoint"] for name, found in rows.items()}
    lines = [
        Line(_points(rows[name], "layer", "adjoint"), kind, name)
        for name, (_, kind) in chosen.items()
    ]
    panel = Panel("mean |∂J/∂h| of a layer", lines, (0, 10), (1e-8, 100), powers=True)
    return Effect(
        "A deep network of sigmoids",
        "experiments.gradient_flow()",
        f"""On its way back through a layer the gradient is multiplied by the weights and by the
        slope of the activation, at most ¼ for a sigmoid. Of the mean adjoint of the values of
        layer 10 there arrives at layer 1, with sigmoids, a share of {kept["sigmoid"]:.1e}; with
        tanh {kept["tanh"]:.2f}, with rectifiers and He's weights {kept["relu"]:.2f}.""",
        "The adjoint of the sigmoid network falls by six powers of ten from layer 10 to layer 1.",
        Figure([panel], width=420, height=190),
    )


def unscaled_inputs() -> Effect:
    """Two inputs of different size: no learning rate suits both."""
    table = experiments.scaling_effect()
    best: dict[str, tuple[float, float]] = {}
    for how in ("none", "standard"):
        ends = [(row["loss"], row["rate"]) for row in table.where(scaling=how, step=200)]
        best[how] = min(ends)
    lines = [
        Line(_points(table.where(scaling=how, rate=best[how][1]), "step", "loss"), kind, name)
        for how, kind, name in (("none", "second", "unscaled"), ("standard", "value", "scaled"))
    ]
    panel = Panel("loss, of the targets' variance", lines, (0, 200), (1e-5, 100), powers=True)
    return Effect(
        "Inputs of different size",
        "experiments.scaling_effect()",
        f"""A line through two inputs, one a thousand times larger. The curvature along a weight
        grows with the square of its input, so a rate that suits the larger input is far too
        small for the other. Unscaled, the best of four rates ends at {best["none"][0]:.2f} of
        the targets' variance (rate {best["none"][1]:g}), and the larger ones diverge; brought
        to mean 0 and deviation 1 it ends at {best["standard"][0]:.4f}.""",
        "The loss with scaled inputs falls to a thousandth, without scaling it stays above a half.",
        Figure([panel], width=420, height=190),
    )


def squared_error() -> Effect:
    """The squared error on a sigmoid: no slope where it is most wrong."""
    table = experiments.sigmoid_losses()
    far = {row["loss"]: row["slope"] for row in table.where(a=-8.0)}
    lines = [
        Line(_points(table.where(loss=name), "a", "slope"), kind, name)
        for name, kind in (("squared error", "slope"), ("cross-entropy", "second"))
    ]
    return Effect(
        "The squared error on a sigmoid",
        "experiments.sigmoid_losses()",
        f"""With y = σ(a) the squared error has the slope 2(y − t)·y(1 − y) by a, and y(1 − y)
        goes to 0 where the unit is sure, also where it is sure and wrong. At a = −8 with
        target 1 its slope is {far["squared error"]:.1e}; that of the cross-entropy, y − t, is
        {far["cross-entropy"]:.4f}.""",
        "The slope of the squared error is near 0 on both sides, that of the cross-entropy is not.",
        Figure([Panel("slope of the loss by a, target 1", lines, (-8, 8), (-1.1, 0.2))],
               width=420, height=190),
    )  # fmt: skip


EFFECTS: dict[str, Callable[[], Effect]] = {
    "zero-weights": zero_weights,
    "deep-sigmoid": deep_sigmoid,
    "unscaled-inputs": unscaled_inputs,
    "squared-error": squared_error,
}


def effects() -> dict[str, Effect]:
    """Return the effects by the names of their pictures."""
    return {key: effect() for key, effect in EFFECTS.items()}


def page(found: dict[str, Effect]) -> str:
    """Return the page."""
    return "\n".join([HEAD, *(effect.markdown(key) for key, effect in found.items())])


if __name__ == "__main__":
    written = effects()
    (HERE / "networks.md").write_text(page(written), "utf-8")
    for name, effect in written.items():
        (HERE / "pictures" / f"{name}.svg").write_text(effect.figure.svg(), "utf-8")

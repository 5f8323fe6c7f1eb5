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


LISTING = """## All experiments

`chainrule experiment NAME` runs one and prints what it shows; `-o` writes its table or picture.
In Python it is `experiments.experiment("NAME")`, an outcome with `finding`, `rows`, `dataframe()`
and `chart()`.

| name | what it does | where |
|---|---|---|"""

TABLE = """## Every topic, and what its numbers are compared with

Where a topic stands on the page Networks (what follows its address), on the command line and among
the lessons, and the test that holds its numbers against another route.

| topic | page | command line | lesson | compared with | test |
|---|---|---|---|---|---|"""


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a topic of the lectures stands, and the test that holds it against another route."""

    name: str
    page: str
    command: str
    lesson: int
    said: str
    against: str
    test: str

    def row(self) -> str:
        """Return its row of the table."""
        page = f"`?{self.page}`" if self.page else "—"
        command = f"`{self.command}`" if self.command else "—"
        cells = (self.name, page, command, f"{self.lesson:02d}", self.against, f"`{self.test}`")
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


HAND, LAW = "tests/nn/test_by_hand.py::", "tests/nn/test_lecture_experiments.py::"
EXPERIMENT = "tests/nn/test_experiments.py::"
NUMPY = "hand-written NumPy from the same start"
CHECKED: dict[str, tuple[str, str]] = {
    "activation-start": (f"{NUMPY}: both losses", f"{HAND}test_activation_start"),
    "zero-weights": (f"{NUMPY}; ln 2 from zeros", f"{HAND}test_zero_weights"),
    "gradient-flow": (
        "the textbook's recursion in NumPy",
        f"{EXPERIMENT}test_gradient_flow_is_that_of_the_recursion",
    ),
    "saturated-units": (
        "NumPy, with 1/cosh² for the slope",
        "tests/nn/test_sentences.py::test_saturated_units_are_counted_as_by_hand",
    ),
    "dead-units": (f"{NUMPY}: who is active", f"{HAND}test_dead_units"),
    "recurrent": (
        "powers of w; the product of w(1 − h²)",
        f"{LAW}test_a_recurrent_net_vanishes_and_explodes",
    ),
    "rates": (f"{NUMPY}: the loss at every step", f"{HAND}test_rates"),
    "batches": (
        "the variance of a mean drawn without replacement",
        f"{EXPERIMENT}test_the_spread_of_a_batch_falls_as_theory_says",
    ),
    "loss-of-a-weight": (
        "the closed form ∑xt/∑x²",
        f"{LAW}test_the_loss_of_a_weight_is_a_parabola_for_every_batch",
    ),
    "valleys": (
        "roots of the derivative",
        f"{EXPERIMENT}test_descent_finds_the_minimum_beside_its_start",
    ),
    "overfitting": (f"{NUMPY}: plainly, with L1 and L2", f"{HAND}test_overfitting"),
    "width-depth": (f"{NUMPY}: the loss", f"{HAND}test_width_and_depth"),
    "depth-error": (f"{NUMPY}: both losses", f"{HAND}test_depth_and_held_out_error"),
    "lottery-ticket": (f"{NUMPY}: the held-out losses", f"{HAND}test_lottery_ticket"),
    "any-function": (f"{NUMPY}: every answer", f"{HAND}test_any_function_by_width"),
    "scaling": (f"{NUMPY}: the loss at every step", f"{HAND}test_scaling"),
    "line": (
        "least squares of NumPy",
        f"{LAW}test_a_line_comes_to_its_closed_form_or_runs_away",
    ),
    "cut-off": (
        "NumPy: every count of the table",
        f"{LAW}test_the_confusion_table_counts_as_by_hand",
    ),
    "sigmoid-losses": (
        "2(y − t)·y(1 − y) and y − t",
        f"{EXPERIMENT}test_squared_error_on_a_sigmoid_has_no_slope_where_it_is_most_wrong",
    ),
    "convolution": (
        "differences, exact for a quadratic",
        f"{EXPERIMENT}test_a_kernel_slides_forwards_and_backwards",
    ),
    "changed-input": (f"{NUMPY}: every probability", f"{HAND}test_changing_the_input"),
    "style": ("Gram matrices in NumPy", f"{LAW}test_style_is_a_gram_matrix_of_features"),
    "layers": (
        "hand-written NumPy; differences",
        "tests/nn/test_layers.py::test_layers_node_by_node_have_the_numbers_by_hand",
    ),
}
BEYOND = (
    Topic(
        "Both passes of a network",
        "hidden=2&neuron=2.1",
        "chainrule train xor --layers 2 --epochs 2 --table 1",
        10,
        "network",
        "the tables of the lecture",
        "tests/examples/test_network_lessons.py::test_the_network_is_that_of_the_lecture",
    ),
    Topic(
        "Initialisers",
        "initialiser=he",
        "chainrule train moons --init he --epochs 2",
        11,
        '"he"',
        "the variances of the papers",
        f"{EXPERIMENT}test_initialisers_have_the_spread_of_their_papers",
    ),
    Topic(
        "Optimisers",
        "optimiser=momentum",
        "chainrule train moons --optimiser momentum --epochs 2",
        12,
        "nn.Optimiser",
        "the rules of the papers in NumPy",
        "tests/nn/test_training.py::test_each_optimiser_steps_as_its_paper_says",
    ),
    Topic(
        "L1 and L2",
        "l1=0.001&l2=0.01",
        "chainrule train moons --l1 0.001 --l2 0.01 --epochs 2",
        13,
        "L2",
        f"{NUMPY}",
        f"{HAND}test_overfitting",
    ),
    Topic(
        "Dropout",
        "dropout=0.2",
        "chainrule train moons --dropout 0.2 --epochs 2",
        13,
        "Dropout",
        f"{NUMPY}, with the masks of the seed",
        f"{HAND}test_dropout",
    ),
    Topic(
        "Early stopping",
        "patience=5",
        "chainrule train moons --patience 5 --epochs 9",
        13,
        "patience",
        "the best of all epochs",
        "tests/nn/test_training.py::test_early_stopping_puts_the_best_parameters_back",
    ),
    Topic(
        "RMSE and R²",
        "data=line",
        "chainrule train line --epochs 2",
        15,
        '"r2"',
        "their definitions",
        "tests/nn/test_truth.py::test_r2_is_that_of_the_textbook_and_a_bad_model_says_so",
    ),
    Topic(
        "Classes, softmax and cross-entropy",
        "data=blobs",
        "chainrule train blobs --epochs 2",
        10,
        "blobs",
        "the textbook's gradients in NumPy",
        "tests/nn/test_training.py::test_gradients_are_those_of_the_textbook",
    ),
    Topic(
        "Patients with words in their columns",
        "data=heart",
        "chainrule train heart --epochs 2",
        9,
        "experiments.cut_off",
        "the file read by hand",
        "tests/nn/test_own_data.py::test_the_patients_of_the_lecture_are_read",
    ),
    Topic(
        "A formula learns",
        "data=line&formula=y%20%3D%20a%20x%20%2B%20b&learn=a%3B%20b",
        'chainrule train line --formula "y = a x + b" --learn "a b" --epochs 2',
        15,
        "learn=",
        "least squares in closed form",
        "tests/nn/test_formula.py::test_a_line_in_two_columns_ends_at_its_closed_form",
    ),
    Topic(
        "RNN, LSTM, attention, normalisation, residual",
        "experiment=layers",
        "chainrule experiment layers",
        15,
        "nn.LSTM",
        "hand-written NumPy; PyTorch over 50 steps in `tests/crosscheck`",
        "tests/nn/test_layers.py::test_predictions_and_tables_are_those_by_hand",
    ),
    Topic(
        "Sweeps over settings and seeds",
        "",
        "chainrule sweep moons --try seed=0,1 --try layers=2,3 --epochs 2",
        13,
        "seeds",
        "means and deviations of known numbers",
        "tests/nn/test_keeping.py::test_means_and_deviations_over_seeds",
    ),
)


def topics() -> list[Topic]:
    """Return all topics: the experiments in their order, then what is beyond them."""
    found = []
    for it in experiments.EXPERIMENTS.values():
        name = "descent" if it.name == "valleys" else it.run.__name__
        page, command = f"experiment={it.name}", f"chainrule experiment {it.name}"
        against, test = CHECKED[it.name]
        said = f"experiments.{name}"
        found.append(Topic(it.title, page, command, it.lesson, said, against, test))
    return [*found, *BEYOND]


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
        Figure(
            [Panel("slope of the loss by a, target 1", lines, (-8, 8), (-1.1, 0.2))],
            width=420,
            height=190,
        ),
    )


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
    sections = [HEAD, *(effect.markdown(key) for key, effect in found.items()), listing()]
    return "\n".join([*sections, TABLE, *(topic.row() for topic in topics()), ""])


def listing() -> str:
    """Return all experiments as a table."""
    rows = [
        f"| `{it.name}` | {' '.join(it.about.split())} | {it.part}, lesson {it.lesson:02d} |"
        for it in experiments.EXPERIMENTS.values()
    ]
    return "\n".join([LISTING, *rows, ""])


if __name__ == "__main__":
    written = effects()
    (HERE / "networks.md").write_text(page(written), "utf-8")
    for name, effect in written.items():
        (HERE / "pictures" / f"{name}.svg").write_text(effect.figure.svg(), "utf-8")

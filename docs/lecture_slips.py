"""Write `lecture-slips.md` again: `.venv/bin/python docs/lecture_slips.py`.

One function a slip. It asks chainrule for the numbers and puts them into the sentences, so that
no number of the page was typed.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "graphlib"))

import chainrule  # noqa: E402

SIMPLE = "J = cos(u); u = u1 + u2; u1 = sin(t); u2 = 3t; t = x^2"
XI = "xi1 = -W X; xi2 = exp(xi1); xi3 = 1 + xi2; xi4 = 1/xi3; xi5 = ln(xi4); L = -y xi5"
LIKELIHOOD = "J = y_star ln(y) + (1 - y_star) ln(1 - y)"
NEURON = f"L = -J; {LIKELIHOOD}; y = sigmoid(a); a = theta0 x0 + theta1 x1 + theta2 x2"
NETWORK = (
    f"{LIKELIHOOD}; y = sigmoid(b); b = beta0 z0 + beta1 z1 + beta2 z2;"
    "z1 = sigmoid(a1); a1 = alpha10 x0 + alpha11 x1 + alpha12 x2;z2 = sigmoid(a2); a2 = alpha20 "
    "x0 + alpha21 x1 + alpha22 x2"
)
NINE = {"W": 3, "X": 3, "y": 1}
THETA = {"theta0": "0.25", "theta1": "-0.75", "theta2": "1.5"}
EXAMPLE = {"x0": 1, "x1": "0.5", "x2": "-1.25", "y_star": 1}
WEIGHTS = {
    **{"alpha10": "0.125", "alpha11": "0.5", "alpha12": "-0.75"},
    **{"alpha20": "-0.25", "alpha21": "1.25", "alpha22": "0.375"},
    **{"beta0": "0.1875", "beta1": "-1.5", "beta2": "0.625"},
    **{"x0": 1, "x1": "0.5", "x2": "-1", "z0": 1, "y_star": 1},
}
RATE = 0.5


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip: where it stands, what is printed, what is right, why, and the numbers.

    `shown` is the demonstration, with a gap {name} for each of the `numbers`.
    """

    title: str
    where: str
    printed: str
    right: str
    why: str
    shown: str
    numbers: Mapping[str, float]

    def markdown(self, key: str) -> str:
        """Return the slip as a section; `key` is its name, such as S1."""
        numbers = {name: number(value) for name, value in self.numbers.items()}
        return (
            f"### {key}. {self.title}\n\n"
            f"{filled(self.where)}\n\n"
            f"{filled(f'- Printed: {self.printed}', '  ')}\n"
            f"{filled(f'- Right: {self.right}', '  ')}\n\n"
            f"{filled(self.why)}\n\n"
            f"{filled(self.shown.format(**numbers))}\n"
        )


def filled(words: str, indent: str = "") -> str:
    """Return a paragraph in lines of up to 100 characters, those after the first indented."""
    kept = {"break_long_words": False, "break_on_hyphens": False}
    return textwrap.fill(words, 100, subsequent_indent=indent, **kept)


def number(value: float) -> str:
    """Return a number with eight significant digits, and as people write it.

    >>> number(-0.000370183727958), number(4.24e-18)
    ('−0.00037018373', '4.24·10⁻¹⁸')
    """
    digits, _, power = f"{value:.8g}".partition("e")
    if power:
        digits += "·10" + str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return digits.replace("-", "−")


def stepped(gradient: Mapping[str, float], rate: float) -> dict[str, float]:
    """Return the neuron's weights after a step against a gradient."""
    return {name: float(old) - rate * gradient[name] for name, old in THETA.items()}


# The slides: the table of ξ₁ … ξ₅


def sign_of_partial() -> Slip:
    forward = chainrule.parse(XI).forward(NINE)
    partial = forward["partial:xi4,xi3"]
    return Slip(
        "The sign of ∂ξ₄/∂ξ₃",
        "Both tables of L = −y ln(1/(1 + e^(−WX))), row ξ₄, column “value of the partial”.",
        "(1/(1 + e⁻⁹))²",
        "−(1/(1 + e⁻⁹))²",
        "The same row’s formula is −1/ξ₃², and a square is never negative. ξ₄ = 1/ξ₃ falls when "
        "ξ₃ rises.",
        "At W = X = 3 the partial is {right}; the printed form gives {printed}.",
        {"right": partial, "printed": -partial},
    )


def sign_of_tangents() -> Slip:
    forward = chainrule.parse(XI).forward(NINE)
    right = {name: forward[f"tangent:{name}"] for name in ("xi4", "xi5", "L")}
    return Slip(
        "The signs that follow from it",
        "Forward-mode table, running derivative, rows ξ₄, ξ₅ and L.",
        "−3e⁻⁹ (1/(1 + e⁻⁹))², −3e⁻⁹ (1/(1 + e⁻⁹)), +3e⁻⁹ (1/(1 + e⁻⁹))",
        "+3e⁻⁹/(1 + e⁻⁹)², +3e⁻⁹/(1 + e⁻⁹), −3e⁻⁹/(1 + e⁻⁹)",
        "A running derivative is the product of all local partials so far, so one wrong sign "
        "turns all that come after it. The slip above is a single one; these three are its "
        "consequence.",
        "∂ξ₄/∂W = {xi4}, ∂ξ₅/∂W = {xi5}, ∂L/∂W = {L}.",
        right,
    )


def sign_of_result() -> Slip:
    graph = chainrule.parse(XI)
    slope = graph.gradient(NINE)["W"]
    after = {sign: graph.evaluate({**NINE, "W": 3 - 1000 * sign * slope}) for sign in (1, -1)}
    return Slip(
        "The sign of ∂L/∂W",
        "Forward-mode table, the last number.",
        "0.00037018372",
        "−3/(1 + e⁹), negative (and 0.00037018373 when it is rounded)",
        "Here W X = 9 and the target is 1: a larger W makes the neuron surer of the right answer, "
        "so the loss falls, and its derivative is negative. With the printed sign, gradient "
        "descent would walk uphill.",
        "∂L/∂W = {slope}. The loss is {before}; one step of length 1000 against the derivative "
        "takes it to {down}, with the printed sign to {up}.",
        {"slope": slope, "before": graph.evaluate(NINE), "down": after[1], "up": after[-1]},
    )


def header() -> Slip:
    graph = chainrule.parse(XI)
    return Slip(
        "Whose derivative the column holds",
        "Forward-mode table, header of the running derivative.",
        "dL/dξₙ",
        "∂ξₙ/∂W, the tangent",
        "Forward mode starts at W and follows how each step moves with it. dL/dξₙ, the adjoint, "
        "is what the backward table holds. Only the last row is the same for both.",
        "In row ξ₁ stands ∂ξ₁/∂W = {tangent}, while ∂L/∂ξ₁ = {adjoint}.",
        {
            "tangent": graph.forward(NINE)["tangent:xi1"],
            "adjoint": graph.reverse(NINE)["adjoint:xi1"],
        },
    )


def empty_cell() -> Slip:
    backward = chainrule.parse(XI).reverse(NINE)
    edges = ("L,xi5", "xi5,xi4", "xi4,xi3", "xi3,xi2", "xi2,xi1", "xi1,W")
    factors = [backward[f"partial:{edge}"] for edge in edges]
    names = [f"f{count}" for count in range(1, 7)]
    return Slip(
        "A cell that stayed empty",
        "Backward-mode table, the last cell.",
        "the editor’s “Type equation here.”",
        "−3/(1 + e⁹), the same as in forward mode",
        "The chain has no branch, so both modes multiply the same six partials.",
        "(" + ") · (".join(f"{{{name}}}" for name in names) + ") = {product}.",
        dict(zip(names, factors, strict=True)) | {"product": prod(factors)},
    )


# The slides: logistic regression and the network


def sign_in_module() -> Slip:
    point = {"y_star": 0, "y": "0.25"}
    right = chainrule.parse(LIKELIHOOD).gradient(point)["y"]
    printed = chainrule.parse("y_star/y + (1 - y_star)/(1 - y)").evaluate(point)
    return Slip(
        "The sign in module 5",
        "Case 2, the slide of the modules, ∂J/∂y.",
        "y\\*/y + (1 − y\\*)/(1 − y)",
        "y\\*/y − (1 − y\\*)/(1 − y), or, as two earlier slides have it, y\\*/y + (1 − y\\*)/(y − "
        "1)",
        "The derivative of ln(1 − y) by y is −1/(1 − y): the inner derivative is −1. For y\\* = 1 "
        "the term is 0 and nobody notices.",
        "At y\\* = 0 and y = 0.25: right {right}, printed {printed}.",
        {"right": right, "printed": printed},
    )


def sum_over_users() -> Slip:
    worked = chainrule.parse(NETWORK).reverse(WEIGHTS)
    both = worked["partial:a1,x1"] + worked["partial:a2,x1"]
    return Slip(
        "Where the sum over the users belongs",
        "Case 2, both slides, ∂J/∂xᵢ.",
        "∂J/∂xᵢ = ∂J/∂aⱼ · ∂aⱼ/∂xᵢ with ∂aⱼ/∂xᵢ = Σⱼ αⱼᵢ",
        "∂aⱼ/∂xᵢ = αⱼᵢ, and ∂J/∂xᵢ = Σⱼ ∂J/∂aⱼ · αⱼᵢ",
        "xᵢ is used by every hidden neuron; each of them sends a share, ∂J/∂aⱼ · αⱼᵢ, and the "
        "shares are added. In the printed line j is summed on the right and left open on the "
        "left.",
        "In the 2-2-1 network with y\\* = 1: ∂J/∂x₁ = {share1} + {share2} = {right}. The printed "
        "form gives {one} with j = 1 and {two} with j = 2.",
        {
            "right": worked["adjoint:x1"],
            "share1": worked["share:a1,x1"],
            "share2": worked["share:a2,x1"],
            "one": worked["adjoint:a1"] * both,
            "two": worked["adjoint:a2"] * both,
        },
    )


def missing_minus() -> Slip:
    graph = chainrule.parse(NEURON)
    worked = graph.reverse({**THETA, **EXAMPLE})
    gradient = {name: worked[f"adjoint:{name}"] for name in THETA}
    down = graph.reverse({**stepped(gradient, RATE), **EXAMPLE})
    up = graph.reverse({**stepped(gradient, -RATE), **EXAMPLE})
    return Slip(
        "A likelihood is climbed, a loss is descended",
        "Cases 1 and 2, J = y\\* ln y + (1 − y\\*) ln(1 − y).",
        "no minus sign",
        "L = −J = −[y\\* ln y + (1 − y\\*) ln(1 − y)]",
        "The printed J is a log-likelihood: never positive, and 0 at best. The slides on loss and "
        "SGD have the minus sign. But for S6 and S7, every printed derivative is right for the "
        "printed J and has the other sign for the loss.",
        "The neuron of case 1 with y\\* = 1: J = {J} and y = {before}. One step of length ½ "
        "descending L gives y = {down}; one that descends J gives y = {up}, away from its target.",
        {
            "J": worked["value:J"],
            "before": worked["value:y"],
            "down": down["value:y"],
            "up": up["value:y"],
        },
    )


def missing_line() -> Slip:
    worked = chainrule.parse(SIMPLE).reverse({"x": 1})
    return Slip(
        "A line that is not there",
        "The simple example, list of backward steps. (The line may have been lost in the text of "
        "the slide alone.)",
        "∂J/∂t += ∂J/∂u₂ · ∂u₂/∂t, but no line computes ∂J/∂u₂",
        "before it, ∂J/∂u₂ += ∂J/∂u · ∂u/∂u₂, where ∂u/∂u₂ = 1",
        "All adjoints begin with 0. Without the line ∂J/∂u₂ stays 0, and one of the two paths "
        "from J to x is forgotten.",
        "At x = 1: dJ/dx = {right}; without the line {forgotten}.",
        {
            "right": worked["adjoint:x"],
            "forgotten": worked["share:u1,t"] * worked["partial:t,x"],
        },
    )


def seed() -> Slip:
    # A last step K = c J hands the adjoint c to J.
    slopes = [chainrule.parse(f"K = {c} J; {SIMPLE}").gradient({"x": 1})["x"] for c in (0, 1)]
    return Slip(
        "The seed",
        "The recipe of backpropagation, step 3.",
        "initialise all partial derivatives to 0",
        "all to 0 except the goal’s own, ∂J/∂J = 1",
        "Every share is an adjoint times a local partial. From zeros alone come zeros alone.",
        "dJ/dx at x = 1 from ∂J/∂J = 0: {zero}; from ∂J/∂J = 1: {one}.",
        {"zero": slopes[0], "one": slopes[1]},
    )


def batch() -> Slip:
    graph = chainrule.parse("-ln(sigmoid(a))")
    losses = [graph.evaluate({"a": a}) for a in range(-2, 4)]
    pairs = [losses[i] + losses[i + 1] for i in (0, 2, 4)]
    return Slip(
        "A batch’s sum is no estimate of the whole sum",
        "The slide on mini-batches.",
        "Lᵏ = −Σ over the batch of [...] “is an approximation to the full loss function” L = −Σ "
        "over all of [...]",
        "(n/|b|) · Lᵏ approximates L; or take means on both sides",
        "A batch of |b| of n examples has |b| of n terms. Other slides of the lecture do take "
        "means. The direction of a step is the same; its length is not, so a learning rate that "
        "was chosen for one batch size does not fit another.",
        "Six examples with target 1 and a = −2, −1, …, 3: L = {L}. Batches of two have Lᵏ = {b1}, "
        "{b2}, {b3}, on average {mean}; three times that is L.",
        {
            "L": sum(losses),
            **{f"b{k}": loss for k, loss in enumerate(pairs, 1)},
            "mean": sum(pairs) / 3,
        },
    )


def bias_unit() -> Slip:
    graph = chainrule.parse(NETWORK)
    right, half = (graph.reverse({**WEIGHTS, "z0": z0}) for z0 in (1, "0.5"))
    return Slip(
        "The bias unit z₀",
        "Case 2, zⱼ = 1/(1 + exp(−aⱼ)) together with b = Σ βⱼ zⱼ from j = 0.",
        "a formula that also defines z₀",
        "z₀ = 1; zⱼ = 1/(1 + exp(−aⱼ)) for j ≥ 1",
        "Nothing leads into a bias unit: there is no a₀. Likewise D counts the inputs in case 1 "
        "and the hidden units in case 2.",
        "With z₀ = 1 the output’s sum is b = {right}. If z₀ were the sigmoid of an empty sum, ½, "
        "it would be {half}.",
        {"right": right["value:b"], "half": half["value:b"]},
    )


def universal() -> Slip:
    graph = chainrule.parse("abs(step(x) - sigmoid(k x))")
    at = {k: graph.evaluate({"x": "1e-9", "k": k}) for k in (1, 1000, 1_000_000)}
    return Slip(
        "Any *continuous* function",
        "The slide on universal approximation.",
        "“any function to an arbitrary degree of accuracy”",
        "any continuous function, on a bounded and closed set, uniformly; the activation must not "
        "be a polynomial",
        "The network’s output is continuous where its activations are. A function that jumps by 1 "
        "cannot be followed by a continuous one: as close to the jump as you like there are "
        "points at which they differ by ½ or nearly so.",
        "The unit step of the lecture’s own table against σ(kx), at x = 10⁻⁹, differs by {k1} for "
        "k = 1, by {k2} for k = 1000, and by {k3} for k = 10⁶. Larger k moves the trouble closer "
        "to 0 and does not remove it.",
        dict(zip(("k1", "k2", "k3"), at.values(), strict=True)),
    )


# The notes with code


def forgotten_weights() -> Slip:
    graph = chainrule.parse(NEURON)
    worked = graph.reverse({**THETA, **EXAMPLE})
    gradient = {name: worked[f"adjoint:{name}"] for name in THETA}
    right = graph.evaluate({**stepped(gradient, RATE), **EXAMPLE})
    scaled = {name: RATE * slope for name, slope in gradient.items()}
    printed = graph.evaluate({**scaled, **EXAMPLE})
    return Slip(
        "An update that forgets the weights",
        "The update line.",
        "`weights = lr * grads`",
        "`weights = weights - lr * grads`",
        "A gradient says where to go from here. Without “weights −” the old weights are thrown "
        "away and a step *up* the slope is taken from zero.",
        "The neuron of case 1 with y\\* = 1 and lr = 0.5: the loss {before} becomes {right} by "
        "the right line and {printed} by the printed one, where θ₂ = 1.5 becomes {wrong2} instead "
        "of {theta2}. A neuron whose weights are all 0 has the loss {none}.",
        {
            "before": worked.value,
            "right": right,
            "printed": printed,
            "none": graph.evaluate({**dict.fromkeys(THETA, 0), **EXAMPLE}),
            "theta2": stepped(gradient, RATE)["theta2"],
            "wrong2": scaled["theta2"],
        },
    )


def same_column() -> Slip:
    def layer(second: int) -> chainrule.Graph:
        sums = (" + ".join(f"w{row}{i} z{i}" for i in range(3)) for row in (0, second))
        return chainrule.parse("; ".join(f"y{j} = {s}" for j, s in enumerate(sums)))

    hidden = {"z0": 1, "z1": "0.75", "z2": "0.5"}
    rows = {**{"w00": "0.5", "w01": "-1", "w02": "0.25"}, **{"w10": "-0.5", "w11": 2, "w12": 1}}
    right = layer(1).jacobian({**hidden, **rows})
    values = [layer(1).work({**hidden, **rows}, output=y).value for y in ("y0", "y1")]
    # The second row's weights are no longer anywhere in the printed graph.
    used = {**hidden, **{name: rows[name] for name in ("w00", "w01", "w02")}}
    printed = [layer(0).work(used, output=y).value for y in ("y0", "y1")]
    return Slip(
        "An output layer that uses one row of its weights",
        "The sum of the output layer.",
        "yⱼ = Σᵢ w⁽²⁾₀,ᵢ zᵢ",
        "yⱼ = Σᵢ w⁽²⁾ⱼ,ᵢ zᵢ",
        "With 0 in the place of j all outputs are the same number, and the other rows of the "
        "matrix are used by nobody: their adjoints are 0, and they never learn.",
        "Two outputs of three hidden values: right y = ({right0}, {right1}), printed y = "
        "({printed0}, {printed1}). ∂y₁/∂w⁽²⁾₁,₁ is {slope}, and 0 in the printed form.",
        {
            **{f"right{j}": value for j, value in enumerate(values)},
            **{f"printed{j}": value for j, value in enumerate(printed)},
            "slope": right["y1"]["w11"],
        },
    )


def lost_sum() -> Slip:
    graph = chainrule.parse("-ln(sigmoid(w x))")
    slopes = [graph.gradient({"w": "0.5", "x": x})["w"] for x in (1, 2, -1)]
    total = sum(slopes)

    def loss(w: float) -> float:
        return sum(graph.evaluate({"w": w, "x": x}) for x in (1, 2, -1))

    return Slip(
        "A loop that computes ∂Jᵢ and uses ∂J",
        "The loops over the examples.",
        "`for i …: dJ_i = …` and afterwards `w -= lr * dJ`",
        "`dJ = 0`, then `for i …: dJ += dJ_i`, and afterwards `w -= lr * dJ`",
        "The loop finds one example’s derivative after the other and keeps none of them. What is "
        "used is the dJ from before the loop. It is the mistake of S9 once more: shares must be "
        "added up.",
        "Three examples x = 1, 2, −1 with target 1, at w = 0.5: dJᵢ = {d1}, {d2}, {d3}, together "
        "{total}. A step of ½ takes the loss from {before} to {after}; with dJ still 0 it stays, "
        "and with the last dJᵢ in its place it becomes {last}.",
        {
            **{f"d{i}": slope for i, slope in enumerate(slopes, 1)},
            "total": total,
            "before": loss(0.5),
            "after": loss(0.5 - RATE * total),
            "last": loss(0.5 - RATE * slopes[-1]),
        },
    )


def no_parabola() -> Slip:
    loss = chainrule.parse("-ln(sigmoid(a))")
    second = loss.gradient_graph().gradient_graph()
    third = second.gradient_graph()
    return Slip(
        "The logistic loss is no parabola",
        "The remark on the shape of the loss.",
        "parabolic",
        "convex, with two asymptotes: −a on the left and 0 on the right (for y\\* = 1)",
        "A parabola has a constant second derivative and a third derivative 0. The second "
        "derivative of the logistic loss is y(1 − y): positive, so the loss is convex and has a "
        "single valley, but it fades on both sides, where the loss becomes a straight line.",
        "Second derivative: {c0} at a = 0, {c2} at a = ±2, {c10} at a = ±10, {c20} at a = ±20. "
        "Third derivative at a = 2: {t2}.",
        {f"c{a}": second.evaluate({"a": a}) for a in (0, 2, 10, 20)}
        | {"t2": third.evaluate({"a": 2})},
    )


SLIDES: Sequence[Callable[[], Slip]] = (
    *(sign_of_partial, sign_of_tangents, sign_of_result, header, empty_cell),
    *(sign_in_module, sum_over_users, missing_minus, missing_line, seed),
    *(batch, bias_unit, universal),
)
NOTES: Sequence[Callable[[], Slip]] = (forgotten_weights, same_column, lost_sum, no_parabola)

OPENING = """\
# Slips of the lecture, with the numbers

This page is written by `docs/lecture_slips.py`; do not edit it by hand. Its numbers come from
chainrule at the moment of writing, with eight significant digits.

Every lecture of this size has slips, and finding one by oneself is a good exercise. These are here
so that nobody doubts a right result of their own because a slide prints another one.

"""

RIGHT = """\
## Looked at, and right as printed

- The piecewise linear activation, 1 for z ≥ ½, z + ½ between, 0 for z ≤ −½, is continuous: it comes
  to {low} at −½ and to {high} at ½.
- ∂J/∂y = y\\*/y + (1 − y\\*)/(y − 1) in case 1 is right for the printed J; at y\\* = 0 and
  y = 0.25 it is {slope}.
- ∂y/∂a = exp(−a)/(exp(−a) + 1)² equals y(1 − y); at a = −2 both are {sigmoid}.
- P(y = 0) = 1/(1 + e^φ) fits P(y = 1) = σ(φ): at φ = −2 they are {zero} and {one}, together 1.
- ∂J/∂xⱼ in case 1 and ∂J/∂zⱼ, ∂J/∂βⱼ, ∂J/∂αⱼᵢ in case 2, for the printed J.
"""


def right_as_printed() -> dict[str, float]:
    """Return the numbers of what was suspected and is right."""
    linear = chainrule.parse("piecewise_linear(z)")
    point = {"y_star": 0, "y": "0.25"}
    return {
        "low": linear.evaluate({"z": "-0.5"}),
        "high": linear.evaluate({"z": "0.5"}),
        "slope": chainrule.parse("y_star/y + (1 - y_star)/(y - 1)").evaluate(point),
        "sigmoid": chainrule.parse("1/(1 + exp(-a))").gradient({"a": -2})["a"],
        "zero": chainrule.parse("1/(1 + exp(phi))").evaluate({"phi": -2}),
        "one": chainrule.parse("sigmoid(phi)").evaluate({"phi": -2}),
    }


def slips() -> dict[str, Slip]:
    """Return all slips by their names: S1 to S13 on the slides, C1 to C4 in the notes."""
    named = {f"S{count}": make for count, make in enumerate(SLIDES, 1)}
    named |= {f"C{count}": make for count, make in enumerate(NOTES, 1)}
    return {key: make() for key, make in named.items()}


def page(found: Mapping[str, Slip]) -> str:
    """Return the page."""
    sections = {key: slip.markdown(key) for key, slip in found.items()}
    slides = "\n".join(text for key, text in sections.items() if key[0] == "S")
    notes = "\n".join(text for key, text in sections.items() if key[0] == "C")
    right = RIGHT.format(**{name: number(value) for name, value in right_as_printed().items()})
    return f"{OPENING}## On the slides\n\n{slides}\n## In the notes with code\n\n{notes}\n{right}"


if __name__ == "__main__":
    (HERE / "lecture-slips.md").write_text(page(slips()), "utf-8")

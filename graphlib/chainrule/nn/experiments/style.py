"""Style transfer in small: the content of one picture, the style of another."""

from __future__ import annotations

import numpy as np

from chainrule.facade import Graph
from chainrule.graph.builder import Builder, Expression
from chainrule.nn.data import digits
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.told import changed
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.optimisers import Optimiser

KERNELS, SIZE = 6, 8


def style_graph(weight: float) -> Graph:
    """Return J = content + weight · style of a picture x, by the features F of one convolution.

    Content is the mean of (F(x) − F(c))², style that of (G(x) − G(s))² with the Gram matrix
    G = F Fᵀ/n, which knows which features come together and not where (Gatys et al. 2016).
    """
    builder = Builder()
    m = builder.maths
    places = (SIZE - 2) ** 2
    x, c, s = (builder.input(name, (1, SIZE, SIZE)) for name in ("x", "c", "s"))
    kernels = builder.input("K", (KERNELS, 1, 3, 3))

    def features(picture: Expression, name: str) -> Expression:
        seen = m.relu(m.conv2d(picture, kernels))
        return builder.name(m.reshape(seen, shape=(KERNELS, places)), name)

    def gram(f: Expression, name: str) -> Expression:
        return builder.name(f @ m.transpose(f) / places, name)

    ours, theirs, other = features(x, "F"), features(c, "Fc"), features(s, "Fs")
    content = builder.name(m.mean((ours - theirs) ** 2), "content")
    style = builder.name(m.mean((gram(ours, "G") - gram(other, "Gs")) ** 2), "style")
    goal = builder.name(content + builder.lift(weight) * style, "J")
    return Graph.of(builder.finish([goal, content, style]))


def style_transfer(
    *, weight: float = 1.0, steps: int = 200, rate: float = 0.02, seed: int = 0
) -> Outcome:
    """Begin with a digit and change its pixels, so that it takes on the style of stripes.

    Only pixels learn: the kernels are drawn once and stay.

    Parameters
    ----------
    weight
        Of the style term beside the content term.

    Returns
    -------
    Outcome
        Per step and term: its value. The first picture is the digit itself.
    """
    data = digits(200)
    digit = data.x[int(np.flatnonzero(data.t == 0)[0])].reshape(1, SIZE, SIZE)
    stripes = np.tile([1.0, 0.0], (1, SIZE, SIZE // 2))
    kernels = Initialiser("he").draw(np.random.default_rng(seed), (KERNELS, 1, 3, 3))
    graph = style_graph(weight)
    slope = graph.compile(wrt=["x"])
    point = {"c": digit, "s": stripes, "K": kernels}
    terms = {name: Graph.of(graph).compile(output=name) for name in ("content", "style")}
    rows: list[tuple[object, ...]] = []

    def downhill(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = slope({**point, "x": x})
        return float(value), gradient["x"]

    path = Optimiser("adam", rate).descend(digit, downhill, steps, lambda x: np.clip(x, 0, 1))
    for step, (x, _, _) in enumerate(path):
        for name, term in terms.items():
            rows.append((step, name, float(term.value({**point, "x": x}))))
    ends = {name: [float(str(r[2])) for r in rows if r[1] == name] for name in terms}
    style = changed(ends["style"][-1] / ends["style"][0])
    content = ends["content"]
    rises = f"rises from 0 to {content[-1]:.3g}" if content[-1] > 0 else "stays 0"
    finding = (
        f"In {steps} steps the style term {style}, and the content term {rises}. "
        f"No kernel was changed."
    )
    look = Look("step", "value", "term", logarithmic=True)
    return outcome(
        "A digit in the style of stripes", ("step", "term", "value"), rows, finding, look
    )

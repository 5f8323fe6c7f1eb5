"""Pictures: a kernel that slides, an input that is changed, a style; and layers node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.graph.builder import Builder, Expression
from chainrule.nn.composed import (
    GRU,
    LSTM,
    Attention,
    BatchNorm,
    Embedding,
    LayerNorm,
    Maxout,
    MaxPool2D,
    Padding2D,
    Recurrent,
    Residual,
)
from chainrule.nn.data import digits
from chainrule.nn.experiments.record import EXPERIMENTS, Rows, measured
from chainrule.nn.experiments.told import changed, counted, size
from chainrule.nn.initialisers import Initialiser
from chainrule.nn.layers import Conv2D, Dense, Flatten, Layer
from chainrule.nn.looking import formulas, literal
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.sequential import Sequential
from chainrule.nn.training import train
from chainrule.nn.words import understood

Cells = Sequence[Sequence[float]]
WANTED = ((0, 4, 4), (4, 4, 0), (4, 0, 0))


def _shared(uses: Mapping[str, Any], given: Any) -> str:
    weights, pixels = uses["K"], uses["X"]
    return (
        f"{weights[0, 0]} places share one kernel. So each weight collects {weights[0, 0]} shares, "
        f"a pixel as many as windows lie on it: {pixels[0, 0]} at a corner, {pixels[2, 2]} in the "
        "middle."
    )


@measured("convolution", _shared)
def convolution(
    picture: str | Cells = "slanted edge",
    kernel: str | Cells = "vertical edges",
    wanted: Cells = WANTED,
) -> Rows:
    """Slide a 3 × 3 kernel over a 5 × 5 picture, forwards and backwards.

    C holds what the kernel K finds in the picture X at nine places, J = ½ ∑ (C − T)² how far that
    is from what is wanted, T. Every place uses the same weights, so their shares add up.

    Raises
    ------
    InputError
        If a grid has another size, or no number in a cell.
    """
    grids = {
        "X": _square(picture, 5, "picture"),
        "K": _square(kernel, 3, "kernel"),
        "T": _square(wanted, 3, "grid that is wanted"),
    }
    shaped = {"X": grids["X"][None], "K": grids["K"][None, None], "T": grids["T"][None]}
    sliding = "K: 1x1x3x3; X: 1x5x5"
    worked = Graph.parse(f"{sliding}; T: 1x3x3; C = conv2d(X, K); J = sum((C - T)^2)/2").reverse(
        {name: grid.tolist() for name, grid in shaped.items()}
    )
    # How often a cell is used: its adjoint where all that it meets is 1 and all are added.
    ones = {name: np.ones_like(shaped[name]).tolist() for name in "XK"}
    found = Graph.parse(f"{sliding}; sum(conv2d(X, K))").gradient(ones)
    uses = {name: np.asarray(found[name]).reshape(grids[name].shape).astype(int) for name in "XK"}
    uses |= {name: np.ones((3, 3), int) for name in "CT"}
    for name, counts in uses.items():
        values, adjoints = (
            np.asarray(worked[f"{kind}:{name}"], float).reshape(counts.shape)
            for kind in ("value", "adjoint")
        )
        for (r, c), count in np.ndenumerate(counts):
            yield name, r + 1, c + 1, values[r, c], adjoints[r, c], count
    return uses


def _square(given: str | Cells, size: int, what: str) -> np.ndarray:
    if isinstance(given, str):
        known = EXPERIMENTS["convolution"].choices[what]
        given = known[understood(given, known, {}, what)]
    rows = [list(row) for row in given]
    if len(rows) != size or any(len(row) != size for row in rows):
        raise InputError(f"the {what} is not {size} × {size}", allowed="Give rows of numbers.")
    found = np.array(rows, dtype=float)
    if not np.isfinite(found).all():
        raise InputError(f"a cell of the {what} is no number", allowed="Write one, such as 2 or ½.")
    return found


WAS, BECOMES = 3, 8


def _turned(sure: Sequence[float], given: Any) -> str:
    turned = next((step for step, p in enumerate(sure) if p > 0.5), None)
    taken = f"the picture of a {WAS} for an {BECOMES}"
    told = f"In {counted(given.steps, 'step')} the network does not take {taken}"
    if turned is not None:
        told = f"After {counted(turned, 'step')} the network takes {taken}"
    return (
        f"{told}; at the end it gives that the probability {sure[-1]:.2f}. No weight was changed."
    )


@measured("changed-input", _turned)
def changed_input(*, steps: int = 60, rate: float = 0.03, seed: int = 0) -> Rows:
    """Keep a trained network and change its input instead, until it is taken for another digit.

    The adjoint of the input is there in every reverse pass; descending along it is what style
    transfer and deep dreams do, in small.
    """
    data = digits(400)
    model = Sequential([Dense(24, "tanh"), Dense(10, "softmax")], inputs=64)
    plan = dict[str, Any](optimiser="adam", rate=0.01, batch=50, epochs=15, seed=seed)
    run = train(model, data, observe=False, **plan)
    run.run()
    slope = Graph.of(run.network.graph).compile(wrt=["x"])
    target = np.eye(10)[[BECOMES]]

    def downhill(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = slope({**run.parameters, "x": x[None], "t": target})
        return float(np.mean(value)), gradient["x"][0]

    start = data.x[int(np.flatnonzero(data.t == WAS)[0])]
    path = Optimiser("gd", rate).descend(start, downhill, steps, lambda x: np.clip(x, 0, 1))
    sure = []
    for step, (x, _, _) in enumerate(path):
        y = run.predict(x[None])[0]
        yield step, f"a {WAS}", y[WAS]
        yield step, f"an {BECOMES}", y[BECOMES]
        sure.append(float(y[BECOMES]))
    return sure


MAPS, SIZE = 6, 8


def style_graph(weight: float) -> Graph:
    """Return J = content + weight · style of a picture x, by the features F of one convolution.

    Content is the mean of (F(x) − F(c))², style that of (G(x) − G(s))² with the Gram matrix
    G = F Fᵀ/n, which knows which features come together and not where (Gatys et al. 2016).
    """
    builder = Builder()
    m = builder.maths
    places = (SIZE - 2) ** 2
    x, c, s = (builder.input(name, (1, SIZE, SIZE)) for name in ("x", "c", "s"))
    kernels = builder.input("K", (MAPS, 1, 3, 3))

    def features(picture: Expression, name: str) -> Expression:
        seen = m.relu(m.conv2d(picture, kernels))
        return builder.name(m.reshape(seen, shape=(MAPS, places)), name)

    def gram(f: Expression, name: str) -> Expression:
        return builder.name(f @ m.transpose(f) / places, name)

    ours, theirs, other = features(x, "F"), features(c, "Fc"), features(s, "Fs")
    content = builder.name(m.mean((ours - theirs) ** 2), "content")
    style = builder.name(m.mean((gram(ours, "G") - gram(other, "Gs")) ** 2), "style")
    goal = builder.name(content + builder.lift(weight) * style, "J")
    return Graph.of(builder.finish([goal, content, style]))


def _styled(ends: Mapping[str, tuple[float, float]], given: Any) -> str:
    (before, after), (_, content) = ends["style"], ends["content"]
    rises = f"rises from 0 to {size(content)}" if content > 0 else "stays 0"
    return (
        f"In {counted(given.steps, 'step')} the style term {changed(after / before)}, and the "
        f"content term {rises}. No kernel was changed."
    )


@measured("style", _styled)
def style_transfer(
    *, weight: float = 1.0, steps: int = 200, rate: float = 0.02, seed: int = 0
) -> Rows:
    """Begin with a digit and change its pixels, so that it takes on the style of stripes.

    Only pixels learn: the kernels are drawn once and stay.

    Parameters
    ----------
    weight
        Of the style term beside the content term.
    """
    data = digits(200)
    digit = data.x[int(np.flatnonzero(data.t == 0)[0])].reshape(1, SIZE, SIZE)
    stripes = np.tile([1.0, 0.0], (1, SIZE, SIZE // 2))
    kernels = Initialiser("he").draw(np.random.default_rng(seed), (MAPS, 1, 3, 3))
    graph = style_graph(weight)
    slope = graph.compile(wrt=["x"])
    point = {"c": digit, "s": stripes, "K": kernels}
    terms = {name: graph.compile(output=name) for name in ("content", "style")}
    ends: dict[str, tuple[float, float]] = {}

    def downhill(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = slope({**point, "x": x})
        return float(value), gradient["x"]

    path = Optimiser("adam", rate).descend(digit, downhill, steps, lambda x: np.clip(x, 0, 1))
    for step, (x, _, _) in enumerate(path):
        for name, term in terms.items():
            value = float(term.value({**point, "x": x}))
            yield step, name, value
            ends[name] = ends.get(name, (value,))[0], value
    return ends


LAYERS: Mapping[str, Layer] = {
    "LSTM": LSTM(2),
    "GRU": GRU(2),
    "recurrent layer": Recurrent(2),
    "attention": Attention(2),
    "embedding": Embedding(3, 2),
    "max-pool": MaxPool2D(2),
    "padding": Padding2D(1),
    "convolution": Conv2D(1, (3, 3)),
    "layer norm": LayerNorm(),
    "batch norm": BatchNorm(),
    "residual": Residual([Dense(2, "tanh")]),
    "maxout": Maxout(2),
}
"""By the word for it; what comes in is of the shape that the record of the experiment says."""
EXAMPLES = 5


def _arriving(found: tuple[float, float, Mapping[str, float]], given: Any) -> str:
    loss, arriving, learned = found
    most, least = (pick(learned, key=learned.__getitem__) for pick in (max, min))
    told = f"For this example J = {size(loss, 4)}, and the mean |∂J/∂x| is {size(arriving)}."
    return (
        f"{told} Of what is learned {most} has the largest mean |adjoint|, {size(learned[most])}, "
        f"and {least} the smallest, {size(learned[least])}."
    )


@measured("layers", _arriving)
def layer_by_node(layer: str = "LSTM", *, seed: int = 0) -> Rows:
    """Work a layer through for one example, forwards and backwards, node by node.

    One affine unit with the squared error stands behind the layer. What a node sends back to an
    operand is its own adjoint times a local partial, so a node with several users has the sum of
    what they send.

    Parameters
    ----------
    layer
        A word for it, such as "LSTM".
    """
    shapes = EXPERIMENTS["layers"].choices["layer"]
    word = understood(layer, shapes, {}, "layer")
    shape = tuple(shapes[word])
    random = np.random.default_rng(seed)
    size_of = (EXAMPLES, *shape)
    words = word == "embedding"
    x: Any = random.integers(0, 3, size_of) if words else random.standard_normal(size_of).round(1)
    model = Sequential([LAYERS[word], Flatten(), Dense(1)], inputs=shape)
    run = train(model, x, random.standard_normal(EXAMPLES).round(1), steps=1, seed=seed)
    network, worked = run.network_of_one, run.worked(0)
    told, sizes = formulas(network), {}
    for name in network.graph.names.values():
        value, adjoint = (
            np.asarray(worked[f"{kind}:{name}"], float) for kind in ("value", "adjoint")
        )
        sizes[name] = float(np.abs(adjoint).mean())
        is_given = "learned" if name in run.parameters else "given"
        yield name, told.get(name, is_given), literal(value, 4), literal(adjoint, 4), sizes[name]
    learned = {name: sizes[name] for name in run.parameters}
    return float(worked["value:J"]), sizes["x"], learned

"""Graphs of one's own: a recurrent net unrolled, a convolution, a changed input, a descent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.nn.data import digits
from chainrule.nn.descent import Landscape
from chainrule.nn.experiments.outcome import Look, Outcome, outcome
from chainrule.nn.experiments.told import changed
from chainrule.nn.layers import Dense
from chainrule.nn.model import Sequential
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.training import train
from chainrule.nn.words import understood


def recurrent(
    steps: int = 20,
    weights: Sequence[float] = (0.5, 1.0, 1.5),
    units: Sequence[str] = ("tanh", "linear"),
) -> Outcome:
    """Unroll h ← φ(w h + x) and look how the last state depends on each input.

    ∂h_T/∂x_k is a product of one factor w·φ′ for every step between: it vanishes for small w;
    for large ones it explodes, unless φ saturates (Bengio, Simard and Frasconi 1994).

    Returns
    -------
    Outcome
        Per unit φ, weight and step k: the adjoint of input x_k, from the unrolled graph.
    """
    if not 1 <= steps <= 200:
        raise InputError(f"{steps} steps", text=str(steps), allowed="Between 1 and 200.")
    names = [f"x{k}" for k in range(steps + 1)]
    rows: list[tuple[object, ...]] = []
    told = []
    for unit in units:
        applied = "identity" if unit == "linear" else unit
        lines = ["h0 = 0.1 x0"]
        lines += [f"h{k} = {applied}(w h{k - 1} + x{k})" for k in range(1, steps + 1)]
        graph = Graph.parse("\n".join(lines), declared=("w", *names))
        for w in weights:
            slopes = graph.gradient({"w": w, "x0": 1.0} | dict.fromkeys(names[1:], 0.1))
            sizes = [abs(float(slopes[name])) for name in names[1:]]
            rows += [(unit, w, k, size) for k, size in enumerate(sizes, start=1)]
            told.append(f"{changed(sizes[0] / sizes[-1])} with {unit} and w = {w:g}")
    look = Look("k", "adjoint", "w", logarithmic=True, facet="unit", derivative=True)
    columns = ("unit", "w", "k", "adjoint")
    return outcome(
        f"A recurrent net over {steps} steps",
        columns,
        rows,
        f"From step {steps} back to step 1 the adjoint of the input {', '.join(told)}.",
        look,
    )


PICTURES = {
    "slanted edge": (
        (0, 0, 1, 1, 1),
        (0, 0, 1, 1, 1),
        (0, 1, 1, 1, 1),
        (0, 1, 1, 1, 2),
        (1, 1, 1, 2, 2),
    ),
    "cross": ((0, 0, 2, 0, 0), (0, 0, 2, 0, 0), (2, 2, 3, 2, 2), (0, 0, 2, 0, 0), (0, 0, 2, 0, 0)),
    "dot": ((0, 0, 0, 0, 0), (0, 1, 1, 0, 0), (0, 1, 3, 1, 0), (0, 0, 1, 1, 0), (0, 0, 0, 0, 0)),
}
KERNELS = {
    "vertical edges": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "horizontal edges": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "sum": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "sharper": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
}
WANTED = ((0, 4, 4), (4, 4, 0), (4, 0, 0))
Rows = Sequence[Sequence[float]]


def convolution(
    picture: str | Rows = "slanted edge",
    kernel: str | Rows = "vertical edges",
    wanted: Rows = WANTED,
) -> Outcome:
    """Slide a 3 × 3 kernel over a 5 × 5 picture, forwards and backwards.

    C holds what the kernel K finds in the picture X at nine places, J = ½ ∑ (C − T)² how far that
    is from what is wanted, T. Every place uses the same weights, so their shares add up.

    Returns
    -------
    Outcome
        Per grid (X, K, C, T) and cell: the value, the adjoint ∂J/∂cell, and over how many products
        it comes back.

    Raises
    ------
    InputError
        If a grid has another size, or no number in a cell.
    """
    X, K, T = (
        _square(given, size, name)
        for given, size, name in (
            (_known(picture, PICTURES, "picture"), 5, "picture"),
            (_known(kernel, KERNELS, "kernel"), 3, "kernel"),
            (wanted, 3, "grid that is wanted"),
        )
    )
    graph = Graph.parse("K: 1x1x3x3; X: 1x5x5; T: 1x3x3; C = conv2d(X, K); J = sum((C - T)^2)/2")
    point = {"X": [X.tolist()], "K": [[K.tolist()]], "T": [T.tolist()]}
    worked = graph.reverse(point)
    # How often a cell is used: its adjoint where all that it meets is 1 and all are added.
    uses = Graph.parse("K: 1x1x3x3; X: 1x5x5; sum(conv2d(X, K))").gradient(
        {"X": np.ones((1, 5, 5)).tolist(), "K": np.ones((1, 1, 3, 3)).tolist()}
    )
    rows: list[tuple[object, ...]] = []
    counts = {}
    for name, size in (("X", 5), ("K", 3), ("C", 3), ("T", 3)):
        values = np.asarray(worked[f"value:{name}"], dtype=float).reshape(size, size)
        adjoints = np.asarray(worked[f"adjoint:{name}"], dtype=float).reshape(size, size)
        times = np.asarray(uses[name], dtype=float).reshape(size, size) if name in uses else None
        counts[name] = times
        for r in range(size):
            for c in range(size):
                many = 1 if times is None else int(times[r, c])
                rows.append((name, r + 1, c + 1, float(values[r, c]), float(adjoints[r, c]), many))
    pixels, weights = counts["X"], counts["K"]
    assert pixels is not None and weights is not None
    finding = (
        f"{weights[0, 0]:.0f} places share one kernel. So each weight "
        f"collects {weights[0, 0]:.0f} shares, a pixel as many as windows lie on it: "
        f"{pixels[0, 0]:.0f} at a corner, {pixels[2, 2]:.0f} in the middle."
    )
    look = Look("column", "row", "adjoint", kind="rect", facet="grid", derivative=True)
    return outcome(
        "A 3 × 3 kernel over a 5 × 5 picture",
        ("grid", "row", "column", "value", "adjoint", "shares"),
        rows,
        finding,
        look,
    )


def _known(given: str | Rows, known: Mapping[str, Rows], what: str) -> Rows:
    if not isinstance(given, str):
        return given
    return known[understood(given, known, {}, what)]


def _square(given: Rows, size: int, what: str) -> np.ndarray:
    rows = [list(row) for row in given]
    if len(rows) != size or any(len(row) != size for row in rows):
        raise InputError(f"the {what} is not {size} × {size}", allowed="Give rows of numbers.")
    found = np.array(rows, dtype=float)
    if not np.isfinite(found).all():
        raise InputError(f"a cell of the {what} is no number", allowed="Write one, such as 2 or ½.")
    return found


def changed_input(*, steps: int = 60, rate: float = 0.03, seed: int = 0) -> Outcome:
    """Keep a trained network and change its input instead, until it is taken for another digit.

    The adjoint of the input is there in every reverse pass; descending along it is what style
    transfer and deep dreams do, in small.

    Returns
    -------
    Outcome
        Per step: the probabilities of the digit it was and of the one it is to become.
    """
    data = digits(400)
    model = Sequential([Dense(24, "tanh"), Dense(10, "softmax")], inputs=64)
    run = train(model, data.x, data.t, loss="ce", optimiser=Optimiser("adam", 0.01), batch=50,
                epochs=15, seed=seed, observe=False)  # fmt: skip
    run.run()
    was, becomes = 3, 8
    x = data.x[int(np.flatnonzero(data.t == was)[0])]
    network = model.network("ce")
    slope = Graph.of(network.graph).compile(wrt=["x"])
    target = np.eye(10)[[becomes]]
    rows = []

    def downhill(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = slope({**run.parameters, "x": x[None], "t": target})
        return float(np.mean(value)), gradient["x"][0]

    path = Optimiser("gd", rate).descend(x, downhill, steps, lambda x: np.clip(x, 0, 1))
    for step, (x, _, _) in enumerate(path):
        y = run.predict(x[None])[0]
        rows += [(step, f"a {was}", float(y[was])), (step, f"an {becomes}", float(y[becomes]))]
    turned = next((row[0] for row in rows if row[1].startswith("an") and row[2] > 0.5), None)
    finding = f"In {steps} steps the network does not take the picture of a {was} for an {becomes}"
    if turned is not None:
        finding = f"After {turned} steps the network takes the picture of a {was} for an {becomes}"
    finding += f"; it ends sure of that to {rows[-1][2]:.2f}. No weight was changed."
    return outcome(
        f"A {was} turned into an {becomes}",
        ("step", "taken for", "probability"),
        rows,
        finding,
        Look("step", "probability", "taken for"),
    )


REGION = (-500.0, 500.0)
"""Where a descent counts as one; a path that is a million times as far has left it."""


def descent(
    formula: str | Graph,
    starts: Sequence[Mapping[str, float]],
    optimisers: Sequence[str | Optimiser] = ("gd", "momentum", "adam"),
    *,
    steps: int = 60,
) -> Outcome:
    """Go down a function of one or two variables from several starts.

    Parameters
    ----------
    formula
        Such as "x^4 - 3x^2 + x" or "(1 - x)^2 + 100(y - x^2)^2".
    starts
        Points by name.

    Returns
    -------
    Outcome
        Per optimiser, start and step: the point and the value. A path that leaves the numbers
        ends there.

    Raises
    ------
    InputError
        If the formula has other than one or two variables.
    """
    graph = formula if isinstance(formula, Graph) else Graph.parse(formula)
    names = graph.variables
    if not 1 <= len(names) <= 2:
        raise InputError(
            f"a function of {len(names)} variables", text=str(formula), length=len(str(formula)),
            allowed="A descent that can be drawn has one or two.",
        )  # fmt: skip
    landscape = Landscape(graph, [REGION] * len(names))
    rows: list[tuple[object, ...]] = []
    found: list[tuple[float, str, int]] = []
    for given in optimisers:
        optimiser = Optimiser.of(given)
        for number, start in enumerate(starts, start=1):
            path = landscape.descend([float(start[name]) for name in names], optimiser, steps)
            kept = len(path.values) - (path.ended == "diverged")
            for step in range(kept):
                value = float(path.values[step])
                rows.append((optimiser.name, number, step, *map(float, path.points[step]), value))
            end = float(path.values[kept - 1]) if kept else np.inf
            found.append((end, optimiser.name, number))
    told = ""
    lowest = min(found, default=(np.inf, "", 0))
    if np.isfinite(lowest[0]):
        near = sum(end - lowest[0] < 1e-3 for end, _, _ in found)
        told = (
            f"The lowest value, {lowest[0]:.4g}, is reached by {lowest[1]} from start {lowest[2]}; "
            f"{near} of {len(found)} paths end within 0.001 of it."
        )
    columns = ("optimiser", "start", "step", *names, "value")
    look = Look("step", "value", "optimiser", facet="start")
    return outcome("Paths of descent", columns, rows, told, look)

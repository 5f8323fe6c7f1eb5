"""Graphs of one's own: a recurrent net unrolled, a convolution, a changed input, a descent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.errors import InputError
from chainrule.facade import Graph
from chainrule.nn.data import digits
from chainrule.nn.experiments.outcome import Look, Outcome, table
from chainrule.nn.experiments.told import changed
from chainrule.nn.layers import Dense
from chainrule.nn.model import Sequential
from chainrule.nn.optimisers import Optimiser
from chainrule.nn.training import train


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
    look = Look("k", "adjoint", "w", logarithmic=True, facet="unit")
    columns = ("unit", "w", "k", "adjoint")
    return Outcome(
        f"A recurrent net over {steps} steps",
        **table(columns, rows),
        look=look,
        finding=f"From step {steps} back to step 1 the adjoint of the input {'; it '.join(told)}.",
    )


def convolution(seed: int = 0) -> Outcome:
    """Slide a 3 × 3 kernel over a 5 × 5 picture and ask what the adjoints of the pixels are.

    Returns
    -------
    Outcome
        Per pixel: its value, and its adjoint for the sum of all nine results, which counts in
        how many places of the kernel it stands.
    """
    random = np.random.default_rng(seed)
    picture = random.integers(0, 4, (1, 5, 5))
    graph = Graph.parse("K: 1x1x3x3; X: 1x5x5; J = sum(conv2d(X, K))")
    gradient = graph.gradient({"X": picture.tolist(), "K": np.ones((1, 1, 3, 3)).tolist()})
    adjoint = np.asarray(gradient["X"], dtype=float)[0]
    rows = [
        (r + 1, c + 1, int(picture[0, r, c]), float(adjoint[r, c]))
        for r in range(5)
        for c in range(5)
    ]
    finding = (
        f"The pixel in the middle takes part in {adjoint[2, 2]:.0f} places of the kernel, a corner "
        f"in {adjoint[0, 0]:.0f}: with a kernel of ones these are the adjoints."
    )
    look = Look("column", "row", "adjoint", kind="rect")
    laid = table(("row", "column", "value", "adjoint"), rows)
    return Outcome("A 3 × 3 kernel over a 5 × 5 picture", **laid, finding=finding, look=look)


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
    for step in range(steps + 1):
        y = run.predict(x[None])[0]
        rows += [(step, f"a {was}", float(y[was])), (step, f"an {becomes}", float(y[becomes]))]
        _, gradient = slope({**run.parameters, "x": x[None], "t": target})
        x = np.clip(x - rate * gradient["x"][0], 0, 1)
    turned = next((row[0] for row in rows if row[1].startswith("an") and row[2] > 0.5), None)
    finding = f"In {steps} steps the network does not take the picture of a {was} for an {becomes}"
    if turned is not None:
        finding = f"After {turned} steps the network takes the picture of a {was} for an {becomes}"
    finding += f"; it ends sure of that to {rows[-1][2]:.2f}. No weight was changed."
    return Outcome(f"A {was} turned into an {becomes}",
                   **table(("step", "taken for", "probability"), rows), finding=finding,
                   look=Look("step", "probability", "taken for"))  # fmt: skip


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
    slope = graph.compile()
    rows: list[tuple[object, ...]] = []
    lowest: tuple[float, str, int] | None = None
    ends: list[float] = []
    for given in optimisers:
        optimiser = Optimiser.of(given)
        rule, choices, rate = optimiser.method.rule, optimiser.choices, optimiser.learning_rate
        for number, start in enumerate(starts, start=1):
            w = np.array([float(start[name]) for name in names])
            slots = tuple(np.zeros_like(w) for _ in optimiser.method.slots)
            for step in range(steps + 1):
                value, gradient = slope(dict(zip(names, w, strict=True)))
                g = np.array([float(gradient[name]) for name in names])
                if not (np.isfinite(value) and np.isfinite(g).all() and np.abs(w).max() < 1e9):
                    break
                other = float(w[1]) if len(names) == 2 else 0.0
                rows.append((optimiser.name, number, step, float(w[0]), other, float(value)))
                if lowest is None or value < lowest[0]:
                    lowest = float(value), optimiser.name, number
                w, *moved = rule(np, w, g, rate, step + 1, *slots, **choices)
                slots = tuple(moved)
            ends.append(float(str(rows[-1][-1])) if rows else np.inf)
    told = ""
    if lowest is not None:
        near = sum(end - lowest[0] < 1e-3 for end in ends)
        told = (
            f"The lowest value, {lowest[0]:.4g}, is reached by {lowest[1]} from start {lowest[2]}; "
            f"{near} of {len(ends)} paths end within 0.001 of it."
        )
    columns = (
        "optimiser",
        "start",
        "step",
        names[0],
        names[1] if len(names) == 2 else "–",
        "value",
    )
    look = Look("step", "value", "optimiser", facet="start")
    return Outcome("Paths of descent", **table(columns, rows), finding=told, look=look)

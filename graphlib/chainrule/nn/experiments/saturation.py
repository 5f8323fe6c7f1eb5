"""Why the squared error on a sigmoid learns badly."""

from __future__ import annotations

from chainrule.facade import Graph
from chainrule.nn.experiments.outcome import Look, Outcome, outcome


def sigmoid_losses(most: int = 8, target: int = 1) -> Outcome:
    """Look at the slope of two losses by the value a before the sigmoid, from −most to most.

    The squared error has the slope 2(y − t)·y(1 − y), which is 0 where the unit is most wrong;
    the cross-entropy has y − t.

    Returns
    -------
    Outcome
        Per a and loss: the loss and its slope, both from the graph of that loss.
    """
    graphs = {
        "squared error": Graph.parse("J = (y - t)^2; y = sigmoid(a)", declared=("a", "t")),
        "cross-entropy": Graph.parse(
            "J = -(t ln y + (1 - t) ln(1 - y)); y = sigmoid(a)", declared=("a", "t")
        ),
    }
    rows = []
    for name, graph in graphs.items():
        for tick in range(-4 * most, 4 * most + 1):
            a = f"{tick / 4}"
            worked = graph.reverse({"a": a, "t": target})
            rows.append((tick / 4, name, float(worked.value), float(worked["adjoint:a"])))
    far = {name: slope for a, name, _, slope in rows if a == (-most if target else most)}
    finding = (
        f"At a = {-most if target else most}, as wrong as can be, the squared error has the slope "
        f"{far['squared error']:.2e} and the cross-entropy {far['cross-entropy']:.4f}."
    )
    look = Look("a", "slope", "loss", derivative=True)
    columns = ("a", "loss", "value", "slope")
    return outcome(
        "Slope of the loss by a, target y = 1"
        if target
        else "Slope of the loss by a, target y = 0",
        columns,
        rows,
        finding,
        look,
    )

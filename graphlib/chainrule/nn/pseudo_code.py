"""A run of training as pseudo-code: what its plan does, line by line."""

from __future__ import annotations

from chainrule.nn.training import Training


def pseudo_code(run: Training) -> tuple[str, ...]:
    """Return the lines of a run, with the numbers of its plan.

    >>> from chainrule.nn import Dense, Sequential, train
    >>> model = Sequential([Dense(1)], inputs=1)
    >>> run = train(model, [[0.0], [1.0]], [1.0, 3.0], optimiser="momentum", epochs=9, l2=0.5)
    >>> print(*pseudo_code(run), sep=chr(10))
    draw the parameters w (2 numbers) from seed 0
    for epoch = 1 … 9:
        take all 2 examples as one batch
        forwards: y ← network(x), J ← mean of loss(y, t)
        backwards: g ← ∂J/∂w
        g ← g + 2 · 0.5 · w for weights, not for biases
        v ← 0.9 v + g
        w ← w − 0.05 v
        measure loss and quality over all examples
    """
    plan, method = run.plan, run.optimiser.method
    count, size = run.examples, plan.batch or run.examples
    numbers = sum(p.size for p in run.parameters.values())
    lines = [f"draw the parameters w ({numbers} numbers) from seed {plan.seed}"]
    lines.append(f"for epoch = 1 … {(run.steps or 0) // run.per_epoch}:")
    within = "    "
    if size >= count:
        lines.append(f"{within}take all {count} examples as one batch")
    else:
        order = "shuffle" if plan.shuffle else "take"
        lines.append(f"{within}{order} the {count} examples, cut them into {run.per_epoch} batches")
        lines.append(f"{within}for each batch of {size}:")
        within *= 2
    if run.network.masks:
        rates = sorted({f"{rate:g}" for rate in run.network.masks.values()})
        lines.append(f"{within}switch off each unit with probability {' or '.join(rates)}")
    lines.append(f"{within}forwards: y ← network(x), J ← mean of loss(y, t)")
    lines.append(f"{within}backwards: g ← ∂J/∂w")
    penalty = [f"{plan.l1:g} · sign(w)"] if plan.l1 else []
    penalty += [f"2 · {plan.l2:g} · w"] if plan.l2 else []
    if penalty:
        lines.append(f"{within}g ← g + {' + '.join(penalty)} for weights, not for biases")
    if plan.clip is not None:
        lines.append(f"{within}if ‖g‖ > {plan.clip:g}: g ← {plan.clip:g} · g/‖g‖")
    letters = {"mu": "μ", "rho": "ρ", "beta1": "β₁", "beta2": "β₂", "eps": "ε", "decay": "λ"}
    given = {letters[name]: f"{value:g}" for name, value in run.optimiser.choices.items()}
    given["η"] = f"{run.optimiser.learning_rate:g}"
    for step in method.steps:
        for letter, value in given.items():
            step = step.replace(letter, value)
        lines.append(within + step)
    held = ", and over those held out" if run.held is not None else ""
    lines.append(f"    measure loss and quality over all examples{held}")
    if plan.patience is not None:
        lines.append(f"    stop after {plan.patience} epochs without a lower held-out loss")
    return tuple(lines)

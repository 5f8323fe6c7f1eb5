"""`chainrule compile`: a formula as source, value and derivatives."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from chainrule.cli.request import Formula, Kink, Output, Readings

By = Annotated[
    list[str] | None,
    typer.Option("--by", metavar="NAME", help="Derivatives by these only; default all."),
]
ValueOnly = Annotated[bool, typer.Option("--value", help="The value alone, no derivatives.")]
Library = Annotated[
    Literal["numpy", "jax", "torch"],
    typer.Option("--for", help="The library it is written for; JAX and PyTorch get both."),
]


def compile(
    formula: Formula,
    by: By = None,
    value: ValueOnly = False,
    library: Library = "numpy",
    reading: Readings = None,
    kink: Kink = None,
    output: Output = None,
) -> None:
    """Write a formula as a module of NumPy, JAX or PyTorch.

    It computes the value and all derivatives.

    \b
      chainrule compile "cos(sin(x^2)+3x^2)"
      chainrule compile lecture.txt --by w1 --by w2 -o lecture.py
    """
    from chainrule.cli.output import deliver, tell_notes
    from chainrule.cli.request import parsed

    graph, _ = parsed(formula, None, reading, kink)
    outputs = "value" if value else "value_and_grad"
    made = graph.compile(outputs if library == "numpy" else library, by)
    names = ", ".join(f"{name} is argument {at}" for at, name in enumerate(made.inputs, 1))
    deliver(f"# {names}\n{made.source}" if names else made.source, output)
    tell_notes(graph, on_screen=False)

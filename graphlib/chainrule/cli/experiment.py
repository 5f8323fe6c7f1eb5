"""`chainrule experiment`: what lectures say about networks, with its table and its sentence."""

from __future__ import annotations

from inspect import signature
from typing import Annotated

import typer

from chainrule.errors import InputError

Name = Annotated[
    str | None,
    typer.Argument(help="Of the experiment; none lists all.", show_default=False),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="Same seed, same numbers.", show_default="the experiment's own"),
]
Rows = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Rows that are printed; 0 for all.",
        show_default="where each line ends, or the first 20",
    ),
]
Save = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the whole table (.csv, .json, .md, .html, .tex, .txt, .pdf) or the picture "
        "for Vega-Lite (.vl.json).",
    ),
]


def experiment(
    name: Name = None, seed: Seed = None, rows: Rows = None, output: Save = None
) -> None:
    """Run an experiment with small networks.

    A sentence says what it shows.

    \b
      chainrule experiment
      chainrule experiment activation-start
      chainrule experiment gradient-flow -o flow.csv
    """
    from dataclasses import replace

    from chainrule.cli.output import as_pdf, deliver, renderer
    from chainrule.nn.experiments import EXPERIMENTS
    from chainrule.nn.experiments import experiment as run

    if name is None:
        part = ""
        for it in EXPERIMENTS.values():
            if it.part != part:
                part = it.part
                print(f"{part} (lesson {it.lesson})")
            print(f"  {it.name:17} {it.about.splitlines()[0]}")
        return
    given = {} if seed is None else {"seed": seed}
    known = EXPERIMENTS.get(name)
    if known is not None and given and "seed" not in signature(known.run).parameters:
        raise InputError(
            f"{name} has no seed", text=str(seed), allowed="Nothing in it is drawn at random."
        )
    outcome = run(name, **given)
    print(outcome.finding)
    if output is None:
        chosen = outcome.ends() if rows is None else outcome
        shown = chosen.head(20 if rows is None else rows or len(chosen.rows))
        print(replace(shown, finding="").text().rstrip())
        if more := len(outcome.rows) - len(shown.rows):
            print(f"… {more} more rows: --rows 0, or -o {name}.csv")
    elif output.endswith(".vl.json"):
        from json import dumps

        deliver(dumps(outcome.spec()) + "\n", output)
    else:
        text = renderer(None, output, False).write(outcome.document(), True)
        deliver(text, output, pdf=as_pdf(None, output))

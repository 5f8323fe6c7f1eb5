"""`chainrule train` and `chainrule sweep`: small networks from the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chainrule.errors import InputError, no_such

if TYPE_CHECKING:
    from chainrule.nn.building import Prepared
    from chainrule.nn.data import Data
    from chainrule.nn.plan import TrainingRecord

Source = Annotated[
    str,
    typer.Argument(
        help="line, wave, moons, circles, spirals, xor, blobs, passing, heart, digits, or a CSV "
        "file."
    ),
]
Target = Annotated[
    str | None,
    typer.Option(help="Column of the file to predict; default the last.", show_default=False),
]
MissingOf = Annotated[
    Literal["refuse", "drop", "fill"],
    typer.Option(
        "--missing", help="Rows with a missing value: leave them out, or fill in mean or mode."
    ),
]
Without = Annotated[
    list[str] | None, typer.Option("--without", metavar="NAME", help="Column to leave out.")
]
ExampleOf = Annotated[
    int | None,
    typer.Option(
        "--table", min=1, metavar="K", help="After training, the backward table of example K."
    ),
]
FormulaOf = Annotated[
    str | None,
    typer.Option(
        "--formula",
        metavar="TEXT",
        help='What is trained in place of layers: --formula "y = a x + b"; its names are columns, '
        "x for all of them, t for the target.",
        show_default=False,
    ),
]
Learn = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help='What a formula learns: --learn "W1: 4x2, b1: 4".',
        show_default=False,
    ),
]
Layers = Annotated[str, typer.Option(metavar="16-16", help="Widths of the hidden layers.")]
FeaturesOf = Annotated[
    str,
    typer.Option(
        "--features",
        metavar="FORMULAS",
        help='What comes in: --features "x1, x2, x1^2"; default the columns.',
    ),
]
Activation = Annotated[str, typer.Option(help="Of the hidden layers.")]
Init = Annotated[str, typer.Option("--init", help="How the weights begin.")]
Loss = Annotated[str, typer.Option(help="Default: the one that belongs to the data.")]
Optimiser = Annotated[str, typer.Option("--optimiser", "--optimizer", help="How steps are made.")]
Rate = Annotated[
    float | None, typer.Option(help="Learning rate.", show_default="the optimiser's own")
]
Batch = Annotated[int, typer.Option(min=0, help="Examples a step; 0 for all.")]
Epochs = Annotated[int, typer.Option(min=1, help="How often every example is seen.")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same run.")]
Held = Annotated[float, typer.Option(help="Share of the examples that is not learned from.")]
ScalingOf = Annotated[
    Literal["standard", "range", "none"],
    typer.Option("--scaling", help="Of the inputs, and of targets that are numbers."),
]
L1 = Annotated[float, typer.Option("--l1", help="Weight of Σ|w| in the loss.")]
L2 = Annotated[float, typer.Option("--l2", help="Weight of Σw² in the loss.")]
Clip = Annotated[
    float | None, typer.Option(help="Greatest length of the gradient; a longer one is shortened.")
]
Dropout = Annotated[float, typer.Option(help="Share of units switched off while training.")]
Patience = Annotated[
    int | None,
    typer.Option(help="Stop after so many epochs without a better held-out loss."),
]
Points = Annotated[
    int | None, typer.Option(min=2, help="How many points are drawn.", show_default=False)
]
Noise = Annotated[
    float | None, typer.Option(help="How far drawn points stray.", show_default=False)
]
Drawn = Annotated[int | None, typer.Option(min=0, help="Seed of drawn data.", show_default="0")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON record an epoch.")]
Save = Annotated[
    str | None, typer.Option("-o", "--output", metavar="FILE", help="Save the parameters (.npz).")
]


def data_of(
    source: str,
    target: str | None,
    missing: Any = "refuse",
    without: Sequence[str] = (),
    **drawn: float | None,
) -> Data:
    """Return generated data by its name, or a file's.

    Parameters
    ----------
    drawn
        How data are generated: count, noise, seed; None for what is usual.

    Raises
    ------
    InputError
        If there is neither, or the file cannot be used: with row and column.
    """
    from pathlib import Path

    from chainrule.nn.data import GENERATED, named
    from chainrule.nn.own_data import from_csv

    if source in GENERATED:
        return named(source, **{name: v for name, v in drawn.items() if v is not None})
    path = Path(source)
    if not path.is_file():
        allowed = f"Data are {', '.join(GENERATED)}; files are CSV."
        raise no_such("data set or file", source, GENERATED, allowed=allowed)
    return from_csv(path.read_bytes(), target, missing=missing, without=without)


def train(
    source: Source,
    target: Target = None,
    formula: FormulaOf = None,
    learn: Learn = None,
    layers: Layers = "16-16",
    activation: Activation = "tanh",
    init: Init = "xavier",
    loss: Loss = "",
    optimiser: Optimiser = "adam",
    rate: Rate = None,
    batch: Batch = 32,
    epochs: Epochs = 100,
    seed: Seed = 0,
    held: Held = 0.25,
    scaling: ScalingOf = "standard",
    l1: L1 = 0.0,
    l2: L2 = 0.0,
    clip: Clip = None,
    dropout: Dropout = 0.0,
    patience: Patience = None,
    features: FeaturesOf = "",
    missing: MissingOf = "refuse",
    without: Without = None,
    example: ExampleOf = None,
    points: Points = None,
    noise: Noise = None,
    drawn: Drawn = None,
    json: Json = False,
    output: Save = None,
) -> None:
    """Train a small network, with its loss as it goes.

    \b
      chainrule train moons
      chainrule train spirals --layers 32-32-32 --epochs 400 --rate 0.01
      chainrule train digits --layers 64 --activation relu --optimiser sgd --json
      chainrule train heart.csv --target AHD --missing drop -o heart.npz
      chainrule train circles --layers "" --features "x1^2, x2^2"
      chainrule train line --formula "y = a x + b" --learn "a b" --loss "(y - t)^2"
    """
    from chainrule.nn.building import Choices, prepared, typed

    choices = Choices(
        layers,
        activation,
        init,
        loss,
        optimiser,
        rate,
        batch or None,
        epochs,
        scaling,
        held,
        seed,
        l2,
        dropout,
        patience,
        l1,
        features,
        clip,
    )
    data = data_of(source, target, missing, without or (), count=points, noise=noise, seed=drawn)
    if not json:
        for note in data.notes:
            print(note)
    ready = prepared(data, choices) if formula is None else typed(data, choices, formula, learn)
    if json:
        _printed(ready)
    else:
        _watched(ready)
    if example is not None:
        count = ready.run.examples
        if example > count:
            raise InputError(
                f"there is no example {example}",
                text=str(example),
                allowed=f"Examples are 1 to {count}; those held out are not among them.",
            )
        print(ready.run.worked(example - 1).table().text().rstrip())
    if output is not None:
        _saved(ready, output)


def _epoch(record: TrainingRecord) -> dict[str, Any]:
    """Return what is told of an epoch: of all examples, never of the last batch alone."""
    return {"epoch": record.epoch, "step": record.step, **record.metrics}


def _printed(ready: Prepared) -> None:
    from json import dumps

    for record in ready.run:
        if record.step % ready.run.per_epoch == 0:
            print(dumps(_epoch(record)), flush=True)


def _watched(ready: Prepared) -> None:
    from chainrule.cli.output import progress
    from chainrule.nn.trained import judged

    run = ready.run
    told: dict[str, Any] = {}
    with progress("training") as shown:
        for record in run:
            if record.step % run.per_epoch == 0:
                told = _epoch(record)
                shown(record.step, run.steps, f"epoch {record.epoch}, loss {told['loss']:.4g}")
    print(f"{ready.data.name}: {len(ready.kept.x)} examples learned from, {_described(ready)}")
    for name, value in told.items():
        number = f"{value:.4g}" if isinstance(value, float) else str(value)
        print(f"  {name.replace('_', ' ')}: {number}")
    if ready.units is not None and "rmse" in told:
        print("  (the loss is that of scaled targets, the RMSE is in their own unit)")
    if judged(told):
        print(f"  {judged(told)}")
    if run.stopped:
        print(f"  stopped: {run.stopped}")


def _described(ready: Prepared) -> str:
    """Return a network by its widths, a formula by what it has learned."""
    from chainrule.nn.formula import Formula
    from chainrule.nn.looking import literal

    run = ready.run
    if isinstance(run.model, Formula):
        found = ", ".join(f"{name} = {literal(w)}" for name, w in run.parameters.items())
        return found if len(found) < 400 else f"{len(run.parameters)} parameters"
    shapes = run.network.parameters.values()
    widths = [p.shape[0] for p in shapes if p.kind == "weight"]
    return "network " + "-".join(str(n) for n in (run.x.shape[1], *widths))


def _saved(ready: Prepared, output: str) -> None:
    from io import BytesIO

    import numpy as np

    from chainrule.cli.output import write

    content = BytesIO()
    scaling = {"input_shift": ready.scaling.shift, "input_size": ready.scaling.size}
    named = {"features": np.array(ready.features.names)} if ready.features.names else {}
    np.savez(content, allow_pickle=False, **ready.run.parameters, **scaling, **named)
    write(content.getvalue(), output)


def trial(source: str, target: str | None, **choices: Any) -> dict[str, Any]:
    """Train once and return the scores after the last epoch: what a sweep calls."""
    from chainrule.nn.building import Choices, prepared

    ready = prepared(data_of(source, target), Choices(**choices))
    return _epoch(ready.run.run()[-1])


SWEPT = {
    "layers": ("hidden", str),
    "activation": ("activation", str),
    "init": ("initialiser", str),
    "optimiser": ("optimiser", str),
    "rate": ("rate", float),
    "batch": ("batch", int),
    "seed": ("seed", int),
    "l2": ("l2", float),
    "dropout": ("dropout", float),
}
Grid = Annotated[
    list[str],
    typer.Option("--try", metavar="NAME=A,B", help="Values to try: --try rate=0.01,0.1."),
]
Workers = Annotated[int, typer.Option(min=1, help="Processes that train side by side.")]


def sweep(
    source: Source,
    tries: Grid,
    target: Target = None,
    epochs: Epochs = 50,
    workers: Workers = 1,
    json: Json = False,
) -> None:
    """Train a network at every combination of some choices.

    \b
      chainrule sweep moons --try rate=0.001,0.01,0.1 --try activation=tanh,relu
      chainrule sweep digits --try layers=16,32-32 --try seed=0,1,2 --workers 2
    """
    from functools import partial
    from json import dumps
    from math import prod

    from chainrule.cli.output import progress
    from chainrule.nn.experiments import Trial, averaged
    from chainrule.nn.experiments import sweep as swept

    grid = _grid(tries)
    call = partial(trial, source, target, epochs=epochs)
    data_of(source, target)  # refused here once, not at every setting
    count = prod(map(len, grid.values()))
    counted = iter(range(1, count + 1))
    with progress("trials") as shown:

        def watch(_trial: Trial) -> None:
            shown(next(counted), count)

        if workers == 1:
            trials = swept(call, grid, watch=watch)
        else:
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import get_context

            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
                trials = swept(call, grid, executor=pool, watch=watch)
    if json:
        for done in trials:
            print(dumps({**done.setting, **(done.result or {"problem": done.problem})}))
        return
    for done in trials:
        setting = ", ".join(f"{name} {value}" for name, value in done.setting.items())
        result = done.result or {}
        numbers = ", ".join(
            f"{name.replace('_', ' ')} {value:.4g}"
            for name, value in result.items()
            if isinstance(value, float)
        )
        print(f"{setting}: {numbers or done.problem.splitlines()[0]}")
    if len(grid.get("seed", ())) > 1:
        print(averaged(trials).text().rstrip())


def _grid(tries: list[str]) -> dict[str, list[Any]]:
    grid: dict[str, list[Any]] = {}
    for text in tries:
        name, equals, values = text.partition("=")
        if name.strip() not in SWEPT or not equals or not values.strip():
            raise InputError(
                "--try needs a choice, an equals sign and values",
                text=text,
                length=max(1, len(text)),
                allowed=f"Write --try rate=0.01,0.1. Choices are {', '.join(SWEPT)}.",
            )
        field, kind = SWEPT[name.strip()]
        for value in values.split(","):
            try:
                grid.setdefault(field, []).append(kind(value.strip()))
            except ValueError as error:
                raise InputError(
                    f"`{value.strip()[:20]}` is no value of {name.strip()}",
                    text=text,
                    position=text.index(value),
                    length=max(1, len(value)),
                    allowed="It is a number." if kind is not str else "",
                ) from error
    return grid

"""The list of commands, and what happens to the errors of all of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from typing import Any, NoReturn

import typer

from chainrule.cli.app import app
from chainrule.cli.check import check
from chainrule.cli.compile import compile
from chainrule.cli.draw import draw
from chainrule.cli.experiment import experiment
from chainrule.cli.grad import grad
from chainrule.cli.mark import mark
from chainrule.cli.ops import ops
from chainrule.cli.readings import show, steps, table
from chainrule.cli.sheet import sheet
from chainrule.cli.train import sweep, train
from chainrule.errors import ChainruleError, OutsideError, excerpt

COMMANDS: tuple[Callable[..., None], ...] = (
    show,
    table,
    steps,
    draw,
    grad,
    check,
    compile,
    train,
    sweep,
    experiment,
    sheet,
    mark,
    ops,
    app,
)
BAD_INPUT, FAULT, INTERRUPTED = 2, 1, 130

ABOUT = """The chain rule, step by step.

Type a formula or a program, as in a lecture, and see values, local partials and derivatives:

\b
  chainrule table "cos(sin(x^2)+3x^2)" --at x=1
  chainrule steps "J = cos(u); u = sin(t) + 3t; t = x^2" --at x=1 --mode forward
  chainrule draw "cos(sin(x^2)+3x^2)" --at x=1 -o graph.svg

A file or - (what is piped in) may stand in place of the formula.
"""


def application() -> typer.Typer:
    """Return the command line as typer's application."""
    built = typer.Typer(
        name="chainrule",
        help=ABOUT,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command in COMMANDS:
        passes_on = {"ignore_unknown_options": command is app}
        built.command(command.__name__, context_settings=passes_on)(command)

    @built.callback()
    def every(
        version: bool = typer.Option(
            False, "--version", help="Show the version.", is_eager=True, callback=_version
        ),
    ) -> None:
        pass

    every.__doc__ = ABOUT
    return built


def _version(asked: bool) -> None:
    if not asked:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        typer.echo(f"chainrule {version('chainrule')}")
    except PackageNotFoundError:
        typer.echo("chainrule, run from its sources")
    raise typer.Exit()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 2 bad input, 1 a fault, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show ∂ gets a question mark, not an error.
            stream.reconfigure(errors="replace")
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(_guarded(application(), [_argument(x) for x in given]))


def _argument(given: str) -> str:
    """Return an argument; a formula that begins with a minus sign must not look like an option."""
    formula = len(given) > 1 and given[0] == "-" and given[1] not in "-oh"
    return f" {given}" if formula else given


def _guarded(command: Any, arguments: list[str]) -> int:
    try:
        result = command(args=arguments, standalone_mode=True)
        return result if isinstance(result, int) else 0
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except OutsideError as error:
        print(error, file=sys.stderr)
        return FAULT
    except ChainruleError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as in `chainrule … | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except OSError as error:
        name = excerpt(str(error.filename or "output"))
        print(f"{name}: {error.strerror or error}", file=sys.stderr)
        return FAULT
    except Exception:
        if os.environ.get("CHAINRULE_TRACEBACK"):
            raise
        print(
            "Something went wrong inside chainrule: this is a fault of the program, not of the "
            "input.\nSet CHAINRULE_TRACEBACK=1 and run it again to see where.",
            file=sys.stderr,
        )
        return FAULT

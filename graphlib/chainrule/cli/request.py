"""What every command reads: the formula, the point, and how it is to be shown."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from chainrule.errors import InputError, PointError, excerpt

if TYPE_CHECKING:
    from chainrule.facade import Graph
    from chainrule.worked import Worked

MAX_BYTES = 5_000_000

Formula = Annotated[
    str,
    typer.Argument(
        help="A formula, a program, a file with one, or - to read what is piped in.",
        show_default=False,
    ),
]
At = Annotated[
    list[str] | None,
    typer.Option(
        "--at", metavar="NAME=VALUE", help="Value of an input: --at x=1 --at y=1/3 --at w=[1,2]."
    ),
]
Mode = Annotated[
    Literal["reverse", "forward"],
    typer.Option(help="Adjoints from the output back, or tangents from an input on."),
]
Zoom = Annotated[
    Literal["primitive", "step", "named", "module"] | None,
    typer.Option(
        help="One row an operation, one a line as written by hand, one an assignment, "
        "or one a module (affine map, activation, loss).",
        show_default=False,
    ),
]
Folds = Annotated[
    list[str] | None,
    typer.Option(
        "--fold",
        metavar="NAMES",
        help='Show u with all that it alone uses as one: --fold u; these nodes: --fold "u u1"; '
        "open a fold: --fold=-u.",
    ),
]
Tree = Annotated[
    bool, typer.Option("--tree", help="Show every use of a node as a copy of its own.")
]
Of = Annotated[
    str | None,
    typer.Option("--of", metavar="NAME", help="Which output is differentiated (reverse mode)."),
]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="NAME[=SEED]",
        help="By which input (forward mode), or a direction: --by x=1 --by y=-1.",
    ),
]
Readings = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        metavar="KEY=OTHER",
        help="Switch a reading; the note under the table says its key.",
    ),
]
Digits = Annotated[
    int | None,
    typer.Option(
        "--digits",
        min=1,
        max=1000,
        help="Compute and show so many significant digits; else double precision, checked.",
        show_default=False,
    ),
]
Kink = Annotated[
    Literal["0", "1/2", "1", "undefined"] | None,
    typer.Option(
        "--kink",
        help="Slope used at kinks: of relu, |x| and max(0, x), else of the outer (0) and the "
        "other side (1).",
        show_default=False,
    ),
]
Notation = Annotated[
    str | None,
    typer.Option(
        "--notation",
        metavar="WORDS",
        help="partials (∂J/∂u), bars (ū, u̇) or upstream (upstream × local); v or xi; point or "
        "comma: --notation bars,xi.",
        show_default=False,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace a file of another class or of another kind.")
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write a file; - writes to the screen."),
]


_LIKE_A_FILE = re.compile(r"[\w./\\ -]*[\w-]\.(txt|tex|md|py|csv)", re.IGNORECASE)
"""What is meant as a file: no formula ends so."""


def source(argument: str) -> str:
    """Return the formula: the argument itself, a file's text, or what is piped in.

    Raises
    ------
    InputError
        If a file is too long, is no text or is not there.
    """
    if argument == "-":
        return _decoded(sys.stdin.buffer.read(MAX_BYTES + 1), "what was piped in")
    path = _file(argument)
    if path is None:
        if _LIKE_A_FILE.fullmatch(argument):
            raise InputError(
                f"There is no file `{excerpt(argument)}` here",
                given=argument,
                allowed="Give a formula, or a file that there is.",
            )
        return argument
    with path.open("rb") as file:
        return _decoded(file.read(MAX_BYTES + 1), f"the file {argument}")


def recipe_text(name: str) -> str:
    """Return the text of a recipe's file.

    Raises
    ------
    InputError
        If it is no text in UTF-8, or far longer than a recipe may be.
    """
    with Path(name).open("rb") as file:
        return _decoded(file.read(MAX_BYTES + 1), f"the file {name}", "A recipe is shorter.")


def _file(argument: str) -> Path | None:
    """Return the file of this name, if there is one; x is a formula even beside a file x."""
    if not any(c in argument for c in "./\\"):
        return None
    try:
        path = Path(argument)
        return path if path.is_file() else None
    except (OSError, ValueError):  # longer than a path may be, or with a zero character
        return None


def _decoded(
    content: bytes, what: str, allowed: str = "Formulas have up to 20,000 characters."
) -> str:
    if len(content) > MAX_BYTES:
        raise InputError(f"{what} has more than {MAX_BYTES:,} bytes", allowed=allowed)
    try:
        return content.decode("utf-8-sig").rstrip("\r\n").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{what} is no text in UTF-8: byte {error.start + 1} does not fit",
            allowed="Save it as UTF-8.",
        ) from error


_NEXT = re.compile(r"[\s;]\s*[^\s,;=()\[\]]+\s*=")


def split(entries: str) -> list[tuple[str, int]]:
    """Return "x=1,y=[1,2]" as entries with their offsets; commas in brackets do not part.

    A space or a semicolon parts as well where a name and an equals sign follow.
    """
    found: list[tuple[str, int]] = []
    depth = begin = 0
    for at, character in enumerate(entries):
        depth += (character in "([") - (character in ")]")
        parts = character == "," or (entries[begin:at].strip() and _NEXT.match(entries, at))
        if parts and depth <= 0:
            found.append((entries[begin:at], begin))
            begin = at + 1
    return [*found, (entries[begin:], begin)]


def pairs(given: Iterable[str], option: str, *, default: str = "") -> dict[str, str]:
    """Return NAME=VALUE entries as names and values.

    Parameters
    ----------
    default
        The value of a name that stands alone; empty where it must not.

    Raises
    ------
    PointError
        For an entry that is not NAME=VALUE, or a name that is given twice.
    """
    from chainrule.language import canonical, given_twice

    result: dict[str, str] = {}
    known: dict[str, str] = {}
    for text in given:
        for entry, begin in split(text):
            name, equals, value = (part.strip() for part in entry.partition("="))
            if not equals and default:
                value = default
            if not name or not value:
                comma = "A comma parts values; decimals have a point. " * name.isdecimal()
                raise PointError(
                    f"{option} needs a name, an equals sign and a value",
                    text=text,
                    position=begin,
                    length=max(1, len(entry)),
                    allowed=f"{comma}Write {option} x=1, or {option} x=1,y=2.5.",
                )
            key = canonical(name)
            if key in known:
                raise given_twice(known[key], name, text, begin, len(entry))
            known[key] = name
            result[name] = value
    return result


def switched(given: Sequence[str]) -> dict[str, str]:
    """Return KEY=OTHER entries as a mapping; a key may hold equals signs, the other may not."""
    result: dict[str, str] = {}
    for text in given:
        key, equals, other = text.rpartition("=")
        if not equals or not key.strip() or not other.strip():
            raise InputError(
                "--reading needs a key, an equals sign and the other reading",
                text=text,
                length=max(1, len(text)),
                allowed='Write it as the note says, for instance --reading "letters:xy=one name".',
            )
        result[key.strip()] = other.strip()
    return result


def parsed(
    formula: str,
    at: Sequence[str] | None,
    readings: Sequence[str] | None,
    kink: str | None = None,
) -> tuple[Graph, dict[str, str]]:
    """Return the graph of a formula, and the point by names.

    Raises
    ------
    InputError
        For whatever cannot be read.
    """
    from chainrule.facade import Graph

    point = pairs(at or (), "--at")
    text = source(formula.strip(" "))
    graph = Graph.parse(text, declared=point, readings=switched(readings or ()), kink=kink)
    return graph, point


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a run: all that `table`, `steps` and `draw` have in common."""

    formula: Formula
    at: At = None
    mode: Mode = "reverse"
    zoom: Zoom = None
    fold: Folds = None
    tree: Tree = False
    of: Of = None
    by: By = None
    reading: Readings = None
    kink: Kink = None
    notation: Notation = None

    def worked(self, digits: int | None = None) -> tuple[Graph, Worked]:
        """Return the graph of the formula and its run at the point.

        Raises
        ------
        InputError
            For whatever cannot be read.
        """
        direction = pairs(self.by or (), "--by", default="1")
        if self.mode == "reverse" and direction:
            raise InputError(
                "--by says where a tangent begins", allowed="Use it with --mode forward."
            )
        graph, point = parsed(self.formula, self.at, self.reading, self.kink)
        return graph, graph.work(
            at=point,
            mode=self.mode,
            zoom=self.zoom,
            output=self.of,
            direction=direction or None,
            digits=digits,
            folds=self.fold or (),
            as_tree=self.tree,
            notation=self.notation,
        )


def requested(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes the fields of a `Request` as its arguments and options.

    They come before those of its own, all by name, so that typer sees one signature.
    """
    names = [field.name for field in fields(Request)]

    @wraps(command)
    def run(**given: Any) -> None:
        command(Request(**{name: given.pop(name) for name in names}), **given)

    def listed(callable: Any) -> list[inspect.Parameter]:
        kinds = get_type_hints(callable, include_extras=True)
        return [
            x.replace(kind=x.KEYWORD_ONLY, annotation=kinds[x.name])
            for x in inspect.signature(callable).parameters.values()
        ]

    parameters = [*listed(Request), *listed(command)[1:]]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {x.name: x.annotation for x in parameters}
    return run

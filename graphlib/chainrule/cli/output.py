"""Where a command's result goes: the screen, or a file that is whole or not there at all.

A bar on the terminal says how far a long command is.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from chainrule.errors import InputError, excerpt, no_such

if TYPE_CHECKING:
    from rich.console import Console

    from chainrule.facade import Graph
    from chainrule.readings.document import Document
    from chainrule.readings.render import Renderer

NOTHING: Mapping[str, Any] = MappingProxyType({})


class _Suffixed(Protocol):
    @property
    def suffix(self) -> str: ...


Chosen = TypeVar("Chosen")
Writing = TypeVar("Writing", bound=_Suffixed)
MOST_LETTERS = 255
"""Bytes of a file's name that systems take."""


def renderer(format: str | None, output: str | None, as_json: bool) -> Renderer:
    """Return the renderer that was asked for, by name or by the file's suffix.

    Raises
    ------
    InputError
        For a format or suffix that there is not.
    """
    from chainrule.readings.render import RENDERERS

    if as_json:
        return RENDERERS["json"]
    if as_pdf(format, output):
        return RENDERERS["typst"]
    return known_format(RENDERERS, format, output, "text", "pdf")


def known_format(
    known: Mapping[str, Writing], format: str | None, output: str | None, usual: str, *more: str
) -> Writing:
    """Return the format that was asked for, by name or by the file's suffix.

    Parameters
    ----------
    usual
        Name of the one for the screen.
    more
        Further names that are allowed.

    Raises
    ------
    InputError
        For a format or suffix that there is not.
    """
    if format is not None:
        if format not in known:
            raise no_such("format", format, (*known, *more))
        return known[format]
    if output is None or output == "-":
        return known[usual]
    by_suffix = {one.suffix: one for one in known.values()}
    return of_suffix(by_suffix, output, *(f".{name}" for name in more))


def of_suffix(known: Mapping[str, Chosen], output: str, *more: str) -> Chosen:
    """Return what a file's ending asks for; an `InputError` says which endings there are."""
    suffix = Path(output).suffix
    if suffix.lower() not in known:
        raise InputError(
            "the file's ending says no format",
            text=output,
            position=len(output) - len(suffix),
            length=len(suffix),
            allowed=f"Use --format, or one of {', '.join((*known, *more))}.",
        )
    return known[suffix.lower()]


def as_pdf(format: str | None, output: str | None) -> bool:
    """Tell whether a PDF was asked for: a Typst document, typeset."""
    return format == "pdf" or (
        format is None and output is not None and Path(output).suffix.lower() == ".pdf"
    )


def terminal() -> Console | None:
    """Return the terminal that is written to, None where the output goes elsewhere."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else None


def write(content: bytes, output: str) -> None:
    """Write a file: all of it, or nothing; `-` writes to the screen."""
    if output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    letters = len(os.fsencode(path.name))
    if letters > MOST_LETTERS:
        raise InputError(
            f"The name of the file, `{excerpt(path.name)}`, has {letters:,} letters",
            allowed=f"A name has at most {MOST_LETTERS}.",
        )
    if not path.name or path.is_dir():
        raise InputError(
            f"`{excerpt(output)}` is not the name of a file", allowed="Name one, such as t.txt."
        )
    from chainrule.files import write_whole

    write_whole(path, content)


def keep_another(output: str | None, force: bool, same: Callable[[bytes], bool]) -> None:
    """Refuse to replace what stands there, unless it is of the same run.

    Sheets that were handed out, and marks, are lost for good; a picture is made again.

    Parameters
    ----------
    output
        The file to be written; None or `-` is the screen.
    force
        Whether it is replaced all the same.
    same
        Tells from what stands there whether it is of the same run.

    Raises
    ------
    InputError
        If a file of another run stands there.
    """
    if force or output in (None, "-") or not Path(str(output)).is_file():
        return
    if not same(Path(str(output)).read_bytes()):
        raise InputError(
            f"`{excerpt(str(output))}` is there already, and it is of another run",
            allowed="Name another file, or add --force to replace this one.",
        )


def deliver(text: str, output: str | None, *, pdf: bool = False) -> None:
    """Print text, or write it to a file; as a PDF, if it is a Typst document."""
    if pdf:
        from chainrule.typesetting import typeset

        write(typeset(text), output or "-")
    elif output is None or output == "-":
        print(text, end="")
    else:
        write(text.encode(), output)


def present(
    document: Document,
    graph: Graph,
    format: str | None,
    output: str | None,
    as_json: bool,
    further: Mapping[str, Any] = NOTHING,
    *,
    notes: bool = True,
) -> None:
    """Show a document as was asked for: on the terminal, as JSON, or in another format.

    Parameters
    ----------
    further
        What JSON has besides; the notes are in it anyhow.
    notes
        Whether the notes are told below.
    """
    from chainrule.readings.render.json import record, written
    from chainrule.readings.render.terminal import show

    chosen = renderer(format, output, as_json)
    on_screen = output is None or output == "-"
    console = terminal() if chosen.name == "text" and on_screen else None
    if chosen.name == "json":
        deliver(written({**record(document), **note_records(graph), **further}), output)
        return
    if console is not None:
        show(console, document)
    else:
        pdf = as_pdf(format, output)
        deliver(chosen.write(document, pdf or not on_screen), output, pdf=pdf)
    if notes:
        tell_notes(graph, on_screen=chosen.name == "text" and on_screen)


def note_records(graph: Graph) -> dict[str, Any]:
    """Return the readings that were made for the user, for JSON."""
    records = (asdict(note) for note in graph.notes)
    return {"notes": [one | one.pop("span")._asdict() for one in records]}


def note_lines(graph: Graph) -> Iterable[str]:
    """Yield each reading that was made for the user, and how to get the other."""
    from chainrule.readings.prose import printable

    for note in graph.notes:
        line = f"{note.found} is read as {note.reading}"
        if note.alternative:
            key = f"{note.key}={note.alternative}".replace("'", "'\\''")
            line += f"; for {note.alternative_reading}: --reading '{key}'"
        yield printable(line)


def tell_notes(graph: Graph, *, on_screen: bool) -> None:
    """Print the notes: under a table on the screen, else apart from the data."""
    for line in note_lines(graph):
        print(line, file=sys.stdout if on_screen else sys.stderr)


@contextlib.contextmanager
def progress(words: str) -> Iterator[Callable[..., None]]:
    """Give a function that is told how much of how much is done, and perhaps in other words."""
    if not sys.stderr.isatty():
        yield lambda _done, _whole, _words="": None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)

        def told(done: int, whole: int, now: str = words) -> None:
            bar.update(task, completed=done, total=whole, description=now)

        yield told

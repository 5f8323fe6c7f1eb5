"""A progress bar on the terminal, and nothing where nobody looks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


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

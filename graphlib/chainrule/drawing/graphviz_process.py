"""Graphviz in a worker process: DOT in, positions out.

Graphviz is the one that pygraphviz carries with it. It is told the size of every card and given no
text, so that layouts depend on no font.

The DOT must be our own: attributes such as ``image`` make Graphviz open files.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

from chainrule.errors import DrawingError
from chainrule.workers import WorkerCrash, WorkerFailure, Workers

# Of fonts, which are not asked for, a machine may have none, or descriptions that are not read.
_HARMLESS = re.compile(r"(?:\(process:\d+\): )?(?:Fontconfig|Pango)\b.*")

# Its wheel relies on some libraries of a desktop, which small systems do not have.
_LACKING = "\nOn Debian and Ubuntu: apt install libglib2.0-0 libxext6 libxrender1"

_WARM_UP = 'digraph warm_up { node [label=""]; n1 -> n2 }'


def layout(dot: str, timeout: float = 10.0) -> dict[str, Any]:
    """Lay out `dot` and return Graphviz's own account of it.

    The keys are those of Graphviz's ``json`` output: ``"bb"`` of the drawing; ``"objects"``, the
    clusters and nodes, with ``"pos"`` (centre), ``"width"`` and ``"height"``; ``"edges"`` with
    ``"pos"`` (spline) and ``"lp"`` (centre of the label). Positions are strings in points,
    1/72 inch, y upward; widths and heights are inches.

    Raises
    ------
    DrawingError
        If Graphviz has anything to complain about (a syntax error, an unknown shape or port).
    OutsideTimeout
        If it takes longer than `timeout` seconds; the next call finds a new worker.
    """
    try:
        drawn, complaint = _workers().call(
            _laid_out, dot, timeout=timeout, what="the layout by Graphviz"
        )
    except (WorkerFailure, WorkerCrash) as error:
        lacks = "cannot open shared object file" in str(error)
        raise DrawingError(f"{error}{_LACKING if lacks else ''}") from error
    if complaint:
        raise DrawingError(f"Graphviz refused the drawing: {complaint}")
    # Graphviz drops the last byte of a label with several backslashes.
    result: dict[str, Any] = json.loads(drawn.decode(errors="replace"))
    return result


_starting = threading.Lock()


def _workers() -> Workers:
    with _starting:
        return _pool()


@functools.cache
def _pool() -> Workers:
    return Workers(size=min(2, os.cpu_count() or 1), prepare=f"{__name__}:{_prepare.__name__}")


# What follows runs in the worker.


def _prepare() -> None:
    """Lay out once: what Graphviz needs is then loaded."""
    _laid_out(_WARM_UP)


def _laid_out(dot: str) -> tuple[bytes, str]:
    """Return the account in JSON and what Graphviz complained about, in one line."""
    import pygraphviz

    drawn = b""
    with _captured_stderr() as complaints:
        try:
            graph = pygraphviz.AGraph(string=dot)
            # pygraphviz itself warns of more than 1,000 nodes through sys.stderr.
            with contextlib.redirect_stderr(io.StringIO()):
                drawn = graph.draw(format="json", prog="dot")
            graph.close()
        except ValueError:
            # Graphviz's own words are in `complaints`, and say more.
            drawn = b""
    return drawn, _complaint(complaints.getvalue(), drawn)


def _complaint(stderr: bytes, drawn: bytes) -> str:
    """Return what Graphviz said, in one line; empty only if it drew without a word."""
    lines = (line.strip() for line in stderr.decode(errors="replace").splitlines())
    said = "; ".join(line for line in lines if line and not _HARMLESS.fullmatch(line))
    return said or ("" if drawn else "nothing was drawn, and it did not say why")


@contextlib.contextmanager
def _captured_stderr() -> Iterator[io.BytesIO]:
    """Collect what is written to the process's standard error, by C code too."""
    collected = io.BytesIO()
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield collected
        finally:
            os.dup2(before, 2)
            os.close(before)
            file.seek(0)
            collected.write(file.read())

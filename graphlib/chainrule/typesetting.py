"""Typst in a worker process: a document's source in, a PDF or a picture out.

Typst comes with the package ``typst``, its fonts with it (Libertinus, New Computer Modern, DejaVu
Sans Mono), and DejaVu Sans with this package; no other font is looked at, so the same source gives
the same bytes. The source must be our own, with text from a user as string literals only; files it
can read there are none.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from chainrule import workers
from chainrule.errors import OutsideError
from chainrule.workers import WorkerFailure

# DejaVu Sans has letters that Libertinus has not: Armenian, Georgian, Hebrew, Arabic.
_FONTS = str(Path(__file__).parent / "drawing" / "fonts")
_NO_LETTER = "could not be displayed"
PNG_DPI = 144.0
"""Dots to an inch of 72 points."""
SECONDS = 30.0
"""Seconds that a document may take; a page takes about 0.02."""


def typeset(source: str, *, format: str = "pdf", timeout: float = SECONDS) -> bytes:
    """Return a Typst document as a PDF that is tagged for screen readers (PDF/UA-1).

    Parameters
    ----------
    format
        ``"pdf"``, or ``"png"`` for its one page in dots.

    Raises
    ------
    OutsideError
        If Typst refuses the document.
    OutsideTimeout
        If it takes longer than `timeout` seconds.
    """
    try:
        made: bytes = workers.call(
            _compiled, source, format, timeout=timeout, what="the typesetting by Typst"
        )
    except WorkerFailure as error:
        raise OutsideError(f"Typst refused the document: {error.text}") from error
    return made


@lru_cache(maxsize=1)
def _compiler() -> Any:
    """Return the compiler of this worker, which reads the fonts once."""
    # Typst would use every core; how many are in use is for the caller of workers to say.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    import typst

    # The folder of the fonts is all that Typst sees of the disk.
    return typst.Compiler(root=_FONTS, ignore_system_fonts=True, font_paths=[_FONTS])


def _compiled(source: str, format: str) -> bytes:
    """Compile in the worker.

    The document is a string that is evaluated, whose parts then have no place in it: so Typst
    knows those again that stood in an earlier document, and need not set them once more.
    """
    from typst import TypstError

    literal = source.replace("\\", "\\\\").replace('"', '\\"')
    written = f'#eval("{literal}", mode: "markup")'.encode("utf-8", "replace")
    compile = _compiler().compile
    if format == "png":
        return bytes(compile(written, format="png", ppi=PNG_DPI))
    try:
        return bytes(compile(written, format="pdf", pdf_standards="ua-1", timestamp=0))
    except TypstError as error:
        if _NO_LETTER not in str(error):
            raise
        # A name in letters that none of the fonts has: a box stands for each, and the
        # document is no PDF/UA. That is better than no document.
        return bytes(compile(written, format="pdf", timestamp=0))

"""Typst in a worker process: a document's source in, a PDF or a picture out.

Typst comes with the package ``typst``, its fonts with it (Libertinus, New Computer Modern, DejaVu
Sans Mono), and DejaVu Sans with this package; no other font is looked at, so the same source gives
the same bytes. The source must be our own, with text from a user as string literals only; files it
can read there are none.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

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


def _compiled(source: str, format: str) -> bytes:
    """Compile in the worker, with an empty folder as all that Typst sees of the disk."""
    # Typst would use every core; how many are in use is for the caller of workers to say.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    import typst

    with tempfile.TemporaryDirectory(prefix="chainrule-typst-") as folder:
        compiler = typst.Compiler(root=folder, ignore_system_fonts=True, font_paths=[_FONTS])
        written = source.encode("utf-8", "replace")
        if format == "png":
            dots = compiler.compile(written, format="png", ppi=PNG_DPI)
            assert isinstance(dots, bytes)
            return dots
        try:
            made = compiler.compile(written, format="pdf", pdf_standards="ua-1", timestamp=0)
        except typst.TypstError as error:
            if _NO_LETTER not in str(error):
                raise
            # A name in letters that none of the fonts has: a box stands for each, and the
            # document is no PDF/UA. That is better than no document.
            made = compiler.compile(written, format="pdf", timestamp=0)
        assert isinstance(made, bytes)
        return made

"""Files that are written whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to: all of it stands there afterwards, or what stood there before.

    It lies beside the one to be until it is done, and has the rights that a new file has.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".chainrule-")
    except OSError as error:  # which names the passing file, not the one that was asked for
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write a file: all of it, or nothing."""
    with whole(path) as file:
        file.write(content)

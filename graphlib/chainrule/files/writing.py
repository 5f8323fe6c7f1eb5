"""Files of ours have safe names, and are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

MAX_NAME = 100
MAX_NAME_BYTES = 200
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])", re.IGNORECASE)


def safe_name(name: str, otherwise: str = "chainrule") -> str:
    """Return a name under which a file may be kept or sent, whatever was typed.

    Letters, digits, `.`, `_` and `-` of any script stay, everything else becomes `_`. The name
    is no path, does not begin with `.` or `-`, does not end with `.`, is none that Windows
    keeps for itself, and has at most 100 characters and 200 bytes.

    >>> safe_name("../../Übung 3.pdf"), safe_name("con.txt"), safe_name("..")
    ('Übung_3.pdf', '_con.txt', 'chainrule')

    Parameters
    ----------
    otherwise
        The name where nothing of what was typed can stay.
    """
    plain = unicodedata.normalize("NFKC", name[: 4 * MAX_NAME])
    kept = "".join(c if c in "._-" or unicodedata.category(c)[0] in "LN" else "_" for c in plain)
    kept = re.sub(r"\.{2,}", ".", re.sub(r"_{2,}", "_", kept)).strip("._-")
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, dot, suffix = kept, "", ""
    ending = dot + suffix
    room = MAX_NAME_BYTES - len(ending.encode())
    short = stem[: MAX_NAME - len(ending)].encode()[:room].decode(errors="ignore").rstrip("._-")
    if not short:
        return otherwise
    reserved = _RESERVED.fullmatch(short.partition(".")[0])
    return f"{'_' if reserved else ''}{short}{ending}"


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


def toml(value: Any) -> str:
    """Return text, a whole number, true or false, a list or a mapping as TOML, on one line."""
    match value:
        case str():
            return _quoted(value)
        case int():
            return str(value).lower()
        case Mapping():
            pairs = (f"{_quoted(name)} = {toml(one)}" for name, one in value.items())
            return f"{{{', '.join(pairs)}}}"
        case _:
            return f"[{', '.join(map(toml, value))}]"


def _quoted(text: str) -> str:
    """Return a TOML string: every character that could mean something is escaped."""
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable() or char == " ":
        return char
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"

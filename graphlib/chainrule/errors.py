"""Every error that chainrule raises on purpose.

ChainruleError
├── InputError                what somebody typed, sent or uploaded cannot be used
│   ├── ParseError            a formula or program that cannot be read
│   ├── LimitError            input beyond a limit of the table of limits
│   ├── PointError            a value that is missing, unknown or not a number
│   ├── LinkError             a share link that cannot be decoded
│   ├── FileError             an uploaded file; has row and column
│   └── TrainingError         a run that diverged; has step and layer
├── GraphError                a graph that was put together wrongly by a program
│   └── ShapeError            shapes that do not fit; names both
├── RuleError                 an operation's record that contradicts itself
└── OutsideError              something outside Python did not answer as it should
    ├── OutsideTimeout        it took longer than it was allowed to
    └── DrawingError          Graphviz refused or is missing

Each says what was found, where, and what is allowed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

EXCERPT_WIDTH = 40


class ChainruleError(Exception):
    """The family: catch this one to catch them all."""


def excerpt(text: str, width: int = EXCERPT_WIDTH) -> str:
    """Return `text` fit for a message: printable, at most `width` characters."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return printable if len(printable) <= width else printable[: width - 1] + "…"


class InputError(ChainruleError):
    """Input that cannot be used: says what was found, where, and what is allowed.

    Parameters
    ----------
    message
        One sentence that says what was found.
    text
        The whole input, from which the caret line is cut.
    position
        Offset of the fault in `text`, counted in characters from 0.
    length
        How many characters the caret underlines, at least 1.
    allowed
        What would be accepted in this place, as a sentence; may be empty.
    suggestion
        A corrected input that can be offered for one click; may be empty.
    given
        A value that is at fault as a whole; it stands for the text with all of it underlined.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str = "",
        position: int = 0,
        length: int = 1,
        allowed: str = "",
        suggestion: str = "",
        given: object = None,
    ) -> None:
        if given is not None:
            text, length = str(given), len(str(given))
        self.message = message
        self.text = text
        self.position = position
        self.length = max(1, length)
        self.allowed = allowed
        self.suggestion = suggestion
        super().__init__(message)

    @property
    def found(self) -> str:
        """The offending piece of the input, at most 40 characters."""
        return excerpt(self.text[self.position : self.position + self.length])

    @property
    def line(self) -> int:
        """Line of the fault, counted from 1."""
        return self.text.count("\n", 0, self.position) + 1

    @property
    def column(self) -> int:
        """Column of the fault, counted from 1."""
        return self.position - (self.text.rfind("\n", 0, self.position) + 1) + 1

    def caret(self) -> str:
        """Return the faulty line, cut to 72 characters, with carets below the fault."""
        begin = self.text.rfind("\n", 0, self.position) + 1
        end = self.text.find("\n", self.position)
        line = self.text[begin : end if end >= 0 else len(self.text)]
        offset = self.position - begin
        first = max(0, offset - 48)
        window = line[first : first + 72]
        lead = "…" if first else ""
        shown = "".join(c if c.isprintable() else " " for c in lead + window)
        width = max(1, min(self.length, len(window) - (offset - first)))
        return f"{shown}\n{' ' * (offset - first + len(lead))}{'^' * width}"

    def __str__(self) -> str:
        """Return the sentence, the place with its caret, and what is allowed."""
        parts = [f"{self.message} (line {self.line}, column {self.column})"]
        if self.text:
            parts.append(self.caret())
        if self.allowed:
            parts.append(self.allowed)
        return "\n".join(parts)


def no_such(
    what: str,
    name: str,
    known: Iterable[str],
    *,
    allowed: str = "",
    spellings: Mapping[str, str] | None = None,
) -> InputError:
    """Return the refusal of a name that none of a kind of thing has, with the nearest and all.

    Parameters
    ----------
    allowed
        What is said in place of all names.
    spellings
        From what else may be written, in lower case, to the names.
    """
    names = list(known)
    here = {each.lower(): each for each in reversed(names)} | dict(spellings or {})
    near = [here[key] for key in get_close_matches(excerpt(name.lower()), here, 2, 0.7)]
    meant = f"; did you mean {' or '.join(f'`{name}`' for name in dict.fromkeys(near))}?"
    return InputError(
        f"There is no {what} `{excerpt(name)}`" + meant * bool(near),
        given=name,
        allowed=allowed or f"There are {', '.join(names)}.",
        suggestion=near[0] if near else "",
    )


class ParseError(InputError):
    """A formula or program that cannot be read."""


class LimitError(InputError):
    """Input beyond a limit; `position` is the place where the limit was passed."""


class PointError(InputError):
    """A value that is missing, unknown or not a number."""


class LinkError(InputError):
    """A share link that cannot be decoded; `position` is the offset in the link."""


class FileError(InputError):
    """An uploaded file that cannot be used.

    Parameters
    ----------
    row, column_number
        Place of the faulty cell, both counted from 1; 0 where a whole row is meant.
    text, position, length
        The decoded text, and where the cell stands in it.
    """

    def __init__(
        self,
        message: str,
        *,
        row: int,
        column_number: int = 0,
        text: str = "",
        position: int = 0,
        length: int = 1,
        allowed: str = "",
    ) -> None:
        self.row = row
        self.column_number = column_number
        super().__init__(message, text=text, position=position, length=length, allowed=allowed)

    @property
    def column(self) -> int:
        """Column of the faulty cell, counted from 1."""
        return self.column_number

    def __str__(self) -> str:
        """Return the sentence with row and column."""
        place = f"row {self.row}" + (f", column {self.column_number}" if self.column_number else "")
        return f"{self.message} ({place})" + (f"\n{self.allowed}" if self.allowed else "")


class TrainingError(InputError):
    """A run of training that does not go on: a loss or gradient is not finite.

    Parameters
    ----------
    step, layer
        Where it happened; the step counts from 1.
    """

    def __init__(self, message: str, *, step: int, layer: str, allowed: str = "") -> None:
        self.step = step
        self.layer = layer
        super().__init__(message, allowed=allowed)

    def __str__(self) -> str:
        """Return the sentence and what may help."""
        return f"{self.message}\n{self.allowed}"


def require_mapping(point: object) -> None:
    """Refuse a point that gives no values by name.

    Raises
    ------
    TypeError
        If it is no mapping.
    """
    if not isinstance(point, Mapping):
        raise TypeError(f"a point gives values by name, such as {{'x': 1}}; it is not {point!r}")


class GraphError(ChainruleError):
    """A graph that a program put together wrongly."""


class ShapeError(GraphError):
    """Shapes that do not fit together; the message names both."""


class RuleError(ChainruleError):
    """An operation's record that contradicts itself."""


class OutsideError(ChainruleError):
    """Something outside Python did not answer as it should."""


class OutsideTimeout(OutsideError):
    """A worker took longer than it was allowed to and was stopped."""


class DrawingError(OutsideError):
    """Graphviz refused a drawing or is missing."""


def needed(module: str, extra: str) -> Any:
    """Return a library that only some installations have.

    Parameters
    ----------
    module
        Its name for `import`.
    extra
        The extra of this package that installs it.

    Raises
    ------
    OutsideError
        If it is not installed, with the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise OutsideError(
            f"This needs {error.name}, which is not installed; "
            f"install it with: pip install 'chainrule[{extra}]'"
        ) from error

"""What reading a text gives: a flat list of items, assignments, and notes.

Items stand in postfix order, operands always before their users, so that everything that
follows is a plain loop, however deep the formula is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple


class Span(NamedTuple):
    """A piece of the text: the characters from `start` up to, not including, `stop`."""

    start: int
    stop: int


class Item(NamedTuple):
    """One number, name, constant or operation of a formula.

    `what` is the operation's name, the canonical name of a variable, or "e" or "pi";
    `operands` are indices of earlier items; `text` is a number or name as it was typed.
    """

    kind: str
    what: str
    operands: tuple[int, ...]
    number: Fraction | None
    text: str
    span: Span
    parameters: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A reading that was made for the user, and how to get the other one.

    `found` is read as `reading`; passing `readings={key: alternative}` gives
    `alternative_reading` instead. `alternative` is empty where there is no other reading.
    """

    span: Span
    found: str
    reading: str
    key: str
    alternative: str = ""
    alternative_reading: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One statement: a name and the item that holds its formula.

    `name` is canonical and empty for a formula without a name; `span` is the place of the
    name, `body` that of the formula, `line` counts from 1.
    """

    name: str
    spelling: str
    span: Span
    root: int
    body: Span
    line: int


@dataclass(frozen=True, slots=True)
class Program:
    """A text that was read.

    Parameters
    ----------
    text
        What was typed.
    items
        All items; those of one assignment stand together, the last being its root.
    assignments
        In the order written.
    outputs
        Names nobody uses, the main output first; "" is a formula without a name.
    order
        Indices of assignments, each after those it uses: depth first from the outputs,
        operands from left to right.
    inputs
        Free names in the order of first appearance.
    notes
        In the order of the text.
    spellings
        From a canonical name to the way it was first typed.
    shapes
        Declared shapes by canonical name, as in `W1: 4x2`.
    """

    text: str
    items: tuple[Item, ...]
    assignments: tuple[Assignment, ...]
    outputs: tuple[str, ...]
    order: tuple[int, ...]
    inputs: tuple[str, ...]
    notes: tuple[Note, ...]
    spellings: dict[str, str]
    shapes: dict[str, tuple[int, ...]]

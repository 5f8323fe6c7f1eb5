"""Statements: where the tokens of one end, its name or the function it defines, shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import Token
from chainrule.language.limits import LIMITS, beyond
from chainrule.language.names import canonical

_ONE_NAME = "An assignment has one name on its left, like t = x^2."


@dataclass(frozen=True, slots=True)
class Statement:
    """The tokens of one statement.

    `name` is None for a formula without a name; `parameters` are those of a function that
    is defined, None for everything else.
    """

    name: Token | None
    body: list[Token]
    line: int
    parameters: tuple[Token, ...] | None = None


def split_statements(
    text: str, found: Sequence[Token]
) -> tuple[list[Statement], dict[str, tuple[int, ...]]]:
    """Return the statements that hold formulas, and the declared shapes.

    Raises
    ------
    ParseError
        If a left side is no name, a body is missing, or a shape cannot be read.
    """
    statements: list[Statement] = []
    shapes: dict[str, tuple[int, ...]] = {}
    line, start, last = 1, 0, 0
    for at in range(len(found) + 1):
        if at < len(found) and found[at].kind != ";":
            continue
        part = list(found[start:at])
        start = at + 1
        if part:
            line += text.count("\n", last, part[0].start)
            last = part[0].start
            if len(part) > 1 and part[0].kind == "word" and part[1].kind == ":":
                _declare(text, part, shapes)
            else:
                statements.append(_statement(text, part, line))
    if not statements:
        raise ParseError(
            "There is no formula here",
            text=text,
            position=0,
            allowed="Type a formula, like cos(sin(x^2) + 3x^2).",
        )
    for at, statement in enumerate(statements):
        if statement.name is None and 0 < at < len(statements) - 1:
            raise _nameless(text, statement)
    if len(statements) > 1 and statements[0].name is None and statements[-1].name is None:
        raise _nameless(text, statements[-1])
    return statements, shapes


def _statement(text: str, part: list[Token], line: int) -> Statement:
    equals = next((at for at, token in enumerate(part) if token.kind == "="), None)
    if equals is None or _opens(part[:equals]) > 0:
        return Statement(None, part, line)
    name, body = part[0], part[equals + 1 :]
    parameters = None
    if equals != 1 or name.kind != "word":
        parameters = _parameters(text, part[:equals], part[equals])
    if not body:
        raise ParseError(
            "Nothing stands behind =",
            text=text,
            position=part[equals].start,
            allowed="A formula stands on the right of an assignment.",
        )
    return Statement(name, body, line, parameters)


def _opens(part: Iterable[Token]) -> int:
    """Return how many brackets are open behind `part`."""
    return sum((token.kind == "(") - (token.kind == ")") for token in part)


def _parameters(text: str, left: Sequence[Token], equals: Token) -> tuple[Token, ...]:
    """Return the parameters of the function on the left side, as in `f(x, y) = x^2 + y`."""
    if not left:
        raise ParseError(
            "No name stands before =", text=text, position=equals.start, allowed=_ONE_NAME
        )
    start, stop = left[0].start, left[-1].stop
    brackets = len(left) > 2 and (left[1].kind, left[-1].kind) == ("(", ")")
    if left[0].kind != "word" or not brackets:
        message = "The left side of = is not one name"
        raise ParseError(message, text=text, position=start, length=stop - start, allowed=_ONE_NAME)
    inside = left[2:-1]
    names, commas = inside[::2], inside[1::2]
    if not (
        len(inside) % 2
        and all(token.kind == "word" for token in names)
        and all(token.kind == "," for token in commas)
    ):
        raise ParseError(
            f"`{excerpt(text[start:stop])}` cannot be defined",
            text=text,
            position=start,
            length=stop - start,
            allowed="A function is defined with names in its brackets, like f(x, y) = x^2 + y.",
        )
    seen: set[str] = set()
    for token in names:
        if canonical(token.text) in seen:
            raise ParseError(
                f"`{excerpt(token.text)}` stands twice in these brackets",
                text=text,
                position=token.start,
                length=token.stop - token.start,
                allowed="The parameters of a function have different names.",
            )
        seen.add(canonical(token.text))
    return tuple(names)


def _nameless(text: str, statement: Statement) -> ParseError:
    start, stop = statement.body[0].start, statement.body[-1].stop
    return ParseError(
        "This formula has no name",
        text=text,
        position=start,
        length=stop - start,
        allowed="Of several statements only the first or the last may lack a name.",
    )


def _declare(text: str, part: Sequence[Token], shapes: dict[str, tuple[int, ...]]) -> None:
    """Take a declared shape: `x: 2` or `W1: 4x2`, also `4×2` and `4 x 2`."""
    name, colon = part[0], part[1]
    start, stop = colon.stop, part[-1].stop
    written = text[start:stop] if colon.text == ":" else colon.text
    sizes = written.replace("×", "x").replace("*", "x").replace("\\times", "x").split("x")
    place = part[2].start if len(part) > 2 else colon.start
    spelled = [size.strip() for size in sizes]
    short = stop - start <= LIMITS.name
    if not (short and len(spelled) <= 4 and all(s.isascii() and s.isdecimal() for s in spelled)):
        raise ParseError(
            f"The shape of `{excerpt(name.text)}` cannot be read",
            text=text,
            position=place,
            allowed="A vector has one size, like x: 2, a matrix two, like W: 4x2, an image with "
            "channels three, like x: 3x8x8.",
        )
    shape = tuple(int(size) for size in spelled)
    entries = 1
    for size in shape:
        entries *= size
    if not entries:
        raise ParseError(
            "A size of 0 leaves no entries",
            text=text,
            position=place,
            allowed="Every size is at least 1.",
        )
    if entries > LIMITS.entries:
        what = "entries in a vector or matrix"
        raise beyond(what, LIMITS.entries, text=text, position=place)
    canonical_name = canonical(name.text)
    if canonical_name in shapes:
        raise ParseError(
            f"The shape of `{excerpt(name.text)}` is declared twice",
            text=text,
            position=name.start,
            length=len(name.text),
            allowed="Declare each shape once.",
        )
    shapes[canonical_name] = shape


def check_new(
    text: str,
    statement: Statement,
    first_lines: dict[str, Statement],
    shapes: Mapping[str, tuple[int, ...]],
) -> None:
    """Take the name of a statement, which must be new.

    Raises
    ------
    ParseError
        If the name was given before; names both lines.
    """
    assert statement.name is not None
    name = canonical(statement.name.text)
    shown = excerpt(statement.name.text)
    message = ""
    if name in first_lines:
        earlier = first_lines[name].line
        where = f"lines {earlier} and {statement.line}"
        message = f"`{shown}` is given twice, in " + (
            f"line {earlier}" if earlier == statement.line else where
        )
    elif name in shapes:
        message = f"`{shown}` has a declared shape and a formula (line {statement.line})"
    if message:
        raise ParseError(
            message,
            text=text,
            position=statement.name.start,
            length=len(statement.name.text),
            allowed="Each name is given once; shapes are declared for inputs only.",
        )
    first_lines[name] = statement

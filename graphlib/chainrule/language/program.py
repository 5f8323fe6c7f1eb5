"""Statements: from the text of a formula or program to its assignments in working order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import Token, clean, tokens
from chainrule.language.limits import LIMITS, beyond, check_length
from chainrule.language.names import canonical
from chainrule.language.notes import Notes
from chainrule.language.parser import Parser
from chainrule.language.reading import Reading, function_names
from chainrule.language.syntax import Assignment, Item, Program, Span
from chainrule.ops import OPS
from chainrule.ops.record import Op

FUNCTIONS = function_names(OPS.spelled)
_ONE_NAME = "An assignment has one name on its left, like t = x^2."


@dataclass(frozen=True, slots=True)
class Statement:
    """The tokens of one statement: `name` is None for a formula without a name."""

    name: Token | None
    body: list[Token]
    line: int


def read(
    text: str,
    *,
    declared: Iterable[str] = (),
    readings: Mapping[str, str] | None = None,
    operations: Mapping[str, Op] | None = None,
) -> Program:
    """Read a formula, or a program of assignments.

    Parameters
    ----------
    text
        A formula, or statements separated by new lines or `;`, in any order.
    declared
        Names that are variables whatever else they could mean.
    readings
        Choices by the key of a note; see `Note`.
    operations
        Functions by the names under which they are typed; the registered ones by default.

    Raises
    ------
    ParseError
        If the text cannot be read; says what was found, where, and what is allowed.
    LimitError
        If the text is beyond the table of limits; says where the limit was passed.

    Examples
    --------
    >>> program = read("J = cos(u); u = x^2")
    >>> program.inputs, program.outputs, program.order
    (('x',), ('J',), (1, 0))
    """
    check_length(text)
    notes = Notes(text, readings or {})
    statements, shapes = _statements(text, tokens(text, clean(text, notes)))
    known = {canonical(name) for name in declared} | shapes.keys()
    first_lines: dict[str, Statement] = {}
    for statement in statements:
        if statement.name is not None:
            _check_new(text, statement, first_lines, shapes)
    known |= first_lines.keys()
    functions = FUNCTIONS if operations is None else function_names(operations)
    reading = Reading(text, frozenset(known), functions, notes)
    bodies = [reading.words(statement.body) for statement in statements]
    reading.check_calls()
    parser = Parser(text, functions, notes)
    assignments = tuple(
        _assignment(statement, parser.parse(body))
        for statement, body in zip(statements, bodies, strict=True)
    )
    items = tuple(parser.writer.items)
    uses = _uses(items, assignments)
    outputs = _outputs(assignments, uses)
    return Program(
        text=text,
        items=items,
        assignments=assignments,
        outputs=outputs,
        order=_order(text, assignments, uses, outputs),
        inputs=_inputs(items, first_lines),
        notes=notes.all(),
        spellings=_spellings(text, items, assignments),
        shapes=shapes,
    )


def _statements(
    text: str, found: Sequence[Token]
) -> tuple[list[Statement], dict[str, tuple[int, ...]]]:
    """Return the statements that hold formulas, and the declared shapes."""
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
    if equals != 1 or name.kind != "word":
        raise _left_side(text, part[:equals], part[equals])
    if not body:
        raise ParseError(
            "Nothing stands behind =",
            text=text,
            position=part[equals].start,
            allowed="A formula stands on the right of an assignment.",
        )
    return Statement(name, body, line)


def _opens(part: Iterable[Token]) -> int:
    """Return how many brackets are open behind `part`."""
    return sum((token.kind == "(") - (token.kind == ")") for token in part)


def _left_side(text: str, left: Sequence[Token], equals: Token) -> ParseError:
    if not left:
        return ParseError(
            "No name stands before =", text=text, position=equals.start, allowed=_ONE_NAME
        )
    call = len(left) > 3 and left[0].kind == "word" and left[1].kind == "("
    message = "The left side of = is not one name"
    allowed = _ONE_NAME
    if call and left[-1].kind == ")":
        message = f"`{excerpt(text[left[0].start : left[-1].stop])}` cannot be defined"
        allowed = "Functions are not defined here: write the formula in its place. " + _ONE_NAME
    start, stop = left[0].start, left[-1].stop
    return ParseError(message, text=text, position=start, length=stop - start, allowed=allowed)


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
    sizes = text[start:stop].replace("×", "x").replace("*", "x").split("x")
    spelled = [size.strip() for size in sizes]
    short = stop - start <= LIMITS.name
    if not (short and len(spelled) <= 2 and all(s.isascii() and s.isdecimal() for s in spelled)):
        raise ParseError(
            f"The shape of `{excerpt(name.text)}` cannot be read",
            text=text,
            position=min(part[2].start if len(part) > 2 else colon.start, len(text)),
            allowed="A vector has one size, like x: 2, a matrix two, like W: 4x2.",
        )
    shape = tuple(int(size) for size in spelled)
    entries = 1
    for size in shape:
        entries *= size
    if not entries:
        raise ParseError(
            "A size of 0 leaves no entries",
            text=text,
            position=part[2].start,
            allowed="Every size is at least 1.",
        )
    if entries > LIMITS.entries:
        what = "entries in a vector or matrix"
        raise beyond(what, LIMITS.entries, text=text, position=part[2].start)
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


def _check_new(
    text: str,
    statement: Statement,
    first_lines: dict[str, Statement],
    shapes: Mapping[str, tuple[int, ...]],
) -> None:
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


def _assignment(statement: Statement, root: int) -> Assignment:
    start, stop = statement.body[0].start, statement.body[-1].stop
    name = statement.name
    if name is None:
        return Assignment("", "", Span(start, start), root, Span(start, stop), statement.line)
    place = Span(name.start, name.stop)
    spelled = canonical(name.text)
    return Assignment(spelled, name.text, place, root, Span(start, stop), statement.line)


def _uses(items: Sequence[Item], assignments: Sequence[Assignment]) -> list[list[int]]:
    """Return for each assignment those it uses, from left to right."""
    numbers = {assignment.name: at for at, assignment in enumerate(assignments) if assignment.name}
    uses: list[list[int]] = []
    first = 0
    for assignment in assignments:
        members = items[first : assignment.root + 1]
        first = assignment.root + 1
        named = (item.what for item in members if item.kind == "name")
        uses.append(list(dict.fromkeys(numbers[name] for name in named if name in numbers)))
    return uses


def _outputs(assignments: Sequence[Assignment], uses: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Return the names nobody uses: a formula without a name first, or the last one."""
    used = {at for numbers in uses for at in numbers}
    unused = [a.name for at, a in enumerate(assignments) if at not in used]
    if not unused:
        return ()
    main = "" if "" in unused else unused[-1]
    return (main, *(name for name in unused if name != main))


def _order(
    text: str,
    assignments: Sequence[Assignment],
    uses: Sequence[Sequence[int]],
    outputs: Sequence[str],
) -> tuple[int, ...]:
    """Return the assignments so that each comes after those it uses.

    Raises
    ------
    ParseError
        If assignments use each other in a circle; names them with their lines.
    """
    numbers = {assignment.name: at for at, assignment in enumerate(assignments)}
    order: list[int] = []
    done: set[int] = set()
    # Behind the outputs only circles are left, which no output uses.
    for begin in [*(numbers[name] for name in outputs), *range(len(assignments))]:
        if begin in done:
            continue
        path, waiting = [begin], [iter(uses[begin])]
        on_path = {begin}
        while path:
            following = next((at for at in waiting[-1] if at not in done), None)
            if following is None:
                waiting.pop()
                finished = path.pop()
                on_path.remove(finished)
                done.add(finished)
                order.append(finished)
            elif following in on_path:
                raise _circle(text, [assignments[at] for at in path[path.index(following) :]])
            else:
                path.append(following)
                on_path.add(following)
                waiting.append(iter(uses[following]))
    return tuple(order)


def _circle(text: str, circle: Sequence[Assignment]) -> ParseError:
    shown = [f"{excerpt(a.spelling, 12)} (line {a.line})" for a in circle[:4]]
    middle = [*shown, "…"] if len(circle) > 4 else shown
    first = circle[0]
    if len(circle) == 1:
        message = f"`{excerpt(first.spelling)}` in line {first.line} is defined by itself"
    else:
        message = f"A circle of names: {' uses '.join([*middle, excerpt(first.spelling, 12)])}"
    return ParseError(
        message,
        text=text,
        position=first.span.start,
        length=first.span.stop - first.span.start,
        allowed="Each name is given by inputs and by other names that do not use it.",
    )


def _inputs(items: Sequence[Item], assigned: Iterable[str]) -> tuple[str, ...]:
    names = [item for item in items if item.kind == "name"]
    names.sort(key=lambda item: item.span.start)
    given = set(assigned)
    return tuple(dict.fromkeys(item.what for item in names if item.what not in given))


def _spellings(
    text: str, items: Sequence[Item], assignments: Sequence[Assignment]
) -> dict[str, str]:
    """Return how each name was typed first."""
    typed = [(item.span.start, item.what, item.text) for item in items if item.kind == "name"]
    typed += [(a.span.start, a.name, a.spelling) for a in assignments if a.name]
    spellings: dict[str, str] = {}
    for _, name, spelling in sorted(typed):
        spellings.setdefault(name, spelling)
    return spellings

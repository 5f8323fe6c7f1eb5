"""Statements: from the text of a formula or program to its assignments in working order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

from chainrule.errors import ParseError, excerpt
from chainrule.language.expansion import Definition, Expansion, calls, stand_in
from chainrule.language.latex import latex_tokens
from chainrule.language.lexer import Token, clean, tokens
from chainrule.language.limits import check_length
from chainrule.language.names import canonical
from chainrule.language.notes import Notes
from chainrule.language.parser import Parser
from chainrule.language.reading import Reading, function_names
from chainrule.language.statements import Statement, check_new, split_statements
from chainrule.language.sums import Sum, take_sums
from chainrule.language.syntax import Assignment, Item, Program, Span
from chainrule.ops import OPS
from chainrule.ops.record import Op

FUNCTIONS = function_names(OPS.spelled)
Source = Literal["text", "latex"]
SOURCES: tuple[Source, ...] = get_args(Source)


def read(
    text: str,
    *,
    declared: Iterable[str] = (),
    readings: Mapping[str, str] | None = None,
    operations: Mapping[str, Op] | None = None,
    mode: Source = "text",
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
    mode
        "text" or "latex": the notation of the text. The grammar is the same.

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
    functions: Mapping[str, Op] = FUNCTIONS
    if operations is not None:
        functions = function_names(operations)
    known = {canonical(name) for name in declared}
    plain = clean(text, notes)
    if mode == "latex":
        found = latex_tokens(text, plain, functions, known, notes)
    else:
        found = tokens(text, plain)
    statements, shapes = split_statements(text, found)
    known |= shapes.keys()
    first_lines: dict[str, Statement] = {}
    for statement in statements:
        if statement.name is not None:
            check_new(text, statement, first_lines, shapes)
    defined = {name: s.parameters for name, s in first_lines.items() if s.parameters is not None}
    known |= first_lines.keys()
    if defined:
        functions = {
            **functions,
            **{f"{f}()": stand_in(f"{f}()", len(defined[f])) for f in defined},
        }
    variables = frozenset(known - defined.keys())
    reading = Reading(text, variables, functions, notes, defined, shaped=bool(shapes))
    sums: dict[str, Sum] = {}
    bodies = []
    for statement in statements:
        body = take_sums(text, statement.body, known, sums)
        local = frozenset(canonical(token.text) for token in statement.parameters or ())
        bodies.append(reading.words(body, local))
    reading.check_calls()
    if sums:
        functions = {**functions, **{key: stand_in(key, 1) for key in sums}}
    parser = Parser(text, functions, notes)
    roots = [parser.parse(body) for body in bodies]
    read_items: Sequence[Item] = parser.writer.items
    assignments = [_assignment(s, root) for s, root in zip(statements, roots, strict=True)]
    if defined or sums:
        read_items, assignments = _written_out(
            text, read_items, assignments, defined, sums, known, notes
        )
    items = tuple(read_items)
    uses = _uses(items, assignments)
    outputs = _outputs(assignments, uses)
    return Program(
        text=text,
        items=items,
        assignments=tuple(assignments),
        outputs=outputs,
        order=_order(text, assignments, uses, outputs),
        inputs=_inputs(items, {assignment.name for assignment in assignments}),
        notes=notes.all(),
        spellings=_spellings(text, items, assignments),
        shapes=shapes,
    )


def _written_out(
    text: str,
    items: Sequence[Item],
    statements: Sequence[Assignment],
    defined: Mapping[str, tuple[Token, ...]],
    sums: Mapping[str, Sum],
    known: Collection[str],
    notes: Notes,
) -> tuple[Sequence[Item], list[Assignment]]:
    """Return the items with sums and functions written out, and what remains assigned."""
    firsts = [0, *(s.root + 1 for s in statements)]
    called = [calls(items, first, s.root) for first, s in zip(firsts, statements, strict=False)]
    functions = [at for at, s in enumerate(statements) if s.name in defined]
    numbers = {statements[at].name: place for place, at in enumerate(functions)}
    _order(
        text,
        [statements[at] for at in functions],
        [[numbers[name] for name in called[at]] for at in functions],
        (),
    )
    kept = _outright(items, statements, called, defined)
    for at in kept & set(functions):
        span, body = statements[at].span, statements[at].body
        key = f"definition:{statements[at].name}"
        notes.tell(key, span.start, body.stop, f"the formula {statements[at].name}")
    definitions = {
        s.name: Definition(tuple(canonical(token.text) for token in defined[s.name]), s.root)
        for s in statements
        if s.name in defined
    }
    expansion = Expansion(text, items, definitions, sums, known)
    assignments = [
        replace(s, root=expansion.copy(s.root)) for at, s in enumerate(statements) if at in kept
    ]
    return expansion.items, assignments


def _outright(
    items: Sequence[Item],
    statements: Sequence[Assignment],
    called: Sequence[Sequence[str]],
    defined: Mapping[str, object],
) -> set[int]:
    """Return the statements that are assigned, and not only called.

    A function that is defined and never called is what was meant to be computed, unless
    there is something else to compute: `J(a) = a^2; a = 3x` or `f(x) = x^2` alone.
    """
    plain = {at for at, s in enumerate(statements) if s.name not in defined}
    used = {at for numbers in _uses(items, statements) for at in numbers}
    if plain - used:
        return plain
    names = {name for functions in called for name in functions}
    return plain | {at for at, s in enumerate(statements) if s.name in defined.keys() - names}


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

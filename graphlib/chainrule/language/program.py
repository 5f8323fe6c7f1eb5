"""Statements: from the text of a formula or program to its assignments in working order."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal, get_args

from chainrule.errors import InputError, ParseError, excerpt
from chainrule.language.asking import check_stated
from chainrule.language.code import Code, unpacked
from chainrule.language.expansion import stand_in, uses_of, working_order, written_out
from chainrule.language.latex import latex_tokens
from chainrule.language.lexer import Token, clean, tokens
from chainrule.language.names import IN_CODE, POWER_OF, canonical, function_names
from chainrule.language.parser import Parser
from chainrule.language.reading import WordReader
from chainrule.language.statements import (
    Statement,
    numeral,
    split_statements,
)
from chainrule.language.sums import Bounds, IndexSum, take_sums, values_of
from chainrule.language.surroundings import bare
from chainrule.language.syntax import (
    LIMITS,
    Assignment,
    Item,
    Notes,
    Number,
    Program,
    Span,
    check_length,
    refusal,
)
from chainrule.language.words import assigned, based, cased, redefined, stars, worded
from chainrule.ops import OPS
from chainrule.ops.record import Op

OPERATORS = {name: OPS[name.removesuffix(" of")] for name in (POWER_OF, *IN_CODE.values())}
FUNCTIONS = function_names({**OPS.spelled, **OPERATORS})
Source = Literal["text", "latex"]
SOURCES: tuple[Source, ...] = get_args(Source)
LATEX = ("\\", "_{", "^{", "$", "sum_(", "prod_(", "∑_(", "∏_(", "₌")
"""What stands in LaTeX only, and sums with bounds below them in the linear format of Unicode."""
CORRECTIONS = 20
"""How many like places one correction corrects."""
CORRECTED = 60_000
"""How many characters are read for it."""


def read(
    text: str,
    *,
    declared: Iterable[str] = (),
    readings: Mapping[str, str] | None = None,
    operations: Mapping[str, Op] | None = None,
    mode: Source | None = None,
    constants: bool = False,
) -> Program:
    """Read a formula, or a program of assignments.

    Parameters
    ----------
    text
        A formula, or statements separated by new lines or `;`, in any order.
    declared
        Names that are variables whatever else they could mean; a mapping has their values too,
        which a sum may have as bounds.
    readings
        Choices by the key of a note; see `Note`.
    operations
        Functions by the names under which they are typed; the registered ones by default.
    mode
        "text" or "latex": the notation of the text. The grammar is the same. By default what
        only LaTeX has (a backslash, $, braces behind ^ and _) tells.
    constants
        Whether a number that is assigned to a name is a constant, not the value of an input.

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
    try:
        return _Text(text, declared, readings or {}, operations, mode, constants).program()
    except ParseError as error:
        if error.suggestion:
            error.suggestion = _corrected(error, declared, operations, mode, constants)
        raise


def _corrected(
    error: ParseError,
    declared: Iterable[str],
    operations: Mapping[str, Op] | None,
    mode: Source | None,
    constants: bool,
) -> str:
    """Return the correction with all like places corrected too, "" if it cannot be read then."""
    text, last = error.suggestion, error.position
    for _ in range(min(CORRECTIONS, 1 + CORRECTED // len(text))):
        if len(text) > LIMITS.characters:
            return ""
        try:
            _Text(text, declared, {}, operations, mode, constants).program()
        except ParseError as further:
            if not further.suggestion or further.position < last:
                return ""
            text, last = further.suggestion, further.position
        except InputError:
            return ""
        else:
            return text
    return ""


class _Text:
    """Reads one text."""

    def __init__(
        self,
        text: str,
        declared: Iterable[str],
        readings: Mapping[str, str],
        operations: Mapping[str, Op] | None,
        mode: Source | None,
        constants: bool,
    ) -> None:
        self.text = text
        self.mode = mode or ("latex" if any(sign in text for sign in LATEX) else "text")
        self.notes = Notes(text, readings)
        functions = FUNCTIONS if operations is None else function_names(operations)
        self.functions: Mapping[str, Op] = functions
        own = {} if operations is None else {op.name: op for op in functions.values()}
        self.operations = tuple(op for name, op in own.items() if OPS.get(name) is not op)
        self.declared = frozenset(canonical(name) for name in declared)
        self.values = values_of(declared) if isinstance(declared, Mapping) else {}
        self.constants = constants

    def tokens(self) -> list[Token]:
        """Return the tokens of formulas: with names, words of the language and code told apart."""
        text, notes, functions = self.text, self.notes, self.functions
        plain = bare(text, clean(text, notes), self.declared, notes)
        if self.mode == "latex":
            found = latex_tokens(text, plain, functions, self.declared, notes)
        else:
            found = tokens(text, plain, notes)
        if {token.kind for token in found} <= {";"}:
            return found  # nothing but ends of statements
        found = unpacked(text, redefined(found), self.declared, notes)
        known = self.declared | assigned(found)
        found = cased(worded(based(found, known, notes), known, notes), known, notes)
        found = stars(found, functions, self.declared, notes)
        return Code(text, functions, self.declared | assigned(found), notes).plain(found)

    def program(self) -> Program:
        """Return what was read."""
        text, notes, functions = self.text, self.notes, self.functions
        found = self.tokens()
        statements, shapes = split_statements(text, found, self.declared | assigned(found), notes)
        statements, renamed = with_steps(text, statements, notes)
        known = self.declared | shapes.keys()
        first_lines: dict[str, Statement] = {}
        for statement in statements:
            if statement.name is not None:
                _check_new(text, statement, first_lines, shapes)
        defined = {f: s.parameters for f, s in first_lines.items() if s.parameters is not None}
        known |= first_lines.keys()
        for statement in statements:
            check_stated(text, statement.name, first_lines)
        called = {f"{name}()": len(parameters) for name, parameters in defined.items()}
        functions = {**functions, **{call: stand_in(call, n) for call, n in called.items()}}
        variables = frozenset(known - defined.keys())
        reading = WordReader(
            text, variables, functions, notes, defined, bool(shapes), self.declared
        )
        numbers = {n: s.number for n, s in first_lines.items() if s.number is not None}
        bounds = Bounds({**self.values, **numbers})
        sums: dict[str, IndexSum] = {}
        bodies = []
        for at, statement in enumerate(statements):
            body = take_sums(text, statement.body, known, sums, bounds, notes)
            local = frozenset(canonical(token.text) for token in statement.parameters or ())
            bodies.append([_renamed(token, renamed[at]) for token in reading.words(body, local)])
        reading.check_calls()
        given = self._given(statements, bounds)
        kept = [
            (statement, bounds.put_in(body, first_lines, notes))
            for statement, body in zip(statements, bodies, strict=True)
            if statement.name is None or canonical(statement.name.text) not in given
        ]
        functions = {
            "norm": OPS["norm"],
            **functions,
            "cases": stand_in("cases", None),
            **{key: stand_in(key, 1) for key in sums},
        }
        parser = Parser(text, functions, notes)
        roots = [parser.parse(body) for _, body in kept]
        items: Sequence[Item] = parser.writer.items
        assignments = [_assignment(s, root) for (s, _), root in zip(kept, roots, strict=True)]
        if defined or sums:
            items, assignments = written_out(
                text, items, assignments, defined, sums, known, shapes, notes
            )
        return _program(self, tuple(items), assignments, shapes, given, bounds, statements)

    def _given(self, statements: Sequence[Statement], bounds: Bounds) -> dict[str, Number]:
        """Return the names that are inputs with the number that is assigned to them."""
        found: dict[str, Number] = {}
        if self.constants or all(s.number is not None for s in statements):
            return found
        for statement in statements:
            name, number = statement.name, statement.number
            if name is None or number is None or canonical(name.text) in bounds.used:
                continue
            start, stop = name.start, statement.body[-1].stop
            spelled = self.text[statement.body[0].start : stop]
            key = f"input:{canonical(name.text)}"
            usual, other = f"an input that is {spelled}", f"the constant {spelled}"
            self.notes.choice(key, Span(start, stop), ("input", usual), ("constant", other))
            if not self.notes.chose(key, "constant"):
                found[canonical(name.text)] = Number(number, spelled)
        return found


def with_steps(
    text: str, statements: Sequence[Statement], notes: Notes
) -> tuple[list[Statement], dict[int, dict[str, str]]]:
    """Return the statements with `c += e` as a step c = c + e, and what old names became.

    Returns
    -------
    tuple
        The statements, and for each by its number the new spellings of the names that meant an
        earlier value there: the c before `c += e` is c_before.

    Raises
    ------
    ParseError
        If c is not assigned above.
    """
    places: dict[str, list[int]] = {}
    for at, statement in enumerate(statements):
        token, step = statement.name, statement.step
        if token is not None and step is None:
            places.setdefault(canonical(token.text), [at])
        elif token is not None and step is not None:
            if canonical(token.text) not in places:
                message = f"`{excerpt(token.text)}` has no value before {step.text}"
                allowed = "Give it one in a line above, like c = a + b."
                if step.text == "*=":
                    allowed += f" A name with a star has a blank before =: {token.text}* = …"
                raise refusal(text, token, message, allowed)
            places[canonical(token.text)].append(at)
    stepped = {name: all_of for name, all_of in places.items() if len(all_of) > 1}
    renamed: dict[int, dict[str, str]] = {}
    result = []
    for at, statement in enumerate(statements):
        # Above the first value, as in all lines, a name means the last one.
        own = {
            name: _version(name, sum(place < at for place in found) or len(found), len(found))
            for name, found in stepped.items()
        }
        renamed[at] = {old: new for old, new in own.items() if old != new}
        token, step = statement.name, statement.step
        found = stepped.get(canonical(token.text)) if token is not None else None
        if token is not None and found is not None:
            name, number = canonical(token.text), found.index(at) + 1 if at in found else 1
            spelled = token._replace(text=_version(name, number, len(found)))
            statement = replace(statement, name=spelled)
            if step is not None:
                body = statement.body
                opening = Token("(", "", body[0].start, body[0].start)
                closing = Token(")", "", body[-1].stop, body[-1].stop)
                operator = step._replace(kind="^" if step.text == "**=" else step.text[0])
                statement = replace(statement, body=[token, operator, opening, *body, closing])
                shown = f"{spelled.text} = {own[name]} {operator.kind} …"
                notes.tell(f"step:{token.start}", Span(token.start, step.stop), shown)
        result.append(statement)
    return result, renamed


def _version(name: str, number: int, count: int) -> str:
    if number == count:
        return name
    return f"{name}_before" + (f"_{number}" if count > 2 else "")


def _renamed(token: Token, names: Mapping[str, str]) -> Token:
    return token._replace(text=names.get(token.text, token.text)) if token.kind == "name" else token


def _program(
    reader: _Text,
    items: tuple[Item, ...],
    assignments: list[Assignment],
    shapes: dict[str, tuple[int, ...]],
    given: dict[str, Number],
    bounds: Bounds,
    statements: Sequence[Statement],
) -> Program:
    text, notes = reader.text, reader.notes
    uses = uses_of(items, assignments)
    outputs = _outputs(assignments, uses, bounds.used)
    return Program(
        text=text,
        items=items,
        assignments=tuple(assignments),
        outputs=outputs,
        order=working_order(text, assignments, uses, outputs),
        inputs=_inputs(items, {assignment.name for assignment in assignments}),
        notes=notes.all(),
        spellings=_spellings(text, items, assignments),
        shapes=shapes,
        given=given,
        fixed=bounds.used,
        asked=next((s.asked for s in statements if s.asked is not None), None),
        claims=_claims(statements),
        operations=reader.operations,
    )


def _claims(statements: Sequence[Statement]) -> dict[str, tuple[Fraction, Span]]:
    """Return the numbers that are said to come out, by the name of the statement."""
    found = {}
    for statement in statements:
        if statement.claim and statement.name is not None:
            number = numeral(statement.claim)
            assert number is not None
            place = Span(statement.claim[0].start, statement.claim[-1].stop)
            found[canonical(statement.name.text)] = (number, place)
    return found


def _check_new(
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
        raise refusal(
            text,
            statement.name,
            message,
            "Each name is given once; shapes are declared for inputs only.",
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


def _outputs(
    assignments: Sequence[Assignment], uses: Sequence[Sequence[int]], bounds: Container[str]
) -> tuple[str, ...]:
    """Return the names nobody uses: a formula without a name first, or the last one.

    A bound of a sum is used by it.
    """
    used = {at for numbers in uses for at in numbers}
    used |= {at for at, a in enumerate(assignments) if a.name in bounds}
    unused = [a.name for at, a in enumerate(assignments) if at not in used]
    if not unused:
        return ()
    main = "" if "" in unused else unused[-1]
    return (main, *(name for name in unused if name != main))


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

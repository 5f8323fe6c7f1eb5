"""Functions of the user and sums over an index, written out where they are used.

An item whose operation is `f()` is a call of a function the text defines, one that is
`sum@k` a sum. Bodies are copied with the operands or the number of the index put in. Copies
that are under way wait on a list, so no chain of definitions is too deep.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from chainrule.errors import LimitError, ParseError, excerpt
from chainrule.language.lexer import Token
from chainrule.language.names import UPPER, canonical
from chainrule.language.sums import IndexSum
from chainrule.language.syntax import LIMITS, Assignment, Item, Notes, Span, beyond, refusal
from chainrule.ops.record import Op


@dataclass(frozen=True, slots=True)
class Definition:
    """A function of the user: canonical names of its parameters, and the item of its body."""

    parameters: tuple[str, ...]
    root: int


@dataclass(frozen=True, slots=True)
class _Scope:
    """What names stand for in a copy: parameters for items, indices for numbers."""

    operands: Mapping[str, int]
    numbers: Mapping[str, int]


_Copy = Generator["_Copy", int, int]


def calls(items: Sequence[Item], first: int, root: int) -> list[str]:
    """Return the functions of the user that the items from `first` to `root` call."""
    names = (item.what for item in items[first : root + 1] if item.what.endswith("()"))
    return list(dict.fromkeys(name[:-2] for name in names))


def stand_in(name: str, arity: int | None) -> Op:
    """Return an operation that is only parsed: a function of the text, a sum, or cases."""
    rules = (lambda slot: _never) if arity is None else (_never,) * arity
    return Op(name, arity, value=_never, partials=rules)


def _never(*operands: object) -> None:
    raise AssertionError("functions and sums are written out before anything is computed")


class Expansion:
    """Copies the formulas of one text with everything written out.

    Parameters
    ----------
    text
        The whole input.
    items
        As the parser wrote them.
    definitions
        Functions by name, none of which uses itself, directly or by others.
    sums
        Sums by the name of their operation.
    known
        Names that are declared or assigned: no index is looked for in these.
    shapes
        Of the vectors and matrices that are declared.
    notes
        Where it is noted from which number entries are counted.
    """

    def __init__(
        self,
        text: str,
        items: Sequence[Item],
        definitions: Mapping[str, Definition],
        sums: Mapping[str, IndexSum],
        known: Collection[str],
        shapes: Mapping[str, tuple[int, ...]],
        notes: Notes,
    ) -> None:
        self.items: list[Item] = []
        self._text = text
        self._read = items
        self._definitions = definitions
        self._sums = sums
        self._known = known
        self._shapes = shapes
        self._notes = notes
        begins = {s.index for s in sums.values() if s.numbers.start == 0}
        subscripted = (item.what.partition("_") for item in items if item.kind == "name")
        self._from_zero = {
            base for base, _, index in subscripted if base in shapes and begins & set(index)
        }
        self._first = _starts(items)
        self._summed: dict[int, list[int]] = {}
        for at, item in enumerate(items):
            if item.what in sums:
                self._summed.setdefault(self._first[item.operands[0]], []).append(at)
        self._place = Span(0, 1)
        self._steps = 0
        self._leaves: set[tuple[str, object]] = set()
        self._nodes = 0

    def copy(self, root: int) -> int:
        """Copy the formula that ends with the item `root`; return the item that holds it.

        Raises
        ------
        LimitError
            If more nodes are written out than a text may have.
        ParseError
            If a subscript has no number for the index.
        """
        under_way = [self._copy(root, _Scope({}, {}), outside=True)]
        result: int | None = None
        while under_way:
            try:
                # A generator that has not begun takes None.
                wanted = under_way[-1].send(result)  # type: ignore[arg-type]
            except StopIteration as finished:
                under_way.pop()
                result = finished.value
            else:
                under_way.append(wanted)
                result = None
        assert result is not None
        return result

    def _copy(self, root: int, scope: _Scope, outside: bool = False) -> _Copy:
        """Copy what ends with `root`; ask for each copy inside it by yielding it."""
        done: dict[int, int] = {}
        at = self._first[root]
        while at <= root:
            summed = [s for s in self._summed.get(at, ()) if s <= root]
            whole = max(summed, default=at)
            item = self._read[whole]
            if outside:
                self._place = item.span
            if summed:
                index = self._sums[item.what]
                total = None
                for number in index.numbers:
                    inner = replace(scope, numbers={**scope.numbers, index.index: number})
                    term = yield self._copy(item.operands[0], inner)
                    joined = (index.joins, (total or 0, term), item)
                    total = term if total is None else self._apply(*joined)
                assert total is not None
                done[whole] = total
            elif item.what.endswith("()"):
                self._count(1)
                function = self._definitions[item.what[:-2]]
                given = [done[operand] for operand in item.operands]
                local = dict(zip(function.parameters, given, strict=True))
                done[whole] = yield self._copy(function.root, _Scope(local, {}))
            elif item.kind == "apply":
                operands = tuple(done[operand] for operand in item.operands)
                done[whole] = self._apply(item.what, operands, item)
            else:
                done[whole] = self._leaf(item, scope)
            at = whole + 1
        return done[root]

    def _apply(self, what: str, operands: tuple[int, ...], item: Item) -> int:
        self._nodes += 1
        parameters = item.parameters if what == item.what else ()
        return self._add(item._replace(what=what, operands=operands, parameters=parameters))

    def _leaf(self, item: Item, scope: _Scope) -> int:
        if item.kind == "name":
            if item.what in scope.numbers:
                number = scope.numbers[item.what]
                item = item._replace(
                    kind="number", what="", number=Fraction(number), text=str(number)
                )
            elif item.what in scope.operands:
                return scope.operands[item.what]
            else:
                numbered = self._numbered(item, scope.numbers)
                if numbered is not item and (entry := self._entry(item, numbered)) is not None:
                    return entry
                item = numbered
        self._leaves.add((item.kind, item.what if item.number is None else item.number))
        return self._add(item)

    def _entry(self, item: Item, numbered: Item) -> int | None:
        """Write the entry of a declared vector or matrix that a name with numbers means."""
        base, *subscripts = numbered.what.split("_")
        if not subscripts:
            base = numbered.what.rstrip("0123456789")
            subscripts = [numbered.what[len(base) :]]
        rank = len(self._shapes.get(base, ()))
        if rank > 1 and len(subscripts) == 1 == len(item.what.partition("_")[2]) - rank + 1:
            subscripts = list(subscripts[0])
        if not rank or len(subscripts) != rank or not all(s.isdecimal() for s in subscripts):
            return None
        first = 0 if base in self._from_zero else 1
        at = tuple(int(s) - first for s in subscripts)
        self._notes.tell(f"entry:{base}", item.span, f"entries of {base}, counted from {first}")
        whole = self._add(item._replace(what=base, text=base))
        place = item.span.start, item.span.stop
        if any(k < 0 for k in at):
            raise self._refusal(item, f"{_shown(item)} counts from 1 here", "Begin with 0 or 1.")
        self._nodes += 1
        return self._add(Item("apply", "index", (whole,), None, "", Span(*place), (("at", at),)))

    def _add(self, item: Item) -> int:
        if self._nodes + len(self._leaves) > LIMITS.nodes:
            raise self._beyond("nodes")
        self._count(0)
        self.items.append(item)
        return len(self.items) - 1

    def _count(self, calls: int) -> None:
        # A function may return its operand: then calls write nothing, and could go on for ever.
        self._steps += calls
        if self._steps > LIMITS.nodes:
            raise self._beyond("calls of functions, written out")

    def _beyond(self, what: str) -> LimitError:
        start, stop = self._place.start, self._place.stop
        return beyond(what, LIMITS.nodes, text=self._text, position=start, length=stop - start)

    def _numbered(self, item: Item, numbers: Mapping[str, int]) -> Item:
        """Put the numbers of indices into a subscript: x_j, w_ij, w_i_j, x_j_plus_1, x_supi."""
        base, *subscripts = item.what.split("_")
        if not subscripts or item.what in self._known:
            return item
        parts, at = [base], 0
        while at < len(subscripts):
            part, shift = subscripts[at], subscripts[at + 1 : at + 3]
            sign = {"plus": 1, "minus": -1}.get(shift[0] if len(shift) == 2 else "", 0)
            upper = next((u for u in UPPER.values() if part == u + part[-1:]), "")
            letter = part.removeprefix(upper)
            if sign and letter in numbers and shift[1].isdecimal():
                parts.append(upper + self._index(item, numbers[letter] + sign * int(shift[1])))
                at += 3
            elif upper and letter in numbers:
                parts.append(upper + self._index(item, numbers[letter]))
                at += 1
            else:
                parts.append(self._subscript(item, part, numbers))
                at += 1
        if parts[1:] == subscripts:
            return item
        spelled = "_".join(parts)
        return item._replace(what=canonical(spelled), text=spelled)

    def _index(self, item: Item, number: int) -> str:
        if number < 0:
            message = f"The subscript of {_shown(item)} would be {number}"
            raise self._refusal(item, message, "Subscripts begin with 0.")
        return str(number)

    def _subscript(self, item: Item, part: str, numbers: Mapping[str, int]) -> str:
        if part in numbers:
            return self._index(item, numbers[part])
        indices = [sign for sign in part if sign in numbers]
        if not indices:
            return part
        if any(sign.isalpha() and sign not in numbers for sign in part):
            if len(part) > 2:
                return part  # a word, as in x_min
            message = f"{_shown(item)} holds the index {indices[0]} beside other letters"
            allowed = "Separate subscripts, like w_i_j, or take another letter for the index."
            raise self._refusal(item, message, allowed)
        if any(not 0 <= numbers[sign] <= 9 for sign in indices):
            message = f"The subscripts of {_shown(item)} run together beyond 9"
            raise self._refusal(item, message, "Separate subscripts, like w_i_j.")
        return "".join(str(numbers.get(sign, sign)) for sign in part)

    def _refusal(self, item: Item, message: str, allowed: str) -> ParseError:
        start, stop = item.span.start, item.span.stop
        return refusal(self._text, Span(start, stop), message, allowed)


def _shown(item: Item) -> str:
    return f"`{excerpt(item.text)}`"


def _starts(items: Sequence[Item]) -> list[int]:
    """Return for each item where the items below it begin: operands stand before users."""
    starts: list[int] = []
    for at, item in enumerate(items):
        starts.append(min((starts[operand] for operand in item.operands), default=at))
    return starts


def written_out(
    text: str,
    items: Sequence[Item],
    statements: Sequence[Assignment],
    defined: Mapping[str, tuple[Token, ...]],
    sums: Mapping[str, IndexSum],
    known: Collection[str],
    shapes: Mapping[str, tuple[int, ...]],
    notes: Notes,
) -> tuple[Sequence[Item], list[Assignment]]:
    """Return the items with sums and functions written out, and what remains assigned."""
    firsts = [0, *(s.root + 1 for s in statements)]
    called = [calls(items, first, s.root) for first, s in zip(firsts, statements, strict=False)]
    functions = [at for at, s in enumerate(statements) if s.name in defined]
    numbers = {statements[at].name: place for place, at in enumerate(functions)}
    working_order(
        text,
        [statements[at] for at in functions],
        [[numbers[name] for name in called[at]] for at in functions],
        (),
    )
    kept = _outright(items, statements, called, defined)
    for at in kept & set(functions):
        span, body = statements[at].span, statements[at].body
        key = f"definition:{statements[at].name}"
        notes.tell(key, Span(span.start, body.stop), f"the formula {statements[at].name}")
    definitions = {
        s.name: Definition(tuple(canonical(token.text) for token in defined[s.name]), s.root)
        for s in statements
        if s.name in defined
    }
    expansion = Expansion(text, items, definitions, sums, known, shapes, notes)
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
    used = {at for numbers in uses_of(items, statements) for at in numbers}
    if plain - used:
        return plain
    names = {name for functions in called for name in functions}
    return plain | {at for at, s in enumerate(statements) if s.name in defined.keys() - names}


def uses_of(items: Sequence[Item], assignments: Sequence[Assignment]) -> list[list[int]]:
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


def working_order(
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
    return refusal(
        text,
        first.span,
        message,
        "Each name is given by inputs and by other names that do not use it.",
    )

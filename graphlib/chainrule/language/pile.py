"""What the parser's stack does: a value is finished once its last operand is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chainrule.language.lexer import Token
from chainrule.language.refusals import Refusals
from chainrule.language.stack import (
    AND,
    GROUPS,
    JOINED,
    JOINING,
    OR,
    POWER,
    PRODUCT,
    Cursor,
    Groupings,
    ItemWriter,
    Parameters,
    Pending,
    Value,
)
from chainrule.language.syntax import LIMITS, Notes, beyond
from chainrule.ops.record import Op

LOGIC = {"and": AND, "or": OR}


class Pile:
    """The stack of what waits, the finished values, and how one becomes the other.

    Parameters
    ----------
    text
        The whole input.
    functions
        Operations by function name.
    notes
        Where readings are noted and looked up.
    """

    def __init__(self, text: str, functions: Mapping[str, Op], notes: Notes) -> None:
        self.writer = ItemWriter(text)
        self._functions = functions
        self._notes = notes
        self._choices = Groupings(text, notes)
        self._refuse = Refusals(text)

    def _begin(self, tokens: Sequence[Token]) -> None:
        self._next = Cursor(tokens)
        self._depth = 0
        self._bar = 0  # where the last bar that closes ends
        self._stack: list[Pending] = []
        self._values: list[Value] = []
        self._groups = [Pending("outside", "", 0, Token("", "", 0, 0), 0)]

    def _number(self, value: Value) -> Value:
        """Return a value that is a number, which a comparison is not.

        Raises
        ------
        ParseError
            If it is a comparison, or `a if c` without else.
        """
        if self.writer.items[value.item].is_condition:
            raise self._refuse.comparison(value.start, value.stop)
        return value

    def _condition(self, value: Value, exact: bool = False) -> Value:
        """Return a value as a condition: a number stands for > 0.

        Parameters
        ----------
        exact
            Whether it stands in code, where a number means that it is not 0.
        """
        if self.writer.items[value.item].is_condition:
            return value
        if exact:
            raise self._refuse.numeric_condition(value.start, value.stop)
        key = self._notes.key("condition", value)
        shown = self._refuse.text[value.start : value.stop]
        self._notes.tell(key, value, f"{shown} > 0")
        item = self.writer.apply("positive", (value.item,), value.start, value.stop)
        return value._replace(item=item)

    def _choice(self, values: Sequence[Value], start: int, stop: int, exact: bool = False) -> None:
        """Append a choice of conditions and values in turn, and perhaps a last value."""
        if len(values) == 1:
            self._values.append(values[0])
            return
        operands = []
        for at, value in enumerate(values):
            condition = at % 2 == 0 and at + 1 < len(values)
            operands.append(self._condition(value, exact) if condition else self._number(value))
        self._value("where", tuple(value.item for value in operands), start, stop)

    # The stack.

    def _push(self, pending: Pending) -> None:
        if pending.nests:
            self._depth += 1
            if self._depth > LIMITS.nesting:
                what = "brackets, signs, powers or functions inside each other"
                position = pending.token.start
                raise beyond(what, LIMITS.nesting, text=self._refuse.text, position=position)
        self._stack.append(pending)
        if pending.kind in GROUPS:
            self._groups.append(pending)

    def _pop(self) -> Pending:
        pending = self._stack.pop()
        if pending.nests:
            self._depth -= 1
        if pending.kind in GROUPS:
            self._groups.pop()
        return pending

    def _reduce_group(self) -> None:
        while self._stack and self._stack[-1].kind not in GROUPS:
            self._reduce()

    def _reduce(self) -> None:
        """Finish the operation on top of the stack, whose last operand is complete."""
        top = self._pop()
        right = self._values.pop()
        if top.kind == "function":
            self._groups[-1].functions.pop()
            op = self._functions[top.what]
            if op.arity not in (1, None):
                raise self._refuse.operands(top.token, op, top.token, 1)
            self._choices.note_reach(top, right)
            self._applied(top, (right.item,), right.stop)
        elif top.what == "not":
            self._value("not", (self._condition(right).item,), top.start, right.stop)
        elif top.what in ("if", "?"):
            other = "else" if top.what == "if" else "a case behind :"
            message = f"Here {other} is missing behind {self._refuse.shown(top.token)}"
            raise self._refuse.at(top.token, message, "A choice is written a if x > 0 else b.")
        elif top.what in ("choice", "condition first"):
            second, first = self._values.pop(), self._values.pop()
            condition, usual = (second, first) if top.what == "choice" else (first, second)
            self._choice((condition, usual, right), first.start, right.stop)
        elif top.what in LOGIC:
            left = self._values.pop()
            operands = self._condition(left).item, self._condition(right).item
            self._value(top.what, operands, left.start, right.stop)
        elif top.kind == "prefix" and top.what:
            self._choices.note_reach(top, right)
            self._value(top.what, (right.item,), top.start, right.stop)
        elif top.kind == "prefix":
            self._values.append(right._replace(start=top.start, factor=top.start))
        else:
            left = self._values.pop()
            joined = JOINED if top.what == "mul" and top.token.text in JOINING else ()
            start, stop = left.start, right.stop
            self._number(left)
            self._number(right)
            item = self.writer.apply(top.what, (left.item, right.item), start, stop, joined)
            product = PRODUCT <= top.binding < POWER
            plain = product and left.plain and right.plain and top.what == "mul"
            self._values.append(Value(item, start, stop, right.start if product else start, plain))
            self._choices.note_doubts(top.doubts, stop)

    # Items.

    def _leaf(self, item: int, start: int, stop: int, plain: bool) -> None:
        self._values.append(Value(item, start, stop, start, plain))

    def _applied(self, function: Pending, operands: tuple[int, ...], stop: int) -> None:
        """Append a function of its operands, and its power if it has one."""
        name = self._functions[function.what].name
        item = self.writer.apply(name, operands, function.start, stop, function.parameters)
        if function.exponent is not None:
            raised = self.writer.raised(function.exponent)
            item = self.writer.apply("power", (item, raised), function.start, stop)
        self._leaf(item, function.start, stop, plain=False)

    def _value(
        self, what: str, operands: tuple[int, ...], start: int, stop: int, more: Parameters = ()
    ) -> None:
        self._leaf(self.writer.apply(what, operands, start, stop, more), start, stop, plain=False)

r"""Brackets, braces and bars of LaTeX, and how far a sum goes.

What is open waits on a stack of its own, so nothing is too deep. A bracket closes what it
opened, never what a brace or another bracket opened.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from fractions import Fraction

from chainrule.errors import ParseError, excerpt
from chainrule.language.latex_names import CLOSING, OPENING, Names
from chainrule.language.lexer import Token
from chainrule.language.syntax import LIMITS, Notes, Span, beyond, refusal

ENDS_OPERAND = frozenset({"number", "word", "name", "superscript", ")", "|"})
FRAMES = frozenset({"environment", "$", "$$", ") frame", "] frame"})
BRACES = frozenset({"brace", "operand", "argument", "power"})
Action = Callable[[], None]


@dataclass(slots=True, eq=False)
class Opened:
    """What is open: `kind` tells what closes it, `found` the number of tokens before it.

    `then` is done behind it, `tail` written before its end; `bars` counts the bars in it.
    """

    kind: str
    start: int
    stop: int
    found: int
    then: Action | None = None
    left: bool = False
    bars: int = 0
    tail: list[Token] = field(default_factory=list)
    name: str = ""


class Groups(Names):
    """Writes tokens and keeps what is open.

    Parameters
    ----------
    text, plain
        As for `Names`.
    functions
        Names of the functions that are known.
    notes
        Where readings are noted.
    """

    def __init__(self, text: str, plain: str, functions: Container[str], notes: Notes) -> None:
        super().__init__(text, plain)
        self.functions = functions
        self.found: list[Token] = []
        self.open: list[Opened] = []
        self._notes = notes
        self._outside = Opened("", 0, 0, 0)
        self._bracket = (-1, -1)  # the last bracket that was closed
        self.raised = -1  # how many tokens there were behind the last power
        self.base: list[Token] = []  # of a logarithm, until its bracket opens

    def emit(self, kind: str, text: str, start: int, stop: int) -> None:
        """Write one token."""
        self.found.append(Token(kind, text, start, stop))

    def push(self, kind: str, start: int, stop: int, then: Action | None = None) -> Opened:
        """Open something; a base of a logarithm that waits becomes its last operand.

        Raises
        ------
        LimitError
            If too much is open.
        """
        opened = Opened(kind, start, stop, len(self.found), then)
        self.open.append(opened)
        if len(self.open) > LIMITS.nesting:
            what = "brackets, braces or sums inside each other"
            raise beyond(what, LIMITS.nesting, text=self.text, position=start)
        self._bracket, self.raised = (-1, -1), -1
        if self.base:
            opened.tail, self.base = self.base, []
        return opened

    def unclosed(self, opened: Opened) -> ParseError:
        """Return the error for what is never closed."""
        shown = excerpt(self.text[opened.start : opened.stop])
        what = "environment" if opened.kind == "environment" else "bracket"
        what = "brace" if opened.kind in BRACES else what
        message = f"The {what} `{shown}` is never closed"
        return self.refuse(message, "Close it in the same formula.", opened.start, opened.stop)

    # Sums reach to the next + or - on their own level.

    def end_sums(self, sign: str) -> None:
        """End the sums before `sign`; "" ends all."""
        while self.open and self.open[-1].kind == "sum":
            whole = self.open[-1]
            if sign in ("+", "-", ","):
                begun = len(self.found) > whole.found + 2 and self.ends_operand()
                if whole.bars % 2 or (sign in ("+", "-") and not begun):
                    return
            self.open.pop()
            self.found.extend(whole.tail)
            self.emit(")", ")", self.at, self.at)

    def ends_operand(self) -> bool:
        """Return whether the token before this place ends an operand."""
        return bool(self.found) and self.found[-1].kind in ENDS_OPERAND

    # Braces.

    def open_brace(self) -> None:
        """Take `{`: brackets that are not seen, or those of a function before it."""
        start = self.at
        if self.plain.startswith("{,}", start) and self.plain[:start][-1:].isdecimal():
            point = f"{self.text[:start]}.{self.text[start + 3 :]}"
            message, allowed = "Decimals are written with a point here", "Write 0.5."
            raise refusal(self.text, Span(start, start + 3), message, allowed, point)
        self.at += 1
        called = self._is_function_before()
        self.push("operand" if called else "brace", start, self.at)
        self.emit("(", "{" if called else "", start, self.at)

    def _is_function_before(self) -> bool:
        kinds = [token.kind for token in self.found[-3:]]
        return (
            kinds[-1:] == ["function"]
            or kinds[-2:] == ["function", "superscript"]
            or kinds[:2] == ["function", "^"]
        )

    def close_brace(self) -> None:
        """Take `}`."""
        self.end_sums("")
        start = self.at
        self.at += 1
        if not self.open or self.open[-1].kind not in BRACES:
            message = "This brace was never opened"
            if self.open and self.open[-1].kind not in FRAMES:
                raise self.unclosed(self.open[-1])
            raise self.refuse(message, "Open it with {, or take it away.", start)
        opened = self.open.pop()
        inside = len(self.found) - opened.found - 1
        doubled = self._bracket == (opened.found + 1, len(self.found) - 1)
        if doubled:
            # {\left(x\right)}: one of the two brackets is enough.
            del self.found[opened.found]
            self._bracket = (opened.found, len(self.found) - 1)
            self.found[-1:-1] = opened.tail
        elif self._is_needless(opened, inside):
            del self.found[opened.found]
        else:
            self.found.extend(opened.tail)
            self.emit(")", "}", start, self.at)
            if opened.kind == "brace":
                inner = self.text[opened.start + 1 : start]
                self._notes.tell(f"brace:{opened.start}", Span(opened.start, self.at), f"({inner})")
        if opened.kind == "operand" and not doubled and inside and self.skip() == "^":
            message = "This power could belong to the function or to its operand"
            raise self.refuse(message, r"Write \sin^2(x) or \sin(x^2).", self.at)
        if opened.kind == "power":
            self.raised = len(self.found)
        if opened.then is not None:
            opened.then()

    def _is_needless(self, opened: Opened, inside: int) -> bool:
        """Return whether these braces need no brackets: around one token, or sin^{-1}."""
        if opened.kind == "operand":
            return not inside  # \sin{} x: a gap
        if opened.kind != "power":
            return opened.kind == "brace" and inside < 2
        kinds = [token.kind for token in self.found[opened.found + 1 :]]
        if inside == 1:
            return kinds[0] in ("number", "word", "name")
        before = self.found[opened.found - 2] if opened.found > 1 else None
        function = before is not None and (
            before.kind == "function" or (before.kind == "word" and before.text in self.functions)
        )
        return function and kinds == ["-", "number"]

    def is_index(self, start: int, stop: int, usual: str) -> bool:
        """Return whether x^{(1)} has an index above, or a power; note that choice."""
        key = self._notes.key("index", Span(start, stop))
        readings = ("index", "an index of the name"), ("power", "a power")
        first, other = readings if usual == "index" else reversed(readings)
        turned = self._notes.choice(key, Span(start, stop), first, other)
        return (usual == "index") != turned

    def argument(self, command: str, then: Action, text: str = "") -> None:
        """Take what a command like \\frac applies to: braces, or one digit, letter or command.

        Parameters
        ----------
        command
            Named in the message where nothing follows.
        then
            Done when the argument is complete.
        text
            Of its opening bracket; "{" makes it the bracket of a function.
        """
        start = self.at
        character = self.skip()
        if character == "{":
            self.push("argument", self.at, self.at + 1, then)
            self.emit("(", text, self.at, self.at + 1)
            self.at += 1
            return
        tail, self.base = self.base, []
        begin = self.at
        self.emit("(", text, begin, begin)
        if character.isascii() and character.isdigit():
            self.at += 1
            number = Fraction(int(character))
            self.found.append(Token("number", character, begin, self.at, number))
        elif self.begins_name():
            self.found.extend(self.name(single=True))
        else:
            allowed = f"Write \\{command}{{…}} with braces."
            raise self.refuse(f"`\\{command}` has no operand here", allowed, begin or start)
        self.found.extend(tail)
        self.emit(")", "", self.at, self.at)
        then()

    # Brackets and bars.

    def open_bracket(self, sign: str, start: int, left: bool) -> None:
        """Take an opening bracket that ends here; `left` if \\left stands before it."""
        kind, stop = OPENING[sign], self.at
        if kind in ("norm", "floor", "ceil"):
            self._check_function(kind, start)
            self.emit("function", kind, start, stop)
        opened = self.push(kind, start, stop)
        opened.left = left
        if kind == "|":
            # Bars with a direction need no guess: the brackets around them settle it.
            self.emit("(", "", start, start)
            self.emit("|", sign, start, stop)
        else:
            opened.found = len(self.found)
            self.emit("(", "(", start, stop)

    def _check_function(self, name: str, start: int) -> None:
        if name not in self.functions:
            shown = excerpt(self.text[start : self.at])
            allowed = "Take a function that is known."
            raise self.refuse(f"`{shown}`: the function {name} is not known", allowed, start)

    def close_bracket(self, sign: str, start: int, right: bool) -> None:
        """Take a closing bracket that ends here; `right` if \\right stands before it.

        Raises
        ------
        ParseError
            If something else is open.
        """
        kind, stop = CLOSING[sign], self.at
        here, self.at = self.at, start
        self.end_sums("")
        self.at = here
        opened = self.open[-1] if self.open else self._outside
        if opened.kind != kind or opened.left != right:
            shown = excerpt(self.text[start:stop])
            if opened.kind in ("", *FRAMES):
                raise self.refuse(
                    f"`{shown}` was never opened", "Open it, or take it away.", start, stop
                )
            begun = excerpt(self.text[opened.start : opened.stop])
            message = f"`{shown}` cannot close `{begun}`"
            raise self.refuse(message, f"Close `{begun}` first.", start, stop)
        self.open.pop()
        self.found.extend(opened.tail)
        if kind == "|":
            self.emit("|", sign, start, stop)
            self.emit(")", "", stop, stop)
        else:
            self.emit(")", ")", start, stop)
            self._bracket = (opened.found, len(self.found) - 1)

    def bar(self, sign: str, start: int) -> None:
        """Take a bar without a direction; the grammar finds out whether it opens or closes."""
        level = self._level()
        top = self.open[-1] if self.open else self._outside
        closes = level.bars % 2 and not top.bars % 2 and self.ends_operand()
        if top.kind == "sum" and closes:
            self.end_sums("")
        top = self.open[-1] if self.open else self._outside
        top.bars += 1
        self.emit("|", sign, start, self.at)

    def norm_bar(self, start: int) -> None:
        """Take a double bar without a direction: it closes the one that is open."""
        level = self._level()
        if level.kind == "norm" and not level.left:
            self.close_bracket("\\|", start, False)
        else:
            self.open_bracket("\\|", start, False)

    def one_norm(self, stop: int) -> None:
        """Take the 1 below the norm that was closed: the sum of the absolute values."""
        begin = self._bracket[0]
        function, opens = self.found[begin - 1], self.found[begin]
        self.found[begin - 1] = function._replace(text="sum")
        self.found[begin + 1 : begin + 1] = [function._replace(text="abs"), opens]
        self.found.append(self.found[-1])
        place = Span(function.start, stop)
        self._notes.tell(self._notes.key("norm", place), place, "sum(|…|)")
        self.at = stop

    def _level(self) -> Opened:
        """Return what is open around the sums that end here."""
        around = (opened for opened in reversed(self.open) if opened.kind != "sum")
        return next(around, self._outside)

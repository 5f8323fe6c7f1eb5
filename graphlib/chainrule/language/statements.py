"""Statements: where the tokens of one end, its name or the function it defines, shapes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod

from chainrule.errors import ParseError, excerpt
from chainrule.language.asking import asked_first, check_statement, derivative, question
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import PRIMES, canonical
from chainrule.language.syntax import LIMITS, Notes, Span, beyond, refusal
from chainrule.language.words import closing, kinds
from chainrule.ops import OPS

_ONE_NAME = "An assignment has one name on its left, like t = x^2."
# A line that begins with one of these, or ends with one, goes on.
GOES_ON = frozenset({"+", "-", "*", "/", "^", "@", "=", "compare", "and", "or", "else", "if"})
ENDS_OPEN = frozenset({"+", "-", "*", "/", "^", "@", "=", "compare", "and", "or", "not", "+="})
# Tokens of a remark behind a comma, and of the brackets of a function that is defined.
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Statement:
    """The tokens of one statement.

    `name` is None for a formula without a name; `parameters` are those of a function that
    is defined, None for everything else. `step` is the sign of `c += e`, `asked` the name by
    which a derivative is asked for, `claim` what stands behind a second =: a number worked out.
    """

    name: Token | None
    body: list[Token]
    line: int
    parameters: tuple[Token, ...] | None = None
    step: Token | None = None
    asked: str | None = None
    claim: tuple[Token, ...] = ()

    @property
    def number(self) -> Fraction | None:
        """The number that is given to a name: a numeral, signed, or a quotient of numerals."""
        if self.name is None or self.parameters is not None or self.step or self.asked is not None:
            return None
        return numeral(self.body)


def numeral(body: Sequence[Token]) -> Fraction | None:
    """Return the number that tokens write: a numeral, signed, or a quotient of numerals."""
    sign = body[0].kind if body else ""
    rest = body[1:] if sign in ("+", "-") else body
    if [token.kind for token in rest] not in (["number"], ["number", "/", "number"]):
        return None
    value = rest[0].number
    assert value is not None
    if len(rest) == 3:
        if not rest[2].number:
            return None
        value /= rest[2].number
    return -value if sign == "-" else value


def split_statements(
    text: str, found: Sequence[Token], known: Collection[str], notes: Notes
) -> tuple[list[Statement], dict[str, tuple[int, ...]]]:
    """Return the statements that hold formulas, and the declared shapes.

    Raises
    ------
    ParseError
        If a left side is no name, a body is missing, or a shape cannot be read.
    """
    statements: list[Statement] = []
    shapes: dict[str, tuple[int, ...]] = {}
    line, last = 1, 0
    for part in _Parts(text, found, notes).all():
        line += text.count("\n", last, part[0].start)
        last = part[0].start
        if (
            len(part) > 1
            and part[0].kind == "word"
            and part[1].kind == ":"
            and not _MAPPING.match(kinds(part))
        ):
            _declare(text, part, shapes)
        else:
            statements.append(_statement(text, part, line, known, notes))
    if not statements:
        raise refusal(
            text,
            Span(0, 0 + 1),
            "There is no formula here",
            "Type a formula, like cos(sin(x^2) + 3x^2).",
        )
    named = [s for s in statements if s.number is None]
    for statement in named[1:-1]:
        if statement.name is None:
            raise _nameless(text, statement)
    if len(named) > 1 and named[0].name is None and named[-1].name is None:
        raise _nameless(text, named[-1])
    return statements, shapes


# What maps its names to a formula: x ↦, (x, y) ->, lambda x, y:, with a name before it or none.
_MAPPING = re.compile(
    r"(?:w[=:])?(?:(?P<open>\()?w(?:,w)*(?(open)\))m|lw(?:,w)*:|w[=:]?lw(?:,w)*:)"
)


class _Parts:
    """Finds where statements end: at ; and line ends, at commas and words before `name =`."""

    def __init__(self, text: str, found: Sequence[Token], notes: Notes) -> None:
        self._text = text
        self._found = found
        self._notes = notes

    def all(self) -> list[list[Token]]:
        self._parts: list[list[Token]] = [[]]
        depth = at = 0
        while at < len(self._found):
            token = self._found[at]
            depth = max(0, depth + (token.kind == "(") - (token.kind == ")"))
            part = self._parts[-1]
            if token.kind == ";":
                if part and not self._goes_on(at, depth):
                    self._parts.append([])
                at = self._past_lines(at) if token.text == "\n" else at + 1
            elif (
                depth == 0
                and token.kind in (",", "joint", "and")
                and token.text != "of"
                and (skip := self._joint(at))
            ):
                at = skip
                self._parts.append([])
            else:
                part.append(token)
                at += 1
        return [part for part in self._parts if part]

    def _at(self, at: int) -> Token:
        return self._found[at] if 0 <= at < len(self._found) else NOTHING

    def _past_lines(self, at: int) -> int:
        while self._at(at).kind == ";" and self._at(at).text == "\n":
            at += 1
        return at

    def _goes_on(self, at: int, depth: int) -> bool:
        """Return whether the formula goes on behind the end of a line at `at`."""
        if self._found[at].text != "\n":
            return False
        if depth or self._parts[-1][-1].kind in ENDS_OPEN | {"joint"}:
            return True
        behind = self._at(self._past_lines(at))
        if behind.kind in ("+", "-"):
            key = f"line:{behind.start}"
            self._notes.tell(key, behind, "the line above goes on")
        return behind.kind in GOES_ON

    def _joint(self, at: int) -> int:
        """Return where the next statement begins if the comma or word at `at` parts two, else 0.

        Raises
        ------
        ParseError
            If an index that runs is written beside the formula.
        """
        first = at
        if at and self._found[at - 1].kind == ",":
            return 0
        part = self._parts[-1]
        if "l" in kinds(part[:3]) and part[-1].kind == "word":
            return 0  # the parameters of a lambda
        while self._at(at).kind in (",", "joint", "and") and at - first < LONGEST:
            at = self._past_lines(at + 1)
        if self._begins(at):
            self._check_index(at)
            return at
        if self._applies(at):
            return at
        if not self._parts[-1] or self._found[first].kind == "and":
            return 0
        if self._at(at).kind in ("", ";"):
            # A comma at the end of a line, before the next statement.
            ends = self._found[first].kind == "," and self._at(self._past_lines(at)).kind != ""
            return at if ends else 0
        stop, depth = at, 0
        while self._at(stop).kind not in ("", ";") and stop - at < LONGEST:
            depth += (self._at(stop).kind == "(") - (self._at(stop).kind == ")")
            if depth == 0 and self._at(stop).kind in (",", "joint") and self._at(stop).text != "in":
                break
            stop += 1
        clause = self._found[at:stop]
        words = {token.text for token in self._found[first:at]} & {"for", "where", "with"}
        condition = any(token.kind in ("compare", "and", "or", "not") for token in clause)
        if not (condition or (words and any(token.text == "in" for token in clause))):
            return 0
        if any(token.kind in ("else", "if", "=") for token in clause):
            return 0
        if any(token.text == "otherwise" for token in clause):
            allowed = "Cases are written where(x > 0, a, b) or a if x > 0 else b."
            raise refusal(self._text, clause[0], "Cases in words are not read", allowed)
        start = self._found[first].start
        self._notes.tell(f"condition:{start}", Span(start, clause[-1].stop), "a remark, left out")
        return stop

    def _applies(self, at: int) -> bool:
        """Return whether a function that the text defines stands there alone: f(3)."""
        if self._at(at).kind != "word" or self._at(at + 1).kind != "(":
            return False
        stop = closing(self._found, at + 1)
        alone = self._at(stop + 1).kind in ("", ";")
        return alone and self._at(stop).kind == ")" and self._at(at).text in self._functions

    @cached_property
    def _functions(self) -> set[str]:
        """The names of functions that the text defines."""
        called = (k for k in range(len(self._found)) if self._at(k + 1).kind == "(")
        return {self._at(k).text for k in called if self._begins(k)}

    def _begins(self, at: int) -> bool:
        """Return whether `name =`, `name: …` or `f(x, y) =` stands there."""
        if self._at(at).kind != "word":
            return False
        if self._at(at + 1).kind in ("=", "+=", ":"):
            return True
        if self._at(at + 1).kind != "(" or not self._at(at + 1).text:
            return False
        stop = at + 2
        while self._at(stop).kind in ("word", ",") and stop - at < LONGEST:
            stop += 1
        return self._at(stop).kind == ")" and self._at(stop + 1).kind == "="

    def _check_index(self, at: int) -> None:
        """Refuse `, i = 1, …, n`: a sum names its index itself."""
        stop = at + 2
        while self._at(stop).kind in ("number", "word", ",", ".."):
            stop += 1
        run = self._found[at + 2 : stop]
        if not any(token.kind == ".." for token in run):
            return
        part = self._parts[-1]
        body = part[2:] if len(part) > 2 and part[1].kind == "=" else part
        index = self._found[at]
        ends = [token for token in run if token.kind in ("number", "word")]
        suggestion = ""
        if body and len(ends) > 1:
            low, high = ends[0].text, ends[-1].text
            inner = self._text[body[0].start : body[-1].stop]
            summed = f"sum({inner}, {index.text}={low}..{high})"
            rest = self._text[self._found[stop - 1].stop :]
            suggestion = self._text[: body[0].start] + summed + rest
        raise refusal(
            self._text,
            Span(index.start, run[-1].stop),
            f"`{excerpt(index.text)}` runs from one number to another beside the formula",
            "An index runs in a sum or product: sum(w_j x_j, j=1..3). Of several formulas "
            "write each.",
            suggestion,
        )


def _statement(
    text: str, part: list[Token], line: int, known: Collection[str], notes: Notes
) -> Statement:
    part = asked_first(part, _equals(part), known)
    name, step = part[0], part[1] if len(part) > 1 and part[1].kind == "+=" else None
    mapping = _MAPPING.match(kinds(part))
    if mapping:
        return _mapped(text, part, mapping.end(), line, notes)
    equals = _equals(part)
    if step is None and not equals:
        asked, body = question(text, part, known, notes)
        return Statement(None, body, line, asked=asked)
    if step is not None and name.kind == "word":
        return Statement(name, _body(text, part[2:], step), line, step=step)
    sign = step or part[equals[0]]
    if sign.text in ("≈", "\\approx"):
        allowed = "An assignment is written with =; behind it ≈ may stand before a number."
        raise refusal(text, sign, f"`{sign.text}` cannot stand here", allowed)
    left = part[: equals[0]] if equals else part[:1]
    parameters = None
    if len(left) != 1 or name.kind != "word":
        check_statement(text, left or part, known)
        if name.kind == "word" and set(name.text) & set(PRIMES):
            raise derivative(text, name.start, name.stop)
        parameters = _parameters(text, left, sign, part[len(left) + 1 :])
    body = _body(text, part[equals[0] + 1 :], sign)
    claim: tuple[Token, ...] = ()
    further = _equals(body)
    if further and numeral(body[further[-1] + 1 :]) is not None:
        claim = tuple(body[further[-1] + 1 :])
        body, further = _body(text, body[: further[-1]], body[further[-1]]), further[:-1]
    if further and _is_unknown(body[: further[0]], known):
        # y = f(x) = …, h(x) = g(w^T x) = …
        notes.tell(
            f"function:{body[0].start}", Span(body[0].start, body[further[0]].stop), name.text
        )
        body = _body(text, body[further[0] + 1 :], body[further[0]])
        further = [at - further[0] - 1 for at in further[1:]]
    while further and _is_worked(body[further[-1] + 1 :]):
        place = Span(body[further[-1]].start, body[-1].stop)
        notes.tell(f"worked:{place.start}", place, "numbers put in: left out")
        body, further = _body(text, body[: further[-1]], body[further[-1]]), further[:-1]
    asked, body = question(text, body, known, notes)
    return Statement(name, body, line, parameters, asked=asked, claim=claim)


def _mapped(text: str, part: list[Token], stop: int, line: int, notes: Notes) -> Statement:
    """Read `x ↦ x^2`, `f = lambda x: x^2` or `f: (x, y) -> x y`: the formula, or the function f."""
    named = part[1].kind in ("=", ":")
    body = _body(text, part[stop:], part[stop - 1])
    names = tuple(t for t in part[2 * named : stop] if t.kind == "word" and t.text != "lambda")
    shown = ", ".join(token.text for token in names)
    if part[stop - 1].kind == "maps" and not {t.text for t in names} & {t.text for t in body}:
        message = f"What stands behind {part[stop - 1].text} does not depend on {excerpt(shown)}"
        raise refusal(text, part[stop - 1], message, "A function is written x ↦ x^2 or f(x) = x^2.")
    key, begin = f"maps:{part[0].start}", part[0].start
    if not named:
        notes.tell(key, Span(begin, body[0].start), f"the formula of {shown}")
        return Statement(None, body, line)
    notes.tell(key, Span(begin, body[0].start), f"the function {part[0].text}({shown})")
    return Statement(part[0], body, line, names)


def _body(text: str, body: list[Token], sign: Token) -> list[Token]:
    if not body:
        raise refusal(
            text,
            Span(sign.start, sign.start + 1),
            f"Nothing stands behind {sign.text or '='}",
            "A formula stands on the right of an assignment.",
        )
    return body


def _equals(part: Sequence[Token]) -> list[int]:
    """Return where = stands outside of brackets."""
    found, depth = [], 0
    for at, token in enumerate(part):
        depth += (token.kind == "(") - (token.kind == ")")
        if token.kind == "=" and depth <= 0:
            found.append(at)
    return found


def _is_call(part: Sequence[Token]) -> bool:
    """Return whether these are a name with names in brackets: `f(x_1, x_2)`."""
    kinds = [token.kind for token in part]
    inside = kinds[2:-1]
    return (
        len(kinds) > 3
        and kinds[:2] == ["word", "("]
        and kinds[-1] == ")"
        and all(kind == ("," if at % 2 else "word") for at, kind in enumerate(inside))
    )


def _is_unknown(part: Sequence[Token], known: Collection[str]) -> bool:
    """Return whether these are an unknown name with something in brackets: `g(w^T x)`."""
    called = len(part) > 3 and part[0].kind == "word" and part[1].kind == "("
    if not called or closing(part, 1) != len(part) - 1:
        return False
    free = canonical(part[0].text) not in known and part[0].text not in OPS.spelled
    return free or _is_call(part)


def _is_worked(part: Sequence[Token]) -> bool:
    """Return whether these are numbers only, put in for the names before them."""
    return not any(token.kind in ("word", "function") for token in part) and len(part) > 1


def _parameters(
    text: str, left: Sequence[Token], equals: Token, right: Sequence[Token]
) -> tuple[Token, ...]:
    """Return the parameters of the function on the left side, as in `f(x, y) = x^2 + y`."""
    if not left:
        allowed = f"{_ONE_NAME} Of equal formulas keep one."
        shorter = text[: equals.start] + text[right[-1].stop :] if right else ""
        raise refusal(text, equals, "No name stands before =", allowed, shorter)
    start, stop = left[0].start, left[-1].stop
    brackets = len(left) > 2 and (left[1].kind, left[-1].kind) == ("(", ")")
    if left[0].kind != "word" or not brackets:
        message, turned = "The left side of = is not one name", ""
        if len(right) == 1 and right[0].kind == "word":
            name = right[0]
            turned = f"{text[:start]}{name.text} = {text[start:stop]}{text[name.stop :]}"
        raise refusal(text, Span(start, stop), message, _ONE_NAME, turned)
    if not _is_call(left):
        raise refusal(
            text,
            Span(start, stop),
            f"`{excerpt(text[start:stop])}` cannot be defined",
            "A function is defined with names in its brackets, like f(x, y) = x^2 + y.",
            text[: left[0].stop] + text[stop:],
        )
    names = {canonical(token.text): token for token in reversed(left[2:-1:2])}
    for token in left[2:-1:2]:
        if names[canonical(token.text)] is not token:
            message = f"`{excerpt(token.text)}` stands twice in these brackets"
            raise refusal(
                text, token, message, "The parameters of a function have different names."
            )
    return tuple(left[2:-1:2])


def _nameless(text: str, statement: Statement) -> ParseError:
    whole = Span(statement.body[0].start, statement.body[-1].stop)
    allowed = "Of several statements only the first or the last may lack a name."
    return refusal(text, whole, "This formula has no name", allowed)


def _declare(text: str, part: Sequence[Token], shapes: dict[str, tuple[int, ...]]) -> None:
    """Take a declared shape: `x: 2` or `W1: 4x2`, also `4×2` and `4 x 2`."""
    name, colon = part[0], part[1]
    start, stop = colon.stop, part[-1].stop
    written = text[start:stop] if colon.text == ":" else colon.text
    sizes = written.replace("×", "x").replace("*", "x").replace("\\times", "x").split("x")
    at = part[2].start if len(part) > 2 else colon.start
    place = Span(at, at + 1)
    spelled = [size.strip() for size in sizes]
    short = stop - start <= LIMITS.name
    if not (short and len(spelled) <= 4 and all(s.isascii() and s.isdecimal() for s in spelled)):
        raise refusal(
            text,
            place,
            f"The shape of `{excerpt(name.text)}` cannot be read",
            "A vector has one size, like x: 2, a matrix two, like W: 4x2, an image with "
            "channels three, like x: 3x8x8.",
        )
    shape = tuple(int(size) for size in spelled)
    if not prod(shape):
        raise refusal(text, place, "A size of 0 leaves no entries", "Every size is at least 1.")
    if prod(shape) > LIMITS.entries:
        raise beyond("entries in a vector or matrix", LIMITS.entries, text=text, position=at)
    if canonical(name.text) in shapes:
        message = f"The shape of `{excerpt(name.text)}` is declared twice"
        raise refusal(text, name, message, "Declare each shape once.")
    shapes[canonical(name.text)] = shape

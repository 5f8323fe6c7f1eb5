"""What is said about tokens and words that cannot stand where they stand, or nearly are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import GREEK_NAMES, canonical, letters_of
from chainrule.language.syntax import Span, doubtful_comma, refusal, ungrouped
from chainrule.language.words import closing
from chainrule.ops import OPS, Op

_OPERAND = "A number, a name, a function or an opening bracket can stand here."
WORDS = frozenset({"joint", "and", "or", "not", "if", "else"})
"""Kinds of tokens that are words of the language."""
_NAMES = {"superscript": "a raised number", "root": "a root sign"}


class Refusals:
    """Writes the errors of the parser; each method returns one.

    Parameters
    ----------
    text
        The whole input.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def at(self, token: Token, message: str, allowed: str, suggestion: str = "") -> ParseError:
        """Return an error that underlines `token`."""
        return refusal(
            self.text,
            Span(token.start, token.start + max(1, token.stop - token.start)),
            message,
            allowed,
            suggestion,
        )

    def shown(self, token: Token) -> str:
        """Return how a message names the token."""
        written = excerpt(self.text[token.start : token.stop])
        return _NAMES.get(token.kind, f"`{written}`")

    def missing_operand(self, before: Token, token: Token) -> ParseError:
        """An operand is missing between two tokens, of which one may be of no kind."""
        if before.kind == "function":
            message = f"The function {self.shown(before)} needs an operand"
            return self.at(before, message, f"Write it with its operand, like {before.text}(x).")
        if not token.kind:
            return self.at(before, f"Something is missing behind {self.shown(before)}", _OPERAND)
        if token.kind == ")" and before.kind == "(":
            return self.at(token, "There is nothing between these brackets", _OPERAND)
        if token.kind in ("=", "parameter"):
            return self.misplaced(before, token)
        if token.kind in WORDS:
            return word_of_language(self.text, token)
        if not before.kind:
            message = f"A formula cannot begin with {self.shown(token)}"
        else:
            message = f"{self.shown(token)} cannot stand behind {self.shown(before)}"
        return self.at(token, message[0].upper() + message[1:], _OPERAND)

    def misplaced(self, before: Token, token: Token) -> ParseError:
        """`token` cannot stand behind a complete operand that ends with `before`."""
        if token.kind == "number" and before.kind == "number":
            typed, together = ungrouped(self.text, token.start)
            begin = before.start
            grouped = bool(typed) and self.text.startswith(typed, begin)
            return self.at(
                token,
                "Two numbers stand side by side",
                "Put an operator between them.",
                f"{self.text[:begin]}{together}{self.text[begin + len(typed) :]}"
                if grouped
                else "",
            )
        if token.kind == "number":
            message = f"A number cannot stand behind {self.shown(before)} without an operator"
            allowed = "Write ^ for a power, as in x^2, or the number first for a product."
            power = f"{self.text[: before.stop]}^{self.text[token.start :]}"
            letter = before.kind == ")" or len(letters_of(before.text)) == 1
            letter = letter and not self.text[: before.start][-1:].isalpha()
            raised = before.kind in ("name", ")") and letter and before.stop < token.start
            return self.at(token, message, allowed, power if raised else "")
        if token.kind in ("=", "parameter"):
            suggestion = f"{self.text[: token.start].rstrip()}; {self.text[token.start :]}"
            return self.at(
                token,
                "A second assignment begins in one statement",
                "Separate statements by ; or a new line; of equal formulas keep one.",
                suggestion if token.kind == "parameter" else self.text[: token.start].rstrip(),
            )
        if token.kind == ",":
            return self.comma(token)
        if token.kind in WORDS:
            return word_of_language(self.text, token)
        if token.kind == ":":
            allowed = "A declared shape is a statement of its own, like W: 4x2."
            return self.at(token, "`:` cannot stand in a formula", allowed)
        return self.at(token, f"{self.shown(token)} cannot stand here", "Put an operator here.")

    def comparison(self, start: int, stop: int) -> ParseError:
        """A comparison where a number is to stand."""
        place = Token("", "", start, stop)
        return self.at(
            place,
            f"{self.shown(place)} is a condition and no number",
            "A condition stands in where(x < 1, a, b), in a if x < 1 else b, or behind a comma.",
        )

    def where(self, token: Token, function: Token, given: int) -> ParseError:
        """A choice that has not three operands."""
        message = f"The function {self.shown(function)} takes 3 operands, here it has {given}"
        return self.at(token, message, "Write where(x < 1, a, b): a condition and two values.")

    def numeric_condition(self, start: int, stop: int) -> ParseError:
        """A number as a condition in code, where it would mean ≠ 0, and here > 0."""
        place = Token("", "", start, stop)
        shown = self.text[start:stop]
        return self.at(
            place,
            f"{self.shown(place)} is a number and no condition",
            f"Write where({shown} != 0, …), which NumPy means, or where({shown} > 0, …).",
            f"{self.text[:stop]} != 0{self.text[stop:]}",
        )

    def comma(self, token: Token, opened: Token | None = None) -> ParseError:
        """A comma outside the operands of a function; perhaps a decimal comma, or a vector."""
        if opened is not None and opened.text == "[":
            return self.at(
                token,
                "A vector cannot be typed into a formula",
                "Declare it, like x: 2, and give it the value [1, 2] beside the formula.",
            )
        around = self.text[max(0, token.start - 1) : token.start + 2]
        if len(around) == 3 and (around[0] + around[2]).isdecimal():
            suggestion = f"{self.text[: token.start]}.{self.text[token.stop :]}"
            message = "Decimals are written with a point here"
            if doubt := doubtful_comma(self.text, token.start):
                return self.at(token, message, doubt)
            return self.at(
                token, message, "A comma separates operands, as in max(a, b).", suggestion
            )
        message = "A comma can stand only between the operands of a function"
        return self.at(token, message, "Write operands as in max(a, b).")

    def operands(self, token: Token, op: Op, function: Token, given: int) -> ParseError:
        """A function with too few or too many operands."""
        needs = f"{op.arity} operand" + ("" if op.arity == 1 else "s")
        found = f"more than {op.arity}" if given > (op.arity or 0) else str(given)
        if token.kind == ",":
            decimal = self.comma(token)
            if decimal.suggestion:
                return decimal
        message = f"The function {self.shown(function)} takes {needs}, here it has {found}"
        log = op.name == "log_b" or (op.name == "log" and given > 1)
        base = " A logarithm with a base is log_b(x, 3)." if log else ""
        behind = self.text[function.stop :]
        based = f"{self.text[: function.start]}log_b{behind}" if op.name == "log" and base else ""
        return self.at(token, message, f"Give it {needs}.{base}", based)

    def inverse(self, function: Token, exponent: Token) -> ParseError:
        """A negative power between a function and its operand."""
        op = OPS.spelled.get(function.text)
        inverse = (op.inverse if op else "") or f"the inverse of {function.text}"
        return self.at(
            exponent,
            f"A negative power of {self.shown(function)} could be its inverse or its reciprocal",
            f"Write {inverse} for the inverse, 1/{function.text}(x) for the reciprocal.",
        )

    def power_of_function(self, function: Token, power: Token) -> ParseError:
        """A power between a function and its operand that is not a number or name."""
        return self.at(
            power,
            f"The power of {self.shown(function)} before its operand cannot be read",
            f"Write {function.text}^2(x), or {function.text}(x)^(…) for any other power.",
        )

    def unclosed(self, token: Token) -> ParseError:
        """A bracket or bar that is opened and never closed in its statement."""
        what = "bar" if token.kind == "|" else "bracket"
        allowed = f"Close it with `{'|' if what == 'bar' else ')'}` in the same statement."
        return self.at(token, f"This {what} is never closed", allowed)

    def unopened(self, token: Token) -> ParseError:
        """A closing bracket without an opening one."""
        return self.at(token, "This bracket was never opened", "Open it, or take it away.")

    def parameter(self, token: Token, function: Token, op: Op) -> ParseError:
        """`name=` in the brackets of a function that has no such parameter."""
        if op.name == "where":
            return self.at(
                token,
                f"{self.shown(token)} = is no condition",
                "Two numbers are compared with ==, <, <=, > or >=.",
                f"{self.text[: token.stop]} =={self.text[token.stop :].lstrip()[1:]}",
            )
        if op.name == "sum":
            allowed = "A sum over an index is written with its bounds last: sum(x_i, i=1..3)."
            return self.at(token, f"{self.shown(token)} = cannot stand here", allowed)
        names = ", ".join(op.parameters)
        allowed = f"Its parameters, each once behind the operands: {names}."
        return self.at(
            token,
            f"{self.shown(token)} = is not a parameter of {self.shown(function)}",
            allowed if names else "It has operands only; an assignment is a statement of its own.",
        )


# Letters of a word that is compared with all functions.
LONGEST = 40


def one_edit_apart(word: str, other: str) -> bool:
    """Return whether one letter inserted, left out, changed or swapped makes one the other."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    short, long = sorted((word, other), key=len)
    same = 0
    while same < len(short) and short[same] == long[same]:
        same += 1
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    changed = short[same + 1 :] == long[same + 1 :]
    swapped = short[same : same + 2] == long[same : same + 2][::-1]
    return changed or (swapped and short[same + 2 :] == long[same + 2 :])


def nearest_function(word: str, functions: Iterable[str]) -> str:
    """Return the function that is one edit from `word`, or the same but for capitals, or ""."""
    lower = word.lower()
    near = [
        name
        for name in functions
        if len(name) > 1 and (one_edit_apart(word, name) or name.lower() == lower)
    ]
    alike = [(name.lower() != lower, name[0] != lower[0], name) for name in near]
    return min(alike)[2] if alike else ""


def alike(word: str, functions: Sequence[str], most: int = 5) -> list[str]:
    """Return the functions whose names are much like `word`, the nearest first."""
    return get_close_matches(word[:LONGEST], functions, most)


def function_before(word: str, functions: Container[str], is_operand: Callable[[str], bool]) -> str:
    """Return the longest function with which `word` begins, glued to an operand, or ""."""
    for stop in range(len(word) - 1, 1, -1):
        if canonical(word[:stop]) in functions and is_operand(word[stop:]):
            return word[:stop]
    return ""


_INSIDE = re.compile(r"([A-Za-z]?)(?:(sin|cos|tan|exp|ln|log)([A-Za-z]))+")


def functions_inside(word: str) -> str:
    """Return a run of letters with blanks around the functions in it, or "".

    >>> functions_inside("xsinx"), functions_inside("sinxcosx"), functions_inside("rate")
    ('x sin x', 'sin x cos x', '')
    """
    if not _INSIDE.fullmatch(word):
        return ""
    return re.sub("(sin|cos|tan|exp|ln|log)", r" \1 ", word).strip()


USUALLY_FUNCTIONS = frozenset({"f", "g", "h", "F", "G", "phi", "psi", "varphi"})
"""Names of functions in books: a product with one of them is not what is meant."""
USUAL = "Functions are sin, cos, exp, ln, sqrt, abs, max and others"


class LetterRun(NamedTuple):
    """A word and the kind of the token behind it, on which its reading may depend."""

    text: str
    start: int
    stop: int
    behind: str
    whole: bool = False
    factor: bool = False  # whether a blank and a factor follow

    @property
    def called(self) -> bool:
        """Whether an opening bracket follows, as behind a function."""
        return self.behind == "("


def did_you_mean(text: str, word: LetterRun, instead: str) -> ParseError:
    """Return the error for a word that nearly is something known."""
    # sin c(x) would be another formula than sinc(x).
    corrected = not word.called or " " not in instead or instead.split()[-1] in OPS.spelled
    return refusal(
        text,
        word,
        f"`{excerpt(word.text)}` is not known; did you mean `{excerpt(instead)}`?",
        "If it is a name of yours, declare it or give it a value.",
        text[: word.start] + instead + text[word.stop :] if corrected else "",
    )


def number_behind_name(text: str, word: LetterRun) -> ParseError:
    """Return the error for a word like `x₁2`."""
    return refusal(
        text,
        word,
        f"A number stands behind a name in `{excerpt(word.text)}`",
        "Write the number first, or * between the two.",
    )


def unknown_function(text: str, word: LetterRun, functions: Iterable[str]) -> ParseError:
    """Return the error for an unknown word before a bracket."""
    spelled = {name.removesuffix("()") for name in functions}
    near = alike(word.text, sorted(name for name in spelled if name.isascii() and " " not in name))
    known = f"Functions of like names: {', '.join(near)}" if near else USUAL
    shown = excerpt(word.text)
    message = f"`{shown}` stands before a bracket and is neither a known function nor a known name"
    if canonical(word.text).rstrip("0123456789").partition("_")[0] in USUALLY_FUNCTIONS:
        allowed = f"Define it too, like {shown}(x) = x^2. {known}; `chainrule ops` lists all."
        return refusal(text, word, message, allowed)
    allowed = f"For a product write {shown}*(…). {known}; `chainrule ops` lists all."
    product = f"{text[: word.stop]}*{text[word.stop :]}"
    return refusal(text, word, message, allowed, product)


def check_raised(text: str, tokens: Sequence[Token], at: int) -> None:
    """Refuse f^2(x) and diag^{-1}(x) of an unknown f: most readers see functions, no factors.

    Raises
    ------
    ParseError
        At the name and its power.
    """
    word, behind = tokens[at], tokens[at + 1 : at + 2]
    letters = letters_of(word.text)
    usual = word.text in USUALLY_FUNCTIONS or (len(letters) > 2 and letters not in GREEK_NAMES)
    if not usual or not behind or behind[0].kind not in ("^", "superscript"):
        return
    stop = at + 2
    if behind[0].kind == "^":
        stop += [token.kind for token in tokens[stop : stop + 1]] == ["-"]
        bracket = [token.kind for token in tokens[stop : stop + 1]] == ["("]
        stop = (closing(tokens, stop) if bracket else stop) + 1
    opens = tokens[stop] if stop < len(tokens) else NOTHING
    if opens.kind != "(" or not opens.text:
        return
    shown, power = excerpt(letters), excerpt(text[word.start : opens.start].strip())
    raise refusal(
        text,
        Span(word.start, opens.start),
        f"`{power}` stands before a bracket, and {shown} is no known function or name",
        f"For a product write {power}*(…). A function is defined like {shown}(x) = x^2, and its "
        f"power is written {shown}(x)^2.",
        f"{text[: opens.start]}*{text[opens.start :]}",
    )


def with_subscript(text: str, word: LetterRun, function: str) -> ParseError:
    """Return the error for `max_i x_i`: a function that has an index below."""
    allowed = f"Write every operand, as in max(x_1, x_2). For a product write {word.text}*x."
    if function == "log":
        allowed = f"Write its operand in brackets, like {word.text}(x), or log_b(x, 3)."
    return refusal(text, word, f"The function {function} has a subscript", allowed)


def word_of_language(text: str, token: Token) -> ParseError:
    """Return the error for a word like `where` that stands where a formula goes on."""
    shown = excerpt(text[token.start : token.stop])
    return refusal(
        text,
        token,
        f"`{shown}` cannot stand here",
        "Behind where, with, at and and stands an assignment, like where p = w x; if, "
        f"else, and, or, not stand in conditions. Declare {shown} to use it as a name.",
    )


def entry_expected(text: str, word: LetterRun) -> ParseError:
    """Return the error for a square bracket directly behind a name."""
    shown = excerpt(word.text)
    return refusal(
        text,
        Span(word.stop, word.stop + 1),
        f"`{shown}[` begins no entry that can be read",
        f"An entry is a number counted from 0, like {shown}[0] of a declared vector "
        f"{shown}: 2. For a product write {shown}*(…).",
    )


def without_operands(text: str, word: LetterRun) -> ParseError:
    """Return the error for the name of a function of the text without brackets behind it."""
    shown = excerpt(word.text)
    return refusal(
        text,
        word,
        f"`{shown}` is a function here and stands without its operands",
        f"Write {shown}(…) with its operands in brackets.",
    )

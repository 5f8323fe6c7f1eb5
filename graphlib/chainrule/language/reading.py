"""How letters are read: one table, row by row, in its order.

Each row is a method of `Reading` that answers for a word or passes it on; `ROWS` is the
table. A reading that was made for the user is noted and can be switched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from chainrule.errors import ParseError, excerpt
from chainrule.language.lapses import check_derivative, check_star
from chainrule.language.lexer import Token
from chainrule.language.names import (
    GREEK,
    GREEK_NAMES,
    SUBSCRIPTS,
    canonical,
    is_letter,
    letters_of,
    split,
)
from chainrule.language.notes import Notes
from chainrule.language.spelling import function_before, nearest_function
from chainrule.ops.record import Op

ONE_NAME, PRODUCT, FUNCTION, NUMBER = "one name", "product", "function", "number"
CONSTANTS = {"e": "e", "pi": "pi", "π": "pi"}


class Word(NamedTuple):
    """A word and the kind of the token behind it, on which its reading may depend."""

    text: str
    start: int
    stop: int
    behind: str

    @property
    def called(self) -> bool:
        """Whether an opening bracket follows, as behind a function."""
        return self.behind == "("


def function_names(operations: Mapping[str, Op]) -> dict[str, Op]:
    """Return operations by every function name that is read: Greek letters spelled out too."""
    names = dict(operations)
    for spelling, op in operations.items():
        if not spelling.isascii():
            names.setdefault(canonical(spelling), op)
    return names


class Reading:
    """Reads the words of a text.

    Parameters
    ----------
    text
        The whole input.
    known
        Canonical names that are declared or assigned: they win over everything.
    operations
        Function names and their operations, as `function_names` returns them.
    notes
        Where readings are noted.
    """

    def __init__(
        self, text: str, known: frozenset[str], operations: Mapping[str, Op], notes: Notes
    ) -> None:
        self._text = text
        self._known = known
        self._notes = notes
        self._functions = operations
        self._seen: set[str] = set()
        self._called: list[tuple[Word, tuple[str, ...]]] = []

    @cached_property
    def _whole(self) -> frozenset[str]:
        """The names that a run of letters can be made of."""
        return self._known | GREEK_NAMES | CONSTANTS.keys()

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(name) for name in self._whole}, reverse=True)

    def words(self, tokens: Sequence[Token]) -> list[Token]:
        """Return the tokens of one statement with every word read.

        Raises
        ------
        ParseError
            At a word that cannot be read.
        """
        result: list[Token] = []
        for at, token in enumerate(tokens):
            behind = tokens[at + 1] if at + 1 < len(tokens) else None
            if token.kind == "number":
                result.extend(self._number(token))
            elif token.kind == "superscript" and token.text.isalpha() and token.text != "T":
                result.append(Token("^", "", token.start, token.start))
                result.extend(self._word(token, ""))
            elif token.kind != "word":
                check_star(self._text, tokens, at, self._functions)
                check_derivative(self._text, tokens, at, self._known)
                result.append(token)
            elif behind is not None and behind.kind == "=":
                result.append(token._replace(kind="parameter"))
            else:
                # In sin^n(x) the bracket belongs to the function, not to n.
                raised = [piece.kind for piece in result[-2:]] == ["function", "^"]
                result.extend(self._word(token, "" if behind is None or raised else behind.kind))
        return result

    def check_calls(self) -> None:
        """Refuse unknown words before a bracket; called when all words have been read.

        A name that stands elsewhere as a variable is known, so `x(x+1)` is a product.

        Raises
        ------
        ParseError
            At the first word that is neither a function nor a known name.
        """
        for word, names in self._called:
            if any(name not in self._known and name not in self._seen for name in names):
                raise self._unknown_function(word)
            key = f"product:{excerpt(word.text)}"
            self._notes.tell(key, word.start, word.stop + 1, f"{word.text}·(…)")

    # The rows of the table.

    def declared(self, word: Word) -> list[Token] | None:
        """A declared name, or one that is given a value: that variable."""
        return [self._name(word)] if canonical(word.text) in self._known else None

    def function(self, word: Word) -> list[Token] | None:
        """A function name. A Greek letter is a function only directly before a bracket."""
        name = word.text if word.text in self._functions else canonical(word.text)
        if name not in self._functions:
            return None
        if word.text in GREEK or name in GREEK_NAMES:
            if not word.called:
                return None
            key = self._key(word)
            readings = (f"{word.text}·(…)", f"the function {self._functions[name].name}(…)")
            self._notes.choice(
                key, word.start, word.stop, (FUNCTION, readings[1]), (PRODUCT, readings[0])
            )
            if self._notes.chose(key, PRODUCT):
                return [self._name(word)]
        return [Token("function", name, word.start, word.stop)]

    def constant(self, word: Word) -> list[Token] | None:
        """The constants `e` and `pi`."""
        if word.text not in CONSTANTS:
            return None
        return [Token("constant", CONSTANTS[word.text], word.start, word.stop)]

    def one_letter(self, word: Word) -> list[Token] | None:
        """A Greek name, or a letter, with digits or subscript; letters with a subscript word."""
        letters = letters_of(word.text)
        rest = canonical(word.text)[len(canonical(letters)) :]
        if len(split(word.text)) > 1:
            return None
        if len(letters) == 1 or letters in GREEK_NAMES or rest.startswith("_"):
            return [self._name(word)]
        return None

    def glued_function(self, word: Word) -> list[Token] | None:
        """A function glued to its operand or to the factor before it: refused."""
        if self._notes.chose(self._key(word), ONE_NAME):
            return None
        glued = function_before(word.text, self._functions, self._is_operand)
        if glued:
            raise self._did_you_mean(word, f"{glued} {word.text[len(glued) :]}")
        if word.called:
            for at in range(1, len(word.text)):
                if word.text[at:] in self._functions and self._is_operand(word.text[:at]):
                    raise self._did_you_mean(word, f"{word.text[:at]} {word.text[at:]}")
        return None

    def misspelt(self, word: Word) -> list[Token] | None:
        """A run within one edit of a function: refused. Two letters are too few to tell."""
        if self._notes.chose(self._key(word), ONE_NAME):
            return None
        if len(word.text) > 2 or word.called:
            near = nearest_function(word.text, self._functions)
            if near:
                raise self._did_you_mean(word, near)
        return None

    def known_pieces(self, word: Word) -> list[Token] | None:
        """A run of declared names (and constants or Greek names): their product."""
        pieces = self._longest_pieces(word.text) if len(word.text) > 1 else []
        return self._product(word, pieces) if pieces else None

    def glued_names(self, word: Word) -> list[Token] | None:
        """Names that stand together, like `x1x2` or `Δx`: their product."""
        pieces = split(word.text)
        return self._product(word, pieces) if len(pieces) > 1 else None

    def two_letters(self, word: Word) -> list[Token] | None:
        """Two unknown letters: a product."""
        if len(letters_of(word.text)) != 2:
            return None
        return self._product(word, [word.text[0], word.text[1:]])

    def longer(self, word: Word) -> list[Token] | None:
        """Three or more unknown letters: one name."""
        key = self._key(word)
        letters = letters_of(word.text)
        pieces = [*letters[:-1], word.text[len(letters) - 1 :]]
        self._notes.choice(
            key,
            word.start,
            word.stop,
            (ONE_NAME, f"the name {word.text}"),
            (PRODUCT, "·".join(pieces)),
        )
        return self._take(word, pieces) if self._notes.chose(key, PRODUCT) else [self._name(word)]

    ROWS: tuple[Callable[[Reading, Word], list[Token] | None], ...] = (
        declared,
        function,
        constant,
        glued_function,
        known_pieces,
        one_letter,
        misspelt,
        glued_names,
        two_letters,
        longer,
    )

    # What the rows are made of.

    def _word(self, token: Token, behind: str) -> list[Token]:
        word = Word(token.text, token.start, token.stop, behind)
        for row in self.ROWS:
            read = row(self, word)
            if read is not None:
                break
        else:
            raise AssertionError("the last row reads every word")
        names = tuple(piece.text for piece in read if piece.kind == "name")
        if word.called and read[-1].kind == "name":
            self._called.append((word, names))
        else:
            self._seen.update(names)
        return read

    def _name(self, word: Word) -> Token:
        return Token("name", canonical(word.text), word.start, word.stop)

    def _key(self, word: Word) -> str:
        return f"letters:{excerpt(word.text)}"

    def _product(self, word: Word, pieces: Sequence[str]) -> list[Token]:
        key = self._key(word)
        self._notes.choice(
            key,
            word.start,
            word.stop,
            (PRODUCT, "·".join(pieces)),
            (ONE_NAME, f"the name {word.text}"),
        )
        if self._notes.chose(key, ONE_NAME):
            return [self._name(word)]
        return self._take(word, pieces)

    def _take(self, word: Word, pieces: Sequence[str]) -> list[Token]:
        """Read each piece of a word for itself."""
        result: list[Token] = []
        at = word.start
        for piece in pieces:
            stop = at + len(piece)
            part = Word(piece, at, stop, "")
            if not is_letter(piece[0]):
                raise self._number_behind_name(word)
            read = self.declared(part) or self.constant(part) or self.one_letter(part)
            result.extend(read or self.two_letters(part) or self.longer(part) or [])
            at = stop
        return result

    def _longest_pieces(self, text: str) -> list[str]:
        """Return the known names, constants and Greek names that make up `text`, else nothing.

        One unknown letter may stand at either end of a spelled Greek name: `thetax`.
        """
        text = "".join(SUBSCRIPTS.get(character, character) for character in text)
        pieces: list[str] = []
        at, declared = 0, False
        while at < len(text):
            piece = self._longest_at(text, at)
            if not piece:
                break
            declared = declared or piece in self._known
            pieces.append(piece)
            at += len(piece)
        if at == len(text):
            spelled = len(pieces) == 2 and any(len(piece) > 2 for piece in pieces)
            return pieces if len(pieces) > 1 and (declared or spelled) else []
        for greek, rest in ((text[:-1], text[-1]), (text[1:], text[0])):
            long = len(greek) > 2 and greek in GREEK_NAMES
            if is_letter(rest) and (greek == "pi" or long):
                return [greek, rest] if text.startswith(greek) else [rest, greek]
        return []

    def _longest_at(self, text: str, at: int) -> str:
        for length in self._lengths:
            stop = at + length
            ends = stop == len(text) or text[stop : stop + 1].isalpha()
            if ends and text[at:stop] in self._whole:
                return text[at:stop]
        return ""

    def _is_operand(self, text: str) -> bool:
        """Return whether `text` could be the operand glued to a function: `x`, `2x`, `theta`."""
        factor = text.lstrip("0123456789")
        if not factor or not is_letter(factor[0]):
            return factor != text and not factor
        letters = letters_of(factor)
        return (
            len(letters) == 1
            or letters in GREEK_NAMES
            or canonical(factor) in self._known
            or bool(self._longest_pieces(factor))
        )

    # What is refused, and what is offered instead.

    def _did_you_mean(self, word: Word, instead: str) -> ParseError:
        return ParseError(
            f"`{excerpt(word.text)}` is not known; did you mean `{excerpt(instead)}`?",
            text=self._text,
            position=word.start,
            length=len(word.text),
            allowed="If it is a name of yours, declare it or give it a value.",
            suggestion=self._text[: word.start] + instead + self._text[word.stop :],
        )

    def _number_behind_name(self, word: Word) -> ParseError:
        return ParseError(
            f"A number stands behind a name in `{excerpt(word.text)}`",
            text=self._text,
            position=word.start,
            length=len(word.text),
            allowed="Write the number first, or * between the two.",
        )

    def _unknown_function(self, word: Word) -> ParseError:
        known = ", ".join(sorted(name for name in self._functions if name.isascii()))
        shown = excerpt(word.text)
        return ParseError(
            f"`{shown}` stands before a bracket and is neither a known function nor a known name",
            text=self._text,
            position=word.start,
            length=len(word.text),
            allowed=f"For a product write {shown}*(…). Functions: {known}.",
            suggestion=f"{self._text[: word.stop]}*{self._text[word.stop :]}",
        )

    def _number(self, token: Token) -> list[Token]:
        """Read `2e+1` as 2·e + 1 where `e` is a known name, or where that was asked for."""
        mark = token.text.lower().find("e")
        if mark < 0:
            return [token]
        base, letter, power = token.text[:mark], token.text[mark], token.text[mark + 1 :]
        signed = not power[0].isdigit()
        key = f"exponent:{excerpt(token.text)}"
        split_up = f"{base}·{letter} {power[0]} {power[1:]}"
        if letter in self._known or letter + power in self._known:
            if not signed and letter + power not in self._known:
                raise ParseError(
                    f"`{excerpt(token.text)}` could be a number or a product with `{letter}`",
                    text=self._text,
                    position=token.start,
                    length=len(token.text),
                    allowed=f"Write {base}*10^{power} or {base}*{letter}*{power}.",
                )
            if signed:
                self._notes.tell(key, token.start, token.stop, split_up)
        elif signed and letter == "e":
            usual = (NUMBER, f"the number {token.text}")
            self._notes.choice(key, token.start, token.stop, usual, (PRODUCT, split_up))
            if not self._notes.chose(key, PRODUCT):
                return [token]
        else:
            return [token]
        at = token.start + mark
        number = Token("number", base, token.start, at, Fraction(base))
        if not signed:
            word = Token("word", token.text[mark:], at, token.stop)
            return [number, *self._word(word, "")]
        sign = Token("-" if power[0] != "+" else "+", power[0], at + 1, at + 2)
        word = Token("word", letter, at, at + 1)
        last = Token("number", power[1:], at + 2, token.stop, Fraction(int(power[1:])))
        return [number, *self._word(word, ""), sign, last]

"""How letters are read: one table, row by row, in its order.

Each row is a method of `WordReader` that answers for a word or passes it on; `ROWS` is the
table. A reading that was made for the user is noted and can be switched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from chainrule.errors import excerpt
from chainrule.language.asking import (
    Sentence,
    check_asking,
    check_derivative,
    check_spoken,
    derivative,
)
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import (
    ALIASES,
    GREEK,
    GREEK_NAMES,
    POWER_OF,
    PRIMES,
    Pieces,
    canonical,
    is_letter,
    letters_of,
    split,
    unmarked,
)
from chainrule.language.refusals import (
    LetterRun,
    check_raised,
    did_you_mean,
    entry_expected,
    function_before,
    functions_inside,
    nearest_function,
    number_behind_name,
    unknown_function,
    with_subscript,
    without_operands,
    word_of_language,
)
from chainrule.language.syntax import Notes, Span, refusal
from chainrule.language.words import factor_follows
from chainrule.ops import Op

ONE_NAME, PRODUCT, FUNCTION, NUMBER = "one name", "product", "function", "number"
TRANSPOSE, POWER = "transpose", "power"
CONSTANTS = {"e": "e", "pi": "pi", "π": "pi"}
_EXPONENT = re.compile(r"([0-9.]+)([eE])([-+\u2212]?)([0-9]+)")


class WordReader:
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
    defined
        Canonical names of functions that the text defines; `operations` has them as `f()`.
    shaped
        Whether the text declares vectors or matrices.
    declared
        Canonical names that are declared, not assigned.
    """

    def __init__(
        self,
        text: str,
        known: frozenset[str],
        operations: Mapping[str, Op],
        notes: Notes,
        defined: Container[str] = (),
        shaped: bool = False,
        declared: frozenset[str] = frozenset(),
    ) -> None:
        self._text = text
        self._everywhere = known
        self._notes = notes
        self._functions = operations
        self._defined = defined
        self._shaped = shaped
        self._declared = declared
        self._local: frozenset[str] = frozenset()
        self._know(known)
        self._seen: set[str] = set()
        self._near: dict[str, str] = {}
        self._called: list[tuple[LetterRun, list[str]]] = []

    def _know(self, known: frozenset[str]) -> None:
        self._known = known
        self._pieces = Pieces(known, CONSTANTS)

    def words(self, tokens: Sequence[Token], local: frozenset[str] = frozenset()) -> list[Token]:
        """Return the tokens of one statement with every word read.

        Parameters
        ----------
        tokens
            Of the formula, without the left side.
        local
            Names that are known in this statement only: parameters of the function it defines.

        Raises
        ------
        ParseError
            At a word that cannot be read.
        """
        if local != self._local:
            self._local = local
            self._know(self._everywhere | local)
        check_asking(self._text, tokens, self._known)
        check_spoken(self._text, tokens, self._known)
        row = Sentence(self._text)
        result: list[Token] = []
        for at, (token, behind) in enumerate(pairwise([*tokens, NOTHING])):
            if token.kind == "joint":
                raise word_of_language(self._text, token)
            if token.kind == "derivative":
                raise derivative(self._text, token.start, token.stop)
            if token.kind == "number":
                result.extend(self._number(token))
            elif token.kind == "^" and self._is_transposed(behind, result):
                result.append(behind._replace(kind="superscript"))
            elif result and result[-1].start == token.start and result[-1].kind == "superscript":
                continue  # the T of a transpose
            elif token.kind != "word":
                if token.kind == "/":
                    check_derivative(self._text, tokens, at, self._known)
                if token.kind == "@" and not self._shaped:
                    self._notes.tell("@", token, "the product of two numbers")
                result.append(token)
            elif behind.kind == "=":
                result.append(token._replace(kind="parameter"))
            else:
                read = token.text in self._functions or canonical(token.text) in self._defined
                if not read and not self._is_known(token.text):
                    check_raised(self._text, tokens, at)
                # In sin^n(x) the bracket belongs to the function, not to n.
                raised = [t.kind for t in result[-2:]] == ["function", "^"]
                seen = behind.text not in ("", "{") and not raised
                entry = [t.kind for t in tokens[at + 2 : at + 4]] == ["number", ")"]
                if behind.text == "[" and (behind.start == token.stop or entry):
                    token = self._bracketed(token)
                factor = factor_follows(tokens, at)
                pieces = self._word(token, behind.kind if seen else "", factor)
                function = pieces[-1].kind == "function"
                row.add(token, behind, self._is_known(token.text) or function)
                result.extend(pieces)
        return result

    def _is_known(self, word: str) -> bool:
        return canonical(word) in self._known

    def _bracketed(self, token: Token) -> Token:
        """Read a name before `[`: a function, as in `Sin[x]`; an entry has a number there."""
        name = ALIASES.get(token.text, token.text)
        name = name if name in self._functions else token.text.lower()
        if self._is_known(token.text) or name not in self._functions:
            raise entry_expected(self._text, LetterRun(token.text, token.start, token.stop, ""))
        self._notes.tell(f"bracket:{token.text}", Span(token.start, token.stop + 1), f"{name}(…)")
        return token._replace(text=name)

    def check_calls(self) -> None:
        """Refuse unknown words before a bracket; called when all words have been read.

        A name that stands elsewhere as a variable is known, so `x(x+1)` is a product.

        Raises
        ------
        ParseError
            At the first word that is neither a function nor a known name.
        """
        for word, names in self._called:
            if any(name not in self._everywhere and name not in self._seen for name in names):
                raise unknown_function(self._text, word, self._functions)
            key = f"product:{excerpt(word.text)}"
            self._notes.tell(key, Span(word.start, word.stop + 1), f"{word.text}·(…)")

    # The rows of the table.

    def defined(self, word: LetterRun) -> list[Token] | None:
        """A function that the text defines: its operands stand in brackets behind it."""
        name = canonical(word.text)
        if name not in self._defined or name in self._local:
            return None
        if not word.called:
            raise without_operands(self._text, word)
        return [Token("function", f"{name}()", word.start, word.stop)]

    def declared(self, word: LetterRun) -> list[Token] | None:
        """A declared name, or one that is given a value: that variable."""
        return [self._name(word)] if canonical(word.text) in self._known else None

    def marked(self, word: LetterRun) -> list[Token] | None:
        """A name with a prime, a star or an index above: `y'`, `y*`, `w^(1)` of LaTeX."""
        written = self._text[word.start : word.stop]
        primes = any(p in written for p in PRIMES) or r"\prime" in written
        if not primes and word.text.isascii() and not set(word.text) & {"*", "^", "("}:
            return None
        if unmarked(word.text) == word.text and not primes:
            return None
        if primes:
            base = canonical(word.text).partition("_prime")[0]
            if word.called or base in self._everywhere - self._declared or base in self._functions:
                raise derivative(self._text, word.start, word.stop)
        name = self._name(word)
        self._notes.tell(f"name:{name.text}", word, f"the name {name.text}")
        return [name]

    def alias(self, word: LetterRun) -> list[Token] | None:
        """A function under another name; one of two letters needs a bracket or a factor."""
        name = ALIASES.get(word.text, "")
        if name not in self._functions:
            return None
        letters = all(canonical(letter) in self._known for letter in word.text)
        if letters or not (word.called or word.factor):
            return None
        key = self._key(word)
        shown = "pow" if name == POWER_OF else name
        usual, other = (FUNCTION, f"the function {shown}"), (PRODUCT, "·".join(word.text))
        if self._notes.choice(key, word, usual, other):
            return self._take(word, list(word.text))
        return [Token("function", name, word.start, word.stop)]

    def function(self, word: LetterRun) -> list[Token] | None:
        """A function name. A Greek letter is a function only directly before a bracket."""
        name = word.text if word.text in self._functions else canonical(word.text)
        if name not in self._functions:
            return None
        if word.text in GREEK or name in GREEK_NAMES:
            if not word.called:
                return None
            usual = FUNCTION, f"the function {self._functions[name].name}(…)"
            if self._notes.choice(self._key(word), word, usual, (PRODUCT, f"{word.text}·(…)")):
                return [self._name(word)]
        return [Token("function", name, word.start, word.stop)]

    def constant(self, word: LetterRun) -> list[Token] | None:
        """The constants `e` and `pi`."""
        if word.text not in CONSTANTS:
            return None
        return [Token("constant", CONSTANTS[word.text], word.start, word.stop)]

    def whole(self, word: LetterRun) -> list[Token] | None:
        """A word that is set upright in LaTeX, or has an accent: one name."""
        return [self._name(word)] if word.whole else None

    def subscripted(self, word: LetterRun) -> list[Token] | None:
        """A function with an index below, like `max_i x_i`: refused."""
        name = letters_of(word.text)
        index = canonical(word.text)[len(name) :].removeprefix("_")
        lowered = len(index) == 1 and not word.text.endswith(name + index)
        if name not in self._functions or not lowered or not (word.called or word.factor):
            return None
        raise with_subscript(self._text, word, name)

    def one_letter(self, word: LetterRun) -> list[Token] | None:
        """A Greek name, or a letter, with digits or subscript; letters with a subscript word."""
        letters = letters_of(word.text)
        rest = canonical(word.text)[len(canonical(letters)) :]
        if len(split(word.text)) > 1:
            return None
        if len(letters) == 1 or letters in GREEK_NAMES or rest.startswith("_"):
            return [self._name(word)]
        return None

    def glued_function(self, word: LetterRun) -> list[Token] | None:
        """A function glued to its operand or to the factor before it: refused."""
        if len(word.text) == 1 or self._notes.chose(self._key(word), ONE_NAME):
            return None
        glued = function_before(word.text, self._functions, self._pieces.is_operand)
        if glued:
            raise did_you_mean(self._text, word, f"{glued} {word.text[len(glued) :]}")
        apart = functions_inside(word.text)
        if apart:
            raise did_you_mean(self._text, word, apart)
        if word.called:
            for at in range(1, len(word.text)):
                if word.text[at:] in self._functions and self._pieces.is_operand(word.text[:at]):
                    raise did_you_mean(self._text, word, f"{word.text[:at]} {word.text[at:]}")
        return None

    def misspelt(self, word: LetterRun) -> list[Token] | None:
        """A run within one edit of a function: refused. Two letters are too few to tell."""
        if self._notes.chose(self._key(word), ONE_NAME):
            return None
        if len(word.text) > 2 or word.called:
            near = self._near.get(word.text)
            if near is None:
                near = self._near[word.text] = nearest_function(word.text, self._functions)
            if near:
                raise did_you_mean(self._text, word, near)
        return None

    def known_pieces(self, word: LetterRun) -> list[Token] | None:
        """A run of declared names (and constants or Greek names): their product."""
        pieces = self._pieces.longest(word.text) if len(word.text) > 1 else []
        return self._product(word, pieces) if pieces else None

    def glued_names(self, word: LetterRun) -> list[Token] | None:
        """Names that stand together, like `x1x2` or `Δx`: their product."""
        pieces = split(word.text)
        return self._product(word, pieces) if len(pieces) > 1 else None

    def two_letters(self, word: LetterRun) -> list[Token] | None:
        """Two unknown letters: a product."""
        if len(letters_of(word.text)) != 2:
            return None
        return self._product(word, [word.text[0], word.text[1:]])

    def longer(self, word: LetterRun) -> list[Token] | None:
        """Three or more unknown letters: one name."""
        letters = letters_of(word.text)
        pieces = [*letters[:-1], word.text[len(letters) - 1 :]]
        usual, other = (ONE_NAME, f"the name {word.text}"), (PRODUCT, "·".join(pieces))
        if self._notes.choice(self._key(word), word, usual, other):
            return self._take(word, pieces)
        return [self._name(word)]

    ROWS: tuple[Callable[[WordReader, LetterRun], list[Token] | None], ...] = (
        defined,
        declared,
        marked,
        alias,
        function,
        constant,
        whole,
        glued_function,
        known_pieces,
        subscripted,
        one_letter,
        misspelt,
        glued_names,
        two_letters,
        longer,
    )

    def _is_transposed(self, raised: Token, before: Sequence[Token]) -> bool:
        """Return whether `^T` is a transpose: where shapes are declared, and no name T is."""
        if raised.text != "T" or "T" in self._known:
            return False
        if not before or before[-1].kind not in ("name", ")"):
            return False
        key = f"transpose:{excerpt(self._text[before[-1].start : raised.stop])}"
        usual, other = (TRANSPOSE, "the transpose"), (POWER, "the power with exponent T")
        if not self._shaped:
            usual, other = other, usual
        turned = self._notes.choice(key, Span(before[-1].start, raised.stop), usual, other)
        return turned != self._shaped

    # What the rows are made of.

    def _word(self, token: Token, behind: str, factor: bool = False) -> list[Token]:
        word = LetterRun(token.text, token.start, token.stop, behind, token.whole, factor)
        for row in self.ROWS:
            read = row(self, word)
            if read is not None:
                break
        else:
            raise AssertionError("the last row reads every word")
        names = [
            piece.text for piece in read if piece.kind == "name" and piece.text not in self._local
        ]
        if word.called and read[-1].kind == "name":
            self._called.append((word, names))
        else:
            self._seen.update(names)
        return read

    def _name(self, word: LetterRun) -> Token:
        return Token("name", canonical(word.text), word.start, word.stop)

    def _key(self, word: LetterRun) -> str:
        return f"letters:{excerpt(word.text)}"

    def _product(self, word: LetterRun, pieces: Sequence[str]) -> list[Token]:
        usual, other = (PRODUCT, "·".join(pieces)), (ONE_NAME, f"the name {word.text}")
        if self._notes.choice(self._key(word), word, usual, other):
            return [self._name(word)]
        return self._take(word, pieces)

    def _take(self, word: LetterRun, pieces: Sequence[str]) -> list[Token]:
        """Read each piece of a word for itself."""
        result: list[Token] = []
        at = word.start
        for number, piece in enumerate(pieces, 1):
            # Only the last piece may be longer in the text: x_{1}.
            stop = at + len(piece) if number < len(pieces) else word.stop
            part = LetterRun(piece, at, stop, "")
            if not is_letter(piece[0]):
                raise number_behind_name(self._text, word)
            read = self.declared(part) or self.constant(part) or self.one_letter(part)
            result.extend(read or self.two_letters(part) or self.longer(part) or [])
            at = stop
        return result

    # Numbers.

    def _number(self, token: Token) -> list[Token]:
        """Read `2e+1` as 2·e + 1 where `e` is a known name, or where that was asked for."""
        written = _EXPONENT.fullmatch(token.text)
        if written is None:
            return [token]
        base, letter, sign, power = written.groups()
        key, product = f"exponent:{excerpt(token.text)}", f"{base}·{letter} {sign} {power}"
        at = token.start + len(base)
        number = Token("number", base, token.start, at, Fraction(base))
        known = letter in self._known
        if not sign and letter + power in self._known:
            return [number, *self._word(Token("word", letter + power, at, token.stop), "")]
        if not sign and known:
            raise refusal(
                self._text,
                token,
                f"`{excerpt(token.text)}` could be a number or a product with `{letter}`",
                f"Write {base}*10^{power} or {base}*{letter}*{power}.",
            )
        if sign and known:
            self._notes.tell(key, token, product)
        elif not sign or letter != "e" or not self._splits(key, token, product):
            return [token]
        between = Token("+" if sign == "+" else "-", sign, at + 1, at + 2)
        last = Token("number", power, at + 2, token.stop, Fraction(int(power)))
        return [number, *self._word(Token("word", letter, at, at + 1), ""), between, last]

    def _splits(self, key: str, token: Token, product: str) -> bool:
        usual = NUMBER, f"the number {token.text}"
        return self._notes.choice(key, token, usual, (PRODUCT, product))

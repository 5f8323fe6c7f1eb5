"""Questions in words and in signs: what can be asked here is read, the rest told what can be."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from itertools import pairwise

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import GREEK_NAMES, canonical, letters_of
from chainrule.language.syntax import Notes

ASKED = (
    "Asked can be for a function, and its value and all its derivatives are shown: type "
    "x^2 sin x, or d/dx x^2 sin x."
)


def question(
    text: str, body: list[Token], known: Collection[str], notes: Notes
) -> tuple[str | None, list[Token]]:
    """Return by what a derivative is asked for, if it is, and the formula without the question."""
    first = body[0]
    by, rest = None, 0
    if first.kind == "derivative":
        by, rest = first.text, 1
    elif is_quotient(body, known) and letters_of(first.text) == "d" == first.text:
        by, rest = body[2].text[1:], 3
    elif first.text in ("differentiate", "derive") and canonical(first.text) not in known:
        by, rest = "", 1
    elif first.text == "derivative" and canonical(first.text) not in known:
        of = body[1] if len(body) > 1 else NOTHING
        by, rest = ("", 2) if of.text == "of" else (None, 0)
    if by is None:
        return None, body
    inner = body[rest:]
    words = [token.text for token in inner]
    if "respect" in words and (at := words.index("respect")) and words[at - 1 : at + 2][-1] == "to":
        by, inner = "".join(words[at + 2 : at + 3]), inner[: at - 1]
    if not inner:
        raise ParseError(
            "The function to differentiate is missing", text=text, position=first.start,
            length=body[-1].stop - first.start, allowed=ASKED,
        )  # fmt: skip
    shown = f"by {by}" if by else "by every variable"
    key = f"asked:{by}"
    notes.tell(key, first.start, inner[0].start, f"the function is read, and derived {shown}")
    return canonical(by) if by else "", inner


def is_quotient(part: Sequence[Token], known: Collection[str]) -> bool:
    """Return whether `d/dx` or `dy/dx` begins here, and these are not names that are known."""
    kinds = [token.kind for token in part[:3]]
    if kinds != ["word", "/", "word"]:
        return False
    above, below = part[0].text, part[2].text
    small = len(letters_of(above)) < 3 and len(letters_of(below)) == 2
    both = all(canonical(word) in known for word in (above, below))
    return small and above[0] == below[0] == "d" and not both


# Words of programs that no formula has; what stands behind some of them is one.
CODE = {"return": True, "let": True, "Let": True, "def": False, "lambda": False, "print": False}


def check_code(text: str, part: Sequence[Token], known: Collection[str]) -> None:
    """Refuse a statement that begins with a word of a program.

    Raises
    ------
    ParseError
        At the word; the correction leaves it out where a formula follows.
    """
    first, behind = part[0], part[1] if len(part) > 1 else NOTHING
    apart = behind.kind in ("word", "number", "(", "function", "root")
    if first.text in CODE and apart and canonical(first.text) not in known:
        rest = text[: first.start] + text[behind.start :]
        raise ParseError(
            f"`{first.text}` is a word of a program",
            text=text, position=first.start, length=len(first.text),
            allowed="A formula is written y = x^2, a function f(x) = x^2.",
            suggestion=rest if CODE[first.text] else "",
        )  # fmt: skip


def check_statement(text: str, part: Sequence[Token], known: Collection[str]) -> None:
    """Refuse `dy/dx = …`, which asks for a function, or states a derivative."""
    first = part[0]
    check_asking(text, part, known)
    if first.kind == "derivative" or is_quotient(part, known):
        stop = first.stop if first.kind == "derivative" else part[2].stop
        raise ParseError(
            f"`{excerpt(text[first.start : stop])}` = is not read: derivatives are computed here",
            text=text, position=first.start, length=stop - first.start, allowed=ASKED,
        )  # fmt: skip


def derivative(text: str, start: int, stop: int) -> ParseError:
    """Return the error for a notation of a derivative, where a function is to stand."""
    return ParseError(
        f"`{excerpt(text[start:stop])}` asks for a derivative inside a formula",
        text=text,
        position=start,
        length=stop - start,
        allowed="All derivatives of the function that is typed are shown: type x^2 sin x, or "
        "d/dx x^2 sin x.",
    )


def check_derivative(text: str, tokens: Sequence[Token], at: int, known: Container[str]) -> None:
    """Refuse `d/dx`, `dy/dx` and `d^2/dx^2` inside a formula unless these are declared names.

    Raises
    ------
    ParseError
        At the whole of the derivative.
    """
    if tokens[at].kind != "/" or at == 0 or at + 1 == len(tokens):
        return
    over = at - 1
    if tokens[over].kind in ("number", "superscript") and over > 0:
        over -= 2 if tokens[over - 1].kind == "^" else 1
    above, below = tokens[max(over, 0)], tokens[at + 1]
    if not above.kind == below.kind == "word":
        return
    if all(canonical(word.text) in known for word in (above, below)):
        return
    small = len(letters_of(above.text)) < 3 and len(letters_of(below.text)) == 2
    if small and above.text[0] == below.text[0] == "d":
        raise derivative(text, above.start, below.stop)


ASKING = frozenset(
    {
        "integral", "integrate", "lim", "limit", "solve", "derive", "derivative", "differentiate",
        "simplify", "minimize", "minimise", "maximize", "maximise", "factor", "expand", "plot",
        "gradient", "evaluate", "calculate", "compute", "find", "what", "graph", "roots", "zeros",
    }
)  # fmt: skip


# Signs that are spoken.
SPOKEN = {"squared": "^2", "cubed": "^3", "plus": "+", "minus": "-", "times": "*", "over": "/"}


def check_spoken(text: str, tokens: Sequence[Token], known: Container[str]) -> None:
    """Refuse `x squared` and `x plus y`, where a sign is meant.

    Raises
    ------
    ParseError
        At the word, with the sign in its place as a correction.
    """
    for before, token in pairwise(tokens):
        sign = SPOKEN.get(token.text, "") if token.kind == "word" else ""
        operand = before.kind in ("word", "number", ")", "superscript", "index")
        if sign and operand and before.stop < token.start and canonical(token.text) not in known:
            gap = "" if sign.startswith("^") else " "
            shown = text[: before.stop] + gap + sign + text[token.stop :]
            raise ParseError(
                f"`{token.text}` is written with a sign",
                text=text, position=token.start, length=len(token.text),
                allowed=f"Write {sign}, or declare {token.text} to use it as a name.",
                suggestion=shown,
            )  # fmt: skip


def check_asking(text: str, tokens: Sequence[Token], known: Container[str]) -> None:
    """Refuse words that ask for something else, like `integral x`, and sentences.

    Raises
    ------
    ParseError
        At the words.
    """
    for token, behind in zip(tokens, [*tokens[1:], NOTHING], strict=False):
        apart = behind.kind not in ("", "+", "-", "*", "/", "^", "=", ",", ")", ";")
        if token.kind != "word" or token.text.lower() not in ASKING:
            continue
        if apart and canonical(token.text) not in known:
            raise ParseError(
                f"`{excerpt(token.text)}` is not computed here",
                text=text,
                position=token.start,
                length=len(token.text),
                allowed=ASKED,
            )


class Sentence:
    """Watches for unknown words in a row, which make no formula.

    Parameters
    ----------
    text
        The whole input.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._row: list[Token] = []

    def add(self, token: Token, behind: Token, known: bool) -> None:
        """Take a word that was read, and the token behind it.

        Raises
        ------
        ParseError
            If it is the last of several unknown words.
        """
        letters = letters_of(token.text)
        unknown = letters == token.text and len(letters) > 2 and letters not in GREEK_NAMES
        if known or token.whole or not unknown:
            self._row = []
            return
        self._row.append(token)
        if behind.kind not in ("word", "joint"):
            if len(self._row) > 1:
                raise self._sentence(self._row)
            self._row = []

    def _sentence(self, words: Sequence[Token]) -> ParseError:
        """Return the error for several unknown words in a row."""
        text = self._text
        start, stop = words[0].start, words[-1].stop
        product = "*".join(text[word.start : word.stop] for word in words)
        return ParseError(
            f"`{excerpt(text[start:stop])}`: several words in a row that are not known",
            text=text,
            position=start,
            length=stop - start,
            allowed=f"{ASKED} A product of names is written with *, or the names are declared.",
            suggestion=text[:start] + product + text[stop:],
        )

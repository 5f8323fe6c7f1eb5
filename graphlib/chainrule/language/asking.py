"""Questions in words and in signs: what can be asked here is read, the rest told what can be."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Sequence
from itertools import pairwise

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import ALIASES, GREEK_NAMES, PRIMES, canonical, letters_of
from chainrule.language.syntax import Notes, Span, listed, refusal, spelled
from chainrule.language.words import between_commas, closing

BEGINS = frozenset({"word", "number", "(", "function", "root", "|"})
"""What a formula begins with."""
ASKED = (
    "Asked can be for a function, and its value and all its derivatives are shown: type "
    "x^2 sin x, or d/dx x^2 sin x."
)


_BELOW = re.compile("[D∂]_([a-z]|[a-z]+_?[0-9])")  # D_x f
_OPENING = re.compile(
    r"(?:(?:what|is|find|compute|calculate|evaluate|show|the|a|partial|first|total) )*"
    r"(?:(?:derivative|gradient|slope|partial|grad) of |"
    r"(?:differentiate|derive|derivative|diff|grad) )"
)
DIFFERENTIATED = frozenset({"diff", "D", "Diff", "derivative", "Derivative", "grad"})


def question(
    text: str, body: list[Token], known: Collection[str], notes: Notes
) -> tuple[str | None, list[Token]]:
    """Return by what a derivative is asked for, if it is, and the formula without the question."""
    first = body[0]
    by, inner = _in_signs(body, known)
    if by is None:
        by, inner = _in_words(body, known)
    if by is None:
        return None, body
    words = [token.text for token in inner]
    for to in (["with", "respect", "to"], ["wrt"]):
        at = next((k for k in range(len(words)) if words[k : k + len(to)] == to), 0)
        if at:
            by, inner = "".join(words[at + len(to) :][:1]), inner[:at]
            break
    if not inner:
        raise refusal(
            text,
            Span(first.start, body[-1].stop),
            "The function to differentiate is missing",
            ASKED,
        )
    shown = f"by {by}" if by else "by all inputs"
    key = f"asked:{by}"
    notes.tell(key, Span(first.start, inner[0].start), f"the derivatives {shown} of what follows")
    return canonical(by) if by else "", inner


def _in_signs(body: list[Token], known: Collection[str]) -> tuple[str | None, list[Token]]:
    """Read `d/dx f`, `d(f)/dx`, `diff(f, x)` and `D[f, x]`."""
    first = body[0]
    if first.kind == "derivative":
        return first.text, body[1:]
    if is_quotient(body, known) and letters_of(first.text) == "d" == first.text:
        return body[2].text[1:], body[3:]
    below = _BELOW.fullmatch(first.text) if len(body) > 1 else None
    if below is not None and canonical_or(first) not in known and body[1].kind in BEGINS:
        return below[1], body[1:]
    if len(body) < 4 or body[1].kind != "(" or canonical_or(first) in known:
        return None, body
    close = closing(body, 1)
    first_part, *others = between_commas(body[2:close])
    behind = body[close + 1 :]
    if first.text == "d" and [t.kind for t in behind] == ["/", "word"]:
        by = behind[1].text
        return (by[1:], body[2:close]) if by[:1] == "d" and len(by) > 1 else (None, body)
    if first.text not in DIFFERENTIATED or behind:
        return None, body
    if others and [t.kind for t in others[0]] == ["word"]:
        return others[0][0].text, first_part
    return (None, body) if others or first.text == "D" else ("", first_part)


def canonical_or(token: Token) -> str:
    """Return the name that a word is, "" for anything else."""
    return canonical(token.text) if token.kind == "word" else ""


def _words_of_asking(body: Sequence[Token], known: Collection[str]) -> int:
    """Return how many words ask at the beginning: `find the derivative of` are four."""
    words = []
    for token in body[:9]:
        if token.kind not in ("word", "joint") or canonical(token.text) in known:
            break
        words.append(token.text.lower())
    asked = _OPENING.match(" ".join([*words, ""]))
    return asked[0].count(" ") if asked is not None else 0


def asked_first(part: list[Token], equals: Sequence[int], known: Collection[str]) -> list[Token]:
    """Return `find the derivative of y = x^2` with the words of asking before the formula."""
    words = _words_of_asking(part, known) if equals else 0
    if not equals or not 0 < words < equals[0]:
        return part
    stop = equals[0] + 1
    return [*part[words:stop], *part[:words], *part[stop:]]


def _in_words(body: list[Token], known: Collection[str]) -> tuple[str | None, list[Token]]:
    """Read `derivative of f`, `find the partial derivative of f`, `differentiate f`."""
    words = _words_of_asking(body, known)
    if not words:
        return None, body
    rest = body[words:]
    operand = rest[0].kind in BEGINS or rest[0].kind == "-" if rest else words > 1
    return ("", rest) if operand else (None, body)


def is_quotient(part: Sequence[Token], known: Container[str]) -> bool:
    """Return whether `d/dx` or `dy/dx` begins here, and these are not names that are known."""
    kinds = [token.kind for token in part[:3]]
    if kinds != ["word", "/", "word"]:
        return False
    above, below = part[0].text, part[2].text
    small = len(letters_of(above)) < 3 and len(letters_of(below)) == 2
    both = all(canonical(word) in known for word in (above, below))
    return small and above[0] == below[0] == "d" and not both


def check_statement(text: str, part: Sequence[Token], known: Collection[str]) -> None:
    """Refuse `dy/dx = …`, which asks for a function, or states a derivative."""
    first = part[0]
    check_asking(text, part, known)
    if first.kind == "derivative" or is_quotient(part, known):
        stop = first.stop if first.kind == "derivative" else part[2].stop
        raise refusal(
            text,
            Span(first.start, stop),
            f"`{excerpt(text[first.start : stop])}` = is not read: derivatives are computed here",
            ASKED,
        )


def check_stated(text: str, name: Token | None, assigned: Container[str]) -> None:
    """Refuse y' = … where y is assigned: its derivative is computed here."""
    written = text[name.start : name.stop] if name is not None else ""
    primed = any(sign in written for sign in (*PRIMES, "\\prime"))
    if name is not None and primed and canonical(name.text).partition("_prime")[0] in assigned:
        raise derivative(text, name.start, name.stop)


def derivative(text: str, start: int, stop: int) -> ParseError:
    """Return the error for a notation of a derivative, where a function is to stand."""
    return refusal(
        text,
        Span(start, stop),
        f"`{excerpt(text[start:stop])}` asks for a derivative inside a formula",
        "All derivatives of the function that is typed are shown: type x^2 sin x, or "
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
    if is_quotient((above, tokens[at], below), known):
        raise derivative(text, above.start, below.stop)


ASKING_HERE = listed(
    "calculate compute derivative derive differentiate evaluate find gradient show what"
)
"""Words that ask for what is shown for every function."""
ASKING = ASKING_HERE - {"show"} | listed(
    """
    argmax argmin expand factor graph hessian integral integrate jacobian lim limit maximise
      maximize maximum minimise minimize minimum plot roots simplify solve taylor zeros
    """
)


# Signs and functions that are spoken.
SPOKEN = {
    phrase.replace("_", " "): sign
    for phrase, sign in spelled(
        """
    ^2 squared
    ^3 cubed
    ^ to_the_power_of to_the
    + plus
    - minus
    * times multiplied_by
    / divided_by over
    sqrt square_root_of
    cbrt cube_root_of
    abs absolute_value_of
    ln natural_log_of log_of
    sin sine_of
    cos cosine_of
        """
    ).items()
}
_SPOKEN = re.compile("|".join(rf"{phrase}\b" for phrase in SPOKEN))


def check_spoken(text: str, tokens: Sequence[Token], known: Container[str]) -> None:
    """Refuse `x squared` and `square root of x`, where a sign or function is meant.

    Raises
    ------
    ParseError
        At the words, with the sign in their place as a correction.
    """
    for before, token in pairwise([NOTHING, *tokens]):
        spoken = _SPOKEN.match(text, token.start) if token.kind == "word" else None
        if spoken is None or canonical(token.text) in known:
            continue
        sign = SPOKEN[spoken[0]]
        operand = before.kind in ("word", "number", ")", "superscript", "index")
        if sign.isalpha() or (operand and before.stop < token.start):
            begin = before.stop if sign.startswith("^") else token.start
            raise refusal(
                text,
                Span(token.start, spoken.end()),
                f"`{spoken[0]}` is written with a sign or function",
                f"Write {sign}, or declare {token.text} to use it as a name.",
                text[:begin] + sign + text[spoken.end() :],
            )


def check_asking(text: str, tokens: Sequence[Token], known: Container[str]) -> None:
    """Refuse words that ask for something else, like `integral x`, and sentences.

    Raises
    ------
    ParseError
        At the words.
    """
    for token, behind in zip(tokens, [*tokens[1:], NOTHING], strict=False):
        apart = behind.kind not in ("", "+", "-", "*", "/", "^", "=", ",", ")", ";")
        called = behind.kind == "(" and token.text in ALIASES  # maximum(a, b)
        if token.kind != "word" or called or token.text.lower() not in ASKING:
            continue
        if apart and canonical(token.text) not in known:
            raise not_computed(text, (token.start, token.stop))


def not_computed(text: str, place: tuple[int, int]) -> ParseError:
    """Return the error for a word that asks for something else than values and derivatives."""
    shown = excerpt(text[slice(*place)])
    return refusal(text, Span(*place), f"`{shown}` is not computed here", ASKED)


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
            self._end()
            return
        self._row.append(token)
        if behind.kind not in ("word", "joint"):
            self._end()

    def _end(self) -> None:
        row, self._row = self._row, []
        if len(row) > 1:
            raise self._sentence(row)

    def _sentence(self, words: Sequence[Token]) -> ParseError:
        """Return the error for several unknown words in a row."""
        text = self._text
        start, stop = words[0].start, words[-1].stop
        product = "*".join(text[word.start : word.stop] for word in words)
        before = text[:start].rstrip()[-1:]
        alone = not before or before in "=+-*/(;,^\n"
        return refusal(
            text,
            Span(start, stop),
            f"`{excerpt(text[start:stop])}`: several words in a row that are not known",
            f"{ASKED} A product of names is written with *, or the names are declared.",
            text[:start] + product + text[stop:] if alone else "",
        )

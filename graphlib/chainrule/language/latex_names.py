r"""Names as LaTeX writes them: `x_{12}`, `\theta_0`, `\hat{y}`, `y^*`, `\mathrm{rate}`.

Each becomes the word that a text would hold in its place: x_12, theta_0, y_hat, y_star, rate.
"""

from __future__ import annotations

import re

from chainrule.errors import ParseError, excerpt
from chainrule.language.latex_tables import ACCENTS, GREEK, IGNORED, STYLES, UPRIGHT
from chainrule.language.lexer import Token
from chainrule.language.limits import LIMITS, beyond
from chainrule.language.names import SUBSCRIPTS, canonical, is_letter

COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_STAR = re.compile(r"\s*\^\s*(?:\*|\\(?:ast|star)(?![A-Za-z])|"
                   r"\{\s*(?:\*|\\(?:ast|star)(?![A-Za-z]))\s*\})")  # fmt: skip
_UPRIGHT_NAME = re.compile(r"\s*\{((?:[A-Za-z0-9]|\\?_)+)\}|\s+([A-Za-z])")
_SHIFT = re.compile(r"\s*([+-])\s*([0-9]{1,9})\s*\}")
_SPACE = re.compile(r"(?:[\s~]|%[^\n]*)+")
_NESTED = 3


class Names:
    """Reads names from left to right; `at` is the place in the text.

    Parameters
    ----------
    text
        What was typed.
    plain
        The same as `chainrule.language.lexer.clean` returned it.
    """

    def __init__(self, text: str, plain: str) -> None:
        self.text = text
        self.plain = plain
        self.at = 0
        self._styles: dict[str, str] = {}

    def refuse(self, message: str, allowed: str, start: int, stop: int = 0) -> ParseError:
        """Return the error at the characters from `start` to `stop`, or at one."""
        start = min(start, max(0, len(self.text) - 1)) if start >= len(self.text) else start
        length = max(1, stop - start)
        return ParseError(message, text=self.text, position=start, length=length, allowed=allowed)

    def skip(self) -> str:
        """Go to the next character that is not a space, and return it, or ""."""
        while self.at < len(self.plain):
            space = _SPACE.match(self.plain, self.at)
            if space is not None:
                self.at = space.end()
            elif self.command() in IGNORED:
                self.at += len(self.command()) + 1
            else:
                return self.plain[self.at]
        return ""

    def command(self) -> str:
        r"""Return the name of the command that begins here, "" if none does: `\frac`."""
        match = COMMAND.match(self.plain, self.at)
        return match[1] if match else ""

    def begins_name(self) -> bool:
        """Return whether a name begins here."""
        command = self.command()
        letter = self.at < len(self.plain) and is_letter(self.plain[self.at])
        return letter or any(command in table for table in (GREEK, ACCENTS, STYLES, UPRIGHT))

    def name(self, *, single: bool = False, summed: bool = False) -> list[Token]:
        """Take a name and return its tokens: one, or two where letters are a product.

        Parameters
        ----------
        single
            Take one letter or command only, without a subscript: what stands raised.
        summed
            Whether an index of a sum may be computed with in a subscript, as in x_{j+1}.

        Raises
        ------
        ParseError
            If accents or subscripts cannot be read, or two styles of one letter meet.
        LimitError
            If the name is too long.
        """
        start = self.at
        base, whole, style = self._base(0, single)
        word, shift = (base, "") if single else self._subscripts(base)
        if len(word) > LIMITS.name:
            what = "characters in a name"
            raise beyond(what, LIMITS.name, text=self.text, position=start)
        stop = self.at
        if len(base) == 1 or whole or base in GREEK.values():
            self._check_style(word, style, start, stop)
        if not shift:
            return [Token("word", word, start, stop, None, whole)]
        if not summed:
            message = f"`{excerpt(self.text[start:stop])}` has no number as a subscript"
            raise self.refuse(message, "Only the index of a sum is computed with.", start, stop)
        first = len(base) - 1 if len(base) == 2 and not whole else 0
        tokens = [Token("word", base[:first], start, start + first)] if first else []
        return [*tokens, Token("name", canonical(word)[first:] + shift, start + first, stop)]

    def _check_style(self, word: str, style: str, start: int, stop: int) -> None:
        name = canonical(word)
        earlier = self._styles.setdefault(name, style)
        if earlier != style:
            styles = " and ".join(sorted((style or "plain", earlier or "plain")))
            raise self.refuse(
                f"`{excerpt(self.text[start:stop])}` stands here in two styles: {styles}",
                "Write one name in one style, two names with different letters or subscripts.",
                start,
                stop,
            )

    def _base(self, depth: int, single: bool) -> tuple[str, bool, str]:
        """Take a name without subscripts: its word, whether it is one name, and its style."""
        start, command = self.at, self.command()
        if not command:
            self.at += 1
            while not single and self.at < len(self.plain) and self._continues():
                self.at += 1
            return self.plain[start : self.at], False, ""
        self.at += len(command) + 1
        if command in GREEK:
            return GREEK[command], False, "variant" if command.startswith("var") else ""
        if command in UPRIGHT:
            match = _UPRIGHT_NAME.match(self.plain, self.at)
            if match is None or not (match[1] or match[2])[0].isalpha():
                allowed = r"A name stands there: letters, then digits, like \mathrm{rate}."
                raise self.refuse(f"`\\{command}` holds no name", allowed, start, self.at)
            self.at = match.end()
            return (match[1] or match[2]).replace("\\", ""), True, ""
        if depth == _NESTED:
            message = f"More than {_NESTED} accents or styles inside each other"
            raise self.refuse(message, "One accent over a name is read.", start, self.at)
        inner, whole, style = self._argument(depth + 1, command, start)
        if command in STYLES:
            return inner, whole or (len(inner) > 1 and inner not in GREEK), STYLES[command] or style
        return f"{inner}_{ACCENTS[command]}", True, style

    def _continues(self) -> bool:
        character = self.plain[self.at]
        digit = character.isascii() and character.isdigit()
        return digit or character in SUBSCRIPTS or is_letter(character)

    def _argument(self, depth: int, command: str, start: int) -> tuple[str, bool, str]:
        allowed = f"One name stands there, like \\{command}{{x}}."
        braced = self.skip() == "{"
        if braced:
            self.at += 1
            self.skip()
        if not self.begins_name():
            raise self.refuse(f"`\\{command}` stands over no name", allowed, start, self.at)
        base, whole, style = self._base(depth, single=not braced)
        if braced:
            base, shift = self._subscripts(base)
            if self.skip() != "}" or shift:
                message = f"`\\{command}` stands over more than a name"
                raise self.refuse(message, allowed, start, self.at)
            self.at += 1
        return base, whole, style

    def _subscripts(self, base: str) -> tuple[str, str]:
        """Take subscripts and a star behind `base`: the word, and what is added to an index."""
        word, shift, lowered = base, "", False
        while not shift:
            here = self.at
            star = _STAR.match(self.plain, self.at)
            if star is not None:
                self.at = star.end()
                word += "_star"
            elif self.skip() == "_":
                if lowered:
                    allowed = "Write them together, like x_{1,2}."
                    raise self.refuse("A second subscript follows", allowed, self.at)
                lowered = True
                self.at += 1
                subscript, shift = self._subscript()
                word += f"_{subscript}"
            else:
                self.at = here
                break
        return word, shift

    def _subscript(self) -> tuple[str, str]:
        start = self.at
        if self.skip() != "{":
            if not self.at < len(self.plain):
                raise self._no_subscript(start)
            if self.plain[self.at].isascii() and self.plain[self.at].isdigit():
                self.at += 1
                if self.plain[self.at : self.at + 1].isdecimal():
                    message = "Without braces only the first digit is lowered"
                    raise self.refuse(message, "Write x_{12}.", self.at)
                return self.plain[self.at - 1], ""
            if not self.begins_name():
                raise self._no_subscript(start)
            return self._base(0, single=True)[0], ""
        self.at += 1
        parts: list[str] = []
        apart = False
        while self.skip() not in ("}", ""):
            begin, character = self.at, self.plain[self.at]
            shift = _SHIFT.match(self.plain, self.at)
            if shift is not None and len(parts) == 1 and parts[0].isalpha():
                self.at = shift.end()
                return parts[0], shift[1] + shift[2]
            if character == ",":
                self.at += 1
                apart = True
                continue
            if character == "*" or self.command() in ("ast", "star"):
                self.at += 1 if character == "*" else len(self.command()) + 1
                part, alone = "star", True
            elif character.isascii() and character.isdigit():
                self.at += 1
                part, alone = character, False
            elif self.begins_name():
                part = self._base(0, single=character != "\\")[0]
                alone = len(part) > 1
            else:
                raise self._no_subscript(begin)
            if parts and not (apart or alone or (len(parts[-1]) > 1 and parts[-1] in GREEK)):
                parts[-1] += part
            else:
                parts.append(part)
            apart = alone
        if not parts or self.at >= len(self.plain):
            raise self._no_subscript(start)
        self.at += 1
        return "_".join(parts), ""

    def _no_subscript(self, place: int) -> ParseError:
        allowed = "A subscript is made of letters and digits, like x_{12} or w_{i,j}."
        return self.refuse("This subscript cannot be read", allowed, place)

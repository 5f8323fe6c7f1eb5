r"""Names as LaTeX writes them, and the commands that are read, each with what it stands for.

`x_{12}`, `\theta_0`, `\hat{y}`, `y^*`, `\mathrm{rate}` become the words that a text would hold:
x_12, theta_0, y_hat, y_star, rate.
"""

from __future__ import annotations

import re
from functools import cached_property

from chainrule.errors import ParseError, excerpt
from chainrule.language.lexer import Token
from chainrule.language.names import (
    GREEK_NAMES,
    SUBSCRIPTS,
    UPPER,
    canonical,
    index_word,
    is_letter,
)
from chainrule.language.syntax import LIMITS, Span, beyond, listed, refusal, spelled

GREEK: dict[str, str] = {
    **{name: name for name in GREEK_NAMES},
    **{f"var{name}": name for name in ("epsilon", "theta", "rho", "sigma", "phi", "kappa")},
    "hbar": "hbar",
    "ell": "ell",
}
ACCENTS = spelled(
    """
    hat hat widehat
    bar bar overline
    tilde tilde widetilde
    vec vec
    dot dot
    check check
    """
)
# Letters in two of these styles are two names for the eye, so they may not meet in one text.
STYLES = spelled(
    """
    bold mathbf boldsymbol bm
    calligraphic mathcal
    script mathscr
    Fraktur mathfrak
    """
) | dict.fromkeys(("mathit", "mathnormal", "mathsf", "mathtt"), "")
UPRIGHT = frozenset({"mathrm", "mbox", "text", "textrm", "textnormal", "textit", "operatorname"})
IGNORED = frozenset(" \n\t") | listed(
    """
    , ; : ! > quad qquad enspace thinspace displaystyle textstyle scriptstyle nonumber notag
    limits nolimits allowbreak relax
    """
)
SIZES = frozenset(
    size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
)
SIGNS = spelled(
    """
    * cdot times ast odot circledast
    / div
    = approx simeq
    maps mapsto to rightarrow
    """
)
COMPARISONS = spelled(
    """
    < lt
    > gt
    <= le leq leqslant
    >= ge geq geqslant
    != ne neq
    """
)
LOGIC = spelled(
    """
    and land wedge
    or lor vee
    not lnot neg
    """
)
SUMS = {"sum": "sum", "prod": "prod"}
CASES = frozenset({"cases", "cases*", "dcases"})
# Words before and behind a condition in the rows of cases.
BEFORE_CONDITION = listed("if for when where falls für wenn si pour quando")
OTHERWISE = listed("otherwise else sonst sinon autrement")
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"})
BRACED_OVER = frozenset({"underbrace", "overbrace", "boxed", "underline"})
# What closes a bracket, by what opens it; bars and norms are brackets of a function.
OPENING = spelled(
    r"""
    ) (
    ] [ lbrack
    } { lbrace
    | | vert lvert
    norm \| Vert lVert
    floor lfloor
    ceil lceil
    """
)
CLOSING = spelled(
    r"""
    ) )
    ] ] rbrack
    } } rbrace
    | | vert rvert
    norm \| Vert rVert
    floor rfloor
    ceil rceil
    """
)
ENVIRONMENTS = listed(
    """
    align align* alignat alignat* aligned alignedat displaymath eqnarray eqnarray* equation
      equation* gather gather* gathered math split
    """
)

_DERIVATIVE = "derivatives are computed here: type the function itself"
_TERMS = r"write every term, or a sum like \sum_{j=0}^{2}"
REASONS: dict[str, str] = {
    **dict.fromkeys(("partial", "nabla", "int", "iint", "oint"), _DERIVATIVE),
    **dict.fromkeys(("dots", "ldots", "cdots", "dotsc", "dotsb"), _TERMS),
    "lim": "a limit is not read",
    **dict.fromkeys(("argmax", "argmin"), "where a function is largest is not computed here"),
    "infty": "infinity is not a number one can compute with",
    "pm": "write the two formulas one by one",
    "mp": "write the two formulas one by one",
    "langle": r"write a product like x^\top y",
    "prime": "derivatives are computed here; for another name write f_1",
    "circ": "angles are in radians here",
    "binom": "a binomial coefficient is not read",
    "mid": r"bars are written |x|; a probability given something is a name here, like p",
    "in": r"a shape is declared like W \in \mathbb{R}^{4 \times 2}",
    "mathbb": r"it stands only in a shape, like W \in \mathbb{R}^{4 \times 2}",
}
COMMANDS_READ = (
    r"Read are \frac, \sqrt, \cdot, \sin and the other functions, Greek letters, \hat, \mathrm, "
    r"\left and \right, \sum with bounds, \top, and aligned environments."
)


COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_STAR = re.compile(
    r"\*(?=_)|\s*\^\s*(?:\*|\\(?:ast|star)(?![A-Za-z])|"
    r"\{\s*(?:\*|\\(?:ast|star)(?![A-Za-z]))\s*\})"
)
_UPRIGHT_NAME = re.compile(r"\s*\{[\s,;]*((?:[A-Za-z0-9]|\\?_)+)\s*[.,;:]?\s*\}|\s+([A-Za-z])")
_SHIFT = re.compile(r"\s*((?:[A-Za-z]\s*)?[+-]\s*[0-9]{1,9})\s*\}")
_PRIME = re.compile(r"\s*(?:['’′]|\^\s*\\prime(?![A-Za-z])|\^\s*\{\s*\\prime\s*\})")
_UPPER = re.compile(
    r"\s*\^\s*\{\s*(?:\\left\s*)?(?P<open>[(\[])\s*"
    r"(?P<index>(?:[A-Za-z]|[0-9]{1,9})|[A-Za-z]\s*[+-]\s*[0-9]{1,9})\s*"
    r"(?:\\right\s*)?[)\]]\s*(?:\(\s*(?P<second>[A-Za-z]|[0-9]{1,9})\s*\)\s*)?\}"
)
# Behind a name these are hardly powers: the l of a layer, and a word that is set upright.
_LAYER = re.compile(r"\s*\^\s*(?:[lL](?![A-Za-z])|\{\s*[lL]\s*(?:[+-]\s*[0-9]\s*)?\})")
# Behind it a subscript, or the = of a definition: then it is an index for certain.
_LAYERS = re.compile(r"\^\s*(?:[lL]|\{\s*[lL]\s*(?:[+-]\s*[0-9]\s*)?\})\s*&?\s*(?:_|=)")
_LABEL = re.compile(
    rf"\s*\^\s*(?P<brace>\{{\s*)?\\(?:{'|'.join(UPRIGHT)})\s*"
    r"\{\s*(?P<index>(?!T\s*\})[A-Za-z]+)\s*\}(?(brace)\s*\})"
)
_MIXED = re.compile("_[0-9]+[A-Za-z]")
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
        return refusal(self.text, Span(start, start + length), message, allowed)

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

    def name(self, *, single: bool = False) -> list[Token]:
        """Take a name and return its token.

        Parameters
        ----------
        single
            Take one letter or command only, without a subscript: what stands raised.

        Raises
        ------
        ParseError
            If accents or subscripts cannot be read, or two styles of one letter meet.
        LimitError
            If the name is too long.
        """
        start = self.at
        base, whole, style = self._base(0, single)
        word = base if single else self._subscripts(base)
        if len(word) > LIMITS.name:
            what = "characters in a name"
            raise beyond(what, LIMITS.name, text=self.text, position=start)
        stop = self.at
        whole = whole or bool(_MIXED.search(word))
        if len(base) == 1 or whole or base in GREEK.values():
            self._check_style(word, style, start, stop)
        return [Token("word", word, start, stop, None, whole)]

    def is_bold(self, token: Token) -> bool:
        """Return whether a name is in bold type."""
        return token.kind == "word" and self._styles.get(canonical(token.text)) == "bold"

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
            return GREEK[command], command == "ell", "variant" if command.startswith("var") else ""
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
            lowered = self.plain[self.at : self.at + 20].lstrip().startswith("_")
            if STYLES[command] == "bold" and inner in ("e", "pi") and not lowered:
                inner = f"{inner}_vec"  # a vector, not the number
            # \mathit{rate} is one name; \mathbf{Xw} could be a product, as Xw could.
            one = not STYLES[command] and len(inner) > 1 and inner not in GREEK
            return inner, whole or one, STYLES[command] or style
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
            base = self._subscripts(base)
            if self.skip() != "}":
                message = f"`\\{command}` stands over more than a name"
                raise self.refuse(message, allowed, start, self.at)
            self.at += 1
        return base, whole, style

    def _subscripts(self, base: str) -> str:
        """Take subscripts, primes, a star and an index above behind `base`: the word."""
        word, upper, lowered = base, "", False
        while True:
            here = self.at
            star, prime = _STAR.match(self.plain, here), _PRIME.match(self.plain, here)
            above = None if upper else self._upper(base)
            if star is not None or prime is not None:
                self.at = (star or prime).end()  # type: ignore[union-attr]
                word += "_star" if star else "_prime"
            elif above:
                upper = f"_{above}"
            elif self.skip() == "_":
                if lowered:
                    allowed = "Write them together, like x_{1,2}."
                    raise self.refuse("A second subscript follows", allowed, self.at)
                lowered = True
                self.at += 1
                word += f"_{self._subscript()}"
            else:
                self.at = here
                return word + upper

    @cached_property
    def _has_layers(self) -> bool:
        return _LAYERS.search(self.plain) is not None

    def _upper(self, base: str) -> str:
        """Take an index above a name, as in w^{(1)}, h^{(t-1)} and z^{[1]}; "" if there is none.

        In round brackets it could be a power, which e has, and a sum as in x^{(n+1)} unless
        x^{(n)} stands in the text too.
        """
        layer, label = (pattern.match(self.plain, self.at) for pattern in (_LAYER, _LABEL))
        match = _UPPER.match(self.plain, self.at)
        if base == "e":
            return ""
        usual = "index" if layer is not None and self._has_layers else "power"
        if layer is not None and self.is_index(layer.start(), layer.end(), usual):
            self.at = layer.end()
            return UPPER["("] + index_word(layer[0].strip(" ^{}"))
        if label is not None and self.is_index(label.start(), label.end(), "index"):
            self.at = label.end()
            return UPPER["("] + label["index"]
        if match is None:
            return ""
        index, letter = match["index"], match["index"][0]
        single = rf"\^\s*\{{\s*\(\s*{letter}\s*\)\s*\}}"
        power = len(index) > 1 and not index.isdigit() and match["open"] == "("
        second = f"_{UPPER['(']}{match['second']}" if match["second"] else ""
        if power and not second and not re.search(single, self.plain):
            return ""
        sure = match["open"] == "[" or second
        if not sure and not self.is_index(match.start(), match.end(), "index"):
            return ""
        self.at = match.end()
        return UPPER[match["open"]] + index_word(index) + second

    def is_index(self, start: int, stop: int, usual: str) -> bool:
        """Return whether what stands above is an index, which the user may have chosen."""
        return usual == "index"

    def _subscript(self) -> str:
        start = self.at
        if self.skip() != "{":
            if not self.at < len(self.plain):
                raise self._no_subscript(start)
            if self.plain[self.at].isascii() and self.plain[self.at].isdigit():
                self.at += 1
                if self.plain[self.at : self.at + 1].isdecimal():
                    message = "Without braces only the first digit is lowered"
                    raise self.refuse(message, "Write x_{12}.", self.at)
                return self.plain[self.at - 1]
            if not self.begins_name():
                raise self._no_subscript(start)
            return self._base(0, single=True)[0]
        self.at += 1
        shift = _SHIFT.match(self.plain, self.at)
        if shift is not None:
            self.at = shift.end()
            return index_word(shift[1])
        parts: list[str] = []
        apart = False
        while self.skip() not in ("}", ""):
            begin, character = self.at, self.plain[self.at]
            if character == "," or (character == "_" and parts):
                self.at += 1
                apart = True
                continue
            if character == "*" or self.command() in ("ast", "star"):
                self.at += 1 if character == "*" else len(self.command()) + 1
                part, alone = "star", True
            elif character.isascii() and character.isdigit():
                self.at += 1
                part, alone = character, False
            elif self.command() in ("min", "max"):
                part, alone = self.command(), True
                self.at += 4
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
        return "_".join(parts)

    def _no_subscript(self, place: int) -> ParseError:
        allowed = "A subscript is made of letters and digits, like x_{12} or w_{i,j}."
        return self.refuse("This subscript cannot be read", allowed, place)

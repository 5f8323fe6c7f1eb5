r"""Commands of LaTeX with operands: fractions, roots, functions and sums over an index."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction

from chainrule.errors import excerpt
from chainrule.language.latex_groups import BRACES, Groups, Opened
from chainrule.language.latex_names import COMMANDS_READ, FRACTIONS, REASONS
from chainrule.language.lexer import Token, number_at, tokens
from chainrule.language.names import PLAIN
from chainrule.language.syntax import Span

_D = r"(?:d|\\partial(?![A-Za-z])|\\mathrm\s*\{\s*d\s*\}|\\text\s*\{\s*d\s*\})"
_ONE = r"(?:\\[A-Za-z]+(?:\s*\{[^{}]{1,20}\})?|[A-Za-z])(?:_(?:[A-Za-z0-9]|\{\w{1,20}\}))?"
_TIMES = r"(?:\^\s*\{?\s*[0-9]\s*\}?)?"
_DERIVATIVE = re.compile(
    rf"\s*\{{\s*{_D}\s*{_TIMES}\s*(?:{_ONE}|[A-Za-z]+)?\s*\}}\s*\{{\s*{_D}\s*(?P<by>{_ONE})\s*{_TIMES}\s*\}}"
)
_ASKED = re.compile(rf"\s*\{{\s*{_D}\s*\}}\s*\{{\s*{_D}\s*(?P<by>{_ONE})\s*\}}")
_T = (
    r"(?:\\(?:top|intercal)(?![A-Za-z])|"
    r"\\(?:mathsf|mathrm|text)\s*(?:T(?![A-Za-z])|\{\s*T\s*\}))"
)
_TOP = re.compile(rf"{_T}|\{{\s*{_T}\s*\}}")
_ROMAN_T = re.compile(r"T(?![A-Za-z])|\{\s*T\s*\}")
_LABEL = re.compile(r"\s*[_^]\s*(?:\{(?:[^{}]|\{[^{}]{0,80}\}){0,80}\}|\w)")
_SMALL_BOUNDS = re.compile("([ᵢⱼₖₗₘₙ][₌=][₀-₉₋ₐ-ₜ]+)([⁰¹²³⁴-⁹⁺⁻ᵏᵐⁿᴷᴺᴰ]+)")
_SUM = r"A sum has fixed bounds, like \sum_{j=0}^{2} \theta_j x_j."


def _nothing() -> None:
    """Do nothing behind an argument."""


class Commands(Groups):
    """Writes the tokens of commands; each method begins behind the command."""

    declared: Collection[str] = ()

    def operator(self, start: int) -> None:
        r"""Take \operatorname{name}, which begins at `start`; the function must be known."""
        word = self.name(single=True)[0]
        self.at = word.stop
        if word.text not in self.functions:
            self.found.append(word)
            return
        self.function(word.text, start)

    def function(self, name: str, start: int) -> None:
        """Write a function, and take the base of a logarithm."""
        self.emit("function", name, start, self.at)
        here = self.at
        if self.skip() != "_":
            self.at = here
            return
        if name != "log":
            message = f"The function {name} has a subscript"
            allowed = r"Write every operand, as in \max(x_1, x_2). Only a logarithm has a base."
            raise self.refuse(message, allowed, self.at)
        self.at += 1
        base = self._base_of_log()
        known = {"2": "log2", "10": "log10", "e": "log"}.get(base.text, "log_b")
        if known not in self.functions:
            message = "A logarithm to this base is not known"
            raise self.refuse(message, r"Write \frac{\ln x}{\ln b}.", start, self.at)
        self.found[-1] = self.found[-1]._replace(text=known)
        if known == "log_b":
            self.base = [Token(",", ",", base.start, base.start), base]
            if self.skip() not in ("(", "{") and self.command() != "left":
                allowed = r"Write \log_{b}(x) with brackets."
                raise self.refuse("The operand of this logarithm needs brackets", allowed, start)

    def _base_of_log(self) -> Token:
        braced = self.skip() == "{"
        if braced:
            self.at += 1
            self.skip()
        start = self.at
        if self.plain[start : start + 1].isdecimal() and self.plain[start].isascii():
            token = number_at(self.text, self.plain, start)
            if not braced:
                digit = self.plain[start]
                token = Token("number", digit, start, start + 1, Fraction(int(digit)))
            self.at = token.stop
        elif self.begins_name():
            token = self.name(single=not braced)[0]
        else:
            allowed = r"The base is a number or a name, like \log_{10}(x)."
            raise self.refuse("This base of a logarithm cannot be read", allowed, start)
        if braced:
            if self.skip() != "}":
                message = "This base of a logarithm cannot be read"
                raise self.refuse(message, "The base is one number or name.", self.at)
            self.at += 1
        return token

    def fraction(self, command: str, start: int) -> None:
        """Take a fraction; the notation of a derivative is refused."""
        stop = self.at
        derivative = _DERIVATIVE.match(self.plain, stop)
        asked = _ASKED.match(self.plain, stop)
        begins = not self.found or self.found[-1].kind in (";", "=")
        if asked is not None and begins and "d" not in self.declared:
            self.at = asked.start("by")
            if not self.begins_name():
                self.refuse_command(self.command(), self.at)
            by = self.name()[0].text
            self.at = asked.end()
            self.emit("derivative", by, start, self.at)
            return
        if derivative is not None and not {"d", f"d{derivative['by']}"} & set(self.declared):
            raise self.refuse(
                "Derivatives are computed here, this notation of one is not read",
                r"Write the function itself, or \frac{d}{dx} x^2 before the whole formula.",
                start,
                derivative.end(),
            )
        self.emit("(", "", start, start)

        def below() -> None:
            self.emit("/", "/", start, stop)
            self.argument(command, lambda: self.emit(")", "", self.at, self.at))

        self.argument(command, below)

    def over(self, start: int) -> None:
        r"""Take the \over of {a \over b}: what stands in the braces before it is above the line."""
        if not self.open or self.open[-1].kind not in BRACES:
            message, allowed = r"`\over` stands in no braces", r"Write \frac{a}{b}."
            raise self.refuse(message, allowed, start, self.at)
        opened = self.open[-1]
        self.found.insert(opened.found + 1, Token("(", "", opened.stop, opened.stop))
        for kind in (")", "/", "("):
            self.emit(kind, "/" if kind == "/" else "", start, self.at)
        opened.tail.append(Token(")", "", start, start))

    def label(self) -> None:
        r"""Leave out the label behind \underbrace{…}."""
        label = _LABEL.match(self.plain, self.at)
        if label is not None:
            self._notes.tell(f"around:{self.at}", Span(self.at, label.end()), "left out")
            self.at = label.end()

    def cases(self, command: str, start: int, stop: int) -> None:
        """Take the begin or end of cases, which are a function of values and conditions."""
        self.at = stop
        if command == "begin":
            self.emit("function", "cases", start, self.at)
            self.push("cases", start, self.at)
            self.emit("(", "(", self.at, self.at)
            return
        if not self.open or self.open[-1].kind != "cases":
            raise self.refuse("These cases were never begun", "Begin them first.", start, stop)
        self.open.pop()
        while self.found[-1].kind == ",":
            self.found.pop()
        self.emit(")", ")", start, self.at)

    def end_of_cell(self, start: int) -> bool:
        """Take & or the end of a row inside cases; return whether one is open."""
        self.end_sums("")
        if not self.open or self.open[-1].kind != "cases":
            return False
        if self.found[-1].kind != "," and self.found[-1].text != "(":
            self.emit(",", ",", start, self.at)
        return True

    def root(self, start: int) -> None:
        """Take a root, with a degree or without."""
        stop = self.at
        if self.skip() == "[":
            self.at += 1
            self.push("degree", start, self.at)
            return
        self.emit("root", "sqrt", start, stop)
        self.argument("sqrt", _nothing, "{")

    def radicand(self, opened: Opened) -> None:
        """Take what stands below the root sign, the degree being the last tokens found."""
        start, stop = opened.start, opened.stop
        degree = self.found[opened.found :]
        del self.found[opened.found :]
        name = {"2": "sqrt", "3": "cbrt"}.get(degree[0].text) if len(degree) == 1 else None
        if name is None or name not in self.functions:
            name = "root"
            self.base = [Token(",", ",", stop, stop), *degree]
        if not degree or name not in self.functions:
            raise self.refuse("This degree of a root cannot be read", r"Write \sqrt[3]{x}.", stop)
        self.emit("function", name, start, stop)
        self.argument("sqrt", _nothing, "{")

    def sum(self, start: int, name: str = "sum") -> None:
        """Take the bounds of a sum or product; its terms follow up to the next + or -."""
        stop = self.at
        scripts: dict[str, tuple[int, int]] = {}
        small = _SMALL_BOUNDS.match(self.plain, self.at)
        if small is not None:
            scripts = {"_": small.span(1), "^": small.span(2)}
            written = small[0].translate(PLAIN).replace("₌", "=")
            self.plain = self.plain[: self.at] + written + self.plain[small.end() :]
            self.at = small.end()
        while self.skip() in ("_", "^") and self.plain[self.at] not in scripts:
            script = self.plain[self.at]
            self.at += 1
            scripts[script] = self._script_of_sum(start)
        if len(scripts) < 2:
            error = self.refuse("This sum has no bounds", _SUM, start, stop)
            below = self.plain[slice(*scripts["_"])].strip() if "_" in scripts else ""
            if below.isalpha() and len(below) == 1:
                error.allowed += f" With three terms it is \\sum_{{{below}=1}}^{{3}}."
                bounds = f"_{{{below}=1}}^{{3}} "
                error.suggestion = self.text[:stop] + bounds + self.text[self.at :].lstrip()
            raise error
        (low, low_end), (high, high_end) = scripts["_"], scripts["^"]
        index = tokens(self.text, self.plain[:low_end].replace("\\", " "), self._notes, low)
        above = tokens(self.text, self.plain[:high_end].replace("\\", " "), self._notes, high)
        if [token.kind for token in index[:2]] != ["word", "="]:
            raise self.refuse("This sum names no index", _SUM, start, self.at)
        for bound, begin, end in ((index[2:], low, low_end), (above, high, high_end)):
            if any(t.kind not in ("number", "word", "+", "-") for t in bound):
                raise self.refuse("The bounds of a sum are whole numbers", _SUM, begin, end)
        points = Token("..", "..", high, high)
        tail = [Token(",", ",", low, low), *index, points, *above]
        self.emit("function", name, start, stop)
        opened = self.push("sum", start, stop)
        opened.found = len(self.found) - 1
        opened.tail = tail
        self.emit("(", "(", self.at, self.at)

    def _script_of_sum(self, start: int) -> tuple[int, int]:
        """Take what stands below or above a sum; return where it begins and ends."""
        opens = self.skip()
        if opens and opens in "{(":
            stop = self.plain.find("}" if opens == "{" else ")", self.at)
            if stop < 0 or stop - self.at > 80 or opens in self.plain[self.at + 1 : stop]:
                raise self.refuse("These bounds of a sum cannot be read", _SUM, self.at)
            begin, self.at = self.at + 1, stop + 1
            return begin, stop
        if self.at >= len(self.plain):
            raise self.refuse("This sum has no bounds", _SUM, start)
        begin = self.at
        self.at += 1 + len(self.command())
        return begin, self.at

    # Powers.

    def _bold_transposed(self) -> re.Match[str] | None:
        """Return the T above a letter in bold type: a vector has a transpose, no power."""
        raised = _ROMAN_T.match(self.plain, self.at)
        base = self.found[-1] if self.found else None
        if raised is None or base is None or not self.is_bold(base) or "T" in self.declared:
            return None
        key = f"transpose:{excerpt(self.text[base.start : raised.end()])}"
        self._notes.tell(key, Span(base.start, raised.end()), "the transpose")
        return raised

    def power(self) -> None:
        """Take ^ and what begins the power, or the sign of a transpose."""
        start = self.at
        if self.raised == len(self.found):
            raise self.refuse("A second power follows", "Write x^{2^{3}} with braces.", start)
        self.at += 1
        character = self.skip()
        transposed = _TOP.match(self.plain, self.at) or self._bold_transposed()
        if transposed is not None:
            self.at = transposed.end()
            self.emit("superscript", "T", start, self.at)
            self.raised = len(self.found)
            return
        self.emit("^", "^", start, start + 1)
        here = self.at
        if character == "{":
            self.push("power", here, here + 1)
            self.emit("(", "", here, here)
            self.at += 1
        elif character.isascii() and character.isdigit():
            if self.plain[here + 1 : here + 2].isdecimal():
                message = "Without braces only the first digit is raised"
                raise self.refuse(message, "Write x^{12}.", here + 1)
            self.at += 1
            number = Fraction(int(character))
            self.found.append(Token("number", character, here, here + 1, number))
            self.raised = len(self.found)
        elif self.begins_name():
            self.found.extend(self.name(single=True))
            self.raised = len(self.found)
        elif character and self.command() not in (*FRACTIONS, "sqrt"):
            if self.command() in REASONS:
                self.refuse_command(self.command(), here)
            raise self.refuse("This power needs braces", "Write x^{-1} or x^{(a+b)/2}.", here)

    def refuse_command(self, command: str, start: int) -> None:
        """Refuse a command that is not read, with the reason."""
        shown = excerpt(f"\\{command}")
        if not command:
            raise self.refuse("A command is missing behind \\", COMMANDS_READ, start)
        reason = REASONS.get(command, "")
        message = f"`{shown}` cannot be read: {reason}" if reason else f"`{shown}` is not read"
        raise self.refuse(message, COMMANDS_READ, start, start + len(command) + 1)

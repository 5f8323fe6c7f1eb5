r"""LaTeX: another lexer for the same grammar; places are those in the LaTeX text.

What LaTeX arranges in two dimensions becomes the tokens of one line: \frac{a}{b} those of
((a)/(b)), \sqrt[n]{x} those of root(x, n), \sum_{j=0}^{2} x_j those of sum(x_j, j=0..2).
Brackets that are only arranged, not written, have an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container

from chainrule.errors import excerpt
from chainrule.language.latex_commands import Commands
from chainrule.language.latex_groups import FRAMES
from chainrule.language.latex_names import (
    BEFORE_CONDITION,
    BRACED_OVER,
    CASES,
    CLOSING,
    COMPARISONS,
    ENVIRONMENTS,
    FRACTIONS,
    LOGIC,
    OPENING,
    OTHERWISE,
    REASONS,
    SIGNS,
    SIZES,
    SUMS,
    UPRIGHT,
)
from chainrule.language.lexer import (
    NOTHING,
    Token,
    sign_at,
    spellings,
)
from chainrule.language.names import ALIASES, check_look_alikes
from chainrule.language.statements import ENDS_OPEN
from chainrule.language.syntax import Notes
from chainrule.language.words import WORDS

_ENVIRONMENT = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}(?:\s*\[[tbc]\]|\s*\{[0-9]\})?")
_ROW = re.compile(r"\\\\\*?(?:\s*\[\s*-?[0-9.]+\s*(?:pt|em|ex|mm|cm|in)\s*\])?")
_GAP = r"(?:\s|~|\\[,;:! ]|\\q?quad(?![A-Za-z])|\{\s*\})*"
_GOES_ON = re.compile(rf"{_GAP}&[\s&]*{_GAP}(?:[-+*/]|\\(?:cdot|times)(?![A-Za-z]))")
# What begins a statement behind the end of a line or a wide gap: a name or f(x), and =.
_INDEX = r"(?:\s*[_^]\s*(?:\{[^{}=]{0,40}(?:\{[^{}=]{0,40}\}[^{}=]{0,40})?\}|\\?\w|\*)|')"
_NAME = rf"\\?[^\W\d_]+(?:\s*\{{[^{{}}=]{{1,40}}\}})?{_INDEX}*"
_WIDE = re.compile(r"(?:[\s~,]|\\[,;:! ]|%[^\n]*\n|\\q?quad(?![A-Za-z]))+")
_NEXT = re.compile(rf"{_NAME}\s*(?:\([^()=]{{1,80}}\)\s*)?&?\s*=(?!=)")
_TRAILING = re.compile(rf"[,.;]{_GAP}(?=\\\\|\\end(?![A-Za-z])|\\[\])]|\$|\Z)")
_TWO = re.compile(r"\s*_\s*(?:[2F]|\{\s*[2F]\s*\}|\\(?:textrm|text|mathrm)\s*\{F\})")
_ONE = re.compile(r"\s*_\s*(?:1|\{\s*1\s*\})")
_BRACED_ARRAY = re.compile(
    r"\\left\s*(?:\\\{|\\lbrace)\s*\\begin\s*\{\s*array\s*\}\s*\{[^{}]{0,20}\}"
)
_ARRAY_END = re.compile(r"\s*\\right\s*\.")
_FUNCTION = re.compile(rf"\\(?:{'|'.join(UPRIGHT)})\s*\{{\s*([A-Za-z]+)\s*\}}(?=\s*_)")
_BIG = re.compile(r"(sum|prod)\s*_\s*[{(][^{}()]{0,40}=")
_ROW_END = re.compile(rf"[,.;]{_GAP}(?=&|\\\\|\\end(?![A-Za-z])|\\(?:text|mathrm)\s*\{{)")
_PARTNERS = str.maketrans("([", ")]")
_SHAPE = re.compile(r"\\in\s*\\mathbb\s*(?:\{\s*R\s*\}|R)\s*\^\s*(?:\{([^{}]{1,60})\}|([0-9]))")


def latex_tokens(
    text: str, plain: str, functions: Container[str], declared: Collection[str], notes: Notes
) -> list[Token]:
    """Return the tokens of a LaTeX text, as the lexer of plain text would.

    Parameters
    ----------
    text
        What was typed, for messages.
    plain
        The same as `chainrule.language.lexer.clean` returned it.
    functions
        Names of the functions that are known.
    declared
        Canonical names that are declared.
    notes
        Where readings are noted.

    Raises
    ------
    ParseError
        At the first character or command that no formula contains.
    LimitError
        At a number or name that is too long.
    """
    lexer = _Lexer(text, plain, functions, notes)
    lexer.declared = declared
    while lexer.at < len(plain):
        lexer.next()
    lexer.end_sums("")
    if lexer.open:
        raise lexer.unclosed(lexer.open[-1])
    check_look_alikes(text, spellings(lexer.found))
    return lexer.found


class _Lexer(Commands):
    _looked = 0  # how far it is known that no statement begins in this gap

    def next(self) -> None:
        """Read from this place to the next."""
        if self._begins_statement():
            return
        character = self.skip()
        start = self.at
        if character == "\\":
            self._command()
        elif character == "{":
            self.open_brace()
        elif character == "}":
            self.close_brace()
        elif character == "^":
            self.power()
        elif character == "_":
            self._late_subscript(start)
        elif character in ("(", "[", ")", "]", "|"):
            self.at += 1
            self._delimiter(character, start)
        elif character == "$":
            single = bool(self.open) and self.open[-1].kind == "$"
            sign = "$$" if self.plain.startswith("$$", start) and not single else "$"
            self.at += len(sign)
            self._frame(sign, sign, start)
        elif character == "&":
            self.at += 1
            if self.open and self.open[-1].kind in ("cases", "sum") and self.end_of_cell(start):
                return
            framed = any(opened.kind == "environment" for opened in self.open)
            if not framed and self.skip() != "=":
                allowed = r"It stands in the rows of \begin{aligned} … \end{aligned}."
                raise self.refuse("`&` stands outside an environment", allowed, start)
        elif self.begins_name():
            self._name()
        elif character:
            self._plain_sign(character)

    def _late_subscript(self, start: int) -> None:
        """Take the subscript of x^2_1, which is x_1^2; behind a letter it would be an index."""
        kinds = [token.kind for token in self.found[-3:]]
        places = {("word", "^", "number"): -3, ("word", "superscript"): -2}
        base = next((at for row, at in places.items() if (*kinds[at:],) == row), 0)
        free = base and "_" not in self.text[self.found[base].start : self.found[base].stop]
        if self.raised != len(self.found) or not free:
            allowed = "It stands directly behind a letter: x_1^2, with an index above w_1^{(2)}."
            raise self.refuse("This subscript belongs to no name", allowed, start)
        self.at += 1
        name = self.found[base]
        self.found[base] = name._replace(text=f"{name.text}_{self._subscript()}")

    def _begins_statement(self) -> bool:
        """Take the end of a line or a wide gap before `name =`, if one is here."""
        framed = all(o.kind in (*FRAMES, "sum") for o in self.open)
        if not framed or not self.found or self.found[-1].kind in ENDS_OPEN | {";"}:
            return False
        if self.at < self._looked:
            return False
        gap = _WIDE.match(self.plain, self.at)
        self._looked = gap.end() if gap is not None else self.at
        wide = gap is not None and ("\n" in gap[0] or "quad" in gap[0])
        if not wide or not _NEXT.match(self.plain, self._looked):
            return False
        start, self.at = self.at, self._looked
        self.end_sums("")
        self.emit(";", "\n", start, self.at)
        return True

    def _name(self) -> None:
        big = _BIG.match(self.plain, self.at)
        if big is not None:
            start, self.at = self.at, big.end(1)
            self.sum(start, big[1])
            return
        if self.plain[self.at] in "ΣΠ" and self.plain[self.at + 1 : self.at + 2] in (*"_^ᵢⱼₖₗₘₙ",):
            self._big_sign()
            return
        token = self.name()[0]
        called = _FUNCTION.match(self.plain, token.start)
        if called is not None and called[1] in self.functions and self._begins_operand():
            self.at = called.end()
            self.function(called[1], token.start)
            return
        if (
            token.text in BEFORE_CONDITION | OTHERWISE
            and self._is_upright(token)
            and self._in_cases()
        ):
            if token.text in OTHERWISE and self.found[-1].kind == ",":
                self.found.pop()
            return
        before = self.found[-1] if self.found else NOTHING
        if before.text == "Delta" and before.kind == "word" and not {"Delta"} & {*self.declared}:
            # Δx could be one name, as a reader of the plain text would be told too.
            token = token._replace(text=f"Δ{token.text}", start=before.start, whole=False)
            self.found.pop()
        self.found.append(token._replace(whole=token.whole and token.text not in WORDS))

    def _begins_operand(self) -> bool:
        sign, command = self.skip(), self.command()
        known = command in self.functions or command in (*FRACTIONS, "left", "sqrt")
        return sign.isalnum() or sign == "(" or self.begins_name() or known

    def _is_upright(self, token: Token) -> bool:
        return token.whole or self.text[token.start : token.stop] == token.text

    def _in_cases(self) -> bool:
        return bool(self.open) and self.open[-1].kind == "cases" and self.found[-1].kind == ","

    def _big_sign(self) -> None:
        start, sign = self.at, self.plain[self.at]
        self.at += 1
        self.sum(start, "sum" if sign in "Σ∑" else "prod")

    def _plain_sign(self, character: str) -> None:
        """Take what stands for itself, in LaTeX as in plain text."""
        start = self.at
        if self._is_punctuation():
            self.at += 1
        elif self.plain.startswith(":=", start):
            self.at += 2
            self.emit("=", ":=", start, self.at)
        elif character in "∑∏":
            self._big_sign()
        else:
            self._sign(sign_at(self.text, self.plain, start, self.found))
            self.at = self.found[-1].stop

    def _is_punctuation(self) -> bool:
        """Return whether a comma or point here only ends a displayed formula, or a row of cases."""
        if self.open and self.open[-1].kind == "cases" and _ROW_END.match(self.plain, self.at):
            return True
        framed = not self.open or self.open[-1].kind in (*FRAMES, "sum")
        return framed and _TRAILING.match(self.plain, self.at) is not None

    def _sign(self, sign: Token) -> None:
        if sign.kind in ("+", "-", ",", "=", ";", "compare"):
            self.end_sums(sign.kind)
        if sign.kind == "," and self.found and self.found[-1].kind == ":":
            sign = sign._replace(kind=";")  # behind a declared shape
        if sign.kind == ";":
            self._check_closed()
        if sign.text == "=" and self.open and self.open[-1].kind == "cases":
            sign = sign._replace(kind="compare", text="==")
        self.found.append(sign)

    def _check_closed(self) -> None:
        """A statement ends: nothing but environments may be open."""
        if self.open and self.open[-1].kind not in FRAMES:
            raise self.unclosed(self.open[-1])

    # Commands.

    def _command(self) -> None:
        start, command = self.at, self.command()
        if self.begins_name():
            if command == "operatorname":
                self.operator(start)
            else:
                self._name()
            return
        self.at += len(command) + 1
        if command in SIZES:
            return
        if command in FRACTIONS:
            self.fraction(command, start)
        elif command == "sqrt":
            self.root(start)
        elif command == "over":
            self.over(start)
        elif command in BRACED_OVER:
            self.argument(command, self.label)
        elif command in SUMS:
            self.sum(start, SUMS[command])
        elif command in COMPARISONS:
            self._sign(Token("compare", COMPARISONS[command], start, self.at))
        elif command in LOGIC:
            self.end_sums("")
            self.emit(LOGIC[command], LOGIC[command], start, self.at)
        elif command in ("dots", "ldots", "cdots") and self.found and self.found[-1].kind == ",":
            self.emit("..", "..", start, self.at)
        elif command in ("left", "right"):
            self._sized(command, start)
        elif command in ("(", ")", "[", "]"):
            self._frame(f"{command.translate(_PARTNERS)} frame", command, start)
        elif command in ("begin", "end"):
            self._environment(command, start)
        elif command == "\\":
            self._row(start)
        elif command in SIGNS:
            self.emit(SIGNS[command], f"\\{command}", start, self.at)
        elif command in OPENING or command in CLOSING or command == "|":
            self._delimiter("\\|" if command == "|" else command, start)
        elif command == "in" and (shape := _SHAPE.match(self.plain, start)):
            self.at = shape.end()
            sizes = (shape[1] or shape[2]).replace("\\times", "x")
            self.emit(":", sizes, start, self.at)
        elif command in self.functions and command not in REASONS:
            self.function(command, start)
        elif ALIASES.get(command) in self.functions:
            self.function(ALIASES[command], start)
        else:
            self.refuse_command(command, start)

    # Brackets, rows and environments.

    def _delimiter(self, sign: str, start: int, sized: str = "") -> None:
        if sign == "]" and not sized:
            self.end_sums("")
            if self.open and self.open[-1].kind == "degree":
                self.radicand(self.open.pop())
                return
        if sized:
            if sized == "left":
                self.open_bracket(sign, start, True)
            else:
                self.close_bracket(sign, start, True)
        elif sign in ("|", "vert"):
            self.bar(sign, start)
        elif sign in ("\\|", "Vert"):
            self.norm_bar(start)
        elif sign in OPENING:
            self.open_bracket(sign, start, False)
        else:
            self.close_bracket(sign, start, False)
        one = _ONE.match(self.plain, self.at) if CLOSING.get(sign) == "norm" else None
        if one is not None and self.found[-1].kind == ")":
            self.one_norm(one.end())
        two = _TWO.match(self.plain, self.at) if CLOSING.get(sign) == "norm" else None
        if two is not None and self.found[-1].kind == ")":
            self.at = two.end()  # the Euclidean norm, of a matrix Frobenius's

    def _sized(self, command: str, start: int) -> None:
        r"""Take the bracket behind \left or \right."""
        stop = self.at
        array = _BRACED_ARRAY.match(self.plain, start)
        if array is not None:
            self.cases("begin", start, array.end())
            return
        sign = self.skip()
        if sign == "\\":
            sign = self.command()
            self.at += len(sign) + 1
            sign = "\\|" if sign == "|" else "" if sign in ("(", ")", "[", "]") else sign
        else:
            self.at += len(sign)
            sign = "" if sign in ("{", "}") else sign
        if sign not in (OPENING if command == "left" else CLOSING):
            message = f"No bracket stands behind `\\{command}`"
            allowed = r"Read are ( ), [ ], \{ \} and | | behind \left and \right."
            raise self.refuse(message, allowed, start, stop)
        self._delimiter(sign, start, command)

    def _frame(self, kind: str, sign: str, start: int) -> None:
        r"""Take $ or \[: what stands between two of them is a statement of its own."""
        self.end_sums("")
        opened = self.open[-1] if self.open else None
        closes = sign in (")", "]") or (opened is not None and opened.kind == kind)
        if closes:
            if opened is None or opened.kind != kind:
                shown = excerpt(self.text[start : self.at])
                raise self.refuse(f"`{shown}` closes nothing", "Take it away.", start, self.at)
            self.open.pop()
        else:
            self._check_closed()
            self.push(kind, start, self.at)
        self.emit(";", sign, start, self.at)

    def _environment(self, command: str, start: int) -> None:
        match = _ENVIRONMENT.match(self.plain, self.at)
        stop = self.at
        self.end_sums("")
        name = match[1] if match else ""
        closes = name == "array" and command == "end"
        if match is not None and (name in CASES or closes):
            after = _ARRAY_END.match(self.plain, match.end()) if closes else None
            self.cases(command, start, (after or match).end())
            return
        if match is None or name not in ENVIRONMENTS:
            shown = excerpt(self.text[start : match.end() if match else stop])
            allowed = "Read are aligned, align, gather, split and equation."
            raise self.refuse(f"`{shown}` is not read", allowed, start, match.end() if match else 0)
        self.at = match.end(1)
        self.at = self.plain.index("}", self.at) + 1 if command == "end" else match.end()
        if command == "begin":
            self._check_closed()
            self.push("environment", start, self.at).name = name
        else:
            self._check_closed()
            if not self.open or self.open[-1].name != name:
                message = f"`\\end{{{name}}}` ends nothing that was begun"
                raise self.refuse(message, "Begin it, or end what was begun last.", start, self.at)
            self.open.pop()
        self.emit(";", name, start, self.at)

    def _row(self, start: int) -> None:
        r"""Take \\\\: a statement ends, unless the next row goes on with an operator."""
        row = _ROW.match(self.plain, start)
        inside = [o.kind for o in self.open if o.kind != "sum"][-1:]
        if inside == ["cases"]:
            self.at = row.end() if row else self.at
            self.end_of_cell(start)
            return
        self.end_sums("")
        self._check_closed()
        self.at = row.end() if row else self.at
        if not _GOES_ON.match(self.plain, self.at):
            self.emit(";", "", start, self.at)

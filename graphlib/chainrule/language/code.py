"""What stands between characters and statements: starred names, words of the language, code.

`y* log y + (1-y*) log(1-y)` has a name y*; `where`, `and`, `if` are words, not products; a cell of
a notebook has `np.` before functions, `.relu()` behind values, and lines that import.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence

from chainrule.errors import ParseError, excerpt
from chainrule.language.asking import DIFFERENTIATED
from chainrule.language.lexer import NOTHING, Token
from chainrule.language.names import ALIASES, IN_CODE, canonical
from chainrule.language.statements import numeral
from chainrule.language.syntax import Notes, Span, listed, refusal
from chainrule.language.words import between_commas, closing, kinds

# What makes a value of a number in code.
VALUES = listed("Value tensor Variable constant array float float32 float64")
_MODULE = re.compile(
    "np|numpy|jnp|anp|math|Math|cmath|torch|tf|F|K|keras|jax|nn|scipy|special|sp|sym|sympy|lax|xp"
)
BASED = frozenset(["math", "cmath", "sp", "sympy"])
"""Modules whose log has the base as its second operand."""
INSIDE = frozenset(
    [
        "numpy",
        "math",
        "nn",
        "functional",
        "linalg",
        "special",
        "backend",
        "ops",
        "keras",
        "activations",
    ]
)
_CONSTANTS = {"e": "e", "pi": "pi", "E": "e", "PI": "pi"}
_CODE = (
    "Read are functions behind np, math, torch, jnp, tf and F, as in np.exp(x), and functions "
    "behind a value, as in z.relu()."
)


_WORD = r"[^\W\d]\w*"
_DEF = re.compile(
    r"^(?P<margin>[ \t]*)(?P<def>def[ \t]+)(?P<name>[A-Za-z_]\w*)[ \t]*"
    r"\((?P<inside>[^()\n]*)\)[ \t]*(?P<end>(?:->[^:\n]*)?:)[ \t]*(?P<rest>[^\n]*)$",
    re.MULTILINE,
)
_LINE = re.compile(r"[^\n]*\n?")
_HINT = re.compile(r":[^,\n]*")
_DEFAULT = re.compile(r"[A-Za-z_]\w*[ \t]*=[ \t]*[-+]?[0-9.][\w.]*")
_LINES = re.compile(r"^[ \t]*(?:if|elif|for|while)\b[^\n?]*:[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_BRANCHES = re.compile(
    rf"^(?P<margin>[ \t]*)if[ \t]+(?P<condition>[^\n:]+):[ \t]*\n"
    rf"[ \t]+(?P<head>return\b|{_WORD}[ \t]*=)[ \t]*(?P<first>[^\n]+)\n"
    r"(?:(?P=margin)else:[ \t]*\n)?[ \t]*(?P=head)[ \t]*(?P<other>[^\n]+)",
    re.MULTILINE,
)


def functions_in_lines(text: str, plain: str, notes: Notes) -> str:
    """Return the text with `def f(x): return e` as f(x) = e, and the lines of others alone."""
    if "def" not in plain:
        return plain
    calls = Counter(re.findall(r"(\w+)[ \t]*\(", plain))
    for found in list(_DEF.finditer(plain)):
        inside = _HINT.sub(lambda hint: " " * len(hint[0]), found["inside"])
        body = _body(plain, found)
        called = calls[found["name"]] > 1
        one = found["rest"].strip() or len(body) == 1
        defaults = list(_DEFAULT.finditer(found["inside"]))
        one = one and not (defaults and not called)
        if one:
            head = plain[found.start("name") : found.start("inside")] + inside + ")"
            head = " " * len(found["def"]) + head
            head = head.ljust(found.end("end") - found.start("def") - 1) + "="
            notes.tell(
                f"def:{found['name']}",
                Span(found.start("def"), found.end("end")),
                f"the function {found['name']}({inside.strip()})",
            )
        elif called:
            raise refusal(
                text,
                Span(*found.span("name")),
                f"`{found['name']}` has lines of its own and is called",
                "Write it in one line, like f(x) = x^2, or its lines as statements of the text.",
            )
        else:
            # What a parameter is by default is the value of an input.
            head = " " * (found.start("inside") - found.start("def"))
            head += " " * len(found["inside"]) + ";"
            for given in defaults:
                at = len(found["def"]) + found.start("inside") - found.start("name") + given.start()
                head = f"{head[:at]}{given[0]};{head[at + len(given[0]) + 1 :]}"
            head = head.ljust(found.end("end") - found.start("def"))
            shown = f"the lines of {found['name']} are the program"
            notes.tell(f"def:{found['name']}", Span(found.start("def"), found.end("end")), shown)
        plain = plain[: found.start("def")] + head + plain[found.end("end") :]
    return plain


def _body(plain: str, found: re.Match[str]) -> list[str]:
    """Return the lines below a `def` that stand further in."""
    lines = []
    for match in _LINE.finditer(plain, found.end() + 1):
        line = match[0]
        bare_line = line.strip()
        if bare_line and len(line) - len(line.lstrip()) <= len(found["margin"]):
            break
        if bare_line and not bare_line.startswith("#"):
            lines.append(bare_line)
    return lines


def check_lines(text: str, plain: str) -> None:
    """Refuse the lines of a program that choose or repeat, with the way to write them here.

    Raises
    ------
    ParseError
        At the first one.
    """
    line = _LINES.search(plain)
    if line is None:
        return
    place = Span(line.start() + len(line[0]) - len(line[0].lstrip()), line.end())
    if line[0].split()[0] in ("for", "while"):
        message = "Lines that are repeated are not read"
        raise refusal(text, place, message, "Write every step, or a sum: sum(x^j, j=0..2).")
    chosen = _BRANCHES.search(plain)
    written = ""
    if chosen is not None:
        written = r"\g<margin>\g<head> \g<first> if \g<condition> else \g<other>"
        written = plain[: chosen.start()] + chosen.expand(written) + plain[chosen.end() :]
    message = "Lines that are chosen by a condition are not read"
    raise refusal(
        text, place, message, "Write the choice in one line: y = a if x > 0 else b.", written
    )


class Code:
    """Reads what only programs have: imports, modules before functions, methods.

    Parameters
    ----------
    text
        The whole input.
    functions
        Names of the functions that are known.
    known
        Canonical names that are declared or assigned.
    notes
        Where readings are noted.
    """

    def __init__(
        self, text: str, functions: Mapping[str, object], known: Container[str], notes: Notes
    ) -> None:
        self._text = text
        self._functions = functions
        self._known = known
        self._notes = notes

    def plain(self, found: Sequence[Token]) -> list[Token]:
        """Return the tokens as a formula has them.

        Raises
        ------
        ParseError
            At a point behind which no function stands.
        """
        if not any(token.kind == "." or token.text in VALUES for token in found):
            return list(found)
        self._found = found
        self._out: list[Token] = []
        self._opened: list[int] = []
        self._partner: dict[int, int] = {}
        at = 0
        while at < len(self._found):
            if self._found[at].kind == ".":
                at = self._point(at)
            elif (stop := self._value(at)) > at:
                at = stop
            else:
                self._take(self._found[at])
                at += 1
        return self._out

    def _take(self, token: Token) -> None:
        if token.kind == "(":
            self._opened.append(len(self._out))
        elif token.kind == ")" and self._opened:
            self._partner[len(self._out)] = self._opened.pop()
        self._out.append(token)

    def _value(self, at: int) -> int:
        """Take `Value(2.0)` or `torch.tensor(2.0, …)` as the number; return where to go on."""
        word, opens = self._found[at], self._found[at + 1] if at + 1 < len(self._found) else NOTHING
        if word.text not in VALUES or opens.kind != "(" or canonical(word.text) in self._known:
            return at
        stop = at + 2
        listed = self._found[stop].text == "[" if stop < len(self._found) else False
        stop += listed
        while stop < len(self._found) and self._found[stop].kind not in (")", ";", "("):
            stop += 1
        inner = self._found[at + 2 + listed : stop]
        stop += listed  # tensor([3.0]): one entry is a number
        comma = next((k for k, token in enumerate(inner) if token.kind == ","), len(inner))
        if listed and comma < len(inner):
            raise refusal(
                self._text,
                Span(inner[0].start, inner[-1].stop),
                "A vector cannot be typed into a formula",
                "Declare it, like x: 2, and give it the value [1, 2] beside the formula.",
            )
        closed = stop < len(self._found) and self._found[stop].kind == ")"
        if not closed or numeral(inner[:comma]) is None:
            return at
        begin = word.start
        shown = self._text[inner[0].start : inner[comma - 1].stop]
        self._notes.tell(
            f"value:{begin}", Span(begin, self._found[stop].stop), f"the number {shown}"
        )
        self._out.extend(inner[:comma])
        return stop + 1

    def _point(self, at: int) -> int:
        """Take a point and the word behind it; return where to go on."""
        owner = self._out[-1]
        word = self._found[at + 1] if at + 1 < len(self._found) else NOTHING
        module = owner.kind == "word" and _MODULE.fullmatch(owner.text) is not None
        module = module and canonical(owner.text) not in self._known
        behind = self._found[at + 2] if at + 2 < len(self._found) else NOTHING
        if module and (stop := self._value(at + 1)) > at + 1:
            self._out.remove(owner)
            return stop
        if module and word.text in INSIDE and behind.kind == ".":
            self._out[-1] = owner._replace(stop=word.stop)
            return at + 2
        name = word.text if word.text in self._functions else ALIASES.get(word.text, "")
        name = name or IN_CODE.get(word.text, "")
        if name == "log" and owner.text in BASED and behind.kind == "(":
            operands = between_commas(self._found[at + 3 : closing(self._found, at + 2)])
            name = "log_b" if len(operands) == 2 else name
        if module and word.text in DIFFERENTIATED:
            self._out.pop()
            return at + 1  # sympy.diff(f, x) asks as diff(f, x) does
        if module and (name in self._functions or word.text in _CONSTANTS):
            self._out.pop()
            self._notes.tell(f"code:{owner.text}", Span(owner.start, word.stop), word.text)
            if word.text in _CONSTANTS:
                self._take(Token("constant", _CONSTANTS[word.text], owner.start, word.stop))
            else:
                self._check_default(name, owner, at + 2)
                self._take(Token("function", name, owner.start, word.stop, whole=True))
            return at + 2
        if module or word.kind != "word":
            raise self._refusal(owner, word)
        if word.text == "T":
            self._take(Token("superscript", "T", at and self._found[at].start, word.stop))
            return at + 2
        if name not in self._functions or behind.kind != "(":
            raise self._refusal(owner, word)
        return self._method(at, name, word)

    def _method(self, at: int, name: str, word: Token) -> int:
        """Take `.name(` behind an operand, which becomes the first one of the function."""
        begin = self._operand()
        operand = self._out[begin:]
        start, stop = operand[0].start, self._found[at + 2].stop
        shown = self._text[start : operand[-1].stop]
        key = f"method:{excerpt(word.text)}"
        closes = at + 3 < len(self._found) and self._found[at + 3].kind == ")"
        spelled = word.text if " " in name else name
        self._notes.tell(
            key, Span(start, word.stop), f"{spelled}({shown}{'' if closes else ', …'})"
        )
        del self._out[begin:]
        self._partner = {close: o for close, o in self._partner.items() if close < begin}
        self._take(Token("function", name, start, word.stop, whole=True))
        self._take(Token("(", "(", start, start))
        for token in operand:
            self._take(token)
        if not closes:
            self._take(Token(",", ",", stop - 1, stop))
        return at + 3

    def _operand(self) -> int:
        """Return where the operand that ends here begins."""
        begin = len(self._out) - 1
        while self._out[begin].kind in ("index", "superscript") and begin:
            begin -= 1
        if self._out[begin].kind == ")":
            begin = self._partner.get(begin, begin)
            before = self._out[begin - 1] if begin else NOTHING
            called = before.kind == "function" or (
                before.kind == "word" and before.text in self._functions
            )
            begin -= called
        return begin

    def _check_default(self, name: str, owner: Token, at: int) -> None:
        """Refuse a function whose usual parameter differs in the library it is called from."""
        if name not in ("leaky_relu", "leakyrelu", "LeakyReLU"):
            return
        operands = between_commas(self._found[at + 1 : closing(self._found, at)])
        if len(operands) < 2:
            raise refusal(
                self._text,
                Span(owner.start, owner.start + max(1, owner.stop - owner.start)),
                f"`{owner.text}` has another usual slope for {name} than 0.1, which is used here",
                "Write the slope: leaky_relu(x, slope=0.01).",
            )

    def _refusal(self, owner: Token, word: Token) -> ParseError:
        shown = excerpt(f"{owner.text}.{word.text}")
        return refusal(
            self._text,
            Span(max(0, word.start - 1), max(0, word.start - 1) + 1 + len(word.text)),
            f"`{shown}`: no function is known by this name behind a point",
            _CODE,
        )


def unpacked(
    text: str, found: Sequence[Token], declared: Container[str], notes: Notes
) -> list[Token]:
    """Return the tokens with `x, y = 2, 3` as the statements x = 2; y = 3.

    So are `a = b = 2` and `(x, y) = (2, 3)`, also behind `at`, where `f(x, y) = … at (2, 3)` does.

    Raises
    ------
    ParseError
        If anything but numbers is given to several names at once.
    """
    result: list[Token] = []
    at = 0
    heads = {
        canonical(t.text) for k, t in enumerate(found) if t.kind == "word" and _heads(found, k)
    }
    while at < len(found):
        stop = at
        while stop < len(found) and found[stop].kind != ";":
            stop += 1
        part = list(found[at:stop])
        row = _ROW.match(kinds(part))
        values = between_commas(part[row.end() :]) if row is not None else []
        if row is not None and len(values) == row.end() // 2 and all(values):
            part = _one_by_one(text, part[: row.end() - 1 : 2], part[row.end() - 1], values, notes)
        chain = _CHAIN.match(kinds(part))
        if chain is not None and numeral(part[chain.end() :]) is not None:
            names = part[: chain.end() : 2]
            if not any(canonical(n.text) in declared or n.text in heads for n in names[1:]):
                given = [part[chain.end() :]] * len(names)
                part = _one_by_one(text, names, part[chain.end() - 1], given, notes)
        part = _at_point(text, part, notes)
        result += [*part, *found[stop : stop + 1]]
        at = stop + 1
    return result


def _one_by_one(
    text: str, names: list[Token], equals: Token, values: list[list[Token]], notes: Notes
) -> list[Token]:
    start, stop = names[0].start, values[-1][-1].stop
    each = [(name, text[v[0].start : v[-1].stop]) for name, v in zip(names, values, strict=True)]
    shown = "; ".join(f"{text[name.start : name.stop]} = {value}" for name, value in each)
    if any(numeral(value) is None for value in values):
        raise refusal(
            text,
            Span(start, equals.start),
            "Several names stand before one =",
            "Each name is given in a statement of its own.",
            text[:start] + shown + text[stop:],
        )
    notes.tell(f"row:{start}", Span(start, equals.stop), shown)
    tokens: list[Token] = []
    for name, value in zip(names, values, strict=True):
        tokens += [name, equals, *value, Token(";", ";", value[-1].stop, value[-1].stop)]
    return tokens[:-1]


def _heads(found: Sequence[Token], at: int) -> bool:
    """Return whether a word begins a statement that gives it a value."""
    begins = at == 0 or found[at - 1].kind in (";", ",")
    return begins and [token.kind for token in found[at + 1 : at + 2]] == ["="]


def _at_point(text: str, part: list[Token], notes: Notes) -> list[Token]:
    """Return a statement with `(x, y) = (2, 3)` at its end as x = 2, y = 3."""
    spelled = kinds(part)
    given, behind, head = _POINT.search(spelled), _BEHIND.search(spelled), _HEAD.search(spelled)
    if given is not None:
        names, opens, begin = (
            part[given.start(1) : given.end(1) : 2],
            given.end() - 1,
            given.start(),
        )
    elif behind is not None and head is not None and part[behind.start()].text == "at":
        names, opens, begin = (
            part[head.start(1) : head.end(1) : 2],
            behind.end() - 1,
            behind.end() - 1,
        )
    else:
        return part
    values = between_commas(part[opens + 1 : closing(part, opens)])
    if closing(part, opens) < len(part) - 1 or len(values) != len(names) or not all(values):
        return part
    if {token.text for value in values for token in value} & {name.text for name in names}:
        return part  # which x is meant in (x, y) = (1, x) is not clear
    notes.tell(f"row:{part[begin].start}", Span(part[begin].start, part[-1].stop), "the point")
    result = part[:begin]
    for name, value in zip(names, values, strict=True):
        here = value[0].start
        name = name._replace(start=here, stop=here)
        result += [name, Token("=", "=", here, here), *value, Token(",", ",", here, here)]
    return result[:-1]


_ROW = re.compile(r"w(?:,w)+=")
_CHAIN = re.compile(r"w=(?:w=)+")
_POINT = re.compile(r"\((w(?:,w)+)\)=\(")
_BEHIND = re.compile(r"w\((?=[^()]*\)$)")
_HEAD = re.compile(r"w\((w(?:,w)*)\)=")

"""What stands around formulas where people copy them: prompts, prose, code that computes nothing.

It becomes blanks, so that every character keeps its place, and one note each says so. Signs of
definition become =.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

from chainrule.errors import excerpt
from chainrule.language.asking import ASKING, ASKING_HERE, not_computed
from chainrule.language.code import check_lines, functions_in_lines
from chainrule.language.names import canonical
from chainrule.language.syntax import Notes, Span, refusal
from chainrule.ops import OPS

_NAME = r"\\?[^\W\d][\w'′*^{}\[\]\\]{0,60}"
_LEFT = rf"{_NAME}[ \t]*(?:\([^()=\n]{{0,80}}\)[ \t]*)?(?::?=(?!=)|<-|≔)"
_CALLED = r"(?:\w+\.)*"
_END = r"[ \t]*;?[ \t]*(?:#[^\n]*)?$"
_REALS = r"(?:\\mathbb\{?R\}?|ℝ|R)(?:[²³ⁿ]|\^\w|\^\{[^{}\n]{0,40}\})?"
_DERIVED = r"(?:[d∂]\w+/[d∂]\w+|\w+['′’]\(\w+\))"
_NAMES = r"[A-Za-z]\w*(?:[ \t]*,[ \t]*[A-Za-z]\w*)*"
_SET = (
    r"\\mathbb\{?[RNZ]\}?(?:_[+>{}0]{1,4})?|[ℝℕℤRNZ][⁺₊]?(?!\w)|[\[(\]][^\[\]()\n]{1,40}[\])\[]|"
    r"\\?\{[^{}\n]{1,40}\\?\}"
)
LEFT_OUT = "left out"


class Surrounding(NamedTuple):
    """What is found, in a group `out` if it is not all of it, and what stands in its place.

    A group `keep` stays where it is.
    `instead` may name groups, as a template of `re` does; it is no longer than what it replaces.
    Where none of the `signs` is in a text, nothing is found: most texts have none.
    """

    signs: tuple[str, ...]
    found: re.Pattern[str]
    instead: str = ""
    reading: str = LEFT_OUT


def _row(signs: str, pattern: str, instead: str = "", reading: str = LEFT_OUT) -> Surrounding:
    return Surrounding(tuple(signs.split()), re.compile(pattern, re.MULTILINE), instead, reading)


ROWS = (
    # Consoles, notebooks, lists.
    _row(">>> ... In Out", r"^[ \t]*(?:>>>|\.\.\.(?=[ \t])|(?:In|Out)[ \t]?\[\d*\]:)"),
    _row(
        ") . - • : * >",
        rf"^[ \t]*(?P<out>\(?(?:\d{{1,3}}|[a-z])\)|\d{{1,3}}[.)]|[-•*>]|"
        rf"(?:Step|Layer|Schritt)[ \t]*\d{{0,3}}[.:])[ \t]+(?={_LEFT})",
    ),
    _row("```", r"^[ \t]*```[^\n]*$"),
    _row("`", r"`(?=[^`\n]+`)|(?<=[^`\s])`"),
    _row("\"\"\" '''", r"^[ \t]*(\"\"\"|''')[^\"']*\1[ \t]*$"),
    _row(")", r"(?:(?<=[ \t]{2})|(?<=\t)|(?<=quad)|(?<=quad ))(?P<out>\([0-9.]{1,7}\))[ \t]*$"),
    _row("\\tag \\label", r"\\(?:tag|label)\*?\{[^{}\n]{0,60}\}"),
    _row(
        "\\forall ∀",
        r"(?:,|\\q?quad)?[ \t]{0,9}(?:\\forall|∀)[^\n&$]*?(?=\\\\|\n|\\end|\\\]|\$|\Z)",
    ),
    _row(
        "ℝ R",
        rf"{_NAME}[ \t]*(?::|\\colon)[ \t]*{_REALS}[ \t]*"
        rf"(?:\\to|→|->)[ \t]*{_REALS}[ \t]*(?:[,;:]|$)",
    ),
    _row(
        "∈ \\in",
        rf"(?:[,;]|\\q?quad|\bfor|\bwith|^)(?:[ \t]|\\[,;: ])*"
        rf"{_NAME}(?:,[ \t]*{_NAME}){{0,9}}[ \t]*"
        rf"(?:∈|\\in(?![A-Za-z]))[ \t]*(?:{_SET})[ \t]*(?=[.;$]|\\\\|\\end|$)",
    ),
    # Prose before an assignment.
    _row(
        "⇒ ⟹ ∴ => Rightarrow implies therefore",
        rf"(?:⇒|⟹|∴|=>|\\(?:Rightarrow|implies|therefore)(?![A-Za-z]))(?=[ \t]*{_LEFT})",
        ";",
    ),
    _row(
        ".",
        rf"\.(?=[ \t]+(?:(?:Then|Let|Where|Here|So|Hence|Thus|Define|with|where)\b|{_LEFT}))",
        ";",
    ),
    _row(
        "et hen So Hence Thus efine ere Consider iven Suppose If With wobei mit avec où ei",
        rf"(?:^|[;,])[ \t]*(?P<out>(?:Let|let|Then|then|So|Hence|Thus|Define|define|Here|"
        rf"Consider|Given|given|Suppose|Set|set|If|When|With|Where|"
        rf"wobei|mit|avec|où|[Ss]eie?n?),?[ \t]+)(?={_LEFT})",
    ),
    _row(
        "ind ompute alculate etermine hat ?",
        r"(?P<out>(?:[,;.][ \t]*|(?<![ \t,;.])[ \t]*)(?:and[ \t]+)?(?:"
        r"(?:[Ff]ind|[Cc]ompute|[Cc]alculate|[Dd]etermine|[Ww]hat[ \t]+is)[ \t]+"
        rf"(?:{_DERIVED}|(?:the|its)[ \t]+(?:derivative|gradient)s?)|{_DERIVED}[ \t]*=[ \t]*(?=\?))"
        r"[.?]?)(?:\s*\Z|(?=[ \t]+(?:when|at|if|for)[ \t]))",
        "",
        "its derivatives are shown",
    ),
    _row("hat", r"(?<=[Ww]hat)(?P<out>['’]s)\b", "", "="),
    _row("?", r"(?<=[^\s?])[ \t]*(?P<out>(?:=[ \t]*)?\?)\s*\Z", "", "="),
    _row(
        "ind ompute alculate valuate hat",
        r"(?:^|(?<=\n)|[,;.])[ \t]*(?:[Ww]hat[ \t]+is|[Ff]ind|[Cc]ompute|[Cc]alculate|"
        r"[Ee]valuate)[ \t]+"
        r"(?=\w+\([^()\n]*\)[ \t.?]*(?:\Z|,|(?:if|when|where|for|with)\b))",
        ";",
    ),
    # Lines of programs that compute nothing, or what is computed here for every formula.
    _row("import", r"^[ \t]*(?:import[ \t]+[A-Za-z_][^\n;]*|from[ \t]+[\w.]+[ \t]+import[^\n;]*)"),
    _row(
        "using library syms ! plt. assert clear clc close",
        r"^[ \t]*(?:using[ \t]+[A-Z][\w., \t]*|library\(\w+\)|syms(?:[ \t]+\w+)+|"
        r"!(?:pip|conda|apt)\b[^\n]*|plt\.[^\n]*|assert[ \t][^\n]*|"
        r"(?:clear|clc|close)(?:[ \t]+all)?)[ \t]*;?$",
    ),
    _row(":", r"^[ \t]*(?!(?:else|try|class|def|with)\b)[A-Za-z]{3}[A-Za-z \t-]{0,40}:[ \t]*$"),
    _row("--", r"(?<=[ \t])(?P<out>--[ \t]+[A-Za-z]{3,}[^\n=()]*)$"),
    _row(".item .numpy .clone .cpu", r"(?<=[\w)\]])\.(?:item|numpy|clone|cpu)\(\)"),
    _row("negative_slope", r"\bnegative_(?=slope[ \t]*=)", "", "="),
    _row(".(", r"(?<=[A-Za-z])(?P<out>\.)(?=\()", "", "entry by entry"),
    _row("(d/d", r"(?:^|=)[ \t]*(?P<out>\((?P<keep>d/d\w+)\))", "", "="),
    _row(".t()", r"\.t\(\)", ".T", "="),
    _row("std::", r"\bstd::", "", "="),
    _row("@.", r"@\.(?=[ \t])"),
    _row(
        "double float function",
        r"^[ \t]*(?:double|float|function)[ \t]+(?=\w+\()|"
        r"(?<=[(,])[ \t]*(?:double|float|int)[ \t]+(?=\w)",
    ),
    _row("return", r"(?<=\))[ \t]*(?P<out>\{\s*return)\b", "=", "="),
    _row("}", r"(?P<out>;\s*\})[ \t]*;?\s*\Z", "", "="),
    _row("@", r"^[ \t]*@\w[\w.]*(?:\([^\n]*\))?[ \t]*$"),
    _row("with", r"^[ \t]*with[ \t]+[\w.]+\([^\n]*\)[^\n:]*:[ \t]*$"),
    _row(
        "symbols Symbol var",
        rf"^[\w, \t]+=[ \t]*{_CALLED}(?:symbols|Symbol|var)\([^\n]*\)[ \t]*;?$",
    ),
    _row(
        "backward watch zero_grad item step",
        r"(?:^|;)(?P<out>[^\n#=;]*(?:\.(?:backward|watch|zero_grad|item)|opt\w*\.step)\([^\n;]*\))"
        + _END,
    ),
    _row(
        "grad jacobian .diff",
        rf"^(?:(?P<name>[\w, \t]+)=)?[ \t]*{_CALLED}"
        r"(?:\w+\.gradient|\w+\.diff(?=\(\w*\))|gradient(?=\([A-Za-z]\w*[,)])|(?:jax|autograd|jx)\."
        r"(?:grad|jacobian|value_and_grad)|elementwise_grad|value_and_grad|grad(?=\(\w+[,)]))"
        r"\([^\n]*$",
    ),
    _row(".grad", r"^(?:(?P<name>[\w, \t]+)=)?[ \t]*[A-Za-z_]\w*\.grad\b[^\n]*$"),
    _row("print", r"(?:^|;)[ \t]*(?P<out>print[ \t]*\([\w.,: \t{}'\"]*\))" + _END),
    _row("print", r"(?:^|;)[ \t]*(?P<out>print[ \t]*\([^\n]*\bgrad\w*\([^\n]*\))" + _END),
    _row(
        "print", r"(?:^|;)[ \t]*(?P<out>print)[ \t]*(?=\([^\n#]*\)[ \t]*;?(?:[ \t]*#[^\n]*)?\s*\Z)"
    ),
    _row("print", r"^[ \t]*print[ \t]*\([^\n]*\)" + _END),
    _row(
        ".label .name .requires_grad .grad",
        r"(?:^|;)[ \t]*(?P<out>[A-Za-z_]\w*\.(?:label|name|requires_grad|grad)[ \t]*=(?!=)[^\n;]*)",
    ),
    _row("return", r"(?:^|=)[ \t]*(?P<out>return)\b(?=[ \t]*[^\W_]|[ \t]*[(\-|])"),
    _row(
        "double float int const var auto val",
        rf"(?:^|;)[ \t]*(?P<out>double|float|int|const|var|auto|val)[ \t]+(?={_NAME}[ \t]*=)",
    ),
    _row("self.", r"\bself\.(?=[A-Za-z_])"),
    _row(
        "requires_grad dtype label name device trainable inplace",
        r",[ \t]*(?:requires_grad|dtype|label|name|device|trainable|inplace)[ \t]*=[ \t]*"
        r"(?:'[^'\n]*'|\"[^\"\n]*\"|[\w.]+)(?=[ \t]*[,)])",
    ),
    _row(
        ":", r"^[ \t]*[A-Za-z_]\w*(?P<out>[ \t]*:[ \t]*(?:float|int|\w+\.Tensor|Tensor))(?=[ \t]*=)"
    ),
    # Functions without a name, as MATLAB and R write them.
    _row("@", rf"(?:^|=)[ \t]*(?P<out>@\((?P<by>{_NAMES})\))", r" \g<by>↦", "="),
    _row("function", rf"(?P<out>function[ \t]*\((?P<by>{_NAMES})\))", r" \g<by>↦", "="),
    # Spaces and words of LaTeX that change nothing, and points behind sentences.
    _row(
        "space color mathop",
        r"\\[hv]space\*?\{[^{}\n]{0,40}\}|\\(?:text)?color\{\w+\}|\\mathop(?=\s*\{)",
        "",
        "=",
    ),
    _row("operatorname", r"(?<=\\operatorname)(?P<out>\*)", "", "="),
    _row(".", r"(?<!\\right)(?<!\\left)(?<=[^\s.,])[ \t]*(?P<out>\.)\s*\Z", "", "="),
    _row(".", r"(?<!\\right)(?<!\\left)(?<=[^\s.\d])(?P<out>\.)[ \t]*$", "", "="),
    _row(
        "stackrel overset",
        r"\\(?:stackrel|overset)\s*\{(?:\\\w+)?\{?\s*(?:def|!)\s*\}{1,2}\s*\{=\}",
        "=",
        "=",
    ),
    # Signs of definition, and signs that are told apart elsewhere only.
    _row(
        "≔ ≝ ≜ ≡ coloneqq triangleq equiv",
        r"≔|≝|≜|≡|\\coloneqq(?![A-Za-z])|\\triangleq(?![A-Za-z])|\\equiv(?![A-Za-z])",
        "=",
        "=",
    ),
    _row("<-", rf"(?:^|;)[ \t]*{_NAME}[ \t]*(?P<out><-)(?=[ \t])", "=", "="),
    _row("← leftarrow gets", r"←|\\(?:leftarrow|gets)(?![A-Za-z])", "=", "="),
    _row(
        ".* .^ ./ .+ .-",
        r"(?:(?<=[\w)\]])(?<!\\right)|(?<=[\w)\]][ \t]))(?P<out>\.)(?=[*^/]|[-+][ \t])",
        "",
        "entry by entry",
    ),
    _row("\\right|", r"\\left\s*\.(?=[^\n]*\\right[ ]*\|_)", "", "="),
    _row(
        "|_",
        r"(?:\\(?:[bB]igg?r?|right)[ ]*)?\|_\{?(?P<keep>[^{}\n=]{1,40}=[^{}\n]{1,40}?)\}?"
        r"(?=[ \t]*(?:\$|\s*\Z))",
        ",",
        "at the point behind it",
    ),
    _row(
        "@ |", rf"[@|](?=[ \t]*{_NAME}[ \t]*=[ \t]*-?[\d./]+\s*\Z)", ",", "at the point behind it"
    ),
)
_WORD = re.compile(r"\W*([^\W\d_]\w*)(?![ \t]*(?:[=,.)∈]|\\in))")
_NUMBERED = re.compile(r"[ \t]\((\d{1,3})\)[ \t]*$", re.MULTILINE)
_DEPENDS = re.compile(r"(?<=\()[^()=\n]{1,80}(?=\)[ \t]*=(?!=))")
_APART = re.compile(r";|\||\\mid(?![A-Za-z])")


def bare(text: str, plain: str, declared: Container[str], notes: Notes) -> str:
    """Return `plain` with what stands around the formulas as blanks.

    Parameters
    ----------
    text
        What was typed.
    plain
        The same as `chainrule.language.lexer.clean` returned it.
    declared
        Canonical names that are declared: none of them is prose.
    notes
        Where it is noted what was left out.

    Raises
    ------
    ParseError
        If a formula uses what a line that is left out would compute.
    """
    gone: list[str] = []
    check_lines(text, plain)
    plain = functions_in_lines(text, _numbers(_sentences(text, plain, notes), notes), notes)
    plain = _in_brackets(_unwrapped(plain), notes)
    for row in ROWS:
        if any(sign in plain for sign in row.signs):
            plain = _blanked(plain, row, declared, gone, notes)
    for name in gone:
        used = re.search(rf"\b{re.escape(name)}\b", plain)
        if used is not None:
            raise refusal(
                text,
                Span(*used.span()),
                f"`{excerpt(name)}` is a derivative that the program computes",
                "Derivatives are computed here for the whole formula: leave out what uses them.",
            )
    # f(x; w) = … and p(y | x) = … depend on x and w, on y and x.
    return _DEPENDS.sub(lambda m: _APART.sub(lambda sign: ",".ljust(len(sign[0])), m[0]), plain)


def _blanked(
    plain: str, row: Surrounding, declared: Container[str], gone: list[str], notes: Notes
) -> str:
    """Return the text with all that a row finds replaced; names it would compute go to `gone`."""
    pieces, last, groups = [], 0, row.found.groupindex
    for match in row.found.finditer(plain):
        start, stop = match.span("out" if "out" in groups else 0)
        first = _WORD.match(match[0])
        if first is not None and canonical(first[1]) in declared:
            continue
        gone += re.findall(r"\w+", match["name"] or "") if "name" in groups else ()
        if gone and "out" in groups:
            line = plain[start : (plain + "\n").index("\n", stop)]
            if not {*gone}.isdisjoint(re.findall(r"\w+", line)):
                stop = start + len(line)  # it only uses what is left out
        kept = "".join(sign if sign == "\n" else " " for sign in plain[start:stop])
        if row.reading != "=":
            begin = stop - len(plain[start:stop].lstrip())
            notes.tell(f"around:{begin}", Span(begin, stop), row.reading)
        instead = match.expand(row.instead)
        if "keep" in groups:  # at its place
            instead = instead.ljust(match.start("keep") - start) + match["keep"]
        pieces += [plain[last:start], instead, kept[len(instead) :]]
        last = stop
    return "".join(pieces) + plain[last:]


_FUNCTION = re.compile(r"([A-Za-z]\w*)[ \t]*\Z")
_QUAD = re.compile(r"quad\Z")
_WRAPPED = re.compile(r"(?P<out>\{\s*\\displaystyle(?![A-Za-z]))|(?P<boxed>\\boxed\s*\{)")
_NAMED = re.compile(rf"\s{{0,9}}(?:(?:where|with|for|at)\s{{1,9}})?(?={_LEFT})")
_COMPARED = re.compile(r"[<>≤≥≠∈]|\\(?:in|le|ge|leq|geq|lt|gt|neq?)(?![A-Za-z])|[!=]=")
# What takes the condition behind it, or 1 (x > 0), which is 0 where it does not hold.
_TAKES = re.compile(r"(?:\b(?:where|if|and|or|not|else)|(?<![\w.])1|[-+*/^=<>(\[{,;&|])\Z")
_ENDS = re.compile(r"[ \t]*(?:[.,][ \t]*)?(?:$|;|\\\\|\\end|\$)", re.MULTILINE)
_FRAME = re.compile(r"(\$\$?|\\[(\[])(.*?)(\$\$?|\\[)\]])", re.DOTALL)
_PROSE = re.compile(r"(?:(?![-\u2212–]\s|\s[-\u2212–])[^\d_^=+*/\\(){}\[\]|<>])*")
_BARE = re.compile(r"\s*\\?\w+(?:_\{?\w+\}?)?\s*|[^=]*[<>≤≥][^=]*|[^=]*\\(?:le|ge|in)[^=]*")
_JOINING = frozenset(["where", "with", "and", "for", "at", "or"])


def _blank(plain: str, start: int, stop: int, instead: str = "") -> str:
    gap = "".join(sign if sign == "\n" else " " for sign in plain[start + len(instead) : stop])
    return plain[:start] + instead + gap + plain[stop:]


def _pairs(plain: str) -> dict[int, int]:
    """Return where each bracket is closed that is."""
    opened: list[int] = []
    found = {}
    for at, sign in enumerate(plain):
        if sign in "({[":
            opened.append(at)
        elif sign in ")}]" and opened:
            found[opened.pop()] = at
    return found


def _unwrapped(plain: str) -> str:
    r"""Return the text without {\displaystyle …} and \boxed{…} around statements."""
    wrapped = list(_WRAPPED.finditer(plain))
    pairs = _pairs(plain) if wrapped else {}
    for found in wrapped:
        stop = pairs.get(found.end() - 1 if found["boxed"] else found.start(), 0)
        if stop and (found["out"] or "=" in plain[found.end() : stop]):
            plain = _blank(_blank(plain, *found.span()), stop, stop + 1)
    return plain


def _in_brackets(plain: str, notes: Notes) -> str:
    """Return the text with `(where u = x²)` as `, u = x²`, without `(x > 0)` at an end."""
    for opens, stop in _pairs(plain).items():
        apart = plain[opens - 1 : opens] in ("", " ", "\t", ";", ",", "\n")
        if plain[opens] != "(" or (not apart and not _QUAD.search(plain, max(0, opens - 6), opens)):
            continue
        if not _ENDS.match(plain, stop + 1):
            continue
        if _NAMED.match(plain, opens + 1, stop):
            word = _FUNCTION.search(plain, max(0, opens - 40), opens)
            if word is not None and word[1] in OPS.spelled:
                continue
            plain = _blank(_blank(plain, opens, opens + 1, ","), stop, stop + 1)
        elif _COMPARED.search(plain, opens, stop) and not set(plain[opens + 1 : stop]) & {"(", ","}:
            before = plain[:opens].removesuffix("\\quad").removesuffix("\\qquad").rstrip()
            if before and not _TAKES.search(before):
                notes.tell(f"around:{opens}", Span(opens, stop + 1), "a remark, left out")
                plain = _blank(plain, opens, stop + 1)
    return plain


def _sentences(text: str, plain: str, notes: Notes) -> str:
    """Return the text with the words around $…$ left out, and names and conditions among them."""
    frames = list(_FRAME.finditer(plain))
    if not frames:
        return plain
    edges = [0, *(edge for frame in frames for edge in frame.span()), len(plain)]
    gaps = list(zip(edges[::2], edges[1::2], strict=True))
    words = [re.findall(r"[^\W\d_]+", plain[start:stop]) for start, stop in gaps]
    asked = {word.lower() for row in words for word in row} & (ASKING - ASKING_HERE)
    prose = all(_PROSE.fullmatch(plain[start:stop]) for start, stop in gaps)
    told = any(len(word) > 1 for row in words for word in row) or not any(words)
    if not prose or not told or not any(plain[start:stop].strip() for start, stop in gaps):
        return plain
    if asked:
        raise not_computed(text, re.search(rf"(?i)\b{min(asked)}\b", plain).span())  # type: ignore[union-attr]
    left = [gap for gap, row in zip(gaps, words, strict=True) if not {*row} <= _JOINING]
    if any("=" in frame[2] for frame in frames):
        left += [frame.span() for frame in frames if _BARE.fullmatch(frame[2])]
    for start, stop in left:
        begin = stop - len(plain[start:stop].lstrip())
        end = begin + len(plain[begin:stop].rstrip())
        notes.tell(f"around:{begin}", Span(begin, end), LEFT_OUT)
    for start, stop in {*gaps, *left}:
        plain = _blank(plain, start, stop)
    return plain


def _numbers(plain: str, notes: Notes) -> str:
    """Return the text without (1), (2), … at the ends of its lines."""
    found = list(_NUMBERED.finditer(plain))
    lines = sum(bool(line.strip()) for line in plain.split("\n"))
    numbers = [int(match[1]) for match in found]
    rising = numbers == list(range(numbers[0], numbers[0] + lines)) if numbers else False
    if lines < 2 or not rising:
        return plain
    for match in found:
        notes.tell(f"around:{match.start()}", Span(match.start() + 1, match.end()), LEFT_OUT)
        plain = plain[: match.start()] + " " * len(match[0]) + plain[match.end() :]
    return plain

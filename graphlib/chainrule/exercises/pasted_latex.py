r"""The rows and cells of a LaTeX table, as plain text that the language reads.

Known are the environments with `&` and `\\`, rules, spans and the commands of formulas; what is
not known is left out, so that a decoration is no fault. Nothing is expanded or run.
"""

from __future__ import annotations

import re
from typing import Final

from chainrule.language.names import GREEK_NAMES
from chainrule.ops import OPS

_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_BEGIN = re.compile(r"\\begin\{(tabular[xy*]?|array|aligned|align\*?|longtable|booktabs)\}")
_RULE = re.compile(
    r"\\(?:toprule|midrule|bottomrule|hline|addlinespace|endhead|endfirsthead)(?:\[[^\]\n]*\])?"
    r"|\\(?:cline|cmidrule)(?:\([^)\n]*\))?\{[^}\n]*\}"
)
_ROW_END = re.compile(r"\\\\\*?(?:\[[^\]\n]*\])?")
_TOKEN = re.compile(r"\\([A-Za-z]+|.)|[{}_^$]|[^\\{}_^$]+", re.DOTALL)
# How many groups a command has, and which of them is kept.
_SPANS: Final = {
    "multirow": (3, 2),
    "multicolumn": (3, 2),
    "textcolor": (2, 1),
    "colorbox": (2, 1),
    "color": (1, -1),
    "vspace": (1, -1),
    "hspace": (1, -1),
    "label": (1, -1),
}
_SIGNS: Final = {
    "partial": "∂",
    "cdot": "·",
    "times": "·",
    "ast": "*",
    "div": "/",
    "pm": "±",
    "top": "⊤",
    "{": "{",
    "}": "}",
    "&": "&",
    "%": "%",
    "_": "_",
    "infty": "∞",
    ";": " ",
    ":": " ",
    " ": " ",
    "quad": " ",
    "qquad": " ",
    "star": "*",
    "approx": "≈",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
}
_ACCENTS: Final = {"bar": "_bar", "hat": "_hat", "dot": "_dot", "overline": "_bar"}
_FRACTIONS: Final = ("frac", "dfrac", "tfrac")
_WHOLE = re.compile(r"(?<![\w.,^])(\d+)\s*$")
_INDEX = re.compile(r"\s*\[([^\[\]]*)\]")
_MOST_DEPTH: Final = 40


def latex_rows(text: str) -> list[tuple[int, list[str]]]:
    r"""Return the rows of a table with their numbers, each with its cells as plain text.

    >>> latex_rows(r"node & $\frac{\partial J}{\partial u_{1}}$ \\ \midrule $u_1$ & $0{,}25$ \\")
    [(1, ['node', '∂J/∂u_1']), (2, ['u_1', '0,25'])]
    """
    text = _COMMENT.sub("", text)
    begin = _BEGIN.search(text)
    if begin is not None:
        end = text.find(f"\\end{{{begin[1]}}}", begin.end())
        text = text[begin.end() : end if end >= 0 else len(text)]
        if text.startswith("["):
            text = text.partition("]")[2]
        if begin[1].startswith(("tabular", "array", "longtable")) and text.startswith("{"):
            text = text[_closing(text, 0) + 1 :]
    rows: list[tuple[int, list[str]]] = []
    for piece in _ROW_END.split(_RULE.sub(" ", text)):
        if piece.strip():
            rows.append((len(rows) + 1, [plain_cell(cell) for cell in _cells(piece)]))
    return rows


def _cells(row: str) -> list[str]:
    cells, depth, begin = [], 0, 0
    at = 0
    while at < len(row):
        if row[at] == "\\":
            at += 1
        else:
            depth += (row[at] == "{") - (row[at] == "}")
            if row[at] == "&" and depth <= 0:
                cells.append(row[begin:at])
                begin = at + 1
        at += 1
    return [*cells, row[begin:]]


def _closing(text: str, at: int) -> int:
    """Return where the group ends that begins at a place; the end of the text where it does not."""
    depth = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        else:
            depth += (text[at] == "{") - (text[at] == "}")
            if depth == 0:
                return at
        at += 1
    return len(text)


def plain_cell(cell: str, depth: int = 0) -> str:
    r"""Return a cell as plain text.

    >>> plain_cell(r"${} + 1.9324 = \boldsymbol{2.2804}$"), plain_cell(r"$-\sin {} u$")
    ('+ 1.9324 = 2.2804', '-sin u')
    """
    if depth > _MOST_DEPTH:
        return ""
    return " ".join(_Plain(cell, depth).text().replace("~", " ").split())


class _Plain:
    def __init__(self, source: str, depth: int) -> None:
        self.source = source
        self.depth = depth
        self.at = 0

    def text(self) -> str:
        out: list[str] = []
        while self.at < len(self.source):
            token = _TOKEN.match(self.source, self.at)
            if token is None:
                break
            piece = token[0]
            if piece == "{":
                out.append(self._group())
                continue
            self.at = token.end()
            if piece in "_^":
                out.append(self._script(piece))
            elif piece[0] == "\\":
                made = self._command(token[1])
                # A whole number beside a fraction is added to it: 1½.
                mixed = _WHOLE.search(out[-1]) if out and made.startswith("((") else None
                if mixed and token[1] in _FRACTIONS:
                    out[-1], made = out[-1][: mixed.start()], f"({mixed[1]}+{made})"
                out.append(made)
            elif piece not in "}$":
                out.append(piece)
        return "".join(out)

    def _group(self) -> str:
        """Return what the next group holds, or the next character where there is none."""
        while self.at < len(self.source) and self.source[self.at].isspace():
            self.at += 1
        if self.at >= len(self.source):
            return ""
        if self.source[self.at] != "{":
            token = _TOKEN.match(self.source, self.at)
            # A lone backslash ends the text.
            command = token is not None and token[0][0] == "\\"
            length = len(token[0]) if token is not None and command else 1
            inner = self.source[self.at : self.at + length]
            self.at += length
        else:
            end = _closing(self.source, self.at)
            inner = self.source[self.at + 1 : end]
            self.at = end + 1
        return plain_cell(inner, self.depth + 1)

    def _script(self, sign: str) -> str:
        inner = self._group()
        if sign == "_" or len(inner) <= 1 or inner.isdecimal():
            return sign + inner
        return f"^({inner})"

    def _command(self, name: str) -> str:
        if name in _FRACTIONS:
            above, below = self._group(), self._group()
            if above.startswith(("∂", "d")) and below.startswith(("∂", "d")):
                return f"{above}/{below}"
            return f"(({above})/({below}))"
        if name == "sqrt":
            index = _INDEX.match(self.source, self.at)
            self.at = index.end() if index else self.at
            under = self._group()
            if index and index[1].strip() not in ("2", "3"):
                return f"({under})^(1/({index[1]}))"
            return f"{'cbrt' if index and index[1].strip() == '3' else 'sqrt'}({under})"
        if name in _SPANS:
            count, kept = _SPANS[name]
            groups = [self._group() for _ in range(count)]
            return groups[kept] if kept >= 0 else ""
        if name in _ACCENTS:
            return self._group() + _ACCENTS[name]
        if name in OPS.spelled:
            return f"{name} " if self.source[self.at : self.at + 1].isspace() else name
        if name in GREEK_NAMES:
            return name
        if name == "partial":  # LaTeX drops the blank after a command
            while self.source[self.at : self.at + 1].isspace():
                self.at += 1
        return _SIGNS.get(name, "")

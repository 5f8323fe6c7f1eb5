"""The commands of LaTeX that are read, each with what it stands for."""

from __future__ import annotations

from chainrule.language.names import GREEK_NAMES

GREEK: dict[str, str] = {
    **{name: name for name in GREEK_NAMES},
    **{f"var{name}": name for name in ("epsilon", "theta", "rho", "sigma", "phi", "kappa")},
    "hbar": "hbar",
    "ell": "ell",
}
ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde",
    "widetilde": "tilde", "vec": "vec", "dot": "dot", "check": "check",
}  # fmt: skip
# Letters in two of these styles are two names for the eye, so they may not meet in one text.
STYLES = {
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "mathcal": "calligraphic",
    "mathscr": "script", "mathfrak": "Fraktur", "mathit": "", "mathnormal": "", "mathsf": "",
    "mathtt": "",
}  # fmt: skip
UPRIGHT = frozenset({"mathrm", "text", "textrm", "textnormal", "textit", "operatorname"})
IGNORED = frozenset(
    {
        ",", ";", ":", "!", ">", " ", "\n", "\t", "quad", "qquad", "enspace", "thinspace",
        "displaystyle", "textstyle", "scriptstyle", "nonumber", "notag", "limits", "nolimits",
        "allowbreak", "relax",
    }
)  # fmt: skip
SIZES = frozenset(
    size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
)
SIGNS = {
    "cdot": "*", "times": "*", "ast": "*", "odot": "*", "circledast": "*", "div": "/",
    "lt": "<", "gt": ">",
}  # fmt: skip
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
# What closes a bracket, by what opens it; bars and norms are brackets of a function.
OPENING = {
    "(": ")", "[": "]", "{": "}", "lbrace": "}", "lbrack": "]", "|": "|", "vert": "|",
    "lvert": "|", "\\|": "norm", "Vert": "norm", "lVert": "norm", "lfloor": "floor",
    "lceil": "ceil",
}  # fmt: skip
CLOSING = {
    ")": ")", "]": "]", "}": "}", "rbrace": "}", "rbrack": "]", "|": "|", "vert": "|",
    "rvert": "|", "\\|": "norm", "Vert": "norm", "rVert": "norm", "rfloor": "floor",
    "rceil": "ceil",
}  # fmt: skip
ENVIRONMENTS = frozenset(
    {
        "aligned", "align", "align*", "alignat", "alignat*", "alignedat", "split", "gather",
        "gather*", "gathered", "equation", "equation*", "eqnarray", "eqnarray*", "math",
        "displaymath",
    }
)  # fmt: skip

_DERIVATIVE = "derivatives are computed here: type the function itself"
_TERMS = r"write every term, or a sum like \sum_{j=0}^{2}"
_COMPARISON = "comparisons are not part of a formula; an assignment is written with ="
REASONS: dict[str, str] = {
    **dict.fromkeys(("partial", "nabla", "int", "iint", "oint"), _DERIVATIVE),
    **dict.fromkeys(("dots", "ldots", "cdots", "dotsc", "dotsb"), _TERMS),
    **dict.fromkeys(("le", "leq", "ge", "geq", "ne", "neq", "approx", "equiv"), _COMPARISON),
    "prod": "write a product factor by factor",
    "lim": "a limit is not read",
    "infty": "infinity is not a number one can compute with",
    "pm": "write the two formulas one by one",
    "mp": "write the two formulas one by one",
    "langle": r"write a product like x^\top y",
    "prime": "derivatives are computed here; for another name write f_1",
    "circ": "angles are in radians here",
    "binom": "a binomial coefficient is not read",
    "in": r"a shape is declared like W \in \mathbb{R}^{4 \times 2}",
    "mathbb": r"it stands only in a shape, like W \in \mathbb{R}^{4 \times 2}",
}
COMMANDS_READ = (
    r"Read are \frac, \sqrt, \cdot, \sin and the other functions, Greek letters, \hat, \mathrm, "
    r"\left and \right, \sum with bounds, \top, and aligned environments."
)

"""Colours: one colour says one thing, on light and on dark ground.

Blue is a value, orange a derivative that flows, slate a local partial, purple a warning. Every
colour in which text is written stands out at 4.5:1 or more on every ground of its theme
(Web Content Accessibility Guidelines 2.2, criterion 1.4.3).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

from chainrule.errors import DrawingError

ThemeName = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a drawing, as #RRGGBB.

    Parameters
    ----------
    ground, card, input_card, lit_card
        What text stands on: the drawing, a node, an input, the node of the current step.
    ink, quiet, value, derivative, partial, warning
        What text is written in.
    card_line, edge
        Outline of a node, and line of an edge.
    module, current
        Grounds behind the nodes of a module, and of the one that a step is about.
    """

    ground: str
    card: str
    input_card: str
    lit_card: str
    ink: str
    quiet: str
    value: str
    derivative: str
    partial: str
    warning: str
    card_line: str
    edge: str
    module: str
    current: str

    def colour(self, name: str, part: float = 0.0) -> str:
        """Return a colour by its name, gone over into the derivative's by `part` (0 to 1)."""
        found: str = getattr(self, name)
        return mixed(found, self.derivative, part) if part else found

    @property
    def grounds(self) -> tuple[str, ...]:
        """Every colour on which text stands."""
        cards = self.card, self.input_card, self.lit_card
        return self.ground, *cards, self.module, self.current

    @property
    def texts(self) -> tuple[str, ...]:
        """Every colour in which text is written."""
        return self.ink, self.quiet, self.value, self.derivative, self.partial, self.warning


LIGHT: Final = Theme(
    ground="#FFFFFF",
    card="#F8FAFC",
    input_card="#EFF6FF",
    lit_card="#FFF7ED",
    ink="#1E293B",
    quiet="#5B6879",
    value="#0072B2",
    derivative="#C2410C",
    partial="#475569",
    warning="#7C3AED",
    card_line="#CBD5E1",
    edge="#94A3B8",
    module="#F5F7FA",
    current="#EEF1F6",
)
DARK: Final = Theme(
    ground="#0E1117",
    card="#141922",
    input_card="#10222F",
    lit_card="#2A1C13",
    ink="#F1F5F9",
    quiet="#9AA7B8",
    value="#56B4E9",
    derivative="#FB923C",
    partial="#CBD5E1",
    warning="#C4B5FD",
    card_line="#3B4454",
    edge="#64748B",
    module="#131820",
    current="#1A212C",
)
THEMES: Final[dict[str, Theme]] = {"light": LIGHT, "dark": DARK}


def theme_named(name: str) -> Theme:
    """Return the theme of that name.

    Raises
    ------
    DrawingError
        If there is none.
    """
    if name not in THEMES:
        raise DrawingError(f"a theme {name!r}; allowed: {', '.join(THEMES)}")
    return THEMES[name]


def css(selector: str) -> str:
    """Return rules that give elements the colours of the theme that they say they have."""
    rules = []
    for name, theme in THEMES.items():
        values = {
            field.name.replace("_", "-"): getattr(theme, field.name) for field in fields(theme)
        }
        colours = "".join(f"--{key}:{colour};" for key, colour in values.items())
        rules.append(f'{selector}[data-theme="{name}"]{{{colours}}}')
    return "\n".join(rules)


def mixed(colour: str, other: str, part: float) -> str:
    """Return `colour` with `part` (0 to 1) of `other` mixed in."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in pairs)

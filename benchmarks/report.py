"""What a measurement gives, and how it is printed: as text and as Markdown."""

from __future__ import annotations

from dataclasses import dataclass

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar and what was measured: `found` must not be above `limit`."""

    name: str
    found: float
    limit: float
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether the bar is met."""
        return self.found <= self.limit

    @property
    def cells(self) -> Cells:
        """The bar as a row of a table."""
        found, limit = (f"{number:.3g}{self.unit}" for number in (self.found, self.limit))
        return self.name, found, f"≤ {limit}", "met" if self.holds else "**missed**"


@dataclass(frozen=True, slots=True)
class Section:
    """One measurement.

    Parameters
    ----------
    about
        What was done, and what is to be said about it.
    head, rows
        The table.
    bars
        What is held against it.
    """

    title: str
    about: str
    head: Cells
    rows: tuple[Cells, ...]
    bars: tuple[Bar, ...]


def milliseconds(seconds: float) -> str:
    """Return a time as it is printed."""
    return f"{seconds * 1e3:.3g} ms"


def ratio(number: float) -> str:
    """Return a ratio as it is printed; below 1/10 as a fraction."""
    return f"1/{1 / number:.0f}" if number < 0.1 else f"{number:.2f}"


def table(head: Cells, rows: tuple[Cells, ...]) -> str:
    """Return a Markdown table, its columns aligned so that it reads as text too."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Cells) -> str:
        return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def markdown(section: Section) -> str:
    """Return a section as Markdown."""
    bars = tuple(bar.cells for bar in section.bars)
    parts = [
        f"## {section.title}",
        section.about,
        table(section.head, section.rows),
        table(("bar", "measured", "allowed", ""), bars),
    ]
    return "\n\n".join(parts)

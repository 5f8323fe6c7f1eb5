"""What a format has to say of each node of a document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Generic, TypeGuard, TypeVar

from chainrule.readings.document import (
    Block,
    Entries,
    Field,
    Formulas,
    Heading,
    Paragraph,
    Signature,
    Space,
)
from chainrule.readings.grid import Grid
from chainrule.readings.picture import Picture
from chainrule.readings.prose import Prose
from chainrule.readings.terms import Term, Word

Piece = TypeVar("Piece")


class Writer(ABC, Generic[Piece]):
    """Writes blocks as pieces, one below the other."""

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Piece]:
        """Yield the pieces of blocks."""
        for block in blocks:
            yield from self.block(block)

    def block(self, block: Block) -> Iterator[Piece]:
        """Return the pieces of a block: the method of its class's name writes it."""
        pieces: Iterator[Piece] = getattr(self, type(block).__name__.lower())(block)
        return pieces

    @abstractmethod
    def heading(self, heading: Heading) -> Iterator[Piece]:
        """Yield a heading."""

    def signature(self, signature: Signature) -> Iterator[Piece]:
        """Yield the line for a name: where nobody writes by hand, the name if it is known."""
        if signature.name:
            yield from self.paragraph(Paragraph((signature.name,)))

    @abstractmethod
    def paragraph(self, paragraph: Paragraph) -> Iterator[Piece]:
        """Yield a paragraph."""

    @abstractmethod
    def formulas(self, formulas: Formulas) -> Iterator[Piece]:
        """Yield displayed formulas."""

    @abstractmethod
    def entries(self, entries: Entries) -> Iterator[Piece]:
        """Yield a numbered list."""

    def grid(self, grid: Grid) -> Iterator[Piece]:
        """Yield a grid: what it is about, its table, and what stands below."""
        if grid.caption:
            yield from self.paragraph(Paragraph(grid.caption))
        yield from self.table(grid)
        for note in grid.notes:
            yield from self.paragraph(note)

    @abstractmethod
    def table(self, grid: Grid) -> Iterator[Piece]:
        """Yield the table of a grid alone."""

    @abstractmethod
    def field(self, field: Field) -> Iterator[Piece]:
        """Yield a field with its words."""

    @abstractmethod
    def picture(self, picture: Picture) -> Iterator[Piece]:
        """Yield a picture."""

    def space(self, space: Space) -> Iterator[Piece]:
        """Yield room to work in; nothing where nobody writes by hand."""
        yield from ()


class TextWriter(Writer[str]):
    """Writes blocks as text; escaping is its business alone."""

    @abstractmethod
    def words(self, words: str) -> str:
        """Return words, in which nothing means anything to the format."""

    @abstractmethod
    def maths(self, term: Term) -> str:
        """Return a term as mathematics in a line."""

    def term(self, term: Term) -> str:
        """Return a term as mathematics, or as words where it is nothing else."""
        return self.words(term.text) if is_words(term) else self.maths(term)

    def prose(self, prose: Prose) -> str:
        """Return prose."""
        return "".join(
            self.words(part) if isinstance(part, str) else self.maths(part) for part in prose
        )


def is_words(term: Term) -> TypeGuard[Word]:
    """Tell whether a term is words, which are no mathematics."""
    return isinstance(term, Word) and not term.latex

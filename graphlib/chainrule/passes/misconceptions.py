"""Common mistakes, each the same pass with one rule, one sum or one seed changed.

A record says how the pass changes and what people are told about it; whatever plants, finds
or explains mistakes goes through `MISCONCEPTIONS`, so adding one is adding a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.passes.walks import Ledger


class OverwritingLedger(Ledger):
    """`overwrite-instead-of-accumulate`: the last contribution replaces the earlier ones."""

    def add(self, node: int, amount: Any) -> Any:
        """Put `amount` in place of what was there."""
        self.entries[node] = amount
        return amount


@dataclass(frozen=True, slots=True)
class Rule:
    """A local partial where a mistake can be made, as numbers.

    Parameters
    ----------
    partial
        What it should be.
    value, operand
        Of the node, and of the operand by which it is differentiated.
    elsewhere
        The same rule at the node's value in place of the operand's; None for rules of
        several operands, or where it has no value there.
    minus
        Whether the rule or a coefficient brings a minus sign.
    power, product, quotient
        Whether the node is a power of the operand with a constant exponent, a product of two
        factors that vary, a quotient.
    """

    partial: float
    value: float
    operand: float
    elsewhere: float | None = None
    minus: bool = False
    power: bool = False
    product: bool = False
    quotient: bool = False


@dataclass(frozen=True, slots=True)
class EdgeSum:
    """A tangent or adjoint where a mistake can be made: a sum over edges.

    Parameters
    ----------
    flowing
        Tangents of the operands, or adjoints of the users, in the order of the pass.
    partials
        Of each edge.
    terms
        What each edge brings: `flowing` · `partials`, unless another number is written there.
    backward
        Whether adjoints flow.
    product, quotient
        In forward mode, whether the node is a product or quotient of operands that vary.
    """

    flowing: tuple[float, ...]
    partials: tuple[float, ...]
    terms: tuple[float, ...]
    backward: bool
    product: bool = False
    quotient: bool = False

    @property
    def total(self) -> float:
        """The sum."""
        return sum(self.terms)


def _never(_: Any) -> Iterable[float]:
    return ()


@dataclass(frozen=True, slots=True)
class Misconception:
    """A common mistake.

    Parameters
    ----------
    name
        Under which it is known everywhere.
    sentence
        What the student did, said kindly.
    hint
        A question that leads on without giving the answer away.
    explanation
        What the teacher wants to know: where it comes from and what it does.
    partial
        What a local partial becomes; nothing where the mistake cannot be made.
    total
        What a tangent or adjoint becomes.
    seed
        What the seed becomes, given the value of the node at which the pass begins.
    other
        Whether the number of the other mode is written.
    ledger
        How the whole pass gathers contributions, where that says it all.
    title
        A heading for a report; `{cell}` is where it happened.
    """

    name: str
    sentence: str
    hint: str
    explanation: str
    partial: Callable[[Rule], Iterable[float]] = _never
    total: Callable[[EdgeSum], Iterable[float]] = _never
    seed: Callable[[float], Iterable[float]] = _never
    other: bool = False
    ledger: type[Ledger] | None = None
    title: str = ""


def _one_alone(sum_: EdgeSum) -> Iterable[float]:
    """Whichever share was written last: people work through the users in orders of their own."""
    if sum_.backward and len(sum_.terms) > 1:
        yield from reversed(sum_.terms)


def _all_but_one(sum_: EdgeSum) -> Iterable[float]:
    if len(sum_.terms) > 1:
        for term in sum_.terms:
            yield sum_.total - term


def _without_inner(sum_: EdgeSum) -> Iterable[float]:
    """In reverse mode the local partial is left out of a share, in forward mode the tangent."""
    kept = sum_.flowing if sum_.backward else sum_.partials
    changed = [total - term + one for total, term, one in _each(sum_, kept)]
    yield from changed
    if not sum_.backward and len(kept) > 1:
        yield sum(kept)


def _each(sum_: EdgeSum, kept: tuple[float, ...]) -> Iterable[tuple[float, float, float]]:
    return ((sum_.total, term, one) for term, one in zip(sum_.terms, kept, strict=True))


def _product_of_tangents(sum_: EdgeSum) -> Iterable[float]:
    if sum_.product and not sum_.backward and len(sum_.flowing) == 2:
        yield sum_.flowing[0] * sum_.flowing[1]


MISCONCEPTIONS: Mapping[str, Misconception] = {
    record.name: record
    for record in (
        Misconception(
            "overwrite-instead-of-accumulate",
            "Several shares arrive at this node; one of them stands here alone.",
            "How many nodes use this one, and what does each of them send?",
            "The line s̄ = … is written where s̄ += … is meant, so the last (or the first) share "
            "replaces the others. With two users it gives the same number as a forgotten path.",
            total=_one_alone,
            ledger=OverwritingLedger,
            title="At {cell} one share replaced the others",
        ),
        Misconception(
            "forgotten-path",
            "One way through the graph is missing from this sum.",
            "Along which arrows can a small change travel here? Is each of them in the sum?",
            "A derivative is the sum over all paths; one was left out. With two users it gives "
            "the same number as overwriting.",
            total=_all_but_one,
            title="At {cell} a path is missing",
        ),
        Misconception(
            "forgotten-inner-derivative",
            "The outer factor is here, the inner derivative is not.",
            "What moves first, and how fast does the next node move when it does?",
            "The chain rule was stopped half way: f′(g) was written for f′(g)·g′, so one factor "
            "of the product counts as 1.",
            partial=lambda rule: (1.0,),
            total=_without_inner,
            title="At {cell} the inner derivative is missing",
        ),
        Misconception(
            "derivative-at-wrong-point",
            "This is the right rule, taken at another point.",
            "At which value does the derivative of this step have to be taken: before the step, "
            "or after it?",
            "The derivative was evaluated at the step's own value instead of its operand's: "
            "cos(sin x) for the derivative of sin at x.",
            partial=lambda rule: () if rule.elsewhere is None else (rule.elsewhere,),
            title="At {cell} the derivative was taken at another point",
        ),
        Misconception(
            "lost-sign",
            "The size is right, the sign is not.",
            "Does this step fall or rise when its operand grows?",
            "The minus that the rule or a coefficient brings was dropped: of cos, of a "
            "difference, of 1/x, of a negative factor.",
            partial=lambda rule: (-rule.partial,) if rule.minus else (),
            title="At {cell} a sign was lost",
        ),
        Misconception(
            "exponent-not-lowered",
            "The exponent came down as a factor, but it also still stands above.",
            "What happens to the exponent of a power when it is differentiated?",
            "k·xᵏ was written for k·xᵏ⁻¹.",
            partial=lambda rule: (rule.partial * rule.operand,) if rule.power else (),
            title="At {cell} the exponent was not lowered",
        ),
        Misconception(
            "product-of-derivatives",
            "The derivatives of the two factors were multiplied.",
            "If only one factor of a product moves, what does the other one do to that change?",
            "(a·b)′ was taken for a′·b′, so that the partials of a product become 1 and 1.",
            partial=lambda rule: (1.0,) if rule.product else (),
            total=_product_of_tangents,
            title="At {cell} two derivatives were multiplied",
        ),
        Misconception(
            "quotient-swapped",
            "The two terms of the quotient rule stand in the wrong order.",
            "Does a quotient grow or shrink when its numerator grows? And its denominator?",
            "(a·b′ − a′·b)/b² was written for (a′·b − a·b′)/b². For the denominator alone this "
            "gives the same number as a lost sign.",
            partial=lambda rule: (-rule.partial,) if rule.quotient else (),
            total=lambda sum_: (-sum_.total,) if sum_.quotient and not sum_.backward else (),
            title="At {cell} the quotient rule was turned round",
        ),
        Misconception(
            "wrong-seed",
            "The pass begins with another number than 1.",
            "How fast does a quantity move compared with itself?",
            "The seed is ∂J/∂J = 1 (or ∂x/∂x = 1). With 0 every later entry is 0; with the "
            "node's value everything is scaled by it.",
            seed=lambda value: (0.0, value),
            title="At {cell} the pass begins with another number",
        ),
        Misconception(
            "value-for-derivative",
            "This is the value of the step, not its derivative.",
            "Which question is asked here: how large the step is, or how fast it changes?",
            "The value column was copied into the column of local partials. For eˣ the two agree.",
            partial=lambda rule: (rule.value,),
            title="At {cell} stands a value instead of a derivative",
        ),
        Misconception(
            "tangent-adjoint-confused",
            "This number belongs to the other mode.",
            "Is the derivative of this node by the input asked, or that of the output by this "
            "node?",
            "∂node/∂x and ∂J/∂node were exchanged: a tangent stands where an adjoint belongs, or "
            "the other way round.",
            other=True,
            title="At {cell} stands the number of the other mode",
        ),
    )
}

LEDGERS: Mapping[str, type[Ledger]] = {
    name: record.ledger for name, record in MISCONCEPTIONS.items() if record.ledger is not None
}

"""Common mistakes, each the same pass with one rule, one sum or one seed changed.

A record says how the pass changes and what people are told about it; whatever plants, finds
or explains mistakes goes through `MISCONCEPTIONS`, so adding one is adding a record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chainrule.passes.places import (
    SIGNS,
    Gathered,
    Place,
    Product,
    Rule,
    Seed,
    Step,
    Sum,
    Update,
    Written,
    antiderivative,
    divided,
    entry_by_entry,
    existing,
    half_of_power,
    in_degrees,
    no_product,
    of_another,
    one_turned,
    other_axis,
    product_of_tangents,
    slope_in_degrees,
    sum_for_product,
    transposed,
    without_inner,
)
from chainrule.passes.walks import Ledger


class OverwritingLedger(Ledger):
    """`overwrite-instead-of-accumulate`: the last contribution replaces the earlier ones."""

    def add(self, node: int, amount: Any) -> Any:
        """Put `amount` in place of what was there."""
        self.entries[node] = amount
        return amount


def _never(_: Any) -> Iterable[float]:
    return ()


class Mistake(Protocol):
    """What explains a wrong number: a record of this table, or a teacher's own."""

    @property
    def sentence(self) -> str:
        """What the student did."""

    @property
    def hint(self) -> str:
        """A question that leads on."""

    @property
    def explanation(self) -> str:
        """Where it comes from and what it does."""

    @property
    def other(self) -> bool:
        """Whether the number of the other mode is written."""

    def of(self, place: Place) -> Iterable[float]:
        """Return what it makes of a place."""


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
    value, partial, total, seed, update, hand, product, gathered
        What the value of a step, a local partial, a tangent or adjoint, a seed, an updated
        parameter, a number as it is written down, or an entry of a product of matrices or of a
        sum over one axis becomes; nothing where the mistake cannot be made.
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
    value: Callable[[Step], Iterable[float]] = _never
    partial: Callable[[Rule], Iterable[float]] = _never
    total: Callable[[Sum], Iterable[float]] = _never
    update: Callable[[Update], Iterable[float]] = _never
    hand: Callable[[Written], Iterable[float]] = _never
    seed: Callable[[Seed], Iterable[float]] = _never
    product: Callable[[Product], Iterable[float]] = _never
    gathered: Callable[[Gathered], Iterable[float]] = _never
    other: bool = False
    ledger: type[Ledger] | None = None
    title: str = ""

    def of(self, place: Place) -> Iterable[float]:
        """Return what the mistake makes of a place."""
        match place:
            case Step():
                return self.value(place)
            case Rule():
                return self.partial(place)
            case Sum():
                return self.total(place)
            case Seed():
                return self.seed(place)
            case Update():
                return self.update(place)
            case Written():
                return self.hand(place)
            case Product():
                return self.product(place)
            case Gathered():
                return self.gathered(place)


MISCONCEPTIONS: Mapping[str, Misconception] = {
    record.name: record
    for record in (
        Misconception(
            "overwrite-instead-of-accumulate",
            "Several shares arrive at this node; one of them stands here alone.",
            "How many nodes use this one, and what does each of them send?",
            "The line s̄ = … is written where s̄ += … is meant, so the last (or the first) share "
            "replaces the others. With two users it gives the same number as a forgotten path.",
            total=lambda sum_: reversed(sum_.several) if sum_.backward else (),
            ledger=OverwritingLedger,
            title="At {cell} one share replaced the others",
        ),
        Misconception(
            "forgotten-path",
            "One way through the graph is missing from this sum.",
            "Along which arrows can a small change travel here? Is each of them in the sum?",
            "A derivative is the sum over all paths; one was left out. With two users it gives "
            "the same number as overwriting.",
            total=lambda sum_: (sum_.total - term for term in sum_.several),
            title="At {cell} a path is missing",
        ),
        Misconception(
            "forgotten-inner-derivative",
            "The outer factor is here, the inner derivative is not.",
            "What moves first, and how fast does the next node move when it does?",
            "The chain rule was stopped half way: f′(g) was written for f′(g)·g′, so one factor "
            "of the product counts as 1.",
            partial=lambda rule: (1.0,),
            total=without_inner,
            title="At {cell} the inner derivative is missing",
        ),
        Misconception(
            "derivative-at-wrong-point",
            "This is the right rule, taken at another point.",
            "At which value does the derivative of this step have to be taken: before the step, "
            "or after it?",
            "The derivative was evaluated at the step's own value instead of its operand's: "
            "cos(sin x) for the derivative of sin at x.",
            partial=lambda rule: existing(rule.at(rule.value)),
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
            total=product_of_tangents,
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
            seed=lambda seed: (0.0, seed.value),
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
        Misconception(
            "degrees",
            "The calculator worked in degrees.",
            "In which unit does the sine take its angle here?",
            "sin, cos and tan take radians; a calculator that is set to degrees gives sin 1° for "
            "sin 1, and their inverses give degrees.",
            value=in_degrees,
            partial=slope_in_degrees,
            title="At {cell} the calculator worked in degrees",
        ),
        Misconception(
            "wrong-variable",
            "This is the right function, taken of another variable.",
            "Which name stands inside the function in this line?",
            "cos x was written for cos t: the function was taken at the value of a name nearby, "
            "often that of the input.",
            value=of_another,
            partial=lambda rule: existing(*map(rule.at, rule.around)),
            title="At {cell} the function was taken of another variable",
        ),
        Misconception(
            "half-of-power-rule",
            "This is one half of the power rule.",
            "Two things happen to a power when it is differentiated. Which are they?",
            "Of (xᵏ)′ = k·xᵏ⁻¹ only the factor k, or only the power xᵏ⁻¹, was written.",
            partial=half_of_power,
            title="At {cell} one half of the power rule is missing",
        ),
        Misconception(
            "sign-added",
            "There is a minus here that this rule does not bring.",
            "Of sine and cosine, whose derivative has a minus? And of sinh and cosh?",
            "(sin)′ = −cos was written for (sin)′ = cos, as if the function had been integrated or "
            "taken for its partner; or a minus was given to sinh or cosh.",
            partial=lambda rule: (-rule.partial,) if rule.name in SIGNS else (),
            title="At {cell} a minus was added",
        ),
        Misconception(
            "constant-factor",
            "The constant factor was not treated as one.",
            "What becomes of a constant factor when a product is differentiated?",
            "Of (3t)′ = 3 there is left 0, as if the derivative of 3 were asked, or t, as if t "
            "were the constant.",
            partial=lambda rule: (0.0, rule.operand) if rule.linear else (),
            title="At {cell} the constant factor was lost",
        ),
        Misconception(
            "sum-for-product",
            "A sum was treated as a product, or a product as a sum.",
            "Does this step add its operands or multiply them?",
            "For a + b the factor b was written, which is the local partial of a·b; or the values "
            "were multiplied where they are added, or added where they are multiplied.",
            value=sum_for_product,
            partial=lambda rule: rule.others[:1] if rule.name == "add" else (),
            title="At {cell} a sum was treated as a product",
        ),
        Misconception(
            "integrated",
            "This is an antiderivative, not the derivative.",
            "Which of the two is asked here, to differentiate or to integrate?",
            "The rule was read from right to left: x³/3 was written for the derivative of x².",
            partial=antiderivative,
            title="At {cell} the step was integrated",
        ),
        Misconception(
            "shares-multiplied",
            "The shares were multiplied.",
            "Two ways lead through here. Do their effects add up, or does one multiply the other?",
            "The chain rule multiplies along a path and adds over the paths; here the paths were "
            "multiplied too.",
            total=lambda sum_: (math.prod(sum_.several),) if sum_.several else (),
            title="At {cell} the shares were multiplied",
        ),
        Misconception(
            "shares-averaged",
            "This is the mean of the shares.",
            "If each of two ways passes a change on in full, how much of it arrives in all?",
            "The shares were added and divided by their number.",
            total=lambda sum_: (sum_.total / len(sum_.several),) if sum_.several else (),
            title="At {cell} the shares were averaged",
        ),
        Misconception(
            "shares-subtracted",
            "One share was subtracted where all are added.",
            "With which sign does each way bring its share?",
            "A sum over the paths has no minus of its own; whatever is negative is so in a share.",
            total=lambda sum_: (sum_.total - 2 * term for term in sum_.several),
            title="At {cell} a share was subtracted",
        ),
        Misconception(
            "shares-divided",
            "One share was divided by the other.",
            "Two ways lead through here. What is to be done with what arrives along them?",
            "The ratio of two shares was written for their sum.",
            total=divided,
            title="At {cell} the shares were divided",
        ),
        Misconception(
            "factors-not-multiplied",
            "A share is a product of two factors; something else was done with them here.",
            "If the next node moves twice as fast as this one, and the output three times as fast "
            "as that one, how fast does the output move?",
            "Adjoint (or tangent) and local partial were added, or one was divided by the other.",
            total=no_product,
            title="At {cell} the factors of a share were not multiplied",
        ),
        Misconception(
            "ascent",
            "This step goes uphill.",
            "The loss is to fall. Against which direction does the parameter move, then?",
            "value + η·gradient was written for value − η·gradient.",
            update=lambda step: (step.old + step.rate * step.gradient,),
            title="At {cell} the step goes uphill",
        ),
        Misconception(
            "incomplete-step",
            "A part of the step is missing.",
            "Of what three numbers is the new value made?",
            "The learning rate or the old value was left out of value − η·gradient.",
            update=lambda step: (
                step.old - step.gradient,
                -step.rate * step.gradient,
                step.rate * step.gradient,
            ),
            title="At {cell} a part of the step is missing",
        ),
        Misconception(
            "transposed-product",
            "A matrix of this product stands the wrong way round.",
            "Which row meets which column in this entry?",
            "W was taken for Wᵀ or Wᵀ for W; where a matrix is square, the shapes do not tell.",
            product=one_turned,
            title="At {cell} a matrix was turned round",
        ),
        Misconception(
            "element-wise-product",
            "Two single entries were multiplied where a row meets a column.",
            "Of how many products is this entry the sum?",
            "W * x was computed for W @ x.",
            product=entry_by_entry,
            title="At {cell} entries were multiplied one by one",
        ),
        Misconception(
            "forgotten-bias",
            "The bias is missing.",
            "What is added to the product in this step?",
            "W @ x was written for W @ x + b.",
            product=lambda place: (place.total - place.bias,) if place.bias else (),
            title="At {cell} the bias is missing",
        ),
        Misconception(
            "wrong-axis",
            "This is the sum over the other axis.",
            "To which entries was this one added: to those of a row, or of a column?",
            "A bias that is added to every row gathers its column, .sum(axis=0); here a row was "
            "added up, .sum(axis=1).",
            gathered=other_axis,
            title="At {cell} the sum goes over the other axis",
        ),
    )
}

SLIPS: Mapping[str, Misconception] = {
    record.name: record
    for record in (
        Misconception(
            "decimal",
            "The digits are right; look at the decimal point.",
            "About how large must this number be?",
            "The decimal point stands in another place.",
            hand=lambda written: (written.number * 10.0**power for power in (-3, -2, -1, 1, 2, 3)),
            title="At {cell} the decimal point slipped",
        ),
        Misconception(
            "transposed",
            "Two digits have changed places.",
            "Do the digits stand here as they do in your calculator?",
            "Two neighbouring digits stand in each other’s place.",
            hand=transposed,
            title="At {cell} two digits changed places",
        ),
        Misconception(
            "sign",
            "The size is right; look at the sign.",
            "Is this number above or below zero?",
            "The number has the other sign, and no rule explains why.",
            hand=lambda written: (-written.number,),
            title="At {cell} the sign is wrong",
        ),
        Misconception(
            "exchanged",
            "This number and that of another cell have changed places.",
            "To which line does this number belong?",
            "The numbers of two cells stand in each other’s place.",
            hand=lambda written: written.exchanged,
            title="At {cell} the number of another cell stands",
        ),
    )
}
"""Slips of hand, told where no misconception explains a number."""

LEDGERS: Mapping[str, type[Ledger]] = {
    name: record.ledger for name, record in MISCONCEPTIONS.items() if record.ledger is not None
}

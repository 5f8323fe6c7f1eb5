"""The steps of a run told one by one: title, rule, sentence, formula, substitution, result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, overload

from chainrule.algebras.undefined import Undefined
from chainrule.graph.wengert import INPUT, Edge
from chainrule.ops import Map
from chainrule.passes.run import Number
from chainrule.passes.walks import Evaluate, Linearise, Push, Seed, Share, Step
from chainrule.readings.catalogue import NUMBERS, PHASES, RULES, SENTENCES, TITLES, WORDS
from chainrule.readings.cells import about, number_cell, story_caption
from chainrule.readings.document import Document, Entries, Entry, Heading, Paragraph, Written
from chainrule.readings.prose import Prose, filled, prose_text
from chainrule.readings.terms import Coloured, Numeral, Row, Sign, Term, Word, joined, row
from chainrule.readings.view import View

Phase = Literal["values", "partials", "tangents", "adjoints"]
Gaps = Mapping[str, Term | str]


@dataclass(frozen=True, slots=True)
class Result:
    """A number that a step writes into a cell.

    Parameters
    ----------
    cell
        Cell id, such as `value:u` or `adjoint:t`.
    number
        The number in the cell after the step.
    terms
        The contributions of which it is the sum so far; empty for other cells.
    """

    cell: str
    number: Number
    terms: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One step.

    Parameters
    ----------
    phase
        "values", "partials", and "tangents" or "adjoints".
    node, edge
        The node that receives a number, and the edge along which it came, if any.
    title, rule, sentence
        What happens, by which differentiation rule, and why.
    lines
        Formula, substitution and result, as left and right sides of equations.
    entries
        What becomes known.
    """

    phase: Phase
    node: int
    edge: Edge | None
    title: Prose
    rule: str
    sentence: Prose
    lines: tuple[tuple[Term | None, Term], ...]
    entries: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Story(Written, Sequence[StoryStep]):
    """The steps of a run, in order, and the view from which they were read."""

    view: View
    steps: tuple[StoryStep, ...]

    @overload
    def __getitem__(self, index: int) -> StoryStep: ...

    @overload
    def __getitem__(self, index: slice) -> Story: ...

    def __getitem__(self, index: int | slice) -> StoryStep | Story:
        """Return a step, or for a slice the story of some."""
        if isinstance(index, slice):
            return Story(self.view, self.steps[index])
        return self.steps[index]

    def __len__(self) -> int:
        return len(self.steps)

    def document(self, heading: str = "") -> Document:
        """Return it as a document, under a title of one's own."""
        view = self.view
        caption = story_caption(view)
        blocks = (
            *((Heading(heading),) if heading else ()),
            Paragraph(caption),
            Entries(tuple(_entry(view, step) for step in self.steps)),
            Paragraph((view.digits_note,), "quiet"),
        )
        title = heading or prose_text(caption)
        return Document(blocks, title, {"story": view.run.mode, **about(view)})


def _entry(view: View, step: StoryStep) -> Entry:
    """Return a step as an entry of a list."""
    ends = None
    if step.edge is not None:
        ends = {end: view.labels[getattr(step.edge, end)] for end in ("user", "operand")}
    where = {"phase": step.phase, "node": view.labels[step.node], "edge": ends}
    cells = tuple(number_cell(view, e.cell, e.number, "value") for e in step.entries)
    phase = PHASES[step.phase]
    return Entry(step.title, phase, step.rule, step.sentence, step.lines, where, cells)


def story(view: View) -> Iterator[StoryStep]:
    """Yield the steps of a run, in order."""
    teller = _Teller(view)
    for double, fine in view.run.steps:
        step = teller.tell(double, fine)
        if step is not None:
            yield step


class _Teller:
    def __init__(self, view: View) -> None:
        self.view = view
        self.arrived: dict[int, list[tuple[int, Number]]] = {}
        counts: dict[int, int] = {}
        for _double, step in view.run.steps:
            if isinstance(step, Share | Push):
                goal = step.operand if isinstance(step, Share) else step.node
                counts[goal] = counts.get(goal, 0) + 1
        self.counts = counts

    def tell(self, double: Step, fine: Step) -> StoryStep | None:
        """Return one step as told; None for a constant that has no row."""
        match fine:
            case Evaluate(node, _):
                return self.evaluate(node) if node in self.view.labels else None
            case Linearise(node, slot, operand, _):
                return self.linearise(Edge(node, slot, operand))
            case Seed(node, _):
                return self.seed(node, self.view.run.total(double, fine))
            case Share(node, slot, operand, _, _) | Push(node, slot, operand, _, _):
                return self.flow(Edge(node, slot, operand), self.view.run.total(double, fine))
        raise AssertionError(fine)

    def evaluate(self, node: int) -> StoryStep:
        """Tell how the value of a node is computed."""
        view, number = self.view, self.view.run.value(node)
        name, result = view.name(node), view.numeral(number, "value")
        lines: list[tuple[Term | None, Term]] = []
        if view.graph.ops[node] is INPUT:
            kind, gaps, rule = "bind", {"node": name}, WORDS["input"]
            lines.append((name, result))
        else:
            named = (i for i in dict.fromkeys(view.graph.operands[node]) if i in view.labels)
            operands = [view.name(i) for i in named]
            kind = "evaluate" if view.graph.varies[node] else "constant"
            gaps, rule = {"node": name, "operands": listed(operands)}, WORDS["value"]
            lines.append((name, view.formula(node)))
            if operands:
                lines.append((None, view.substituted(node)))
            lines.append((None, result))
        sentence = self.unless_undefined(node, number, told(kind, gaps))
        title = filled(TITLES["bind" if kind == "bind" else "evaluate"], {"node": name})
        entry = Result(view.value_id(node), number)
        return StoryStep("values", node, None, title, rule, sentence, tuple(lines), (entry,))

    def linearise(self, edge: Edge) -> StoryStep:
        """Tell how a local partial is computed."""
        view = self.view
        number = view.run.partial(edge.user, edge.slot)
        assert number is not None
        rule = view.rule(edge.user)
        gaps = {"node": view.name(edge.user), "operand": view.name(edge.operand), "rule": rule}
        formula = view.partial_formula(edge)
        substituted = view.partial_formula(edge, substituted=True)
        result = view.numeral(number, "partial")
        lines: list[tuple[Term | None, Term]] = [(view.partial_name(edge), formula)]
        if not isinstance(number.shown, Map):  # whose formula says all that there is to say
            if substituted not in (
                formula,
                result.inner if isinstance(result, Coloured) else result,
            ):
                lines.append((None, substituted))
            if not isinstance(formula, Numeral):
                lines.append((None, result))
        one = isinstance(formula, Numeral) and formula.digits == "1"
        sentence = self.unless_undefined(
            edge.user, number, told("linearise_one" if one else "linearise", gaps)
        )
        cells = (
            Result(view.edge_id("formula", edge), number),
            Result(view.edge_id("partial", edge), number),
        )
        title = filled(TITLES["linearise"], gaps)
        return StoryStep("partials", edge.user, edge, title, rule, sentence, tuple(lines), cells)

    def seed(self, node: int, number: Number) -> StoryStep:
        """Tell where a pass begins."""
        view = self.view
        kind = "seed_reverse" if view.reverse else "seed_forward"
        gaps: Gaps = {"node": view.name(node), "seed": view.numeral(number, "derivative")}
        line = (view.derivative_name(node), view.numeral(number, "derivative"))
        entry = Result(view.derivative_id(node), number, (number,))
        self.arrived.setdefault(node, []).append((node, number))
        title, sentence = filled(TITLES[kind], gaps), told(kind, gaps)
        return StoryStep(self.phase, node, None, title, WORDS["seed"], sentence, (line,), (entry,))

    @property
    def phase(self) -> Phase:
        """The phase in which derivatives flow."""
        return "adjoints" if self.view.reverse else "tangents"

    def flow(self, edge: Edge, total: Number) -> StoryStep:
        """Tell how a derivative moves along an edge and is added up."""
        view = self.view
        source, goal = (edge.user, edge.operand) if view.reverse else (edge.operand, edge.user)
        amount = view.run.flowing(edge.user, edge.slot)
        partial = view.run.partial(edge.user, edge.slot)
        assert amount is not None and partial is not None
        earlier = self.arrived.setdefault(goal, [])
        before = list(earlier)
        earlier.append((source, amount))
        lines = self.flow_lines(edge, source, goal, before, partial, amount, total)
        kind = "share" if view.reverse else "push"
        gaps: dict[str, Term | str] = {
            "node": view.name(edge.user),
            "operand": view.name(edge.operand),
            "count": in_words(self.counts[goal]),
        }
        if before:
            sources = dict.fromkeys(node for node, _ in before)
            gaps["earlier"] = listed([view.name(node) for node in sources])
            gaps["so_far"] = view.numeral(self.sum_of(before), "derivative")
        several = self.counts[goal] > 1 or bool(before)
        when = "next" if before else "first" if several else "only"
        sentence = self.unless_undefined(edge.user, total, told(f"{kind}_{when}", gaps))
        title = filled(TITLES[kind], gaps)
        rule = RULES[f"{kind}_sum" if several else kind]
        terms = (*(number for _, number in before), amount)
        entries = (
            Result(view.edge_id("share", edge), amount),
            Result(view.derivative_id(goal), total, terms),
        )
        return StoryStep(self.phase, goal, edge, title, rule, sentence, lines, entries)

    def sum_of(self, before: list[tuple[int, Number]]) -> Number:
        """Return what had arrived before this edge."""
        doubles, digits = (sum_up([n[i] for _, n in before]) for i in (2, 1))
        return self.view.run.shown(doubles, digits)

    def flow_lines(
        self,
        edge: Edge,
        source: int,
        goal: int,
        before: list[tuple[int, Number]],
        partial: Number,
        amount: Number,
        total: Number,
    ) -> tuple[tuple[Term | None, Term], ...]:
        """Return formula, substitution and result of one share or contribution."""
        view = self.view
        so_far: tuple[Term, ...] = ()
        if before:
            so_far = view.numeral(self.sum_of(before), "derivative"), Sign("+")
        sent = Coloured("derivative", view.derivative_name(source))
        sent_number = view.factor(view.run.derivative(source), "derivative")
        local = Coloured("partial", view.partial_name(edge))
        local_number = view.factor(partial, "partial")
        # An adjoint is multiplied from the left, a tangent stands behind the partial.
        first, second = (sent, local) if view.reverse else (local, sent)
        one, two = (sent_number, local_number) if view.reverse else (local_number, sent_number)
        dot, times = Word("\u2009", r"\,"), Sign("×")
        formula = Row((*so_far, first, dot, second))
        substitution = Row((*so_far, one, times, two))
        result = view.numeral(total, "derivative")
        lines: list[tuple[Term | None, Term]] = [(view.derivative_name(goal), formula)]
        if not isinstance(partial.shown, Map):
            lines.append((None, substitution))
        elif view.reverse:  # a map's formula says what it makes of the adjoint
            lines.append((None, Row((*so_far, view.partial_formula(edge)))))
        if before:
            lines.append((None, Row((*so_far, view.factor(amount, "derivative")))))
        lines.append((None, result))
        return tuple(lines)

    def unless_undefined(self, node: int, number: Number, sentence: Prose) -> Prose:
        """Return the sentence, or why there is no number."""
        reason = number.undefined
        if reason is None:
            return sentence
        where = reason.node if reason.node in self.view.labels else node
        gaps: Gaps = {
            "node": self.view.name(where),
            "op": reason.op,
            "needs": reason.needs,
            "digits": str(self.view.run.fine_digits),
        }
        if reason.is_open:
            return told(reason.what, gaps)
        if where != node:
            return told("undefined_at", gaps)
        return told("undefined_value" if reason.what == "value" else "undefined_slope", gaps)


def told(kind: str, gaps: Gaps) -> Prose:
    """Return a sentence of the catalogue with its gaps filled."""
    return filled(SENTENCES[kind], gaps)


def sum_up(numbers: list[object]) -> object:
    """Return the sum of numbers of one kind; one `Undefined` makes the sum undefined."""
    total: object = numbers[0]
    for number in numbers[1:]:
        if type(total) is Undefined:
            return total
        total = total + number  # type: ignore[operator]
    return total


def in_words(count: int) -> str:
    """Return a count as a word where it is small: two, three, … ten."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def listed(terms: list[Term]) -> Term:
    """Return terms as a list in words: a, b and c."""
    if len(terms) < 2:
        return row(*terms)
    return row(*joined(terms[:-1], Word(", ")).terms, Word(" and "), terms[-1])

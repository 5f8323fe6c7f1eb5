"""Every sentence and heading for people, in one place. English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Final

SPOKEN: Final[ContextVar[Mapping[str, Mapping[str, str]]]] = ContextVar("spoken")
"""The words of another language, by catalogue and key, while that is spoken."""


class Catalogue(Mapping[str, str]):
    """Words by key: in English, or in the language that is spoken at the moment.

    Parameters
    ----------
    name
        Under which its words stand in other languages.
    english
        Its words.
    """

    def __init__(self, name: str, english: Mapping[str, str]) -> None:
        self.name = name
        self.english = english

    def __getitem__(self, key: str) -> str:
        """Return words as they are said now."""
        return SPOKEN.get({}).get(self.name, {}).get(key, self.english[key])

    def __iter__(self) -> Iterator[str]:
        """Go over the keys."""
        return iter(self.english)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.english)


PAGE: Final = Catalogue(
    "page",
    {
        "lang": "en",
        "signed": "Name",
        "student_number": "Student no.",
        "points": "Points",
        "page": "page | of |",
        "more_rows": "… and {count:,} more rows: write the table to a file to see them all.",
    },
)
"""What the writers of documents say themselves."""

WORDS: Mapping[str, str] = {
    "node": "node",
    "partial": "local partial",
    "value": "value",
    "number": "partial’s value",
    "seed": "seed",
    "input": "input",
    "none": "–",
    "all_steps": "text of all steps",
    "agreeing": "agrees by {count} ways",
    "figure_at": "at",
    "undefined": "undef",
    "digits": "Four decimals are shown",
    "chosen_digits": "{digits} significant digits are shown",
    "proven": "{shown}; every digit shown is proven.",
    "proven_but": "{shown}; every digit shown is proven, where a cell does not say otherwise.",
    "unproven": "{shown}, of double precision: so many entries are not proven.",
    "adjoint": "adjoint",
    "tangent": "tangent",
    "healthy": "Nothing is saturated, overflows or cancels here.",
    "finding": "finding",
    "sentence": "what there is to know",
    "condition": "condition number",
    "proof_kind": "kind",
    "proof_cell": "number of",
    "proof_number": "shown",
    "proof_enclosure": "lies in",
    "proof_double": "double precision",
    "proof_state": "state",
    "proven_cell": "proven",
    "lost": "digits lost",
    "lost_derivative": "digits lost by the derivative",
    "saturated": "saturated",
    "dead": "switched off",
    "overflow": "overflow",
    "underflow": "underflow",
    "cancellation": "cancellation",
    "sensitive": "sensitive",
    "stable form": "stable form",
    "hidden mistake": "hides a mistake",
    "part_of": "{formula} in {node}",
    "of_entries": ", in {count} of {all} entries",
    "predicted": "predicted change",
    "real": "real change",
    "error": "relative error",
    "along": "along",
    "local_gradient": "local gradient",
    "local_value": "its value",
    "upstream_times_local": "upstream × local",
    "tangent_formula": "tangent from",
    "adjoint_formula": "adjoint from",
    "dual": "dual number",
    "dual_rule": "rule",
    "derivative_of": "derivative",
    "derivation_line": "equals",
    "in_nodes": "in the names of the nodes",
    "in_inputs": "in the inputs alone",
    "dual_note": "ε² = 0: the part before ε is the value, the part with ε the tangent.",
    "path": "path",
    "product": "product of local partials",
    "factors": "in numbers",
    "path_value": "value",
    "path_sum": "sum",
    "path_sums": "sum of {count} paths",
    "no_path": "no path",
    "paths_cut": "The first {shown:,} of {count} paths are shown; the sum is that of all.",
    "is": "is",
    "formula": "formula",
    "read_as": "read as",
    "inputs": "inputs",
    "outputs": "outputs",
    "nodes_at": "nodes, zoom {level}",
    "longest": "edges of the longest path",
    "paths_in_all": "paths from inputs to the output",
    "closed_form": "closed form by {name}",
    "closed_forms": "closed forms",
    "agreement_by": "four routes by {name}",
    "a_kink": "a kink",
    "linear_map": "linear map",
    "frame": "Framed together as",
    "forward_pass": "values",
    "backward_pass": "adjoints",
    "output": "output",
    "by": "by",
    "route_forward": "forward",
    "route_reverse": "reverse",
    "route_sympy": "SymPy",
    "route_differences": "differences",
    "verdict": "verdict",
    "agrees": "agrees",
    "together_agrees": "They agree.",
    "together_differs": "They do not agree.",
    "together_undecided": "Whether they agree is open.",
    "together_nothing": "There was no derivative to compare.",
    "difference_error": "error",
    "way": "{mode} mode: {passes:,} pass{plural}, {operations:,} operations",
    "way_used": "{mode} mode: {passes:,} pass{plural}, {operations:,} operations (used)",
    "cost": "what",
    "count": "count",
    "cost_values": "operations for all values",
    "cost_partials": "operations for all local partials",
    "cost_forward": "one forward pass, by {name}",
    "cost_reverse": "one reverse pass, of {name}",
    "cost_differences": "central difference, by {name}",
    "cost_total_forward": "all derivatives in forward mode",
    "cost_total_reverse": "all derivatives in reverse mode",
    "cost_total_differences": "all derivatives by differences",
    "cost_kept": "numbers that reverse mode keeps",
    "cost_nodes": "nodes of the graph, constants counted in",
    "cost_written": "the same, of the formula written out",
    "cost_gradient_nodes": "the same, of the gradient graph",
    "cost_derivative_written": "the same, of the derivative by {name} written out",
}

CAPTIONS: Mapping[str, str] = {
    "reverse": "Backward table: adjoints of {goal}{point}",
    "forward": "Forward table: tangents along {seed}{point}",
    "story_reverse": "Reverse mode, step by step: {goal}{point}",
    "story_forward": "Forward mode, step by step: along {seed}{point}",
    "overview": "{goal} at a glance",
    "trace": "Evaluation trace: values, tangents and adjoints of {goal}{point}",
    "duals": "Forward mode with dual numbers along {seed}{point}",
    "paths": "Paths from {inputs} to {goal}{point}",
    "nudge": "{node} moves by {delta}",
    "cost": "What the derivatives cost, in operations",
    "health": "What to know about the numbers",
    "enclosures": "What is proven of every number",
    "derivation": "The derivatives worked out in symbols",
    "conditions": "Condition numbers, and digits lost in double precision",
    "jacobian": "Jacobian{point}",
    "hessian": "Second derivatives of {goal}{point}",
    "hessian_vector": "Second derivatives of {goal} along a direction{point}",
    "agreement": "The derivatives of {goal} by four routes{point}",
    "curve": "Error of the difference quotient by {node} against its step",
    "point": " at {point}",
}

NOTATIONS: Mapping[str, str] = {
    "partials": "∂J/∂u",
    "bars": "ū and u̇",
    "upstream": "upstream × local gradient",
}

MARK = "⚠"

MARKS: Mapping[str, str] = {
    "undefined": "undefined",
    "corrected": "corrected",
    "kink": "kink",
    "border": "border",
    "differs": "differs",
    "undecided": "undecided",
    "missing": "missing",
}

PHASES: Mapping[str, str] = {
    "values": "values",
    "partials": "local partials",
    "adjoints": "adjoints",
    "tangents": "tangents",
}

# What CSV calls its columns whatever the table's own headers are.
EXPORTED: Mapping[str, str] = {
    "name": "name",
    "number": "value of the partial",
    "share": "share",
    "derivative": "accumulated derivative",
    "exact": "{column}, exact",
    "state": "state",
    "why": "why",
}

TITLES: Mapping[str, str] = {
    "bind": "{node} is given",
    "constant": "{node} is constant",
    "evaluate": "Value of {node}",
    "linearise": "Local partial of {node} by {operand}",
    "seed_reverse": "Start at {node}",
    "seed_forward": "Move along {node}",
    "share": "Share into {operand} from {node}",
    "push": "Push from {operand} into {node}",
}

SENTENCES: Mapping[str, str] = {
    "bind": "{node} is an input: its value is given.",
    "evaluate": "{node} is computed from {operands}.",
    "constant": "{node} depends on no input: its value never changes, no derivative reaches it.",
    "linearise": "How fast {node} moves when only {operand} moves, by the {rule}.",
    "linearise_one": "{node} takes {operand} over unchanged, so the local partial is 1.",
    "seed_reverse": (
        "The reverse pass starts at the goal: {node} moves exactly as fast as itself, "
        "so its adjoint is 1."
    ),
    "seed_forward": "The forward pass moves {node}: its tangent is {seed}.",
    "share_only": (
        "{operand} has one user: its adjoint is the adjoint of {node} times the local partial."
    ),
    "share_first": (
        "{operand} has {count} users, so its adjoint is a sum. {node} is the first to send its "
        "adjoint times its local partial."
    ),
    "share_next": (
        "{operand} has {count} users, so its adjoint is a sum. {earlier} sent {so_far}; now "
        "{node} sends its adjoint times its local partial."
    ),
    "push_only": "{node} moves as fast as {operand} moves, times the local partial.",
    "push_first": (
        "{node} has {count} moving operands, so its tangent is a sum. First comes the one "
        "of {operand}."
    ),
    "push_next": (
        "{node} has {count} moving operands, so its tangent is a sum. {earlier} brought "
        "{so_far}; now {operand} adds its part."
    ),
    "undefined_value": "{node} has no value here: {op} needs {needs}.",
    "undefined_slope": "{op} has no local partial here: it needs {needs}.",
    "undefined_at": "No number: it depends on {node}, where {op} needs {needs}.",
    "from_logits": " {name}, of {operand}, has a number everywhere.",
    "undecided": (
        "Undecided: {op} needs {needs}, and {digits} digits leave open whether {node} has that."
    ),
    "unsettled": "Undecided: {node} needs {needs}.",
    "corrected": (
        "Double precision gives {double}, which is wrong here; the number shown is proven."
    ),
    "corrected_later": "Double precision gives these digits, and wrong ones after them.",
    "corrected_none": "Double precision gives no number here; the number shown is proven.",
    "next_to_nothing": "Its size is below 10^({power}); that it is 0 is not proven.",
    "kink": "{node} stands at a kink: {convention}.",
    "ends_left": "{goal} does not exist for {name} < {value} near this point.",
    "ends_right": "{goal} does not exist for {name} > {value} near this point.",
    "ends_both": "Near this point {goal} exists for {name} = {value} only.",
    "ends_derivative": " The derivative is the one from the {side}.",
    "kink_sides": "left slope {left}, right slope {right}",
    "kink_values": (
        " {goal} comes to {left} from the left, to {right} from the right; here it is {here}."
    ),
    "kink_repaired": (
        "The derivative by {node} exists and is {right}: the conventions at the kinks add up "
        "to {used}, which is not it."
    ),
    "kink_reached": (
        "On every side on which there is a value, the derivative by {node} is {right}; the passes "
        "come to no number."
    ),
    "alike": "At {variable} = {value}, {one} and {other} look alike; {better} shows a mistake.",
    "unnoticed_overwrite-instead-of-accumulate": (
        "Who puts each share in place of the last instead of adding them up gets the right "
        "derivatives here: take another point."
    ),
    "drawing": "A graph of {count} node{plural} that computes {output}.",
    "program": "{assignments} assignments of {inputs} inputs; each stands typeset on its card.",
    "module_affine": "Linear, {count} weight{plural}",
    "module_linear": "Linear",
    "module_activation": "Activation",
    "module_loss": "Loss",
    "module_output": "Output",
    "drawing_input": "{node} is an input",
    "folded_whole": (
        "{count} nodes are folded to {shown}, one for each {unit}: a drawing shows at most {most}."
    ),
    "nearest_nodes": (
        "The {shown} nodes nearest to {output} are shown; {left} of {count} are left out."
    ),
    "paths_differ": "The sum over the paths from {node} is not its adjoint {adjoint}.",
    "missing": "No number: {op} needs {needs}.",
    "more_digits": "Double precision gives another number; this one has more digits.",
    "health_saturated": (
        "{node} is saturated{several}: its local partial is {slope}, so next to nothing of an "
        "adjoint passes."
    ),
    "health_dead": "{node} is switched off{several}: its local partial is 0, no adjoint passes.",
    "health_overflow": "{node} is {size}, more than double precision can hold.",
    "health_underflow": "{node} is {size}, less than double precision can hold in full.",
    "health_cancellation": (
        "{node} cancels: it may magnify a relative error of its operands {condition} times."
    ),
    "health_sensitive": (
        "{node} is sensitive: it may magnify a relative error of its operands {condition} times."
    ),
    "health_lost": "In double precision its value has lost {lost} of 16 digits.",
    "health_stable": "Instead of {formula} write {proposal}, which is equal and keeps more digits.",
    "health_saved": " Here the first loses {lost} of 16 digits in doubles, the second {left}.",
}

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

RULES: Mapping[str, str] = {
    "share_sum": "sum over users",
    "share": "chain rule",
    "of": "derivative of {op}",
    "push_sum": "sum over operands",
    "push": "chain rule",
}


def say(kind: str, **given: object) -> str:
    """Return the sentence `kind` with its gaps filled."""
    return SENTENCES[kind].format(**given)

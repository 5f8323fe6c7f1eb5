"""The words of sheets, in one place; gaps are filled with mathematics.

English stands here, other languages in tables like `chainrule.exercises.german.GERMAN`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from chainrule.exercises.german import GERMAN
from chainrule.readings.catalogue import NUMBERS, SPOKEN, Catalogue

LANGUAGES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {"en": {}, "de": GERMAN}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say all words of sheets in a language, by its name in `LANGUAGES`."""
    before = SPOKEN.set(LANGUAGES.get(language, {}))
    try:
        yield
    finally:
        SPOKEN.reset(before)


def titled(kind: str, english: str) -> str:
    """Return the title of a kind of task as it is said now."""
    return Catalogue("titles", {kind: english})[kind]


def told(mistake: str, sentence: str, hint: str) -> tuple[str, str]:
    """Return the sentence and the hint of a mistake, by its name, as they are said now."""
    spoken = Catalogue("sentences", {mistake: sentence}), Catalogue("hints", {mistake: hint})
    return spoken[0][mistake], spoken[1][mistake]


_WORDS: Final[Mapping[str, str]] = {
    "decimal": ".",
    "forward": "forward",
    "reverse": "reverse",
    "equal": "equal",
    "figure": "A graph with the cards {cards}; and arrows {arrows}.",
    "empty card": "{name} with an empty formula",
    "arrow": "{begin} to {end}",
    "arrow missing": "missing: {begin} → {end}",
    "no arrow": "there is no arrow {begin} → {end}",
    "no step": "there is no step {name}",
    "other arrows": "the arrows differ in more than one place",
    "node": "node",
    "value": "value",
    "partial": "local partial",
    "formula": "formula",
    "number": "number",
    "share": "share",
    "adjoint": "adjoint",
    "tangent": "tangent",
    "seed": "seed",
    "path": "path",
    "product": "product",
    "at": "at",
    "input": "input",
    "key": "Key",
    "task": "task",
    "sheet": "Sheet {seed}",
    "corner": "A cell’s name stands in its corner: adjoint:t is the adjoint of t.",
    "brackets": "The points of each cell stand in brackets.",
    "yes": "yes",
    "no": "no",
    "none": "–",
    "parameter": "parameter",
    "gradient": "gradient",
    "updated": "new value",
    "unit": "unit",
    "slope": "slope",
    "shape": "shape",
    "saturated": "saturated",
    "along": "along {name}",
    "back": "from {name}",
    "missing arrows": "The missing arrows, such as a → b:",
    "also": "also accepted: {answer} ({reason})",
    "arrows into": "Missing arrows into {name} come from:",
    "halves": ("The weights count half points. In a quiz, give this question a mark of {points}."),
    "variant": "variant {number}",
    "save": "Save answers as a file",
}
WORDS: Final = Catalogue("words", _WORDS)

_INSTRUCTIONS: Final[Mapping[str, str]] = {
    "values": "Work out the value of every step. Work with four digits.",
    "forward-table": (
        "Forward mode along {direction}. One row for each edge, with its local partial; for each "
        "node its value and its tangent, the sum over its operands of local partial × tangent. "
        "Work with four digits."
    ),
    "partials": (
        "One row for each edge: the local partial as a formula in the names of the operands, and "
        "its number."
    ),
    "adjoints": (
        "Reverse mode, from {output} back: a share is the adjoint of the user times the local "
        "partial of the edge; a node’s adjoint is the sum of its shares."
    ),
    "adjoints_more": (
        "Reverse mode, from {output} back. One row for each edge: its local partial as a formula "
        "and as a number, then the share that travels along it. A node’s adjoint is the sum of its "
        "shares."
    ),
    "tangents": (
        "Forward mode in the direction {direction}: a node’s tangent is the sum over its operands "
        "of local partial × tangent."
    ),
    "draw": (
        "Fill the {blank} empty formulas, in the names of the operands, and draw the {missing} "
        "missing arrows. The lower fields are for later: value left, adjoint right."
    ),
    "draw_one": (
        "Fill the {blank} empty formulas, in the names of the operands, and draw the missing "
        "arrow. The lower fields are for later: value left, adjoint right."
    ),
    "paths": (
        "The derivative of {output} by {input} is the sum over all paths from {input} to {output}, "
        "each with the product of its local partials. Work out every product, and the sum."
    ),
    "find-mistake": (
        "Somebody worked out these adjoints and made one mistake; what came after follows from it. "
        "Find the first wrong adjoint, in the order of the rows, and put it right."
    ),
    "first wrong": "The first wrong cell:",
    "corrected": "The number that should stand there:",
    "descent": (
        "One step of gradient descent with learning rate η = {rate}: the new value of a parameter "
        "is its value minus η times the derivative of {output} by it. The data stay as they are."
    ),
    "count": (
        "Values and local partials are known. Count what each mode does with them: the "
        "multiplications of a local partial by a tangent or adjoint, and the additions of the "
        "results. Each counts 1; a local partial that is 1 or −1 at every point needs no "
        "multiplication."
    ),
    "count_forward": "Forward mode, one pass along {name}:",
    "count_reverse": "Reverse mode, one pass from {name}:",
    "count_best": "For all derivatives of {output} the cheaper mode is",
    "jacobian": (
        "Work out the Jacobian in both ways: in forward mode with one pass for each input, in "
        "reverse mode with one pass for each output. Each pass fills a column of its table. The "
        "derivatives of the outputs by the inputs stand in both tables and must agree."
    ),
    "matrices": (
        "Work out the shape and the entries of every value; then, from {output} back, those of "
        "every adjoint: the derivatives of {output} by the entries, each in its entry’s place. A "
        "matrix is written by rows, a vector in one row. Work with four digits."
    ),
    "saturation": (
        "A unit is saturated where the slope of its activation is smaller than {limit}: hardly "
        "any derivative comes through. Work out value and slope of each unit, and decide."
    ),
}
INSTRUCTIONS: Final = Catalogue("instructions", _INSTRUCTIONS)

_PAID: Final[Mapping[str, str]] = {
    "one": "1 point for each {cells}",
    "more": "{points} points for each {cells}",
    "two one": "{least} or 1 point for each {cells}",
    "two more": "{least} or {points} points for each {cells}",
    "range one": "{least} to 1 point for each {cells}",
    "range more": "{least} to {points} points for each {cells}",
    "between": "; ",
    "last": " and ",
    "unpaid": " An error in a cell without points costs the next cell that has some.",
    "alone": " A single error, rightly carried on, costs no more than {points}.",
    "point": "{points} point",
    "points": "{points} points",
    "paid_for": "Its points are lost to the error at “{cell}”, a cell without points of its own.",
    "paid_in part": (
        "A part of its points is lost to the error at “{cell}”, a cell without points of its own."
    ),
    "trivial": "After the error above nothing was left to work out here, so it earns no points.",
}
PAID: Final = Catalogue("paid", _PAID)

_CELLS: Final[Mapping[str, str]] = {
    "value": "value",
    "formula": "formula",
    "partial": "local partial",
    "share": "share",
    "adjoint": "adjoint",
    "tangent": "tangent",
    "path": "product",
    "updated": "new value",
    "node": "formula of a card",
    "arrows": "drawing of the arrows",
    "count": "count",
    "saturated": "decision",
    "shape": "shape",
    "mistake": "wrong cell found",
    "corrected": "corrected number",
}
CELLS: Final = Catalogue("cells", _CELLS)
"""What is paid for a cell, by what its id begins with."""

_COUNTS: Final = Catalogue(
    "counts", {str(count): word for count, word in enumerate((*NUMBERS, "eleven", "twelve"))}
)


def counted(count: int) -> str:
    """Return a small count as a word."""
    return _COUNTS.get(str(count), str(count))


_FEEDBACK: Final[Mapping[str, str]] = {
    "caption": "What to look at again",
    "points": "{points} of {of} points",
    "cell": "cell",
    "given": "you wrote",
    "verdict": "",
    "should": "should be",
    "right": "✓ right",
    "said": "what to look at",
    "explained": "what happened",
    "nothing": "–",
    "wrong": "✗ wrong",
    "follows": "↳ follows",
    "undecided": "? not read",
    "missing": "empty",
    "wrong_said": (
        "This is not the number that belongs here, nor what follows from your earlier cells."
    ),
    "wrong_formula_said": "This is not the formula that belongs here.",
    "undecided_said": (
        "This could not be read as a number or compared. Write it in another form, or leave it: "
        "your teacher will look at it."
    ),
    "undecided_formula_said": (
        "This could not be read as a formula or compared. Write it in another form, or leave it: "
        "your teacher will look at it."
    ),
    "coarse": "≈ too coarse",
    "coarse_said": "This may be meant rightly, but it is rounded too coarsely: give more digits.",
    "formula": "ƒ formula asked",
    "formula_said": (
        "This is the number at the point; here the formula is asked, in the names of the operands."
    ),
    "missing_said": "Nothing stands here yet.",
    "follows_from": "This is consistent with the {cell} above, and credited.",
    "carried": " What you worked out from it is right: {count} cells are credited.",
    "carried_one": " What you worked out from it is right: 1 cell is credited.",
    "trivial": "With this number everything after it becomes 0 and is not worth much.",
    "or": " Or: ",
    "credited": "{credited} of {cells} cells credited",
    "count_right": "right",
    "count_wrong": "wrong",
    "count_follows": "consistent with an earlier error",
    "count_undecided": "not read",
    "count_missing": "empty",
    "kind_value": "value of ",
    "kind_adjoint": "adjoint of ",
    "kind_tangent": "tangent of ",
    "kind_share": "share ",
    "kind_formula": "formula ",
    "kind_path": "path ",
    "kind_updated": "new value of ",
    "kind_saturated": "saturation of ",
    "kind_shape": "shape of ",
    "kind_node": "formula of the card ",
    "which_adjoint": " from ",
    "which_shape": "’s adjoint from ",
    "which_tangent": " along ",
    "count_forward_of": "operations of forward mode along ",
    "count_reverse_of": "operations of reverse mode from ",
    "count_cheaper_of": "cheaper mode",
    "cell_arrows": "missing arrows",
    "cell_mistake": "first wrong cell",
    "cell_corrected": "number that should stand there",
}
FEEDBACK: Final = Catalogue("feedback", _FEEDBACK)

GUIDANCE: Final[Mapping[str, str]] = {
    "and": " and ",
    "nothing": "nothing else",
    "value_ask": "Which values does {node} need?",
    "value_rule": "{node} is computed from {operands}: put what stands there into {formula}.",
    "partial_ask": "How does {node} move when {operand} alone moves a little?",
    "partial_rule": "Differentiate {equation} by {operand}: {rule}.",
    "seed_ask": "How fast does a quantity move compared with itself?",
    "seed_rule": "The pass begins at {node}.",
    "adjoint_ask": "Which nodes use {node}? What does each of them send?",
    "adjoint_rule": (
        "{others} use {node}: each sends its adjoint times the local partial of its edge, and the "
        "shares are added."
    ),
    "adjoint_rule_one": (
        "Only {others} uses {node}: it sends its adjoint times the local partial of the edge."
    ),
    "tangent_ask": "From which nodes is {node} computed? How fast does each of them move?",
    "tangent_rule": (
        "{node} is computed from {others}: each brings its tangent times the local partial of its "
        "edge, and these are added."
    ),
    "tangent_rule_one": (
        "{node} is computed from {others} alone: its tangent times the local partial of the edge."
    ),
    "wrong_title": "At {cell} something else should stand",
    "wrong_told": (
        "This is not what follows from your earlier cells, and none of the common mistakes gives "
        "this number."
    ),
    "sent_one": (
        "{written} is what {from} alone sends to {node}. All that arrives at a node is added."
    ),
    "sent_some": (
        "{written} is what {from} together send to {node}. All that arrives at a node is added."
    ),
    "known": " Known mistake: {name}",
    "same_number": "; here {names} gives the same number",
}

CLASS: Final[Mapping[str, str]] = {
    "nobody": "There is no student",
    "roster": "A roster is CSV with a heading `name`, and one row a student.",
    "failed": "No sheet could be made for {name}: {why}",
    "failed_allowed": "Change the recipe; what is done for others is thrown away with it.",
    "disk": (
        "{file} could not be written: {why}. Nothing half-written is left. What is done lies in "
        "{parts}; make room and run it again, and it goes on there."
    ),
    "no_key": "`{file}` is not the ZIP of a class",
    "key_allowed": "The key is what `chainrule sheet --roster … --out …` has written.",
    "answers_allowed": "A folder, a ZIP, or one CSV with a row a student.",
    "not_read": "it cannot be read ({why})",
    "too_large": "The file is too large",
    "no_kind": (
        "{source}: not read, since it is no CSV, XLSX, JSON or notebook; save what is in it as one."
    ),
    "empty": "{source}: no answer was found in it.",
    "no_answer": "{source}: what stands at `{cell}` is no answer.",
    "cell_twice": "{source}: `{cell}` is answered twice; the first answer counts.",
    "cell_unknown": "{source}: `{cell}` is no cell of this sheet, and “{words}” was not marked.",
    "cell_which": (
        "{source}: `{cell}` is asked in tasks {tasks}; write the task's number before it."
    ),
    "says_inside": "{source}: by its name of {name}; inside it says “{inside}”.",
    "inside_only": "{source}: its name says nothing; taken as that of {name}, as it says inside.",
    "merged": "{source}: put together with {other}, of the same student.",
    "merged_twice": "{source}: `{cell}` differs from {other}, which counts.",
    "no_heading": "line {line}: no heading is known here, so it was taken for a student.",
    "line_passed": "line {line}: passed over, no student: {what}",
    "no_student": "line {line}: passed over, no student: {what}",
    "summary": (
        "Hand-ins read: {read}; students who handed in: {students} of {all}; "
        "answers not read: {unread}; listed above: {listed}."
    ),
    "no_cells": "No column is a cell of the sheet",
    "cells_allowed": "Cells are headed by their ids on the sheet, such as 2.adjoint:t.",
    "nobody_is": (
        "{source}: nobody on the roster, or more than one, is meant; name it as the sheet is "
        "named, or give a table `file,student` with --who."
    ),
    "nothing_handed": "nothing handed in",
    "first wrong": "first wrong",
    "mistakes": "commonest mistakes",
    "statistics": "What the class got wrong: {students} of {all} students handed in",
    "making": "sheets",
    "marking": "marked",
}

BACKWARD: Final[Mapping[str, str]] = {
    "caption": "Gradients of your own, in the order of the backward pass",
    "shape": "shape",
    "none": "Every gradient that was given is right.",
    "nothing": "No gradient was given.",
    "first": "The first wrong gradient is that of {name}; look there.",
    "undefined": "There is no gradient at this point.",
    "shapes": (
        "This is {given}, and the node is {wanted}: a gradient has an entry for each entry of "
        "what it belongs to."
    ),
    "transposed": "The numbers are right, in the transposed matrix.",
    "broadcast": (
        "What is spread over many in the forward pass gathers the sum over them in the backward "
        "pass."
    ),
    "sign": "Every size is right, every sign is not.",
    "scaled": (
        "Every entry is {factor} times what belongs here. Was a mean taken for a sum, or a factor "
        "used twice or not at all?"
    ),
    "entry": (
        "This is not what belongs here, nor what follows from the gradients before; the entry "
        "{entry} is furthest off."
    ),
    "no_node": "there is no node {name}; there are {known}",
    "no_numbers": "the gradient of {name} is no number and no list of numbers",
    "no_json": "This is no JSON",
    "no_line": "“{line}” is no gradient",
    "allowed": "Write a line for each node, such as u = 0.64 or W = [[1, 2], [3, 4]]; or JSON.",
}

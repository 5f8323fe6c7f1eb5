"""Formulas that teachers type: what can be confirmed is set, what cannot is refused with words."""

from __future__ import annotations

import pytest

import chainrule
from chainrule import InputError
from chainrule.exercises import making
from chainrule.exercises.problem import Draft, Problem
from chainrule.passes.run import Number

SET = {
    "J = (σ(θ1 x + θ0) − y_star)^2": {"θ1": "0.8", "x": "1.5", "θ0": "-0.6", "y_star": "0.3"},
    "2sin x cos y": {"x": "0.6", "y": "0.4"},
    "e^-x + x²": {"x": "1.5"},
    "|x|y": {"x": "1.5", "y": "3"},
    "log(1+exp(-a))": {"a": "0.7"},
    "softplus(x) tanh(y_hat)": {"x": "0.7", "y_hat": "1.5"},
    "E_n x": {"E_n": "0.3", "x": "1.5"},
    "relu(x) x": {"x": "1.5"},
    "atan2(y, x)": {"x": "1.5", "y": "0.6"},
    "sqrt(x) + cbrt(y)": {"x": "1.5", "y": "0.6"},
    "norm(x) + sum(x)": {"x": "3"},
    "x^2 + x*x": {"x": "1.5"},
}
REFUSED = {
    r"\frac{1}{1+e^{-a}}": {"a": "0.7"},
    "J = sum(j x, j=1..3)": {"x": "1.5"},
    "prod(x)": {"x": "3"},
    "gelu(x)": {"x": "1.5"},
    "log(x - 2)": {"x": "1.5"},
    "|x - 1.5| + x": {"x": "1.5"},
}


@pytest.mark.parametrize("formula", SET)
def test_formulas_as_people_write_them_are_set(formula: str) -> None:
    made = chainrule.sheet(formula, at=SET[formula], kinds=["values", "partials", "adjoints"])
    slope = chainrule.parse(formula, declared=SET[formula]).gradient(SET[formula])
    for name, number in slope.items():
        assert float(made.key[f"3.adjoint:{name}"].exact) == pytest.approx(number, rel=1e-12)
    assert made.to("html") and made.to("moodle")


@pytest.mark.parametrize("formula", REFUSED)
def test_what_cannot_be_confirmed_is_refused(formula: str) -> None:
    with pytest.raises(InputError) as caught:
        chainrule.sheet(formula, at=REFUSED[formula], kinds=["adjoints"])
    assert "Traceback" not in str(caught.value) and caught.value.allowed


CELLS = (
    "value:t",
    "value:J",
    "partial:J,u1",
    "partial:u1,t",
    "share:u2,t",
    "adjoint:t",
    "tangent:J",
)


@pytest.mark.parametrize("cell", CELLS)
def test_a_wrong_number_of_the_key_is_found(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge itself is judged: one number is made wrong in its eighth digit."""
    draft = Draft("J = u1*u2; u1 = sin(t); u2 = 3t; t = x^2", {"x": "0.8"})
    problem = Problem(draft)
    assert problem.doubtful(CELLS) == ()
    right = Problem.number

    def wrong(self: Problem, asked: str) -> Number:
        number = right(self, asked)
        return number._replace(shown=number.shown * (1 + 1e-8)) if asked == cell else number

    monkeypatch.setattr(Problem, "number", wrong)
    assert cell in Problem(draft).doubtful(CELLS)


def test_a_wrong_formula_of_the_key_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from chainrule.exercises.kinds import slots

    right = slots.readable
    monkeypatch.setattr(slots, "readable", lambda term: right(term).replace("cos", "sin"))
    monkeypatch.setattr(making, "TRIES", 3)
    with pytest.raises(InputError, match="formula:u1,t: a second reading gives another answer"):
        chainrule.sheet(
            "J = u1*u2; u1 = sin(t); u2 = 3t; t = x^2", at={"x": "1.5"}, kinds=["partials"]
        )

"""Programs made to hurt: an answer, no failure but a refusal that says where."""

from __future__ import annotations

import pytest

import chainrule
from chainrule.errors import InputError

SUMS = {
    "sines": "+".join(f"sin({i}x)" for i in range(1, 700)),
    "dust": "+".join(f"(sin({i}x)^2+cos({i}x)^2-1)" for i in range(1, 200)),
    "cancelling": "-".join(f"exp({i}x)" for i in range(700)) + "+exp(x)^2",
    "angles": "+".join(f"sin(x*1e{i})" for i in range(1, 500)),
}
PROGRAMS = {
    "products": ";".join(["t0=x*x"] + [f"t{i}=t{i - 1}*x" for i in range(1, 1_500)]),
    "doublings": ";".join(["t1=x+x"] + [f"t{i}=t{i - 1}+t{i - 1}" for i in range(2, 61)]),
    "squarings": ";".join(["t1=x*x"] + [f"t{i}=t{i - 1}*t{i - 1}" for i in range(2, 61)]),
    "powers": ";".join(["t1=x^x"] + [f"t{i}=t{i - 1}^t{i - 1}" for i in range(2, 40)]),
    "exponentials": ";".join(["t1=exp(x)"] + [f"t{i}=exp(t{i - 1})" for i in range(2, 60)]),
    "chaos": ";".join(["t0=x"] + [f"t{i}=3.99*t{i - 1}*(1-t{i - 1})" for i in range(1, 700)]),
    "tangents": ";".join(["t0=tan(x)"] + [f"t{i}=tan(t{i - 1})" for i in range(1, 900)]),
    "tower": "9^9^9^9^9^x",
    "power": "x^99999999999999",
    "kinks": "abs(" * 60 + "x" + ")" * 60,
    "ties": "max(" + ",".join(f"x+{i}" for i in range(150)) + ")",
    **SUMS,
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("at", ["0.7", "1e300", "1." + "3" * 900])
def test_values_and_derivatives_or_a_refusal(name: str, at: str) -> None:
    try:
        chainrule.parse(PROGRAMS[name]).gradient({"x": at})
    except InputError as error:
        assert str(error)


@pytest.mark.parametrize("name", ["squarings", "powers", "exponentials", "tower", "kinks"])
def test_tables_of_numbers_beyond_all_bounds(name: str) -> None:
    for at in ("1.5", "1e300", "1e-300"):
        for mode in ("reverse", "forward"):
            table = chainrule.parse(PROGRAMS[name]).table({"x": at}, mode)
            assert table.text()
            assert table.json()


REFUSED = {
    "brackets": "(" * 10_000 + "x" + ")" * 10_000,
    "signs": "-" * 15_000 + "x",
    "many signs": "-" * 100_000 + "x",
    "statements": ";".join(f"a{i}=x+{i}" for i in range(5_000)),
    "zero character": "x\0y",
    "lone surrogate": "x+\ud800",
    "right to left": "x\u202e+y",
    "nothing": "",
    "digits": "x+" + "9" * 1_001,
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_say_where(name: str) -> None:
    with pytest.raises(InputError) as caught:
        chainrule.parse(REFUSED[name])
    assert "line 1, column" in str(caught.value)

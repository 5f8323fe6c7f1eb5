"""The places at which the laws are tested: samples of the records, kinks and borders.

Samples come from the records themselves. A record whose samples need parameters, a kink or
a domain has a row here; a law fails for an operation that has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from chainrule.ops import OPS, Op
from chainrule.testing.laws import Case, Corner, exact

LEAVES = ("input", "constant", "pi", "e", "eye", "nowhere")
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)

# Parameters other than the defaults under which the samples are tested as well.
PARAMETERS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "step": ({"at": Fraction(1, 2)}, {"at": Fraction(0)}, {"at": Fraction(1)}),
    "abs": ({"slope": Fraction(0)}, {"slope": Fraction(1, 2)}, {"slope": Fraction(-1)}),
    "relu": ({"slope": Fraction(0)}, {"slope": Fraction(1, 2)}, {"slope": Fraction(1)}),
    "max_weight": ({"slot": 0}, {"slot": 1}),
    "min_weight": ({"slot": 0}, {"slot": 1}),
    "leaky_relu": ({"slope": Fraction(1, 10), "at": Fraction(0)}, {"slope": THIRD, "at": HALF}),
    "elu": ({"alpha": Fraction(1), "at": Fraction(0)}, {"alpha": HALF, "at": Fraction(1)}),
    "swish": ({"beta": Fraction(1)}, {"beta": Fraction(-5, 2)}),
    "hard_sigmoid": (
        {"slope": Fraction(1, 6), "at": Fraction(0)},
        {"slope": Fraction(1, 5), "at": HALF},
    ),
    "huber": ({"delta": Fraction(1)}, {"delta": THIRD}),
    "polygamma": ({"order": 1}, {"order": 3}),
    "conv2d": ({"stride": 1}, {"stride": 2}),
}

# Samples that make sense only together with their parameters.
BLOCK = ((0.5, -1.0, 2.0), (1.5, 0.25, -0.75))
IMAGE = ((0.5, -1.0, 2.0, 0.25), (1.5, 0.75, -0.5, 3.0), (-2.0, 1.0, 0.125, -0.75))
LESS, LEVEL = ("less", 0, 1), ("at_most", 0, 1)
# Two cases and what is left: x < y and not y ≤ z, or x ≥ z.
THREE = {
    "when": (
        ("and", LESS, ("not", ("at_most", 1, 2))),
        ("or", ("at_least", 0, 2), ("equal", 0, 1)),
        ("else",),
    )
}
SAMPLES: Mapping[str, tuple[tuple[tuple[Any, ...], Mapping[str, Any]], ...]] = {
    "where": (
        ((0.75, 1.5, -2.0, 0.5), {"when": (LESS, ("else",))}),
        ((1.75, 1.5, -2.0, 0.5), {"when": (LEVEL, ("else",))}),
        ((1.75, 1.5, -2.0, 0.5), {"when": (("unequal", 0, 1), ("else",))}),
        ((0.5, 3.0, 2.0, 4.0, 5.0, 6.0), THREE),
        ((2.5, 1.0, 2.0, 4.0, 5.0, 6.0), THREE),
        ((0.5, 1.0, 2.0, 4.0, 5.0, 6.0), THREE),
    ),
    "reshape": (
        ((BLOCK,), {"shape": (3, 2)}),
        ((BLOCK,), {"shape": (6,)}),
        ((0.75,), {"shape": (1, 1)}),
        (((0.5,),), {"shape": ()}),
    ),
    "segment": (
        (((0.5, -1.0, 2.0),), {"start": (1,), "stop": (3,)}),
        ((BLOCK,), {"start": (1,), "stop": (2,)}),
        ((BLOCK,), {"start": (0, 1), "stop": (2, 2)}),
    ),
    "pad": (
        (((0.5, -1.0),), {"start": (1,), "shape": (4,)}),
        ((BLOCK,), {"start": (1,), "shape": (3, 3)}),
        ((((0.5, -1.0),),), {"start": (1, 1), "shape": (2, 3)}),
    ),
    "index": (
        (((0.5, -1.0, 2.0),), {"at": (1,)}),
        ((BLOCK,), {"at": (1,)}),
        ((BLOCK,), {"at": (0, 2)}),
    ),
    "largest": (
        ((BLOCK,), {"shape": ()}),
        ((BLOCK,), {"shape": (2, 1)}),
        ((BLOCK,), {"shape": (3,)}),
        (((0.5, -1.0, 2.0),), {"shape": (1,)}),
    ),
    "smallest": (((BLOCK,), {"shape": ()}), ((BLOCK,), {"shape": (2, 1)})),
    "largest_weight": (((BLOCK,), {"shape": ()}), ((BLOCK,), {"shape": (2, 1)})),
    "one_hot": (((1,), {"shape": (3,)}), ((0,), {"shape": (2,)})),
    "patches": (
        ((IMAGE,), {"size": (2, 2), "stride": 1}),
        ((IMAGE,), {"size": (1, 3), "stride": 2}),
        (((IMAGE, IMAGE[::-1]),), {"size": (2, 3), "stride": 1}),
    ),
    "unpatches": (
        ((BLOCK,), {"size": (1, 2), "stride": 1, "shape": (1, 4)}),
        (
            (((0.5, -1.0), (2.0, 1.5), (0.25, -0.75), (3.0, 1.0)),),
            {"size": (2, 2), "stride": 1, "shape": (2, 3)},
        ),
    ),
    "broadcast": (
        ((0.75,), {"shape": (3,)}),
        (((0.5, -1.0, 2.0),), {"shape": (2, 3)}),
        ((((0.5, -1.0, 2.0),),), {"shape": (2, 3)}),
        ((((0.5,), (-1.0,)),), {"shape": (2, 3)}),
    ),
    "collapse": (
        (((0.5, -1.0, 2.0),), {"shape": ()}),
        ((((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)),), {"shape": (3,)}),
        ((((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)),), {"shape": (1, 3)}),
        ((((0.5, -1.0, 2.0), (1.5, 0.25, -0.75)),), {"shape": (2, 1)}),
    ),
}


def cases_of(op: Op) -> Iterator[Case]:
    """Yield the cases of `op`; none for a leaf."""
    for parameters in PARAMETERS.get(op.name, (op.parameters,)):
        for sample in op.samples:
            yield Case(op, exact(sample), parameters)
    for sample, parameters in SAMPLES.get(op.name, ()):
        yield Case(op, exact(sample), parameters)


CASES = tuple(case for op in OPS.values() for case in cases_of(op))
SCALAR_CASES = tuple(case for case in CASES if case.is_scalar)
"""Cases of operations that work entry by entry, at numbers."""


# Kinks among the entries of one operand, with the share that each entry gets.
NONE = (Fraction(0),)
ENTRY_KINKS: Mapping[str, tuple[tuple[Any, Any, Mapping[str, Any]], ...]] = {
    "largest": (
        ((2, -1, 2), (HALF, Fraction(0), HALF), {"shape": ()}),
        (((2, 2), (1, 3)), ((HALF, HALF), (Fraction(0), Fraction(1))), {"shape": (2, 1)}),
        (((1, 2), (1, 3)), ((HALF, Fraction(0)), (HALF, Fraction(1))), {"shape": (2,)}),
    ),
    "smallest": (
        ((2, -1, -1), (Fraction(0), HALF, HALF), {"shape": ()}),
        (((2, 2), (1, 3)), ((HALF, HALF), (Fraction(1), Fraction(0))), {"shape": (2, 1)}),
    ),
    "largest_weight": (((2, -1, 2), None, {"shape": ()}),),
}
KINKS: Mapping[str, tuple[Corner, ...]] = {
    "abs": tuple(Corner((0,), (p["slope"],), p) for p in PARAMETERS["abs"]),
    "sign": (Corner((0,), None),),
    "step": tuple(Corner((0,), None, p) for p in PARAMETERS["step"]),
    "relu": tuple(Corner((0,), (p["slope"],), p) for p in PARAMETERS["relu"]),
    "max": (
        Corner((2, 2), (Fraction(1, 2), Fraction(1, 2))),
        Corner((-1, -3, -1), (Fraction(1, 2), Fraction(0), Fraction(1, 2))),
        Corner((0, 0, 0), (Fraction(1, 3),) * 3),
    ),
    "max_weight": (
        Corner((2, 2), None, {"slot": 0}),
        Corner((-1, -3, -1), None, {"slot": 2}),
    ),
    "min": (
        Corner((2, 2), (HALF, HALF)),
        Corner((-3, -1, -3), (HALF, Fraction(0), HALF)),
        Corner((0, 0, 0), (THIRD,) * 3),
    ),
    "min_weight": (
        Corner((2, 2), None, {"slot": 0}),
        Corner((-3, -1, -3), None, {"slot": 2}),
    ),
    "clip": (
        Corner((1, 1, 3), (HALF, HALF, Fraction(0))),
        Corner((3, 1, 3), (HALF, Fraction(0), HALF)),
        Corner((2, 2, 2), (Fraction(1, 4), Fraction(1, 4), HALF)),
        Corner((1, 3, 3), (Fraction(0), HALF, HALF)),
    ),
    "where": (
        Corner((0, 2, 5), None),
        Corner((0, 3, 3), (*NONE, *NONE, Fraction(1))),
        Corner((2, 2, 7, 7), (*NONE, *NONE, *NONE, Fraction(1)), {"when": (LESS, ("else",))}),
        Corner((2, 2, 7, 7), (*NONE, *NONE, Fraction(1), *NONE), {"when": (LEVEL, ("else",))}),
        Corner((2, 2, 5, 1), None, {"when": (LESS, ("else",))}),
    ),
    "floor": (Corner((0,), None), Corner((-3,), None), Corner((4,), None)),
    "ceil": (Corner((0,), None), Corner((-3,), None), Corner((4,), None)),
    "atan2": (Corner((0, -1), None), Corner((0, Fraction(-1, 8)), None)),
    "leaky_relu": tuple(
        Corner((0,), (at + (1 - at) * slope,), {"slope": slope, "at": at})
        for slope, at in ((Fraction(1, 10), Fraction(0)), (THIRD, HALF), (Fraction(2), Fraction(1)))
    ),
    "elu": tuple(
        Corner((0,), (at + (1 - at) / 2,), {"alpha": HALF, "at": at})
        for at in (Fraction(0), HALF, Fraction(1))
    ),
    "selu": (
        Corner((0,), (Fraction("1.75809934084737685995"),)),
        Corner((0,), (Fraction("1.05070098735548049342"),), {"at": Fraction(1)}),
    ),
    "hard_sigmoid": (
        Corner((3,), (Fraction(0),)),
        Corner((-3,), (Fraction(1, 12),), {"at": HALF}),
        Corner((Fraction(-5, 2),), (Fraction(1, 5),), {"slope": Fraction(1, 5), "at": Fraction(1)}),
    ),
    "hard_swish": (
        Corner((3,), (Fraction(1),)),
        Corner((-3,), (Fraction(0),)),
        Corner((3,), (Fraction(5, 4),), {"at": HALF}),
        Corner((-3,), (-HALF,), {"at": Fraction(1)}),
    ),
    "piecewise_linear": (
        Corner((HALF,), (Fraction(0),)),
        Corner((-HALF,), (HALF,), {"at": HALF}),
    ),
    "absolute_error": (
        Corner((2, 2), (Fraction(0), Fraction(0))),
        Corner((2, 2), (HALF, -HALF), {"slope": HALF}),
    ),
    "hinge": (
        Corner((1, 1), (Fraction(0), Fraction(0))),
        Corner((-2, -HALF), (Fraction(1, 4), Fraction(1)), {"slope": HALF}),
    ),
}

# Outside the domain, and a word that the reason must contain.
OUTSIDE: Mapping[str, tuple[tuple[tuple[Any, ...], str], ...]] = {
    "div": (((1, 0), "other than 0"), ((0, 0), "other than 0")),
    "reciprocal": (((0,), "other than 0"),),
    "power": (
        ((0, -1), "positive base"),
        ((-8, THIRD), "whole exponent"),
        ((0, Fraction(-1, 2)), "positive base"),
        ((-1, Fraction(1, 2)), "positive base"),
    ),
    "sqrt": (((-1,), "not negative"), ((Fraction(-1, 10**30),), "not negative")),
    "log": (((0,), "positive"), ((-1,), "positive")),
    "root": (
        ((-4, 2), "odd whole"),
        ((0, -3), "radicand 0"),
        ((-8, THIRD), "odd"),
        ((1, 0), "odd"),
    ),
    "log1p": (((-1,), "above −1"), ((-2,), "above −1")),
    "log2": (((0,), "positive"), ((-1,), "positive")),
    "log10": (((0,), "positive"), ((-1,), "positive")),
    "log_b": (((0, 2), "positive"), ((3, 1), "not 1"), ((3, -2), "positive base")),
    # Their poles are irrational: tests/passes/test_proof.py meets them.
    "tan": (),
    "sec": (),
    "csc": (((0,), "sine is not 0"),),
    "cot": (((0,), "sine is not 0"),),
    "asin": (((2,), "from −1 to 1"), ((Fraction(-9, 8),), "from −1 to 1")),
    "acos": (((2,), "from −1 to 1"), ((Fraction(-9, 8),), "from −1 to 1")),
    "atan2": (((0, 0), "not both 0"),),
    "coth": (((0,), "other than 0"),),
    "csch": (((0,), "other than 0"),),
    "acosh": (((HALF,), "at least 1"), ((-2,), "at least 1")),
    "atanh": (((1,), "between −1 and 1"), ((-1,), "between −1 and 1"), ((2,), "between")),
    "gamma": (((0,), "poles"), ((-3,), "poles")),
    "lgamma": (((0,), "poles"), ((-3,), "poles")),
    "digamma": (((0,), "poles"), ((-3,), "poles")),
    "polygamma": (((0,), "poles"), ((-3,), "poles")),
    "logit": (((0,), "strictly between"), ((1,), "strictly between"), ((2,), "probability")),
    "bce": (
        ((0, 1), "strictly between"),
        ((1, 0), "infinite"),
        ((1, HALF), "infinite"),
        ((2, 0), "probability"),
    ),
    "bce_slope": (((0, 1), "strictly between"), ((1, 0), "infinite"), ((2, 0), "probability")),
    "target_ratio": (((1, 0), "where the target is not 0"),),
}

TINY = Fraction(1, 10**4)
PI, EULER = Fraction(np.pi), Fraction(np.euler_gamma)
# Where the value exists: operands, value, and per slot whether the slope exists there.
BORDER: Mapping[str, tuple[tuple[tuple[Any, ...], Fraction, tuple[bool, ...]], ...]] = {
    "div": (((0, 1), Fraction(0), (True, True)),),
    "reciprocal": (((Fraction(1, 8),), Fraction(8), (True,)),),
    "power": (
        ((0, 0), Fraction(1), (True, False)),
        ((0, Fraction(1, 2)), Fraction(0), (False, True)),
        ((0, 1), Fraction(0), (True, True)),
        ((0, Fraction(3, 2)), Fraction(0), (True, True)),
        ((0, 2), Fraction(0), (True, True)),
        ((-2, 3), Fraction(-8), (True, False)),
        ((-2, -1), Fraction(-1, 2), (True, False)),
        ((-2, 0), Fraction(1), (True, False)),
    ),
    "sqrt": (((0,), Fraction(0), (False,)),),
    "log": (((1,), Fraction(0), (True,)),),
    "cbrt": (((0,), Fraction(0), (False,)), ((-8,), Fraction(-2), (True,))),
    "root": (
        ((0, 3), Fraction(0), (False, True)),
        ((-8, 3), Fraction(-2), (True, False)),
        ((8, -3), HALF, (True, True)),
    ),
    "log1p": (((0,), Fraction(0), (True,)),),
    "log2": (((1,), Fraction(0), (True,)), ((Fraction(1, 8),), Fraction(-3), (True,))),
    "log10": (((1,), Fraction(0), (True,)), ((1000,), Fraction(3), (True,))),
    "log_b": (((8, 2), Fraction(3), (True, True)), ((8, HALF), Fraction(-3), (True, True))),
    "tan": (((0,), Fraction(0), (True,)),),
    "sec": (((0,), Fraction(1), (True,)),),
    # The first two terms of the series: 1/sin x = 1/x + x/6, cot x = 1/x − x/3, and so on.
    "csc": (((TINY,), 1 / TINY + TINY / 6, (True,)),),
    "cot": (((TINY,), 1 / TINY - TINY / 3, (True,)),),
    "asin": (((0,), Fraction(0), (True,)), ((1,), PI / 2, (False,))),
    "acos": (((1,), Fraction(0), (False,)), ((-1,), PI, (False,))),
    "atan2": (((0, 1), Fraction(0), (True, True)), ((1, 0), PI / 2, (True, True))),
    "coth": (((TINY,), 1 / TINY + TINY / 3, (True,)),),
    "csch": (((TINY,), 1 / TINY - TINY / 6, (True,)),),
    "acosh": (((1,), Fraction(0), (False,)),),
    "atanh": (((0,), Fraction(0), (True,)),),
    "gamma": (((1,), Fraction(1), (True,)), ((5,), Fraction(24), (True,))),
    "lgamma": (((1,), Fraction(0), (True,)), ((2,), Fraction(0), (True,))),
    "digamma": (((1,), -EULER, (True,)),),
    "polygamma": (((1,), PI**2 / 6, (True,)),),
    "logit": (((HALF,), Fraction(0), (True,)),),
    "bce": (
        ((TINY, 0), sum(TINY**k / k for k in range(1, 5)), (True, True)),
        ((0, 0), Fraction(0), (True, False)),
        ((1, 1), Fraction(0), (True, False)),
    ),
    # −ln p at 1 has slope −1, −ln(1 − p) at 0 has slope 1.
    "bce_slope": (
        ((0, 0), Fraction(1), (False, False)),
        ((1, 1), Fraction(-1), (False, False)),
        ((HALF, HALF), Fraction(0), (True, True)),
    ),
    "target_ratio": (((0, 0), Fraction(0), (False, True)), ((0, 1), Fraction(0), (True, True))),
}

"""The three formulas that are measured, each with a point."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A program in the notation that every library here can read (`**` for powers).

    Parameters
    ----------
    statements
        Assignments of a name and its formula, in working order; the last is the output.
    point
        Value of each input.
    """

    name: str
    title: str
    statements: tuple[tuple[str, str], ...]
    point: dict[str, float]

    @property
    def text(self) -> str:
        """The program as it is typed; a single formula stands alone."""
        if len(self.statements) == 1:
            return self.statements[0][1]
        return "\n".join(f"{name} = {formula}" for name, formula in self.statements)


E1 = Example(
    "E1",
    "cos(sin(x²)+3x²)",
    (("f", "cos(sin(x**2)+3*x**2)"),),
    {"x": 1.0},
)
E2 = Example(
    "E2",
    "logistic loss",
    (
        ("p", "1/(1+exp(-(w1*x1+w2*x2+b)))"),
        ("L", "y*log(p)+(1-y)*log(1-p)"),
    ),
    {"w1": 0.3, "x1": 1.5, "w2": -0.4, "x2": 0.7, "b": 0.1, "y": 0.8},
)
E3 = Example(
    "E3",
    "2-2-1 sigmoid network with BCE",
    (
        ("h1", "1/(1+exp(-(w11*x1+w12*x2+b1)))"),
        ("h2", "1/(1+exp(-(w21*x1+w22*x2+b2)))"),
        ("o", "1/(1+exp(-(v1*h1+v2*h2+c)))"),
        ("L", "-(y*log(o)+(1-y)*log(1-o))"),
    ),
    {
        "w11": 0.3,
        "x1": 1.5,
        "w12": -0.4,
        "x2": 0.7,
        "b1": 0.1,
        "w21": 0.5,
        "w22": 0.2,
        "b2": -0.3,
        "v1": 0.7,
        "v2": -0.6,
        "c": 0.2,
        "y": 0.8,
    },
)

EXAMPLES = (E1, E2, E3)

"""The examples that Explore offers: the lectures' cases, and what each of them teaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from chainrule.facade import Graph
from chainrule.ui.state import EXAMPLE, State


@dataclass(frozen=True, slots=True)
class Example:
    """A formula or program to begin with.

    Parameters
    ----------
    subject
        Under which heading it stands in the menu.
    name
        What its button says.
    lesson
        What it teaches, as one sentence.
    formula
        As it would be typed.
    point
        Values of its variables, as "x=1 y=2"; the others have their usual ones.
    mode
        In which mode it opens.
    """

    subject: str
    name: str
    lesson: str
    formula: str
    point: str = ""
    mode: str = "reverse"

    @property
    def state(self) -> State:
        """The page that shows it."""
        pairs = (pair.partition("=") for pair in self.point.split())
        return State(self.formula, tuple((n, value) for n, _, value in pairs), mode=self.mode)


NETWORK = """\
L = -y_star ln(y) - (1 - y_star) ln(1 - y)
y = 1/(1 + exp(-b))
b = beta0 z0 + beta1 z1 + beta2 z2
z1 = 1/(1 + exp(-a1))
z2 = 1/(1 + exp(-a2))
a1 = alpha10 x0 + alpha11 x1 + alpha12 x2
a2 = alpha20 x0 + alpha21 x1 + alpha22 x2"""
AT_NETWORK = (
    "x0=1 x1=0.5 x2=-1 z0=1 y_star=1 alpha10=0.25 alpha11=1.25 alpha12=-0.75 "
    "alpha20=-0.5 alpha21=0.75 alpha22=0.5 beta0=0.5 beta1=-1 beta2=1.5"
)

EXAMPLES: tuple[Example, ...] = (
    Example(
        "The chain rule",
        "Lecture",
        "t is used twice, so its adjoint is a sum of two shares.",
        EXAMPLE,
        "x=1",
    ),
    Example(
        "The chain rule",
        "x times x",
        "One node may use another twice: both edges send a share.",
        "y = x x",
        "x=3",
    ),
    Example(
        "The chain rule",
        "x to the x",
        "Base and exponent both move, so neither the power rule alone nor the exponential’s holds.",
        "y = x^x",
        "x=2",
    ),
    Example(
        "The chain rule",
        "Forward mode",
        "One pass forward gives the derivative along one input, here along w.",
        "J = (w x + b - y)^2",
        "w=0.5 x=2 b=1 y=3",
        "forward",
    ),
    Example(
        "Losses",
        "Logistic loss",
        "The loss of one neuron: behind the sigmoid only y − y* is left.",
        "L = -y_star ln(y) - (1 - y_star) ln(1 - y)\ny = 1/(1 + e^(-a))\na = theta0 + theta1 x",
        "y_star=1 theta0=0.5 theta1=-1 x=2",
    ),
    Example(
        "Losses",
        "Squared error",
        "Behind a saturated sigmoid the squared error hardly moves the weight.",
        "J = (y_star - sigmoid(w x))^2",
        "y_star=0 w=4 x=2",
    ),
    Example(
        "Losses",
        "Softmax",
        "The cross-entropy of three classes: each logit’s adjoint is its probability less its "
        "target.",
        "J = -ln(p2)\np2 = e^z2/s\ns = e^z1 + e^z2 + e^z3",
        "z1=1 z2=2 z3=-1",
    ),
    Example(
        "Networks",
        "2-2-1 network",
        "Two layers, module by module: five modules pass on what they are sent.",
        NETWORK,
        AT_NETWORK,
    ),
    Example(
        "Networks",
        "A chain with two weights",
        "Adjoints shrink from sigmoid to sigmoid: a slope there is at most ¼.",
        "y = w2 sigmoid(z)\nz = w1 sigmoid(x)",
        "w2=1 w1=1 x=6",
    ),
    Example(
        "Networks",
        "Vectors",
        "A layer at once: the local partial of W x is a linear map, and its adjoint an outer "
        "product.",
        "W: 2x3\nx: 3\nJ = sum(tanh(W @ x))",
    ),
    Example(
        "Kinks and borders",
        "Kink at |x|",
        "At 0 the left and the right slope differ; a convention says which one is used.",
        "y = |x|",
        "x=0",
    ),
    Example(
        "Kinks and borders",
        "Relu at 0",
        "Relu has no derivative at 0; programs use 0 there.",
        "y = relu(x)",
        "x=0",
    ),
    Example(
        "Kinks and borders",
        "Piecewise",
        "Only the case that is taken has to exist, and only it sends a share back.",
        "y = where(x > 0, sqrt(x), x^2)",
        "x=4",
    ),
    Example(
        "What computers do",
        "Lost digits",
        "Double precision gives 0 here, though the value is nearly ½.",
        "y = (1 - cos x)/x^2",
        "x=1e-8",
    ),
    Example(
        "What computers do",
        "Your Python",
        "A cell of a notebook is read as it stands.",
        "import numpy as np\n# one neuron, with weight decay\nh = np.tanh(w * x)\n"
        "loss = (h - y)**2 + 0.1 * w**2",
        "w=0.5 x=1.5 y=1",
    ),
    Example(
        "What computers do",
        "Two outputs",
        "One pass back for each output, one pass forward for each input: the Jacobian either way.",
        "f = x^2 y\ng = sin(x) + y",
        "x=1 y=2",
    ),
)
"""All examples, in the order of the menu."""

IN_SIGHT = (
    "Lecture",
    "Logistic loss",
    "2-2-1 network",
    "Softmax",
    "Kink at |x|",
    "x to the x",
    "Piecewise",
    "Vectors",
    "Your Python",
)
"""Which of them stand in a row on the first visit."""


def subjects() -> Iterator[tuple[str, tuple[Example, ...]]]:
    """Yield each subject with its examples."""
    for subject, found in groupby(EXAMPLES, lambda example: example.subject):
        yield subject, tuple(found)


@cache
def _used() -> tuple[frozenset[str], ...]:
    return tuple(
        frozenset(op.name for op in Graph.parse(example.formula).list.ops) for example in EXAMPLES
    )


def using(op: str) -> tuple[Example, ...]:
    """Return the examples in which an operation occurs."""
    pairs = zip(EXAMPLES, _used(), strict=True)
    return tuple(example for example, used in pairs if op in used)

"""Random expressions at awkward points: written for the product, and as trees for the reference.

Each is drawn from a seed and its number alone, so that one line makes it again.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

INFIX = "+-*/^"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


UNARY = _words(
    "neg identity reciprocal square sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan sec csc "
    "cot asin acos atan sinh cosh tanh coth sech csch asinh acosh atanh abs sign step floor ceil "
    "relu leaky_relu elu selu gelu silu swish mish sigmoid log_sigmoid logit softplus "
    "hard_sigmoid hard_swish piecewise_linear erf erfc normal_pdf normal_cdf gamma lgamma digamma "
    "polygamma"
)
BINARY = _words("root log_b atan2 squared_error absolute_error huber bce bce_with_logit hinge")
# Drawn more often than the others.
COMMON = _words("neg square sqrt exp log sin cos tan tanh abs relu sigmoid softplus")
NAMES = ("x", "y", "z")
STEPS = ("u", "v", "w")

POINTS = _words(
    "0 0 1 1 -1 2 3 -2 -3 10 7 1/2 -1/2 1/3 0.1 -0.1 0.3 1.5 -2.5 0.25 1.7 -0.7 "
    "1e8 -1e8 1e-8 -1e-8 1e300 -1e300 1e-300 -1e-300 750 -750 40 -40 1e16 1e-16 "
    "1.0000000001 0.9999999999 0.12345678 2.718281828 3.141592653589793"
)
CONSTANTS = _words(
    "0 1 1 2 2 2 3 3 10 0.5 0.5 0.1 0.3 1.5 4 7 1e8 1e-8 1e300 1e-300 750 0.12345678 1000000"
)
EXPONENTS = _words("2 2 3 0.5 1.5 4 0 1 10 -1 -2 -1/2 1/3 -0.5 2/3")
TURNS = _words("pi pi/2 pi/3 pi/4 pi/6 2*pi 3*pi/2 -pi 5*pi/6 10*pi")
CIRCULAR = _words("sin cos tan sec csc cot")
# Where each has a kink, a pole, or the end of its domain.
CORNERS = (
    *(("abs", "0"), ("relu", "0"), ("sign", "0"), ("step", "0"), ("leaky_relu", "0")),
    *(("selu", "0"), ("elu", "0"), ("hard_sigmoid", "3"), ("hard_sigmoid", "-3")),
    *(("hard_swish", "-3"), ("hard_swish", "3"), ("piecewise_linear", "1/2")),
    *(("floor", "2"), ("ceil", "-1"), ("sqrt", "0"), ("cbrt", "0"), ("log", "1"), ("log", "0")),
    *(("asin", "1"), ("acos", "-1"), ("acosh", "1"), ("atanh", "1"), ("gamma", "-1")),
    *(("lgamma", "1"), ("logit", "1"), ("log1p", "-1"), ("digamma", "-2"), ("exp", "0")),
)


@dataclass(frozen=True, eq=False)
class Node:
    """A variable, number or constant by its `text`, or an operation with its operands."""

    kind: str
    operands: tuple[Node, ...] = ()
    text: str = ""

    def __str__(self) -> str:
        if not self.operands:
            return f"({self.text})" if self.text.startswith("-") else self.text
        inner = [str(x) for x in self.operands]
        if self.kind == "neg":
            return f"(-{inner[0]})"
        if self.kind in INFIX:
            return f"({inner[0]} {self.kind} {inner[1]})"
        return f"{self.kind}({', '.join(inner)})"

    @property
    def size(self) -> int:
        """How many operations it takes, each use counted."""
        return (1 if self.operands else 0) + sum(x.size for x in self.operands)

    def uses(self, name: str) -> bool:
        return self.text == name or any(x.uses(name) for x in self.operands)


@dataclass(frozen=True)
class Case:
    """An expression with its point, both as they are typed."""

    text: str
    typed: dict[str, str]

    @property
    def line(self) -> str:
        """How the case is asked again: `python -m tests.promises.judge --case LINE`."""
        return " @ ".join((self.text, ", ".join(f"{n} = {v}" for n, v in self.typed.items())))

    @property
    def tree(self) -> Node:
        return read(self.text)

    @property
    def point(self) -> dict[str, Fraction]:
        return {name: Fraction(value) for name, value in self.typed.items()}

    @staticmethod
    def of(line: str) -> Case:
        text, _, values = line.rpartition(" @ ")
        pairs = (pair.split("=") for pair in values.split(",") if pair.strip())
        return Case(text, {name.strip(): value.strip() for name, value in pairs})


# Reading ---------------------------------------------------------------------------------------

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}


def read(text: str) -> Node:
    """Return the tree of a text as it is written here; equal parts are one node."""
    known: dict[object, Node] = {}
    steps: dict[str, Node] = {}

    def node(kind: str, *operands: Node, text: str = "") -> Node:
        return known.setdefault((kind, text, *map(id, operands)), Node(kind, operands, text))

    def tree(part: ast.expr, source: str) -> Node:
        match part:
            case ast.Name(id=name) if name in steps:
                return steps[name]
            case ast.Name(id=name):
                return node(name if name in ("pi", "e") else "variable", text=name)
            case ast.Constant():
                return node("number", text=ast.get_source_segment(source, part) or "")
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return node("neg", tree(inner, source))
            case ast.BinOp(left=left, op=sign, right=right):
                return node(SIGNS[type(sign)], tree(left, source), tree(right, source))
            case ast.Call(func=ast.Name(id=name), args=inners):
                name = {"ln": "log", "arsinh": "asinh"}.get(name, name)
                return node(name, *(tree(inner, source) for inner in inners))
        raise ValueError(f"not written as it is here: {source}")

    found: Node | None = None
    for line in text.replace("^", "**").split(";"):
        parsed = ast.parse(line.strip()).body[0]
        source = line.strip()
        if isinstance(parsed, ast.Assign):
            assert isinstance(parsed.targets[0], ast.Name)
            found = steps[parsed.targets[0].id] = tree(parsed.value, source)
        else:
            assert isinstance(parsed, ast.Expr)
            found = tree(parsed.value, source)
    assert found is not None
    return found


# Drawing ---------------------------------------------------------------------------------------


def constant(text: str) -> Node:
    return read(text)


class Drawing:
    """Draws one expression."""

    def __init__(self, seed: str) -> None:
        self.chance = random.Random(seed)
        self.names = NAMES[: self.chance.choice((1, 1, 1, 2, 2, 3))]
        self.typed = {name: self.chance.choice(POINTS) for name in self.names}
        if len(self.names) > 1 and self.chance.random() < 0.3:
            self.typed[self.names[1]] = self.typed[self.names[0]]  # two variables that tie
        self.made: list[Node] = []

    def case(self) -> Case:
        while True:
            self.made = []
            tree = self.tree(self.chance.randint(2, 12))
            used = [name for name in self.names if tree.uses(name)]
            if used and tree.size <= 40:
                text = self.program(tree) if self.chance.random() < 0.15 else str(tree)
                return Case(text, {name: self.typed[name] for name in used})

    def leaf(self) -> Node:
        if self.chance.random() < 0.72:
            return Node("variable", (), self.chance.choice(self.names))
        if self.chance.random() < 0.12:
            return constant(self.chance.choice((*TURNS, "pi", "e")))
        return self.number(self.chance.choice(CONSTANTS))

    def number(self, text: str) -> Node:
        return constant(f"-{text}" if self.chance.random() < 0.15 and text != "0" else text)

    def tree(self, operations: int) -> Node:
        if operations <= 0:
            return self.leaf()
        draw = self.chance.random()
        if self.made and draw < 0.12:
            return self.chance.choice(self.made)
        found = (self.pattern if draw < 0.26 else self.operation)(operations)
        self.made.append(found)
        return found

    def operation(self, operations: int) -> Node:
        draw = self.chance.random()
        if draw < 0.2:
            return Node(self.chance.choice(COMMON), (self.tree(operations - 1),))
        if draw < 0.45:
            return Node(self.chance.choice(UNARY), (self.tree(operations - 1),))
        if draw < 0.78:
            return self.split(self.chance.choice("++--***//"), operations, 2)
        if draw < 0.88:
            if self.chance.random() < 0.75:
                exponent = constant(self.chance.choice(EXPONENTS))
                return Node("^", (self.tree(operations - 1), exponent))
            return self.split("^", operations, 2)
        if draw < 0.94:
            return self.split(self.chance.choice(BINARY), operations, 2)
        kind = self.chance.choice(("max", "min", "max", "min", "clip", "where"))
        three = kind in ("clip", "where") or self.chance.random() < 0.25
        return self.split(kind, operations, 3 if three else 2)

    def split(self, kind: str, operations: int, count: int) -> Node:
        left = operations - 1
        sizes = []
        for _ in range(count - 1):
            sizes.append(self.chance.randint(0, left))
            left -= sizes[-1]
        sizes.append(left)
        self.chance.shuffle(sizes)
        return Node(kind, tuple(map(self.tree, sizes)))

    def pattern(self, operations: int) -> Node:
        """Return a part that meets a tie, a kink, a hole, a pole, or loses its digits."""
        inner = self.tree(max(0, operations - 3))
        same, name = inner, self.chance.choice(self.names)
        x, at = Node("variable", (), name), self.typed[name]
        match self.chance.randrange(10):
            case 0:
                return Node(self.chance.choice("-/"), (inner, same))
            case 1:
                return Node(self.chance.choice(("max", "min")), (inner, same))
            case 2:
                return Node("-", (Node("+", (inner, x)), x))
            case 3 | 4:  # a corner of f is met by x + c
                kind, corner = self.chance.choice(CORNERS)
                away = Fraction(corner) - Fraction(at)
                if abs(away).numerator > 10**12 or away.denominator > 10**12:
                    return Node(kind, (Node("-", (inner, same)),))
                return Node(kind, (Node("+", (x, constant(str(away)))),))
            case 5:
                turn = constant(self.chance.choice(TURNS))
                return Node(
                    self.chance.choice(CIRCULAR), (Node(self.chance.choice("+-*"), (turn, x)),)
                )
            case 6:
                pairs = (("exp", "log"), ("square", "sqrt"), ("tanh", "atanh"), ("sin", "asin"))
                pair = list(self.chance.choice(pairs))
                self.chance.shuffle(pair)
                return Node(pair[0], (Node(pair[1], (inner,)),))
            case 7:
                bound = constant(at if "/" not in at else f"({at})")
                kind = self.chance.choice(("max", "min", "-", "absolute_error", "hinge"))
                return Node(kind, (x, bound))
            case 8:
                low, high = (constant(c) for c in self.chance.choice((("0", "1"), ("-1", "1"))))
                return Node("clip", (inner, low, high))
        return Node(
            "-",
            (
                constant("1"),
                Node(self.chance.choice(("sigmoid", "cos", "tanh", "exp", "erf")), (inner,)),
            ),
        )

    def program(self, tree: Node) -> str:
        """Return the text with the parts that are used twice named, each in a line of its own."""
        uses: dict[str, int] = {}

        def count(node: Node) -> None:
            if node.operands:
                uses[str(node)] = uses.get(str(node), 0) + 1
                for inner in node.operands:
                    count(inner)

        count(tree)
        again = [t for t, n in uses.items() if n > 1 and any(map(read(t).uses, NAMES))]
        text = str(tree)
        lines: list[tuple[str, str]] = []
        for name, part in zip(STEPS, sorted(again, key=len), strict=False):
            for earlier, whole in lines:
                part = _named(part, whole, earlier)
            lines.append((name, part))
            text = _named(text, part, name)
        return "; ".join([*(f"{name} = {part}" for name, part in lines), f"f = {text}"])


def _named(text: str, part: str, name: str) -> str:
    """Return a text with a name in place of a part, but not of the tanh(x) in atanh(x)."""
    return re.sub(rf"(?<![a-z_]){re.escape(part)}", name, text)


def drawn(seed: int, number: int) -> Case:
    """Return the expression of this number."""
    return Drawing(f"{seed}:{number}").case()


def kinds(nodes: Sequence[Node]) -> set[str]:
    """Return the kinds of all nodes in these trees."""
    return {node.kind for node in nodes}.union(*(kinds(node.operands) for node in nodes))

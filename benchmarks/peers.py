"""The same work as Explore's with SymPy and with CasADi, as a user of those would write it.

Each function takes a program to the value of every node, its local partials and the adjoint
of every node, and returns how many numbers it computed and the adjoints by input.
"""

from __future__ import annotations

import ast
import operator
from typing import Any

import casadi
import sympy
from sympy.parsing.sympy_parser import parse_expr

from examples import Example


def sympy_explore(example: Example, *, text: bool) -> dict[str, float]:
    """SymPy: unevaluated parse, one derivative per node, one lambdified function with cse.

    Parameters
    ----------
    text
        Whether every value, partial and adjoint is also written as text.
    """
    known: dict[Any, Any] = {}
    whole: Any = None
    for name, formula in example.statements:
        whole = parse_expr(formula, evaluate=False).xreplace(known)
        known[sympy.Symbol(name)] = whole
    nodes = list(dict.fromkeys(sympy.postorder_traversal(whole)))
    partials, adjoints = [], {}
    for node in nodes:
        if node.is_number:
            continue
        if node.args:
            operands = [sympy.Dummy() for _ in node.args]
            local = node.func(*operands)
            back = dict(zip(operands, node.args, strict=True))
            for operand, argument in back.items():
                if not argument.is_number:
                    partials.append(local.diff(operand).xreplace(back))
        hole = sympy.Dummy()
        adjoints[node] = whole.xreplace({node: hole}).diff(hole).xreplace({hole: node})
    wanted = [*nodes, *partials, *adjoints.values()]
    if text:
        assert all([str(formula) for formula in wanted])
    inputs = sorted(whole.free_symbols, key=str)
    function = sympy.lambdify(inputs, wanted, modules="math", cse=True)
    numbers = function(*(example.point[str(x)] for x in inputs))
    by_node = dict(zip(adjoints, numbers[-len(adjoints) :], strict=True))
    return {str(x): by_node[x] for x in inputs}


def casadi_explore(example: Example, *, text: bool) -> dict[str, float]:
    """CasADi: an input that is zero added to every node, so that one gradient has all adjoints.

    Parameters
    ----------
    text
        Whether local partials are made too, and everything is also written as text; without,
        the values and adjoints only.
    """
    walk = _Walk(partials=text)
    for name, formula in example.statements:
        walk.known[name] = walk.visit(ast.parse(formula, mode="eval").body)
    nodes, zeros = casadi.vertcat(*walk.nodes), casadi.vertcat(*walk.zeros)
    wanted = [nodes, casadi.gradient(walk.nodes[-1], zeros)]
    if text:
        wanted.append(casadi.vertcat(*walk.partials))
        assert all([str(formula) for column in wanted for formula in casadi.vertsplit(column)])
    function = casadi.Function("f", [casadi.vertcat(*walk.symbols.values()), zeros], wanted)
    point = [example.point[name] for name in walk.symbols]
    adjoints = function(point, [0] * len(walk.zeros))[1].full().ravel().tolist()
    return {name: adjoints[walk.known[name]] for name in walk.symbols}


class _Walk:
    """Python's syntax tree as CasADi expressions; equal subexpressions are one node."""

    def __init__(self, *, partials: bool) -> None:
        self.known: dict[str, int] = {}
        self.symbols: dict[str, Any] = {}
        self.nodes: list[Any] = []
        self.zeros: list[Any] = []
        self.partials: list[Any] | None = [] if partials else None
        self._same: dict[Any, int] = {}

    def visit(self, tree: ast.expr) -> int:
        """Return the index of the node that a formula ends in."""
        match tree:
            case ast.Name(name):
                if name not in self.known:
                    self.symbols[name] = casadi.SX.sym(name)
                    self.known[name] = self._node(self.symbols[name])
                return self.known[name]
            case ast.Constant(value):
                return self._once(("constant", value), (), lambda: casadi.SX(value))
            case ast.BinOp(left, sign, right):
                operands = self.visit(left), self.visit(right)
                return self._once(type(sign).__name__, operands, _SIGNS[type(sign)])
            case ast.UnaryOp(ast.USub(), inner):
                return self._once("neg", (self.visit(inner),), operator.neg)
            case ast.Call(ast.Name(function), [inner]):
                return self._once(function, (self.visit(inner),), getattr(casadi, function))
        raise ValueError(ast.dump(tree))

    def _once(self, what: Any, operands: tuple[int, ...], function: Any) -> int:
        if (what, operands) not in self._same:
            given = [self.nodes[i] for i in operands]
            self._same[what, operands] = self._node(function(*given))
            if self.partials is not None and operands:
                holes = [casadi.SX.sym("o") for _ in operands]
                slopes = casadi.gradient(function(*holes), casadi.vertcat(*holes))
                self.partials += casadi.substitute([slopes], holes, given)
        return self._same[what, operands]

    def _node(self, value: Any) -> int:
        self.zeros.append(casadi.SX.sym("e"))
        self.nodes.append(value + self.zeros[-1])
        return len(self.nodes) - 1


_SIGNS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}

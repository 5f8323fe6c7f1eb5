"""Python functions as input: they run once on tracing values, and what they do is written down.

A tracing value stands for a number, vector or matrix that is not known yet. Operators and
NumPy functions on it append steps to a graph. Python's own numbers are constants, exact as
they are. A value that is not known cannot decide anything: `if`, `while`, comparisons and
conversions are refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from chainrule.algebras.protocol import NO_PARAMETERS
from chainrule.errors import GraphError, ShapeError
from chainrule.graph.builder import Builder, Expression
from chainrule.graph.wengert import WengertList
from chainrule.language.names import canonical
from chainrule.language.syntax import listed, spelled
from chainrule.ops import OPS, Op, Shape

# From the names of NumPy's functions to operations; np.abs calls itself absolute.
UFUNCS = spelled(
    """
    add add
    sub subtract
    mul multiply
    div divide
    power power float_power
    square square
    reciprocal reciprocal
    neg negative
    abs absolute fabs
    max maximum fmax
    min minimum fmin
    identity positive
    matmul matmul
    """
) | {op.numpy: name for name, op in OPS.items() if op.numpy not in ("", "abs")}
FUNCTIONS = spelled(
    """
    sum sum
    mean mean
    prod prod
    matmul dot
    outer outer
    transpose transpose
    clip clip
    norm norm
    """
)
DECIDES = listed(
    """
    equal greater greater_equal isfinite isinf isnan less less_equal logical_and logical_not
      logical_or logical_xor not_equal where
    """
)
_NO_DECISION = (
    "A traced value has no number yet, so {} cannot decide anything: "
    "write np.maximum, np.minimum, np.abs or np.clip in place of if and while"
)


class Traced(Expression):
    """A value that is not known yet; what is computed with it is written down."""

    __slots__ = ()

    def _with(self, op: Op, *operands: Any) -> Traced:
        return _write(self.builder, op, operands)

    def written(self, op: Op, operands: Sequence[Any], parameters: Mapping[str, Any]) -> Traced:
        """Return an operation on this and other values, with its parameters checked."""
        if parameters.keys() - op.parameters.keys():
            known = ", ".join(op.parameters) or "none"
            raise GraphError(f"the parameters of {op.name!r} are: {known}")
        try:
            exact = {key: Fraction(value) for key, value in parameters.items()}
        except (TypeError, ValueError, OverflowError) as error:
            raise GraphError(f"the parameters of {op.name!r} are finite numbers") from error
        return _write(self.builder, op, operands, exact)

    def __array_ufunc__(  # type: ignore[override]
        self, ufunc: Any, method: str, *operands: Any, **options: Any
    ) -> Traced:
        """Write the operation of a NumPy ufunc."""
        name = ufunc.__name__
        if name in DECIDES:
            raise GraphError(_NO_DECISION.format(f"np.{name}"))
        if method != "__call__" or options:
            part = f"np.{name}.{method}" if method != "__call__" else f"np.{name}"
            given = f" with {', '.join(options)}=" if options else ""
            raise GraphError(f"{part}{given} cannot be traced; np.{name}(x) may be")
        if UFUNCS.get(name) not in OPS:
            known = ", ".join(sorted(name for name, op in UFUNCS.items() if op in OPS))
            raise GraphError(f"np.{name} cannot be traced; these can: {known}")
        return _write(self.builder, OPS[UFUNCS[name]], operands)

    def __array_function__(
        self, function: Any, types: Any, operands: Sequence[Any], options: Mapping[str, Any]
    ) -> Traced:
        """Write the operation of a NumPy function over whole vectors and matrices."""
        name = function.__name__
        if name in DECIDES:
            raise GraphError(_NO_DECISION.format(f"np.{name}"))
        given = {key: value for key, value in options.items() if value is not None}
        if FUNCTIONS.get(name) not in OPS or given:
            known = ", ".join(sorted(name for name, op in FUNCTIONS.items() if op in OPS))
            what = f"np.{name}" + (f" with {', '.join(given)}=" if given else "")
            raise GraphError(f"{what} cannot be traced; these can: {known}")
        op = FUNCTIONS[name]
        if op == "matmul" and not all(getattr(x, "ndim", 0) for x in operands):
            op = "mul"  # np.dot of a number is a product
        return _write(self.builder, OPS[op], operands)

    @property
    def T(self) -> Traced:
        """The transpose; of a number or vector the same, as in NumPy."""
        return self if self.ndim < 2 else self._with(OPS["transpose"], self)

    def dot(self, other: Any) -> Traced:
        """Return the product with another vector or matrix."""
        whole = self.ndim and getattr(other, "ndim", 0)
        return self._with(OPS["matmul" if whole else "mul"], self, other)

    def sum(self) -> Traced:
        """Return the sum of all entries."""
        return self._with(OPS["sum"], self)

    def _decide(self, *other: Any) -> NoReturn:
        raise GraphError(_NO_DECISION.format("a comparison"))

    __lt__ = __le__ = __gt__ = __ge__ = _decide
    __eq__ = __ne__ = _decide
    __hash__ = Expression.__hash__

    def __bool__(self) -> bool:
        raise GraphError(_NO_DECISION.format("`if` or `while` on it"))

    def _convert(self, *other: Any) -> NoReturn:
        raise GraphError(
            "A traced value has no number yet: float(), int(), math.sin(x) and the like need one; "
            "write np.sin(x)"
        )

    __float__ = __int__ = __index__ = __complex__ = __round__ = __trunc__ = _convert
    __floor__ = __ceil__ = _convert

    def __array__(self, *options: Any, **more: Any) -> NoReturn:
        """Refuse: an array of numbers cannot hold a value that is not known."""
        raise GraphError(
            "A traced value cannot be put into an array; "
            "give the function a vector as argument: trace(f, x=3)"
        )

    def _refuse_operator(self, other: Any) -> NoReturn:
        raise GraphError("// and % jump, so they cannot be traced; use np.floor")

    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = _refuse_operator

    def __iter__(self) -> NoReturn:
        raise GraphError("The entries of a traced vector cannot be taken apart")

    def __getitem__(self, place: Any) -> NoReturn:
        """Refuse: entries are not traced."""
        raise GraphError("The entries of a traced vector cannot be taken apart")

    def __repr__(self) -> str:
        """Return the operation, the name and the shape."""
        name = self.builder.names.get(self.index, "")
        return f"<traced {name or self.op.name}{list(self.shape) if self.shape else ''}>"


def _write(
    builder: Builder, op: Op, operands: Sequence[Any], parameters: Mapping[str, Any] = NO_PARAMETERS
) -> Traced:
    lifted = [_lifted(builder, operand) for operand in operands]
    try:
        return Traced(builder, builder.write(op, lifted, parameters).index)
    except ShapeError:
        raise
    except TypeError as error:
        raise GraphError(f"{op.name} cannot take {len(operands)} operands") from error


def _lifted(builder: Builder, value: Any) -> Expression:
    if isinstance(value, Expression):
        return builder.lift(value)
    try:
        if getattr(value, "shape", None) == ():
            value = value.item()  # a number of NumPy
        return builder.lift(value if isinstance(value, float) else Fraction(*_ratio(value)))
    except (TypeError, ValueError, OverflowError) as error:
        kind = type(value).__name__
        raise GraphError(
            f"{value if isinstance(value, float) else f'a {kind}'} cannot stand in a traced "
            "function; finite numbers can: give arrays as arguments"
        ) from error


def _ratio(value: Any) -> tuple[int, int]:
    if not hasattr(value, "as_integer_ratio"):
        raise TypeError
    ratio: tuple[int, int] = value.as_integer_ratio()
    return ratio


def named(value: Any, name: str) -> Any:
    """Give a name to a value inside a traced function; a plain number is returned as it is.

    >>> def model(x):
    ...     u = named(x**2, "u")
    ...     return 3 * u
    >>> trace(model).names
    {0: 'x', 2: 'u'}

    Raises
    ------
    ParseError
        If it is not a name.
    GraphError
        If the name is taken.
    """
    if not isinstance(value, Traced):
        return value
    return Traced(value.builder, value.builder.name(value, canonical(name)).index)


def apply(operation: str | Op, *operands: Any, **parameters: Any) -> Traced:
    """Write an operation that NumPy has no name for: a record, or as it is spelled in formulas.

    Parameters are numbers, exact as they are or as typed: 0.2 is a float, "0.2" is 1/5.

    >>> trace(lambda a: apply("softplus", a) + apply("leaky_relu", a, slope=0.2)).names
    {0: 'a'}

    Raises
    ------
    GraphError
        If there is no such operation or parameter, or no operand is traced.
    """
    op = operation if isinstance(operation, Op) else OPS.spelled.get(operation)
    name = operation.name if isinstance(operation, Op) else operation
    traced = next((x for x in operands if isinstance(x, Traced)), None)
    if traced is not None and op is None:
        op = traced.builder.own.spelled.get(name)
    if op is None or op.arity not in (None, len(operands)):
        needs = f" with {len(operands)} operands" if op else ""
        raise GraphError(f"there is no operation {name!r}{needs}")
    if traced is None:
        raise GraphError(f"no operand of {name!r} is traced")
    return traced.written(op, operands, parameters)


def trace(
    function: Callable[..., Any],
    *names: str,
    operations: Iterable[Op] = (),
    **shapes: int | Sequence[int],
) -> WengertList:
    """Run a function once on tracing values and return the graph of what it computed.

    Parameters
    ----------
    function
        Its arguments are the inputs; one with a default keeps the default. It returns a
        number, a tuple or list of numbers (outputs f1, f2, …), or a dict (named outputs).
    names
        Names of the arguments in their order, where the function's own shall not be used or
        it has none.
    operations
        Operations of one's own that the function applies by their names.
    shapes
        Shapes by the name of the input: `x=3` for a vector, `W=(4, 2)` for a matrix.

    Raises
    ------
    GraphError
        If the function decides or converts, or returns anything else; its own errors pass.
    ParseError
        If an argument's name cannot be the name of an input.

    Examples
    --------
    >>> graph = trace(lambda x, y: x**2 * y)
    >>> [graph.names[node] for node in graph.inputs]
    ['x', 'y']
    """
    order, keywords = _arguments(function, names)
    unknown = shapes.keys() - {*order, *keywords}
    if unknown:
        raise GraphError(
            f"a shape is given for {', '.join(sorted(unknown))}; the arguments are: "
            f"{', '.join([*order, *keywords]) or 'none'}"
        )
    builder = Builder(own=operations)
    inputs = {
        name: Traced(builder, builder.input(canonical(name), _shape(name, shapes)).index)
        for name in (*order, *keywords)
    }
    result = function(
        *(inputs[name] for name in order), **{name: inputs[name] for name in keywords}
    )
    return builder.finish(_outputs(builder, result))


def _arguments(function: Callable[..., Any], names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names of the positional arguments, and of those given by keyword."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError) as error:
        if names:
            return list(names), []
        raise GraphError("this function does not tell its arguments; give their names") from error
    order: list[str] = []
    keywords: list[str] = []
    for parameter in parameters:
        needed = parameter.default is parameter.empty
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.kind == parameter.KEYWORD_ONLY:
            keywords += [parameter.name] if needed else []
        elif needed or len(order) < len(names):
            order.append(parameter.name)
    open_ended = any(p.kind == p.VAR_POSITIONAL for p in parameters)
    if len(names) > len(order) and not open_ended:
        raise GraphError(f"{len(names)} names are given, the function takes {len(order)}")
    return [*names, *order[len(names) :]], keywords


def _shape(name: str, shapes: Mapping[str, int | Sequence[int]]) -> Shape:
    given = shapes.get(name, ())
    shape = (given,) if isinstance(given, int) else tuple(given)
    if len(shape) > 2 or not all(isinstance(size, int) and size > 0 for size in shape):
        raise GraphError(f"the shape of {name} is {given!r}; allowed are x=3 and W=(4, 2)")
    return shape


def _outputs(builder: Builder, result: Any) -> list[Expression]:
    if isinstance(result, Mapping):
        pairs = [(canonical(str(name)), value) for name, value in result.items()]
    elif hasattr(result, "_fields"):
        pairs = list(zip(map(canonical, result._fields), result, strict=True))
    elif isinstance(result, tuple | list):
        pairs = [(f"f{number}", value) for number, value in enumerate(result, 1)]
    else:
        return [_lifted(builder, result)]
    if not pairs:
        raise GraphError("the function returned nothing to differentiate")
    return [builder.name(_lifted(builder, value), name) for name, value in pairs]

"""Inputs within all limits that mean as much work as possible, each of another kind."""

from __future__ import annotations

from collections.abc import Callable


def sums(term: Callable[[int], str], count: int, sign: str = "+") -> str:
    return sign.join(term(i) for i in range(1, count + 1))


def chain(step: Callable[[int], str], count: int) -> str:
    return "\n".join(["t0=x", *(f"t{i + 1}={step(i)}" for i in range(count))])


DEEP = 180

WORST = {
    "a sum of functions": sums(lambda i: f"sin({i}x)", 1_200),
    "a sum of names": sums(lambda i: f"x{i}", 2_400),
    "digits that cancel": sums(lambda i: f"(sin({i}x)^2+cos({i}x)^2-1)", 500),
    "quotients of nothing": sums(lambda i: f"1/(sin({i}x)^2+cos({i}x)^2-1)", 400),
    "slow functions in doubt": sums(lambda i: f"lgamma(x+{i}/7)", 900) + "+1/(sin(x)^2+cos(x)^2-1)",
    "few slow functions in doubt": sums(lambda i: f"gamma(x+{i}/7)", 40)
    + "+1/(sin(x)^2+cos(x)^2-1)",
    "large angles": sums(lambda i: f"sin(({i}e300x)^9)", 900),
    "large powers": sums(lambda i: f"({i}+x)^99999", 1_200),
    "fractions": sums(lambda i: f"1/{10007 + 2 * i}", 1_500),
    "long fractions": sums(lambda i: f"(x+1/{10007 + 2 * i})", 1_200, "*"),
    "many operands": "max(" + ",".join(f"{i}x" for i in range(1, 190)) + ")",
    "more operands": "max(" + ",".join(f"x{i}" for i in range(1, 2_400)) + ")",
    "several maxima": sums(lambda i: "max(" + ",".join(f"{i}x" for _ in range(90)) + ")", 4),
    "a wide name": f"y={sums(lambda i: f'sin(x_{i})', 1_200)}\nz=y^2",
    "wide names": f"y={sums(lambda i: f'x_{i}', 2_000)}\nz=y^2\nw=z y",
    "kinks": sums(lambda i: f"relu(x_{i}-1.3)", 1_200),
    "a chain of kinks": chain(lambda i: f"|t{i}-1.3|", 1_200),
    "a chain": chain(lambda i: f"sin(t{i})", 1_100),
    "squares": chain(lambda i: f"t{i}*t{i}+1/3", 900),
    "doublings": chain(lambda i: f"t{i}+t{i}", 900),
    "many outputs": "\n".join(f"y{i}=x*{i}" for i in range(1_100)),
    "nested functions": "sin(" * DEEP + "x" + ")" * DEEP,
    "a tower": "^".join(["x"] * DEEP),
    "quotients": "/".join(["x"] * 2_400),
    "one name": "+".join(["x"] * 2_400),
    "differences": "-".join(f"x_{i}" for i in range(2_000)),
    "digits": "+".join("1" * 900 + f".{i}*x" for i in range(20)),
    "long names": sums(lambda i: "a" * 90 + str(i), 200),
}

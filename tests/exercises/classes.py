"""Whole classes of simulated students: sheets of every kind, with what is true of each.

A program is drawn, or one of a list of formulas from textbooks. A student fills the cells in
working order, works on from the numbers that stand on the sheet, and makes the mistakes that
were planted. So the truth about every cell is known by construction: what is planted is wrong,
what goes back to it follows, the rest is right. Derivatives are mpmath's differences; nothing is
shared with the code that marks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath

from tests.exercises.by_hand import CONTEXT, Step, apart, read

Numbers = dict[str, Any]
Wrong = Callable[[Numbers], Any]

PROGRAMS = [
    "t = x^2\nu1 = sin(t)\nu2 = 3t\nu = u1 + u2\nJ = cos(u)",
    "a = w*x\nz = a + b\np = sigmoid(z)\nl = ln(p)\nL = -l",
    "m1 = x - mu\nm2 = m1/s\nm3 = m2^2\nm4 = -0.5*m3\ny = exp(m4)",
    "r1 = x^2\nr2 = y^2\nr3 = r1 + r2\nr = sqrt(r3)\nV = 1/r",
    "k = 2*x\nn = sin(k)\nd = cos(k)\nq = n/d\nh = q*x\nf = h - n",
    "e1 = exp(x)\ne2 = -x\ne3 = exp(e2)\ns = e1 - e3\nc = e1 + e3\nth = s/c",
    "p = x^3\nq = x^2\nr = 4*q\ns = p - r\nt = s*x\nf = t + 7",
    "d1 = x - y\nd2 = d1^2\nw2 = w^2\nreg = 0.25*w2\nsq = d2*w\nE = sq + reg",
    "g = ln(x)\nh = g*x\nk = sqrt(x)\nl = h/k\nm = l - g\ny = m^2",
    "n1 = tanh(x)\nn2 = cosh(x)\nn3 = n1*n2\nn4 = x^-2\nout = n3 + n4",
    "v1 = a*b\nv2 = a/b\nv3 = v1*v2\nv4 = v1 - v2\nv5 = v3/v4\nF = arctan(v5)",
    "b1 = 1 - p\nb2 = p*b1\nb3 = 3*b2\nb4 = b3*p\nB = b4 + b1",
    "z1 = 0.5*x\nz2 = arcsin(z1)\nz3 = arccos(z1)\nz4 = z2*z3\nf = z4/x",
    "t1 = 1/x\nt2 = 1 + t1\nt3 = x*t2\nt4 = -3*t3\nf = t4^2",
    "q1 = x*x\nq2 = q1 - 5\nq3 = abs(q2)\nq4 = sinh(q3)\ny = ln(q4)",
]
# How a step may look: with what it is, over operands a and b.
UNARY = [
    "sin({a})",
    "cos({a})",
    "exp({a})",
    "tanh({a})",
    "{a}^2",
    "{a}^3",
    "{k}*{a}",
    "-{a}",
    "{a} + {k}",
    "{k} - {a}",
    "sqrt({a})",
    "ln({a})",
    "1/{a}",
    "{a}/{k}",
    "arctan({a})",
    "sigmoid({a})",
    "{a}^-2",
    "-{k}*{a}",
    "tan({a})",
    "sinh({a})",
]
BINARY = ["{a}*{b}", "{a} + {b}", "{a} - {b}", "{a}/{b}"]
PLACED = ["v{i}", "u{i}", "s_{i}", "h{i}", "xi_{i}"]
JUNK = [
    "?",
    "0,0,",
    "see above",
    "1..2",
    "--",
    "2 +* 3",
    "x^",
    "$\\frac{",
    "\u202e12",
    "1e",
    "∞-∞",
    "((((",
    "n/a",
    "3 4 5",
    "0x1F",
    "=A1",
    "12..5e",
]


def drawn_program(draw: random.Random) -> str:
    """A program of one output in which every step is used."""
    inputs = draw.choice([["x"], ["x"], ["x", "y"], ["a", "b", "c"]])
    pattern, lines = draw.choice(PLACED), []
    unused, all_names = list(inputs), list(inputs)
    for _ in range(draw.randrange(2, 8)):
        a = draw.choice(unused) if unused and draw.random() < 0.7 else draw.choice(all_names)
        k = draw.choice(["2", "3", "0.5", "1.5", "4", "(2/3)"])
        b = draw.choice([n for n in all_names if n != a] or [a])
        form = draw.choice(BINARY if a != b and draw.random() < 0.5 else UNARY)
        name = pattern.format(i=len(lines) + 1)
        if any(line.endswith(f"= {form.format(a=a, b=b, k=k)}") for line in lines):
            continue
        lines.append(f"{name} = {form.format(a=a, b=b, k=k)}")
        unused = [
            n
            for n in unused
            if n not in form.format(a=a, b=b, k="").replace("(", " ")
            and n != a
            and (n != b or "{b}" not in form)
        ] + [name]
        all_names.append(name)
    if not lines:
        return drawn_program(draw)
    while len(unused) > 1:
        a, b, *unused = unused
        name = pattern.format(i=len(lines) + 1)
        lines.append(f"{name} = {draw.choice(BINARY[:3]).format(a=a, b=b)}")
        unused.append(name)
    return "\n".join(lines)


@dataclass
class Class:
    """A program at a point: its cells in working order and what can go wrong in each."""

    program: str
    point: dict[str, str]
    forward: bool
    backward: bool
    partials: bool
    steps: list[Step] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = read(self.program)
        self.by_name = {step.name: step for step in self.steps}
        used = {name for step in self.steps for name in step.operands}
        (self.goal,) = (step.name for step in self.steps if step.name not in used)
        self.given = {
            n: CONTEXT.mpf(Fraction(v).numerator) / Fraction(v).denominator
            for n, v in self.point.items()
        }

    @cached_property
    def order(self) -> list[str]:
        """All cells in working order, asked or not."""
        cells = [f"value:{s.name}" for s in self.steps]
        cells += [f"partial:{s.name},{o}" for s in self.steps for o in s.operands]
        if len(self.point) == 1:
            cells += [f"tangent:{n}" for n in [*self.point, *(s.name for s in self.steps)]]
        nodes = [s.name for s in reversed(self.steps)] + [*reversed(self.point)]
        return cells + [f"adjoint:{n}" for n in nodes]

    @cached_property
    def asked(self) -> list[str]:
        kinds = {"value"} | ({"partial"} if self.partials else set())
        kinds |= {"tangent"} if self.forward else set()
        kinds |= {"adjoint"} if self.backward else set()
        return [c for c in self.order if c.partition(":")[0] in kinds]

    def users(self, node: str) -> list[str]:
        return [s.name for s in reversed(self.steps) if node in s.operands]

    def needs(self, cell: str) -> list[str]:
        kind, _, names = cell.partition(":")
        if kind == "value":
            return [f"value:{o}" for o in self.by_name[names].operands if o in self.by_name]
        if kind == "partial":
            operands = self.by_name[names.split(",")[0]].operands
            return [f"value:{o}" for o in operands if o in self.by_name]
        if kind == "tangent" and names in self.by_name:
            operands = self.by_name[names].operands
            return [c for o in operands for c in (f"partial:{names},{o}", f"tangent:{o}")]
        if kind == "adjoint" and names != self.goal:
            return [c for u in self.users(names) for c in (f"partial:{u},{names}", f"adjoint:{u}")]
        return []

    def values(self, n: Numbers) -> Numbers:
        return {**self.given, **{s.name: n.get(f"value:{s.name}") for s in self.steps}}

    def slope(self, user: str, operand: str, n: Numbers, at: Any = None) -> Any:
        values = self.values(n)
        if at is not None:
            values[operand] = at
        return self.by_name[user].slope(operand, values)

    def terms(self, cell: str, n: Numbers) -> list[tuple[Any, Any, str, str]]:
        """Flowing, partial, user and operand of each edge of a tangent or adjoint."""
        kind, _, node = cell.partition(":")
        if kind == "tangent":
            edges = [(node, o) for o in self.by_name[node].operands]
            return [(n[f"tangent:{o}"], n[f"partial:{u},{o}"], u, o) for u, o in edges]
        return [(n[f"adjoint:{u}"], n[f"partial:{u},{node}"], u, node) for u in self.users(node)]

    def follows(self, cell: str, n: Numbers) -> Any:
        """What a cell should hold, given those before it."""
        kind, _, names = cell.partition(":")
        if kind == "value":
            return self.by_name[names].at(self.values(n))
        if kind == "partial":
            return self.slope(*names.split(","), n)
        if not self.needs(cell):
            return CONTEXT.mpf(1)
        return CONTEXT.fsum(f * p for f, p, _, _ in self.terms(cell, n))

    @cached_property
    def right(self) -> Numbers:
        n: Numbers = {}
        for cell in self.order:
            n[cell] = self.follows(cell, n)
        return n

    # Mistakes

    def wrong_partials(self, user: str, operand: str) -> Iterator[tuple[str, Wrong]]:
        """What the known mistakes make of a local partial."""
        text, two = self.by_name[user].text, len(self.by_name[user].operands) == 2
        here = f"value:{user}"
        o = re.escape(operand)

        def held(n: Numbers) -> Any:
            return self.values(n)[operand]

        yield "value-for-derivative", lambda n: n[here]
        if re.fullmatch(rf"{o}\^-?\d+", text):
            yield "exponent-not-lowered", lambda n: self.slope(user, operand, n) * held(n)
        minus = rf"cos\({o}\)|arccos\({o}\)|.*- ?{o}|-.*{o}|.*/{o}|{o}\^-\d"
        if re.fullmatch(minus, text):
            yield "lost-sign", lambda n: -self.slope(user, operand, n)
        if two and re.fullmatch(r"\w+\*\w+", text):
            yield "product-of-derivatives", lambda n: CONTEXT.mpf(1)
        if two and re.fullmatch(r"\w+/\w+", text):
            yield "quotient-swapped", lambda n: -self.slope(user, operand, n)
        if not two and re.fullmatch(rf"\w+\({o}\)|{o}\^-?\d", text):
            yield "derivative-at-wrong-point", lambda n: self.slope(user, operand, n, n[here])
        yield from self.other_rules(user, operand, text, two)

    def other_rules(
        self, user: str, operand: str, text: str, two: bool
    ) -> Iterator[tuple[str, Wrong]]:
        """What is made of a rule by those who know another one."""
        o = re.escape(operand)

        def held(n: Numbers) -> Any:
            return self.values(n)[operand]

        if power := re.fullmatch(rf"{o}\^(-?\d+)", text):
            k = int(power[1])
            yield "half-of-power-rule", lambda n: CONTEXT.mpf(k)
            yield "half-of-power-rule", lambda n: held(n) ** (k - 1)
            yield "integrated", lambda n: held(n) ** (k + 1) / (k + 1)
        if re.fullmatch(rf"(sin|sinh)\({o}\)", text):
            yield "sign-added", lambda n: -self.slope(user, operand, n)
        if re.fullmatch(rf"(sin|cos|tan)\({o}\)", text):
            yield "degrees", lambda n: self.slope(user, operand, n, CONTEXT.radians(held(n)))
        if re.fullmatch(rf"[\d.]+\*{o}", text):
            yield "constant-factor", lambda n: CONTEXT.mpf(0)
            yield "constant-factor", held
        if two and (sum_ := re.fullmatch(r"(\w+) \+ (\w+)", text)):
            (other,) = {sum_[1], sum_[2]} - {operand}
            yield "sum-for-product", lambda n: self.values(n)[other]
        if not two and re.fullmatch(rf"\w+\({o}\)", text):
            for name in self.point:
                if name in self.sources(operand):
                    yield (
                        "wrong-variable",
                        lambda n, at=name: self.slope(user, operand, n, self.values(n)[at]),
                    )

    def sources(self, name: str) -> set[str]:
        """The inputs on which a step depends."""
        step = self.by_name.get(name)
        inner = step.operands if step else []
        return {o for o in inner if o in self.point} | {s for o in inner for s in self.sources(o)}

    def wrong_values(self, name: str) -> Iterator[tuple[str, Wrong]]:
        """What is made of a value."""
        step = self.by_name[name]
        if re.fullmatch(r"(sin|cos|tan)\(\w+\)", step.text):
            (operand,) = step.operands

            def turned(n: Numbers) -> Any:
                values = self.values(n)
                return step.at({**values, operand: CONTEXT.radians(values[operand])})

            yield "degrees", turned
        if pair := re.fullmatch(r"(\w+) ?([*+]) ?(\w+)", step.text):
            one, sign, other = pair.groups()
            if one in step.operands and other in step.operands:

                def taken(n: Numbers) -> Any:
                    a, b = self.values(n)[one], self.values(n)[other]
                    return a * b if sign == "+" else a + b

                yield "sum-for-product", taken

    def mistakes(self, cell: str) -> Iterator[tuple[str, Wrong]]:
        """Every known mistake that can be made in a cell, and what it writes there."""
        kind, _, names = cell.partition(":")
        if kind == "value":
            yield from self.wrong_values(names)
        if kind == "partial":
            yield from self.wrong_partials(*names.split(","))
        if kind not in ("tangent", "adjoint"):
            return
        if len(self.point) == 1 and self.needs(cell):
            other = f"{'adjoint' if kind == 'tangent' else 'tangent'}:{names}"
            yield "tangent-adjoint-confused", lambda n: self.right[other]
        if not self.needs(cell):
            seeded = lambda n: self.values(n)[names]  # noqa: E731
            yield "wrong-seed", seeded
            yield "wrong-seed", lambda n: CONTEXT.mpf(0)
            return
        edges = [(u, o) for _, _, u, o in self.terms(cell, self.right)]

        def changed(at: int, new: Callable[[Any, Any, Numbers], Any]) -> Wrong:
            def wrong(n: Numbers) -> Any:
                shares = [f * p for f, p, _, _ in self.terms(cell, n)]
                f, p, _, _ = self.terms(cell, n)[at]
                shares[at] = new(f, p, n)
                return CONTEXT.fsum(shares)

            return wrong

        def alone(at: int) -> Wrong:
            return lambda n: (t := self.terms(cell, n)[at])[0] * t[1]

        def shares(n: Numbers) -> list[Any]:
            return [f * p for f, p, _, _ in self.terms(cell, n)]

        if len(edges) > 1:
            yield "shares-multiplied", lambda n: CONTEXT.fprod(shares(n))
            yield "shares-averaged", lambda n: CONTEXT.fsum(shares(n)) / len(edges)
        for at, (user, operand) in enumerate(edges):
            yield "factors-not-multiplied", changed(at, lambda f, p, n: f + p)
            if len(edges) > 1:
                yield "shares-subtracted", changed(at, lambda f, p, n: -f * p)
            if kind == "adjoint":
                yield "forgotten-inner-derivative", changed(at, lambda f, p, n: f)
            else:
                yield "forgotten-inner-derivative", changed(at, lambda f, p, n: p)
            if len(edges) > 1:
                yield "forgotten-path", changed(at, lambda f, p, n: CONTEXT.mpf(0))
                if kind == "adjoint":
                    yield "overwrite-instead-of-accumulate", alone(at)
            if not self.partials:
                for name, wrong in self.wrong_partials(user, operand):
                    yield name, changed(at, lambda f, p, n, w=wrong: f * w(n))
        text = self.by_name[names].text if names in self.by_name else ""
        if kind == "tangent" and len(edges) == 2:
            if re.fullmatch(r"\w+\*\w+", text):
                tangents = [f"tangent:{o}" for _, o in edges]
                yield "product-of-derivatives", lambda n: n[tangents[0]] * n[tangents[1]]
            if re.fullmatch(r"\w+/\w+", text):
                yield "quotient-swapped", lambda n: -self.follows(cell, n)


@dataclass
class Pencil:
    """How a student writes numbers."""

    digits: int
    comma: bool
    power: str
    bare: bool
    minus: str
    fractions: float
    draw: random.Random

    @classmethod
    def drawn(cls, draw: random.Random) -> Pencil:
        power = draw.choice(["", "", "", "e", "E", "*10^", "·10^"])
        return cls(
            draw.choice([3, 4, 4, 6, 6, 10]),
            draw.random() < 0.15,
            power,
            draw.random() < 0.2,
            draw.choice("--−"),
            draw.choice([0, 0, 0, 0.5]),
            draw,
        )

    def write(self, number: Any) -> tuple[str, Any]:
        """The text, and the number that it is."""
        exact = Fraction(float(number)).limit_denominator(400)
        if (
            self.draw.random() < self.fractions
            and abs(CONTEXT.mpf(exact.numerator) / exact.denominator - number)
            <= abs(number) * CONTEXT.mpf(10) ** -14
        ):
            text = str(exact)
            return text.replace("-", self.minus), CONTEXT.mpf(exact.numerator) / exact.denominator
        text = CONTEXT.nstr(number, self.digits, strip_zeros=False, min_fixed=-5, max_fixed=12)
        if self.power and number:
            size = int(CONTEXT.floor(CONTEXT.log10(abs(number))))
            front = CONTEXT.nstr(number / CONTEXT.mpf(10) ** size, self.digits, strip_zeros=False)
            text = f"{front}{self.power}{size}"
        value = CONTEXT.mpf(CONTEXT.nstr(number, self.digits, strip_zeros=False))
        if not self.power and "." in text and "e" not in text and self.draw.random() < 0.3:
            text = text.rstrip("0").rstrip(".")
        if self.bare:
            text = re.sub(r"^(-?)0\.(?=\d)", r"\1.", text)
        text = text.removesuffix(".")
        text = text.replace("-", self.minus)
        return text.replace(".", ",") if self.comma else text, value


def is_plain(number: Any) -> bool:
    return not isinstance(number, CONTEXT.mpc) and bool(CONTEXT.isfinite(number))


Plan = dict[str, Wrong]


def filled(
    room: Class, pencil: Pencil, plan: Plan, blank: set[str], junk: set[str]
) -> tuple[dict[str, str], Numbers, Numbers]:
    """A sheet: what is written, the numbers worked on with, and what should stand there."""
    answers: dict[str, str] = {}
    n: Numbers = {}
    should: Numbers = {}
    for cell in room.order:
        should[cell] = n[cell] = room.follows(cell, n)
        if cell in blank:
            if pencil.draw.random() < 0.6:
                answers[cell] = ""
        elif cell in junk:
            answers[cell] = pencil.draw.choice(JUNK)
        elif cell in room.asked:
            wanted = plan[cell](n) if cell in plan else n[cell]
            if not is_plain(wanted):
                raise ValueError(cell)
            answers[cell], n[cell] = pencil.write(wanted)
    return answers, n, should


def slipped(draw: random.Random) -> Callable[[Any], Any]:
    def swap(number: Any) -> Any:
        digits = list(CONTEXT.nstr(number, 4, strip_zeros=False, min_fixed=-5, max_fixed=12))
        places = [i for i, c in enumerate(digits) if c.isdigit()]
        i, j = sorted(draw.sample(places[:3], 2))
        digits[i], digits[j] = digits[j], digits[i]
        return CONTEXT.mpf("".join(digits))

    return draw.choice([swap, lambda x: 10 * x, lambda x: x / 10, lambda x: -x])


def sheet(draw: random.Random, kind: str) -> dict[str, Any] | None:
    """A sheet of a kind, with its truth; None where the draw allows none."""
    program = draw.choice(PROGRAMS) if draw.random() < 0.5 else drawn_program(draw)
    names = dict.fromkeys(n for s in read(program) for n in s.operands)
    inputs = [n for n in names if n not in {s.name for s in read(program)}]
    point = {
        n: draw.choice(
            [
                str(Fraction(draw.randrange(-40, 70), 16)),
                str(draw.randrange(1, 5)),
                "2/3",
                str(draw.randrange(1, 30) / 10),
            ]
        )
        for n in inputs
    }
    mode = draw.random()
    forward = len(inputs) == 1 and mode < 0.6
    room = Class(program, point, forward, not forward or mode < 0.25, draw.random() < 0.7)
    pencil = Pencil.drawn(draw)
    try:
        right = room.right
        if not all(is_plain(x) and (x == 0 or 1e-4 < abs(x) < 1e4) for x in right.values()):
            return None
        if any(room.given[n] == 0 for n in inputs):
            return None
        return _made(room, pencil, kind, draw)
    except (ArithmeticError, ValueError, TypeError, mpmath.libmp.NoConvergence):
        return None


def _made(room: Class, pencil: Pencil, kind: str, draw: random.Random) -> dict[str, Any] | None:
    asked, rounding = room.asked, 0.5 * 10.0 ** (1 - pencil.digits)
    _, honest, _ = filled(room, pencil, {}, set(), set())
    drift = max(apart(honest[c], room.right[c]) for c in asked)
    if drift > (0.08 if kind == "perfect" else 0.05):
        return None
    plan: Plan = {}
    blank: set[str] = set()
    junk: set[str] = set()
    lucky = None
    family, _, wanted = kind.partition("/")
    if family in ("misconception", "systematic", "two", "blanks"):
        options = [(c, name, w) for c in asked for name, w in room.mistakes(c)]
        if wanted:
            options = [o for o in options if o[1] == wanted]
        if not options:
            return None
        name = wanted or draw.choice(sorted({o[1] for o in options}))
        options = [o for o in options if o[1] == name]
        places = (
            draw.sample(options, len(options)) if family == "systematic" else [draw.choice(options)]
        )
        for cell, _, wrong in places:
            plan.setdefault(cell, wrong)
            twin = cell.startswith("partial") and name in (
                "product-of-derivatives",
                "quotient-swapped",
            )
            for other, _, w in options if twin else ():
                if other.split(",")[0] == cell.split(",")[0]:
                    plan.setdefault(other, w)
    if family in ("slip", "lucky", "two"):
        kinds = ("value",) if family == "two" else ("value", "value", "partial", "adjoint")
        at = [c for c in asked if c.partition(":")[0] == draw.choice(kinds) and c not in plan]
        at = [c for c in at if room.needs(c) or c.startswith(("value", "partial"))]
        if not at:
            return None
        cell, slip = draw.choice(at), slipped(draw)
        plan[cell] = lambda n, c=cell: slip(room.follows(c, n))
        if family == "lucky":
            later = [c for c in asked if cell in above(room, c)]
            if not later:
                return None
            lucky = draw.choice(later)
            plan[lucky] = lambda n: room.right[lucky]
    if family == "trivial":
        cell = draw.choice([c for c in asked[: 2 * len(asked) // 3] if room.right[c]])
        plan[cell] = lambda n: CONTEXT.mpf(0)
    if family in ("blanks", "junk"):
        free = [c for c in asked if c not in plan and not above(room, c) & plan.keys()]
        count = draw.randrange(1, 1 + max(1, len(free) // 3)) if free else 0
        (blank if family == "blanks" else junk).update(draw.sample(free, min(count, len(free))))
    answers, n, should = filled(room, pencil, plan, blank, junk)
    return _judged(room, kind, (answers, n, should), plan, (blank, junk), lucky, rounding)


def above(room: Class, cell: str) -> set[str]:
    found: set[str] = set()
    pending = room.needs(cell)
    while pending:
        need = pending.pop()
        if need not in found:
            found.add(need)
            pending += room.needs(need)
    return found


def before(room: Class, cell: str) -> set[str]:
    """The cells of the same kind on whose nodes a cell's node depends, or which use it."""
    kind, _, names = cell.partition(":")
    node = names.split(",")[0]
    steps = (
        {n: set(room.users(n)) for n in room.by_name}
        if kind == "adjoint"
        else {s.name: set(s.operands) for s in room.steps}
    )
    steps |= {n: set(room.users(n)) for n in room.point} if kind == "adjoint" else {}
    found: set[str] = set()
    pending = [node]
    while pending:
        for other in steps.get(pending.pop(), set()) - found:
            found.add(other)
            pending.append(other)
    return {
        c for c in room.order if c.startswith(f"{kind}:") and c.split(":")[1].split(",")[0] in found
    }


def _judged(
    room: Class,
    kind: str,
    work: Any,
    plan: Plan,
    empty: tuple[set[str], set[str]],
    lucky: str | None,
    rounding: float,
) -> dict[str, Any] | None:
    answers, n, should = work
    blank, junk = empty
    cells: dict[str, str] = {}
    errors: list[str] = []
    named: dict[str, str] = {}
    tainted: dict[str, bool] = {}
    systematic = kind.startswith("systematic")
    for cell in room.order:
        right, own = room.right[cell], should[cell]
        if not all(map(is_plain, (n[cell], own))):
            return None
        tainted[cell] = any(tainted[c] for c in room.needs(cell))
        if cell not in answers:
            continue
        given = n[cell]
        far = 0.03 + 2 * rounding
        is_wrong = cell in plan and cell != lucky
        off = min(apart(given, right), apart(given, own))
        if is_wrong and off < far:
            # A mistake that changes nothing is none; one that changes little is not planted.
            if not systematic or off > 2 * rounding + 1e-9:
                return None
            is_wrong = False
            tainted[cell] = tainted[cell] and apart(given, right) > 2 * rounding + 1e-9
        if cell in junk:
            cells[cell] = "wrong|undecided"
        elif cell in blank:
            cells[cell] = "missing"
        elif is_wrong:
            cells[cell], tainted[cell] = "wrong", True
            errors.append(cell)
            names = {
                name
                for name, w in room.mistakes(cell)
                if apart(w({**n, cell: own}), given) <= 0.02 + 2 * rounding
            }
            meant = {name for name, w in room.mistakes(cell) if kind.endswith(name)}
            if names and (meant or kind in ("two", "blanks")):
                named[cell] = "|".join(sorted(names))
        elif cell == lucky:
            if apart(own, right) < far:
                return None
            cells[cell], tainted[cell] = "right", False
        elif tainted[cell]:
            near = apart(own, right)
            if kind == "trivial" or "0" in kind:
                cells[cell] = "right|follows|wrong|undecided"
            elif near > far:
                cells[cell] = "follows"
            else:
                cells[cell] = "right|follows"
        else:
            cells[cell] = "right" if apart(own, right) < 0.02 else "right|follows"
    if kind not in ("perfect", "junk") and not errors:
        return None
    kinds = [e.partition(":")[0] for e in errors]
    # Steps that do not depend on each other may be looked at in any order.
    first = [
        e for e in errors if e.partition(":")[0] == kinds[0] and not before(room, e) & set(errors)
    ]
    return {
        "kind": kind,
        "program": room.program,
        "point": room.point,
        "answers": answers,
        "truth": {
            "errors": errors,
            "first": first,
            "misconceptions": named,
            "cells": cells,
            "junk": sorted(junk),
            **({"trivial": True} if kind == "trivial" else {}),
        },
    }


NAMES = (
    "overwrite-instead-of-accumulate",
    "forgotten-path",
    "forgotten-inner-derivative",
    "derivative-at-wrong-point",
    "lost-sign",
    "exponent-not-lowered",
    "product-of-derivatives",
    "quotient-swapped",
    "wrong-seed",
    "value-for-derivative",
    "tangent-adjoint-confused",
    "degrees",
    "wrong-variable",
    "half-of-power-rule",
    "sign-added",
    "constant-factor",
    "sum-for-product",
    "integrated",
    "shares-multiplied",
    "shares-averaged",
    "shares-subtracted",
    "factors-not-multiplied",
)
KINDS = (
    *(["perfect"] * 10),
    *(["slip"] * 4),
    *(["two"] * 4),
    *(["lucky"] * 2),
    *(["blanks"] * 3),
    "trivial",
    *(["junk"] * 2),
    *(f"misconception/{n}" for n in NAMES),
    *(f"systematic/{n}" for n in NAMES[:11] if n != "wrong-seed"),
)


def sheets(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """So many sheets of all kinds."""
    draw = random.Random(seed)
    made = 0
    while made < count:
        kind = draw.choice(KINDS)
        found = sheet(draw, kind)
        if found is not None:
            made += 1
            yield {"id": f"s{seed}-{made}", **found}

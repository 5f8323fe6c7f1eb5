"""Generated inputs: what people type, what they mistype, and what somebody would try."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines() if line]


def text_of(case: dict[str, Any]) -> str:
    """The text of a public case, long ones written out as their recipe says."""
    if case.get("build"):
        return "".join(piece * count for piece, count in case["build"])
    program = case.get("build_program")
    if program:
        steps = (
            program["step"].replace("{i}", str(i)).replace("{j}", str(i - 1))
            for i in range(1, program["n"] + 1)
        )
        tail = program["tail"].replace("{n}", str(program["n"]))
        return "\n".join([program["head"], *steps, tail])
    return str(case.get("input") or "")


def formulas() -> list[tuple[str, dict[str, str]]]:
    """Right formulas with their points: the public expressions."""
    return [
        (case["text"], {name: str(value) for name, value in case["point"].items()})
        for case in lines("expressions_public.jsonl")
    ]


def hostile() -> list[str]:
    """The public hostile cases that are formulas or programs."""
    kinds = {"parse_attack", "resource_bomb", "name", "numeric", "program"}
    return [text_of(case) for case in lines("bad_inputs.jsonl") if case["kind"] in kinds]


# What people type, and what somebody would try.
TYPED = (
    "x y z t a b e pi π θ₀ x_1 x₁ sin cos tan exp ln log sqrt √ abs relu max min sigmoid softplus "
    "erf gamma E I S N Q beta lambda if W @ 0 1 2 3 10 0.1 .5 1e9 1e-9 1e999 1e99999999 9^9^9 "
    "( ) [ ] { } | + - * / ^ ** · ² ⁻¹ = == := : ; , . ' \" ` \\ $ # % & ! ? _ __ ~ < > "
    "__class__ __import__('os').system('touch_canary') open('canary','w') exec eval lambda:0 "
    "().__class__.__bases__[0] {0.__class__} %s ${x} $(id) `id` \\input{x} \\write18 \\sum "
    "import os; os.system f'{x}' \x00 \x1b[31m \u202e \ufeff \ud7ff а 　 １２ ﬁ ∑ ∫ ∞ "
    "print(x) x.__dict__ getattr(x,'y') x if x else y [x for x in y] 0x10 1_000 1j nan inf"
)
PIECES = [*TYPED.split(" "), " ", "\n", "\t", "  "]


def soup(draw: random.Random) -> str:
    return "".join(draw.choice(PIECES) for _ in range(draw.randint(1, 24)))


def mutated(draw: random.Random, text: str) -> str:
    """The text with one to four pieces put in, left out, doubled or exchanged."""
    for _ in range(draw.randint(1, 4)):
        start = draw.randint(0, len(text))
        stop = min(len(text), start + draw.choice((0, 0, 1, 1, 2, 5, 12)))
        middle = draw.choice((draw.choice(PIECES), "", text[start:stop] * 2))
        text = text[:start] + middle + text[stop:]
    return text


def bomb(draw: random.Random) -> str:
    """An input that is small and means much, within the length or a little beyond it."""
    count = draw.choice((10, 100, 500, 1_000, 3_000, 20_000))
    inner = draw.choice(("x", "1", "2x", "x+1", "x^2"))
    head = draw.choice(("(", "sin(", "-", "√", "|", "e^(", "exp(", "relu(", "x^", "1/(", "!"))
    shapes = (
        lambda: head * count + inner + ")" * (count * head.count("(")),
        lambda: "\n".join(["t0=x", *(f"t{i + 1}=t{i}+t{i}" for i in range(count // 12))]),
        lambda: "\n".join(["t0=x", *(f"t{i + 1}=t{i}*sin(t{i})" for i in range(count // 16))]),
        lambda: "\n".join(["t0=x", *(f"t{i + 1}=t{i}*t{i}" for i in range(count // 12))]),
        lambda: "^".join([inner] * (count // 20 + 2)),
        lambda: "9" * count + "^" + "9" * count,
        lambda: draw.choice(";,\n=+*) ") * count,
        lambda: "+".join(f"sin({i}{inner})" for i in range(count // 12 + 1)),
        lambda: "max(" + ",".join(f"{i}x" for i in range(count // 12 + 1)) + ")",
        lambda: f"log({'+'.join(['sin(x)-sin(x+0)'] * (count // 60 + 1))})",
        lambda: "f" * count + "(x)",
        lambda: f"1e{'9' * count}",
    )
    return draw.choice(shapes)()


def generated(seed: int, count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield inputs with points: right ones, changed ones, soup, and now and then a bomb."""
    draw = random.Random(seed)
    right, wrong = formulas(), hostile()
    short = [text for text in wrong if len(text) < 2_000]
    for number in range(count):
        kind = draw.random()
        point: dict[str, str] = {}
        if kind < 0.25:
            text, point = draw.choice(right)
        elif kind < 0.6:
            text = mutated(draw, draw.choice(right)[0])
        elif kind < 0.75:
            text = mutated(draw, draw.choice(short))
        elif kind < 0.95 or number % 3:
            text = soup(draw)
        else:
            text = bomb(draw)
        yield text, point

"""Promise 6: depth is no crash.

10,000 nested brackets, 100,000 signs, 5,000 statements: an answer or a refusal, no
RecursionError, no segmentation fault; in threads with a small stack too.
"""

from __future__ import annotations

import threading

import pytest

import chainrule
from chainrule import InputError
from chainrule.facade import Graph
from chainrule.graph.builder import Builder
from tests.promises.answers import tried

DEEP = {
    "nested brackets": "(" * 10_000 + "x" + ")" * 10_000,
    "signs": "-" * 100_000 + "x",
    "statements": "\n".join(["t0=x", *(f"t{i + 1}=t{i}+1" for i in range(5_000))]),
    "short statements": "\n".join(["t=x", *(f"a{i}=t" for i in range(1_600))]),
    "statements in reverse": "".join(f"t{i + 1}=-t{i}\n" for i in reversed(range(1_400))) + "t0=x",
    "nested functions": "sin(" * 3_000 + "x" + ")" * 3_000,
    "nested functions within the limit": "sin(" * 199 + "x" + ")" * 199,
    "towers": "x^" * 5_000 + "x",
    "a tower within the limit": "x^" * 199 + "x",
    "bars": "|" * 9_999 + "x" + "|" * 9_999,
    "roots": "√" * 10_000 + "x",
    "factorial signs": "x" + "!" * 10_000,
    "open brackets": "(" * 15_000,
    "closed brackets": ")" * 15_000,
    "a circle": "\n".join(f"t{i}=t{(i + 1) % 900}" for i in range(900)),
    "superscripts": "x" + "²" * 10_000,
    "functions without brackets": "sin " * 3_000 + "x",
    "a sum": "+".join(["x"] * 2_400),
    "quotients": "/".join(["x"] * 2_400),
}
STACK = 512 * 1024


@pytest.mark.parametrize("name", DEEP)
def test_an_answer_or_a_refusal(name: str) -> None:
    found: list[object] = []

    def work() -> None:
        try:
            found.append(tried(DEEP[name], {}))
        except BaseException as error:
            found.append(error)

    usual = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(120)
    finally:
        threading.stack_size(usual)
    assert found and (found[0] is None or isinstance(found[0], InputError)), found


def test_the_depth_of_a_graph_has_no_limit() -> None:
    builder = Builder()
    t = builder.input("x")
    for _ in range(20_000):
        t = builder.maths.sin(t)
    graph = Graph.of(builder.finish([t]))
    assert 0 < graph.gradient({"x": 1})["x"] < 1e-3


def test_a_deep_graph_has_all_its_readings() -> None:
    text = "sin(" * 150 + "x" + ")" * 150
    worked = chainrule.parse(text).reverse({"x": 1})
    assert len(worked.steps()) > 300
    assert worked.draw("svg").startswith(b"<?xml")
    assert all(worked.table().to(name) for name in ("text", "html", "latex", "json", "markdown"))

"""Promise 3: two seconds, always.

Every input up to 20 kB is answered or refused within 2 s on one core; p95 of valid input at most
150 ms (value, gradient, both tables; without layout); longer input is refused within 50 ms.
Here the worst inputs are answered and the long ones refused unread; seconds are measured in
tests/soak.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

import chainrule
from chainrule import InputError, LimitError
from tests.counted import growth
from tests.promises.answers import USUAL
from tests.promises.worst import WORST

LONGEST = 20_000
SAMPLE = 5


def one_request(text: str) -> None:
    """Value, gradient and the backward table, or a refusal."""
    try:
        graph = chainrule.parse(text)
        graph.reverse(dict.fromkeys(graph.variables, USUAL)).table().csv()
    except InputError:
        pass


def test_the_worst_inputs_are_answered(sample_seed: int) -> None:
    one_request("sin(x)^2")
    for name in random.Random(sample_seed).sample(list(WORST), SAMPLE):
        assert len(WORST[name]) <= LONGEST
        one_request(WORST[name])


@pytest.mark.parametrize("piece", ["x", "(", "x+", "\n"])
def test_longer_inputs_are_refused_unread(piece: str) -> None:
    def work(length: int) -> Callable[[], None]:
        text = piece * length

        def refused() -> None:
            with pytest.raises(LimitError):
                chainrule.parse(text)

        return refused

    assert growth(work, LONGEST + 1, 50) == 1

"""Answers generated inputs under an audit hook; run as a process of its own.

usage: python -m tests.promises.hooked SEED COUNT
Prints one line of JSON: how many were answered and refused, faults, and the audit events met.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.promises.answers import tried
from tests.promises.inputs import generated

WATCHED = (
    "exec",
    "compile",
    "open",
    "import",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "socket.",
    "ctypes.",
    "pickle.",
    "marshal.",
    "shutil.",
    "urllib.",
    "http.",
    "webbrowser.",
    "code.",
    "builtins.input",
)
WARM_UP = "sin(x)^2 + cos(x)^2 - 1 + relu(x - 1.3) + (1 - cos(x - 1.3))/(x - 1.3)^2"


def main(seed: int, count: int) -> dict[str, Any]:
    events: dict[str, str] = {}
    current: list[str] = [""]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if current and event.startswith(WATCHED):
            events.setdefault(event, f"{arguments!r:.80} in {current[0]!r:.120}")

    inputs = generated(seed, count + 1)
    next(inputs)
    for text in (WARM_UP, "1 +", "x^2"):
        tried(text, {})
    sys.addaudithook(hook)
    refused, faults = 0, {}
    for number, (text, point) in enumerate(inputs, 1):
        current[0] = text
        try:
            refused += tried(text, point) is not None
        except Exception as error:
            faults.setdefault(f"{type(error).__name__}: {error!s:.80}", text[:400])
        if number % 5_000 == 0:
            print(f"{number:,} of {count:,} inputs", file=sys.stderr)
    current.clear()
    return {"count": count, "refused": refused, "events": events, "faults": faults}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))

"""A class at work: visits that speak the app's own protocol, over its websocket."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from chainrule.ui.formula import LABEL

PATIENCE = 60.0
FORMULAS = (
    "cos(sin(x^2)+3x^2)",
    "sin(x) e^x / (1+x^2)",
    "z = tanh(w x + b); L = (z - t)^2",
    "x^y + y^x",
    "L = -y ln(1/(1+e^(-W X)))",
    "J = s ln(y) + (1-s) ln(1-y); y = 1/(1+e^(-a)); a = p + q x",
)
BOMBS = (
    "x" + "+x" * 9_000,
    "(" * 5_000 + "x" + ")" * 5_000,
    "sin(" * 190 + "x" + ")" * 190,
    "9^9^9^9^x",
    "e^" * 90 + "x",
    "gamma(x)^gamma(x)^gamma(x)",
    "; ".join(["t0 = x+x", *(f"t{i + 1} = t{i}+t{i}" for i in range(60))]),
)


def below(process: int) -> list[int]:
    """Return the processes that a process has begun, and those of these."""
    path = Path(f"/proc/{process}/task/{process}/children")
    try:
        direct = [int(word) for word in path.read_text().split()]
    except OSError:
        return []
    return [*direct, *(inner for one in direct for inner in below(one))]


def processor_seconds(process: int) -> float:
    """Return the processor's time that a process has used."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Visit:
    """One open page: its box for formulas, and what the server sends."""

    def __init__(self, socket: Any) -> None:
        self.socket, self.box = socket, ""
        self.seen: list[bytes] = []
        self.faults: list[str] = []

    async def run(self, text: str | None = None, query: str = "") -> None:
        """Run the script, with a text that is typed or with an address; wait until it is done."""
        message = BackMsg()
        message.rerun_script.query_string = query
        if text is not None:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id = self.box
            widget.string_value = text
        await self.socket.send(message.SerializeToString())
        self.seen = []
        while True:
            told = ForwardMsg()
            told.ParseFromString(await asyncio.wait_for(self.socket.recv(), PATIENCE))
            if told.WhichOneof("type") == "script_finished":
                return
            self._take(told)

    def _take(self, told: ForwardMsg) -> None:
        if told.WhichOneof("type") != "delta" or told.delta.WhichOneof("type") != "new_element":
            return
        element = told.delta.new_element
        if element.WhichOneof("type") == "exception":
            self.faults.append(element.exception.message)
        if element.WhichOneof("type") == "text_area" and element.text_area.label == LABEL:
            self.box = element.text_area.id
        if element.WhichOneof("type") == "bidi_component":
            self.seen.append(element.bidi_component.SerializeToString())

    def shows(self, mark: str) -> bool:
        """Tell whether graph or table, as they were sent, hold a text."""
        return any(mark.encode() in one for one in self.seen)

    async def type(self, text: str, mark: str) -> float:
        """Type a formula, and wait until the page shows it; return the seconds."""
        begin = time.perf_counter()
        await self.run(text)
        while not self.shows(mark):
            if time.perf_counter() - begin > PATIENCE:
                raise TimeoutError(f"{mark} is not there after {PATIENCE:.0f} s")
            await asyncio.sleep(0.05)
            await self.run(text)  # as the page asks again by itself
        return time.perf_counter() - begin


def visit(port: int) -> Any:
    """Open a page."""
    return websockets.connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=2**26,
        open_timeout=PATIENCE,
    )


@dataclass
class Measured:
    """What a class saw."""

    seconds: list[float] = field(default_factory=list)
    bombs: int = 0
    faults: list[str] = field(default_factory=list)

    def late(self, share: float) -> float:
        """Return within how many seconds this share of the actions was answered."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


async def student(port: int, seed: int, end: float, every: float, found: Measured) -> None:
    """Type a new formula every few seconds."""
    draw = random.Random(seed)
    try:
        async with visit(port) as socket:
            page = Visit(socket)
            await page.run()
            await asyncio.sleep(draw.random() * every)
            while time.monotonic() < end:
                mark = str(draw.randint(100_000, 999_999))
                took = await page.type(f"{draw.choice(FORMULAS)} + {mark}", mark)
                found.seconds.append(took)
                await asyncio.sleep(max(0.0, every * (0.5 + draw.random()) - took))
            found.faults += page.faults
    except Exception as error:
        found.faults.append(repr(error))


async def bomber(port: int, seed: int, end: float, found: Measured) -> None:
    """Send the heaviest formulas without pause."""
    draw = random.Random(seed)
    async with visit(port) as socket:
        page = Visit(socket)
        await page.run()
        while time.monotonic() < end:
            await page.run(draw.choice(BOMBS))
            found.bombs += 1


async def lesson(
    port: int, seed: int, students: int, seconds: float, beside: Callable[[float], Any]
) -> Measured:
    """Let a class work, a bomber among it, and something else beside it until the end."""
    found, end = Measured(), time.monotonic() + seconds
    await asyncio.gather(
        *(student(port, seed + number, end, 5.0, found) for number in range(students)),
        bomber(port, seed, end, found),
        beside(end),
    )
    return found

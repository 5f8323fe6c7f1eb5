"""The worker's own side: a process that answers requests over two pipes until its owner is gone."""

from __future__ import annotations

import importlib
import operator
import os
import pickle
import signal
import sys
import traceback
from typing import IO

HEADER = 8
inside = False
"""Whether this process is a worker whose tasks do themselves what needs a worker."""


def send(pipe: IO[bytes], message: bytes) -> None:
    """Write a message behind its length."""
    pipe.write(len(message).to_bytes(HEADER, "big"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """Return the next message, or None when the other side is gone."""
    header = pipe.read(HEADER)
    if len(header) < HEADER:
        return None
    size = int.from_bytes(header, "big")
    message = pipe.read(size)
    return message if len(message) == size else None


def serve() -> None:
    """Answer requests until the owner is gone; the body of a worker process."""
    global inside
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    # A library that prints must not write into the replies, nor read the requests.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    first = receive(requests)
    if first is None:
        return
    memory, prepare, nested, seconds = pickle.loads(first)
    inside = not nested
    _end_after(seconds)
    _limit(memory)
    reply = run(prepare, ()) if prepare else pickle.dumps((True, None))
    while True:
        _end_after(0)
        try:
            send(replies, reply)
            request = receive(requests)
        except OSError:
            return
        if request is None:
            return
        path, args, seconds = pickle.loads(request)
        _end_after(seconds)
        reply = run(path, args)


def run(path: str, args: tuple[object, ...]) -> bytes:
    """Return what a function returns, or what it raises, as a reply."""
    try:
        module, _, name = path.partition(":")
        function = operator.attrgetter(name)(importlib.import_module(module))
        return pickle.dumps((True, function(*args)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        if isinstance(error, MemoryError):
            text, details = "it needed more memory than a worker may use", ""
        else:
            text, details = str(error), traceback.format_exc()
        return pickle.dumps((False, (type(error).__name__, text, details)))


def _limit(memory: int) -> None:
    if sys.platform != "win32":
        import resource

        for kind, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
            _, hard = resource.getrlimit(kind)
            if hard != resource.RLIM_INFINITY:
                wanted = min(wanted, hard)
            resource.setrlimit(kind, (wanted, wanted))


def _end_after(seconds: float) -> None:
    """Let the system end this process after `seconds`; 0 calls that off.

    The owner kills a late worker itself. This is for the worker whose owner is gone: inside a
    library it would not notice.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)

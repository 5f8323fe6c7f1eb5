"""The app, or another script of Streamlit's, served from a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextmanager
def served(*options: str, folder: Path = ROOT) -> Iterator[tuple[int, int]]:
    """Serve a folder's `app.py` as `run.py app` does; yield its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("run", "app.py", "--server.headless", "true", "--server.port", str(port), *options)
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "graphlib"), "MALLOC_ARENA_MAX": "2"},
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(1_200):
            if healthy(port):
                break
            assert process.poll() is None, "the server has ended; what it said stands above"
            time.sleep(0.1)
        else:
            raise AssertionError("the server does not answer")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def healthy(port: int) -> bool:
    """Tell whether the server answers."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
    except OSError:
        return False
    return True

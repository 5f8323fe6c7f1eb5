"""`chainrule app`: the web app, on this machine alone."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from chainrule.errors import OutsideError, needed

Port = Annotated[int, typer.Option(min=1, max=65535, help="Where the app listens.")]
Browser = Annotated[
    bool,
    typer.Option("--browser/--no-browser", " /--headless", help="Whether a window is opened."),
]
Others = Annotated[
    list[str] | None, typer.Argument(help="Options of Streamlit, such as --server.baseUrlPath.")
]


def app(port: Port = 8501, browser: Browser = True, streamlit: Others = None) -> None:
    """Open the web app in the browser; Ctrl+C stops it.

    \b
      chainrule app
      chainrule app --port 8600 --no-browser
    """
    import subprocess
    from threading import Thread

    needed("streamlit", "app")
    script = app_script()
    # Streamlit's own way of opening a browser would first ask for an e-mail address.
    options = ("--server.headless", "true", "--server.address", "127.0.0.1", "--server.port")
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options, str(port)]
    if browser and has_screen():
        Thread(target=open_when_up, args=(f"http://127.0.0.1:{port}",), daemon=True).start()
    # Every visit has a thread; with a heap for each, what they leave free is not used again.
    environment = {"MALLOC_ARENA_MAX": "2"} | os.environ
    # Who stops this process, as a manager of services does, means the server.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = subprocess.Popen([*command, *(streamlit or ())], cwd=script.parent, env=environment)
    try:
        code = server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        code = 0
    finally:
        signal.signal(signal.SIGTERM, before)
    raise typer.Exit(code)


def has_screen() -> bool:
    """Tell whether a browser window can open, and not a browser in the terminal."""
    linux = sys.platform.startswith("linux")
    return not linux or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_when_up(address: str) -> None:
    """Open a browser window as soon as the app answers."""
    import urllib.request
    import webbrowser

    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
        except OSError:
            time.sleep(0.25)
        else:
            webbrowser.open(address)
            return


def app_script() -> Path:
    """Return the path of app.py, beside the sources or in the package as it is installed.

    Raises
    ------
    OutsideError
        If it is in neither place.
    """
    import chainrule

    package = Path(next(iter(chainrule.__path__)))
    for folder in (package.parents[1], package / "ui"):
        if (folder / "app.py").is_file():
            return folder / "app.py"
    raise OutsideError(
        f"app.py was not found beside {package}\n"
        "Install the package anew, or fetch the sources and run `python3 run.py app` there."
    )

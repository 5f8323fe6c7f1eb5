"""`chainrule app`: the web app, on this machine alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainrule.errors import OutsideError, needed

Port = Annotated[int, typer.Option(min=1, max=65535, help="Where the app listens.")]
Browser = Annotated[bool, typer.Option(help="Whether a browser is opened.")]


def app(port: Port = 8501, browser: Browser = True) -> None:
    """Open the web app in the browser; Ctrl+C stops it.

    \b
      chainrule app
      chainrule app --port 8600 --no-browser
    """
    import os
    import subprocess
    import sys

    needed("streamlit", "app")
    script = app_script()
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "false" if browser else "true",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [word for key, value in options.items() for word in (f"--{key}", value)]
    # Every visit has a thread; with a heap for each, what they leave free is not used again.
    environment = {"MALLOC_ARENA_MAX": "2"} | os.environ
    try:
        code = subprocess.call(command, cwd=script.parent, env=environment)
    except KeyboardInterrupt:
        code = 0
    raise typer.Exit(code)


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

"""The app as a server: what is ready before the first visit, and whose requests are answered."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from streamlit import config

from chainrule.ui import work

SCRIPT: Final = Path(__file__).with_name("script.py")
HERE: Final = ("localhost", "127.0.0.1")


@asynccontextmanager
async def ready(_app: Any) -> AsyncIterator[None]:
    """Start the engine's processes, and take what the pages import from the garbage collector.

    It would look through all the libraries again and again, which takes longer than a run.
    """
    starting = threading.Thread(target=work.start)
    starting.start()
    import chainrule.ui.pages  # noqa: F401 (its caches ask for the server, which is there now)

    starting.join()
    gc.collect()
    gc.freeze()
    # A page that is being made lets go sooner, so that messages and health do not wait for it.
    sys.setswitchinterval(0.001)
    yield


def middleware() -> list[Middleware]:
    """Return what stands before every request: under other names than its own, it is refused.

    A page elsewhere whose name is made to lead here would else be answered as if it were ours.
    """
    named = list(config.get_option("server.allowedHosts"))
    if not named and config.get_option("server.address") not in HERE:
        return []
    return [Middleware(TrustedHostMiddleware, allowed_hosts=[*named, *HERE])]

"""The web app: `streamlit run app.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

SOURCE = str(Path(__file__).parent / "graphlib")
if SOURCE not in sys.path:  # a host of Streamlit apps installs requirements.txt and no more
    sys.path.insert(0, SOURCE)

from chainrule.ui import component, server  # noqa: E402

app = st.App(
    server.SCRIPT,
    lifespan=server.ready,
    routes=component.routes(),
    middleware=server.middleware(),
)

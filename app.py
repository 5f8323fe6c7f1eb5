"""The web app: `streamlit run app.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

SOURCE = str(Path(__file__).parent / "graphlib")
if SOURCE not in sys.path:  # a host of Streamlit apps installs requirements.txt and no more
    sys.path.insert(0, SOURCE)

from chainrule.ui.explore import page  # noqa: E402

st.set_page_config(page_title="chainrule", layout="wide", initial_sidebar_state="collapsed")
explore = st.Page(page, title="Explore", url_path="explore", default=True)
st.navigation([explore], position="hidden").run()

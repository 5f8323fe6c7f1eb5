"""What Streamlit runs at every visit and every change: the page that is asked for."""

from chainrule.ui.pages import run

run()

"""What Streamlit runs at every visit and every change: the page that is asked for."""

from chainrule.ui.pages import run

if __name__ == "__main__":  # Streamlit's name for it as well
    run()

"""The help that every page has at hand: what this is, keys, notation, colours."""

from __future__ import annotations

import streamlit as st

PURPOSE = (
    "Type a formula as your lecture writes it, and see its graph and where every value and every "
    "derivative comes from."
)

COLOURS = (
    ("value", "Value", "of a node, found from its operands on the way forward"),
    ("partial", "Local partial", "on an edge: the derivative of a node by one of its operands"),
    ("derivative", "Share", "what a node sends back to one operand: adjoint × local partial"),
    ("derivative", "Adjoint", "∂J/∂node, the sum of all shares; in forward mode the tangent"),
    ("warning", "⚠ Warning", "a kink, no value, or a number that double precision gets wrong"),
)
KEYS = (
    ("→ ←", "next step, previous step (with the focus on the player)"),
    ("Home End", "first step, last step"),
    ("Space", "play, pause"),
    ("↑ ↓ Enter", "in the table: go to the step of a row"),
    ("Ctrl + Enter", "in the formula box: read it at once"),
    ("P", "present: graph and table fill the screen; T hides the table, B blanks, Esc leaves"),
)
NOTATION = (
    ("y = x^2, 3t, sin x", "powers, products without a sign, functions without brackets"),
    ("J = cos(u); u = sin t", "a program: statements by semicolon or line, in any order"),
    ("x = 2", "gives an input its value; every other name is an input"),
    ("y*, x_1, θ, \\alpha", "names as the lecture has them, also in LaTeX"),
    ("W: 2x3; x: 3; W @ x", "matrices and vectors, with their sizes"),
    ("max, |x|, relu, where(x > 0, a, b)", "kinks and cases"),
)


def button() -> None:
    """Show the button that opens the help."""
    with st.popover("Help", key="help"), st.container(key="help_inside"):
        st.html(
            f"<p>{PURPOSE}</p>"
            + _table("Colours", [(f'<b class="{c}">{w}</b>', told) for c, w, told in COLOURS])
            + _table("Keys", [(f"<kbd>{key}</kbd>", told) for key, told in KEYS])
            + _table("What can be typed", [(f"<code>{it}</code>", told) for it, told in NOTATION])
        )


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{told.replace("<", "&lt;")}</td></tr>'
        for name, told in rows
    )
    return f"<h3>{title}</h3><table>{body}</table>"

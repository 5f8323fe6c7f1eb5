"""The command line: `chainrule table "cos(sin(x^2)+3x^2)" --at x=1`, and the other commands.

Each command is one file with one function, and one line in `COMMANDS`. What is heavy is
imported when a command runs, so that help comes at once.
"""

from __future__ import annotations

from chainrule.cli.commands import main

__all__ = ["main"]

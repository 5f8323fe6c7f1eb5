"""`python -m chainrule` is the command line."""

from __future__ import annotations

from chainrule.cli import main

if __name__ == "__main__":
    main()

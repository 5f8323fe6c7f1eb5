"""S6: how long a fresh process needs before it is of use."""

from __future__ import annotations

import sys

from report import Bar, Section, milliseconds
from timing import processes

ABOUT = """\
CPU time (user and system) of fresh processes, byte-code compiled, medians of interleaved rounds.
"Net" is without the bare interpreter's time; the bars compare net times."""

IMPORT_LIMIT, HELP_LIMIT, TABLE_LIMIT = 1.5, 0.3, 1.5
FORMULA = "cos(sin(x^2)+3x^2)"


def measure(rounds: int) -> Section:
    """Return the section of this bar."""
    python = sys.executable
    chainrule = [python, "-m", "chainrule"]
    commands = {
        "python -c pass": [python, "-c", "pass"],
        "import numpy": [python, "-c", "import numpy"],
        "import sympy": [python, "-c", "import sympy"],
        "import networkx": [python, "-c", "import networkx"],
        "import casadi": [python, "-c", "import casadi"],
        "import chainrule": [python, "-c", "import chainrule"],
        "import chainrule, one gradient": [
            *(python, "-c"),
            f"import chainrule; chainrule.parse({FORMULA!r}).gradient({{'x': 1}})",
        ],
        "chainrule --help": [*chainrule, "--help"],
        "chainrule table": [*chainrule, "table", FORMULA, "--at", "x=1"],
    }
    taken = processes(commands, rounds)
    bare = taken["python -c pass"]
    net = {name: seconds - bare for name, seconds in taken.items()}
    rows = tuple(
        (name, milliseconds(seconds), milliseconds(max(0.0, net[name])))
        for name, seconds in taken.items()
    )
    libraries = net["import sympy"] + net["import networkx"]
    bars = (
        Bar(
            "import chainrule / import numpy",
            net["import chainrule"] / net["import numpy"],
            IMPORT_LIMIT,
        ),
        Bar("chainrule --help", taken["chainrule --help"], HELP_LIMIT, " s"),
        Bar(
            "chainrule table / (import sympy + import networkx)",
            net["chainrule table"] / libraries,
            TABLE_LIMIT,
        ),
    )
    return Section("S6: start", ABOUT, ("process", "CPU time", "net"), rows, bars)

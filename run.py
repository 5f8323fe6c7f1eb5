#!/usr/bin/env python3
"""Set up chainrule and run its tasks; needs Python 3.11 or later and nothing else.

usage: python3 run.py COMMAND [options]

  app         open the app on 127.0.0.1:8501
                --port N       another port
                --no-browser   do not open a browser window
  test        run all tests but the long ones
                --no-browser   leave out the tests that need Chromium
                --shuffle SEED in another order
  check       formatting, lint, types, and which module may import which
  bench       speed against other libraries (benchmarks/run.py)
  soak        the long tests and those of speed, with other samples each time, of which
              docs/promises.md tells
                --promise N  only those of one promise
  crosscheck  against PyTorch, JAX and TeX (tests/crosscheck)
  docs        build the site of the documentation in site/, with every link checked
  mutate      small faults in the sources: which ones do the tests find? (benchmarks/mutation.py)

Options not named here go on to the tool: `python3 run.py test -k parser -x`.
The first run makes .venv beside this file and installs what requirements.txt pins; later runs
find that done.
"""

# This file must also be read by Pythons that are too old, to tell them so.
from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
SOAK_SECONDS = 6 * 3_600  # that one long test may take; the others: pyproject.toml
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# Of the system; its wheel brings the rest.
GRAPHVIZ_NEEDS = ("libglib2.0-0", "libxext6", "libxrender1")


class Stop(Exception):
    """A task that cannot go on; its text is all that is printed."""


# The environment


def python(environment: Path = ENVIRONMENT) -> str:
    """Return the path of an environment's Python."""
    folder = "Scripts" if os.name == "nt" else "bin"
    return str(environment / folder / ("python.exe" if os.name == "nt" else "python"))


def variables() -> dict[str, str]:
    """Return the variables the tasks run with: our package found, byte-code kept."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "VIRTUAL_ENV")}
    # Without byte-code every start compiles SymPy and pandas again: 5 s instead of 1 s.
    for name in ("PYTHONDONTWRITEBYTECODE", "PIP_NO_COMPILE"):
        kept.pop(name, None)
    kept["PYTHONPATH"] = str(ROOT / "graphlib")
    return kept


def run(*command: str, env: dict[str, str] | None = None) -> int:
    """Run a command at the project's root and return its exit code."""
    return subprocess.run(command, cwd=ROOT, env=env or variables()).returncode


def need(*command: str, doing: str) -> None:
    """Run a command that must succeed."""
    print(f"run.py: {doing}", flush=True)
    code = run(*command)
    if code:
        raise Stop(f"{doing} failed (exit code {code}); what it printed stands above.")


def set_up(*requirements: str, environment: Path = ENVIRONMENT) -> str:
    """Install the named requirements files and the package, unless done; return the Python."""
    files = [ROOT / name for name in (*requirements, "pyproject.toml")]
    for file in files:
        if not file.is_file():
            raise Stop(f"{file.relative_to(ROOT)} is missing, so nothing can be installed from it.")
    state = hashlib.sha256(sys.version.encode())
    for file in files:
        state.update(file.read_bytes())
    stamp = environment / f"installed-{Path(requirements[-1]).stem}.sha256"
    found = runs(python(environment))
    if found and stamp.is_file() and stamp.read_text() == state.hexdigest():
        return python(environment)
    if not found:
        make(environment)
    listed = [word for name in requirements for word in ("-r", name)]
    pip = (python(environment), "-m", "pip", "--disable-pip-version-check", "install", "-qq")
    need(*pip, *listed, doing=f"installing {', '.join(requirements)} (first time: 1 to 3 minutes)")
    need(*pip, "--no-deps", "-e", ".", doing="installing chainrule")
    starts(
        *(python(environment), "-c", "import pygraphviz"),
        what="Graphviz, which lays out the drawings,",
        packages=GRAPHVIZ_NEEDS,
    )
    stamp.write_text(state.hexdigest())
    return python(environment)


def runs(command: str) -> bool:
    """Tell whether a Python of our version stands there and has pip."""
    code = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    try:
        return subprocess.run([command, "-c", code], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def make(environment: Path) -> None:
    """Make a virtual environment, installing Debian's package for that where it may."""
    if not venv_works() and on_debian_as_root():
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        apt(f"python{version}-venv")
        importlib.invalidate_caches()
    if not venv_works():
        raise Stop(
            "This Python cannot make virtual environments: its modules venv and ensurepip are "
            "missing.\nOn Debian or Ubuntu: apt install python3-venv; then run this again."
        )
    need(sys.executable, "-m", "venv", "--clear", str(environment), doing=f"making {environment}")


def venv_works() -> bool:
    """Tell whether this Python has what `python -m venv` needs."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def on_debian_as_root() -> bool:
    """Tell whether system packages may be installed here."""
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


def apt(*packages: str) -> None:
    """Install system packages on Debian."""
    names = " ".join(packages)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    need("apt-get", "update", "-qq", doing="asking Debian for its list of packages")
    need(
        *("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages),
        doing=f"installing {names}",
    )


def browser() -> str:
    """Return the path of a Chromium, installing one where that is permitted."""
    for attempt in range(2):
        for name in BROWSERS:
            path = shutil.which(name)
            if path:
                return path
        if attempt == 0 and on_debian_as_root():
            apt("chromium", "fonts-dejavu-core")
    raise Stop(
        "The tests need a Chromium, and none of these is on PATH: "
        + ", ".join(BROWSERS)
        + ".\nOn Debian: apt install chromium fonts-dejavu-core (as root this is done for you)."
        + "\nTo leave the browser tests out: python3 run.py test --no-browser"
    )


def driver(interpreter: str) -> None:
    """Make sure that what steers the browser starts."""
    starts(
        *(interpreter, "-m", "playwright", "--version"),
        what="Playwright, which steers the browser of the tests,",
        packages=("libatomic1",),  # a small Debian has none, and Chromium does not ask for it
        otherwise="\nTo leave the browser tests out: python3 run.py test --no-browser",
    )


def starts(*command: str, what: str, packages: tuple[str, ...], otherwise: str = "") -> None:
    """Make sure that a program starts, installing what it lacks where that is permitted."""
    for attempt in range(2):
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0:
            return
        if attempt == 0 and on_debian_as_root():
            apt(*packages)
    raise Stop(
        f"{what} does not start; why stands above.\n"
        f"On Debian: apt install {' '.join(packages)} (as root this is done for you).{otherwise}"
    )


def tex() -> str:
    """Return the path of pdfLaTeX, installing what our LaTeX needs where that is permitted."""
    for attempt in range(2):
        path = shutil.which("pdflatex")
        if path:
            return path
        if attempt == 0 and on_debian_as_root():
            apt("texlive-latex-extra", "texlive-pictures", "lmodern")
    raise Stop(
        "The comparison with TeX needs pdflatex, and it is not on PATH.\nOn Debian: apt install "
        "texlive-latex-extra texlive-pictures lmodern (as root this is done for you)."
    )


# The commands


def app(options: list[str]) -> int:
    """Open the app."""
    command = (set_up("requirements.txt"), "-m", "chainrule", "app", *options)
    if os.name != "posix":
        return run(*command)
    os.chdir(ROOT)
    os.execve(command[0], command, variables())  # so that a signal for this process stops the app


def test(options: list[str]) -> int:
    """Run the tests but the long ones."""
    if "--no-browser" not in options:
        return tests("not soak", options)
    print("run.py: the browser tests are left out, as asked (--no-browser)", flush=True)
    return tests("not soak and not browser", [o for o in options if o != "--no-browser"])


def soak(options: list[str]) -> int:
    """Run the long tests, from another seed each time, and write the page of the promises."""
    seed = os.environ.setdefault("CHAINRULE_SEED", str(int.from_bytes(os.urandom(3), "big")))
    print(f"run.py: CHAINRULE_SEED={seed} (set it to draw the same samples again)", flush=True)
    if "--promise" in options:
        at = options.index("--promise")
        number, options = options[at + 1 : at + 2], options[:at] + options[at + 2 :]
        if not number or not number[0].isdigit() or not 1 <= int(number[0]) <= 12:
            raise Stop(f"{' '.join(['--promise', *number])}: allowed: --promise 1 to --promise 12")
        options = ["tests/soak", "-k", f"test_{number[0]}_", *options]
    page = ("-p", "tests.soak.page")
    return tests("soak", [*page, "-o", f"faulthandler_timeout={SOAK_SECONDS}", *options])


def tests(marks: str, options: list[str]) -> int:
    """Run the tests of these marks in two processes."""
    steered = "not browser" not in marks
    if steered:
        os.environ["CHAINRULE_CHROMIUM"] = browser()
    interpreter = set_up("requirements.txt", "requirements-test.txt")
    if steered:
        driver(interpreter)
    # The order of sets is drawn too; Python by itself would draw another each time.
    os.environ.setdefault("PYTHONHASHSEED", os.environ.get("CHAINRULE_SEED", "3"))
    # A half each, and who is done takes over from the other: the browser's tests, which wait more
    # than they work, never stand before a process that has nothing else left.
    spread = ("-n", "2", "--dist", "worksteal")
    return run(interpreter, "-m", "pytest", *spread, "-m", marks, *options)


def check(options: list[str]) -> int:
    """Run formatter, linter, type checker and import contracts; say how each went."""
    if options:
        raise Stop(f"check takes no options, found: {' '.join(options)}")
    interpreter = set_up("requirements.txt", "requirements-test.txt")
    sources = [
        name for name in ("graphlib/chainrule", "app.py", "run.py") if (ROOT / name).exists()
    ]
    tools = {
        "format": ("-m", "ruff", "format", "--check", "."),
        "lint": ("-m", "ruff", "check", "."),
        "types": ("-m", "mypy", "--strict", *sources),
        # import-linter has no `python -m`.
        "floors": ("-c", "from importlinter.cli import lint_imports_command as main; main()"),
    }
    failed = []
    for name, arguments in tools.items():
        print(f"run.py: {name}", flush=True)
        if run(interpreter, *arguments):
            failed.append(name)
    for name in tools:
        print(f"{name:8}{'failed' if name in failed else 'ok'}")
    return 1 if failed else 0


def bench(options: list[str]) -> int:
    """Measure speed, in an environment of its own for the libraries compared with."""
    return apart("bench", ("benchmarks/requirements.txt",), "benchmarks/run.py", *options)


def crosscheck(options: list[str]) -> int:
    """Compare with other libraries, in an environment of its own."""
    tex()
    folder = "tests/crosscheck"
    needed = ("requirements-test.txt", f"{folder}/requirements.txt")
    return apart("crosscheck", needed, "-m", "pytest", folder, *options)


def docs(options: list[str]) -> int:
    """Build the site; a link that leads nowhere is an error."""
    build = ("-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs", *options, ".", "site")
    return apart("docs", ("docs/requirements.txt",), *build)


def mutate(options: list[str]) -> int:
    """Put small faults into copies of the sources, and run the tests on each."""
    needed = ("requirements-test.txt", "benchmarks/requirements-mutation.txt")
    return apart("mutation", needed, "benchmarks/mutation.py", *options)


def apart(name: str, needed: tuple[str, ...], *words: str) -> int:
    """Run Python with these words, in an environment that has what the files list besides."""
    environment = ROOT / f".venv-{name}"
    return run(set_up("requirements.txt", *needed, environment=environment), *words)


COMMANDS = {
    "app": app,
    "test": test,
    "check": check,
    "bench": bench,
    "soak": soak,
    "crosscheck": crosscheck,
    "docs": docs,
    "mutate": mutate,
}


def main(words: list[str]) -> int:
    """Run the command named first; return an exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 (it is for those who have an older one)
        found = ".".join(str(part) for part in sys.version_info[:3])
        print(f"run.py: this is Python {found}; allowed: 3.11 or later.", file=sys.stderr)
        return 2
    if not words or words[0] in ("-h", "--help", "help"):
        print((__doc__ or "").strip())
        return 0 if words else 2
    command = COMMANDS.get(words[0])
    if command is None:
        allowed = ", ".join(COMMANDS)
        print(f"run.py: unknown command {words[0]!r}; allowed: {allowed}.", file=sys.stderr)
        return 2
    if {"-h", "--help"} & set(words[1:]) and words[0] != "check":
        print((__doc__ or "").strip())
        return 0
    try:
        return command(words[1:])
    except Stop as reason:
        print(f"run.py: {reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

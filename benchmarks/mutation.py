"""A sample of mutants: are small faults in operations, passes, reader and marking found?

usage: python3 run.py mutate [--sample 65] [--seed 1] [--workers 2] [--out FILE]
                             [--only PART] [--list]

cosmic-ray makes the mutants; two kinds are added here, since the rules of operations consist of
names: another function in its place, and a statement left out. Everything happens in copies; the
sources stay as they are.
The first run is of the tests without a fault: it must pass, and it sets the time limit.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from multiprocessing.context import ForkContext as Context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("graphlib", "tests", "docs", "pyproject.toml", "app.py", "run.py")
PACKAGE = Path("graphlib/chainrule")
# For each group its modules, and what is run against their mutants, in this order, until a
# fault is found.
GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "operations": (
        ("ops/*.py",),
        ("tests/laws/test_laws.py", "tests/ops tests/golden tests/laws tests/mutation"),
    ),
    "passes": (
        ("passes/*.py", "algebras/closed.py"),
        (
            "tests/mutation tests/golden",
            "tests/passes tests/algebras tests/attack tests/ops tests/readings "
            "tests/test_public.py tests/laws/test_graphs.py "
            "--deselect tests/passes/test_walks.py::test_long_chains_need_no_recursion",
        ),
    ),
    "reader": (("language/*.py",), ("tests/language", "tests/attack tests/test_tracing.py")),
    "marking": (
        tuple(
            f"exercises/{name}.py"
            for name in (
                *("answer_form", "answers", "cells", "checking", "feedback", "formulas"),
                *("handed_in", "marking", "own_mistakes", "pasted", "points"),
            )
        ),
        (
            "tests/exercises/test_marking.py tests/exercises/test_points.py "
            "tests/exercises/test_slips.py tests/exercises/test_pasted.py",
            "tests/exercises --deselect tests/exercises/test_class_run.py",
        ),
    ),
}
COMMAND = (
    "-x -q --no-header -p no:cacheprovider -m 'not soak and not browser' "
    "-W ignore::pytest.PytestAssertRewriteWarning"  # hypothesis is at hand already
)

# What is given by these names is no behaviour, or a safety net under it.
NO_BEHAVIOUR = ("samples", "doc", "strict", "frozen", "slots", "eq")
ARITHMETIC = {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"}
BITS = {"BitOr", "BitAnd", "BitXor"}
FUNCTIONS = dict(
    pair
    for a, b in (
        *(("sin", "cos"), ("sinh", "cosh"), ("tan", "cot"), ("tanh", "coth"), ("sec", "csc")),
        *(("sech", "csch"), ("exp", "expm1"), ("log", "log1p"), ("maximum", "minimum")),
        *(("max", "min"), ("floor", "ceil"), ("any", "all"), ("left", "right"), ("abs", "sign")),
        *(("sigmoid", "softplus"), ("normal_cdf", "normal_pdf"), ("digamma", "lgamma")),
        *(("transpose", "abs"), ("broadcast", "collapse"), ("push", "pull"), ("sqrt", "square")),
        *(("numerator", "denominator"), ("forward", "reverse"), ("zero", "one")),
        *(("sorted", "list"), ("append", "remove"), ("values", "local"), ("node", "slot")),
    )
    for pair in ((a, b), (b, a))
)


class OtherFunction(Operator):  # type: ignore[misc]
    """Replace the name after a point or before a bracket by that of a related function."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        if node.type == "name" and node.value in FUNCTIONS:
            before, after = node.get_previous_leaf(), node.get_next_leaf()
            if (before is not None and before.value == ".") or after.value == "(":
                yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.value = FUNCTIONS[node.value]
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class LeftOut(Operator):  # type: ignore[misc]
    """Replace a statement within a function by `pass`."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        simple = node.type in ("expr_stmt", "return_stmt", "atom_expr", "raise_stmt")
        if simple and node.parent.type == "simple_stmt" and _function_of(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        from parso.python.tree import Name

        prefix = node.get_first_leaf().prefix
        return Name("pass", node.start_pos, prefix)

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


def _function_of(node: Any) -> bool:
    while node is not None and node.type != "funcdef":
        node = node.parent
    return node is not None


OWN = {"OtherFunction": OtherFunction, "LeftOut": LeftOut}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: the occurrence of an operator in a module."""

    module: str
    operator: str
    occurrence: int
    line: int
    column: int
    before: str
    after: str

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> Mutant:
        """Return the mutant of a result."""
        return cls(**{field.name: result[field.name] for field in fields(cls)})


def useful(operator: str) -> bool:
    """Leave out what Python refuses for nearly every value, and twins."""
    name = operator.removeprefix("core/")
    kind, _, pair = name.partition("_")
    old, _, new = pair.partition("_")
    if kind == "ReplaceBinaryOperator":
        return {old, new} <= ARITHMETIC or {old, new} <= BITS
    if kind == "ReplaceComparisonOperator":
        return ("Is" in old) == ("Is" in new)
    if kind == "ReplaceUnaryOperator":
        return old == "Delete"
    return True


def ignored(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the spans that are no behaviour: annotations, sample points and sentences."""
    nodes: list[Any] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            nodes.append(node.annotation)
        elif isinstance(node, ast.FunctionDef) and node.returns:
            nodes.append(node.returns)
        elif isinstance(node, ast.keyword) and node.arg in NO_BEHAVIOUR:
            nodes.append(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            nodes.append(node.value)  # Rule = Callable[..., Any]
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in nodes]


def places(source: str) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """Return operators and their occurrences by the place at which they change a source."""
    tree, spans = get_ast(source), ignored(source)
    core = {name: get_operator(name) for name in operator_names() if useful(name)}
    found: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for name, operator in (core | OWN).items():
        if getattr(operator, "arguments", tuple)():
            continue
        positions = (p for node in ast_nodes(tree) for p in operator().mutation_positions(node))
        for occurrence, (start, _) in enumerate(positions):
            if not any(a <= start < b for a, b in spans):
                found.setdefault(start, []).append((name, occurrence))
    return found


def made(source: str, operator: str, occurrence: int) -> str | None:
    """Return a source with a fault, None where it is not Python or means the same."""
    make = OWN.get(operator) or get_operator(operator)
    try:
        mutated = mutate_code(source, make(), occurrence)
        same = mutated is None or ast.dump(ast.parse(mutated)) == ast.dump(ast.parse(source))
    except (SyntaxError, AttributeError):  # the latter where an exception's name has a point
        return None
    return None if same else str(mutated)


def chosen(root: Path, modules: Sequence[Path], count: int, seed: int) -> tuple[int, list[Mutant]]:
    """Return how many places there are, and a sample: places drawn evenly, a mutant of each."""
    draw = random.Random(seed)
    sources = {module: (root / module).read_text("utf-8") for module in modules}
    choices = {(m, at): c for m in modules for at, c in places(sources[m]).items()}
    sample: list[Mutant] = []
    for module, (line, column) in draw.sample(sorted(choices), len(choices)):
        options = choices[module, (line, column)]
        for name, occurrence in draw.sample(options, len(options)):
            mutated = made(sources[module], name, occurrence)
            if mutated is not None:
                old, new = (s.splitlines()[line - 1].strip() for s in (sources[module], mutated))
                sample.append(Mutant(str(module), name, occurrence, line, column, old, new))
                break
        if len(sample) == count:
            break
    return len(choices), sample


def copy(to: Path) -> Path:
    """Copy what the tests need."""
    skipped = shutil.ignore_patterns("__pycache__", "crosscheck")
    to.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=skipped)
        else:
            shutil.copy2(ROOT / name, to / name)
    return to


def enter(folder: str) -> None:
    """Make this process at home in a copy, with what the tests import at hand."""
    import hypothesis
    import mpmath
    import numpy
    import pytest
    import sympy

    del hypothesis, mpmath, numpy, pytest, sympy
    os.chdir(folder)
    os.environ["PYTHONPATH"] = os.pathsep.join((f"{folder}/graphlib", folder))
    os.environ.setdefault("CHAINRULE_SEED", "1")


def _enter(copies: SimpleQueue[str]) -> None:
    enter(copies.get())
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def passes(suites: str, limit: float) -> tuple[bool, str]:
    """Run the tests in a process of their own; return whether they pass, and the output.

    The process is a fork of this one, which has the libraries loaded but not our package.
    """
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            import pytest

            code: int = 1
            try:
                code = int(pytest.main(shlex.split(f"{COMMAND} {suites}")))
            finally:
                sys.stdout.flush()
                os._exit(code)
        end = time.monotonic() + limit
        while not (ended := os.waitpid(child, os.WNOHANG))[0]:
            if time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return False, "timeout"
            time.sleep(0.02)
        said.seek(0)
        output = said.read()
        if os.waitstatus_to_exitcode(ended[1]) in (4, 5):
            raise SystemExit(f"{output}\nPytest ran no test of {suites}.")
        return ended[1] == 0, output


def unharmed(folder: str) -> dict[str, float]:
    """Run the tests without a fault; return the seconds of each group.

    Byte-code is left behind, so that later runs compile only the module with the fault.
    """
    enter(folder)
    seconds: dict[str, float] = {}
    for group, (_, stages) in GROUPS.items():
        begin = time.monotonic()
        for suites in stages:
            passed, output = passes(suites, 900)
            if not passed:
                raise SystemExit(f"{output[-3000:]}\nWithout a fault the tests fail.")
        seconds[group] = time.monotonic() - begin
    return seconds


def tried(mutant: Mutant, group: str, limit: float) -> dict[str, Any]:
    """Run the tests against one mutant."""
    path = Path(mutant.module)
    source, times = path.read_text("utf-8"), path.stat()
    passed, output = True, ""
    try:
        path.write_text(made(source, mutant.operator, mutant.occurrence) or "", "utf-8")
        for suites in GROUPS[group][1]:
            passed, output = passes(suites, limit)
            if not passed:
                break
    finally:
        path.write_text(source, "utf-8")
        # The byte-code of the source is recognised by its time.
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    lines = output.splitlines()
    by = next((x.split(" - ")[0][:140] for x in lines if x.startswith(("FAILED", "ERROR"))), "")
    killed = {"killed": not passed, "by": "" if passed else by or output[-60:]}
    return asdict(mutant) | {"group": group} | killed


def report(results: Sequence[dict[str, Any]]) -> str:
    """Return the scores, and every survivor, as text."""
    lines = [f"{'':12}{'mutants':>9}{'killed':>8}{'score':>8}"]
    for group in GROUPS:
        of = [r["killed"] for r in results if r["group"] == group]
        if of:
            lines.append(f"{group:12}{len(of):9}{sum(of):8}{sum(of) / len(of):8.1%}")
    for r in results:
        if not r["killed"]:
            lines += ["", f"{r['module']}:{r['line']}:{r['column']} {r['operator']}"]
            lines += [f"  - {r['before']}", f"  + {r['after']}"]
    return "\n".join(lines)


def main() -> int:
    """Draw a sample, try it, print what survived."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sample", type=int, default=65, help="how many mutants of each group")
    parser.add_argument("--seed", type=int, default=1, help="draws the sample")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="modules whose path contains this")
    parser.add_argument("--out", type=Path, help="results as JSON lines; what stands there is kept")
    parser.add_argument("--list", action="store_true", help="print the sample, run nothing")
    given = parser.parse_args()
    group_of = {
        str(path.relative_to(ROOT)): group
        for group, (patterns, _) in GROUPS.items()
        for pattern in patterns
        for path in sorted((ROOT / PACKAGE).glob(pattern))
    }
    sample: list[Mutant] = []
    for group in GROUPS:
        modules = [Path(m) for m, of in group_of.items() if of == group and given.only in m]
        count, drawn = chosen(ROOT, modules, given.sample, given.seed)
        print(f"{group}: {count} places, {len(drawn)} mutants (seed {given.seed})", flush=True)
        sample += drawn
    if given.list:
        for mutant in sample:
            print(f"{mutant.module}:{mutant.line} {mutant.operator}: {mutant.after}")
        return 0
    out: Path | None = given.out
    known = out.read_text("utf-8").splitlines() if out is not None and out.exists() else []
    results = [result for result in map(json.loads, known) if Mutant.of(result) in sample]
    left = [mutant for mutant in sample if mutant not in map(Mutant.of, results)]
    random.Random(given.seed).shuffle(left)  # a run that is broken off has some of each group
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        whole = copy(Path(place) / "whole")
        with ProcessPoolExecutor(1) as pool:
            seconds = pool.submit(unharmed, str(whole)).result()
        print(f"seconds without a fault: {seconds}", flush=True)
        copies: SimpleQueue[str] = Context().SimpleQueue()
        for number in range(given.workers):
            copies.put(str(shutil.copytree(whole, Path(place) / str(number))))
        with ProcessPoolExecutor(given.workers, None, _enter, (copies,)) as pool:
            waiting = []
            for mutant in left:
                group = group_of[mutant.module]
                limit = max(60.0, 5 * seconds[group])
                waiting.append(pool.submit(tried, mutant, group, limit))
            for ready in as_completed(waiting):
                results.append(ready.result())
                if out is not None:
                    with out.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(results[-1]) + "\n")
    print(report(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A sample of mutants: are small faults in the operations and the passes found by the tests?

usage: python benchmarks/mutation.py [--sample 260] [--seed 1] [--workers 2] [--out FILE]
                                     [--only PART] [--list]

cosmic-ray 8.7.0 makes the mutants and runs the tests (pip install cosmic-ray==8.7.0); two kinds
of mutants are added here, since the rules of operations consist of names: another function in
its place, and a statement left out. Everything happens in copies; the sources stay as they are.
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
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import Queue, SimpleQueue
from pathlib import Path
from typing import Any

try:
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.operators.operator import Operator
    from cosmic_ray.plugins import get_operator, operator_names
    from cosmic_ray.testing import run_tests
    from cosmic_ray.work_item import TestOutcome
except ModuleNotFoundError as error:
    sys.exit(f"{error}; mutants need it: pip install cosmic-ray==8.7.0")

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("graphlib", "tests", "pyproject.toml", "app.py", "run.py")
PACKAGE = Path("graphlib/chainrule")
PASSES = (
    "walks record shadow doubt unfolding run kinks folding derivatives misconceptions steps"
).split()
# Two groups with a score of their own; in brackets the suites, those that find most first.
SUITES = (
    "tests/passes/test_walks.py tests/ops tests/golden tests/laws tests/algebras tests/passes "
    "tests/test_public.py"
)
COMMAND = "-m pytest -x -q --no-header -p no:cacheprovider -m 'not soak and not browser'"

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

    @property
    def group(self) -> str:
        return Path(self.module).parent.name if "exact" not in self.module else "passes"


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
        elif isinstance(node, ast.keyword) and node.arg in ("samples", "doc"):
            nodes.append(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            nodes.append(node.value)  # Rule = Callable[..., Any]
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in nodes]


def mutants(root: Path, module: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module that compiles and means something else."""
    source = (root / module).read_text("utf-8")
    tree, spans = get_ast(source), ignored(source)
    lines, meaning = source.splitlines(), ast.dump(ast.parse(source))
    core = {name: get_operator(name) for name in operator_names() if useful(name)}
    for name, operator in (core | OWN).items():
        if getattr(operator, "arguments", tuple)():
            continue
        places = (p for node in ast_nodes(tree) for p in operator().mutation_positions(node))
        for occurrence, (start, _) in enumerate(places):
            if any(a <= start < b for a, b in spans):
                continue
            mutated = mutate_code(source, operator(), occurrence)
            try:
                same = mutated is None or ast.dump(ast.parse(mutated)) == meaning
            except SyntaxError:
                continue
            if not same:
                new = mutated.splitlines()[start[0] - 1].strip()
                old = lines[start[0] - 1].strip()
                yield Mutant(str(module), name, occurrence, *start, old, new)


def chosen(found: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return a sample: places drawn evenly, one mutant of each."""
    draw = random.Random(seed)
    places: dict[tuple[str, int, int], list[Mutant]] = {}
    for mutant in found:
        places.setdefault((mutant.module, mutant.line, mutant.column), []).append(mutant)
    drawn = draw.sample(sorted(places), min(count, len(places)))
    return [draw.choice(places[place]) for place in drawn]


def copy(to: Path) -> Path:
    """Copy what the tests need."""
    skipped = shutil.ignore_patterns("__pycache__", "crosscheck", "ui", "*.pyc")
    for name in COPIED:
        if (ROOT / name).is_dir():
            # The pages are not tested here, but the package is whole.
            ignore = skipped if name == "tests" else shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, to / name, ignore=ignore)
        else:
            shutil.copy(ROOT / name, to / name)
    return to


_command = ""


def _enter(copies: SimpleQueue[str], suites: str) -> None:
    """Make a worker at home in a copy of its own."""
    global _command
    folder = copies.get()
    os.chdir(folder)
    os.environ["PYTHONPATH"] = os.pathsep.join((f"{folder}/graphlib", folder))
    os.environ.setdefault("CHAINRULE_SEED", "1")
    _command = f"{shlex.quote(sys.executable)} {COMMAND} {suites}"


def unharmed() -> tuple[float, bool, str]:
    """Run the tests without a fault; return the seconds, whether they pass, and the output."""
    begin = time.perf_counter()
    outcome, output = run_tests(_command, 900)
    return time.perf_counter() - begin, outcome is TestOutcome.SURVIVED, output


def tried(mutant: Mutant, limit: float) -> dict[str, Any]:
    """Run the tests against one mutant."""
    path = Path(mutant.module)
    source = path.read_text("utf-8")
    operator = OWN.get(mutant.operator) or get_operator(mutant.operator)
    try:
        path.write_text(mutate_code(source, operator(), mutant.occurrence), "utf-8")
        outcome, output = run_tests(_command, limit)
    finally:
        path.write_text(source, "utf-8")
    lines = output.splitlines()
    by = next((x.split(" - ")[0][:140] for x in lines if x.startswith(("FAILED", "ERROR"))), "")
    killed = outcome is not TestOutcome.SURVIVED
    return asdict(mutant) | {"killed": killed, "by": by or output[-60:] if killed else ""}


def report(results: Sequence[dict[str, Any]], groups: dict[str, list[str]]) -> str:
    """Return the scores, and every survivor, as text."""
    lines = [f"{'':8}{'mutants':>9}{'killed':>8}{'score':>8}"]
    for group, modules in groups.items():
        of = [r for r in results if r["module"] in modules]
        if of:
            killed = sum(r["killed"] for r in of)
            lines.append(f"{group:8}{len(of):9}{killed:8}{killed / len(of):8.1%}")
    for r in results:
        if not r["killed"]:
            lines += ["", f"{r['module']}:{r['line']}:{r['column']} {r['operator']}"]
            lines += [f"  - {r['before']}", f"  + {r['after']}"]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sample", type=int, default=260, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="draws the sample")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="modules whose path contains this")
    parser.add_argument("--suites", default=SUITES, help="what pytest runs")
    parser.add_argument("--out", type=Path, help="results as JSON lines")
    parser.add_argument("--again", type=Path, help="only the survivors of this file")
    parser.add_argument("--list", action="store_true", help="print the sample, run nothing")
    given = parser.parse_args()
    groups = {
        "ops": sorted(str(p.relative_to(ROOT)) for p in (ROOT / PACKAGE / "ops").glob("*.py")),
        "passes": [
            *(str(PACKAGE / "passes" / f"{name}.py") for name in PASSES),
            str(PACKAGE / "algebras" / "exact.py"),
        ],
    }
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        copies: SimpleQueue[str] = SimpleQueue()
        for number in range(given.workers):
            copies.put(str(copy(Path(place) / str(number))))
        root = Path(place) / "0"
        modules = [Path(m) for group in groups.values() for m in group if given.only in m]
        found = [m for module in modules for m in mutants(root, module)]
        sample = chosen(found, given.sample, given.seed)
        print(f"{len(found)} mutants, {len(sample)} drawn (seed {given.seed})", flush=True)
        if given.list:
            for mutant in sample:
                print(f"{mutant.module}:{mutant.line} {mutant.operator}: {mutant.after}")
            return 0
        with ProcessPoolExecutor(given.workers, initializer=_enter, initargs=(copies, given.suites)) as pool:
            seconds, passed, output = pool.submit(unharmed).result()
            if not passed:
                print(output[-3000:])
                print("The tests fail without a fault; nothing can be said.")
                return 2
            limit = max(60.0, 5 * seconds)
            print(f"without a fault: {seconds:.0f} s; limit {limit:.0f} s", flush=True)
            results = []
            for result in pool.map(tried, sample, [limit] * len(sample)):
                results.append(result)
                if given.out:
                    with given.out.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(result) + "\n")
    print(report(results, groups))
    return 0


if __name__ == "__main__":
    sys.exit(main())

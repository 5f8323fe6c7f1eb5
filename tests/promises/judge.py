"""The judge of promise 7: many random expressions, the product's numbers beside the reference's.

    python -m tests.promises.judge --count 100000 --seed 7 --jobs 2
    python -m tests.promises.judge --case "relu(x - 1) @ x = 1"

The product is asked in a child process that is given two seconds of its processor for each
expression, and is started again when it hangs or dies. Every value and every slope falls into
one class; the bad ones are printed as lines that `--case` takes. Interrupted, it prints what it
has.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from tests.promises.expressions import Case, drawn
from tests.promises.reals import mp
from tests.promises.reference import Judged, Verdict, judged

TOLERANCE = 1e-9
SECONDS = 2
WALL_SECONDS = 60
"""A child that sleeps uses no processor time; this ends it."""
JUDGE_SECONDS = 20
MEMORY = 3 << 30
PIECE = 50
SHOWN = 20
UNDECIDED = 0.0005

Class = Literal[
    "right",
    "right at a kink",
    "both undefined",
    "corrected for nothing",
    "WRONG",
    "number though undefined",
    "crash",
    "no answer",
    "refused",
    "undecided though it exists",
    "undefined though it exists",
    "judge does not know",
]
BAD: tuple[Class, ...] = (
    "WRONG",
    "crash",
    "no answer",
    "refused",
    "undecided though it exists",
    "undefined though it exists",
    "number though undefined",
    "corrected for nothing",
)


# What the product says ------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A number as the product says it, with nothing of the product in it."""

    state: Literal["number", "undefined", "undecided"]
    number: str = ""
    """Mantissa and exponent of 2, or the two parts of a fraction, to base 16."""
    why: str = ""
    corrected: bool = False
    double: float = float("nan")

    @property
    def exactly(self) -> Any:
        left, _, right = self.number.partition("/")
        if right:
            return mp.mpf(int(left, 16)) / int(right, 16)
        left, _, right = self.number.partition("p")
        return mp.ldexp(mp.mpf(int(left, 16)), int(right, 16))


def plain(number: Any) -> str | None:
    """Return a number without loss; None where it is infinite or none."""
    if hasattr(number, "_mpf_"):
        negative, mantissa, exponent, _ = number._mpf_
        if not mantissa and exponent:
            return None
        return f"{-int(mantissa) if negative else int(mantissa):x}p{int(exponent):x}"
    try:
        exactly = Fraction(number)
    except (ValueError, OverflowError):
        return None
    return f"{exactly.numerator:x}/{exactly.denominator:x}"


def said(number: Any) -> Said:
    """Return what the product says of a number."""
    corrected = bool(number.corrected)
    none = number.undefined
    if none is not None:
        why = f"{none.what} of {none.op}: {none.needs}"
        return Said("undecided" if none.is_open else "undefined", "", why, corrected)
    shown = plain(number.shown)
    if shown is None or number.state == "undecided":
        return Said("undecided", "", "next to nothing", corrected)
    try:
        double = float(number.double)
    except (TypeError, ValueError, OverflowError):
        double = float("nan")
    return Said("number", shown, "", corrected, double)


@dataclass(frozen=True)
class Answer:
    """All that the product says of an expression; `fault` where it says nothing."""

    value: Said | None = None
    slopes: dict[str, Said] = field(default_factory=dict)
    fault: str = ""
    kind: Literal["", "crash", "no answer", "refused"] = ""

    @staticmethod
    def of(record: Mapping[str, Any]) -> Answer:
        value = record.get("value")
        slopes = {name: Said(**one) for name, one in record.get("slopes", {}).items()}
        return Answer(
            Said(**value) if value else None,
            slopes,
            record.get("fault", ""),
            record.get("kind", ""),
        )


def asked(text: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Ask the product in this process."""
    import chainrule

    try:
        graph = chainrule.parse(text, declared=typed)
    except chainrule.InputError as error:
        return {"kind": "refused", "fault": str(error).splitlines()[0]}
    try:
        worked = graph.work({name: typed[name] for name in graph.variables}, zoom="primitive")
        value = said(worked.run.value(worked.run.output))
        slopes = {name: said(worked.slope(name)) for name in graph.variables}
    except chainrule.InputError as error:
        return {"kind": "refused", "fault": str(error).splitlines()[0]}
    except Exception as error:
        return {"kind": "crash", "fault": f"{type(error).__name__}: {str(error)[:200]}"}
    slopes |= {name: Said("number", "0/1") for name in typed.keys() - slopes.keys()}
    return {
        "value": asdict(value),
        "slopes": {name: asdict(slope) for name, slope in slopes.items()},
    }


def answer_here(case: Case) -> Answer:
    """Ask the product in this process, without a limit of time."""
    return Answer.of(asked(case.text, case.typed))


def _serve() -> None:
    """Answer one expression a line; the processor's time for one ends the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import chainrule

    chainrule.parse("sin(x)", declared=["x"]).work({"x": "1"}).slope("x")
    print("ready", flush=True)
    for line in sys.stdin:
        text, typed = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        answer = asked(text, typed)
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps(answer), flush=True)


SERVE = (sys.executable, "-m", "tests.promises.judge", "--serve")


class Product:
    """The product in a child process."""

    def __init__(self, command: Sequence[str] = SERVE) -> None:
        self.command = command
        self.child: subprocess.Popen[str] | None = None

    def send(self, case: Case) -> None:
        if self.child is None:
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            if self._line() != "ready\n":
                raise RuntimeError("the product cannot be started")
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps([case.text, case.typed]) + "\n")
        self.child.stdin.flush()

    def _line(self) -> str:
        assert self.child is not None and self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], WALL_SECONDS)
        return self.child.stdout.readline() if ready else ""

    def receive(self) -> Answer:
        line = self._line()
        if line:
            return Answer.of(json.loads(line))
        assert self.child is not None
        waiting = self.child.poll() is None and not self._ended()
        code = self.end()
        if waiting or code == -signal.SIGPROF:
            return Answer(fault=f"more than {SECONDS} s", kind="no answer")
        return Answer(fault=f"the process died ({code})", kind="crash")

    def _ended(self) -> bool:
        assert self.child is not None
        try:
            self.child.wait(2)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> int:
        child, self.child = self.child, None
        if child is None:
            return 0
        child.kill()
        code = child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        return code


PRODUCT = Product()
"""The one of this process; it ends when its input does."""


# Both compared --------------------------------------------------------------------------------


def close(number: Any, truth: Any) -> bool:
    """Whether a number is right: to 1e-9 of it, and exactly 0 where it is 0."""
    return bool(number == truth or abs(number - truth) <= TOLERANCE * abs(truth))


def compared(said: Said, verdict: Verdict) -> Class:
    """Return the class of one number."""
    mp.dps = 60
    match verdict.kind:
        case "unknown":
            if said.state != "number":
                return "judge does not know"
            if verdict.bound is not None and abs(said.exactly) > verdict.bound:
                return "WRONG"
            if verdict.sides:
                return "right" if _between(said.exactly, verdict) else "WRONG"
            return "judge does not know"
        case "undefined":
            return "number though undefined" if said.state == "number" else "both undefined"
        case "kink":
            if said.state != "number":
                return "both undefined"
            return "right at a kink" if _between(said.exactly, verdict) else "WRONG"
    if said.state == "number":
        if not close(said.exactly, verdict.number):
            return "WRONG"
        needless = said.corrected and close(mp.mpf(said.double), verdict.number)
        return "corrected for nothing" if needless else "right"
    if verdict.edge:
        return "both undefined"
    if said.state == "undecided":
        return "undecided though it exists"
    return "undefined though it exists"


def _between(number: Any, verdict: Verdict) -> bool:
    """Whether a slope lies between the one-sided ones, or is what the conventions make of it."""
    room = TOLERANCE * max(map(abs, (*verdict.sides, *verdict.used)), default=0)
    if verdict.sides and min(verdict.sides) - room <= number <= max(verdict.sides) + room:
        return True
    return any(close(number, used) for used in verdict.used)


@dataclass(frozen=True)
class Found:
    """One number that was judged."""

    what: str
    """"value", or "slope" and by which name."""
    sort: Class
    words: str


def found(case: Case, answer: Answer, judgement: Judged) -> list[Found]:
    """Return the class of every number of an expression."""
    numbers = {"value": (answer.value, judgement.value)} | {
        f"slope by {name}": (answer.slopes.get(name), verdict)
        for name, verdict in judgement.slopes.items()
    }
    result = []
    for what, (one, verdict) in numbers.items():
        if answer.kind:
            result.append(Found(what, answer.kind, f"{answer.fault}; {words(verdict)}"))
        elif one is None:
            result.append(Found(what, "crash", "no such number"))
        else:
            says = one.why if one.state != "number" else mp.nstr(one.exactly, 12)
            result.append(Found(what, compared(one, verdict), f"{says}; {words(verdict)}"))
    return result


def words(verdict: Verdict) -> str:
    """Return a verdict in words."""
    match verdict.kind:
        case "number":
            return f"right is {mp.nstr(verdict.number, 12)}"
        case "kink":
            sides = ", ".join(mp.nstr(x, 12) for x in verdict.sides)
            return f"a kink ({sides or 'a jump'})"
        case "undefined":
            return f"undefined: {verdict.why}"
    return f"unknown: {verdict.why}"


# Many ------------------------------------------------------------------------------------------


@dataclass
class Table:
    """The classes of many numbers, with the first cases of each bad one."""

    expressions: int = 0
    counts: Counter[tuple[str, Class]] = field(default_factory=Counter)
    cases: dict[Class, list[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why the judge does not know, and what the product says where it is undefined for nothing."""

    def add(self, case: Case, numbers: list[Found]) -> None:
        self.expressions += 1
        for one in numbers:
            self.counts[one.what.partition(" ")[0], one.sort] += 1
            if one.sort == "judge does not know":
                self.reasons[f"judge: {one.words.rpartition('; unknown: ')[2]}"] += 1
            if one.sort == "undefined though it exists":
                self.reasons[f"product: {one.words.partition(';')[0]}"] += 1
            if one.sort in BAD:
                self.cases.setdefault(one.sort, []).append(
                    f"{case.line}    [{one.what}: {one.words}]"
                )

    def join(self, other: Table) -> None:
        self.expressions += other.expressions
        self.counts += other.counts
        self.reasons += other.reasons
        for sort, lines in other.cases.items():
            self.cases.setdefault(sort, []).extend(lines)

    def count(self, sort: Class) -> int:
        return self.counts["value", sort] + self.counts["slope", sort]

    def rate(self, what: str, sort: Class) -> float:
        """Return the share of the values, or slopes, that are of this class."""
        total = sum(n for (kind, _), n in self.counts.items() if kind == what)
        return self.counts[what, sort] / max(1, total)

    def text(self) -> str:
        lines = [
            f"{self.expressions:,} expressions",
            f"{'':28}{'values':>10}{'':10}{'slopes':>10}",
        ]
        for sort in Class.__args__:  # type: ignore[attr-defined]
            cells = (
                f"{self.counts[what, sort]:>10,}{100 * self.rate(what, sort):>9.3f}%"
                for what in ("value", "slope")
            )
            lines.append(f"{sort:28}{''.join(cells)}")
        lines += [f"{n:>8,}  {why}" for why, n in self.reasons.most_common(30)]
        for sort in BAD:
            if sort in self.cases:
                lines += ["", f"{sort}:", *self.cases[sort][:SHOWN]]
        return "\n".join(lines)


def judgement_of(case: Case) -> Judged:
    """Return the verdicts; a fault of the judge is one more thing it does not know."""
    signal.signal(signal.SIGVTALRM, _too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, JUDGE_SECONDS)
    try:
        return judged(case.tree, case.point)
    except TimeoutError:
        why = "it takes the judge too long"
    except Exception as error:
        why = f"FAULT of the judge: {type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    unknown = Verdict("unknown", why=why)
    return Judged(unknown, dict.fromkeys(case.typed, unknown))


def _too_long(*_: object) -> None:
    raise TimeoutError


def piece(seed: int, numbers: range) -> tuple[Table, list[dict[str, Any]]]:
    """Judge some expressions, the child working while the reference does."""
    table, finds = Table(), []
    for number in numbers:
        case = drawn(seed, number)
        PRODUCT.send(case)
        judgement = judgement_of(case)
        numbers_found = found(case, PRODUCT.receive(), judgement)
        table.add(case, numbers_found)
        bad = [one for one in numbers_found if one.sort in BAD]
        if bad:
            finds.append(record(case, bad, judgement))
    return table, finds


def record(case: Case, bad: list[Found], judgement: Judged) -> dict[str, Any]:
    """Return a case that came out badly, with the verdicts, as it is kept."""
    return {
        "text": case.text,
        "point": case.typed,
        "line": case.line,
        "found": {one.what: [one.sort, one.words] for one in bad},
        "verdicts": {
            "value": words(judgement.value),
            **{f"slope by {name}": words(v) for name, v in judgement.slopes.items()},
        },
    }


def tables(
    seed: int, count: int, jobs: int = 1, start: int = 0
) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Yield the tables of pieces, each of which can be made again by itself."""
    ranges = [range(n, min(n + PIECE, start + count)) for n in range(start, start + count, PIECE)]
    if jobs == 1:
        for numbers in ranges:
            yield piece(seed, numbers)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, initializer=_quiet) as pool:
        work = [(seed, numbers) for numbers in ranges]
        yield from pool.imap_unordered(_piece, work)


def _quiet() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when it ends


def _piece(work: tuple[int, range]) -> tuple[Table, list[dict[str, Any]]]:
    return piece(*work)


def judge_many(
    table: Table,
    seed: int,
    count: int,
    jobs: int = 1,
    say: Callable[[str], None] = lambda words: None,
    finds: Path | None = None,
    start: int = 0,
    seconds: float | None = None,
) -> None:
    """Judge many expressions into `table`, which holds what there is when this is interrupted.

    Parameters
    ----------
    finds
        A file to which every case that came out badly is added as a line of JSON.
    seconds
        Stop after so many.
    """
    begin, told = time.monotonic(), 0.0
    try:
        for part, cases in tables(seed, count, jobs, start):
            table.join(part)
            if finds is not None and cases:
                with finds.open("a", encoding="utf-8") as file:
                    file.writelines(json.dumps(case) + "\n" for case in cases)
            passed = time.monotonic() - begin
            if passed - told > 10:
                told = passed
                bad = ", ".join(f"{sort} {table.count(sort)}" for sort in BAD if table.count(sort))
                rate = table.expressions / passed
                say(f"{table.expressions:,} of {count:,}, {rate:.0f}/s: {bad or 'nothing bad'}")
            if seconds is not None and passed > seconds:
                break
    finally:
        PRODUCT.end()


def _told(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run from the command line; 1 where a number is wrong, or there was no answer."""
    asks = argparse.ArgumentParser(prog="python -m tests.promises.judge")
    asks.add_argument("--count", type=int, default=1_000)
    asks.add_argument("--seed", type=int, default=7)
    asks.add_argument("--start", type=int, default=0, help="number of the first expression")
    asks.add_argument("--jobs", type=int, default=1)
    asks.add_argument("--seconds", type=float, help="stop after so many")
    asks.add_argument("--finds", type=Path, help="add the bad cases to this file, as JSON lines")
    asks.add_argument("--case", help="judge one line: TEXT @ x = 1, y = 2")
    asks.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = asks.parse_args()
    if chosen.serve:
        _serve()
        return 0
    if chosen.case:
        case = Case.of(chosen.case.partition("    [")[0])
        PRODUCT.send(case)
        for one in found(case, PRODUCT.receive(), judgement_of(case)):
            print(f"{one.what}: {one.sort}: {one.words}")
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    begin = time.monotonic()
    table = Table()
    try:
        judge_many(
            table,
            chosen.seed,
            chosen.count,
            chosen.jobs,
            _told,
            chosen.finds,
            chosen.start,
            chosen.seconds,
        )
    except KeyboardInterrupt:
        print("interrupted; until then:")
    print(f"seed {chosen.seed}, {time.monotonic() - begin:.0f} s")
    print(table.text())
    return int(any(table.count(sort) for sort in ("WRONG", "crash", "no answer")))


if __name__ == "__main__":
    sys.exit(main())

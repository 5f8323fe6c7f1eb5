"""A class: a roster goes in, one ZIP of sheets, keys and a manifest comes out.

Each student's part is a pure function of recipe, seed and student, so any executor may run it.
Finished parts lie in a folder beside the file to be; a run that was stopped goes on with what is
missing there and ends with the same bytes. The ZIP appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Protocol

from chainrule.errors import ChainruleError, InputError, OutsideError
from chainrule.exercises.catalogue import CLASS
from chainrule.exercises.formats import FORMATS
from chainrule.exercises.making import sheet
from chainrule.exercises.recipe import Recipe
from chainrule.exercises.roster import Student
from chainrule.exercises.sheet import Key
from chainrule.files import whole, write_whole
from chainrule.workers import Workers

AT_ONCE: Final = 8
"""Students whose parts are made in one task of an executor."""

SECONDS: Final = 300.0
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
Progress = Callable[[int, int], None]


class Executor(Protocol):
    """What runs functions: concurrent.futures', Dask's and Ray's clients do."""

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Any:
        """Begin and return a future with `.result()`."""


# One student's part


@lru_cache(maxsize=4)
def _recipe(text: str) -> Recipe:
    return Recipe.read(text)


def made_parts(recipe: str, students: Sequence[Student]) -> list[tuple[int, bytes | str]]:
    """Return for each student the part as a ZIP, or in words why there is none."""
    made: list[tuple[int, bytes | str]] = []
    for student in students:
        try:
            made.append((student.number, _part(_recipe(recipe), student)))
        except ChainruleError as error:
            made.append((student.number, str(error)))
    return made


def _part(recipe: Recipe, student: Student) -> bytes:
    drawn = sheet(recipe, student=student.label)
    files = {f"keys/{student.stem}.json": drawn.to("json", key="inline")}
    for name in recipe.formats:
        suffix = FORMATS[name].suffix
        # What is marked elsewhere holds the answers, and is no sheet to hand out.
        inline = FORMATS[name].usual == "inline"
        if not inline:
            files[f"sheets/{student.stem}{suffix}"] = drawn.to(name)
        if name != "json":
            key: Key = "inline" if inline else "apart"
            files[f"keys/{student.stem}{suffix}"] = drawn.to(name, key=key)
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for path in sorted(files):
            write_entry(archive, path, files[path])
    return into.getvalue()


def write_entry(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    """Write a file into a ZIP: same content, same bytes, whenever it is written."""
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    packed = path.endswith(".pdf")
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


# The class


@contextlib.contextmanager
def local_executor(cores: int | None = None) -> Iterator[Executor]:
    """Give an executor of worker processes, one a core, each with a limit of memory and time."""
    count = cores or os.cpu_count() or 1
    pool = Workers(count)
    with ThreadPoolExecutor(count) as threads:

        class _Local:
            def submit(self, function: Callable[..., Any], /, *args: Any) -> Any:
                return threads.submit(pool.call, function, *args, timeout=SECONDS)

        try:
            yield _Local()
        finally:
            threads.shutdown(cancel_futures=True)
            pool.close()


def run_class(
    recipe: Recipe,
    students: Sequence[Student],
    out: Path,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Make the sheets of a class and return the manifest.

    Parameters
    ----------
    out
        The ZIP to be written; `.NAME.parts` beside it holds what is done so far.
    executor
        Runs the work; default worker processes on all cores.
    progress
        Is told how many of how many students are done.

    Raises
    ------
    InputError
        If there is no student, or no fit problem for one; says for whom.
    OutsideError
        If the disk is full or cannot be written; what is done is kept.
    """
    if not students:
        raise InputError(CLASS["nobody"], allowed=CLASS["roster"])
    plan = _Plan(recipe, tuple(students), out)
    try:
        plan.prepare()
        if executor is not None:
            plan.make(executor, progress)
        else:
            with local_executor() as local:
                plan.make(local, progress)
        return plan.bind()
    except OSError as error:
        why = error.strerror or str(error)
        raise OutsideError(CLASS["disk"].format(file=out, why=why, parts=plan.folder)) from error


class _Plan:
    def __init__(self, recipe: Recipe, students: tuple[Student, ...], out: Path) -> None:
        self.recipe = recipe
        self.text = recipe.text()
        self.students = students
        self.out = out
        self.folder = out.with_name(f".{out.name}.parts")
        roster = [[s.number, s.name, s.id] for s in students]
        words = json.dumps([self.text, roster, _version()])
        self.print = hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.part"

    def prepare(self) -> None:
        """Make the folder of parts; parts of another recipe or roster are thrown away."""
        self.folder.mkdir(parents=True, exist_ok=True)
        stamp = self.folder / "plan"
        if not stamp.is_file() or stamp.read_text("utf-8") != self.print:
            self._clear()
            write_whole(stamp, self.print.encode())

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if re.fullmatch(r"plan|\d{6,}\.part|\.chainrule-.*", path.name):
                path.unlink()

    def _is_done(self, number: int) -> bool:
        """Whether a part is there and whole: a cut-off ZIP fails its own sums."""
        try:
            with zipfile.ZipFile(self._path(number)) as archive:
                return archive.testzip() is None
        except (OSError, zipfile.BadZipFile, EOFError):
            return False

    def make(self, executor: Executor, progress: Progress | None) -> None:
        """Make the parts that are missing."""
        missing = [s for s in self.students if not self._is_done(s.number)]
        done = len(self.students) - len(missing)
        chunks = [missing[i : i + AT_ONCE] for i in range(0, len(missing), AT_ONCE)]
        waiting: deque[Any] = deque()
        window = 2 * (os.cpu_count() or 1) + 2
        names = {s.number: s.name for s in self.students}
        if progress is not None:
            progress(done, len(self.students))
        while chunks or waiting:
            while chunks and len(waiting) < window:
                waiting.append(executor.submit(made_parts, self.text, tuple(chunks.pop(0))))
            for number, part in waiting.popleft().result():
                if isinstance(part, str):
                    raise InputError(
                        CLASS["failed"].format(name=names[number], why=part.splitlines()[0]),
                        allowed=CLASS["failed_allowed"],
                    )
                write_whole(self._path(number), part)
                done += 1
            if progress is not None:
                progress(done, len(self.students))

    def bind(self) -> dict[str, Any]:
        """Put the parts into one ZIP, with the manifest at its end, and return the manifest."""
        entries = []
        with whole(self.out) as file, zipfile.ZipFile(file, "w") as archive:
            for student in self.students:
                entries.append(self._bound(archive, student))
            manifest = self._manifest(entries)
            write_entry(archive, "recipe.toml", self.text.encode())
            written = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
            write_entry(archive, "manifest.json", written.encode("utf-8", "backslashreplace"))
        self._clear()
        with contextlib.suppress(OSError):
            self.folder.rmdir()
        return manifest

    def _bound(self, archive: zipfile.ZipFile, student: Student) -> dict[str, Any]:
        files: dict[str, str] = {}
        with zipfile.ZipFile(self._path(student.number)) as part:
            for path in part.namelist():
                content = part.read(path)
                files[path] = hashlib.sha256(content).hexdigest()
                write_entry(archive, path, content)
        return {
            "number": student.number,
            "name": student.name,
            "id": student.id,
            "seed": [self.recipe.seed, student.label],
            "key": f"keys/{student.stem}.json",
            "files": files,
        }

    def _manifest(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "chainrule": _version(),
            "title": self.recipe.title,
            "seed": self.recipe.seed,
            "recipe": hashlib.sha256(self.text.encode()).hexdigest(),
            "formats": list(self.recipe.formats),
            "students": entries,
        }


@lru_cache(maxsize=1)
def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("chainrule")
    except PackageNotFoundError:
        return "sources"

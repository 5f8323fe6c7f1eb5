"""The set-up: what stands where, what is pinned, what run.py answers."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import run as run_py
from tests.conftest import SEED

ROOT = Path(__file__).resolve().parent.parent


def python(*arguments: str, cwd: Path = ROOT, **extra: str) -> subprocess.CompletedProcess[str]:
    env = run_py.variables() | extra
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=60
    )


# graphlib/ is a folder, never a package: the standard library has a module of that name.


@pytest.mark.parametrize("folder", [ROOT, ROOT / "graphlib"], ids=["root", "graphlib"])
@pytest.mark.parametrize("ours_first", [True, False])
def test_the_standard_graphlib_is_found(folder: Path, ours_first: bool) -> None:
    code = "import graphlib, chainrule; graphlib.TopologicalSorter(); print(graphlib.__file__)"
    path = str(ROOT / "graphlib")
    done = python("-c", code, cwd=folder, PYTHONPATH=f"{path}:{ROOT}" if ours_first else path)
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).is_relative_to(ROOT / "graphlib")


def test_the_folder_graphlib_is_no_package() -> None:
    assert not (ROOT / "graphlib" / "__init__.py").exists()


def test_nobody_imports_the_package_through_the_folder() -> None:
    through_folder = re.compile(r"^\s*(import|from) graphlib\.", re.MULTILINE)
    for file in [*ROOT.glob("*.py"), *ROOT.glob("graphlib/**/*.py"), *ROOT.glob("tests/**/*.py")]:
        assert not through_folder.search(file.read_text("utf-8")), file


def test_types_are_shipped() -> None:
    assert (ROOT / "graphlib" / "chainrule" / "py.typed").is_file()


# Heavy libraries come in when they are first used.


@pytest.mark.parametrize("module", ["chainrule", "chainrule.ops", "chainrule.workers"])
def test_import_is_light(module: str) -> None:
    heavy = ["sympy", "networkx", "streamlit", "pygraphviz", "pandas"]
    done = python("-c", f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])")
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_algebras_load_neither_sympy_nor_networkx() -> None:
    code = (
        "import importlib, pkgutil, sys, chainrule.algebras as a\n"
        "for m in pkgutil.walk_packages(a.__path__, 'chainrule.algebras.'):\n"
        "    importlib.import_module(m.name)\n"
        "print([m for m in ('sympy', 'networkx') if m in sys.modules])"
    )
    done = python("-c", code)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


# Requirements


REQUIREMENTS = sorted(ROOT.glob("**/requirements*.txt"))
REQUIREMENTS = [file for file in REQUIREMENTS if ".venv" not in str(file.relative_to(ROOT))]


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_requirements_are_pinned_and_name_no_address(file: Path) -> None:
    lines = [line.split("#")[0].strip() for line in file.read_text("utf-8").splitlines()]
    pins = [line for line in lines if line]
    assert pins
    for pin in pins:
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][0-9a-z.+]*", pin), pin


def test_each_dependency_is_pinned_at_or_above_its_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["app"], *extras["sheets"]]
    bounds = dict(dependency.split(">=") for dependency in asked)
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    assert pins.keys() == bounds.keys()
    for name, bound in bounds.items():
        assert [*map(int, pins[name].split("."))] >= [*map(int, bound.split("."))], name


def test_no_file_of_the_set_up_names_a_registry() -> None:
    address = re.compile(r"index-url|find-links|https?://[^\s\"']*(pypi|pythonhosted|npmjs|debian)")
    for file in [ROOT / "run.py", ROOT / "pyproject.toml", ROOT / ".ci" / "run", *REQUIREMENTS]:
        assert not address.search(file.read_text("utf-8")), file


# run.py


def test_help_names_every_command() -> None:
    done = python("run.py", "--help")
    assert done.returncode == 0
    for command in run_py.COMMANDS:
        assert re.search(rf"^  {command} ", done.stdout, re.MULTILINE)


def test_run_py_needs_only_the_standard_library() -> None:
    done = python("-I", "-S", "run.py", "--help")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["frob"], "unknown command 'frob'; allowed: app, test, check, bench, soak, crosscheck"),
        (["check", "--fast"], "check takes no options, found: --fast"),
        (["soak", "--promise", "13"], "--promise 13: allowed: --promise 1 to --promise 12"),
        (["soak", "--promise"], "--promise: allowed: --promise 1 to --promise 12"),
    ],
)
def test_a_wrong_command_is_answered_in_one_line(words: list[str], part: str) -> None:
    done = python("run.py", *words)
    assert done.returncode == 2
    assert part in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_old_python_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_py.sys, "version_info", (3, 9, 2))
    assert run_py.main(["app"]) == 2
    assert capsys.readouterr().err == "run.py: this is Python 3.9.2; allowed: 3.11 or later.\n"


def test_without_a_browser_the_tests_fail_and_say_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(run_py.Stop, match=r"apt install chromium .*\n.*--no-browser"):
        run_py.browser()


def test_without_ensurepip_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(run_py.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(run_py.Stop, match="apt install python3-venv"):
        run_py.make(tmp_path / "environment")


@pytest.mark.parametrize("root", [True, False])
def test_what_the_driver_of_the_browser_lacks_is_installed_or_named(
    root: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (library := tmp_path / "library").touch()
    interpreter = tmp_path / "python"
    interpreter.write_text(f"#!/bin/sh\ntest ! -e {library}\n")
    interpreter.chmod(0o755)
    asked: list[str] = []

    def apt(*packages: str) -> None:
        asked.extend(packages)
        library.unlink()

    monkeypatch.setattr(run_py, "on_debian_as_root", lambda: root)
    monkeypatch.setattr(run_py, "apt", apt)
    if root:
        run_py.driver(str(interpreter))
        run_py.driver(str(interpreter))
        assert asked == ["libatomic1"]
    else:
        with pytest.raises(run_py.Stop, match="apt install libatomic1"):
            run_py.driver(str(interpreter))


def test_installs_write_byte_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PIP_NO_COMPILE", "1")
    assert not {"PYTHONDONTWRITEBYTECODE", "PIP_NO_COMPILE"} & run_py.variables().keys()


def test_what_is_installed_is_installed_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[str] = []
    monkeypatch.setattr(run_py, "runs", lambda command: bool(done))
    monkeypatch.setattr(run_py, "need", lambda *command, doing: done.append(doing))
    monkeypatch.setattr(run_py, "starts", lambda *command, what, packages: done.append(what))
    (environment := tmp_path / "environment").mkdir()
    run_py.set_up("requirements.txt", environment=environment)
    assert [what.split()[0] for what in done] == ["making", "installing", "installing", "Graphviz,"]
    run_py.set_up("requirements.txt", environment=environment)
    assert len(done) == 4
    (environment / "installed-requirements.sha256").write_text("of other files")
    run_py.set_up("requirements.txt", environment=environment)
    assert len(done) == 7


# The tests themselves


def pytest_run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "pytest", "-p", "no:cacheprovider", *arguments, **extra)


def test_the_seed_is_the_same_every_day_unless_it_is_given() -> None:
    listed = ("--collect-only", "tests/test_typesetting.py")
    assert f"CHAINRULE_SEED={SEED} " in pytest_run(*listed, CHAINRULE_SEED="").stdout
    assert "CHAINRULE_SEED=17 " in pytest_run(*listed, CHAINRULE_SEED="17").stdout


def test_the_long_tests_have_another_seed_each_time_and_say_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_py, "tests", lambda marks, options: 0)
    seeds = set()
    for _ in range(3):
        monkeypatch.delenv("CHAINRULE_SEED")
        assert run_py.soak([]) == 0
        seeds.add(run_py.os.environ["CHAINRULE_SEED"])
        assert f"CHAINRULE_SEED={run_py.os.environ['CHAINRULE_SEED']} " in capsys.readouterr().out
    assert len(seeds) > 1
    monkeypatch.setenv("CHAINRULE_SEED", "17")
    run_py.soak([])
    assert run_py.os.environ["CHAINRULE_SEED"] == "17"


def test_another_order_has_the_same_tests_and_can_be_had_again() -> None:
    def order(*options: str) -> list[str]:
        files = ("tests/test_typesetting.py", "tests/test_setup.py", "tests/test_files.py")
        done = pytest_run("--collect-only", "-q", *options, *files)
        return [line for line in done.stdout.splitlines() if "::" in line]

    usual, one = order(), order("--shuffle", "1")
    assert usual != one == order("--shuffle", "1")
    assert sorted(usual) == sorted(one)


def test_a_test_that_hangs_in_a_library_ends_the_run(tmp_path: Path) -> None:
    file = tmp_path / "test_endless.py"
    file.write_text("def test_endless():\n    (3**10**7) ** 10**5\n")
    limit = ("-o", "faulthandler_timeout=1")
    done = pytest_run("-c", str(ROOT / "pyproject.toml"), "-n", "1", *limit, str(file))
    assert done.returncode == 1
    assert "crashed while running" in done.stdout
    assert "test_endless" in done.stdout

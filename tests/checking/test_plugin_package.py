"""A package of rules as a stranger writes it: installed, found by its entry point, and used."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.projects import ROOT, Result, environment, process, project

PACKAGE = ROOT / "fixtures" / "plugin_package"
CONFIG = """\
plugins = ["acme"]

[flow.activation]
entry = ["app.a:decide"]

[[rule]]
id = "SMALL"
kind = "flow-size"
functions = 1
"""
TREE = {
    "truthline.toml": CONFIG,
    "app/a.py": (
        "import time\n\n\nasync def wait():\n    time.sleep(1)\n\n\n"
        "def decide():\n    return one()\n\n\ndef one():\n    return True\n"
    ),
}
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory into which pip has put the package."""
    target = tmp_path_factory.mktemp("site")
    install = ["pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    done = subprocess.run([sys.executable, "-m", *install, str(PACKAGE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Run truthline in a code base, with the package at hand."""
    project(tmp_path, TREE)
    path = os.pathsep.join([str(installed), environment()["PYTHONPATH"]])
    return lambda *args: process(tmp_path, *args, PYTHONPATH=path)


def test_its_rules_run_beside_the_others(run: Run) -> None:
    result = run("check", "--output-format", "concise")
    assert (result.status, result.err) == (1, "")
    assert result.out.splitlines()[:2] == [
        "app/a.py:5:5: ACM001[blocking-sleep] `wait` sleeps, and everything else with it",
        "truthline.toml:3:2: ACM002[SMALL] flow `activation` can execute 2 functions, and 1 are allowed",
    ]


def test_they_are_listed_and_explained(run: Run) -> None:
    assert re.search("ACM002 .*flow-size", run("rules").out)
    explained = run("explain", "SMALL").out
    assert "A decision that half of the code base takes part in is nobody's decision." in explained


def test_they_are_selected_ignored_and_left_out(run: Run) -> None:
    assert run("check", "--select", "ACM001", "--output-format", "concise").out.count("ACM") == 1
    assert run("check", "--ignore", "ACM").status == 0
    assert run("check", "--no-plugins").status == 0


def test_mistakes_in_their_options_are_told_with_file_and_line(run: Run, tmp_path: Path) -> None:
    project(tmp_path, {"truthline.toml": CONFIG.replace("functions = 1", "functions = 0")})
    result = run("check")
    assert result.status == 2
    assert result.err == "truthline.toml:6: rule[0]: `functions` must be at least 1\n"


def test_a_package_that_is_not_installed_is_one_sentence(tmp_path: Path) -> None:
    result = process(project(tmp_path, TREE), "check")
    assert result.status == 2
    assert "no installed package has an entry point of that name" in result.err


@pytest.mark.parametrize("command", [["pytest", "-q", "-p", "no:cacheprovider"], ["mypy", "--strict", "src"]])
def test_its_own_tests_and_types_hold(command: list[str], installed: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(installed), environment()["PYTHONPATH"]])
    own = {"MYPYPATH": str(ROOT / "src"), "MYPY_CACHE_DIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=PACKAGE,
        env=environment(PYTHONPATH=path, **own),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

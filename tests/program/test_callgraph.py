"""Call graphs under PyCG's names, and the benchmark that scores them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from truthline.config.schema import Config
from truthline.program.load import load_modules
from truthline.program.program import Program

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "callgraph.py"


def graph(directory: Path, **files: str) -> dict[str, tuple[str, ...]]:
    """The call graph of `main.py`."""
    for name, text in files.items():
        path = directory / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    config = Config(base=str(directory), roots=(".",))
    return Program(config, load_modules(config, 1)).calls(["main.py"])


def test_every_function_and_the_body_are_callers(tmp_path: Path) -> None:
    found = graph(tmp_path, main="def a():\n    b()\n\n\ndef b():\n    pass\n\n\na()\n")
    assert found == {"main": ("main.a",), "main.a": ("main.b",), "main.b": ()}


def test_names_of_methods_lambdas_builtins_and_outside_code(tmp_path: Path) -> None:
    text = """
import json
from ext import Base


class Own(Base):
    def run(self):
        return (lambda: print(json.dumps("x".upper())))()


Own().run()
"""
    assert graph(tmp_path, main=text) == {
        "<**PyStr**>.upper": (),
        "<builtin>.print": (),
        "ext.Base.__init__": (),
        "json.dumps": (),
        "main": ("ext.Base.__init__", "main.Own.run"),
        "main.Own.run": ("main.Own.run.<lambda1>",),
        "main.Own.run.<lambda1>": ("<**PyStr**>.upper", "<builtin>.print", "json.dumps"),
    }


def test_methods_of_builtin_objects_are_named_by_their_type(tmp_path: Path) -> None:
    found = graph(tmp_path, main="rows = []\nrows.append(1)\nnames = {}\nnames.update(a=1)\n")
    assert found["main"] == ("<**PyDict**>.update", "<**PyList**>.append")


def test_the_body_of_a_class_runs_where_it_stands(tmp_path: Path) -> None:
    text = "def f():\n    pass\n\n\nclass Outer:\n    class Inner:\n        f()\n"
    assert graph(tmp_path, main=text) == {"main": ("main.f",), "main.f": ()}


def test_models_are_looked_through(tmp_path: Path) -> None:
    found = graph(tmp_path, main="def double(x):\n    return x\n\n\nprint(list(map(double, [1])))\n")
    assert found["main"] == ("<builtin>.list", "<builtin>.map", "<builtin>.print", "main.double")


def test_an_inner_function_is_a_caller_only_where_its_maker_runs(tmp_path: Path) -> None:
    text = "def outer():\n    def inner():\n        other()\n\n    return inner\n\n\ndef other():\n    pass\n"
    found = graph(tmp_path, main=text)
    assert found["main.outer.inner"] == ("main.other",)


def test_a_decorator_of_the_library_is_not_called_by_hand(tmp_path: Path) -> None:
    text = "class C:\n    @staticmethod\n    def f():\n        pass\n\n\nC.f()\n"
    assert graph(tmp_path, main=text) == {"main": ("main.C.f",), "main.C.f": ()}


def test_other_files_are_named_by_their_modules(tmp_path: Path) -> None:
    found = graph(tmp_path, main="from pkg.mod import f\n\nf()\n", pkg__mod="def f():\n    pass\n")
    assert found == {"main": ("pkg.mod.f",), "pkg.mod.f": ()}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Two cases: one that is right, one whose truth names an edge that is not there."""
    for case, truth in (("right", {"main": ["main.f"]}), ("wrong", {"main": ["main.f", "main.g"]})):
        directory = tmp_path / "calls" / case
        directory.mkdir(parents=True)
        (directory / "main.py").write_text("def f():\n    pass\n\n\nf()\n", "utf-8")
        (directory / "callgraph.json").write_text(json.dumps(truth), "utf-8")
    return tmp_path


def test_the_benchmark_scores_by_category(suite: Path) -> None:
    command = [sys.executable, str(BENCHMARK), str(suite), "--misses"]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    header, calls, total, *misses = finished.stdout.splitlines()
    assert header.split() == ["category", "cases", "complete", "sound", "exact", "precision", "recall"]
    assert calls.split() == ["calls", "2", "2", "1", "1", "1.000", "0.667"]
    assert total.split()[0] == "all"
    assert misses == ["calls/wrong: main -> main.g is not found"]


def test_the_benchmark_says_where_there_is_no_case(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, str(BENCHMARK), str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 2
    assert "callgraph.json" in finished.stderr

"""What the recorder writes down in real processes."""

import os
import sys
from pathlib import Path

import pytest
from tests.cli.projects import project

from truthline.trace.recording import CommandError, Recording, Watch, record

OLDER = [f"python3.{minor}" for minor in (8, 11, 12, 13)]


def recorded(directory: Path, files: dict[str, str], *command: str) -> Recording:
    project(directory, files)
    return record(command, Watch(directory, tuple(file for file in files if file.startswith("app"))))


def edges(recording: Recording) -> set[tuple[str, str, bool]]:
    return {
        (call.caller.code.name if call.caller else "", call.callee.name, bool(call.outside)) for call in recording.calls
    }


def test_direct_calls_with_their_lines(tmp_path: Path) -> None:
    text = "def f():\n    pass\n\ndef g():\n    f()\n\ng()\n"
    found = recorded(tmp_path, {"app.py": text}, sys.executable, str(tmp_path / "app.py"))
    assert [(call.caller and call.caller.line, call.callee.first_line) for call in found.calls] == [(5, 1), (7, 4)]
    assert (found.status, found.processes) == (0, 1)


@pytest.mark.parametrize(
    ("text", "edge"),
    [
        ("import functools\nfunctools.reduce(lambda a, b: a, [1, 2])\n", ("<module>", "<lambda>", False)),
        (
            "import copy\nclass C:\n    def __deepcopy__(self, _): return 1\ncopy.deepcopy(C())\n",
            ("<module>", "__deepcopy__", True),
        ),
        ("import threading\ndef f(): pass\nt = threading.Thread(target=f)\nt.start(); t.join()\n", ("", "f", True)),
        ("def g():\n    yield 1\n    yield 2\ndef use(): list(x)\nx = g()\nnext(x)\nuse()\n", ("<module>", "g", False)),
        ("def f(): return 1\ndef outer(): return list(f() for _ in [1])\nouter()\n", ("<genexpr>", "f", False)),
        (
            "import os\ndef f(): pass\npid = os.fork()\nif not pid:\n    f()\n    os._exit(0)\nos.wait()\n",
            ("<module>", "f", False),
        ),
    ],
    ids=["builtin", "through the standard library", "thread", "generator", "comprehension", "fork"],
)  # fmt: skip
def test_calls_of_every_kind(tmp_path: Path, text: str, edge: tuple[str, str, bool]) -> None:
    found = recorded(tmp_path, {"app.py": text}, sys.executable, str(tmp_path / "app.py"))
    assert edge in edges(found)


@pytest.mark.parametrize("python", OLDER)
def test_a_generator_counts_once_on_every_python(tmp_path: Path, python: str) -> None:
    text = "def g():\n    yield 1\n    yield 2\ndef use(): list(x)\nx = g()\nnext(x)\nuse()\n"
    found = recorded(tmp_path, {"app.py": text}, "sh", "-c", f"command -v {python} >/dev/null && {python} app.py")
    if found.status:
        pytest.skip(f"no {python} here")
    assert edges(found) == {("<module>", "g", False), ("<module>", "use", False)}


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_child_process_is_recorded_too(tmp_path: Path) -> None:
    text = (
        "import subprocess, sys\ndef f(): pass\nf()\n"
        "if len(sys.argv) == 1:\n    subprocess.run([sys.executable, __file__, 'x'])\n"
    )
    assert recorded(tmp_path, {"app.py": text}, sys.executable, str(tmp_path / "app.py")).processes == 2


def test_a_hidden_sitecustomize_still_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    files = {"site/sitecustomize.py": "marker = 1\n", "app.py": "import sitecustomize\nassert sitecustomize.marker\n"}
    assert recorded(tmp_path, files, sys.executable, str(tmp_path / "app.py")).status == 0


def test_the_environment_of_the_caller_stays_as_it_is(tmp_path: Path) -> None:
    before = dict(os.environ)
    recorded(tmp_path, {"app.py": ""}, sys.executable, str(tmp_path / "app.py"))
    assert dict(os.environ) == before


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no-such-command cannot be run"):
        recorded(tmp_path, {"app.py": ""}, "no-such-command")

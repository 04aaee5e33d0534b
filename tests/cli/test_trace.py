"""`truthline trace`, end to end."""

import json
import sys
from pathlib import Path

from tests.cli.projects import CLEAN, VIOLATED, process, project

RUN = """\
import app.cache
from app.decide import decide

decide({arguments})
"""


def traced(directory: Path, files: dict[str, str], *options: str) -> tuple[int, str, str]:
    project(directory, files)
    result = process(directory, "trace", *options, "--", sys.executable, "run.py")
    return result.status, result.out, result.err


def run(arguments: str, end: str = "") -> str:
    return RUN.replace("{arguments}", arguments) + end


def test_every_call_is_found(tmp_path: Path) -> None:
    status, out, _ = traced(tmp_path, {**VIOLATED, "run.py": run("'t'")})
    assert status == 0
    assert "2 of 2 recorded edges found in the static graph (100.0%)" in out


def test_a_failing_command_is_reported_and_compared(tmp_path: Path) -> None:
    status, out, _ = traced(tmp_path, {**VIOLATED, "run.py": run("'t'", "raise SystemExit(7)\n")})
    assert status == 0
    assert "The command failed with exit status 7" in out
    assert "2 of 2 recorded edges" in out


def test_json_stands_alone_on_standard_output(tmp_path: Path) -> None:
    status, out, err = traced(
        tmp_path, {**VIOLATED, "run.py": run("'t'", "print('hello')\n")}, "--output-format", "json"
    )
    document = json.loads(out)
    assert status == 0
    assert (document["edges"], document["found"], document["recall"], document["misses"]) == (2, 2, 1.0, [])
    assert "hello" in err


def test_a_missing_edge_has_its_place(tmp_path: Path) -> None:
    called = "return eval(os.environ.get('NO_SUCH_NAME', 'look' + tenant))('x')"
    hidden = f"import os\n\n\ndef decide(tenant):\n    {called}\n\n\ndef lookup(x):\n    return x\n"
    _, out, _ = traced(tmp_path, {**CLEAN, "app/decide.py": hidden, "run.py": run("'up'")}, "--output-format", "json")
    (miss,) = json.loads(out)["misses"]
    assert (miss["file"], miss["line"]) == ("app/decide.py", 5)
    assert (miss["caller"], miss["callee"]) == ("app.decide:decide", "app.decide:lookup")


def test_a_proof_that_the_run_contradicts_is_an_error(tmp_path: Path) -> None:
    finalizer = """\
class Guard:
    def __del__(self):
        from app.cache import lookup

        lookup("t")


def decide(tenant):
    Guard()
    return True
"""
    files = {**CLEAN, "app/decide.py": finalizer, "run.py": run("'t'")}
    status, out, _ = traced(tmp_path, files, "--output-format", "json")
    (contradiction,) = json.loads(out)["contradictions"]
    assert status == 1
    assert (contradiction["flow"], contradiction["state"]) == ("activation", "connector-cache")


def test_a_command_line_without_a_command(tmp_path: Path) -> None:
    result = process(project(tmp_path, CLEAN), "trace")
    assert (result.status, result.out) == (2, "")


def test_a_command_that_cannot_be_run(tmp_path: Path) -> None:
    result = process(project(tmp_path, CLEAN), "trace", "--", "no-such-command")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("truthline: no-such-command cannot be run")

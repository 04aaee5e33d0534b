"""The command line as a whole: help, version, and what happens when something goes wrong."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.cli.projects import ROOT, VIOLATED, environment, project, truthline

from truthline import cli
from truthline.cli.complaints import UnusableError

COMMANDS = (*cli.COMMANDS, "graph imports", "graph calls", "graph flow", "cache info", "cache clean")


def help_of(*command: str) -> str:
    context, found = click.Context(cli.program, info_name="truthline"), cli.program
    for word in command:
        found = found.get_command(context, word)  # type: ignore[assignment]
        context = click.Context(found, context, info_name=word)
    return found.get_help(context)


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next command raise this."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli.program, "invoke", fail)


def test_version_is_one_line(tmp_path: Path) -> None:
    result = truthline(tmp_path, "--version")
    assert (result.status, result.err) == (0, "")
    assert re.fullmatch(r"truthline \d+\.\d+\.\d+\S*\n", result.out)


HEAVY = ("libcst", "msgspec", "pathspec", "rich", "sqlglot", "tomli", "truthline.program", "truthline_rules")


def imported_by(cwd: Path, *args: str) -> set[str]:
    """The heavy modules that a process imports to carry out a command."""
    script = (
        "import sys; from truthline.cli import main; main(sys.argv[1:]);"
        f"print('', *(name for name in {HEAVY} if name in sys.modules), sep='\\n', file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *args]
    done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_a_command_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    project(tmp_path, VIOLATED)
    assert imported_by(tmp_path, "--version") == set()
    assert imported_by(tmp_path, "cache", "info") == {"msgspec", "tomli"}
    rules = {"msgspec", "pathspec", "tomli", "truthline.program", "truthline_rules"}
    assert imported_by(tmp_path, "check", "--output-format", "json") == rules
    assert imported_by(tmp_path, "check", "--output-format", "json") == {"msgspec", "tomli"}, "from memory"
    assert imported_by(tmp_path, "check", "--output-format", "text") == {"msgspec", "rich", "tomli"}, "printed anew"
    assert imported_by(tmp_path, "check", "--output-format", "text") == {"msgspec", "tomli"}


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_says_what_docs_say(command: str) -> None:
    shown = set(re.findall(r"--[a-z-]+", help_of(*command.split())))
    documented = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    section = documented.split(f"## truthline {command}\n" if command else "# Commands\n")[1].split("\n## ")[0]
    assert set(re.findall(r"`(--[a-z-]+)", section)) == shown - {"--help"} | ({"--help"} if not command else set())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_holds_80_columns(command: str, tmp_path: Path) -> None:
    result = truthline(tmp_path, *command.split(), "--help")
    assert result.status == 0
    assert [line for line in result.out.splitlines() if len(line) > 80] == []


def test_help_of_a_command_is_not_cut(tmp_path: Path) -> None:
    assert "..." not in truthline(tmp_path, "--help").out.replace("[ARGS]...", "")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["chek"], "did you mean 'check'?"),
        (["check", "--output-format", "xml"], "xml"),
        (["check", "--jobs", "0"], "--jobs"),
        (["check", "--today", "tomorrow"], "--today"),
        (["check", "no/such/path"], "no/such/path"),
        (["why", "activation"], "name a state"),
        (["explain"], "CODE|ID"),
        (["graph", "flow"], "NAME"),
        (["graph", "imports", "--format", "svg"], "svg"),
        (["graph", "calls", "--entry", "no/such/file.py"], "no/such/file.py"),
    ],
)
def test_a_wrong_command_line_exits_with_2(tmp_path: Path, args: list[str], says: str) -> None:
    result = truthline(project(tmp_path, VIOLATED), *args)
    assert (result.status, result.out) == (2, "")
    assert says in result.err
    assert "Traceback" not in result.err


def test_an_error_of_the_users_is_one_escaped_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(UnusableError("no such \x1b[31mthing\n"), monkeypatch)
    assert cli.main(["rules"]) == 2
    assert capsys.readouterr().err == "truthline: no such \\x1b[31mthing\\n\n"


def test_an_internal_error_says_how_to_get_its_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(RuntimeError("boom\x1b"), monkeypatch)
    assert cli.main(["rules"]) == 3
    message = capsys.readouterr().err
    assert "internal error: RuntimeError: boom\\x1b" in message
    assert "TRUTHLINE_TRACEBACK=1" in message
    assert "Traceback" not in message
    monkeypatch.setenv("TRUTHLINE_TRACEBACK", "1")
    assert cli.main(["rules"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    raising(KeyboardInterrupt(), monkeypatch)
    assert cli.main(["rules"]) == 130
    output = capsys.readouterr()
    assert (output.out, output.err.strip()) == ("", "")


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "truthline", "rules", "--format", "json"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0

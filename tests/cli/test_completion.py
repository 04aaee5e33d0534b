"""`truthline completion`: asked as the shells' own scripts ask."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from tests.cli.projects import VIOLATED, environment, project, truthline

from truthline.cli import program


def completed(typed: str) -> list[str]:
    """What is offered for the last word of a line."""
    *words, last = typed.split(" ")[1:]
    return [item.value for item in ShellComplete(program, {}, "truthline", "").get_completions(words, last)]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("truthline ch", ["check"]),
        ("truthline check --sta", ["--statistics"]),
        ("truthline check --flow ", ["activation"]),
        ("truthline why act", ["activation"]),
        ("truthline why activation conn", ["connector-cache"]),
        ("truthline graph flow act", ["activation"]),
        ("truthline explain TL10", ["TL101", "TL102", "TL103", "TL104", "TL105", "TL106", "TL107"]),
        ("truthline explain state-re", ["state-read"]),
        ("truthline check --ignore TL101,TL13", ["TL101,TL130", "TL101,TL131"]),
        ("truthline check --output-format s", ["sarif"]),
    ],
)
def test_names_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, offered: list[str]) -> None:
    monkeypatch.chdir(project(tmp_path, VIOLATED))
    assert completed(typed) == offered


@pytest.mark.parametrize("config", ["flow = 3\n", "flow = [\n", None], ids=["wrong", "broken", "none"])
def test_a_config_that_cannot_be_used_offers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str | None
) -> None:
    monkeypatch.chdir(project(tmp_path, {"truthline.toml": config} if config is not None else {}))
    assert completed("truthline check --flow ") == []


class Shell:
    """A directory with a project, and a `truthline` on the path of the shells that are started there."""

    def __init__(self, base: Path) -> None:
        files = {**VIOLATED, "bin/truthline": f'#!/bin/sh\nexec "{sys.executable}" -m truthline "$@"\n'}
        self.base = project(base, files)
        command = base / "bin" / "truthline"
        command.chmod(0o755)
        env = environment()
        self.env = {**env, "PATH": f"{command.parent}:{env['PATH']}", "HOME": str(base), "TERM": "dumb"}

    def printed(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.base, env=self.env, capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stderr == ""
        return done.stdout


def _needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"there is no {shell}")


@_needs("bash")
def test_bash_takes_the_script(tmp_path: Path) -> None:
    script = """
        eval "$(truthline completion bash)"
        COMP_WORDS=(truthline base) COMP_CWORD=1
        _truthline_completion truthline
        printf '%s' "${COMPREPLY[*]}"
    """
    assert Shell(tmp_path).printed("bash", "-c", script) == "baseline"


@_needs("fish")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("truthline base", ["baseline"]),
        ("truthline why act", ["activation"]),
        ("truthline check --output-format s", ["sarif"]),
        ("truthline check app/dec", ["app/decide.py"]),
    ],
)
def test_fish_finds_the_script_where_the_docs_put_it(tmp_path: Path, typed: str, offered: list[str]) -> None:
    shell = Shell(tmp_path)
    place = tmp_path / ".config" / "fish" / "completions" / "truthline.fish"
    place.parent.mkdir(parents=True)
    place.write_text(shell.printed("truthline", "completion", "fish"))
    rows = shell.printed("fish", "-c", f"complete -C {typed!r}").splitlines()
    assert [row.split("\t")[0] for row in rows] == offered


@_needs("zsh")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("truthline base", "truthline baseline "),
        ("truthline why activation conn", "truthline why activation connector-cache "),
        ("truthline check --output-format s", "truthline check --output-format sarif "),
        ("truthline check app/dec", "truthline check app/decide.py "),
    ],
)
def test_a_tab_in_zsh_completes_the_line(tmp_path: Path, typed: str, completed: str) -> None:
    shell, line = Shell(tmp_path), tmp_path / "line"
    ready = tmp_path / "ready"
    setup = [
        "autoload -U compinit; compinit -D -u",
        'eval "$(truthline completion zsh)"',
        f'tell() {{ print -r -- "$BUFFER" > {line}.new; mv {line}.new {line} }}',
        "zle -N tell; bindkey '^X' tell",
        f": > {ready}",
    ]
    terminal, other_end = pty.openpty()
    zsh = subprocess.Popen(
        ["zsh", "-f", "-i"], stdin=other_end, stdout=other_end, stderr=other_end, cwd=tmp_path, env=shell.env,
        start_new_session=True,
    )  # fmt: skip
    try:
        _send(terminal, "\n".join([*setup, ""]), until=ready)
        _send(terminal, f"{typed}\t\x18", until=line)
    finally:
        zsh.kill()
        zsh.wait()
        os.close(terminal)
        os.close(other_end)
    assert line.read_text() == f"{completed}\n"


def _send(terminal: int, keys: str, *, until: Path) -> None:
    """Type, and read what the shell draws, until it has written a file."""
    os.write(terminal, keys.encode())
    end = time.monotonic() + 60
    while not until.exists():
        assert time.monotonic() < end, f"{until.name} was not written"
        if select.select([terminal], [], [], 0.05)[0]:
            os.read(terminal, 4096)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(tmp_path: Path, shell: str) -> None:
    result = truthline(tmp_path, "completion", shell)
    assert (result.status, result.err) == (0, "")
    assert f"_TRUTHLINE_COMPLETE={shell}_complete" in result.out

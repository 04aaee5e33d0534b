"""`truthline completion`: asked as the shells' own scripts ask."""

import shutil
import subprocess
import sys
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


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_takes_the_script(tmp_path: Path) -> None:
    command = tmp_path / "bin" / "truthline"
    project(tmp_path, {"bin/truthline": f'#!/bin/sh\nexec "{sys.executable}" -m truthline "$@"\n'})
    command.chmod(0o755)
    env = environment()
    script = """
        eval "$(truthline completion bash)"
        COMP_WORDS=(truthline base) COMP_CWORD=1
        _truthline_completion truthline
        printf '%s' "${COMPREPLY[*]}"
    """
    done = subprocess.run(
        ["bash", "-c", script],
        env={**env, "PATH": f"{command.parent}:{env['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("baseline", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(tmp_path: Path, shell: str) -> None:
    result = truthline(tmp_path, "completion", shell)
    assert (result.status, result.err) == (0, "")
    assert f"_TRUTHLINE_COMPLETE={shell}_complete" in result.out

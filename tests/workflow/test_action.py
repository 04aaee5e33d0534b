"""`action.yml`: what GitHub would refuse, and what its steps do when a shell runs them."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cli.projects import CLEAN, ROOT, VIOLATED, Result, project
from tests.workflow.shims import bash, command, truthline_command

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


def expressions(value: object) -> list[str]:
    return EXPRESSION.findall(json.dumps(value))


def test_it_is_a_composite_action_whose_steps_say_their_shell() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in STEPS:
        assert ("uses" in step) != ("run" in step)
        assert ("shell" in step) == ("run" in step)


def test_every_input_is_used_and_every_one_used_is_there() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(STEPS)))
    assert used == set(ACTION["inputs"])
    assert all(each["description"] for each in ACTION["inputs"].values())


def test_every_output_is_one_that_its_step_writes() -> None:
    steps = {step["id"]: step for step in STEPS if "id" in step}
    for step, name in re.findall(r"steps\.(\w+)\.outputs\.([\w-]+)", json.dumps(ACTION)):
        assert steps[step].get("uses", "").startswith("actions/setup-python@") or f"{name}=%s" in steps[step]["run"]


def test_nothing_that_a_user_writes_is_pasted_into_a_script() -> None:
    assert [step["run"] for step in STEPS if expressions(step.get("run", ""))] == []


def ran(base: Path, name: str, **env: str) -> Result:
    [step] = [step for step in STEPS if step.get("name") == name]
    assert set(step.get("env", {})) <= set(env)
    runner = base.parent / "runner"
    files = {"RUNNER_TEMP": str(runner), "GITHUB_OUTPUT": str(runner / "output"), "GITHUB_ACTION_PATH": str(ROOT)}
    return bash(base, step["run"], **files, **env)


@needs_bash
@pytest.mark.parametrize(
    ("files", "arguments", "status"),
    [
        (VIOLATED, "", "1"),
        (VIOLATED, "--exit-zero\n--flow\nactivation\n", "0"),
        (VIOLATED, "--flow\n$(touch injected)", "2"),
        (CLEAN, "\n", "0"),
    ],
)
def test_it_checks_and_reports_and_gives_its_verdict(
    tmp_path: Path, files: dict[str, str], arguments: str, status: str
) -> None:
    base = project(tmp_path / "code", files)
    truthline_command(tmp_path / "runner/truthline/bin")
    result = ran(base, "Check", ARGUMENTS=arguments)
    assert result.status == 0, result.err
    assert ("::error" in result.out) == (status == "1" or "--exit-zero" in arguments)
    outputs = dict(line.split("=", 1) for line in (tmp_path / "runner/output").read_text().splitlines())
    assert outputs["status"] == status
    assert Path(outputs["sarif"]).exists() == (status != "2")
    assert not (base / "injected").exists()
    assert ran(base, "Verdict", STATUS=outputs["status"]).status == int(status)


@needs_bash
def test_it_installs_itself_beside_the_python_of_the_job(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    inner = f'echo "$@" >> "{notes}"'
    command(tmp_path / "inner", inner)
    python = command(tmp_path / "python", f'mkdir -p "$3/bin" && cp "{tmp_path / "inner"}" "$3/bin/python"')
    result = ran(project(tmp_path / "code", CLEAN), "Install", PYTHON=str(python))
    assert result.status == 0, result.err
    assert notes.read_text() == f"-m pip install --quiet --disable-pip-version-check {ROOT}\n"

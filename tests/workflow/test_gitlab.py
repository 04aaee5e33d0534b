"""The example for GitLab."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from tests.cli.projects import ROOT, VIOLATED, project
from tests.workflow.shims import bash, truthline_command


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_its_script_fails_on_an_error_and_leaves_the_reports_that_the_job_names(tmp_path: Path) -> None:
    job = yaml.safe_load((ROOT / "docs/examples/gitlab-ci.yml").read_text(encoding="utf-8"))["truthline"]
    base = project(tmp_path / "code", VIOLATED)
    truthline_command(tmp_path / "bin")
    script = f'PATH="{tmp_path / "bin"}:$PATH"\n' + "\n".join(job["script"])
    assert bash(base, script).status == 1
    reports = job["artifacts"]["reports"]
    assert job["artifacts"]["when"] == "always"
    [issue] = json.loads((base / reports["codequality"]).read_text())
    assert issue["location"]["path"] == "app/decide.py"
    assert "TL103" in (base / reports["junit"]).read_text()
    assert all((base / path).is_dir() for path in job["cache"]["paths"])

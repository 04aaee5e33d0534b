"""`.pre-commit-hooks.yaml` with the real pre-commit, which installs the hook as it would for a stranger."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.projects import ASKS, ROOT, VIOLATED, project

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pre_commit") is None or shutil.which("git") is None,
    reason="there is no pre-commit (extra `dev`) or no git",
)


def git(directory: Path, *arguments: str) -> str:
    name = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *name, *arguments], cwd=directory, env=plain(), capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def plain(**extra: str) -> dict[str, str]:
    """An environment in which neither git nor Python finds what this test run uses."""
    left = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHON"))}
    return {**left, "GIT_CONFIG_GLOBAL": os.devnull, **extra}


def published(directory: Path) -> str:
    """This tree as a repository of one commit, whose name is returned."""
    shutil.copytree(ROOT / "src", directory / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "rules", directory / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, directory / name)
    return commit(directory)


def commit(directory: Path) -> str:
    git(directory, "init", "-q")
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "all")
    return git(directory, "rev-parse", "HEAD")


def test_a_commit_that_breaks_a_flow_is_refused_and_a_sound_one_is_not(tmp_path: Path) -> None:
    hooks = tmp_path / "truthline"
    hooks.mkdir()
    config = f"repos:\n- repo: {hooks}\n  rev: {published(hooks)}\n  hooks:\n  - id: truthline\n"
    base = project(tmp_path / "code", {**VIOLATED, ".pre-commit-config.yaml": config})
    commit(base)

    def run() -> tuple[int, str]:
        home = plain(PRE_COMMIT_HOME=str(tmp_path / "home"))
        command = [sys.executable, "-m", "pre_commit", "run", "--files", "app/decide.py", "truthline.toml"]
        done = subprocess.run(command, cwd=base, env=home, capture_output=True, text=True, check=False, timeout=600)
        return done.returncode, done.stdout + done.stderr

    status, said = run()
    assert status == 1, said
    assert said.count("TL103") == 1, said  # the files are not handed out to several runs
    (base / "app/decide.py").write_text(ASKS, encoding="utf-8")
    status, said = run()
    assert status == 0, said

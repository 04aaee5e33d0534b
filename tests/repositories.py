"""Repositories of git for tests: commands that no setting of the machine changes."""

import os
import subprocess
from pathlib import Path


def git(directory: Path, *command: str) -> str:
    who = {f"GIT_{role}_{what}": "t" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(
        ["git", "-C", str(directory), *command], check=True, capture_output=True, text=True, env=environment
    ).stdout.strip()


def commit(directory: Path) -> str:
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "--allow-empty", "-m", "step")
    return git(directory, "rev-parse", "HEAD")

"""Commands that stand in for installed ones, so that what a build machine would type can be run here."""

import subprocess
import sys
from pathlib import Path

from tests.cli.projects import Result, environment


def command(file: Path, script: str) -> Path:
    """A shell script that can be run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def truthline_command(directory: Path) -> Path:
    """`truthline` of this very tree."""
    return command(directory / "truthline", f'exec "{sys.executable}" -m truthline "$@"')


def bash(cwd: Path, script: str, **env: str) -> Result:
    """Run a script as GitHub and GitLab do."""
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)

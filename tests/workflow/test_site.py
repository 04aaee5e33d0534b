"""The documentation as a site."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.projects import ROOT


@pytest.mark.skipif(importlib.util.find_spec("material") is None, reason="there is no mkdocs-material (extra `docs`)")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "rules" / "TL103" / "index.html").exists()

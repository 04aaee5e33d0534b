"""The documentation as a site, and its pages that are made from the rules."""

import importlib.util
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.projects import ROOT


def test_the_pages_of_the_rules_are_what_the_rules_say() -> None:
    pages = runpy.run_path(str(ROOT / "scripts" / "rule_pages.py"))["pages"]()
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert written == pages, "run: python scripts/rule_pages.py"


@pytest.mark.skipif(importlib.util.find_spec("material") is None, reason="there is no mkdocs-material (extra `docs`)")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "rules" / "TL103" / "index.html").exists()

"""Plugins that misbehave: a plugin is code that the user trusts, and yet none may hang a run or spoil a report."""

import json
import sys
from pathlib import Path

import pytest
from tests.cli.projects import process, project, truthline

from truthline.checking import patience

HEAD = '''
import os, sys, time
from truthline.api import FILE_START, Example, FileRule, Location, Meta, Rule, Violation

class Ours(FileRule):
    """Ours.

    What it does:
        Nothing good.
    """
    example = (Example(title="a", files={}),)
    meta = Meta(code="OUR001", name="ours", valid=example, invalid=example)

    def check_file(self, file):
'''
CONFIG = 'roots = ["app"]\nplugins = ["ours.py"]\n'
FAILING = {
    "raises": ("raise KeyError('x')", "failed: KeyError: 'x'"),
    "exits": ("sys.exit(0)", "failed: SystemExit: 0"),
    "raises what is no Exception": (
        "raise type('Odd', (BaseException,), {})()",
        "failed: Odd",
    ),
    "yields nonsense": ("yield 1", "it yielded int, not Violation"),
    "returns nonsense": ("return 3", "TypeError"),
    "recurses": ("return self.check_file(file)", "RecursionError"),
    "hangs": ("time.sleep(1000)", "takes longer than"),
    "spins": ("exec('while True: pass')", "takes longer than"),
    "explodes": ("import re; re.match('(a|aa)+$', 'a' * 100 + 'b'); return ()", "takes longer than"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_rule_that_fails_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body, sentence = FAILING[name]
    if sentence == "takes longer than":  # else a busy machine would say so of the others
        monkeypatch.setattr(patience, "FILE", 0.5)
        monkeypatch.setattr("truthline.checking.asking.FILE", 0.5)
    project(tmp_path, {"truthline.toml": CONFIG, "ours.py": f"{HEAD}        {body}\n", "app/a.py": ""})
    result = truthline(tmp_path, "check", "--no-cache")
    assert result.status == 3, result
    assert "rule OUR001 (ours) failed" in result.err
    assert sentence in result.err
    assert "Traceback" not in result.err


LOADING = {
    "raises": "raise ValueError('no')",
    "exits": "raise SystemExit(0)",
    "raises what is no Exception": "raise type('Odd', (BaseException,), {})",
    "does not parse": "def",
    "hangs": "import time; time.sleep(1000)",
    "holds a NUL": "x = '\0'",
}


@pytest.mark.parametrize("name", LOADING)
def test_a_plugin_that_cannot_be_loaded_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truthline.checking.plugins.LOADING", 0.5)
    project(tmp_path, {"truthline.toml": CONFIG, "ours.py": LOADING[name], "app/a.py": ""})
    result = truthline(tmp_path, "check", "--no-cache")
    assert result.status == 2, result
    assert "plugin `ours.py` cannot be loaded" in result.err
    assert truthline(tmp_path, "check", "--no-cache", "--no-plugins").status == 0


def test_what_a_plugin_prints_does_not_spoil_a_report(tmp_path: Path) -> None:
    body = "        print('noise'); sys.stdout.write('noise')\n        return ()\n"
    project(tmp_path, {"truthline.toml": CONFIG, "ours.py": f"print('noise')\n{HEAD}{body}", "app/a.py": ""})
    result = truthline(tmp_path, "check", "--no-cache", "--output-format", "json")
    assert json.loads(result.out)["summary"]["files"] == 1
    assert "noise" in result.err


def test_a_plugin_cannot_change_what_others_see(tmp_path: Path) -> None:
    """The values are frozen; the tree of a file is shared, and changing it is against the protocol."""
    body = "        file.outline.docstring = 'x'\n        return ()\n"
    project(tmp_path, {"truthline.toml": CONFIG, "ours.py": HEAD + body, "app/a.py": ""})
    result = truthline(tmp_path, "check", "--no-cache")
    assert (result.status, "immutable type" in result.err) == (3, True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs timers")
def test_a_rule_that_listens_to_nothing_ends_the_run(tmp_path: Path) -> None:
    stubborn = (
        "        from truthline.checking import patience\n"
        "        import signal; signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)\n"
        "        while True:\n            try: time.sleep(1)\n            except Exception: pass\n"
    )
    project(tmp_path, {"truthline.toml": CONFIG, "ours.py": HEAD + stubborn, "app/a.py": ""})
    result = process(tmp_path, "check", "--no-cache")
    assert result.status == 3
    assert "cannot be interrupted" in result.err

"""The target is never run: booby traps in every place that Python or a build would execute stay silent."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from tests.cli.projects import process, project

TRAP = "import pathlib\npathlib.Path({mark!r}).write_text(__name__)\nraise SystemExit(7)\n"
CONFIG = """\
roots = ["."]

[state.cache]
modules = ["app.state"]

[flow.decide]
entry = ["app.flow:decide"]
must-not-reach = ["cache"]
unknown = "error"

[docs.usecases]
index = "INDEX.md"
linkage = "LINKAGE.md"
case = 'UC-\\d+'

[[rule]]
id = "CALLS"
kind = "forbid-call"
call = ["os.system"]
"""
TRAPPED = (
    "app/__init__.py",
    "app/state.py",
    "app/other.py",
    "setup.py",
    "conftest.py",
    "noxfile.py",
    "sitecustomize.py",
    "usercustomize.py",
    "libcst.py",
    "msgspec.py",
    "click.py",
    "ast.py",
    "json.py",
    "app/rules.py",
)
COMMANDS = (
    ("check", "--no-cache", "--output-format", "html"),
    ("why", "decide", "cache"),
    ("graph", "calls"),
    ("discover",),
    ("explain", "TL103"),
    ("fix", "--diff"),
    ("baseline",),
)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    mark = str(tmp_path / "sprung")
    trap = TRAP.format(mark=mark)
    flow = (
        "from app.state import get\nfrom app.other import *\nimport app.missing\n__import__('app.other')\n"
        f"exec({trap!r})\neval('__import__(\"app.other\")')\n\n\n"
        "def decide(key, run=print(1)):\n    return get(key)\n"
    )
    hook = f"import pathlib; pathlib.Path({mark!r}).write_text('hook')\n"
    files = {
        **dict.fromkeys(TRAPPED, trap + "def get(key):\n    return key\n"),
        "app/flow.py": flow,
        "truthline.toml": CONFIG,
        "INDEX.md": "# UC-1\n`app/flow.py`\n",
        "LINKAGE.md": "# UC-1\n`app/flow.py`\n",
        "trap.pth": hook,
        "pyproject.toml": (
            '[build-system]\nrequires = []\nbuild-backend = "app.state"\nbackend-path = ["."]\n'
            '[project]\nname = "x"\nversion = "1"\n[project.entry-points."truthline.rules"]\nx = "app.rules"\n'
        ),
        "x.dist-info/entry_points.txt": "[truthline.rules]\nx = app.rules\n",
    }
    project(tmp_path / "tree", files)
    return tmp_path / "tree"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_runs_the_target(base: Path, command: tuple[str, ...]) -> None:
    """Started in the tree, as a user would: Python puts it on the path, and truthline takes it off again."""
    done = process(base, *command)
    assert done.status in (0, 1), done
    assert "Traceback" not in done.err
    assert not (base.parent / "sprung").exists()


def test_the_store_executes_nothing(base: Path) -> None:
    process(base, "check")
    evil = b"cos\nsystem\n(S'touch " + str(base.parent / "sprung").encode() + b"'\ntR."
    for path in (base / ".truthline_cache").rglob("*"):
        if path.is_file() and path.name != "CACHEDIR.TAG":
            assert b"__reduce__" not in path.read_bytes()
            path.write_bytes(evil)
    assert process(base, "check").status == 1
    assert not (base.parent / "sprung").exists()


def test_git_in_the_tree_runs_no_hook_and_no_filter(base: Path) -> None:
    """A repository's own config may name programs; `--changed-since` asks git for nothing that runs them."""
    git = ["git", "-C", str(base), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "app/flow.py", "truthline.toml"], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)
    trap = base.parent / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {base.parent / 'sprung'}\ncat\n")
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    for key in (
        "core.fsmonitor",
        "diff.external",
        "core.pager",
        "filter.x.smudge",
        "filter.x.clean",
        "core.sshCommand",
    ):
        subprocess.run([*git, "config", key, str(trap)], check=True)
    (base / ".gitattributes").write_text("*.py filter=x diff=x\n")
    subprocess.run([*git, "config", "diff.x.textconv", str(trap)], check=True)
    (base / "app/flow.py").write_text("def decide(key):\n    return 1\n")
    (base.parent / "sprung").unlink(missing_ok=True)
    done = process(base, "check", "--changed-since", "HEAD")
    assert done.status in (0, 1), done
    assert not (base.parent / "sprung").exists()
    assert os.access(trap, os.X_OK)

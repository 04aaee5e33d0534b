"""Small code bases and a way to run truthline on them, for the tests of the commands."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import msgspec

from truthline.cli import main

ROOT = Path(__file__).parents[2]
DISTURBING = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TRUTHLINE_TRACEBACK")

CONFIG = """\
roots = ["."]

[state.connector-cache]
modules = ["app.cache"]

[flow.activation]
entry = ["app.decide:decide"]
must-not-reach = ["connector-cache"]
"""
CACHE = """\
_connectors = {}


def lookup(tenant):
    return _connectors.get(tenant)
"""
READS = """\
from app.cache import lookup


def decide(tenant):
    return lookup(tenant) is not None
"""
ASKS = """\
def decide(session, tenant):
    return bool(session.execute("SELECT 1 FROM connectors WHERE tenant = ?", [tenant]).first())
"""
VIOLATED = {"truthline.toml": CONFIG, "app/cache.py": CACHE, "app/decide.py": READS}
CLEAN = {"truthline.toml": CONFIG, "app/cache.py": CACHE, "app/decide.py": ASKS}


class Result(msgspec.Struct, frozen=True):
    """What a finished process left."""

    status: int
    out: str
    err: str


def project(directory: Path, files: dict[str, str]) -> Path:
    """Write the files of a code base."""
    for name, text in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return directory


def truthline(cwd: Path, *args: str, stdin: bytes = b"", **env: str) -> Result:
    """Run a command in a working directory, as in a pipe."""
    out, err = _pipe(), _pipe()
    with _within(cwd), _environ(env), _stdin(stdin), redirect_stdout(out), redirect_stderr(err):
        status = main(args)
    return Result(status, _content(out), _content(err))


def process(cwd: Path, *args: str, **env: str) -> Result:
    """The same in a process of its own, where that makes a difference."""
    done = subprocess.run(
        [sys.executable, "-m", "truthline", *args],
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def environment(**extra: str) -> dict[str, str]:
    """The environment of a process that finds truthline where this test run found it."""
    plain = {name: value for name, value in os.environ.items() if name not in DISTURBING}
    return {**plain, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "rules")]), **extra}


def _pipe() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)


@contextmanager
def _stdin(text: bytes) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(text), encoding="utf-8")
    try:
        yield
    finally:
        sys.stdin = before


def _content(pipe: io.TextIOWrapper) -> str:
    pipe.seek(0)
    return pipe.read()


@contextmanager
def _within(directory: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _environ(extra: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in DISTURBING:
        os.environ.pop(name, None)
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)

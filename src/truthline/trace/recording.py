"""Running the user's command with the recorder in every Python process, and reading what they wrote."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from truthline.errors import TruthlineError

RECORDER = Path(__file__).with_name("recorder.py")


class CommandError(TruthlineError):
    """A command that cannot be started."""


class CodePlace(msgspec.Struct, frozen=True, order=True):
    """A function, class body, comprehension or module body as the interpreter names it."""

    file: str
    first_line: int
    name: str


class Frame(msgspec.Struct, frozen=True, order=True):
    """A place on the stack: which code, and its line."""

    code: CodePlace
    line: int


class RecordedCall(msgspec.Struct, frozen=True, order=True):
    """`callee` began to run with `caller` as the nearest analysed frame below; None where there was none.

    `outside` is the frame between the two that called it, as `module:function`, where there is one.
    """

    caller: Frame | None
    callee: CodePlace
    outside: str


class Recording(msgspec.Struct, frozen=True):
    """What the processes of a command did. `stacks` lead from a flow's entry into a state's module."""

    status: int
    processes: int
    calls: tuple[RecordedCall, ...]
    stacks: tuple[tuple[Frame, ...], ...]


class Watch(msgspec.Struct, frozen=True):
    """What to record: the analysed files, the states' files, and file and name of the flows' entries.

    `base` is the directory to which files are relative.
    """

    base: Path
    files: tuple[str, ...]
    states: frozenset[str] = frozenset()
    entries: frozenset[tuple[str, str]] = frozenset()


def record(command: Sequence[str], watch: Watch, out: TextIO | None = None) -> Recording:
    """Run a command and wait for it; what it prints goes to `out` where that is given. Raises CommandError."""
    with tempfile.TemporaryDirectory(prefix="truthline-trace-") as name:
        directory = Path(name).resolve()
        shutil.copyfile(RECORDER, directory / "sitecustomize.py")
        (directory / "settings").write_bytes(_settings(watch))
        try:
            status = subprocess.run(list(command), env=_environment(directory), stdout=out, check=False).returncode
        except OSError as error:
            raise CommandError(f"{command[0]} cannot be run: {error.strerror}") from error
        return _merged(directory, watch, status)


def _settings(watch: Watch) -> bytes:
    numbers = {file: number for number, file in enumerate(watch.files)}
    files = "\0".join(os.path.realpath(watch.base / file) for file in watch.files)
    states = "\0".join(str(numbers[file]) for file in sorted(watch.states))
    entries = "\0".join(f"{numbers[file]}:{name}" for file, name in sorted(watch.entries))
    return f"{files}\0\0{states}\0\0{entries}".encode("utf-8", "surrogateescape")


def _environment(directory: Path) -> dict[str, str]:
    """The user's own, with the recorder in front; bytecode of it is not left in the temporary directory."""
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(directory), *([inherited] if inherited else [])])}


def _merged(directory: Path, watch: Watch, status: int) -> Recording:
    calls: set[RecordedCall] = set()
    stacks: set[tuple[Frame, ...]] = set()
    written = sorted(directory.glob("*.calls"))
    for path in written:
        for kind, *fields in _lines(path):
            if kind == "call":
                caller, callee, outside = fields
                calls.add(RecordedCall(_frame(watch, caller) if caller else None, _code(watch, callee), outside))
            elif kind == "stack":
                stacks.add(tuple(_frame(watch, field) for field in fields))
    return Recording(status, len(written), tuple(sorted(calls, key=_order)), tuple(sorted(stacks)))


def _lines(path: Path) -> Iterable[list[str]]:
    """The whole lines of a file; a process may have died in the midst of the last."""
    text = path.read_text("utf-8", "backslashreplace")
    return [line.split("\t") for line in text.split("\n")[:-1]]


def _order(call: RecordedCall) -> tuple[object, ...]:
    return (call.callee, call.caller is not None, call.caller or 0, call.outside)


def _code(watch: Watch, text: str) -> CodePlace:
    number, line, name = text.split(":")
    return CodePlace(watch.files[int(number)], int(line), sys.intern(name))


def _frame(watch: Watch, text: str) -> Frame:
    code, _, line = text.rpartition(":")
    return Frame(_code(watch, code), int(line) if line.isdigit() else 0)

"""What runs inside the watched processes: notes which function of the analysed files calls which.

A copy of this file stands as `sitecustomize.py` in a directory on PYTHONPATH, so that every Python process that the
user's command starts imports it before anything else. It therefore knows nothing of truthline, runs on Python 3.8
and newer, imports next to nothing, and never lets an exception out. Beside it stands `settings`, which `recording`
writes.

A call is written down when it is seen for the first time, each with one `write` to a file of the process's own:
whatever way a process ends, nothing is lost. Generators and coroutines count once, when they first run.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

OPTIMIZED = 0x1  # functions, but no module or class bodies
SUSPENDS = 0x20 | 0x80 | 0x200  # generators, coroutines, asynchronous generators
COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
MOST_STACKS = 2000
TOOLS = (4, 3, 2)  # ids of sys.monitoring that no debugger, coverage tool or optimizer has by convention

_open, _write, _close, _getpid, _getframe = os.open, os.write, os.close, os.getpid, sys._getframe


class Recorder:
    """Notes calls. `settings` holds the analysed files, the numbers of the states' files, and the flows' entries."""

    def __init__(self, directory: str) -> None:
        with open(os.path.join(directory, "settings"), "rb") as stream:  # noqa: PTH118, PTH123 - no import of pathlib here
            files, watched, entries = stream.read().decode("utf-8", "surrogateescape").split("\0\0")
        self.directory = directory
        self.start = os.getcwd()  # noqa: PTH109
        self.files = {name: number for number, name in enumerate(files.split("\0"))}
        self.watched = {int(number) for number in watched.split("\0") if number}
        self.entries = set(entries.split("\0"))
        self.numbers: dict[str, int | None] = {}
        self.seen: set[Any] = set()
        self.stacks = 0

    def number(self, code: CodeType) -> int | None:
        """The number of the analysed file in which a code stands."""
        name = code.co_filename
        try:
            return self.numbers[name]
        except KeyError:
            found = None
            if name.endswith(".py"):
                found = self.files.get(os.path.realpath(os.path.join(self.start, name)))  # noqa: PTH118
            self.numbers[name] = found
            return found

    def entered(self, code: CodeType, frame: FrameType) -> None:
        """A function of the analysed files begins to run."""
        outside = None
        caller = frame.f_back
        while caller is not None and self.number(caller.f_code) is None:
            if outside is None:
                outside = caller
            caller = caller.f_back
        key = (code, None if caller is None else (caller.f_code, caller.f_lineno), outside and outside.f_code)
        if key not in self.seen:
            self.seen.add(key)
            self.write("call", self.place(caller), self.function(code), _described(outside))
        if self.number(code) in self.watched:
            self.stack(code, frame)

    def stack(self, code: CodeType, frame: FrameType) -> None:
        """Where a function of the state runs below an entry of a flow, the frames between the two."""
        chain = []
        below: FrameType | None = frame
        while below is not None:
            number = self.number(below.f_code)
            if number is not None:
                chain.append(below)
                if f"{number}:{below.f_code.co_name}" in self.entries:
                    break
            below = below.f_back
        key = (code, *((one.f_code, one.f_lineno) for one in chain))
        if below is not None and key not in self.seen and self.stacks < MOST_STACKS:
            self.seen.add(key)
            self.stacks += 1
            self.write("stack", *(self.place(one) for one in reversed(chain)))

    def function(self, code: CodeType) -> str:
        """File, first line and name."""
        return f"{self.number(code)}:{code.co_firstlineno}:{code.co_name}"

    def place(self, frame: FrameType | None) -> str:
        """The same, and the line at which a frame is."""
        return "" if frame is None else f"{self.function(frame.f_code)}:{frame.f_lineno}"

    def write(self, *fields: str) -> None:
        """One line, in one write, so that threads do not tear it."""
        line = "\t".join(fields) + "\n"
        name = os.path.join(self.directory, f"{_getpid()}.calls")  # noqa: PTH118
        stream = _open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            _write(stream, line.encode("utf-8", "backslashreplace"))
        finally:
            _close(stream)


def _described(frame: FrameType | None) -> str:
    """A frame that is not analysed, as `module:function`."""
    if frame is None:
        return ""
    module = frame.f_globals.get("__name__")
    name = getattr(frame.f_code, "co_qualname", frame.f_code.co_name)
    return f"{module}:{name}".replace("\t", " ").replace("\n", " ")


def monitor(recorder: Recorder) -> bool:
    """Watch with sys.monitoring: code that is not analysed is asked about once."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return False
    tool = next((one for one in TOOLS if monitoring.get_tool(one) is None), None)
    if tool is None:
        return False
    disable = monitoring.DISABLE

    def started(code: CodeType, _offset: int) -> object:
        try:
            if not code.co_flags & OPTIMIZED or code.co_name in COMPREHENSIONS or recorder.number(code) is None:
                return disable
            recorder.entered(code, _getframe(1))
        except Exception:  # noqa: BLE001, S110 - the watched program must not notice
            pass
        return None

    monitoring.use_tool_id(tool, "truthline trace")
    monitoring.register_callback(tool, monitoring.events.PY_START, started)
    monitoring.set_events(tool, monitoring.events.PY_START)
    return True


def profile(recorder: Recorder) -> None:
    """Watch with sys.setprofile, in this thread and those that it starts."""
    import threading

    def called(frame: FrameType, event: str, _argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        try:
            if not code.co_flags & OPTIMIZED or code.co_name in COMPREHENSIONS or recorder.number(code) is None:
                return
            if not code.co_flags & SUSPENDS or _begins(code, frame):
                recorder.entered(code, frame)
        except Exception:  # noqa: BLE001, S110 - the watched program must not notice
            pass

    threading.setprofile(called)
    sys.setprofile(called)


def _begins(code: CodeType, frame: FrameType) -> bool:
    """Whether a generator or coroutine runs for the first time: at no instruction, or at the first RESUME (3.11)."""
    return frame.f_lasti < 0 or code.co_code[frame.f_lasti + 1] == 0


def chain(directory: str) -> None:
    """Import the `sitecustomize` that this one hides."""
    others = [entry for entry in sys.path if os.path.realpath(entry) != directory]
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        spec = find("sitecustomize", others) if find is not None else None
        if spec is not None and spec.loader is not None:
            module = type(sys)("sitecustomize")
            module.__spec__, module.__file__, module.__loader__ = spec, spec.origin, spec.loader
            sys.modules["sitecustomize"] = module
            spec.loader.exec_module(module)
            return


def start() -> None:
    """Begin to record, and let the process go on as if nothing had been."""
    directory = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120
    try:
        recorder = Recorder(directory)
        recorder.write("process", str(sys.version_info[0]), str(sys.version_info[1]))
        if not monitor(recorder):
            profile(recorder)
    except Exception as error:  # noqa: BLE001 - a process that cannot be watched still runs
        sys.stderr.write(f"truthline trace: this process is not recorded: {error}\n")
    chain(directory)


if __name__ == "sitecustomize":
    start()

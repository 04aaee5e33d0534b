"""The process in which files are parsed, so that a parser may die without taking the run with it."""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from truthline.stack import with_room
from truthline.syntax.frames import Reply, Setup, Work, receive, send
from truthline.syntax.source import SourceFile, read
from truthline.syntax.unread import Unparsable

Job = Callable[[bytes, bytes], bytes]
"""A pure function of a file's bytes and its label, importable by its name; it may raise `Unparsable`.

The label is what whoever reads the files has to say of each, in words that the job knows; empty where that is nothing.

Or an object of a class that is importable by its name and made of nothing but `settings`, bytes that it holds.
"""

RECURSION = 3_000
"""Frames: enough for what the parsers accept."""


def attempt(job: Job, path: Path, label: bytes = b"") -> Reply:
    """What a job makes of a file; whatever it raises concerns this file alone."""
    try:
        source = read(path.parent, SourceFile(path.name))
    except Unparsable as error:
        return Reply(reason=error.reason, span=error.span)
    return answered(job, source, label)


def answered(job: Job, source: bytes, label: bytes = b"") -> Reply:
    """What a job makes of a file's bytes."""
    try:
        return Reply(payload=job(source, label))
    except Unparsable as error:
        return Reply(reason=error.reason, span=error.span)
    except RecursionError:
        return Reply(reason="nests more deeply than truthline can follow")
    except MemoryError:
        return Reply(reason="needs more memory than a file may take")
    except Exception as error:  # noqa: BLE001 - a defect of ours met by one file must not hide all others
        return Reply(reason=f"makes truthline itself fail: {type(error).__name__}: {error}")


def serve(inlet: BinaryIO, outlet: BinaryIO) -> None:
    """Answer every file of every `Work` until the other side closes the pipe."""
    setup = receive(inlet, Setup)
    if setup is None:
        return
    try:
        job = load_job(setup)
    except (ImportError, AttributeError) as error:
        send(outlet, Reply(reason=f"{type(error).__name__}: {error}"))
        return
    if setup.memory:
        _limit_memory(setup.memory)
    send(outlet, Reply())
    while (work := receive(inlet, Work)) is not None:
        for path, label in zip(work.paths, work.labels, strict=True):
            send(outlet, attempt(job, Path(os.fsdecode(path)), label))


def load_job(setup: Setup) -> Job:
    """The job; raises ImportError or AttributeError where there is none of this name."""
    module, _, name = setup.job.partition(":")
    found = getattr(import_module(module), name)
    job: Job = found if setup.settings is None else found(setup.settings)
    return job


def _limit_memory(memory: int) -> None:
    """Bound the address space where the system can (not on Windows, not reliably on macOS), and leave no core dump."""
    try:
        import resource
    except ImportError:
        return
    for kind, limit in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, memory)):
        with contextlib.suppress(OSError, ValueError):
            hard = resource.getrlimit(kind)[1]
            wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(kind, (wanted, hard))


def main() -> None:
    """Serve on the standard streams. Whatever else prints goes nowhere, so that it cannot break a frame.

    Trees hold no cycles, so the cyclic collector would only walk them in vain.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    sys.setrecursionlimit(RECURSION)
    outlet = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        with_room(lambda: serve(sys.stdin.buffer, outlet))
    except BrokenPipeError:
        os._exit(1)

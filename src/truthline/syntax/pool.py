"""Running a job over many files in worker processes that may die or hang.

Each worker is a fresh interpreter that is spoken to over pipes: no fork of a process with threads, no second
import of the user's main module, the same on every system. A worker reads its files in order and answers each, so
when it dies or falls silent, the first file without an answer is the one to blame. The others of its chunk
go to another worker.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

import truthline
from truthline.errors import TruthlineError
from truthline.syntax.frames import Reply, Setup, Work, receive, send
from truthline.syntax.shape import measure
from truthline.syntax.source import SourceFile, read
from truthline.syntax.unread import Unparsable, Unread
from truthline.syntax.worker import Job, attempt

_BOOT = "import sys; sys.path[:] = sys.argv[1:]; from truthline.syntax.worker import main; main()"
_START_SECONDS = 60.0
_FEW_BYTES = 256_000
_FLAT = (30, 200)


class Limits(msgspec.Struct, frozen=True):
    """What one file may take before the run goes on without it: seconds, and bytes of memory (0: any)."""

    seconds: float = 30.0
    memory: int = 3_000_000_000


Result = tuple[SourceFile, "bytes | Unread"]
Labelling = Callable[[SourceFile], bytes]
"""What the job is told of a file."""


def unlabelled(_file: SourceFile) -> bytes:
    """The label of files of which there is nothing to say."""
    return b""


def processors() -> int:
    """How many processes can run at once here."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_files(
    job: Job,
    files: Sequence[SourceFile],
    *,
    base: Path,
    jobs: int,
    limits: Limits | None = None,
    label: Labelling = unlabelled,
) -> Iterator[Result]:
    """Every file with what the job made of it, or why it could not, in no promised order.

    Few and small files whose expressions nest little are read in this process: starting a worker would take
    longer than reading them, and no parser dies or hangs of what `measure` finds flat.
    """
    limits = limits or Limits()
    readable = [file for file in files if file.reason is None]
    yield from ((file, Unread(file.path, file.reason)) for file in files if file.reason is not None)
    if sum(file.size for file in readable) <= _FEW_BYTES:
        flat = dict.fromkeys(file for file in readable if _is_flat(base, file))
        for file in flat:
            yield file, result_of(file, attempt(job, file.under(base), label(file)))
        readable = [file for file in readable if file not in flat]
    if readable:
        yield from _Pool(job, base, limits, label).run(chunks(readable, jobs), jobs)


def _is_flat(base: Path, file: SourceFile) -> bool:
    try:
        return measure(read(base, file)).within(*_FLAT)
    except Unparsable:
        return True


def result_of(file: SourceFile, reply: Reply) -> "bytes | Unread":
    """A worker's reply as a result."""
    if reply.payload is not None:
        return reply.payload
    return Unread(file.path, reply.reason or "has no answer", reply.span)


def chunks(files: Sequence[SourceFile], jobs: int) -> deque[list[SourceFile]]:
    """The files in portions: small enough to keep every worker busy to the end, large enough not to be chatty."""
    target = min(400_000, sum(file.size for file in files) // (jobs * 8) + 1)
    chunks: deque[list[SourceFile]] = deque()
    room = 0
    for file in files:
        if room <= 0 or len(chunks[-1]) >= 100:
            chunks.append([])
            room = target
        chunks[-1].append(file)
        room -= file.size
    return chunks


class _Worker:
    """A process, the files that it has not answered yet, and the moment at which its silence is too long."""

    def __init__(self, setup: Setup, events: "queue.SimpleQueue[tuple[_Worker, Reply | None]]") -> None:
        here = str(Path(truthline.__file__).parent.parent)
        path = [here, *(entry for entry in sys.path if Path(entry).is_absolute())]
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, *path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.waiting: deque[SourceFile] = deque()
        self.ready = False
        self.overdue: SourceFile | None = None
        self.deadline = time.monotonic() + _START_SECONDS
        self._listener = threading.Thread(target=self._listen, args=(events,), daemon=True)
        self._listener.start()
        self.say(setup)

    def _listen(self, events: "queue.SimpleQueue[tuple[_Worker, Reply | None]]") -> None:
        stream = cast("BinaryIO", self.process.stdout)
        reply: Reply | None = Reply()
        while reply is not None:
            reply = receive(stream, Reply)
            events.put((self, reply))

    def say(self, frame: msgspec.Struct) -> None:
        """Send a frame. A worker that cannot hear it any more has died, and its listener says so."""
        try:
            send(cast("BinaryIO", self.process.stdin), frame)
        except OSError:
            self.process.kill()

    def silence(self) -> float:
        """Seconds until its silence is too long; endless where nothing is expected of it."""
        return self.deadline - time.monotonic() if self.waiting or not self.ready else float("inf")

    def stop(self) -> None:
        """End the process and its listener, and close the pipes."""
        self.process.kill()
        self.process.wait()
        self._listener.join()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                cast("BinaryIO", stream).close()

    def epitaph(self, limits: Limits) -> str:
        """Why it died."""
        if self.overdue is not None:
            return f"takes longer than {limits.seconds:g} seconds to read"
        status = self.process.wait()
        if status < 0:
            names = {each.value: each.name for each in signal.Signals}
            return f"kills the parser ({names.get(-status, f'signal {-status}')})"
        return f"kills the parser (exit status {status})"


def setup_of(job: Job, limits: Limits) -> Setup:
    """What a worker is told of a job."""
    settings: bytes | None = getattr(job, "settings", None)
    name = getattr(job if settings is None else type(job), "__qualname__", "")
    return Setup(f"{job.__module__}:{name}", limits.memory, settings)


class _Pool:
    """The workers of one run."""

    def __init__(self, job: Job, base: Path, limits: Limits, label: Labelling) -> None:
        self._setup = setup_of(job, limits)
        self._base = base
        self._limits = limits
        self._label = label
        self._workers: list[_Worker] = []
        self._suspects: set[SourceFile] = set()
        self._events: queue.SimpleQueue[tuple[_Worker, Reply | None]] = queue.SimpleQueue()

    def run(self, chunks: deque[list[SourceFile]], jobs: int) -> Iterator[Result]:
        """The results of all chunks. Ends every process that it started, also where the caller stops early."""
        try:
            while chunks or any(worker.waiting for worker in self._workers):
                self._distribute(chunks, jobs)
                event = self._next_event()
                if event is not None:
                    yield from self._handle(*event, chunks)
        finally:
            for worker in self._workers:
                worker.stop()

    def _distribute(self, chunks: deque[list[SourceFile]], jobs: int) -> None:
        """Give every idle worker a chunk, and start the workers that there is work for."""
        idle = [worker for worker in self._workers if worker.ready and not worker.waiting]
        for worker in idle[: len(chunks)]:
            worker.waiting.extend(chunks.popleft())
            worker.deadline = time.monotonic() + self._limits.seconds
            paths = tuple(os.fsencode(file.under(self._base)) for file in worker.waiting)
            worker.say(Work(paths, tuple(map(self._label, worker.waiting))))
        starting = sum(not worker.ready for worker in self._workers)
        for _ in range(min(jobs - len(self._workers), len(chunks) - starting)):
            self._workers.append(_Worker(self._setup, self._events))

    def _next_event(self) -> "tuple[_Worker, Reply | None] | None":
        """The next reply or death; None after a worker was killed for its silence."""
        patience = min(worker.silence() for worker in self._workers)
        try:
            return self._events.get(timeout=max(0.0, min(patience, 3600.0)))
        except queue.Empty:
            for worker in self._workers:
                if worker.silence() <= 0:
                    worker.overdue = worker.waiting[0] if worker.waiting else None
                    worker.process.kill()
                    worker.deadline = time.monotonic() + _START_SECONDS
            return None

    def _handle(self, worker: _Worker, reply: Reply | None, chunks: deque[list[SourceFile]]) -> Iterator[Result]:
        if reply is None:
            yield from self._bury(worker, chunks)
            return
        if not worker.ready:
            if reply.reason is not None:
                raise TruthlineError(f"a worker process cannot start: {reply.reason}")
            worker.ready = True
        else:
            file = worker.waiting.popleft()
            yield file, result_of(file, reply)
            worker.deadline = time.monotonic() + self._limits.seconds

    def _bury(self, worker: _Worker, chunks: deque[list[SourceFile]]) -> Iterator[Result]:
        """Blame the file that a dead worker was reading for the second time, and put all others back.

        One that was killed for a file that it answered just then was reading another, which bears no blame; nor does
        the first death prove anything, for the system kills processes too when memory runs short.
        """
        self._workers.remove(worker)
        reason = worker.epitaph(self._limits)
        worker.stop()
        if not worker.ready:
            raise TruthlineError(f"a worker process cannot start (exit status {worker.process.returncode})")
        if worker.waiting and worker.overdue in (None, worker.waiting[0]):
            file = worker.waiting.popleft()
            if worker.overdue is None and file not in self._suspects:
                self._suspects.add(file)
                chunks.append([file])
            else:
                yield file, Unread(file.path, reason)
        if worker.waiting:
            chunks.appendleft(list(worker.waiting))

import io
import os
import sys
import time
from pathlib import Path

import msgspec
import pytest

from truthline.errors import TruthlineError
from truthline.facts.extract import extract
from truthline.syntax.frames import Reply, Setup, Work, receive, send
from truthline.syntax.pool import Limits, map_files, processors
from truthline.syntax.source import SourceFile
from truthline.syntax.unread import Unread
from truthline.syntax.worker import Job, attempt, serve

JOB = """
import os, signal, sys, time

def job(source, label=b""):
    word = source.split()[0] if source.split() else b""
    if word == b"die":
        os._exit(3)
    if word == b"segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == b"hang":
        time.sleep(60)
    if word == b"eat":
        return bytes(10**12)
    if word == b"deep":
        return job(source)
    if word == b"fail":
        raise KeyError("oops")
    print("noise")
    return source.upper()
"""
BULK = b"#" * 300_000
"""Makes every run of the pool start workers."""


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/pooled_job.py").write_text(JOB)
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    sys.modules.pop("pooled_job", None)
    import pooled_job  # type: ignore[import-not-found]

    return pooled_job.job  # type: ignore[no-any-return]


def outcomes(base: Path, job: Job, files: dict[str, bytes], jobs: int = 2, seconds: float = 30.0) -> dict[str, str]:
    found: list[SourceFile] = []
    for name, content in files.items():
        (base / name).write_bytes(content)
        found.append(SourceFile(name, len(content)))
    results = map_files(job, found, base=base, jobs=jobs, limits=Limits(seconds=seconds))
    return {
        file.path: result.reason if isinstance(result, Unread) else result[:10].decode() for file, result in results
    }


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_dead_worker_costs_one_file(tmp_path: Path, job: Job, jobs: int) -> None:
    files = {"bulk": BULK, "a": b"a", "b": b"die", "c": b"c", "d": b"segfault", "e": b"die", "f": b"f"}
    assert outcomes(tmp_path, job, files, jobs) == {
        "bulk": "##########",
        "a": "A",
        "b": "kills the parser (exit status 3)",
        "c": "C",
        "d": "kills the parser (SIGSEGV)",
        "e": "kills the parser (exit status 3)",
        "f": "F",
    }


def test_a_silent_worker_costs_one_file(tmp_path: Path, job: Job) -> None:
    started = time.monotonic()
    files = {"bulk": BULK, "a": b"a", "b": b"hang", "c": b"c"}
    assert outcomes(tmp_path, job, files, jobs=1, seconds=3.0) == {
        "bulk": "##########",
        "a": "A",
        "b": "takes longer than 3 seconds to read",
        "c": "C",
    }
    assert time.monotonic() - started < 20


def test_what_a_job_raises_concerns_its_file_alone(tmp_path: Path, job: Job) -> None:
    files = {"bulk": BULK, "a": b"eat", "b": b"deep", "c": b"fail", "d": b"d"}
    assert outcomes(tmp_path, job, files) == {
        "bulk": "##########",
        "a": "needs more memory than a file may take",
        "b": "nests more deeply than truthline can follow",
        "c": "makes truthline itself fail: KeyError: 'oops'",
        "d": "D",
    }


def test_a_file_with_a_reason_is_not_opened(tmp_path: Path, job: Job) -> None:
    [(file, result)] = map_files(job, [SourceFile("x.py", reason="is a socket")], base=tmp_path, jobs=1)
    assert result == Unread(file.path, "is a socket")


def test_a_few_flat_files_are_read_in_this_process(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    [(_, result)] = map_files(_process, [SourceFile("a.py", 5)], base=tmp_path, jobs=1)
    assert result == str(os.getpid()).encode()


def test_a_deep_file_is_read_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("+".join(["1"] * 300))
    [(_, result)] = map_files(extract, [SourceFile("a.py", 599)], base=tmp_path, jobs=1)
    assert isinstance(result, bytes)


def _process(source: bytes, label: bytes) -> bytes:
    return str(os.getpid()).encode()


def test_a_worker_that_cannot_start_ends_the_run(tmp_path: Path, job: Job) -> None:
    (tmp_path / "lib/pooled_job.py").write_text("import no_such_module_at_all")
    with pytest.raises(TruthlineError, match="cannot start: ModuleNotFoundError"):
        outcomes(tmp_path, job, {"bulk": BULK})
    (tmp_path / "lib/pooled_job.py").write_text("import os; os._exit(7)")
    with pytest.raises(TruthlineError, match=r"cannot start \(exit status 7\)"):
        outcomes(tmp_path, job, {"bulk": BULK})


def test_stopping_early_ends_the_workers(tmp_path: Path, job: Job) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(BULK)
    results = map_files(job, [SourceFile(name, len(BULK)) for name in "abc"], base=tmp_path, jobs=2)
    next(results)
    results.close()  # type: ignore[attr-defined]


def test_a_worker_speaks_in_frames(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    inlet, outlet = io.BytesIO(), io.BytesIO()
    send(inlet, Setup("truthline.facts.extract:extract", 0))
    send(inlet, Work((os.fsencode(tmp_path / "a.py"), os.fsencode(tmp_path / "b.py")), (b"", b"")))
    inlet.seek(0)
    serve(inlet, outlet)
    outlet.seek(0)
    ready, first, second = (receive(outlet, Reply) for _ in range(3))
    assert ready == Reply()
    assert first
    assert first.payload
    assert second == Reply(reason="cannot be opened: No such file or directory")


def test_a_worker_without_a_job_says_so_or_ends() -> None:
    inlet, outlet = io.BytesIO(), io.BytesIO()
    serve(inlet, outlet)
    assert outlet.getvalue() == b""
    send(inlet, Setup("truthline.syntax.worker:nothing", 0))
    inlet.seek(0)
    serve(inlet, outlet)
    outlet.seek(0)
    reply = receive(outlet, Reply)
    assert reply
    assert "AttributeError" in (reply.reason or "")


def test_a_frame_that_breaks_off_is_the_end() -> None:
    stream = io.BytesIO()
    send(stream, Reply(reason="x"))
    assert receive(io.BytesIO(stream.getvalue()[:-1]), Reply) is None
    assert receive(io.BytesIO(b"\0"), Reply) is None


def test_every_exception_becomes_a_reason(tmp_path: Path) -> None:
    def raises(error: Exception) -> Job:
        def job(source: bytes, label: bytes) -> bytes:
            raise error

        return job

    (tmp_path / "a.py").write_text("")
    for error in (RecursionError(), MemoryError(), KeyError("x"), msgspec.ValidationError("x")):
        assert attempt(raises(error), tmp_path / "a.py").reason


def test_there_is_at_least_one_processor() -> None:
    assert processors() >= 1

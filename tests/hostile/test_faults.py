"""Runs that are cut off at any moment: nothing is lost, nothing is left behind, and the next run says what is true."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.projects import environment, process, project, truthline
from tests.hostile.test_inputs import SOUND

KILLS = int(os.environ.get("TRUTHLINE_KILLS", "4"))
"""How often each kind of process is killed; a hundred times by hand before a release."""
FILES = 60
BODY = "".join(f"def f{one}(x):\n    return [x + {one}, f{one}]\n\n\n" for one in range(60))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs signals and /proc")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {f"app/m{number}.py": f"# {number}\n{BODY}" for number in range(FILES)}
    return project(
        tmp_path_factory.mktemp("faults") / "tree",
        {
            **files,
            **SOUND,
        },
    )


@pytest.fixture(scope="module")
def expected(tree: Path) -> str:
    """What a run says that knows nothing from before."""
    return process(tree, "check", "--no-cache", "--output-format", "json").out


@pytest.fixture
def base(tree: Path) -> Path:
    """The tree, and nothing known of it."""
    shutil.rmtree(tree / ".truthline_cache", ignore_errors=True)
    return tree


def run(base: Path, *args: str) -> "subprocess.Popen[bytes]":
    """A check under way, in a process group of its own, with its temporary files in a place of their own."""
    temporary = base.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "truthline", "check", "--jobs", "2", "--output-format", "json", *args],
        cwd=base,
        env=environment(TMPDIR=str(temporary)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def children(parent: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return found


def moments(seed: int) -> Iterator[float]:
    """When to strike: most of a run is over after a second."""
    chance = random.Random(seed)
    for _ in range(KILLS):
        yield chance.uniform(0.0, 1.5)


def test_a_main_process_that_is_killed_leaves_a_sound_store(base: Path, expected: str) -> None:
    for moment in moments(1):
        started = run(base)
        time.sleep(moment)
        workers = children(started.pid)
        started.kill()
        started.communicate()
        assert process(base, "check", "--output-format", "json").out == expected
        assert truthline(base, "cache", "info").status == 0
        _wait_until_gone(workers)


def test_a_worker_that_is_killed_costs_nothing(base: Path, expected: str) -> None:
    for moment in moments(2):
        started = run(base, "--no-cache")
        time.sleep(moment)
        for worker in children(started.pid)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        out, err = started.communicate()
        if started.returncode == 2:  # it was killed before it had said that it is ready
            assert b"a worker process cannot start" in err
        else:
            assert (out.decode(), err) == (expected, b"")


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.9, 1.5])
def test_an_interrupt_ends_a_run_at_once_and_leaves_no_litter(base: Path, expected: str, moment: float) -> None:
    started = run(base)
    time.sleep(moment)
    struck = time.monotonic()
    os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert time.monotonic() - struck < 10
    assert started.returncode in (130, 1, -signal.SIGINT)  # 1: it was done; the last: Python itself had not begun
    if started.returncode == 130:  # before the report was written, or after it: never in the middle
        assert (out.decode(), err.strip()) in (("", b""), (expected, b""))
    assert not list((base.parent / "temporary").iterdir())
    assert not list(base.glob(".truthline_cache/*/.new-*"))
    assert process(base, "check", "--output-format", "json").out == expected


@pytest.mark.parametrize("number", [2, 10])
def test_runs_at_once_share_a_store(base: Path, expected: str, number: int) -> None:
    several = [run(base) for _ in range(number)]
    assert [each.communicate() for each in several] == [(expected.encode(), b"")] * number
    assert process(base, "check", "--output-format", "json").out == expected


@pytest.mark.parametrize("room", [0, 1, 100, 20_000])
def test_a_full_disk_costs_the_memory_alone(base: Path, expected: str, room: int) -> None:
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
    start = "import sys; from truthline.cli import main; sys.exit(main(['check', '--output-format', 'json']))"
    done = subprocess.run(
        [sys.executable, "-c", limit + start], cwd=base, env=environment(), stdout=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stdout.decode()) == (1, expected)
    assert process(base, "check", "--output-format", "json").out == expected


def test_a_report_that_cannot_be_written_is_no_success(base: Path) -> None:
    for target in (["--output-file", "/dev/full"], []):
        with open("/dev/full", "wb") as full:  # noqa: PTH123
            done = subprocess.run(
                [sys.executable, "-m", "truthline", "check", "--exit-zero", *target],
                cwd=base,
                env=environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert done.returncode != 0
        assert b"Traceback" not in done.stderr
        assert b"No space left on device" in done.stderr


def test_a_clock_that_goes_back_hides_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = project(tmp_path, SOUND)
    before = truthline(base, "check", "--output-format", "json").out
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3_600 * 10**9)
    assert truthline(base, "check", "--output-format", "json").out == before
    (base / "app/flow.py").write_text("def decide(key):\n    return 1\n")
    after = json.loads(truthline(base, "check", "--output-format", "json").out)
    assert [each["verdict"] for each in after["flows"]] == ["clean"]
    monkeypatch.setattr(time, "time_ns", real)
    assert json.loads(truthline(base, "check", "--output-format", "json").out) == after


def _wait_until_gone(processes: list[int], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while any(Path(f"/proc/{each}").exists() for each in processes):
        assert time.monotonic() < end, "a worker outlives its run"
        time.sleep(0.05)

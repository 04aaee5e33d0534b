"""`check --executor`."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.projects import VIOLATED, environment, process, project, truthline

CLUSTER = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a local dask cluster of two workers."""
    pytest.importorskip("distributed")
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    with subprocess.Popen(
        [sys.executable, script],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as cluster:
        assert cluster.stdout is not None
        yield cluster.stdout.readline().strip()
        cluster.communicate("")


def test_a_cluster_of_two_workers_gives_the_same_bytes(scheduler: str, tmp_path: Path) -> None:
    base = project(tmp_path / "tree", {**VIOLATED, "app/broken.py": "def f(:\n"})
    there = process(base, "check", "--no-cache", "--output-format", "json", "--executor", f"dask:{scheduler}")
    here = process(base, "check", "--no-cache", "--output-format", "json")
    assert (there.status, there.out) == (here.status, here.out), there.err


def test_an_executor_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    truthline(project(tmp_path, VIOLATED), "check")  # what is remembered must not hide it
    result = truthline(project(tmp_path, VIOLATED), "check", "--executor", "threads")
    assert (result.status, result.out) == (2, "")
    assert "'threads' is neither `processes` nor `dask:ADDRESS`" in result.err


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = truthline(project(tmp_path, VIOLATED), "check", "--executor", "dask:tcp://127.0.0.1:1")
    assert (result.status, result.out) == (2, "")
    assert "pip install 'truthline[dask]'" in result.err

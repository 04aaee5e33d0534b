"""How long a run goes on after an interrupt, and what it leaves behind.

    python benchmarks/interrupts.py [--times 50] [--seed 10]

Checks the standard library of this interpreter (copied, without its tests and installed packages), half of the
times without a cache and half after one byte of one file has changed, and sends SIGINT to the whole process group,
as a terminal does, at a random moment. Prints a table in Markdown, and what lies about afterwards; 1 where a run
took longer than a second to end, or left something.
"""

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECOND = 1.0
STARTED = 0.5
"""Before a run is as old as this, Python itself may take the interrupt."""
CONFIG = """\
roots = ["."]

[[rule]]
id = "NO_CYCLES"
kind = "no-cycles"

[[rule]]
id = "NO_WORD"
kind = "forbid-text"
text = ["no such text"]
message = "nothing"
"""


def main() -> int:
    """Measure, print, and say whether every run ended in time and left nothing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="interrupts-") as place:
        return _measured(Path(place), args.times, random.Random(args.seed))  # noqa: S311


def _measured(place: Path, times: int, chance: random.Random) -> int:
    tree = _library(place / "tree")
    litter: list[Path] = []
    slow = 0
    print(
        "| run | interrupts | seconds of a whole run | till its end: median | longest | done before | over a second |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind in ("cold", "warm"):
        whole = _whole(tree, kind)
        waits: list[float] = []
        done = 0
        for _ in range(times // 2):
            _prepare(tree, kind)
            status, wait = _interrupted(tree, chance.uniform(STARTED, max(whole, STARTED)))
            if status == 130:
                waits.append(wait)
            else:
                done += 1
            litter += _litter(tree)
        late = sum(wait > SECOND for wait in waits)
        slow += late
        middle, longest = (statistics.median(waits), max(waits)) if waits else (0.0, 0.0)
        print(f"| {kind} | {times // 2} | {whole:.1f} | {middle:.2f} | {longest:.2f} | {done} | {late} |", flush=True)
    print(*(f"left behind: {each}" for each in litter), sep="\n")
    return int(bool(slow or litter))


def _library(tree: Path) -> Path:
    unwanted = shutil.ignore_patterns("site-packages", "test", "tests", "idle_test", "__pycache__", "*.so", "lib2to3")
    shutil.copytree(sysconfig.get_path("stdlib"), tree, ignore=unwanted)
    (tree / "truthline.toml").write_text(CONFIG, "utf-8")
    return tree


def _whole(tree: Path, kind: str) -> float:
    """How long a run takes that nobody interrupts."""
    _prepare(tree, kind)
    begun = time.monotonic()
    run = _started(tree)
    _, err = run.communicate()
    if run.returncode not in (0, 1):
        raise SystemExit(f"check exits with {run.returncode}: {err.decode()}")
    return time.monotonic() - begun


def _prepare(tree: Path, kind: str) -> None:
    """Forget everything, or know everything but one changed file."""
    if kind == "cold":
        shutil.rmtree(tree / ".truthline_cache", ignore_errors=True)
        return
    _started(tree).communicate()
    with (tree / "json/decoder.py").open("a", encoding="utf-8") as file:
        file.write("#\n")


def _started(tree: Path) -> "subprocess.Popen[bytes]":
    temporary = tree.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "rules")])
    return subprocess.Popen(
        [sys.executable, "-m", "truthline", "check", "--jobs", "2"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _interrupted(tree: Path, moment: float) -> tuple[int, float]:
    """The exit status, and the seconds from the interrupt to the end of the run."""
    run = _started(tree)
    try:
        run.wait(moment)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGINT)
    struck = time.monotonic()
    run.communicate()
    return run.returncode, time.monotonic() - struck


def _litter(tree: Path) -> Iterator[Path]:
    yield from (tree.parent / "temporary").iterdir()
    yield from tree.glob(".truthline_cache/**/.new-*")


if __name__ == "__main__":
    sys.exit(main())

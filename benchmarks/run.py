"""Run truthline and its peers on the same tree in turn, several times, and print medians and their ratios.

    python benchmarks/run.py TREE [--config FILE] [--rounds N] [--flow NAME] [--pack NAME] [--work DIR]
        [--timeout SECONDS] [--lint-imports COMMAND --package DIRECTORY] [--script FILE] [--semgrep COMMAND --rule FILE]

TREE holds a truthline config. It is copied first, because ten files of it are changed between runs. Peers run where
they are named: `lint-imports` of import-linter on the package in DIRECTORY, a script that is run in the tree without
arguments, and semgrep with one rule file. Times include the processes that a command starts; memory is that of the
largest of them. On a busy machine wall times say little: compare CPU.

Each run is told on standard error as it ends. A case that takes too long or cannot be started is left out of the next
rounds, and of the table; what was measured so far is printed also after an interrupt.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

CHANGED = 10
COMMENT = "# changed {number}\n"
FUNCTION = "\n\ndef _made_{number}():\n    return {number}\n"
POLL = 0.005
LINTER_CONFIG = """\
[importlinter]
root_package = {package}

[importlinter:contract:one]
name = one
type = forbidden
source_modules = {package}
forbidden_modules = {package}.no_such_module_of_any_name
"""


class Cost(NamedTuple):
    """What one run took: seconds, seconds of processors, and megabytes."""

    wall: float
    cpu: float
    memory: float


class Case(NamedTuple):
    """A command in one situation: what is done before it is measured, and where it runs."""

    name: str
    command: Sequence[str]
    prepare: Callable[[], None]
    directory: Path


def main() -> None:
    """Measure, and print the tables."""
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        tree = work / "tree"
        if not tree.exists():
            shutil.copytree(
                options.tree, tree, ignore=shutil.ignore_patterns(".git", ".truthline_cache"), symlinks=True
            )
        cases = [*truthline_cases(options, tree), *peer_cases(options, tree)]
        costs: dict[str, list[Cost]] = {case.name: [] for case in cases}
        try:
            measure_all(cases, options.rounds, options.timeout, costs)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
    print_table({name: runs for name, runs in costs.items() if runs})


def measure_all(cases: Sequence[Case], rounds: int, timeout: float, costs: dict[str, list[Cost]]) -> None:
    """Run every case in every round, adding to its costs."""
    failed: set[str] = set()
    for number in range(1, rounds + 1):
        for case in cases:
            if case.name in failed:
                continue
            try:
                case.prepare()
                cost = measured(case, timeout)
            except (OSError, subprocess.SubprocessError) as error:
                failed.add(case.name)
                costs[case.name].clear()
                print(f"{case.name}: left out: {error}", file=sys.stderr, flush=True)
                continue
            costs[case.name].append(cost)
            told = f"wall {cost.wall:.2f} s, CPU {cost.cpu:.2f} s, {cost.memory:.0f} MB"
            print(f"round {number}: {case.name}: {told}", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("--config", default="truthline.toml")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=900.0, help="seconds that one run may take")
    parser.add_argument("--flow")
    parser.add_argument("--pack")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--lint-imports")
    parser.add_argument("--package", type=Path)
    parser.add_argument("--script")
    parser.add_argument("--semgrep")
    parser.add_argument("--rule", type=Path)
    return parser.parse_args()


def truthline_cases(options: argparse.Namespace, tree: Path) -> Iterator[Case]:
    """Every situation that a user meets."""
    check = [sys.executable, "-m", "truthline", "check", "--quiet", "--config", options.config]
    store = tree / ".truthline_cache"

    def forget() -> None:
        shutil.rmtree(store, ignore_errors=True)

    def know() -> None:
        subprocess.run(check, cwd=tree, capture_output=True, check=False, timeout=options.timeout)

    yield Case("truthline cold", check, forget, tree)
    yield Case("truthline warm, nothing changed", check, know, tree)
    for what, addition in (("comment", COMMENT), ("function", FUNCTION)):
        prepare = partial(know_and_change, know, tree, addition)
        yield Case(f"truthline warm, a {what} added to ten files", check, prepare, tree)
    if options.flow:
        yield Case("truthline cold, one flow", [*check, "--flow", options.flow, "--select", "TL1"], forget, tree)
    if options.pack:
        yield Case(f"truthline cold, pack {options.pack}", [*check, "--pack", options.pack], forget, tree)


def peer_cases(options: argparse.Namespace, tree: Path) -> Iterator[Case]:
    """The peers that are named."""
    if options.lint_imports and options.package:
        yield from _linter_cases(options.lint_imports, tree / options.package, options.timeout)
    if options.script:
        yield Case("script", [sys.executable, str(tree / options.script)], lambda: None, tree)
    if options.semgrep and options.rule:
        command = [options.semgrep, "scan", "--metrics=off", "--quiet", "--config", str(options.rule.absolute()), "."]
        yield Case("semgrep, one rule", command, lambda: None, tree)


def _linter_cases(program: str, package: Path, timeout: float) -> Iterator[Case]:
    directory = package.parent
    (directory / ".importlinter").write_text(LINTER_CONFIG.format(package=package.name), encoding="utf-8")

    def forget() -> None:
        shutil.rmtree(directory / ".import_linter_cache", ignore_errors=True)

    def know() -> None:
        subprocess.run([program], cwd=directory, capture_output=True, check=False, timeout=timeout)

    yield Case("import-linter cold", [program], forget, directory)
    yield Case("import-linter warm, nothing changed", [program], know, directory)
    yield Case("import-linter warm, ten files changed", [program], partial(know_and_change, know, package), directory)


def know_and_change(know: Callable[[], None], tree: Path, addition: str = COMMENT) -> None:
    """Fill a cache, then change ten files."""
    know()
    change(tree, addition)


def change(tree: Path, addition: str = COMMENT) -> None:
    """Add something to the end of ten files, others each time."""
    files = sorted(path for path in tree.rglob("*.py") if path.stat().st_size > 0)
    for path in random.sample(files, min(CHANGED, len(files))):
        with path.open("a", encoding="utf-8") as stream:
            stream.write(addition.format(number=time.time_ns()))


def measured(case: Case, timeout: float) -> Cost:
    """One run. Whether it finds anything does not matter.

    Raises OSError where it cannot be started, and TimeoutExpired where it takes too long; then nothing of it goes on.
    """
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        case.command,
        cwd=case.directory,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        usage = _ended(process.pid, started + timeout)
        if usage is None:
            raise subprocess.TimeoutExpired(case.command, timeout)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    wall = time.perf_counter() - started
    memory = usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)
    return Cost(wall, usage.ru_utime + usage.ru_stime, memory)


def _ended(pid: int, deadline: float) -> resource.struct_rusage | None:
    """What a process and those that it waited for have used; None where it still runs at the deadline."""
    while time.perf_counter() < deadline:
        ended, _, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return usage
        time.sleep(POLL)
    return None


def print_table(costs: dict[str, list[Cost]]) -> None:
    """Medians of each case, then the ratios of truthline's to its peers'."""
    if not costs:
        print("nothing was measured")
        return
    medians = {name: Cost(*(median(column) for column in zip(*runs, strict=True))) for name, runs in costs.items()}
    width = max(map(len, medians))
    print(f"{'':{width}}  {'wall s':>8}  {'CPU s':>8}  {'MB':>6}")
    for name, cost in medians.items():
        print(f"{name:{width}}  {cost.wall:8.2f}  {cost.cpu:8.2f}  {cost.memory:6.0f}")
    print("\nratios of medians: wall, CPU, memory")
    for name, cost in medians.items():
        for peer, other in medians.items():
            if name.startswith("truthline") and not peer.startswith("truthline"):
                ratios = "  ".join(f"{mine / theirs:6.2f}" for mine, theirs in zip(cost, other, strict=True))
                print(f"{ratios}  {name} / {peer}")


if __name__ == "__main__":
    main()
